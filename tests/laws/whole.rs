//! Random scenarios with everything at once: policies, channels and data, pools, sagas, offload threads, cold starts,
//! the newest first, and faults of every kind.

use super::guard::guarded;
use super::scenario::{Weather, dist, grid, weighted};
use super::{cost, data};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

/// Whole scenarios with faults.
pub fn whole() -> impl Strategy<Value = Scenario> {
    (furnished(), vec(fault(), 0..5)).prop_map(|(scenario, faults)| with_faults(scenario, faults))
}

/// Whole scenarios in which half of all times are constants of whole milliseconds, so that much happens at one instant.
pub fn coarse() -> impl Strategy<Value = Scenario> {
    prop_oneof![whole(), whole().prop_map(rounded)]
}

/// The same scenario without chance in its times.
pub fn rounded(mut scenario: Scenario) -> Scenario {
    scenario.clients.iter_mut().for_each(round_client);
    scenario.edges.iter_mut().for_each(round_edge);
    for service in &mut scenario.services {
        round(&mut service.cold_start);
        service
            .operations
            .iter_mut()
            .for_each(|operation| round_steps(&mut operation.steps));
    }
    scenario
        .channels
        .iter_mut()
        .for_each(|channel| round_rules(&mut channel.rules));
    for change in &mut scenario.changes {
        match &mut change.to {
            Changed::Edge(_, is) => round_edge(is),
            Changed::Client(_, is) => round_client(is),
            Changed::Channel(_, is) => round_rules(&mut is.rules),
            Changed::Service(..) => {}
        }
    }
    scenario
}

/// A constant near the least of all possible times, or near some of them.
fn round(dist: &mut Dist) {
    let low = super::facts::bounds(dist).low;
    let ms = low
        .div_ceil(1_000_000)
        .max(u64::from(!matches!(dist, Dist::Constant(_))));
    *dist = Dist::Constant(Duration::from_ms(ms));
}

fn round_client(client: &mut Client) {
    match &mut client.load {
        Load::Closed { think, .. } => round(think),
        Load::Open(Arrivals::Renewal(gap)) => round(gap),
        Load::Open(arrivals) => {
            if let Arrivals::Poisson { gap_ns } = *arrivals {
                *arrivals = Arrivals::Constant { gap_ns };
            }
        }
    }
}

fn round_rules(rules: &mut ChannelRules) {
    round(&mut rules.delivery);
    round(&mut rules.ack);
}

fn round_edge(edge: &mut Edge) {
    round(&mut edge.latency);
    round_rules(&mut edge.channel);
    edge.policy.setup.iter_mut().for_each(round);
}

fn round_steps(steps: &mut [Step]) {
    for step in steps {
        match step {
            Step::Work(dist) | Step::Wait(dist) => round(dist),
            Step::Parallel { branches, .. } => branches.iter_mut().for_each(|branch| round_steps(branch)),
            Step::Choose(branches) => branches.iter_mut().for_each(|(_, branch)| round_steps(branch)),
            Step::Repeat { body, .. } | Step::Hold { body, .. } | Step::Offload(body) => round_steps(body),
            Step::Saga(parts) => parts.iter_mut().for_each(|part| {
                round_steps(&mut part.step);
                round_steps(&mut part.undo);
            }),
            _ => {}
        }
    }
}

/// Whole scenarios in which nothing is struck by a fault.
pub fn furnished() -> impl Strategy<Value = Scenario> {
    let plain = (guarded(Weather::Any), data::items(Weather::Any))
        .prop_map(|(scenario, items)| data::with_items(scenario, items));
    (plain, vec(fitting(), 1..4)).prop_map(|(mut scenario, fittings)| {
        for (index, service) in scenario.services.iter_mut().enumerate() {
            fit(service, &fittings[index % fittings.len()]);
        }
        cost::trim(&scenario.clients, &mut scenario.services, &scenario.edges);
        scenario
    })
}

/// What a service may have beside its workers.
#[derive(Clone, Debug)]
struct Fitting {
    lifo: bool,
    cold: Option<(Dist, Option<Duration>)>,
    pool: Option<u32>,
    /// Where steps are wrapped, and in what.
    wraps: Vec<(Index, Wrap)>,
    offload: u32,
}

#[derive(Clone, Copy, Debug)]
enum Wrap {
    Hold,
    Acquire,
    Saga,
    Offload,
}

fn fitting() -> impl Strategy<Value = Fitting> {
    let wrap = prop::sample::select(vec![Wrap::Hold, Wrap::Acquire, Wrap::Saga, Wrap::Offload]);
    (
        prop::bool::weighted(0.2),
        weighted(0.3, (dist(false), weighted(0.5, grid()))),
        weighted(0.6, 1u32..4),
        vec((any::<Index>(), wrap), 0..4),
        0u32..3,
    )
        .prop_map(|(lifo, cold, pool, wraps, offload)| Fitting {
            lifo,
            cold,
            pool,
            wraps,
            offload,
        })
}

fn fit(service: &mut Service, fitting: &Fitting) {
    if fitting.lifo {
        service.discipline = Discipline::Lifo;
    }
    if let Some((start, keep)) = &fitting.cold {
        (service.cold_start, service.keep_warm) = (start.clone(), *keep);
    }
    if let Some(size) = fitting.pool {
        service.pools.push(Pool {
            name: "pool".to_string(),
            size,
        });
    }
    if matches!(service.runtime, Runtime::Loop(_)) {
        service.offload = fitting.offload;
    }
    let (pooled, offloads) = (!service.pools.is_empty(), service.offload > 0);
    for (place, wrap) in &fitting.wraps {
        let operation = place.index(service.operations.len());
        let steps = &mut service.operations[operation].steps;
        let index = place.index(steps.len() + 1).min(steps.len().saturating_sub(1));
        let body: Vec<Step> = steps.drain(index.min(steps.len())..).collect();
        steps.extend(wrapped(*wrap, body, pooled, offloads));
    }
}

/// The same steps inside of something, where the service has what that takes.
fn wrapped(wrap: Wrap, body: Vec<Step>, pooled: bool, offloads: bool) -> Vec<Step> {
    match wrap {
        Wrap::Hold if pooled && !holds(&body) => vec![Step::Hold { pool: 0, body }],
        Wrap::Acquire if pooled && !holds(&body) => {
            let mut steps = vec![Step::Acquire(0)];
            steps.extend(body);
            steps.push(Step::Release(0));
            steps
        }
        Wrap::Saga => {
            let undo = vec![Step::Work(Dist::Constant(Duration::from_ms(1)))];
            let last = SagaStep {
                step: vec![Step::Fail(0.3)],
                undo: Vec::new(),
            };
            vec![Step::Saga(vec![SagaStep { step: body, undo }, last])]
        }
        Wrap::Offload if offloads && !offloaded(&body) => vec![Step::Offload(body)],
        _ => body,
    }
}

fn any_step(steps: &[Step], is: &dyn Fn(&Step) -> bool) -> bool {
    steps.iter().any(|step| {
        is(step)
            || match step {
                Step::Parallel { branches, .. } => branches.iter().any(|branch| any_step(branch, is)),
                Step::Choose(branches) => branches.iter().any(|(_, branch)| any_step(branch, is)),
                Step::Repeat { body, .. } | Step::Hold { body, .. } | Step::Offload(body) => any_step(body, is),
                Step::Saga(parts) => parts
                    .iter()
                    .any(|part| any_step(&part.step, is) || any_step(&part.undo, is)),
                _ => false,
            }
    })
}

fn holds(steps: &[Step]) -> bool {
    any_step(steps, &|step| matches!(step, Step::Hold { .. } | Step::Acquire(_)))
}

fn offloaded(steps: &[Step]) -> bool {
    any_step(steps, &|step| matches!(step, Step::Offload(_)))
}

/// A fault before its place is known: from, for how many hundredths of the run, which place, and what.
type FaultDraft = (u64, Option<u64>, Index, Index, u32);

fn fault() -> impl Strategy<Value = FaultDraft> {
    (
        0u64..100,
        weighted(0.8, 1u64..50),
        any::<Index>(),
        any::<Index>(),
        0u32..100,
    )
}

/// The same scenario, struck.
pub fn with_faults(mut scenario: Scenario, drafts: Vec<FaultDraft>) -> Scenario {
    let all: Vec<Place> = places(&scenario);
    let hundredth = scenario.run.duration.0 / 100 / 1_000_000 * 1_000_000;
    for (from, length, place, harm, number) in drafts {
        let place = all[place.index(all.len())];
        let harms = harms(place, f64::from(number) / 100.0);
        let at = Instant(from * hundredth);
        scenario.faults.push(Fault {
            at,
            until: length.map_or(Instant::NEVER, |length| at + Duration(length * hundredth.max(1))),
            place,
            harm: harms[harm.index(harms.len())].clone(),
        });
    }
    scenario.faults.sort_by_key(|fault| fault.at);
    scenario
}

/// The same scenario with time for everything to end, and faults that do.
pub fn with_an_end(mut scenario: Scenario) -> Scenario {
    let stop = Instant::START + scenario.run.duration;
    scenario.run.duration = Duration::from_s(30);
    scenario
        .clients
        .iter_mut()
        .for_each(|client| client.stop = client.stop.min(stop));
    for change in &mut scenario.changes {
        if let Changed::Client(_, is) = &mut change.to {
            is.stop = is.stop.min(stop);
        }
    }
    for fault in &mut scenario.faults {
        fault.until = fault.until.min(stop + Duration::from_s(1));
    }
    scenario
}

fn places(scenario: &Scenario) -> Vec<Place> {
    let mut places = Vec::new();
    for (index, service) in (0..).zip(&scenario.services) {
        places.push(Place::Service(ServiceId(index)));
        places.extend((0..service.replicas).map(|replica| Place::Replica(ServiceId(index), replica)));
    }
    places.extend((0..scenario.edges.len() as u32).map(|edge| Place::Edge(EdgeId(edge))));
    places.extend((0..scenario.channels.len() as u32).map(|channel| Place::Channel(ChannelId(channel))));
    places
}

fn harms(place: Place, share: f64) -> Vec<Harm> {
    match place {
        Place::Service(_) | Place::Replica(..) => vec![
            Harm::Down(Down::Crash),
            Harm::Down(Down::Crash),
            Harm::Down(Down::Refuse),
            Harm::Down(Down::Blackhole),
            Harm::Pause,
            Harm::Pause,
            Harm::Slow(0.5 + 4.0 * share),
            Harm::Fail(share),
        ],
        Place::Edge(_) => vec![
            Harm::Down(Down::Refuse),
            Harm::Down(Down::Blackhole),
            Harm::Loss(share),
            Harm::Latency(Dist::Constant(Duration::from_ms((share * 20.0) as u64))),
        ],
        Place::Channel(_) => vec![
            Harm::Down(Down::Crash),
            Harm::Down(Down::Refuse),
            Harm::Down(Down::Blackhole),
            Harm::Pause,
        ],
    }
}
