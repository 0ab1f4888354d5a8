//! Typed access to a tree, with a problem for everything that is not as it should be.
//!
//! Law: nothing is ignored. Every key of a map is known, of a later version, or a problem; every value has its
//! type and its range, or is a problem and a harmless value stands in for it until the problems are shown.

use super::item::Things;
use crate::scenario::node::{Node, Value, place};
use crate::scenario::problem::{Problem, Severity, nearest};
use crate::time::Duration;
use std::collections::BTreeSet;

/// So many errors are told of a text, and so many warnings: finding the place of each takes a while in a long one.
const MOST: usize = 100;

/// Collects problems while a text is read.
pub struct Desk<'a> {
    pub text: &'a str,
    pub root: &'a Node,
    pub problems: Vec<Problem>,
    /// How many of each severity.
    pub told: [usize; 2],
    /// What keys speak of.
    pub things: Things<'a>,
}

/// A map whose keys have been checked.
pub struct Table<'a> {
    pub node: &'a Node,
    entries: &'a [(Node, Node)],
}

impl<'a> Table<'a> {
    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        let entry = self.entries.iter().find(|(name, _)| name.text() == Some(key));
        entry.map(|(_, node)| node)
    }

    /// All keys with their values.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node, &'a Node)> + '_ {
        self.entries
            .iter()
            .filter_map(|(key, node)| key.text().map(|name| (name, key, node)))
    }

    /// Whether a key is there.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl<'a> Desk<'a> {
    /// Notes that this field is wrong.
    pub fn error(&mut self, field: &Node, message: impl Into<String>, fix: impl Into<String>) {
        self.note(field, Severity::Error, message.into(), fix.into());
    }

    /// Notes that this field will not do what its author may think.
    pub fn warn(&mut self, field: &Node, message: impl Into<String>, fix: impl Into<String>) {
        self.note(field, Severity::Warning, message.into(), fix.into());
    }

    fn note(&mut self, node: &Node, severity: Severity, message: String, fix: String) {
        let told = &mut self.told[severity as usize];
        if *told == MOST {
            return;
        }
        *told += 1;
        let (line, column) = place(self.text, node.start);
        let offence = self.text[node.start..node.end]
            .lines()
            .next()
            .unwrap_or("")
            .chars()
            .take(60)
            .collect();
        let problem = Problem {
            path: self.root.path_to(node),
            line,
            column,
            offence,
            message,
            fix,
            severity,
        };
        // In the order of the text.
        let before = |other: &Problem| (other.line, other.column) <= (line, column);
        let at = self.problems.partition_point(before);
        self.problems.insert(at, problem);
    }

    /// Whether anything is wrong so far.
    pub fn failed(&self) -> bool {
        self.told[Severity::Error as usize] > 0
    }

    /// Whether no more errors are told.
    fn is_full(&self) -> bool {
        self.told[Severity::Error as usize] == MOST
    }

    /// A map with exactly these keys allowed; those of a later version are refused by name.
    pub fn table(&mut self, field: &'a Node, known: &[&str], later: &[&str]) -> Option<Table<'a>> {
        let table = self.open_table(field)?;
        for (name, key, _) in table.entries() {
            if self.is_full() {
                break;
            }
            if later.contains(&name) {
                self.error(key, format!("`{name}` is not supported yet"), "leave it out for now");
            } else if !known.contains(&name) {
                let fix = match nearest(name, known.iter().chain(later).copied()) {
                    Some(key) => format!("did you mean `{key}`?"),
                    None => format!("the keys here are {}", quoted(known)),
                };
                self.error(key, format!("there is no key `{name}` here"), fix);
            }
        }
        Some(table)
    }

    /// A map whose keys are names that the author chose.
    pub fn names(&mut self, field: &'a Node) -> Option<Table<'a>> {
        let table = self.open_table(field)?;
        for (name, key, _) in table.entries() {
            let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if name.is_empty() || !name.chars().all(allowed) {
                self.error(
                    key,
                    format!("`{name}` is not a name"),
                    "a name has letters, digits, `_` and `-` only",
                );
            }
        }
        Some(table)
    }

    fn open_table(&mut self, field: &'a Node) -> Option<Table<'a>> {
        let Value::Map(entries) = &field.value else {
            self.error(field, format!("{} stands here", kind(field)), "a map {…} is expected");
            return None;
        };
        let mut names = BTreeSet::new();
        for (key, _) in entries {
            let name = key.text().unwrap_or_default();
            if self.is_full() {
                break;
            }
            if !names.insert(name) {
                self.error(key, format!("`{name}` stands here twice"), "keep one of them");
            }
        }
        Some(Table { node: field, entries })
    }

    /// The items of a list.
    pub fn list(&mut self, field: &'a Node) -> &'a [Node] {
        match &field.value {
            Value::List(items) => items,
            _ => {
                self.error(field, format!("{} stands here", kind(field)), "a list […] is expected");
                &[]
            }
        }
    }

    /// A text, or a problem that says what is expected.
    pub fn text(&mut self, field: &'a Node, expected: &str) -> Option<&'a str> {
        let text = field.text();
        if text.is_none() {
            self.error(
                field,
                format!("{} stands here", kind(field)),
                format!("{expected} is expected"),
            );
        }
        text
    }

    /// A whole number in this range.
    pub fn count(&mut self, field: &Node, least: u64, most: u64) -> u64 {
        match field.value {
            Value::Number(n) if n >= least as f64 && n <= most as f64 && n == libm::floor(n) => n as u64,
            _ => {
                let offence = self.shown(field);
                self.error(
                    field,
                    format!("{offence} is not possible here"),
                    format!("a whole number from {least} to {most}"),
                );
                least.max(1)
            }
        }
    }

    /// A number in this range.
    pub fn number(&mut self, field: &Node, least: f64, most: f64, expected: &str) -> f64 {
        match field.value {
            Value::Number(n) if n >= least && n <= most => n,
            _ => {
                let offence = self.shown(field);
                self.error(field, format!("{offence} is not possible here"), expected.to_string());
                least
            }
        }
    }

    /// A number from 0 to 1.
    pub fn probability(&mut self, field: &Node) -> f64 {
        self.number(field, 0.0, 1.0, "a probability is a number from 0 to 1")
    }

    /// A duration such as `"20ms"`.
    pub fn duration(&mut self, field: &'a Node) -> Duration {
        let Some(text) = self.text(field, "a duration such as \"20ms\"") else {
            return Duration::ZERO;
        };
        match super::dist::duration(text) {
            Ok(duration) => duration,
            Err(wrong) => {
                self.error(field, wrong.message, wrong.fix);
                Duration::ZERO
            }
        }
    }

    /// One of these words; its index.
    pub fn word(&mut self, field: &'a Node, words: &[&str]) -> usize {
        let Some(text) = self.text(field, &quoted(words)) else {
            return 0;
        };
        if let Some(index) = words.iter().position(|word| *word == text) {
            return index;
        }
        let fix = match nearest(text, words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("possible are {}", quoted(words)),
        };
        self.error(field, format!("`{text}` is not possible here"), fix);
        0
    }

    /// The offending text, short enough for a sentence.
    pub fn shown(&self, field: &Node) -> String {
        let text: String = self.text[field.start..field.end].chars().take(40).collect();
        format!("`{}`", text.lines().next().unwrap_or(""))
    }
}

/// `a`, `b` or `c`.
pub fn quoted(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// What a node is, for a sentence.
pub fn kind(node: &Node) -> &'static str {
    match node.value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Text(_) => "a text",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
    }
}
