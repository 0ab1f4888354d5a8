//! Traces as Jaeger's interface gives and saves them: `{"data": [{"spans": […], "processes": {…}}]}`, times in microseconds.

use super::draft::Draft;
use super::span::{PEERS, Reader, Side, Span, first_text, tag};
use super::{trace, tree};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;
use std::collections::BTreeMap;

/// Reads all traces of an answer or a saved file.
pub fn read(tree: &Node) -> Result<Draft, Problem> {
    let mut reader = Reader::default();
    let data = tree.get("data").unwrap_or(tree);
    let traces = match &data.value {
        Value::List(traces) => &traces[..],
        _ => std::slice::from_ref(data),
    };
    for trace in traces {
        let names = tree::entries(trace.get("processes")).iter();
        let names = names.filter_map(|(key, process)| Some((key.text()?, tree::text(process, "serviceName")?)));
        let processes: BTreeMap<&str, &str> = names.collect();
        for span in tree::items(trace.get("spans")) {
            let own = span
                .get("process")
                .and_then(|process| tree::text(process, "serviceName"));
            let service = own.or_else(|| processes.get(tree::text(span, "processID")?).copied());
            reader.add(one(span, service.unwrap_or("unknown")))?;
        }
    }
    trace::draft(reader.finish(), "Jaeger trace")
}

fn one(node: &Node, service: &str) -> Span {
    let text = |key| tree::text(node, key).unwrap_or_default().to_string();
    let tags = tree::items(node.get("tags"));
    let is = |reference: &&Node, kind| tree::text(reference, "refType") == Some(kind);
    let references = tree::items(node.get("references"));
    let child = references.iter().find(|reference| is(reference, "CHILD_OF"));
    let after = references.iter().find(|reference| is(reference, "FOLLOWS_FROM"));
    let parent = child.or(after).and_then(|reference| tree::text(reference, "spanID"));
    let parent = parent.or_else(|| tree::text(node, "parentSpanID"));
    let [start, duration] = ["startTime", "duration"].map(|key| tree::whole(node.get(key)).unwrap_or(0));
    let error = tag(tags, "error").map(|error| &error.value);
    Span {
        trace: text("traceID"),
        id: text("spanID"),
        parent: parent.map(str::to_string),
        follows: child.is_none() && after.is_some(),
        service: service.to_string(),
        operation: text("operationName"),
        side: first_text(tags, &["span.kind"]).map_or(Side::Inside, Side::parse),
        start: start.saturating_mul(1_000),
        end: start.saturating_add(duration).saturating_mul(1_000),
        failed: error == Some(&Value::Bool(true)) || error == Some(&Value::Text("true".to_string())),
        peer: first_text(tags, &PEERS).map(str::to_string),
    }
}
