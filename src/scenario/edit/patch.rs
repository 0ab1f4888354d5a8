//! A value put into a text, or taken out of it, with its comma or its line.
//!
//! ```text
//! {"a": 1, "b": 2}   − b   ▶   {"a": 1}          a: 1    # one            a: 1    # one
//!                    + c   ▶   {"a": 1, "c": 3}  b: 2    # two   + c  ▶   b: 2    # two
//!                                                                         c: 3
//! ```
//!
//! Law: the tree of the text that comes out is as it shall be, or the text cannot be changed here and nobody has it; and
//! outside of the place not a byte changes.

use super::path::{self, Key};
use super::style::Style;
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::Problem;

/// A text with its tree.
pub struct Text<'a> {
    text: &'a str,
    root: Node,
}

/// What comes into a map or list.
struct New<'a> {
    key: &'a Key,
    /// The text of the value.
    source: &'a str,
    value: Node,
    /// How deep the map or list lies.
    depth: usize,
    /// Whether the value is a part of the file with what belongs there.
    is_section: bool,
}

impl New<'_> {
    /// The value, behind its key where it has one.
    fn child(&self, style: Style, colon: &str, written: &str) -> String {
        match self.key {
            Key::Name(name) => [&style.word(name), colon, written].concat(),
            Key::Index(_) => written.to_string(),
        }
    }
}

/// A text with a value at a place; the value is that of another text.
pub fn set(text: &str, at: &[Key], (source, value): (&str, &Node)) -> Result<String, Problem> {
    let here = Text::new(text)?;
    // Where nothing is written on the way, all that is missing takes its place.
    let is_nothing =
        |depth: &usize| path::find(&here.root, &at[..*depth]).is_some_and(|node| node.value == Value::Null);
    let depth = (1..at.len()).find(is_nothing).unwrap_or(at.len());
    let (at, value) = (&at[..depth], &wrapped(&at[depth..], value));
    let mut goal = here.root.clone();
    path::with(&mut goal, at, value);
    let changed = match path::find(&here.root, at) {
        Some(_) => here.exchanged(at, source, value),
        None => here.grown(at, source, value),
    };
    checked(changed, &goal)
}

/// A value inside of the maps and lists that a path leads through.
fn wrapped(at: &[Key], value: &Node) -> Node {
    at.iter().rev().fold(value.clone(), |value, key| {
        Node::of(match key {
            Key::Name(name) => Value::Map(vec![(Node::of(Value::Text(name.clone())), value)]),
            Key::Index(_) => Value::List(vec![value]),
        })
    })
}

/// A text with nothing at a place.
pub fn remove(text: &str, at: &[Key]) -> Result<String, Problem> {
    let here = Text::new(text)?;
    let mut goal = here.root.clone();
    path::without(&mut goal, at);
    checked(here.shrunk(at), &goal)
}

/// A text, if it is read as it shall be.
fn checked(changed: Option<String>, goal: &Node) -> Result<String, Problem> {
    let read = |changed: &String| node::parse(changed).is_ok_and(|root| path::same(&root, goal));
    changed.filter(read).ok_or_else(|| {
        let message = "the text is written in a way that cannot be changed from here".to_string();
        Problem::of_all(message, "change the text itself")
    })
}

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Result<Text<'a>, Problem> {
        let root = node::parse(text)?;
        Ok(Text { text, root })
    }

    fn replaced(&self, start: usize, end: usize, by: &str) -> Option<String> {
        let (before, after) = (self.text.get(..start)?, self.text.get(end..)?);
        Some([before, by, after].concat())
    }

    /// With another value in the place of one.
    fn exchanged(&self, at: &[Key], source: &str, value: &Node) -> Option<String> {
        let (last, above) = at.split_last()?;
        let (owner, old) = (path::find(&self.root, above)?, path::find(&self.root, at)?);
        let style = Style::of(self.text, &self.root, owner);
        let key = self.key(owner, last);
        let start = key.map_or(old.start, |key| key.start);
        let deeper = if owner.is_flow(self.text) { "" } else { "  " };
        let new = style.value(source, value, &(self.indent(start) + deeper));
        let end = self.tail(key, old);
        match key.filter(|key| old.start == old.end || self.text[key.end..old.start].contains('\n')) {
            Some(key) => self.replaced(self.colon(key)?, end, &format!(" {new}")),
            None => self.replaced(old.start, end, &new),
        }
    }

    /// With a value where nothing was: in the last map or list that is on the way.
    fn grown(&self, at: &[Key], source: &str, value: &Node) -> Option<String> {
        let there = |depth: &usize| path::find(&self.root, &at[..*depth]).is_some();
        let depth = (0..at.len()).rev().find(there)?;
        let owner = path::find(&self.root, &at[..depth])?;
        let new = New {
            key: &at[depth],
            source,
            value: wrapped(&at[depth + 1..], value),
            depth,
            is_section: depth == 0 && at.len() > 1,
        };
        match children(owner).last() {
            None => self.first(owner, &new),
            Some(_) if owner.is_flow(self.text) => self.beside(owner, &new),
            Some((key, child)) => self.below(owner, *key, child, &new),
        }
    }

    /// With the first child of an empty map or list. Those of a section have lines of their own.
    fn first(&self, owner: &Node, new: &New) -> Option<String> {
        let style = Style::of(self.text, &self.root, &self.root);
        let (open, close) = match owner.value {
            Value::Map(_) => ('{', '}'),
            _ => ('[', ']'),
        };
        let indent = self.indent(self.line_of_key(owner));
        let breaks = new.depth == 1 && self.root.is_flow(self.text) && !indent.is_empty();
        let child = |indent: &str| new.child(style, ": ", &style.value(new.source, &new.value, indent));
        let deeper = [&indent[..], &indent].concat();
        let written = match breaks {
            true => format!("{open}\n{deeper}{}\n{indent}{close}", child(&deeper)),
            false => style.inside(open, close, &child(&indent)),
        };
        self.replaced(owner.start, owner.end, &written)
    }

    /// With one more child in brackets, behind the last.
    fn beside(&self, owner: &Node, new: &New) -> Option<String> {
        let style = Style::of(self.text, &self.root, owner);
        let gap = self.gap(owner);
        let indent = gap.rsplit('\n').next().unwrap_or_default();
        let written = match new.is_section && gap.contains('\n') {
            true => style.broken(new.source, &new.value, indent),
            false => style.value(new.source, &new.value, indent),
        };
        let (key, last) = children(owner).pop()?;
        let colon = key.map(|key| &self.text[key.end..last.start]);
        let colon = colon.filter(|between| between.trim() == ":" && !between.contains('\n'));
        let end = self.tail(key, last);
        let child = new.child(style, colon.unwrap_or(": "), &written);
        self.replaced(end, end, &[",", &gap, &child].concat())
    }

    /// With one more child in a line of its own, below the last.
    fn below(&self, owner: &Node, key: Option<&Node>, last: &Node, new: &New) -> Option<String> {
        let style = Style::of(self.text, &self.root, owner);
        let start = key.map_or(last.start, |key| key.start);
        let indent = self.indent(self.dash(key, start));
        let deeper = indent.clone() + "  ";
        let child = match new.is_section {
            true => new.child(style, ":", &self.block(style, new, &deeper)),
            false => new.child(style, ": ", &style.value(new.source, &new.value, &deeper)),
        };
        let dash = if key.is_none() { "- " } else { "" };
        let end = self.line_end(self.tail(key, last));
        self.replaced(end, end, &[self.newline(), &indent, dash, &child].concat())
    }

    /// A section of which each child has a line of its own.
    fn block(&self, style: Style, section: &New, indent: &str) -> String {
        let deeper = indent.to_string() + "  ";
        let lines = children(&section.value).into_iter().map(|(key, child)| {
            let written = style.value(section.source, child, &deeper);
            let begin = match key.and_then(Node::text) {
                Some(name) => style.word(name) + ": ",
                None => "- ".to_string(),
            };
            [self.newline(), indent, &begin, &written].concat()
        });
        lines.collect()
    }

    /// What stands between the comma behind a child in brackets and the next: as before the last one.
    fn gap(&self, owner: &Node) -> String {
        let children = children(owner);
        let start = |(key, child): &(Option<&Node>, &Node)| key.map_or(child.start, |key| key.start);
        let between = match &children[..] {
            [.., before, last] => &self.text[self.tail(before.0, before.1)..start(last)],
            [only] => &self.text[owner.start + 1..start(only)],
            [] => "",
        };
        match between.trim() {
            "," => between.trim_start().trim_start_matches(',').to_string(),
            "" if between.contains('\n') => between.to_string(),
            _ => " ".to_string(),
        }
    }

    /// Without what stands there.
    fn shrunk(&self, at: &[Key]) -> Option<String> {
        let Some(child) = path::find(&self.root, at) else {
            return Some(self.text.to_string());
        };
        let (last, above) = at.split_last()?;
        let owner = path::find(&self.root, above)?;
        let children = children(owner);
        let index = children.iter().position(|(_, other)| std::ptr::eq(*other, child))?;
        let key = self.key(owner, last);
        let start = |(key, child): &(Option<&Node>, &Node)| key.map_or(child.start, |key| key.start);
        let end = self.tail(key, child);
        match (owner.is_flow(self.text), index.checked_sub(1), children.get(index + 1)) {
            (true, None, None) => self.replaced(owner.start + 1, owner.end - 1, ""),
            (true, _, Some(next)) => self.replaced(start(&children[index]), start(next), ""),
            (true, Some(before), None) => {
                let before = &children[before];
                self.replaced(self.tail(before.0, before.1), end, "")
            }
            (false, None, None) => self.emptied(above, owner, end),
            (false, _, next) => {
                let first = self.dash(key, start(&children[index]));
                match (self.begins_line(first), next) {
                    (true, _) => self.without_lines(first, end),
                    (false, Some(next)) => self.replaced(first, self.dash(next.0, start(next)), ""),
                    (false, None) => None,
                }
            }
        }
    }

    /// Without the lines from one byte to another.
    fn without_lines(&self, first: usize, last: usize) -> Option<String> {
        let start = self.line_start(first);
        match self.text[last..].find('\n') {
            Some(newline) => self.replaced(start, last + newline + 1, ""),
            // The last line of a text may have no end.
            None => self.replaced(
                self.text[..start].trim_end_matches(['\r', '\n']).len(),
                self.text.len(),
                "",
            ),
        }
    }

    /// With a block map or list that has lost its only child.
    fn emptied(&self, at: &[Key], owner: &Node, end: usize) -> Option<String> {
        let empty = match owner.value {
            Value::Map(_) => "{}",
            _ => "[]",
        };
        let above = at
            .split_last()
            .and_then(|(last, above)| self.key(path::find(&self.root, above)?, last));
        match above {
            Some(key) => self.replaced(self.colon(key)?, end, &format!(" {empty}")),
            None => self.replaced(owner.start, end, empty),
        }
    }

    /// The node of a key of a map.
    fn key<'n>(&self, owner: &'n Node, key: &Key) -> Option<&'n Node> {
        let (Key::Name(name), Value::Map(entries)) = (key, &owner.value) else {
            return None;
        };
        entries.iter().map(|(key, _)| key).find(|key| key.text() == Some(name))
    }

    /// Behind the colon of a key.
    fn colon(&self, key: &Node) -> Option<usize> {
        self.text[key.end..].find(':').map(|at| key.end + at + 1)
    }

    /// Behind the last byte of a value, without the spaces and comments that follow it.
    fn tail(&self, key: Option<&Node>, node: &Node) -> usize {
        if let Some((key, last)) = children(node).pop().filter(|_| !node.is_flow(self.text)) {
            return self.tail(key, last);
        }
        match (key, node.start == node.end) {
            (Some(key), true) => self.colon(key).unwrap_or(node.end),
            _ => node.start + self.text[node.start..node.end].trim_end().len(),
        }
    }

    /// Where a child begins: at its key, or at its dash.
    fn dash(&self, key: Option<&Node>, start: usize) -> usize {
        match key {
            Some(_) => start,
            None => self.text[..start].rfind('-').unwrap_or(start),
        }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The end of a line, comment included.
    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline);
        at + self.text[at..end].trim_end_matches('\r').len()
    }

    fn begins_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].trim().is_empty()
    }

    /// As many spaces as there are characters before this byte on its line, if only spaces and dashes are there; else as
    /// many as the line begins with.
    fn indent(&self, at: usize) -> String {
        let before = &self.text[self.line_start(at)..at];
        let inner = before.trim_start_matches([' ', '-']);
        " ".repeat(before.len() - inner.len())
    }

    /// Where the line of a map or list begins to say something.
    fn line_of_key(&self, owner: &Node) -> usize {
        let start = self.line_start(owner.start);
        let line = &self.text[start..];
        start + (line.len() - line.trim_start_matches(' ').len())
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// The children of a map, with their keys, or of a list.
pub fn children(node: &Node) -> Vec<(Option<&Node>, &Node)> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|(key, value)| (Some(key), value)).collect(),
        Value::List(items) => items.iter().map(|item| (None, item)).collect(),
        _ => Vec::new(),
    }
}

/// A text in which these words are others.
pub fn spelt<'a>(text: &str, root: &Node, found: impl Iterator<Item = (&'a Node, String)>) -> String {
    let mut words: Vec<(&Node, String)> = Vec::new();
    for word in found {
        let at = words.partition_point(|(node, _)| node.start < word.0.start);
        words.insert(at, word);
    }
    let mut spelt = String::new();
    let mut at = 0;
    for (node, word) in words {
        let old = &text[node.start..node.end];
        spelt += &text[at..node.start];
        spelt += &match old.chars().next() {
            Some('\'') => ["'", &word, "'"].concat(),
            first => Style {
                quoted: first == Some('"'),
                ..Style::of(text, root, root)
            }
            .word(&word),
        };
        at = node.end;
    }
    spelt + &text[at..]
}
