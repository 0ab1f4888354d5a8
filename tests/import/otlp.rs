//! A run as OTLP, imported, and run again.

use super::run;
use sync_or_swim::engine::Run;
use sync_or_swim::import::{self, Format, Imported};
use sync_or_swim::metrics::Report;
use sync_or_swim::scenario::{Mode, Scenario, text};
use sync_or_swim::share::export::{self, Export};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::Recorder;

fn scenario(text: &str) -> Scenario {
    text::parse(text)
        .unwrap_or_else(|problems| panic!("{problems:?}"))
        .scenario
}

/// The requests of a run that were over by then, as `swim trace --format otlp` writes them.
fn export(scenario: &Scenario, until: Duration) -> String {
    let mut recorder = Recorder::new(scenario, Instant::START, 400_000);
    let end = Instant::START + until;
    let mut run = Run::new(scenario, scenario.seed);
    while !run.advance_dyn(end, u64::MAX, &mut recorder) {}
    let trace = recorder.finish(end);
    Export::new(scenario, &trace, scenario.seed, |row| row.completed != Instant::NEVER).write(export::Format::Otlp)
}

fn p50(report: &Report, name: &str) -> f64 {
    let tree = serde_json::to_value(report).expect("a report");
    tree["services"][name]["responseMs"]["p50"]
        .as_f64()
        .unwrap_or_else(|| panic!("{name}: {}", tree["services"]))
}

fn round(original: &Scenario, until: Duration) -> (Imported, Scenario) {
    let imported = import::read(export(original, until).as_bytes(), Some(Format::Otlp)).expect("an import");
    let again = scenario(&imported.scenario);
    (imported, again)
}

/// Checks that each of these services has its median again, within a tenth.
fn same_medians(original: &Scenario, imported: &Imported, again: &Scenario, services: &[&str]) {
    let [before, after] = [original, again].map(|scenario| run::report(scenario, 1));
    for service in services {
        let [before, after] = [&before, &after].map(|report| p50(report, service));
        let error = (after / before - 1.0).abs();
        assert!(
            error < 0.1,
            "{service}: p50 {before} ms, then {after} ms\n{}",
            imported.scenario
        );
    }
}

#[test]
fn a_run_that_is_exported_and_imported_has_the_same_medians() {
    let original = scenario(
        r#"{"format": "sync-or-swim/1", "name": "shop", "run": {"duration": "120s"},
        "clients": {"users": {"arrivals": "poisson(30/s)"}},
        "services": {
          "web": {"threads": 32, "operations": {"look": [{"work": "exp(8ms)"}, {"call": "stock"}],
                  "buy": [{"work": "4ms"}, {"parallel": [[{"call": "stock"}], [{"call": "pay"}]]}, {"choose": [{"p": 0.9, "do": [{"call": "mail"}]}]}]}},
          "stock": {"threads": 16, "work": "uniform(5ms, 15ms)"},
          "pay": {"threads": 16, "work": "lognormal(mean 30ms, p99 90ms)"},
          "mail": {"threads": 8, "work": "erlang(2, 20ms)"}},
        "edges": [{"from": "users", "to": "web.look", "weight": 2}, {"from": "users", "to": "web.buy"},
          {"from": "web", "to": "stock", "latency": "1ms"}, {"from": "web", "to": "pay", "mode": "await"}, {"from": "web", "to": "mail", "mode": "queue"}]}"#,
    );
    let (imported, again) = round(&original, Duration::from_s(110));
    same_medians(&original, &imported, &again, &["web", "stock", "pay", "mail"]);
    let mode = |edge: &str| {
        again
            .edges
            .iter()
            .find(|known| known.name == edge)
            .map(|edge| edge.mode)
    };
    assert_eq!(mode("web->mail"), Some(Mode::Queue));
    assert_eq!(mode("web->stock"), Some(Mode::Sync));
    assert!(imported.scenario.contains("\"parallel\""), "{}", imported.scenario);
}

#[test]
fn a_gallery_entry_comes_back_with_its_services() {
    let entry = sync_or_swim::scenario::gallery::entry("chain").expect("an entry");
    let original = scenario(entry.text);
    let (imported, again) = round(&original, Duration::from_s(30));
    let names = |scenario: &Scenario| {
        let mut names: Vec<String> = scenario.services.iter().map(|service| service.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&again), names(&original), "{}", imported.scenario);
}

/// Services that are mostly quick and sometimes slow: between the two, few responses lie, and the median is soon another.
#[test]
fn services_with_two_humps_have_the_same_medians() {
    for [look, buy, pay, more] in [
        [
            "exp(8ms)",
            "4ms",
            "hyperexp(0.5: 5ms, 0.5: 200ms)",
            "hyperexp(0.5: 5ms, 0.5: 200ms)",
        ],
        [
            "exp(8ms)",
            "4ms",
            "hyperexp(0.5: 2ms, 0.5: 100ms)",
            "hyperexp(0.48: 5ms, 0.52: 200ms)",
        ],
        [
            "hyperexp(0.5: 1ms, 0.5: 60ms)",
            "hyperexp(0.5: 1ms, 0.5: 60ms)",
            "hyperexp(0.52: 3ms, 0.48: 150ms)",
            "exp(200ms)",
        ],
        [
            "hyperexp(0.9: 4ms, 0.1: 60ms)",
            "exp(20ms)",
            "hyperexp(0.6: 5ms, 0.4: 80ms)",
            "60ms",
        ],
    ] {
        let original = scenario(&format!(
            r#"{{"format": "sync-or-swim/1", "name": "shop", "run": {{"duration": "60s"}},
            "clients": {{"users": {{"arrivals": "poisson(120/s)"}}}},
            "services": {{
              "web": {{"threads": 200, "operations": {{"look": [{{"work": "{look}"}}, {{"choose": [{{"p": 0.3, "do": [{{"call": "pay.check"}}]}}]}}],
                      "buy": [{{"work": "{buy}"}}, {{"choose": [{{"p": 0.3, "do": [{{"call": "pay.charge"}}]}}]}}]}}}},
              "pay": {{"threads": 200, "operations": {{"check": [{{"work": "{pay}"}}], "charge": [{{"work": "{more}"}}]}}}}}},
            "edges": [{{"from": "users", "to": "web.look"}}, {{"from": "users", "to": "web.buy"}},
              {{"from": "web", "to": "pay.check"}}, {{"from": "web", "to": "pay.charge"}}]}}"#
        ));
        let (imported, again) = round(&original, Duration::from_s(55));
        same_medians(&original, &imported, &again, &["web", "pay"]);
    }
}

/// Work that is done only with a call is no part of the others.
#[test]
fn what_is_done_only_with_a_call_is_told_apart() {
    let original = scenario(
        r#"{"format": "sync-or-swim/1", "name": "shop", "run": {"duration": "120s"},
        "clients": {"users": {"arrivals": "poisson(50/s)"}},
        "services": {
          "web": {"threads": 64, "operations": {"buy": [{"work": "4ms"},
                  {"choose": [{"p": 0.31, "do": [{"work": "uniform(40ms, 60ms)"}, {"call": "pay"}]}]}]}},
          "pay": {"threads": 32, "work": "exp(20ms)"}},
        "edges": [{"from": "users", "to": "web.buy"}, {"from": "web", "to": "pay"}]}"#,
    );
    let (imported, again) = round(&original, Duration::from_s(110));
    same_medians(&original, &imported, &again, &["web", "pay"]);
    let told = imported
        .assumptions
        .iter()
        .any(|note| note.contains("2 kinds of executions"));
    assert!(told, "{:#?}", imported.assumptions);
}
