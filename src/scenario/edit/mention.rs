//! Where a text names its nodes, edges and items.
//!
//! ```text
//! services.orders              the node itself      edges[3].to                                to an operation of it
//! services.gateway.…[1].call   a step               faults[0].edge   "gateway->orders.place"   at an edge of it
//! ```
//!
//! Law: every place is found at which a name of a node may stand, and for each it is known what is meant by it and what
//! makes no sense without it.

use super::path::{Key, Path, join};
use crate::scenario::node::{Node, Value};

/// What is meant by a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A node.
    Node,
    /// `SERVICE`, `SERVICE.OPERATION` or a channel, that this node calls.
    Target,
    /// An edge.
    Edge,
    /// An item that this node writes.
    Item,
    /// An item that this node reads, or of which it has a copy.
    Copy,
}

/// A place at which something is named.
#[derive(Clone, Debug)]
pub struct Mention<'a> {
    pub kind: Kind,
    /// The text: a value, or a key.
    pub node: &'a Node,
    /// Who is behind a step, a target or an edge.
    pub owner: &'a str,
    /// What goes if that goes which is named.
    pub goes: Path,
}

impl<'a> Mention<'a> {
    /// What is written there.
    pub fn word(&self) -> &'a str {
        self.node.text().unwrap_or_default()
    }

    /// The text with another name for a node; none if it does not name it.
    pub fn renamed(&self, node: &str, name: &str) -> Option<String> {
        let word = self.word();
        match self.kind {
            Kind::Node => (word == node).then(|| name.to_string()),
            Kind::Target => renamed_target(word, node, name),
            Kind::Edge => {
                let (from, to) = word.split_once("->")?;
                let new_to = renamed_target(to, node, name);
                if from != node && new_to.is_none() {
                    return None;
                }
                let from = if from == node { name } else { from };
                Some([from, "->", new_to.as_deref().unwrap_or(to)].concat())
            }
            Kind::Item | Kind::Copy => None,
        }
    }
}

/// The node that a target leads to.
pub fn node_of(target: &str) -> &str {
    target.split_once('.').map_or(target, |(node, _)| node)
}

fn renamed_target(target: &str, node: &str, name: &str) -> Option<String> {
    let operation = target.strip_prefix(node)?;
    (operation.is_empty() || operation.starts_with('.')).then(|| [name, operation].concat())
}

/// The parts of the file in which nodes stand by name.
const SECTIONS: [&str; 4] = ["clients", "services", "channels", "layout"];

/// All mentions of a text, in no order.
pub fn mentions(root: &Node) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    for section in SECTIONS {
        for (name, key, node) in entries(root.get(section)) {
            let at = vec![section.into(), name.into()];
            note(&mut found, Kind::Node, Some(key), name, &at);
            match section {
                "services" => operations(&mut found, name, node, &at),
                "channels" => dead_letter(&mut found, node, &at),
                _ => {}
            }
        }
    }
    for (index, edge) in items(root.get("edges")) {
        let at = vec!["edges".into(), index.into()];
        let from = edge.get("from").and_then(Node::text).unwrap_or_default();
        note(&mut found, Kind::Node, edge.get("from"), from, &at);
        note(&mut found, Kind::Target, edge.get("to"), from, &at);
        settings(&mut found, edge, from, &at);
    }
    for list in ["faults", "changes"] {
        for (index, event) in items(root.get(list)) {
            let at = vec![list.into(), index.into()];
            for place in ["service", "client", "channel"] {
                note(&mut found, Kind::Node, event.get(place), "", &at);
            }
            note(&mut found, Kind::Edge, event.get("edge"), "", &at);
            let edge = event.get("edge").and_then(Node::text).unwrap_or_default();
            let from = edge.split_once("->").map_or("", |(from, _)| from);
            if let Some(set) = event.get("set") {
                settings(&mut found, set, from, &join(&at, "set"));
                dead_letter(&mut found, set, &join(&at, "set"));
            }
        }
    }
    found
}

/// What an edge, or a change of one, names beside its ends.
fn settings<'a>(found: &mut Vec<Mention<'a>>, edge: &'a Node, from: &'a str, at: &[Key]) {
    let stand_in = edge.get("fallback").and_then(|fallback| fallback.get("call"));
    note(found, Kind::Target, stand_in, from, &join(at, "fallback"));
    if let Some(channel) = edge.get("channel").filter(|channel| channel.text().is_none()) {
        dead_letter(found, channel, &join(at, "channel"));
    }
}

fn dead_letter<'a>(found: &mut Vec<Mention<'a>>, channel: &'a Node, at: &[Key]) {
    note(
        found,
        Kind::Node,
        channel.get("deadLetter"),
        "",
        &join(at, "deadLetter"),
    );
}

fn operations<'a>(found: &mut Vec<Mention<'a>>, owner: &'a str, service: &'a Node, at: &[Key]) {
    let at = join(at, "operations");
    for (name, _, operation) in entries(service.get("operations")) {
        let at = join(&at, name);
        match operation.get("steps") {
            Some(list) => steps(found, owner, list, &join(&at, "steps")),
            None => steps(found, owner, operation, &at),
        }
    }
}

/// The steps of a list, or a single one.
fn steps<'a>(found: &mut Vec<Mention<'a>>, owner: &'a str, node: &'a Node, at: &[Key]) {
    if let Value::Map(_) = node.value {
        step(found, owner, node, at);
    }
    for (index, node) in items(Some(node)) {
        step(found, owner, node, &join(at, index));
    }
}

fn step<'a>(found: &mut Vec<Mention<'a>>, owner: &'a str, node: &'a Node, at: &[Key]) {
    for (key, kind) in [
        ("call", Kind::Target),
        ("write", Kind::Item),
        ("read", Kind::Copy),
        ("apply", Kind::Copy),
    ] {
        note(found, kind, node.get(key), owner, at);
    }
    for key in ["do", "undo", "offload"] {
        if let Some(inner) = node.get(key) {
            steps(found, owner, inner, &join(at, key));
        }
    }
    for (index, branch) in items(node.get("parallel")) {
        steps(found, owner, branch, &join(&join(at, "parallel"), index));
    }
    // A branch and a part of a saga are read as a step that has nothing but `do` and `undo`.
    for key in ["choose", "saga"] {
        if let Some(inner) = node.get(key) {
            steps(found, owner, inner, &join(at, key));
        }
    }
}

fn note<'a>(found: &mut Vec<Mention<'a>>, kind: Kind, node: Option<&'a Node>, owner: &'a str, goes: &[Key]) {
    if let Some(node) = node.filter(|node| node.text().is_some()) {
        let goes = goes.to_vec();
        found.push(Mention {
            kind,
            node,
            owner,
            goes,
        });
    }
}

/// The entries of a map: name, key and value.
pub fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node, &Node)> {
    let entries = match node.map(|node| &node.value) {
        Some(Value::Map(entries)) => &entries[..],
        _ => &[],
    };
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.text()?, key, value)))
}

/// The items of a list with their numbers.
pub fn items(node: Option<&Node>) -> impl Iterator<Item = (usize, &Node)> {
    let items = match node.map(|node| &node.value) {
        Some(Value::List(items)) => &items[..],
        _ => &[],
    };
    items.iter().enumerate()
}
