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
use super::turn::Turn;
use crate::scenario::ChannelRules;
use crate::trace::{Cause, Gone, Observer};

impl<O: Observer> Turn<'_, O> {
    /// The broker of a channel dies.
    pub(super) fn crash_channel(&mut self, channel: u32) {
        while let Some(call) = self.world.channels[channel as usize].parked.pop(&mut self.world.tasks) {
            self.observer.lost(self.now(), self.world.view(call));
            self.answer(call, Err(Cause::Reset));
            self.work_of_call_ended(call);
        }
        let Some(ledger) = &mut self.world.channels[channel as usize].ledger else {
            return;
        };
        let acks: Vec<u32> = std::mem::take(&mut ledger.acks).into_iter().collect();
        let mut parcels: Vec<u32> = ledger.parcels.iter().copied().collect();
        let messages: Vec<u32> = ledger.messages.iter().copied().collect();
        for call in acks {
            self.world.tasks[call].done = true;
            self.answer(call, Err(Cause::Reset));
        }
        self.lose_unsafe(&messages);
        // The oldest comes last, so that it lies before all others.
        parcels.sort_by_key(|call| std::cmp::Reverse(self.oldest_of(*call)));
        for call in parcels {
            self.forget_parcel(call);
        }
    }

    /// What only the broker that died had is gone.
    fn lose_unsafe(&mut self, messages: &[u32]) {
        let now = self.now();
        for slot in messages.iter().copied() {
            let Message { stage, .. } = self.world.messages[slot];
            if stage != Stage::Over && !self.is_safe(slot, now) {
                self.reply_to(slot, Err(Cause::Reset));
                self.throw_away(slot, Gone::Crash);
            }
        }
    }

    fn oldest_of(&self, call: u32) -> u64 {
        self.world.messages[self.world.tasks[call].delivery].number
    }

    /// The broker forgets who has a delivery.
    fn forget_parcel(&mut self, call: u32) {
        self.world.tasks[call].forgotten = true;
        self.take_parcel_back(call, Cause::Reset);
    }

    /// From now on a channel is as it says here; what lies in it stays.
    pub(super) fn change_channel(&mut self, channel: u32, rules: &ChannelRules) {
        self.world.channels[channel as usize].rules = Rules::new(rules);
        self.poke(channel);
    }
}
