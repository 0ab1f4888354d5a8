//! Durations, rates and distributions in text.
//!
//! ```text
//! 20ms   exp(20ms)   uniform(5ms, 15ms)   lognormal(mean 20ms, p99 100ms)   erlang(3, 20ms)
//! hyperexp(0.9: 10ms, 0.1: 110ms)   pareto(1.5, 10ms)   empirical(5ms, 7ms, 30ms)
//! ```

use crate::scenario::number;
use crate::scenario::problem::nearest;
use crate::scenario::{Arrivals, Dist};
use crate::time::Duration;

/// What is wrong with a text, and what would be right.
#[derive(Debug, PartialEq)]
pub struct Wrong {
    pub message: String,
    pub fix: String,
}

fn wrong<T>(message: impl Into<String>, fix: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong {
        message: message.into(),
        fix: fix.into(),
    })
}

/// Longer times are mistakes.
const LONGEST: Duration = Duration::from_s(10 * 365 * 86_400);

/// Above this ratio no lognormal distribution has the wanted mean and 99th percentile.
const LOGNORMAL_LIMIT: f64 = 14.9;

const FORMS: [(&str, &str); 7] = [
    ("exp", "exp(20ms)"),
    ("uniform", "uniform(5ms, 15ms)"),
    ("lognormal", "lognormal(mean 20ms, p99 100ms)"),
    ("erlang", "erlang(3, 20ms)"),
    ("hyperexp", "hyperexp(0.9: 10ms, 0.1: 110ms)"),
    ("pareto", "pareto(1.5, 10ms)"),
    ("empirical", "empirical(5ms, 7ms, 30ms)"),
];

/// A duration with its unit, ten years at most.
pub fn duration(text: &str) -> Result<Duration, Wrong> {
    match Duration::parse(text) {
        Ok(duration) if duration <= LONGEST => Ok(duration),
        Ok(_) => wrong(
            format!("`{text}` is longer than ten years"),
            "a run lasts seconds or hours",
        ),
        Err(message) => match message.split_once(": ") {
            Some((message, fix)) => wrong(message, fix),
            None => wrong(message, ""),
        },
    }
}

/// A duration or a distribution of durations.
pub fn distribution(text: &str) -> Result<Dist, Wrong> {
    let Some((name, arguments)) = call(text) else {
        return duration(text).map(Dist::Constant).or_else(|_| {
            wrong(
                format!("`{text}` is neither a duration nor a distribution"),
                "write a duration such as \"20ms\", or a distribution such as \"exp(20ms)\"",
            )
        });
    };
    let Some((_, form)) = FORMS.iter().find(|(known, _)| *known == name) else {
        let fix = match nearest(name, FORMS.iter().map(|(known, _)| *known)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("there are {}", FORMS.map(|(_, form)| form).join(", ")),
        };
        return wrong(format!("there is no distribution `{name}`"), fix);
    };
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    match (name, &arguments[..]) {
        ("exp", [mean]) => Ok(Dist::Exp { mean: duration(mean)? }),
        ("uniform", [low, high]) => uniform(duration(low)?, duration(high)?),
        ("lognormal", [mean, p99]) => match (mean.strip_prefix("mean "), p99.strip_prefix("p99 ")) {
            (Some(mean), Some(p99)) => log_normal(duration(mean)?, duration(p99)?),
            _ => shape(text, form),
        },
        ("erlang", [stages, mean]) => erlang(stages, duration(mean)?),
        ("hyperexp", phases) => hyper_exp(phases, text, form),
        ("pareto", [exponent, minimum]) => pareto(exponent, duration(minimum)?),
        ("empirical", values) if !values[0].is_empty() => Ok(Dist::Empirical(
            values.iter().map(|value| duration(value)).collect::<Result<_, _>>()?,
        )),
        _ => shape(text, form),
    }
}

fn shape<T>(text: &str, form: &str) -> Result<T, Wrong> {
    wrong(
        format!("`{text}` has not the right arguments"),
        format!("write it like `{form}`"),
    )
}

/// `name(arguments)`, taken apart.
pub fn call(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.trim().split_once('(')?;
    Some((name.trim(), rest.strip_suffix(')')?))
}

fn uniform(low: Duration, high: Duration) -> Result<Dist, Wrong> {
    if low > high {
        return wrong(
            format!("the lower end {low} is above the upper end {high}"),
            format!("uniform({high}, {low})"),
        );
    }
    Ok(Dist::Uniform { low, high })
}

fn log_normal(mean: Duration, p99: Duration) -> Result<Dist, Wrong> {
    if mean == Duration::ZERO || p99 < mean {
        return wrong(
            format!("the 99th percentile {p99} is below the mean {mean}"),
            "p99 is at least the mean, and the mean above 0",
        );
    }
    if p99.0 as f64 / mean.0 as f64 > LOGNORMAL_LIMIT {
        return wrong(
            format!("no lognormal distribution has mean {mean} and p99 {p99}"),
            "p99 is at most 14.9 times the mean",
        );
    }
    Ok(Dist::LogNormal { mean, p99 })
}

fn erlang(stages: &str, mean: Duration) -> Result<Dist, Wrong> {
    match stages.parse() {
        Ok(stages @ 1..=1000) => Ok(Dist::Erlang { stages, mean }),
        _ => wrong(
            format!("`{stages}` is not a number of stages"),
            "a whole number from 1 to 1000",
        ),
    }
}

fn hyper_exp(phases: &[&str], text: &str, form: &str) -> Result<Dist, Wrong> {
    let mut read = Vec::new();
    for phase in phases {
        let Some((probability, mean)) = phase.split_once(':') else {
            return shape(text, form);
        };
        let probability = match number::read(probability.trim()) {
            Some(p) if (0.0..=1.0).contains(&p) => p,
            _ => {
                return wrong(
                    format!("`{}` is not a probability", probability.trim()),
                    "a number from 0 to 1",
                );
            }
        };
        read.push((probability, duration(mean.trim())?));
    }
    let sum: f64 = read.iter().map(|(p, _)| p).sum();
    if (sum - 1.0).abs() > 1e-9 {
        return wrong(
            format!("the probabilities add up to {}", number::print(sum)),
            "they must add up to 1, to nine places",
        );
    }
    Ok(Dist::HyperExp(read))
}

fn pareto(exponent: &str, minimum: Duration) -> Result<Dist, Wrong> {
    match number::read(exponent) {
        Some(shape) if shape > 0.0 => Ok(Dist::Pareto { shape, minimum }),
        _ => wrong(
            format!("`{exponent}` is not a shape"),
            "a number above 0; the mean is finite above 1",
        ),
    }
}

/// `poisson(50/s)`, `constant(50/s)` or `renewal(uniform(5ms, 15ms))`.
pub fn arrivals(text: &str) -> Result<Arrivals, Wrong> {
    let forms = "write `poisson(50/s)`, `constant(50/s)` or `renewal(uniform(5ms, 15ms))`";
    let Some((name, rate)) = call(text) else {
        return wrong(format!("`{text}` are no arrivals"), forms);
    };
    match name {
        "poisson" => Ok(Arrivals::Poisson { gap_ns: gap(rate)? }),
        "constant" => Ok(Arrivals::Constant { gap_ns: gap(rate)? }),
        "renewal" => match distribution(rate)? {
            gap if takes_time(&gap) => Ok(Arrivals::Renewal(gap)),
            _ => wrong(format!("`{rate}` leaves no time between arrivals"), "a gap above 0"),
        },
        _ => wrong(format!("there are no arrivals `{name}`"), forms),
    }
}

/// Whether a distribution yields more than no time at all.
fn takes_time(dist: &Dist) -> bool {
    let longest = match dist {
        Dist::Constant(time) => *time,
        Dist::Exp { mean } | Dist::LogNormal { mean, .. } | Dist::Erlang { mean, .. } => *mean,
        Dist::Uniform { high, .. } => *high,
        Dist::HyperExp(phases) => {
            let possible = phases.iter().filter(|(p, _)| *p > 0.0);
            possible.map(|(_, mean)| *mean).max().unwrap_or_default()
        }
        Dist::Pareto { minimum, .. } => *minimum,
        Dist::Empirical(values) => values.iter().copied().max().unwrap_or_default(),
    };
    longest > Duration::ZERO
}

/// A rate such as `50/s`, per second.
pub fn rate(text: &str) -> Result<f64, Wrong> {
    frequency(text).map(|(number, unit_ns)| number / (unit_ns / 1e9))
}

/// A rate that may be none at all, per second.
pub fn level(text: &str) -> Result<f64, Wrong> {
    let nothing = |number: &str| number::read(number.trim()) == Some(0.0);
    match text.split_once('/') {
        Some((number, "s" | "min" | "h")) if nothing(number) => Ok(0.0),
        _ => rate(text),
    }
}

/// The mean time between arrivals of a rate such as `50/s`, in nanoseconds.
fn gap(text: &str) -> Result<f64, Wrong> {
    frequency(text).map(|(number, unit_ns)| unit_ns / number)
}

/// How many in a unit of time, and the nanoseconds of that unit.
fn frequency(text: &str) -> Result<(f64, f64), Wrong> {
    let fix = "a rate is like `50/s` or `1200/min`";
    let Some((number, unit)) = text.trim().split_once('/') else {
        return wrong(format!("`{text}` is not a rate"), fix);
    };
    let unit = match unit.trim() {
        "s" => 1e9,
        "min" => 60e9,
        "h" => 3600e9,
        _ => return wrong(format!("`{text}` is not a rate"), fix),
    };
    match number::read(number.trim()) {
        Some(rate) if rate > 0.0 && (1e-3..=1e18).contains(&(unit / rate)) => Ok((rate, unit)),
        _ => wrong(
            format!("`{text}` is not a rate"),
            "a rate is above 0 and at most 1,000,000,000,000/s",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<Dist, &str>) {
        assert_eq!(
            distribution(text).map_err(|wrong| wrong.message),
            expected.map_err(str::to_string),
            "{text}"
        );
    }

    #[test]
    fn every_form_is_read() {
        let ms = Duration::from_ms;
        check("20ms", Ok(Dist::Constant(ms(20))));
        check("exp(20ms)", Ok(Dist::Exp { mean: ms(20) }));
        check(
            "uniform( 5ms , 15ms )",
            Ok(Dist::Uniform {
                low: ms(5),
                high: ms(15),
            }),
        );
        check(
            "lognormal(mean 20ms, p99 100ms)",
            Ok(Dist::LogNormal {
                mean: ms(20),
                p99: ms(100),
            }),
        );
        check(
            "erlang(3, 20ms)",
            Ok(Dist::Erlang {
                stages: 3,
                mean: ms(20),
            }),
        );
        check(
            "hyperexp(0.9: 10ms, 0.1: 110ms)",
            Ok(Dist::HyperExp(vec![(0.9, ms(10)), (0.1, ms(110))])),
        );
        check(
            "pareto(1.5, 10ms)",
            Ok(Dist::Pareto {
                shape: 1.5,
                minimum: ms(10),
            }),
        );
        check(
            "empirical(5ms, 7ms, 30ms)",
            Ok(Dist::Empirical(vec![ms(5), ms(7), ms(30)])),
        );
    }

    #[test]
    fn impossible_distributions_are_refused() {
        check("20", Err("`20` is neither a duration nor a distribution"));
        check("expo(20ms)", Err("there is no distribution `expo`"));
        check("exp(20ms, 3ms)", Err("`exp(20ms, 3ms)` has not the right arguments"));
        check("exp(20)", Err("`20` is not a duration"));
        check(
            "uniform(15ms, 5ms)",
            Err("the lower end 15ms is above the upper end 5ms"),
        );
        check(
            "lognormal(20ms, 100ms)",
            Err("`lognormal(20ms, 100ms)` has not the right arguments"),
        );
        check(
            "lognormal(mean 20ms, p99 10ms)",
            Err("the 99th percentile 10ms is below the mean 20ms"),
        );
        check(
            "lognormal(mean 10ms, p99 150ms)",
            Err("no lognormal distribution has mean 10ms and p99 150ms"),
        );
        check("erlang(0, 20ms)", Err("`0` is not a number of stages"));
        check("hyperexp(0.9: 10ms, 0.2: 1ms)", Err("the probabilities add up to 1.1"));
        check("hyperexp(10ms)", Err("`hyperexp(10ms)` has not the right arguments"));
        check("pareto(0, 10ms)", Err("`0` is not a shape"));
        check("empirical()", Err("`empirical()` has not the right arguments"));
        check("exp(20000000m)", Err("`20000000m` is longer than ten years"));
    }

    #[test]
    fn rates_are_read_with_their_unit() {
        assert_eq!(arrivals("poisson(50/s)"), Ok(Arrivals::Poisson { gap_ns: 2e7 }));
        assert_eq!(arrivals("constant(1200/min)"), Ok(Arrivals::Constant { gap_ns: 5e7 }));
        for text in [
            "poisson(0/s)",
            "poisson(-1/s)",
            "poisson(50)",
            "poisson",
            "poisson(5/day)",
            "renewal(0ms)",
            "renewal(hyperexp(0: 5ms, 1: 0s))",
            "poisson(inf/s)",
        ] {
            assert!(arrivals(text).is_err(), "{text}");
        }
    }
}
