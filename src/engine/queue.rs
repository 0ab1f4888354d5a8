//! The future-event list: what will happen, in one total order of time, class and order of scheduling.
//!
//! ```text
//! pop ◀─ due[class 0..4]   events of this very instant, first come first served within a class
//!     ◀─ row ⇄ heap        later ones: a row as long as they are few, a heap while they are many
//! ```
//!
//! Law: at one instant changes come first, then ends of work, replies, timeouts, arrivals; within a class the
//! order of scheduling decides. Whether they are few or many changes nothing but the time it takes.

use super::entry::Entry;
pub use super::entry::Handle;
use super::event::{CLASSES, Event};
use super::heap::Heap;
use super::row::{ROOM, Row};
use crate::time::Instant;
use std::collections::VecDeque;

/// A heap that has run down to so many is a row again.
const FEW: usize = ROOM / 3;

/// All events that are still to come.
pub struct Queue {
    now: Instant,
    sequence: u64,
    row: Row,
    /// How many the row takes: none while the heap has them.
    room: usize,
    heap: Heap,
    /// There may be more of this instant among the later ones.
    tied: bool,
    /// The one event of this instant, as long as there is only one.
    single: Option<Event>,
    /// Events of this instant by class; of those among the later ones that are of it, none was scheduled after one of these.
    due: [VecDeque<Event>; CLASSES],
    due_classes: u32,
}

impl Queue {
    /// An empty queue at the start of time.
    pub fn new() -> Queue {
        Queue {
            now: Instant::START,
            sequence: 0,
            row: Row::new(),
            room: ROOM,
            heap: Heap::new(),
            tied: true,
            single: None,
            due: Default::default(),
            due_classes: 0,
        }
    }

    /// The instant of the event that was popped last.
    #[inline(always)]
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Schedules an event that will certainly happen; `at` is never in the past.
    pub fn push(&mut self, at: Instant, event: Event) {
        if at == self.now {
            self.push_now(event);
        } else {
            self.push_later(at, event);
        }
    }

    /// Schedules an event of this instant, for whoever knows that it is one.
    #[inline(always)]
    pub fn push_now(&mut self, event: Event) {
        if self.single.is_none() && self.due_classes == 0 {
            self.single = Some(event);
        } else {
            self.push_due(event);
        }
    }

    /// Schedules an event of a later instant, for whoever knows that it is one.
    #[inline(always)]
    pub fn push_later(&mut self, at: Instant, event: Event) {
        debug_assert!(at > self.now, "later than now");
        if self.row.len() < self.room {
            let entry = self.entry(at, event, Handle::NONE);
            self.row.insert(entry);
        } else {
            self.push_among_many(at, event, Handle::NONE);
        }
    }

    /// Schedules an event wherever the later ones lie.
    // Only here an entry is something in memory, which a call needs: written in parts and read as a whole, it is waited for.
    #[inline(never)]
    fn push_among_many(&mut self, at: Instant, event: Event, handle: Handle) {
        let entry = self.entry(at, event, handle);
        self.insert(&entry);
    }

    /// One more event of this instant.
    #[inline(never)]
    fn push_due(&mut self, event: Event) {
        if let Some(first) = self.single.take() {
            self.line_up(first);
        }
        self.line_up(event);
    }

    /// An event of this instant joins those of its class.
    #[inline(always)]
    fn line_up(&mut self, event: Event) {
        let class = event.class();
        self.due[class].push_back(event);
        self.due_classes |= 1 << class;
    }

    /// Schedules an event that may still be cancelled.
    pub fn push_cancellable(&mut self, at: Instant, event: Event) -> Handle {
        if at == self.now {
            self.tied = true;
            self.put_before_later(event.class());
        }
        let handle = self.heap.name();
        self.push_among_many(at, event, handle);
        handle
    }

    /// Events of this instant and class lie among the later ones from now on: what is scheduled next comes behind them.
    #[inline(never)]
    fn put_before_later(&mut self, class: usize) {
        if let Some(event) = self.single.take() {
            self.line_up(event);
        }
        while let Some(event) = self.due[class].pop_front() {
            self.push_among_many(self.now, event, Handle::NONE);
        }
        self.due_classes &= !(1 << class);
    }

    /// Takes an event out that has not been popped yet.
    pub fn cancel(&mut self, handle: Handle) {
        if self.room > 0 {
            self.row.remove(handle);
        } else {
            self.heap.remove(handle);
        }
        self.heap.forget(handle);
    }

    /// Takes all events out that are wanted, in the order in which they would have happened.
    pub fn extract(&mut self, wanted: impl Fn(Event) -> bool) -> Vec<(Instant, Event)> {
        let mut out = Vec::new();
        if let Some(event) = self.single.take_if(|event| wanted(*event)) {
            out.push((self.now, event));
        }
        for (class, due) in self.due.iter_mut().enumerate() {
            out.extend(
                due.iter()
                    .filter(|event| wanted(**event))
                    .map(|event| (self.now, *event)),
            );
            due.retain(|event| !wanted(*event));
            if due.is_empty() {
                self.due_classes &= !(1 << class);
            }
        }
        for entry in self.drain() {
            if wanted(entry.event) {
                out.push((entry.at, self.released(entry)));
            } else {
                self.insert(&entry);
            }
        }
        out
    }

    /// Takes all of the later ones, in order.
    #[inline(never)]
    fn drain(&mut self) -> Vec<Entry> {
        let len = self.row.len() + self.heap.len();
        let next = |_| {
            self.first();
            self.take()
        };
        (0..len).map(next).collect()
    }

    /// The next event if it happens before `until`; the clock moves to it.
    // Each way asks by itself whether there is an event: else the usual ones, where there certainly is, would be asked too.
    #[inline(always)]
    pub fn pop(&mut self, until: Instant) -> Option<Event> {
        if self.single.is_some() && !self.tied {
            return self.single.take();
        }
        if self.single.is_some() || self.due_classes != 0 {
            let event = self.pop_due()?;
            return Some(event);
        }
        let at = self.row.first().at;
        if at >= until {
            let event = self.pop_from_heap(until)?;
            return Some(event);
        }
        self.now = at;
        self.tied = self.row.second().at == at;
        let entry = self.row.take();
        Some(self.released(entry))
    }

    /// The next event, where there is none in the row before `until`.
    #[inline(never)]
    fn pop_from_heap(&mut self, until: Instant) -> Option<Event> {
        let at = self.heap.first().at;
        if at >= until {
            return None;
        }
        self.now = at;
        self.tied = self.heap.is_tied();
        let entry = self.take_from_heap();
        Some(self.released(entry))
    }

    /// The next event of this instant, whether it was scheduled long ago or just now.
    #[inline(never)]
    fn pop_due(&mut self) -> Option<Event> {
        if let Some(event) = self.single.take() {
            self.line_up(event);
        }
        let class = self.due_classes.trailing_zeros() as usize;
        if self.tied {
            let (now, first) = (self.now, self.first());
            if first.at == now && first.class() <= class {
                let entry = self.take();
                return Some(self.released(entry));
            }
        }
        let event = self.due[class].pop_front();
        if self.due[class].is_empty() {
            self.due_classes &= !(1 << class);
        }
        event
    }

    /// The earliest of the later ones, or a void.
    fn first(&mut self) -> &Entry {
        if self.room > 0 {
            self.row.first()
        } else {
            self.heap.first()
        }
    }

    /// Takes the earliest of the later ones, which has just been looked at.
    fn take(&mut self) -> Entry {
        if self.room > 0 {
            self.row.take()
        } else {
            self.take_from_heap()
        }
    }

    #[inline(always)]
    fn take_from_heap(&mut self) -> Entry {
        let entry = self.heap.take();
        if self.heap.len() <= FEW {
            self.line_up_few();
        }
        entry
    }

    /// The event of an entry that has been taken; its handle is free.
    #[inline(always)]
    fn released(&mut self, entry: Entry) -> Event {
        self.heap.forget(entry.handle);
        entry.event
    }

    /// The few that are left in the heap lie in the row from now on.
    #[inline(never)]
    fn line_up_few(&mut self) {
        self.room = ROOM;
        for _ in 0..self.heap.len() {
            self.heap.first();
            let entry = self.heap.take();
            self.insert(&entry);
        }
    }

    /// What lies in the list of an event that is scheduled now.
    #[inline(always)]
    fn entry(&mut self, at: Instant, event: Event, handle: Handle) -> Entry {
        debug_assert!(at >= self.now, "time never goes back");
        self.sequence += 1;
        Entry::new(at, self.sequence, event, handle)
    }

    /// One more of the later ones, wherever they lie.
    #[inline(never)]
    fn insert(&mut self, entry: &Entry) {
        if self.row.len() < self.room {
            self.row.insert(*entry);
        } else if self.room > 0 {
            self.heap_up(entry);
        } else {
            self.heap.insert(entry);
        }
    }

    /// All of the row lie in the heap from now on, and one more: what is sorted is a heap.
    #[inline(never)]
    fn heap_up(&mut self, entry: &Entry) {
        self.room = 0;
        for _ in 0..self.row.len() {
            let entry = self.row.take();
            self.insert(&entry);
        }
        self.insert(entry);
    }
}

impl Default for Queue {
    fn default() -> Self {
        Queue::new()
    }
}

#[cfg(test)]
mod tests;
