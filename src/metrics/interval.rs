//! Confidence intervals of means.
//!
//! ```text
//! 32 … 63 batches ─in pairs▶ 16 … 31 batches ─▶ mean ± t · √(S²/b · (1 + φ)/(1 − φ))      φ: how alike neighbours are
//! ```
//!
//! Source: batch means (Schmeiser 1982: 10 to 30 batches are enough; Law & Kelton, Simulation Modeling and Analysis,
//! 9.5.3), widened for batches that still depend on each other (Steiger & Wilson 2002; Tafazzoli et al. 2011), and
//! Student's t.

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

/// Mean, variance and lag-1 autocorrelation of a series; the latter is 0 where all values are the same.
pub struct Series {
    pub mean: f64,
    pub variance: f64,
    pub lag_one: f64,
}

impl Series {
    /// Of at least two values.
    pub fn of(values: &[f64]) -> Series {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let products: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        Series {
            mean,
            variance: squares / (n - 1.0),
            lag_one: if squares > 0.0 { products / squares } else { 0.0 },
        }
    }

    /// Half of the 95 % interval of the mean of so many values whose variance is so many times that of independent ones.
    fn half_interval(&self, count: usize, factor: f64) -> f64 {
        student_t95(count - 1) * libm::sqrt(factor * self.variance / count as f64)
    }
}

/// The 95 % interval of the mean of independent values; none for fewer than two.
pub fn mean_interval(values: &[f64]) -> Option<[f64; 2]> {
    if values.len() < 2 {
        return None;
    }
    let series = Series::of(values);
    Some(around(series.mean, series.half_interval(values.len(), 1.0)))
}

fn around(mean: f64, half: f64) -> [f64; 2] {
    [mean - half, mean + half]
}

/// The 95 % interval around the mean of all values, by the means of batches; none for fewer than ten. Of many and an odd
/// number of batches the oldest is left out.
pub fn mean_of_batches(batches: &[f64], mean: f64) -> Option<[f64; 2]> {
    if batches.len() < 10 {
        return None;
    }
    if batches.len() >= 32 {
        let pairs = batches.rchunks_exact(2).rev();
        let pairs: Vec<f64> = pairs.map(|pair| (pair[0] + pair[1]) / 2.0).collect();
        return mean_of_batches(&pairs, mean);
    }
    let series = Series::of(batches);
    let factor = (1.0 + series.lag_one) / (1.0 - series.lag_one);
    Some(around(mean, series.half_interval(batches.len(), factor.max(1.0))))
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

    #[test]
    fn batches_that_are_like_their_neighbours_widen_the_interval() {
        let width = |batches: &[f64]| mean_of_batches(batches, 0.0).map_or(0.0, |[low, high]| high - low);
        let (rising, mixed): (Vec<f64>, Vec<f64>) = (0..16).map(|i| (f64::from(i), f64::from(i * 7 % 16))).unzip();
        let plain = mean_interval(&rising).map_or(0.0, |[low, high]| high - low);
        assert!((width(&mixed) - plain).abs() < 1e-12, "{}", width(&mixed));
        assert!(width(&rising) > 2.0 * plain, "{} {plain}", width(&rising));
        assert_eq!(
            (width(&[1.0; 9]), mean_of_batches(&[1.0; 12], 3.0)),
            (0.0, Some([3.0, 3.0]))
        );
    }
}
