//! Calls and messages in a circle that can never end.
//!
//! ```text
//! a.default ─always▶ b.default ─always▶ a.default        an error that names the circle
//! a.default ─always▶ mail ─every group▶ a.default        the same: each message brings another
//! a.default ─always▶ b.default ─p 0.5─▶ a.default        allowed: it ends some day
//! ```

use super::table::Desk;
use crate::scenario::node::Node;
use crate::scenario::{Callee, Caller, Channel, ChannelId, ChannelKind, Edge, EdgeId, Service, Step, Times};

/// Notes each operation from which every call leads back to itself.
pub fn check<'a>(desk: &mut Desk<'a>, root: &'a Node, services: &[Service], channels: &[Channel], edges: &[Edge]) {
    let graph = Graph::new(services, channels, edges);
    let Some(circle) = circle(&graph.certain) else { return };
    let path: Vec<&str> = circle.iter().map(|at| graph.names[*at].as_str()).collect();
    let message = format!("these calls never end: {} → {}", path.join(" → "), path[0]);
    desk.error(
        graph.places[circle[0]].node(root),
        message,
        "make one of them depend on chance with `choose`, or leave it out",
    );
}

/// Where something is written.
struct Place<'a> {
    section: &'static str,
    name: &'a str,
    operation: &'a str,
}

impl Place<'_> {
    /// Its node, or as much of the way there as is written: an operation may be the service's `work`.
    fn node<'a>(&self, root: &'a Node) -> &'a Node {
        let mut node = root;
        for key in [self.section, self.name, "operations", self.operation] {
            match node.get(key) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }
}

/// Operations, then channels, and what each of them leads to for certain.
struct Graph<'a> {
    names: Vec<String>,
    places: Vec<Place<'a>>,
    certain: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(services: &'a [Service], channels: &'a [Channel], edges: &[Edge]) -> Graph<'a> {
        let mut first = vec![0];
        for service in services {
            first.push(first[first.len() - 1] + service.operations.len());
        }
        let node = |edge: &Edge| match edge.to {
            Callee::Operation(service, operation) => first[service.0 as usize] + operation as usize,
            Callee::Channel(channel) => first[services.len()] + channel.0 as usize,
        };
        let mut graph = Graph {
            names: Vec::new(),
            places: Vec::new(),
            certain: Vec::new(),
        };
        for service in services {
            for operation in &service.operations {
                let mut calls = Vec::new();
                certain_calls(&operation.steps, &mut calls);
                let called = calls.into_iter().map(|id| &edges[id.0 as usize]);
                let certain = called.filter(|edge| edge.is_call() || edge.loss == 0.0);
                graph.certain.push(certain.map(node).collect());
                graph.names.push(format!("{}.{}", service.name, operation.name));
                graph.places.push(Place {
                    section: "services",
                    name: &service.name,
                    operation: &operation.name,
                });
            }
        }
        for (index, channel) in channels.iter().enumerate() {
            let takers = certain_takers(ChannelId(index as u32), channel.kind, edges);
            graph.certain.push(takers.into_iter().map(node).collect());
            graph.names.push(channel.name.clone());
            graph.places.push(Place {
                section: "channels",
                name: &channel.name,
                operation: "",
            });
        }
        graph
    }
}

/// The edges over which every message is delivered: the only ones of their groups, without loss or poison.
fn certain_takers(id: ChannelId, kind: ChannelKind, edges: &[Edge]) -> Vec<&Edge> {
    let takers: Vec<&Edge> = edges.iter().filter(|edge| edge.from == Caller::Channel(id)).collect();
    let shares = |a: &Edge, b: &Edge| match (kind, &a.consume.group) {
        (ChannelKind::Queue, _) => true,
        (ChannelKind::Topic, group) => group.is_some() && *group == b.consume.group,
    };
    let alone = |edge: &Edge| {
        takers
            .iter()
            .all(|other| std::ptr::eq(*other, edge) || !shares(edge, other))
    };
    let certain = |edge: &&Edge| alone(edge) && edge.loss == 0.0 && edge.consume.poison == 0.0;
    takers.iter().copied().filter(certain).collect()
}

/// The calls that are made whenever the operation runs to its end. False where the rest may not be reached.
fn certain_calls(steps: &[Step], calls: &mut Vec<EdgeId>) -> bool {
    for step in steps {
        match step {
            Step::Call(edge) => calls.push(*edge),
            Step::Parallel { branches, .. } => branches.iter().for_each(|branch| {
                certain_calls(branch, calls);
            }),
            Step::Repeat {
                times: Times::Fixed(1..),
                body,
            } => {
                if !certain_calls(body, calls) {
                    return false;
                }
            }
            Step::Choose(options) => {
                if let [(p, body)] = &options[..]
                    && *p >= 1.0
                    && !certain_calls(body, calls)
                {
                    return false;
                }
            }
            Step::Fail(p) if *p > 0.0 => return false,
            Step::Hold { body, .. } | Step::Offload(body) => {
                if !certain_calls(body, calls) {
                    return false;
                }
            }
            Step::Saga(parts) => {
                for part in parts {
                    if !certain_calls(&part.step, calls) {
                        return false;
                    }
                }
            }
            Step::Fail(_) | Step::Work(_) | Step::Wait(_) | Step::Respond | Step::Repeat { .. } => {}
            Step::Acquire(_) | Step::Release(_) | Step::Write(_) | Step::Read(_) | Step::Apply(_) => {}
        }
    }
    true
}

/// A circle in a graph, if there is one; found without recursion.
pub fn circle(next: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut state = vec![0u8; next.len()];
    for start in 0..next.len() {
        let mut path = vec![(start, 0)];
        while let Some((node, index)) = path.pop() {
            if index == 0 && state[node] != 0 {
                continue;
            }
            state[node] = 1;
            match next[node].get(index) {
                None => state[node] = 2,
                Some(&to) => {
                    path.push((node, index + 1));
                    if state[to] == 1 {
                        let nodes: Vec<usize> = path.iter().map(|(node, _)| *node).collect();
                        let begin = nodes.iter().position(|node| *node == to)?;
                        return Some(nodes[begin..].to_vec());
                    }
                    if state[to] == 0 {
                        path.push((to, 0));
                    }
                }
            }
        }
    }
    None
}
