//! Golden lanes: each folder of `tests/scenarios/` is a scenario, the lanes of its whole run as text, and its report.
//!
//! ```text
//! scenario.json ─▶ Recorder ─▶ lanes.txt      a hundred characters a run, or a window
//!             └──▶ Meter ────▶ report.json    UPDATE=1 cargo test --test golden: writes both anew
//! windows.txt     19.8s 20.8s  what is seen there; a line a window, where the whole run would be too long to see it
//! ```
//!
//! A folder without `scenario.json` is the contract's example of its name.
//!
//! Law: byte for byte. A toggle is a diff that a reviewer can see; the pairs below differ in nothing but the toggle.
#![cfg(not(target_arch = "wasm32"))]

#[path = "golden/request.rs"]
mod request;

use std::fs;
use std::path::{Path, PathBuf};
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::picture::word::doings;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Activity, Recorder, Segment, Trace, lane_names, letter, swimlane};

/// More than any of these runs records.
const BUDGET: u32 = 100_000;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// The contract's examples, a file each.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/examples")
}

/// What is in a folder, sorted by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a readable entry").file_name())
        .map(|name| name.into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

fn file(name: &str, file: &str) -> PathBuf {
    home().join(name).join(file)
}

fn scenario(name: &str) -> Scenario {
    let own = file(name, "scenario.json");
    let example = examples().join(format!("{name}.json"));
    let path = if own.exists() { own } else { example };
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    match parse(&text) {
        Ok(parsed) if parsed.warnings.is_empty() => parsed.scenario,
        Ok(parsed) => panic!("{name}: warnings: {:?}", parsed.warnings),
        Err(problems) => panic!("{name}: {problems:?}"),
    }
}

fn end(scenario: &Scenario) -> Instant {
    Instant::START + scenario.run.duration
}

fn record(scenario: &Scenario, from: Instant, until: Instant) -> Trace {
    let mut recorder = Recorder::new(scenario, from, BUDGET);
    let mut run = Run::new(scenario, scenario.seed);
    assert!(run.advance_dyn(until, u64::MAX, &mut recorder));
    assert_eq!((recorder.is_full(), run.warning()), (false, None), "{}", scenario.name);
    recorder.finish(until)
}

/// The whole run.
fn whole(scenario: &Scenario) -> Trace {
    record(scenario, Instant::START, end(scenario))
}

fn lanes_of(scenario: &Scenario, trace: &Trace) -> String {
    let step = Duration(trace.until.since(trace.from).0 / 100);
    swimlane::text(scenario, trace, step)
}

/// The lanes of each window under what is seen there, or those of the whole run.
fn lanes(name: &str, scenario: &Scenario) -> String {
    let Ok(windows) = fs::read_to_string(file(name, "windows.txt")) else {
        return lanes_of(scenario, &whole(scenario));
    };
    let window = |line: &str| {
        let (from, rest) = line.split_once(' ').expect("from, until and what is seen");
        let (until, _) = rest.split_once("  ").expect("until and what is seen");
        let [from, until] = [from, until].map(|time| Instant::START + Duration::parse(time).expect("a time"));
        assert!(from < until && until <= end(scenario), "{name}: {line}");
        format!("{line}\n{}", lanes_of(scenario, &record(scenario, from, until)))
    };
    windows.lines().map(window).collect::<Vec<_>>().join("\n")
}

fn measure(scenario: &Scenario) -> Report {
    let mut meter = Meter::new(scenario);
    let mut run = Run::new(scenario, scenario.seed);
    assert!(run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter));
    meter.report(scenario, scenario.seed, end(scenario), run.events(), run.digest())
}

fn report(scenario: &Scenario) -> String {
    serde_json::to_string_pretty(&measure(scenario)).expect("a report is JSON") + "\n"
}

/// What is wrong with one stored file; under UPDATE=1 it is written anew instead.
fn check(name: &str, which: &str, actual: &str) -> Option<String> {
    let path = file(name, which);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, actual).expect("a folder that can be written to");
        return None;
    }
    let expected = match fs::read_to_string(&path) {
        Ok(expected) => expected,
        Err(error) => return Some(format!("{name}/{which}: {error}; UPDATE=1 writes it")),
    };
    (expected != actual).then(|| format!("{name}/{which}:\n{}", beneath(&expected, actual)))
}

/// Two texts, line under line where they differ.
fn beneath(expected: &str, actual: &str) -> String {
    let (mut old, mut new) = (expected.lines(), actual.lines());
    let mut text = String::new();
    loop {
        match (old.next(), new.next()) {
            (None, None) => return text,
            (old, new) if old == new => text.push_str(&format!("             {}\n", old.unwrap_or_default())),
            (old, new) => {
                let (old, new) = (old.unwrap_or("(no line)"), new.unwrap_or("(no line)"));
                text.push_str(&format!("  expected:  {old}\n  actual:    {new}\n"));
            }
        }
    }
}

#[test]
fn each_scenario_looks_and_counts_as_it_did() {
    let (names, examples) = (names(&home()), names(&examples()));
    let shown = |file: &&String| {
        file.strip_suffix(".json")
            .is_some_and(|name| names.iter().any(|is| is == name))
    };
    let missing: Vec<&String> = examples.iter().filter(|file| !shown(file)).collect();
    assert!(missing.is_empty(), "no golden lanes of {missing:?}");
    let wrong: Vec<String> = names
        .iter()
        .map(|name| (name, scenario(name)))
        .flat_map(|(name, scenario)| {
            [
                check(name, "lanes.txt", &lanes(name, &scenario)),
                check(name, "report.json", &report(&scenario)),
            ]
        })
        .flatten()
        .collect();
    assert!(wrong.is_empty(), "UPDATE=1 accepts this:\n{}", wrong.join("\n"));
}

/// The file as a tree, without what a reader is told.
fn tree(name: &str) -> serde_json::Value {
    let text = fs::read_to_string(file(name, "scenario.json")).expect("a scenario");
    let mut tree: serde_json::Value = serde_json::from_str(&text).expect("plain JSON");
    let map = tree.as_object_mut().expect("a map");
    assert!(map.remove("name").is_some() && map.remove("about").is_some(), "{name}");
    tree
}

/// The places at which two trees differ.
fn differences(at: &str, a: &serde_json::Value, b: &serde_json::Value) -> Vec<String> {
    use serde_json::Value::{Array, Object};
    match (a, b) {
        (Object(x), Object(y)) if x.keys().eq(y.keys()) => x
            .iter()
            .flat_map(|(key, value)| differences(&format!("{at}/{key}"), value, &y[key]))
            .collect(),
        (Array(x), Array(y)) if x.len() == y.len() => (0..x.len())
            .flat_map(|i| differences(&format!("{at}/{i}"), &x[i], &y[i]))
            .collect(),
        _ if a == b => Vec::new(),
        _ => vec![format!("{at}: {a} {b}")],
    }
}

#[test]
fn a_pair_differs_in_one_word() {
    for (a, b, expected) in [
        (
            "loop-sync-blocks",
            "loop-await-serves",
            r#"/edges/2/mode: "sync" "await""#,
        ),
        (
            "thread-sync-holds",
            "thread-await-frees",
            r#"/edges/1/mode: "sync" "await""#,
        ),
        (
            "thread-sync-holds",
            "queue-decouples",
            r#"/edges/1/mode: "sync" "queue""#,
        ),
        ("cores-wait", "processor-sharing", r#"/services/api/cpu: "fifo" "ps""#),
    ] {
        assert_eq!(differences("", &tree(a), &tree(b)), [expected], "{a} and {b}");
    }
}

/// When a page of the loop scenarios waits for `slow`: from the send to the outcome, or to the end of the run.
fn waits(scenario: &Scenario, trace: &Trace) -> Vec<(Instant, Instant)> {
    let slow = scenario.edge_named("api->slow").expect("the edge is there");
    let calls = trace.spans.iter().filter(|span| span.edge == slow);
    calls.map(|span| (span.sent, span.returned.min(trace.until))).collect()
}

/// How many pings are answered strictly inside one of these times.
fn pings_answered(scenario: &Scenario, trace: &Trace, times: &[(Instant, Instant)]) -> usize {
    let is_ping = |client: usize| scenario.clients[client].name == "pings";
    let pings = trace.requests.iter().filter(|row| is_ping(row.client.0 as usize));
    pings
        .filter(|row| row.outcome == Some(Ok(())))
        .filter(|row| {
            times
                .iter()
                .any(|(from, until)| (*from..*until).contains(&row.returned))
        })
        .count()
}

/// When the loop's only thread is blocked.
fn blocked(trace: &Trace) -> Vec<(Instant, Instant)> {
    let blocked = |segment: &&Segment| segment.lane == 0 && matches!(segment.activity, Activity::Blocked(_));
    trace
        .segments
        .iter()
        .filter(blocked)
        .map(|s| (s.start, s.end))
        .collect()
}

#[test]
fn a_blocked_loop_answers_nobody() {
    let scenario = scenario("loop-sync-blocks");
    let trace = whole(&scenario);
    let times = waits(&scenario, &trace);
    assert_eq!(times.len(), 2);
    assert_eq!(blocked(&trace), times, "the loop is blocked as long as a page waits");
    assert_eq!(pings_answered(&scenario, &trace, &times), 0);
}

#[test]
fn a_loop_that_awaits_answers_the_others() {
    let scenario = scenario("loop-await-serves");
    let trace = whole(&scenario);
    let times = waits(&scenario, &trace);
    assert_eq!((times.len(), blocked(&trace)), (2, Vec::new()));
    let answered = pings_answered(&scenario, &trace, &times);
    assert!(answered >= 5, "only {answered} pings are answered while a page waits");
}

/// The lanes as the page says them in words: who does what at each step.
fn words_of(scenario: &Scenario, trace: &Trace) -> Vec<String> {
    let step = Duration(trace.until.since(trace.from).0 / 100);
    let names = lane_names(scenario);
    let mut lines = vec![String::new(); names.len()];
    let starts = (0..).map(|k| trace.from + Duration(k * step.0));
    for at in starts.take_while(|at| *at < trace.until) {
        lines.iter_mut().for_each(|line| line.push('.'));
        for doing in doings(scenario, trace, at) {
            let lane = names.iter().position(|name| *name == doing.lane).expect("a lane");
            lines[lane].pop();
            lines[lane].push(letter(doing.activity));
        }
    }
    lines
}

#[test]
fn the_words_of_the_lanes_say_what_the_golden_lanes_show() {
    for name in names(&home()) {
        let scenario = scenario(&name);
        let trace = whole(&scenario);
        let golden = lanes_of(&scenario, &trace);
        let shown: Vec<&str> = golden
            .lines()
            .filter_map(|line| line.rsplit_once("  ").map(|(_, lane)| lane))
            .collect();
        let words = words_of(&scenario, &trace);
        assert_eq!(words, shown[..words.len()], "{name}");
    }
}
