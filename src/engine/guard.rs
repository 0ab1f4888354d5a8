//! A call over an edge with policies, while it lives: what it has tried, and what it waits for.
//!
//! Law: at most two attempts are under way at a time, the first and its hedge; their mode and line are those with
//! which the call began.

use super::call::Outgoing;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Task, World};
use crate::scenario::Mode;
use crate::time::{Duration, Instant};
use crate::trace::{Cause, Observer};

/// A call with policies while it lives.
#[derive(Clone, Copy)]
pub struct Guard {
    /// The place of the call in its story.
    pub key: u64,
    pub edge: u32,
    pub rules: u32,
    pub gate: u32,
    pub request: u32,
    /// The fiber that waits, the guard whose fallback this is, and the caller's span.
    pub caller: u32,
    pub outer: u32,
    pub parent: u32,
    /// That span, or the job of it that calls.
    pub root: u32,
    pub mode: Mode,
    /// Whether who called goes on with its outcome, and not before.
    pub awaited: bool,
    pub line: u32,
    pub since: Instant,
    pub deadline: Instant,
    /// Attempts so far, refused ones included.
    pub attempts: u32,
    /// The tasks of the attempt under way: the first, and the hedge.
    pub tries: [u32; 2],
    pub hedged: bool,
    /// Which of them is not sent yet, as it waits for a connection.
    pub pending: [bool; 2],
    pub pause: Duration,
    /// Of the timeout and the hedge.
    pub timers: [Handle; 2],
    /// The age of the breaker when the attempt passed it.
    pub age: u32,
    /// The outcome of an attempt that never left, or of the call.
    pub outcome: Result<(), Cause>,
    pub stage: Stage,
    /// Some attempt's work has been done well.
    pub done: bool,
    /// The call itself, and its tasks.
    pub holds: u32,
}

impl Guard {
    /// The mode and the line of all its attempts, whatever becomes of the edge meanwhile.
    pub fn way(&self) -> (Mode, u32) {
        (self.mode, self.line)
    }
}

impl World {
    /// A call that this guard sends over an edge.
    pub(super) fn outgoing_of(&self, guard: u32, edge: u32, key: u64) -> Outgoing {
        let Guard {
            request, parent, root, ..
        } = self.guards[guard];
        let lane = if root == NONE { NONE } else { self.tasks[root].lane };
        Outgoing {
            edge,
            key,
            request,
            caller: NONE,
            parent,
            lane,
        }
    }
}

/// What a guard is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Refused before it left, and soon told so; or the attempt has just been decided.
    Between,
    /// Waits for an outcome.
    Attempt,
    Pause,
    Fallback,
    Over,
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// The span of an attempt begins: it may be too late, or its work done already.
    #[inline(never)]
    pub(super) fn begin_guarded(&mut self, task: u32) {
        let Task { guard, deadline, .. } = self.world.tasks[task];
        if self.now() >= deadline {
            self.respond(task, Err(Cause::Deadline));
            self.world.tasks[task].outcome = Err(Cause::Deadline);
        } else if self.world.guards[guard].done && self.world.rules[self.world.guards[guard].rules].idempotent {
            self.world.tasks[task].pc = self.world.program.nothing;
        }
    }
}
