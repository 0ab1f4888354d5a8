//! How a message comes into a channel, and what its producer hears.
//!
//! ```text
//! publication ─▶ broker ─ room? ─yes▶ a copy for each group ─▶ shelves     ─(ack, twice for `all`)▶ producer goes on
//!                  │        └ no ▶ refused │ parked until there is room │ the oldest goes for it
//!                  └ away ▶ refused, or never heard of again
//! ```
//!
//! Law: with `acks: none` a producer hears nothing; with `reply` it hears a consumer's reply, the first of all groups'.

use super::chance::{Draw, Purpose, mix};
use super::channel::{Message, Stage};
use super::event::Event;
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use crate::scenario::{Acks, ChannelId, Down, Mode, Overflow};
use crate::time::{Duration, Instant};
use crate::trace::{Cause, Gone, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A publication reaches its broker.
    pub(super) fn publish(&mut self, call: u32) {
        let channel = self.world.tasks[call].channel;
        let place = &self.world.channels[channel];
        let full = place.depth >= place.rules.capacity;
        match (place.down, full, place.rules.overflow) {
            (None, false, _) => {
                self.admit(call);
                self.deliver(channel);
            }
            (None, true, Overflow::DropOldest) => {
                self.make_room(channel);
                self.admit(call);
                self.deliver(channel);
            }
            (None, true, Overflow::Block) => {
                self.observer
                    .parked(self.now(), self.world.view(call), ChannelId(channel));
                self.world.channels[channel].parked.push(&mut self.world.tasks, call);
                self.suspect_line();
            }
            (Some(Down::Blackhole), ..) => self.swallow(call),
            (None, true, Overflow::Refuse) | (Some(_), ..) => {
                self.observer
                    .overflowed(self.now(), self.world.view(call), ChannelId(channel));
                self.answer(call, Err(Cause::Refused));
                self.work_of_call_ended(call);
            }
        }
    }

    /// What is sent to a broker that is away is never heard of again.
    pub(super) fn swallow(&mut self, call: u32) {
        self.observer.lost(self.now(), self.world.view(call));
        self.work_of_call_ended(call);
    }

    /// Room that has come free goes to those that wait for it.
    pub(super) fn admit_parked(&mut self, channel: u32) -> bool {
        let mut any = false;
        loop {
            let place = &mut self.world.channels[channel];
            if place.depth >= place.rules.capacity || place.down.is_some() {
                return any;
            }
            let Some(call) = place.parked.pop(&mut self.world.tasks) else {
                return any;
            };
            self.admit(call);
            any = true;
        }
    }

    /// The broker takes a publication.
    #[inline]
    fn admit(&mut self, call: u32) {
        let now = self.now();
        let task = &self.world.tasks[call];
        let (mode, key, request, channel) = (task.mode, task.key, task.request, task.channel);
        let (edge, guard, deadline, counted) = (task.edge, task.guard, task.deadline, task.counted);
        let terms = &self.world.edges[edge].terms;
        let (acks, entity) = (terms.acks, terms.key);
        let instance = entity.map(|entity| self.world.instance(request, entity));
        let ack = self.time_of_ack(channel, key);
        let replies = mode.waits();
        // A deadline is the caller's, who waits no longer than to the ack.
        let deadline = if replies { deadline } else { Instant::NEVER };
        let first = self.put(Message {
            key,
            instance,
            number: 0,
            published: now,
            safe: now + ack + ack,
            since: now,
            deadline,
            channel,
            group: 0,
            shelf: 0,
            edge,
            request,
            call: if replies { call } else { NONE },
            guard,
            sibling: NONE,
            before: NONE,
            after: NONE,
            deliveries: 0,
            holds: 1,
            alarm: Handle::NONE,
            stage: Stage::Waiting,
            done: false,
            counted,
        });
        let view = self.world.message_view(first);
        self.observer.published(now, self.world.view(call), view);
        self.lay_out(first);
        // The publication's share of its request is the first copy's from here on.
        if mode == Mode::Queue {
            let times = if acks == Acks::All { 2 } else { 1 };
            self.acknowledge(call, Duration(ack.0 * times));
        }
        if !replies {
            self.release(call);
        }
    }

    /// How long the broker takes from a message to its ack.
    #[inline]
    fn time_of_ack(&self, channel: u32, key: u64) -> Duration {
        let ack = &self.world.channels[channel].rules.ack;
        if ack.is_zero() {
            return Duration::ZERO;
        }
        ack.sample_rare(&self.world.ziggurat, Draw::new(key, 0, Purpose::Ack))
    }

    #[inline]
    fn acknowledge(&mut self, call: u32, ack: Duration) {
        if ack == Duration::ZERO {
            self.answer(call, Ok(()));
            return;
        }
        self.world.tasks[call].holds += 1;
        self.world.queue.push(self.now() + ack, Event::Acknowledge(call));
    }

    /// The ack of a publication leaves.
    pub(super) fn ack_leaves(&mut self, call: u32) {
        self.answer(call, Ok(()));
        self.release(call);
    }

    /// Makes the copies of a message, one for each group, none of which lies anywhere yet. Yields the first.
    #[inline]
    fn put(&mut self, plain: Message) -> u32 {
        let place = &mut self.world.channels[plain.channel];
        place.numbers += 1;
        let number = place.numbers;
        let spread = plain
            .instance
            .map_or(number - 1, |instance| mix(instance, Purpose::Instance as u64));
        let shelf = (spread % place.partitions as u64) as u32;
        let copies = place.groups.len().max(1) as u32;
        for group in place.groups.iter_mut() {
            group.enter(plain.instance);
        }
        if copies > 1 && plain.request != NONE {
            self.world.requests[plain.request].open += copies - 1;
        }
        if plain.guard != NONE {
            self.world.guards[plain.guard].holds += copies;
        }
        let first = self.world.messages.insert(Message {
            number,
            shelf,
            group: 0,
            ..plain
        });
        self.world.messages[first].sibling = first;
        if plain.instance.is_some() {
            self.world.digest.note((first as u64) << 32 | shelf as u64);
        }
        let mut last = first;
        for group in 1..copies {
            let copy = Message {
                number,
                shelf,
                group,
                sibling: first,
                ..plain
            };
            let slot = self.world.messages.insert(copy);
            self.world.messages[last].sibling = slot;
            last = slot;
        }
        first
    }

    /// Each group gets its copy; where there is no group, nobody will ever want it.
    #[inline]
    fn lay_out(&mut self, first: u32) {
        let channel = self.world.messages[first].channel;
        if self.world.channels[channel].groups.is_empty() {
            self.throw_away(first, Gone::Unwanted);
            return;
        }
        let mut copy = first;
        loop {
            let next = self.world.messages[copy].sibling;
            if copy != first {
                let view = self.world.message_view(copy);
                self.observer.copied(self.now(), view, first);
            }
            self.lay(copy, false);
            if next == first {
                return;
            }
            copy = next;
        }
    }

    /// The oldest messages go until there is room for one more.
    fn make_room(&mut self, channel: u32) {
        loop {
            let place = &self.world.channels[channel];
            if place.depth == 0 || place.depth < place.rules.capacity {
                return;
            }
            self.drop_oldest(channel);
        }
    }

    /// The oldest message that somebody has yet to take goes, in every group that has yet to take it.
    fn drop_oldest(&mut self, channel: u32) {
        let shelves = self.world.channels[channel]
            .groups
            .iter()
            .flat_map(|group| group.shelves.iter());
        let first = shelves.filter(|shelf| shelf.first != NONE).map(|shelf| shelf.first);
        let Some(oldest) = first.min_by_key(|slot| self.world.messages[*slot].number) else {
            return;
        };
        let copies: Vec<u32> = self.world.ring(oldest).collect();
        for copy in copies {
            if self.world.messages[copy].stage == Stage::Lying {
                self.throw_away(copy, Gone::Oldest);
            }
        }
    }

    /// A message that was given up goes to the dead letters, or is gone; whoever waits for a reply learns of it.
    pub(super) fn give_message_up(&mut self, slot: u32) {
        let others_over = self
            .world
            .ring(slot)
            .skip(1)
            .all(|copy| self.world.messages[copy].stage == Stage::Over);
        let call = if others_over { self.take_call(slot) } else { NONE };
        self.part_with(slot);
        if call != NONE {
            self.answer(call, Err(Cause::Error));
            self.release(call);
        }
    }

    fn part_with(&mut self, slot: u32) {
        let Message { channel, .. } = self.world.messages[slot];
        let to = self.world.channels[channel].rules.dead_letter;
        if to == NONE {
            self.throw_away(slot, Gone::Deliveries);
            return;
        }
        let place = &self.world.channels[to];
        let full = place.depth >= place.rules.capacity;
        if place.down.is_some() || full && place.rules.overflow != Overflow::DropOldest {
            self.throw_away(slot, Gone::Overflow);
            return;
        }
        if full {
            self.make_room(to);
        }
        self.bury(slot, to);
    }

    /// Moves a message to the dead letters. There it is its request's as long as somebody may work on it.
    fn bury(&mut self, slot: u32, to: u32) {
        let now = self.now();
        let old = self.world.messages[slot];
        let alive = self.world.channels[to].has_consumers();
        if alive {
            self.world.requests[old.request].open += 1;
        }
        // Each group's copy becomes a letter of its own.
        let key = mix(old.key_of_delivery(old.group as u64), Purpose::Redelivery as u64);
        let first = self.put(Message {
            key,
            channel: to,
            published: now,
            safe: now,
            request: if alive { old.request } else { NONE },
            guard: if alive { old.guard } else { NONE },
            call: NONE,
            deliveries: 0,
            holds: 1,
            alarm: Handle::NONE,
            stage: Stage::Waiting,
            done: false,
            before: NONE,
            after: NONE,
            ..old
        });
        let (view, copy) = (self.world.message_view(slot), self.world.message_view(first));
        self.world.digest.note((slot as u64) << 32 | first as u64);
        self.observer.dead_lettered(now, view, copy);
        self.finish(slot);
        self.lay_out(first);
        self.poke(to);
    }

    /// The first reply of a consumer is the answer to the publication that waits for it.
    pub(super) fn reply_to(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let call = self.take_call(slot);
        if call != NONE {
            self.answer(call, outcome);
            self.release(call);
        }
    }

    /// The publication that waits for a reply to this message, from all of its copies.
    pub(super) fn take_call(&mut self, slot: u32) -> u32 {
        let call = self.world.messages[slot].call;
        if call != NONE {
            let copies: Vec<u32> = self.world.ring(slot).collect();
            for copy in copies {
                self.world.messages[copy].call = NONE;
            }
        }
        call
    }

    /// A message is lost by a rule, and counted.
    pub(super) fn throw_away(&mut self, slot: u32, why: Gone) {
        self.withdraw(slot);
        self.world.digest.note((slot as u64) << 3 | why as u64);
        let view = self.world.message_view(slot);
        self.observer.dropped(self.now(), view, why);
        self.finish(slot);
    }

    /// A message has lain in its channel for as long as it may.
    pub(super) fn expire(&mut self, slot: u32) {
        self.world.messages[slot].alarm = Handle::NONE;
        let channel = self.world.messages[slot].channel;
        self.lift(slot);
        let view = self.world.message_view(slot);
        self.observer.expired(self.now(), view);
        self.finish(slot);
        self.poke(channel);
    }

    /// A message is over: nothing more becomes of it in its channel.
    #[inline]
    pub(super) fn finish(&mut self, slot: u32) {
        let Message {
            channel,
            group,
            instance,
            ..
        } = self.world.messages[slot];
        if let Some(group) = self.world.channels[channel].groups.get_mut(group as usize) {
            group.leave(instance);
        }
        self.world.messages[slot].stage = Stage::Over;
        self.let_go_of_message(slot);
    }

    /// One of those who hold a message lets go.
    pub(super) fn let_go_of_message(&mut self, slot: u32) {
        let message = &mut self.world.messages[slot];
        message.holds -= 1;
        if message.holds > 0 {
            return;
        }
        let Message {
            request,
            guard,
            call,
            sibling,
            ..
        } = *message;
        if sibling != slot {
            let before = self.world.ring(slot).last().unwrap_or(slot);
            self.world.messages[before].sibling = sibling;
        } else if call != NONE {
            // Nobody will ever reply.
            self.release(call);
        }
        self.world.messages.remove(slot);
        if guard != NONE {
            self.let_go_of_guard(guard);
        }
        if request != NONE {
            self.work_of_request_ended(request);
        }
    }

    /// There may be something to deliver; still in this instant somebody looks.
    pub(super) fn poke(&mut self, channel: u32) {
        let place = &mut self.world.channels[channel];
        let any = place.depth > 0 || place.parked.first().is_some();
        if any && !place.due {
            place.due = true;
            self.world.queue.push(self.world.queue.now(), Event::Deliver(channel));
        }
    }

    /// The instant at which a batch that is not full goes: a look is scheduled for then, once.
    pub(super) fn set_alarm(&mut self, channel: u32, group: u32, shelf: u32, at: Instant) {
        let shelf = &mut self.world.channels[channel].groups[group].shelves[shelf];
        if shelf.alarm != at {
            shelf.alarm = at;
            self.world.queue.push(at, Event::Deliver(channel));
        }
    }
}
