//! Chrome's trace events: what a thread begins it ends, from the inside out.

use super::{NAMES, counts, scenario, trace, written};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use sync_or_swim::share::export::Format;

#[test]
fn threads_nest_and_every_span_that_began_is_there() {
    for name in NAMES {
        let scenario = scenario(name);
        let written: Value = serde_json::from_str(&written(&scenario, Format::Chrome)).unwrap();
        let mut open: BTreeMap<(u64, u64), Vec<(String, f64)>> = BTreeMap::new();
        let (mut spans, mut requests) = (BTreeSet::new(), 0);
        for event in written["traceEvents"].as_array().unwrap() {
            let thread = (event["pid"].as_u64().unwrap(), event["tid"].as_u64().unwrap());
            let (word, at) = (
                event["name"].as_str().unwrap().to_string(),
                event["ts"].as_f64().unwrap_or(0.0),
            );
            let stack = open.entry(thread).or_default();
            match event["ph"].as_str().unwrap() {
                "B" => {
                    assert!(stack.last().is_none_or(|(_, from)| *from <= at), "{name}: {event}");
                    spans.extend(event["args"]["span"].as_u64());
                    stack.push((word, at));
                }
                "E" => {
                    let (begun, from) = stack.pop().unwrap();
                    assert!(begun == word && from <= at, "{name}: {event}");
                }
                "b" => requests += 1,
                "e" | "s" | "f" | "M" => {}
                other => panic!("{name}: {other}"),
            }
        }
        assert!(open.values().all(Vec::is_empty), "{name}");
        assert_eq!(requests, counts(&scenario).requests, "{name}");
        let did = trace(&scenario).segments;
        let expected: BTreeSet<u64> = did.iter().map(|segment| u64::from(segment.span)).collect();
        assert_eq!(spans, expected, "{name}: spans for which a worker did something");
        assert!(spans.len() > 1, "{name}");
    }
}
