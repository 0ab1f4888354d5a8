//! References inside of a document.
//!
//! ```text
//! {$ref: "#/channels/orders"}   ▶   what stands at channels, orders: two steps deep, or three below `components`
//! ```
//!
//! Law: each reference is followed at once, however large the document is, and a ring of them has an end.

use super::tree;
use crate::scenario::node::Node;
use std::collections::BTreeMap;

/// References to references to … at most.
const DEPTH: usize = 8;

/// What can be referred to, by its pointer.
pub struct Parts<'a> {
    parts: BTreeMap<String, (&'a str, &'a Node)>,
}

impl<'a> Parts<'a> {
    pub fn of(tree: &'a Node) -> Parts<'a> {
        let mut parts = BTreeMap::new();
        let mut add = |home: &str, section: &'a Node| {
            for (key, node) in tree::entries(Some(section)) {
                let name = key.text().unwrap_or_default();
                parts.insert(format!("{home}/{}", escaped(name)), (name, node));
            }
        };
        for (section, node) in tree::entries(Some(tree)) {
            let section = section.text().unwrap_or_default();
            match section {
                "components" => tree::entries(Some(node))
                    .iter()
                    .for_each(|(part, node)| add(&format!("#/components/{}", part.text().unwrap_or_default()), node)),
                _ => add(&format!("#/{section}"), node),
            }
        }
        Parts { parts }
    }

    /// What a node is, or refers to; itself where that is not in this document.
    pub fn meant(&self, node: &'a Node) -> &'a Node {
        let mut meant = node;
        for _ in 0..DEPTH {
            let next = tree::text(meant, "$ref").and_then(|pointer| self.parts.get(pointer));
            match next {
                Some((_, next)) => meant = next,
                None => break,
            }
        }
        meant
    }

    /// The name at the end of a pointer, and what it is the name of.
    pub fn named(&self, pointer: &str) -> Option<(&'a str, &'a Node)> {
        let (name, node) = self.parts.get(pointer)?;
        Some((name, self.meant(node)))
    }
}

/// How many keys the widest map of a document has: what is referred to often is looked into often.
pub fn widest(node: &Node) -> usize {
    let entries = tree::entries(Some(node));
    let below = entries.iter().map(|(_, value)| value).chain(tree::items(Some(node)));
    below.map(widest).max().unwrap_or_default().max(entries.len())
}

/// A key as a pointer writes it (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_followed_and_a_ring_of_them_ends() {
        let tree = tree::of("a: {x/y: {$ref: '#/components/b/z'}, r: {$ref: '#/a/r'}}\ncomponents: {b: {z: 5}}\n");
        let tree = tree.expect("a tree");
        let parts = Parts::of(&tree);
        let five = parts.named("#/a/x~1y").expect("a part");
        assert_eq!((five.0, tree::number(Some(five.1))), ("x/y", Some(5.0)));
        assert!(parts.named("#/a/r").is_some());
        assert!(parts.named("other.yaml#/a/r").is_none());
    }
}
