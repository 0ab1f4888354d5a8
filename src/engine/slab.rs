//! Numbered places, those that stay and those that are used again, and queues threaded through them.
//!
//! Law: a slot given back is the next one handed out; nothing is allocated as long as places are free.

/// No slot.
pub const NONE: u32 = u32::MAX;

/// Values in numbered slots.
pub struct Slab<T> {
    items: Vec<T>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    /// Without any slot.
    pub fn new() -> Slab<T> {
        Slab {
            items: Vec::new(),
            free: Vec::new(),
        }
    }

    /// How many slots there are, free ones included.
    pub fn slots(&self) -> u32 {
        self.items.len() as u32
    }

    /// How many slots are in use.
    pub fn live(&self) -> usize {
        self.items.len() - self.free.len()
    }

    /// Puts `item` into a free slot.
    #[inline]
    pub fn insert(&mut self, item: T) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self[slot] = item;
                slot
            }
            None => self.append(item),
        }
    }

    /// One more slot.
    #[inline(never)]
    fn append(&mut self, item: T) -> u32 {
        self.items.push(item);
        self.items.len() as u32 - 1
    }

    /// A free slot with whatever it held last, or `blank`: for values that are too large to be moved.
    #[inline(always)]
    pub fn reserve(&mut self, blank: T) -> (u32, &mut T) {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => self.append(blank),
        };
        (slot, &mut self[slot])
    }

    /// All values, those in free slots included.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.iter_mut()
    }

    /// Gives a slot back.
    #[inline]
    pub fn remove(&mut self, slot: u32) {
        self.free.push(slot);
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, slot: u32) -> &T {
        self.items.get(slot as usize).unwrap_or_else(|| missing(slot))
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    #[inline(always)]
    fn index_mut(&mut self, slot: u32) -> &mut T {
        self.items.get_mut(slot as usize).unwrap_or_else(|| missing(slot))
    }
}

/// Whoever asks for what is not there has made a mistake; told from one place, so that each question is short.
#[cold]
#[inline(never)]
fn missing(index: u32) -> ! {
    panic!("there is no number {index}")
}

/// Values that stay, by number.
pub struct Numbered<T>(Vec<T>);

impl<T> Numbered<T> {
    /// Without any value.
    pub const fn new() -> Numbered<T> {
        Numbered(Vec::new())
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered::new()
    }
}

impl<T> From<Vec<T>> for Numbered<T> {
    fn from(values: Vec<T>) -> Self {
        Numbered(values)
    }
}

impl<T> FromIterator<T> for Numbered<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Numbered(values.into_iter().collect())
    }
}

impl<T> std::ops::Deref for Numbered<T> {
    type Target = Vec<T>;
    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> std::ops::DerefMut for Numbered<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> std::ops::Index<u32> for Numbered<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, index: u32) -> &T {
        self.0.get(index as usize).unwrap_or_else(|| missing(index))
    }
}

impl<T> std::ops::IndexMut<u32> for Numbered<T> {
    #[inline(always)]
    fn index_mut(&mut self, index: u32) -> &mut T {
        self.0.get_mut(index as usize).unwrap_or_else(|| missing(index))
    }
}

/// Something that can stand in one queue at a time.
pub trait Link {
    /// The slot behind this one.
    fn next(&mut self) -> &mut u32;
}

/// A queue of slots, first in, first out.
#[derive(Clone, Copy, Debug)]
pub struct Fifo {
    head: u32,
    tail: u32,
}

impl Fifo {
    /// Without any slot.
    pub const EMPTY: Fifo = Fifo { head: NONE, tail: NONE };

    /// The slot whose turn it is.
    #[inline(always)]
    pub fn first(&self) -> Option<u32> {
        (self.head != NONE).then_some(self.head)
    }

    /// Queues up behind all others.
    #[inline(always)]
    pub fn push<T: Link>(&mut self, slab: &mut Slab<T>, slot: u32) {
        *slab[slot].next() = NONE;
        match self.tail {
            NONE => self.head = slot,
            tail => *slab[tail].next() = slot,
        }
        self.tail = slot;
    }

    /// Goes before all others.
    pub fn push_front<T: Link>(&mut self, slab: &mut Slab<T>, slot: u32) {
        *slab[slot].next() = self.head;
        if self.head == NONE {
            self.tail = slot;
        }
        self.head = slot;
    }

    /// All slots in it, the one whose turn it is first.
    pub fn slots<T: Link + Copy>(self, slab: &Slab<T>) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first(), |slot| {
            let mut item = slab[*slot];
            Some(*item.next()).filter(|next| *next != NONE)
        })
    }

    /// Takes the slot whose turn it is.
    #[inline(always)]
    pub fn pop<T: Link>(&mut self, slab: &mut Slab<T>) -> Option<u32> {
        let first = self.first()?;
        self.head = *slab[first].next();
        if self.head == NONE {
            self.tail = NONE;
        }
        Some(first)
    }
}

/// The idle workers of a replica; the one with the lowest number is taken first, so that lanes fill from the top.
pub struct Roster {
    /// One bit for each word of the level below, or for each worker where there is no such level.
    top: u64,
    /// From below: one bit a worker, then one bit for each word of the level below.
    levels: Box<[Box<[u64]>]>,
}

impl Roster {
    /// All of `workers` are idle.
    pub fn new(workers: u32) -> Roster {
        let mut levels = Vec::new();
        let mut bits = workers as usize;
        while bits > 64 {
            let mut level = vec![u64::MAX; bits.div_ceil(64)].into_boxed_slice();
            if !bits.is_multiple_of(64) {
                level[bits / 64] = (1 << (bits % 64)) - 1;
            }
            bits = level.len();
            levels.push(level);
        }
        Roster {
            top: u64::MAX.checked_shr(64 - bits as u32).unwrap_or(0),
            levels: levels.into(),
        }
    }

    /// None of `workers` is idle.
    pub fn none(workers: u32) -> Roster {
        let mut roster = Roster::new(workers);
        roster.top = 0;
        roster.levels.iter_mut().for_each(|level| level.fill(0));
        roster
    }

    /// Takes this worker, which is idle.
    pub fn remove(&mut self, worker: u32) {
        self.clear(worker as usize);
    }

    #[inline]
    fn clear(&mut self, mut index: usize) {
        for level in &mut self.levels {
            level[index / 64] &= !(1 << (index % 64));
            if level[index / 64] != 0 {
                return;
            }
            index /= 64;
        }
        self.top &= !(1 << index);
    }

    /// Takes the idle worker with the lowest number.
    #[inline(always)]
    pub fn take(&mut self) -> Option<u32> {
        if self.top == 0 {
            return None;
        }
        let mut index = self.top.trailing_zeros() as usize;
        for level in self.levels.iter().rev() {
            index = index * 64 + level[index].trailing_zeros() as usize;
        }
        self.clear(index);
        Some(index as u32)
    }

    /// Puts a worker back.
    #[inline]
    pub fn put(&mut self, worker: u32) {
        let mut index = worker as usize;
        for level in &mut self.levels {
            let word = &mut level[index / 64];
            let known = *word != 0;
            *word |= 1 << (index % 64);
            if known {
                return;
            }
            index /= 64;
        }
        self.top |= 1 << index;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Item(u32);
    impl Link for Item {
        fn next(&mut self) -> &mut u32 {
            &mut self.0
        }
    }

    #[test]
    fn a_fifo_keeps_its_order_and_the_front_goes_first() {
        let mut slab = Slab::new();
        let slots: Vec<u32> = (0..4).map(|_| slab.insert(Item(NONE))).collect();
        let mut fifo = Fifo::EMPTY;
        fifo.push(&mut slab, slots[0]);
        fifo.push(&mut slab, slots[1]);
        fifo.push_front(&mut slab, slots[2]);
        fifo.push(&mut slab, slots[3]);
        let order: Vec<u32> = std::iter::from_fn(|| fifo.pop(&mut slab)).collect();
        assert_eq!(order, [2, 0, 1, 3]);
        fifo.push_front(&mut slab, slots[1]);
        fifo.push(&mut slab, slots[0]);
        assert_eq!(
            (fifo.pop(&mut slab), fifo.pop(&mut slab), fifo.pop(&mut slab)),
            (Some(1), Some(0), None)
        );
    }

    #[test]
    fn a_slot_is_used_again() {
        let mut slab = Slab::new();
        let (a, _) = (slab.insert(1), slab.insert(2));
        slab.remove(a);
        assert_eq!((slab.insert(3), slab[a], slab.live()), (a, 3, 2));
    }

    fn check_roster(workers: u32) {
        let mut roster = Roster::new(workers);
        for expected in 0..workers {
            assert_eq!(roster.take(), Some(expected));
        }
        assert_eq!(roster.take(), None);
        let back = [workers - 1, workers / 2, workers / 3];
        back.iter().for_each(|worker| roster.put(*worker));
        let mut lowest: Vec<u32> = back.to_vec();
        lowest.sort();
        lowest.dedup();
        for expected in lowest {
            assert_eq!(roster.take(), Some(expected), "{workers}");
        }
        assert_eq!(roster.take(), None);
    }

    #[test]
    fn the_lowest_idle_worker_is_taken_first() {
        [1, 2, 63, 64, 65, 128, 4096, 4097, 100_000]
            .into_iter()
            .for_each(check_roster);
    }
}
