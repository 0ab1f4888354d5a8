//! One event after the other: what happens next, and who is told.
//!
//! ```text
//! queue ─pop▶ event ─▶ client | call | service | span | cpu | channel ─push▶ queue
//!                          └──────── Observer ────────▶ metrics, trace
//! ```

use super::chance::{Draw, Purpose};
use super::channel::mode_of;
use super::digest::Digest;
use super::event::Event;
use super::world::{Lane, Line, World};
use crate::scenario::{Caller, Changed, ServiceId};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Observer, On};
use std::sync::Arc;

/// Rounds of repeats that weigh as much as a slice of events.
const PATIENCE: u64 = 1 << 16;

/// The state of a run together with the one who listens; it owns the state so that nothing is reached through
/// two pointers.
pub struct Turn<'a, O: Observer + ?Sized> {
    pub world: World,
    pub observer: &'a mut O,
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// The present.
    #[inline]
    pub(super) fn now(&self) -> Instant {
        self.world.queue.now()
    }

    /// Lets at most `events` events happen, all before `until`; fewer where repeats go round and round. Yields how many, and
    /// whether there are no more.
    pub(super) fn handle_events(&mut self, until: Instant, events: u64) -> (u64, bool) {
        for handled in 0..events {
            let Some(event) = self.world.queue.pop(until) else {
                return (handled, true);
            };
            self.world.digest.note(self.now().0 ^ event.code().rotate_right(20));
            if self.world.faults.paused > 0
                && let Some(until) = self.held_back(event)
            {
                self.hold_back(event, until);
            } else {
                self.handle(event);
            }
            if self.world.watch.aroused {
                self.watch();
            }
            if self.world.rounds > PATIENCE {
                return (handled + 1, false);
            }
        }
        (events, false)
    }

    /// Lets one event happen, whatever it needs.
    #[inline(never)]
    pub(super) fn handle_any(&mut self, event: Event) {
        match event {
            Event::Change(index) => self.change(index),
            Event::Strike(fault) => self.strike(fault),
            Event::Heal(fault) => self.heal(fault),
            Event::WorkEnd(fiber) => self.work_ended(fiber),
            Event::SharedWorkEnd(replica) => self.shared_work_ended(replica),
            Event::WaitEnd(fiber) => self.resume(fiber),
            Event::Reply(call) => self.reply_arrived(call),
            Event::Timeout(call) => self.timed_out(call),
            Event::Offer(source) => self.offer(source),
            Event::Wake(user) => self.wake(user),
            Event::Arrive(call) => self.arrive(call),
            Event::Deliver(channel) => self.deliver(channel),
            Event::Acknowledge(call) => self.ack_leaves(call),
            Event::Acked(call) => self.acked(call),
            Event::AckTimeout(call) => self.ack_timed_out(call),
            Event::Requeue(message) => self.requeue(message),
            Event::Expire(message) => self.expire(message),
            Event::Guard(guard) => self.guard_due(guard),
            Event::GiveUp(guard) => self.give_up(guard),
            Event::Hedge(guard) => self.hedge(guard),
            Event::Connected(ticket) => self.connected(ticket),
            Event::Stop(call) => self.stop(call),
            Event::Ask(call) => self.ask(call),
            Event::Asked(call) => self.asked(call),
            Event::NotYet(call) => self.ask_later(call),
            Event::Offload(job) => self.offloaded(job),
        }
    }

    /// The reader has toggled something; calls in flight keep what they have.
    #[inline(never)]
    fn change(&mut self, index: u32) {
        let scenario = Arc::clone(&self.world.scenario);
        let to = &scenario.changes[index as usize].to;
        if let Changed::Edge(id, is) = to {
            let edge = &mut self.world.edges[id.0];
            (edge.mode, edge.timeout) = (mode_of(is), is.timeout);
            edge.line = self.world.lines.len() as u32;
            self.world.lines.push(Line::new(id.0, is));
            self.world.brew(id.0);
            self.world.guard_edge(id.0, is);
            self.world.change_terms(id.0, is);
            self.world.straighten(id.0);
            self.change_channel(self.world.edges[id.0].terms.own, &is.channel);
            match is.from {
                Caller::Channel(consumed) => self.poke(consumed.0),
                Caller::Client(client) => self.world.weigh(client.0),
                Caller::Service(_) => {}
            }
        }
        if let Changed::Channel(id, is) = to {
            self.change_channel(id.0, &is.rules);
        }
        if let Changed::Client(id, is) = to {
            self.change_client(id.0, is);
        }
        if let Changed::Service(id, is) = to {
            self.change_service(id.0, is);
        }
    }

    /// A duration from one of the program's samplers, for this place in a story.
    #[inline]
    pub(super) fn draw_duration(&mut self, sampler: u32, key: u64, step: u32, purpose: Purpose) -> Duration {
        let draw = Draw::new(key, step, purpose);
        let duration = self.world.program.samplers[sampler].sample(&self.world.ziggurat, draw);
        self.observer.drawn(self.world.queue.now(), draw.key(), duration.0);
        duration
    }

    /// 64 bits for this place in a story.
    #[inline]
    pub(super) fn draw_bits(&mut self, key: u64, step: u32, purpose: Purpose) -> u64 {
        let mut draw = Draw::new(key, step, purpose);
        let bits = draw.bits();
        self.observer.drawn(self.world.queue.now(), draw.key(), bits);
        bits
    }

    /// A worker turns to something else.
    pub(super) fn set_lane(&mut self, number: u32, is: Activity, task: u32) {
        let World {
            lanes, queue, digest, ..
        } = &mut self.world;
        turn_worker(queue.now(), number, &mut lanes[number], is, task, digest, self.observer);
    }
}

/// A worker, this lane of this number, turns to something else.
#[inline(always)]
pub(super) fn turn_worker(
    now: Instant,
    number: u32,
    lane: &mut Lane,
    is: Activity,
    task: u32,
    digest: &mut Digest,
    observer: &mut (impl Observer + ?Sized),
) {
    let was = lane.activity;
    if was == is && lane.task == task {
        return;
    }
    let about = if is == Activity::Idle { lane.task } else { task };
    (lane.activity, lane.task) = (is, task);
    digest.note((number as u64) << 32 | about as u64 ^ code(is).rotate_left(52));
    observer.lane(now, ServiceId(lane.service), number, was, is, about);
}

/// An activity as a number, for the digest.
fn code(activity: Activity) -> u64 {
    match activity {
        Activity::Idle => 0,
        Activity::Running => 1,
        Activity::CoreWait => 2,
        Activity::Blocked(On::Wait) => 3,
        Activity::Blocked(On::Edge(edge)) => 4 + edge.0 as u64,
        Activity::Blocked(On::Pool(pool)) => 1 << 40 | pool as u64,
    }
}
