//! Requests of a run for other programs.
//!
//! ```text
//! warm-up ─┬─ the first N requests ─┬─ … until all that they caused is over ─▶ one text
//! ```
//!
//! Law: each request comes with everything that it caused, or as far as the run or the recording goes, and then says so.

use super::experiment::{self, CALLS};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::share::export::{Export, Format};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::Trace;

/// One request.
pub fn one(scenario: &Scenario, seed: u64, trace: &Trace, format: Format) -> String {
    Export::new(scenario, trace, seed, |_| true).write(format)
}

/// The first requests that are offered from the warm-up on, and what is to be said where they are not whole.
pub fn many(scenario: &Scenario, seed: u64, count: u64, format: Format) -> (String, Option<String>) {
    let from = Instant::START + scenario.run.warmup;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let trace = experiment::record(scenario, seed, [from, Instant::NEVER], |rows| {
        let wanted = rows.iter().filter(|row| row.offered >= from).take(count);
        rows.len() >= count && wanted.filter(|row| row.completed != Instant::NEVER).count() == count
    });
    let mut left = count;
    let export = Export::new(scenario, &trace, seed, |row| {
        let is_wanted = row.offered >= from && left > 0;
        left -= usize::from(is_wanted);
        is_wanted
    });
    let cut = trace.truncated.then(|| {
        format!("a recording has at most {CALLS} calls: what came later is left out; ask for fewer --requests")
    });
    (export.write(format), cut)
}
