//! Which services are offered more than they can do, from the scenario alone.
//!
//! ```text
//! Σ rate (`flow`) × time held (`demand`) ÷ workers × replicas = ρ ≥ 1 ─▶ Overload
//!             and so for cores, pools, offload threads, `inFlight`; of a consumer for `prefetch` and partitions
//! ```
//!
//! Law: what is said here is so. The demand is a lower bound (`demand`), so a scenario that can be stable is never
//! named; one that is not named may still be too slow. Users who think before they call never overload anybody.
//! Retries, faults and changes are not counted.

use super::demand::{Answer, Demand, Reader, mean};
use super::flow::{Flows, batch, delivers, flows, lasting_rate, rate_at};
use crate::scenario::{
    Arrivals, Callee, Caller, ChannelKind, ChannelRules, Client, Dist, Edge, EdgeId, Load, Mode, Overflow, Runtime,
    Scenario, ServiceId,
};
use crate::time::{Duration, Instant};

/// Rounds after which the mean of a circle of calls is near enough to its limit; it comes from below.
const ROUNDS: usize = 1000;
/// Instants at which a load that varies is looked at.
const INSTANTS: usize = 64;
const ROUNDING: f64 = 1e-9;

/// What a service has too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Workers,
    Cores,
    Offload,
    Pool(u32),
    InFlight,
    /// Of the topic behind this edge: each takes up one delivery after the other.
    Partitions(EdgeId),
    /// Messages that may be under way over this edge.
    Prefetch(EdgeId),
}

/// A service that is offered more than it can do.
#[derive(Clone, Debug, PartialEq)]
pub struct Overload {
    pub service: ServiceId,
    pub resource: Resource,
    pub rate_per_s: f64,
    /// What each arrival holds of the resource, in seconds,
    pub held_s: f64,
    /// and how long it works.
    pub work_s: f64,
    pub capacity: f64,
    /// Only while the load is at its highest.
    pub at_peak: bool,
    /// Whether something on the way may refuse or give up what is too much.
    pub sheds: bool,
}

/// The services that cannot keep up, in file order, each with what it lacks most.
pub fn overloads(scenario: &Scenario) -> Vec<Overload> {
    let demands = demands(scenario);
    let sheds = sheds(scenario);
    let least = 1.0 + if is_regular(scenario) { ROUNDING } else { -ROUNDING };
    let lasting = worst(scenario, &demands, lasting_rate);
    let mut peaks: Vec<Option<Overload>> = vec![None; scenario.services.len()];
    for at in instants(scenario) {
        let at_peak = worst(scenario, &demands, |client, _| rate_at(client, at));
        for (peak, now) in peaks.iter_mut().zip(at_peak) {
            let higher = now.ratio() > peak.as_ref().map_or(1.0 + ROUNDING, Overload::ratio);
            *peak = if higher {
                Some(Overload { at_peak: true, ..now })
            } else {
                peak.take()
            };
        }
    }
    let found = lasting.into_iter().zip(peaks).filter_map(|(lasting, peak)| {
        let always = Some(lasting).filter(|lasting| lasting.ratio() >= least);
        always.or(peak)
    });
    found.map(|overload| Overload { sheds, ..overload }).collect()
}

impl Overload {
    /// ρ: what is asked for ÷ what is there.
    pub fn ratio(&self) -> f64 {
        self.rate_per_s * self.held_s / self.capacity
    }

    /// What a reader is told.
    pub fn told(&self, scenario: &Scenario) -> String {
        let service = scenario.service(self.service);
        let verdict = match (self.at_peak, self.sheds) {
            (true, _) => "cannot keep up while its load is highest",
            (false, true) => "is offered more than it can do",
            (false, false) if scenario.changes.is_empty() && scenario.faults.is_empty() => "can never keep up",
            (false, false) => "cannot keep up as the scenario begins",
        };
        let (held, things, remedy) = match self.resource {
            Resource::Workers if self.held_s > 1.1 * self.work_s => (
                "held worker",
                "workers",
                "more replicas or workers, or calls that do not hold them (`await`, `queue`)",
            ),
            Resource::Workers => ("work", "workers", "more replicas or workers, or less work"),
            Resource::Cores => ("work", "cores", "more replicas or cores, or less work"),
            Resource::Offload => ("offload", "offload threads", "more of them, or more replicas"),
            Resource::Pool(_) => ("hold", "places", "a larger pool, or a shorter hold"),
            Resource::InFlight => ("stay", "places `inFlight`", "more of them, or more replicas"),
            Resource::Partitions(_) => ("delivery", "partitions", "more of them, or a shorter delivery"),
            Resource::Prefetch(_) => ("delivery", "places `prefetch`", "more of them, or a shorter delivery"),
        };
        let whose = match self.resource {
            Resource::Pool(pool) => format!(" of pool `{}`", service.pools[pool as usize].name),
            Resource::Partitions(edge) | Resource::Prefetch(edge) => format!(" of {}", scenario.edge(edge).name),
            _ => String::new(),
        };
        let share = (1.0 - 1.0 / self.ratio()) * 100.0;
        let refused = match self.sheds && !self.at_peak {
            true => format!("; at least {} % of that has to be refused or given up", digits(share)),
            false => String::new(),
        };
        format!(
            "`{}` {verdict}: {}/s × {} of {held} = {} {things}{whose}, and there are {} (ρ = {:.2}){refused}; \
             what helps is {remedy}, or fewer requests",
            service.name,
            digits(self.rate_per_s),
            rounded(self.held_s),
            digits(self.rate_per_s * self.held_s),
            self.capacity,
            self.ratio(),
        )
    }
}

/// A number with three digits, or all before the point.
fn digits(number: f64) -> String {
    let places = match number {
        n if n >= 99.95 => 0,
        n if n >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{number:.places$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// A time with three digits.
fn rounded(seconds: f64) -> Duration {
    let ns = (seconds * 1e9).round() as u64;
    let step = 10u64.pow(ns.max(1).ilog10().saturating_sub(2));
    Duration((ns + step / 2) / step * step)
}

/// What each operation of each service asks for.
fn demands(scenario: &Scenario) -> Vec<Vec<Demand>> {
    let services = &scenario.services;
    let mut answers: Vec<Vec<Answer>> = services
        .iter()
        .map(|service| vec![Answer::default(); service.operations.len()])
        .collect();
    let mut demands = Vec::new();
    for _ in 0..ROUNDS {
        let answer = |edge: EdgeId| match scenario.edge(edge).to {
            Callee::Operation(service, operation) => answers[service.0 as usize][operation as usize],
            Callee::Channel(_) => Answer::default(),
        };
        demands = services
            .iter()
            .map(|service| {
                let reader = Reader::new(scenario, service, &answer);
                let operations = service.operations.iter();
                operations.map(|operation| reader.list(&operation.steps)).collect()
            })
            .collect::<Vec<Vec<Demand>>>();
        let next: Vec<Vec<Answer>> = demands
            .iter()
            .map(|operations| operations.iter().map(Demand::answer).collect())
            .collect();
        if next == answers {
            break;
        }
        answers = next;
    }
    demands
}

/// Of each service the resource that it lacks most, with these rates of clients (which may look at the run's end).
fn worst(scenario: &Scenario, demands: &[Vec<Demand>], rate: impl Fn(&Client, Instant) -> f64) -> Vec<Overload> {
    let Flows { operations, edges } = flows(scenario, demands, rate);
    let within =
        (0..scenario.services.len()).map(|index| lacks_most(scenario, index, &demands[index], &operations[index]));
    let mut worst: Vec<Overload> = within.collect();
    for (id, rate) in (0..).map(EdgeId).zip(edges) {
        for overload in deliveries(scenario, id, demands, rate) {
            let known = &mut worst[overload.service.0 as usize];
            // Who lacks workers is not helped by more messages.
            let is_own = !matches!(known.resource, Resource::Partitions(_) | Resource::Prefetch(_));
            if overload.ratio() > known.ratio() && !(is_own && known.ratio() >= 1.0) {
                *known = overload;
            }
        }
    }
    worst
}

/// What the deliveries over an edge, with so many messages per second, have of `prefetch` and of partitions.
fn deliveries(scenario: &Scenario, id: EdgeId, demands: &[Vec<Demand>], messages_per_s: f64) -> Vec<Overload> {
    let edge = scenario.edge(id);
    let Callee::Operation(callee, operation) = edge.to else {
        return Vec::new();
    };
    if !delivers(edge) {
        return Vec::new();
    }
    let service = scenario.service(callee);
    let span = &demands[callee.0 as usize][operation as usize];
    let declared = match edge.from {
        Caller::Channel(channel) => Some(&scenario.channels[channel.0 as usize]),
        _ => None,
    };
    let rules = declared.map_or(&edge.channel, |channel| &channel.rules);
    if rules.ack_timeout.is_some() {
        // Then the broker may forget a delivery that is not over.
        return Vec::new();
    }
    // From the broker to the consumer, and the ack on its way back.
    let line = declared.map_or(0.0, |_| 2.0 * mean(&edge.latency));
    let travel = mean(&rules.delivery) + line;
    let overload = |resource, rate_per_s, capacity| Overload {
        service: callee,
        resource,
        rate_per_s,
        held_s: travel + used(span, resource),
        work_s: span.work,
        capacity,
        at_peak: false,
        sheds: false,
    };
    let places = match service.runtime {
        Runtime::Threads(threads) => Some(threads),
        Runtime::Loop(_) => service.in_flight,
    };
    let by_default = places.map(|places| f64::from(places) * batch(edge));
    let prefetch = edge.consume.prefetch.map(f64::from).or(by_default);
    let prefetch = prefetch.map(|prefetch| {
        let capacity = prefetch * f64::from(service.replicas);
        overload(Resource::Prefetch(id), messages_per_s, capacity)
    });
    let topic = declared.filter(|channel| channel.kind == ChannelKind::Topic);
    let partitions = topic.map(|topic| {
        let capacity = f64::from(topic.partitions);
        overload(Resource::Partitions(id), messages_per_s / batch(edge), capacity)
    });
    prefetch.into_iter().chain(partitions).collect()
}

fn lacks_most(scenario: &Scenario, index: usize, demands: &[Demand], flows: &[f64]) -> Overload {
    let service = &scenario.services[index];
    let replicas = f64::from(service.replicas);
    let mut resources = vec![(Resource::Workers, replicas * f64::from(service.runtime.workers()))];
    resources.extend(
        service
            .cores
            .map(|cores| (Resource::Cores, replicas * f64::from(cores))),
    );
    resources.extend(
        service
            .in_flight
            .map(|places| (Resource::InFlight, replicas * f64::from(places))),
    );
    if service.offload > 0 {
        resources.push((Resource::Offload, replicas * f64::from(service.offload)));
    }
    let pools = service.pools.iter().zip(0..);
    resources.extend(pools.map(|(pool, id)| (Resource::Pool(id), f64::from(pool.size))));
    let rate_per_s: f64 = flows.iter().sum();
    let overload = |(resource, capacity): (Resource, f64)| {
        let mean = |of: &dyn Fn(&Demand) -> f64| {
            let sum: f64 = demands.iter().zip(flows).map(|(demand, flow)| flow * of(demand)).sum();
            if rate_per_s > 0.0 { sum / rate_per_s } else { 0.0 }
        };
        Overload {
            service: ServiceId(index as u32),
            resource,
            rate_per_s,
            held_s: mean(&|demand| used(demand, resource)),
            work_s: mean(&|demand| demand.work),
            capacity,
            at_peak: false,
            sheds: false,
        }
    };
    let first = overload(resources[0]);
    resources[1..].iter().fold(first, |worst, resource| {
        let other = overload(*resource);
        if other.ratio() > worst.ratio() { other } else { worst }
    })
}

fn used(demand: &Demand, resource: Resource) -> f64 {
    match resource {
        Resource::Workers => demand.held,
        Resource::Cores => demand.cores,
        Resource::Offload => demand.offload,
        Resource::InFlight | Resource::Partitions(_) | Resource::Prefetch(_) => demand.span,
        Resource::Pool(id) => {
            let holds = demand.pools.iter().filter(|(pool, _)| *pool == id);
            holds.map(|(_, time)| time).sum()
        }
    }
}

/// When the load may be highest.
fn instants(scenario: &Scenario) -> Vec<Instant> {
    let end = Instant::START + scenario.run.duration;
    let mut instants = Vec::new();
    for client in &scenario.clients {
        instants.extend([client.start, Instant(client.stop.min(end).0.saturating_sub(1))]);
        match client.load {
            Load::Open(Arrivals::Ramp { over, .. }) => instants.push(client.start + over),
            Load::Open(Arrivals::Wave { period, .. }) => {
                let crests = (0..4).map(|wave| client.start + Duration(period.0 / 2 + wave * period.0));
                instants.extend(crests);
            }
            _ => {}
        }
    }
    instants.retain(|at| *at < end);
    instants.sort_unstable();
    instants.dedup();
    instants.truncate(INSTANTS);
    instants
}

/// Whether all requests come at equal gaps, alone or so many at once, so that a load of exactly 1 may be borne.
fn is_regular(scenario: &Scenario) -> bool {
    let regular = |load: &Load| match load {
        Load::Closed { .. } => true,
        Load::Open(arrivals) => matches!(
            arrivals,
            Arrivals::Constant { .. } | Arrivals::Burst { .. } | Arrivals::Renewal(Dist::Constant(_))
        ),
    };
    scenario.clients.iter().all(|client| regular(&client.load))
}

/// Whether a channel keeps only some of what is published; one that blocks lets its producers wait.
fn loses(rules: &ChannelRules) -> bool {
    rules.retention.is_some() || rules.capacity.is_some() && rules.overflow != Overflow::Block
}

/// Whether anything may refuse what is too much, or give it up. A client that gives up takes no work away.
fn sheds(scenario: &Scenario) -> bool {
    let guarded = |edge: &Edge| {
        let policy = &edge.policy;
        let patient = match edge.from {
            Caller::Client(_) => edge.timeout.is_none() || !policy.cancel,
            _ => edge.timeout.is_none(),
        };
        let full = edge.mode == Mode::Queue && loses(&edge.channel);
        let limited = policy.limit.is_some() || policy.rate.is_some() || policy.breaker.is_some();
        !patient || full || limited || policy.deadline.is_some()
    };
    scenario.edges.iter().any(guarded)
        || scenario.channels.iter().any(|channel| loses(&channel.rules))
        || scenario.services.iter().any(|service| service.backlog.is_some())
}
