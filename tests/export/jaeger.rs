//! What Jaeger's user interface is given: its references and processes.

use super::{NAMES, counts, scenario, written};
use serde_json::Value;
use std::collections::BTreeMap;
use sync_or_swim::share::export::Format;

fn items<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} of {value} is no list"))
}

fn kind(span: &Value) -> &str {
    let kind = items(span, "tags").iter().find(|tag| tag["key"] == "span.kind");
    kind.and_then(|tag| tag["value"].as_str()).unwrap()
}

#[test]
fn a_trace_a_request_and_every_span_refers_to_its_parent() {
    for name in NAMES {
        let scenario = scenario(name);
        let written: Value = serde_json::from_str(&written(&scenario, Format::Jaeger)).unwrap();
        let expected = counts(&scenario);
        let traces = items(&written, "data");
        assert_eq!(traces.len(), expected.requests, "{name}");
        let mut spans = 0;
        for trace in traces {
            let by_id: BTreeMap<&str, &Value> = items(trace, "spans")
                .iter()
                .map(|span| (span["spanID"].as_str().unwrap(), span))
                .collect();
            spans += by_id.len();
            for span in by_id.values() {
                assert_eq!(span["traceID"], trace["traceID"]);
                let process = &trace["processes"][span["processID"].as_str().unwrap()];
                assert!(process["serviceName"].is_string(), "{name}: {span}");
                let references = items(span, "references");
                assert_eq!(
                    references.len(),
                    usize::from(kind(span) != "internal"),
                    "{name}: {span}"
                );
                for reference in references {
                    let parent = by_id[reference["spanID"].as_str().unwrap()];
                    let follows = reference["refType"] == "FOLLOWS_FROM";
                    assert!(follows || reference["refType"] == "CHILD_OF", "{name}: {span}");
                    assert!(follows || kind(span) != "consumer", "{name}: {span}");
                    assert!(
                        span["startTime"].as_u64() >= parent["startTime"].as_u64(),
                        "{name}: {span}"
                    );
                }
            }
        }
        assert_eq!(
            spans,
            expected.requests + expected.sendings + expected.executions,
            "{name}"
        );
    }
}
