//! Faults and changes: what goes wrong, and what a reader toggles, at set times.

use super::{Channel, ChannelId, Client, ClientId, Dist, Edge, EdgeId, Service, ServiceId};
use crate::time::Instant;

/// Something goes wrong for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub at: Instant,
    /// Exclusive; `Instant::NEVER` where it stays.
    pub until: Instant,
    pub place: Place,
    pub harm: Harm,
}

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Service(ServiceId),
    /// The index among the service's replicas.
    Replica(ServiceId, u32),
    Channel(ChannelId),
    Edge(EdgeId),
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq)]
pub enum Harm {
    Down(Down),
    /// Work that begins takes so many times as long.
    Slow(f64),
    /// A span that begins ends at once with an error, with this probability.
    Fail(f64),
    /// Nothing goes on: no worker begins, works or resumes.
    Pause,
    /// The probability that a message on the edge is lost besides its own.
    Loss(f64),
    /// Added to the edge's latency in each direction.
    Latency(Dist),
}

/// How something is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// Whoever calls is refused at once; what has begun goes on.
    Refuse,
    /// Whatever is sent there is never heard of again; what has begun goes on.
    Blackhole,
    /// Everything that was there is lost: callers see `reset`, and until it is back they are refused.
    Crash,
}

/// What a reader toggled during a run: from this instant on something is as it says here.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub at: Instant,
    pub to: Changed,
}

/// What has changed, as it is from then on.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    Edge(EdgeId, Box<Edge>),
    /// Its backlog, `inFlight` and balance; workers do not change during a run.
    Service(ServiceId, Box<Service>),
    /// Its load.
    Client(ClientId, Box<Client>),
    /// Its rules.
    Channel(ChannelId, Box<Channel>),
}
