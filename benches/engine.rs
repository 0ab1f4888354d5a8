//! The engine's speed on four workloads, native and, from the same source, as WebAssembly in Node.js.
//!
//! ```text
//! benches/data/w1.json … ─▶ Run ─┬─ Meter ─▶ with: time, logical events per second, the answer beside the known one
//!                                └─ ()    ─▶ bare: the same without listening
//! --wasm WORD …       this program as WebAssembly ─ --lines ─▶ its rounds, by turns with the native ones
//! --peer WORD …       another simulator, native; --wasm-peer WORD … the same as WebAssembly
//! ```
//!
//! A logical event is a call's arrival, its start or the end of its own work: three a call, as other simulators count
//! them. What counts is the processor's time of the loop of events, without set-up and without the report.
//!
//! Law: every figure is a median over rounds, in which all contestants take their turn; a first round, in which caches
//! and compilers get warm, does not count. An answer out of its band is a failure, however fast it came.

#[path = "engine/memory.rs"]
mod memory;
#[path = "engine/platform.rs"]
mod platform;
#[path = "engine/rival.rs"]
mod rival;
#[path = "engine/series.rs"]
mod series;

use platform::{Clock, say};
use rival::Rival;
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
#[derive(Default)]
struct Wish {
    workloads: Vec<&'static Workload>,
    memory: bool,
    rounds: u32,
    /// Every round is told in a line, for another bench.
    lines: bool,
    rivals: Rivals,
}

/// Programs that take their turn beside the native engine, those that there are.
#[derive(Default)]
struct Rivals {
    peer: Rival,
    wasm: Rival,
    wasm_peer: Rival,
}

/// What the rounds of one workload gave.
struct Outcome {
    report: Report,
    native: Pair,
    peer: Series,
    wasm: Pair,
    wasm_peer: Series,
}

/// The engine's rounds with the `Meter` and without.
#[derive(Default)]
struct Pair {
    measured: Series,
    bare: Series,
}

fn main() {
    if let Err(why) = wish(&platform::words()).and_then(|wish| bench_all(&wish)) {
        platform::fail(&why);
    }
}

fn wish(words: &[String]) -> Result<Wish, String> {
    let mut wish = Wish {
        rounds: 7,
        ..Wish::default()
    };
    let mut words = words.iter().filter(|word| *word != "--bench");
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--rounds" => wish.rounds = rounds(value()?)?,
            "--lines" => wish.lines = true,
            "--peer" => wish.rivals.peer.command.push(value()?.clone()),
            "--wasm" => wish.rivals.wasm.command.push(value()?.clone()),
            "--wasm-peer" => wish.rivals.wasm_peer.command.push(value()?.clone()),
            "memory" => wish.memory = true,
            id => wish.workloads.push(workload(id)?),
        }
    }
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
        "{id} is neither a workload (w1, w2, w4, w5, memory) nor --rounds N nor --peer DIR"
    ))
}

fn bench_all(wish: &Wish) -> Result<(), String> {
    if wish.lines {
        return wish
            .workloads
            .iter()
            .try_for_each(|workload| tell(workload, wish.rounds));
    }
    say(&format!(
        "medians of {} rounds by turns, after one that does not count; processor's time; ratios with their range over the rounds",
        wish.rounds
    ));
    say("                        cpu ms   wall ms   M logical events/s   ns/event");
    wish.workloads
        .iter()
        .try_for_each(|workload| bench(workload, wish.rounds, &wish.rivals))?;
    if wish.memory {
        memory::weigh(&WORKLOADS[0])
    } else {
        Ok(())
    }
}

/// A line for each round, also for the one that does not count.
fn tell(workload: &Workload, rounds: u32) -> Result<(), String> {
    let scenario = parse(workload)?;
    for _ in 0..=rounds {
        let (report, measured, bare) = round(&scenario);
        let (loop_s, bare_s) = (measured.cpu_ms / 1e3, bare.cpu_ms / 1e3);
        let (calls, digest) = (calls(&report), &report.digest);
        say(&format!(
            r#"{{"calls":{calls},"loop_s":{loop_s},"bare_s":{bare_s},"digest":"{digest}"}}"#
        ));
    }
    Ok(())
}

fn parse(workload: &Workload) -> Result<Scenario, String> {
    let parsed = text::parse(workload.text).map_err(|problems| format!("{}: {}", workload.id, problems[0]))?;
    Ok(parsed.scenario)
}

fn bench(workload: &Workload, rounds: u32, rivals: &Rivals) -> Result<(), String> {
    let scenario = parse(workload)?;
    let mut outcome = Outcome {
        report: round(&scenario).0,
        native: Pair::default(),
        peer: Series::default(),
        wasm: Pair::default(),
        wasm_peer: Series::default(),
    };
    let events = calls(&outcome.report) * EVENTS_OF_CALL;
    for _ in 0..rounds {
        let (_, measured, bare) = round(&scenario);
        outcome.native.measured.push(measured, events);
        outcome.native.bare.push(bare, events);
        for (rival, series) in [
            (&rivals.peer, &mut outcome.peer),
            (&rivals.wasm_peer, &mut outcome.wasm_peer),
        ] {
            if let Some(said) = rival.run(workload.id)? {
                series.push(said.measured, said.calls * EVENTS_OF_CALL);
            }
        }
        if let Some(said) = rivals.wasm.run(workload.id)? {
            said.agrees_with(&outcome.report.digest)?;
            outcome.wasm.measured.push(said.measured, events);
            outcome.wasm.bare.push(said.bare, events);
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
        native,
        peer,
        wasm,
        wasm_peer,
        ..
    } = outcome;
    let contestants = [
        ("native, with Meter", &native.measured),
        ("native, bare", &native.bare),
        ("native peer", peer),
        ("wasm, with Meter", &wasm.measured),
        ("wasm, bare", &wasm.bare),
        ("wasm peer", wasm_peer),
    ];
    for (who, series) in contestants.iter().filter(|(_, series)| !series.is_empty()) {
        say(&format!("{id} {who:18} {series}"));
    }
    for (what, ours, theirs) in [
        ("native ÷ native peer", native, [peer, peer]),
        ("wasm ÷ wasm peer", wasm, [wasm_peer, wasm_peer]),
        ("wasm ÷ native", wasm, [&native.measured, &native.bare]),
    ] {
        if !ours.bare.is_empty() && !theirs[0].is_empty() {
            say(&format!(
                "{id} {what:20} {} with Meter, {} bare",
                ours.measured.over(theirs[0]),
                ours.bare.over(theirs[1])
            ));
        }
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
