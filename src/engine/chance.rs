//! Chance: every random quantity is a function of its place in a request's story.
//!
//! ```text
//! key(client, number) ─step, repeat, delivery…─▶ key of a span ─step, purpose─▶ Draw ─▶ nanoseconds
//! ```
//!
//! Law: nothing here remembers anything. A key is never made from a mode, a replica, a policy or the time, so two
//! variants of one scenario draw the same values wherever both do the same. The only floats of the engine stand
//! here, and all that is not a basic operation goes through `libm`.

use crate::scenario::Dist;
use crate::time::Duration;

/// What a draw is for; one place in a story may need several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Gap = 1,
    Think,
    Route,
    Call,
    Work,
    Wait,
    Choose,
    Repeat,
    Fail,
    LatencyThere,
    LatencyBack,
    LossThere,
    LossBack,
    Balance,
    Redelivery,
    Iteration,
    Ack,
}

/// The key of what lies one step further in a story (SplitMix64's finaliser; Steele, Lea & Flood 2014).
#[inline(always)]
pub fn mix(key: u64, salt: u64) -> u64 {
    scramble(key ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

#[inline(always)]
fn scramble(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The key of a name, the same wherever the name stands in the file (FNV-1a, scrambled).
pub fn key_of_name(seed: u64, name: &str) -> u64 {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325u64, |h, b| {
        (h ^ b as u64).wrapping_mul(0x0000_0100_0000_01B3)
    });
    mix(scramble(seed.wrapping_add(0x9E37_79B9_7F4A_7C15)), hash)
}

/// A stream of bits that belongs to one place in a story.
#[derive(Clone, Copy)]
pub struct Draw {
    key: u64,
    state: u64,
}

impl Draw {
    /// The bits for `purpose` at `step` of the story with this key.
    #[inline(always)]
    pub fn new(key: u64, step: u32, purpose: Purpose) -> Draw {
        let key = mix(key, (step as u64) << 8 | purpose as u64);
        Draw { key, state: key }
    }

    /// What names this draw to an observer.
    #[inline(always)]
    pub fn key(&self) -> u64 {
        self.key
    }

    /// 64 further bits.
    #[inline(always)]
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        scramble(self.state)
    }

    /// Uniform in (0, 1].
    #[inline(always)]
    fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number below `bound`, each as likely up to 2⁻³².
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * bound as u64) >> 32) as u32
    }

    /// Standard normal (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * libm::cos(std::f64::consts::TAU * self.unit())
    }
}

/// A probability as a threshold of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odds(u64);

impl Odds {
    /// The odds of `probability`, from 0 (never) to 1 (always).
    pub fn new(probability: f64) -> Odds {
        Odds(libm::round(probability * 18_446_744_073_709_551_616.0) as u64)
    }

    /// Whether it can never happen.
    #[inline(always)]
    pub fn never(self) -> bool {
        self.0 == 0
    }

    /// Whether it happens for these bits; the largest threshold stands for certainty.
    #[inline(always)]
    pub fn hit(self, bits: u64) -> bool {
        bits < self.0 || self.0 == u64::MAX
    }
}

/// A number of repetitions with a geometric distribution: 0, 1, 2, … with this mean.
#[derive(Clone, Copy, Debug)]
pub struct Geometric {
    inverse_log: f64,
}

impl Geometric {
    /// Success probability 1 / (1 + mean).
    pub fn new(mean: f64) -> Geometric {
        let again = mean / (1.0 + mean);
        Geometric {
            inverse_log: if mean > 0.0 { 1.0 / libm::log(again) } else { 0.0 },
        }
    }

    /// ⌊ln u ÷ ln q⌋, at most a million.
    pub fn sample(&self, mut draw: Draw) -> u32 {
        libm::floor(libm::log(draw.unit()) * self.inverse_log).min(1e6) as u32
    }
}

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
const Z99: f64 = 2.326_347_874_040_840_8;

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

    #[inline(never)]
    fn sample_rare(&self, ziggurat: &Ziggurat, mut draw: Draw) -> Duration {
        whole(match self {
            Sampler::Constant(ns) => *ns as f64,
            Sampler::Exp { mean } => ziggurat.exp(&mut draw) * mean,
            Sampler::Uniform { low, width } => low + draw.unit() * width,
            Sampler::LogNormal { mu, sigma } => libm::exp(mu + sigma * draw.normal()),
            Sampler::Erlang { stages, stage_mean } => {
                (0..*stages).map(|_| ziggurat.exp(&mut draw)).sum::<f64>() * stage_mean
            }
            Sampler::HyperExp(phases) => {
                let mean = phases[pick(phases, draw.unit())].1;
                ziggurat.exp(&mut draw) * mean
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
    Duration(((ns + 0.5) as i64 as u64).min(LONGEST_NS))
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

/// The time of the n-th arrival with equal gaps, n from 1.
pub fn constant_arrival(gap_ns: f64, n: u64) -> u64 {
    (gap_ns * n as f64 + 0.5) as u64
}

/// Exponential variates with mean 1 by the ziggurat method (Marsaglia & Tsang 2000, with 256 layers).
pub struct Ziggurat {
    /// Right edges of the layers, widest first; the base layer counts its tail in.
    edges: [f64; 257],
    /// e^(−edge).
    heights: [f64; 257],
}

/// Where the tail begins, for 256 layers of equal area.
const TAIL: f64 = 7.697_117_470_131_05;

impl Ziggurat {
    /// Computes the layers.
    pub fn new() -> Ziggurat {
        let area = (TAIL + 1.0) * libm::exp(-TAIL);
        let mut edges = [0.0; 257];
        edges[0] = area * libm::exp(TAIL);
        edges[1] = TAIL;
        for layer in 2..256 {
            let below = edges[layer - 1];
            edges[layer] = -libm::log(area / below + libm::exp(-below));
        }
        Ziggurat {
            edges,
            heights: edges.map(|edge| libm::exp(-edge)),
        }
    }

    #[inline(always)]
    fn exp(&self, draw: &mut Draw) -> f64 {
        loop {
            let bits = draw.bits();
            let layer = (bits & 0xFF) as usize;
            let x = ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0) * self.edges[layer];
            if x < self.edges[layer + 1] {
                return x;
            }
            if let Some(x) = self.edge_case(layer, x, draw) {
                return x;
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn edge_case(&self, layer: usize, x: f64, draw: &mut Draw) -> Option<f64> {
        if layer == 0 {
            return Some(TAIL - libm::log(draw.unit()));
        }
        let (low, high) = (self.heights[layer], self.heights[layer + 1]);
        (low + (high - low) * draw.unit() < libm::exp(-x)).then_some(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: u32 = 200_000;

    fn sample_mean(dist: &Dist) -> (f64, f64) {
        let (sampler, ziggurat) = (Sampler::new(dist), Ziggurat::new());
        let values: Vec<f64> = (0..COUNT)
            .map(|i| {
                sampler
                    .sample(&ziggurat, Draw::new(mix(1, i as u64), 3, Purpose::Work))
                    .as_ms()
            })
            .collect();
        let mean = values.iter().sum::<f64>() / COUNT as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / COUNT as f64;
        (mean, variance)
    }

    /// The sample mean within 4 standard errors of the exact one, the variance within `within` of the exact one.
    fn check(dist: Dist, mean: f64, variance: f64, within: f64) {
        let (sampled_mean, sampled_variance) = sample_mean(&dist);
        let error = libm::sqrt(variance / COUNT as f64);
        assert!(
            (sampled_mean - mean).abs() <= 4.0 * error + 1e-9,
            "{dist:?}: mean {sampled_mean}, expected {mean}"
        );
        assert!(
            (sampled_variance - variance).abs() <= within * variance + 1e-9,
            "{dist:?}: variance {sampled_variance}, expected {variance}"
        );
    }

    #[test]
    fn distributions_have_their_mean_and_variance() {
        let ms = Duration::from_ms;
        check(Dist::Constant(ms(7)), 7.0, 0.0, 0.0);
        check(Dist::Exp { mean: ms(20) }, 20.0, 400.0, 0.03);
        check(
            Dist::Uniform {
                low: ms(5),
                high: ms(15),
            },
            10.0,
            100.0 / 12.0,
            0.02,
        );
        check(
            Dist::Erlang {
                stages: 3,
                mean: ms(30),
            },
            30.0,
            300.0,
            0.03,
        );
        check(
            Dist::HyperExp(vec![(0.9, ms(10)), (0.1, ms(110))]),
            20.0,
            2.0 * 1300.0 - 400.0,
            0.06,
        );
        check(
            Dist::Pareto {
                shape: 5.0,
                minimum: ms(8),
            },
            10.0,
            64.0 * 5.0 / (16.0 * 3.0),
            0.1,
        );
        check(
            Dist::Empirical(vec![ms(5), ms(7), ms(30)]),
            14.0,
            (81.0 + 49.0 + 256.0) / 3.0,
            0.02,
        );
        let sigma = Z99 - libm::sqrt(Z99 * Z99 - 2.0 * libm::log(5.0));
        let variance = 3600.0 * (libm::exp(sigma * sigma) - 1.0);
        check(
            Dist::LogNormal {
                mean: ms(60),
                p99: ms(300),
            },
            60.0,
            variance,
            0.1,
        );
    }

    #[test]
    fn exponential_draws_have_the_right_tail() {
        let (sampler, ziggurat) = (
            Sampler::new(&Dist::Exp {
                mean: Duration::from_ms(1),
            }),
            Ziggurat::new(),
        );
        let beyond = |limit: f64| {
            let hits = (0..COUNT)
                .filter(|i| {
                    sampler
                        .sample(&ziggurat, Draw::new(mix(2, *i as u64), 0, Purpose::Work))
                        .as_ms()
                        > limit
                })
                .count();
            hits as f64 / COUNT as f64
        };
        for limit in [0.01, 0.5, 1.0, 3.0, 8.0] {
            let (p, error) = (libm::exp(-limit), libm::sqrt(libm::exp(-limit) / COUNT as f64));
            assert!(
                (beyond(limit) - p).abs() < 4.0 * error,
                "beyond {limit}: {} expected {p}",
                beyond(limit)
            );
        }
    }

    #[test]
    fn a_geometric_number_has_its_mean() {
        let geometric = Geometric::new(2.5);
        let total: u64 = (0..COUNT)
            .map(|i| geometric.sample(Draw::new(i as u64, 0, Purpose::Repeat)) as u64)
            .sum();
        let error = libm::sqrt(2.5 * 3.5 / COUNT as f64);
        assert!(
            (total as f64 / COUNT as f64 - 2.5).abs() < 4.0 * error,
            "{}",
            total as f64 / COUNT as f64
        );
        assert_eq!(Geometric::new(0.0).sample(Draw::new(1, 0, Purpose::Repeat)), 0);
    }

    #[test]
    fn odds_of_zero_never_and_of_one_always_hit() {
        for bits in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!Odds::new(0.0).hit(bits));
            assert!(Odds::new(1.0).hit(bits));
        }
        assert!(Odds::new(0.5).hit(u64::MAX / 2 - 1) && !Odds::new(0.5).hit(u64::MAX / 2 + 2));
    }

    #[test]
    fn neighbouring_keys_give_unrelated_bits() {
        let mut ones = 0;
        for i in 0..10_000u64 {
            let (mut a, mut b) = (Draw::new(i, 1, Purpose::Work), Draw::new(i, 1, Purpose::Wait));
            ones += (a.bits() ^ b.bits()).count_ones();
        }
        assert!((ones as f64 / 10_000.0 - 32.0).abs() < 0.2, "{ones}");
    }
}
