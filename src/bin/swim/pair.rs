//! Two variants of a scenario under the same random numbers, and how far they differ.
//!
//! ```text
//! seed s      A ─▶ {"offered": 10, …}   B ─▶ {"offered": 12, …}   ▶ {"offered": 2, …} ┐
//! seed s + 1  A ─▶ …                    B ─▶ …                    ▶ …                 ┴▶ mean and 95 % interval
//! ```
//!
//! Law: every difference is B − A of one seed, and only such differences are averaged. As both variants have the same
//! arrivals and draws, what is chance in both of them is no part of it (common random numbers: Law & Kelton, Simulation
//! Modeling and Analysis, 11.2).

use super::experiment;
use super::replication::{figure, summary, tree};
use serde_json::{Map, Value, json};
use sync_or_swim::metrics::Report;
use sync_or_swim::scenario::Scenario;

/// What a comparison looks at, in this order.
pub const PARTS: [&str; 6] = ["clients", "services", "edges", "channels", "keys", "totals"];

/// Both summaries, and under `differences` a tree of the same shape with B − A; with several runs it has `intervals`.
pub fn compare(a: &Scenario, b: &Scenario, seed: u64, replications: u64) -> serde_json::Result<Value> {
    let both = |seed| (experiment::report(a, seed), experiment::report(b, seed));
    let (of_a, of_b): (Vec<Report>, Vec<Report>) = experiment::of_each(seed, replications, both).into_iter().unzip();
    let mut differences = Vec::new();
    for (of_a, of_b) in of_a.iter().zip(&of_b) {
        differences.push(difference(&parts(tree(a, of_a, None)?), &parts(tree(b, of_b, None)?)));
    }
    Ok(json!({
        "seed": seed,
        "replications": replications,
        "a": summary(a, &of_a, &[])?,
        "b": summary(b, &of_b, &[])?,
        "differences": averaged(&differences),
    }))
}

/// The mean of trees and, where there are several, the intervals of all numbers in it.
pub fn averaged(trees: &[Value]) -> Value {
    let all = figure(&trees.iter().collect::<Vec<_>>());
    let mut mean = all.mean;
    if let (true, Some(intervals)) = (trees.len() > 1, all.interval) {
        mean["intervals"] = intervals;
    }
    mean
}

fn parts(report: Value) -> Value {
    PARTS
        .iter()
        .map(|part| (part.to_string(), report[*part].clone()))
        .collect()
}

/// B − A at every place where both have a number. A count that only one of them has is 0 in the other; what only one of
/// them has at all is left out, as are intervals of single runs.
pub fn difference(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => (b - a).into(),
            _ => (b.as_f64().unwrap_or(f64::NAN) - a.as_f64().unwrap_or(f64::NAN)).into(),
        },
        (Value::Object(a), Value::Object(b)) => of_maps(a, b),
        (Value::String(a), Value::String(b)) if a != b => format!("{a} → {b}").into(),
        (Value::String(_), Value::String(_)) => b.clone(),
        _ => Value::Null,
    }
}

fn of_maps(a: &Map<String, Value>, b: &Map<String, Value>) -> Value {
    let (zero, mut map) = (Value::from(0), Map::new());
    let further = b.keys().filter(|key| !a.contains_key(*key));
    for key in a.keys().chain(further) {
        let (of_a, of_b) = (a.get(key), b.get(key));
        let counted = of_a.or(of_b).is_some_and(Value::is_number);
        let is_interval = key == "ci95" && of_a.is_none_or(|value| !value.is_object());
        let absent = counted.then_some(&zero);
        if let (Some(of_a), Some(of_b), false) = (of_a.or(absent), of_b.or(absent), is_interval) {
            map.insert(key.clone(), difference(of_a, of_b));
        }
    }
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_difference_at_the_same_place() {
        let a = json!({"a->b": {"mode": "sync", "calls": 5, "failures": {"error": 2}, "callMs": {"mean": 1.5, "p50": null, "ci95": [1, 2]}},
                       "old": {"calls": 1}});
        let b = json!({"a->b": {"mode": "queue", "calls": 3, "failures": {"timeout": 4}, "callMs": {"mean": 1.0, "p50": 2.0, "ci95": null}},
                       "new": {"calls": 1}});
        let expected = json!({"a->b": {"mode": "sync → queue", "calls": -2, "failures": {"error": -2, "timeout": 4},
                                       "callMs": {"mean": -0.5, "p50": null}}});
        assert_eq!(difference(&a, &b), expected);
    }

    #[test]
    fn a_service_may_be_called_like_an_interval() {
        let a = json!({"ci95": {"arrivals": 2}});
        assert_eq!(difference(&a, &a), json!({"ci95": {"arrivals": 0}}));
    }

    #[test]
    fn an_interval_is_that_of_the_differences() {
        let trees = [json!({"n": 2}), json!({"n": 4})];
        let whole = averaged(&trees);
        let (low, high) = (whole["intervals"]["n"][0].as_f64(), whole["intervals"]["n"][1].as_f64());
        // Student's t with one degree of freedom: 3 ± 12.706.
        assert_eq!(whole["n"], 3.0);
        assert!(
            low.zip(high)
                .is_some_and(|(low, high)| (low + 9.706).abs() < 0.001 && (high - 15.706).abs() < 0.001)
        );
        assert_eq!(averaged(&trees[..1]).get("intervals"), None);
    }
}
