//! Decimal numbers in text, both ways.
//!
//! Law: the same text gives the same bits on every machine, without the tables of a general reader, which would
//! weigh more than a tenth of what reads for the page.

/// Where the powers of ten stop being exact in 64 bits.
const EXACT_POWER: i32 = 22;
/// More digits than these change nothing that can be told apart.
const DIGITS: usize = 18;

/// Reads `-12.5e3`. Up to 15 digits and powers of ten up to 22 the result is the nearest there is (one exact operation,
/// Clinger 1990); beyond, it may be off by a few units in the last place. None for what is no number, or is too large.
pub fn read(text: &str) -> Option<f64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let mut digits = 0u64;
    let mut power = exponent.clamp(-400, 400);
    let mut taken = 0;
    for (is_fraction, digit) in letters(whole, false).chain(letters(fraction, true)) {
        let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
        if taken < DIGITS {
            digits = digits * 10 + u64::from(digit);
            taken += usize::from(digits > 0);
            power -= i32::from(is_fraction);
        } else {
            power += i32::from(!is_fraction);
        }
    }
    let value = scaled(digits as f64, power);
    value.is_finite().then_some(if negative { -value } else { value })
}

fn letters(text: &str, is_fraction: bool) -> impl Iterator<Item = (bool, u8)> {
    text.bytes().map(move |letter| (is_fraction, letter))
}

/// `value` times ten to the `power`.
fn scaled(mut value: f64, mut power: i32) -> f64 {
    while power > 0 && value.is_finite() && value > 0.0 {
        let step = power.min(EXACT_POWER);
        value *= power_of_ten(step);
        power -= step;
    }
    while power < 0 && value > 0.0 {
        let step = (-power).min(EXACT_POWER);
        value /= power_of_ten(step);
        power += step;
    }
    value
}

/// Ten to the `power`, from 0 to [`EXACT_POWER`]: every product on the way is exact.
fn power_of_ten(power: i32) -> f64 {
    (0..power).fold(1.0, |product, _| product * 10.0)
}

/// A number from 0 on with at most three digits after the point: `1.1`, `14.9`.
pub fn print(value: f64) -> String {
    let thousandths = (value * 1000.0 + 0.5) as u64;
    let (whole, rest) = (thousandths / 1000, thousandths % 1000);
    let digits = (1000 + rest).to_string();
    let digits = digits[1..].trim_end_matches('0');
    let point = if digits.is_empty() { "" } else { "." };
    whole.to_string() + point + digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_a_number_is_read() {
        for text in [
            "0",
            "1",
            "-1",
            "0.1",
            "2.5",
            "1e3",
            "1E-3",
            "1e+2",
            "0.30000000000000004",
            "123456789012345",
            ".5",
            "5.",
            "-0",
        ] {
            let number = read(text).map(f64::to_bits);
            assert_eq!(number, text.parse().ok().map(f64::to_bits), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "1.2.3", "1e", "e5", "0x10", "inf", "NaN", "1e400", "1 ", "--1", "1,5", "1e1e1",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("1e-400"), Some(0.0));
    }

    #[test]
    fn few_digits_are_printed() {
        for (value, text) in [
            (0.0, "0"),
            (1.1, "1.1"),
            (14.9, "14.9"),
            (0.0004, "0"),
            (2.0, "2"),
            (0.125, "0.125"),
            (0.05, "0.05"),
        ] {
            assert_eq!(print(value), text);
        }
    }

    proptest! {
        #[test]
        fn fifteen_digits_are_read_to_the_last_bit(digits in 0u64..1_000_000_000_000_000, power in -22i32..=22) {
            let text = format!("{digits}e{power}");
            prop_assert_eq!(read(&text).map(f64::to_bits), text.parse().ok().map(f64::to_bits));
        }

        #[test]
        fn anything_else_comes_close(value in any::<f64>()) {
            let text = format!("{value:e}");
            if let (Some(own), Ok(exact)) = (read(&text), text.parse::<f64>())
                && exact.abs() > 1e-290
            {
                prop_assert!(((own - exact) / exact).abs() < 1e-14, "{} is read as {}", text, own);
            }
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC*") {
            let _ = read(&text);
        }
    }
}
