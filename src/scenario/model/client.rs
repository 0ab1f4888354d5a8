//! Clients: where requests come from.

use super::{Dist, EdgeId};
use crate::time::{Duration, Instant};

/// A source of requests.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    pub name: String,
    pub load: Load,
    /// Sends from here on; patterns in time begin here.
    pub start: Instant,
    /// Sends nothing at or after this instant.
    pub stop: Instant,
    /// Its outgoing edges in file order; each request takes one of them, by weight. Never empty.
    pub edges: Vec<EdgeId>,
}

impl Client {
    /// A client that sends from the start to the end, over no edge yet.
    pub fn plain(name: String, load: Load) -> Client {
        Client {
            name,
            load,
            start: Instant::START,
            stop: Instant::NEVER,
            edges: Vec::new(),
        }
    }
}

/// How a client decides when to send.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Requests arrive whatever happens to the earlier ones.
    Open(Arrivals),
    /// Each user thinks, calls, waits for the outcome, and thinks again.
    Closed { users: u32, think: Dist },
}

/// The arrival process of an open client.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrivals {
    /// Exponential gaps with this mean.
    Poisson { gap_ns: f64 },
    /// Equal gaps; the first request comes after one gap.
    Constant { gap_ns: f64 },
    /// Independent gaps of this distribution.
    Renewal(Dist),
    /// `size` requests at once, at the start and then every `every`.
    Burst { size: u32, every: Duration },
    /// Poisson with a rate (per second) that goes evenly from `low` to `high` and stays there.
    Ramp { low: f64, high: f64, over: Duration },
    /// Poisson with a rate (per second) that swings between `low`, where it starts, and `high` once a period.
    Wave { low: f64, high: f64, period: Duration },
    /// At these instants after the start, in order.
    Times(Vec<Duration>),
}
