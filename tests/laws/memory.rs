//! What a run remembers is bounded by what lives at once, not by its length.
//!
//! ```text
//! told that they live ≤ remembered ≤ those, and what is kept for their sake: the call of a late reply for as long as
//!                                    that travels, a call with policies for its attempts, a message for its deliveries
//! greatest slot       < most that were ever remembered, and what came and went within one event
//! ```

use super::auditor::Auditor;
use super::census::Census;
use super::facts::{Facts, bounds};
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

/// What has been seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Events after which the bound from above was looked at, and those of them with late replies.
    pub bounded: u64,
    pub late: u64,
    /// Slots that were taken again.
    pub reused: u64,
}

/// How long anything may be on its way that nobody waits for any more.
fn longest_way(scenario: &Scenario) -> Duration {
    let changed = scenario.changes.iter().filter_map(|change| match &change.to {
        Changed::Edge(_, is) => Some(&**is),
        _ => None,
    });
    let high = |dist: &Dist| bounds(dist).high.unwrap_or(0);
    let each = |edge: &Edge| high(&edge.latency) + edge.policy.setup.as_ref().map_or(0, high) + high(&edge.channel.ack);
    let way = scenario.edges.iter().chain(changed).map(each).max().unwrap_or(0);
    let ack = scenario.channels.iter().map(|channel| high(&channel.rules.ack)).max();
    let storms = scenario.faults.iter().map(|fault| match &fault.harm {
        Harm::Latency(dist) => high(dist),
        _ => 0,
    });
    // A question, its answer, and the pause before the next one, which is not asked.
    Duration(100_000_000 + 2 * (way + ack.unwrap_or(0) + storms.sum::<u64>()))
}

/// How many branches of all operations there are together; none where some may work on that nobody needs.
fn branches(scenario: &Scenario) -> Option<usize> {
    let operations = scenario.services.iter().flat_map(|service| &service.operations);
    let facts = operations.map(|operation| Facts::of(&operation.steps));
    facts.map(|facts| (!facts.parallel).then_some(0)).sum()
}

/// Whether a run remembers what lives, and little more.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<Seen, String> {
    let (way, branches) = (longest_way(scenario), branches(scenario));
    let lines = scenario.edges.iter().any(|edge| edge.policy.connections.is_some());
    let mut census = Census::new(scenario);
    let mut run = Run::new(scenario, seed);
    let mut seen = Seen::default();
    let (mut most, mut burst, mut entered) = (0, 0, 0);
    while !run.advance_dyn(Instant::NEVER, 1, &mut census) {
        let (now, live) = (run.now(), run.live());
        burst = burst.max(census.entered - entered);
        entered = census.entered;
        most = most.max(live);
        let living = census.living();
        if live < living.iter().sum() {
            return Err(format!("{now:?}: {living:?} live, and {live} are remembered"));
        }
        while census.over.front().is_some_and(|over| *over + way < now) {
            census.over.pop_front();
        }
        let [requests, calls, guards, messages, jobs] = living;
        let late = census.over.len();
        if branches.is_some() && !lines {
            seen.bounded += 1;
            seen.late += u64::from(late > 0);
            let bound = requests + jobs + 6 * (calls + late) + 2 * guards + 3 * messages;
            if live > bound {
                return Err(format!(
                    "{now:?}: {living:?} live, {late} may be late, and {live} are remembered"
                ));
            }
        }
    }
    let forks: usize = scenario
        .services
        .iter()
        .flat_map(|service| &service.operations)
        .map(|operation| Facts::of(&operation.steps).branches as usize)
        .sum();
    for greatest in census.greatest.into_iter().flatten() {
        if greatest as usize >= most + burst as usize + forks {
            return Err(format!(
                "slot {greatest} is taken, where at most {most} were remembered and {burst} came at once"
            ));
        }
    }
    let slots: u64 = census
        .greatest
        .into_iter()
        .flatten()
        .map(|slot| u64::from(slot) + 1)
        .sum();
    seen.reused = entered - slots.min(entered);
    Ok(seen)
}

/// A system that can cope with its load, with everything that may be forgotten: late replies, losses, messages.
fn stable(seconds: u64) -> Scenario {
    let text = r#"{
        "format": "sync-or-swim/1", "name": "stable", "run": {"duration": "SECONDSs"},
        "clients": {"client": {"arrivals": "poisson(100/s)"}},
        "services": {
            "front": {"replicas": 2, "balance": "leastInFlight", "loop": 1, "backlog": 50, "operations": {"default": [
                {"work": "exp(1ms)"},
                {"parallel": [[{"call": "back.one"}], [{"call": "back.two"}]], "join": "any"},
                {"call": "back.later"}
            ]}},
            "back": {"replicas": 2, "balance": "leastInFlight", "threads": 4, "backlog": 50, "operations": {
                "one": [{"work": "exp(1ms)"}, {"fail": 0.1}],
                "two": [{"work": "exp(1ms)"}, {"fail": 0.1}],
                "later": [{"work": "exp(1ms)"}, {"fail": 0.1}]
            }}
        },
        "edges": [
            {"from": "client", "to": "front", "mode": "await", "loss": 0.01, "latency": "exp(1ms)", "timeout": "6ms"},
            {"from": "front", "to": "back.one", "mode": "await", "loss": 0.05, "latency": "exp(1ms)", "timeout": "6ms"},
            {"from": "front", "to": "back.two", "mode": "oneway", "latency": "exp(1ms)"},
            {"from": "front", "to": "back.later", "mode": "queue", "loss": 0.05, "latency": "exp(1ms)", "timeout": "6ms"}
        ]
    }"#;
    match sync_or_swim::scenario::text::parse(&text.replace("SECONDS", &seconds.to_string())) {
        Ok(parsed) => parsed.scenario,
        Err(problems) => panic!("{problems:?}"),
    }
}

#[test]
fn memory_does_not_grow_with_the_length_of_a_run() {
    let highest = |seconds| {
        let scenario = stable(seconds);
        let mut auditor = Auditor::new(&scenario);
        Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut auditor);
        assert!(auditor.finish().is_empty(), "{:?}", auditor.violations.first());
        auditor.highest_slot
    };
    let (short, long) = (highest(10), highest(200));
    println!("slots: {short} in 10 s, {long} in 200 s");
    assert!(long <= 2 * short + 8, "{short} slots in 10 s, {long} in 200 s");
}
