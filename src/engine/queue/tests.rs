//! The order of events, by hand and against a sorted list.

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
