//! Who waits for whom for ever, in values and in words.

use super::observer::On;
use crate::scenario::{EdgeId, Scenario, ServiceId};
use crate::time::{Duration, Instant};

/// Spans that wait for each other in a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlock {
    /// When it was complete.
    pub at: Instant,
    /// Who is stuck in it, in the order of first spans.
    pub held: Vec<Held>,
    /// The workers that they hold.
    pub lanes: Vec<u32>,
}

/// Spans of one service that are stuck in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub service: ServiceId,
    /// What each holds that others need.
    pub by: Bond,
    /// A pool of which each holds one, the first of several: whose, and its place among those of that service.
    pub pool: Option<(ServiceId, u32)>,
    /// What they wait for, the first of several.
    pub need: Need,
    pub spans: u32,
}

/// What a span holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    Worker,
    OffloadThread,
    /// A place among the begun, or one of a pool.
    Place,
}

/// What a span waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    On(On),
    /// One of the connections of an edge.
    Connection(EdgeId),
    /// A worker of its own service, to go on.
    Worker,
    OffloadThread,
}

impl Deadlock {
    /// Who holds what, and who waits for whom.
    pub fn story(&self, scenario: &Scenario) -> String {
        let parts: Vec<String> = self.held.iter().map(|held| held.words(scenario)).collect();
        format!(
            "deadlock at {}: {}; only a timeout frees them",
            Duration(self.at.0),
            parts.join(", ")
        )
    }
}

impl Held {
    fn words(&self, scenario: &Scenario) -> String {
        let service = scenario.service(self.service);
        let name = &service.name;
        let (all, thing) = match self.by {
            Bond::Worker => (service.replicas * service.runtime.workers(), "worker"),
            Bond::OffloadThread => (service.replicas * service.offload, "offload thread"),
            Bond::Place => (0, "span"),
        };
        let (waits, holds, things) = match self.spans {
            1 => ("waits", "holds", thing.to_string()),
            _ => ("wait", "hold", format!("{thing}s")),
        };
        let held = match self.spans {
            some if all == 0 => format!("{some} {things} of `{name}` without a worker"),
            1 if all == 1 => format!("the only {thing} of `{name}`"),
            some if some == all => format!("all {some} {things} of `{name}`"),
            some => format!("{some} of {all} {thing}s of `{name}`"),
        };
        let pool = |service: ServiceId, place: u32| {
            let service = scenario.service(service);
            let pool = service.pools.get(place as usize).map_or("", |pool| &pool.name);
            match service.name == *name {
                true => format!("one of its pool `{pool}`"),
                false => format!("one of the pool `{pool}` of `{}`", service.name),
            }
        };
        let holding = self.pool.map_or(String::new(), |(service, place)| {
            format!(" {holds} {} and", pool(service, place))
        });
        let what = match self.need {
            Need::On(On::Edge(id)) | Need::Connection(id) => {
                let edge = scenario.edge(id);
                let a = match self.need {
                    Need::Connection(_) => "a connection to ",
                    _ => "",
                };
                format!("{a}`{}` ({})", scenario.name_of(edge.to), edge.name)
            }
            Need::On(On::Pool(place)) => pool(self.service, place),
            Need::On(On::Wait) | Need::OffloadThread => "its offload threads".to_string(),
            Need::Worker => "one of its workers".to_string(),
        };
        format!("{held}{holding} {waits} for {what}")
    }
}
