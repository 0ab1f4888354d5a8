//! One run of a scenario from its beginning to its end.

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

/// The report of a run with this seed.
pub fn report(scenario: &Scenario, seed: u64) -> Report {
    let mut meter = Meter::new(scenario);
    let mut run = Run::new(scenario, seed);
    assert!(run.advance(Instant::NEVER, u64::MAX, &mut meter));
    assert_eq!(run.warning(), None, "{}", scenario.name);
    let end = Instant::START + scenario.run.duration;
    meter.report(scenario, seed, end, run.events(), run.digest())
}
