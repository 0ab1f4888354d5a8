//! Our own format, between its two dresses.
//!
//! ```text
//! {"run": {"duration": "60s"}}   ◀─▶   run:⏎  duration: 60s
//! ```
//!
//! Law: either text is read as the same scenario. Comments are lost.

use super::{Format, Imported};
use crate::scenario::edit::style::Style;
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::Problem;
use crate::scenario::{number, text};

/// A scenario is its own import.
pub fn read(text: &str) -> Result<Imported, Vec<Problem>> {
    text::parse(text)?;
    let mut ignored = Vec::new();
    if !text.trim_start().starts_with('{') && text.contains('#') {
        ignored.push("comments".to_string());
    }
    Ok(Imported {
        format: Format::Scenario,
        scenario: as_json(text).map_err(|problem| vec![problem])?,
        assumptions: Vec::new(),
        ignored,
    })
}

/// A scenario's text as JSON.
pub fn as_json(text: &str) -> Result<String, Problem> {
    Ok(Style::JSON.broken(text, &node::parse(text)?, "") + "\n")
}

/// A scenario's text as YAML, one key a line.
pub fn as_yaml(text: &str) -> Result<String, Problem> {
    let mut yaml = String::new();
    block(&node::parse(text)?, 0, &mut yaml);
    Ok(yaml.trim_start().to_string())
}

/// What fits on a line stands in braces, below the second level.
const WIDTH: usize = 90;

fn block(node: &Node, depth: usize, yaml: &mut String) {
    let flat = flat(node);
    let is_scalar = !matches!(node.value, Value::Map(_) | Value::List(_));
    if is_scalar || flat.len() < 3 || depth > 1 && flat.len() + 2 * depth < WIDTH {
        yaml.push_str(&[" ", &flat, "\n"].concat());
        return;
    }
    let indent = "  ".repeat(depth);
    yaml.push('\n');
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                yaml.push_str(&[&indent, &word(key.text().unwrap_or_default()), ":"].concat());
                block(value, depth + 1, yaml);
            }
        }
        Value::List(items) => {
            for item in items {
                yaml.push_str(&[&indent, "-"].concat());
                block(item, depth + 1, yaml);
            }
        }
        _ => {}
    }
}

fn flat(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let entry = |(key, value): &(Node, Node)| word(key.text().unwrap_or_default()) + ": " + &flat(value);
            let entries: Vec<String> = entries.iter().map(entry).collect();
            ["{", &entries.join(", "), "}"].concat()
        }
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(flat).collect();
            ["[", &items.join(", "), "]"].concat()
        }
        Value::Text(text) => word(text),
        Value::Number(value) => number::print(*value),
        Value::Bool(is) => is.to_string(),
        Value::Null => "null".to_string(),
    }
}

fn word(text: &str) -> String {
    Style {
        quoted: false,
        spaced: false,
    }
    .word(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::gallery;

    #[test]
    fn a_scenario_is_the_same_in_either_dress() {
        for entry in gallery::ENTRIES {
            let scenario = |text: &str| text::parse(text).unwrap().scenario;
            let yaml = as_yaml(entry.text).unwrap();
            assert_eq!(scenario(&yaml), scenario(entry.text), "{yaml}");
            let json = as_json(&yaml).unwrap();
            assert!(json.starts_with('{'));
            assert_eq!(scenario(&json), scenario(entry.text), "{json}");
        }
    }
}
