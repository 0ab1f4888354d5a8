//! A chain of calls with a worker for everybody: nobody waits, so the response time is the sum of the works.
//!
//! Source: Erlang 1909; the sum of k exponentials of one mean is Erlang's distribution,
//! P(T > t) = e^−x Σ_{n<k} xⁿ/n! with x = t / mean of one.

use super::where_tail_is;

/// `calls` works one after the other, each exponential with this mean.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    calls: u32,
    mean: f64,
}

impl Chain {
    /// So many works with this mean each.
    pub fn new(calls: u32, mean: f64) -> Chain {
        Chain { calls, mean }
    }

    /// The mean of the sum.
    pub fn mean_response(&self) -> f64 {
        self.calls as f64 * self.mean
    }

    /// The share of sums that take longer than `time`.
    pub fn response_beyond(&self, time: f64) -> f64 {
        let x = time / self.mean;
        let terms = (0..self.calls).scan(libm::exp(-x), |term, n| {
            let this = *term;
            *term *= x / (n + 1) as f64;
            Some(this)
        });
        terms.sum()
    }

    /// The time that the share `quantile` (0 to below 1) of sums does not exceed.
    pub fn response_quantile(&self, quantile: f64) -> f64 {
        where_tail_is(1.0 - quantile, self.mean_response(), |time| self.response_beyond(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_works_of_a_millisecond() {
        let chain = Chain::new(5, 1.0);
        for (value, expected) in [
            (chain.mean_response(), 5.0),
            (chain.response_quantile(0.5), 4.670_9),
            (chain.response_quantile(0.99), 11.604_6),
            (chain.response_beyond(0.0), 1.0),
        ] {
            assert!((value - expected).abs() < 1e-4, "{value} instead of {expected}");
        }
    }
}
