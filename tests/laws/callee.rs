//! Calls from the callee's side: accepted, begun, responded, ended.

use super::auditor::Auditor;
use super::ledger::{Record, Span, Stage};
use super::order::Class;
use sync_or_swim::scenario::*;
use sync_or_swim::trace::{Call, Cause};

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
    pub fn arrive(&mut self, id: usize) {
        let Record { call, terms, .. } = self.records[id].clone();
        let took = self.now.since(call.sent).0;
        self.law(8, terms.latency.hold(took, 0), || {
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
            let took = now.since(call.sent).0;
            let way = self.way_out(&self.records[id]);
            self.law(8, way.hold(took, 0), || format!("{call:?} is on its way for {took} ns"));
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
        // Who waits stays when the backlog becomes smaller.
        let backlogs: Option<Vec<u32>> = self.service_ever(service).map(|plain| plain.backlog).collect();
        let Some(backlog) = backlogs.and_then(|backlogs| backlogs.into_iter().max()) else {
            return;
        };
        let waiting = self.services[service].queued - self.services[service].queued_messages;
        let room = backlog * self.scenario.services[service].replicas;
        self.law(2, waiting <= room, || {
            format!("{waiting} calls wait at service {service}, where {room} can")
        });
    }

    pub fn on_refused(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        self.stage(id, Stage::Transit, Stage::Transit);
        self.arrive(id);
        let service = call.service.0 as usize;
        let (backlog, replicas) = (self.service_now(service).backlog, self.service_now(service).replicas);
        let book = &self.services[service];
        let full = backlog.is_some_and(|backlog| book.queued >= backlog);
        let (quiet, idle) = (book.quiet, book.idle_before);
        self.law(0, full && call.mode != Mode::Queue, || {
            format!("{call:?} is refused, but the backlog is not full")
        });
        let free = replicas == 1 && quiet && idle;
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
        let most = self.service_now(service).in_flight;
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
        let limited = self
            .service_ever(self.replicas[replica].service)
            .any(|service| service.in_flight.is_some());
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
        } else if ok {
            self.reply_to_messages(id);
        }
    }

    /// An operation fails by a `fail` step or by a call that has failed, and only so.
    fn check_health(&mut self, call: &Call, span: &Span, ok: bool) {
        let facts = self.facts(call.edge);
        let poisoned = self.scenario.edge(call.edge).consume.poison > 0.0;
        let can_fail = facts.fails || span.hurt || poisoned;
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
        if ok {
            self.check_deeds(id, call);
        }
        self.replicas[replica].begun.remove(&id);
        self.records[id].span.ready = None;
        let service = call.service.0 as usize;
        let sojourn = super::auditor::clipped(self.scenario, span.accepted, self.now);
        let book = &mut self.services[service];
        book.sojourn_ns += sojourn;
        let there = book.spans.leave(id);
        self.law(1, there, || format!("{call:?} was not at the service"));
        self.balance_service(service);
        self.stage(id, Stage::Begun, Stage::Ending);
        if call.mode == Mode::Queue {
            self.delivery_ended(id, ok);
        } else {
            self.over(id);
        }
    }

    fn check_end(&mut self, call: &Call, span: &Span, ok: bool) {
        let facts = self.facts(call.edge).clone();
        let now = self.now;
        self.law(3, span.open_calls == 0, || {
            format!("{call:?} ends while it waits for {} calls", span.open_calls)
        });
        if !facts.parallel && self.replies_at_its_end(call) {
            let at = span.responded.map(|(at, _)| at);
            self.law(1, at == Some(now), || {
                format!("{call:?} ends at {now:?} and responds at {at:?}")
            });
        }
        let service = self.scenario.service(call.service);
        let shared = service.cores.is_some() && service.cpu == Cpu::Ps;
        let slack = if shared { 4 * span.bursts } else { 0 };
        let running = u64::try_from(span.running / 60).unwrap_or(u64::MAX);
        let skips = self.scenario.edge(call.edge).consume.idempotent;
        let low = if ok && !skips { facts.work.low } else { 0 };
        let kept = super::facts::Bounds { low, ..facts.work }.hold(running, slack);
        self.law(2, kept, || {
            format!("{call:?} has run for {running} ns, its work is {:?}", facts.work)
        });
        if !facts.parallel && matches!(service.runtime, Runtime::Threads(_)) {
            let low = if ok && !skips { facts.wait.low } else { 0 };
            let kept = super::facts::Bounds { low, ..facts.wait }.hold(span.waited, 0);
            self.law(3, kept, || {
                format!("{call:?} has waited for {} ns of {:?}", span.waited, facts.wait)
            });
        }
    }

    /// Whether an operation replies neither by a step nor through somebody else: with its reply all of it is over but
    /// branches that were not needed.
    pub fn replies_at_its_end(&self, call: &Call) -> bool {
        let facts = self.facts(call.edge);
        let hands_over = facts.calls.iter().any(|edge| {
            let changed =
                |change: &Change| matches!(&change.to, Changed::Edge(id, is) if id == edge && is.mode == Mode::Forward);
            self.scenario.edge(*edge).mode == Mode::Forward || self.scenario.changes.iter().any(changed)
        });
        !facts.responds && !hands_over
    }

    fn balance_service(&mut self, service: usize) {
        let kept = self.services[service].spans.balanced();
        self.law(1, kept, || {
            format!("service {service}: arrived, ended and in flight do not add up")
        });
    }
}
