//! Who waits for whom for ever, in values and in words.

use super::observer::On;
use crate::scenario::{EdgeId, Scenario, ServiceId};
use crate::time::{Duration, Instant};
use std::fmt::{Arguments, Write};

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
        let mut story = format!("deadlock at {}", Duration(self.at.0));
        for (index, held) in self.held.iter().enumerate() {
            story += if index == 0 { ": " } else { ", " };
            held.tell(scenario, &mut story);
        }
        story + "; only a timeout frees them"
    }
}

impl Held {
    fn tell(&self, scenario: &Scenario, story: &mut String) {
        let service = scenario.service(self.service);
        let (all, thing) = match self.by {
            Bond::Worker => (service.replicas * service.runtime.workers(), "worker"),
            Bond::OffloadThread => (service.replicas * service.offload, "offload thread"),
            Bond::Place => (0, "span"),
        };
        let (some, one) = (self.spans, self.spans == 1);
        match some {
            1 if all == 1 => *story += "the only",
            _ if some == all => add(story, format_args!("all {some}")),
            _ if all == 0 => add(story, format_args!("{some}")),
            _ => add(story, format_args!("{some} of {all}")),
        }
        let s = if some.max(all) == 1 { "" } else { "s" };
        add(story, format_args!(" {thing}{s} of `{}`", service.name));
        if all == 0 {
            *story += " without a worker";
        }
        if let Some((owner, place)) = self.pool {
            *story += if one { " holds " } else { " hold " };
            self.tell_pool(scenario, owner, place, story);
            *story += " and";
        }
        *story += if one { " waits for " } else { " wait for " };
        self.tell_need(scenario, story);
    }

    /// One of a pool, with its owner where that is another service.
    fn tell_pool(&self, scenario: &Scenario, owner: ServiceId, place: u32, story: &mut String) {
        let service = scenario.service(owner);
        let pool = service.pools.get(place as usize).map_or("", |pool| &pool.name);
        if owner == self.service {
            add(story, format_args!("one of its pool `{pool}`"));
        } else {
            add(story, format_args!("one of the pool `{pool}` of `{}`", service.name));
        }
    }

    fn tell_need(&self, scenario: &Scenario, story: &mut String) {
        match self.need {
            Need::On(On::Edge(id)) | Need::Connection(id) => {
                if let Need::Connection(_) = self.need {
                    *story += "a connection to ";
                }
                let edge = scenario.edge(id);
                add(story, format_args!("`{}` ({})", scenario.name_of(edge.to), edge.name));
            }
            Need::On(On::Pool(place)) => self.tell_pool(scenario, self.service, place, story),
            Need::On(On::Wait) | Need::OffloadThread => *story += "its offload threads",
            Need::Worker => *story += "one of its workers",
        }
    }
}

#[inline(never)]
fn add(story: &mut String, words: Arguments) {
    // A string takes whatever is written.
    let _ = story.write_fmt(words);
}
