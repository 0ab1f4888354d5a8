//! The scenario as data, after every name has been resolved and every sugar taken away.
//!
//! ```text
//! Client ──edge──▶ Service ─ Operation ─ [Step, Step, Call ──edge──▶ Service …]
//! ```
//!
//! Law: values of these types are made by `scenario::text` (or by a test that keeps the same promises): indices
//! point at something, probabilities lie in 0..=1, counts are at least 1 where nothing else makes sense.

mod channel;
mod client;
mod edge;
mod fault;
mod policy;
mod service;

pub use channel::*;
pub use client::*;
pub use edge::*;
pub use fault::*;
pub use policy::*;
pub use service::*;

use crate::time::{Duration, Instant};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The index of a client in [`Scenario::clients`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId(pub u32);

/// The index of a service in [`Scenario::services`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId(pub u32);

/// The index of an edge in [`Scenario::edges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EdgeId(pub u32);

/// The index of a channel in [`Scenario::channels`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ChannelId(pub u32);

/// The index of a data key in [`Scenario::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// The index of a kind of thing that requests are about in [`Scenario::entities`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// One whole experiment: everything that a run needs but its seed's replacement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    pub name: String,
    /// Markdown for the reader.
    pub about: String,
    pub seed: u64,
    pub run: Window,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
    /// Brokers' queues and topics that stand in the file; the queue behind an edge in mode `queue` is the edge's.
    pub channels: Vec<Channel>,
    /// The declared edges in file order, then those that a step's `call` implied.
    pub edges: Vec<Edge>,
    /// What requests are about, where steps or keys of messages tell instances apart.
    pub entities: Vec<Entity>,
    /// The data that steps write, read and apply.
    pub items: Vec<Item>,
    /// Sorted by time; equal times in file order.
    pub faults: Vec<Fault>,
    /// Sorted by time; equal times in file order.
    pub changes: Vec<Change>,
    /// Where nodes stand in the picture, in file order; no run knows of it.
    pub layout: Vec<Spot>,
}

/// A client, a service or a channel: what stands in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Client(ClientId),
    Service(ServiceId),
    Channel(ChannelId),
}

/// The place of a node: the upper left corner of its box, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub node: NodeKind,
    pub x: u32,
    pub y: u32,
}

/// A copy that its holders share.
impl From<&Scenario> for Arc<Scenario> {
    fn from(scenario: &Scenario) -> Self {
        Arc::new(scenario.clone())
    }
}

/// How long a run lasts, and how much of its beginning is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Window {
    pub warmup: Duration,
    /// Includes the warm-up.
    pub duration: Duration,
}

impl Window {
    /// Whether the time of so many workers over the whole run can be counted in nanoseconds.
    pub fn can_count(self, workers: u64) -> bool {
        workers as u128 * self.duration.0 as u128 <= 1 << 62
    }
}

impl Scenario {
    /// The edge of this id.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.0 as usize]
    }

    /// The service of this id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0 as usize]
    }

    /// The name of where an edge leads: a service or a channel.
    pub fn name_of(&self, to: Callee) -> &str {
        self.node_name(to.node())
    }

    /// The name of a node.
    pub fn node_name(&self, node: NodeKind) -> &str {
        match node {
            NodeKind::Client(id) => &self.clients[id.0 as usize].name,
            NodeKind::Service(id) => &self.service(id).name,
            NodeKind::Channel(id) => &self.channels[id.0 as usize].name,
        }
    }

    /// The id of the edge of exactly this name.
    pub fn edge_named(&self, name: &str) -> Option<EdgeId> {
        self.edges.iter().position(|e| e.name == name).map(|i| EdgeId(i as u32))
    }

    /// The service that an edge calls; none where it publishes.
    pub fn callee(&self, id: EdgeId) -> Option<ServiceId> {
        self.edge(id).service()
    }

    /// The mode of an edge at an instant, after all changes up to then.
    pub fn mode_at(&self, id: EdgeId, at: Instant) -> Mode {
        self.edge_at(id, at).mode
    }

    /// An edge as it is at an instant, after all changes up to then.
    pub fn edge_at(&self, id: EdgeId, at: Instant) -> &Edge {
        let changes = self.changes.iter().rev().filter(|change| change.at <= at);
        let mut edges = changes.filter_map(|change| match &change.to {
            Changed::Edge(edge, is) if *edge == id => Some(&**is),
            _ => None,
        });
        edges.next().unwrap_or(self.edge(id))
    }

    /// Whether an edge between callers and services is ever in mode `queue`, and so has a channel of its own.
    pub fn is_ever_queue(&self, id: EdgeId) -> bool {
        let becomes = |change: &Change| match &change.to {
            Changed::Edge(edge, is) => *edge == id && is.mode == Mode::Queue,
            _ => false,
        };
        self.edge(id).is_call() && (self.edge(id).mode == Mode::Queue || self.changes.iter().any(becomes))
    }

    /// The same experiment for another time, or why it cannot last so long or so short.
    pub fn lasting(mut self, duration: Duration) -> Result<Scenario, String> {
        self.run.duration = duration;
        if duration <= self.run.warmup {
            return Err(format!(
                "the run would end at {duration} and its warm-up at {}; the duration includes the warm-up and must be longer",
                self.run.warmup
            ));
        }
        let workers = self.first_lanes().last().map_or(0, |lanes| u64::from(*lanes));
        if !self.run.can_count(workers) {
            return Err(format!(
                "{workers} workers for {duration} are beyond what is counted; fewer workers or a shorter run"
            ));
        }
        Ok(self)
    }

    /// The lanes of all workers: service by service, replica by replica, worker by worker, offload threads last. Yields the first lane
    /// of each service and, last, the number of all lanes.
    pub fn first_lanes(&self) -> Vec<u32> {
        let mut first = vec![0];
        for service in &self.services {
            first.push(first[first.len() - 1] + service.replicas * service.lanes());
        }
        first
    }
}
