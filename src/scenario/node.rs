//! A text as a tree in which every value knows where it stands; JSON and YAML give the same tree.
//!
//! ```text
//! {"services": {"a": {"threads": 8}}}   ▶   Map [ "services" @1:2 → Map [ "a" → Map [ "threads" → Number 8 @1:31 ] ] ]
//! ```
//!
//! Law: any text gives a tree or one problem with its place, never a panic, however long or deep it is.

use super::problem::{Problem, Severity};

/// The longest text that is read, in bytes.
pub const LENGTH_LIMIT: usize = 4_000_000;
/// The longest text of another program that is read, in bytes.
pub const FOREIGN_LIMIT: usize = 16_000_000;
/// The deepest nesting that is read.
pub const DEPTH_LIMIT: usize = 64;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    /// The bytes of the text that it takes, from the first up to the one behind the last.
    pub start: usize,
    pub end: usize,
}

/// What a node says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    /// Keys in the order of the text; each key is a text node.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// A value that stands nowhere yet.
    pub fn of(value: Value) -> Node {
        let (start, end) = (0, 0);
        Node { value, start, end }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries
                .iter()
                .find(|(name, _)| name.text() == Some(key))
                .map(|(_, node)| node),
            _ => None,
        }
    }

    /// The text of a text node.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Where a node of this tree lies: `services.orders.threads`, `edges[2].mode`. A key lies where its value does.
    pub fn path_to(&self, goal: &Node) -> String {
        let path = self.steps_to(goal).unwrap_or_default();
        path.trim_start_matches('.').to_string()
    }

    fn steps_to(&self, goal: &Node) -> Option<String> {
        if std::ptr::eq(self, goal) {
            return Some(String::new());
        }
        match &self.value {
            // Backwards from where it can first be: the first subtree that is searched has it.
            Value::List(items) => items.iter().enumerate().rev().find_map(|(index, item)| {
                if item.start > goal.start {
                    return None;
                }
                let rest = item.steps_to(goal)?;
                Some(format!("[{index}]{rest}"))
            }),
            Value::Map(entries) => entries.iter().rev().find_map(|(key, value)| {
                if key.start > goal.start {
                    return None;
                }
                let is_key = std::ptr::eq(key, goal);
                let rest = if is_key { String::new() } else { value.steps_to(goal)? };
                Some(format!(".{}{rest}", key.text().unwrap_or_default()))
            }),
            _ => None,
        }
    }

    /// Whether the text is written in braces, as JSON, or by indentation.
    pub fn is_flow(&self, text: &str) -> bool {
        text[self.start..].starts_with(['{', '['])
    }
}

/// Line and column of a byte, both from 1.
pub fn place(text: &str, byte: usize) -> (u32, u32) {
    let before = &text[..floor_char(text, byte)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() as u32 + 1,
        before[line_start..].chars().count() as u32 + 1,
    )
}

fn floor_char(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    (0..=byte).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// A problem with the text as a whole, at this byte.
pub(super) fn problem(text: &str, byte: usize, message: String, fix: &str) -> Problem {
    let (line, column) = place(text, byte);
    let start = floor_char(text, byte);
    let offence = text[start..].lines().next().unwrap_or("").chars().take(40).collect();
    Problem {
        path: String::new(),
        line,
        column,
        offence,
        message,
        fix: fix.to_string(),
        severity: Severity::Error,
    }
}

/// Reads JSON if the text begins with a brace, YAML otherwise.
pub fn parse(text: &str) -> Result<Node, Problem> {
    bounded(text, LENGTH_LIMIT, "at most 4,000,000 bytes are read")?;
    let text_begins = text.trim_ascii_start();
    if text_begins.is_empty() {
        let fix = "a scenario begins with {\"format\": \"sync-or-swim/1\"";
        return Err(problem(text, 0, "the text is empty".to_string(), fix));
    }
    if text_begins.starts_with('{') {
        super::json::parse(text)
    } else {
        super::yaml::parse(text)
    }
}

/// Reads what other programs wrote: JSON that may begin with a bracket, or YAML with anchors, which are written out.
pub fn parse_foreign(text: &str) -> Result<Node, Problem> {
    bounded(text, FOREIGN_LIMIT, "at most 16,000,000 bytes are read")?;
    match text.trim_ascii_start().starts_with(['{', '[']) {
        true => super::json::parse(text),
        false => super::yaml::parse_with_anchors(text),
    }
}

fn bounded(text: &str, limit: usize, fix: &str) -> Result<(), Problem> {
    if text.len() > limit {
        let message = format!("the text is {} bytes long", text.len());
        return Err(problem(text, 0, message, fix));
    }
    let Some(byte) = too_deep(text) else { return Ok(()) };
    let message = format!("more than {DEPTH_LIMIT} levels of nesting");
    Err(problem(text, byte, message, "a scenario needs far fewer"))
}

/// The first bracket beyond the deepest level, brackets in strings included: those are no risk, only rare.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    text.bytes().enumerate().find_map(|(at, byte)| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth > DEPTH_LIMIT).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_give_the_same_tree() {
        fn bare(node: &Node) -> String {
            match &node.value {
                Value::List(items) => format!("[{}]", items.iter().map(bare).collect::<Vec<_>>().join(",")),
                Value::Map(entries) => {
                    let entries: Vec<String> = entries
                        .iter()
                        .map(|(k, v)| format!("{}:{}", k.text().unwrap_or(""), bare(v)))
                        .collect();
                    format!("{{{}}}", entries.join(","))
                }
                other => format!("{other:?}"),
            }
        }
        let json = parse("{\"a\": [1, \"5ms\", true, null], \"b\": {\"c\": -0.5}}").map(|n| bare(&n));
        let yaml = parse("# a comment\na:\n  - 1\n  - 5ms\n  - true\n  -\nb: {c: -0.5}\n").map(|n| bare(&n));
        assert!(json.is_ok());
        assert_eq!(json, yaml);
    }

    #[test]
    fn every_node_is_found_by_its_path() {
        fn all(node: &Node) -> Vec<&Node> {
            let below: Vec<&Node> = match &node.value {
                Value::List(items) => items.iter().collect(),
                Value::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
                _ => Vec::new(),
            };
            std::iter::once(node).chain(below.into_iter().flat_map(all)).collect()
        }
        let expected = ["", "a", "a", "a[0]", "a[1]", "a[1].b", "a[1].b", "c", "c", "d", "d"];
        for text in [
            "{\"a\": [1, {\"b\": 2}], \"c\": null, \"d\": \"e\"}",
            "a:\n  - 1\n  - b: 2\nc:\nd: e\n",
        ] {
            let tree = parse(text).unwrap();
            let paths: Vec<String> = all(&tree).iter().map(|node| tree.path_to(node)).collect();
            assert_eq!(paths, expected, "{text}");
        }
    }

    #[test]
    fn values_know_their_place() {
        let text = "{\n  \"é\": {\"b\": 12}}";
        let node = parse(text).unwrap();
        let b = node.get("é").and_then(|n| n.get("b")).unwrap();
        assert_eq!((place(text, b.start), &text[b.start..b.end]), ((2, 14), "12"));
        let text = "é:\n  b: 12\n";
        let node = parse(text).unwrap();
        let b = node.get("é").and_then(|n| n.get("b")).unwrap();
        assert_eq!((place(text, b.start), &text[b.start..b.end]), ((2, 6), "12"));
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(
            parse(text)
                .map_err(|p| p.to_string())
                .unwrap_err()
                .split(';')
                .next()
                .unwrap_or(""),
            expected,
            "{text}"
        );
    }

    #[test]
    fn what_is_no_tree_is_refused_with_its_place() {
        check("", "1:1 the text is empty");
        check("{\"a\": 1,}", "1:8 this is not JSON: trailing commas are not allowed");
        check("{\n // x\n}", "2:2 this is not JSON: comments are not allowed");
        check(
            "a: *b\n",
            "1:4 this is not YAML: while parsing node, found unknown anchor",
        );
        check("a: 1\n---\nb: 2\n", "2:1 a second document begins here");
        check(&"[".repeat(100_000), "1:65 more than 64 levels of nesting");
        check(&"- ".repeat(100_000), "1:131 more than 64 levels of nesting");
    }
}
