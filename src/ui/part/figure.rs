//! What became of a figure, and where in a run something is. How a figure is written is said by `metrics::figure`.

pub use crate::metrics::figure::*;

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
