//! Distributions made ready for drawing.

use super::{Draw, Ziggurat};
use crate::scenario::Dist;
use crate::time::Duration;

/// A distribution made ready for drawing; all parameters in nanoseconds.
#[derive(Clone, Debug)]
pub enum Sampler {
    Constant(u64),
    Exp { mean: f64 },
    Uniform { low: f64, width: f64 },
    LogNormal { mu: f64, sigma: f64 },
    Erlang { stages: u32, stage_mean: f64 },
    HyperExp(Box<[(f64, f64)]>),
    Pareto { exponent: f64, minimum: f64 },
    Empirical(Box<[u64]>),
}

/// The 99 % quantile of the standard normal distribution.
pub(super) const Z99: f64 = 2.326_347_874_040_840_8;

impl Sampler {
    /// Prepares `dist`.
    pub fn new(dist: &Dist) -> Sampler {
        let ns = |d: &Duration| d.0 as f64;
        match dist {
            Dist::Constant(d) => Sampler::Constant(d.0),
            Dist::Exp { mean } => Sampler::Exp { mean: ns(mean) },
            Dist::Uniform { low, high } => Sampler::Uniform {
                low: ns(low),
                width: ns(high) - ns(low),
            },
            Dist::LogNormal { mean, p99 } => Sampler::log_normal(ns(mean), ns(p99)),
            Dist::Erlang { stages, mean } => Sampler::Erlang {
                stages: *stages,
                stage_mean: ns(mean) / *stages as f64,
            },
            Dist::HyperExp(phases) => Sampler::HyperExp(cumulated(phases.iter().map(|(p, mean)| (*p, ns(mean))))),
            Dist::Pareto { shape, minimum } => Sampler::Pareto {
                exponent: -1.0 / shape,
                minimum: ns(minimum),
            },
            Dist::Empirical(values) => Sampler::Empirical(values.iter().map(|d| d.0).collect()),
        }
    }

    /// mean = e^(μ + σ²/2) and p99 = e^(μ + zσ) give σ² − 2zσ + 2 ln(p99 ÷ mean) = 0; the smaller root is meant.
    fn log_normal(mean: f64, p99: f64) -> Sampler {
        let sigma = Z99 - libm::sqrt((Z99 * Z99 - 2.0 * libm::log(p99 / mean)).max(0.0));
        Sampler::LogNormal {
            mu: libm::log(mean) - sigma * sigma / 2.0,
            sigma,
        }
    }

    /// Whether every draw is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self, Sampler::Constant(0))
    }

    /// A duration from the bits of `draw`, in whole nanoseconds.
    #[inline(always)]
    pub fn sample(&self, ziggurat: &Ziggurat, mut draw: Draw) -> Duration {
        match self {
            Sampler::Constant(ns) => Duration(*ns),
            Sampler::Exp { mean } => whole(ziggurat.exp(&mut draw) * mean),
            other => other.sample_rare(ziggurat, draw),
        }
    }

    /// The same, called and not copied: for what is seldom drawn.
    #[inline(never)]
    pub fn sample_rare(&self, ziggurat: &Ziggurat, mut draw: Draw) -> Duration {
        whole(match self {
            Sampler::Constant(ns) => *ns as f64,
            Sampler::Exp { mean } => ziggurat.exp_rare(&mut draw) * mean,
            Sampler::Uniform { low, width } => low + draw.unit() * width,
            Sampler::LogNormal { mu, sigma } => libm::exp(mu + sigma * draw.normal()),
            Sampler::Erlang { stages, stage_mean } => {
                (0..*stages).map(|_| ziggurat.exp_rare(&mut draw)).sum::<f64>() * stage_mean
            }
            Sampler::HyperExp(phases) => {
                let mean = phases[pick(phases, draw.unit())].1;
                ziggurat.exp_rare(&mut draw) * mean
            }
            Sampler::Pareto { exponent, minimum } => minimum * libm::pow(draw.unit(), *exponent),
            Sampler::Empirical(values) => values[draw.below(values.len() as u32) as usize] as f64,
        })
    }
}

/// The longest time that is drawn: a year.
const LONGEST_NS: u64 = 31_557_600_000_000_000;

/// Rounds to whole nanoseconds.
#[inline(always)]
fn whole(ns: f64) -> Duration {
    let raised = ns + 0.5;
    if (0.5..EXACT).contains(&raised) {
        Duration(floor(raised))
    } else {
        Duration((raised as i64 as u64).min(LONGEST_NS))
    }
}

/// Up to here a float tells all whole numbers apart: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// The bits of a float behind the point of its mantissa, and what is added to its exponent.
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const BIAS: u64 = 1023;

/// The whole part of a number from a half up to [`EXACT`], from its bits: the conversion that a language has for all numbers
/// takes WebAssembly thrice as long.
#[inline(always)]
fn floor(number: f64) -> u64 {
    let bits = number.to_bits();
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1) | 1 << MANTISSA_BITS;
    let behind = BIAS + u64::from(MANTISSA_BITS) - (bits >> MANTISSA_BITS);
    mantissa >> (behind & 63)
}

/// Probabilities summed up from the left, so that a uniform number picks by comparison.
fn cumulated(phases: impl Iterator<Item = (f64, f64)>) -> Box<[(f64, f64)]> {
    phases
        .scan(0.0, |sum, (p, value)| {
            *sum += p;
            Some((*sum, value))
        })
        .collect()
}

fn pick(phases: &[(f64, f64)], unit: f64) -> usize {
    phases
        .iter()
        .position(|(sum, _)| unit <= *sum)
        .unwrap_or(phases.len() - 1)
}

/// Relative weights made ready for a choice among indices.
#[derive(Clone, Debug)]
pub struct Weights(Box<[(f64, f64)]>);

impl Weights {
    /// Positive weights; their sum is free.
    pub fn new(weights: impl Iterator<Item = f64> + Clone) -> Weights {
        let total: f64 = weights.clone().sum();
        Weights(cumulated(weights.map(|w| (w / total, 0.0))))
    }

    /// The index that these bits choose.
    pub fn choose(&self, mut draw: Draw) -> usize {
        if self.0.len() == 1 {
            0
        } else {
            pick(&self.0, draw.unit())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(number: f64) {
        assert_eq!(floor(number), number as u64, "{number}");
    }

    #[test]
    fn the_bits_say_the_whole_part_at_every_edge() {
        check(0.5);
        for bits in 0..53 {
            let power = (1u64 << bits) as f64;
            [power.next_down(), power, power.next_up(), power + 0.5]
                .into_iter()
                .filter(|number| *number >= 0.5)
                .for_each(check);
        }
        check(EXACT.next_down());
    }

    #[test]
    fn what_is_drawn_is_at_most_a_year() {
        assert_eq!([0.4, 0.5, 7.49].map(whole), [0, 1, 7].map(Duration));
        assert_eq!(whole(EXACT), Duration(EXACT as u64));
        assert_eq!([1e17, f64::INFINITY].map(whole), [Duration(LONGEST_NS); 2]);
    }

    proptest! {
        #[test]
        fn the_bits_say_the_whole_part(number in 0.5..EXACT, scale in 0u32..53) {
            check((number / (1u64 << scale) as f64).max(0.5));
        }
    }
}
