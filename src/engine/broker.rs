//! A broker that goes away and comes back, and new rules for its channels.
//!
//! ```text
//! refuse      publications are refused, nothing is delivered; acks of what is out still count
//! blackhole   publications are never heard of again
//! crash       besides: what no second broker had yet is lost; producers without an ack see `reset`; what consumers
//!             hold is delivered again, and their acks come to nothing
//! ```
//!
//! Law: a message is safe twice the time of an `ack` after its publication: with `all` that is when it is
//! acknowledged, with `leader` some time later, with `none` nobody knows.

use super::channel::{Message, Rules, Stage};
use super::event::Event;
use super::slab::NONE;
use super::turn::Turn;
use super::world::World;
use crate::scenario::ChannelRules;
use crate::trace::{Cause, Gone, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// The broker of a channel dies.
    #[inline(never)]
    pub(super) fn crash_channel(&mut self, channel: u32) {
        while let Some(call) = self.world.channels[channel].parked.pop(&mut self.world.tasks) {
            self.observer.lost(self.now(), self.world.view(call));
            self.answer(call, Err(Cause::Reset));
            self.work_of_call_ended(call);
        }
        for call in self.unacknowledged(channel) {
            self.answer(call, Err(Cause::Reset));
            self.release(call);
        }
        self.lose_unsafe(channel);
        for call in self.parcels_of(channel) {
            self.world.tasks[call].forgotten = true;
            self.take_parcel_back(call, Cause::Reset);
        }
    }

    /// The publications whose ack has not left, which it will not.
    fn unacknowledged(&mut self, channel: u32) -> Vec<u32> {
        let here =
            |world: &World, event| matches!(event, Event::Acknowledge(call) if world.tasks[call].channel == channel);
        let mut calls = Vec::new();
        for (_, event) in self.world.extract(&here) {
            if let Event::Acknowledge(call) = event {
                calls.push(call);
            }
        }
        calls
    }

    /// What only the broker that died had is gone.
    fn lose_unsafe(&mut self, channel: u32) {
        let now = self.now();
        for slot in 0..self.world.messages.slots() {
            let Message {
                channel: of,
                stage,
                holds,
                safe,
                ..
            } = self.world.messages[slot];
            if of == channel && holds > 0 && stage != Stage::Over && safe > now {
                self.reply_to(slot, Err(Cause::Reset));
                self.throw_away(slot, Gone::Crash);
            }
        }
    }

    /// The deliveries of a channel without an ack; the oldest comes last, so that it will lie before all others.
    fn parcels_of(&self, channel: u32) -> Vec<u32> {
        let mut parcels: Vec<(u64, u32)> = Vec::new();
        for call in 0..self.world.tasks.slots() {
            let task = &self.world.tasks[call];
            if task.channel == channel && task.holds > 0 && task.delivery != NONE && !task.revoked {
                let number = self.world.messages[task.delivery].number;
                let place = parcels.partition_point(|(other, _)| *other > number);
                parcels.insert(place, (number, call));
            }
        }
        parcels.into_iter().map(|(_, call)| call).collect()
    }

    /// From now on a channel is as it says here; what lies in it stays.
    pub(super) fn change_channel(&mut self, channel: u32, rules: &ChannelRules) {
        self.world.channels[channel].rules = Rules::new(rules);
        self.poke(channel);
    }
}
