//! Closed networks: users who think, send, wait at stations with one or many workers, and think again.
//!
//! ```text
//!  ┌▶ think ─▶ station ─▶ station ┐      G(n) = Σ over all ways to spread n users of Π f_i(n_i)
//!  └──────────────────────────────┘      f(k) = Dᵏ / Π_{j≤k} min(j, c);   X(n) = G(n−1) / G(n)
//! ```
//!
//! Source: Gordon & Newell 1967 (product form); Buzen, Computational algorithms for closed queueing networks with
//! exponential servers, 1973 (convolution); its means are those of Reiser & Lavenberg's mean value analysis, 1980,
//! whose recursion for many workers loses its digits near saturation, while here only positive terms are added.
//!
//! Law: all sums are of logarithms of positive terms, so that no number of users overflows.

/// Where users wait for one of `servers` workers; `demand` is the mean work of all visits of one cycle.
#[derive(Clone, Copy, Debug)]
pub struct Station {
    pub demand: f64,
    pub servers: u32,
}

/// A closed network of exponential stations.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The mean time to think; any distribution.
    pub think: f64,
    pub stations: Vec<Station>,
}

/// What a closed network does in its steady state.
#[derive(Clone, Debug)]
pub struct Steady {
    /// Cycles per time.
    pub throughput: f64,
    /// The mean time of a cycle without the thinking.
    pub response: f64,
    /// The mean share of each station's workers at work.
    pub utilization: Vec<f64>,
    /// The mean number of users at each station, waiting or served.
    pub users: Vec<f64>,
}

impl Closed {
    /// With this many users (at least one).
    pub fn steady(&self, users: u32) -> Steady {
        assert!(users > 0, "a closed network without users does nothing");
        let n = users as usize;
        let factors: Vec<Vec<f64>> = self
            .stations
            .iter()
            .map(|station| factors(station.demand, station.servers, n))
            .collect();
        let thinking = factors_of_delay(self.think, n);
        let all = factors
            .iter()
            .fold(thinking.clone(), |sum, station| convolved(&sum, station));
        let throughput = libm::exp(all[n - 1] - all[n]);
        let at = |index: usize| {
            let others = factors.iter().enumerate().filter(|(i, _)| *i != index);
            let rest = others.fold(thinking.clone(), |sum, (_, station)| convolved(&sum, station));
            (1..=n)
                .map(|k| k as f64 * libm::exp(factors[index][k] + rest[n - k] - all[n]))
                .sum()
        };
        Steady {
            throughput,
            response: users as f64 / throughput - self.think,
            utilization: self
                .stations
                .iter()
                .map(|s| throughput * s.demand / s.servers as f64)
                .collect(),
            users: (0..self.stations.len()).map(at).collect(),
        }
    }
}

/// ln f(k) for k = 0..=n of a station.
fn factors(demand: f64, servers: u32, n: usize) -> Vec<f64> {
    let ahead = (1..=n).scan(0.0, |sum, k| {
        *sum += libm::log(demand / k.min(servers as usize) as f64);
        Some(*sum)
    });
    std::iter::once(0.0).chain(ahead).collect()
}

/// ln f(k) where everybody is served at once.
fn factors_of_delay(time: f64, n: usize) -> Vec<f64> {
    factors(time, u32::MAX, n)
}

/// The logarithms of the convolution of two sequences that are given by their logarithms.
fn convolved(a: &[f64], b: &[f64]) -> Vec<f64> {
    let term = |n: usize, k: usize| a[k] + b[n - k];
    let entry = |n: usize| {
        let peak = (0..=n).map(|k| term(n, k)).fold(f64::NEG_INFINITY, f64::max);
        peak + libm::log((0..=n).map(|k| libm::exp(term(n, k) - peak)).sum())
    };
    (0..a.len()).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-9, "{value} instead of {expected}");
    }

    /// Mean value analysis of stations with one worker each (Reiser & Lavenberg 1980): throughput and response.
    fn mean_value_analysis(think: f64, demands: &[f64], users: u32) -> (f64, f64) {
        let (mut queues, mut figures) = (vec![0.0; demands.len()], (0.0, 0.0));
        for n in 1..=users {
            let times: Vec<f64> = demands
                .iter()
                .zip(&queues)
                .map(|(demand, queue)| demand * (1.0 + queue))
                .collect();
            let response: f64 = times.iter().sum();
            let throughput = n as f64 / (think + response);
            queues = times.iter().map(|time| throughput * time).collect();
            figures = (throughput, response);
        }
        figures
    }

    fn network(think: f64, stations: &[(f64, u32)]) -> Closed {
        let station = |(demand, servers): &(f64, u32)| Station {
            demand: *demand,
            servers: *servers,
        };
        Closed {
            think,
            stations: stations.iter().map(station).collect(),
        }
    }

    #[test]
    fn single_workers_agree_with_mean_value_analysis() {
        let demands = [0.605, 2.1, 1.35];
        let network = network(15.0, &demands.map(|demand| (demand, 1)));
        for users in [1, 3, 20, 200] {
            let steady = network.steady(users);
            let (throughput, response) = mean_value_analysis(15.0, &demands, users);
            check(steady.throughput, throughput);
            check(steady.response, response);
        }
        check(network.steady(1).response, 4.055);
    }

    #[test]
    fn two_users_and_two_workers_never_wait() {
        let steady = network(1.0, &[(3.0, 2)]).steady(2);
        check(steady.throughput, 0.5);
        check(steady.response, 3.0);
        check(steady.utilization[0], 0.75);
    }

    #[test]
    fn repairmen_by_hand() {
        // Three machines, one repairman, both means 1: p = (1, 3, 6, 6) / 16, so X = 15/16 and 33/16 wait or are mended.
        let steady = network(1.0, &[(1.0, 1)]).steady(3);
        check(steady.throughput, 15.0 / 16.0);
        check(steady.users[0], 33.0 / 16.0);
        check(steady.response, 33.0 / 15.0);
    }

    #[test]
    fn users_who_do_not_think_share_the_stations() {
        // Two equal stations, two users: three equally likely ways to stand, one busy station in two of them.
        let steady = network(0.0, &[(1.0, 1), (1.0, 1)]).steady(2);
        check(steady.throughput, 2.0 / 3.0);
        check(steady.users[0], 1.0);
    }

    #[test]
    fn many_users_meet_the_bottleneck() {
        let steady = network(1.0, &[(0.5, 100), (0.001, 1)]).steady(1_000);
        check(steady.throughput, 200.0);
        check(steady.users.iter().sum::<f64>() + steady.throughput, 1_000.0);
    }
}
