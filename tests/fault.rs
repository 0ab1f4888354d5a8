//! What faults do, and where policies meet, worked out by hand: each story is a scenario of a few requests, with all times in milliseconds.
//!
//! ```text
//! 0-10 ok        sent at 0 ms, and its client had the reply at 10 ms
//! 7-11 reset     the same with a failure          7- open       nobody has told its client anything
//! ```
//!
//! Law: a fault strikes from its beginning on, up to and without its end, and what it did is counted.
#![cfg(not(target_arch = "wasm32"))]

#[path = "fault/broker.rs"]
mod broker;
#[path = "fault/crash.rs"]
mod crash;
#[path = "fault/meeting.rs"]
mod meeting;
#[path = "fault/pause.rs"]
mod pause;
#[path = "fault/wire.rs"]
mod wire;

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Recorder, Trace, swimlane};

/// A run that is over, as those see it who look at it afterwards.
struct Story {
    scenario: Scenario,
    trace: Trace,
    report: Report,
}

/// The story of a scenario of 100 ms with these keys, after which nothing that was called off is still there.
fn story(keys: &str) -> Story {
    let text = format!(r#"{{"format": "sync-or-swim/1", "name": "fault", "run": {{"duration": "100ms"}}, {keys}}}"#);
    let scenario = parse(&text)
        .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
        .scenario;
    let end = Instant::START + scenario.run.duration;
    let mut recorder = Recorder::new(&scenario, Instant::START, 10_000);
    Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    let mut meter = Meter::new(&scenario);
    let mut run = Run::new(&scenario, 1);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter);
    Story {
        trace: recorder.finish(end),
        report: meter.report(&scenario, 1, end, run.events(), run.digest()),
        scenario,
    }
}

/// Requests at these milliseconds over one edge to `a`, which has these properties, struck by these faults.
fn one(times: &[u32], service: &str, edge: &str, faults: &str) -> Story {
    story(&format!(
        r#"{}, "services": {{"a": {{{service}}}}}, "edges": [{{"from": "c", "to": "a"{edge}}}], "faults": [{faults}]"#,
        client(times)
    ))
}

/// One client with requests at these milliseconds.
fn client(times: &[u32]) -> String {
    let times: Vec<String> = times.iter().map(|ms| format!(r#""{ms}ms""#)).collect();
    format!(
        r#""clients": {{"c": {{"arrivals": {{"times": [{}]}}}}}}"#,
        times.join(", ")
    )
}

/// A fault between these milliseconds.
fn fault(from: u32, until: u32, what: &str) -> String {
    format!(r#"{{"at": "{from}ms", "for": "{}ms", {what}}}"#, until - from)
}

impl Story {
    /// What became of each request, in the order of sending.
    fn requests(&self) -> Vec<String> {
        let told = self.trace.requests.iter().map(|request| {
            let ms = |at: Instant| Duration(at.0).as_ms();
            let sent = ms(request.offered);
            match request.outcome {
                None => format!("{sent}- open"),
                Some(Ok(())) => format!("{sent}-{} ok", ms(request.returned)),
                Some(Err(cause)) => format!(
                    "{sent}-{} {}",
                    ms(request.returned),
                    format!("{cause:?}").to_lowercase()
                ),
            }
        });
        told.collect()
    }

    /// The first milliseconds of all lanes and channels, one character each, without what is idle at the end.
    fn lanes(&self) -> Vec<String> {
        let text = swimlane::text(&self.scenario, &self.trace, Duration::from_ms(1));
        let lines = text.lines().take_while(|line| !line.starts_with('#'));
        lines.map(|line| line.trim_end_matches('.').to_string()).collect()
    }

    /// The failures of an edge by cause, in one line.
    fn failures(&self, edge: &str) -> String {
        let told = self.report.edges[edge].failures.iter();
        let told: Vec<String> = told.map(|(cause, n)| format!("{cause} {n}")).collect();
        told.join(", ")
    }
}

/// The outcomes of all requests, and the lanes.
fn check(story: &Story, requests: &[&str], lanes: &[&str]) {
    assert_eq!(story.requests(), requests);
    assert_eq!(story.lanes(), lanes);
}

#[test]
fn work_takes_longer_on_a_slow_service_unless_it_has_begun() {
    let slow = fault(15, 35, r#""service": "a", "slow": 3"#);
    let told = one(&[0, 10, 20, 50], r#""threads": 1, "work": "10ms""#, "", &slow);
    assert_eq!(told.requests(), ["0-10 ok", "10-20 ok", "20-50 ok", "50-60 ok"]);
}

#[test]
fn faults_that_overlap_multiply_and_the_other_one_still_holds() {
    let slow = [
        fault(5, 45, r#""service": "a", "slow": 2"#),
        fault(15, 40, r#""service": "a", "replica": 0, "slow": 1.5"#),
    ];
    let told = one(&[10, 30, 60], r#""threads": 1, "work": "10ms""#, "", &slow.join(","));
    assert_eq!(told.requests(), ["10-30 ok", "30-60 ok", "60-70 ok"]);
    let told = one(&[20, 42], r#""threads": 1, "work": "5ms""#, "", &slow.join(","));
    assert_eq!(told.requests(), ["20-35 ok", "42-52 ok"]);
}

#[test]
fn only_the_replica_that_is_named_is_struck() {
    let slow = fault(0, 90, r#""service": "a", "replica": 1, "slow": 4"#);
    let told = one(&[0, 0, 0], r#""replicas": 2, "threads": 2, "work": "5ms""#, "", &slow);
    assert_eq!(told.requests(), ["0-5 ok", "0-20 ok", "0-5 ok"]);
}

#[test]
fn a_span_that_begins_where_all_fail_ends_at_once() {
    let fail = fault(5, 15, r#""service": "a", "fail": 1"#);
    let told = one(&[0, 7, 12, 15], r#""threads": 2, "work": "10ms""#, "", &fail);
    assert_eq!(told.requests(), ["0-10 ok", "7-7 error", "12-12 error", "15-25 ok"]);
    let a = &told.report.services["a"];
    assert_eq!((a.arrivals, a.completed, a.failed, a.in_flight), (4, 2, 2, 0));
    assert_eq!(told.failures("c->a"), "error 2");
}

#[test]
fn two_chances_to_fail_are_independent() {
    let fail = |share: f64| fault(0, 100, &format!(r#""service": "a", "fail": {share}"#));
    let failed = |faults: &str| {
        let keys = format!(
            r#""clients": {{"c": {{"arrivals": "constant(100000/s)"}}}}, "services": {{"a": {{"threads": 1, "work": "0s"}}}},
            "edges": [{{"from": "c", "to": "a"}}], "faults": [{faults}]"#
        );
        let client = &story(&keys).report.clients["c"];
        client.failed as f64 / client.offered as f64
    };
    let both = failed(&[fail(0.4), fail(0.5)].join(","));
    // 1 − 0.6 · 0.5, and four standard errors of ten thousand draws.
    assert!((both - 0.7).abs() < 4.0 * (0.7f64 * 0.3 / 10_000.0).sqrt(), "{both}");
    assert_eq!(failed(&[fail(0.4), fail(1.0)].join(",")), 1.0);
}

#[test]
fn a_closed_door_refuses_and_what_is_inside_goes_on() {
    let refuse = fault(5, 15, r#""service": "a", "down": "refuse""#);
    let told = one(
        &[0, 1, 4, 12, 14],
        r#""threads": 1, "work": "10ms""#,
        r#", "latency": "2ms""#,
        &refuse,
    );
    // The one that comes at 16 ms waits until the second one is done at 22 ms.
    let expected = ["0-14 ok", "1-24 ok", "4-8 refused", "12-16 refused", "14-34 ok"];
    assert_eq!(told.requests(), expected);
    let a = &told.report.services["a"];
    assert_eq!((a.arrivals, a.completed, a.rejected), (5, 3, 2));
    assert_eq!(told.failures("c->a"), "refused 2");
}

#[test]
fn what_is_sent_into_a_black_hole_is_never_heard_of_again() {
    let hole = fault(5, 15, r#""service": "a", "down": "blackhole""#);
    let told = one(
        &[0, 7, 20],
        r#""threads": 1, "work": "10ms""#,
        r#", "timeout": "30ms""#,
        &hole,
    );
    assert_eq!(told.requests(), ["0-10 ok", "7-37 timeout", "20-30 ok"]);
    let patient = one(&[0, 7, 20], r#""threads": 1, "work": "10ms""#, "", &hole);
    assert_eq!(patient.requests(), ["0-10 ok", "7- open", "20-30 ok"]);
    let edge = &patient.report.edges["c->a"];
    assert_eq!((edge.ok, edge.lost, edge.in_flight), (2, 1, 1));
}

#[test]
fn of_two_ways_to_be_away_the_worse_one_holds() {
    let both = [
        fault(0, 40, r#""service": "a", "down": "refuse""#),
        fault(10, 30, r#""service": "a", "down": "blackhole""#),
    ];
    let told = one(&[5, 15, 35, 45], r#""threads": 1, "work": "1ms""#, "", &both.join(","));
    assert_eq!(
        told.requests(),
        ["5-5 refused", "15- open", "35-35 refused", "45-46 ok"]
    );
}
