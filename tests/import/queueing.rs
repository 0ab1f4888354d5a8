//! Queueing networks against numbers that are known without this project (`tests/data/truth.json` says from where).

use super::{home, run};
use sync_or_swim::import;
use sync_or_swim::scenario::text;
use sync_or_swim::time::Duration;

/// Mean of a figure over some seeds.
fn mean(file: &str, figure: impl Fn(&serde_json::Value) -> f64) -> f64 {
    let bytes = std::fs::read(home().join(file)).expect("a model");
    let imported = import::read(&bytes, None).expect("an import");
    let scenario = text::parse(&imported.scenario).expect("a scenario").scenario;
    let scenario = scenario.lasting(Duration::from_s(2_000)).expect("long enough");
    let figures = (1..=4).map(|seed| figure(&serde_json::to_value(run::report(&scenario, seed)).expect("a report")));
    figures.sum::<f64>() / 4.0
}

fn check(file: &str, path: &[&str], expected: f64, within: f64) {
    let found = mean(file, |report| {
        let value = path.iter().fold(report, |value, key| &value[*key]);
        value.as_f64().unwrap_or_else(|| panic!("{file} {path:?}: {value}"))
    });
    let error = (found / expected - 1.0).abs();
    assert!(error < within, "{file} {path:?}: {found}, and {expected} is right");
}

#[test]
fn a_pool_that_is_held_is_as_busy_as_the_chain_says() {
    // NESTED-30-4-2-600
    check(
        "held.lqnx",
        &["clients", "serve-arrivals", "responseMs", "mean"],
        125.138_87,
        0.04,
    );
    check("held.lqnx", &["services", "front", "utilization"], 0.634_474_66, 0.02);
    check("held.lqnx", &["services", "front", "blockedShare"], 0.559_474_66, 0.02);
}

#[test]
fn forwarding_lets_go_of_the_thread() {
    // PIPE-8-2, handed off: 41.593 a second; held it would be 26.591.
    check("hand-off.lqnx", &["clients", "c", "throughputPerS"], 41.593, 0.01);
}

#[test]
fn a_second_phase_is_not_waited_for_but_holds_the_thread() {
    // MM1-0.5: utilization and backlog are the same, the response is the wait alone (ρ/(1-ρ) times 10 ms).
    check("second-phase.lqnx", &["services", "s", "utilization"], 0.5, 0.02);
    check("second-phase.lqnx", &["services", "s", "backlogMean"], 0.5, 0.04);
    check(
        "second-phase.lqnx",
        &["clients", "serve-arrivals", "responseMs", "mean"],
        10.0,
        0.04,
    );
}
