//! Channels: a broker's queues and topics.

use super::{Caller, ChannelId, Dist, EdgeId, Scenario};
use crate::time::Duration;

/// A broker's queue or topic: a node of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    pub name: String,
    pub kind: ChannelKind,
    /// Of a topic: in each of them messages keep their order.
    pub partitions: u32,
    pub rules: ChannelRules,
}

/// Who gets a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// One consumer.
    Queue,
    /// One consumer of each group.
    Topic,
}

/// How a channel treats its messages.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    Refuse,
    /// The producer waits for its ack until there is room.
    Block,
    /// The oldest message is given up for it.
    DropOldest,
}

/// Consumers of a channel that share its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroup {
    /// Its own, or that of its only edge; none of a queue, where all consumers are one group.
    pub name: String,
    pub edges: Vec<EdgeId>,
}

impl Scenario {
    /// The groups of a declared channel, in the order of their first edges. A queue has one, with or without consumers.
    pub fn groups(&self, id: ChannelId) -> Vec<ConsumerGroup> {
        let topic = self.channels[id.0 as usize].kind == ChannelKind::Topic;
        let mut groups: Vec<ConsumerGroup> = Vec::new();
        if !topic {
            groups.push(ConsumerGroup {
                name: String::new(),
                edges: Vec::new(),
            });
        }
        for (index, edge) in self.edges.iter().enumerate() {
            if edge.from != Caller::Channel(id) {
                continue;
            }
            let name = match &edge.consume.group {
                _ if !topic => String::new(),
                Some(name) => name.clone(),
                None => edge.name.clone(),
            };
            let edges = vec![EdgeId(index as u32)];
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.edges.extend(edges),
                None => groups.push(ConsumerGroup { name, edges }),
            }
        }
        groups
    }

    /// The id of the channel that an edge has in mode `queue`: behind the declared ones.
    pub fn own_channel(&self, edge: EdgeId) -> ChannelId {
        ChannelId(self.channels.len() as u32 + edge.0)
    }

    /// The edge whose channel this is; none of a declared one.
    pub fn edge_of_channel(&self, id: ChannelId) -> Option<EdgeId> {
        id.0.checked_sub(self.channels.len() as u32).map(EdgeId)
    }

    /// Its name, or that of the edge whose channel it is.
    pub fn channel_name(&self, id: ChannelId) -> &str {
        match self.edge_of_channel(id) {
            Some(edge) => &self.edge(edge).name,
            None => &self.channels[id.0 as usize].name,
        }
    }

    /// How many channels there are, those of all edges included.
    pub fn all_channels(&self) -> u32 {
        (self.channels.len() + self.edges.len()) as u32
    }

    /// The rules of a channel as they are written.
    pub fn channel_rules(&self, id: ChannelId) -> &ChannelRules {
        match self.edge_of_channel(id) {
            Some(edge) => &self.edge(edge).channel,
            None => &self.channels[id.0 as usize].rules,
        }
    }
}
