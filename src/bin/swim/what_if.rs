//! `swim what-if`: every edge flipped, one at a time, and what comes of it.
//!
//! ```text
//! scenario ─ flip an edge ─▶ variant ─ the same arrivals and draws ─▶ differences ─ rank ─▶ JSON or a table
//! ```
//!
//! Law: an edge is flipped as one click on it does; each flip is compared with the scenario as it is.

use super::command::{Failure, print, read, warn};
use super::compare::{is_certain, is_nothing, signed};
use super::line::Supposed;
use super::table::{Form, aligned, written};
use super::{experiment, pair};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::fmt::Write;
use sync_or_swim::metrics::{ClientReport, Report, Summary};
use sync_or_swim::scenario::edit::{self, Edit};
use sync_or_swim::scenario::{Edge, Mode, Scenario, text};
use sync_or_swim::share::export::report::totals;

/// What is looked at: the key, the head, and how it is written.
const FIGURES: [(&str, &str, Form); 6] = [
    ("goodputPerS", "goodput/s", Form::Digits(2)),
    ("failed", "failed", Form::Count),
    ("responseMeanMs", "mean ms", Form::Digits(2)),
    ("responseP99Ms", "p99 ms", Form::Digits(2)),
    ("completionMeanMs", "done mean ms", Form::Digits(2)),
    ("blockedS", "blocked s", Form::Digits(2)),
];

/// How it is told that a figure stays as it is, as far as it is printed.
const SAME: &str = "=  ";
/// A smaller effect is none.
const LEAST: f64 = 0.0005;

const LEGEND: &str = "The first row is the scenario as it is; below it stand differences from it, of runs with the same arrivals and draws, with half of\n\
their 95 % intervals. *: the interval does not contain 0, so the difference is more than chance. =: no difference. First come the flips\n\
that change goodput or the mean response time most, as a part of what it was, then those that change how long workers are blocked.\n\
All figures are of all clients together, p99 that of the client with the highest.\n";

/// One edge the other way.
struct Flip<'a> {
    edge: &'a Edge,
    to: Mode,
    outcome: Result<Outcome, String>,
}

/// What came of it.
struct Outcome {
    differences: Value,
    /// The greatest part of what it was by which goodput or mean response time changed.
    effect: f64,
    /// The same of the blocked worker-seconds, which decide between flips without such an effect.
    unblocked: f64,
}

/// Flips every edge and tells what came of it.
pub fn what_if(asked: &Supposed) -> Result<(), Failure> {
    let (source, parsed) = read(&asked.scenario)?;
    warn(&source, &parsed);
    let scenario = &parsed.scenario;
    let seed = asked.trial.seed.unwrap_or(scenario.seed);
    let figures_of = |scenario: &Scenario| {
        let report = |seed| figures(scenario, &experiment::report(scenario, seed));
        experiment::of_each(seed, asked.trial.replications, report)
    };
    let as_it_is = figures_of(scenario);
    let base = pair::averaged(&as_it_is);
    let choices: Vec<(&Edge, Mode)> = scenario
        .edges
        .iter()
        .filter_map(|edge| Some((edge, edge.flipped()?)))
        .collect();
    let mut flips: Vec<Flip> = choices
        .into_par_iter()
        .map(|(edge, to)| Flip {
            edge,
            to,
            outcome: flipped(&source.text, edge, to).map(|other| {
                let pairs = as_it_is.iter().zip(figures_of(&other));
                outcome(&base, pairs.map(|(a, b)| pair::difference(a, &b)).collect())
            }),
        })
        .collect();
    flips.sort_by(|one, other| rank(other).partial_cmp(&rank(one)).unwrap_or(Ordering::Equal));
    if asked.trial.json {
        return print(&format!("{:#}\n", tree(seed, asked.trial.replications, &base, &flips)));
    }
    print(&laid_out(&source.name, (seed, asked.trial.replications), &base, &flips))
}

/// The scenario with this edge in that mode, or why there is none.
fn flipped(text: &str, edge: &Edge, to: Mode) -> Result<Scenario, String> {
    let other = edit::apply(text, &Edit::mode(&edge.name, to)).and_then(|text| text::parse(&text));
    other
        .map(|parsed| parsed.scenario)
        .map_err(|problems| problems[0].to_string())
}

/// What a reader decides by, of all clients together.
fn figures(scenario: &Scenario, report: &Report) -> Value {
    let clients = || report.clients.values();
    let mean = |of: &dyn Fn(&ClientReport) -> Summary| {
        let summaries: Vec<Summary> = clients().map(of).collect();
        let count: u64 = summaries.iter().map(|summary| summary.count).sum();
        let sum: f64 = summaries
            .iter()
            .filter_map(|summary| Some(summary.mean? * summary.count as f64))
            .sum();
        (count > 0).then(|| sum / count as f64)
    };
    json!({
        "goodputPerS": clients().map(|client| client.goodput_per_s).sum::<f64>(),
        "failed": clients().map(|client| client.failed).sum::<u64>(),
        "responseMeanMs": mean(&|client| client.response_ms.clone()),
        "responseP99Ms": clients().filter_map(|client| client.response_ms.p99).reduce(f64::max),
        "completionMeanMs": mean(&|client| client.completion_ms.clone()),
        "blockedS": totals(scenario, report).blocked_s,
    })
}

fn outcome(base: &Value, differences: Vec<Value>) -> Outcome {
    let differences = pair::averaged(&differences);
    let part = |key: &str| match (base[key].as_f64(), differences[key].as_f64()) {
        (Some(was), Some(change)) if was != 0.0 => (change / was).abs(),
        _ => 0.0,
    };
    let visible = |part: f64| if part < LEAST { 0.0 } else { part };
    Outcome {
        effect: visible(part("goodputPerS").max(part("responseMeanMs"))),
        unblocked: part("blockedS"),
        differences,
    }
}

/// Flips that cannot be made come last.
fn rank(flip: &Flip) -> [f64; 2] {
    let rank = |outcome: &Outcome| [outcome.effect, outcome.unblocked];
    flip.outcome.as_ref().map_or([-1.0; 2], rank)
}

fn tree(seed: u64, replications: u64, base: &Value, flips: &[Flip]) -> Value {
    let told = |flip: &Flip| {
        let mut told = json!({"edge": flip.edge.name, "from": flip.edge.mode.word(), "to": flip.to.word()});
        match &flip.outcome {
            Ok(Outcome {
                differences, effect, ..
            }) => {
                told["effect"] = (*effect).into();
                told["differences"] = differences.clone();
            }
            Err(why) => told["refused"] = why.as_str().into(),
        }
        told
    };
    json!({
        "seed": seed,
        "replications": replications,
        "asItIs": base,
        "flips": flips.iter().map(told).collect::<Vec<_>>(),
    })
}

fn laid_out(name: &str, (seed, runs): (u64, u64), base: &Value, flips: &[Flip]) -> String {
    let mut page = match runs {
        1 => format!("{name}, every edge flipped; seed {seed}\n\n"),
        _ => format!(
            "{name}, every edge flipped; means of {runs} runs each with seeds {seed} to {}\n\n",
            seed + runs - 1
        ),
    };
    let cells = |edge: &str, flip: &str, cell: &dyn Fn(&str, Form) -> String| -> Vec<String> {
        let figures = FIGURES.iter().map(|(key, _, form)| cell(key, *form));
        [edge.to_string(), flip.to_string()]
            .into_iter()
            .chain(figures)
            .collect()
    };
    let mut rows = vec![["edge", "flip"].map(String::from).to_vec()];
    rows[0].extend(FIGURES.iter().map(|(_, head, _)| head.to_string()));
    rows.push(cells("", "as it is", &|key, form| written(&base[key], form)));
    let (mut refused, mut same) = (String::new(), Vec::new());
    for flip in flips {
        let modes = format!("{} → {}", flip.edge.mode.word(), flip.to.word());
        match &flip.outcome {
            Ok(outcome) => {
                let row = cells(&flip.edge.name, &modes, &|key, form| {
                    told(&outcome.differences, key, form)
                });
                if row[2..].iter().any(|cell| cell != SAME) {
                    rows.push(row);
                } else {
                    same.push(flip.edge.name.as_str());
                }
            }
            Err(why) => {
                let _ = writeln!(refused, "{} cannot be flipped ({modes}): {why}", flip.edge.name);
            }
        }
    }
    page.push_str(&aligned(&rows, |index| index < 2));
    if !same.is_empty() {
        let _ = writeln!(page, "\nno difference: {}", same.join(", "));
    }
    if !refused.is_empty() {
        let _ = write!(page, "\n{refused}");
    }
    page + "\n" + LEGEND
}

/// A difference with half of its interval.
fn told(differences: &Value, key: &str, form: Form) -> String {
    let Some(amount) = differences[key].as_f64() else {
        return "–".to_string();
    };
    if is_nothing(amount, form) {
        return SAME.to_string();
    }
    let shown = signed(amount, differences[key].is_i64(), form);
    let bounds = &differences["intervals"][key];
    match (bounds[0].as_f64(), bounds[1].as_f64()) {
        (Some(low), Some(high)) => {
            let mark = if is_certain(low, high) { " *" } else { "  " };
            format!("{shown} ±{}{mark}", written(&((high - low) / 2.0).into(), form))
        }
        _ => shown,
    }
}
