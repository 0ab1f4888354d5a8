//! What a scenario is at an instant: as its changes have left it, and struck by the faults that hold.
//!
//! ```text
//! ───────┤ change, fault ├─────────┤ its end ├─────
//! before │ with it, from this very instant on │ without
//! ```
//!
//! Law: changes, and the beginnings and ends of faults, come before all else in their instant.

use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;

/// The latest that the changes until `now` say of something.
fn latest<T>(scenario: &Scenario, now: Instant, of: impl Fn(&Changed) -> Option<&T>) -> Option<&T> {
    let past = scenario.changes.iter().filter(|change| change.at <= now);
    past.rev().find_map(|change| of(&change.to))
}

/// An edge.
pub fn edge(scenario: &Scenario, id: EdgeId, now: Instant) -> &Edge {
    let changed = latest(scenario, now, |to| match to {
        Changed::Edge(changed, is) if *changed == id => Some(&**is),
        _ => None,
    });
    changed.unwrap_or(scenario.edge(id))
}

/// A service.
pub fn service(scenario: &Scenario, id: ServiceId, now: Instant) -> &Service {
    let changed = latest(scenario, now, |to| match to {
        Changed::Service(changed, is) if *changed == id => Some(&**is),
        _ => None,
    });
    changed.unwrap_or(scenario.service(id))
}

/// The rules of a channel, or of that of an edge.
pub fn rules(scenario: &Scenario, id: ChannelId, now: Instant) -> &ChannelRules {
    if let Some(of) = scenario.edge_of_channel(id) {
        return &edge(scenario, of, now).channel;
    }
    let changed = latest(scenario, now, |to| match to {
        Changed::Channel(changed, is) if *changed == id => Some(&is.rules),
        _ => None,
    });
    changed.unwrap_or(scenario.channel_rules(id))
}

/// Whether a place is one of a service, or the service itself.
pub fn is_at(place: Place, service: ServiceId) -> bool {
    match place {
        Place::Service(of) | Place::Replica(of, _) => of == service,
        Place::Edge(_) | Place::Channel(_) => false,
    }
}

/// The faults that hold.
pub fn faults(scenario: &Scenario, now: Instant) -> impl Iterator<Item = &Fault> {
    let all = scenario.faults.iter();
    all.filter(move |fault| fault.at <= now && now < fault.until)
}

/// The faults that begin.
pub fn strikes(scenario: &Scenario, now: Instant) -> impl Iterator<Item = &Fault> {
    scenario.faults.iter().filter(move |fault| fault.at == now)
}
