//! Figures as a reader sees them, and what became of them.
//!
//! Law: the same value always prints the same; nothing is printed more exactly than three significant digits ask.

use js_sys::Number;

/// `value` with so many digits after the point.
pub fn fixed(value: f64, digits: u8) -> String {
    Number::from(value)
        .to_fixed(digits)
        .map(String::from)
        .unwrap_or_default()
}

/// Milliseconds in a fitting unit: `850 µs`, `61.2 ms`, `1.52 s`; a dash for nothing.
pub fn time(ms: Option<f64>) -> String {
    let Some(ms) = ms else { return "–".to_string() };
    if ms >= 10_000.0 {
        fixed(ms / 1e3, 1) + " s"
    } else if ms >= 1000.0 {
        fixed(ms / 1e3, 2) + " s"
    } else if ms >= 100.0 {
        fixed(ms, 0) + " ms"
    } else if ms >= 1.0 || ms == 0.0 {
        fixed(ms, 1) + " ms"
    } else {
        fixed(ms * 1e3, 0) + " µs"
    }
}

/// A share from 0 to 1 in percent: `37.1 %`.
pub fn share(share: f64) -> String {
    fixed(share * 100.0, 1) + " %"
}

/// A rate: `39.8/s`.
pub fn rate(per_s: f64) -> String {
    fixed(per_s, if per_s >= 1000.0 { 0 } else { 1 }) + "/s"
}

/// A mean number of things: `0.42`, `17.3`.
pub fn mean(value: f64) -> String {
    fixed(value, if value < 10.0 { 2 } else { 1 })
}

/// A whole number in groups of three digits.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// Simulated nanoseconds at a resolution that fits the speed: `3.420 s`, `3.420 153 s`.
pub fn instant(ns: f64) -> String {
    fixed(ns / 1e9, 4) + " s"
}

/// Which way a reader would like a figure to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Less,
    More,
}

/// What became of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// `▲`, `▼` or `=`.
    pub arrow: &'static str,
    /// `21 %`, or empty where there is no ratio.
    pub amount: String,
    /// `better`, `worse` or `same`.
    pub word: &'static str,
}

/// The change from `before` to `now`.
pub fn change(before: f64, now: f64, wish: Wish) -> Change {
    let part = if before == 0.0 {
        f64::INFINITY
    } else {
        (now - before) / before
    };
    if now == before || part.abs() < 0.0005 {
        return Change {
            arrow: "=",
            amount: String::new(),
            word: "same",
        };
    }
    let amount = match part.abs() * 100.0 {
        percent if !percent.is_finite() => String::new(),
        percent if percent < 10.0 => fixed(percent, 1) + " %",
        percent => fixed(percent, 0) + " %",
    };
    let better = (now < before) == (wish == Wish::Less);
    Change {
        arrow: if now > before { "▲" } else { "▼" },
        amount,
        word: if better { "better" } else { "worse" },
    }
}
