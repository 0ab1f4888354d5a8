//! A few entries of the future-event list, in a row.
//!
//! ```text
//! void ─ latest ─ … ─ later ─ earliest        taken from the end; what is new moves those aside that are earlier
//! ```
//!
//! Law: the row is sorted at every moment, and a void lies at its beginning.

use super::entry::{Entry, Handle, VOID};

/// The void and the entries, a power of two.
const PLACES: usize = 64;

/// How many entries a row takes.
pub(super) const ROOM: usize = PLACES - 1;

/// A few entries, sorted.
pub(super) struct Row {
    entries: [Entry; PLACES],
    /// How many entries there are, which is also the place of the earliest.
    len: usize,
}

impl Row {
    /// An empty row.
    pub const fn new() -> Row {
        Row {
            entries: [VOID; PLACES],
            len: 0,
        }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The earliest entry, or a void.
    #[inline(always)]
    pub fn first(&self) -> &Entry {
        &self.entries[self.len % PLACES]
    }

    /// The entry that follows the earliest, or a void; there is an earliest.
    #[inline(always)]
    pub fn second(&self) -> &Entry {
        &self.entries[self.len.wrapping_sub(1) % PLACES]
    }

    /// Takes the earliest entry; there is one.
    #[inline(always)]
    pub fn take(&mut self) -> Entry {
        let first = *self.first();
        self.len -= 1;
        first
    }

    /// One more entry; there is room for it.
    #[inline]
    pub fn insert(&mut self, entry: Entry) {
        self.len += 1;
        let (lower, upper) = self.entries.split_at_mut(self.len % PLACES);
        let mut free = &mut upper[0];
        for other in lower.iter_mut().rev() {
            if !other.before(&entry) {
                break;
            }
            *free = *other;
            free = other;
        }
        *free = entry;
    }

    /// Takes out the entry that is named; it is there, most often among the late ones.
    pub fn remove(&mut self, handle: Handle) {
        let others = self.entries.iter().take_while(|entry| entry.handle != handle);
        for place in others.count()..self.len {
            self.entries[place % PLACES] = self.entries[(place + 1) % PLACES];
        }
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::*;
    use crate::time::Instant;

    fn entry(at: u32) -> Entry {
        Entry::new(Instant(at.into()), at.into(), Event::WorkEnd(at), Handle(at))
    }

    fn row(times: impl IntoIterator<Item = u32>) -> Row {
        let mut row = Row::new();
        times.into_iter().for_each(|at| row.insert(entry(at)));
        row
    }

    fn taken(mut row: Row) -> Vec<u64> {
        (0..row.len()).map(|_| row.take().at.0).collect()
    }

    #[test]
    fn a_full_row_gives_its_entries_in_order() {
        let scrambled = (0..ROOM as u32).map(|number| number * 20 % ROOM as u32);
        assert_eq!(taken(row(scrambled)), (0..ROOM as u64).collect::<Vec<u64>>());
    }

    #[test]
    fn the_first_two_are_voids_where_there_is_no_entry() {
        let times = |row: &Row| (row.first().at, row.second().at);
        assert_eq!(Row::new().first().at, Instant::NEVER);
        assert_eq!(times(&row([5])), (Instant(5), Instant::NEVER));
        assert_eq!(times(&row([5, 9, 7])), (Instant(5), Instant(7)));
    }

    #[test]
    fn what_is_removed_leaves_no_gap() {
        for gone in 0..4 {
            let mut row = row([2, 0, 3, 1]);
            row.remove(Handle(gone));
            let rest: Vec<u64> = (0..4).filter(|at| *at != u64::from(gone)).collect();
            assert_eq!(taken(row), rest, "without {gone}");
        }
    }
}
