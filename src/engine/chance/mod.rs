//! Chance: every random quantity is a function of its place in a request's story.
//!
//! ```text
//! key(client, number) ─step, repeat, delivery…─▶ key of a span ─step, purpose─▶ Draw ─▶ nanoseconds
//! ```
//!
//! Law: nothing here remembers anything. A key is never made from a mode, a replica, a policy or the time, so two
//! variants of one scenario draw the same values wherever both do the same. The only floats of the engine stand
//! here, and all that is not a basic operation goes through `libm` or is made of basic ones (`circle`).

mod arrival;
mod circle;
mod sampler;
mod ziggurat;

pub use arrival::{Pattern, Timetable};
pub use sampler::{Sampler, Weights};
pub use ziggurat::Ziggurat;

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
    Attempt,
    Hedge,
    Backoff,
    Setup,
    Fallback,
    LossStop,
    LatencyStop,
    Instance,
    Delivery,
    Poison,
    ColdStart,
    Storm,
    Mishap,
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
        // Signed, as WebAssembly has no such thing for unsigned numbers without a branch.
        ((self.bits() >> 11) + 1) as i64 as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number below `bound`, each as likely up to 2⁻³².
    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.bits() >> 32) * bound as u64) >> 32) as u32
    }

    /// A duration from `low` to `high`.
    pub fn between(&mut self, low: Duration, high: Duration) -> Duration {
        let width = high.0.saturating_sub(low.0) as u128 + 1;
        Duration(low.0 + ((self.bits() as u128 * width) >> 64) as u64)
    }

    /// Standard normal (Box & Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.unit()));
        radius * circle::circle(self.unit()).0
    }
}

/// A probability as a threshold of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odds(u64);

impl Odds {
    /// It does not happen.
    pub const NEVER: Odds = Odds(0);

    /// The odds of `probability`, from 0 (never) to 1 (always).
    pub fn new(probability: f64) -> Odds {
        Odds(libm::round(probability * 18_446_744_073_709_551_616.0) as u64)
    }

    /// The odds that one or the other of two independent things happens.
    pub fn or(self, other: Odds) -> Odds {
        if self.0.max(other.0) == u64::MAX {
            return Odds(u64::MAX);
        }
        let rest = ((1u128 << 64) - self.0 as u128) * other.0 as u128;
        Odds(self.0 + (rest >> 64) as u64)
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

/// A number as whole millionths.
pub fn millionths(share: f64) -> u64 {
    libm::round(share * 1e6) as u64
}

/// From one to the next at an even rate per second.
pub fn gap_at(rate: f64) -> Duration {
    Duration(libm::round(1e9 / rate) as u64)
}

#[cfg(test)]
mod tests {
    use super::sampler::Z99;
    use super::*;
    use crate::scenario::Dist;

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
    fn one_of_two_things_happens_more_often_than_each() {
        let (half, none) = (Odds::new(0.5), Odds::NEVER);
        assert_eq!((half.or(none), none.or(half)), (half, half));
        let both = half.or(half);
        assert!(both.hit(u64::MAX / 4 * 3 - 4) && !both.hit(u64::MAX / 4 * 3 + 4));
        assert!(half.or(Odds::new(1.0)).hit(u64::MAX));
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
