//! How far the acks of a group are, for each instance that messages under way are about.
//!
//! ```text
//! instance ─scramble▶ its place ─▶ taken by another? ─▶ the next place …      a ring, at most half of it taken
//! ```
//!
//! Law: behind a place that comes free others move up, so that a search ends at the first free one. Rows are asked for
//! by their instance and never gone through, so their order tells nobody anything.

use super::chance::mix;

/// What is known of the instances with messages that are not over.
#[derive(Default)]
pub struct Progress {
    /// A power of two of them, or none.
    rows: Vec<Row>,
    taken: usize,
}

/// An instance; without messages under way the place is free.
#[derive(Clone, Copy, Default)]
struct Row {
    instance: u64,
    under_way: u32,
    /// The latest message that was acknowledged.
    latest: u64,
}

impl Progress {
    /// A message about this instance has come.
    pub fn enter(&mut self, instance: u64) {
        if 2 * self.taken >= self.rows.len() {
            self.grow();
        }
        let at = self.place(instance);
        let row = &mut self.rows[at];
        if row.under_way == 0 {
            row.instance = instance;
            row.latest = 0;
            self.taken += 1;
        }
        row.under_way += 1;
    }

    /// The latest message that was acknowledged, of an instance with messages under way.
    pub fn latest(&mut self, instance: u64) -> &mut u64 {
        let at = self.place(instance);
        &mut self.rows[at].latest
    }

    /// A message about this instance is over; what nobody can come after is forgotten.
    pub fn leave(&mut self, instance: u64) {
        let at = self.place(instance);
        self.rows[at].under_way -= 1;
        if self.rows[at].under_way == 0 {
            self.taken -= 1;
            self.move_up(at);
        }
    }

    fn grow(&mut self) {
        let rows = vec![Row::default(); (2 * self.rows.len()).max(8)];
        for row in std::mem::replace(&mut self.rows, rows) {
            if row.under_way > 0 {
                let at = self.place(row.instance);
                self.rows[at] = row;
            }
        }
    }

    /// The row of an instance, or the free place that would be its own.
    fn place(&self, instance: u64) -> usize {
        let mut at = self.home(instance);
        while self.rows[at].under_way > 0 && self.rows[at].instance != instance {
            at = self.around(at + 1);
        }
        at
    }

    fn home(&self, instance: u64) -> usize {
        self.around(mix(instance, 0) as usize)
    }

    fn around(&self, at: usize) -> usize {
        at & (self.rows.len() - 1)
    }

    /// Rows behind a free place move into it if that brings them no further than home.
    fn move_up(&mut self, mut free: usize) {
        let mut at = self.around(free + 1);
        while self.rows[at].under_way > 0 {
            let from_home = self.around(at.wrapping_sub(self.home(self.rows[at].instance)));
            if from_home >= self.around(at.wrapping_sub(free)) {
                self.rows[free] = self.rows[at];
                self.rows[at].under_way = 0;
                free = at;
            }
            at = self.around(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Against a sorted map, with comings, acks and endings in a scrambled order.
    #[test]
    fn every_instance_keeps_its_own_as_long_as_messages_are_under_way() {
        let mut progress = Progress::default();
        let mut model: BTreeMap<u64, (u32, u64)> = BTreeMap::new();
        for turn in 0..50_000u64 {
            let roll = mix(turn, 7);
            let instance = roll % (1 + turn % 300);
            match (roll >> 40) % 5 {
                0 | 1 => {
                    progress.enter(instance);
                    model.entry(instance).or_default().0 += 1;
                }
                kind => {
                    let Some((under_way, latest)) = model.get_mut(&instance) else {
                        continue;
                    };
                    assert_eq!(progress.latest(instance), latest, "{instance} at {turn}");
                    *progress.latest(instance) = turn;
                    *latest = turn;
                    if kind > 2 {
                        progress.leave(instance);
                        *under_way -= 1;
                        model.retain(|_, (under_way, _)| *under_way > 0);
                    }
                }
            }
            assert_eq!(progress.taken, model.len());
        }
    }
}
