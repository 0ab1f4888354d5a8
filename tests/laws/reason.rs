//! Rule 8 in scenarios with everything at once: what is lost, refused or given up has a reason at that very instant.
//!
//! ```text
//! lost         an edge that loses, or is cut; a callee or broker that swallows       reset     who had it dies
//! refused      a full backlog, a closed door, a full channel                         timeout   the edge's, to the nanosecond
//! turned away  an edge that is cut, a consumer that is away                          breaker, limit, rate, deadline: its policy
//! ```
//!
//! Law: the reason is looked up in the scenario, its changes and its faults, never in the event.

use super::loss::Parcel;
use super::present::{self, is_at};
use super::tally::Tally;
use std::collections::BTreeMap;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::*;

/// A call as far as it has come.
#[derive(Clone, Copy)]
pub struct Way {
    pub call: Call,
    /// Since when its edge is as it is for this call.
    pub since: Instant,
    /// A channel sends it.
    pub delivery: bool,
    /// It has come to its callee or broker.
    pub come: bool,
    pub parked: bool,
    /// Somebody else answers.
    pub forwarded: bool,
    /// What its callee or broker has said.
    pub said: Option<Result<(), Cause>>,
    pub turned_away: bool,
    /// When the span of a delivery has ended, and how.
    pub ended: Option<bool>,
    /// Where it began.
    pub lane: Option<u32>,
}

/// A call with policies.
#[derive(Clone, Copy)]
struct Tries {
    since: Instant,
    /// When its latest attempt was sent, and what the latest of all came to.
    sent: Option<Instant>,
    last: Option<Result<(), Cause>>,
}

/// What a caller's replica remembers of an edge.
#[derive(Clone, Copy, Default)]
struct Door {
    /// Attempts that were sent so far, and those that are under way.
    sent: u32,
    under_way: u32,
    /// Those that were over at the instant of the last one.
    over: (Instant, u32),
    /// Whether its breaker lets calls pass, and when it came to do so.
    shut: bool,
    opened: Instant,
}

/// Who is at a service.
#[derive(Clone, Copy, Default)]
pub struct Crowd {
    waiting: u32,
    begun: u32,
}

/// Looks for the reasons.
pub struct Reasons<'s> {
    pub scenario: &'s Scenario,
    first_lanes: Vec<u32>,
    pub now: Instant,
    pub calls: BTreeMap<u32, Way>,
    guards: BTreeMap<u32, Tries>,
    doors: BTreeMap<(EdgeId, u32), Door>,
    crowds: Vec<Crowd>,
    pub lanes: BTreeMap<u32, Activity>,
    /// What the root call of each request has come to.
    learnt: BTreeMap<u32, Result<(), Cause>>,
    pub messages: BTreeMap<u32, Parcel>,
    pub depths: BTreeMap<ChannelId, u32>,
    pub tally: Tally,
    pub seen: BTreeMap<&'static str, u64>,
    pub wrong: Option<(Instant, String)>,
}

impl<'s> Reasons<'s> {
    pub fn new(scenario: &'s Scenario) -> Reasons<'s> {
        Reasons {
            scenario,
            first_lanes: scenario.first_lanes(),
            now: Instant::START,
            calls: BTreeMap::new(),
            guards: BTreeMap::new(),
            doors: BTreeMap::new(),
            crowds: vec![Crowd::default(); scenario.services.len()],
            lanes: BTreeMap::new(),
            learnt: BTreeMap::new(),
            messages: BTreeMap::new(),
            depths: BTreeMap::new(),
            tally: Tally::new(scenario),
            seen: BTreeMap::new(),
            wrong: None,
        }
    }

    /// Something of this kind has happened, for a reason or not.
    pub fn law(&mut self, kind: &'static str, kept: bool, text: impl FnOnce() -> String) {
        *self.seen.entry(kind).or_default() += 1;
        if !kept && self.wrong.is_none() {
            self.wrong = Some((self.now, format!("{:?}: {kind}, for no reason: {}", self.now, text())));
        }
    }

    /// Whether a fault of this kind holds at a place.
    pub fn holds(&self, place: impl Fn(Place) -> bool, harm: impl Fn(&Harm) -> bool) -> bool {
        present::faults(self.scenario, self.now).any(|fault| place(fault.place) && harm(&fault.harm))
    }

    /// Whether something dies at this very instant.
    pub fn dies(&self, place: impl Fn(Place) -> bool) -> bool {
        let mut strikes = present::strikes(self.scenario, self.now);
        strikes.any(|fault| place(fault.place) && fault.harm == Harm::Down(Down::Crash))
    }

    /// Whether a caller's service ever stands still, so that what is due there may come later.
    fn pauses(&self, parent: Option<u32>) -> bool {
        let service = parent
            .and_then(|parent| self.calls.get(&parent))
            .map(|way| way.call.service);
        let mut faults = self.scenario.faults.iter();
        faults.any(|fault| fault.harm == Harm::Pause && service.is_some_and(|service| is_at(fault.place, service)))
    }

    fn dies_with(&self, parent: Option<u32>) -> bool {
        let caller = parent.and_then(|parent| self.calls.get(&parent));
        caller.is_some_and(|way| self.dies(|place| is_at(place, way.call.service)))
    }

    pub fn edge(&self, id: EdgeId, since: Instant) -> &'s Edge {
        present::edge(self.scenario, id, since)
    }

    /// Whether the network may lose a message over an edge that is as it was then.
    fn loses(&self, edge: EdgeId, since: Instant) -> bool {
        let struck = self.holds(
            |place| place == Place::Edge(edge),
            |harm| match harm {
                Harm::Loss(share) => *share > 0.0,
                Harm::Down(down) => *down != Down::Refuse,
                _ => false,
            },
        );
        struck || self.edge(edge, since).loss > 0.0
    }

    /// Where a publication goes.
    fn broker(&self, call: &Call) -> Option<ChannelId> {
        match self.scenario.edge(call.edge).to {
            Callee::Channel(channel) => Some(channel),
            Callee::Operation(..) => (call.mode == Mode::Queue).then_some(self.scenario.own_channel(call.edge)),
        }
    }

    pub fn enter(&mut self, call: Call, delivery: bool) {
        let since = match call.guard.filter(|_| call.attempt != Attempt::Only) {
            Some(guard) => self.guards.get(&guard).map_or(call.sent, |tries| tries.since),
            None => call.sent,
        };
        let way = Way {
            call,
            since,
            delivery,
            come: false,
            parked: false,
            forwarded: false,
            said: None,
            turned_away: false,
            ended: None,
            lane: None,
        };
        self.calls.insert(call.slot, way);
    }

    pub fn way(&self, call: &Call) -> Option<Way> {
        let way = self.calls.get(&call.slot).copied();
        way.filter(|way| (way.call.edge, way.call.sent) == (call.edge, call.sent))
    }

    pub fn note(&mut self, call: &Call, what: impl FnOnce(&mut Way)) {
        if let Some(way) = self.calls.get_mut(&call.slot) {
            what(way);
        }
    }

    pub fn say(&mut self, call: &Call, said: Result<(), Cause>) {
        self.note(call, |way| way.said = way.said.or(Some(said)));
    }

    pub fn on_lost(&mut self, call: &Call) {
        let Some(way) = self.way(call) else { return };
        let network = self.loses(call.edge, way.since) && !(way.delivery && self.is_own(call));
        let callee = call.service;
        let away = |harm: &Harm| matches!(harm, Harm::Down(_));
        let hole = |harm: &Harm| *harm == Harm::Down(Down::Blackhole);
        let kind = match self.broker(call).filter(|_| !way.delivery) {
            _ if way.come && call.mode == Mode::Poll => "question lost",
            _ if way.come || way.said.is_some() => "answer lost",
            Some(_) if way.parked => "publication lost while it waited",
            Some(_) if call.sent < self.now => "publication swallowed",
            None if call.sent < self.now && way.delivery => "delivery swallowed",
            None if call.sent < self.now => "call swallowed",
            _ if way.delivery => "delivery lost",
            _ => "message lost",
        };
        let broker = self.broker(call).map(Place::Channel);
        let swallowed = match broker.filter(|_| !way.delivery) {
            Some(broker) => self.holds(|place| place == broker, hole),
            None => self.holds(|place| is_at(place, callee), hole),
        };
        let kept = match kind {
            "question lost" => network || self.holds(|place| is_at(place, callee), away),
            "answer lost" => network,
            "publication lost while it waited" => broker.is_some_and(|broker| self.dies(|place| place == broker)),
            "message lost" | "delivery lost" => network || swallowed,
            _ => swallowed,
        };
        self.law(kind, kept, || format!("{call:?}"));
        self.tally.lost(call);
    }

    fn is_own(&self, call: &Call) -> bool {
        !matches!(self.scenario.edge(call.edge).from, Caller::Channel(_))
    }

    pub fn on_turned_away(&mut self, call: &Call) {
        let Some(way) = self.way(call) else { return };
        let cut = self.holds(
            |place| place == Place::Edge(call.edge),
            |harm| *harm == Harm::Down(Down::Refuse),
        );
        let closed = self.is_closed(call.service, is_at);
        let kind = if way.delivery {
            "delivery turned away"
        } else {
            "call turned away"
        };
        let kept = cut && call.sent == self.now || way.delivery && closed;
        self.law(kind, kept && !way.come, || format!("{call:?}"));
        self.say(call, Err(Cause::Refused));
        self.note(call, |way| way.turned_away = true);
        self.tally.turned_away(call);
    }

    /// Whether a service, or at least a part of it, refuses whoever comes.
    fn is_closed(&self, service: ServiceId, at: impl Fn(Place, ServiceId) -> bool) -> bool {
        let door = |harm: &Harm| matches!(harm, Harm::Down(Down::Refuse | Down::Crash));
        self.holds(|place| at(place, service), door)
    }

    pub fn on_refused(&mut self, call: &Call) {
        let service = present::service(self.scenario, call.service, self.now);
        let crowd = self.crowds[call.service.0 as usize];
        let full = service.backlog.is_some_and(|most| crowd.waiting >= most);
        let free = service.replicas == 1 && self.has_room(call.service, service);
        if self.is_closed(call.service, is_at) {
            self.law("refused at a closed door", true, String::new);
        } else {
            self.law("refused by a full backlog", full && !free, || {
                format!("{call:?} beside {} that wait, a worker is free: {free}", crowd.waiting)
            });
        }
        self.say(call, Err(Cause::Refused));
        self.tally.refused(call);
    }

    /// Whether the one replica of a service could begin one more.
    fn has_room(&self, id: ServiceId, service: &Service) -> bool {
        let still = self.holds(|place| is_at(place, id), |harm| *harm == Harm::Pause);
        let first = self.first_lanes[id.0 as usize];
        let mut lanes = first..first + service.runtime.workers();
        let idle = lanes.any(|lane| self.lanes.get(&lane).is_none_or(|is| *is == Activity::Idle));
        let most = service.in_flight.unwrap_or(u32::MAX);
        idle && !still && self.crowds[id.0 as usize].begun < most
    }

    pub fn on_accepted(&mut self, call: &Call, queued: bool) {
        let away = |harm: &Harm| matches!(harm, Harm::Down(_));
        let gone = self.holds(|place| place == Place::Service(call.service), away);
        self.law("accepted", !gone, || format!("{call:?} by a service that is away"));
        self.note(call, |way| way.come = true);
        self.crowds[call.service.0 as usize].waiting += u32::from(queued);
    }

    pub fn on_began(&mut self, call: &Call, lane: u32, queued: bool) {
        let crowd = &mut self.crowds[call.service.0 as usize];
        crowd.begun += 1;
        crowd.waiting -= u32::from(queued);
        self.note(call, |way| way.lane = Some(lane));
    }

    pub fn on_ended(&mut self, call: &Call, ok: bool) {
        self.crowds[call.service.0 as usize].begun -= 1;
        self.note(call, |way| way.ended = Some(ok));
    }

    pub fn on_crashed(&mut self, call: &Call, waited: bool) {
        let crowd = &mut self.crowds[call.service.0 as usize];
        if waited {
            crowd.waiting -= 1;
        } else {
            crowd.begun -= 1;
        }
        let replica = self.way(call).and_then(|way| way.lane).map(|lane| self.replica(lane));
        let here = |place| match place {
            Place::Replica(of, index) => of == call.service && replica.is_none_or(|replica| replica == index),
            place => place == Place::Service(call.service),
        };
        let kept = self.dies(here);
        self.law("crashed", kept, || format!("{call:?}"));
        self.say(call, Err(Cause::Reset));
    }

    fn replica(&self, lane: u32) -> u32 {
        let service = self.first_lanes.partition_point(|first| *first <= lane) - 1;
        (lane - self.first_lanes[service]) / self.scenario.services[service].lanes()
    }

    /// Which of its callers' replicas a call comes from; a client is one.
    fn place_of(&self, parent: Option<u32>) -> u32 {
        let caller = parent.and_then(|parent| self.calls.get(&parent));
        caller.and_then(|way| way.lane).map_or(0, |lane| self.replica(lane))
    }

    fn door(&mut self, edge: EdgeId, parent: Option<u32>) -> &mut Door {
        let place = self.place_of(parent);
        self.doors.entry((edge, place)).or_default()
    }

    /// One more attempt of a call with policies, unless it stands beside another one.
    pub fn on_attempt(&mut self, call: &Call, guard: u32) {
        let now = self.now;
        if let Some(tries) = self.guards.get_mut(&guard).filter(|_| call.attempt != Attempt::Hedge) {
            tries.sent = Some(now);
        }
        let door = self.door(call.edge, call.parent);
        door.sent += 1;
        door.under_way += 1;
    }

    /// An attempt is under way no longer.
    pub fn attempt_over(&mut self, call: &Call, outcome: Option<Result<(), Cause>>) {
        let (now, guard) = (self.now, call.guard.filter(|_| call.attempt != Attempt::Only));
        let Some(guard) = guard else { return };
        if let Some(tries) = self.guards.get_mut(&guard) {
            tries.last = outcome.or(tries.last);
        }
        let door = self.door(call.edge, call.parent);
        door.under_way = door.under_way.saturating_sub(1);
        door.over = match door.over {
            (at, count) if at == now => (at, count + 1),
            _ => (now, 1),
        };
    }

    pub fn on_breaker(&mut self, edge: EdgeId, replica: u32, state: State) {
        let now = self.now;
        let door = self.doors.entry((edge, replica)).or_default();
        if door.shut && state == State::Closed {
            door.opened = now;
        }
        door.shut = state != State::Closed;
    }

    pub fn on_called(&mut self, call: &Guarded) {
        let tries = Tries {
            since: self.now,
            sent: None,
            last: None,
        };
        self.guards.insert(call.slot, tries);
    }

    pub fn on_returned(&mut self, call: &Call, outcome: Result<(), Cause>) {
        let Some(way) = self.way(call) else { return };
        if !way.delivery {
            self.tally.returned(call, outcome);
            if call.guard.is_none() && call.parent.is_none() {
                self.learnt.insert(call.request, outcome);
            }
        }
        match outcome {
            Err(Cause::Timeout) if way.delivery => {}
            Err(Cause::Timeout) => {
                let timeout = self.edge(call.edge, call.sent).timeout;
                let kept = self.is_due(call.parent, call.sent, timeout) && call.attempt == Attempt::Only;
                self.law("call timed out", kept, || format!("{call:?} with {timeout:?}"));
            }
            _ if way.delivery || matches!(call.mode, Mode::Oneway | Mode::Forward) => {}
            Err(Cause::Reset) if self.dies_with(call.parent) => {
                self.law("reset with its caller", true, String::new);
            }
            _ => self.check_outcome(way, outcome),
        }
    }

    /// Whether a time that began then is over now, or was so while the caller stood still.
    fn is_due(&self, parent: Option<u32>, since: Instant, time: Option<Duration>) -> bool {
        let Some(time) = time else { return false };
        since + time == self.now || self.pauses(parent) && since + time < self.now
    }

    /// A caller learns what its callee has said, as far as that is known.
    fn check_outcome(&mut self, way: Way, outcome: Result<(), Cause>) {
        let call = way.call;
        let replies = call.service == NO_SERVICE && call.mode != Mode::Queue;
        let died = self.scenario.faults.iter().any(|fault| {
            let channel = self.broker(&call).map(Place::Channel);
            let here = Some(fault.place) == channel || channel.is_none() && is_at(fault.place, call.service);
            here && fault.harm == Harm::Down(Down::Crash) && call.sent <= fault.at && fault.at <= self.now
        });
        let any = way.forwarded || replies;
        let late = call.guard.is_some() && self.edge(call.edge, way.since).policy.deadline.is_some();
        let (kind, kept) = match outcome {
            Ok(()) => ("replied", any || way.said == Some(Ok(()))),
            Err(Cause::Error) => ("failed by an error", any || way.said == Some(Err(Cause::Error))),
            Err(Cause::Refused) => ("failed by a refusal", way.forwarded || way.said == Some(outcome)),
            // Of a broker that dies nobody tells who waited for it, nor a callee that keeps an answer.
            Err(Cause::Reset) => ("failed by a reset", any || died),
            Err(Cause::Deadline) => ("failed by its deadline", late),
            Err(_) => ("failed by a policy of nobody", false),
        };
        self.law(kind, kept, || {
            format!("{call:?} returns {outcome:?}, was said {:?}", way.said)
        });
    }

    pub fn on_concluded(&mut self, call: &Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        self.tally.concluded(call, outcome);
        if call.parent.is_none() {
            self.learnt.insert(call.request, outcome);
        }
        let Some(tries) = self.guards.remove(&call.slot) else {
            return;
        };
        let Err(cause) = outcome else { return };
        if fell_back {
            return;
        }
        let edge = self.edge(call.edge, tries.since);
        let policy = &edge.policy;
        let (now, still) = (self.now, self.pauses(call.parent));
        let connects = policy.connections.is_some() || policy.setup.is_some();
        let door = *self.door(call.edge, call.parent);
        let crowd = door.under_way + if door.over.0 == now { door.over.1 } else { 0 };
        let (kind, kept) = match cause {
            Cause::Breaker => {
                let shut = door.shut || door.opened == now || still;
                ("breaker", policy.breaker.is_some() && shut)
            }
            Cause::Limit => {
                let full = |most: u32| crowd >= most || connects || still || call.mode == Mode::Oneway;
                ("limit", policy.limit.is_some_and(full))
            }
            Cause::Rate => {
                let often = |rate: f64| f64::from(door.sent) + 1.0 >= rate.floor() || connects || still;
                ("rate", policy.rate.is_some_and(often))
            }
            Cause::Deadline => {
                let due = match policy.deadline {
                    None => false,
                    Some(Deadline::Propagate) => call.parent.is_some(),
                    Some(Deadline::After(time)) => call.parent.is_some() || tries.since + time <= now,
                };
                ("deadline", due)
            }
            Cause::Timeout => {
                let due = match tries.sent.filter(|_| !connects) {
                    Some(sent) => self.is_due(call.parent, sent, edge.timeout),
                    None => edge.timeout.is_some_and(|timeout| tries.since + timeout <= now),
                };
                ("attempt timed out", due)
            }
            Cause::Reset if self.dies_with(call.parent) => ("call reset with its caller", true),
            Cause::Error | Cause::Refused | Cause::Reset => ("attempt failed", tries.last == Some(outcome)),
        };
        self.law(kind, kept, || format!("{call:?}, {} under way", door.under_way));
    }

    pub fn on_failed(&mut self, request: &Request, cause: Cause) {
        let kept = self.learnt.remove(&request.slot) == Some(Err(cause));
        self.law("request failed", kept, || format!("{request:?} by {cause:?}"));
        self.tally.failed(request, cause);
    }
}
