//! A run in slices: however it is cut, it is one story.

use super::tape::{Event, Tape};
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

/// Runs in slices of so many events, or until so many instants in between.
pub fn in_slices(scenario: &Scenario, seed: u64, events: u64, stops: u64) -> (Tape, u64, u64) {
    let mut tape = Tape::default();
    let mut run = Run::new(scenario, seed);
    let end = scenario.run.duration.0;
    for stop in 1..=stops + 1 {
        let until = if stop > stops {
            Instant::NEVER
        } else {
            Instant(end * stop / (stops + 1))
        };
        while !run.advance_dyn(until, events, &mut tape) {
            assert!(run.now() < until);
        }
        assert!(
            tape.0.last().is_none_or(|(at, _)| *at < until),
            "nothing happens at {until:?} or later"
        );
    }
    (tape, run.digest(), run.events())
}

/// Events of the longest story that is told again and again; circles through channels may go round for ever.
const PATIENCE: u64 = 300_000;

/// A seed tells the same in whatever slices; yields whether another one tells something else.
pub fn one_story(scenario: &Scenario, seed: u64) -> Result<bool, String> {
    if !Run::new(scenario, seed).advance_dyn(Instant::NEVER, PATIENCE, &mut ()) {
        return Ok(false);
    }
    let (whole, digest, events) = in_slices(scenario, seed, u64::MAX, 0);
    for (slice, stops) in [(u64::MAX, 0), (1, 0), (7, 0), (1000, 0), (u64::MAX, 3), (5, 2)] {
        let (tape, again, count) = in_slices(scenario, seed, slice, stops);
        if let Some(index) = (0..whole.0.len().max(tape.0.len())).find(|i| whole.0.get(*i) != tape.0.get(*i)) {
            let (a, b) = (whole.0.get(index), tape.0.get(index));
            return Err(format!(
                "slices of {slice}, {stops} stops: event {index} is {b:?} instead of {a:?}"
            ));
        }
        if (digest, events) != (again, count) {
            return Err(format!(
                "slices of {slice}: digest {again:x} of {count} events, {digest:x} of {events}"
            ));
        }
    }
    let (other, different, _) = in_slices(scenario, seed + 1, u64::MAX, 0);
    let told = |event: &&(Instant, Event)| !matches!(event.1, Event::Drawn(..));
    let same = other.0.iter().filter(told).eq(whole.0.iter().filter(told));
    if !same && different == digest {
        let mut both = whole.0.iter().filter(told).zip(other.0.iter().filter(told));
        let first = both.find(|(one, two)| one != two);
        return Err(format!(
            "two stories have the digest {digest:x}: they differ in {first:?}"
        ));
    }
    Ok(!same)
}
