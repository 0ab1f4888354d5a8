//! How often requests come, as far as that decides how fast a run is played at first.
//!
//! Law: nothing is drawn and no sum is taken: the right order of magnitude is enough.

use crate::scenario::{Arrivals, Dist, Load, Scenario};
use crate::time::Duration;

/// About how much time lies between two requests, whoever sends them.
pub fn gap(scenario: &Scenario) -> Duration {
    let rate: f64 = scenario.clients.iter().map(|client| rate(&client.load)).sum();
    Duration((1.0 / rate).round() as u64)
}

/// About how many requests come in a nanosecond.
fn rate(load: &Load) -> f64 {
    match load {
        Load::Open(Arrivals::Poisson { gap_ns } | Arrivals::Constant { gap_ns }) => 1.0 / gap_ns,
        Load::Open(Arrivals::Burst { size, every }) => f64::from(*size) / every.0 as f64,
        Load::Open(Arrivals::Ramp { low, high, .. } | Arrivals::Wave { low, high, .. }) => (low + high) / 2e9,
        // About fifty a second, where it would take a sum to know.
        Load::Open(Arrivals::Renewal(_) | Arrivals::Times(_)) => 5e-8,
        Load::Closed { users, think } => f64::from(*users) / typical(think),
    }
}

/// About how long something takes, in nanoseconds; at least a millisecond, since calls take time as well.
fn typical(dist: &Dist) -> f64 {
    let time = match dist {
        Dist::Constant(time) | Dist::Exp { mean: time } | Dist::Pareto { minimum: time, .. } => *time,
        Dist::Uniform { high: time, .. } | Dist::LogNormal { mean: time, .. } | Dist::Erlang { mean: time, .. } => {
            *time
        }
        Dist::HyperExp(phases) => phases.iter().map(|(_, mean)| *mean).min().unwrap_or_default(),
        Dist::Empirical(values) => values.first().copied().unwrap_or_default(),
    };
    (time.0 as f64).max(1e6)
}
