//! The forms that a value may have where it is a text: durations, distributions, rates, names.
//!
//! ```text
//! "20ms"   "exp(20ms)"   "poisson(50/s)"   "orders.place"   "a->b"
//! ```
//!
//! Law: a pattern matches what `scenario::text` reads. What no pattern can say, such as which end of an interval is the
//! lower one, stands beside it in words.

use super::super::model;
use super::super::number;
use crate::time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A decimal number in a text.
const NUMBER: &str = r"-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+]?[+-]?[0-9]+)?";
/// A duration with its unit.
const TIME: &str = r"([0-9]+\.?[0-9]*|\.[0-9]+)\s*(ns|us|ms|s|m)";
/// What the author may call something.
const WORD: &str = "[A-Za-z0-9_-]+";

/// A text that consists of this and spaces around.
fn alone(form: &str) -> String {
    format!(r"^\s*({form})\s*$")
}

/// `name(argument, …)`.
fn call(name: &str, arguments: &str) -> String {
    format!(r"{name}\s*\(\s*{arguments}\s*\)")
}

/// One or more, with commas between.
fn list(item: &str) -> String {
    format!(r"{item}(\s*,\s*{item})*")
}

fn rate() -> String {
    format!(r"{NUMBER}\s*/\s*(s|min|h)")
}

fn dist() -> String {
    let forms = [
        TIME.to_string(),
        call("exp", TIME),
        call("uniform", &format!(r"{TIME}\s*,\s*{TIME}")),
        call("lognormal", &format!(r"mean \s*{TIME}\s*,\s*p99 \s*{TIME}")),
        call("erlang", &format!(r"[+]?0*([1-9][0-9]?[0-9]?|1000)\s*,\s*{TIME}")),
        call("hyperexp", &list(&format!(r"{NUMBER}\s*:\s*{TIME}"))),
        call("pareto", &format!(r"{NUMBER}\s*,\s*{TIME}")),
        call("empirical", &list(TIME)),
    ];
    forms.join("|")
}

fn arrivals() -> String {
    let forms = [
        call("(poisson|constant)", &rate()),
        call("renewal", &format!("({})", dist())),
    ];
    forms.join("|")
}

fn backoff() -> String {
    let forms = [
        call("(constant|linear)", TIME),
        call("exponential", &format!(r"{TIME}\s*,\s*{TIME}")),
    ];
    forms.join("|")
}

fn target() -> String {
    format!(r"{WORD}(\.{WORD})?")
}

/// Declares a form of text: what it is, an example, and the pattern of all of them.
macro_rules! form {
    ($(#[$about:meta])* $name:ident, $example:literal, $pattern:expr) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[schemars(example = $example)]
        pub struct $name(#[schemars(regex(pattern = $pattern))] pub String);
    };
}

form! {
    /// A time with its unit, ten years at most: `"250us"`, `"20ms"`, `"1.5s"`, `"2m"`. Units are `ns`, `us`, `ms`, `s` and `m` (minutes).
    Duration, "20ms", alone(TIME)
}
form! {
    /// A distribution of durations, or one duration for all: `"20ms"`, `"exp(20ms)"` (its mean), `"uniform(5ms, 15ms)"`,
    /// `"lognormal(mean 20ms, p99 100ms)"` (p99 at most 14.9 times the mean), `"erlang(3, 20ms)"` (stages, total mean),
    /// `"hyperexp(0.9: 10ms, 0.1: 110ms)"` (the probabilities add up to 1), `"pareto(1.5, 10ms)"` (shape, minimum),
    /// `"empirical(5ms, 7ms, 30ms)"` (each as likely).
    Distribution, "exp(20ms)", alone(&dist())
}
form! {
    /// So many a second, a minute or an hour: `"50/s"`, `"1200/min"`, `"10/h"`. Above 0.
    Rate, "50/s", alone(&rate())
}
form! {
    /// Arrivals that never change their manner: `"poisson(50/s)"`, `"constant(50/s)"` (equal gaps), or `"renewal(DIST)"` (independent gaps
    /// of a distribution).
    SteadyArrivals, "poisson(50/s)", alone(&arrivals())
}
form! {
    /// How long a caller waits before a retry: `"constant(10ms)"`, `"linear(10ms)"` (10 ms, 20 ms, 30 ms, …) or
    /// `"exponential(50ms, 1s)"` (doubled each time, 1 s at most).
    Backoff, "exponential(50ms, 1s)", alone(&backoff())
}
form! {
    /// A random number of times, 0 or more, with this mean: `"geometric(2.5)"`.
    Geometric, "geometric(2.5)", format!(r"^\s*geometric\(\s*{NUMBER}\s*\)\s*$")
}
form! {
    /// Letters, digits, `_` and `-`; unique over clients, services and channels.
    Name, "order-service", format!("^{WORD}$")
}
form! {
    /// A service, one of its operations (`"SERVICE.OPERATION"`), or a channel. A service alone means its operation `default`.
    Target, "orders.place", format!("^{}$", target())
}
form! {
    /// An edge: `"FROM->TO"` as it is written there; without the operation where that is unique.
    EdgeName, "orders->payments.charge", format!("^{WORD}->{}$", target())
}

/// A whole number from 1 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Count(#[schemars(range(min = 1, max = 1_000_000))] pub u32);

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Probability(#[schemars(range(min = 0, max = 1))] pub f64);

impl From<time::Duration> for Duration {
    fn from(duration: time::Duration) -> Duration {
        Duration(duration.to_string())
    }
}

impl From<time::Instant> for Duration {
    fn from(instant: time::Instant) -> Duration {
        instant.since(time::Instant::START).into()
    }
}

impl From<&model::Dist> for Distribution {
    fn from(dist: &model::Dist) -> Distribution {
        use model::Dist::*;
        let list = |items: Vec<String>| items.join(", ");
        Distribution(match dist {
            Constant(time) => time.to_string(),
            Exp { mean } => format!("exp({mean})"),
            Uniform { low, high } => format!("uniform({low}, {high})"),
            LogNormal { mean, p99 } => format!("lognormal(mean {mean}, p99 {p99})"),
            Erlang { stages, mean } => format!("erlang({stages}, {mean})"),
            HyperExp(phases) => format!(
                "hyperexp({})",
                list(phases.iter().map(|(p, mean)| format!("{p}: {mean}")).collect())
            ),
            Pareto { shape, minimum } => format!("pareto({shape}, {minimum})"),
            Empirical(values) => format!(
                "empirical({})",
                list(values.iter().map(|value| value.to_string()).collect())
            ),
        })
    }
}

impl From<model::Backoff> for Backoff {
    fn from(backoff: model::Backoff) -> Backoff {
        Backoff(match backoff {
            model::Backoff::Constant(pause) => format!("constant({pause})"),
            model::Backoff::Linear(step) => format!("linear({step})"),
            model::Backoff::Exponential { first, most } => format!("exponential({first}, {most})"),
        })
    }
}

const UNITS: [(&str, f64); 3] = [("s", 1e9), ("min", 60e9), ("h", 3600e9)];

impl Rate {
    /// The rate of which the reader makes this gap between arrivals, in nanoseconds.
    pub fn of_gap(gap_ns: f64) -> Rate {
        Rate::found(1e9 / gap_ns, |gap| gap == gap_ns)
    }

    /// The rate of which the reader makes so many a second.
    pub fn of_second(per_second: f64) -> Rate {
        Rate::found(per_second, |gap| 1e9 / gap == per_second)
    }

    /// The shortest text that means the same to the last bit; where there is none, the nearest rate per second.
    fn found(per_second: f64, same: impl Fn(f64) -> bool) -> Rate {
        let texts = (0..17usize).flat_map(|digits| UNITS.iter().map(move |unit| (digits, unit)));
        let mut texts = texts.filter_map(|(digits, (unit, nanoseconds))| {
            let number = format!("{:.digits$e}", per_second * nanoseconds / 1e9)
                .parse::<f64>()
                .ok()?
                .to_string();
            let read = number::read(&number)?;
            same(nanoseconds / read).then(|| format!("{number}/{unit}"))
        });
        Rate(texts.next().unwrap_or_else(|| format!("{per_second}/s")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_written_as_its_author_would() {
        for (number, unit, text) in [
            (50.0, 1e9, "50/s"),
            (1200.0, 60e9, "20/s"),
            (7.0, 60e9, "7/min"),
            (1.0, 3600e9, "1/h"),
            (0.3, 1e9, "0.3/s"),
            (33.333333333, 1e9, "33.333333333/s"),
        ] {
            assert_eq!(Rate::of_gap(unit / number).0, text);
            assert_eq!(Rate::of_second(1e9 / (unit / number)).0, text);
        }
    }
}
