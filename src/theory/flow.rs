//! How many requests, calls and messages per second come where, from the scenario alone.
//!
//! ```text
//! rates of clients ─(calls of each operation)─▶ over each edge ─▶ at each operation      λ = γ + λP, as in Jackson's networks
//!                                                  └ a channel ─▶ to each group
//! ```
//!
//! Law: never more than comes in the mean. Who waits for replies is not counted, nor is a retry.

use super::demand::{Demand, mean};
use crate::scenario::{Arrivals, Callee, Caller, ChannelId, Client, Edge, EdgeId, Load, Mode, Scenario};
use crate::time::Instant;

/// Rounds after which what comes in a circle of calls is near enough to its limit; it comes from below.
const ROUNDS: usize = 1000;

/// What comes where, per second.
pub(super) struct Flows {
    /// At each operation of each service: spans.
    pub operations: Vec<Vec<f64>>,
    /// Over each edge to an operation: calls or messages.
    pub edges: Vec<f64>,
}

/// Rates with which what comes in is what goes out.
pub(super) fn flows(scenario: &Scenario, demands: &[Vec<Demand>], rate: impl Fn(&Client, Instant) -> f64) -> Flows {
    let end = Instant::START + scenario.run.duration;
    let mut entering = vec![0.0; scenario.edges.len()];
    for client in &scenario.clients {
        let weights: f64 = client.edges.iter().map(|edge| scenario.edge(*edge).weight).sum();
        for edge in &client.edges {
            entering[edge.0 as usize] += rate(client, end) * scenario.edge(*edge).weight / weights;
        }
    }
    let consumers = consumers(scenario);
    let nothing = || demands.iter().map(|operations| vec![0.0; operations.len()]).collect();
    let mut flows = Flows {
        operations: nothing(),
        edges: Vec::new(),
    };
    for _ in 0..ROUNDS {
        let mut leaving = entering.clone();
        for (demand, flow) in demands.iter().flatten().zip(flows.operations.iter().flatten()) {
            demand
                .calls
                .iter()
                .for_each(|(edge, calls)| leaving[edge.0 as usize] += flow * calls);
        }
        let edges = arriving(scenario, &leaving, &consumers);
        let mut operations: Vec<Vec<f64>> = nothing();
        for (edge, rate) in scenario.edges.iter().zip(&edges) {
            if let Callee::Operation(service, operation) = edge.to {
                operations[service.0 as usize][operation as usize] += rate / batch(edge);
            }
        }
        let same = operations == flows.operations;
        flows = Flows { operations, edges };
        if same {
            break;
        }
    }
    flows
}

/// What comes over each edge to an operation: what is not lost, and of what a rate lets through nothing, as that depends; and what is published comes over the edges out of its
/// channel.
fn arriving(scenario: &Scenario, leaving: &[f64], consumers: &[Vec<EdgeId>]) -> Vec<f64> {
    let mut arriving = vec![0.0; leaving.len()];
    for (index, edge) in scenario.edges.iter().enumerate() {
        if edge.policy.rate.is_some() {
            continue;
        }
        let rate = leaving[index] * (1.0 - edge.loss);
        match edge.to {
            Callee::Operation(..) => arriving[index] += rate,
            Callee::Channel(ChannelId(channel)) => consumers[channel as usize]
                .iter()
                .for_each(|consumer| arriving[consumer.0 as usize] += rate * (1.0 - scenario.edge(*consumer).loss)),
        }
    }
    arriving
}

/// Whether messages come over it.
pub(super) fn delivers(edge: &Edge) -> bool {
    matches!(edge.from, Caller::Channel(_)) || edge.mode == Mode::Queue && edge.service().is_some()
}

/// Messages that are one arrival at the most.
pub(super) fn batch(edge: &Edge) -> f64 {
    let batch = edge.consume.batch.filter(|_| delivers(edge));
    batch.map_or(1.0, |batch| f64::from(batch.size))
}

/// The edges out of each channel that are alone in their group, and so get every message.
fn consumers(scenario: &Scenario) -> Vec<Vec<EdgeId>> {
    let channels = 0..scenario.channels.len() as u32;
    let alone = |channel| {
        let groups = scenario.groups(ChannelId(channel)).into_iter();
        groups
            .filter(|group| group.edges.len() == 1)
            .flat_map(|group| group.edges)
    };
    channels.map(|channel| alone(channel).collect()).collect()
}

/// The rate that a client keeps up for ever; 0 of one that stops, or that waits for replies.
pub(super) fn lasting_rate(client: &Client, end: Instant) -> f64 {
    match &client.load {
        _ if client.stop < end || client.start >= end => 0.0,
        Load::Open(Arrivals::Ramp { low, high, over }) if client.start + *over >= end => low.min(*high),
        Load::Open(Arrivals::Ramp { high, .. }) => *high,
        Load::Open(Arrivals::Wave { low, high, .. }) => (low + high) / 2.0,
        _ => rate_at(client, client.start),
    }
}

/// Requests per second at an instant.
pub(super) fn rate_at(client: &Client, at: Instant) -> f64 {
    let Load::Open(arrivals) = &client.load else { return 0.0 };
    if at < client.start || at >= client.stop {
        return 0.0;
    }
    let passed = at.since(client.start).as_s();
    match arrivals {
        Arrivals::Poisson { gap_ns } | Arrivals::Constant { gap_ns } => 1e9 / gap_ns,
        Arrivals::Renewal(gap) if mean(gap) > 0.0 => 1.0 / mean(gap),
        Arrivals::Burst { size, every } => f64::from(*size) / every.as_s(),
        Arrivals::Ramp { low, high, over } if passed < over.as_s() => low + (high - low) * passed / over.as_s(),
        Arrivals::Ramp { high, .. } => *high,
        Arrivals::Wave { low, high, period } => {
            let turn = std::f64::consts::TAU * passed / period.as_s();
            low + (high - low) * (1.0 - libm::cos(turn)) / 2.0
        }
        Arrivals::Renewal(_) | Arrivals::Times(_) => 0.0,
    }
}
