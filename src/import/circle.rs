//! Calls in a circle that would never end: the last one of each circle is left out.
//!
//! ```text
//! a ─▶ b ─▶ c ─▶ a        c no longer calls a
//! ```
//!
//! Law: what is left out is told.

use super::draft::{Draft, ONLY, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Leaves out each call that leads back for certain to an operation on the way.
pub fn cut(draft: &mut Draft) {
    let graph = Graph::of(draft);
    let mut search = Search {
        graph: &graph,
        state: BTreeMap::new(),
        back: BTreeSet::new(),
    };
    for at in graph.calls.keys() {
        search.visit(at);
    }
    let back = search.back;
    for (from, to) in &back {
        let service = from.split('.').next().unwrap_or(from);
        draft.ignore(format!(
            "`{service}` calls `{to}`: that closes a circle of calls which would never end"
        ));
        let owner = draft.services.iter_mut().find(|owner| owner.name == service);
        let Some(owner) = owner else { continue };
        let operations = owner.operations.iter_mut();
        for operation in operations.filter(|operation| node(service, &operation.name) == *from) {
            leave_out(&mut operation.steps, to);
        }
        let mut left = Vec::new();
        owner
            .operations
            .iter()
            .for_each(|operation| targets(&operation.steps, &mut left));
        if !left.contains(to) {
            draft.edges.retain(|edge| edge.from != service || edge.to != *to);
        }
    }
}

fn node(service: &str, operation: &str) -> String {
    format!("{service}.{operation}")
}

/// What each operation and channel leads to, as the edges name it.
struct Graph {
    calls: BTreeMap<String, Vec<String>>,
}

impl Graph {
    fn of(draft: &Draft) -> Graph {
        let mut calls = BTreeMap::new();
        for service in &draft.services {
            for operation in &service.operations {
                let mut called = Vec::new();
                targets(&operation.steps, &mut called);
                calls.insert(node(&service.name, &operation.name), called);
            }
        }
        for channel in &draft.channels {
            let takers = draft.edges.iter().filter(|edge| edge.from == channel.name);
            calls.insert(channel.name.clone(), takers.map(|edge| edge.to.clone()).collect());
        }
        Graph { calls }
    }

    /// The node that a target names.
    fn meant(&self, target: &str) -> String {
        match self.calls.contains_key(target) {
            true => target.to_string(),
            false => node(target, ONLY),
        }
    }
}

struct Search<'a> {
    graph: &'a Graph,
    /// Whether a node that was seen is still on the way.
    state: BTreeMap<String, bool>,
    back: BTreeSet<(String, String)>,
}

impl Search<'_> {
    /// Depth first, without recursion: a chain may be long.
    fn visit(&mut self, start: &str) {
        if self.state.contains_key(start) {
            return;
        }
        self.state.insert(start.to_string(), true);
        let mut path = vec![(start.to_string(), 0)];
        while let Some((at, next)) = path.last_mut() {
            let called = self.graph.calls.get(at).and_then(|called| called.get(*next));
            *next += 1;
            let Some(target) = called else {
                self.state.insert(at.clone(), false);
                path.pop();
                continue;
            };
            let node = self.graph.meant(target);
            match self.state.get(&node) {
                Some(true) => drop(self.back.insert((at.clone(), target.clone()))),
                Some(false) => {}
                None => {
                    self.state.insert(node.clone(), true);
                    path.push((node, 0));
                }
            }
        }
    }
}

/// All targets, also of calls that depend on chance: a circle of likely ones may hardly ever end.
fn targets(steps: &[Step], into: &mut Vec<String>) {
    for step in steps {
        match step {
            Step::Call(to) => into.push(to.clone()),
            Step::Parallel(branches) => branches.iter().for_each(|branch| targets(branch, into)),
            Step::Choose(options) => options.iter().for_each(|(_, body)| targets(body, into)),
            Step::Repeat(_, body) | Step::About(_, body) => targets(body, into),
            _ => {}
        }
    }
}

fn leave_out(steps: &mut Vec<Step>, target: &str) {
    for step in steps.iter_mut() {
        match step {
            Step::Parallel(branches) => branches.iter_mut().for_each(|branch| leave_out(branch, target)),
            Step::Choose(options) => options.iter_mut().for_each(|(_, body)| leave_out(body, target)),
            Step::Repeat(_, body) | Step::About(_, body) => leave_out(body, target),
            _ => {}
        }
    }
    steps.retain_mut(|step| match step {
        Step::Call(to) => to != target,
        Step::Parallel(branches) => {
            branches.retain(|branch| !branch.is_empty());
            !branches.is_empty()
        }
        Step::Choose(options) => {
            options.retain(|(_, body)| !body.is_empty());
            !options.is_empty()
        }
        Step::Repeat(_, body) | Step::About(_, body) => !body.is_empty(),
        _ => true,
    });
}
