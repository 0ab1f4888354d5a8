//! Changes of a text that leave everything else as its author wrote it.
//!
//! ```text
//! { "from": "a", "to": "b", "mode": "sync" }  // set mode   ▶   { "from": "a", "to": "b", "mode": "queue" }
//! ```
//!
//! Law: outside the places that change, not a byte does. What comes out is a scenario, or nobody has it: an edit that
//! would make the text wrong is refused with what would be wrong.

mod graph;
mod mention;
mod patch;
pub(super) mod path;
pub mod style;

pub(super) use graph::{edge_at, owner_at};

use super::json;
use super::model::Mode;
use super::node::{self, Node, Value};
use super::problem::Problem;
use super::text;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A new document: one client that calls one service.
pub const BLANK: &str = include_str!("blank.json");

/// A part of the file in which nodes stand by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Section {
    Clients,
    Services,
    Channels,
}

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// One more node behind the others of its section, named `service-1` or with the next number that is free, and its
    /// place. A client calls the first service: without an edge it would be none.
    Add { section: Section, at: Option<(u32, u32)> },
    /// An edge from a node to another, or to `SERVICE.OPERATION`. A caller with operations calls over it at the end of the first.
    Connect { from: String, to: String },
    /// Another name for a node, everywhere.
    Rename { node: String, name: String },
    /// A node with everything that names it.
    Delete { node: String },
    /// An edge with the steps that call over it, and what happens to it.
    Disconnect { edge: String },
    /// The place of a node in the picture.
    Move { node: String, x: u32, y: u32 },
    /// A property: `services.orders.threads`, `edges[orders->payments.charge].retry.attempts`. The value is JSON, and what is no JSON
    /// is a text; without a value the property is what it is by default.
    Set { path: String, value: Option<String> },
    /// An edge in another mode from an instant of the run on; it stays what it is before.
    Change { at: Instant, edge: String, mode: Mode },
    /// Several edits as one: the text need not be a scenario between them.
    Several(Vec<Edit>),
}

impl Edit {
    /// An edge in another mode.
    pub fn mode(edge: &str, mode: Mode) -> Edit {
        Edit::Set {
            path: ["edges[", edge, "].mode"].concat(),
            value: Some(mode.word().to_string()),
        }
    }

    /// Whether it changes nothing but the mode of an edge.
    pub fn is_of_mode(&self) -> bool {
        match self {
            Edit::Set { path, .. } => path.starts_with("edges[") && path.ends_with("].mode"),
            Edit::Change { .. } => true,
            _ => false,
        }
    }
}

impl Section {
    /// The key of the file.
    pub fn key(self) -> &'static str {
        match self {
            Section::Clients => "clients",
            Section::Services => "services",
            Section::Channels => "channels",
        }
    }
}

/// The text after an edit, or all that is wrong with the text, the edit, or what would come of it.
pub fn apply(text: &str, edit: &Edit) -> Result<String, Vec<Problem>> {
    text::parse(text)?;
    let changed = changed(text, edit).map_err(|problem| vec![problem])?;
    text::parse(&changed)?;
    Ok(changed)
}

fn changed(text: &str, edit: &Edit) -> Result<String, Problem> {
    match edit {
        Edit::Add { section, at } => graph::add(text, *section, *at),
        Edit::Connect { from, to } => graph::connect(text, from, to),
        Edit::Rename { node, name } => graph::rename(text, node, name),
        Edit::Delete { node } => graph::delete(text, node),
        Edit::Disconnect { edge } => graph::disconnect(text, edge),
        Edit::Move { node, x, y } => graph::place(text, node, *x, *y),
        Edit::Set { path, value } => set(text, path, value.as_deref()),
        Edit::Change { at, edge, mode } => graph::change(text, *at, edge, *mode),
        Edit::Several(edits) => {
            let mut all = edits.iter();
            all.try_fold(text.to_string(), |text, edit| changed(&text, edit))
        }
    }
}

/// The text with a property set, or without it.
fn set(text: &str, path: &str, value: Option<&str>) -> Result<String, Problem> {
    let (text, at) = graph::property(text, path, value.is_some())?;
    match (at, value) {
        (Some(at), Some(source)) => patch::set(&text, &at, (source, &given(source)?)),
        (Some(at), None) => graph::cleared(&text, &at),
        (None, _) => Ok(text),
    }
}

/// A text as it is written here, whoever wrote it; one that is no JSON or YAML stays as it is.
pub fn spread(text: &str) -> String {
    match node::parse(text) {
        Ok(node) => style::Style::JSON.value(text, &node, "") + "\n",
        Err(_) => text.to_string(),
    }
}

/// The value that a text gives: JSON, or itself.
fn given(source: &str) -> Result<Node, Problem> {
    let is_json = source.trim_start().starts_with(['{', '[', '"']);
    match json::parse(source) {
        Err(problem) if is_json => Err(Problem {
            path: String::new(),
            ..problem
        }),
        Err(_) => Ok(Node::of(Value::Text(source.trim().to_string()))),
        Ok(node) => Ok(node),
    }
}

#[cfg(test)]
mod tests;
