//! What changes have made of clients and services by now: who sends when, and how much a replica takes.
//!
//! Law: with a change of its load a client begins anew. What was due of the old pattern at or after the change does not
//! come; the new pattern begins there, or at its `start` if that is later.

use super::auditor::Auditor;
use super::present;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;

/// A client's load from one change to the next.
#[derive(Clone, Debug)]
pub struct Source {
    /// When it took effect,
    pub since: Instant,
    /// and when its pattern begins.
    pub start: Instant,
    pub stop: Instant,
    pub load: Load,
}

/// All sources of a client, in order.
pub fn sources(scenario: &Scenario, client: usize) -> Vec<Source> {
    let source = |since: Instant, is: &Client| Source {
        since,
        start: is.start.max(since),
        stop: is.stop,
        load: is.load.clone(),
    };
    let changed = scenario.changes.iter().filter_map(|change| match &change.to {
        Changed::Client(id, is) if id.0 as usize == client => Some(source(change.at, is)),
        _ => None,
    });
    std::iter::once(source(Instant::START, &scenario.clients[client]))
        .chain(changed)
        .collect()
}

impl Source {
    /// When its request of this number is due, where that is no matter of chance.
    pub fn due(&self, number: u64) -> Option<Instant> {
        let Load::Open(arrivals) = &self.load else { return None };
        let after = match arrivals {
            Arrivals::Renewal(Dist::Constant(gap)) => gap.0 * (number + 1),
            Arrivals::Poisson { .. } | Arrivals::Renewal(_) | Arrivals::Ramp { .. } | Arrivals::Wave { .. } => {
                return None;
            }
            Arrivals::Times(times) => times.get(number as usize)?.0,
            Arrivals::Constant { gap_ns } => (gap_ns * (number + 1) as f64) as u64,
            Arrivals::Burst { size, every } => number / u64::from(*size) * every.0,
        };
        Some(Instant(self.start.0 + after))
    }

    fn users(&self) -> Option<u32> {
        match self.load {
            Load::Closed { users, .. } => Some(users),
            Load::Open(_) => None,
        }
    }
}

impl Auditor<'_> {
    /// The source of a client at present; those before it have sent what was due.
    pub fn source(&mut self, client: usize) -> Source {
        loop {
            let book = &self.clients[client];
            let next = book.sources.get(book.source + 1).map(|source| source.since);
            match next.filter(|since| *since <= self.now) {
                Some(since) => self.close_source(client, since),
                None => return book.sources[book.source].clone(),
            }
            let book = &mut self.clients[client];
            (book.source, book.first) = (book.source + 1, book.opened);
        }
    }

    /// Nothing that was due earlier than `by` is missing.
    pub fn close_source(&mut self, client: usize, by: Instant) {
        let book = &self.clients[client];
        let source = &book.sources[book.source];
        let number = book.opened;
        let due = source.due(number - book.first);
        let missed = due.filter(|due| due.0 + 1 < by.min(source.stop).0);
        self.law(1, missed.is_none(), || {
            format!("client {client}: request {number} was due at {missed:?}")
        });
    }

    /// The most users that a client has at any time; none where it is ever an open one.
    pub fn most_users(&self, client: usize) -> Option<u32> {
        let users: Option<Vec<u32>> = self.clients[client].sources.iter().map(Source::users).collect();
        users?.into_iter().max()
    }

    /// A service as it is at present.
    pub fn service_now(&self, index: usize) -> &Service {
        present::service(self.scenario, ServiceId(index as u32), self.now)
    }

    /// A service as it is at the beginning and after each of its changes.
    pub fn service_ever(&self, index: usize) -> impl Iterator<Item = &Service> {
        let changed = self.scenario.changes.iter().filter_map(move |change| match &change.to {
            Changed::Service(id, is) if id.0 as usize == index => Some(&**is),
            _ => None,
        });
        std::iter::once(&self.scenario.services[index]).chain(changed)
    }
}
