//! Who waits for whom for ever, in values and in words.

use super::observer::On;
use crate::scenario::{Scenario, ServiceId};
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
    /// What they wait for, the first of several; nothing where it is their offload threads.
    pub on: Option<On>,
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
        let (waits, things) = match self.spans {
            1 => ("waits", thing.to_string()),
            _ => ("wait", format!("{thing}s")),
        };
        let held = match self.spans {
            some if all == 0 => format!("{some} {things} of `{name}` without a worker {waits}"),
            1 if all == 1 => format!("the only {thing} of `{name}` waits"),
            some if some == all => format!("all {some} {things} of `{name}` {waits}"),
            some => format!("{some} of {all} {thing}s of `{name}` {waits}"),
        };
        match self.on {
            Some(On::Edge(edge)) => {
                let to = scenario.callee(edge).map_or("", |to| &scenario.service(to).name);
                format!("{held} for `{to}` ({})", scenario.edge(edge).name)
            }
            Some(On::Pool(pool)) => {
                let pool = service.pools.get(pool as usize).map_or("", |pool| &pool.name);
                format!("{held} for one of its pool `{pool}`")
            }
            Some(On::Wait) | None => format!("{held} for its offload threads"),
        }
    }
}
