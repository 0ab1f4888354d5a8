//! The fibers of one span in a row: those that are ready to go on, and those that pin its worker.
//!
//! ```text
//! ready    first ─after▶ … ─after▶ last          first come, first served
//! pinned   first ◀before─after▶ … ◀before─after▶ last
//! ```
//!
//! Law: a fiber stands in one row at most.

use super::slab::NONE;
use super::turn::Turn;
use super::world::{Chain, Task};
use crate::trace::{Observer, On};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// This fiber holds the worker of its span until it is resumed.
    #[inline]
    pub(super) fn pin(&mut self, root: u32, fiber: u32, on: On) {
        let row = &mut self.world.tasks[root].pinned;
        let last = std::mem::replace(&mut row.last, fiber);
        match last {
            NONE => row.first = fiber,
            last => self.world.tasks[last].after = fiber,
        }
        let task = &mut self.world.tasks[fiber];
        (task.pin, task.before, task.after) = (Some(on), last, NONE);
    }

    /// A fiber holds the worker no longer, if it did.
    pub(super) fn unpin(&mut self, root: u32, fiber: u32) {
        let task = &mut self.world.tasks[fiber];
        if task.pin.take().is_none() {
            return;
        }
        let Task { before, after, .. } = *task;
        self.unlink(root, before, after);
    }

    /// One of the pinned fibers leaves the row; these are its neighbours.
    #[inline(always)]
    pub(super) fn unlink(&mut self, root: u32, before: u32, after: u32) {
        if before != NONE {
            self.world.tasks[before].after = after;
        }
        if after != NONE {
            self.world.tasks[after].before = before;
        }
        let row = &mut self.world.tasks[root].pinned;
        if before == NONE {
            row.first = after;
        }
        if after == NONE {
            row.last = before;
        }
    }

    /// A fiber can go on, behind those of its span that already can.
    pub(super) fn push_ready(&mut self, root: u32, fiber: u32) {
        self.world.tasks[fiber].after = NONE;
        let row = &mut self.world.tasks[root].ready;
        match std::mem::replace(&mut row.last, fiber) {
            NONE => row.first = fiber,
            last => self.world.tasks[last].after = fiber,
        }
    }

    /// The next fiber of a span that can go on.
    pub(super) fn pop_ready(&mut self, root: u32) -> Option<u32> {
        let Chain { first, .. } = self.world.tasks[root].ready;
        if first == NONE {
            return None;
        }
        let after = self.world.tasks[first].after;
        let ready = &mut self.world.tasks[root].ready;
        ready.first = after;
        if after == NONE {
            ready.last = NONE;
        }
        Some(first)
    }
}
