//! What a run does at its limits.

use sync_or_swim::engine::{LIVE_LIMIT, Run};
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Call, Cause, Observer};

fn scenario(load: Load, work: Dist, workers: u32) -> Scenario {
    Scenario {
        name: "limit".to_string(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(100),
        },
        clients: vec![Client {
            edges: vec![EdgeId(0)],
            ..Client::plain("client".to_string(), load)
        }],
        services: vec![Service {
            runtime: Runtime::Threads(workers),
            operations: vec![Operation {
                name: "default".to_string(),
                steps: vec![Step::Work(work)],
            }],
            ..Service::plain("service".to_string())
        }],
        edges: vec![Edge::plain(
            "client->service".to_string(),
            Caller::Client(ClientId(0)),
            Callee::Operation(ServiceId(0), 0),
        )],
        ..Scenario::default()
    }
}

#[test]
fn a_run_that_only_grows_ends_with_a_warning() {
    let arrivals = Arrivals::Constant { gap_ns: 10_000.0 };
    let scenario = scenario(Load::Open(arrivals), Dist::Constant(Duration::from_s(1)), 1);
    let mut run = Run::new(&scenario, 1);
    assert!(run.advance(Instant::NEVER, u64::MAX, &mut ()));
    let warning = run.warning().expect("a warning");
    assert!(warning.contains(&LIVE_LIMIT.to_string()), "{warning}");
    assert!(run.now() > Instant::START + Duration::from_s(19) && run.now() < Instant::START + Duration::from_s(21));
}

#[test]
fn a_run_in_which_time_stands_still_ends_with_a_warning() {
    let load = Load::Closed {
        users: 1,
        think: Dist::Constant(Duration::ZERO),
    };
    let mut run = Run::new(scenario(load, Dist::Constant(Duration::ZERO), 1), 1);
    assert!(run.advance(Instant::NEVER, u64::MAX, &mut ()));
    assert!(run.warning().expect("a warning").contains("at that instant"));
    assert_eq!(run.now(), Instant::START);
}

/// One request at 0 s: a client calls `a` (2 ms of work), which calls `b` (30 ms of work) over an edge like this; every
/// message takes 1 ms. Yields what is told of each call as `edge: milliseconds`.
fn story(edge: Edge) -> Vec<(u32, &'static str, f64)> {
    let work = |ms| Step::Work(Dist::Constant(Duration::from_ms(ms)));
    let service = |name: &str, steps| Service {
        operations: vec![Operation {
            name: "default".to_string(),
            steps,
        }],
        ..Service::plain(name.to_string())
    };
    let every = Duration::from_s(1_000);
    let root = Edge {
        latency: Dist::Constant(Duration::from_ms(1)),
        ..Edge::plain(
            "c->a".to_string(),
            Caller::Client(ClientId(0)),
            Callee::Operation(ServiceId(0), 0),
        )
    };
    let scenario = Scenario {
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(10),
        },
        clients: vec![Client {
            edges: vec![EdgeId(0)],
            ..Client::plain("c".to_string(), Load::Open(Arrivals::Burst { size: 1, every }))
        }],
        services: vec![
            service("a", vec![work(2), Step::Call(EdgeId(1))]),
            service("b", vec![work(30)]),
        ],
        edges: vec![root, edge],
        ..Scenario::default()
    };
    let mut diary = Diary::default();
    assert!(Run::new(&scenario, 1).advance(Instant::NEVER, u64::MAX, &mut diary));
    diary.0
}

#[derive(Default)]
struct Diary(Vec<(u32, &'static str, f64)>);

impl Observer for Diary {
    fn polled(&mut self, now: Instant, call: Call) {
        self.0.push((call.edge.0, "asks", Duration(now.0).as_ms()));
    }
    fn ended(&mut self, now: Instant, call: Call, _: bool) {
        self.0.push((call.edge.0, "ends", Duration(now.0).as_ms()));
    }
    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        let how = if outcome.is_ok() { "returns" } else { "fails" };
        self.0.push((call.edge.0, how, Duration(now.0).as_ms()));
    }
}

fn second(mode: Mode) -> Edge {
    Edge {
        mode,
        latency: Dist::Constant(Duration::from_ms(1)),
        policy: Policy {
            every: Some(Duration::from_ms(20)),
            ..Policy::default()
        },
        ..Edge::plain(
            "a->b".to_string(),
            Caller::Service(ServiceId(0)),
            Callee::Operation(ServiceId(1), 0),
        )
    }
}

#[test]
fn a_caller_that_polls_learns_at_its_next_question() {
    // Sent at 3, accepted at 4, known at 5; asks at 25 and, as the answer at 27 is `not yet`, again at 47.
    let told = story(second(Mode::Poll));
    assert_eq!(
        told,
        [
            (1, "asks", 25.0),
            (1, "ends", 34.0),
            (1, "asks", 47.0),
            (1, "returns", 49.0),
            (0, "ends", 49.0),
            (0, "returns", 50.0),
        ]
    );
}

#[test]
fn a_forwarded_call_answers_the_first_caller() {
    let told = story(second(Mode::Forward));
    assert_eq!(
        told,
        [
            (1, "returns", 3.0),
            (0, "ends", 3.0),
            (1, "ends", 34.0),
            (0, "returns", 35.0),
        ]
    );
}

#[test]
fn a_forwarded_call_that_is_lost_leaves_the_first_caller_waiting() {
    let mut edge = second(Mode::Forward);
    edge.loss = 1.0;
    assert_eq!(story(edge), [(1, "returns", 3.0), (0, "ends", 3.0)]);
}

#[test]
fn a_callback_takes_one_latency() {
    let told = story(second(Mode::Callback));
    assert_eq!(
        told,
        [
            (1, "ends", 34.0),
            (1, "returns", 35.0),
            (0, "ends", 35.0),
            (0, "returns", 36.0),
        ]
    );
}
