//! Rule 5 in scenarios with everything at once: what comes first at an instant, and whose turn it is within a class.
//!
//! ```text
//! sent #7 ┐                       ┌ accepted #7     arrivals, timeouts     in the order of sending
//! sent #9 ┴──── one instant ──────┴ accepted #9     replies                in that of the answers
//!                                                   ends of work, waits    in that of their beginnings
//! ```
//!
//! Law: an event that begins a cascade has a class that its kind tells, and the event that scheduled it is one that was
//! told. What an observer cannot know, where a caller stood still or a worker did two things without a word, is left
//! alone.

use super::facts::{self, Bounds, Facts, bounds, effective};
use super::order::{Class, Order};
use super::present;
use std::collections::BTreeMap;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::*;

#[path = "usher.rs"]
mod usher;

pub use usher::keeps;

/// What has been seen, class by class.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Things of this class that followed something of an earlier one within the instant for which both were due.
    pub crossings: [u64; 5],
    /// Things of this class that followed another one of it, each with a known event that scheduled it.
    pub turns: [u64; 5],
    /// Replies at the very instant at which the caller would have given up.
    pub narrow: u64,
}

impl std::ops::Add for Seen {
    type Output = Seen;

    fn add(self, other: Seen) -> Seen {
        let both = |one: [u64; 5], two: [u64; 5]| std::array::from_fn(|index| one[index] + two[index]);
        Seen {
            crossings: both(self.crossings, other.crossings),
            turns: both(self.turns, other.turns),
            narrow: self.narrow + other.narrow,
        }
    }
}

/// When something was scheduled.
#[derive(Clone, Copy, Debug)]
struct Since {
    at: Instant,
    /// The event that scheduled it, counted from the beginning; none where only the instant is known.
    turn: Option<u64>,
}

/// The latest that was scheduled of what has happened of a class at this instant.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    at: Instant,
    turn: u64,
}

/// A call on its way.
#[derive(Clone, Copy)]
struct Way {
    call: Call,
    sent: Since,
    come: bool,
    parked: bool,
    /// Somebody else answers.
    forwarded: bool,
    /// Its callee's answer, or the end of a delivery.
    answered: Option<Since>,
}

/// A call with policies.
#[derive(Clone, Copy)]
struct Tries {
    since: Instant,
    /// The latest attempt.
    sent: Option<Since>,
    /// When the latest attempt was over.
    over: Instant,
}

#[derive(Clone, Copy)]
struct Lane {
    is: Activity,
    span: u32,
    since: Since,
}

/// A message in a channel.
#[derive(Clone, Copy)]
struct Parcel {
    laid: Since,
    delivered: Since,
    taken_back: Since,
}

/// How often an operation works and waits at most.
#[derive(Clone, Copy)]
struct Bursts {
    parallel: bool,
    works: u32,
    waits: u32,
}

impl Bursts {
    fn of(steps: &[Step]) -> Bursts {
        Bursts {
            parallel: Facts::of(steps).parallel,
            works: facts::times(steps, &|step| matches!(step, Step::Work(_))),
            waits: facts::times(steps, &|step| matches!(step, Step::Wait(_))),
        }
    }
}

/// Watches the order of a run.
pub struct Sequence<'s> {
    scenario: &'s Scenario,
    /// Of the operation that each edge calls.
    bursts: Vec<Option<Bursts>>,
    now: Instant,
    event: u64,
    order: Order,
    due: Option<Class>,
    last: [Option<Last>; 5],
    calls: BTreeMap<u32, Way>,
    guards: BTreeMap<u32, Tries>,
    lanes: BTreeMap<u32, Lane>,
    messages: BTreeMap<u32, Parcel>,
    /// When each client has sent last.
    offers: BTreeMap<ClientId, Instant>,
    pub seen: Seen,
    pub wrong: Option<(Instant, String)>,
}

impl<'s> Sequence<'s> {
    pub fn new(scenario: &'s Scenario) -> Sequence<'s> {
        Sequence {
            scenario,
            bursts: scenario.edges.iter().map(|edge| bursts(scenario, edge)).collect(),
            now: Instant::START,
            event: 0,
            order: Order::default(),
            due: None,
            last: [None; 5],
            calls: BTreeMap::new(),
            guards: BTreeMap::new(),
            lanes: BTreeMap::new(),
            messages: BTreeMap::new(),
            offers: BTreeMap::new(),
            seen: Seen::default(),
            wrong: None,
        }
    }

    fn law(&mut self, kept: bool, text: impl FnOnce() -> String) {
        if !kept && self.wrong.is_none() {
            self.wrong = Some((self.now, format!("{:?}: {}", self.now, text())));
        }
    }

    fn step(&mut self, now: Instant) {
        self.event += 1;
        let was = self.now;
        self.law(now >= was, || format!("time goes back from {was:?}"));
        if now > was {
            (self.now, self.order, self.due, self.last) = (now, Order::default(), None, [None; 5]);
        }
    }

    /// This very event, as one that schedules others.
    fn here(&self) -> Since {
        Since {
            at: self.now,
            turn: Some(self.event),
        }
    }

    /// Something of this class happens, that was scheduled just now or long ago.
    fn reach(&mut self, class: Class) {
        let _ = self.order.pass(class, false);
    }

    /// Something of this class happens that was scheduled before this instant.
    fn pass(&mut self, class: Class, what: &dyn Fn() -> String) {
        if let Err(reached) = self.order.pass(class, true) {
            self.law(false, || format!("{class:?} after {reached:?}: {}", what()));
        }
        self.seen.crossings[class as usize] += u64::from(self.due.is_some_and(|due| due < class));
        self.due = self.due.max(Some(class));
    }

    /// The same of what was scheduled then: in its turn, if that was before this instant.
    fn take_turn(&mut self, class: Class, since: Since, what: &dyn Fn() -> String) {
        if since.at >= self.now {
            return self.reach(class);
        }
        self.pass(class, what);
        let last = &mut self.last[class as usize];
        let before = last.unwrap_or_default();
        self.seen.turns[class as usize] += u64::from(last.is_some() && since.turn.is_some());
        *last = Some(Last {
            at: before.at.max(since.at),
            turn: before.turn.max(since.turn.unwrap_or(0)),
        });
        let kept = since.at >= before.at && since.turn.is_none_or(|turn| turn >= before.turn);
        self.law(kept, || {
            format!(
                "{class:?} scheduled {since:?} comes after one of {before:?}: {}",
                what()
            )
        });
    }

    /// Whether a caller never stands still, so that what is due for it is not held back.
    fn is_steady(&self, parent: Option<u32>) -> bool {
        let Some(parent) = parent else { return true };
        let caller = self.calls.get(&parent).map(|way| way.call.service);
        caller.is_some_and(|service| !self.pauses(service))
    }

    fn pauses(&self, service: ServiceId) -> bool {
        let mut faults = self.scenario.faults.iter();
        faults.any(|fault| fault.harm == Harm::Pause && present::is_at(fault.place, service))
    }

    /// Whether something begins or ends at this instant that changes what the workers of a service do.
    fn is_struck(&self, service: ServiceId) -> bool {
        let upsets = |harm: &Harm| matches!(harm, Harm::Pause | Harm::Down(Down::Crash));
        let here = |fault: &&Fault| present::is_at(fault.place, service) && upsets(&fault.harm);
        let mut faults = self.scenario.faults.iter().filter(here);
        faults.any(|fault| fault.at == self.now || fault.until == self.now)
    }

    fn policy(&self, edge: EdgeId, since: Instant) -> &'s Policy {
        &present::edge(self.scenario, edge, since).policy
    }

    fn enter(&mut self, call: Call) {
        let sent = self.here();
        let way = Way {
            call,
            sent,
            come: false,
            parked: false,
            forwarded: false,
            answered: None,
        };
        self.calls.insert(call.slot, way);
    }

    fn way(&self, call: &Call) -> Option<Way> {
        let way = self.calls.get(&call.slot).copied();
        way.filter(|way| (way.call.edge, way.call.sent) == (call.edge, call.sent))
    }

    /// A call or delivery comes to its callee or broker.
    fn arrive(&mut self, call: &Call) {
        let Some(way) = self.way(call).filter(|way| !way.parked) else {
            return self.reach(Class::Arrival);
        };
        if let Some(way) = self.calls.get_mut(&call.slot) {
            way.come = true;
        }
        self.take_turn(Class::Arrival, way.sent, &|| format!("{call:?}"));
    }

    fn answer(&mut self, call: &Call) {
        let here = self.here();
        if let Some(way) = self.calls.get_mut(&call.slot)
            && way.answered.is_none()
        {
            way.answered = Some(here);
        }
    }

    /// A caller learns what its callee has said.
    fn learn(&mut self, way: Way) {
        let call = way.call;
        let steady = self.is_steady(call.parent);
        match (call.mode, way.answered) {
            (Mode::Oneway | Mode::Forward, _) => {}
            // Where nothing takes time a broker learns of the end in the very cascade of that end.
            (Mode::Queue, Some(since)) if since.at == self.now => {}
            (Mode::Sync | Mode::Await | Mode::Callback, Some(since)) if !way.forwarded && steady => {
                self.take_turn(Class::Reply, since, &|| format!("{call:?} has its reply"));
            }
            (Mode::Sync | Mode::Await | Mode::Callback | Mode::Queue, Some(since))
                if !way.forwarded && since.at < self.now =>
            {
                self.pass(Class::Reply, &|| format!("{call:?} has its reply"));
            }
            _ => self.reach(Class::Reply),
        }
        let timeout = present::edge(self.scenario, call.edge, call.sent).timeout;
        let narrow = call.attempt == Attempt::Only && timeout.is_some_and(|timeout| call.sent + timeout == self.now);
        self.seen.narrow += u64::from(narrow);
    }

    /// A caller gives up; a reply that was due at this instant would have come first.
    fn give_up(&mut self, way: Way) {
        let call = way.call;
        let what = || format!("{call:?} is given up");
        if self.is_steady(call.parent) {
            self.take_turn(Class::Timeout, way.sent, &what);
        } else {
            self.pass(Class::Timeout, &what);
        }
        let edge = present::edge(self.scenario, call.edge, call.sent);
        let calm = edge.loss == 0.0
            && self
                .scenario
                .faults
                .iter()
                .all(|fault| fault.place != Place::Edge(call.edge));
        let direct = matches!(call.mode, Mode::Sync | Mode::Await | Mode::Callback) && call.service != NO_SERVICE;
        if let (Some(answered), Bounds { low, high: Some(high) }, true) =
            (way.answered, bounds(&edge.latency), calm && direct && !way.forwarded)
        {
            let due = low == high && answered.at.0 + high == self.now.0;
            self.law(!due, || format!("{call:?} is given up at the instant of its reply"));
        }
    }

    /// A worker ends what it did.
    fn turn_away_from(&mut self, lane: Lane, service: ServiceId, is: Activity) {
        let plain = self.scenario.service(service);
        let Some(way) = self.calls.get(&lane.span) else { return };
        let Some(bursts) = self.bursts[way.call.edge.0 as usize] else {
            return;
        };
        let shared = plain.cores.is_some() && plain.cpu == Cpu::Ps;
        let warm = plain.cold_start == Dist::Constant(Duration::ZERO);
        let known = !self.pauses(service) && !bursts.parallel;
        let what = || format!("a worker of {service:?} turns from {:?} to {is:?}", lane.is);
        match lane.is {
            Activity::Running if shared => self.reach(Class::EndOfWork),
            Activity::Running if known && bursts.works == 1 => {
                self.take_turn(Class::EndOfWork, lane.since, &what);
            }
            Activity::Blocked(On::Wait) if known && warm && bursts.waits == 1 => {
                self.take_turn(Class::EndOfWork, lane.since, &what);
            }
            Activity::Blocked(On::Wait) if bursts.parallel => {}
            Activity::Running | Activity::Blocked(On::Wait) if lane.since.at < self.now => {
                self.pass(Class::EndOfWork, &what);
            }
            _ => {}
        }
    }

    /// An attempt is sent again, or beside another one.
    fn try_again(&mut self, call: &Call, guard: u32) {
        let Some(tries) = self.guards.get(&guard).copied() else {
            return;
        };
        let policy = self.policy(call.edge, tries.since);
        // Who waits for a connection comes when there is one.
        if policy.connections.is_some() || policy.setup.is_some() {
            return;
        }
        let steady = self.is_steady(call.parent);
        let what = || format!("{call:?} is sent");
        match call.attempt {
            Attempt::Hedge => match tries.sent.filter(|_| steady) {
                Some(since) => self.take_turn(Class::Arrival, since, &what),
                None => self.reach(Class::Arrival),
            },
            Attempt::Retry if tries.over < self.now && tries.since < self.now => {
                let gated = policy.breaker.is_some() || policy.limit.is_some() || policy.rate.is_some();
                if gated || policy.deadline.is_some() || !steady {
                    self.pass(Class::Reply, &what);
                } else {
                    let (at, turn) = (tries.over, None);
                    self.take_turn(Class::Reply, Since { at, turn }, &what);
                }
            }
            _ => {}
        }
    }

    /// A call with policies ends with a timeout of its last attempt.
    fn time_out(&mut self, call: &Guarded, tries: Tries) {
        let policy = self.policy(call.edge, tries.since);
        let what = || format!("{call:?} is given up");
        let plain = policy.connections.is_none() && policy.setup.is_none() && self.is_steady(call.parent);
        match tries.sent.filter(|_| plain && policy.fallback.is_none()) {
            Some(since) => self.take_turn(Class::Timeout, since, &what),
            None => self.pass(Class::Timeout, &what),
        }
    }

    fn lay(&mut self, message: &Message) {
        let laid = self.here();
        let parcel = Parcel {
            laid,
            delivered: laid,
            taken_back: laid,
        };
        self.messages.entry(message.slot).or_insert(parcel).laid = laid;
    }
}

fn bursts(scenario: &Scenario, edge: &Edge) -> Option<Bursts> {
    let Callee::Operation(service, operation) = edge.to else {
        return None;
    };
    let steps = &scenario.service(service).operations[operation as usize].steps;
    Some(Bursts::of(steps))
}
