//! The same figure of several replications.

/// A mean and its standard error.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub mean: f64,
    pub standard_error: f64,
}

impl Sample {
    /// Of independent values; one of them has no standard error.
    pub fn new(values: impl Iterator<Item = f64>) -> Sample {
        let values: Vec<f64> = values.collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let standard_error = (squares / (n - 1.0).max(1.0) / n).sqrt();
        Sample { mean, standard_error }
    }

    /// How many standard errors the mean lies above `exact`; zero where both are zero.
    pub fn z(&self, exact: f64) -> f64 {
        match self.mean - exact {
            0.0 => 0.0,
            off => off / self.standard_error,
        }
    }

    /// How far the mean is from `exact`, relative to it; as it is where `exact` is zero.
    pub fn error(&self, exact: f64) -> f64 {
        let scale = if exact == 0.0 { 1.0 } else { exact.abs() };
        (self.mean - exact).abs() / scale
    }
}

#[test]
fn a_sample_by_hand() {
    let sample = Sample::new([2.0, 4.0, 4.0, 6.0].into_iter());
    assert_eq!(sample.mean, 4.0);
    assert!((sample.standard_error - (8.0f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
    assert!((sample.z(3.0) - 1.0 / (2.0f64 / 3.0).sqrt()).abs() < 1e-12);
    assert_eq!((sample.z(4.0), sample.error(5.0), sample.error(0.0)), (0.0, 0.2, 4.0));
}
