//! Calls from the callee's side: accepted, begun, responded, ended; and the channel in between.

use super::auditor::Auditor;
use super::ledger::{Record, Span, Stage};
use super::order::Class;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Call, Cause};

/// A message is given up after so many deliveries.
const DELIVERIES: u32 = 5;

impl Auditor<'_> {
    fn stage(&mut self, id: usize, expected: Stage, next: Stage) {
        let Record { call, stage, .. } = self.records[id];
        self.law(1, stage == expected, || {
            format!("{call:?} is {stage:?} and should be {expected:?}, to be {next:?}")
        });
        self.records[id].stage = next;
        self.moved.insert(id);
    }

    /// A call has come over the network: within its latency, and in its turn.
    fn arrive(&mut self, id: usize) {
        let Record { call, terms, .. } = self.records[id].clone();
        let took = self.now.since(call.sent).0;
        self.law(8, terms.latency.hold(took, 0) || !terms.certain, || {
            format!("{call:?} travels for {took} ns")
        });
        self.pass(Class::Arrival, took > 0);
    }

    pub fn on_accepted(&mut self, call: &Call, queued: bool) {
        let Some(id) = self.find(call) else { return };
        let now = self.now;
        self.law(5, call.arrived == now, || format!("{call:?} is accepted at {now:?}"));
        let message = call.mode == Mode::Queue;
        if message {
            self.stage(id, Stage::Delivered, Stage::Queued);
        } else {
            self.stage(id, Stage::Transit, Stage::Queued);
            self.arrive(id);
        }
        // A message may be taken again by the very worker that has just failed with it.
        let lane = self.records[id].span.lane;
        self.records[id].span = Span {
            accepted: now,
            turn: self.event,
            queued,
            lane,
            ..Span::default()
        };
        let service = call.service.0 as usize;
        let book = &mut self.services[service];
        book.spans.enter(id);
        book.queued += 1;
        book.queued_messages += u32::from(message);
        book.quiet = false;
        self.balance_service(service);
        if queued && !message {
            self.check_backlog(service);
        }
    }

    /// No more direct calls wait than the backlogs of all replicas hold.
    fn check_backlog(&mut self, service: usize) {
        let plain = &self.scenario.services[service];
        let Some(backlog) = plain.backlog else { return };
        let waiting = self.services[service].queued - self.services[service].queued_messages;
        let room = backlog * plain.replicas;
        self.law(2, waiting <= room, || {
            format!("{waiting} calls wait at service {service}, where {room} can")
        });
    }

    pub fn on_refused(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        self.stage(id, Stage::Transit, Stage::Transit);
        self.arrive(id);
        let service = call.service.0 as usize;
        let plain = &self.scenario.services[service];
        let book = &self.services[service];
        let full = plain.backlog.is_some_and(|backlog| book.queued >= backlog);
        let (quiet, idle) = (book.quiet, book.idle_before);
        self.law(0, full && call.mode != Mode::Queue, || {
            format!("{call:?} is refused, but the backlog is not full")
        });
        let free = plain.replicas == 1 && quiet && idle;
        self.law(0, !free, || format!("{call:?} is refused though a worker is idle"));
        self.answer(id, Err(Cause::Refused));
        self.over(id);
    }

    pub fn on_began(&mut self, call: &Call, lane: u32, queued: bool) {
        let Some(id) = self.find(call) else { return };
        self.seen.spans += 1;
        self.stage(id, Stage::Queued, Stage::Begun);
        let service = call.service.0 as usize;
        let Some(replica) = self.lanes.get(lane as usize).map(|book| book.replica) else {
            return;
        };
        let home = self.replicas[replica].service == service;
        self.law(2, home, || format!("{call:?} begins on lane {lane} of another service"));
        let span = self.records[id].span.clone();
        self.law(1, span.queued == queued, || {
            format!("{call:?} was accepted queued: {}", span.queued)
        });
        let place = &mut self.records[id].span;
        place.replica = replica;
        place.lane = place.lane.filter(|last| *last == lane as usize);
        let book = &mut self.services[service];
        book.queued = book.queued.saturating_sub(1);
        book.queued_messages = book.queued_messages.saturating_sub(u32::from(call.mode == Mode::Queue));
        book.quiet = false;
        self.replicas[replica].begun.insert(id);
        self.check_permit(service, replica);
        self.check_free(id, lane as usize);
        self.check_slack(call, &span, replica);
        self.take_turn(replica, span.turn, true);
    }

    fn check_permit(&mut self, service: usize, replica: usize) {
        let begun = self.replicas[replica].begun.len();
        let most = self.scenario.services[service].in_flight;
        self.law(2, most.is_none_or(|most| begun <= most as usize), || {
            format!("{begun} spans of at most {most:?}")
        });
    }

    /// Nobody else holds the worker on which a span begins.
    fn check_free(&mut self, id: usize, lane: usize) {
        let holder = self
            .pins
            .iter()
            .find(|pin| self.records[**pin].lane == Some(lane as u32))
            .copied();
        let text = || format!("call {id} begins on lane {lane}, which call {holder:?} holds");
        self.law(3, holder.is_none(), text);
    }

    /// It would not have waited while a worker of its replica was idle.
    fn check_slack(&mut self, call: &Call, span: &Span, replica: usize) {
        let slack = self.replicas[replica].slack;
        let text = || {
            format!(
                "{call:?} waited since {:?} while a worker was idle at {slack:?}",
                span.accepted
            )
        };
        self.law(3, slack.is_none_or(|slack| slack < span.accepted), text);
    }

    /// A replica takes what the event `turn` put into its queue: never something younger first.
    pub fn take_turn(&mut self, replica: usize, turn: u64, new: bool) {
        let limited = self.scenario.services[self.replicas[replica].service]
            .in_flight
            .is_some();
        if limited && !new {
            return;
        }
        let last = self.replicas[replica].turn;
        self.law(3, turn > last, || {
            format!("what was queued by event {turn} is taken after that of event {last}")
        });
        self.replicas[replica].turn = last.max(turn);
    }

    pub fn on_responded(&mut self, call: &Call, ok: bool) {
        let Some(id) = self.find(call) else { return };
        let Record { stage, span, .. } = self.records[id].clone();
        self.law(1, stage == Stage::Begun, || {
            format!("{call:?} responds while it is {stage:?}")
        });
        self.law(1, span.responded.is_none(), || format!("{call:?} responds twice"));
        self.check_health(call, &span, ok);
        self.records[id].span.responded = Some((self.now, ok));
        self.records[id].span.ready = None;
        if call.mode != Mode::Queue {
            self.answer(id, if ok { Ok(()) } else { Err(Cause::Error) });
        }
    }

    /// An operation fails by a `fail` step or by a call that has failed, and only so.
    fn check_health(&mut self, call: &Call, span: &Span, ok: bool) {
        let facts = self.facts(call.edge);
        let can_fail = facts.fails || span.hurt;
        let must_fail = !facts.parallel && span.hurt;
        self.law(0, ok || can_fail, || format!("{call:?} fails for no reason"));
        self.law(0, !ok || !must_fail, || {
            format!("{call:?} succeeds though a call of it has failed")
        });
    }

    pub fn on_ended(&mut self, call: &Call, ok: bool) {
        let Some(id) = self.find(call) else { return };
        let span = self.records[id].span.clone();
        let replica = span.replica;
        self.law(1, span.responded.is_some(), || format!("{call:?} ends without a reply"));
        self.check_health(call, &span, ok);
        self.check_end(call, &span, ok);
        self.replicas[replica].begun.remove(&id);
        self.records[id].span.ready = None;
        let service = call.service.0 as usize;
        let sojourn = super::auditor::clipped(self.scenario, span.accepted, self.now);
        let book = &mut self.services[service];
        book.sojourn_ns += sojourn;
        let there = book.spans.leave(id);
        self.law(1, there, || format!("{call:?} was not at the service"));
        self.balance_service(service);
        self.stage(id, Stage::Begun, Stage::Failing);
        if call.mode == Mode::Queue {
            self.edges[call.edge.0 as usize].unacked.leave(id);
            self.balance_channel(call.edge);
        }
        if call.mode != Mode::Queue || ok {
            self.over(id);
        }
    }

    fn check_end(&mut self, call: &Call, span: &Span, ok: bool) {
        let facts = self.facts(call.edge).clone();
        let now = self.now;
        self.law(3, span.open_calls == 0, || {
            format!("{call:?} ends while it waits for {} calls", span.open_calls)
        });
        let hands_over = facts.calls.iter().any(|edge| {
            let changed =
                |change: &Change| matches!(&change.to, Changed::Edge(id, is) if id == edge && is.mode == Mode::Forward);
            self.scenario.edge(*edge).mode == Mode::Forward || self.scenario.changes.iter().any(changed)
        });
        if !facts.parallel && !facts.responds && !hands_over {
            let at = span.responded.map(|(at, _)| at);
            self.law(1, at == Some(now), || {
                format!("{call:?} ends at {now:?} and responds at {at:?}")
            });
        }
        let service = self.scenario.service(call.service);
        let shared = service.cores.is_some() && service.cpu == Cpu::Ps;
        let slack = if shared { 4 * span.bursts } else { 0 };
        let running = u64::try_from(span.running / 60).unwrap_or(u64::MAX);
        let low = if ok { facts.work.low } else { 0 };
        let kept = super::facts::Bounds { low, ..facts.work }.hold(running, slack);
        self.law(2, kept, || {
            format!("{call:?} has run for {running} ns, its work is {:?}", facts.work)
        });
        if !facts.parallel && matches!(service.runtime, Runtime::Threads(_)) {
            let low = if ok { facts.wait.low } else { 0 };
            let kept = super::facts::Bounds { low, ..facts.wait }.hold(span.waited, 0);
            self.law(3, kept, || {
                format!("{call:?} has waited for {} ns of {:?}", span.waited, facts.wait)
            });
        }
    }

    fn balance_service(&mut self, service: usize) {
        let kept = self.services[service].spans.balanced();
        self.law(1, kept, || {
            format!("service {service}: arrived, ended and in flight do not add up")
        });
    }

    // ---- the channel of an edge ----

    pub fn on_published(&mut self, call: &Call, depth: u32) {
        let Some(id) = self.find(call) else { return };
        self.seen.messages += 1;
        self.law(1, call.mode == Mode::Queue, || format!("{call:?} is published"));
        self.stage(id, Stage::Transit, Stage::Lying);
        self.arrive(id);
        let record = &mut self.records[id];
        record.answer = Some((self.now, Ok(())));
        record.published = self.now;
        let book = &mut self.edges[call.edge.0 as usize];
        book.lying.push_back(id);
        book.published += 1;
        self.check_depth(call, depth);
        let capacity = self.scenario.edge(call.edge).channel.capacity;
        self.law(8, capacity.is_none_or(|most| depth <= most), || {
            format!("{depth} messages in {capacity:?}")
        });
    }

    pub fn on_overflowed(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        self.stage(id, Stage::Transit, Stage::Transit);
        self.arrive(id);
        let lying = self.edges[call.edge.0 as usize].lying.len();
        let capacity = self.scenario.edge(call.edge).channel.capacity;
        let full = capacity.is_some_and(|most| lying >= most as usize);
        self.law(0, full && call.mode == Mode::Queue, || {
            format!("{call:?} overflows {lying} messages in {capacity:?}")
        });
        self.answer(id, Err(Cause::Refused));
        self.over(id);
    }

    pub fn on_delivered(&mut self, call: &Call, published: Instant, depth: u32, again: bool) {
        let Some(id) = self.find(call) else { return };
        self.stage(id, Stage::Lying, Stage::Delivered);
        let record = &mut self.records[id];
        record.deliveries += 1;
        let (since, deliveries) = (record.published, record.deliveries);
        let right = published == since && again == (deliveries > 1) && deliveries <= DELIVERIES;
        self.law(1, right, || {
            format!("{call:?}: delivery {deliveries}, published {since:?}, says {published:?} {again}")
        });
        let book = &mut self.edges[call.edge.0 as usize];
        book.delivered += 1;
        book.unacked.enter(id);
        let oldest = book.lying.iter().position(|lying| *lying == id);
        if let Some(index) = oldest {
            book.lying.remove(index);
        }
        self.law(8, oldest == Some(0), || {
            format!("{call:?} is not the oldest message, but number {oldest:?}")
        });
        self.check_depth(call, depth);
    }

    pub fn on_requeued(&mut self, call: &Call, depth: u32) {
        let Some(id) = self.find(call) else { return };
        self.seen.redeliveries += 1;
        self.stage(id, Stage::Failing, Stage::Lying);
        let deliveries = self.records[id].deliveries;
        self.law(8, deliveries < DELIVERIES, || {
            format!("{call:?} is requeued after {deliveries} deliveries")
        });
        let book = &mut self.edges[call.edge.0 as usize];
        book.lying.push_front(id);
        book.requeued += 1;
        self.check_depth(call, depth);
    }

    pub fn on_dropped(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        let Record { stage, deliveries, .. } = self.records[id];
        let right = stage == Stage::Failing && deliveries == DELIVERIES;
        self.law(8, right, || {
            format!("{call:?} is dropped: {stage:?} after {deliveries} deliveries")
        });
        self.over(id);
    }

    fn check_depth(&mut self, call: &Call, depth: u32) {
        let lying = self.edges[call.edge.0 as usize].lying.len();
        self.law(1, depth as usize == lying, || {
            format!("{call:?}: the depth is {lying}, says {depth}")
        });
        self.balance_channel(call.edge);
    }

    /// published + requeued = delivered + depth; delivered = ended + open.
    fn balance_channel(&mut self, edge: EdgeId) {
        let book = &self.edges[edge.0 as usize];
        let kept = book.published + book.requeued == book.delivered + book.lying.len() as u64;
        let kept = kept && book.unacked.balanced() && book.unacked.came == book.delivered;
        self.law(1, kept, || {
            format!("channel {edge:?}: published, delivered and depth do not add up")
        });
    }

    /// Consumers hold as many messages as they may as long as there are any, and nothing is between two states.
    pub fn close_edges(&mut self) {
        for index in 0..self.edges.len() {
            let Some(service) = self.scenario.edges[index].service() else {
                continue;
            };
            let service = self.scenario.service(service);
            let each = match service.runtime {
                Runtime::Threads(n) => Some(n),
                Runtime::Loop(_) => service.in_flight,
            };
            let (held, depth) = (self.edges[index].unacked.open.len(), self.edges[index].lying.len());
            let most = each.map(|each| (each * service.replicas) as usize);
            self.law(2, most.is_none_or(|most| held <= most), || {
                format!("channel {index}: {held} unacked of {most:?}")
            });
            let idle = depth > 0 && most.is_none_or(|most| held < most);
            self.law(3, !idle, || {
                format!("channel {index}: {depth} messages lie, {held} unacked of {most:?}")
            });
        }
    }
}
