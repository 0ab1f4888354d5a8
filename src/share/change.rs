//! What differs between two texts, as a list of changes.
//!
//! ```text
//! {"a": {"b": 1, "c": 2}}  ▶  {"a": {"b": 3, "d": 4}}      [["/a/c"], ["/a/b", 3], ["/a/d", 4]]
//! ```
//!
//! `[place]` takes away and `[place, value]` puts; places are JSON pointers (RFC 6901). A list of another length is put whole.
//!
//! Law: a list carried out on the first text gives the second, or cannot be carried out at all.

use crate::scenario::json::quoted;
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::Problem;

/// Values without their places: any two texts that say the same are equal, spaces and quotes aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// As JSON writes it.
    Scalar(String),
    List(Vec<Tree>),
    /// In the order of the text.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// What a text in JSON or YAML says.
    pub fn read(text: &str) -> Result<Tree, Problem> {
        node::parse(text).map(|node| Tree::of(text, &node))
    }

    /// A list, which no text is by itself.
    pub fn read_list(text: &str) -> Option<Tree> {
        match Tree::read(&["{\"\":", text, "}"].concat()).ok()? {
            Tree::Map(mut entries) if entries.len() == 1 => entries.pop().map(|(_, list)| list),
            _ => None,
        }
    }

    fn of(text: &str, node: &Node) -> Tree {
        match &node.value {
            Value::List(items) => Tree::List(items.iter().map(|item| Tree::of(text, item)).collect()),
            Value::Map(entries) => {
                let entry =
                    |(key, value): &(Node, Node)| (key.text().unwrap_or_default().to_string(), Tree::of(text, value));
                Tree::Map(entries.iter().map(entry).collect())
            }
            Value::Number(_) => Tree::Scalar(number(&text[node.start..node.end])),
            Value::Text(word) => Tree::Scalar(quoted(word)),
            Value::Null => Tree::Scalar("null".to_string()),
            Value::Bool(is) => Tree::Scalar(is.to_string()),
        }
    }

    /// As JSON without a space.
    pub fn write(&self) -> String {
        match self {
            Tree::Scalar(scalar) => scalar.clone(),
            Tree::List(items) => ["[", &joined(items.iter().map(Tree::write)), "]"].concat(),
            Tree::Map(entries) => {
                let entry = |(key, value): &(String, Tree)| [&quoted(key), ":", &value.write()].concat();
                ["{", &joined(entries.iter().map(entry)), "}"].concat()
            }
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(",")
}

/// A number of YAML, which may begin or end with its point or with noughts, as JSON has it.
fn number(written: &str) -> String {
    let (sign, rest) = written.strip_prefix('-').map_or(("", written), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_at(rest.find(['e', 'E']).unwrap_or(rest.len()));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    [sign, whole, point, fraction, exponent].concat()
}

/// What leads from one tree to another.
pub fn between(old: &Tree, new: &Tree) -> Tree {
    let mut changes = Vec::new();
    compare(old, new, "", &mut changes);
    Tree::List(changes)
}

fn compare(old: &Tree, new: &Tree, at: &str, changes: &mut Vec<Tree>) {
    match (old, new) {
        (Tree::Map(old), Tree::Map(new)) => {
            let gone = old.iter().filter(|(key, _)| new.iter().all(|(name, _)| name != key));
            changes.extend(gone.map(|(key, _)| step(&below(at, key), None)));
            for (key, value) in new {
                match old.iter().find(|(name, _)| name == key) {
                    Some((_, old)) => compare(old, value, &below(at, key), changes),
                    None => changes.push(step(&below(at, key), Some(value))),
                }
            }
        }
        (Tree::List(old), Tree::List(new)) if old.len() == new.len() => {
            for ((old, new), index) in old.iter().zip(new).zip(0..) {
                compare(old, new, &format!("{at}/{index}"), changes);
            }
        }
        _ if old == new => {}
        _ => changes.push(step(at, Some(new))),
    }
}

fn step(at: &str, value: Option<&Tree>) -> Tree {
    let place = Tree::Scalar(quoted(at));
    Tree::List(std::iter::once(place).chain(value.cloned()).collect())
}

fn below(at: &str, key: &str) -> String {
    [at, "/", &key.replace('~', "~0").replace('/', "~1")].concat()
}

/// Carries a list of changes out; none where it is no such list, or leads to what is not there.
pub fn carry_out(mut tree: Tree, changes: &Tree) -> Option<Tree> {
    let Tree::List(changes) = changes else { return None };
    for change in changes {
        let Tree::List(parts) = change else { return None };
        let (place, value) = match parts.as_slice() {
            [Tree::Scalar(place)] => (place, None),
            [Tree::Scalar(place), value] => (place, Some(value.clone())),
            _ => return None,
        };
        let place = Tree::read_text(place)?;
        put(&mut tree, place.strip_prefix('/')?, value)?;
    }
    Some(tree)
}

fn put(tree: &mut Tree, place: &str, value: Option<Tree>) -> Option<()> {
    let (key, rest) = place
        .split_once('/')
        .map_or((place, None), |(key, rest)| (key, Some(rest)));
    match tree {
        Tree::List(items) => {
            let item = items.get_mut(key.parse::<usize>().ok()?)?;
            match rest {
                Some(rest) => put(item, rest, value),
                None => value.map(|value| *item = value),
            }
        }
        Tree::Map(entries) => {
            let key = key.replace("~1", "/").replace("~0", "~");
            let found = entries.iter().position(|(name, _)| *name == key);
            match (rest, found, value) {
                (Some(rest), Some(at), value) => put(&mut entries[at].1, rest, value)?,
                (None, Some(at), Some(value)) => entries[at].1 = value,
                (None, Some(at), None) => drop(entries.remove(at)),
                (None, None, Some(value)) => entries.push((key, value)),
                _ => return None,
            }
            Some(())
        }
        Tree::Scalar(_) => None,
    }
}

impl Tree {
    /// The word that a scalar of JSON says.
    fn read_text(scalar: &str) -> Option<String> {
        let node = node::parse(&["{\"\":", scalar, "}"].concat()).ok()?;
        node.get("")?.text().map(str::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expected: &str) {
        let trees = [old, new].map(|text| Tree::read(text).unwrap());
        let changes = between(&trees[0], &trees[1]);
        assert_eq!(changes.write(), expected);
        assert_eq!(Tree::read_list(expected), Some(changes.clone()));
        assert_eq!(carry_out(trees[0].clone(), &changes), Some(trees[1].clone()));
    }

    #[test]
    fn what_differs_is_told_by_its_place() {
        check(
            "{\"a\":{\"b\":1,\"c\":2}}",
            "{\"a\":{\"b\":3,\"d\":4}}",
            "[[\"/a/c\"],[\"/a/b\",3],[\"/a/d\",4]]",
        );
        check(
            "{\"a\":[1,{\"b\":2}]}",
            "{\"a\":[1,{\"b\":null}]}",
            "[[\"/a/1/b\",null]]",
        );
        check("{\"a\":[1]}", "{\"a\":[1,2]}", "[[\"/a\",[1,2]]]");
        check("{\"a/b~\":1}", "{\"a/b~\":\"\\\"\"}", "[[\"/a~1b~0\",\"\\\"\"]]");
        check("{\"a\":1}", "a: 1", "[]");
    }

    #[test]
    fn numbers_of_yaml_are_numbers_of_json() {
        for (written, expected) in [
            (".5", "0.5"),
            ("-007", "-7"),
            ("5.", "5"),
            ("0", "0"),
            ("1.50e+3", "1.50e+3"),
            ("-.0", "-0.0"),
        ] {
            let tree = Tree::read(&["a: ", written].concat()).unwrap();
            assert_eq!(tree.write(), ["{\"a\":", expected, "}"].concat());
        }
    }
}
