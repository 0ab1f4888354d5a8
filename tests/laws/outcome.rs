//! What a caller learns: the answer that was given, to whom it is due, when it may arrive, and when it gives up.

use super::auditor::Auditor;
use super::facts::{self, Terms};
use super::ledger::{Record, Stage};
use super::order::Class;
use sync_or_swim::scenario::*;
use sync_or_swim::trace::{Call, Cause};

impl Auditor<'_> {
    /// The record for which a forwarded call will answer.
    pub fn duty(&mut self, call: &Call, parent: Option<usize>) -> Option<usize> {
        let parent = parent.filter(|_| call.mode == Mode::Forward)?;
        let handing = std::mem::take(&mut self.records[parent].span.handing);
        let origin = match self.records[parent].call.mode {
            Mode::Forward => self.records[parent].stands_for,
            Mode::Queue => self.asker_of(parent),
            _ => Some(parent),
        };
        let origin = origin.filter(|_| handing);
        if self.records[parent].call.mode == Mode::Queue && origin.is_some() {
            // Whatever becomes of the message, it is the call that answers.
            let messages = self.messages.iter_mut();
            messages
                .filter(|message| message.asker == origin)
                .for_each(|message| message.asker = None);
        }
        origin
    }

    /// The publication that waits for the reply of a delivery.
    fn asker_of(&self, id: usize) -> Option<usize> {
        let delivery = self.records[id].delivery.as_ref()?;
        let asker = self.messages[*delivery.messages.first()?].asker?;
        self.records[asker].answer.is_none().then_some(asker)
    }

    /// A span hands its duty to reply over to a call that it is about to send.
    pub fn on_forwarded(&mut self, call: &Call, edge: EdgeId) {
        let Some(id) = self.find(call) else { return };
        let span = &self.records[id].span;
        let right = self.records[id].stage == Stage::Begun && span.responded.is_none();
        let waited_for = match call.mode {
            Mode::Oneway => false,
            Mode::Queue => self.asker_of(id).is_some(),
            Mode::Forward => self.records[id].stands_for.is_some(),
            _ => true,
        };
        let terms = facts::terms(self.scenario, edge, self.now);
        let forwards = terms.mode == Mode::Forward;
        self.law(3, right && waited_for && forwards, || {
            format!("{call:?} hands a duty over that it has not, over {edge:?}")
        });
        let now = self.now;
        let span = &mut self.records[id].span;
        (span.responded, span.handing) = (Some((now, true)), true);
        span.ready = None;
    }

    /// The callee of this call has said what it has to say: to its caller, or to the one for whom it stands.
    pub fn answer(&mut self, id: usize, outcome: Result<(), Cause>) {
        let id = match self.records[id].call.mode {
            Mode::Forward => self.records[id].stands_for,
            _ => Some(id),
        };
        let Some(id) = id else { return };
        let now = self.now;
        let first = self.records[id].answer.replace((now, outcome)).is_none();
        self.law(1, first, || format!("call {id} is answered twice"));
    }

    pub fn check_timeout(&mut self, id: usize) {
        self.pass(Class::Timeout, true);
        let Record {
            call,
            terms,
            answer,
            lost,
            ..
        } = self.records[id].clone();
        let now = self.now;
        let due = terms.timeout.is_some_and(|timeout| call.sent + timeout == now);
        self.law(0, due, || {
            format!("{call:?} times out at {now:?}, but has {:?}", terms.timeout)
        });
        if let (Some((at, _)), Some(high), false) = (answer, self.way_back(&call, &terms), lost) {
            self.law(5, at.0 + high >= now.0, || {
                format!("{call:?}: its reply was due before")
            });
            self.law(5, at.0 + high != now.0 || at == now, || {
                format!("{call:?}: its reply is due at {now:?} too, and wins")
            });
        }
    }

    /// The longest time from answer to outcome, where it is bounded.
    pub fn way_back(&self, call: &Call, terms: &Terms) -> Option<u64> {
        let ack = if call.mode == Mode::Queue { terms.ack.0 } else { 0 };
        let high = terms.latency.high.filter(|_| call.mode != Mode::Poll);
        high.map(|high| high + ack)
    }

    /// A caller asks whether its call is done, as long as it does not know; never twice at an instant.
    pub fn on_polled(&mut self, call: &Call) {
        let Some(id) = self.find(call) else { return };
        let now = self.now;
        let last = self.records[id].asked.replace(now);
        let open = call.mode == Mode::Poll && self.records[id].returned.is_none();
        self.law(8, open && last.is_none_or(|last| last < now), || {
            format!("{call:?} is asked about, and was so at {last:?}")
        });
    }

    pub fn check_reply(&mut self, id: usize, outcome: Result<(), Cause>) {
        let Record {
            call,
            terms,
            answer,
            lost,
            ..
        } = self.records[id].clone();
        let now = self.now;
        self.law(8, !lost, || {
            format!("{call:?} returns {outcome:?} though a message of it was lost")
        });
        let in_time = terms.timeout.is_none_or(|timeout| now <= call.sent + timeout);
        self.law(0, in_time, || format!("{call:?} returns {outcome:?} after its timeout"));
        let said = answer.map(|(_, said)| said);
        self.law(0, said == Some(outcome), || {
            format!("{call:?} returns {outcome:?}, but the callee said {said:?}")
        });
        let Some((at, _)) = answer else { return };
        self.pass(Class::Reply, at < now && !matches!(call.mode, Mode::Queue | Mode::Poll));
        let took = now.since(at).0;
        let at_the_door = outcome == Err(Cause::Refused) && terms.latency.hold(took, 0);
        if call.mode == Mode::Poll && !at_the_door {
            // Asked at most `every` after the last answer, there and back; more often where questions are lost.
            let round = terms.latency.high.map(|high| terms.every.0 + 4 * high);
            let kept = took >= terms.latency.low && (terms.loss > 0.0 || round.is_none_or(|round| took <= round));
            self.law(8, kept, || format!("{call:?}: it asks after {took} ns"));
            return;
        }
        let refused = outcome == Err(Cause::Refused);
        let ack = if call.mode == Mode::Queue { terms.ack.0 } else { 0 };
        let kept = terms.latency.hold(took.saturating_sub(ack), 0) || refused && terms.latency.hold(took, 0);
        self.law(8, kept, || format!("{call:?}: its reply takes {took} ns"));
    }
}
