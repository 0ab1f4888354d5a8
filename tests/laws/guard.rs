//! Calls with policies: each has one outcome, whatever its attempts did, and no policy is exceeded.

use super::scenario::{Weather, scenario};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Activity, Attempt, Call, Cause, Guarded, Observer, On, Request};

/// Random scenarios in which most edges have policies.
pub fn guarded(weather: Weather) -> impl Strategy<Value = Scenario> {
    (scenario(weather), vec(policy(), 1..6)).prop_map(|(mut scenario, policies)| {
        for (index, edge) in scenario.edges.iter_mut().enumerate() {
            if matches!(edge.from, Caller::Channel(_)) {
                continue;
            }
            edge.policy = policies[index % policies.len()].clone();
            edge.policy.idempotent &= index % 3 == 0;
        }
        for change in &mut scenario.changes {
            if let Changed::Edge(id, is) = &mut change.to {
                is.policy = policies[id.0 as usize % policies.len()].clone();
            }
        }
        scenario
    })
}

fn policy() -> impl Strategy<Value = Policy> {
    let some = |chance| prop::option::weighted(chance, 1u32..4);
    let ms = |ms: u32| Duration::from_ms(u64::from(ms));
    (
        (
            prop::option::weighted(0.5, retry()),
            prop::option::weighted(0.3, breaker()),
        ),
        (some(0.2), prop::option::weighted(0.2, 5.0..300.0f64), some(0.2)),
        (some(0.2), prop::option::weighted(0.3, 0u32..4), some(0.2)),
        (any::<bool>(), any::<bool>(), prop::bool::weighted(0.2)),
    )
        .prop_map(
            move |(
                (retry, breaker),
                (limit, rate, hedge),
                (connections, setup, deadline),
                (cancel, idempotent, value),
            )| Policy {
                fallback: value.then(|| Fallback::Value("stand-in".to_string())),
                retry,
                breaker,
                limit,
                rate,
                hedge: hedge.map(|n| ms(3 * n)),
                connections,
                setup: setup.map(|n| Dist::Constant(ms(n))),
                deadline: deadline.map(|n| match n {
                    1 => Deadline::Propagate,
                    n => Deadline::After(ms(10 * n)),
                }),
                cancel,
                idempotent,
                every: None,
            },
        )
}

fn retry() -> impl Strategy<Value = Retry> {
    let backoff = prop_oneof![
        (0u64..5).prop_map(|ms| Backoff::Constant(Duration::from_ms(ms))),
        (1u64..5).prop_map(|ms| Backoff::Linear(Duration::from_ms(ms))),
        (1u64..5).prop_map(|ms| Backoff::Exponential {
            first: Duration::from_ms(ms),
            most: Duration::from_ms(20),
        }),
    ];
    let jitter = prop::sample::select(vec![Jitter::None, Jitter::Equal, Jitter::Full, Jitter::Decorrelated]);
    (
        1u32..5,
        backoff,
        jitter,
        prop::option::weighted(0.3, 0.0..1.0f64),
        any::<bool>(),
    )
        .prop_map(|(attempts, backoff, jitter, budget, all)| Retry {
            attempts,
            backoff,
            jitter,
            budget,
            on: if all {
                Cause::ALL.to_vec()
            } else {
                vec![Cause::Timeout, Cause::Refused]
            },
        })
}

fn breaker() -> impl Strategy<Value = Breaker> {
    (1u32..8, 0.2..1.0f64, 1u64..40, 1u32..4).prop_map(|(window, failure_rate, open, half_open)| Breaker {
        window,
        failure_rate,
        minimum_calls: window.div_ceil(2),
        open: Duration::from_ms(open),
        half_open,
    })
}

/// Listens to calls with policies and says what is wrong.
struct Guardian<'a> {
    scenario: &'a Scenario,
    first_lanes: Vec<u32>,
    calls: BTreeMap<u32, Live>,
    /// The guard of each attempt under way, and at which caller's replica.
    attempts: BTreeMap<u32, (u32, u32)>,
    /// What each lane does, and since when.
    lanes: BTreeMap<u32, (Activity, Instant, u32)>,
    /// On which lane each span began.
    homes: BTreeMap<u32, u32>,
    wrong: Vec<String>,
}

struct Live {
    call: Guarded,
    sent: u32,
    hedges: u32,
    succeeded: bool,
}

impl Guardian<'_> {
    fn law(&mut self, kept: bool, text: impl Fn() -> String) {
        if !kept {
            self.wrong.push(text());
        }
    }

    fn blocked_on(&self, parent: u32, edge: EdgeId, since: Instant) -> bool {
        let mut of = self.lanes.values().filter(|(_, _, span)| *span == parent);
        of.any(|(activity, from, _)| *activity == Activity::Blocked(On::Edge(edge)) && *from <= since)
    }
}

impl Observer for Guardian<'_> {
    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, _: Activity, is: Activity, call: u32) {
        self.lanes.insert(lane, (is, now, call));
    }

    fn began(&mut self, _: Instant, call: Call, lane: u32, _: bool) {
        self.homes.insert(call.slot, lane);
    }

    fn called(&mut self, now: Instant, call: Guarded) {
        let live = Live {
            call,
            sent: 0,
            hedges: 0,
            succeeded: false,
        };
        let fresh = self.calls.insert(call.slot, live).is_none();
        self.law(fresh && call.since == now, || format!("{call:?} is called twice"));
    }

    fn sent(&mut self, _: Instant, call: Call, _: Option<u32>) {
        if call.attempt == Attempt::Only {
            return;
        }
        let Some(slot) = call.guard.filter(|slot| self.calls.contains_key(slot)) else {
            self.wrong.push(format!("{call:?} belongs to no call"));
            return;
        };
        let lane = call.parent.and_then(|parent| self.homes.get(&parent).copied());
        let place = lane.map_or(0, |lane| {
            let service = self.first_lanes.partition_point(|first| *first <= lane) - 1;
            (lane - self.first_lanes[service]) / self.scenario.services[service].lanes()
        });
        if call.attempt == Attempt::Hedge {
            self.calls.get_mut(&slot).expect("a live call").hedges += 1;
        } else {
            self.calls.get_mut(&slot).expect("a live call").sent += 1;
        }
        if call.mode != Mode::Oneway && lane.is_some() {
            self.attempts.insert(call.slot, (slot, place));
        }
        let (sent, hedges) = (self.calls[&slot].sent, self.calls[&slot].hedges);
        let policy = &self.scenario.edge(call.edge).policy;
        let most = policy.retry.as_ref().map_or(1, |retry| retry.attempts);
        self.law(sent <= most && hedges <= most, || {
            format!("{call:?}: {sent} attempts and {hedges} hedges of {most}")
        });
        let same = |(other, (_, at)): (&u32, &(u32, u32))| *other != call.slot && *at == place;
        let under_way = self.attempts.iter().filter(|entry| same((entry.0, entry.1)));
        let of_edge =
            under_way.filter(|(_, (guard, _))| self.calls.get(guard).is_some_and(|live| live.call.edge == call.edge));
        let (others, limit) = (of_edge.count() as u32, policy.limit.unwrap_or(u32::MAX));
        let each = 1 + u32::from(policy.hedge.is_some());
        self.law(lane.is_none() || others < limit.saturating_mul(each), || {
            format!("{call:?} is sent beside {others} others; the limit is {limit}")
        });
    }

    fn returned(&mut self, _: Instant, call: Call, outcome: Result<(), Cause>) {
        if call.attempt == Attempt::Only {
            return;
        }
        self.attempts.remove(&call.slot);
        if let Some(live) = call.guard.and_then(|slot| self.calls.get_mut(&slot)) {
            live.succeeded |= outcome.is_ok();
        }
    }

    fn abandoned(&mut self, _: Instant, call: Call, _: Cause) {
        self.attempts.remove(&call.slot);
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        let Some(live) = self.calls.remove(&call.slot) else {
            self.wrong.push(format!("{call:?} is concluded without a call"));
            return;
        };
        let policy = self.scenario.edge(call.edge).policy.clone();
        let earned = live.succeeded || fell_back || call.mode == Mode::Oneway;
        self.law(outcome.is_err() || earned, || {
            format!("{call:?} succeeds without an attempt that did")
        });
        let possible = match outcome {
            Err(Cause::Breaker) => policy.breaker.is_some(),
            Err(Cause::Limit) => policy.limit.is_some(),
            Err(Cause::Rate) => policy.rate.is_some(),
            Err(Cause::Deadline) => policy.deadline.is_some(),
            _ => true,
        };
        self.law(possible, || {
            format!("{call:?} fails by {outcome:?} without such a policy")
        });
        let lone = self.scenario.services.iter().all(|service| {
            let parallel = |operation: &Operation| super::facts::Facts::of(&operation.steps).parallel;
            !service.operations.iter().any(parallel)
        });
        if let (Mode::Sync, Some(parent), true, true) = (call.mode, call.parent, lone, now > call.since) {
            let held = self.blocked_on(parent, call.edge, call.since);
            self.law(held, || {
                format!("{call:?} does not hold its worker from call to outcome")
            });
        }
    }
}

/// Whether all calls with policies keep the law in a run of this scenario.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<(), String> {
    let mut guardian = Guardian {
        scenario,
        first_lanes: scenario.first_lanes(),
        calls: BTreeMap::new(),
        attempts: BTreeMap::new(),
        lanes: BTreeMap::new(),
        homes: BTreeMap::new(),
        wrong: Vec::new(),
    };
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut guardian);
    if let Some(wrong) = guardian.wrong.first() {
        return Err(wrong.clone());
    }
    forgets(scenario, seed)?;
    adds_up(scenario, seed)
}

/// Events after which a story is left alone that may never end: circles through channels go round and round.
const PATIENCE: u64 = 1_000_000;

/// Nothing is remembered of a few requests that are long over.
pub fn forgets(scenario: &Scenario, seed: u64) -> Result<(), String> {
    let mut story = scenario.clone();
    story.run.duration = Duration::from_s(1_000_000);
    story.changes.retain(|change| !matches!(change.to, Changed::Client(..)));
    for client in &mut story.clients {
        client.load = Load::Open(Arrivals::Burst {
            size: 3,
            every: story.run.duration,
        });
    }
    let mut open = Open::default();
    let mut run = Run::new(&story, seed);
    run.advance_dyn(Instant::NEVER, PATIENCE, &mut open);
    // Dead letters that nobody reads lie where they are.
    let lying = open.lying();
    match (open.requests, run.live()) {
        (0, live) if live > lying as usize => Err(format!(
            "{live} live on though every request is over, and {lying} messages lie in channels"
        )),
        _ => Ok(()),
    }
}

/// How many requests are not over, and how many messages lie in each channel.
#[derive(Default)]
struct Open {
    requests: u64,
    depths: BTreeMap<ChannelId, u32>,
    /// Of a topic: how many each group has not taken.
    lags: BTreeMap<(ChannelId, u32), u32>,
}

impl Open {
    /// Messages in queues, and copies of them in topics.
    fn lying(&self) -> u32 {
        let is_topic = |channel: &ChannelId| self.lags.keys().any(|(of, _)| of == channel);
        let queues = self.depths.iter().filter(|(channel, _)| !is_topic(channel));
        queues.map(|(_, depth)| depth).chain(self.lags.values()).sum()
    }
}

impl Observer for Open {
    fn offered(&mut self, _: Instant, _: Request) {
        self.requests += 1;
    }

    fn completed(&mut self, _: Instant, _: Request, _: bool) {
        self.requests -= 1;
    }

    fn depth(&mut self, _: Instant, channel: ChannelId, _: u32, is: u32) {
        self.depths.insert(channel, is);
    }

    fn lag(&mut self, _: Instant, channel: ChannelId, group: u32, _: u32, is: u32) {
        self.lags.insert((channel, group), is);
    }
}

/// Every report on the way adds up.
pub fn adds_up(scenario: &Scenario, seed: u64) -> Result<(), String> {
    let mut meter = Meter::new(scenario);
    let mut run = Run::new(scenario, seed);
    let end = scenario.run.duration.0;
    for part in 1..=8 {
        let until = Instant(end / 8 * part);
        run.advance_dyn(until, u64::MAX, &mut meter);
        let report = meter.report(scenario, seed, until, 0, 0);
        for (name, client) in report.clients.iter() {
            if client.offered != client.replied + client.failed + client.in_flight {
                return Err(format!("client {name} at {until:?}: {client:?}"));
            }
        }
        for (name, edge) in report.edges.iter() {
            if edge.calls != edge.ok + edge.failed + edge.in_flight || edge.in_flight > edge.calls {
                return Err(format!("edge {name} at {until:?}: {edge:?}"));
            }
        }
        for (name, service) in report.services.iter() {
            let sum = service.running_share + service.blocked_share + service.core_wait_share + service.idle_share;
            if (sum - 1.0).abs() > 1e-9 || service.in_flight > service.arrivals {
                return Err(format!("service {name} at {until:?}: {service:?}"));
            }
        }
    }
    Ok(())
}
