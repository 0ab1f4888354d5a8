//! How the backend carries out orders.

use sync_or_swim::backend::session::Session;
use sync_or_swim::engine::Run;
use sync_or_swim::protocol::{FromBackend, RunId, ToBackend, VERSION};
use sync_or_swim::scenario::{Scenario, gallery, text};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Recorder, Trace};

fn scenario() -> Scenario {
    let entry = gallery::ENTRIES
        .iter()
        .find(|entry| entry.id == "chain")
        .expect("the chain is in the gallery");
    text::parse(entry.text).expect("the gallery is valid").scenario
}

fn measure(run: u64) -> ToBackend {
    ToBackend::Measure {
        run: RunId(run),
        scenario: scenario().into(),
        seed: 1,
    }
}

fn record(run: u64, from_s: u64, until_s: u64, budget: u32) -> ToBackend {
    let at = |s| Instant::START + Duration::from_s(s);
    ToBackend::Record {
        run: RunId(run),
        scenario: scenario().into(),
        seed: 1,
        from: at(from_s),
        until: at(until_s),
        budget,
    }
}

/// All answers until nothing is left to do, with slices of `events`.
fn answers(session: &mut Session, events: u64) -> Vec<FromBackend> {
    let mut answers = Vec::new();
    while session.has_work() {
        answers.extend(session.step(events));
    }
    answers
}

fn kind(answer: &FromBackend) -> (&'static str, u64) {
    match answer {
        FromBackend::Progress { run, .. } => ("progress", run.0),
        FromBackend::Measured { run, .. } => ("measured", run.0),
        FromBackend::Recorded { run, .. } => ("recorded", run.0),
        _ => ("other", 0),
    }
}

#[test]
fn the_backend_says_its_version_first() {
    assert!(matches!(Session::ready(), FromBackend::Ready { version: VERSION, .. }));
}

#[test]
fn figures_come_early_seldom_and_once_at_the_end() {
    let mut session = Session::new();
    session.order(measure(1));
    let answers = answers(&mut session, 500);
    let progress = answers.iter().filter(|answer| kind(answer).0 == "progress").count();
    assert!((3..60).contains(&progress), "{progress}");
    assert_eq!(answers.last().map(kind), Some(("measured", 1)));
    assert_eq!(answers.len(), progress + 1);
}

#[test]
fn the_size_of_a_slice_changes_no_figure() {
    let measured = |events| {
        let mut session = Session::new();
        session.order(measure(1));
        answers(&mut session, events).pop()
    };
    assert_eq!(measured(100), measured(1_000_000));
}

#[test]
fn a_newer_order_replaces_the_older_of_its_kind() {
    let mut session = Session::new();
    session.order(measure(1));
    session.step(100);
    session.order(measure(2));
    assert!(answers(&mut session, 10_000).iter().all(|answer| kind(answer).1 == 2));
}

#[test]
fn lanes_need_not_wait_for_the_figures_of_a_long_run() {
    let mut session = Session::new();
    session.order(measure(1));
    session.order(record(2, 0, 1, 100_000));
    let order: Vec<_> = answers(&mut session, 10_000).iter().map(kind).collect();
    let first = order.iter().position(|answer| *answer == ("recorded", 2));
    assert!(first.is_some_and(|first| first < 3), "{order:?}");
    assert_eq!(order.last(), Some(&("measured", 1)));
}

#[test]
fn a_reader_who_never_stops_looking_around_gets_figures() {
    let mut session = Session::new();
    session.order(measure(1));
    let measured = (2..2_000).any(|run| {
        session.order(record(run, 50, 60, 100_000));
        session
            .step(1_000)
            .is_some_and(|answer| kind(&answer) == ("measured", 1))
    });
    assert!(measured, "only lanes were worked on");
}

/// The recording that these pieces are of.
fn put_together(answers: Vec<FromBackend>) -> Trace {
    let pieces = answers.into_iter().map(|answer| match answer {
        FromBackend::Recorded { sizes, piece, .. } => (sizes, piece),
        other => panic!("{other:?}"),
    });
    let mut together: Option<Trace> = None;
    let mut announced = Vec::new();
    for (sizes, piece) in pieces {
        announced.push(sizes);
        match &mut together {
            None => together = Some(piece),
            Some(trace) => trace.append(piece),
        }
    }
    let trace = together.expect("at least one piece");
    assert!(announced.iter().all(|sizes| *sizes == trace.sizes()), "{announced:?}");
    trace
}

#[test]
fn a_long_recording_comes_in_pieces_that_make_the_whole() {
    let mut session = Session::new();
    session.order(record(1, 0, 60, 1_000_000));
    let answers = answers(&mut session, 10_000);
    assert!(answers.len() > 2, "{}", answers.len());
    let trace = put_together(answers);
    assert_eq!(trace, recorded_at_once(0, 60));
}

fn recorded_at_once(from_s: u64, until_s: u64) -> Trace {
    let (scenario, at) = (scenario(), |s| Instant::START + Duration::from_s(s));
    let mut recorder = Recorder::new(&scenario, at(from_s), 1_000_000);
    let mut run = Run::new(&scenario, 1);
    while !run.advance_dyn(at(until_s), 10_000, &mut recorder) {}
    recorder.finish(at(until_s))
}

#[test]
fn a_recording_ends_at_its_budget_or_its_end() {
    let recorded = |order| {
        let mut session = Session::new();
        session.order(order);
        put_together(answers(&mut session, 1_000))
    };
    let whole = recorded(record(1, 2, 3, 100_000));
    assert_eq!(
        (whole.truncated, whole.until),
        (false, Instant::START + Duration::from_s(3))
    );
    let cut = recorded(record(1, 2, 3, 200));
    assert!(
        cut.truncated && cut.until < whole.until && cut.segments.len() < 1_500,
        "{}",
        cut.segments.len()
    );
    let beyond = recorded(record(1, 59, 90, 100_000));
    assert_eq!(beyond.until, Instant::START + Duration::from_s(60));
}

#[test]
fn a_deadlock_is_told_with_the_figures() {
    let text = r#"{
        "format": "sync-or-swim/1", "run": {"duration": "10s"},
        "clients": {"c": {"arrivals": "poisson(20/s)"}},
        "services": {"a": {"threads": 1, "operations": {"in": [{"work": "5ms"}, {"call": "a.again"}], "again": []}}},
        "edges": [{"from": "c", "to": "a.in"}, {"from": "a", "to": "a.again"}]
    }"#;
    let scenario = text::parse(text).expect("a scenario").scenario;
    let mut session = Session::new();
    session.order(ToBackend::Measure {
        run: RunId(1),
        scenario: scenario.into(),
        seed: 1,
    });
    let Some(FromBackend::Measured { report, .. }) = answers(&mut session, 1000).pop() else {
        panic!("no figures")
    };
    let report = report.open().expect("a report");
    let told = "the only worker of `a` waits for `a` (a->a.again); only a timeout frees them";
    assert!(
        report.warnings.iter().any(|warning| warning.ends_with(told)),
        "{:?}",
        report.warnings
    );
}
