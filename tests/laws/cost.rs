//! How many spans one request causes, and what is cut away from a scenario where they are too many.

use sync_or_swim::scenario::*;

/// Spans that one request of any client may cause on average.
pub const SPANS: f64 = 12.0;
/// Rounds after which a cycle's mean is near enough to its limit, or beyond all bounds.
const ROUNDS: usize = 40;

/// Takes calls away, cycles first, until no client's request causes more than a dozen spans on average.
pub fn trim(clients: &[Client], services: &mut [Service], edges: &[Edge]) {
    while dearest(clients, services, edges) > SPANS {
        let cut = services.iter_mut().enumerate().any(|(index, service)| {
            let back = |edge: EdgeId| {
                edges[edge.0 as usize]
                    .service()
                    .is_some_and(|to| to.0 as usize <= index)
            };
            service
                .operations
                .iter_mut()
                .any(|operation| cut(&mut operation.steps, &back))
        });
        if !cut {
            let mut operations = services.iter_mut().flat_map(|service| &mut service.operations);
            operations.any(|operation| self::cut(&mut operation.steps, &|_| true));
        }
    }
}

/// The mean number of spans of the dearest edge of a client.
fn dearest(clients: &[Client], services: &[Service], edges: &[Edge]) -> f64 {
    let mut spans: Vec<Vec<f64>> = services.iter().map(|s| vec![1.0; s.operations.len()]).collect();
    for _ in 0..ROUNDS {
        let of = |edge: &EdgeId| {
            let edge = &edges[edge.0 as usize];
            // Five deliveries of a message that always fails.
            let deliveries = if edge.mode == Mode::Queue { 1.5 } else { 1.0 };
            entry(edge, &spans, edges) * deliveries
        };
        let next = |operation: &Operation| (1.0 + mean(&operation.steps, &of)).min(1e6);
        spans = services
            .iter()
            .map(|s| s.operations.iter().map(next).collect())
            .collect();
    }
    let root = |edge: &EdgeId| entry(&edges[edge.0 as usize], &spans, edges);
    clients
        .iter()
        .flat_map(|client| &client.edges)
        .map(root)
        .fold(0.0, f64::max)
}

/// The value of the operation that an edge calls, or of all that a channel's message may cause.
fn entry(edge: &Edge, spans: &[Vec<f64>], edges: &[Edge]) -> f64 {
    match edge.to {
        Callee::Operation(service, operation) => spans[service.0 as usize][operation as usize],
        Callee::Channel(channel) => {
            let consumers = edges.iter().filter(|edge| edge.from == Caller::Channel(channel));
            // A message that fails comes again, and then goes to the dead letters of a later channel.
            2.0 * consumers.map(|edge| entry(edge, spans, edges)).sum::<f64>()
        }
    }
}

/// The mean number of spans below these steps.
fn mean(steps: &[Step], of: &dyn Fn(&EdgeId) -> f64) -> f64 {
    let each = |step: &Step| match step {
        Step::Call(edge) => of(edge),
        Step::Parallel { branches, .. } => branches.iter().map(|branch| mean(branch, of)).sum(),
        Step::Choose(branches) => branches.iter().map(|(p, branch)| p * mean(branch, of)).sum(),
        Step::Repeat {
            times: Times::Fixed(n),
            body,
        } => f64::from(*n) * mean(body, of),
        Step::Repeat {
            times: Times::Geometric(n),
            body,
        } => n * mean(body, of),
        Step::Hold { body, .. } | Step::Offload(body) => mean(body, of),
        Step::Saga(parts) => parts
            .iter()
            .map(|part| mean(&part.step, of) + mean(&part.undo, of))
            .sum(),
        _ => 0.0,
    };
    steps.iter().map(each).sum()
}

/// Removes the last call that `may` go.
fn cut(steps: &mut Vec<Step>, may: &dyn Fn(EdgeId) -> bool) -> bool {
    for index in (0..steps.len()).rev() {
        let done = match &mut steps[index] {
            Step::Call(edge) if may(*edge) => {
                steps.remove(index);
                true
            }
            Step::Parallel { branches, .. } => branches.iter_mut().rev().any(|branch| cut(branch, may)),
            Step::Choose(branches) => branches.iter_mut().rev().any(|(_, branch)| cut(branch, may)),
            Step::Repeat { body, .. } | Step::Hold { body, .. } | Step::Offload(body) => cut(body, may),
            Step::Saga(parts) => parts
                .iter_mut()
                .rev()
                .any(|part| cut(&mut part.undo, may) || cut(&mut part.step, may)),
            _ => false,
        };
        if done {
            return true;
        }
    }
    false
}
