//! M/G/1: one server whose service times have any distribution; M/D/1 is the case in which all are equal.
//!
//! Source: Pollaczek 1930, Khinchine 1932; Kleinrock, Queueing Systems I, 1975, equation 5.63:
//! W = λ E[S²] / (2 (1 − ρ)).

/// An M/G/1 queue in its steady state.
#[derive(Clone, Copy, Debug)]
pub struct General {
    arrival: f64,
    mean: f64,
    /// Squared coefficient of variation: variance / mean².
    variation: f64,
}

impl General {
    /// Arrivals at the rate `arrival`, service times of this mean and squared coefficient of variation; none where
    /// they come faster than they go.
    pub fn new(arrival: f64, mean: f64, variation: f64) -> Option<General> {
        (arrival * mean < 1.0).then_some(General {
            arrival,
            mean,
            variation,
        })
    }

    /// M/D/1: every service takes `time`.
    pub fn constant(arrival: f64, time: f64) -> Option<General> {
        General::new(arrival, time, 0.0)
    }

    /// The share of time that the server works.
    pub fn utilization(&self) -> f64 {
        self.arrival * self.mean
    }

    /// The mean time before the server begins.
    pub fn mean_wait(&self) -> f64 {
        let second_moment = self.mean * self.mean * (1.0 + self.variation);
        self.arrival * second_moment / (2.0 * (1.0 - self.utilization()))
    }

    /// The mean time until the service ends.
    pub fn mean_response(&self) -> f64 {
        self.mean_wait() + self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::super::Markov;
    use super::*;

    #[test]
    fn constant_work_waits_half_as_long_as_exponential_work() {
        let constant = General::constant(0.9, 1.0).expect("stable");
        let exponential = General::new(0.9, 1.0, 1.0).expect("stable");
        assert!((constant.mean_wait() - 4.5).abs() < 1e-12 && (exponential.mean_wait() - 9.0).abs() < 1e-12);
        let markov = Markov::new(0.9, 1.0, 1).expect("stable");
        assert!((exponential.mean_response() - markov.mean_response()).abs() < 1e-9);
    }

    #[test]
    fn variation_is_waiting() {
        // By hand: ρ = 0.5, E[S] = 2, E[S²] = 12: W = 0.25 · 12 / (2 · 0.5) = 3.
        let queue = General::new(0.25, 2.0, 2.0).expect("stable");
        assert!((queue.mean_wait() - 3.0).abs() < 1e-12 && (queue.utilization() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_queue_that_only_grows_has_no_answer() {
        assert!(General::constant(1.0, 1.0).is_none());
    }
}
