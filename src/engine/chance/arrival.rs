//! When an open client sends: patterns of arrivals made ready for drawing.
//!
//! ```text
//! rate  ╱▔▔▔▔  ramp       Poisson: the area under the rate from one request to the next is exponential with mean 1,
//!      ╱                  so one draw of it says how far to go (Çinlar 1975, Introduction to stochastic processes,
//!      ╱╲╱╲╱╲  wave       chapter 4.7: inversion of the cumulative rate)
//! ```
//!
//! Law: one draw for each request. The present and what comes next are whole nanoseconds since the pattern began;
//! nothing is added up.

use super::circle::circle;
use super::{Draw, Sampler, Ziggurat};
use crate::scenario::Arrivals;
use crate::time::Duration;

/// Later than everything: no further request.
const NEVER: Duration = Duration(u64::MAX);

/// The arrival process of an open client.
pub enum Pattern {
    Set(Timetable),
    Drawn(Process),
}

/// Arrivals that are fixed from the beginning.
pub enum Timetable {
    Even { gap_ns: f64 },
    Bursts { size: u32, every: Duration },
    Times(Box<[Duration]>),
}

/// Arrivals that are a matter of chance; rates are per nanosecond.
pub enum Process {
    Gaps(Sampler),
    Ramp { low: f64, high: f64, over: f64 },
    Wave { low: f64, high: f64, period: u64 },
}

impl Pattern {
    /// Prepares `arrivals`.
    pub fn new(arrivals: &Arrivals) -> Pattern {
        match arrivals {
            Arrivals::Poisson { gap_ns } => Pattern::Drawn(Process::Gaps(Sampler::Exp { mean: *gap_ns })),
            Arrivals::Renewal(gap) => Pattern::Drawn(Process::Gaps(Sampler::new(gap))),
            Arrivals::Constant { gap_ns } => Pattern::Set(Timetable::Even { gap_ns: *gap_ns }),
            Arrivals::Burst { size, every } => Pattern::Set(Timetable::Bursts {
                size: *size,
                every: *every,
            }),
            Arrivals::Times(times) => Pattern::Set(Timetable::Times(times.as_slice().into())),
            Arrivals::Ramp { low, high, over } => Pattern::Drawn(Process::Ramp {
                low: low * 1e-9,
                high: high * 1e-9,
                over: over.0 as f64,
            }),
            Arrivals::Wave { low, high, period } => Pattern::Drawn(Process::Wave {
                low: low * 1e-9,
                high: high * 1e-9,
                period: period.0,
            }),
        }
    }
}

impl Timetable {
    /// When the request of this number, from 0, is due after the beginning.
    pub fn due(&self, number: u64) -> Duration {
        match self {
            Timetable::Even { gap_ns } => Duration((gap_ns * (number + 1) as f64 + 0.5) as u64),
            Timetable::Bursts { size, every } => Duration((number / u64::from(*size)).saturating_mul(every.0)),
            Timetable::Times(times) => times.get(number as usize).copied().unwrap_or(NEVER),
        }
    }
}

impl Process {
    /// From a time after the beginning to the next request.
    #[inline(always)]
    pub fn gap(&self, ziggurat: &Ziggurat, since: Duration, draw: Draw) -> Duration {
        match self {
            Process::Gaps(sampler) => sampler.sample(ziggurat, draw),
            tide => tide.gap_of_tide(ziggurat, since, draw),
        }
    }

    #[inline(never)]
    fn gap_of_tide(&self, ziggurat: &Ziggurat, since: Duration, mut draw: Draw) -> Duration {
        let gap = match self {
            Process::Gaps(sampler) => return sampler.sample_rare(ziggurat, draw),
            Process::Ramp { low, high, over } => {
                ramp_until(*low, *high, *over, since.0 as f64, ziggurat.exp_rare(&mut draw))
            }
            Process::Wave { low, high, period } => {
                let phase = (since.0 % period) as f64;
                wave_until(*low, *high, *period as f64, phase, ziggurat.exp_rare(&mut draw))
            }
        };
        // What is endless becomes the greatest number, which is never.
        Duration((gap + 0.5) as u64)
    }
}

/// The time from `since` until a ramp has covered this `area`: the root of r g + s g² / 2 = area, at the rate r and the
/// slope s, and at the last rate from the end of the ramp on.
fn ramp_until(low: f64, high: f64, over: f64, since: f64, area: f64) -> f64 {
    let left = (over - since).max(0.0);
    let slope = (high - low) / over;
    let rate = high - slope * left;
    let ahead = (rate + high) / 2.0 * left;
    if area > ahead || left == 0.0 {
        return left + (area - ahead) / high;
    }
    2.0 * area / (rate + libm::sqrt((rate * rate + 2.0 * slope * area).max(0.0)))
}

/// The time from `phase` of a wave until it has covered this `area`: whole periods first, then Newton's steps, halving
/// where one would leave the bracket.
fn wave_until(low: f64, high: f64, period: f64, phase: f64, area: f64) -> f64 {
    let (middle, swing) = ((low + high) / 2.0, (high - low) / 2.0);
    let whole = libm::floor(area / (middle * period));
    if !whole.is_finite() {
        return f64::INFINITY;
    }
    let (turn, rest) = (std::f64::consts::TAU / period, area - whole * middle * period);
    let (_, start) = circle(phase / period);
    let (mut least, mut most, mut gap) = (0.0, period, rest / middle);
    for _ in 0..64 {
        let (cosine, sine) = circle((phase + gap) / period);
        let beyond = middle * gap - swing / turn * (sine - start) - rest;
        if beyond > 0.0 {
            most = gap
        } else {
            least = gap
        }
        let next = gap - beyond / (middle - swing * cosine);
        let next = if next > least && next < most {
            next
        } else {
            (least + most) / 2.0
        };
        let settled = (next - gap).abs() < 0.25;
        gap = next;
        if settled {
            break;
        }
    }
    whole * period + gap
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: f64 = 1e9;

    /// The area under `rate`, by Simpson's rule.
    fn area(rate: impl Fn(f64) -> f64, from: f64, until: f64) -> f64 {
        let (steps, step) = (2_000, (until - from) / 2_000.0);
        let weight = |i: u32| match i {
            0 => 1.0,
            i if i == steps => 1.0,
            i => 2.0 + 2.0 * f64::from(i % 2),
        };
        let sum: f64 = (0..=steps).map(|i| weight(i) * rate(from + f64::from(i) * step)).sum();
        sum * step / 3.0
    }

    fn check(until: f64, expected: f64) {
        assert!(
            (until - expected).abs() <= 1e-9 * expected,
            "{until} instead of {expected}"
        );
    }

    #[test]
    fn a_ramp_by_hand() {
        // From 0 to 2 per second in 4 s: t²/4 until then, 4 in all.
        let until = |since: f64, area| ramp_until(0.0, 2.0 / S, 4.0 * S, since * S, area) / S;
        check(until(0.0, 1.0), 2.0);
        check(until(2.0, 3.0), 2.0);
        check(until(3.0, 1.75), 1.0);
        check(until(3.0, 3.75), 2.0);
        check(until(9.0, 5.0), 2.5);
        // From 2 to 0: 2 t − t²/4 until 4 s, and nothing from then on.
        let until = |since: f64, area| ramp_until(2.0 / S, 0.0, 4.0 * S, since * S, area) / S;
        check(until(0.0, 3.0), 2.0);
        check(until(2.0, 0.75), 1.0);
        assert_eq!(until(2.0, 1.01), f64::INFINITY);
        assert_eq!(until(4.0, 0.01), f64::INFINITY);
        assert_eq!(until(5.0, 0.01), f64::INFINITY);
        // No ramp at all.
        check(ramp_until(5.0 / S, 5.0 / S, S, 0.5 * S, 10.0) / S, 2.0);
        assert_eq!(ramp_until(0.0, 0.0, S, 0.0, 0.1), f64::INFINITY);
    }

    #[test]
    fn a_wave_covers_the_area_that_was_drawn() {
        for (low, high) in [(10.0, 90.0), (0.0, 100.0), (90.0, 10.0), (3.0, 3.0), (0.0, 0.01)] {
            let rate = |t: f64| (low + high) / 2.0 - (high - low) / 2.0 * libm::cos(std::f64::consts::TAU * t / 7.0);
            for phase in [0.0, 0.001, 1.3, 3.5, 6.999] {
                for drawn in [1e-6, 0.1, 1.0, 20.0] {
                    let gap = wave_until(low / S, high / S, 7.0 * S, phase * S, drawn) / S;
                    let whole = (gap / 7.0).floor();
                    let covered = whole * 7.0 * (low + high) / 2.0 + area(rate, phase, phase + gap - 7.0 * whole);
                    let nanosecond = 1e-9 * high.max(low);
                    assert!(
                        (covered - drawn).abs() < 1e-6 * drawn + nanosecond,
                        "{low} {high} {phase}: {covered} instead of {drawn}"
                    );
                }
            }
        }
        assert_eq!(wave_until(0.0, 0.0, S, 0.0, 1.0), f64::INFINITY);
    }

    #[test]
    fn a_timetable_ends_where_its_times_end() {
        let times = Timetable::Times([Duration(5), Duration(5), Duration(9)].into());
        let due: Vec<Duration> = (0..4).map(|number| times.due(number)).collect();
        assert_eq!(due, [Duration(5), Duration(5), Duration(9), NEVER]);
    }
}
