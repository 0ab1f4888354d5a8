//! Times that were measured, as a distribution of the format.
//!
//! ```text
//! 4.1 ms, 5.3 ms, 4.7 ms, …   ▶   exp(4.7ms), if its quantiles are those of the times; else their quantiles
//! ```
//!
//! Law: mean and median of what comes out are within some percent of the measured ones, from ten times on.

use crate::time::Duration;

/// Fewer times say a mean and no more.
const FEW: usize = 10;
/// Quantiles of a distribution that has no name. An odd number: the median is one of them, and not the end of a step
/// between two that may be far apart, as the two humps of a service that is sometimes slow.
const POINTS: usize = 41;
/// How far the quantiles of a named distribution may be off.
const TOLERANCE: f64 = 0.06;
/// Where the two are compared, and the standard normal quantiles there.
const AT: [(f64, f64); 4] = [(0.25, -0.674_490), (0.5, 0.0), (0.75, 0.674_490), (0.9, 1.281_552)];
/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_348;

/// The distribution and what kind it is, in words.
pub fn fit(times: &mut [u64]) -> (String, &'static str) {
    times.sort_unstable();
    let Some(mean) = mean(times) else {
        return ("0s".to_string(), "no time");
    };
    if times.len() < FEW {
        return (time(mean), "the mean of fewer than ten times");
    }
    let spread = (variance(times, mean)).sqrt() / mean.max(1.0);
    if spread < 0.02 || mean < 1.0 {
        return (time(mean), "a constant");
    }
    let sigma = libm::sqrt(libm::log(1.0 + spread * spread)).min(Z99);
    let exponential = |p: f64, _| -mean * libm::log(1.0 - p);
    let normal = |_, z: f64| mean * libm::exp(sigma * z - sigma * sigma / 2.0);
    if distance(times, exponential) < TOLERANCE {
        return (format!("exp({})", time(mean)), "exponential, by the mean");
    }
    if distance(times, normal) < TOLERANCE {
        let p99 = mean * libm::exp(sigma * Z99 - sigma * sigma / 2.0);
        let (mean, p99) = (time(mean), time(p99.max(mean)));
        return (
            format!("lognormal(mean {mean}, p99 {p99})"),
            "lognormal, by mean and spread",
        );
    }
    let points: Vec<String> = points(times, mean).into_iter().map(time).collect();
    (format!("empirical({})", points.join(", ")), "41 quantiles of the times")
}

/// The times in equally likely steps, each by its middle. The last step, which may be long, keeps the mean of all.
fn points(times: &[u64], mean: f64) -> Vec<f64> {
    let middle = |at: usize| quantile(times, (at as f64 + 0.5) / POINTS as f64);
    let mut points: Vec<f64> = (0..POINTS).map(middle).collect();
    let others: f64 = points[..POINTS - 1].iter().sum();
    points[POINTS - 1] = (mean * POINTS as f64 - others).max(points[POINTS - 2]);
    points
}

/// The farthest that a quantile is off, as a part of the measured one.
fn distance(times: &[u64], quantile_at: impl Fn(f64, f64) -> f64) -> f64 {
    let off = AT.iter().map(|(p, z)| {
        let measured = quantile(times, *p);
        (quantile_at(*p, *z) - measured).abs() / measured.max(1.0)
    });
    off.fold(0.0, f64::max)
}

/// The mean in nanoseconds, if there is any time.
pub fn mean(times: &[u64]) -> Option<f64> {
    let sum: f64 = times.iter().map(|time| *time as f64).sum();
    (!times.is_empty()).then(|| sum / times.len() as f64)
}

fn variance(times: &[u64], mean: f64) -> f64 {
    let squares: f64 = times
        .iter()
        .map(|time| (*time as f64 - mean) * (*time as f64 - mean))
        .sum();
    squares / times.len() as f64
}

/// The quantile of sorted times, between two of them in a straight line.
pub fn quantile(times: &[u64], p: f64) -> f64 {
    let Some(last) = times.len().checked_sub(1) else {
        return 0.0;
    };
    let place = p * last as f64;
    let (below, part) = (place as usize, place - place.floor());
    let [low, high] = [below, below + 1].map(|at| times[at.min(last)] as f64);
    low + part * (high - low)
}

/// A time with four digits that count.
pub fn time(nanoseconds: f64) -> String {
    let whole = nanoseconds.clamp(0.0, 3e17).round() as u64;
    let step = 10u64.pow(whole.checked_ilog10().unwrap_or(0).saturating_sub(3));
    Duration(whole.saturating_add(step / 2) / step * step).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(quantile_at: impl Fn(f64) -> f64, expected: &str) {
        let mut times: Vec<u64> = (0..2_000)
            .map(|at| quantile_at((at as f64 + 0.5) / 2_000.0) as u64)
            .collect();
        assert_eq!(fit(&mut times).0, expected);
    }

    #[test]
    fn a_distribution_is_known_by_its_quantiles() {
        check(|p| -20e6 * (1.0 - p).ln(), "exp(20ms)");
        check(|_| 3e6, "3ms");
        let humps = ["1ms"; 20].into_iter().chain(["9ms"; 21]).collect::<Vec<&str>>();
        check(
            |p| if p < 0.495 { 1e6 } else { 9e6 },
            &format!("empirical({})", humps.join(", ")),
        );
        assert_eq!(fit(&mut [5_000_000; 3]).0, "5ms");
        assert_eq!(fit(&mut []).0, "0s");
    }

    /// Between two humps few times lie, and a median that is off by a twentieth of all is off by half of itself.
    #[test]
    fn the_median_between_two_humps_is_kept_and_so_is_the_mean() {
        for (fast, slow, part) in [
            (5.0, 80.0, 0.6),
            (10.0, 100.0, 0.5),
            (4.0, 60.0, 0.55),
            (1.0, 200.0, 0.52),
        ] {
            let hump = |mean: f64, p: f64| -mean * 1e6 * (1.0 - p).ln();
            let time = |at: usize| {
                let p = (at as f64 + 0.5) / 2_000.0;
                if p < part {
                    hump(fast, p / part)
                } else {
                    hump(slow, (p - part) / (1.0 - part))
                }
            };
            let mut times: Vec<u64> = (0..2_000).map(|at| time(at) as u64).collect();
            times.sort_unstable();
            let mean = mean(&times).expect("times");
            let points = points(&times, mean);
            let median = quantile(&times, 0.5);
            assert!(
                (points[POINTS / 2] / median - 1.0).abs() < 0.001,
                "{fast} {slow}: {median}"
            );
            let kept = points.iter().sum::<f64>() / POINTS as f64;
            assert!((kept / mean - 1.0).abs() < 0.001, "{fast} {slow}: {mean}, then {kept}");
        }
    }
}
