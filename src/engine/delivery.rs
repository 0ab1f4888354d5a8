//! How messages leave a channel: to whom, when again, and when they are over.
//!
//! ```text
//! shelf ─▶ a seat with room ─(delivery)▶ replica's FIFO ─▶ span ─ ended well ─(ack)▶ settled
//!   ▲                       ╰ batch: full, or its linger is over     │
//!   ╰── redelivery ◀── failed, or no ack in time ◀───────────────────╯ ─ too often ▶ dead letter, or dropped
//! ```
//!
//! Law: a message is with one consumer of a group at a time, as far as the broker knows; its end is the ack. Of a
//! partition one message or batch at a time is with a group. What failed goes before all others.

use super::call::EMPTY;
use super::chance::{Draw, Odds, Purpose, mix};
use super::channel::{Message, Seat, Stage};
use super::event::Event;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Edge, Task, World};
use crate::scenario::{Down, Mode};
use crate::time::Duration;
use crate::trace::{Cause, Observer};

/// What a seat may take now: so many from this shelf.
struct Pick {
    seat: u32,
    shelf: u32,
    count: u32,
}

impl World {
    /// The messages of a delivery by number, the oldest first.
    #[inline]
    pub(super) fn part(&self, call: u32, index: usize) -> Option<u32> {
        let Task { delivery, bundle, .. } = self.tasks[call];
        match (index, bundle) {
            (0, _) => Some(delivery),
            (_, NONE) => None,
            _ => self.bundles[bundle].get(index - 1).copied(),
        }
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Hands out messages as long as there are some and a replica has room.
    pub(super) fn deliver(&mut self, channel: u32) {
        let place = &mut self.world.channels[channel];
        place.due = false;
        if place.is_away() {
            self.admit_parked(channel);
            return;
        }
        loop {
            for group in 0..self.world.channels[channel].groups.len() as u32 {
                while let Some(pick) = self.pick(channel, group) {
                    self.hand_out(channel, group, pick);
                }
            }
            if !self.admit_parked(channel) {
                return;
            }
        }
    }

    /// The next seat in turn with room for what lies there.
    fn pick(&mut self, channel: u32, group: u32) -> Option<Pick> {
        let place = &self.world.channels[channel].groups[group];
        if place.lying == 0 {
            return None;
        }
        let (next, count) = (place.next, place.seats.len() as u32);
        for seat in (next..count).chain(0..next) {
            let Seat { edge, held, replica } = self.world.channels[channel].groups[group].seats[seat];
            let room = self.world.edges[edge].terms.prefetch.saturating_sub(held);
            if room > 0
                && !self.world.is_cut_off(edge, replica)
                && let Some((shelf, count)) = self.ripe(channel, group, edge, room)
            {
                return Some(Pick { seat, shelf, count });
            }
        }
        None
    }

    /// The shelf with the oldest message that may go to a seat with this much room, and how many go.
    fn ripe(&mut self, channel: u32, group: u32, edge: u32, room: u32) -> Option<(u32, u32)> {
        let now = self.now();
        let terms = &self.world.edges[edge].terms;
        let (batch, linger) = (terms.batch, terms.linger);
        let topic = self.world.channels[channel].topic;
        let place = &self.world.channels[channel].groups[group];
        if batch == 1 && place.shelves.len() == 1 {
            let shelf = &place.shelves[0];
            return (shelf.count > 0 && !shelf.is_taken(topic)).then_some((0, 1));
        }
        let mut best: Option<(u64, u32, u32)> = None;
        let mut alarms = Vec::new();
        for (index, shelf) in place.shelves.iter().enumerate() {
            if shelf.count == 0 || shelf.is_taken(topic) {
                continue;
            }
            let Message { number, since, .. } = self.world.messages[shelf.first];
            let full = shelf.count >= batch && room >= batch;
            if !full && now < since + linger {
                alarms.push((index as u32, since + linger));
            } else if best.is_none_or(|(oldest, ..)| number < oldest) {
                best = Some((number, index as u32, shelf.count.min(batch).min(room)));
            }
        }
        for (shelf, at) in alarms {
            self.set_alarm(channel, group, shelf, at);
        }
        best.map(|(_, shelf, count)| (shelf, count))
    }

    /// Gives the first messages of a shelf to a seat.
    fn hand_out(&mut self, channel: u32, group: u32, pick: Pick) {
        let Pick { seat, shelf, count } = pick;
        let first = self.take_first(channel, group, shelf);
        let mut others = Vec::new();
        for _ in 1..count {
            others.push(self.take_first(channel, group, shelf));
        }
        let place = &mut self.world.channels[channel];
        let (topic, ack_timeout) = (place.topic, place.rules.ack_timeout);
        let group_of = &mut place.groups[group];
        group_of.shelves[shelf].open = topic;
        group_of.next = (seat + 1) % group_of.seats.len() as u32;
        let taker = &mut group_of.seats[seat];
        taker.held += count;
        let (edge, replica) = (taker.edge, taker.replica);
        let bundle = if others.is_empty() {
            NONE
        } else {
            self.world.bundles.insert(others)
        };
        let call = self.send_parcel(first, bundle, seat, edge, replica);
        if let Some(time) = ack_timeout {
            let at = self.now() + time;
            self.world.tasks[call].timeout = self.world.queue.push_cancellable(at, Event::AckTimeout(call));
        }
        self.tell_delivered(call);
        self.carry(call);
    }

    /// The first message of a shelf is with a consumer from now on.
    fn take_first(&mut self, channel: u32, group: u32, shelf: u32) -> u32 {
        let slot = self.world.channels[channel].groups[group].shelves[shelf].first;
        self.lift(slot);
        let message = &mut self.world.messages[slot];
        message.stage = Stage::Held;
        message.deliveries += 1;
        message.holds += 1;
        slot
    }

    /// The task of a delivery: a call of the channel over the consumer's edge, in the story of its oldest message.
    #[inline]
    fn send_parcel(&mut self, first: u32, bundle: u32, seat: u32, edge: u32, replica: u32) -> u32 {
        let now = self.now();
        let message = self.world.messages[first];
        let Edge { to, ref terms, .. } = self.world.edges[edge];
        let (salt, poison) = (terms.salt, terms.poison);
        let declared = salt != 0;
        let key = message.key_of_delivery(salt);
        if message.guard != NONE {
            self.world.guards[message.guard].holds += 1;
        }
        let poisoned = !poison.never() && self.is_any_poisoned(first, bundle, salt, poison);
        let (slot, task) = self.world.tasks.reserve(EMPTY);
        *task = Task {
            edge,
            service: to,
            line: if declared { self.world.edges[edge].line } else { NONE },
            key,
            request: message.request,
            sent: now,
            arrived: now,
            root: slot,
            span: slot,
            mode: Mode::Queue,
            counted: message.counted,
            holds: 1,
            replica,
            delivery: first,
            bundle,
            seat,
            poisoned,
            channel: message.channel,
            guard: message.guard,
            deadline: message.deadline,
            ..EMPTY
        };
        self.world.digest.note((replica as u64) << 32 | slot as u64);
        if declared {
            self.observer.sent(now, self.world.view(slot), None);
        }
        slot
    }

    /// Whether one of these messages fails every time, which is drawn once for each.
    fn is_any_poisoned(&self, first: u32, bundle: u32, salt: u64, poison: Odds) -> bool {
        let others = if bundle == NONE {
            &[][..]
        } else {
            &self.world.bundles[bundle][..]
        };
        let bad = |slot: &u32| {
            let key = mix(self.world.messages[*slot].key, salt);
            poison.hit(Draw::new(key, 0, Purpose::Poison).bits())
        };
        bad(&first) || others.iter().any(bad)
    }

    /// How many messages a delivery has.
    #[inline]
    fn parts(&self, call: u32) -> usize {
        match self.world.tasks[call].bundle {
            NONE => 1,
            bundle => 1 + self.world.bundles[bundle].len(),
        }
    }

    #[inline]
    fn tell_delivered(&mut self, call: u32) {
        let view = self.world.view(call);
        let mut index = 0;
        while let Some(slot) = self.world.part(call, index) {
            let message = self.world.message_view(slot);
            self.observer.delivered(self.now(), message, view);
            index += 1;
        }
    }

    /// A delivery sets out; it takes the broker's time and that of the network.
    fn carry(&mut self, call: u32) {
        let Task { line, .. } = self.world.tasks[call];
        let time = self.time_of_delivery(call);
        if line != NONE && !self.world.lines[line].instant {
            self.travel(call, Purpose::LossThere, Purpose::LatencyThere, Event::Arrive(call));
        } else if time > Duration::ZERO {
            self.world.queue.push(self.now() + time, Event::Arrive(call));
        } else {
            self.delivery_arrived(call);
        }
    }

    /// How long the broker takes from handing out to sending.
    pub(super) fn time_of_delivery(&self, call: u32) -> Duration {
        let Task { key, channel, .. } = self.world.tasks[call];
        let sampler = &self.world.channels[channel].rules.delivery;
        if sampler.is_zero() {
            return Duration::ZERO;
        }
        sampler.sample_rare(&self.world.ziggurat, Draw::new(key, 0, Purpose::Delivery))
    }

    /// A delivery has come to the consumer's replica, which never refuses it, unless it is away.
    pub(super) fn delivery_arrived(&mut self, call: u32) {
        self.world.tasks[call].arrived = self.now();
        match self.world.replicas[self.world.tasks[call].replica].plight.down {
            None => self.accept(call),
            Some(Down::Blackhole) => {
                self.observer.lost(self.now(), self.world.view(call));
                self.lose_parcel(call);
            }
            Some(Down::Refuse | Down::Crash) => {
                self.observer.turned_away(self.now(), self.world.view(call));
                self.parcel_crashed(call);
            }
        }
    }

    /// Whoever had a delivery is gone, which the broker notices.
    pub(super) fn parcel_crashed(&mut self, call: u32) {
        let channel = self.world.tasks[call].channel;
        if !self.world.tasks[call].revoked {
            self.take_parcel_back(call, Cause::Reset);
        }
        self.end_parcel(call);
        self.poke(channel);
    }

    /// The span of a delivery begins: an idempotent consumer does nothing where everything has been done.
    pub(super) fn begin_delivery(&mut self, call: u32) {
        let edge = self.world.tasks[call].edge;
        if !self.world.edges[edge].terms.idempotent {
            return;
        }
        let mut slots = (0..).map_while(|index| self.world.part(call, index));
        if slots.all(|slot| self.world.messages[slot].done) {
            self.world.tasks[call].pc = self.world.program.nothing;
        }
    }

    /// A consumer replies to what it has; an error is no reply, as the message may come again.
    pub(super) fn reply_to_parcel(&mut self, root: u32, outcome: Result<(), Cause>) {
        if self.world.tasks[root].delivery == NONE || outcome.is_err() {
            return;
        }
        let mut index = 0;
        while let Some(slot) = self.world.part(root, index) {
            if self.world.messages[slot].call != NONE {
                self.reply_to(slot, outcome);
            }
            index += 1;
        }
    }

    /// The publication that a consumer's reply would answer; whoever gets it answers in the consumer's place.
    pub(super) fn take_duty(&mut self, root: u32) -> u32 {
        let slot = self.world.tasks[root].delivery;
        if slot == NONE {
            return NONE;
        }
        self.take_call(slot)
    }

    /// The span of a delivery is over: that is its ack, or says that it has failed.
    #[inline(never)]
    pub(super) fn delivery_ended(&mut self, call: u32) {
        let Task { failed, line, .. } = self.world.tasks[call];
        if !failed {
            let view = self.world.view(call);
            let mut index = 0;
            while let Some(slot) = self.world.part(call, index) {
                let again = std::mem::replace(&mut self.world.messages[slot].done, true);
                let message = self.world.message_view(slot);
                self.observer.done(self.now(), message, view, again);
                index += 1;
            }
        }
        if line == NONE || self.world.lines[line].instant {
            self.acked(call);
        } else {
            self.travel(call, Purpose::LossBack, Purpose::LatencyBack, Event::Acked(call));
        }
    }

    /// The broker learns how a delivery ended.
    #[inline]
    pub(super) fn acked(&mut self, call: u32) {
        let Task {
            failed,
            channel,
            revoked,
            forgotten,
            ..
        } = self.world.tasks[call];
        if !revoked {
            self.revoke(call, if failed { Err(Cause::Error) } else { Ok(()) });
        }
        let size = self.parts(call);
        for index in 0..size {
            // What failed goes back last first, so that it lies there in its old order.
            let index = if failed { size - 1 - index } else { index };
            let Some(slot) = self.world.part(call, index) else {
                continue;
            };
            match self.world.messages[slot].stage {
                Stage::Over => {}
                _ if !failed && !forgotten => self.settle_message(slot),
                _ if failed && !revoked => self.take_back(slot, Cause::Error),
                _ => {}
            }
        }
        self.end_parcel(call);
        self.poke(channel);
    }

    /// A consumer holds a delivery no longer, as far as the broker knows.
    #[inline]
    fn revoke(&mut self, call: u32, outcome: Result<(), Cause>) {
        let size = self.parts(call) as u32;
        let task = &mut self.world.tasks[call];
        task.revoked = true;
        let timeout = std::mem::replace(&mut task.timeout, Handle::NONE);
        let (channel, seat, line, first) = (task.channel, task.seat, task.line, task.delivery);
        if timeout != Handle::NONE {
            self.world.queue.cancel(timeout);
        }
        let Message { group, shelf, .. } = self.world.messages[first];
        let place = &mut self.world.channels[channel];
        let group = &mut place.groups[group];
        group.seats[seat].held -= size;
        group.shelves[shelf].open = false;
        if line != NONE {
            self.observer.returned(self.now(), self.world.view(call), outcome);
        }
    }

    /// No ack in time: the broker delivers again, while the consumer works on.
    pub(super) fn ack_timed_out(&mut self, call: u32) {
        self.world.tasks[call].timeout = Handle::NONE;
        let channel = self.world.tasks[call].channel;
        self.take_parcel_back(call, Cause::Timeout);
        self.poke(channel);
    }

    /// The broker takes all of a delivery back for this reason; whoever has it works on.
    pub(super) fn take_parcel_back(&mut self, call: u32, cause: Cause) {
        self.revoke(call, Err(cause));
        for index in (0..self.parts(call)).rev() {
            let Some(slot) = self.world.part(call, index) else {
                continue;
            };
            if self.world.messages[slot].stage == Stage::Held {
                self.take_back(slot, cause);
            }
        }
        if self.world.tasks[call].lost {
            self.end_parcel(call);
        }
    }

    /// A message was not acknowledged: it will lie in its channel again, or is given up.
    fn take_back(&mut self, slot: u32, cause: Cause) {
        let now = self.now();
        let view = self.world.message_view(slot);
        self.observer.taken_back(now, view, cause);
        self.world.digest.note((slot as u64) << 8 | cause as u64);
        let Message {
            channel, deliveries, ..
        } = self.world.messages[slot];
        let rules = &self.world.channels[channel].rules;
        let (most, pause) = (rules.deliveries, rules.redelivery);
        if deliveries >= most {
            self.give_message_up(slot);
            return;
        }
        let message = &mut self.world.messages[slot];
        if pause == Duration::ZERO {
            self.lay_again(slot);
            return;
        }
        message.stage = Stage::Waiting;
        message.alarm = self.world.queue.push_cancellable(now + pause, Event::Requeue(slot));
        self.world.shelf(slot).waiting += 1;
    }

    /// The pause of a failed message is over.
    pub(super) fn requeue(&mut self, slot: u32) {
        self.world.messages[slot].alarm = Handle::NONE;
        self.world.shelf(slot).waiting -= 1;
        self.lay_again(slot);
        self.poke(self.world.messages[slot].channel);
    }

    pub(super) fn lay_again(&mut self, slot: u32) {
        let view = self.world.message_view(slot);
        self.observer.requeued(self.now(), view);
        self.lay(slot, true);
    }

    /// A message was acknowledged: it is over, even where it lies again.
    fn settle_message(&mut self, slot: u32) {
        let message = self.world.messages[slot];
        self.withdraw(slot);
        let group = &mut self.world.channels[message.channel].groups[message.group];
        let out_of_order = group.acknowledge(&message);
        self.world.digest.note((slot as u64) << 1 | out_of_order as u64);
        let view = self.world.message_view(slot);
        self.observer.settled(self.now(), view, out_of_order);
        self.finish(slot);
    }

    /// The network has lost a delivery, or its ack. Only a timeout of the ack brings it back.
    pub(super) fn lose_parcel(&mut self, call: u32) {
        self.world.tasks[call].lost = true;
        if self.world.tasks[call].revoked {
            self.end_parcel(call);
        }
    }

    /// Nothing more becomes of a delivery.
    fn end_parcel(&mut self, call: u32) {
        for index in 0..self.parts(call) {
            if let Some(slot) = self.world.part(call, index) {
                self.let_go_of_message(slot);
            }
        }
        let bundle = self.world.tasks[call].bundle;
        if bundle != NONE {
            self.world.bundles[bundle] = Vec::new();
            self.world.bundles.remove(bundle);
        }
        self.release(call);
    }
}
