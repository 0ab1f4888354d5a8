//! The straight way of plain calls: a run that takes it tells the same as one that never does.

use super::tape::Tape;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

/// Circles may call for ever without taking time; so many events are enough.
const PATIENCE: u64 = 300_000;

fn told(mut run: Run) -> (Tape, u64, u64) {
    let mut tape = Tape::default();
    run.advance_dyn(Instant::NEVER, PATIENCE, &mut tape);
    (tape, run.digest(), run.events())
}

/// Both ways tell the same events, in the same order, and have the same digest.
pub fn is_the_long_way(scenario: &Scenario, seed: u64) -> Result<(), String> {
    let (straight, digest, events) = told(Run::new(scenario, seed));
    let (long, expected, count) = told(Run::new(scenario, seed).by_the_long_way());
    let longest = long.0.len().max(straight.0.len());
    if let Some(index) = (0..longest).find(|index| long.0.get(*index) != straight.0.get(*index)) {
        let (is, was) = (straight.0.get(index), long.0.get(index));
        return Err(format!("event {index} is {is:?}, and {was:?} by the long way"));
    }
    if (digest, events) != (expected, count) {
        return Err(format!(
            "digest {digest:x} of {events} events, and {expected:x} of {count} by the long way"
        ));
    }
    Ok(())
}
