//! What lies in the future-event list: an event, and when its turn is.
//!
//! ```text
//! at ─ then ─ class ─ then ─ sequence        one total order; what is scheduled later is later
//! ```
//!
//! Law: no two entries are equal, and none is later than a void.

use super::event::Event;
use crate::time::Instant;

const CLASS_SHIFT: u32 = 60;

/// Names an event that may be cancelled until it has been popped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub(super) u32);

impl Handle {
    /// The handle of no event.
    pub const NONE: Handle = Handle(u32::MAX);
}

/// An event with its place in the order of all.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub at: Instant,
    /// Class in the upper bits, sequence number in the lower ones.
    order: u64,
    pub event: Event,
    pub handle: Handle,
}

/// Later than every entry.
pub(super) const VOID: Entry = Entry {
    at: Instant::NEVER,
    order: u64::MAX,
    event: Event::Change(u32::MAX),
    handle: Handle::NONE,
};

impl Entry {
    #[inline(always)]
    pub fn new(at: Instant, sequence: u64, event: Event, handle: Handle) -> Entry {
        let order = (event.class() as u64) << CLASS_SHIFT | sequence;
        Entry {
            at,
            order,
            event,
            handle,
        }
    }

    #[inline(always)]
    pub fn class(&self) -> usize {
        (self.order >> CLASS_SHIFT) as usize
    }

    #[inline(always)]
    pub fn before(&self, other: &Entry) -> bool {
        let key = |entry: &Entry| (entry.at.0 as u128) << 64 | entry.order as u128;
        key(self) < key(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_comes_before_class_and_class_before_sequence() {
        let entry = |at, sequence, event| Entry::new(Instant(at), sequence, event, Handle::NONE);
        let sorted = [
            entry(1, 9, Event::Arrive(0)),
            entry(2, 8, Event::WorkEnd(0)),
            entry(2, 5, Event::Arrive(0)),
            entry(2, 6, Event::Arrive(0)),
            entry(u64::MAX, 7, Event::Arrive(0)),
            VOID,
        ];
        for (index, entry) in sorted.iter().enumerate() {
            let behind: Vec<bool> = sorted.iter().map(|other| entry.before(other)).collect();
            let expected: Vec<bool> = (0..sorted.len()).map(|other| index < other).collect();
            assert_eq!(behind, expected, "entry {index}");
        }
    }
}
