//! Availability: the share of requests that come through where each part is up for a share of the time, on its own.
//!
//! ```text
//! chain    a ─▶ b ─▶ c        all are needed: a · b · c
//! k of n   a ─▶ { b, b, b }   so many of equal ones are enough: Σ_{i≥k} C(n, i) bⁱ (1 − b)ⁿ⁻ⁱ
//! ```
//!
//! Source: Barlow & Proschan, Statistical theory of reliability and life testing, 1975: sections 2.1 (series and
//! k-out-of-n systems of independent parts) and 7.2 (up and down in turns).

/// The share of time that something is up, from the mean times that it stays up and down; any distributions.
pub fn share_up(up: f64, down: f64) -> f64 {
    up / (up + down)
}

/// The availability of a chain of calls that needs all of these.
pub fn of_chain(parts: &[f64]) -> f64 {
    parts.iter().product()
}

/// The availability where at least `enough` of `parts` equal ones must be up.
pub fn of_some(part: f64, enough: u32, parts: u32) -> f64 {
    // The chances of 0, 1, … of them, one more part at a time: only positive terms.
    let mut chances = vec![1.0];
    for _ in 0..parts {
        let up = chances.iter().map(|chance| chance * part);
        let down = chances.iter().map(|chance| chance * (1.0 - part));
        chances = std::iter::once(0.0)
            .chain(up)
            .zip(down.chain([0.0]))
            .map(|(up, down)| up + down)
            .collect();
    }
    chances.iter().skip(enough as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-12, "{value} instead of {expected}");
    }

    #[test]
    fn a_chain_is_weaker_than_its_weakest_part() {
        check(of_chain(&[]), 1.0);
        check(of_chain(&[0.9, 0.8, 0.5]), 0.36);
        // Thirty services of three nines each: two hours a month become a day.
        check(of_chain(&[0.999; 30]), 0.999f64.powi(30));
    }

    #[test]
    fn some_of_several_by_hand() {
        check(of_some(0.9, 1, 3), 0.999);
        check(of_some(0.9, 2, 3), 3.0 * 0.81 * 0.1 + 0.729);
        check(of_some(0.9, 3, 3), of_chain(&[0.9; 3]));
        check(of_some(0.9, 0, 3), 1.0);
        check(of_some(0.9, 4, 3), 0.0);
    }

    #[test]
    fn up_for_nine_hours_of_ten() {
        check(share_up(9.0, 1.0), 0.9);
        check(share_up(5.0, 0.0), 1.0);
    }
}
