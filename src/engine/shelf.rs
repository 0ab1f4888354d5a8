//! What lies in a channel: the shelf of a partition, in the order in which its messages go.
//!
//! ```text
//! first ─▶ message ─▶ message ─▶ last          before all others: what failed; behind them: what is new
//! ```
//!
//! Law: a message lies on one shelf or on none; a channel's depth is how many messages some group has yet to take.

use super::channel::{Message, Stage};
use super::event::Event;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use super::world::World;
use crate::scenario::ChannelId;
use crate::time::Instant;
use crate::trace::Observer;

/// Messages in the order in which they go.
pub struct Shelf {
    pub first: u32,
    pub last: u32,
    pub count: u32,
    /// A consumer works on a message of this partition.
    pub open: bool,
    /// Messages that will lie here again.
    pub waiting: u32,
    /// When a batch that is not full will go.
    pub alarm: Instant,
}

impl Shelf {
    /// Whether its messages have to wait for one that is out, or will come back before them.
    #[inline]
    pub fn is_taken(&self, topic: bool) -> bool {
        self.open || topic && self.waiting > 0
    }
}

impl World {
    /// The shelf that a message lies on, or would lie on.
    #[inline]
    pub fn shelf(&mut self, slot: u32) -> &mut Shelf {
        let Message {
            channel, group, shelf, ..
        } = self.messages[slot];
        &mut self.channels[channel].groups[group].shelves[shelf]
    }

    /// Puts a message on its shelf, before or behind all others.
    #[inline]
    pub fn shelve(&mut self, slot: u32, front: bool) {
        let shelf = self.shelf(slot);
        shelf.count += 1;
        let (before, after) = if front { (NONE, shelf.first) } else { (shelf.last, NONE) };
        if before == NONE {
            shelf.first = slot;
        }
        if after == NONE {
            shelf.last = slot;
        }
        if before != NONE {
            self.messages[before].after = slot;
        }
        if after != NONE {
            self.messages[after].before = slot;
        }
        let message = &mut self.messages[slot];
        (message.before, message.after) = (before, after);
    }

    /// Takes a message from its shelf, wherever it lies on it.
    #[inline]
    pub fn unshelve(&mut self, slot: u32) {
        let Message { before, after, .. } = self.messages[slot];
        let shelf = self.shelf(slot);
        shelf.count -= 1;
        if before == NONE {
            shelf.first = after;
        }
        if after == NONE {
            shelf.last = before;
        }
        if before != NONE {
            self.messages[before].after = after;
        }
        if after != NONE {
            self.messages[after].before = before;
        }
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A message lies in its channel from now on, unless it is too old for it.
    #[inline]
    pub(super) fn lay(&mut self, slot: u32, front: bool) {
        let now = self.now();
        let Message {
            channel,
            group,
            published,
            ..
        } = self.world.messages[slot];
        let place = &mut self.world.channels[channel];
        let end = place.rules.retention.map(|time| published + time);
        place.groups[group].lying += 1;
        let (topic, lying) = (place.topic, place.groups[group].lying);
        let new = self.world.is_last_lying(slot);
        self.world.shelve(slot, front);
        let message = &mut self.world.messages[slot];
        (message.stage, message.since) = (Stage::Lying, now);
        if let Some(end) = end {
            message.alarm = self.world.queue.push_cancellable(end.max(now), Event::Expire(slot));
        }
        if topic {
            self.observer.lag(now, ChannelId(channel), group, lying - 1, lying);
        }
        if new {
            self.change_depth(channel, 1);
        }
    }

    /// A message lies in its channel no longer.
    #[inline]
    pub(super) fn lift(&mut self, slot: u32) {
        let now = self.now();
        let Message {
            channel, group, alarm, ..
        } = self.world.messages[slot];
        self.world.unshelve(slot);
        if alarm != Handle::NONE {
            self.world.messages[slot].alarm = Handle::NONE;
            self.world.queue.cancel(alarm);
        }
        let place = &mut self.world.channels[channel];
        place.groups[group].lying -= 1;
        let (topic, lying) = (place.topic, place.groups[group].lying);
        if topic {
            self.observer.lag(now, ChannelId(channel), group, lying + 1, lying);
        }
        if self.world.is_last_lying(slot) {
            self.change_depth(channel, -1);
        }
    }

    #[inline]
    fn change_depth(&mut self, channel: u32, by: i32) {
        let place = &mut self.world.channels[channel];
        let was = place.depth;
        place.depth = was.wrapping_add_signed(by);
        let is = place.depth;
        self.observer.depth(self.now(), ChannelId(channel), was, is);
    }

    /// Takes a message from wherever it lies or waits.
    pub(super) fn withdraw(&mut self, slot: u32) {
        match self.world.messages[slot].stage {
            Stage::Lying => self.lift(slot),
            Stage::Waiting => {
                let alarm = std::mem::replace(&mut self.world.messages[slot].alarm, Handle::NONE);
                if alarm != Handle::NONE {
                    self.world.queue.cancel(alarm);
                    self.world.shelf(slot).waiting -= 1;
                }
            }
            Stage::Held | Stage::Over => {}
        }
    }
}
