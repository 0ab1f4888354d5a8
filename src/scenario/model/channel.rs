//! Channels: a broker's queues and topics.

use super::{ChannelId, Dist};
use crate::time::Duration;
use serde::{Deserialize, Serialize};

/// A broker's queue or topic: a node of the graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub name: String,
    pub kind: ChannelKind,
    /// Of a topic: in each of them messages keep their order.
    pub partitions: u32,
    pub rules: ChannelRules,
}

/// Who gets a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChannelKind {
    /// One consumer.
    Queue,
    /// One consumer of each group.
    Topic,
}

/// How a channel treats its messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelRules {
    /// How many messages may lie in it; without, any number.
    pub capacity: Option<u32>,
    /// What happens to one more.
    pub overflow: Overflow,
    /// From the broker to the consumer.
    pub delivery: Dist,
    /// From a message's arrival at the broker to the ack that it sends.
    pub ack: Dist,
    /// A message that is not acknowledged for so long is delivered again, while the first consumer works on.
    pub ack_timeout: Option<Duration>,
    /// How long a failed message waits before it is delivered again.
    pub redelivery: Duration,
    /// How often a message is delivered before it is given up.
    pub deliveries: u32,
    /// Where messages go that were given up; without, nowhere.
    pub dead_letter: Option<ChannelId>,
    /// How long a message may lie in the channel; without, for ever.
    pub retention: Option<Duration>,
}

impl Default for ChannelRules {
    fn default() -> Self {
        ChannelRules {
            capacity: None,
            overflow: Overflow::Refuse,
            delivery: Dist::Constant(Duration::ZERO),
            ack: Dist::Constant(Duration::ZERO),
            ack_timeout: None,
            redelivery: Duration::ZERO,
            deliveries: 5,
            dead_letter: None,
            retention: None,
        }
    }
}

/// What a full channel does with one more message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overflow {
    Refuse,
    /// The producer waits for its ack until there is room.
    Block,
    /// The oldest message is given up for it.
    DropOldest,
}
