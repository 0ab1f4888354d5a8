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
    fn what_may_be_cancelled_waits_for_its_like_of_this_instant() {
        let mut queue = Queue::new();
        let now = Instant(0);
        queue.push(now, Event::Arrive(1));
        let gone = queue.push_cancellable(now, Event::Expire(2));
        queue.push(now, Event::Arrive(3));
        queue.push_cancellable(now, Event::Expire(4));
        queue.push(now, Event::Reply(5));
        queue.cancel(gone);
        let expected = [Event::Reply(5), Event::Arrive(1), Event::Arrive(3), Event::Expire(4)];
        assert_eq!(drain(&mut queue), expected.map(|event| (0, event)));
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

    /// A queue beside a sorted list of what it should hold: instant, class, number.
    struct Pair {
        queue: Queue,
        list: Vec<(u64, usize, u32)>,
        handles: Vec<(u32, Handle)>,
        /// How often the later ones became a heap, and a row again.
        turns: [u32; 2],
    }

    impl Pair {
        fn push(&mut self, at: u64, event: Event, number: u32) {
            self.queue.push(Instant(at), event);
            self.list.push((at, event.class(), number));
        }

        fn push_cancellable(&mut self, at: u64, event: Event, number: u32) {
            let handle = self.queue.push_cancellable(Instant(at), event);
            self.handles.push((number, handle));
            self.list.push((at, event.class(), number));
        }

        fn cancel(&mut self, roll: usize) {
            let (gone, handle) = self.handles.swap_remove(roll % self.handles.len());
            self.queue.cancel(handle);
            self.list.retain(|(_, _, number)| *number != gone);
        }

        fn pop(&mut self) {
            self.list.sort();
            let expected = (!self.list.is_empty()).then(|| self.list.remove(0));
            let popped = self.queue.pop(Instant::NEVER).map(|event| {
                let number = event.code() as u32;
                (self.queue.now().0, event.class(), number)
            });
            assert_eq!(popped, expected);
            self.handles
                .retain(|(number, _)| popped.is_none_or(|(_, _, gone)| gone != *number));
        }

        fn extract(&mut self, number: u32) {
            let is_gone = |other: u32| other % 7 == number % 7;
            self.list.sort();
            let expected: Vec<_> = self.list.extract_if(.., |(_, _, number)| is_gone(*number)).collect();
            let gone = self.queue.extract(|event| is_gone(event.code() as u32));
            let mut gone: Vec<_> = gone
                .iter()
                .map(|(at, event)| (at.0, event.class(), event.code() as u32))
                .collect();
            assert!(gone.is_sorted_by_key(|(at, ..)| *at));
            gone.sort();
            assert_eq!(gone, expected);
            self.handles.retain(|(number, _)| !is_gone(*number));
        }

        /// What has just been done; `few` says whether the later ones lay in a row before.
        fn note(&mut self, few: bool) {
            let is_few = self.queue.room > 0;
            self.turns[0] += u32::from(few && !is_few);
            self.turns[1] += u32::from(!few && is_few);
            let (row, heap) = (self.queue.row.len(), self.queue.heap.len());
            assert_eq!(if is_few { heap } else { row }, 0, "they lie in one of the two");
        }
    }

    /// Against a sorted list, with pushes, pops, cancels and extracts in a scrambled order, through many more and fewer.
    #[test]
    fn row_and_heap_agree_with_a_sorted_list() {
        let mut pair = Pair {
            queue: Queue::new(),
            list: Vec::new(),
            handles: Vec::new(),
            turns: [0; 2],
        };
        let mut state = 7u64;
        for number in 0..60_000u32 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            let roll = state >> 33;
            let few = pair.queue.room > 0;
            let now = pair.queue.now().0;
            // Many of the later ones happen together, and some are of this instant.
            let at = now + 1 + roll / 16 % if roll.is_multiple_of(2) { 5 } else { 97 };
            let grows = number / 300 % 2 == 0;
            match roll % 16 {
                0..3 => pair.push_cancellable(at, Event::WorkEnd(number), number),
                3 if number % 2 == 0 => pair.push_cancellable(now, Event::Timeout(number), number),
                3 => pair.push_cancellable(now, Event::Arrive(number), number),
                4..7 if grows => pair.push(at, Event::Arrive(number), number),
                7 => pair.push(now, Event::Reply(number), number),
                8 if grows => pair.push(now, Event::Arrive(number), number),
                8..11 if grows => pair.push(at, Event::WorkEnd(number), number),
                8..11 if !pair.handles.is_empty() => pair.cancel(roll as usize / 16),
                11 if number % 20 == 0 => pair.extract(number),
                _ => pair.pop(),
            }
            pair.note(few);
        }
        assert!(pair.turns.iter().all(|turns| *turns > 80), "{:?}", pair.turns);
    }
}
