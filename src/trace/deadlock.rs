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
    /// Whether each holds a worker; otherwise a place among the begun, or one of a pool.
    pub worker: bool,
    /// What they wait for, the first of several.
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
        let held = match (self.worker, self.spans) {
            (false, 1) => format!("a span of `{name}` without a worker waits"),
            (false, some) => format!("{some} spans of `{name}` without a worker wait"),
            (true, 1) if workers == 1 => format!("the only worker of `{name}` waits"),
            (true, 1) => format!("1 of {workers} workers of `{name}` waits"),
            (true, all) if all == workers => format!("all {all} workers of `{name}` wait"),
            (true, some) => format!("{some} of {workers} workers of `{name}` wait"),
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
            Some(On::Wait) | None => held,
        }
    }
}
