//! Foreign JSON and YAML as trees.
//!
//! ```text
//! {"resourceSpans": …}⏎{"resourceSpans": …}   ▶   [ {…}, {…} ]        one line an export, as collectors write files
//! ```

use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::{Problem, Severity};

/// The tree of a text; a list where each line is a map of its own.
pub fn of(text: &str) -> Result<Node, Problem> {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_whole = |line: &&&str| line.starts_with('{') && line.ends_with('}');
    if lines.len() < 2 || text.len() > node::FOREIGN_LIMIT || lines.iter().filter(is_whole).count() < lines.len() {
        return node::parse_foreign(text);
    }
    let maps: Result<Vec<Node>, Problem> = lines.iter().map(|line| node::parse_foreign(line)).collect();
    match maps {
        Ok(maps) => Ok(Node::of(Value::List(maps))),
        Err(_) => node::parse_foreign(text),
    }
}

/// What a list holds; nothing of anything else.
pub fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// What a map holds; nothing of anything else.
pub fn entries(node: Option<&Node>) -> &[(Node, Node)] {
    match node.map(|node| &node.value) {
        Some(Value::Map(entries)) => entries,
        _ => &[],
    }
}

/// A number, also one in quotes.
pub fn number(node: Option<&Node>) -> Option<f64> {
    let number = match &node?.value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => crate::scenario::number::read(text.trim()),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A whole number that is not negative, also one in quotes; beyond 64 bits there is none.
pub fn whole(node: Option<&Node>) -> Option<u64> {
    match &node?.value {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Number(number) if *number >= 0.0 && *number < 1.8e19 => Some(*number as u64),
        _ => None,
    }
}

/// The text of a key, if it has one that is not empty.
pub fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.text().filter(|text| !text.is_empty())
}

/// What is wrong with a node of this text.
pub fn wrong(text: &str, node: &Node, message: &str, fix: &str) -> Problem {
    let (line, column) = node::place(text, node.start);
    let offence = text.get(node.start..node.end).unwrap_or_default();
    let offence: String = offence.lines().next().unwrap_or_default().chars().take(40).collect();
    Problem {
        path: String::new(),
        line,
        column,
        message: format!("{message}: `{offence}`"),
        offence,
        fix: fix.to_string(),
        severity: Severity::Error,
    }
}
