//! Requests and calls from the caller's side: who offered, sent, lost, learnt; and what must have happened by then.

use super::auditor::{Auditor, Seen};
use super::channel::Delivery;
use super::facts::{self, Terms};
use std::cmp::Reverse;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Call, Cause, NO_SERVICE};

/// Where a call is, seen from the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// On the network.
    Transit,
    /// A publication that waits until its channel has room.
    Parked,
    /// Sent by a channel, not yet accepted.
    Delivered,
    /// Accepted, not begun.
    Queued,
    Begun,
    /// To be over at once.
    Ending,
    /// Ended, published, refused or lost.
    Over,
}

/// A call and the span that it causes.
#[derive(Clone, Debug)]
pub struct Record {
    pub call: Call,
    /// The caller's worker.
    pub lane: Option<u32>,
    pub parent: Option<usize>,
    pub request: usize,
    pub terms: Terms,
    pub stage: Stage,
    /// When the callee or the broker answered, and what.
    pub answer: Option<(Instant, Result<(), Cause>)>,
    pub returned: Option<Instant>,
    /// When its caller has asked last (mode `poll`).
    pub asked: Option<Instant>,
    /// Whether it returned by its timeout.
    pub gave_up: bool,
    pub lost: bool,
    /// The record for which it answers (mode `forward`).
    pub stands_for: Option<usize>,
    /// What a channel has sent.
    pub delivery: Option<Delivery>,
    pub span: Span,
}

/// One execution of an operation.
#[derive(Clone, Debug, Default)]
pub struct Span {
    pub accepted: Instant,
    /// The event that put it into a queue.
    pub turn: u64,
    pub queued: bool,
    pub replica: usize,
    pub responded: Option<(Instant, bool)>,
    /// Handed its duty to reply over, and not yet sent the call that has it.
    pub handing: bool,
    /// Whether a call that it waited for has failed.
    pub hurt: bool,
    /// The latest open call that it waits for.
    pub waiting: Option<usize>,
    pub open_calls: u32,
    /// The event that made it ready to go on, until a worker takes it; only known where there are no branches and no
    /// waits of a loop.
    pub ready: Option<u64>,
    pub lane: Option<usize>,
    /// Worker-time on a core, in sixtieths of a nanosecond.
    pub running: u128,
    pub bursts: u64,
    /// Worker-time blocked on a `wait` step.
    pub waited: u64,
}

impl Record {
    fn settled(&self) -> bool {
        self.stage == Stage::Over && (self.returned.is_some() || self.is_home())
    }

    /// A delivery of which nothing more becomes.
    pub fn is_home(&self) -> bool {
        self.delivery.as_ref().is_some_and(|delivery| delivery.home)
    }
}

impl Auditor<'_> {
    pub fn on_sent(&mut self, call: Call, lane: Option<u32>) {
        if matches!(self.scenario.edge(call.edge).from, Caller::Channel(_)) {
            self.on_sent_by_channel(call, lane);
            return;
        }
        let request = self.request_slots.get(call.request as usize).copied().flatten();
        let request = request.filter(|id| !self.requests[*id].completed);
        if !self.law(1, request.is_some(), || {
            format!("{call:?} is sent for a request that is not alive")
        }) {
            return;
        }
        let Some(request) = request else { return };
        let executes = |id: &usize| self.records[*id].call.service != NO_SERVICE;
        let span = |slot: u32| self.slots.get(slot as usize).copied().flatten().filter(executes);
        let parent = call.parent.map(span);
        let terms = facts::terms(self.scenario, call.edge, self.now);
        self.check_sent(&call, &terms);
        let id = self.records.len();
        match parent {
            None => self.check_root(&call, lane, request, id),
            Some(None) => {
                self.law(1, false, || format!("{call:?} has no parent"));
                return;
            }
            Some(Some(parent)) => self.check_child(&call, lane, request, parent, id),
        }
        let stands_for = self.duty(&call, parent.flatten());
        self.records.push(Record {
            stands_for,
            call,
            lane,
            parent: parent.flatten(),
            request,
            terms,
            stage: Stage::Transit,
            answer: None,
            returned: None,
            asked: None,
            gave_up: false,
            lost: false,
            delivery: None,
            span: Span::default(),
        });
        self.take_slot(call.slot, id);
        self.moved.insert(id);
        self.requests[request].open += 1;
        self.touched.insert(request);
        let book = &mut self.edges[call.edge.0 as usize];
        book.calls.enter(id);
        book.work.enter(id);
        self.balance_edge(call.edge);
    }

    pub fn take_slot(&mut self, slot: u32, id: usize) {
        let index = slot as usize;
        self.slots.resize(self.slots.len().max(index + 1), None);
        if let Some(old) = self.slots[index] {
            let settled = self.records[old].settled();
            let stage = self.records[old].stage;
            self.law(10, settled, || {
                format!("call {slot} is sent while its slot is taken: {stage:?}")
            });
        }
        self.slots[index] = Some(id);
        self.highest_slot = self.highest_slot.max(slot);
        self.enter_live(0, slot);
    }

    fn check_sent(&mut self, call: &Call, terms: &Terms) {
        let edge = self.scenario.edge(call.edge);
        let now = self.now;
        self.law(5, call.sent == now, || format!("{call:?} is sent at {now:?}"));
        self.law(1, call.service == edge.service().unwrap_or(NO_SERVICE), || {
            format!("{call:?} goes astray")
        });
        self.law(3, call.mode == terms.mode, || {
            format!("{call:?} is sent while its edge is {:?}", terms.mode)
        });
    }

    fn check_root(&mut self, call: &Call, lane: Option<u32>, request: usize, id: usize) {
        let plain = self.requests[request].request;
        let from = self.scenario.edge(call.edge).from;
        let right = from == Caller::Client(plain.client) && plain.offered == self.now && plain.counted == call.counted;
        self.law(1, right && lane.is_none(), || {
            format!("{call:?} on lane {lane:?} is not the root call of {plain:?}")
        });
        let first = self.requests[request].root.replace(id).is_none();
        self.law(1, first, || format!("a second root call of {plain:?}"));
    }

    fn check_child(&mut self, call: &Call, lane: Option<u32>, request: usize, parent: usize, id: usize) {
        let caller = &self.records[parent];
        let span = caller.span.clone();
        let service = caller.call.service;
        let mut right = caller.stage == Stage::Begun && caller.request == request;
        right &= caller.call.counted == call.counted && self.scenario.edge(call.edge).from == Caller::Service(service);
        let facts = self.facts(caller.call.edge);
        right &= facts.calls.contains(&call.edge);
        let parallel = facts.parallel;
        self.law(1, right, || {
            format!("{call:?} is not a call that its parent can send now")
        });
        let replica = lane
            .and_then(|lane| self.lanes.get(lane as usize))
            .map(|lane| lane.replica);
        self.law(2, replica == Some(span.replica), || {
            format!("{call:?} is sent from lane {lane:?} of another replica")
        });
        if !parallel {
            self.law(3, span.waiting.is_none(), || {
                format!("{call:?} is sent while its parent waits")
            });
            self.law(0, !span.hurt, || format!("{call:?} is sent after a call has failed"));
        }
        let threads = matches!(self.scenario.service(service).runtime, Runtime::Threads(_));
        let span = &mut self.records[parent].span;
        span.ready = None;
        if matches!(call.mode, Mode::Oneway | Mode::Forward) {
            return;
        }
        span.waiting = Some(id);
        span.open_calls += 1;
        if call.mode == Mode::Sync || call.mode == Mode::Queue && threads {
            self.pins.push(id);
        } else {
            self.seen.awaits += 1;
        }
    }

    /// One more live call (0) or request (1) in `slot`.
    pub fn enter_live(&mut self, kind: usize, slot: u32) {
        self.forget_late();
        let (now, most) = &mut self.live[kind];
        *now += 1;
        *most = (*most).max(*now);
        let most = *most;
        // A branch that waits has a slot among the calls; later steps may branch while its losers still work.
        let branches = self
            .facts
            .iter()
            .flatten()
            .map(|facts| facts.branches)
            .max()
            .unwrap_or(0);
        let each = if kind == 0 { 1 + 4 * branches } else { 1 };
        // The slot of the call whose return is just being told is not free yet.
        let kept = slot <= most * each;
        self.law(10, kept, || {
            format!("slot {slot} where at most {most} have lived at once")
        });
    }

    /// A call is settled; a reply for which nobody waits any more is still on its way.
    pub fn release(&mut self, id: usize) {
        let record = &self.records[id];
        // Who polls, or is answered by somebody else, may keep its place longer.
        let modes = self.scenario.edges.iter().map(|edge| edge.mode);
        let toggled = !self.scenario.changes.is_empty() || self.scenario.edges.iter().any(|edge| edge.publish.reply);
        if toggled || modes.into_iter().any(|mode| matches!(mode, Mode::Forward | Mode::Poll)) {
            return;
        }
        let back = self.way_back(&record.call, &record.terms);
        let home = if record.is_home() {
            record.terms.latency.high
        } else {
            None
        };
        let late = match record.answer {
            _ if record.delivery.is_some() => home.map_or(u64::MAX, |home| self.now.0 + home),
            Some((at, _)) if record.gave_up && !record.lost => back.map_or(u64::MAX, |back| at.0 + back),
            _ => self.now.0,
        };
        self.late.push(Reverse(late.max(self.now.0)));
    }

    /// Late replies have arrived by now.
    fn forget_late(&mut self) {
        while self.late.peek().is_some_and(|at| at.0 <= self.now.0) {
            self.late.pop();
            self.live[0].0 = self.live[0].0.saturating_sub(1);
        }
    }

    /// The record of a live call.
    pub fn find(&mut self, call: &Call) -> Option<usize> {
        let id = self.slots.get(call.slot as usize).copied().flatten();
        let same = |old: &Call| {
            let key = |c: &Call| {
                (
                    c.slot, c.parent, c.request, c.edge, c.service, c.mode, c.sent, c.counted,
                )
            };
            key(old) == key(call)
        };
        let id = id.filter(|id| same(&self.records[*id].call));
        self.law(1, id.is_some(), || format!("{call:?} is not alive"));
        id
    }

    pub fn on_lost(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        self.seen.losses += 1;
        if call.mode == Mode::Poll && self.records[id].stage != Stage::Transit {
            // A question or an answer to one; the caller asks again.
            return;
        }
        let record = &self.records[id];
        if record.delivery.is_some() {
            self.on_delivery_lost(id);
            return;
        }
        let possible = record.terms.loss > 0.0;
        let twice = record.lost;
        self.law(8, possible && !twice, || {
            format!("{call:?} is lost on an edge that loses nothing, or a second time")
        });
        self.records[id].lost = true;
        if self.records[id].stage == Stage::Transit {
            self.over(id);
        } else {
            let answered = self.records[id].answer.is_some();
            self.law(8, answered, || format!("{call:?} is lost while it is at the callee"));
        }
    }

    pub fn on_returned(&mut self, call: &Call, outcome: Result<(), Cause>) {
        let Some(id) = self.find(call) else { return };
        if self.records[id].delivery.is_some() {
            self.on_delivery_returned(id, outcome);
            return;
        }
        self.records[id].gave_up = outcome == Err(Cause::Timeout);
        let first = self.records[id].returned.replace(self.now).is_none();
        self.law(1, first, || format!("{call:?} returns twice"));
        let there = self.edges[call.edge.0 as usize].calls.leave(id);
        self.law(1, there, || format!("{call:?} was not open"));
        match (call.mode, outcome) {
            (Mode::Oneway | Mode::Forward, _) => {
                let now = self.now;
                self.law(3, outcome == Ok(()) && call.sent == now, || {
                    format!("{call:?} returns {outcome:?} at {now:?}")
                });
            }
            (_, Err(Cause::Timeout)) => self.check_timeout(id),
            _ => self.check_reply(id, outcome),
        }
        count(&mut self.seen, outcome);
        self.tell_caller(id, outcome);
        if self.records[id].settled() {
            self.release(id);
        }
        self.balance_edge(call.edge);
    }

    fn tell_caller(&mut self, id: usize, outcome: Result<(), Cause>) {
        let Record {
            call, parent, request, ..
        } = self.records[id];
        let pinned = self
            .pins
            .iter()
            .position(|pin| *pin == id)
            .map(|index| self.pins.remove(index))
            .is_some();
        self.seen.pins += u64::from(pinned && call.sent < self.now);
        let Some(parent) = parent else {
            self.requests[request].learnt = Some(outcome);
            self.touched.insert(request);
            return;
        };
        if matches!(call.mode, Mode::Oneway | Mode::Forward) {
            return;
        }
        let call = self.records[parent].call;
        let (facts, service) = (self.facts(call.edge), self.scenario.service(call.service));
        // On a loop a span may go on at once and wait for a time that nobody tells, before it needs the loop again.
        let untold = matches!(service.runtime, Runtime::Loop(_)) && facts.waits;
        let ready = (!pinned && !facts.parallel && !untold).then_some(self.event);
        let span = &mut self.records[parent].span;
        span.open_calls = span.open_calls.saturating_sub(1);
        span.hurt |= outcome.is_err();
        span.waiting = span.waiting.filter(|waiting| *waiting != id);
        span.ready = ready;
    }

    /// The callee's side of a call is over.
    pub fn over(&mut self, id: usize) {
        let Record {
            call, request, stage, ..
        } = self.records[id];
        self.law(1, stage != Stage::Over, || format!("{call:?} is over twice"));
        self.records[id].stage = Stage::Over;
        if self.records[id].settled() {
            self.release(id);
        }
        self.requests[request].open = self.requests[request].open.saturating_sub(1);
        self.touched.insert(request);
        self.edges[call.edge.0 as usize].work.leave(id);
        self.balance_edge(call.edge);
    }

    fn balance_edge(&mut self, edge: EdgeId) {
        let book = &self.edges[edge.0 as usize];
        let kept = book.calls.balanced() && book.work.balanced();
        let text = (
            book.calls.came,
            book.calls.went,
            book.calls.open.len(),
            book.work.open.len(),
        );
        self.law(1, kept, || {
            format!("edge {edge:?}: sent, returned, open, at work are {text:?}")
        });
    }

    /// At the end of a run nothing is overdue and everybody has been counted.
    pub fn close_ledger(&mut self) {
        for index in 0..self.records.len() {
            let Record {
                call,
                terms,
                answer,
                lost,
                stage,
                returned,
                ..
            } = self.records[index].clone();
            let now = self.now;
            let overdue = |from: Instant, wait: Option<u64>| wait.is_some_and(|wait| from.0 + wait < now.0);
            if self.records[index].delivery.is_some() {
                continue;
            }
            let late = stage == Stage::Transit && overdue(call.sent, terms.latency.high);
            self.law(8, !late, || format!("{call:?} has vanished on the network"));
            if returned.is_none() {
                let late = overdue(call.sent, terms.timeout.map(|timeout| timeout.0));
                self.law(0, !late, || format!("{call:?} should have timed out"));
                let back = self.way_back(&call, &terms);
                let late = !lost && answer.is_some_and(|(at, _)| overdue(at, back));
                self.law(8, !late, || format!("{call:?}: its reply {answer:?} has vanished"));
            }
        }
        for client in 0..self.clients.len() {
            self.close_client(client);
        }
    }
}

fn count(seen: &mut Seen, outcome: Result<(), Cause>) {
    match outcome {
        Err(Cause::Error) => seen.errors += 1,
        Err(Cause::Timeout) => seen.timeouts += 1,
        Err(Cause::Refused) => seen.refusals += 1,
        Ok(()) | Err(_) => {}
    }
}
