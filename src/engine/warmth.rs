//! Cold starts: a worker takes a while before its first span, and again after it has been idle for long.
//!
//! ```text
//! arrival ─▶ a warm worker idle? ─yes──────────────────────▶ begins
//!                    └ no ▶ a cold one? ─yes▶ ==cold start== ▶ begins        idle for `keepWarm`: cold again
//! ```
//!
//! Law: a warm worker is preferred to a cold one; among equals the one with the lowest number is taken. A worker that
//! starts does it for a span, which has it meanwhile.

use super::chance::Purpose;
use super::event::Event;
use super::slab::{NONE, Roster};
use super::turn::Turn;
use super::world::{Replica, World};
use crate::scenario::{Dist, Service};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Observer, On};

/// Which idle workers of a replica are cold.
pub struct Warmth {
    /// A sampler of the program.
    cold_start: u32,
    keep_warm: Option<Duration>,
    cold: Roster,
    /// Those that are warm and idle, in the order in which they became so, as a ring with its beginning behind the last.
    ring: Vec<Idle>,
    /// The worker that was taken last, as long as it has still to start.
    starting: u32,
}

#[derive(Clone, Copy)]
struct Idle {
    since: Instant,
    before: u32,
    after: u32,
}

impl Warmth {
    /// All workers are cold.
    fn all_cold(cold_start: u32, keep_warm: Option<Duration>, workers: u32) -> Warmth {
        let alone = |worker| Idle {
            since: Instant::START,
            before: worker,
            after: worker,
        };
        Warmth {
            cold_start,
            keep_warm,
            cold: Roster::new(workers),
            ring: (0..=workers).map(alone).collect(),
            starting: NONE,
        }
    }

    /// The end of the ring.
    fn head(&self) -> u32 {
        self.ring.len() as u32 - 1
    }

    fn unlink(&mut self, worker: u32) {
        let Idle { before, after, .. } = self.ring[worker as usize];
        self.ring[before as usize].after = after;
        self.ring[after as usize].before = before;
    }

    /// An idle worker, and whether it is cold.
    fn take(&mut self, now: Instant, warm: &mut Roster) -> Option<u32> {
        while let Some(keep) = self.keep_warm {
            let oldest = self.ring[self.head() as usize].after;
            if oldest == self.head() || now.since(self.ring[oldest as usize].since) < keep {
                break;
            }
            self.unlink(oldest);
            warm.remove(oldest);
            self.cold.put(oldest);
        }
        if let Some(worker) = warm.take() {
            self.unlink(worker);
            return Some(worker);
        }
        let worker = self.cold.take()?;
        self.starting = worker;
        Some(worker)
    }

    /// A worker is idle from now on; one that was to start and did not is as cold as before.
    fn put(&mut self, now: Instant, warm: &mut Roster, worker: u32) {
        if self.starting == worker {
            self.starting = NONE;
            self.cold.put(worker);
            return;
        }
        let (head, last) = (self.head(), self.ring[self.head() as usize].before);
        self.ring[worker as usize] = Idle {
            since: now,
            before: last,
            after: head,
        };
        self.ring[last as usize].after = worker;
        self.ring[head as usize].before = worker;
        warm.put(worker);
    }
}

impl Replica {
    /// All its workers are idle, and cold where there are cold starts.
    pub fn relieve(&mut self) {
        match &mut self.warmth {
            None => self.idle = Roster::new(self.workers),
            Some(warmth) => {
                **warmth = Warmth::all_cold(warmth.cold_start, warmth.keep_warm, self.workers);
                self.idle = Roster::none(self.workers);
            }
        }
    }
}

impl World {
    /// The workers of a service start cold.
    pub fn cool_down(&mut self, service: &Service, index: u32) {
        if service.cold_start == Dist::Constant(Duration::ZERO) {
            return;
        }
        let sampler = self.program.sampler(&service.cold_start);
        let place = &self.services[index];
        for replica in place.first_replica..place.first_replica + place.replicas {
            let replica = &mut self.replicas[replica];
            let cold = Warmth::all_cold(sampler, service.keep_warm, replica.workers);
            replica.warmth = Some(Box::new(cold));
            replica.relieve();
            replica.judge();
        }
    }
}

impl Replica {
    /// An idle worker's lane, a warm one if there is any; none while nothing goes on.
    #[inline(always)]
    pub fn take_idle(&mut self, now: Instant) -> Option<u32> {
        if self.plight.paused.is_some() {
            return None;
        }
        let worker = match &mut self.warmth {
            None => self.idle.take(),
            Some(warmth) => warmth.take(now, &mut self.idle),
        };
        worker.map(|worker| self.first_lane + worker)
    }

    /// A lane is idle.
    #[inline]
    pub fn put_idle(&mut self, now: Instant, lane: u32) {
        let worker = lane - self.first_lane;
        match &mut self.warmth {
            None => self.idle.put(worker),
            Some(warmth) => warmth.put(now, &mut self.idle, worker),
        }
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A fiber of a span has got a worker: runs it, unless the worker has to start first. True when the worker is free
    /// again.
    #[inline]
    pub(super) fn set_going(&mut self, root: u32, fiber: u32, lane: u32) -> bool {
        let replica = &self.world.replicas[self.world.tasks[root].replica];
        if replica.warmth.is_some() && self.start_cold(root, fiber, lane) {
            return false;
        }
        self.drive(root, fiber)
    }

    /// True where the worker has to start before it runs this fiber; until then other fibers of the span stand behind it.
    #[inline(never)]
    fn start_cold(&mut self, root: u32, fiber: u32, lane: u32) -> bool {
        let index = self.world.tasks[root].replica;
        let replica = &mut self.world.replicas[index];
        let worker = lane - replica.first_lane;
        let Some(warmth) = replica.warmth.as_mut().filter(|warmth| warmth.starting == worker) else {
            return false;
        };
        warmth.starting = NONE;
        let sampler = warmth.cold_start;
        let span = self.world.tasks[root].span;
        let (key, pc) = (self.world.tasks[fiber].key, self.world.tasks[fiber].pc);
        // A fiber may find a worker cold before a step and again behind it, which has the same number.
        let place = pc.wrapping_sub(self.world.edges[self.world.tasks[span].edge].entry);
        let time = self.draw_duration(sampler, key, place, Purpose::ColdStart);
        if time == Duration::ZERO {
            return false;
        }
        self.world.tasks[root].active = fiber;
        self.set_lane(lane, Activity::Blocked(On::Wait), span);
        self.world.queue.push(self.now() + time, Event::WaitEnd(fiber));
        true
    }
}
