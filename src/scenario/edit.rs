//! Changes of a text that leave everything else as its author wrote it.
//!
//! ```text
//! { "from": "a", "to": "b", "mode": "sync" }  // set mode   ▶   { "from": "a", "to": "b", "mode": "queue" }
//! ```
//!
//! Law: outside the place that changes, not a byte does.

use super::model::{Edge, Mode};
use super::node::{self, Node, Value};
use super::problem::Problem;
use super::text;

/// The text with an edge in another mode. An edge that only a step implies is written out.
pub fn set_mode(text: &str, edge_name: &str, mode: Mode) -> Result<String, Vec<Problem>> {
    set_edge(text, edge_name, "mode", &format!("\"{}\"", mode.word()))
}

/// The text with one key of an edge set to a value, which is given as JSON.
pub fn set_edge(text: &str, edge_name: &str, key: &str, json: &str) -> Result<String, Vec<Problem>> {
    let scenario = text::parse(text)?.scenario;
    let root = node::parse(text).map_err(|problem| vec![problem])?;
    let Some(index) = scenario.edges.iter().position(|edge| edge.name == edge_name) else {
        return Ok(text.to_string());
    };
    let edge = &scenario.edges[index];
    let changed = match (root.get("edges"), edge.declared) {
        (Some(edges), true) => match &edges.value {
            Value::List(items) => set_key(text, &items[index], key, json),
            _ => text.to_string(),
        },
        (edges, _) => add_edge(text, &root, edges, edge, key, json),
    };
    Ok(changed)
}

/// The text with `bytes` replaced.
fn replaced(text: &str, start: usize, end: usize, by: &str) -> String {
    [&text[..start], by, &text[end..]].concat()
}

/// A map with a key set: the value is exchanged, or the key comes last.
fn set_key(text: &str, map: &Node, key: &str, json: &str) -> String {
    if let Some(value) = map.get(key) {
        return replaced(text, value.start, value.end, json);
    }
    let Value::Map(entries) = &map.value else {
        return text.to_string();
    };
    let Some((first, _)) = entries.first() else {
        return text.to_string();
    };
    let (last_key, last) = &entries[entries.len() - 1];
    let end = last.start + text[last.start..last.end].trim_end().len();
    if map.is_flow(text) {
        let break_before = text[..last_key.start]
            .rfind('\n')
            .filter(|at| text[at + 1..last_key.start].trim().is_empty());
        let gap = break_before.map_or(" ", |at| &text[at..last_key.start]);
        let quoted = if text[first.start..].starts_with('"') {
            format!("\"{key}\"")
        } else {
            key.to_string()
        };
        return replaced(text, end, end, &format!(",{gap}{quoted}: {json}"));
    }
    let indent = indentation(text, first.start);
    replaced(text, end, end, &format!("\n{indent}{key}: {json}"))
}

/// As many spaces as there are characters before this byte on its line.
fn indentation(text: &str, byte: usize) -> String {
    let line = text[..byte].rfind('\n').map_or(0, |newline| newline + 1);
    " ".repeat(text[line..byte].chars().count())
}

/// The text with one more edge at the end of the list, or with a list of this one edge.
fn add_edge(text: &str, root: &Node, edges: Option<&Node>, edge: &Edge, key: &str, json: &str) -> String {
    let (from, to) = edge.name.split_once("->").unwrap_or((&edge.name, ""));
    let written = format!("{{ \"from\": \"{from}\", \"to\": \"{to}\", \"{key}\": {json} }}");
    let Some(edges) = edges else {
        return set_key(text, root, "edges", &format!("[{written}]"));
    };
    let Value::List(items) = &edges.value else {
        return text.to_string();
    };
    let Some(last) = items.last() else {
        return replaced(text, edges.start, edges.end, &format!("[{written}]"));
    };
    let end = last.start + text[last.start..last.end].trim_end().len();
    let indent = indentation(text, last.start);
    if edges.is_flow(text) {
        return replaced(text, end, end, &format!(",\n{indent}{written}"));
    }
    let dash = indent.len().saturating_sub(2);
    replaced(text, end, end, &format!("\n{}- {written}", " ".repeat(dash)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::gallery::ENTRIES;

    const HEAD: &str = "{\"format\": \"sync-or-swim/1\", \"run\": {\"duration\": \"1s\"},\n\
        \"clients\": {\"c\": {\"arrivals\": \"poisson(5/s)\"}},\n\
        \"services\": {\"a\": {\"operations\": {\"default\": [{\"call\": \"b\"}]}}, \"b\": {}},\n";

    fn check(edges: &str, edge: &str, expected: &str) {
        let text = format!("{HEAD}{edges}}}");
        let changed = set_mode(&text, edge, Mode::Queue).unwrap();
        assert_eq!(changed, format!("{HEAD}{expected}}}"));
        let scenario = text::parse(&changed).unwrap().scenario;
        assert_eq!(scenario.edge(scenario.edge_named(edge).unwrap()).mode, Mode::Queue);
    }

    #[test]
    fn a_mode_that_is_written_is_exchanged() {
        check(
            "\"edges\": [{\"from\":\"c\",\"to\":\"a\"},\n  {\"mode\" :  \"sync\", \"from\": \"a\", \"to\": \"b\"} ]",
            "a->b",
            "\"edges\": [{\"from\":\"c\",\"to\":\"a\"},\n  {\"mode\" :  \"queue\", \"from\": \"a\", \"to\": \"b\"} ]",
        );
    }

    #[test]
    fn a_mode_that_is_not_written_comes_last() {
        check(
            "\"edges\": [{\"from\":\"c\",\"to\":\"a\"}, {\"from\": \"a\", \"to\": \"b\" }]",
            "a->b",
            "\"edges\": [{\"from\":\"c\",\"to\":\"a\"}, {\"from\": \"a\", \"to\": \"b\", \"mode\": \"queue\" }]",
        );
        check(
            "\"edges\": [{\n    \"from\": \"c\",\n    \"to\": \"a\"\n  }]",
            "c->a",
            "\"edges\": [{\n    \"from\": \"c\",\n    \"to\": \"a\",\n    \"mode\": \"queue\"\n  }]",
        );
    }

    #[test]
    fn an_implied_edge_is_written_out() {
        check(
            "\"edges\": [\n  {\"from\":\"c\",\"to\":\"a\"}\n]",
            "a->b",
            "\"edges\": [\n  {\"from\":\"c\",\"to\":\"a\"},\n  { \"from\": \"a\", \"to\": \"b\", \"mode\": \"queue\" }\n]",
        );
    }

    #[test]
    fn yaml_stays_yaml() {
        let yaml = "format: sync-or-swim/1\nrun: {duration: 1s}\nclients:\n  c: {arrivals: poisson(5/s)}\nservices:\n  a:\n    operations: {default: [{call: b}]}\n  b: {}\nedges:\n  - from: c   # the door\n    to: a\n  - {from: a, to: b}\n";
        let once = set_mode(yaml, "a->b", Mode::Await).unwrap();
        assert_eq!(
            once,
            yaml.replace("{from: a, to: b}", "{from: a, to: b, mode: \"await\"}")
        );
        let twice = set_mode(&once, "c->a", Mode::Oneway).unwrap();
        assert_eq!(twice, once.replace("    to: a\n", "    to: a\n    mode: \"oneway\"\n"));
        let modes: Vec<Mode> = text::parse(&twice)
            .unwrap()
            .scenario
            .edges
            .iter()
            .map(|edge| edge.mode)
            .collect();
        assert_eq!(modes, [Mode::Oneway, Mode::Await]);
    }

    #[test]
    fn every_edge_of_the_gallery_can_take_every_mode_and_back() {
        for entry in ENTRIES {
            let scenario = text::parse(entry.text).unwrap().scenario;
            for edge in &scenario.edges {
                for mode in edge.modes() {
                    let changed = set_mode(entry.text, &edge.name, mode).unwrap();
                    let mut expected = scenario.clone();
                    let id = expected.edge_named(&edge.name).unwrap();
                    expected.edges[id.0 as usize].mode = mode;
                    let read = text::parse(&changed).unwrap().scenario;
                    let now = read.edge_named(&edge.name).map(|id| read.edge(id).mode);
                    assert_eq!(
                        (now, read.services.len()),
                        (Some(mode), expected.services.len()),
                        "{} {}",
                        entry.id,
                        edge.name
                    );
                }
            }
        }
    }
}
