//! Many entries of the future-event list, in a heap of arity 4.
//!
//! ```text
//! take ◀─ top ◀─ families        whoever is taken leaves a hole at the top, and the next push fills it
//! ```
//!
//! Law: no entry is earlier than its parent. Removing one takes O(log n) and leaves nothing behind.

use super::entry::{Entry, Handle, VOID};
use super::slab::{Numbered, Slab};

/// Children of one parent.
const FAMILY: usize = 4;

/// The children of one parent, which lie together in the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Family([Entry; FAMILY]);

/// Many entries.
pub(super) struct Heap {
    /// The earliest entry, number 0 of the heap; a void where there is none, and gone while `hole` is set.
    top: Entry,
    /// The children of entry n, in family n, are the entries 4 n + 1 … 4 n + 4; those behind the last one are voids.
    families: Numbered<Family>,
    /// How many entries there are, the hole included.
    len: usize,
    hole: bool,
    /// Where the entry of each handle lies, if it lies here.
    positions: Slab<u32>,
}

impl Heap {
    /// An empty heap.
    pub fn new() -> Heap {
        Heap {
            top: VOID,
            families: Numbered::new(),
            len: 0,
            hole: false,
            positions: Slab::new(),
        }
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len - self.hole as usize
    }

    /// A handle that names nothing else.
    pub fn name(&mut self) -> Handle {
        Handle(self.positions.insert(0))
    }

    /// A handle may name something else from now on.
    #[inline(always)]
    pub fn forget(&mut self, handle: Handle) {
        if handle != Handle::NONE {
            self.positions.remove(handle.0);
        }
    }

    /// The earliest entry, or a void.
    #[inline(always)]
    pub fn first(&mut self) -> &Entry {
        self.fill_hole();
        &self.top
    }

    /// Whether there is more at the instant of the earliest entry, which has just been looked at: what happens together
    /// lies together at the top.
    #[inline(always)]
    pub fn is_tied(&self) -> bool {
        let next = self.families.first();
        next.is_some_and(|Family(children)| children.iter().any(|child| child.at == self.top.at))
    }

    /// Takes the earliest entry, which has just been looked at.
    #[inline(always)]
    pub fn take(&mut self) -> Entry {
        debug_assert!(!self.hole, "nobody has looked");
        self.hole = true;
        self.top
    }

    /// One more entry.
    #[inline(always)]
    pub fn insert(&mut self, entry: &Entry) {
        if self.hole {
            self.hole = false;
            self.sift_down(0, entry);
        } else {
            self.append(entry);
        }
    }

    /// Takes out the entry that is named; it is here.
    pub fn remove(&mut self, handle: Handle) {
        self.fill_hole();
        let index = self.positions[handle.0] as usize;
        debug_assert!(self.entry(index).handle == handle);
        let last = self.take_last();
        if index < self.len {
            if index > 0 && last.before(self.entry((index - 1) / FAMILY)) {
                self.sift_up(index, &last);
            } else {
                self.sift_down(index, &last);
            }
        }
    }

    /// One more entry behind the last one, from where it rises.
    #[inline(never)]
    fn append(&mut self, entry: &Entry) {
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
            self.sift_last();
        }
    }

    /// The last entry comes to where the hole is, from where it sinks.
    #[inline(never)]
    fn sift_last(&mut self) {
        self.hole = false;
        let last = self.take_last();
        if self.len > 0 {
            self.sift_down(0, &last);
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
    fn place(&mut self, index: usize, entry: &Entry) {
        *self.entry_mut(index) = *entry;
        if entry.handle != Handle::NONE {
            self.positions[entry.handle.0] = index as u32;
        }
    }

    fn sift_up(&mut self, mut index: usize, entry: &Entry) {
        while index > 0 {
            let parent = (index - 1) / FAMILY;
            let above = *self.entry(parent);
            if !entry.before(&above) {
                break;
            }
            self.place(index, &above);
            index = parent;
        }
        self.place(index, entry);
    }

    #[inline]
    fn sift_down(&mut self, mut index: usize, entry: &Entry) {
        while let Some(Family(children)) = self.families.get(index) {
            let left = children[1].before(&children[0]) as usize;
            let right = 2 + children[3].before(&children[2]) as usize;
            let least = if children[right].before(&children[left]) {
                right
            } else {
                left
            };
            let child = children[least];
            if !child.before(entry) {
                break;
            }
            self.place(index, &child);
            index = FAMILY * index + 1 + least;
        }
        self.place(index, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::*;
    use crate::time::Instant;

    fn heap(times: impl Iterator<Item = u64>) -> (Heap, Vec<Handle>) {
        let mut heap = Heap::new();
        let mut handles = Vec::new();
        for at in times {
            let handle = heap.name();
            let entry = Entry::new(Instant(at), handle.0.into(), Event::Arrive(handle.0), handle);
            heap.insert(&entry);
            handles.push(handle);
        }
        (heap, handles)
    }

    fn taken(mut heap: Heap) -> Vec<u64> {
        let mut taken = Vec::new();
        while heap.len() > 0 {
            taken.push(heap.first().at.0);
            assert_eq!(heap.take().at.0, taken[taken.len() - 1]);
        }
        taken
    }

    #[test]
    fn entries_are_taken_in_order() {
        let (heap, _) = heap((0..101).map(|number| number * 31 % 101));
        assert_eq!(taken(heap), (0..101).collect::<Vec<u64>>());
    }

    #[test]
    fn each_can_be_removed_and_the_rest_keeps_its_order() {
        for gone in 0..60 {
            let (mut heap, handles) = heap((0..60).map(|number| number * 7 % 60));
            heap.remove(handles[gone as usize]);
            let rest: Vec<u64> = (0..60).filter(|at| *at != gone * 7 % 60).collect();
            assert_eq!(taken(heap), rest, "without number {gone}");
        }
    }

    #[test]
    fn what_happens_together_is_seen_at_the_top() {
        let tied = |times: &[u64]| {
            let (mut heap, _) = heap(times.iter().copied());
            heap.first();
            heap.is_tied()
        };
        assert!(!tied(&[4]));
        assert!(!tied(&[4, 5, 5]));
        assert!(tied(&[9, 8, 4, 6, 4]));
    }
}
