//! Who runs on the cores of a replica.
//!
//! ```text
//! cores absent   every worker runs at once
//! fifo           a burst of work takes a free core, or waits its turn for one
//! ps             n bursts share c cores: each advances at speed min(1, c ÷ n)
//! ```
//!
//! Law: processor sharing counts in virtual time, 2⁻³² ns a unit, rounded down at every change of n; a burst that
//! begins at virtual time v with work w ends when v + w·2³² is reached, at the next whole nanosecond.

use super::event::Event;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use super::world::Task;
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Observer};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const UNIT_BITS: u32 = 32;

/// Cores that all bursts of a replica share equally.
pub struct SharedCores {
    cores: u32,
    /// How much work a burst has received that was there from the beginning.
    virtual_time: u128,
    updated: Instant,
    /// When each burst ends in virtual time, in order of beginning among equals, and whose it is.
    bursts: BinaryHeap<Reverse<(u128, u64, u32)>>,
    sequence: u64,
    ending: Handle,
    /// Nobody advances.
    pub still: bool,
}

impl SharedCores {
    /// Cores without work.
    pub fn new(cores: u32) -> SharedCores {
        SharedCores {
            cores,
            virtual_time: 0,
            updated: Instant::START,
            bursts: BinaryHeap::new(),
            sequence: 0,
            ending: Handle::NONE,
            still: false,
        }
    }

    /// All bursts are gone.
    pub fn clear(&mut self) {
        self.bursts.clear();
    }

    /// Whose bursts there are.
    pub fn fibers(&self) -> impl Iterator<Item = u32> {
        self.bursts.iter().map(|Reverse((_, _, fiber))| *fiber)
    }

    /// How many bursts there are in excess of the cores; nobody counts as running where all stand still.
    fn excess(&self) -> u32 {
        if self.still {
            return 0;
        }
        (self.bursts.len() as u32).saturating_sub(self.cores)
    }

    /// Lets virtual time pass up to `now`.
    fn update(&mut self, now: Instant) {
        let real = (now.since(self.updated).0 as u128) << UNIT_BITS;
        let (bursts, cores) = (self.bursts.len() as u128, self.cores as u128);
        self.virtual_time += if self.still {
            0
        } else if bursts <= cores {
            real
        } else {
            real * cores / bursts
        };
        self.updated = now;
    }

    fn begin(&mut self, work: Duration, fiber: u32) {
        let end = self.virtual_time + ((work.0 as u128) << UNIT_BITS);
        self.sequence += 1;
        self.bursts.push(Reverse((end, self.sequence, fiber)));
    }

    /// The real time until the earliest burst ends if nothing changes: never too early.
    fn next_end(&self) -> Option<Duration> {
        let Reverse((end, _, _)) = self.bursts.peek().filter(|_| !self.still)?;
        let left = end.saturating_sub(self.virtual_time);
        let (bursts, cores) = (self.bursts.len() as u128, self.cores as u128);
        let (numerator, speed) = if bursts <= cores {
            (left, 1)
        } else {
            (left * bursts, cores)
        };
        Some(Duration(numerator.div_ceil(speed << UNIT_BITS) as u64))
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// The worker of this span begins a burst of work, for one of its fibers.
    pub(super) fn begin_work(&mut self, root: u32, fiber: u32, work: Duration) {
        let task = &mut self.world.tasks[root];
        task.active = fiber;
        let Task {
            lane, span, replica, ..
        } = *task;
        let index = self.world.replicas[replica].home;
        let replica = &mut self.world.replicas[index];
        let work = replica.plight.stretch(work);
        if replica.shared_cores.is_some() {
            self.set_lane(lane, Activity::Running, span);
            self.change_sharing(index, |shared| shared.begin(work, fiber));
        } else if replica.free_cores > 0 {
            replica.free_cores -= 1;
            self.set_lane(lane, Activity::Running, span);
            self.world.queue.push(self.now() + work, Event::WorkEnd(fiber));
        } else {
            self.world.tasks[fiber].work = work;
            replica.core_queue.push(&mut self.world.tasks, fiber);
            self.set_lane(lane, Activity::CoreWait, span);
        }
    }

    /// A burst on a core of its own is over: the core goes to the next in line, then the span goes on.
    pub(super) fn work_ended(&mut self, fiber: u32) {
        let root = self.world.tasks[fiber].root;
        let task = &mut self.world.tasks[root];
        task.active = NONE;
        let Task { replica, lane, .. } = *task;
        let home = self.world.replicas[replica].home;
        let cores = &mut self.world.replicas[home];
        match cores.core_queue.first() {
            None => cores.free_cores += 1,
            Some(next) => self.pass_core_on(home, next),
        }
        self.go_on(root, fiber, replica, lane);
    }

    /// The next in line gets the core that has come free.
    #[inline(never)]
    fn pass_core_on(&mut self, home: u32, next: u32) {
        self.world.replicas[home].core_queue.pop(&mut self.world.tasks);
        let Task { root, work, .. } = self.world.tasks[next];
        let Task { lane, span, .. } = self.world.tasks[root];
        self.set_lane(lane, Activity::Running, span);
        self.world.queue.push(self.now() + work, Event::WorkEnd(next));
    }

    /// The earliest burst on shared cores is over.
    pub(super) fn shared_work_ended(&mut self, replica: u32) {
        let mut ended = NONE;
        self.change_sharing(replica, |shared| {
            shared.ending = Handle::NONE;
            if let Some(Reverse((end, _, fiber))) = shared.bursts.pop() {
                debug_assert!(end <= shared.virtual_time);
                ended = fiber;
            }
        });
        let root = self.world.tasks[ended].root;
        let task = &mut self.world.tasks[root];
        task.active = NONE;
        let Task { replica, lane, .. } = *task;
        self.go_on(root, ended, replica, lane);
    }

    /// Changes the bursts of a replica, and schedules the end of what is then the earliest.
    pub(super) fn change_sharing(&mut self, replica: u32, change: impl FnOnce(&mut SharedCores)) {
        let now = self.now();
        let service = self.world.replicas[replica].service;
        let Some(shared) = &mut self.world.replicas[replica].shared_cores else {
            return;
        };
        shared.update(now);
        let was = shared.excess();
        change(shared);
        let is = shared.excess();
        if shared.ending != Handle::NONE {
            self.world.queue.cancel(shared.ending);
        }
        shared.ending = match shared.next_end() {
            Some(left) => self
                .world
                .queue
                .push_cancellable(now + left, Event::SharedWorkEnd(replica)),
            None => Handle::NONE,
        };
        if was != is {
            self.observer.crowded(now, crate::scenario::ServiceId(service), was, is);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bursts_on_one_core_take_twice_as_long() {
        let mut shared = SharedCores::new(1);
        shared.begin(Duration(100), 1);
        assert_eq!(shared.next_end(), Some(Duration(100)));
        shared.update(Instant(40));
        shared.begin(Duration(30), 2);
        assert_eq!((shared.next_end(), shared.excess()), (Some(Duration(60)), 1));
        shared.update(Instant(100));
        assert_eq!(shared.bursts.pop().map(|Reverse((_, _, fiber))| fiber), Some(2));
        assert_eq!(shared.next_end(), Some(Duration(30)));
    }

    #[test]
    fn an_end_is_never_before_its_work_is_done() {
        let mut shared = SharedCores::new(2);
        for (fiber, work) in [7, 11, 13, 17, 19].into_iter().enumerate() {
            shared.begin(Duration(work), fiber as u32);
        }
        let mut now = Instant::START;
        while let Some(left) = shared.next_end() {
            now = now + left;
            shared.update(now);
            let Some(Reverse((end, _, _))) = shared.bursts.pop() else {
                break;
            };
            assert!(end <= shared.virtual_time);
        }
        // 67 ns of work on two cores; the last burst runs alone for its last 2 ns.
        assert!((35..=39).contains(&now.0), "{now:?}");
    }
}
