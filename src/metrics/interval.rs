//! Confidence intervals of means.
//!
//! Source: batch means (Law & Kelton, Simulation Modeling and Analysis, 9.5.3) and Student's t.

/// The two-sided 95 % quantile of Student's t with this many degrees of freedom (Hill 1970, algorithm 396, its
/// expansion for large numbers, which from 3 on is right to three digits; the first two are exact).
pub fn student_t95(freedom: usize) -> f64 {
    match freedom {
        0 => f64::INFINITY,
        1 => 12.706_204_736,
        2 => 4.302_652_730,
        n => {
            let (n, z) = (n as f64, 1.959_963_985_f64);
            let z2 = z * z;
            let g1 = z * (z2 + 1.0) / 4.0;
            let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
            let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
            let g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
            z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n
        }
    }
}

/// The 95 % interval of the mean of independent values; none for fewer than two.
pub fn mean_interval(values: &[f64]) -> Option<[f64; 2]> {
    let n = values.len();
    if n < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1) as f64;
    let half = student_t95(n - 1) * libm::sqrt(variance / n as f64);
    Some([mean - half, mean + half])
}

/// The 95 % interval of a mean from the means of full batches; none for fewer than ten.
pub fn mean_of_batches(batches: &[f64]) -> Option<[f64; 2]> {
    if batches.len() < 10 {
        None
    } else {
        mean_interval(batches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_t_agrees_with_the_tables() {
        for (freedom, expected, within) in [
            (1, 12.706, 0.001),
            (2, 4.303, 0.001),
            (3, 3.182, 0.02),
            (5, 2.571, 0.002),
            (9, 2.262, 0.001),
            (19, 2.093, 0.001),
            (63, 1.998, 0.001),
        ] {
            assert!(
                (student_t95(freedom) - expected).abs() < within,
                "{freedom}: {}",
                student_t95(freedom)
            );
        }
    }

    #[test]
    fn an_interval_is_centred_on_the_mean() {
        assert_eq!(mean_interval(&[1.0]), None);
        let [low, high] = mean_interval(&[1.0, 2.0, 3.0]).unwrap_or_default();
        assert!((low + high - 4.0).abs() < 1e-12 && (high - low - 2.0 * 4.302_652_73 / 3f64.sqrt()).abs() < 1e-6);
    }
}
