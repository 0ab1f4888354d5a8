//! The branches of a `parallel`: how they start, and how they are joined.
//!
//! ```text
//! fork ─▶ branches, ready in file order ─ calls of the straight way ─▶ all sent at once, one pinned behind the other
//! reply ─▶ its branch has nothing left to do, and others decide the join ─▶ it is gone; the worker stays blocked
//! ```
//!
//! Law: a branch that takes the straight way leaves everything as if it had walked.

use super::call::{EMPTY, Outgoing};
use super::chance::{Purpose, mix};
use super::frame::Join;
use super::program::{Address, Instruction};
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Edge, Task};
use crate::scenario::{EdgeId, Mode};
use crate::trace::{Activity, Observer, On};
use std::ops::Range;

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Starts the branches, ready in file order before every other fiber of the span.
    pub(super) fn fork(&mut self, root: u32, fiber: u32, branches: Range<Address>, need: u32) {
        let key = self.world.tasks[fiber].key;
        let count = branches.end - branches.start;
        let join = self.world.joins.insert(Join {
            parent: fiber,
            need,
            succeeded: 0,
            left: count,
        });
        let mut chain = self.world.tasks[root].ready;
        for index in branches.rev() {
            let (slot, branch) = self.world.tasks.reserve(EMPTY);
            *branch = Task {
                key,
                root,
                pc: self.world.program.branches[index],
                join,
                after: chain.first,
                holds: 1,
                ..EMPTY
            };
            chain.last = if chain.first == NONE { slot } else { chain.last };
            chain.first = slot;
        }
        let span = &mut self.world.tasks[root];
        span.ready = chain;
        span.fibers += count;
    }

    /// Fibers that are ready to send a plain `sync` call send it, one after the other. True when no fiber is ready then.
    pub(super) fn call_in_turn(&mut self, root: u32) -> bool {
        let Task {
            ready,
            span,
            request,
            lane,
            ..
        } = self.world.tasks[root];
        let from = Outgoing {
            edge: NONE,
            key: 0,
            request,
            caller: NONE,
            parent: span,
            lane,
        };
        if self.world.is_cancelled(root) {
            return false;
        }
        let mut next = ready.first;
        while next != NONE {
            let (fiber, task) = (next, &mut self.world.tasks[next]);
            let (Instruction::Call(edge), step) = self.world.program.code[task.pc] else {
                break;
            };
            let Edge { straight, mode, .. } = self.world.edges[edge];
            if !straight || mode != Mode::Sync || task.outcome.is_err() {
                break;
            }
            next = task.after;
            task.pc += 1;
            let key = mix(task.key, (step as u64) << 8 | Purpose::Call as u64);
            self.pin(root, fiber, On::Edge(EdgeId(edge)));
            self.send_straight(Outgoing {
                edge,
                key,
                caller: fiber,
                ..from
            });
        }
        let ready = &mut self.world.tasks[root].ready;
        ready.first = next;
        if next == NONE {
            ready.last = NONE;
        }
        next == NONE
    }

    /// The call of a fiber has returned well. True if that was all that its branch had to do, and others decide what
    /// becomes of the join: then the branch is gone. Otherwise nothing has been done.
    pub(super) fn branch_returned(&mut self, fiber: u32) -> bool {
        let task = &self.world.tasks[fiber];
        let Task {
            root, before, after, ..
        } = *task;
        if task.join == NONE || task.frame != NONE || task.pin.is_none() {
            return false;
        }
        let is_over = matches!(self.world.program.code[task.pc].0, Instruction::EndBranch);
        let join = &mut self.world.joins[task.join];
        let undecided = join.left > 1 && (join.parent == NONE || join.succeeded + 1 < join.need);
        let span = &mut self.world.tasks[root];
        let rests = span.lane != NONE && span.active == NONE && span.ready.first == NONE;
        // Its worker stays blocked if another fiber is pinned as well.
        if !is_over || !undecided || !rests || (before == NONE && after == NONE) {
            return false;
        }
        join.left -= 1;
        join.succeeded += 1;
        span.fibers -= 1;
        let (lane, number, replica) = (span.lane, span.span, span.replica);
        self.unlink(root, before, after);
        self.world.tasks[fiber].holds = 0;
        self.world.tasks.remove(fiber);
        if before == NONE
            && let Some(on) = self.world.tasks[after].pin
        {
            self.set_lane(lane, Activity::Blocked(on), number);
        }
        self.suspect_rest(replica);
        true
    }

    /// A branch has ended; yields the forking fiber if it is decided now, and whether enough have succeeded.
    pub(super) fn end_branch(&mut self, fiber: u32, ok: bool) -> Option<(u32, bool)> {
        let task = &mut self.world.tasks[fiber];
        task.holds = 0;
        let slot = task.join;
        self.world.tasks.remove(fiber);
        let join = &mut self.world.joins[slot];
        join.left -= 1;
        join.succeeded += ok as u32;
        let (enough, hopeless) = (join.succeeded >= join.need, join.succeeded + join.left < join.need);
        let decided = (join.parent != NONE && (enough || hopeless)).then_some((join.parent, enough));
        if decided.is_some() {
            join.parent = NONE;
        }
        if join.left == 0 {
            self.world.joins.remove(slot);
        }
        decided
    }
}
