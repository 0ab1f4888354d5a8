//! Who gets a worker: balancing over replicas, the backlog, the queue that continuations share with new requests.
//!
//! ```text
//! call ─balance▶ replica ─ idle worker? ─yes▶ begin
//!                          └ no ▶ backlog full? ─yes▶ refused
//!                                 └ no ▶ fresh ┐ by order of joining
//! span with its outcome, but no worker ▶ resumed ┘ ─▶ the next free worker
//! ```
//!
//! Law: no worker idles while its replica's queue has something that may begin. A resumed span is never refused.

use super::chance::{Draw, Purpose};
use super::slab::NONE;
use super::turn::Turn;
use super::world::Task;
use crate::scenario::{Balance, Down, Mode};
use crate::trace::{Activity, Cause, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A call reaches the callee: its channel, or one of its replicas.
    pub(super) fn arrive(&mut self, call: u32) {
        let Task { channel, delivery, .. } = self.world.tasks[call];
        if channel != NONE {
            match delivery {
                NONE => self.publish(call),
                _ => self.delivery_arrived(call),
            }
            return;
        }
        let replica = self.balance(call);
        self.come_to(call, replica);
    }

    /// A call reaches a replica: it is refused, begins or queues up.
    #[inline(never)]
    pub(super) fn come_to(&mut self, call: u32, replica: u32) {
        let now = self.now();
        let task = &mut self.world.tasks[call];
        (task.arrived, task.replica) = (now, replica);
        let place = &self.world.replicas[replica];
        if let Some(down) = place.plight.down {
            return match down {
                Down::Blackhole => self.swallow(call),
                Down::Refuse | Down::Crash => self.refuse(call),
            };
        }
        let room = place.waiting < place.backlog;
        let lane = self.idle_lane_for_new(replica);
        if !room && lane.is_none() {
            self.refuse(call);
            return;
        }
        let task = &mut self.world.tasks[call];
        let polls = task.mode == Mode::Poll;
        task.holds += polls as u32;
        match lane {
            Some(lane) => self.begin(call, replica, lane),
            None => self.queue_up(call, replica),
        }
        if polls {
            self.say_accepted(call);
        }
    }

    /// A replica takes a call or message, at once or into its queue.
    #[inline]
    pub(super) fn accept(&mut self, call: u32) {
        let replica = self.world.tasks[call].replica;
        match self.idle_lane_for_new(replica) {
            Some(lane) => self.begin(call, replica, lane),
            None => self.queue_up(call, replica),
        }
    }

    /// A call waits for a worker of this replica.
    pub(super) fn queue_up(&mut self, call: u32, index: u32) {
        self.observer.accepted(self.now(), self.world.view(call), true);
        self.world.stamp += 1;
        let task = &mut self.world.tasks[call];
        task.stamp = self.world.stamp;
        task.queued = true;
        let replica = &mut self.world.replicas[index];
        replica.waiting += 1;
        if replica.lifo {
            replica.fresh.push_front(&mut self.world.tasks, call);
        } else {
            replica.fresh.push(&mut self.world.tasks, call);
        }
        self.suspect(index);
    }

    fn refuse(&mut self, call: u32) {
        self.observer.refused(self.now(), self.world.view(call));
        self.answer(call, Err(Cause::Refused));
        self.work_of_call_ended(call);
    }

    /// An idle worker, if there is one and a further span may begin.
    #[inline]
    fn idle_lane_for_new(&mut self, index: u32) -> Option<u32> {
        let now = self.now();
        let replica = &mut self.world.replicas[index];
        if replica.begun >= replica.in_flight {
            return None;
        }
        replica.take_idle(now)
    }

    /// A service has other limits and another balance from now on. What waits goes on waiting where it is; what may
    /// begin now does.
    #[inline(never)]
    pub(super) fn change_service(&mut self, index: u32, is: &crate::scenario::Service) {
        let service = &mut self.world.services[index];
        service.balance = is.balance;
        let replicas = service.first_replica..service.first_replica + service.replicas;
        for replica in replicas.clone() {
            let place = &mut self.world.replicas[replica];
            place.backlog = is.backlog.unwrap_or(u32::MAX);
            place.in_flight = is.in_flight.unwrap_or(u32::MAX);
        }
        for replica in replicas {
            while self.world.replicas[replica].waiting > 0
                && let Some(lane) = self.idle_lane_for_new(replica)
            {
                self.serve(replica, lane);
            }
        }
    }

    /// A worker takes a call that came without queueing.
    #[inline(always)]
    fn begin(&mut self, call: u32, replica: u32, lane: u32) {
        self.observer.accepted(self.now(), self.world.view(call), false);
        if self.occupy(call, lane) {
            self.serve(replica, lane);
        }
    }

    /// A worker begins a span; true when the worker is free again.
    pub(super) fn occupy(&mut self, call: u32, lane: u32) -> bool {
        let task = &mut self.world.tasks[call];
        if task.span != call {
            return self.take_job_up(call, lane);
        }
        let queued = std::mem::replace(&mut task.queued, false);
        task.lane = lane;
        task.pc = self.world.edges[task.edge].entry;
        task.fibers = 1;
        task.responded = false;
        task.failed = false;
        let (key, replica, guard, delivery) = (task.key, task.replica, task.guard, task.delivery);
        let place = &mut self.world.replicas[replica];
        place.begun += 1;
        let fail = place.plight.fail;
        self.world.digest.note((lane as u64) << 32 | call as u64);
        self.observer.began(self.now(), self.world.view(call), lane, queued);
        if guard != NONE {
            self.begin_guarded(call);
        }
        if delivery != NONE {
            self.begin_delivery(call);
        }
        if !fail.never() && fail.hit(self.draw_bits(key, 0, Purpose::Mishap)) {
            self.world.tasks[call].outcome = Err(Cause::Error);
        }
        self.set_going(call, call, lane)
    }

    /// A free worker looks for something to do, again and again until it is busy or there is nothing.
    pub(super) fn serve(&mut self, index: u32, lane: u32) {
        while let Some((slot, fresh)) = self.next_in_queue(index) {
            let free = if fresh {
                self.occupy(slot, lane)
            } else {
                let task = &mut self.world.tasks[slot];
                task.queued = false;
                task.lane = lane;
                let fiber = self.pop_ready(slot).unwrap_or(slot);
                self.set_going(slot, fiber, lane)
            };
            if !free {
                return;
            }
        }
        self.set_lane(lane, Activity::Idle, NONE);
        let now = self.now();
        self.world.replicas[index].put_idle(now, lane);
        self.suspect_rest(index);
    }

    /// Idle workers take what waits for one.
    pub(super) fn employ(&mut self, index: u32) {
        while self.has_next(index) {
            let now = self.now();
            let Some(lane) = self.world.replicas[index].take_idle(now) else {
                return;
            };
            self.serve(index, lane);
        }
    }

    fn has_next(&self, index: u32) -> bool {
        let replica = &self.world.replicas[index];
        let may_begin = replica.begun < replica.in_flight;
        replica.resumed.first().is_some() || may_begin && replica.fresh.first().is_some()
    }

    /// The first of those that may run: a new call, as long as the replica may begin one, or a resumed span.
    #[inline]
    fn next_in_queue(&mut self, index: u32) -> Option<(u32, bool)> {
        let tasks = &mut self.world.tasks;
        let replica = &mut self.world.replicas[index];
        let may_begin = replica.begun < replica.in_flight;
        let fresh = replica.fresh.first().filter(|_| may_begin);
        let take_fresh = match (fresh, replica.resumed.first()) {
            (Some(fresh), Some(resumed)) => (tasks[fresh].stamp < tasks[resumed].stamp) != replica.lifo,
            (fresh, _) => fresh.is_some(),
        };
        if take_fresh {
            replica.waiting -= 1;
            replica.fresh.pop(tasks).map(|slot| (slot, true))
        } else {
            replica.resumed.pop(tasks).map(|slot| (slot, false))
        }
    }

    /// A span without a worker has something to do: an idle worker takes it, or it joins the queue.
    pub(super) fn requeue_span(&mut self, root: u32) {
        let index = self.world.tasks[root].replica;
        let now = self.now();
        match self.world.replicas[index].take_idle(now) {
            Some(lane) => {
                self.world.tasks[root].lane = lane;
                let fiber = self.pop_ready(root).unwrap_or(root);
                if self.set_going(root, fiber, lane) {
                    self.serve(index, lane);
                }
            }
            None => {
                self.world.stamp += 1;
                self.world.tasks[root].stamp = self.world.stamp;
                self.world.tasks[root].queued = true;
                let replica = &mut self.world.replicas[index];
                if replica.lifo {
                    replica.resumed.push_front(&mut self.world.tasks, root);
                } else {
                    replica.resumed.push(&mut self.world.tasks, root);
                }
                self.suspect(index);
            }
        }
    }

    /// Which replica a call goes to, by the service's strategy.
    #[inline]
    pub(super) fn balance(&mut self, call: u32) -> u32 {
        let index = self.world.tasks[call].service;
        let service = &self.world.services[index];
        let (first, count) = (service.first_replica, service.replicas);
        if count == 1 {
            return first;
        }
        first + self.choose_replica(call, index)
    }

    /// The index of the replica that a call goes to, where there are several.
    #[inline(never)]
    fn choose_replica(&mut self, call: u32, index: u32) -> u32 {
        let service = &mut self.world.services[index];
        let (first, count) = (service.first_replica, service.replicas);
        match service.balance {
            Balance::RoundRobin => {
                let turn = service.next_replica;
                service.next_replica = (turn + 1) % count;
                turn
            }
            Balance::Random => Draw::new(self.world.tasks[call].key, 0, Purpose::Balance).below(count),
            Balance::LeastInFlight => (0..count).min_by_key(|i| (self.load(first + i), *i)).unwrap_or(0),
            Balance::PowerOfTwo => {
                let mut draw = Draw::new(self.world.tasks[call].key, 0, Purpose::Balance);
                let one = draw.below(count);
                let other = (one + 1 + draw.below(count - 1)) % count;
                if self.load(first + other) < self.load(first + one) {
                    other
                } else {
                    one
                }
            }
        }
    }

    /// Spans in flight and calls waiting at a replica.
    fn load(&self, replica: u32) -> u32 {
        let replica = &self.world.replicas[replica];
        replica.begun + replica.waiting
    }
}
