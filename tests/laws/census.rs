//! A census of a run with everything in it: nobody is counted twice, nobody is forgotten, and nobody moves who is dead.
//!
//! ```text
//! request   offered ─ outcome ─ completed          call   sent ─ … ─ over at the callee
//! message   published ─ … ─ over                             └─ … ─ returned or abandoned by the caller
//! ```
//!
//! Law: it takes no event's word for how things stand: it counts from the beginning, and compares at every instant.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::*;

/// How far a call has come at its callee.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Away,
    Queued,
    Begun,
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Live {
    call: Call,
    stage: Stage,
    /// The caller still waits for it.
    awaited: bool,
    request: u64,
    lane: u32,
}

#[derive(Clone, Copy, Debug)]
struct Root {
    number: u64,
    outcome: bool,
    /// Calls and messages of it that are not over.
    open: i64,
}

/// What has been seen, to know that a law was not true for want of cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub crashed: u64,
    pub resets: u64,
    pub frozen: u64,
    pub turned_away: u64,
    pub messages_lost: u64,
    pub completed: u64,
}

/// The books.
pub struct Census<'s> {
    scenario: &'s Scenario,
    first_lanes: Vec<u32>,
    now: Instant,
    numbers: u64,
    requests: BTreeMap<u32, Root>,
    calls: BTreeMap<u32, Live>,
    guards: BTreeMap<u32, Guarded>,
    messages: BTreeMap<u32, Message>,
    /// Request of each message, where it has one.
    causes: BTreeMap<u32, Option<u64>>,
    jobs: BTreeSet<u32>,
    lanes: BTreeMap<u32, (Activity, u32)>,
    depths: BTreeMap<u32, u32>,
    /// The greatest slots so far: of requests, of calls and jobs, of calls with policies, of messages.
    pub greatest: [Option<u32>; 4],
    /// How many calls, jobs and messages have come so far.
    pub entered: u64,
    /// When calls, with policies or not, were over, in order.
    pub over: VecDeque<Instant>,
    pub seen: Seen,
    pub wrong: Vec<String>,
}

impl<'s> Census<'s> {
    pub fn new(scenario: &'s Scenario) -> Census<'s> {
        Census {
            scenario,
            first_lanes: scenario.first_lanes(),
            now: Instant::START,
            numbers: 0,
            requests: BTreeMap::new(),
            calls: BTreeMap::new(),
            guards: BTreeMap::new(),
            messages: BTreeMap::new(),
            causes: BTreeMap::new(),
            jobs: BTreeSet::new(),
            lanes: BTreeMap::new(),
            depths: BTreeMap::new(),
            greatest: [None; 4],
            entered: 0,
            over: VecDeque::new(),
            seen: Seen::default(),
            wrong: Vec::new(),
        }
    }

    /// How many requests are not over, and how many messages nobody has taken.
    pub fn left(&self) -> (usize, usize) {
        (self.requests.len(), self.messages.len())
    }

    /// How many requests, calls, calls with policies, messages and jobs live.
    pub fn living(&self) -> [usize; 5] {
        [
            self.requests.len(),
            self.calls.len(),
            self.guards.len(),
            self.messages.len(),
            self.jobs.len(),
        ]
    }

    /// Something new has a slot of its table.
    fn takes(&mut self, table: usize, slot: u32) {
        self.entered += 1;
        self.greatest[table] = self.greatest[table].max(Some(slot));
    }

    fn law(&mut self, kept: bool, text: impl FnOnce() -> String) {
        if !kept && self.wrong.len() < 5 {
            self.wrong.push(format!("{:?}: {}", self.now, text()));
        }
    }

    fn step(&mut self, now: Instant) {
        let was = self.now;
        self.law(now >= was, || format!("time goes back to {now:?}"));
        self.now = now;
    }

    /// The service and the replica of a lane.
    fn place(&self, lane: u32) -> (ServiceId, u32) {
        let service = self.first_lanes.partition_point(|first| *first <= lane) - 1;
        let within = lane - self.first_lanes[service];
        (
            ServiceId(service as u32),
            within / self.scenario.services[service].lanes(),
        )
    }

    /// Whether a fault of this kind has held at a lane's replica since before this instant.
    fn holds(&self, lane: u32, harm: &Harm) -> bool {
        let (service, replica) = self.place(lane);
        self.scenario.faults.iter().any(|fault| {
            let here = [Place::Service(service), Place::Replica(service, replica)].contains(&fault.place);
            here && fault.harm == *harm && fault.at < self.now && self.now < fault.until
        })
    }

    fn enter(&mut self, call: Call, awaited: bool) {
        let request = self.requests.get(&call.request).map(|root| root.number);
        let known = self.calls.get(&call.slot).copied();
        self.law(known.is_none(), || format!("{call:?} takes the slot of {known:?}"));
        let parent = call.parent.map(|slot| self.calls.get(&slot).map(|live| live.stage));
        let alive = parent.is_none_or(|stage| stage == Some(Stage::Begun));
        // A call that nobody waits for may have waited for a connection, or for its turn.
        let late = call.mode == Mode::Oneway && call.guard.is_some();
        self.law(alive || late, || {
            format!("{call:?} is sent by a span that is {parent:?}")
        });
        let Some(number) = request else {
            self.law(false, || format!("{call:?} is sent for nobody"));
            return;
        };
        self.open(call.request, number, 1);
        self.takes(1, call.slot);
        self.calls.insert(
            call.slot,
            Live {
                call,
                stage: Stage::Away,
                awaited,
                request: number,
                lane: u32::MAX,
            },
        );
    }

    fn open(&mut self, slot: u32, number: u64, by: i64) {
        match self.requests.get_mut(&slot) {
            Some(root) if root.number == number => root.open += by,
            _ => self.law(false, || format!("request {number} in slot {slot} is not there")),
        }
    }

    /// The callee's side moves on.
    fn stage(&mut self, call: &Call, from: &[Stage], to: Stage) {
        let Some(live) = self.calls.get_mut(&call.slot) else {
            self.law(false, || format!("{call:?} is nobody"));
            return;
        };
        let (was, same) = (live.stage, (live.call.edge, live.call.sent) == (call.edge, call.sent));
        live.stage = to;
        self.law(from.contains(&was) && same, || {
            format!("{call:?} goes from {was:?} to {to:?}")
        });
        if to == Stage::Over {
            let number = self.calls[&call.slot].request;
            self.open(call.request, number, -1);
            self.settle(call.slot);
        }
    }

    /// The caller learns, or does not want to know any more.
    fn learn(&mut self, call: &Call) {
        match self.calls.get_mut(&call.slot) {
            Some(live) if live.awaited => live.awaited = false,
            _ => {
                self.law(false, || format!("{call:?} returns, and nobody waits"));
                return;
            }
        }
        self.settle(call.slot);
    }

    fn settle(&mut self, slot: u32) {
        if self
            .calls
            .get(&slot)
            .is_some_and(|live| live.stage == Stage::Over && !live.awaited)
        {
            self.calls.remove(&slot);
            self.over.push_back(self.now);
        }
    }

    fn message_enters(&mut self, message: Message) {
        let number = message
            .request
            .and_then(|slot| self.requests.get(&slot).map(|root| root.number));
        if let (Some(slot), Some(number)) = (message.request, number) {
            self.open(slot, number, 1);
        }
        self.takes(3, message.slot);
        let old = self.messages.insert(message.slot, message);
        self.law(old.is_none(), || format!("{message:?} takes the slot of {old:?}"));
        self.causes.insert(message.slot, number);
    }

    fn message_ends(&mut self, message: Message) {
        let there = self.messages.remove(&message.slot).is_some();
        self.law(there, || format!("{message:?} is over twice"));
        if let (Some(slot), Some(Some(number))) = (message.request, self.causes.remove(&message.slot)) {
            self.open(slot, number, -1);
        }
    }

    /// Nobody is left of requests that are over.
    fn close(&mut self, request: &Request) {
        let Some(root) = self.requests.remove(&request.slot) else {
            self.law(false, || format!("{request:?} is completed twice"));
            return;
        };
        self.seen.completed += 1;
        self.law(root.outcome && root.open == 0, || {
            format!("{request:?} is completed as {root:?}")
        });
    }
}

impl Observer for Census<'_> {
    fn offered(&mut self, now: Instant, request: Request) {
        self.step(now);
        self.numbers += 1;
        self.takes(0, request.slot);
        let root = Root {
            number: self.numbers,
            outcome: false,
            open: 0,
        };
        let old = self.requests.insert(request.slot, root);
        self.law(old.is_none(), || format!("{request:?} takes the slot of {old:?}"));
    }

    fn replied(&mut self, now: Instant, request: Request) {
        self.step(now);
        let first = self
            .requests
            .get_mut(&request.slot)
            .map(|root| std::mem::replace(&mut root.outcome, true));
        self.law(first == Some(false), || format!("{request:?} has a second outcome"));
    }

    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        self.seen.resets += u64::from(cause == Cause::Reset);
        self.replied(now, request);
    }

    fn completed(&mut self, now: Instant, request: Request, _: bool) {
        self.step(now);
        self.close(&request);
    }

    fn called(&mut self, now: Instant, call: Guarded) {
        self.step(now);
        self.takes(2, call.slot);
        let old = self.guards.insert(call.slot, call);
        self.law(old.is_none(), || format!("{call:?} takes the slot of {old:?}"));
    }

    fn concluded(&mut self, now: Instant, call: Guarded, _: Result<(), Cause>, _: bool) {
        self.step(now);
        self.over.push_back(now);
        let there = self.guards.remove(&call.slot).is_some();
        self.law(there, || format!("{call:?} is concluded twice"));
    }

    fn sent(&mut self, now: Instant, call: Call, lane: Option<u32>) {
        self.step(now);
        if let Some(lane) = lane {
            let idle = self.lanes.get(&lane).is_none_or(|(is, _)| *is == Activity::Idle);
            let dead = self.holds(lane, &Harm::Down(Down::Crash));
            self.law(!(idle && dead), || format!("{call:?} is sent from a dead replica"));
        }
        self.enter(call, true);
    }

    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        self.step(now);
        let known = self.messages.contains_key(&message.slot);
        self.law(known, || format!("{message:?} is delivered, and is not there"));
        if !self.calls.contains_key(&call.slot) {
            // The delivery of an edge's own channel; nobody waits for it.
            self.enter(call, false);
        }
    }

    fn lost(&mut self, now: Instant, call: Call) {
        self.step(now);
        let Some(live) = self.calls.get(&call.slot) else { return };
        let mine = live.call.sent == call.sent && live.call.edge == call.edge;
        if mine && live.stage == Stage::Away {
            self.stage(&call, &[Stage::Away], Stage::Over);
        }
    }

    fn turned_away(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.seen.turned_away += 1;
        self.stage(&call, &[Stage::Away], Stage::Over);
    }

    fn returned(&mut self, now: Instant, call: Call, _: Result<(), Cause>) {
        self.step(now);
        self.learn(&call);
    }

    fn abandoned(&mut self, now: Instant, call: Call, _: Cause) {
        self.step(now);
        self.learn(&call);
    }

    fn accepted(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        self.stage(&call, &[Stage::Away], Stage::Queued);
    }

    fn refused(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.stage(&call, &[Stage::Away], Stage::Over);
    }

    fn began(&mut self, now: Instant, call: Call, lane: u32, _: bool) {
        self.step(now);
        self.stage(&call, &[Stage::Queued], Stage::Begun);
        if let Some(live) = self.calls.get_mut(&call.slot) {
            live.lane = lane;
        }
        let away = self.holds(lane, &Harm::Down(Down::Crash)) || self.holds(lane, &Harm::Pause);
        self.law(!away, || {
            format!("{call:?} begins at a replica that is dead or stands still")
        });
    }

    fn responded(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        let there = self
            .calls
            .get(&call.slot)
            .is_some_and(|live| live.stage == Stage::Begun);
        self.law(there, || format!("{call:?} replies, and is not at work"));
    }

    fn ended(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        self.stage(&call, &[Stage::Begun], Stage::Over);
    }

    fn crashed(&mut self, now: Instant, call: Call, waited: bool) {
        self.step(now);
        self.seen.crashed += 1;
        let from = if waited { Stage::Queued } else { Stage::Begun };
        self.stage(&call, &[from], Stage::Over);
    }

    fn offloaded(&mut self, now: Instant, job: Job, _: bool) {
        self.step(now);
        self.takes(1, job.slot);
        let fresh = self.jobs.insert(job.slot);
        self.law(fresh, || format!("{job:?} comes twice"));
    }

    fn job_crashed(&mut self, now: Instant, job: Job, _: bool) {
        self.step(now);
        let there = self.jobs.remove(&job.slot);
        self.law(there, || format!("{job:?} dies, and is not there"));
    }

    fn brought_back(&mut self, now: Instant, job: Job, _: bool) {
        self.step(now);
        let there = self.jobs.remove(&job.slot);
        self.law(there, || format!("{job:?} is over twice"));
    }

    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, was: Activity, is: Activity, call: u32) {
        self.step(now);
        let known = self.lanes.get(&lane).map_or(Activity::Idle, |(is, _)| *is);
        self.law(known == was, || format!("lane {lane} was {known:?}, not {was:?}"));
        self.lanes.insert(lane, (is, call));
        self.seen.frozen += u64::from(self.holds(lane, &Harm::Pause));
        let dead = is != Activity::Idle && self.holds(lane, &Harm::Down(Down::Crash));
        self.law(!dead, || format!("lane {lane} is {is:?} while its replica is dead"));
        let still = is != Activity::Idle && self.holds(lane, &Harm::Pause);
        self.law(!still, || {
            format!("lane {lane} turns to {is:?} while its replica stands still")
        });
    }

    fn published(&mut self, now: Instant, call: Call, message: Message) {
        self.step(now);
        self.message_enters(message);
        self.stage(&call, &[Stage::Away], Stage::Over);
    }

    fn copied(&mut self, now: Instant, message: Message, _: u32) {
        self.step(now);
        self.message_enters(message);
    }

    fn overflowed(&mut self, now: Instant, call: Call, _: ChannelId) {
        self.step(now);
        self.stage(&call, &[Stage::Away], Stage::Over);
    }

    fn depth(&mut self, now: Instant, channel: ChannelId, was: u32, is: u32) {
        self.step(now);
        let known = self.depths.insert(channel.0, is).unwrap_or(0);
        self.law(known == was && was.abs_diff(is) == 1, || {
            format!("{channel:?} held {known}, not {was}, and holds {is}")
        });
    }

    fn settled(&mut self, now: Instant, message: Message, _: bool) {
        self.step(now);
        self.message_ends(message);
    }

    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {
        self.step(now);
        self.message_enters(letter);
        self.message_ends(message);
    }

    fn dropped(&mut self, now: Instant, message: Message, _: Gone) {
        self.step(now);
        self.seen.messages_lost += 1;
        self.message_ends(message);
    }

    fn expired(&mut self, now: Instant, message: Message) {
        self.step(now);
        self.message_ends(message);
    }
}
