//! A call on its way: sent, lost, answered, given up.
//!
//! ```text
//! caller ──latency──▶ callee (or its channel)      loss may take the message, in each direction
//!        ◀─latency── reply, refusal, ack
//!        ⏲ timeout: the caller gives up, the callee works on
//! ```
//!
//! Law: a caller learns exactly one outcome of each call. A slot is held by the caller that waits, by the callee's
//! side and by a reply under way, and is free when all three have let go.

use super::chance::Purpose;
use super::event::Event;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Chain, Task};
use crate::scenario::Mode;
use crate::time::{Duration, Instant};
use crate::trace::{Attempt, Cause, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Sends a call that nothing ties to others.
    #[inline(always)]
    pub(super) fn send(&mut self, call: Outgoing) {
        if self.world.edges[call.edge].straight {
            self.send_straight(call);
        } else {
            self.send_tied(call, &Ties::NONE);
        }
    }

    /// Sends one attempt over an edge.
    pub(super) fn send_tied(&mut self, call: Outgoing, ties: &Ties) -> u32 {
        let Outgoing {
            edge,
            key,
            request,
            caller,
            parent,
            lane,
        } = call;
        let now = self.now();
        let road = &self.world.edges[edge];
        let (mut mode, mut line) = (road.mode, road.line);
        let only = ties.attempt == Attempt::Only;
        if !only {
            (mode, line) = self.world.guards[ties.guard].way();
        }
        let (timeout, channel) = (road.timeout, road.terms.channel_in(mode));
        let waits = !matches!(mode, Mode::Oneway | Mode::Forward);
        let requested = &mut self.world.requests[request];
        requested.open += 1;
        let (slot, task) = self.world.tasks.reserve(EMPTY);
        *task = Task {
            edge,
            service: road.to,
            line,
            key,
            request,
            parent,
            sent: now,
            root: slot,
            span: slot,
            caller: if waits { caller } else { NONE },
            mode,
            counted: requested.counted,
            straight: road.straight && ties.guard == NONE,
            holds: 1 + waits as u32,
            awaited: waits,
            origin: ties.origin,
            guard: ties.guard,
            attempt: ties.attempt,
            deadline: ties.deadline,
            channel,
            ..EMPTY
        };
        self.world.digest.note((edge as u64) << 32 | slot as u64);
        // A retry may leave while the caller has no worker.
        self.observer.sent(now, task.view(slot), (lane != NONE).then_some(lane));
        // The attempts of a guarded call are given up by their guard.
        if waits
            && only
            && let Some(timeout) = timeout
        {
            task.timeout = self.world.queue.push_cancellable(now + timeout, Event::Timeout(slot));
        }
        if !waits {
            self.observer.returned(now, task.view(slot), Ok(()));
            if caller == NONE && ties.guard == NONE {
                self.request_returned(request, Ok(()));
            }
        }
        self.set_out(slot, line);
        slot
    }

    #[inline]
    pub(super) fn set_out(&mut self, slot: u32, line: u32) {
        if self.world.lines[line].instant {
            self.world.queue.push_now(Event::Arrive(slot));
        } else {
            self.travel(slot, Purpose::LossThere, Purpose::LatencyThere, Event::Arrive(slot));
        }
    }

    /// A message of this call sets out; it arrives, or the network loses it.
    pub(super) fn travel(&mut self, slot: u32, loss: Purpose, latency: Purpose, arrival: Event) {
        let Task {
            line,
            key,
            questions: question,
            ..
        } = self.world.tasks[slot];
        let odds = self.world.lines[line].loss;
        if !odds.never() {
            let bits = self.draw_bits(key, question, loss);
            if odds.hit(bits) {
                self.lose(slot, arrival);
                return;
            }
        }
        let mut at = self.now();
        if self.world.lines[line].storm.is_some() {
            match self.brave(slot, loss, latency, arrival) {
                Some(later) => at = at + later,
                None => return,
            }
        }
        let sampler = &self.world.lines[line].latency;
        if !sampler.is_zero() {
            let draw = super::chance::Draw::new(key, question, latency);
            let delay = sampler.sample(&self.world.ziggurat, draw);
            self.observer.drawn(self.world.queue.now(), draw.key(), delay.0);
            at = at + delay;
        }
        if self.world.tasks[slot].delivery != NONE && matches!(arrival, Event::Arrive(_)) {
            at = at + self.time_of_delivery(slot);
        }
        self.world.queue.push(at, arrival);
    }

    /// The network has lost the request (then the callee never hears of it), the reply, a question, or the word that
    /// nobody waits any more, which is not counted.
    #[inline(never)]
    pub(super) fn lose(&mut self, slot: u32, arrival: Event) {
        let request = matches!(arrival, Event::Arrive(_));
        self.world.digest.note((slot as u64) << 1 | request as u64);
        if !matches!(arrival, Event::Stop(_)) {
            self.observer.lost(self.now(), self.world.view(slot));
        }
        match self.world.tasks[slot] {
            Task { delivery, .. } if delivery != NONE => self.lose_parcel(slot),
            _ if request => self.work_of_call_ended(slot),
            Task { questions: 1.., .. } => self.ask_later(slot),
            _ => self.release(slot),
        }
    }

    /// The callee, its closed door or the broker answers.
    #[inline]
    pub(super) fn answer(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let task = &mut self.world.tasks[slot];
        match task.mode {
            Mode::Oneway => return,
            Mode::Forward => return self.answer_origin(slot, outcome),
            _ => {}
        }
        task.reply = outcome;
        task.holds += 1;
        if self.world.lines[task.line].instant {
            self.world.queue.push(self.world.queue.now(), Event::Reply(slot));
            return;
        }
        self.travel(slot, Purpose::LossBack, Purpose::LatencyBack, Event::Reply(slot));
    }

    /// An answer is there; it counts unless the caller has given up.
    pub(super) fn reply_arrived(&mut self, slot: u32) {
        let Task { awaited, reply, .. } = self.world.tasks[slot];
        if awaited {
            self.disarm_call(slot);
            self.conclude(slot, reply);
        }
        self.release(slot);
    }

    /// The caller will not give up any more.
    #[inline]
    pub(super) fn disarm_call(&mut self, slot: u32) {
        let task = &mut self.world.tasks[slot];
        if task.timeout != Handle::NONE {
            self.world.queue.cancel(task.timeout);
            task.timeout = Handle::NONE;
        }
    }

    /// The caller gives up; whatever the callee still does is late work.
    pub(super) fn timed_out(&mut self, slot: u32) {
        self.world.tasks[slot].timeout = Handle::NONE;
        self.conclude(slot, Err(Cause::Timeout));
    }

    /// The caller learns the outcome and goes on.
    #[inline]
    fn conclude(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let now = self.now();
        let task = &mut self.world.tasks[slot];
        task.awaited = false;
        let Task {
            caller, request, guard, ..
        } = *task;
        let noted = (slot as u64) << 2 | outcome.map_or_else(|cause| 1 + cause as u64, |()| 0);
        self.world.digest.note(noted);
        self.observer.returned(now, task.view(slot), outcome);
        self.release(slot);
        if guard != NONE {
            self.try_returned(guard, slot, outcome);
        } else if caller == NONE {
            self.request_returned(request, outcome);
        } else {
            self.world.tasks[caller].outcome = outcome;
            self.resume(caller);
        }
    }

    /// The caller waits no longer. The callee works on, unless it is told to stop.
    #[inline(never)]
    pub(super) fn abandon(&mut self, slot: u32, cause: Cause, tell: bool) {
        self.world.tasks[slot].awaited = false;
        self.observer.abandoned(self.now(), self.world.view(slot), cause);
        if tell {
            self.world.tasks[slot].holds += 1;
            self.travel(slot, Purpose::LossStop, Purpose::LatencyStop, Event::Stop(slot));
        }
        self.release(slot);
    }

    /// The callee learns that its work is not wanted: it begins no other step, or none at all.
    #[inline(never)]
    pub(super) fn stop(&mut self, slot: u32) {
        self.world.tasks[slot].cancelled = true;
        self.release(slot);
    }

    /// The callee's side of a call is over: its span has ended, or there will never be one.
    #[inline]
    pub(super) fn work_of_call_ended(&mut self, slot: u32) {
        let request = self.world.tasks[slot].request;
        self.release(slot);
        self.work_of_request_ended(request);
    }

    /// One of those who hold the slot lets go.
    #[inline]
    pub(super) fn release(&mut self, slot: u32) {
        let task = &mut self.world.tasks[slot];
        task.holds -= 1;
        if task.holds == 0 {
            self.free(slot);
        }
    }

    /// Nobody holds the slot any more.
    #[inline(never)]
    fn free(&mut self, slot: u32) {
        let Task { origin, guard, .. } = self.world.tasks[slot];
        self.world.tasks.remove(slot);
        if origin != NONE {
            self.release(origin);
        }
        if guard != NONE {
            self.let_go_of_guard(guard);
        }
    }
}

/// A call that is to be sent.
#[derive(Clone, Copy)]
pub(super) struct Outgoing {
    pub edge: u32,
    pub key: u64,
    pub request: u32,
    /// The fiber that waits for the outcome; none for a client or a guard.
    pub caller: u32,
    /// The caller's span; none for a client.
    pub parent: u32,
    /// The worker that it has.
    pub lane: u32,
}

/// What ties an attempt to other calls.
#[derive(Clone, Copy)]
pub(super) struct Ties {
    /// The call that it will answer, if it is forwarded.
    pub origin: u32,
    /// The guard whose attempt it is.
    pub guard: u32,
    pub attempt: Attempt,
    /// When it is of no use any more.
    pub deadline: Instant,
}

impl Ties {
    /// Nothing: a call that is its only attempt.
    pub const NONE: Ties = Ties {
        origin: NONE,
        guard: NONE,
        attempt: Attempt::Only,
        deadline: Instant::NEVER,
    };
}

/// A task before anything is known of it.
pub(super) const EMPTY: Task = Task {
    key: 0,
    sent: Instant::START,
    arrived: Instant::START,
    stamp: 0,
    work: Duration::ZERO,
    edge: NONE,
    service: NONE,
    line: NONE,
    request: NONE,
    caller: NONE,
    parent: NONE,
    replica: NONE,
    root: NONE,
    span: NONE,
    pc: 0,
    frame: NONE,
    join: NONE,
    next: NONE,
    timeout: Handle::NONE,
    mode: Mode::Sync,
    counted: false,
    straight: false,
    holds: 0,
    awaited: false,
    reply: Ok(()),
    outcome: Ok(()),
    pin: None,
    before: NONE,
    after: NONE,
    lane: NONE,
    active: NONE,
    ready: Chain::EMPTY,
    pinned: Chain::EMPTY,
    fibers: 0,
    queued: false,
    responded: false,
    failed: false,
    delivery: NONE,
    bundle: NONE,
    seat: NONE,
    revoked: false,
    forgotten: false,
    lost: false,
    poisoned: false,
    channel: NONE,
    origin: NONE,
    questions: 0,
    done: false,
    guard: NONE,
    attempt: Attempt::Only,
    deadline: Instant::NEVER,
    cancelled: false,
    wrote: false,
};
