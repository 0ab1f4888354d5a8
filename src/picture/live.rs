//! What goes on at one instant, for the picture of the topology: how full pools are, what is on its way, what waits.
//!
//! ```text
//! caller ──●───●──▶ ●●●[ callee ▓▓▒▒░░ ]        on the way (where, by its latency) · at the door · workers by state
//! ```
//!
//! Law: counted from the recording at that instant; what cannot be counted in bounded time is not shown at all.

use super::density::portion;
use super::index::Index;
use crate::scenario::{Callee, Changed, Mode, Place, Scenario};
use crate::time::Instant;
use crate::trace::{Span, State, Trace};

/// So many calls are looked at.
const MOST_LOOKS: usize = 20_000;

/// The workers of a service: how many there are, how many run, wait for a core and are blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    pub workers: u32,
    pub portions: [u32; 3],
}

/// What moves along an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// As it is at that instant.
    pub mode: Mode,
    /// Of its breakers, the one that stands most in the way.
    pub breaker: State,
    /// Calls and replies on their way: which part of the way to the callee.
    pub on_the_way: Vec<f64>,
    /// Calls that have come and were not begun yet; of an edge with a channel of its own, its messages.
    pub at_the_door: u32,
}

/// All of it; in the order of the scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    pub pools: Vec<Pool>,
    pub flows: Vec<Flow>,
    /// Messages that lie in each declared channel.
    pub depths: Vec<u32>,
    /// The places of faults that last.
    pub faults: Vec<Place>,
    /// Whether calls were too many to look at: then no edge says anything of them.
    pub too_many_calls: bool,
}

/// What goes on at `at`, inside the recorded time.
pub fn live(scenario: &Scenario, trace: &Trace, index: &Index, at: Instant) -> Live {
    let mut live = Live {
        pools: pools(scenario, trace, index, at),
        flows: flows(scenario, trace, at),
        depths: scenario
            .channels
            .iter()
            .zip(0..)
            .map(|(_, channel)| depth(trace, channel, at))
            .collect(),
        faults: scenario
            .faults
            .iter()
            .filter(|fault| fault.at <= at && at < fault.until)
            .map(|fault| fault.place)
            .collect(),
        too_many_calls: false,
    };
    let sent = trace.spans.partition_point(|span| span.sent <= at);
    for (looks, row) in index.flights.rows(at, sent).enumerate() {
        if looks > MOST_LOOKS {
            live.too_many_calls = true;
            live.flows = flows(scenario, trace, at);
            break;
        }
        let span = &trace.spans[row];
        if let Some(flow) = live.flows.get_mut(span.edge.0 as usize) {
            place(flow, scenario, span, at);
        }
    }
    live
}

fn pools(scenario: &Scenario, trace: &Trace, index: &Index, at: Instant) -> Vec<Pool> {
    let firsts = scenario.first_lanes();
    let count = |ends: &[u32]| {
        let mut pool = Pool {
            workers: ends[1] - ends[0],
            ..Pool::default()
        };
        for lane in ends[0]..ends[1] {
            let (first, end) = index.lane(lane);
            let segments = &trace.segments[first..end];
            let here = segments.get(segments.partition_point(|segment| segment.end <= at));
            let doing = here.filter(|segment| segment.start <= at);
            if let Some(portion) = doing.and_then(|segment| portion(segment.activity)) {
                pool.portions[portion] += 1;
            }
        }
        pool
    };
    firsts.windows(2).map(count).collect()
}

/// Nothing on any edge, in its mode and with its breakers at that instant.
fn flows(scenario: &Scenario, trace: &Trace, at: Instant) -> Vec<Flow> {
    let still = |mode| Flow {
        mode,
        breaker: State::Closed,
        on_the_way: Vec::new(),
        at_the_door: 0,
    };
    let mut flows: Vec<Flow> = scenario.edges.iter().map(|edge| still(edge.mode)).collect();
    for change in scenario.changes.iter().filter(|change| change.at <= at) {
        if let Changed::Edge(id, edge) = &change.to {
            flows[id.0 as usize].mode = edge.mode;
        }
    }
    let until = trace.switches.partition_point(|switch| switch.at <= at);
    let rows = trace.switches[..until].iter();
    let mut last = Vec::new();
    rows.for_each(|switch| switch.succeed(&mut last));
    for switch in last {
        let breaker = &mut flows[switch.edge.0 as usize].breaker;
        *breaker = switch.state.max(*breaker);
    }
    flows
}

/// The messages in a declared channel.
fn depth(trace: &Trace, channel: u32, at: Instant) -> u32 {
    let after = trace
        .depths
        .partition_point(|row| (row.channel.0, row.at) <= (channel, at));
    let last = after.checked_sub(1).map(|row| trace.depths[row]);
    last.filter(|row| row.channel.0 == channel).map_or(0, |row| row.depth)
}

/// Puts a call to where it is.
fn place(flow: &mut Flow, scenario: &Scenario, span: &Span, at: Instant) {
    let is_call = matches!(scenario.edge(span.edge).to, Callee::Operation(..));
    if span.arrived == Instant::NEVER || at < span.arrived {
        // What the network loses is on no way that ends.
        if span.arrived != Instant::NEVER {
            flow.on_the_way.push(part(span.sent, span.arrived, at));
        }
    } else if is_call && at < span.began && (span.ended == Instant::NEVER || at < span.ended) {
        flow.at_the_door += 1;
    } else if span.mode.waits() && span.responded <= at && at < span.returned && span.returned != Instant::NEVER {
        flow.on_the_way.push(1.0 - part(span.responded, span.returned, at));
    }
}

fn part(from: Instant, until: Instant, at: Instant) -> f64 {
    at.since(from).0 as f64 / (until.since(from).0.max(1)) as f64
}

/// Until when a call is on its way, at a door or on its way back.
pub(super) fn flight(span: &Span) -> Instant {
    let known = [span.arrived, span.began, span.returned, span.ended].into_iter();
    let last = known.filter(|at| *at != Instant::NEVER).max();
    match last {
        // Still at the door when the recording ended.
        Some(_) if span.began == Instant::NEVER && span.ended == Instant::NEVER && !span.lost => Instant::NEVER,
        Some(last) => last,
        None => span.sent,
    }
}
