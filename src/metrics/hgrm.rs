//! A distribution as HdrHistogram prints its percentiles (`outputPercentileDistribution`, G. Tene), for its plotters.
//!
//! ```text
//!        Value     Percentile TotalCount 1/(1-Percentile)
//!
//!       23.455 0.500000000000        512           2.00
//! ```
//!
//! Law: values are milliseconds, each the largest of its bin. From 0 on, each half of the way that is left to 1 has
//! [`TICKS`] lines, as far as there are values.

use super::Distribution;

/// Lines for each half of the way to 1.
const TICKS: f64 = 5.0;
/// Nanoseconds in a millisecond.
const MS: f64 = 1e6;

/// A line: the value, the share of all values up to it, and how many those are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// In nanoseconds.
    pub value: u64,
    pub share: f64,
    pub count: u64,
}

/// The lines of a distribution.
pub fn levels(bins: &[(u64, u64)]) -> Vec<Level> {
    let all: u64 = bins.iter().map(|(_, count)| count).sum();
    let (mut levels, mut count) = (Vec::new(), 0);
    // Steps of a tenth would not be exact, and steps of ten per cent are.
    let mut percent = 0.0;
    for (value, more) in bins.iter().copied() {
        count += more;
        while 100.0 * count as f64 / all as f64 >= percent {
            let share = percent / 100.0;
            levels.push(Level { value, share, count });
            if count == all {
                let share = 1.0;
                levels.push(Level { value, share, count });
                return levels;
            }
            // How often the rest of the way was halved.
            let halves = libm::floor(libm::log2(100.0 / (100.0 - percent))) + 1.0;
            percent += 100.0 / (TICKS * libm::exp2(halves));
        }
    }
    levels
}

/// The text of a distribution.
pub fn hgrm(distribution: &Distribution) -> String {
    let bins = distribution.bins();
    let mut text = format!(
        "{:>12} {:>14} {:>10} {:>14}\n\n",
        "Value", "Percentile", "TotalCount", "1/(1-Percentile)"
    );
    for Level { value, share, count } in levels(&bins) {
        let value = value as f64 / MS;
        text += &format!("{value:12.3} {share:2.12} {count:10}");
        if share < 1.0 {
            text += &format!(" {:14.2}", 1.0 / (1.0 - share));
        }
        text.push('\n');
    }
    let summary = distribution.summary();
    let [mean, max] = [summary.mean, summary.max].map(|ms| ms.unwrap_or(0.0));
    let deviation = deviation(&bins, mean);
    text += &format!("#[Mean    = {mean:12.3}, StdDeviation   = {deviation:12.3}]\n");
    text += &format!("#[Max     = {max:12.3}, Total count    = {:12}]\n", summary.count);
    text + &format!("#[Buckets = {:12}, SubBuckets     = {:12}]\n", 1, bins.len())
}

/// The standard deviation in milliseconds, of values that are the largest of their bins.
fn deviation(bins: &[(u64, u64)], mean: f64) -> f64 {
    let all: u64 = bins.iter().map(|(_, count)| count).sum();
    let squares = bins.iter().map(|(value, count)| {
        let off = *value as f64 / MS - mean;
        off * off * *count as f64
    });
    // Nothing adds up to −0.
    libm::sqrt((0.0 + squares.sum::<f64>()) / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_of_the_crate_hdrhistogram(mut values in proptest::collection::vec(1_000u64..10_000_000_000, 1..300)) {
            // Where a count is exactly a level, the crate rounds its sum of tenths up beyond it.
            while values.len() % 2 == 0 || values.len() % 5 == 0 {
                values.push(5_000_000);
            }
            let mut other = hdrhistogram::Histogram::<u32>::new_with_bounds(1_000, 2_000_000, 3).unwrap();
            other.auto(true);
            let mut distribution = Distribution::new();
            for value in &values {
                other.record(*value).unwrap();
                distribution.record(Duration(*value));
            }
            let largest = *values.iter().max().unwrap();
            let expected: Vec<(u64, u64)> = other
                .iter_quantiles(TICKS as u32)
                .map(|it| (it.value_iterated_to().min(largest), (it.quantile_iterated_to() * 1e9) as u64))
                .collect();
            let found: Vec<(u64, u64)> = levels(&distribution.bins()).iter().map(|it| (it.value, (it.share * 1e9) as u64)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_text_is_as_plotters_read_it() {
        let mut distribution = Distribution::new();
        [2, 4, 4]
            .iter()
            .for_each(|ms| distribution.record(Duration::from_ms(*ms)));
        let text = hgrm(&distribution);
        assert!(
            text.starts_with("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"),
            "{text}"
        );
        assert!(text.contains("       4.000 1.000000000000          3\n"), "{text}");
        assert!(
            text.contains("#[Max     =        4.000, Total count    =            3]\n"),
            "{text}"
        );
    }

    /// As Java's HdrHistogram goes on: in steps of ten per cent, then of five, of two and a half.
    #[test]
    fn a_count_that_is_exactly_a_level_reaches_it() {
        let tens: Vec<(u64, u64)> = (1..=10).map(|ten| (ten * 10, 1)).collect();
        let found: Vec<(u64, f64)> = levels(&tens).iter().map(|level| (level.value, level.share)).collect();
        let expected = [
            (10, 0.0),
            (10, 0.1),
            (20, 0.2),
            (30, 0.3),
            (40, 0.4),
            (50, 0.5),
            (60, 0.55),
            (60, 0.6),
            (70, 0.65),
            (70, 0.7),
            (80, 0.75),
            (80, 0.775),
            (80, 0.8),
        ];
        assert_eq!(found[..expected.len()], expected);
    }

    #[test]
    fn nothing_has_no_lines() {
        assert_eq!(levels(&[]), []);
        assert!(hgrm(&Distribution::new()).contains("StdDeviation   =        0.000]"));
        assert!(hgrm(&Distribution::new()).contains("Total count    =            0]"));
    }
}
