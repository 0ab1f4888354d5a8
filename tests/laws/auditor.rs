//! An observer that keeps its own books of a run and compares every event with the rules of the contract.
//!
//! ```text
//! events ─▶ ledger  requests, calls, messages: who owes whom      (rules 1, 5, 8, 10, causes of failure)
//!        └▶ floor   workers, cores, replicas: who holds whom      (rules 2, 3, 4)
//! ```
//!
//! Law: it knows the scenario and the events, and nothing of the engine. What it expects is derived from the
//! scenario; it never takes an event's word for something that it can work out.

use super::channel::{ChannelBook, MessageRecord};
use super::data::DataBook;
use super::facts::Facts;
use super::load::{self, Source};
use super::order::{Class, Order};
use super::request::RequestRecord;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use sync_or_swim::scenario::{EdgeId, Load, Scenario};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::Activity;

use super::ledger::Record;

/// A rule that an event, or its absence, breaks.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The number of the rule in the contract; 0 where a cause of failure was impossible.
    pub rule: u8,
    pub at: Instant,
    /// The events until then.
    pub event: u64,
    pub text: String,
}

/// Who has come and who has gone, and who must still be there.
#[derive(Default)]
pub struct Account {
    pub came: u64,
    pub went: u64,
    pub open: BTreeSet<usize>,
}

impl Account {
    /// False where it had come already.
    pub fn enter(&mut self, id: usize) -> bool {
        self.came += 1;
        self.open.insert(id)
    }

    /// False where it was not there.
    pub fn leave(&mut self, id: usize) -> bool {
        self.went += 1;
        self.open.remove(&id)
    }

    pub fn balanced(&self) -> bool {
        self.came == self.went + self.open.len() as u64
    }
}

/// The requests of a client.
#[derive(Default)]
pub struct ClientBook {
    pub requests: Account,
    pub completions: Account,
    /// When its users will have thought, where that is certain, and how many of them.
    pub thinking: BTreeMap<Instant, u32>,
    /// Its loads from one change to the next, and which of them has been the last to send.
    pub sources: Vec<Source>,
    pub source: usize,
    /// Requests as an open client's, and how many of them came before this source.
    pub opened: u64,
    pub first: u64,
}

/// The calls over an edge.
#[derive(Default)]
pub struct EdgeBook {
    /// From `sent` to `returned`.
    pub calls: Account,
    /// From `sent` until the callee's side is over.
    pub work: Account,
}

/// The spans at a service.
#[derive(Default)]
pub struct ServiceBook {
    /// From `accepted` to `ended`.
    pub spans: Account,
    /// Accepted direct calls and messages that have not begun.
    pub queued: u32,
    /// Those of them that are messages.
    pub queued_messages: u32,
    pub busy: u32,
    pub excess: u32,
    /// Whether nothing has happened there in this instant.
    pub quiet: bool,
    pub idle_before: bool,
    /// Integrals over the window, in nanoseconds.
    pub busy_ns: u128,
    pub held_ns: u128,
    pub in_flight_ns: u128,
    pub sojourn_ns: u128,
}

/// The workers of one replica.
pub struct ReplicaBook {
    pub service: usize,
    pub lanes: std::ops::Range<usize>,
    pub begun: BTreeSet<usize>,
    /// The last instant at whose end a worker was idle and a request might have begun.
    pub slack: Option<Instant>,
    /// The event that put the latest taken one into the queue.
    pub turn: u64,
}

/// What a worker does.
pub struct LaneBook {
    pub replica: usize,
    pub activity: Activity,
    pub span: Option<usize>,
    pub since: Instant,
}

/// What has been looked at, to know that a law was not true for want of cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub requests: u64,
    pub spans: u64,
    /// Calls that held a worker for some time until they returned.
    pub pins: u64,
    pub awaits: u64,
    pub refusals: u64,
    pub timeouts: u64,
    pub errors: u64,
    pub losses: u64,
    pub messages: u64,
    pub redeliveries: u64,
    pub crowds: u64,
    pub letters: u64,
    pub disorder: u64,
    /// What was done with data, and reads that were stale.
    pub deeds: u64,
    pub stale: u64,
}

/// Audits one run.
pub struct Auditor<'s> {
    pub scenario: &'s Scenario,
    pub facts: Vec<Vec<Facts>>,
    nothing: Facts,
    pub now: Instant,
    pub event: u64,
    pub violations: Vec<Violation>,
    pub seen: Seen,
    pub records: Vec<Record>,
    pub slots: Vec<Option<usize>>,
    pub requests: Vec<RequestRecord>,
    pub request_slots: Vec<Option<usize>>,
    /// Requests and calls of which something was said in this instant.
    pub touched: BTreeSet<usize>,
    pub moved: BTreeSet<usize>,
    pub clients: Vec<ClientBook>,
    pub edges: Vec<EdgeBook>,
    pub services: Vec<ServiceBook>,
    pub channels: Vec<ChannelBook>,
    pub messages: Vec<MessageRecord>,
    pub message_slots: Vec<Option<usize>>,
    pub data: DataBook,
    /// Messages that were taken back in this instant.
    pub between: Vec<usize>,
    pub replicas: Vec<ReplicaBook>,
    pub lanes: Vec<LaneBook>,
    /// Open calls that hold their caller's worker.
    pub pins: Vec<usize>,
    pub order: Order,
    /// Live calls and requests: now, and the most at once so far.
    pub live: [(u32, u32); 2],
    /// When late replies arrive, whose calls are over but for them.
    pub late: BinaryHeap<Reverse<u64>>,
    pub highest_slot: u32,
}

impl<'s> Auditor<'s> {
    /// Books of a run that has not begun.
    pub fn new(scenario: &'s Scenario) -> Auditor<'s> {
        let mut auditor = Auditor {
            scenario,
            facts: Vec::new(),
            nothing: Facts::of(&[]),
            now: Instant::START,
            event: 0,
            violations: Vec::new(),
            seen: Seen::default(),
            records: Vec::new(),
            slots: Vec::new(),
            requests: Vec::new(),
            request_slots: Vec::new(),
            touched: BTreeSet::new(),
            moved: BTreeSet::new(),
            clients: Vec::new(),
            edges: scenario.edges.iter().map(|_| EdgeBook::default()).collect(),
            services: scenario.services.iter().map(|_| ServiceBook::default()).collect(),
            channels: (0..scenario.all_channels()).map(|_| ChannelBook::default()).collect(),
            messages: Vec::new(),
            message_slots: Vec::new(),
            data: DataBook::default(),
            between: Vec::new(),
            replicas: Vec::new(),
            lanes: Vec::new(),
            pins: Vec::new(),
            order: Order::default(),
            live: [(0, 0); 2],
            late: BinaryHeap::new(),
            highest_slot: 0,
        };
        for service in &scenario.services {
            auditor.facts.push(
                service
                    .operations
                    .iter()
                    .map(|operation| Facts::of(&operation.steps))
                    .collect(),
            );
        }
        auditor.open_floor();
        for (client, plain) in scenario.clients.iter().enumerate() {
            auditor.clients.push(ClientBook {
                sources: load::sources(scenario, client),
                ..ClientBook::default()
            });
            if let Load::Closed { users, .. } = plain.load {
                (0..users).for_each(|_| auditor.think(client, Instant::START));
            }
        }
        auditor
    }

    fn open_floor(&mut self) {
        for (index, service) in self.scenario.services.iter().enumerate() {
            for _ in 0..service.replicas {
                let first = self.lanes.len();
                let lanes = first..first + service.runtime.workers() as usize;
                for _ in lanes.clone() {
                    self.lanes.push(LaneBook {
                        replica: self.replicas.len(),
                        activity: Activity::Idle,
                        span: None,
                        since: Instant::START,
                    });
                }
                let slack = None;
                self.replicas.push(ReplicaBook {
                    service: index,
                    lanes,
                    begun: BTreeSet::new(),
                    slack,
                    turn: 0,
                });
            }
        }
        self.open_instant();
    }

    /// Notes that a rule is broken unless `kept`.
    pub fn law(&mut self, rule: u8, kept: bool, text: impl FnOnce() -> String) -> bool {
        if !kept && self.violations.len() < 50 {
            self.violations.push(Violation {
                rule,
                at: self.now,
                event: self.event,
                text: text(),
            });
        }
        kept
    }

    /// An instant passes the order of classes; `due` says whether what happens was so before it began.
    pub fn pass(&mut self, class: Class, due: bool) {
        if let Err(reached) = self.order.pass(class, due) {
            let text = || format!("{class:?} was due before this instant and comes after {reached:?}");
            self.law(5, false, text);
        }
    }

    /// Time moves on to `now`, or does not.
    pub fn step(&mut self, now: Instant) {
        self.event += 1;
        let was = self.now;
        self.law(5, now >= was, || format!("time goes back from {was:?} to {now:?}"));
        let end = Instant::START + self.scenario.run.duration;
        self.law(5, now < end, || {
            format!("an event at {now:?}, but the run ends at {end:?}")
        });
        if now > was {
            self.move_to(now);
        }
    }

    fn move_to(&mut self, now: Instant) {
        self.close_instant();
        self.integrate(self.now, now);
        self.now = now;
        self.open_instant();
    }

    /// Nothing of this instant has happened yet.
    fn open_instant(&mut self) {
        self.order = Order::default();
        let idle: BTreeSet<usize> = self
            .replicas
            .iter()
            .filter(|replica| self.has_slack(replica))
            .map(|replica| replica.service)
            .collect();
        for (index, service) in self.services.iter_mut().enumerate() {
            service.quiet = true;
            service.idle_before = idle.contains(&index);
        }
    }

    /// Everything of this instant has happened.
    fn close_instant(&mut self) {
        self.close_requests();
        self.close_channels();
        self.close_lanes();
        self.close_replicas();
        self.close_spans();
    }

    /// The run has reached its end.
    pub fn finish(&mut self) -> &[Violation] {
        let end = Instant::START + self.scenario.run.duration;
        self.move_to(end);
        self.close_ledger();
        self.close_floor();
        &self.violations
    }
}

/// The time for which `from..until` lies in the scenario's window, in nanoseconds.
pub fn clipped(scenario: &Scenario, from: Instant, until: Instant) -> u128 {
    let start = Instant::START + scenario.run.warmup;
    let end = Instant::START + scenario.run.duration;
    u128::from(until.min(end).since(from.max(start)).0)
}

impl Auditor<'_> {
    /// The facts of the operation that a call over `edge` executes.
    pub fn facts(&self, edge: EdgeId) -> &Facts {
        match self.scenario.edge(edge).to {
            sync_or_swim::scenario::Callee::Operation(service, operation) => {
                &self.facts[service.0 as usize][operation as usize]
            }
            // A channel executes nothing.
            sync_or_swim::scenario::Callee::Channel(_) => &self.nothing,
        }
    }
}
