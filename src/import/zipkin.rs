//! Zipkin's traces (version 2 of its format): a list of spans, or a list of such lists; times in microseconds.
//!
//! ```text
//! client of a   id 7 ┐                     client of a   id 7
//! server of b   id 7 ┘ one id for both ▶   server of b   id 7/server, its parent 7
//! ```

use super::draft::Draft;
use super::span::{Reader, Side, Span};
use super::{trace, tree};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;
use std::collections::BTreeMap;

/// Reads all spans.
pub fn read(tree: &Node) -> Result<Draft, Problem> {
    let traces = tree::items(Some(tree)).iter().flat_map(|item| match &item.value {
        Value::List(spans) => &spans[..],
        _ => std::slice::from_ref(item),
    });
    let mut spans: Vec<Span> = traces.map(one).collect();
    split(&mut spans);
    let mut reader = Reader::default();
    spans.into_iter().try_for_each(|span| reader.add(span))?;
    trace::draft(reader.finish(), "Zipkin trace")
}

/// Gives the server's half of a shared span an id of its own, and its children to it.
fn split(spans: &mut [Span]) {
    let key = |span: &Span| (span.trace.clone(), span.id.clone());
    let clients = spans
        .iter()
        .filter(|span| !span.side.enters())
        .map(|span| (key(span), span.service.clone()));
    let clients: BTreeMap<(String, String), String> = clients.collect();
    let mut servers = BTreeMap::new();
    for span in spans.iter_mut().filter(|span| span.side.enters()) {
        if clients.contains_key(&key(span)) {
            servers.insert(key(span), span.service.clone());
            span.parent = Some(span.id.clone());
            span.id += "/server";
        }
    }
    for span in spans.iter_mut().filter(|span| !span.id.ends_with("/server")) {
        let Some(parent) = &span.parent else { continue };
        let ends = (span.trace.clone(), parent.clone());
        let (Some(client), Some(server)) = (clients.get(&ends), servers.get(&ends)) else {
            continue;
        };
        if *server == span.service || *client != span.service {
            span.parent = Some(ends.1 + "/server");
        }
    }
}

fn one(node: &Node) -> Span {
    let text = |key| tree::text(node, key).unwrap_or_default().to_string();
    let name = |key: &str| node.get(key).and_then(|end| tree::text(end, "serviceName"));
    let [start, duration] = ["timestamp", "duration"].map(|key| tree::whole(node.get(key)).unwrap_or(0));
    Span {
        trace: text("traceId"),
        id: text("id"),
        parent: tree::text(node, "parentId").map(str::to_string),
        service: name("localEndpoint").unwrap_or("unknown").to_string(),
        operation: text("name"),
        side: tree::text(node, "kind").map_or(Side::Inside, Side::parse),
        start: start.saturating_mul(1_000),
        end: start.saturating_add(duration).saturating_mul(1_000),
        failed: node.get("tags").is_some_and(|tags| tags.get("error").is_some()),
        peer: name("remoteEndpoint").map(str::to_string),
        ..Span::default()
    }
}
