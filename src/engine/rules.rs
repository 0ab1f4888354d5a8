//! The policies of an edge, as they are looked up at each call.
//!
//! Law: whole numbers only; a change of the edge makes new rules, and calls under way keep theirs.

use super::chance::{Draw, gap_at, millionths};
use super::gate::{Fuse, Gate};
use super::program::Program;
use super::slab::NONE;
use super::world::World;
use crate::scenario::{Backoff, Caller, Deadline, Fallback, Jitter, Mode};
use crate::time::Duration;

/// The policies of an edge, ready for use.
pub struct Rules {
    pub fallback: Option<Fallback>,
    pub attempts: u32,
    backoff: Backoff,
    jitter: Jitter,
    /// What a call adds to the budget, in millionths.
    pub budget: Option<u64>,
    /// The causes after which it tries again, one bit each.
    pub on: u16,
    pub breaker: Option<Fuse>,
    pub limit: u32,
    pub gap: Option<Duration>,
    pub hedge: Option<Duration>,
    /// A sampler of the program, where connections are counted.
    pub setup: Option<u32>,
    pub connections: Option<u32>,
    pub deadline: Option<Deadline>,
    pub cancel: bool,
    pub idempotent: bool,
    pub timeout: Option<Duration>,
}

impl Rules {
    /// The rules of an edge; none where a call is a plain attempt.
    pub fn new(edge: &crate::scenario::Edge, program: &mut Program) -> Option<Rules> {
        let policy = &edge.policy;
        let plain = crate::scenario::Policy {
            every: policy.every,
            ..Default::default()
        };
        if *policy == plain || edge.mode == Mode::Forward {
            return None;
        }
        let retry = policy.retry.as_ref();
        Some(Rules {
            fallback: policy.fallback.clone(),
            attempts: retry.map_or(1, |retry| retry.attempts),
            backoff: retry.map_or(Backoff::Constant(Duration::ZERO), |retry| retry.backoff),
            jitter: retry.map_or(Jitter::None, |retry| retry.jitter),
            budget: retry.and_then(|retry| retry.budget).map(millionths),
            on: retry.map_or(0, |retry| {
                retry.on.iter().fold(0, |bits, cause| bits | 1 << *cause as u16)
            }),
            breaker: policy.breaker.as_ref().map(Fuse::new),
            limit: policy.limit.unwrap_or(u32::MAX),
            gap: policy.rate.map(gap_at),
            hedge: policy.hedge,
            setup: policy.setup.as_ref().map(|setup| program.sampler(setup)),
            connections: policy.connections,
            deadline: policy.deadline,
            cancel: policy.cancel,
            idempotent: policy.idempotent,
            timeout: edge.timeout,
        })
    }

    /// Whether an attempt needs a connection of its own.
    pub fn has_connections(&self) -> bool {
        self.connections.is_some() || self.setup.is_some()
    }

    /// The pause before the retry of this number, from 1; `last` was the pause before.
    pub fn pause(&self, retry: u32, last: Duration, mut draw: Draw) -> Duration {
        let times = |step: Duration, n: u64| Duration(step.0.saturating_mul(n));
        let (pause, first, most) = match self.backoff {
            Backoff::Constant(pause) => (pause, pause, Duration(u64::MAX >> 2)),
            Backoff::Linear(step) => (times(step, retry as u64), step, Duration(u64::MAX >> 2)),
            Backoff::Exponential { first, most } => {
                let doubled = times(first, 1 << (retry - 1).min(40));
                (doubled.min(most), first, most)
            }
        };
        match self.jitter {
            Jitter::None => pause,
            Jitter::Equal => draw.between(Duration(pause.0 / 2), pause),
            Jitter::Full => draw.between(Duration::ZERO, pause),
            Jitter::Decorrelated => draw.between(first, times(last.max(first), 3)).min(most),
        }
    }
}

impl World {
    /// Gives an edge the policies that it has from now on.
    pub fn guard_edge(&mut self, index: u32, edge: &crate::scenario::Edge) {
        let rules = Rules::new(edge, &mut self.program);
        let entry = &mut self.edges[index as usize];
        entry.rules = NONE;
        let Some(rules) = rules else { return };
        entry.rules = self.rules.len() as u32;
        self.rules.push(rules);
        if entry.first_gate == NONE {
            entry.first_gate = self.gates.len() as u32;
            let places = match edge.from {
                Caller::Service(service) => self.services[service.0 as usize].replicas,
                Caller::Client(_) | Caller::Channel(_) => 1,
            };
            (0..places).for_each(|_| self.gates.push(Gate::new()));
        }
    }
}
