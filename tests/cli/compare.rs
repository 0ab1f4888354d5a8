//! `swim compare` and `swim what-if`: variants under the same random numbers.

use crate::swim::{file, map, printed, report, swim};
use serde_json::Value;

const SET: &str = "orders->payments.charge.mode=queue";

/// Walks two trees and their difference.
fn check_difference(a: &Value, b: &Value, difference: &Value, path: &str) -> u32 {
    match difference {
        Value::Number(_) => {
            let number = |tree: &Value| tree.as_f64().unwrap_or(0.0);
            let expected = number(b) - number(a);
            assert_eq!(number(difference), expected, "{path}");
            1
        }
        Value::Object(entries) => {
            let each = entries.iter();
            each.map(|(key, value)| check_difference(&a[key], &b[key], value, &format!("{path}.{key}")))
                .sum()
        }
        _ => 0,
    }
}

#[test]
fn a_single_pair_is_two_runs_and_what_lies_between_them() {
    let whole = report(&["compare", "checkout", "--set", SET, "--replications", "1", "--json"]);
    let changed = printed(&["open", "#ex=checkout"]).replace(
        r#""to": "payments.charge", "mode": "sync""#,
        r#""to": "payments.charge", "mode": "queue""#,
    );
    let changed = file("compared.json", &changed).display().to_string();
    assert_eq!(whole["a"], report(&["run", "checkout", "--json"]));
    assert_eq!(whole["b"], report(&["run", &changed, "--json"]));
    assert_eq!(whole["b"]["edges"]["orders->payments.charge"]["mode"], "queue");
    let (a, b, differences) = (&whole["a"], &whole["b"], &whole["differences"]);
    let figures = check_difference(a, b, differences, "");
    assert!(figures > 150, "{figures} figures");
    assert_eq!(differences.get("intervals"), None);
    let beside = report(&["compare", "checkout", &changed, "--replications", "1", "--json"]);
    assert_eq!(beside["differences"], *differences);
}

#[test]
fn arrivals_are_the_same_and_pairs_are_surer_than_runs() {
    let whole = report(&["compare", "checkout", "--set", SET, "--json"]);
    assert_eq!(whole["replications"], 10);
    let client = |tree: &Value| tree["clients"]["shoppers"].clone();
    let differences = client(&whole["differences"]);
    let intervals = client(&whole["differences"]["intervals"]);
    assert_eq!(
        (&differences["offered"], &intervals["offered"]),
        (&0.0.into(), &vec![0.0, 0.0].into())
    );
    let half = |bounds: &Value| (bounds[1].as_f64().unwrap() - bounds[0].as_f64().unwrap()) / 2.0;
    let mean_of = |tree: &Value| half(&client(&tree["intervals"])["goodputPerS"]);
    let paired = half(&intervals["goodputPerS"]);
    assert!(paired < 0.2 * (mean_of(&whole["a"]) + mean_of(&whole["b"])), "{paired}");
    let mean = differences["responseMs"]["mean"].as_f64().unwrap();
    let [a, b] = ["a", "b"].map(|who| client(&whole[who])["responseMs"]["mean"].as_f64().unwrap());
    assert!((mean - (b - a)).abs() < 1e-9, "{mean}");
}

#[test]
fn the_page_names_what_does_not_differ_and_leaves_it_out() {
    let page = printed(&["compare", "checkout", "--set", SET]);
    assert!(
        page.starts_with("A  checkout\nB  checkout with orders->payments.charge.mode=queue\n"),
        "{page}"
    );
    assert!(
        page.contains("\nno difference: stock, orders->stock.reserve\n"),
        "{page}"
    );
    assert!(page.contains("\norders->payments.charge\n  only in B\n"), "{page}");
    let goodput = page.lines().find(|line| line.starts_with("  goodput/s")).unwrap();
    assert!(goodput.ends_with(" *"), "{goodput}");
    let same = printed(&["compare", "checkout", "checkout", "--replications", "2"]);
    assert_eq!(same.matches(" B − A").count(), 0, "{same}");
}

#[test]
fn what_is_wrong_with_a_comparison_is_told() {
    for (arguments, status, told) in [
        (vec!["compare", "checkout"], 2, "there is nothing to compare with"),
        (vec!["compare", "-", "-"], 2, "standard input can be one of the two"),
        (vec!["compare", "checkout", "--set", "mode"], 2, "EDGE.mode=queue"),
        (
            vec!["compare", "checkout", "--set", "orders->payment.charge.mode=queue"],
            1,
            "there is no edge `orders->payment.charge`; did you mean `orders->payments.charge`?",
        ),
        (
            vec!["compare", "checkout", "--set", "orders->email.mode=quue"],
            1,
            "did you mean `queue`?",
        ),
        (vec!["compare", "checkout", "chekout"], 1, "did you mean `checkout`?"),
        (vec!["what-if", "chekout"], 1, "did you mean `checkout`?"),
    ] {
        let output = swim(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}

#[test]
fn an_edge_may_be_named_without_its_operation_where_it_is_the_only_one() {
    let said = |edge: &str| {
        let set = [edge, ".mode=await"].concat();
        let words = ["compare", "checkout", "--set", &set, "--replications", "1", "--json"];
        let output = swim(&words);
        assert_eq!(output.status.code(), Some(0), "{edge}");
        String::from_utf8(output.stdout).unwrap().replace(&set, "")
    };
    assert_eq!(said("orders->payments"), said("orders->payments.charge"));
    // The same of an edge that only a step names.
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "9s"}, "clients": {"c": {"arrivals": "poisson(50/s)"}},
        "services": {"a": {"threads": 1, "operations": {"go": [{"call": "b.x"}]}}, "b": {"threads": 9, "operations": {"x": [{"work": "15ms"}]}}},
        "edges": [{"from": "c", "to": "a.go"}]}"#;
    let path = file("step-only.json", text);
    let words = [
        "compare",
        path.to_str().unwrap(),
        "--set",
        "a->b.mode=await",
        "--replications",
        "2",
    ];
    let told = printed(&words);
    assert!(told.contains("await"), "{told}");
}

#[test]
fn every_edge_with_a_choice_is_flipped_and_ranked() {
    let whole = report(&["what-if", "checkout", "--replications", "3", "--json"]);
    let flips = whole["flips"].as_array().unwrap();
    let edges = report(&["run", "checkout", "--json"])["edges"].clone();
    let mut flipped: Vec<&str> = flips.iter().filter_map(|flip| flip["edge"].as_str()).collect();
    let effects: Vec<f64> = flips.iter().filter_map(|flip| flip["effect"].as_f64()).collect();
    assert!(
        effects.is_sorted_by(|one, other| one >= other) && effects[0] > 0.5,
        "{effects:?}"
    );
    assert_eq!(flipped[0], "orders->email");
    flipped.sort();
    assert_eq!(flipped, map(&edges).keys().map(String::as_str).collect::<Vec<_>>());
    // The same as a comparison of that one flip.
    let compared = report(&[
        "compare",
        "checkout",
        "--set",
        "orders->email.mode=sync",
        "--replications",
        "3",
        "--json",
    ]);
    let (first, client) = (
        &flips[0]["differences"],
        &compared["differences"]["clients"]["shoppers"],
    );
    assert_eq!((&flips[0]["from"], &flips[0]["to"]), (&"queue".into(), &"sync".into()));
    let near = |one: &Value, other: &Value| (one.as_f64().unwrap() - other.as_f64().unwrap()).abs() < 1e-9;
    assert!(near(&first["goodputPerS"], &client["goodputPerS"]));
    assert!(near(&first["responseMeanMs"], &client["responseMs"]["mean"]));
    assert!(near(&first["responseP99Ms"], &client["responseMs"]["p99"]));
    assert!(near(&first["completionMeanMs"], &client["completionMs"]["mean"]));
    assert!(near(&first["blockedS"], &compared["differences"]["totals"]["blockedS"]));
    let page = printed(&["what-if", "checkout", "--replications", "3"]);
    assert!(page.contains("\nno difference: shoppers->gateway\n"), "{page}");
    assert!(
        page.lines()
            .nth(4)
            .is_some_and(|line| line.starts_with("orders->email ")),
        "{page}"
    );
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../../README.md");
    let page = printed(&["what-if", "event-loop"]);
    let table: Vec<&str> = page.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    assert_eq!(table.len(), 4, "{page}");
    for line in table {
        assert!(readme.contains(line.trim_end()), "README.md has no line\n{line}");
    }
}
