//! Runs of a scenario from beginning to end.
//!
//! Law: what is asked of the runs comes in the order of their seeds, however many cores there are.

use rayon::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Recorder, RequestRow, Trace};

/// Calls that are recorded at most, and as many stretches of what workers did.
pub const CALLS: u32 = 1_000_000;
/// Events between two looks at what is known.
pub const SLICE: u64 = 10_000;

/// Something of each of `replications` runs with the seeds `seed`, `seed + 1`, …
pub fn of_each<T: Send>(seed: u64, replications: u64, of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let seeds: Vec<u64> = (0..replications).map(|index| seed + index).collect();
    seeds.par_iter().map(|seed| of(*seed)).collect()
}

/// One run to its end, measured.
pub fn measure(scenario: &Scenario, seed: u64) -> (Run, Meter) {
    let (mut run, mut meter) = (Run::new(scenario, seed), Meter::new(scenario));
    while !run.advance(Instant::NEVER, u64::MAX, &mut meter) {}
    (run, meter)
}

/// The report of one run; of one that ended before its time, the figures so far and the reason.
pub fn report(scenario: &Scenario, seed: u64) -> Report {
    let (run, meter) = measure(scenario, seed);
    let (warning, end) = (run.warning(), end(scenario, &run));
    let mut report = meter.report(scenario, seed, end, run.events(), run.digest());
    let deadlock = run.deadlock().map(|deadlock| deadlock.story(scenario));
    report.warnings.extend(warning.into_iter().chain(deadlock));
    report.warnings.extend(meter.warnings(scenario, end));
    report
}

/// When a run that has nothing left to do was over: at its end, or where it was given up before.
fn end(scenario: &Scenario, run: &Run) -> Instant {
    match run.warning() {
        Some(_) => run.now(),
        None => Instant::START + scenario.run.duration,
    }
}

/// Records from an instant on until another one or the end of the run, or until what is recorded is enough.
pub fn record(
    scenario: &Scenario,
    seed: u64,
    [from, until]: [Instant; 2],
    is_enough: impl Fn(&[RequestRow]) -> bool,
) -> Trace {
    let mut run = Run::new(scenario, seed);
    let mut recorder = Recorder::new(scenario, from, CALLS);
    let mut is_over = false;
    while !is_over && !recorder.is_full() && !is_enough(recorder.requests()) {
        is_over = run.advance(until, SLICE, &mut recorder);
    }
    let reached = match is_over {
        true => end(scenario, &run).min(until),
        false => run.now(),
    };
    recorder.finish(reached)
}
