//! Cold starts: who waits for one, by hand and against the theory of queues whose server has to start.
#![cfg(not(target_arch = "wasm32"))]

use rayon::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::Recorder;

fn scenario(text: &str) -> Scenario {
    parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario
}

fn report(scenario: &Scenario, seed: u64) -> Report {
    let mut meter = Meter::new(scenario);
    let mut run = Run::new(scenario, seed);
    assert!(run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter));
    assert_eq!(run.warning(), None);
    let end = Instant::START + scenario.run.duration;
    meter.report(scenario, seed, end, run.events(), run.digest())
}

/// The milliseconds that each request takes, and the lane on which it begins, in the order in which they are sent.
fn story(clients: &str, service: &str, steps: &str) -> Vec<(f64, u32)> {
    let names: Vec<&str> = clients
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|name| name.len() == 1)
        .collect();
    let edges: Vec<String> = names
        .iter()
        .map(|name| format!(r#"{{"from": "{name}", "to": "api.{name}"}}"#))
        .collect();
    let scenario = scenario(&format!(
        r#"{{"format": "sync-or-swim/1", "name": "cold", "run": {{"duration": "2s"}}, "clients": {{{clients}}},
        "services": {{"api": {{{service}, "operations": {{{steps}}}}}, "b": {{"operations": {{"default": [{{"wait": "50ms"}}]}}}}}},
        "edges": [{}, {{"from": "api", "to": "b", "mode": "await"}}]}}"#,
        edges.join(", ")
    ));
    let mut recorder = Recorder::new(&scenario, Instant::START, 10_000);
    Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    let trace = recorder.finish(Instant::START + scenario.run.duration);
    let calls = trace.spans.iter().filter(|span| span.service.0 == 0);
    calls
        .map(|span| (span.returned.since(span.sent).as_ms(), span.lane))
        .collect()
}

/// A request every half second with 10 ms of work, then a call that is there so that the edge is used.
fn every_half_second(keep: &str) -> Vec<f64> {
    let service = format!(r#""threads": 2, "coldStart": "100ms"{keep}"#);
    let steps = r#""c": [{"work": "10ms"}, {"choose": [{"p": 0, "do": [{"call": "b"}]}]}]"#;
    let told = story(r#""c": {"arrivals": "constant(2/s)"}"#, &service, steps);
    told.into_iter().map(|(ms, _)| ms).collect()
}

#[test]
fn a_worker_is_cold_at_first_and_after_it_was_idle_for_long() {
    assert_eq!(every_half_second(""), [110.0, 10.0, 10.0]);
    assert_eq!(every_half_second(r#", "keepWarm": "491ms""#), [110.0, 10.0, 10.0]);
    // Idle from 0.61 s until 1 s, and from 1.01 s until 1.5 s, to the very end of its time.
    assert_eq!(every_half_second(r#", "keepWarm": "490ms""#), [110.0, 10.0, 110.0]);
    assert_eq!(every_half_second(r#", "keepWarm": "390ms""#), [110.0, 110.0, 110.0]);
}

#[test]
fn a_warm_worker_is_taken_before_a_cold_one() {
    // Both start until 100 ms; the first is idle from 101 ms, the second from 400 ms; at 600 ms only that is warm.
    let clients = r#""a": {"arrivals": {"burst": 1, "every": "9s"}}, "d": {"arrivals": {"burst": 1, "every": "9s"}},
        "e": {"arrivals": "constant(1.6666667/s)"}"#;
    let steps = r#""a": [{"work": "1ms"}, {"choose": [{"p": 0, "do": [{"call": "b"}]}]}], "d": [{"work": "300ms"}], "e": [{"work": "1ms"}]"#;
    let service = r#""threads": 2, "coldStart": "100ms", "keepWarm": "400ms""#;
    let told = story(clients, service, steps);
    assert_eq!(told[..3], [(101.0, 0), (400.0, 1), (1.0, 1)]);
}

#[test]
fn a_resumed_span_may_find_its_worker_cold() {
    let steps = r#""c": [{"work": "2ms"}, {"call": "b"}, {"work": "2ms"}]"#;
    let one = r#""c": {"arrivals": {"burst": 1, "every": "9s"}}"#;
    for runtime in ["threads", "loop"] {
        let taken = |keep: &str| {
            story(
                one,
                &format!(r#""{runtime}": 1, "coldStart": "5ms", "keepWarm": "{keep}""#),
                steps,
            )[0]
            .0
        };
        assert_eq!((taken("51ms"), taken("50ms")), (59.0, 64.0), "{runtime}");
    }
}

#[test]
fn each_cold_start_of_a_span_takes_a_time_of_its_own() {
    // The loop is cold whenever it was idle: at the beginning, between the waits, and behind them.
    let scenario = scenario(
        r#"{"format": "sync-or-swim/1", "name": "cold", "run": {"duration": "2s"},
        "clients": {"c": {"arrivals": {"burst": 1, "every": "9s"}}},
        "services": {"api": {"loop": 1, "coldStart": "exp(10ms)", "keepWarm": "0s",
            "operations": {"default": [{"parallel": [[{"wait": "5ms"}, {"wait": "5ms"}]]}]}}},
        "edges": [{"from": "c", "to": "api"}]}"#,
    );
    let mut recorder = Recorder::new(&scenario, Instant::START, 10_000);
    Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    let trace = recorder.finish(Instant::START + scenario.run.duration);
    let mut starts: Vec<Duration> = trace.segments.iter().map(|it| it.end.since(it.start)).collect();
    assert_eq!(starts.len(), 3);
    starts.sort();
    starts.dedup();
    assert_eq!(starts.len(), 3);
}

/// A server that starts anew whenever somebody comes who finds it idle: the mean response of M/M/1 and, for exponential
/// starts, the mean start on top of it (Welch 1964; Gandhi, Doroudi, Harchol-Balter & Scheller-Wolf 2013).
#[test]
fn a_server_that_starts_anew_each_time_adds_its_start_to_the_mean_response() {
    for runtime in ["threads", "loop"] {
        let scenario = scenario(&format!(
            r#"{{"format": "sync-or-swim/1", "name": "setup", "run": {{"warmup": "10s", "duration": "2010s"}},
            "clients": {{"c": {{"arrivals": "poisson(60/s)"}}}},
            "services": {{"s": {{"{runtime}": 1, "work": "exp(10ms)", "coldStart": "exp(30ms)", "keepWarm": "0s"}}}},
            "edges": [{{"from": "c", "to": "s"}}]}}"#
        ));
        let reports: Vec<Report> = (1..=20u64)
            .into_par_iter()
            .map(|seed| report(&scenario, seed))
            .collect();
        let n = reports.len() as f64;
        let mean = |of: &dyn Fn(&Report) -> f64| reports.iter().map(of).sum::<f64>() / n;
        let response = mean(&|report| report.clients["c"].response_ms.mean.unwrap_or(0.0));
        println!("{runtime}: {response:.3} ms, exact 55");
        assert!((response / 55.0 - 1.0).abs() < 0.01, "{response}");
        // It works for 0.6 of the time, and starts once a busy period, which is (30 + 1/60 s's) long.
        let (work, start) = (0.6, 0.4 * 0.03 / (0.03 + 1.0 / 60.0));
        let running = mean(&|report| report.services["s"].running_share);
        let blocked = mean(&|report| report.services["s"].blocked_share);
        assert!(
            (running / work - 1.0).abs() < 0.01 && (blocked / start - 1.0).abs() < 0.01,
            "{running} {blocked} {start}"
        );
    }
}

#[test]
fn ten_thousand_cold_workers_cost_nothing_until_they_are_wanted() {
    let scenario = scenario(
        r#"{"format": "sync-or-swim/1", "name": "functions", "run": {"duration": "20s"},
        "clients": {"c": {"arrivals": "poisson(1000/s)"}},
        "services": {"f": {"threads": 10000, "coldStart": "200ms", "keepWarm": "2s", "operations": {"default": [{"wait": "exp(50ms)"}]}}},
        "edges": [{"from": "c", "to": "f"}]}"#,
    );
    let mut recorder = Recorder::new(&scenario, Instant::START, 1_000_000);
    Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    let trace = recorder.finish(Instant::START + scenario.run.duration);
    let late = |span: &&sync_or_swim::trace::Span| span.sent > Instant::START + Duration::from_s(3);
    let cold = trace.spans.iter().filter(late).filter(|span| span.lane > 400).count();
    assert_eq!(cold, 0, "a crowd of 250 needs no more than those that it has warmed up");
}
