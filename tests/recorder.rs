//! What a recorder keeps of a run.

use sync_or_swim::engine::Run;
use sync_or_swim::picture::index::Index;
use sync_or_swim::picture::live::live;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{
    Activity, Cause, NO_LANE, NO_SPAN, On, Recorder, State, Switch, Trace, What, calls, excerpt, folded, spans_of,
};

/// A client that sends every 10 ms, a caller with 2 ms of work and a call, a callee with 5 ms of work.
fn scenario(mode: Mode) -> Scenario {
    let work = |ms| Step::Work(Dist::Constant(Duration::from_ms(ms)));
    let service = |name: &str, steps| Service {
        runtime: Runtime::Threads(1),
        operations: vec![Operation {
            name: "default".to_string(),
            steps,
        }],
        ..Service::plain(name.to_string())
    };
    let edge = |from, to, mode| Edge {
        mode,
        ..Edge::plain(format!("{to}"), from, Callee::Operation(ServiceId(to), 0))
    };
    Scenario {
        name: "two".to_string(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(10),
        },
        clients: vec![Client {
            edges: vec![EdgeId(0)],
            ..Client::plain("client".to_string(), Load::Open(Arrivals::Constant { gap_ns: 1e7 }))
        }],
        services: vec![
            service("caller", vec![work(2), Step::Call(EdgeId(1))]),
            service("callee", vec![work(5)]),
        ],
        edges: vec![
            edge(Caller::Client(ClientId(0)), 0, Mode::Sync),
            edge(Caller::Service(ServiceId(0)), 1, mode),
        ],
        ..Scenario::default()
    }
}

fn record(scenario: &Scenario, from_ms: u64, until_ms: u64) -> Trace {
    let [from, until] = [from_ms, until_ms].map(|ms| Instant::START + Duration::from_ms(ms));
    let mut recorder = Recorder::new(scenario, from, 1_000);
    let mut run = Run::new(scenario, 1);
    while !run.advance_dyn(until, 100, &mut recorder) {}
    recorder.finish(until)
}

fn segments(trace: &Trace) -> Vec<(u32, f64, f64, Activity)> {
    let ms = |at: Instant| Duration(at.0).as_ms();
    trace
        .segments
        .iter()
        .map(|s| (s.lane, ms(s.start), ms(s.end), s.activity))
        .collect()
}

#[test]
fn a_blocked_call_keeps_its_worker() {
    let blocked = Activity::Blocked(On::Edge(EdgeId(1)));
    let expected = [
        (0, 10.0, 12.0, Activity::Running),
        (0, 12.0, 17.0, blocked),
        (1, 12.0, 17.0, Activity::Running),
    ];
    assert_eq!(segments(&record(&scenario(Mode::Sync), 0, 20)), expected);
}

#[test]
fn an_awaited_call_frees_its_worker() {
    let expected = [(0, 10.0, 12.0, Activity::Running), (1, 12.0, 17.0, Activity::Running)];
    assert_eq!(segments(&record(&scenario(Mode::Await), 0, 20)), expected);
}

#[test]
fn a_window_shows_what_reaches_into_it() {
    let trace = record(&scenario(Mode::Sync), 9_015, 9_018);
    let blocked = Activity::Blocked(On::Edge(EdgeId(1)));
    assert_eq!(
        segments(&trace),
        [(0, 9015.0, 9017.0, blocked), (1, 9015.0, 9017.0, Activity::Running)]
    );
    assert_eq!((trace.spans.len(), trace.requests.len()), (2, 1));
    let (root, call) = (&trace.spans[0], &trace.spans[1]);
    assert_eq!(
        (call.parent, call.from_lane, call.lane, root.from_lane),
        (0, 0, 1, NO_LANE)
    );
    assert_eq!(trace.requests[root.request as usize].number, 900);
}

#[test]
fn a_long_way_to_the_window_leaves_no_rows_behind() {
    let scenario = scenario(Mode::Sync);
    let from = Instant::START + Duration::from_s(9);
    let mut recorder = Recorder::new(&scenario, from, 1_000);
    let mut run = Run::new(&scenario, 1);
    let mut most = 0;
    while !run.advance_dyn(Instant::NEVER, 10, &mut recorder) && run.now() < from {
        most = most.max(recorder.spans());
    }
    assert!(most > 100 && most <= 1024, "{most}");
}

/// The recording of a whole run of a golden scenario.
fn golden(name: &str) -> Trace {
    let path = format!("{}/tests/scenarios/{name}/scenario.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let scenario = text::parse(&text).map(|parsed| parsed.scenario).unwrap();
    record(&scenario, 0, 100)
}

#[test]
fn attempts_are_counted_and_a_hedge_is_one() {
    let attempts = |name| -> Vec<(u32, bool)> {
        let spans = golden(name).spans;
        let of_edge = spans.iter().filter(|span| span.parent != NO_SPAN);
        of_edge.map(|span| (span.attempt, span.hedge)).collect()
    };
    assert_eq!(attempts("retry-works-on"), [(1, false), (2, false), (3, false)]);
    assert_eq!(attempts("hedge-wins"), [(1, false), (2, true)]);
}

#[test]
fn what_befalls_a_call_is_noted() {
    let noted = |name, what| golden(name).notes.iter().filter(|note| note.what == what).count();
    assert_eq!(noted("poll-asks", What::Asked), 3);
    assert_eq!(noted("outbox", What::Died), 3);
    assert!(noted("breaker-opens", What::Barred(EdgeId(1), Cause::Breaker)) > 0);
}

#[test]
fn an_excerpt_is_one_request_and_nothing_else() {
    let trace = golden("thread-sync-holds");
    for (row, request) in (0..).zip(&trace.requests) {
        let one = excerpt(&trace, row).unwrap();
        let mine = (0u32..).zip(&trace.spans).filter(|(_, span)| span.request == row);
        assert!(spans_of(&trace, row).eq(mine));
        let found = spans_of(&trace, row).count();
        assert_eq!((one.requests.as_slice(), one.spans.len()), (&[*request][..], found));
        let time = |trace: &Trace, is_mine: &dyn Fn(u32) -> bool| -> u64 {
            let segments = trace.segments.iter().filter(|segment| is_mine(segment.span));
            segments.map(|segment| segment.end.since(segment.start).0).sum()
        };
        let of_request = |span: u32| trace.spans.get(span as usize).is_some_and(|span| span.request == row);
        assert_eq!(time(&one, &|_| true), time(&trace, &of_request));
    }
    assert_eq!(excerpt(&trace, 99), None);
}

#[test]
fn alike_calls_are_told_once_and_others_are_not() {
    let chatty = excerpt(&golden("chatty-calls"), 0).unwrap();
    let times: Vec<u32> = folded(&chatty).iter().map(|call| call.times).collect();
    assert_eq!((calls(&chatty).len(), times), (13, vec![1, 12]));
    let retried = excerpt(&golden("retry-works-on"), 0).unwrap();
    assert_eq!(folded(&retried), calls(&retried));
}

/// A breaker that opens while its callee refuses, tries, and closes again.
const BREAKER: &str = r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"}, "clients": {"c": {"arrivals": "constant(100/s)"}},
    "services": {"a": {}, "b": {"work": "1ms"}}, "edges": [{"from": "c", "to": "a"}, {"from": "a", "to": "b",
    "breaker": {"window": 4, "failureRate": 0.5, "minimumCalls": 2, "open": "100ms", "halfOpen": 1}}],
    "faults": [{"at": "105ms", "for": "200ms", "service": "b", "down": "refuse"}]}"#;

#[test]
fn a_breaker_is_known_at_every_instant_also_where_the_recording_begins_later() {
    let scenario = text::parse(BREAKER).expect("a scenario").scenario;
    let whole = record(&scenario, 0, 1000).switches;
    let states: Vec<State> = whole.iter().map(|switch| switch.state).collect();
    let tries = [State::HalfOpen, State::Open];
    let expected = [&[State::Open], &tries[..], &[State::HalfOpen, State::Closed]].concat();
    assert_eq!(states, expected);
    let open = whole[0].at;
    assert!(open > Instant::START + Duration::from_ms(105));
    // From inside of the time in which it is open: as it is then, and all that follows.
    let from = Instant(open.0 + 1_000_000);
    let later = record(&scenario, 0, 1000).switches.split_off(1);
    let mut recorder = Recorder::new(&scenario, from, 1_000);
    let mut run = Run::new(&scenario, 1);
    while !run.advance_dyn(Instant::START + Duration::from_s(1), 100, &mut recorder) {}
    let trace = recorder.finish(Instant::START + Duration::from_s(1));
    let first = Switch { at: from, ..whole[0] };
    assert_eq!(trace.switches, [vec![first], later].concat());
    let index = Index::of(&scenario, &trace);
    for (at, state) in [
        (from, State::Open),
        (whole[3].at, State::HalfOpen),
        (whole[4].at, State::Closed),
    ] {
        let flows = live(&scenario, &trace, &index, at).flows;
        assert_eq!([flows[0].breaker, flows[1].breaker], [State::Closed, state], "{at:?}");
    }
}
