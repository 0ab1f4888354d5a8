//! A replica that stands still: a long garbage collection, a virtual machine that is moved.
//!
//! ```text
//! at pause   ####┊~~~~~~~~┊####       what ran waits for a core; a new call joins the backlog
//!                ┊ ends of waits, replies, timeouts and retries of its spans: held back until it goes on
//! ```
//!
//! Law: nothing of the replica's own happens while it is paused, and nothing is lost. Others see it as slow.

use super::event::Event;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Task, World};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Observer};

/// Work that stands still, and what is left of it.
pub struct Frozen {
    pub fiber: u32,
    left: Duration,
}

impl World {
    /// The replica whose cores a fiber works on.
    fn home_of(&self, fiber: u32) -> u32 {
        let root = self.tasks[fiber].root;
        self.replicas[self.tasks[root].replica].home
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Nothing goes on at a replica from now on.
    pub(super) fn freeze(&mut self, replica: u32) {
        let now = self.now();
        self.world.faults.paused += 1;
        let here = |world: &World, event| matches!(event, Event::WorkEnd(fiber) if world.home_of(fiber) == replica);
        let ends = self.world.extract(&here);
        for (at, event) in ends {
            let Event::WorkEnd(fiber) = event else { continue };
            self.show(fiber, Activity::CoreWait);
            self.world.frozen.push(Frozen {
                fiber,
                left: at.since(now),
            });
        }
        self.change_sharing(replica, |shared| shared.still = true);
        self.show_sharing(replica, Activity::CoreWait);
    }

    /// The worker of a fiber runs, or stands still.
    fn show(&mut self, fiber: u32, is: Activity) {
        let Task { lane, span, .. } = self.world.tasks[self.world.tasks[fiber].root];
        self.set_lane(lane, is, span);
    }

    /// The same for all that share the cores of a replica.
    fn show_sharing(&mut self, replica: u32, is: Activity) {
        let shared = self.world.replicas[replica].shared_cores.as_ref();
        let fibers: Vec<u32> = shared.map_or_else(Vec::new, |shared| shared.fibers().collect());
        fibers.into_iter().for_each(|fiber| self.show(fiber, is));
    }

    /// A replica goes on where it stood still.
    pub(super) fn thaw(&mut self, replica: u32) {
        self.world.faults.paused -= 1;
        for Frozen { fiber, left } in std::mem::take(&mut self.world.frozen) {
            if self.world.home_of(fiber) != replica {
                self.world.frozen.push(Frozen { fiber, left });
                continue;
            }
            self.show(fiber, Activity::Running);
            self.world.queue.push(self.now() + left, Event::WorkEnd(fiber));
        }
        self.show_sharing(replica, Activity::Running);
        self.change_sharing(replica, |shared| shared.still = false);
        self.employ(replica);
        let station = self.world.replicas[replica].offload;
        if station != NONE {
            self.employ(station);
        }
    }

    /// Until when an event has to wait because its replica stands still.
    #[inline(never)]
    pub(super) fn held_back(&self, event: Event) -> Option<Instant> {
        let tasks = &self.world.tasks;
        let span = match event {
            Event::WaitEnd(fiber) => tasks[fiber].root,
            Event::Offload(job) => job,
            Event::Asked(call) => call,
            Event::Reply(call) | Event::Timeout(call) | Event::Ask(call) | Event::NotYet(call) => {
                if tasks[call].awaited { tasks[call].parent } else { NONE }
            }
            Event::Guard(guard) | Event::GiveUp(guard) | Event::Hedge(guard) => self.world.guards[guard].parent,
            Event::Connected(ticket) => self.world.guards[self.world.setups[ticket].0].parent,
            _ => NONE,
        };
        if span == NONE {
            return None;
        }
        let replica = self.world.replicas.get(tasks[span].replica as usize)?;
        self.world.replicas[replica.home].plight.paused
    }

    /// Lets an event happen later.
    #[inline(never)]
    pub(super) fn hold_back(&mut self, event: Event, until: Instant) {
        let queue = &mut self.world.queue;
        match event {
            Event::Timeout(call) => self.world.tasks[call].timeout = queue.push_cancellable(until, event),
            Event::GiveUp(guard) => self.world.guards[guard].timers[0] = queue.push_cancellable(until, event),
            Event::Hedge(guard) => self.world.guards[guard].timers[1] = queue.push_cancellable(until, event),
            _ => queue.push(until, event),
        }
    }
}
