//! A distribution of durations: a histogram for quantiles, and batches for the mean, which is exact, and its interval.
//!
//! ```text
//! record(ns) ─▶ histogram (three digits, from a microsecond up)   ─▶ p50 … p99.9
//!            ├▶ max (exact)                                         ─▶ max
//!            └▶ batch sums, merged in pairs when there are 64       ─▶ count, mean, its 95 % interval
//! ```
//!
//! Law: recording takes a few nanoseconds and allocates only while the range grows.

use super::histogram::Histogram;
use super::interval::mean_of_batches;
use super::report::Summary;
use super::wire::counts;
use crate::scenario::walk::{Wire, count};
use crate::time::Duration;

/// Batches that are kept at most; an even number.
const BATCHES: usize = 64;

/// Durations as they were measured.
pub struct Distribution {
    histogram: Histogram,
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
        Distribution {
            histogram: Histogram::default(),
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
        self.histogram.record(value.0);
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

    /// The means of full batches in milliseconds, in the order of recording, and how many values each has.
    pub fn batches(&self) -> (Vec<f64>, u64) {
        let size = self.batch_size as f64 * 1e6;
        (
            self.batches.iter().map(|sum| *sum as f64 / size).collect(),
            self.batch_size,
        )
    }

    fn count(&self) -> u64 {
        self.batches.len() as u64 * self.batch_size + self.batch_count
    }

    fn sum(&self) -> u128 {
        let batches: u128 = self.batches.iter().map(|sum| *sum as u128).sum();
        batches + self.batch_sum as u128
    }

    /// How many values fell into each bin that has some, by the largest value of the bin, in nanoseconds; the last one's is
    /// the largest value itself.
    pub fn bins(&self) -> Vec<(u64, u64)> {
        let mut bins = self.histogram.bins();
        bins.iter_mut().for_each(|(value, _)| *value = (*value).min(self.max));
        bins
    }

    /// The figures in milliseconds.
    pub fn summary(&self) -> Summary {
        let count = self.count();
        if count == 0 {
            return Summary::default();
        }
        let ms = |ns: u64| ns as f64 / 1e6;
        let quantiles = self.histogram.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
        let [p50, p90, p95, p99, p999] = quantiles.map(|value| Some(ms(value.min(self.max))));
        let mean = self.sum() as f64 / count as f64 / 1e6;
        // What is left over counts as a batch where it is at least half of one.
        let (mut batches, size) = self.batches();
        if self.batch_count * 2 >= size {
            batches.push(ms(self.batch_sum) / self.batch_count as f64);
        }
        Summary {
            mean: Some(mean),
            p50,
            p90,
            p95,
            p99,
            p999,
            max: Some(ms(self.max)),
            count,
            ci95: mean_of_batches(&batches, mean),
        }
    }
}

/// One walk for both ways, as bytes.
pub fn distribution<W: Wire>(wire: &mut W, it: &mut Distribution) {
    let mut filled = it.histogram.filled();
    list(wire, &mut filled);
    list(wire, &mut it.batches);
    counts(
        wire,
        [&mut it.max, &mut it.batch_size, &mut it.batch_count, &mut it.batch_sum],
    );
    if wire.reads() {
        match Histogram::of(&filled) {
            Some(histogram) => it.histogram = histogram,
            None => wire.fail(),
        }
    }
}

/// Any number of numbers. A list that cannot be read to its end ends early.
fn list<W: Wire>(wire: &mut W, values: &mut Vec<u64>) {
    let mut length = values.len() as u64;
    count(wire, &mut length);
    if !wire.reads() {
        return values.iter_mut().for_each(|value| count(wire, value));
    }
    for _ in 0..length {
        if wire.failed() {
            return;
        }
        let mut value = 0;
        count(wire, &mut value);
        values.push(value);
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
    fn an_interval_lies_around_the_mean_and_knows_the_last_values() {
        let of = |calm: u64, late: u64| {
            let mut distribution = Distribution::new();
            (0..calm).for_each(|_| distribution.record(Duration::from_ms(10)));
            (0..late).for_each(|_| distribution.record(Duration::from_ms(1000)));
            let summary = distribution.summary();
            (summary.mean.unwrap_or(0.0), summary.ci95.unwrap_or_default())
        };
        for (calm, late) in [(32, 1), (2560, 39), (2560, 33), (40, 0)] {
            let (mean, [low, high]) = of(calm, late);
            assert!(
                (low + high - 2.0 * mean).abs() < 1e-9,
                "{calm} {late}: {mean} [{low}, {high}]"
            );
            assert_eq!(high > low, late > 0, "{calm} {late}: {mean} [{low}, {high}]");
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
