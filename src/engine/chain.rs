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

impl<O: Observer> Turn<'_, O> {
    /// This fiber holds the worker of its span until it is resumed.
    pub(super) fn pin(&mut self, root: u32, fiber: u32, on: On) {
        let last = self.world.tasks[root].pinned.last;
        let task = &mut self.world.tasks[fiber];
        task.pin = Some(on);
        task.before = last;
        task.after = NONE;
        match last {
            NONE => self.world.tasks[root].pinned.first = fiber,
            last => self.world.tasks[last].after = fiber,
        }
        self.world.tasks[root].pinned.last = fiber;
    }

    /// A fiber holds the worker no longer, if it did.
    pub(super) fn unpin(&mut self, root: u32, fiber: u32) {
        let Task { pin, before, after, .. } = self.world.tasks[fiber];
        if pin.is_none() {
            return;
        }
        self.world.tasks[fiber].pin = None;
        match before {
            NONE => self.world.tasks[root].pinned.first = after,
            before => self.world.tasks[before].after = after,
        }
        match after {
            NONE => self.world.tasks[root].pinned.last = before,
            after => self.world.tasks[after].before = before,
        }
    }

    /// A fiber can go on, behind those of its span that already can.
    pub(super) fn push_ready(&mut self, root: u32, fiber: u32) {
        self.world.tasks[fiber].after = NONE;
        let Chain { last, .. } = self.world.tasks[root].ready;
        match last {
            NONE => self.world.tasks[root].ready.first = fiber,
            last => self.world.tasks[last].after = fiber,
        }
        self.world.tasks[root].ready.last = fiber;
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
