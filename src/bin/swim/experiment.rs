//! Runs of a scenario from beginning to end.
//!
//! Law: the reports come in the order of their seeds, however many cores there are.

use rayon::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

/// The reports of `replications` runs with the seeds `seed`, `seed + 1`, …
pub fn reports(scenario: &Scenario, seed: u64, replications: u64) -> Vec<Report> {
    let replications: Vec<u64> = (0..replications).collect();
    replications
        .par_iter()
        .map(|index| report(scenario, seed + index))
        .collect()
}

/// The report of one run; of one that ended before its time, the figures so far and the reason.
fn report(scenario: &Scenario, seed: u64) -> Report {
    let (mut run, mut meter) = (Run::new(scenario, seed), Meter::new(scenario));
    while !run.advance(Instant::NEVER, u64::MAX, &mut meter) {}
    let warning = run.warning();
    let end = match warning {
        Some(_) => run.now(),
        None => Instant::START + scenario.run.duration,
    };
    let mut report = meter.report(scenario, seed, end, run.events(), run.digest());
    report.warnings.extend(warning);
    report.warnings.extend(meter.warnings(scenario, end));
    report
}
