//! Offload: some steps of a span on a thread of their own, beside the loop.
//!
//! ```text
//! loop      ###                      ####        free meanwhile; the span goes on as if a reply had come
//! offload.0    ╰─(first in, first out)─######─╯  threads: each wait pins one; the cores are those of the loop
//! ```
//!
//! Law: the offload threads of a replica are a station of their own behind all replicas, with a queue that refuses
//! nobody. A job is the root of its fibers there, and its span lives as long as any of its jobs.

use super::event::Event;
use super::fault::Plight;
use super::program::Address;
use super::slab::{Fifo, NONE, Roster};
use super::turn::Turn;
use super::world::{Replica, Service, Task, World};
use crate::scenario::{Balance, Scenario, ServiceId};
use crate::trace::{Cause, Job, Observer};

impl World {
    /// The span that a fiber belongs to, wherever it runs.
    pub fn span_of(&self, fiber: u32) -> u32 {
        self.tasks[self.tasks[fiber].root].span
    }

    /// Whether the span of a root, or of a job, was told that its work is not wanted.
    #[inline(always)]
    pub fn is_cancelled(&self, root: u32) -> bool {
        root != NONE && self.tasks[self.tasks[root].span].cancelled
    }

    /// The offload threads of each replica, as stations behind all replicas and services behind all services.
    pub fn add_offload_threads(&mut self, scenario: &Scenario) {
        let numbered = (0u32..).zip(&scenario.services);
        for (index, plain) in numbered.filter(|(_, plain)| plain.offload > 0) {
            let (first, service) = (self.services[index].first_replica, self.services.len() as u32);
            self.services.push(Service {
                first_replica: self.replicas.len() as u32,
                replicas: plain.replicas,
                balance: Balance::RoundRobin,
                next_replica: 0,
                threads: true,
            });
            for home in first..first + plain.replicas {
                self.replicas[home].offload = self.replicas.len() as u32;
                let first_lane = self.replicas[home].first_lane + plain.runtime.workers();
                self.replicas.push(Replica {
                    service,
                    lifo: false,
                    backlog: u32::MAX,
                    in_flight: u32::MAX,
                    first_lane,
                    workers: plain.offload,
                    cores: 0,
                    plight: Plight::WELL,
                    home,
                    offload: NONE,
                    idle: Roster::new(plain.offload),
                    warmth: None,
                    fresh: Fifo::EMPTY,
                    resumed: Fifo::EMPTY,
                    waiting: 0,
                    begun: 0,
                    free_cores: 0,
                    core_queue: Fifo::EMPTY,
                    shared_cores: None,
                    ordinary: false,
                });
            }
        }
    }

    /// What an observer may know of a job.
    pub fn job(&self, slot: u32) -> Job {
        let Task {
            span,
            arrived,
            counted,
            replica,
            ..
        } = self.tasks[slot];
        let home = self.replicas[replica].home;
        Job {
            slot,
            span,
            service: ServiceId(self.replicas[home].service),
            since: arrived,
            counted,
        }
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A fiber waits until the steps that follow have run on an offload thread; then it goes on at `end`.
    #[inline(never)]
    pub(super) fn offload(&mut self, fiber: u32, end: Address) {
        let Task { root, pc, key, .. } = self.world.tasks[fiber];
        let Task {
            span, request, counted, ..
        } = self.world.tasks[root];
        let station = self.world.replicas[self.world.tasks[span].replica].offload;
        let job = self.world.tasks.insert(Task {
            key,
            request,
            counted,
            span,
            pc,
            caller: fiber,
            arrived: self.now(),
            replica: station,
            fibers: 1,
            ..super::call::EMPTY
        });
        self.world.tasks[job].root = job;
        self.world.tasks[fiber].pc = end;
        self.world.tasks[span].fibers += 1;
        self.world.queue.push(self.now(), Event::Offload(job));
    }

    /// A job has come to its threads.
    #[inline(never)]
    pub(super) fn offloaded(&mut self, job: u32) {
        let index = self.world.tasks[job].replica;
        let now = self.now();
        let lane = self.world.replicas[index].take_idle(now);
        self.observer
            .offloaded(self.world.queue.now(), self.world.job(job), lane.is_none());
        match lane {
            Some(lane) => {
                if self.take_job_up(job, lane) {
                    self.serve(index, lane);
                }
            }
            None => {
                self.world.stamp += 1;
                let task = &mut self.world.tasks[job];
                (task.stamp, task.queued) = (self.world.stamp, true);
                let station = &mut self.world.replicas[index];
                station.waiting += 1;
                station.fresh.push(&mut self.world.tasks, job);
                self.suspect(index);
            }
        }
    }

    /// An offload thread begins a job; true when it is free again.
    #[inline(never)]
    pub(super) fn take_job_up(&mut self, job: u32, lane: u32) -> bool {
        let task = &mut self.world.tasks[job];
        let queued = std::mem::replace(&mut task.queued, false);
        task.lane = lane;
        self.world.replicas[task.replica].begun += 1;
        self.world.digest.note((lane as u64) << 32 | job as u64);
        self.observer.taken_up(self.now(), self.world.job(job), lane, queued);
        self.drive(job, job)
    }

    /// The steps of a job are over, though branches of it may still run: the fiber that waits goes on.
    #[inline(never)]
    pub(super) fn job_done(&mut self, job: u32, ok: bool) {
        let waiting = self.world.tasks[job].caller;
        self.world.tasks[job].responded = true;
        self.world.tasks[waiting].outcome = if ok { Ok(()) } else { Err(Cause::Error) };
        self.world.digest.note((job as u64) << 1 | ok as u64);
        self.observer.brought_back(self.now(), self.world.job(job), ok);
        self.world.queue.push(self.now(), Event::WaitEnd(waiting));
    }

    /// The last fiber of a job is over, and perhaps with it that of its span.
    #[inline(never)]
    pub(super) fn end_job(&mut self, job: u32) {
        let Task {
            span, replica: station, ..
        } = self.world.tasks[job];
        self.world.tasks[job].lane = NONE;
        self.world.replicas[station].begun -= 1;
        self.world.tasks.remove(job);
        self.world.tasks[span].fibers -= 1;
        if self.world.tasks[span].fibers > 0 {
            return;
        }
        // The span has no worker any more, and one may be idle that could not begin another for want of room.
        self.end_span(span);
        let index = self.world.replicas[station].home;
        let now = self.now();
        if let Some(lane) = self.world.replicas[index].take_idle(now) {
            self.serve(index, lane);
        }
    }
}
