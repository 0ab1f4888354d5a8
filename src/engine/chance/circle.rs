//! Points of the unit circle.
//!
//! ```text
//!        1/4          turns = a whole number of quarters + a rest of −1/8 … 1/8, without any error
//!     ╭───┼───╮       cosine and sine of the rest ─quarters▶ exchanged, with other signs
//! 1/2 ┼   ┼───┼ 0
//!     ╰───┼───╯       An angle in radians would need its reduction for arguments of any size, which is larger than
//!        3/4          all the rest of `libm` here.
//! ```
//!
//! Law: right to the last two places.

/// ± 1 / (2 k)! and ± 1 / (2 k + 1)!, as far as they matter up to an eighth of a turn (Taylor's series).
const COSINE: [f64; 9] = series(0);
const SINE: [f64; 8] = series(1);

const fn series<const N: usize>(first: usize) -> [f64; N] {
    let mut terms = [1.0; N];
    let (mut k, mut term) = (1, 1.0);
    while k < N {
        let n = (2 * k + first) as f64;
        term /= -n * (n - 1.0);
        terms[k] = term;
        k += 1;
    }
    terms
}

/// Cosine and sine of so many turns.
pub fn circle(turns: f64) -> (f64, f64) {
    let quarters = libm::round(4.0 * turns);
    let angle = (turns - 0.25 * quarters) * std::f64::consts::TAU;
    let sum = |terms: &[f64]| terms.iter().rev().fold(0.0, |sum, term| sum * angle * angle + term);
    let (cosine, sine) = (sum(&COSINE), angle * sum(&SINE));
    match quarters as i64 & 3 {
        0 => (cosine, sine),
        1 => (-sine, cosine),
        2 => (-cosine, -sine),
        _ => (sine, -cosine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_and_sine_are_those_of_libm() {
        for i in -40_000..80_000 {
            let turns = f64::from(i) / 16_384.0;
            let angle = turns * std::f64::consts::TAU;
            let (cosine, sine) = circle(turns);
            let error = (cosine - libm::cos(angle)).abs().max((sine - libm::sin(angle)).abs());
            // Of an angle in radians the last place is uncertain.
            assert!(error < 4e-16 * (1.0 + angle.abs()), "{turns}: {error:e}");
        }
    }

    #[test]
    fn quarters_are_exact() {
        for (turns, expected) in [
            (0.0, (1.0, 0.0)),
            (0.25, (0.0, 1.0)),
            (0.5, (-1.0, 0.0)),
            (0.75, (0.0, -1.0)),
        ] {
            assert_eq!(circle(turns), expected);
        }
    }
}
