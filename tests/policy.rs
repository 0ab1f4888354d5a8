//! What policies do to a system over time, against figures that were computed without this engine.
#![cfg(not(target_arch = "wasm32"))]

#[path = "truth/run.rs"]
mod run;

use rayon::prelude::*;
use sync_or_swim::metrics::Report;
use sync_or_swim::scenario::text::parse;

fn report(text: &str, seed: u64) -> Report {
    let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    run::report(&scenario, seed)
}

/// Users at 60/s of a service that does 100/s; `crowd` requests come at once at the beginning.
fn storm(crowd: u32, budget: &str) -> Report {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "name": "storm", "run": {{"warmup": "120s", "duration": "240s"}},
        "clients": {{"users": {{"arrivals": "poisson(60/s)"}}, "crowd": {{"arrivals": {{"burst": {crowd}, "every": "1000s"}}}}}},
        "services": {{"shop": {{"threads": 10, "work": "exp(100ms)"}}}},
        "edges": [
          {{"from": "users", "to": "shop", "timeout": "500ms", "retry": {{"attempts": 4, "backoff": "constant(10ms)"{budget}}}}},
          {{"from": "crowd", "to": "shop"}}]}}"#
    );
    report(&text, 1)
}

/// Retries that are four times the load keep a service busy with work that nobody waits for any more (Bronson,
/// Aghayev, Charapko & Zhu 2021, Metastable failures in distributed systems); a budget of a tenth cannot.
#[test]
fn a_retry_storm_outlives_its_trigger_unless_there_is_a_budget() {
    let figures = |report: &Report| {
        let (client, edge) = (&report.clients["users"], &report.edges["users->shop"]);
        (client.goodput_per_s, edge.attempts as f64 / edge.calls as f64)
    };
    let calm = figures(&storm(1, ""));
    let stormy = figures(&storm(2_000, ""));
    let saved = figures(&storm(2_000, ", \"budget\": 0.1"));
    println!("goodput per second and attempts per call from 120 s to 240 s after the trigger at 0 s");
    println!("no trigger {calm:?}\nno budget  {stormy:?}\nbudget 0.1 {saved:?}");
    assert!(calm.0 > 58.0 && calm.1 < 1.1, "{calm:?}");
    assert!(stormy.0 < 20.0 && stormy.1 > 3.0, "{stormy:?}");
    assert!(saved.0 > 58.0 && saved.1 < 1.2, "{saved:?}");
}

/// A hundred callers want the same worker for a millisecond, and whoever finds it taken comes again: how many calls
/// that takes, by jitter (the question of Brooker 2015, Exponential backoff and jitter).
#[test]
fn jitter_spreads_contenders_and_saves_calls() {
    let calls = |jitter: &str| {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "name": "contention", "run": {{"duration": "1000s"}},
            "clients": {{"crowd": {{"arrivals": {{"burst": 100, "every": "2000s"}}}}}},
            "services": {{"lock": {{"threads": 1, "backlog": 0, "work": "5ms"}}}},
            "edges": [{{"from": "crowd", "to": "lock", "latency": "uniform(1ms, 3ms)",
              "retry": {{"attempts": 100, "backoff": "exponential(5ms, 2s)", "jitter": "{jitter}"}}}}]}}"#
        );
        let runs = (1..=20u64).into_par_iter().map(|seed| report(&text, seed));
        let attempts: Vec<u64> = runs
            .map(|report| {
                let edge = &report.edges["crowd->lock"];
                assert_eq!(edge.ok, 100, "{jitter}");
                edge.attempts
            })
            .collect();
        attempts.iter().sum::<u64>() as f64 / attempts.len() as f64
    };
    let [none, equal, full, decorrelated] = ["none", "equal", "full", "decorrelated"].map(calls);
    println!("calls of 100 contenders: none {none}, equal {equal}, full {full}, decorrelated {decorrelated}");
    assert!(none > 1.5 * equal, "{none} {equal}");
    assert!(
        none > 1.5 * full && none > 1.5 * decorrelated,
        "{none} {full} {decorrelated}"
    );
}

/// A call that stands in for another one has an edge of its own, and that edge's timeout.
#[test]
fn a_fallback_is_given_up_like_any_call() {
    let text = r#"{"format": "sync-or-swim/1", "name": "stand-in", "run": {"duration": "10s"},
        "clients": {"users": {"arrivals": "constant(2/s)"}},
        "services": {
          "front": {"threads": 4, "operations": {"default": [{"call": "main"}]}},
          "main": {"threads": 4, "operations": {"default": [{"fail": 1}]}},
          "spare": {"threads": 100, "work": "1s"}},
        "edges": [
          {"from": "users", "to": "front"},
          {"from": "front", "to": "main", "fallback": {"call": "spare"}},
          {"from": "front", "to": "spare", "timeout": "5ms"}]}"#;
    let report = report(text, 1);
    let (main, spare) = (&report.edges["front->main"], &report.edges["front->spare"]);
    assert!(spare.calls > 15, "{spare:?}");
    assert_eq!(spare.failures.get("timeout"), Some(&spare.calls), "{spare:?}");
    assert_eq!(main.fallbacks, main.calls);
    assert_eq!(report.clients["users"].failures.get("error"), Some(&spare.calls));
}
