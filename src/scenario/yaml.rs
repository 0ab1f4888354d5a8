//! YAML as the tree of JSON: no tags, no several documents, and anchors only where another program wrote them.
//!
//! Law: what JSON can say in YAML's words gives the same tree.

use super::node::{DEPTH_LIMIT, Node, Value, problem};
use super::number;
use super::problem::Problem;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::{BTreeMap, BTreeSet};

/// So many values at most come of aliases.
const ALIAS_LIMIT: usize = 100_000;

/// Reads a text of bounded length.
pub fn parse(text: &str) -> Result<Node, Problem> {
    read(text, text, None)
}

/// The same with every alias written out and every `<<` merged into its map, and with closing brackets where other readers
/// of YAML let them stand.
pub fn parse_with_anchors(text: &str) -> Result<Node, Problem> {
    let anchors = Anchors {
        known: BTreeMap::new(),
        room: ALIAS_LIMIT,
    };
    read(text, &with_brackets_inside(text), Some(anchors))
}

/// The text, as long as it was, with a line that is a closing bracket behind the line before: on a line of its own it has to
/// stand further in than its key.
fn with_brackets_inside(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let is_closing = ["]", "}"].contains(&line.trim());
        let is_comment = joined.lines().next_back().is_some_and(|before| before.contains('#'));
        if is_closing && !is_comment && joined.ends_with('\n') {
            joined.pop();
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}

/// What has a name for later use, and how many values may still be used again.
struct Anchors {
    known: BTreeMap<usize, Node>,
    room: usize,
}

fn read(text: &str, source: &str, anchors: Option<Anchors>) -> Result<Node, Problem> {
    let mut reader = Yaml {
        text,
        bytes: Vec::new(),
        depth: 0,
        parser: Parser::new_from_str(source),
        anchors,
    };
    reader.bytes = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(_), _) => {}
            (Event::StreamEnd | Event::DocumentEnd, span) => {
                let fix = "a scenario begins with format: sync-or-swim/1";
                return Err(problem(
                    text,
                    reader.byte(span.start.index()),
                    "the text is empty".to_string(),
                    fix,
                ));
            }
            (event, span) => {
                let node = reader.node(event, span)?;
                return reader.finish(node);
            }
        }
    }
}

struct Yaml<'a> {
    text: &'a str,
    /// Where each character begins.
    bytes: Vec<usize>,
    depth: usize,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: Option<Anchors>,
}

impl<'a> Yaml<'a> {
    fn byte(&self, character: usize) -> usize {
        self.bytes.get(character).copied().unwrap_or(self.text.len())
    }

    /// Where a scalar ends: of one in quotes the parser tells the end of what follows it, comment included.
    fn scalar_end(&self, span: &Span) -> usize {
        let [start, end] = [&span.start, &span.end].map(|mark| self.byte(mark.index()));
        let text = &self.text[start..end];
        let Some(quote @ ('"' | '\'')) = text.chars().next() else {
            return end;
        };
        let mut letters = text.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            let is_escape = letter == '\\' && quote == '"' || letter == '\'' && text[at + 1..].starts_with('\'');
            match letter == quote && !is_escape {
                true => return start + at + 1,
                false if is_escape => drop(letters.next()),
                false => {}
            }
        }
        end
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), Problem> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let message = format!("this is not YAML: {}", error.info());
                Err(problem(
                    self.text,
                    self.byte(error.marker().index()),
                    message,
                    "JSON may be written too",
                ))
            }
            None => Err(problem(
                self.text,
                self.text.len(),
                "the text ends too early".to_string(),
                "",
            )),
        }
    }

    fn finish(mut self, node: Node) -> Result<Node, Problem> {
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(node),
                (_, span) => {
                    let message = "a second document begins here".to_string();
                    return Err(problem(
                        self.text,
                        self.byte(span.start.index()),
                        message,
                        "a file holds one scenario",
                    ));
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<Node, Problem> {
        let start = self.byte(span.start.index());
        if self.depth > DEPTH_LIMIT {
            let message = format!("more than {DEPTH_LIMIT} levels of nesting");
            return Err(problem(self.text, start, message, "a scenario needs far fewer"));
        }
        self.depth += 1;
        let (value, end, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), self.scalar_end(&span), anchor),
            Event::SequenceStart(anchor, _) => {
                let (value, end) = self.list()?;
                (value, end, anchor)
            }
            Event::MappingStart(anchor, _) => {
                let (value, end) = self.map()?;
                (value, end, anchor)
            }
            Event::Alias(anchor) => (self.alias(anchor, start)?, self.byte(span.end.index()), 0),
            _ => return Err(problem(self.text, start, "no value stands here".to_string(), "")),
        };
        self.depth -= 1;
        let node = Node { value, start, end };
        if let Some(anchors) = self.anchors.as_mut().filter(|_| anchor > 0) {
            anchors.known.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// What an alias stands for. It cannot stand for what it is a part of: that is known only at its end.
    fn alias(&mut self, anchor: usize, at: usize) -> Result<Value, Problem> {
        let refused = |message: &str, fix: &str| Err(problem(self.text, at, message.to_string(), fix));
        let Some(anchors) = self.anchors.as_mut() else {
            return refused(
                "an alias stands here",
                "write the value out; anchors and aliases are not read",
            );
        };
        let Some(node) = anchors.known.get(&anchor) else {
            return refused("an alias stands for what it is a part of", "write the value out");
        };
        match anchors.room.checked_sub(size(node)) {
            Some(_) if self.depth + depth(node) > DEPTH_LIMIT => {
                refused("aliases nest too deeply", "write the values out")
            }
            Some(room) => {
                anchors.room = room;
                Ok(node.value.clone())
            }
            None => refused("the aliases stand for more than 100,000 values", "use fewer of them"),
        }
    }

    fn list(&mut self) -> Result<(Value, usize), Problem> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, span) => return Ok((Value::List(items), self.byte(span.end.index()))),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn map(&mut self) -> Result<(Value, usize), Problem> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                let entries = if self.anchors.is_some() {
                    merged(entries)
                } else {
                    entries
                };
                return Ok((Value::Map(entries), self.byte(span.end.index())));
            }
            let key = match event {
                Event::Scalar(text, ..) => Value::Text(text.to_string()),
                _ => {
                    let message = "a key must be a word".to_string();
                    return Err(problem(self.text, self.byte(span.start.index()), message, ""));
                }
            };
            let key = Node {
                value: key,
                start: self.byte(span.start.index()),
                end: self.scalar_end(&span),
            };
            let (event, span) = self.next()?;
            entries.push((key, self.node(event, span)?));
        }
    }
}

/// A map with what its `<<` names, its own keys first (YAML 1.1, "merge key").
fn merged(entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.text() == Some("<<"));
    for (_, value) in merges {
        let maps = match value.value {
            Value::List(maps) => maps,
            value => vec![Node::of(value)],
        };
        for map in maps {
            let Value::Map(more) = map.value else { continue };
            let taken: BTreeSet<String> = own
                .iter()
                .filter_map(|(key, _)| key.text().map(str::to_string))
                .collect();
            own.extend(
                more.into_iter()
                    .filter(|(key, _)| !key.text().is_some_and(|key| taken.contains(key))),
            );
        }
    }
    own
}

/// How many values a tree has.
fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + size(value)).sum::<usize>(),
        _ => 1,
    }
}

/// How many levels a tree has.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Map(entries) => 1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 1,
    }
}

/// A plain scalar by YAML's core schema; anything in quotes is text.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::Text(text.to_string());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match number::read(text) {
            Some(number) if number.is_finite() && !text.starts_with('+') => Value::Number(number),
            _ => Value::Text(text.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scalar_ends_where_it_is_written_to() {
        let text = "a: \"x\\\"y\"   # c\n'it''s': 'b''c' # d\ne: {\"f\" : \"g\" , h: i }\n\"é\": \"ü\" # j\n";
        let Ok(Node {
            value: Value::Map(entries),
            ..
        }) = parse(text)
        else {
            panic!("{text}")
        };
        let written = |node: &Node| text[node.start..node.end].to_string();
        let all: Vec<_> = entries
            .iter()
            .map(|(key, value)| (written(key), written(value)))
            .collect();
        let pair = |key: &str, value: &str| (key.to_string(), value.to_string());
        let expected = [
            pair("a", "\"x\\\"y\""),
            pair("'it''s'", "'b''c'"),
            pair("e", "{\"f\" : \"g\" , h: i }"),
            pair("\"é\"", "\"ü\""),
        ];
        assert_eq!(all, expected);
    }
}
