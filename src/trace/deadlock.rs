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
}

/// Spans of one service that are stuck in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub service: ServiceId,
    /// What their workers are blocked on; nothing where they hold no worker but a place among the begun, or of a pool.
    pub on: Option<On>,
    pub spans: u32,
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
        let workers = service.replicas * service.runtime.workers();
        let held = match self.spans {
            all if all == workers => format!("all {all} workers of `{name}`"),
            some => format!("{some} of {workers} workers of `{name}`"),
        };
        match self.on {
            Some(On::Edge(edge)) => {
                let to = scenario.callee(edge).map_or("", |to| &scenario.service(to).name);
                format!("{held} wait for `{to}` ({})", scenario.edge(edge).name)
            }
            Some(On::Pool(pool)) => {
                let pool = service.pools.get(pool as usize).map_or("", |pool| &pool.name);
                format!("{held} wait for one of its pool `{pool}`")
            }
            Some(On::Wait) => format!("{held} wait"),
            None => format!("{} spans of `{name}` wait without a worker", self.spans),
        }
    }
}
