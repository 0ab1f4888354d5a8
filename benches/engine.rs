//! The engine's speed on four workloads, native and, from the same source, as WebAssembly in Node.js.
//!
//! ```text
//! benches/data/w1.json … ─▶ Run ─┬─ Meter ─▶ with: time, logical events per second, the answer beside the known one
//!                                └─ ()    ─▶ bare: the same without listening
//! cargo xtask bench [w1 …] [memory] [--rounds N] [--peer DIR] both machines; the peer by turns with ours
//! ```
//!
//! A logical event is a call's arrival, its start or the end of its own work: three a call, as other simulators count
//! them. What counts is the processor's time of the loop of events, without set-up and without the report.
//!
//! Law: every figure is a median over rounds, in which all contestants take their turn; a first round, in which caches
//! and compilers get warm, does not count. An answer out of its band is a failure, however fast it came.

#[path = "engine/memory.rs"]
mod memory;
#[path = "engine/peer.rs"]
mod peer;
#[path = "engine/platform.rs"]
mod platform;
#[path = "engine/series.rs"]
mod series;

use peer::Peer;
use platform::{Clock, say};
use series::Series;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::{Scenario, text};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::Observer;

/// Events handled in one go: V8 replaces slow code only when a function is called again.
const SLICE: u64 = 20_000;
/// Logical events of a call.
const EVENTS_OF_CALL: f64 = 3.0;

/// A known answer, and how far one run may lie from it.
struct Band {
    expected: f64,
    within: f64,
}

impl Band {
    /// Whether the value lies in it; no value at all does not.
    fn holds(&self, value: f64) -> bool {
        (value - self.expected).abs() <= self.within
    }
}

/// A scenario whose answer is known.
struct Workload {
    id: &'static str,
    text: &'static str,
    /// Response time in milliseconds.
    mean_ms: Band,
    calls: Band,
}

/// The bands are five standard errors of one run, or a little more.
const WORKLOADS: [Workload; 4] = [
    Workload {
        id: "w1",
        text: include_str!("data/w1.json"),
        mean_ms: Band {
            expected: 5.0,
            within: 0.22,
        },
        calls: Band {
            expected: 1e6,
            within: 5e3,
        },
    },
    Workload {
        id: "w2",
        text: include_str!("data/w2.json"),
        mean_ms: Band {
            expected: 5.0,
            within: 0.03,
        },
        calls: Band {
            expected: 1e6,
            within: 12e3,
        },
    },
    Workload {
        id: "w4",
        text: include_str!("data/w4.json"),
        mean_ms: Band {
            expected: 3.59774,
            within: 0.03,
        },
        calls: Band {
            expected: 1.05e6,
            within: 24e3,
        },
    },
    Workload {
        id: "w5",
        text: include_str!("data/w5.json"),
        mean_ms: Band {
            expected: 24.0633,
            within: 0.6,
        },
        calls: Band {
            expected: 20_000.0 * 20.003,
            within: 16e3,
        },
    },
];

/// What a person asked for.
struct Wish {
    workloads: Vec<&'static Workload>,
    memory: bool,
    rounds: u32,
    peer: Option<Peer>,
}

/// What the rounds of one workload gave.
struct Outcome {
    report: Report,
    measured: Series,
    bare: Series,
    peer: Series,
}

fn main() {
    if let Err(why) = wish(&platform::words()).and_then(|wish| bench_all(&wish)) {
        platform::fail(&why);
    }
}

fn wish(words: &[String]) -> Result<Wish, String> {
    let mut wish = Wish {
        workloads: Vec::new(),
        memory: false,
        rounds: 7,
        peer: None,
    };
    let mut command = Vec::new();
    let mut words = words.iter().filter(|word| *word != "--bench");
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--rounds" => wish.rounds = rounds(value()?)?,
            "memory" => wish.memory = true,
            "--peer" => command.push(value()?.clone()),
            id => wish.workloads.push(workload(id)?),
        }
    }
    wish.peer = (!command.is_empty()).then_some(Peer { command });
    if wish.workloads.is_empty() && !wish.memory {
        wish.workloads = WORKLOADS.iter().collect();
        wish.memory = true;
    }
    Ok(wish)
}

fn rounds(word: &str) -> Result<u32, String> {
    let rounds = word.parse().ok().filter(|rounds| *rounds > 0);
    rounds.ok_or(format!("--rounds wants a number from 1 on, and not {word}"))
}

fn workload(id: &str) -> Result<&'static Workload, String> {
    let known = WORKLOADS.iter().find(|workload| workload.id == id);
    known.ok_or(format!(
        "{id} is neither a workload (w1, w2, w4, w5, memory) nor --rounds N nor --peer WORD"
    ))
}

fn bench_all(wish: &Wish) -> Result<(), String> {
    say(&format!(
        "{}: medians of {} rounds by turns, after one that does not count; processor's time",
        platform::NAME,
        wish.rounds
    ));
    say("              cpu ms   wall ms   M logical events/s   ns/event");
    wish.workloads
        .iter()
        .try_for_each(|workload| bench(workload, wish.rounds, wish.peer.as_ref()))?;
    if wish.memory {
        memory::weigh(&WORKLOADS[0])
    } else {
        Ok(())
    }
}

fn bench(workload: &Workload, rounds: u32, peer: Option<&Peer>) -> Result<(), String> {
    let parsed = text::parse(workload.text).map_err(|problems| format!("{}: {}", workload.id, problems[0]))?;
    let mut outcome = Outcome {
        report: round(&parsed.scenario).0,
        measured: Series::default(),
        bare: Series::default(),
        peer: Series::default(),
    };
    let calls = calls(&outcome.report);
    for _ in 0..rounds {
        let (_, measured, bare) = round(&parsed.scenario);
        outcome.measured.push(measured, calls * EVENTS_OF_CALL);
        outcome.bare.push(bare, calls * EVENTS_OF_CALL);
        if let Some(peer) = peer {
            let run = peer.run(workload.id)?;
            outcome.peer.push(run.time, run.calls * EVENTS_OF_CALL);
        }
    }
    print(workload.id, &outcome);
    check(workload, &outcome.report)
}

/// One run with the `Meter` and one without; the report, and the times of both.
fn round(scenario: &Scenario) -> (Report, Clock, Clock) {
    let mut meter = Meter::new(scenario);
    let (run, measured) = timed(scenario, &mut meter);
    let end = Instant::START + scenario.run.duration;
    let report = meter.report(scenario, scenario.seed, end, run.events(), run.digest());
    let (_, bare) = timed(scenario, &mut ());
    (report, measured, bare)
}

/// Runs the whole scenario, and says how long the loop took.
fn timed<O: Observer>(scenario: &Scenario, observer: &mut O) -> (Run, Clock) {
    let mut run = Run::new(scenario, scenario.seed);
    let begin = Clock::now();
    finish(&mut run, observer);
    let time = Clock::now().since(begin);
    (run, time)
}

/// Handles all events that there are.
fn finish<O: Observer>(run: &mut Run, observer: &mut O) {
    while !run.advance(Instant::NEVER, SLICE, observer) {}
}

fn calls(report: &Report) -> f64 {
    report.edges.values().map(|edge| edge.calls as f64).sum()
}

fn print(id: &str, outcome: &Outcome) {
    let Outcome {
        measured, bare, peer, ..
    } = outcome;
    let share = 100.0 * (1.0 - bare.ns_per_event() / measured.ns_per_event());
    say(&format!("{id} with Meter {measured}   Meter's share {share:.0} %"));
    say(&format!("{id} bare       {bare}"));
    if !peer.is_empty() {
        say(&format!("{id} peer       {peer}"));
        say(&format!(
            "{id} times the peer's time: {} with Meter, {} bare (least and most of a round)",
            measured.over(peer),
            bare.over(peer)
        ));
    }
}

/// A fast wrong engine is no engine.
fn check(workload: &Workload, report: &Report) -> Result<(), String> {
    let id = workload.id;
    let mean = report.clients.values().find_map(|client| client.response_ms.mean);
    let answers = [
        ("mean ms", mean.unwrap_or(f64::NAN), &workload.mean_ms),
        ("calls", calls(report), &workload.calls),
    ];
    let told = answers.map(|(what, value, band)| format!("{what} {value} ({} ± {})", band.expected, band.within));
    say(&format!(
        "{id} answer     {}, digest {}",
        told.join(", "),
        report.digest
    ));
    let wrong = answers.iter().position(|(_, value, band)| !band.holds(*value));
    wrong.map_or(Ok(()), |at| Err(format!("{id}: a wrong answer: {}", told[at])))
}
