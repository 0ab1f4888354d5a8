//! A case with a known answer: a scenario, the number of its replications, and what the mean of their reports must be.
//!
//! Law: a case that cannot be read is a mistake, unless every problem says `not supported yet`.

use super::run;
use serde::Deserialize;
use serde_json::Value;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Scenario, Window};
use sync_or_swim::time::{Duration, Instant};

/// Events after which the pace of a run is known.
const PROBE: u64 = 20_000;

/// As the file has it.
#[derive(Deserialize)]
struct Row {
    id: String,
    replications: u64,
    scenario: Value,
    expect: Vec<Expected>,
}

/// What the report must say at a path.
#[derive(Deserialize)]
pub struct Expected {
    pub path: Vec<String>,
    pub value: f64,
    /// Relative; the noise of the replications at full length is included.
    pub within: f64,
}

/// A case with a known answer.
pub struct Case {
    pub id: String,
    pub replications: u64,
    pub scenario: Scenario,
    pub expect: Vec<Expected>,
}

/// All cases.
pub fn read() -> Vec<Case> {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../data/truth.json")).expect("the cases are JSON");
    let case = |row: Row| match parse(&row.scenario.to_string()) {
        Ok(parsed) => Case {
            id: row.id,
            replications: row.replications,
            scenario: parsed.scenario,
            expect: row.expect,
        },
        Err(problems) => panic!("{}: {problems:?}", row.id),
    };
    rows.into_iter().map(case).collect()
}

/// The report of one run as a tree.
pub fn report(scenario: &Scenario, seed: u64) -> Value {
    serde_json::to_value(run::report(scenario, seed)).expect("a report is JSON")
}

/// The figure at a path of a report; `failedShare` = failed / offered, `attemptsPerCall` = attempts / calls.
pub fn figure(report: &Value, path: &[String]) -> f64 {
    let (last, head) = path.split_last().expect("a path");
    let node = head.iter().fold(report, |node, key| &node[key.as_str()]);
    let number = |key: &str| {
        node[key]
            .as_f64()
            .unwrap_or_else(|| panic!("no figure {path:?}: {key}"))
    };
    match last.as_str() {
        "failedShare" => number("failed") / number("offered"),
        "attemptsPerCall" => number("attempts") / number("calls"),
        other => number(other),
    }
}

impl Case {
    fn window(&self) -> Duration {
        Duration(self.scenario.run.duration.0 - self.scenario.run.warmup.0)
    }

    /// By how much the measured time must be divided so that all replications cost about so many events.
    pub fn divisor(&self, events: u64) -> u64 {
        let mut probe = Run::new(&self.scenario, 1);
        probe.advance(Instant::NEVER, PROBE, &mut ());
        let pace = probe.events() as f64 / probe.now().0 as f64;
        let all = pace * (self.window().0 * self.replications) as f64;
        (all / events as f64).ceil() as u64
    }

    /// What a run with this seed says at each expected path.
    pub fn figures(&self, seed: u64, divisor: u64) -> Vec<f64> {
        let Window { warmup, .. } = self.scenario.run;
        let duration = Duration(warmup.0 + self.window().0 / divisor);
        let run = Window { warmup, duration };
        let report = report(
            &Scenario {
                run,
                ..self.scenario.clone()
            },
            seed,
        );
        let paths = self.expect.iter().map(|expected| &expected.path);
        paths.map(|path| figure(&report, path)).collect()
    }
}
