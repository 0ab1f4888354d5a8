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
#[path = "laws/callee.rs"]
mod callee;
#[path = "laws/cost.rs"]
mod cost;
#[path = "laws/facts.rs"]
mod facts;
#[path = "laws/floor.rs"]
mod floor;
#[path = "laws/ledger.rs"]
mod ledger;
#[path = "laws/order.rs"]
mod order;
#[path = "laws/scenario.rs"]
mod scenario;
#[path = "laws/tape.rs"]
mod tape;

use auditor::{Auditor, Seen, Violation};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use scenario::{Weather, scenario};
use std::cell::Cell;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;
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

/// Runs a scenario under audit.
fn audit(scenario: &Scenario, seed: u64) -> (Vec<Violation>, Seen) {
    let mut auditor = Auditor::new(scenario);
    let mut run = Run::new(scenario, seed);
    run.advance(Instant::NEVER, u64::MAX, &mut auditor);
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
    let mut tape = Tape::default();
    Run::new(scenario, seed).advance(Instant::NEVER, u64::MAX, &mut tape);
    let last = (violation.event as usize).min(tape.0.len());
    let events = tape.0[last.saturating_sub(60)..last].iter();
    let events: Vec<String> = events.map(|(now, event)| format!("{:>12} {event:?}", now.0)).collect();
    let Violation { rule, at, text, .. } = violation;
    format!("rule {rule} at {at:?}, event {last}: {text}\n{}", events.join("\n"))
}

/// A law of the auditor, over whole scenarios; `seen` counts what makes it worth its name.
fn law(name: &str, rules: &[u8], seen: impl Fn(&Seen) -> u64) {
    let count = Cell::new(0);
    for_all(name, &(scenario(Weather::Any), 0u64..1000), |(scenario, seed)| {
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
fn a_call_fails_only_for_a_reason() {
    law("a_call_fails_only_for_a_reason", &[0], |seen| {
        seen.refusals + seen.timeouts + seen.errors
    });
}
