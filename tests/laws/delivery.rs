//! Deliveries: to whom a message goes, in which order, and what the broker learns of its end.

use super::auditor::Auditor;
use super::channel::{Delivery, MessageRecord, Place};
use super::facts::{Bounds, bounds};
use super::ledger::{Record, Span, Stage};
use sync_or_swim::scenario::*;
use sync_or_swim::trace::{Call, Cause, Message};

impl Auditor<'_> {
    /// A channel sends over a consumer's edge.
    pub fn on_sent_by_channel(&mut self, call: Call, lane: Option<u32>) {
        let now = self.now;
        let right = call.mode == Mode::Queue && call.parent.is_none() && lane.is_none() && call.sent == now;
        self.law(1, right, || format!("{call:?} is no delivery"));
        if let Some(id) = self.enter_delivery(call) {
            self.edges[call.edge.0 as usize].calls.enter(id);
        }
    }

    /// Writes a delivery down; it is for a request that lives.
    fn enter_delivery(&mut self, call: Call) -> Option<usize> {
        let request = self.request_slots.get(call.request as usize).copied().flatten();
        let Some(request) = request else {
            self.law(1, false, || format!("{call:?} is delivered for nobody"));
            return None;
        };
        let terms = super::facts::terms(self.scenario, call.edge, self.now);
        let id = self.records.len();
        self.records.push(Record {
            delivery: Some(Delivery::default()),
            stands_for: None,
            call,
            lane: None,
            parent: None,
            request,
            terms,
            stage: Stage::Delivered,
            answer: None,
            returned: None,
            asked: None,
            gave_up: false,
            lost: false,
            span: Span::default(),
        });
        self.take_slot(call.slot, id);
        self.moved.insert(id);
        Some(id)
    }

    /// The delivery that this message is part of: of a batch, or of an edge's own channel, told here first.
    fn delivery_of(&mut self, message: &Message, call: &Call) -> Option<usize> {
        let known = self.slots.get(call.slot as usize).copied().flatten();
        let known = known.filter(|id| self.records[*id].stage == Stage::Delivered && self.records[*id].call == *call);
        if known.is_none() && self.scenario.edge_of_channel(message.channel) == Some(call.edge) {
            return self.enter_delivery(*call);
        }
        self.law(8, known.is_some(), || {
            format!("{message:?} goes with {call:?}, which was not sent")
        });
        known
    }

    pub fn on_delivered(&mut self, message: &Message, call: &Call) {
        let Some(id) = self.find_message(message) else { return };
        let Some(delivery) = self.delivery_of(message, call) else {
            return;
        };
        let first = self.records[delivery]
            .delivery
            .as_ref()
            .is_some_and(|d| d.messages.is_empty());
        self.check_delivered(id, message, call, first);
        let (group, partition) = (message.group, message.partition);
        let shelf = self
            .book(message.channel)
            .shelves
            .entry((group, partition))
            .or_default();
        let at = shelf.iter().position(|lying| *lying == id);
        at.map(|index| shelf.remove(index));
        self.law(8, at == Some(0), || {
            format!("{message:?} is not the next, but number {at:?}")
        });
        self.book(message.channel).held += 1;
        let record = &mut self.messages[id];
        (record.place, record.deliveries) = (Place::Held, record.deliveries + 1);
        record.out += 1;
        let deliveries = record.deliveries;
        self.seen.redeliveries += u64::from(deliveries > 1);
        let most = self.rules(message.channel).deliveries;
        self.law(8, message.deliveries == deliveries && deliveries <= most, || {
            format!("{message:?}: delivery {deliveries} of {most}")
        });
        if let Some(delivery) = &mut self.records[delivery].delivery {
            delivery.messages.push(id);
        }
        self.balance_channel(message.channel);
    }

    /// To a consumer of its group; of a partition to nobody while somebody has one, or one will come again.
    fn check_delivered(&mut self, id: usize, message: &Message, call: &Call, first: bool) {
        let place = self.messages[id].place;
        self.law(8, place == Place::Lying, || {
            format!("{message:?} is {place:?} and goes to {call:?}")
        });
        let edges = match self.scenario.edge_of_channel(message.channel) {
            Some(edge) => vec![edge],
            None => self.scenario.groups(message.channel)[message.group as usize]
                .edges
                .clone(),
        };
        self.law(8, edges.contains(&call.edge), || {
            format!("{message:?} goes to {call:?}, of another group")
        });
        let right = !first || message.request == Some(call.request) && message.counted == call.counted;
        self.law(8, right, || {
            format!("{call:?} is not in the story of its oldest message {message:?}")
        });
        if self.is_topic(message.channel) && first {
            let same = |m: &MessageRecord| {
                let key = |m: &Message| (m.channel, m.group, m.partition);
                key(&m.message) == key(message) && matches!(m.place, Place::Held | Place::Waiting)
            };
            let busy = self.live_messages().any(same);
            self.law(8, !busy, || format!("{message:?} goes while its partition is taken"));
        }
    }

    pub fn live_messages(&self) -> impl Iterator<Item = &MessageRecord> {
        let slots = self.message_slots.iter().flatten();
        slots.map(|id| &self.messages[*id]).filter(|m| m.place != Place::Over)
    }

    /// The way of a delivery from the broker to its consumer.
    pub fn way_out(&self, record: &Record) -> Bounds {
        let messages = record.delivery.as_ref().map(|delivery| &delivery.messages);
        let channel = messages
            .and_then(|ids| ids.first())
            .map(|id| self.messages[*id].message.channel);
        let broker = channel.map_or(Bounds::ZERO, |channel| bounds(&self.rules(channel).delivery));
        match self.scenario.edge(record.call.edge).from {
            Caller::Channel(_) => broker.plus(record.terms.latency),
            _ => broker,
        }
    }

    pub fn on_done(&mut self, message: &Message, call: &Call, again: bool) {
        let Some(delivery) = self.find(call) else { return };
        // The message may be over for its broker, which then says nothing more of it.
        let parts = self.records[delivery].delivery.clone().unwrap_or_default();
        let id = parts
            .messages
            .iter()
            .find(|id| self.messages[**id].message.slot == message.slot)
            .copied();
        let Some(id) = id else {
            self.law(8, false, || format!("{message:?} is not in {call:?}"));
            return;
        };
        let now = self.now;
        let right = parts.ended == Some((now, true)) && !parts.done.contains(&id) && self.messages[id].done == again;
        self.law(8, right, || {
            format!("{message:?} is done by {call:?}, again: {again}, after {parts:?}")
        });
        self.messages[id].done = true;
        if let Some(delivery) = &mut self.records[delivery].delivery {
            delivery.done.push(id);
        }
        self.moved.insert(delivery);
    }

    /// A delivery is over at the consumer: told by `ended`.
    pub fn delivery_ended(&mut self, id: usize, ok: bool) {
        let now = self.now;
        self.records[id].stage = Stage::Over;
        if let Some(delivery) = &mut self.records[id].delivery {
            delivery.ended = Some((now, ok));
        }
        self.moved.insert(id);
        let own = !matches!(self.scenario.edge(self.records[id].call.edge).from, Caller::Channel(_));
        let revoked = self.records[id]
            .delivery
            .as_ref()
            .is_some_and(|delivery| delivery.revoked);
        if own {
            self.bring_home(id);
        } else if revoked {
            self.bring_home_late(id);
        }
    }

    /// The way of an ack to the broker.
    pub fn way_home(&self, id: usize) -> Bounds {
        match self.scenario.edge(self.records[id].call.edge).from {
            Caller::Channel(_) => self.records[id].terms.latency,
            _ => Bounds::ZERO,
        }
    }

    /// Nothing more becomes of a delivery.
    pub fn bring_home(&mut self, id: usize) {
        let parts = self.records[id].delivery.clone().unwrap_or_default();
        let call = self.records[id].call;
        self.law(8, !parts.home, || format!("{call:?} ends twice"));
        if let Some(delivery) = &mut self.records[id].delivery {
            delivery.home = true;
        }
        for message in parts.messages {
            self.messages[message].out = self.messages[message].out.saturating_sub(1);
            self.let_go(message);
        }
        self.release(id);
    }

    /// A delivery whose ack nobody waits for: it is not told when it is there, and the request is over only then.
    fn bring_home_late(&mut self, id: usize) {
        if self.way_home(id) != Bounds::ZERO {
            for message in self.records[id].delivery.clone().unwrap_or_default().messages {
                if let Some(request) = self.messages[message].request {
                    self.requests[request].vague = true;
                }
            }
        }
        self.bring_home(id);
    }

    /// A request is over when its messages are, and whoever works on them.
    pub fn let_go(&mut self, id: usize) {
        let record = &self.messages[id];
        if let (Place::Over, 0, Some(request)) = (record.place, record.out, record.request) {
            self.requests[request].open = self.requests[request].open.saturating_sub(1);
            self.touched.insert(request);
        }
    }

    /// The network has lost a delivery, or its ack: only a timeout of the ack ends it.
    pub fn on_delivery_lost(&mut self, id: usize) {
        let Record { call, lost, .. } = self.records[id];
        let terms = self.records[id].terms.clone();
        let possible = terms.loss > 0.0;
        self.law(8, possible && !lost, || format!("{call:?} is lost, and cannot be"));
        self.records[id].lost = true;
        let revoked = self.records[id]
            .delivery
            .as_ref()
            .is_some_and(|delivery| delivery.revoked);
        if self.records[id].stage == Stage::Delivered {
            self.records[id].stage = Stage::Over;
        }
        if revoked && !self.records[id].is_home() {
            self.bring_home(id);
        }
    }

    /// The broker has learnt how a delivery ended, or takes it back; only of consumers' edges it is told.
    pub fn on_delivery_returned(&mut self, id: usize, outcome: Result<(), Cause>) {
        let now = self.now;
        let Record { call, .. } = self.records[id];
        let first = self.records[id].returned.replace(now).is_none();
        self.law(1, first, || format!("{call:?} returns twice"));
        self.edges[call.edge.0 as usize].calls.leave(id);
        let home = self.way_home(id);
        let ended = self.records[id].delivery.as_ref().and_then(|delivery| delivery.ended);
        let right = match outcome {
            Err(Cause::Timeout | Cause::Reset) => true,
            Ok(()) | Err(Cause::Error) => {
                ended.is_some_and(|(at, ok)| ok == outcome.is_ok() && home.hold(now.since(at).0, 0))
            }
            Err(_) => false,
        };
        self.law(8, right, || format!("{call:?} returns {outcome:?}, it ended {ended:?}"));
        let taken = matches!(outcome, Err(Cause::Timeout | Cause::Reset));
        if let Some(delivery) = &mut self.records[id].delivery {
            delivery.revoked |= taken;
        }
        self.moved.insert(id);
        match (taken, ended) {
            (false, _) => self.bring_home(id),
            (true, _) if self.records[id].lost => self.bring_home(id),
            (true, Some(_)) => self.bring_home_late(id),
            (true, None) => {}
        }
    }
}
