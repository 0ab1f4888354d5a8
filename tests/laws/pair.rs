//! Rule 7: two variants with one seed see the same arrivals, and the same times wherever both do the same work.

use super::load::sources;
use super::tape::{Event, Tape};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

/// One thing in which a variant differs.
#[derive(Clone, Debug)]
pub enum Flip {
    Mode(Index, Mode),
    Timeout(Index, Option<Duration>),
    Replicas(Index, u32),
    Balance(Index, Balance),
    Workers(Index, u32),
    Backlog(Index, Option<u32>),
}

/// What was drawn in a run, and who sent when.
pub struct Draws {
    pub values: BTreeMap<u64, u64>,
    /// Client, number, time and edge of each request of an open client.
    pub arrivals: Vec<(u32, u64, Instant, u32)>,
    /// Client, number and time of each, whether or not anything was sent for it.
    pub offers: Vec<(u32, u64, Instant)>,
    pub completed: bool,
}

/// Any flip; only those that leave everybody's fate as it is where `gentle`.
pub fn flip(gentle: bool) -> impl Strategy<Value = Flip> {
    let index = any::<Index>;
    let balance = if gentle {
        prop_oneof![Just(Balance::RoundRobin), Just(Balance::LeastInFlight)].boxed()
    } else {
        prop_oneof![
            Just(Balance::Random),
            Just(Balance::LeastInFlight),
            Just(Balance::PowerOfTwo)
        ]
        .boxed()
    };
    let rough = u32::from(!gentle);
    prop_oneof![
        8 => (index(), prop::sample::select(Mode::ALL.to_vec())).prop_map(|(i, mode)| Flip::Mode(i, mode)),
        2 * rough => (index(), prop::option::of((1u64..30).prop_map(Duration::from_ms)))
            .prop_map(|(i, timeout)| Flip::Timeout(i, timeout)),
        2 => (index(), 1u32..4).prop_map(|(i, n)| Flip::Replicas(i, n)),
        2 => (index(), balance).prop_map(|(i, balance)| Flip::Balance(i, balance)),
        2 => (index(), 1u32..7).prop_map(|(i, n)| Flip::Workers(i, n)),
        rough => (index(), prop::option::of(0u32..5)).prop_map(|(i, n)| Flip::Backlog(i, n)),
    ]
}

impl Flip {
    /// The scenario with this difference.
    pub fn of(&self, scenario: &Scenario) -> Scenario {
        let mut variant = scenario.clone();
        let (edges, services) = (variant.edges.len(), variant.services.len());
        match self {
            Flip::Mode(i, mode) => {
                let edge = &mut variant.edges[i.index(edges)];
                // How a channel's edges send is not a matter of their mode.
                if edge.service().is_some() && !matches!(edge.from, Caller::Channel(_)) {
                    edge.mode = super::scenario::possible(*mode, edge.from);
                }
            }
            Flip::Timeout(i, timeout) => variant.edges[i.index(edges)].timeout = *timeout,
            Flip::Replicas(i, n) => variant.services[i.index(services)].replicas = *n,
            Flip::Balance(i, balance) => variant.services[i.index(services)].balance = *balance,
            Flip::Backlog(i, backlog) => variant.services[i.index(services)].backlog = *backlog,
            Flip::Workers(i, n) => {
                let runtime = &mut variant.services[i.index(services)].runtime;
                *runtime = match runtime {
                    Runtime::Threads(_) => Runtime::Threads(*n),
                    Runtime::Loop(_) => Runtime::Loop(*n),
                };
            }
        }
        variant
    }
}

/// The scenario in which the time at which a message is sent does not decide how long it travels, nor that at which a
/// user thinks for how long.
pub fn steady(mut scenario: Scenario) -> Scenario {
    let thoughts: Vec<Option<Dist>> = (0..scenario.clients.len())
        .map(|client| thought(&scenario, client))
        .collect();
    scenario.changes.iter_mut().for_each(|change| match &mut change.to {
        Changed::Edge(id, is) => is.latency = scenario.edges[id.0 as usize].latency.clone(),
        Changed::Client(id, is) => {
            if let (Load::Closed { think, .. }, Some(first)) = (&mut is.load, &thoughts[id.0 as usize]) {
                *think = first.clone();
            }
        }
        _ => {}
    });
    scenario
}

/// How long users of a client think, as long as nothing changes that.
fn thought(scenario: &Scenario, client: usize) -> Option<Dist> {
    let sources = sources(scenario, client).into_iter();
    let mut thoughts = sources.filter_map(|source| match source.load {
        Load::Closed { think, .. } => Some(think),
        Load::Open(_) => None,
    });
    thoughts.next()
}

/// Calm scenarios in which a few requests come at once and all the work is over long before the end.
pub fn short_story(calm: impl Strategy<Value = Scenario>) -> impl Strategy<Value = Scenario> {
    (calm, 1u32..6).prop_map(|(mut scenario, size)| {
        scenario.run.duration = Duration::from_s(1_000_000);
        for client in &mut scenario.clients {
            client.load = Load::Open(Arrivals::Burst {
                size,
                every: scenario.run.duration,
            });
        }
        // A network and a choice of replicas draw for each message, and a mode decides how many messages there are.
        for edge in &mut scenario.edges {
            edge.latency = Dist::Constant(Duration::ZERO);
        }
        for service in &mut scenario.services {
            service.balance = Balance::RoundRobin;
        }
        scenario
    })
}

/// Runs and keeps what was drawn. The error names a draw that was made twice.
pub fn draws(scenario: &Scenario, seed: u64) -> Result<Draws, String> {
    let mut tape = Tape::default();
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut tape);
    let mut draws = Draws {
        values: BTreeMap::new(),
        arrivals: Vec::new(),
        offers: Vec::new(),
        completed: false,
    };
    let mut live = BTreeMap::new();
    for (now, event) in &tape.0 {
        match event {
            Event::Drawn(key, value) => {
                if let Some(old) = draws.values.insert(*key, *value) {
                    return Err(format!(
                        "the key {key} is drawn a second time at {now:?}: {old}, then {value}"
                    ));
                }
            }
            Event::Offered(request) => {
                live.insert(request.slot, *request);
                if is_open(scenario, request.client) {
                    draws.offers.push((request.client.0, request.number, *now));
                }
            }
            Event::Completed(request, _) => {
                live.remove(&request.slot);
            }
            Event::Sent(call, None) if !matches!(scenario.edge(call.edge).from, Caller::Channel(_)) => {
                let of = live
                    .get(&call.request)
                    .filter(|request| is_open(scenario, request.client));
                draws
                    .arrivals
                    .extend(of.map(|request| (request.client.0, request.number, *now, call.edge.0)));
            }
            _ => {}
        }
    }
    draws.completed = live.is_empty();
    draws.arrivals.sort();
    Ok(draws)
}

fn is_open(scenario: &Scenario, client: ClientId) -> bool {
    let mut sources = sources(scenario, client.0 as usize).into_iter();
    sources.all(|source| matches!(source.load, Load::Open(_)))
}

/// What is drawn under one key is the same in both runs; yields how many keys they share.
pub fn agree(a: &Draws, b: &Draws) -> Result<u64, String> {
    if a.arrivals != b.arrivals {
        let differing = a.arrivals.iter().zip(&b.arrivals).find(|(a, b)| a != b);
        return Err(format!(
            "{} and {} arrivals, {differing:?}",
            a.arrivals.len(),
            b.arrivals.len()
        ));
    }
    let mut shared = 0;
    for (key, value) in &a.values {
        match b.values.get(key) {
            Some(other) if other != value => {
                return Err(format!("key {key}: {value} in one run, {other} in the other"));
            }
            Some(_) => shared += 1,
            None => {}
        }
    }
    Ok(shared)
}
