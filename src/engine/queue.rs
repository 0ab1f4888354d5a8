//! The future-event list: what will happen, in one total order of time, class and order of scheduling.
//!
//! ```text
//! pop ◀─ due[class 0..4]   events of this very instant, first come first served within a class
//!     ◀─ top ◀─ families   later ones, a heap of arity 4; the hole at its top is filled by the next push
//! ```
//!
//! Law: at one instant changes come first, then ends of work, replies, timeouts, arrivals; within a class the
//! order of scheduling decides. Cancelling takes O(log n) and leaves nothing behind.

use super::event::{CLASSES, Event};
use super::slab::Numbered;
use crate::time::Instant;
use std::collections::VecDeque;

const CLASS_SHIFT: u32 = 60;

/// Names an event that may be cancelled until it has been popped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(u32);

impl Handle {
    /// The handle of no event.
    pub const NONE: Handle = Handle(u32::MAX);
}

#[derive(Clone, Copy)]
struct Entry {
    at: Instant,
    /// Class in the upper bits, sequence number in the lower ones.
    order: u64,
    event: Event,
    handle: Handle,
}

/// Later than every entry.
const VOID: Entry = Entry {
    at: Instant::NEVER,
    order: u64::MAX,
    event: Event::Change(u32::MAX),
    handle: Handle::NONE,
};

/// Children of one parent.
const FAMILY: usize = 4;

/// The children of one parent, which lie together in the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Family([Entry; FAMILY]);

impl Entry {
    #[inline(always)]
    fn before(&self, other: &Entry) -> bool {
        let key = |entry: &Entry| (entry.at.0 as u128) << 64 | entry.order as u128;
        key(self) < key(other)
    }
}

/// All events that are still to come.
pub struct Queue {
    now: Instant,
    sequence: u64,
    /// The earliest entry, number 0 of the heap; a void where there is none, and gone while `hole` is set.
    top: Entry,
    /// The children of entry n, in family n, are the entries 4 n + 1 … 4 n + 4; those behind the last one are voids.
    families: Numbered<Family>,
    /// How many entries there are, the hole included.
    len: usize,
    hole: bool,
    /// The heap may have more events of this instant.
    tied: bool,
    /// Where the event of each handle lies in the heap.
    positions: Vec<u32>,
    unused: Vec<u32>,
    /// The one event of this instant, as long as there is only one.
    single: Option<Event>,
    due: [VecDeque<Event>; CLASSES],
    due_classes: u32,
}

impl Queue {
    /// An empty queue at the start of time.
    pub fn new() -> Queue {
        Queue {
            now: Instant::START,
            sequence: 0,
            top: VOID,
            families: Numbered::new(),
            len: 0,
            hole: false,
            tied: true,
            positions: Vec::new(),
            unused: Vec::new(),
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
        if at != self.now {
            self.insert(at, event, Handle::NONE);
        } else if self.single.is_none() && self.due_classes == 0 {
            self.single = Some(event);
        } else {
            self.push_due(event);
        }
    }

    /// One more event of this instant.
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
        let handle = match self.unused.pop() {
            Some(index) => Handle(index),
            None => {
                self.positions.push(0);
                Handle(self.positions.len() as u32 - 1)
            }
        };
        self.tied |= at == self.now;
        self.insert(at, event, handle);
        handle
    }

    /// Takes an event out that has not been popped yet.
    pub fn cancel(&mut self, handle: Handle) {
        self.fill_hole();
        let index = self.positions[handle.0 as usize] as usize;
        debug_assert!(self.entry(index).handle == handle);
        self.unused.push(handle.0);
        let last = self.take_last();
        if index < self.len {
            if index > 0 && last.before(self.entry((index - 1) / FAMILY)) {
                self.sift_up(index, last);
            } else {
                self.sift_down(index, last);
            }
        }
    }

    /// Takes all events out that are wanted, in the order in which they would have happened.
    pub fn extract(&mut self, wanted: impl Fn(Event) -> bool) -> Vec<(Instant, Event)> {
        self.fill_hole();
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
        let mut kept = Vec::new();
        while self.len > 0 {
            let top = self.top;
            if wanted(top.event) {
                out.push((top.at, self.take_top()));
            } else {
                kept.push(top);
                self.hole = true;
            }
            self.fill_hole();
        }
        // What is sorted is a heap.
        kept.into_iter().for_each(|entry| self.append(entry));
        out
    }

    /// The next event if it happens before `until`; the clock moves to it.
    #[inline(always)]
    pub fn pop(&mut self, until: Instant) -> Option<Event> {
        if self.single.is_some() && !self.tied {
            return self.single.take();
        }
        self.fill_hole();
        if self.single.is_some() || self.due_classes != 0 {
            return self.pop_due();
        }
        let at = self.top.at;
        if at >= until {
            return None;
        }
        self.now = at;
        // What happens together lies together at the top.
        let next = self.families.first();
        self.tied = next.is_some_and(|Family(children)| children.iter().any(|child| child.at == at));
        Some(self.take_top())
    }

    /// The next event of this instant, whether it was scheduled long ago or just now.
    fn pop_due(&mut self) -> Option<Event> {
        if let Some(event) = self.single.take() {
            self.line_up(event);
        }
        let class = self.due_classes.trailing_zeros() as usize;
        let top = &self.top;
        if top.at == self.now && (top.order >> CLASS_SHIFT) as usize <= class {
            return Some(self.take_top());
        }
        let event = self.due[class].pop_front();
        if self.due[class].is_empty() {
            self.due_classes &= !(1 << class);
        }
        event
    }

    #[inline(always)]
    fn take_top(&mut self) -> Event {
        let top = &self.top;
        if top.handle != Handle::NONE {
            self.unused.push(top.handle.0);
        }
        let event = top.event;
        self.hole = true;
        event
    }

    #[inline]
    fn insert(&mut self, at: Instant, event: Event, handle: Handle) {
        debug_assert!(at >= self.now, "time never goes back");
        self.sequence += 1;
        let order = (event.class() as u64) << CLASS_SHIFT | self.sequence;
        let entry = Entry {
            at,
            order,
            event,
            handle,
        };
        if self.hole {
            self.hole = false;
            self.sift_down(0, entry);
        } else {
            self.append(entry);
        }
    }

    /// One more entry behind the last one, from where it rises.
    #[inline(never)]
    fn append(&mut self, entry: Entry) {
        let index = self.len;
        self.len += 1;
        if index % FAMILY == 1 {
            self.families.push(Family([VOID; FAMILY]));
        }
        self.sift_up(index, entry);
    }

    #[inline(always)]
    fn fill_hole(&mut self) {
        if self.hole {
            self.hole = false;
            let last = self.take_last();
            if self.len > 0 {
                self.sift_down(0, last);
            }
        }
    }

    /// The last entry leaves a void.
    #[inline(always)]
    fn take_last(&mut self) -> Entry {
        self.len -= 1;
        let last = std::mem::replace(self.entry_mut(self.len), VOID);
        if self.len % FAMILY == 1 {
            self.families.pop();
        }
        last
    }

    #[inline(always)]
    fn entry(&self, index: usize) -> &Entry {
        match index.checked_sub(1) {
            None => &self.top,
            Some(below) => &self.families[(below / FAMILY) as u32].0[below % FAMILY],
        }
    }

    #[inline(always)]
    fn entry_mut(&mut self, index: usize) -> &mut Entry {
        match index.checked_sub(1) {
            None => &mut self.top,
            Some(below) => &mut self.families[(below / FAMILY) as u32].0[below % FAMILY],
        }
    }

    #[inline(always)]
    fn place(&mut self, index: usize, entry: Entry) {
        *self.entry_mut(index) = entry;
        if entry.handle != Handle::NONE {
            self.positions[entry.handle.0 as usize] = index as u32;
        }
    }

    fn sift_up(&mut self, mut index: usize, entry: Entry) {
        while index > 0 {
            let parent = (index - 1) / FAMILY;
            let above = *self.entry(parent);
            if !entry.before(&above) {
                break;
            }
            self.place(index, above);
            index = parent;
        }
        self.place(index, entry);
    }

    #[inline]
    fn sift_down(&mut self, mut index: usize, entry: Entry) {
        while let Some(Family(children)) = self.families.get(index) {
            let left = children[1].before(&children[0]) as usize;
            let right = 2 + children[3].before(&children[2]) as usize;
            let least = if children[right].before(&children[left]) {
                right
            } else {
                left
            };
            let child = children[least];
            if !child.before(&entry) {
                break;
            }
            self.place(index, child);
            index = FAMILY * index + 1 + least;
        }
        self.place(index, entry);
    }
}

impl Default for Queue {
    fn default() -> Self {
        Queue::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(queue: &mut Queue) -> Vec<(u64, Event)> {
        std::iter::from_fn(|| queue.pop(Instant::NEVER).map(|event| (queue.now().0, event))).collect()
    }

    #[test]
    fn events_come_in_order_of_time_class_and_scheduling() {
        let mut queue = Queue::new();
        queue.push(Instant(5), Event::Arrive(1));
        queue.push(Instant(5), Event::Timeout(2));
        queue.push(Instant(5), Event::WorkEnd(3));
        queue.push(Instant(5), Event::WorkEnd(4));
        queue.push(Instant(3), Event::Arrive(5));
        queue.push(Instant(0), Event::Arrive(6));
        queue.push(Instant(5), Event::Change(7));
        let expected = [
            (0, Event::Arrive(6)),
            (3, Event::Arrive(5)),
            (5, Event::Change(7)),
            (5, Event::WorkEnd(3)),
            (5, Event::WorkEnd(4)),
            (5, Event::Timeout(2)),
            (5, Event::Arrive(1)),
        ];
        assert_eq!(drain(&mut queue), expected);
    }

    #[test]
    fn an_event_of_this_instant_waits_for_earlier_classes_of_it() {
        let mut queue = Queue::new();
        queue.push(Instant(4), Event::WorkEnd(1));
        queue.push(Instant(4), Event::Timeout(2));
        queue.push(Instant(4), Event::Arrive(3));
        assert_eq!(queue.pop(Instant::NEVER), Some(Event::WorkEnd(1)));
        queue.push(Instant(4), Event::Arrive(4));
        queue.push(Instant(4), Event::Reply(5));
        let rest: Vec<_> = drain(&mut queue).into_iter().map(|(_, event)| event).collect();
        assert_eq!(
            rest,
            [Event::Reply(5), Event::Timeout(2), Event::Arrive(3), Event::Arrive(4)]
        );
    }

    #[test]
    fn what_is_taken_out_does_not_happen_and_the_rest_keeps_its_order() {
        let mut queue = Queue::new();
        let handle = queue.push_cancellable(Instant(9), Event::Timeout(1));
        for slot in 0..20 {
            queue.push(Instant(20 - u64::from(slot)), Event::WorkEnd(slot));
        }
        queue.push(Instant(0), Event::WorkEnd(20));
        queue.push(Instant(0), Event::Arrive(21));
        let even = |event| matches!(event, Event::WorkEnd(slot) if slot % 2 == 0);
        let gone = queue.extract(even);
        assert_eq!(gone.len(), 11);
        assert_eq!(
            gone[..2],
            [(Instant(0), Event::WorkEnd(20)), (Instant(2), Event::WorkEnd(18))]
        );
        assert_eq!(queue.pop(Instant::NEVER), Some(Event::Arrive(21)));
        queue.cancel(handle);
        let odd: Vec<(u64, Event)> = (0..10)
            .map(|i| (1 + 2 * i, Event::WorkEnd(19 - 2 * i as u32)))
            .collect();
        assert_eq!(drain(&mut queue), odd);
    }

    #[test]
    fn nothing_is_popped_at_or_after_the_limit() {
        let mut queue = Queue::new();
        queue.push(Instant(7), Event::Arrive(1));
        assert_eq!(queue.pop(Instant(7)), None);
        assert_eq!(queue.pop(Instant(8)), Some(Event::Arrive(1)));
    }

    /// Against a sorted list, with pushes, pops and cancels in a scrambled order.
    #[test]
    fn the_heap_agrees_with_a_sorted_list() {
        let mut queue = Queue::new();
        let mut model: Vec<(u64, u64, u32)> = Vec::new();
        let mut handles: Vec<(u32, Handle)> = Vec::new();
        let mut state = 7u64;
        for number in 0..20_000u32 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let roll = state >> 33;
            match roll % 5 {
                0 | 1 => {
                    let at = queue.now().0 + 1 + roll % 997;
                    let handle = queue.push_cancellable(Instant(at), Event::WorkEnd(number));
                    handles.push((number, handle));
                    model.push((at, number as u64, number));
                }
                2 => {
                    let at = queue.now().0 + 1 + roll % 97;
                    queue.push(Instant(at), Event::WorkEnd(number));
                    model.push((at, number as u64, number));
                }
                3 if !handles.is_empty() => {
                    let (which, handle) = handles.swap_remove(roll as usize % handles.len());
                    queue.cancel(handle);
                    model.retain(|entry| entry.2 != which);
                }
                _ => {
                    model.sort();
                    let expected = (!model.is_empty()).then(|| model.remove(0));
                    let popped = queue.pop(Instant::NEVER);
                    assert_eq!(popped, expected.map(|entry| Event::WorkEnd(entry.2)));
                    if let Some(entry) = expected {
                        handles.retain(|(number, _)| *number != entry.2);
                    }
                }
            }
        }
    }
}
