//! What a caller's replica remembers of an edge: its breaker, its limits, its budget for retries, its connections.
//!
//! ```text
//! breaker   closed ─ failure rate reached ─▶ open ─ after a while ─▶ half open ─ all trials succeed ─▶ closed
//!             ▲                               ▲                         └ one fails ─┘
//! ```
//!
//! Law: one gate for each edge and replica of its caller (one for a client); whole numbers only.

use super::chance::millionths;
use super::turn::Turn;
use crate::scenario::{Breaker, EdgeId};
use crate::time::{Duration, Instant};
use crate::trace::{Observer, State};
use std::collections::VecDeque;

/// A token of the budget for retries.
const TOKEN: u64 = 1_000_000;
/// The budget at first and at most.
const MOST_TOKENS: u64 = 10 * TOKEN;
/// How far ahead of an even rate a caller may be: what it saved up in one second.
const BURST: u64 = 1_000_000_000;

/// The state of an edge at one caller.
pub struct Gate {
    /// Attempts under way.
    pub under_way: u32,
    /// When the next attempt is due at an even rate.
    due: Instant,
    tokens: u64,
    pub breaker: Switch,
    pub connections: Connections,
}

impl Gate {
    /// Nobody has called yet.
    pub fn new() -> Gate {
        Gate {
            under_way: 0,
            due: Instant::START,
            tokens: MOST_TOKENS,
            breaker: Switch::new(),
            connections: Connections::default(),
        }
    }

    /// Whether one more attempt is within a rate of one each `gap`, with up to a second's worth at once; if so it is
    /// counted (a token bucket, as the generic cell rate algorithm: ITU-T I.371).
    pub fn is_within(&mut self, now: Instant, gap: Duration) -> bool {
        let ahead = BURST.saturating_sub(gap.0);
        if self.due.0.saturating_sub(now.0) > ahead {
            return false;
        }
        self.due = self.due.max(now) + gap;
        true
    }

    /// A call adds this many millionths of a token.
    pub fn earn(&mut self, millionths: u64) {
        self.tokens = MOST_TOKENS.min(self.tokens + millionths);
    }

    /// Takes one token for a retry, if there is one.
    pub fn spend(&mut self) -> bool {
        let enough = self.tokens >= TOKEN;
        if enough {
            self.tokens -= TOKEN;
        }
        enough
    }
}

/// Whether a breaker lets calls pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    Closed,
    /// Refuses until this instant.
    Open(Instant),
    /// Lets `left` further trials pass; `pending` of them have no outcome yet.
    HalfOpen {
        left: u32,
        pending: u32,
    },
}

/// A breaker's memory.
pub struct Switch {
    pub passage: Passage,
    /// The last attempts, oldest first; true where one failed.
    window: VecDeque<bool>,
    failures: u32,
    /// Grows whenever the passage changes; outcomes of attempts from before are not looked at.
    pub age: u32,
}

impl Switch {
    fn new() -> Switch {
        Switch {
            passage: Passage::Closed,
            window: VecDeque::new(),
            failures: 0,
            age: 0,
        }
    }

    /// Whether an attempt may pass; an open breaker whose time is over lets trials pass.
    pub fn admits(&mut self, now: Instant, rules: &Fuse) -> bool {
        if let Passage::Open(until) = self.passage
            && now >= until
        {
            self.turn(Passage::HalfOpen {
                left: rules.half_open,
                pending: 0,
            });
        }
        match &mut self.passage {
            Passage::Closed => true,
            Passage::Open(_) => false,
            Passage::HalfOpen { left: 0, .. } => false,
            Passage::HalfOpen { left, pending } => {
                *left -= 1;
                *pending += 1;
                true
            }
        }
    }

    /// An attempt that passed at this age has its outcome.
    pub fn learn(&mut self, now: Instant, ok: bool, age: u32, rules: &Fuse) {
        if age != self.age {
            return;
        }
        match &mut self.passage {
            Passage::HalfOpen { left, pending } => {
                *pending -= 1;
                let over = *left == 0 && *pending == 0;
                if !ok {
                    self.turn(Passage::Open(now + rules.open));
                } else if over {
                    self.turn(Passage::Closed);
                }
            }
            Passage::Closed => {
                self.note(!ok, rules.window);
                let calls = self.window.len() as u32;
                if calls >= rules.minimum && self.failures > 0 && rules.is_reached(self.failures, calls) {
                    self.turn(Passage::Open(now + rules.open));
                }
            }
            Passage::Open(_) => {}
        }
    }

    fn note(&mut self, failed: bool, size: u32) {
        self.window.push_back(failed);
        self.failures += failed as u32;
        while self.window.len() > size as usize {
            self.failures -= self.window.pop_front().is_some_and(|failed| failed) as u32;
        }
    }

    fn turn(&mut self, passage: Passage) {
        self.passage = passage;
        self.window.clear();
        self.failures = 0;
        self.age += 1;
    }
}

/// The rules of a breaker in whole numbers.
#[derive(Clone, Debug)]
pub struct Fuse {
    window: u32,
    /// The share of failures that opens it, in millionths.
    rate: u64,
    minimum: u32,
    open: Duration,
    half_open: u32,
}

impl Fuse {
    /// From what a person wrote.
    pub fn new(breaker: &Breaker) -> Fuse {
        Fuse {
            window: breaker.window,
            rate: millionths(breaker.failure_rate),
            minimum: breaker.minimum_calls,
            open: breaker.open,
            half_open: breaker.half_open,
        }
    }

    fn is_reached(&self, failures: u32, calls: u32) -> bool {
        failures as u64 * 1_000_000 >= calls as u64 * self.rate
    }
}

/// The connections of a caller to a callee.
#[derive(Default)]
pub struct Connections {
    pub open: u32,
    pub idle: u32,
    /// Attempts that wait for one, first come first served: the guard, and its attempt's number.
    pub waiting: VecDeque<(u32, u32)>,
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Tells that the breaker of a guard's gate has changed, if it has.
    pub(super) fn tell_breaker(&mut self, edge: u32, slot: u32, before: Passage, after: Passage) {
        let state = |passage| match passage {
            Passage::Closed => State::Closed,
            Passage::Open(_) => State::Open,
            Passage::HalfOpen { .. } => State::HalfOpen,
        };
        if state(before) != state(after) {
            let gate = self.world.guards[slot].gate - self.world.edges[edge].first_gate;
            self.observer.breaker(self.now(), EdgeId(edge), gate, state(after));
        }
    }
}
