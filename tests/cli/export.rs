//! `swim trace --format` and `swim run --format`: for other programs.

use crate::swim::{map, printed, report, swim};
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
