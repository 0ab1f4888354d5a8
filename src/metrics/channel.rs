//! What is counted of a channel: messages that came and went, how many lay there, how old they were when taken.
//!
//! ```text
//! published = settled + dead lettered + dropped + expired + lying or with a consumer      for each group's copies
//! ```
//!
//! Law: a message is counted if its request is; depth and lag follow the window, whoever sent.

use super::distribution::Distribution;
use super::level::Peak;
use super::named::Named;
use super::report::{ChannelReport, GroupReport};
use crate::scenario::{ChannelId, ChannelKind, Scenario};
use crate::time::Instant;
use crate::trace::{Call, Message};

/// The measures of one channel.
#[derive(Default)]
pub struct Channel {
    published: u64,
    refused: u64,
    delivered: u64,
    redelivered: u64,
    dead_lettered: u64,
    dropped: u64,
    expired: u64,
    duplicates: u64,
    out_of_order: u64,
    depth: Peak,
    age: Distribution,
    /// Of a topic.
    groups: Vec<Group>,
}

#[derive(Default)]
struct Group {
    delivered: u64,
    lag: Peak,
}

impl Channel {
    /// Nothing measured yet, of all channels of a scenario.
    pub fn all(scenario: &Scenario) -> Vec<Channel> {
        let declared = scenario.channels.iter().zip(0..).map(|(channel, id)| {
            let groups = match channel.kind {
                ChannelKind::Queue => 0,
                ChannelKind::Topic => scenario.groups(ChannelId(id)).len(),
            };
            Channel {
                groups: (0..groups).map(|_| Group::default()).collect(),
                ..Channel::default()
            }
        });
        declared
            .chain(scenario.edges.iter().map(|_| Channel::default()))
            .collect()
    }

    /// A message has come.
    pub fn published(&mut self, message: Message) {
        self.published += message.counted as u64;
    }

    /// A publication was refused.
    pub fn refused(&mut self, call: Call) {
        self.refused += call.counted as u64;
    }

    /// The number of messages has changed.
    pub fn depth(&mut self, now: Instant, opening: Instant, was: u32, is: u32) {
        self.depth.step(now, opening, was, is);
    }

    /// The number of messages that a group has yet to take has changed.
    pub fn lag(&mut self, now: Instant, opening: Instant, group: u32, was: u32, is: u32) {
        if let Some(group) = self.groups.get_mut(group as usize) {
            group.lag.step(now, opening, was, is);
        }
    }

    /// A message goes to a consumer.
    pub fn delivered(&mut self, now: Instant, message: Message) {
        if !message.counted {
            return;
        }
        self.delivered += 1;
        self.redelivered += (message.deliveries > 1) as u64;
        self.age.record(now.since(message.published));
        if let Some(group) = self.groups.get_mut(message.group as usize) {
            group.delivered += 1;
        }
    }

    /// A consumer has ended well.
    pub fn done(&mut self, message: Message, again: bool) {
        self.duplicates += (message.counted && again) as u64;
    }

    /// A message was acknowledged.
    pub fn settled(&mut self, message: Message, out_of_order: bool) {
        self.out_of_order += (message.counted && out_of_order) as u64;
    }

    /// A message went to the dead letters.
    pub fn dead_lettered(&mut self, message: Message) {
        self.dead_lettered += message.counted as u64;
    }

    /// A message was lost by a rule.
    pub fn dropped(&mut self, message: Message) {
        self.dropped += message.counted as u64;
    }

    /// A message became too old.
    pub fn expired(&mut self, message: Message) {
        self.expired += message.counted as u64;
    }

    /// The figures up to `now`.
    pub fn report(&self, scenario: &Scenario, id: ChannelId, now: Instant, opening: Instant) -> ChannelReport {
        let mut groups = Named::default();
        if !self.groups.is_empty() {
            for (group, measured) in scenario.groups(id).into_iter().zip(&self.groups) {
                let report = GroupReport {
                    delivered: measured.delivered,
                    lag_mean: measured.lag.mean(now, opening),
                    lag_max: measured.lag.max(),
                };
                groups.insert(group.name, report);
            }
        }
        ChannelReport {
            published: self.published,
            refused: self.refused,
            delivered: self.delivered,
            redelivered: self.redelivered,
            dead_lettered: self.dead_lettered,
            dropped: self.dropped,
            expired: self.expired,
            duplicates: self.duplicates,
            out_of_order: self.out_of_order,
            depth_mean: self.depth.mean(now, opening),
            depth_max: self.depth.max(),
            age_ms: self.age.summary(),
            groups,
        }
    }
}
