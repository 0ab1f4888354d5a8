//! What becomes of messages in channels, each for a reason: dropped, expired, dead letters, taken back, refused, waiting.
//!
//! ```text
//! full channel   refuse ─▶ overflowed    block ─▶ parked    dropOldest ─▶ dropped
//! delivered      error, no ack in time, a crash ─▶ taken back ─(redelivery)▶ requeued
//!                                                      └ too often ─▶ dead letter │ dropped
//! ```
//!
//! Law: times are exact: an ack is overdue, a pause over and a message too old at one instant each.

use super::facts::bounds;
use super::present;
use super::reason::Reasons;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::*;

/// A message as far as it has come.
#[derive(Clone, Copy)]
pub struct Parcel {
    /// Since when it lies.
    laid: Instant,
    /// When it was delivered last, how long the broker waits for the ack, and the delivery.
    delivered: Option<(Instant, Option<Duration>, u32)>,
    /// When it was taken back, and how long until it may lie again.
    taken: Option<(Instant, Duration)>,
}

impl<'s> Reasons<'s> {
    fn rules(&self, channel: ChannelId) -> &'s ChannelRules {
        present::rules(self.scenario, channel, self.now)
    }

    fn depth_of(&self, channel: ChannelId) -> u32 {
        self.depths.get(&channel).copied().unwrap_or(0)
    }

    fn is_full(&self, channel: ChannelId) -> bool {
        let capacity = self.rules(channel).capacity;
        capacity.is_some_and(|most| self.depth_of(channel) >= most)
    }

    /// Whether the broker of a channel is away.
    fn is_away(&self, channel: ChannelId) -> bool {
        self.holds(
            |place| place == Place::Channel(channel),
            |harm| matches!(harm, Harm::Down(_)),
        )
    }

    pub fn on_published(&mut self, call: &Call, message: &Message) {
        let kept = !self.is_away(message.channel) && !self.is_full(message.channel);
        self.law("published", kept, || {
            format!("{message:?} into a channel that is full or away")
        });
        self.note(call, |way| (way.come, way.parked) = (true, false));
        if call.mode == Mode::Queue {
            self.say(call, Ok(()));
        }
        self.lay(message);
    }

    /// A message lies in its channel from now on.
    pub fn lay(&mut self, message: &Message) {
        let laid = self.now;
        let fresh = Parcel {
            laid,
            delivered: None,
            taken: None,
        };
        self.messages.entry(message.slot).or_insert(fresh).laid = laid;
    }

    pub fn on_overflowed(&mut self, call: &Call, channel: ChannelId) {
        if self.is_away(channel) {
            self.law("refused by a broker that is away", true, String::new);
        } else {
            let kept = self.is_full(channel) && self.rules(channel).overflow == Overflow::Refuse;
            self.law("refused by a full channel", kept, || format!("{call:?}"));
        }
        self.note(call, |way| way.come = true);
        self.say(call, Err(Cause::Refused));
        self.tally.overflowed(call, channel);
    }

    pub fn on_parked(&mut self, call: &Call, channel: ChannelId) {
        let room = !self.is_full(channel) || self.rules(channel).overflow != Overflow::Block;
        self.law("parked", !room && !self.is_away(channel), || format!("{call:?}"));
        self.note(call, |way| way.parked = true);
    }

    pub fn on_delivered(&mut self, message: &Message, call: &Call) {
        let rules = self.rules(message.channel);
        let kept = message.deliveries <= rules.deliveries && !self.is_away(message.channel);
        self.law("delivered", kept, || {
            format!("{message:?} of at most {} times", rules.deliveries)
        });
        // The messages of a batch are told before it comes anywhere.
        if self
            .way(call)
            .is_none_or(|way| way.come || way.turned_away || !way.delivery)
        {
            self.enter(*call, true);
        }
        let delivery = Some((self.now, rules.ack_timeout, call.slot));
        if let Some(parcel) = self.messages.get_mut(&message.slot) {
            parcel.delivered = delivery;
        }
    }

    pub fn on_taken_back(&mut self, message: &Message, cause: Cause) {
        let (now, channel) = (self.now, message.channel);
        let pause = self.rules(channel).redelivery;
        let Some(parcel) = self.messages.get_mut(&message.slot) else {
            return;
        };
        parcel.taken = Some((now, pause));
        let Some((at, patience, call)) = parcel.delivered else {
            return;
        };
        let Some(way) = self.calls.get(&call).copied() else {
            return;
        };
        let (kind, kept) = match cause {
            Cause::Error => ("taken back after an error", way.ended == Some(false)),
            Cause::Timeout => (
                "taken back without an ack",
                patience.is_some_and(|time| at + time == now),
            ),
            Cause::Reset if self.dies(|place| place == Place::Channel(channel)) => {
                ("taken back by a broker that died", true)
            }
            Cause::Reset => {
                let died = self.dies(|place| present::is_at(place, way.call.service));
                ("taken back from a consumer that is away", died || way.turned_away)
            }
            _ => ("taken back by nobody", false),
        };
        self.law(kind, kept, || format!("{message:?} delivered at {at:?}"));
    }

    pub fn on_requeued(&mut self, message: &Message) {
        let taken = self.messages.get(&message.slot).and_then(|parcel| parcel.taken);
        let kept = taken.is_some_and(|(at, pause)| at + pause == self.now);
        self.law("requeued", kept, || format!("{message:?} taken back {taken:?}"));
        self.lay(message);
    }

    /// Whether a message was taken back just now for the last time.
    fn is_given_up(&self, message: &Message) -> bool {
        let taken = self.messages.get(&message.slot).and_then(|parcel| parcel.taken);
        let often = message.deliveries >= self.rules(message.channel).deliveries;
        often && taken.is_some_and(|(at, _)| at == self.now)
    }

    pub fn on_dead_lettered(&mut self, message: &Message, letter: &Message) {
        let to = self.rules(message.channel).dead_letter;
        let kept = to == Some(letter.channel) && self.is_given_up(message) && !self.is_away(letter.channel);
        self.law("dead letter", kept, || format!("{message:?} to {to:?}"));
        self.messages.remove(&message.slot);
        self.lay(letter);
        self.tally.dead_lettered(message);
    }

    pub fn on_dropped(&mut self, message: &Message, why: Gone) {
        let channel = message.channel;
        let rules = self.rules(channel);
        let given_up = self.is_given_up(message);
        let (kind, kept) = match why {
            Gone::Deliveries => ("dropped after its deliveries", given_up && rules.dead_letter.is_none()),
            Gone::Overflow => {
                let no_room = |to: ChannelId| {
                    let full = self.is_full(to) && self.rules(to).overflow != Overflow::DropOldest;
                    full || self.is_away(to)
                };
                (
                    "dropped for want of room",
                    given_up && rules.dead_letter.is_some_and(no_room),
                )
            }
            Gone::Oldest => {
                // It has just left.
                let was_full = rules.capacity.is_some_and(|most| self.depth_of(channel) + 1 >= most);
                (
                    "dropped as the oldest",
                    was_full && rules.overflow == Overflow::DropOldest,
                )
            }
            Gone::Crash => {
                let safe = bounds(&rules.ack).high.map(|ack| message.published.0 + 2 * ack);
                let kept = safe.is_none_or(|safe| self.now.0 < safe);
                (
                    "dropped with its broker",
                    kept && self.dies(|place| place == Place::Channel(channel)),
                )
            }
            Gone::Unwanted => ("dropped as unwanted", self.scenario.groups(channel).is_empty()),
        };
        self.law(kind, kept, || format!("{message:?}"));
        self.messages.remove(&message.slot);
        self.tally.dropped(message);
    }

    pub fn on_expired(&mut self, message: &Message) {
        let laid = self.messages.remove(&message.slot).map(|parcel| parcel.laid);
        let end = self
            .rules(message.channel)
            .retention
            .map(|time| message.published + time);
        let kept = end.is_some_and(|end| laid.is_some_and(|laid| end.max(laid) == self.now));
        self.law("expired", kept, || format!("{message:?} since {laid:?} until {end:?}"));
        self.tally.expired(message);
    }

    pub fn on_failed_over(&mut self, item: ItemId, lost: u64) {
        let dead = |id: ServiceId| {
            let replicas = 0..self.scenario.service(id).replicas;
            let gone = |place: Place| self.holds(|at| at == place, |harm| *harm == Harm::Down(Down::Crash));
            let all = gone(Place::Service(id)) || replicas.clone().all(|replica| gone(Place::Replica(id, replica)));
            all && self.dies(|place| present::is_at(place, id))
        };
        let kept = (0..self.scenario.services.len() as u32).any(|id| dead(ServiceId(id)));
        let kind = if lost > 0 { "writes lost" } else { "failed over" };
        self.law(kind, kept, || format!("{lost} writes of {item:?}"));
        self.tally.failed_over(self.now, item, lost);
    }

    pub fn on_job_crashed(&mut self, job: &Job) {
        let kept = self.dies(|place| present::is_at(place, job.service));
        self.law("job crashed", kept, || format!("{job:?}"));
    }
}
