//! M/M/c: Poisson arrivals, exponential service, c servers, room for everybody. M/M/1 is its case of one server.
//!
//! Source: Erlang 1917 (his formulas B and C); Kleinrock, Queueing Systems I, 1975, sections 3.2, 3.4 and 3.6.
//! With θ = cμ − λ a request waits with probability C, and then Exp(θ): the response time is that plus Exp(μ).

use super::where_tail_is;

/// Erlang's B formula: the share of arrivals that `servers` without any waiting room lose at this offered `load`
/// (arrival rate / rate of one server).
pub fn erlang_b(load: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, n| load * blocked / (n as f64 + load * blocked))
}

/// Erlang's C formula: the share of arrivals that have to wait where `load` < `servers`; 1 from there on.
pub fn erlang_c(load: f64, servers: u32) -> f64 {
    let (blocked, use_of_one) = (erlang_b(load, servers), load / servers as f64);
    if use_of_one >= 1.0 {
        return 1.0;
    }
    blocked / (1.0 - use_of_one * (1.0 - blocked))
}

/// An M/M/c queue in its steady state.
#[derive(Clone, Copy, Debug)]
pub struct Markov {
    arrival: f64,
    service: f64,
    servers: u32,
}

impl Markov {
    /// Arrivals at the rate `arrival`, each server at the rate `service`; none where they come faster than they go.
    pub fn new(arrival: f64, service: f64, servers: u32) -> Option<Markov> {
        let stable = arrival >= 0.0 && servers > 0 && arrival < service * servers as f64;
        stable.then_some(Markov {
            arrival,
            service,
            servers,
        })
    }

    /// The mean share of servers at work.
    pub fn utilization(&self) -> f64 {
        self.arrival / self.service / self.servers as f64
    }

    /// The share of requests that wait.
    pub fn waiting_share(&self) -> f64 {
        erlang_c(self.arrival / self.service, self.servers)
    }

    /// θ: how much faster all servers are than the arrivals.
    fn spare(&self) -> f64 {
        self.service * self.servers as f64 - self.arrival
    }

    /// The mean time before a server begins.
    pub fn mean_wait(&self) -> f64 {
        self.waiting_share() / self.spare()
    }

    /// The mean time until the service ends.
    pub fn mean_response(&self) -> f64 {
        self.mean_wait() + 1.0 / self.service
    }

    /// The mean number of those that wait, by Little's law.
    pub fn mean_queue(&self) -> f64 {
        self.arrival * self.mean_wait()
    }

    /// The share of requests whose response takes longer than `time`.
    pub fn response_beyond(&self, time: f64) -> f64 {
        let (mu, theta, waits) = (self.service, self.spare(), self.waiting_share());
        let serve = libm::exp(-mu * time);
        let both = if (theta - mu).abs() < 1e-9 * mu {
            (1.0 + mu * time) * serve
        } else {
            (theta * serve - mu * libm::exp(-theta * time)) / (theta - mu)
        };
        (1.0 - waits) * serve + waits * both
    }

    /// The response time that the share `quantile` (0 to below 1) of requests does not exceed.
    pub fn response_quantile(&self, quantile: f64) -> f64 {
        where_tail_is(1.0 - quantile, self.mean_response(), |time| self.response_beyond(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-4, "{value} instead of {expected}");
    }

    fn queue(arrival: f64, service: f64, servers: u32) -> Markov {
        Markov::new(arrival, service, servers).expect("it is stable")
    }

    #[test]
    fn erlang_b_agrees_with_its_tables() {
        for (load, servers, expected) in [(1.0, 1, 0.5), (5.0, 10, 0.018_385), (10.0, 10, 0.214_58), (2.0, 2, 0.4)] {
            check(erlang_b(load, servers), expected);
        }
    }

    #[test]
    fn erlang_c_agrees_with_its_tables() {
        for (load, servers, expected) in [
            (0.8, 1, 0.8),
            (1.0, 2, 1.0 / 3.0),
            (8.0, 10, 0.409_18),
            (4.0, 5, 0.554_11),
        ] {
            check(erlang_c(load, servers), expected);
        }
        assert_eq!(erlang_c(3.0, 3), 1.0);
    }

    #[test]
    fn one_server_responds_exponentially() {
        let queue = queue(0.8, 1.0, 1);
        check(queue.mean_response(), 5.0);
        check(queue.mean_queue(), 3.2);
        check(queue.response_quantile(0.5), 3.465_7);
        check(queue.response_quantile(0.99), 23.025_9);
    }

    #[test]
    fn a_tail_is_a_tail_where_both_rates_agree_too() {
        // c μ − λ = μ: two servers at load 1. P(T > t) = (1 + t/3) e^−t.
        let queue = queue(1.0, 1.0, 2);
        check(queue.response_beyond(3.0), 2.0 * (-3.0f64).exp());
        check(queue.mean_response(), 4.0 / 3.0);
    }

    #[test]
    fn the_mean_is_the_area_under_the_tail() {
        let queue = queue(3.6, 1.0, 4);
        let step = 1e-3;
        let area: f64 = (0..100_000)
            .map(|i| queue.response_beyond((i as f64 + 0.5) * step) * step)
            .sum();
        check(area, queue.mean_response());
    }

    #[test]
    fn a_queue_that_only_grows_has_no_answer() {
        assert!(Markov::new(1.0, 1.0, 1).is_none() && Markov::new(1.0, 1.0, 0).is_none());
    }
}
