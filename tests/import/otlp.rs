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
    while !run.advance(end, u64::MAX, &mut recorder) {}
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
    let [before, after] = [&original, &again].map(|scenario| run::report(scenario, 1));
    for service in ["web", "stock", "pay", "mail"] {
        let [before, after] = [&before, &after].map(|report| p50(report, service));
        let error = (after / before - 1.0).abs();
        assert!(
            error < 0.1,
            "{service}: p50 {before} ms, then {after} ms\n{}",
            imported.scenario
        );
    }
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
