//! M/M/c/K: as M/M/c, but with so many places to wait and no more. Without any place it is Erlang's loss system.
//!
//! Source: Kleinrock, Queueing Systems I, 1975, sections 3.5 and 3.7; the birth-death chain
//! p(n+1) = p(n) · λ / (μ · min(n+1, c)), normalised.

/// An M/M/c/K queue in its steady state; it always has one.
#[derive(Clone, Debug)]
pub struct Limited {
    arrival: f64,
    servers: u32,
    /// The share of time with n requests inside.
    shares: Vec<f64>,
}

impl Limited {
    /// Arrivals at the rate `arrival`, `servers` at the rate `service` each, and `places` for those who wait.
    pub fn new(arrival: f64, service: f64, servers: u32, places: u32) -> Limited {
        let mut weights = vec![1.0];
        for n in 1..=servers + places {
            let last = weights[n as usize - 1];
            weights.push(last * arrival / (service * n.min(servers) as f64));
            if last > 1e200 {
                weights.iter_mut().for_each(|weight| *weight /= 1e200);
            }
        }
        let total: f64 = weights.iter().sum();
        Limited {
            arrival,
            servers,
            shares: weights.iter().map(|weight| weight / total).collect(),
        }
    }

    /// The share of arrivals that find every place taken.
    pub fn refused_share(&self) -> f64 {
        self.shares.last().copied().unwrap_or(0.0)
    }

    /// Accepted requests per time.
    pub fn throughput(&self) -> f64 {
        self.arrival * (1.0 - self.refused_share())
    }

    /// The mean number of `of(n)` over the states n.
    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let states = self.shares.iter().enumerate();
        states.map(|(n, share)| share * of(n as f64)).sum()
    }

    /// The mean share of servers at work.
    pub fn utilization(&self) -> f64 {
        let servers = self.servers as f64;
        self.mean(|n| n.min(servers)) / servers
    }

    /// The mean number of those that wait.
    pub fn mean_queue(&self) -> f64 {
        let servers = self.servers as f64;
        self.mean(|n| (n - servers).max(0.0))
    }

    /// The mean response time of accepted requests, by Little's law.
    pub fn mean_response(&self) -> f64 {
        self.mean(|n| n) / self.throughput()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Markov, erlang_b};
    use super::*;

    fn check(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-9, "{value} instead of {expected}");
    }

    #[test]
    fn without_a_place_to_wait_it_is_erlangs_loss_system() {
        check(Limited::new(10.0, 1.0, 10, 0).refused_share(), erlang_b(10.0, 10));
        check(Limited::new(480.0, 1.0, 400, 0).refused_share(), erlang_b(480.0, 400));
    }

    #[test]
    fn one_server_and_one_place_by_hand() {
        // p = (1, 2, 4) / 7 at twice the rate that the server can take.
        let queue = Limited::new(2.0, 1.0, 1, 1);
        check(queue.refused_share(), 4.0 / 7.0);
        check(queue.utilization(), 6.0 / 7.0);
        check(queue.mean_queue(), 4.0 / 7.0);
        check(queue.mean_response(), (10.0 / 7.0) / (6.0 / 7.0));
    }

    #[test]
    fn with_room_enough_it_is_a_queue_without_limit() {
        let (limited, free) = (
            Limited::new(3.6, 1.0, 4, 2_000),
            Markov::new(3.6, 1.0, 4).expect("stable"),
        );
        check(limited.mean_response(), free.mean_response());
        check(limited.mean_queue(), free.mean_queue());
    }

    #[test]
    fn huge_overloads_do_not_overflow() {
        let queue = Limited::new(1e6, 1.0, 1, 1_000);
        check(queue.throughput(), 1.0);
    }
}
