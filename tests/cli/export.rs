//! `swim trace --format` and `swim run --format`: for other programs.

use crate::swim::{map, printed, report, swim};
use crate::swim_reading;
use serde_json::Value;
use std::path::Path;

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// The roots of a list of Zipkin's spans.
fn roots(spans: &Value) -> usize {
    let spans = spans.as_array().unwrap().iter();
    spans.filter(|span| span["parentId"].is_null()).count()
}

#[test]
fn as_many_requests_as_are_asked_for() {
    assert_eq!(roots(&json(&["trace", "checkout", "--format", "zipkin"])), 100);
    assert_eq!(
        roots(&json(&["trace", "checkout", "--format", "zipkin", "--requests", "7"])),
        7
    );
    assert_eq!(
        roots(&json(&["trace", "checkout", "--format", "zipkin", "--failed"])),
        1
    );
    let offered = map(&report(&["run", "checkout", "--json"])["clients"])["shoppers"]["offered"].clone();
    let all = json(&["trace", "checkout", "--format", "zipkin", "--requests", "1000000"]);
    assert_eq!(offered, roots(&all));
}

#[test]
fn the_same_request_and_seed_give_the_same_bytes() {
    for format in ["otlp", "jaeger", "zipkin", "chrome", "mermaid"] {
        let words = ["trace", "checkout", "--format", format];
        let once = printed(&words);
        assert_eq!(once, printed(&words));
        assert_ne!(once, printed(&[&words[..], &["--seed", "2"]].concat()), "{format}");
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("checkout.{format}"));
        assert_eq!(printed(&[&words[..], &["-o", file.to_str().unwrap()]].concat()), "");
        assert_eq!(std::fs::read_to_string(file).unwrap(), once, "{format}");
    }
    let output = swim(&["trace", "checkout", "--format", "otlp", "-o", "no/such/folder/x.json"]);
    assert_eq!(output.status.code(), Some(1));
    let output = swim(&["trace", "checkout", "--requests", "3", "--failed"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_report_as_a_table_has_the_numbers_of_its_json() {
    let report = report(&["run", "checkout", "--duration", "20s", "--json"]);
    let table = printed(&["run", "checkout", "--duration", "20s", "--format", "csv"]);
    for (row, value) in [
        (
            "clients,shoppers,responseMs.p99,ms,",
            &report["clients"]["shoppers"]["responseMs"]["p99"],
        ),
        (
            "services,orders,blockedShare,share,",
            &report["services"]["orders"]["blockedShare"],
        ),
        ("totals,,blockedS,s,", &report["totals"]["blockedS"]),
        ("run,,events,,", &report["events"]),
    ] {
        assert!(table.contains(&format!("{row}{value}\n")), "{row}{value}: {table}");
    }
}

#[test]
fn percentiles_end_at_the_largest_response_time() {
    let report = report(&["run", "checkout", "--json"]);
    let text = printed(&["run", "checkout", "--format", "hgrm"]);
    let responses = &report["clients"]["shoppers"]["responseMs"];
    let (max, count) = (responses["max"].as_f64().unwrap(), responses["count"].as_u64().unwrap());
    assert!(
        text.contains(&format!("{max:12.3} 1.000000000000 {count:10}\n")),
        "{text}"
    );
    let output = swim(&["run", "checkout", "--format", "hgrm", "--client", "nobody"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "there is no client `nobody`; there is shoppers\n");
}

#[test]
fn what_does_not_go_together_or_is_not_there_is_told() {
    for (words, status, told) in [
        (
            &["run", "checkout", "--client", "shoppers"][..],
            2,
            "a client is chosen for --format hgrm",
        ),
        (
            &["trace", "checkout", "--requests", "3"],
            2,
            "a story or a diagram is of one request",
        ),
        (
            &["trace", "checkout", "--client", "shoppers", "--number", "99999"],
            1,
            "`shoppers`; the last is 4",
        ),
        (
            &["run", "checkout", "--seed", "-1"],
            2,
            "a seed is a whole number from 0 to 9007199254740991",
        ),
        (
            &["open", "typo.json"],
            1,
            "typo.json: is neither a file nor a link to a scenario",
        ),
        (
            &["open", "https://playground.example/#theme=dark"],
            1,
            "is neither a file nor a link to a scenario",
        ),
        (
            &["link", "checkout", "--from", "chekout"],
            2,
            "--from chekout: there is no example “chekout”",
        ),
    ] {
        let output = swim(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(told), "{words:?}: {said}");
        assert_eq!(
            (output.status.code(), output.stdout),
            (Some(status), Vec::new()),
            "{words:?}"
        );
    }
}

/// The sentences of a story, in which an effect does not stand before its cause.
#[test]
fn a_fallback_comes_after_the_failure_of_what_it_stands_for() {
    let edges = [
        r#""timeout": "100ms", "fallback": {"value": "x"}"#,
        r#""breaker": {"window": 1, "open": "1s"}, "fallback": {"value": "x"}, "timeout": "100ms""#,
    ];
    for (times, edge, expected) in [
        (
            r#""0s""#,
            edges[0],
            &[
                "a gives up (timeout)",
                "a takes its fallback in place of b",
                "a calls d (sync)",
            ][..],
        ),
        (
            r#""0s", "200ms""#,
            edges[1],
            &["a takes its fallback in place of b", "a calls d (sync)"],
        ),
    ] {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "2s"}}, "clients": {{"c": {{"arrivals": {{"times": [{times}]}}}}}},
            "services": {{"a": {{"threads": 2, "operations": {{"go": [{{"call": "b"}}, {{"call": "d"}}]}}}}, "b": {{"work": "500ms"}}, "d": {{"work": "3ms"}}}},
            "edges": [{{"from": "c", "to": "a.go"}}, {{"from": "a", "to": "b", {edge}}}, {{"from": "a", "to": "d"}}]}}"#
        );
        let last = times.matches(',').count().to_string();
        let output = swim_reading(&["trace", "-", "--client", "c", "--number", &last], &text);
        let told = String::from_utf8(output.stdout).unwrap();
        let places: Vec<usize> = expected
            .iter()
            .map(|words| told.find(words).unwrap_or_else(|| panic!("{words}\n{told}")))
            .collect();
        assert!(places.is_sorted(), "{told}");
    }
    // And before the next call over the same edge.
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "2s"}, "clients": {"c": {"arrivals": {"times": ["0s"]}}},
        "services": {"a": {"threads": 2, "operations": {"go": [{"call": "b"}, {"call": "b"}]}}, "b": {"work": "2ms", "fail": 1}},
        "edges": [{"from": "c", "to": "a.go"}, {"from": "a", "to": "b", "fallback": {"value": "x"}}]}"#;
    let told = String::from_utf8(swim_reading(&["trace", "-"], text).stdout).unwrap();
    let at_2ms: Vec<&str> = told
        .lines()
        .filter_map(|line| line.split_once("At 2.0 ms "))
        .map(|(_, what)| what)
        .collect();
    let expected = [
        "a learns that b has failed (error).",
        "a takes its fallback in place of b.",
    ];
    assert_eq!(at_2ms[..2], expected, "{told}");
}
