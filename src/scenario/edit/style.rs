//! How a value is written among others.
//!
//! ```text
//! among { "from": "a", "to": "b" }   { "from": "c", "mode": "await" }
//! among {from: a, to: b}             {from: c, mode: await}
//! ```
//!
//! Law: what is written is read as that value, whatever the style.

use crate::scenario::json::quoted;
use crate::scenario::node::{Node, Value};
use crate::scenario::number;

/// What is longer is broken into lines.
const WIDTH: usize = 110;

/// How things look in a text.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether keys and texts are in quotes, as in JSON.
    pub quoted: bool,
    /// Whether there is a space inside of braces.
    pub spaced: bool,
}

impl Style {
    /// The style of JSON as it is written here.
    pub const JSON: Style = Style {
        quoted: true,
        spaced: true,
    };

    /// The style of a text around this place in it.
    pub fn of(text: &str, root: &Node, around: &Node) -> Style {
        let has_quotes = |node: &Node| match &node.value {
            Value::Map(entries) => entries.first().map(|(key, _)| text[key.start..].starts_with('"')),
            _ => None,
        };
        let quoted = has_quotes(around).or(has_quotes(root)).unwrap_or(true);
        let spaced = is_spaced(&text[around.start..around.end]).or(is_spaced(text));
        Style {
            quoted,
            spaced: spaced.unwrap_or(true),
        }
    }

    /// A key, or a text that is a value.
    pub fn word(self, word: &str) -> String {
        match !self.quoted && is_plain(word) {
            true => word.to_string(),
            false => quoted(word),
        }
    }

    /// What stands between brackets.
    pub fn inside(self, open: char, close: char, inside: &str) -> String {
        let space = if self.spaced && open == '{' { " " } else { "" };
        [&open.to_string(), space, inside, space, &close.to_string()].concat()
    }

    /// A value of another text; its lines after the first have this indentation.
    pub fn value(self, text: &str, node: &Node, indent: &str) -> String {
        let flat = self.flat(text, node);
        match indent.len() + flat.len() > WIDTH {
            true => self.broken(text, node, indent),
            false => flat,
        }
    }

    /// A value in one line.
    fn flat(self, text: &str, node: &Node) -> String {
        let (open, items, close) = match self.items(text, node, |node| self.flat(text, node)) {
            Ok(items) => items,
            Err(scalar) => return scalar,
        };
        match items.is_empty() {
            true => [open, close].iter().collect(),
            false => self.inside(open, close, &items.join(", ")),
        }
    }

    /// A map or list with a line for each of its items.
    pub fn broken(self, text: &str, node: &Node, indent: &str) -> String {
        let deeper = indent.to_string() + "  ";
        let (open, items, close) = match self.items(text, node, |node| self.value(text, node, &deeper)) {
            Ok(items) => items,
            Err(scalar) => return scalar,
        };
        let gap = format!(",\n{deeper}");
        format!("{open}\n{deeper}{}\n{indent}{close}", items.join(&gap))
    }

    /// What a map or list holds, each item written so; the whole of anything else.
    fn items(
        self,
        text: &str,
        node: &Node,
        mut written: impl FnMut(&Node) -> String,
    ) -> Result<(char, Vec<String>, char), String> {
        match &node.value {
            Value::Map(entries) => {
                let entry = |(key, value): &(Node, Node)| {
                    [&self.word(key.text().unwrap_or_default()), ": ", &written(value)].concat()
                };
                Ok(('{', entries.iter().map(entry).collect(), '}'))
            }
            Value::List(items) => Ok(('[', items.iter().map(written).collect(), ']')),
            Value::Text(word) => Err(self.word(word)),
            Value::Null => Err("null".to_string()),
            Value::Bool(is) => Err(if *is { "true" } else { "false" }.to_string()),
            Value::Number(_) => Err(text[node.start..node.end].to_string()),
        }
    }
}

/// Whether braces in one line have spaces inside.
fn is_spaced(text: &str) -> Option<bool> {
    let behind = text.match_indices('{').map(|(at, _)| &text[at + 1..]);
    let mut told = behind.filter(|rest| !rest.starts_with(['\n', '\r', '}']));
    told.next().map(|rest| rest.starts_with(' '))
}

/// Whether YAML reads a text without quotes as that text, in braces as well.
fn is_plain(word: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.>/()%".contains(letter);
    word.starts_with(|first: char| first.is_ascii_alphanumeric())
        && word.chars().all(plain)
        && !["true", "false", "null"].contains(&word)
        && number::read(word).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{json, node};
    use proptest::prelude::*;

    #[test]
    fn the_same_value_in_every_style() {
        let text = r#"{"from":"a-1","rate":"5/s","n":[1.50,true],"dist":"uniform(1ms, 2ms)","key":"12","none":{}}"#;
        let node = json::parse(text).unwrap();
        let written = |quoted, spaced| Style { quoted, spaced }.value(text, &node, "");
        assert_eq!(
            written(true, true),
            r#"{ "from": "a-1", "rate": "5/s", "n": [1.50, true], "dist": "uniform(1ms, 2ms)", "key": "12", "none": {} }"#
        );
        assert_eq!(
            written(false, false),
            r#"{from: a-1, rate: 5/s, n: [1.50, true], dist: "uniform(1ms, 2ms)", key: "12", none: {}}"#
        );
    }

    #[test]
    fn what_does_not_fit_into_a_line_is_broken() {
        let items = ["\"twenty letters in it\""; 4].join(",");
        let text = format!("[[{items}],[1,2,3]]");
        let node = json::parse(&text).unwrap();
        let items = items.replace(',', ", ");
        assert_eq!(
            Style::JSON.value(&text, &node, "  "),
            format!("[\n    [{items}],\n    [1, 2, 3]\n  ]")
        );
    }

    proptest! {
        #[test]
        fn every_text_is_read_as_it_was(word in "\\PC*|[a-z0-9:,.{}\\[\\]#&*!|>'\"%@` \n\t\\\\-]*", quoted: bool) {
            let style = Style { quoted, spaced: true };
            let text = ["# a comment\n{a: ", &style.word(&word), "}"].concat();
            let tree = node::parse(&text).map_err(|problem| TestCaseError::fail(problem.to_string()))?;
            prop_assert_eq!(tree.get("a").and_then(Node::text), Some(word.as_str()));
        }
    }
}
