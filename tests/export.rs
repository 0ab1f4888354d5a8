//! Exports, read by software that others wrote.
//!
//! ```text
//! run ─┬─ Counter: offered, sent, accepted ──────────────────────┐
//!      └─ Recorder ─▶ export ─▶ opentelemetry-proto, zipkin-types ┴─▶ the same numbers
//! ```
//!
//! Law: every request, sending and execution of a run is one span, and blocked time is what the report says.
#![cfg(not(target_arch = "wasm32"))]

#[path = "export/chrome.rs"]
mod chrome;
#[path = "export/jaeger.rs"]
mod jaeger;
#[path = "export/otlp.rs"]
mod otlp;
#[path = "export/zipkin.rs"]
mod zipkin;

use std::fs;
use std::path::Path;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Caller, Scenario};
use sync_or_swim::share::export::{Export, Format, mermaid};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Call, Observer, Recorder, Request, Trace, excerpt};

/// Scenarios that have what there is to export: threads and loops, queues and topics, retries, crashes.
const NAMES: [&str; 16] = [
    "chain",
    "checkout",
    "closed",
    "event-loop",
    "faults",
    "saga",
    "topic",
    "breaker-opens",
    "crash-and-return",
    "forward-answers",
    "hedge-wins",
    "loop-await-serves",
    "offload-frees-the-loop",
    "outbox",
    "poll-asks",
    "queue-delivers-again",
];

/// The scenario without a warm-up, and not longer than some seconds.
fn scenario(name: &str) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let own = folder.join(format!("scenarios/{name}/scenario.json"));
    let example = folder.join(format!("data/examples/{name}.json"));
    let text = fs::read_to_string(&own)
        .or_else(|_| fs::read_to_string(&example))
        .expect(name);
    let mut scenario = parse(&text)
        .unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
        .scenario;
    scenario.run.warmup = Duration::ZERO;
    scenario.run.duration = scenario.run.duration.min(Duration::from_s(8));
    scenario
}

/// What a run does, counted as it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    requests: usize,
    /// Attempts that callers sent, calls and publications.
    sendings: usize,
    /// Calls and messages that replicas took.
    executions: usize,
}

struct Counter<'a> {
    scenario: &'a Scenario,
    counts: Counts,
}

impl Observer for Counter<'_> {
    fn offered(&mut self, _: Instant, _: Request) {
        self.counts.requests += 1;
    }

    fn sent(&mut self, _: Instant, call: Call, _: Option<u32>) {
        let by_channel = matches!(self.scenario.edge(call.edge).from, Caller::Channel(_));
        self.counts.sendings += usize::from(!by_channel);
    }

    fn accepted(&mut self, _: Instant, _: Call, _: bool) {
        self.counts.executions += 1;
    }
}

fn run(scenario: &Scenario, observer: &mut impl Observer) -> Run {
    let mut run = Run::new(scenario, 3);
    assert!(run.advance_dyn(Instant::NEVER, u64::MAX, observer));
    run
}

fn counts(scenario: &Scenario) -> Counts {
    let counts = Counts::default();
    let mut counter = Counter { scenario, counts };
    run(scenario, &mut counter);
    counter.counts
}

fn trace(scenario: &Scenario) -> Trace {
    let mut recorder = Recorder::new(scenario, Instant::START, 1_000_000);
    run(scenario, &mut recorder);
    assert!(!recorder.is_full());
    recorder.finish(Instant::START + scenario.run.duration)
}

fn report(scenario: &Scenario) -> Report {
    let mut meter = Meter::new(scenario);
    let run = run(scenario, &mut meter);
    meter.report(
        scenario,
        3,
        Instant::START + scenario.run.duration,
        run.events(),
        run.digest(),
    )
}

fn written(scenario: &Scenario, format: Format) -> String {
    Export::new(scenario, &trace(scenario), 3, |_| true).write(format)
}

#[test]
fn a_request_has_the_same_ids_by_itself() {
    for name in NAMES {
        let scenario = scenario(name);
        let whole = trace(&scenario);
        let all = Export::new(&scenario, &whole, 3, |_| true).sides();
        let one = excerpt(&whole, 0).unwrap();
        let alone = Export::new(&scenario, &one, 3, |_| true).sides();
        assert!(alone.len() > 1, "{name}");
        for side in &alone {
            let same = all
                .iter()
                .find(|other| (other.trace, other.id) == (side.trace, side.id))
                .unwrap();
            assert_eq!(
                (same.kind, &same.name, same.start),
                (side.kind, &side.name, side.start),
                "{name}"
            );
        }
    }
}

#[test]
fn another_seed_has_other_ids() {
    let scenario = scenario("chain");
    let trace = trace(&scenario);
    let id = |seed| Export::new(&scenario, &trace, seed, |_| true).sides()[0].trace;
    assert_ne!(id(1), id(2));
}

#[test]
fn a_diagram_has_a_line_for_what_is_drawn() {
    let scenario = scenario("checkout");
    let trace = excerpt(&trace(&scenario), 0).unwrap();
    let text = mermaid(&scenario, &trace);
    assert!(
        text.starts_with("sequenceDiagram\n  title request 0 of shoppers"),
        "{text}"
    );
    for line in [
        "  n0->>n1: sync\n",
        "  n1->>n2: place (sync)\n",
        "-)n5: queue\n",
        "n5-->>n2: ack\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let opened = text.matches("  activate ").count();
    assert_eq!((opened, text.matches("  deactivate ").count()), (5, 5), "{text}");
}
