//! Figures as a reader sees them: `61.2 ms`, `37.1 %`, `39.8/s`.
//!
//! Law: the same value always prints the same; nothing is printed more exactly than three significant digits ask.

/// `value` with so many digits after the point (four at most), rounded as the exact value asks, halves away from zero:
/// what JavaScript's `toFixed` prints. (`format!` of a float brings code that a page has to load.)
pub fn fixed(value: f64, digits: u8) -> String {
    let unit = 10u64.pow(u32::from(digits));
    let scaled = scaled(value.abs(), unit);
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = sign.to_string() + &(scaled / unit).to_string();
    if digits == 0 {
        return whole;
    }
    let rest = (unit + scaled % unit).to_string();
    whole + "." + rest.strip_prefix('1').unwrap_or_default()
}

/// The whole number that is nearest to `value` · `unit`. A float is a whole number times a power of two.
fn scaled(value: f64, unit: u64) -> u64 {
    let bits = value.to_bits();
    let (number, power) = ((bits & ((1 << 52) - 1)) | (1 << 52), (bits >> 52) as i32 - 1075);
    let product = u128::from(number) * u128::from(unit);
    let nearest = match power {
        0.. => product << power.min(16),
        -126.. => (product + (1 << (-power - 1))) >> -power,
        _ => 0,
    };
    u64::try_from(nearest).unwrap_or(u64::MAX)
}

/// Milliseconds in a fitting unit: `850 µs`, `61.2 ms`, `1.52 s`; a dash for nothing.
pub fn time(ms: Option<f64>) -> String {
    let Some(ms) = ms else { return "–".to_string() };
    let length = ms.abs();
    if length >= 10_000.0 {
        fixed(ms / 1e3, 1) + " s"
    } else if length >= 1000.0 {
        fixed(ms / 1e3, 2) + " s"
    } else if length >= 100.0 {
        fixed(ms, 0) + " ms"
    } else if length >= 1.0 || length == 0.0 {
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

/// Simulated nanoseconds in seconds: `3.4202 s`.
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
    /// `21 %`, from ten times on `×12`, or empty where there is no ratio.
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
        percent if percent >= 900.0 => "×".to_string() + &count((now / before).round() as u64),
        percent => fixed(percent, 0) + " %",
    };
    let better = (now < before) == (wish == Wish::Less);
    Change {
        arrow: if now > before { "▲" } else { "▼" },
        amount,
        word: if better { "better" } else { "worse" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero_and_what_only_looks_like_one_does_not() {
        for (value, digits, expected) in [
            (0.0, 1, "0.0"),
            (0.5, 0, "1"),
            (2.5, 0, "3"),
            (-2.5, 0, "-3"),
            (0.125, 2, "0.13"),
            (0.15, 1, "0.1"),
            (37.05, 1, "37.0"),
            (99.96, 1, "100.0"),
            (1e-300, 4, "0.0000"),
            (9e15, 2, "9000000000000000.00"),
        ] {
            assert_eq!(fixed(value, digits), expected, "{value}");
        }
    }

    #[test]
    fn a_figure_has_the_unit_that_fits_and_three_digits() {
        // The lower end of an interval may lie below nothing.
        let printed = [0.85, 61.2, 402.4, 1520.0, 12_345.0, -871.189].map(|ms| time(Some(ms)));
        assert_eq!(printed, ["850 µs", "61.2 ms", "402 ms", "1.52 s", "12.3 s", "-871 ms"]);
        assert_eq!(
            (time(None), share(0.371), rate(39.84)),
            ("–".into(), "37.1 %".into(), "39.8/s".into())
        );
        assert_eq!(
            (count(1_234_567), mean(0.417), mean(17.32)),
            ("1\u{202f}234\u{202f}567".into(), "0.42".into(), "17.3".into())
        );
    }

    #[test]
    fn a_change_is_told_in_percent_and_from_ten_times_on_as_a_factor() {
        let amount = |before, now| change(before, now, Wish::Less).amount;
        assert_eq!(
            [
                amount(10.0, 10.51),
                amount(10.0, 99.0),
                amount(10.0, 100.0),
                amount(22.0, 23_502.0)
            ],
            ["5.1 %", "890 %", "×10", "×1\u{202f}068"]
        );
        assert_eq!((amount(10.0, 0.001), amount(0.0, 5.0)), ("100 %".into(), String::new()));
    }

    proptest! {
        #[test]
        fn a_number_prints_as_the_standard_library_prints_it(value in 0.0..1e9f64, digits in 0u8..5) {
            prop_assert_eq!(fixed(value, digits), format!("{value:.0$}", usize::from(digits)));
        }
    }
}
