//! The broker's queue of an edge in mode `queue`.
//!
//! ```text
//! producer ─▶ published ─(ack ▶ producer)   messages ─▶ a replica with room for one more ─▶ span
//!                 └ full: refused               ▲                         failed: again, before all others
//!                                               └───────────────────────────────┘  after 5 deliveries: dropped
//! ```
//!
//! Law: a message is given to one consumer at a time; its end is the ack, its error brings it back.

use super::chance::{Purpose, mix};
use super::queue::Event;
use super::turn::Turn;
use crate::scenario::Mode;
use crate::trace::{Cause, Observer};

/// How often a message is delivered before it is given up.
const DELIVERIES: u32 = 5;

impl<O: Observer> Turn<'_, O> {
    /// A message reaches its channel.
    pub(super) fn publish(&mut self, call: u32) {
        let channel = &mut self.world.edges[self.world.tasks[call].edge as usize].channel;
        if channel.depth >= channel.capacity {
            self.observer.overflowed(self.now(), self.world.view(call));
            self.answer(call, Err(Cause::Refused));
            self.work_of_call_ended(call);
            return;
        }
        channel.depth += 1;
        let depth = channel.depth;
        channel.messages.push(&mut self.world.tasks, call);
        self.world.tasks[call].published = self.now();
        self.observer.published(self.now(), self.world.view(call), depth);
        self.answer(call, Ok(()));
        self.deliver(self.world.tasks[call].edge);
    }

    /// Hands out messages as long as there are some and a replica has room.
    pub(super) fn deliver(&mut self, edge: u32) {
        self.world.edges[edge as usize].channel.due = false;
        let first_replica = self.world.services[self.world.edges[edge as usize].to as usize].first_replica;
        loop {
            let channel = &mut self.world.edges[edge as usize].channel;
            let Some(replica) = channel.replica_with_room() else {
                return;
            };
            let Some(message) = channel.messages.pop(&mut self.world.tasks) else {
                return;
            };
            channel.depth -= 1;
            channel.unacked[replica as usize] += 1;
            channel.next_replica = (replica + 1) % channel.unacked.len() as u32;
            let depth = channel.depth;
            let now = self.now();
            let task = &mut self.world.tasks[message];
            task.arrived = now;
            task.replica = first_replica + replica;
            let (published, again) = (task.published, task.delivery > 0);
            self.observer
                .delivered(now, self.world.view(message), published, depth, again);
            self.accept(message);
        }
    }

    /// The span of a call is over. A message's end is its ack or brings it back; any other call has ended.
    pub(super) fn settle(&mut self, call: u32) {
        if self.world.tasks[call].mode != Mode::Queue {
            self.work_of_call_ended(call);
            return;
        }
        let edge = self.world.tasks[call].edge;
        let first_replica = self.world.services[self.world.edges[edge as usize].to as usize].first_replica;
        let channel = &mut self.world.edges[edge as usize].channel;
        channel.unacked[(self.world.tasks[call].replica - first_replica) as usize] -= 1;
        if self.world.tasks[call].failed {
            self.take_back(call);
        } else {
            self.work_of_call_ended(call);
        }
        let channel = &mut self.world.edges[edge as usize].channel;
        if channel.depth > 0 && !channel.due {
            channel.due = true;
            self.world.queue.push(self.world.queue.now(), Event::Deliver(edge));
        }
    }

    /// A failed message lies in its channel again, or is given up.
    fn take_back(&mut self, call: u32) {
        let task = &mut self.world.tasks[call];
        task.delivery += 1;
        if task.delivery >= DELIVERIES {
            self.observer.dropped(self.now(), self.world.view(call));
            self.work_of_call_ended(call);
            return;
        }
        task.key = mix(task.key, Purpose::Redelivery as u64);
        let channel = &mut self.world.edges[task.edge as usize].channel;
        channel.depth += 1;
        let depth = channel.depth;
        channel.messages.push_front(&mut self.world.tasks, call);
        self.observer.requeued(self.now(), self.world.view(call), depth);
    }
}

impl super::world::Channel {
    /// The next replica in turn that may hold one more message.
    fn replica_with_room(&self) -> Option<u32> {
        let count = self.unacked.len() as u32;
        (0..count)
            .map(|i| (self.next_replica + i) % count)
            .find(|i| self.unacked[*i as usize] < self.prefetch)
    }
}
