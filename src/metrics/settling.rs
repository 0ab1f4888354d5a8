//! Whether the response times of a run have settled, and when.
//!
//! ```text
//! batches of the counted requests    ▁▂▄▅▆▆▇▆▇▇▆▇▇▆▇▇     the first ones are not like the rest: the warm-up is too short
//!                                    ╰──╯ until here
//!                                    ▁▂▂▃▃▄▄▅▅▅▆▆▇▇██     no part is like the rest: the run is, or the load is too high
//! ```
//!
//! Law: judged are 32 to 63 batches of a series that could be steady. It has not settled where neighbours are alike (their
//! autocorrelation is that of a run of some few independent stretches), or where the beginning differs (Schruben, Singh &
//! Tierney 1983: the statistic is distributed like t where nothing changes). Where the rest begins is said by the
//! marginal standard error rule (White 1997, MSER).

use super::Distribution;
use super::interval::Series;
use crate::scenario::{Arrivals, Load, Scenario};
use crate::time::{Duration, Instant};

/// Fewer batches, or batches of fewer values, tell nothing.
const BATCHES: usize = 32;
const VALUES: u64 = 4;
/// Above this autocorrelation of batches the run is too short for its own memory: in M/M/1 at ρ = 0.8 one run of ten
/// thousand requests in two thousand has more, at ρ = 0.9 nine of ten that begin empty and have five hundred.
const ALIKE: f64 = 0.6;
/// Schruben's statistic beyond which the beginning differs; the variance is that of the second half, so it is wide.
const DIFFERS: f64 = 6.0;
/// By how much of the mean a beginning has to matter.
const MATTERS: f64 = 0.02;

/// A series that has not settled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unsettled {
    /// From this share of it on it is steady.
    Until(f64),
    /// To its end.
    Never,
}

/// Judges a series by the means of its batches, each of so many values; none where it is steady or tells nothing.
fn judge(batches: &[f64], values: u64) -> Option<Unsettled> {
    if batches.len() < BATCHES || values < VALUES {
        return None;
    }
    let whole = Series::of(batches);
    let start = steady_from(batches);
    let rest = Series::of(&batches[start..]);
    let matters = (rest.mean - whole.mean).abs() > MATTERS * whole.mean;
    let alike = whole.lag_one > ALIKE;
    let differs = matters && beginning(batches, whole.mean).abs() > DIFFERS;
    if !alike && !differs {
        return None;
    }
    let settled = matters && start < batches.len() / 2 && rest.lag_one <= ALIKE;
    Some(if settled {
        Unsettled::Until(start as f64 / batches.len() as f64)
    } else {
        Unsettled::Never
    })
}

/// Schruben, Singh & Tierney 1983, equation 5: √45 / (b^1.5 S) · Σ (1 − k/b) k (Ȳ_b − Ȳ_k).
fn beginning(batches: &[f64], mean: f64) -> f64 {
    let n = batches.len() as f64;
    let variance = Series::of(&batches[batches.len() / 2..]).variance;
    let (mut sum, mut weighed) = (0.0, 0.0);
    for (index, batch) in batches.iter().enumerate() {
        sum += batch;
        let k = index as f64 + 1.0;
        weighed += (1.0 - k / n) * (mean * k - sum);
    }
    libm::sqrt(45.0) * weighed / (n * libm::sqrt(n * variance))
}

/// How many batches to leave out, of the first half, so that the standard error of the others' mean is least.
fn steady_from(batches: &[f64]) -> usize {
    let error = |start: usize| {
        let rest = &batches[start..];
        Series::of(rest).variance / rest.len() as f64
    };
    let better = |best: usize, start: usize| if error(start) < error(best) { start } else { best };
    (0..=batches.len() / 2).fold(0, better)
}

/// Whether nothing in a scenario makes its load or its rules another one in the course of time.
fn could_be_steady(scenario: &Scenario) -> bool {
    let steady = |load: &Load| match load {
        Load::Open(Arrivals::Poisson { .. } | Arrivals::Constant { .. } | Arrivals::Renewal(_)) => true,
        Load::Open(_) => false,
        Load::Closed { .. } => true,
    };
    let end = Instant::START + scenario.run.duration;
    let mut clients = scenario.clients.iter();
    let steady = clients.all(|client| steady(&client.load) && client.start == Instant::START && client.stop >= end);
    steady && scenario.faults.is_empty() && scenario.changes.is_empty()
}

/// For whom the warm-up was too short, or the run, up to its end now, by the response times of each client.
pub fn warnings<'a>(
    scenario: &Scenario,
    responses: impl Iterator<Item = &'a Distribution>,
    now: Instant,
) -> Vec<String> {
    if !could_be_steady(scenario) {
        return Vec::new();
    }
    let clients = scenario.clients.iter().zip(responses);
    let told = clients.filter_map(|(client, measured)| {
        let (batches, values) = measured.batches();
        judge(&batches, values).map(|how| told(&client.name, how, scenario.run.warmup, now))
    });
    told.collect()
}

/// What a reader is told.
fn told(client: &str, unsettled: Unsettled, warmup: Duration, now: Instant) -> String {
    let whole = |time: f64| Duration((time / 1e9).ceil() as u64 * 1_000_000_000);
    let window = now.since(Instant::START + warmup).0 as f64;
    match unsettled {
        Unsettled::Until(share) => {
            let until = warmup.0 as f64 + share * window;
            let (until, enough) = (whole(until), whole(until * 1.25));
            format!(
                "the response times of `{client}` still change until about {until}, and the warm-up is {warmup}: set \"warmup\": \"{enough}\""
            )
        }
        Unsettled::Never => format!(
            "the response times of `{client}` have not settled at the end, after {}: figures depend on how long the run is; \
             set a longer \"duration\", and a longer \"warmup\" than {warmup}",
            Duration(now.0)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Batches that fluctuate by ±1 around the values of a curve over 0 … 1.
    fn series(curve: impl Fn(f64) -> f64) -> Vec<f64> {
        let noise = |i: u64| ((i * 2_654_435_761) % 1_000_003) as f64 / 500_001.5 - 1.0;
        (0..48).map(|i| curve(i as f64 / 48.0) + noise(i)).collect()
    }

    #[test]
    fn a_series_that_only_fluctuates_is_steady() {
        assert_eq!(judge(&series(|_| 20.0), 100), None);
        assert_eq!(judge(&[7.0; 40], 100), None);
    }

    #[test]
    fn a_beginning_that_differs_is_told_with_its_end() {
        for curve in [
            |at: f64| if at < 0.2 { 10.0 } else { 20.0 },
            |at| if at < 0.2 { 30.0 } else { 20.0 },
        ] {
            let Some(Unsettled::Until(share)) = judge(&series(curve), 100) else {
                panic!("it has settled, but not at once")
            };
            assert!((share - 0.2).abs() < 0.03, "{share}");
        }
    }

    #[test]
    fn what_grows_to_the_end_never_settles() {
        assert_eq!(judge(&series(|at| 20.0 + 40.0 * at), 100), Some(Unsettled::Never));
    }

    #[test]
    fn few_values_tell_nothing() {
        assert_eq!(judge(&series(|at| 40.0 * at)[..31], 100), None);
        assert_eq!(judge(&series(|at| 40.0 * at), 3), None);
    }

    #[test]
    fn a_reader_is_told_times() {
        let s = Duration::from_s;
        let told = |unsettled| told("c", unsettled, s(5), Instant::START + s(25));
        assert_eq!(
            told(Unsettled::Until(0.35)),
            "the response times of `c` still change until about 12s, and the warm-up is 5s: set \"warmup\": \"15s\""
        );
        assert!(
            told(Unsettled::Never).contains("at the end, after 25s"),
            "{}",
            told(Unsettled::Never)
        );
    }
}
