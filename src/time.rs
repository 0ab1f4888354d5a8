//! Time in whole nanoseconds since the start of a run.
//!
//! Law: time is an integer. Nothing in the engine adds up floats to know when something happens.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A point in simulated time: nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Instant(pub u64);

/// A span of simulated time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Duration(pub u64);

const UNITS: [(&str, u64); 5] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
];

impl Instant {
    /// The instant at which every run begins.
    pub const START: Instant = Instant(0);
    /// Later than anything that happens.
    pub const NEVER: Instant = Instant(u64::MAX);

    /// The time from `earlier` until `self`; zero where `earlier` is the later one.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, delay: Duration) -> Instant {
        Instant(self.0.saturating_add(delay.0))
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration(0);

    /// A number of whole milliseconds.
    pub const fn from_ms(ms: u64) -> Duration {
        Duration(ms * 1_000_000)
    }

    /// A number of whole seconds.
    pub const fn from_s(s: u64) -> Duration {
        Duration(s * 1_000_000_000)
    }

    /// Milliseconds, for people and pictures.
    pub fn as_ms(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// Seconds, for people and pictures.
    pub fn as_s(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// As a reader wants to see it, in a fitting unit and not more exactly than needed: `850 µs`, `61.2 ms`, `1.52 s`.
    pub fn brief(self) -> String {
        let (step, digits, unit) = match self.0 {
            ns if ns >= 10_000_000_000 => (100_000_000, 1, "s"),
            ns if ns >= 1_000_000_000 => (10_000_000, 2, "s"),
            ns if ns >= 100_000_000 => (1_000_000, 0, "ms"),
            ns if ns >= 1_000_000 || ns == 0 => (100_000, 1, "ms"),
            _ => (1_000, 0, "µs"),
        };
        let parts = 10u64.pow(digits);
        let steps = self.0 / step + u64::from(self.0 % step >= step / 2);
        let (whole, part) = (steps / parts, steps % parts);
        match digits {
            0 => format!("{whole} {unit}"),
            digits => format!("{whole}.{part:0width$} {unit}", width = digits as usize),
        }
    }

    /// Reads `"250us"`, `"20ms"`, `"1.5s"`, `"2m"`; the error says what would be right.
    pub fn parse(text: &str) -> Result<Duration, String> {
        let trimmed = text.trim();
        let split = trimmed
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(trimmed.len());
        let (number, unit) = (&trimmed[..split], trimmed[split..].trim());
        let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!(
                "`{text}` is not a duration: write a number and a unit, such as \"250us\", \"20ms\", \"1.5s\" or \"2m\""
            ));
        };
        nanoseconds(number, *scale).map(Duration).ok_or_else(|| {
            format!("`{text}` is not a duration: the number must be like 20 or 1.5, and at most 292 years")
        })
    }
}

/// The decimal `number` times `scale`, rounded to whole nanoseconds, in integers all the way.
fn nanoseconds(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let read = |digits: &str| {
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse::<u64>().ok()
        }
    };
    let digits = &fraction[..fraction.len().min(18)];
    // A scale is a power of ten, or six times one: all of this stays below 2^63.
    let ten = 10u64.pow(scale.ilog10());
    let (part, unit) = (read(digits)? * (scale / ten), 10u64.pow(digits.len() as u32));
    let part = match unit / ten {
        0 | 1 => part * (ten / unit),
        places => (part + places / 2) / places,
    };
    let total = read(whole)?.checked_mul(scale)?.checked_add(part)?;
    Some(total).filter(|ns| *ns <= u64::MAX / 2)
}

impl fmt::Display for Duration {
    /// The shortest exact form: `1.5s`, `20ms`, `250us`; zero is `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, scale) = match self.0 {
            0 => ("s", 1_000_000_000),
            ns => *UNITS[..4]
                .iter()
                .rev()
                .find(|(_, scale)| ns >= *scale)
                .unwrap_or(&UNITS[0]),
        };
        let (whole, rest) = (self.0 / scale, self.0 % scale);
        if rest == 0 {
            return write!(f, "{whole}{unit}");
        }
        let width = scale.ilog10() as usize;
        let digits = format!("{rest:0width$}");
        write!(f, "{whole}.{}{unit}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<u64>) {
        assert_eq!(Duration::parse(text).ok().map(|d| d.0), expected, "{text}");
    }

    #[test]
    fn a_duration_is_read_exactly() {
        check("250us", Some(250_000));
        check("20ms", Some(20_000_000));
        check("1.5s", Some(1_500_000_000));
        check("2m", Some(120_000_000_000));
        check("5.15640289ms", Some(5_156_403));
        check("1.000000000000000000001m", Some(60_000_000_000));
        check("0.999999999999999999m", Some(60_000_000_000));
        check("0.0000000000083m", Some(0));
        check("0.00000000000834m", Some(1));
        check("0.9999999999s", Some(1_000_000_000));
        check("0.4ns", Some(0));
        check("0.5ns", Some(1));
        check("9223372036.854775807s", Some(u64::MAX / 2));
        check("9223372036.854775808s", None);
        check("0s", Some(0));
        check(".5s", Some(500_000_000));
    }

    #[test]
    fn a_reader_sees_three_digits_or_so() {
        for (ns, expected) in [
            (0, "0.0 ms"),
            (400, "0 µs"),
            (500, "1 µs"),
            (850_300, "850 µs"),
            (1_000_000, "1.0 ms"),
            (61_249_999, "61.2 ms"),
            (61_250_000, "61.3 ms"),
            (402_499_999, "402 ms"),
            (1_004_999_999, "1.00 s"),
            (1_523_000_000, "1.52 s"),
            (12_340_000_000, "12.3 s"),
            (u64::MAX, "18446744073.7 s"),
        ] {
            assert_eq!(Duration(ns).brief(), expected);
        }
    }

    #[test]
    fn a_duration_without_unit_or_number_is_refused() {
        for text in [
            "",
            "20",
            "ms",
            "1.2.3s",
            "-5ms",
            "5 hours",
            "1e3ms",
            "99999999999999999999s",
            ".",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_duration_prints_as_it_can_be_read() {
        for ns in [
            0,
            1,
            999,
            250_000,
            1_500_000_000,
            1_000_000_001,
            90_000_000_000,
            5_156_403,
        ] {
            let text = Duration(ns).to_string();
            assert_eq!(Duration::parse(&text), Ok(Duration(ns)), "{text}");
        }
        assert_eq!(Duration(1_500_000_000).to_string(), "1.5s");
        assert_eq!(Duration(250_000).to_string(), "250us");
    }
}
