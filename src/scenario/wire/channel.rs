//! Channels as they are written.

use super::super::model;
use super::part::{Part, Whole};
use super::value::{Distribution, Duration, Name};
use super::word::{ChannelKind, Overflow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A broker's queue or topic: a node of the graph. A queue gives a message to one consumer; a topic gives it to one of
/// each group, in order within a partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Channel {
    /// Who gets a message.
    #[schemars(extend("default" = "queue"))]
    pub kind: Option<ChannelKind>,
    /// How many messages may lie in it. Without, any number.
    #[schemars(range(min = 1, max = 4_294_967_294u32), extend("default" = null))]
    pub capacity: Option<u32>,
    /// What happens to one more.
    #[schemars(extend("default" = "refuse"))]
    pub overflow: Option<Overflow>,
    /// Of a topic: in each of them messages keep their order.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 1))]
    pub partitions: Option<u32>,
    /// From the broker to the consumer.
    #[schemars(extend("default" = "0s"))]
    pub delivery: Option<Distribution>,
    /// From a message's arrival at the broker to the ack that it sends.
    #[schemars(extend("default" = "0s"))]
    pub ack: Option<Distribution>,
    /// A message that is not acknowledged for so long is delivered again, while the first consumer works on. Without, never.
    #[schemars(extend("default" = null))]
    pub ack_timeout: Option<Duration>,
    /// How long a failed message waits before it is delivered again.
    #[schemars(extend("default" = "0s"))]
    pub redelivery: Option<Duration>,
    /// How often a message is delivered before it is given up.
    #[schemars(range(min = 1, max = 10_000), extend("default" = 5))]
    pub deliveries: Option<u32>,
    /// The channel for messages that were given up. Without, they are dropped.
    #[schemars(extend("default" = null))]
    pub dead_letter: Option<Name>,
    /// How long a message may lie in the channel. Without, for ever.
    #[schemars(extend("default" = null))]
    pub retention: Option<Duration>,
    /// A preset of defaults, frozen with the format: `amqp` sets `ack` to 1 ms, `kafka` to 2 ms. Any other name is a label.
    pub protocol: Option<String>,
}

impl Whole for Channel {
    fn may_change(key: &str) -> bool {
        !matches!(key, "kind" | "partitions")
    }
}

impl Channel {
    /// A channel of this kind with these rules.
    pub fn new(
        scenario: &model::Scenario,
        kind: model::ChannelKind,
        partitions: u32,
        rules: &model::ChannelRules,
    ) -> Channel {
        let name = |id: model::ChannelId| Name(scenario.channel_name(id).to_string());
        Channel {
            kind: Some(kind.into()),
            capacity: rules.capacity,
            overflow: Some(rules.overflow.into()),
            partitions: Some(partitions),
            delivery: Some((&rules.delivery).into()),
            ack: Some((&rules.ack).into()),
            ack_timeout: rules.ack_timeout.map(Duration::from),
            redelivery: Some(rules.redelivery.into()),
            deliveries: Some(rules.deliveries),
            dead_letter: rules.dead_letter.map(name),
            retention: rules.retention.map(Duration::from),
            protocol: None,
        }
    }

    /// What an edge says of the channel that it has in mode `queue`, where these are its rules so far.
    pub fn of_edge(
        scenario: &model::Scenario,
        so_far: &model::ChannelRules,
        rules: &model::ChannelRules,
    ) -> Option<Part<Channel>> {
        let own = |rules| Channel::new(scenario, model::ChannelKind::Queue, 1, rules);
        Part::between(&own(so_far), &own(rules)).unless_empty()
    }
}
