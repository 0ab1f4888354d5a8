//! Which format a text is of, by what stands in it.

use super::{FORMATS, Format, mermaid, tree};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;

/// The format, or what there is to choose from.
pub fn format_of(text: &str) -> Result<Format, Problem> {
    if text.trim_start().starts_with('<') {
        return match text.contains("<lqn-model") {
            true => Ok(Format::Lqn),
            false => Err(unknown("this XML has no `lqn-model`")),
        };
    }
    if mermaid::is_one(text) {
        return Ok(Format::Mermaid);
    }
    let tree = tree::of(text)?;
    of_tree(&tree).ok_or_else(|| unknown("this is no scenario, and of no format that is read"))
}

fn of_tree(tree: &Node) -> Option<Format> {
    let has = |node: &Node, keys: &[&str]| keys.iter().all(|key| node.get(key).is_some());
    if let Value::List(items) = &tree.value {
        let first = items.first()?;
        // Zipkin's answer to a search is a list of traces.
        let first = tree::items(Some(first)).first().unwrap_or(first);
        return match first {
            first if otlp(first) => Some(Format::Otlp),
            first if has(first, &["traceId", "id"]) => Some(Format::Zipkin),
            first if has(first, &["parent", "child"]) => Some(Format::Dependencies),
            _ => None,
        };
    }
    if tree::text(tree, "format").is_some_and(|format| format.starts_with("sync-or-swim/")) {
        return Some(Format::Scenario);
    }
    if otlp(tree) {
        return Some(Format::Otlp);
    }
    if let Some(first) = tree::items(tree.get("data")).first() {
        return match first {
            first if has(first, &["spans"]) => Some(Format::Jaeger),
            first if has(first, &["parent", "child"]) => Some(Format::Dependencies),
            _ => None,
        };
    }
    if tree.get("asyncapi").is_some() {
        return Some(Format::AsyncApi);
    }
    match &tree.get("services")?.value {
        Value::List(_) => Some(Format::Isotope),
        Value::Map(_) => Some(Format::Compose),
        _ => None,
    }
}

fn otlp(node: &Node) -> bool {
    ["resourceSpans", "resource_spans"]
        .iter()
        .any(|key| node.get(key).is_some())
}

fn unknown(message: &str) -> Problem {
    let forms = FORMATS.map(|(_, name, _, form)| format!("{name} ({form})"));
    Problem::of_all(message.to_string(), &format!("there are {}", forms.join("; ")))
}
