//! Several reports as one: means, and beside them their 95 % intervals.
//!
//! ```text
//! {"offered": 10, …}  {"offered": 12, …}  ▶  {"offered": 11, …, "replications": 2, "intervals": {"offered": [-1.7, 23.7], …}}
//! ```
//!
//! Law: every number that was measured has a mean and, at the same place of `intervals`, an interval by Student's t
//! over the runs. What happened in no run of several counts as 0 there; a null (nothing to take a mean of) is left out.

use super::blamed::Blamed;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use sync_or_swim::metrics::Report;
use sync_or_swim::metrics::interval::mean_interval;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::share::export::report::printed;
use sync_or_swim::theory::overloads;

/// The report as it is printed: of one run as it is, of several by their means and intervals.
///
/// `seed` is the first one's; `digest` is a hash of all digests in order; `warnings` tell their seed, and behind them which
/// services are offered more than they can do. The `ci95` of a distribution is the interval of its mean over the runs.
///
/// `blames` are what the recorded runs tell, or nothing.
pub fn summary(scenario: &Scenario, reports: &[Report], blames: &[Blamed]) -> serde_json::Result<Value> {
    let mut summary = averaged(scenario, reports, blames)?;
    if let Some(warnings) = summary["warnings"].as_array_mut() {
        let overloads = overloads(scenario).into_iter();
        warnings.extend(overloads.map(|overload| overload.told(scenario).into()));
    }
    Ok(summary)
}

fn averaged(scenario: &Scenario, reports: &[Report], blames: &[Blamed]) -> serde_json::Result<Value> {
    let mut trees = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        trees.push(tree(scenario, report, blames.get(index))?);
    }
    let (Some(first), true) = (reports.first(), trees.len() > 1) else {
        return Ok(trees.into_iter().next().unwrap_or_default());
    };
    let Figure { mean, interval } = figure(&trees.iter().collect::<Vec<_>>());
    let (Value::Object(mut whole), Some(Value::Object(mut intervals))) = (mean, interval) else {
        return Ok(Value::Null);
    };
    intervals.remove("seed");
    let warnings = reports.iter().flat_map(|report| {
        report
            .warnings
            .iter()
            .map(|text| format!("seed {}: {text}", report.seed))
    });
    whole.insert("seed".into(), first.seed.into());
    whole.insert("digest".into(), digest_of_all(reports).into());
    whole.insert("warnings".into(), warnings.collect());
    whole.insert("replications".into(), reports.len().into());
    whole.insert("intervals".into(), Value::Object(intervals));
    Ok(Value::Object(whole))
}

/// The report of one run, with what was blamed.
pub fn tree(scenario: &Scenario, report: &Report, blamed: Option<&Blamed>) -> serde_json::Result<Value> {
    let mut tree = serde_json::to_value(printed(scenario, report))?;
    if let Some(blamed) = blamed {
        tree["totals"]["wastedShare"] = blamed.wasted_share.into();
        for (client, further) in &blamed.clients {
            if let (Some(figures), Some(further)) = (tree["clients"][client].as_object_mut(), further.as_object()) {
                figures.extend(further.clone());
            }
        }
    }
    Ok(tree)
}

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits, over the digits of all digests in order.
fn digest_of_all(reports: &[Report]) -> String {
    let digits = reports.iter().flat_map(|report| report.digest.bytes());
    let hash = digits.fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    });
    format!("{hash:016x}")
}

/// What several values at one place come to.
pub struct Figure {
    pub mean: Value,
    /// Absent where there are no numbers.
    pub interval: Option<Value>,
}

/// Several trees of one shape as one.
pub fn figure(values: &[&Value]) -> Figure {
    match values.iter().find(|value| !value.is_null()) {
        Some(Value::Object(_)) => figure_of_maps(values),
        Some(Value::Number(_)) | None => figure_of_numbers(values),
        Some(word) => Figure {
            mean: (*word).clone(),
            interval: None,
        },
    }
}

fn figure_of_numbers(values: &[&Value]) -> Figure {
    let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
    let mean = (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64);
    Figure {
        mean: mean.into(),
        interval: Some(mean_interval(&numbers).map_or(Value::Null, |bounds| bounds.to_vec().into())),
    }
}

fn figure_of_maps(values: &[&Value]) -> Figure {
    let maps: Vec<&Map<String, Value>> = values.iter().filter_map(|value| value.as_object()).collect();
    let (mut means, mut intervals) = (Map::new(), Map::new());
    for key in keys(&maps) {
        let figure = figure(&column(&maps, key));
        means.insert(key.to_string(), figure.mean);
        if let Some(interval) = figure.interval {
            intervals.insert(key.to_string(), interval);
        }
    }
    if let Some(ci95) = means.get_mut("ci95").filter(|value| !value.is_object()) {
        *ci95 = intervals.get("mean").cloned().unwrap_or_default();
        intervals.remove("ci95");
    }
    Figure {
        mean: means.into(),
        interval: Some(intervals.into()),
    }
}

/// The keys of all maps: in their own order where they agree, else by the alphabet.
fn keys<'a>(maps: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let own = |map: &'a Map<String, Value>| map.keys().map(String::as_str);
    match maps.split_first() {
        Some((first, rest)) if rest.iter().all(|map| own(map).eq(own(first))) => own(first).collect(),
        _ => {
            let union: BTreeSet<&str> = maps.iter().flat_map(|map| own(map)).collect();
            union.into_iter().collect()
        }
    }
}

/// The values of one key; a number that a map lacks is 0 there.
fn column<'a>(maps: &[&'a Map<String, Value>], key: &str) -> Vec<&'a Value> {
    static ZERO: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::from(0));
    let is_number = maps.iter().any(|map| map.get(key).is_some_and(Value::is_number));
    let absent = if is_number { &*ZERO } else { &Value::Null };
    maps.iter().map(|map| map.get(key).unwrap_or(absent)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(trees: &[Value], mean: Value, interval: Value) {
        let figure = figure(&trees.iter().collect::<Vec<_>>());
        assert_eq!((figure.mean, figure.interval), (mean, Some(interval)), "{trees:?}");
    }

    fn bounds(values: &[f64]) -> Value {
        json!(mean_interval(values).unwrap())
    }

    #[test]
    fn every_number_has_its_mean_and_its_interval_at_the_same_place() {
        check(
            &[
                json!({"a": {"n": 1, "mode": "sync"}}),
                json!({"a": {"n": 4, "mode": "sync"}}),
            ],
            json!({"a": {"n": 2.5, "mode": "sync"}}),
            json!({"a": {"n": bounds(&[1.0, 4.0])}}),
        );
    }

    #[test]
    fn a_key_of_some_runs_counts_as_zero_in_the_others() {
        check(
            &[json!({"timeout": 3}), json!({}), json!({"error": 6, "timeout": 6})],
            json!({"error": 2.0, "timeout": 3.0}),
            json!({"error": bounds(&[0.0, 0.0, 6.0]), "timeout": bounds(&[3.0, 0.0, 6.0])}),
        );
    }

    #[test]
    fn a_null_is_left_out_of_the_mean_and_stays_where_there_is_nothing_else() {
        let empty = json!({"mean": null, "p50": null, "count": 0, "ci95": null});
        let full = |mean: u32| json!({"mean": mean, "p50": null, "count": 2, "ci95": [0, 99]});
        let counts = bounds(&[0.0, 2.0, 2.0]);
        check(
            &[empty.clone(), full(1), full(3)],
            json!({"mean": 2.0, "p50": null, "count": 4.0 / 3.0, "ci95": bounds(&[1.0, 3.0])}),
            json!({"mean": bounds(&[1.0, 3.0]), "p50": null, "count": counts}),
        );
        check(
            &[empty.clone(), empty],
            json!({"mean": null, "p50": null, "count": 0.0, "ci95": null}),
            json!({"mean": null, "p50": null, "count": [0.0, 0.0]}),
        );
    }

    #[test]
    fn a_service_may_be_called_like_a_figure() {
        let services = |n: u32| json!({"ci95": {"arrivals": n}, "mean": {"arrivals": n}});
        check(
            &[services(1), services(3)],
            json!({"ci95": {"arrivals": 2.0}, "mean": {"arrivals": 2.0}}),
            json!({"ci95": {"arrivals": bounds(&[1.0, 3.0])}, "mean": {"arrivals": bounds(&[1.0, 3.0])}}),
        );
    }

    #[test]
    fn a_summary_keeps_the_first_seed_and_tells_whose_warning_it_is() {
        let report = |seed: u64, digest: &str| Report {
            seed,
            events: seed,
            digest: digest.into(),
            warnings: vec![format!("w{seed}")],
            ..Report::default()
        };
        let scenario = Scenario::default();
        let (a, b) = (report(4, "00aa"), report(5, "00bb"));
        let whole = summary(&scenario, &[a.clone(), b.clone()], &[]).unwrap();
        assert_eq!((&whole["seed"], &whole["replications"]), (&json!(4), &json!(2)));
        assert_eq!(whole["events"], json!(4.5));
        assert_eq!(whole["warnings"], json!(["seed 4: w4", "seed 5: w5"]));
        assert_eq!(whole["intervals"].get("seed"), None);
        assert_ne!(
            whole["digest"],
            summary(&scenario, &[b, a.clone()], &[]).unwrap()["digest"]
        );
        let alone = summary(&scenario, &[a], &[]).unwrap();
        assert_eq!((&alone["digest"], alone.get("intervals")), (&json!("00aa"), None));
    }
}
