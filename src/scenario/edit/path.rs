//! Where in a tree something stands.
//!
//! ```text
//! services.orders.threads        edges[2].retry.attempts        edges[orders->payments.charge].timeout
//! ```
//!
//! Law: a path leads to one place, whether something stands there or not.

use crate::scenario::node::{Node, Value};

/// A step of the way from the root of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Of a map.
    Name(String),
    /// Of a list.
    Index(usize),
}

/// The way from the root of a tree.
pub type Path = Vec<Key>;

impl From<&str> for Key {
    fn from(name: &str) -> Key {
        Key::Name(name.to_string())
    }
}

impl From<usize> for Key {
    fn from(index: usize) -> Key {
        Key::Index(index)
    }
}

/// A path as it is written. What stands in brackets is a name unless it is a number.
pub fn read(text: &str) -> Path {
    let mut path = Path::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((inside, behind)) => {
                path.push(inside.parse().map_or(inside.into(), Key::Index));
                behind.trim_start_matches('.')
            }
            None => {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                path.push(rest[..end].into());
                rest[end..].trim_start_matches('.')
            }
        };
    }
    path
}

/// What stands there.
pub fn find<'a>(root: &'a Node, path: &[Key]) -> Option<&'a Node> {
    let step = |node: &'a Node, key: &Key| match (key, &node.value) {
        (Key::Name(name), _) => node.get(name),
        (Key::Index(index), Value::List(items)) => items.get(*index),
        (Key::Index(_), _) => None,
    };
    path.iter().try_fold(root, step)
}

/// The path with one step more.
pub fn join(path: &[Key], key: impl Into<Key>) -> Path {
    let mut longer = path.to_vec();
    longer.push(key.into());
    longer
}

/// The tree as it shall be with this value there; what is missing on the way is a map.
pub fn with(node: &mut Node, path: &[Key], value: &Node) {
    let Some((first, rest)) = path.split_first() else {
        *node = value.clone();
        return;
    };
    match (first, &mut node.value) {
        (Key::Name(name), Value::Map(entries)) => {
            let known = entries.iter().position(|(key, _)| key.text() == Some(name));
            let index = known.unwrap_or_else(|| {
                entries.push((Node::of(Value::Text(name.clone())), missing(rest)));
                entries.len() - 1
            });
            with(&mut entries[index].1, rest, value);
        }
        (Key::Index(index), Value::List(items)) => {
            if *index == items.len() {
                items.push(missing(rest));
            }
            if let Some(item) = items.get_mut(*index) {
                with(item, rest, value);
            }
        }
        _ => {}
    }
}

/// What has to be there for the rest of a path.
fn missing(rest: &[Key]) -> Node {
    Node::of(match rest.first() {
        Some(Key::Index(_)) => Value::List(Vec::new()),
        _ => Value::Map(Vec::new()),
    })
}

/// The tree as it shall be with nothing there.
pub fn without(node: &mut Node, path: &[Key]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    match (first, &mut node.value) {
        (Key::Name(name), Value::Map(entries)) => {
            let Some(index) = entries.iter().position(|(key, _)| key.text() == Some(name)) else {
                return;
            };
            match rest {
                [] => drop(entries.remove(index)),
                _ => without(&mut entries[index].1, rest),
            }
        }
        (Key::Index(index), Value::List(items)) if *index < items.len() => match rest {
            [] => drop(items.remove(*index)),
            _ => without(&mut items[*index], rest),
        },
        _ => {}
    }
}

/// Whether two trees say the same, wherever it stands.
pub fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            let mut pairs = a.iter().zip(b);
            a.len() == b.len() && pairs.all(|((k, a), (l, b))| k.value == l.value && same(a, b))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_dots_in_brackets() {
        let name = |name: &str| Key::Name(name.to_string());
        for (text, expected) in [
            ("run.duration", vec![name("run"), name("duration")]),
            ("edges[2].retry", vec![name("edges"), Key::Index(2), name("retry")]),
            ("edges[a->b.c].mode", vec![name("edges"), name("a->b.c"), name("mode")]),
            ("a[0][1]", vec![name("a"), Key::Index(0), Key::Index(1)]),
            ("", vec![]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
