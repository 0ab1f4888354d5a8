//! Spans of foreign traces, whatever format they stood in, and which of them is a part of which execution.
//!
//! ```text
//! gateway  [server ────────────────────────]      one execution of gateway: its root is the server's span
//! gateway      [client ───────────────]           a part of it: gateway waits for orders
//! orders          [server ─────────]              another execution, called by the first
//! ```

use super::tree;
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// So many spans at most are read.
const SPAN_LIMIT: usize = 200_000;

/// What a span says of the two sides of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    #[default]
    Inside,
    Server,
    Client,
    Producer,
    Consumer,
}

impl Side {
    /// The side of a word such as `SERVER`, `SPAN_KIND_SERVER` or `server`.
    pub fn parse(word: &str) -> Side {
        match word.trim_start_matches("SPAN_KIND_").to_ascii_lowercase().as_str() {
            "server" => Side::Server,
            "client" => Side::Client,
            "producer" => Side::Producer,
            "consumer" => Side::Consumer,
            _ => Side::Inside,
        }
    }

    /// Whether an execution of its service begins here.
    pub fn enters(self) -> bool {
        matches!(self, Side::Server | Side::Consumer)
    }

    /// Whether somebody else works while it lasts.
    pub fn leaves(self) -> bool {
        matches!(self, Side::Client | Side::Producer)
    }
}

/// A span, its times in nanoseconds since some day.
#[derive(Clone, Debug, Default)]
pub struct Span {
    pub trace: String,
    pub id: String,
    pub parent: Option<String>,
    /// Whether it came of its parent and its parent did not wait.
    pub follows: bool,
    pub service: String,
    pub operation: String,
    pub side: Side,
    pub start: u64,
    pub end: u64,
    pub failed: bool,
    /// Whom a client's span calls, where nobody of that name says a span.
    pub peer: Option<String>,
}

/// Spans and how they hang together.
#[derive(Debug, Default)]
pub struct Spans {
    pub all: Vec<Span>,
    /// The parent of each span, if it is here.
    pub parents: Vec<Option<usize>>,
    /// The root of the execution that each span is a part of.
    pub owners: Vec<usize>,
    /// Spans that stood there twice, and those whose parent is missing.
    pub twice: usize,
    pub orphans: usize,
}

/// A collection of spans that refuses too many.
#[derive(Debug, Default)]
pub struct Reader {
    spans: Vec<Span>,
}

impl Reader {
    /// One more span.
    pub fn add(&mut self, span: Span) -> Result<(), Problem> {
        if self.spans.len() >= SPAN_LIMIT {
            let message = format!("there are more than {SPAN_LIMIT} spans");
            return Err(Problem::of_all(
                message,
                "export fewer traces: some thousands of requests suffice",
            ));
        }
        self.spans.push(span);
        Ok(())
    }

    /// All spans with their parents and executions.
    pub fn finish(self) -> Spans {
        let (mut all, mut places, mut twice) = (Vec::new(), BTreeMap::new(), 0);
        for span in self.spans {
            let key = (span.trace.clone(), span.id.clone());
            if places.contains_key(&key) {
                twice += 1;
                continue;
            }
            places.insert(key, all.len());
            all.push(span);
        }
        let found = |span: &Span| places.get(&(span.trace.clone(), span.parent.clone()?)).copied();
        let parents: Vec<Option<usize>> = all.iter().map(found).collect();
        let parents = without_circles(parents);
        let orphans = all.iter().zip(&parents);
        let orphans = orphans
            .filter(|(span, parent)| span.parent.is_some() && parent.is_none())
            .count();
        let owners = owners(&all, &parents);
        Spans {
            all,
            parents,
            owners,
            twice,
            orphans,
        }
    }
}

/// Cuts a span from its parent where the way up leads back to it.
fn without_circles(mut parents: Vec<Option<usize>>) -> Vec<Option<usize>> {
    let mut sound = vec![false; parents.len()];
    for start in 0..parents.len() {
        let (mut at, mut way) = (start, BTreeSet::new());
        while !sound[at] && way.insert(at) {
            match parents[at] {
                Some(parent) if way.contains(&parent) => parents[at] = None,
                Some(parent) => at = parent,
                None => {}
            }
        }
        way.into_iter().for_each(|at| sound[at] = true);
    }
    parents
}

fn owners(all: &[Span], parents: &[Option<usize>]) -> Vec<usize> {
    let is_part =
        |at: usize| parents[at].filter(|parent| !all[at].side.enters() && all[*parent].service == all[at].service);
    let mut owners: Vec<Option<usize>> = vec![None; all.len()];
    for start in 0..all.len() {
        let (mut at, mut way) = (start, vec![start]);
        let owner = loop {
            if let Some(owner) = owners[at] {
                break owner;
            }
            match is_part(at) {
                Some(parent) => at = parent,
                None => break at,
            }
            way.push(at);
        };
        way.into_iter().for_each(|at| owners[at] = Some(owner));
    }
    owners
        .into_iter()
        .enumerate()
        .map(|(at, owner)| owner.unwrap_or(at))
        .collect()
}

/// The attributes of OTLP and the tags of Jaeger: a list of `key` and `value`, however the value is typed.
pub fn tag<'a>(tags: &'a [Node], key: &str) -> Option<&'a Node> {
    let found = tags.iter().find(|tag| tree::text(tag, "key") == Some(key))?;
    let value = found.get("value").or_else(|| found.get("vStr"))?;
    match &value.value {
        Value::Map(typed) => typed.first().map(|(_, value)| value),
        _ => Some(value),
    }
}

/// The first of these tags that is a text.
pub fn first_text<'a>(tags: &'a [Node], keys: &[&str]) -> Option<&'a str> {
    let texts = keys.iter().filter_map(|key| tag(tags, key)?.text());
    texts.into_iter().find(|text| !text.is_empty())
}

/// What names the callee of a client's span, best first.
pub const PEERS: [&str; 8] = [
    "peer.service",
    "service.peer.name",
    "messaging.destination.name",
    "messaging.destination",
    "db.namespace",
    "db.name",
    "db.system.name",
    "db.system",
];
