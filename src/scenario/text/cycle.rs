//! Calls in a circle that can never end.
//!
//! ```text
//! a.default ─always▶ b.default ─always▶ a.default        an error that names the circle
//! a.default ─always▶ b.default ─p 0.5─▶ a.default        allowed: it ends some day
//! ```

use super::table::Desk;
use crate::scenario::node::Node;
use crate::scenario::{Callee, Edge, EdgeId, Service, Step, Times};

/// Notes each operation from which every call leads back to itself.
pub fn check<'a>(desk: &mut Desk<'a>, root: &'a Node, services: &[Service], edges: &[Edge]) {
    let first: Vec<usize> = services
        .iter()
        .scan(0, |sum, service| {
            *sum += service.operations.len();
            Some(*sum - service.operations.len())
        })
        .collect();
    let node = |edge: EdgeId| match edges[edge.0 as usize].to {
        Callee::Operation(service, operation) => Some(first[service.0 as usize] + operation as usize),
        Callee::Channel(_) => None,
    };
    let mut certain = Vec::new();
    let mut names = Vec::new();
    for service in services {
        for operation in &service.operations {
            let mut calls = Vec::new();
            certain_calls(&operation.steps, &mut calls);
            certain.push(calls.into_iter().filter_map(node).collect::<Vec<usize>>());
            names.push(format!("{}.{}", service.name, operation.name));
        }
    }
    if let Some(circle) = circle(&certain) {
        let path: Vec<&str> = circle.iter().map(|at| names[*at].as_str()).collect();
        let message = format!("these calls never end: {} → {}", path.join(" → "), path[0]);
        desk.error(
            root,
            message,
            "make one of them depend on chance with `choose`, or leave it out",
        );
    }
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
fn circle(next: &[Vec<usize>]) -> Option<Vec<usize>> {
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
