//! OTLP traces as JSON (the protobuf mapping of opentelemetry-proto 1.x): one export, or one a line.

use super::draft::Draft;
use super::span::{PEERS, Reader, Side, Span, first_text, tag};
use super::{trace, tree};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;

/// Reads `{"resourceSpans": …}` or a list of such.
pub fn read(tree: &Node) -> Result<Draft, Problem> {
    let mut reader = Reader::default();
    let exports = match &tree.value {
        Value::List(exports) => &exports[..],
        _ => std::slice::from_ref(tree),
    };
    for resource in exports
        .iter()
        .flat_map(|export| list(export, ["resourceSpans", "resource_spans"]))
    {
        let tags = tree::items(resource.get("resource").and_then(|resource| resource.get("attributes")));
        let service = first_text(tags, &["service.name"]).unwrap_or("unknown");
        let scopes = list(resource, ["scopeSpans", "scope_spans"]);
        let scopes = scopes
            .iter()
            .chain(tree::items(resource.get("instrumentationLibrarySpans")));
        for span in scopes.flat_map(|scope| tree::items(scope.get("spans"))) {
            reader.add(one(span, service))?;
        }
    }
    trace::draft(reader.finish(), "OTLP trace")
}

fn list<'a>(node: &'a Node, keys: [&str; 2]) -> &'a [Node] {
    tree::items(node.get(keys[0]).or_else(|| node.get(keys[1])))
}

fn one(node: &Node, service: &str) -> Span {
    let field = |camel: &str, snake: &str| node.get(camel).or_else(|| node.get(snake));
    let text = |camel, snake| field(camel, snake).and_then(Node::text).unwrap_or_default().to_string();
    let tags = tree::items(node.get("attributes"));
    let parent = text("parentSpanId", "parent_span_id");
    // A consumer of a batch has no parent, but a link to each producer.
    let links = tree::items(node.get("links"));
    let link = links
        .iter()
        .find_map(|link| tree::text(link, "spanId").or_else(|| tree::text(link, "span_id")));
    let own = |parent: &str| !parent.is_empty() && parent.bytes().any(|digit| digit != b'0');
    let start = tree::whole(field("startTimeUnixNano", "start_time_unix_nano")).unwrap_or(0);
    let follows = links.iter().any(|link| {
        let kind = tag(tree::items(link.get("attributes")), "opentracing.ref_type");
        let target = tree::text(link, "spanId");
        kind.and_then(Node::text) == Some("follows_from") && target == Some(&parent)
    });
    Span {
        trace: text("traceId", "trace_id"),
        id: text("spanId", "span_id"),
        follows: follows || !own(&parent) && link.is_some(),
        parent: if own(&parent) {
            Some(parent)
        } else {
            link.map(str::to_string)
        },
        service: service.to_string(),
        operation: text("name", "name"),
        side: side(node.get("kind")),
        start,
        end: tree::whole(field("endTimeUnixNano", "end_time_unix_nano"))
            .unwrap_or(0)
            .max(start),
        failed: node
            .get("status")
            .and_then(|status| status.get("code"))
            .is_some_and(is_error),
        peer: first_text(tags, &PEERS).map(str::to_string),
    }
}

fn side(kind: Option<&Node>) -> Side {
    match kind.map(|kind| &kind.value) {
        Some(Value::Text(word)) => Side::parse(word),
        Some(Value::Number(number)) => match *number as i64 {
            2 => Side::Server,
            3 => Side::Client,
            4 => Side::Producer,
            5 => Side::Consumer,
            _ => Side::Inside,
        },
        _ => Side::Inside,
    }
}

fn is_error(code: &Node) -> bool {
    code.text() == Some("STATUS_CODE_ERROR") || tree::number(Some(code)) == Some(2.0)
}
