//! The policies of an edge, as they are looked up at each call.
//!
//! Law: whole numbers only; a change of the edge makes new rules, and calls under way keep theirs.

use super::chance::{Draw, gap_at, millionths};
use super::channel::mode_of;
use super::gate::{Fuse, Gate};
use super::program::Program;
use super::slab::NONE;
use super::world::World;
use crate::scenario::{Backoff, Caller, Deadline, Edge, Fallback, Jitter, Mode};
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
    /// The rules of an edge that its mode has a use for; none where a call is a plain attempt. Nobody waits for a
    /// `oneway` call once it is sent.
    pub fn new(edge: &Edge, program: &mut Program) -> Option<Rules> {
        let (policy, mode) = (&edge.policy, mode_of(edge));
        if mode == Mode::Forward {
            return None;
        }
        let lasts = mode != Mode::Oneway;
        let retry = policy.retry.as_ref().filter(|_| lasts);
        let rules = Rules {
            fallback: policy.fallback.clone().filter(|_| lasts),
            attempts: retry.map_or(1, |retry| retry.attempts),
            backoff: retry.map_or(Backoff::Constant(Duration::ZERO), |retry| retry.backoff),
            jitter: retry.map_or(Jitter::None, |retry| retry.jitter),
            budget: retry.and_then(|retry| retry.budget).map(millionths),
            on: retry.map_or(0, |retry| {
                retry.on.iter().fold(0, |bits, cause| bits | 1 << *cause as u16)
            }),
            breaker: policy.breaker.as_ref().filter(|_| lasts).map(Fuse::new),
            limit: policy.limit.unwrap_or(u32::MAX),
            gap: policy.rate.map(gap_at),
            hedge: policy.hedge.filter(|_| lasts),
            setup: policy.setup.as_ref().map(|setup| program.sampler(setup)),
            connections: policy.connections,
            deadline: policy.deadline.filter(|_| lasts),
            cancel: policy.cancel && lasts,
            idempotent: policy.idempotent && lasts,
            timeout: edge.timeout,
        };
        (!rules.is_plain()).then_some(rules)
    }

    /// Whether they ask for nothing that a plain attempt does not do.
    fn is_plain(&self) -> bool {
        let once = self.attempts == 1 && self.hedge.is_none() && self.fallback.is_none() && !self.idempotent;
        let open = self.breaker.is_none() && self.limit == u32::MAX && self.gap.is_none();
        once && open && !self.has_connections() && self.deadline.is_none() && !self.cancel
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
    pub fn guard_edge(&mut self, index: u32, edge: &Edge) {
        let rules = Rules::new(edge, &mut self.program);
        let entry = &mut self.edges[index];
        entry.rules = NONE;
        let Some(rules) = rules else { return };
        entry.rules = self.rules.len() as u32;
        self.rules.push(rules);
        if entry.first_gate == NONE {
            entry.first_gate = self.gates.len() as u32;
            let places = match edge.from {
                Caller::Service(service) => self.services[service.0].replicas,
                Caller::Client(_) | Caller::Channel(_) => 1,
            };
            (0..places).for_each(|_| self.gates.push(Gate::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::chance::{Purpose, mix};
    use crate::scenario::Retry;
    use crate::time::Instant;
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    const RUNS: u64 = 100;

    fn rules(first_ms: u64, jitter: Jitter) -> Rules {
        let mut edge = crate::scenario::Edge::plain(
            "clients->row".to_string(),
            Caller::Client(crate::scenario::ClientId(0)),
            crate::scenario::Callee::Operation(crate::scenario::ServiceId(0), 0),
        );
        edge.policy.retry = Some(Retry {
            attempts: u32::MAX,
            backoff: Backoff::Exponential {
                first: Duration::from_ms(first_ms),
                most: Duration::from_ms(2_000),
            },
            jitter,
            budget: None,
            on: Vec::new(),
        });
        Rules::new(&edge, &mut Program::default()).unwrap()
    }

    /// A normal variate of 10 ms ± 2 ms on the network, as the sum of twelve uniform ones.
    fn network(draw: &mut Draw) -> Duration {
        let sum: u64 = (0..12)
            .map(|_| draw.between(Duration::ZERO, Duration::from_ms(2)).0)
            .sum();
        Duration(sum.saturating_sub(Duration::from_ms(2).0))
    }

    /// One row, and clients of which each wants to write it once: a write is refused if another one came between the
    /// client's read and it, and then the client pauses and reads again. Yields the writes that it takes.
    fn writes(clients: u32, rules: &Rules, run: u64) -> u32 {
        #[derive(Clone, Copy)]
        struct Client {
            seen: u32,
            retries: u32,
            pause: Duration,
        }
        let mut draw = Draw::new(run, 0, Purpose::Backoff);
        let nobody = Client {
            seen: 0,
            retries: 0,
            pause: Duration::ZERO,
        };
        let mut all = vec![nobody; clients as usize];
        let mut messages: BinaryHeap<_> = (0..clients)
            .map(|client| Reverse((Instant::START + network(&mut draw), client, false)))
            .collect();
        let (mut version, mut writes) = (0, 0);
        while let Some(Reverse((now, index, writing))) = messages.pop() {
            let client = &mut all[index as usize];
            let arrives = now + network(&mut draw) + network(&mut draw);
            if !writing {
                client.seen = version;
                messages.push(Reverse((arrives, index, true)));
                continue;
            }
            writes += 1;
            if client.seen == version {
                version += 1;
                continue;
            }
            client.retries += 1;
            let bits = Draw::new(mix(run, index as u64), client.retries, Purpose::Backoff);
            client.pause = rules.pause(client.retries, client.pause, bits);
            messages.push(Reverse((arrives + client.pause, index, false)));
        }
        writes
    }

    fn check(clients: u32, rules: &Rules, published: f64) {
        let total: u32 = (0..RUNS)
            .map(|run| writes(clients, rules, mix(clients as u64, run)))
            .sum();
        let mean = total as f64 / RUNS as f64;
        println!("{clients} clients, {:?}: {mean} writes ({published})", rules.jitter);
        assert!((mean / published - 1.0).abs() < 0.02, "{mean} {published}");
    }

    /// The counts of Brooker (2015), Exponential backoff and jitter: means over 200 to 400 runs of the model that was
    /// published with it, 5 ms doubled before the first retry, at most 2 s.
    #[test]
    fn backoff_takes_the_calls_that_were_published() {
        for (jitter, first_ms, of_20, of_50, of_100) in [
            (Jitter::None, 10, 149.3, 622.6, 1861.1),
            (Jitter::Equal, 10, 108.1, 347.2, 812.3),
            (Jitter::Full, 10, 100.3, 333.0, 796.1),
            (Jitter::Decorrelated, 5, 101.5, 375.2, 1000.5),
        ] {
            let rules = rules(first_ms, jitter);
            check(20, &rules, of_20);
            check(50, &rules, of_50);
            check(100, &rules, of_100);
        }
    }
}
