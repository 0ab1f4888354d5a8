//! A graph of who calls whom, as flowcharts, compose files and dependency graphs have it.
//!
//! ```text
//! users ─▶ shop ─▶ stock          each service works, then calls in the order of the file
//!            └┄┄▶ mails ┄┄▶ mail
//! ```

use super::draft::{self, Channel, Draft, ONLY, Operation, RATE, Service, Step, WORK};
use crate::scenario::Mode;
use crate::scenario::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Client,
    Service,
    Queue,
    Topic,
    /// No part of the scenario, and told so.
    Outside,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub foreign: String,
    pub kind: Kind,
    pub work: Option<String>,
    pub replicas: Option<u32>,
    pub cores: Option<u32>,
}

impl Node {
    pub fn service(foreign: &str) -> Node {
        Node {
            foreign: foreign.to_string(),
            kind: Kind::Service,
            work: None,
            replicas: None,
            cores: None,
        }
    }
}

/// Who calls whom, by their places among the nodes.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub mode: Mode,
    /// Calls for each execution of the caller.
    pub calls: f64,
}

#[derive(Debug, Default)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub links: Vec<Link>,
    places: BTreeMap<String, usize>,
    linked: BTreeSet<(usize, usize)>,
}

impl Graph {
    /// The node of this name, which is a service if it is new.
    pub fn node(&mut self, foreign: &str) -> usize {
        if let Some(place) = self.places.get(foreign) {
            return *place;
        }
        self.nodes.push(Node::service(foreign));
        self.places.insert(foreign.to_string(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The node of this name, if there is one.
    pub fn place(&self, foreign: &str) -> Option<usize> {
        self.places.get(foreign).copied()
    }

    /// One more link, unless there is one between the two.
    pub fn link(&mut self, from: usize, to: usize, mode: Mode) {
        let calls = 1.0;
        if from != to && self.linked.insert((from, to)) {
            self.links.push(Link { from, to, mode, calls });
        }
    }

    /// Refuses a graph that is too large to be simulated.
    pub fn bounded(&self) -> Result<(), Problem> {
        draft::bounded(self.nodes.len(), "nodes")?;
        draft::bounded(self.links.len(), "links")
    }

    pub fn is_called(&self, at: usize) -> bool {
        self.links.iter().any(|link| link.to == at)
    }

    pub fn calls_some(&self, at: usize) -> bool {
        self.links.iter().any(|link| link.from == at)
    }

    /// Draws the graph. Where no client is in it, one asks each of `entries`.
    pub fn into_draft(self, mut draft: Draft, entries: &[usize]) -> Draft {
        let names: Vec<String> = self.nodes.iter().map(|node| draft.names.of(&node.foreign)).collect();
        for (at, node) in self.nodes.iter().enumerate() {
            let name = names[at].clone();
            match node.kind {
                Kind::Client if !self.calls_some(at) => {
                    draft.ignore(format!("`{}`: it calls nobody", node.foreign));
                }
                Kind::Client => {
                    draft.client(name);
                }
                Kind::Outside => {}
                Kind::Queue | Kind::Topic => {
                    let is_topic = node.kind == Kind::Topic;
                    draft.channels.push(Channel {
                        name,
                        is_topic,
                        ..Channel::default()
                    });
                }
                Kind::Service => {
                    let service = self.service(at, &names, &mut draft);
                    draft.services.push(service);
                }
            }
        }
        for link in &self.links {
            self.edge(link, &names, &mut draft);
        }
        let entries: Vec<&str> = entries.iter().map(|at| names[*at].as_str()).collect();
        enter(&mut draft, &entries);
        draft
    }

    fn service(&self, at: usize, names: &[String], draft: &mut Draft) -> Service {
        let node = &self.nodes[at];
        let work = node.work.clone().unwrap_or_else(|| {
            draft.assume(format!("each service works {WORK} where the file says no time"));
            WORK.to_string()
        });
        let mut steps = vec![Step::Work(work)];
        let links = self.links.iter().filter(|link| link.from == at && link.calls > 0.0);
        steps.extend(
            links
                .filter(|link| self.nodes[link.to].kind != Kind::Client)
                .map(|link| {
                    let call = Step::Call(names[link.to].clone());
                    times(link.calls, call)
                }),
        );
        Service {
            name: names[at].clone(),
            replicas: node.replicas,
            cores: node.cores,
            operations: vec![Operation {
                name: ONLY.to_string(),
                steps,
            }],
            ..Service::default()
        }
    }

    fn edge(&self, link: &Link, names: &[String], draft: &mut Draft) {
        let (from, to) = (&names[link.from], &names[link.to]);
        let [source, target] = [link.from, link.to].map(|at| self.nodes[at].kind);
        let is_channel = |kind: Kind| matches!(kind, Kind::Queue | Kind::Topic);
        match (source, target) {
            (_, Kind::Client) => draft.ignore(format!("`{from}` calls `{to}`: a client is not called")),
            (source, target) if is_channel(source) && is_channel(target) => {
                draft.ignore(format!("`{from}` to `{to}`: a channel does not publish"));
            }
            (source, _) if is_channel(source) => draft.edge(from, to, Mode::Sync).mode = None,
            (_, target) if is_channel(target) => drop(draft.edge(from, to, Mode::Queue)),
            (Kind::Client, _) if link.mode == Mode::Forward => drop(draft.edge(from, to, Mode::Sync)),
            _ => drop(draft.edge(from, to, link.mode)),
        }
    }
}

/// A call so many times: for certain, by chance, or about as often.
pub fn times(calls: f64, call: Step) -> Step {
    let whole = calls.round();
    match calls {
        calls if (calls - 1.0).abs() < 0.005 => call,
        calls if calls < 1.0 => Step::maybe((calls * 1e4).round().max(1.0) / 1e4, vec![call]),
        calls if (calls - whole).abs() < 0.005 * whole => Step::Repeat(whole.min(1e5) as u32, vec![call]),
        calls => Step::About((calls * 100.0).round() / 100.0, vec![call]),
    }
}

/// Lets somebody call those whom nobody calls, where the file has no client.
pub fn enter(draft: &mut Draft, entries: &[&str]) {
    if !draft.clients.is_empty() || entries.is_empty() {
        return;
    }
    let name = draft.names.fresh("users");
    let client = draft.client(name);
    let told: Vec<String> = entries.iter().map(|entry| format!("`{entry}`")).collect();
    draft.assume(format!("the client `{client}` calls {} with {RATE}", told.join(", ")));
    for entry in entries {
        draft.edge(&client, entry, Mode::Sync);
    }
}
