//! A distribution of durations: an HdrHistogram for quantiles, exact sums for the mean, batches for its interval.
//!
//! ```text
//! record(ns) ─▶ histogram (three digits, from a microsecond up)   ─▶ p50 … p99.9
//!            ├▶ sum, count, max (exact)                             ─▶ mean, max
//!            └▶ batch sums, merged in pairs when there are 64       ─▶ 95 % interval of the mean
//! ```
//!
//! Law: recording takes a few nanoseconds and allocates only while the range grows.

use super::interval::mean_of_batches;
use super::report::Summary;
use crate::time::Duration;
use hdrhistogram::Histogram;

/// Batches that are kept at most; an even number.
const BATCHES: usize = 64;

/// Durations as they were measured.
pub struct Distribution {
    histogram: Histogram<u32>,
    sum: u128,
    count: u64,
    max: u64,
    batches: Vec<u64>,
    /// Values in a full batch, and in the one that is being filled.
    batch_size: u64,
    batch_count: u64,
    batch_sum: u64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution::new()
    }
}

impl Distribution {
    /// Without any value.
    pub fn new() -> Distribution {
        let mut histogram = Histogram::new_with_bounds(1_000, 2_000_000, 3)
            .unwrap_or_else(|error| unreachable!("the bounds are constants: {error}"));
        histogram.auto(true);
        Distribution {
            histogram,
            sum: 0,
            count: 0,
            max: 0,
            batches: Vec::new(),
            batch_size: 1,
            batch_count: 0,
            batch_sum: 0,
        }
    }

    /// Adds a value.
    #[inline]
    pub fn record(&mut self, value: Duration) {
        let recorded = self.histogram.record(value.0);
        debug_assert!(recorded.is_ok(), "the histogram grows as it must");
        self.sum += value.0 as u128;
        self.count += 1;
        self.max = self.max.max(value.0);
        self.batch_sum += value.0;
        self.batch_count += 1;
        if self.batch_count == self.batch_size {
            self.close_batch();
        }
    }

    fn close_batch(&mut self) {
        self.batches.push(self.batch_sum);
        (self.batch_sum, self.batch_count) = (0, 0);
        if self.batches.len() == BATCHES {
            self.batches = self.batches.chunks(2).map(|pair| pair[0] + pair[1]).collect();
            self.batch_size *= 2;
        }
    }

    /// The figures in milliseconds.
    pub fn summary(&self) -> Summary {
        if self.count == 0 {
            return Summary::default();
        }
        let ms = |ns: u64| ns as f64 / 1e6;
        let quantile = |q| Some(ms(self.histogram.value_at_quantile(q).min(self.max)));
        let batch_means: Vec<f64> = self
            .batches
            .iter()
            .map(|sum| ms(*sum) / self.batch_size as f64)
            .collect();
        Summary {
            mean: Some(self.sum as f64 / self.count as f64 / 1e6),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p95: quantile(0.95),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: Some(ms(self.max)),
            count: self.count,
            ci95: mean_of_batches(&batch_means),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_distribution_has_no_figures() {
        assert_eq!(Distribution::new().summary(), Summary::default());
    }

    #[test]
    fn quantiles_are_right_to_three_digits_and_mean_and_max_exactly() {
        let mut distribution = Distribution::new();
        (1..=10_000u64)
            .rev()
            .for_each(|i| distribution.record(Duration(i * 10_000)));
        let summary = distribution.summary();
        assert_eq!(
            (summary.mean, summary.max, summary.count),
            (Some(50.005), Some(100.0), 10_000)
        );
        for (value, expected) in [
            (summary.p50, 50.0),
            (summary.p90, 90.0),
            (summary.p99, 99.0),
            (summary.p999, 99.9),
        ] {
            let value = value.unwrap_or(0.0);
            assert!((value / expected - 1.0).abs() < 1e-3, "{value} {expected}");
        }
    }

    #[test]
    fn batches_keep_every_value() {
        let mut distribution = Distribution::new();
        (0..1_000u64).for_each(|i| distribution.record(Duration(i)));
        let total: u64 = distribution.batches.iter().sum::<u64>() + distribution.batch_sum;
        assert_eq!(total, (0..1_000).sum::<u64>());
        assert!((BATCHES / 2..BATCHES).contains(&distribution.batches.len()));
    }
}
