//! Decimal numbers in text: read and shown without the standard library's, whose tables alone would be a tenth of
//! what the page may weigh.
//!
//! Law: a number of at most fifteen digits and 22 places is read as the nearest `f64` (Clinger 1990, "How to read
//! floating point numbers accurately": integer and power of ten are exact, so that one operation rounds once).
//! Longer ones are read to within a few units of the last place; digits beyond the nineteenth do not count.

/// The greatest power of ten that is exact.
const EXACT_POWER: i32 = 22;
/// Beyond this power of ten every number is 0 or infinite.
const LAST_POWER: i32 = 400;

/// The number that a text such as `20`, `-0.5` or `1e9` says.
pub fn read(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], power(&unsigned[at + 1..])?),
        None => (unsigned, 0),
    };
    let (integer, scale) = integer(digits)?;
    let magnitude = scaled(integer as f64, exponent.saturating_add(scale));
    Some(if negative { -magnitude } else { magnitude })
}

/// An exponent; one that is too long to be counted is as good as the last power.
fn power(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let number = digits.bytes().try_fold(0i32, |number, byte| {
        let digit = i32::from(byte.is_ascii_digit().then(|| byte - b'0')?);
        Some((number * 10 + digit).min(100_000))
    })?;
    let sign = if text.starts_with('-') { -1 } else { 1 };
    (!digits.is_empty()).then_some(sign * number)
}

/// Digits with at most one point as an integer and the power of ten to multiply it with.
fn integer(digits: &str) -> Option<(u64, i32)> {
    let (mut number, mut scale, mut behind, mut count) = (0u64, 0i32, false, 0);
    for byte in digits.bytes() {
        match byte {
            b'.' if !behind => behind = true,
            b'0'..=b'9' => {
                count += 1;
                let fits = number < 1_000_000_000_000_000_000;
                if fits {
                    number = number * 10 + u64::from(byte - b'0');
                }
                scale += i32::from(!fits) - i32::from(behind);
            }
            _ => return None,
        }
    }
    (count > 0).then_some((number, scale))
}

fn scaled(mut number: f64, power: i32) -> f64 {
    let mut left = power.clamp(-LAST_POWER, LAST_POWER);
    while left != 0 {
        let step = left.clamp(-EXACT_POWER, EXACT_POWER);
        let ten = (0..step.abs()).fold(1.0, |ten, _| ten * 10.0);
        number = if step < 0 { number / ten } else { number * ten };
        left -= step;
    }
    number
}

/// A number that is not negative and below a thousand million, to nine places.
pub fn shown(number: f64) -> String {
    let billionths = libm::round(number * 1e9) as u64;
    let digits = format!("{}.{:09}", billionths / 1_000_000_000, billionths % 1_000_000_000);
    digits.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_as_the_standard_library_reads_it() {
        for text in [
            "0",
            "-0",
            "20",
            "+20",
            "0.1",
            ".5",
            "5.",
            "0.000123",
            "1e9",
            "1E+9",
            "25e-4",
            "9007199254740993",
            "9007199254740991",
            "1.0000000000000000000000",
            "0.1000000000000000000000",
            "18446744073709551616",
            "1e22",
            "1e-22",
            "123456789012345e-22",
            "1e999",
            "-1e999",
            "1e-999",
            "1e99999999999",
            "0e99999999999",
        ] {
            let expected = text.parse::<f64>().unwrap();
            let number = read(text).unwrap();
            assert_eq!(number.to_bits(), expected.to_bits(), "{text}: {number} {expected}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "inf", "NaN", "1 ", "1_000", "--1", "1e5.0", "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_sum_is_shown_to_nine_places() {
        for (number, expected) in [
            (1.1, "1.1"),
            (0.0, "0"),
            (2.0, "2"),
            (0.1 + 0.2, "0.3"),
            (1.0 + 2e-9, "1.000000002"),
        ] {
            assert_eq!(shown(number), expected);
        }
    }

    proptest! {
        #[test]
        fn fifteen_digits_are_read_exactly(digits in 0u64..1_000_000_000_000_000, places in -22i32..=22) {
            let text = format!("{digits}e{places}");
            prop_assert_eq!(read(&text), text.parse::<f64>().ok(), "{}", text);
        }

        #[test]
        fn any_number_is_read_nearly(number in proptest::num::f64::NORMAL) {
            let read = read(&format!("{number:e}")).unwrap();
            let extreme = number.abs() < 1e-290 || number.abs() > 1e290;
            prop_assert!(extreme || (read / number - 1.0).abs() < 1e-14, "{} {}", read, number);
        }
    }
}
