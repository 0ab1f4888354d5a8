//! The rules that always hold, over random scenarios.
//!
//! ```text
//! LAWS_CASES=10000   scenarios a law (500 without)         LAWS_SEED=7   another choice of scenarios
//! ```
//!
//! Law: a failure prints the smallest scenario that still fails, its seed, and the events around the offence.
#![cfg(not(target_arch = "wasm32"))]

#[path = "laws/auditor.rs"]
mod auditor;
#[path = "laws/border.rs"]
mod border;
#[path = "laws/broker.rs"]
mod broker;
#[path = "laws/callee.rs"]
mod callee;
#[path = "laws/census.rs"]
mod census;
#[path = "laws/channel.rs"]
mod channel;
#[path = "laws/cost.rs"]
mod cost;
#[path = "laws/data.rs"]
mod data;
#[path = "laws/delivery.rs"]
mod delivery;
#[path = "laws/ear.rs"]
mod ear;
#[path = "laws/edit.rs"]
mod edit;
#[path = "laws/facts.rs"]
mod facts;
#[path = "laws/fate.rs"]
mod fate;
#[path = "laws/flaw.rs"]
mod flaw;
#[path = "laws/floor.rs"]
mod floor;
#[path = "laws/guard.rs"]
mod guard;
#[path = "laws/hearing.rs"]
mod hearing;
#[path = "laws/layout.rs"]
mod layout;
#[path = "laws/ledger.rs"]
mod ledger;
#[path = "laws/load.rs"]
mod load;
#[path = "laws/loss.rs"]
mod loss;
#[path = "laws/memory.rs"]
mod memory;
#[path = "laws/occupancy.rs"]
mod occupancy;
#[path = "laws/order.rs"]
mod order;
#[path = "laws/outcome.rs"]
mod outcome;
#[path = "laws/overload.rs"]
mod overload;
#[path = "laws/pair.rs"]
mod pair;
#[path = "laws/present.rs"]
mod present;
#[path = "laws/reason.rs"]
mod reason;
#[path = "laws/request.rs"]
mod request;
#[path = "laws/scenario.rs"]
mod scenario;
#[path = "laws/script.rs"]
mod script;
#[path = "laws/sequence.rs"]
mod sequence;
#[path = "laws/slice.rs"]
mod slice;
#[path = "laws/storm.rs"]
mod storm;
#[path = "laws/straight.rs"]
mod straight;
#[path = "laws/stuck.rs"]
mod stuck;
#[path = "laws/tally.rs"]
mod tally;
#[path = "laws/tape.rs"]
mod tape;
#[path = "laws/whole.rs"]
mod whole;

use auditor::{Auditor, Seen, Violation};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use scenario::{Weather, rich, scenario, stocked};
use std::cell::Cell;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::blame::Blame;
use sync_or_swim::scenario::text::{self, Parsed};
use sync_or_swim::scenario::*;
use sync_or_swim::share::link;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Recorder, Trace, spans_of};
use tape::Tape;

/// The number in an environment variable.
fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(default, |text| text.parse().expect("a number"))
}

/// Checks a law for as many random values as the environment says, and prints how many.
fn for_all<S: Strategy>(law: &str, strategy: &S, holds: impl Fn(&S::Value) -> Result<(), String>) {
    let cases = number("LAWS_CASES", 500) as u32;
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_time: 120_000,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("LAWS_SEED", 1).to_le_bytes());
    law.bytes()
        .enumerate()
        .for_each(|(index, byte)| seed[8 + index % 24] ^= byte);
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let outcome = runner.run(strategy, |value| holds(&value).map_err(TestCaseError::fail));
    match outcome {
        Ok(()) => println!("{law}: {cases} cases"),
        Err(TestError::Fail(reason, value)) => panic!("{law}\n{reason}\n{value:?}"),
        Err(abort) => panic!("{law}: {abort}"),
    }
}

/// Checks a law over scenarios with channels, and over those with data, offload threads and cold starts.
fn everywhere<E: Strategy + 'static>(law: &str, extra: E, holds: impl Fn(&(Scenario, E::Value)) -> Result<(), String>) {
    let extra = extra.boxed();
    for_all(law, &(scenario(Weather::Any), extra.clone()), &holds);
    for_all(&format!("{law}, with all steps"), &(rich(Weather::Any), extra), &holds);
}

/// Runs a scenario under audit.
fn audit(scenario: &Scenario, seed: u64) -> (Vec<Violation>, Seen) {
    let mut auditor = Auditor::new(scenario);
    let mut run = Run::new(scenario, seed);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut auditor);
    assert_eq!(run.warning(), None, "these scenarios are small");
    auditor.finish();
    (auditor.violations, auditor.seen)
}

/// No rule of these numbers is broken.
fn keeps(rules: &[u8], scenario: &Scenario, seed: u64) -> Result<Seen, String> {
    let (violations, seen) = audit(scenario, seed);
    match violations.iter().find(|violation| rules.contains(&violation.rule)) {
        Some(violation) => Err(story(scenario, seed, violation)),
        None => Ok(seen),
    }
}

/// The offence and the events before it.
fn story(scenario: &Scenario, seed: u64, violation: &Violation) -> String {
    let Violation { rule, at, text, .. } = violation;
    let events = events_until(scenario, seed, *at);
    format!("rule {rule} at {at:?}, event {}: {text}\n{events}", violation.event)
}

/// The last things that are told until an instant is over, one in a line.
fn events_until(scenario: &Scenario, seed: u64, last: Instant) -> String {
    let mut tape = Tape::default();
    Run::new(scenario, seed).advance_dyn(Instant(last.0 + 1), u64::MAX, &mut tape);
    let events = tape.0[tape.0.len().saturating_sub(60)..].iter();
    let events: Vec<String> = events.map(|(now, event)| format!("{:>12} {event:?}", now.0)).collect();
    events.join("\n")
}

/// A law of the auditor, over whole scenarios; `seen` counts what makes it worth its name.
fn law(name: &str, rules: &[u8], seen: impl Fn(&Seen) -> u64) {
    let count = Cell::new(0);
    everywhere(name, 0u64..1000, |(scenario, seed)| {
        let found = keeps(rules, scenario, *seed)?;
        count.set(count.get() + seen(&found));
        Ok(())
    });
    println!("{name}: {} instances of it", count.get());
    assert!(count.get() > 0, "nothing was seen of {name}");
}

#[test]
fn whatever_came_has_gone_or_is_there() {
    law("whatever_came_has_gone_or_is_there", &[1], |seen| seen.requests);
}

#[test]
fn a_worker_does_one_thing_at_a_time() {
    law("a_worker_does_one_thing_at_a_time", &[2], |seen| seen.spans);
}

#[test]
fn a_sync_call_holds_its_worker_from_send_to_outcome() {
    law("a_sync_call_holds_its_worker_from_send_to_outcome", &[3], |seen| {
        seen.pins
    });
}

#[test]
fn what_is_there_is_arrivals_times_stay() {
    law("what_is_there_is_arrivals_times_stay", &[4], |seen| seen.spans);
}

#[test]
fn time_never_goes_back_and_an_instant_has_its_order() {
    law("time_never_goes_back_and_an_instant_has_its_order", &[5], |seen| {
        seen.timeouts
    });
}

#[test]
fn a_message_is_lost_only_by_a_rule() {
    law("a_message_is_lost_only_by_a_rule", &[8], |seen| {
        seen.losses + seen.redeliveries
    });
}

#[test]
fn a_copy_has_what_it_was_brought_and_a_read_sees_it() {
    let law = "a_copy_has_what_it_was_brought_and_a_read_sees_it";
    let (deeds, stale) = (Cell::new(0), Cell::new(0));
    for_all(law, &(stocked(Weather::Any), 0u64..1000), |(scenario, seed)| {
        let seen = keeps(&[11], scenario, *seed)?;
        deeds.set(deeds.get() + seen.deeds);
        stale.set(stale.get() + seen.stale);
        data::is_counted(scenario, *seed)
    });
    println!("{law}: {} deeds, {} stale reads", deeds.get(), stale.get());
    assert!(deeds.get() > 0 && stale.get() > 0);
}

#[test]
fn a_call_fails_only_for_a_reason() {
    law("a_call_fails_only_for_a_reason", &[0], |seen| {
        seen.refusals + seen.timeouts + seen.errors
    });
}

#[test]
fn what_is_written_and_read_again_runs_the_same() {
    let law = "what_is_written_and_read_again_runs_the_same";
    let read = Cell::new(0);
    everywhere(law, (layout::places(), 0u64..1000), |(scenario, (places, seed))| {
        let scenario = &layout::laid_out(scenario.clone(), places);
        let text = write(scenario);
        // The engine can run more than the reader lets pass: circles through a channel, for instance.
        let Ok(Parsed { scenario: again, .. }) = text::parse(&text) else {
            return Ok(());
        };
        // Nor does the reader know things that nobody uses: an edge comes from a call or from a list of edges.
        let known = (&again.entities, &again.items) == (&scenario.entities, &scenario.items);
        if !known || again.edges.len() < scenario.edges.len() {
            return Ok(());
        }
        read.set(read.get() + 1);
        is_linked(&text, &again)?;
        let [before, after] = [scenario, &again].map(|scenario| slice::in_slices(scenario, *seed, u64::MAX, 0));
        let first = (0..before.0.0.len()).find(|index| before.0.0.get(*index) != after.0.0.get(*index));
        let same = write(&again) == text && again.layout == scenario.layout;
        match (before.1 == after.1, same, first) {
            (true, true, _) => Ok(()),
            (_, same, first) => {
                let events = first.map(|index| (before.0.0.get(index), after.0.0.get(index)));
                Err(format!("same text: {same}, {events:?}\n{text}"))
            }
        }
    });
    println!("{law}: {} scenarios were read", read.get());
    assert!(read.get() > number("LAWS_CASES", 500) / 2);
}

/// A link to a text leads to the same scenario.
fn is_linked(text: &str, scenario: &Scenario) -> Result<(), String> {
    let link = link::write(text, "checkout").map_err(|problems| format!("no link: {problems:?}\n{text}"))?;
    let found = link::follow(&link).map_err(|problem| format!("{problem}\n{link}\n{text}"))?;
    let opened = found
        .text
        .ok_or_else(|| format!("it leads to the gallery: {link}\n{text}"))?;
    match text::parse(&opened) {
        Ok(Parsed { scenario: opened, .. }) if opened == *scenario => Ok(()),
        other => Err(format!("{other:?}\n{link}\n{text}")),
    }
}

#[test]
fn the_straight_way_is_the_long_one() {
    let law = "the_straight_way_is_the_long_one";
    let holds = |(scenario, seed): &(Scenario, u64)| straight::is_the_long_way(scenario, *seed);
    everywhere(law, 0u64..1000, holds);
    for_all(&format!("{law}, with faults"), &(whole::whole(), 0u64..1000), holds);
}

#[test]
fn a_seed_tells_one_story_in_whatever_slices() {
    let law = "a_seed_tells_one_story_in_whatever_slices";
    let differing = Cell::new(0);
    let holds = |(scenario, seed): &(Scenario, u64)| {
        differing.set(differing.get() + u64::from(slice::one_story(scenario, *seed)?));
        Ok(())
    };
    everywhere(law, 0u64..1000, holds);
    for_all(&format!("{law}, with faults"), &(whole::whole(), 0u64..1000), holds);
    println!("{law}: in {} of them another seed told another story", differing.get());
    assert!(differing.get() > 0);
}

#[test]
fn a_toggle_leaves_arrivals_and_work_times_as_they_are() {
    let law = "a_toggle_leaves_arrivals_and_work_times_as_they_are";
    let (shared, all) = (Cell::new(0), Cell::new(0));
    everywhere(law, (pair::flip(false), 0u64..1000), |(scenario, (flip, seed))| {
        let scenario = &pair::steady(scenario.clone());
        let (a, b) = (pair::draws(scenario, *seed)?, pair::draws(&flip.of(scenario), *seed)?);
        shared.set(shared.get() + pair::agree(&a, &b)?);
        all.set(all.get() + a.values.len() as u64);
        Ok(())
    });
    println!("{law}: {} of {} draws were made in both runs", shared.get(), all.get());
    assert!(shared.get() * 2 > all.get());
}

#[test]
fn a_toggle_leaves_the_work_of_a_finished_story_as_it_is() {
    let law = "a_toggle_leaves_the_work_of_a_finished_story_as_it_is";
    let finished = Cell::new(0);
    let stories = prop_oneof![
        pair::short_story(scenario(Weather::Calm)),
        pair::short_story(rich(Weather::Calm))
    ];
    for_all(
        law,
        &(stories, pair::flip(true), 0u64..1000),
        |(scenario, flip, seed)| {
            let (a, b) = (pair::draws(scenario, *seed)?, pair::draws(&flip.of(scenario), *seed)?);
            pair::agree(&a, &b)?;
            if a.completed && b.completed {
                finished.set(finished.get() + 1);
                let missing = a.values.keys().find(|key| !b.values.contains_key(key));
                let (a, b) = (a.values.len(), b.values.len());
                if missing.is_some() || a != b {
                    return Err(format!(
                        "{a} draws in one run, {b} in the other, which lacks {missing:?}"
                    ));
                }
            }
            Ok(())
        },
    );
    println!("{law}: {} stories were finished", finished.get());
    assert!(finished.get() > 0);
}

#[test]
fn slots_are_as_many_as_live_at_once() {
    law("slots_are_as_many_as_live_at_once", &[10], |seen| seen.spans);
}

#[test]
fn all_spans_of_a_request_are_sent_while_it_lasts() {
    let law = "all_spans_of_a_request_are_sent_while_it_lasts";
    everywhere(law, Just(()), |(scenario, ())| found_at_once(scenario));
    for_all(
        &format!("{law}, with policies"),
        &guard::guarded(Weather::Any),
        found_at_once,
    );
}

/// Every span of a run is found among those of its request.
fn found_at_once(scenario: &Scenario) -> Result<(), String> {
    let trace = recorded(scenario);
    let found: usize = (0..trace.requests.len() as u32)
        .map(|request| spans_of(&trace, request).count())
        .sum();
    let all = trace
        .spans
        .iter()
        .filter(|span| (span.request as usize) < trace.requests.len())
        .count();
    if found == all {
        Ok(())
    } else {
        Err(format!("{found} of {all} spans are found"))
    }
}

/// All of a run.
fn recorded(scenario: &Scenario) -> Trace {
    let mut recorder = Recorder::new(scenario, Instant::START, 1_000_000);
    Run::new(scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    recorder.finish(Instant::START + scenario.run.duration)
}

#[test]
fn the_pieces_of_a_response_time_lie_end_to_end() {
    let law = "the_pieces_of_a_response_time_lie_end_to_end";
    everywhere(law, Just(()), |(scenario, ())| end_to_end(scenario));
    for_all(
        &format!("{law}, with policies"),
        &guard::guarded(Weather::Any),
        end_to_end,
    );
}

/// The pieces of every request of a run, and the sum of its shares.
fn end_to_end(scenario: &Scenario) -> Result<(), String> {
    let trace = recorded(scenario);
    let blame = Blame::new(scenario, &trace);
    for (request, row) in (0..).zip(&trace.requests) {
        let (Some(path), Some(shares)) = (blame.path(request), blame.shares(request)) else {
            continue;
        };
        let mut at = row.offered;
        for piece in &path {
            if piece.from != at || piece.until <= piece.from {
                return Err(format!("request {request}: {piece:?} does not follow on {at:?}"));
            }
            at = piece.until;
        }
        let sum: u64 = shares.iter().map(|share| share.time.0).sum();
        if at != row.returned || sum != row.returned.since(row.offered).0 {
            return Err(format!(
                "request {request} ends at {:?}, its path at {at:?}, and its shares add up to {sum} ns",
                row.returned
            ));
        }
    }
    Ok(())
}

#[test]
fn a_call_with_policies_has_one_outcome_and_exceeds_none() {
    let law = "a_call_with_policies_has_one_outcome_and_exceeds_none";
    for_all(law, &(guard::guarded(Weather::Any), 0u64..1000), |(scenario, seed)| {
        guard::keeps(scenario, *seed)
    });
}

#[test]
fn what_is_offered_too_much_leaves_ever_more_behind() {
    let law = "what_is_offered_too_much_leaves_ever_more_behind";
    let named = Cell::new(0);
    let scenarios = prop_oneof![scenario(Weather::Calm), rich(Weather::Calm)];
    for_all(law, &(scenarios, 1u32..9, 0u64..1000), |(scenario, times, seed)| {
        let Some((scenario, excess_per_s)) = overload::of(scenario, *times) else {
            return Ok(());
        };
        named.set(named.get() + 1);
        overload::grows(&scenario, *seed, excess_per_s)
    });
    println!("{law}: {} scenarios were offered too much", named.get());
    assert!(named.get() > 0);
}
