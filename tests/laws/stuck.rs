//! Who is said to be stuck is: workers in a deadlock change no more until something from outside frees them.
//!
//! ```text
//! deadlocked ─▶ the lanes that are held ─▶ no change … ─▶ a timeout, a deadline, a fault, a change: from there on any
//! ```
//!
//! Law: a run in which nothing is to come any more, but somebody still waits for somebody that is there, has told of a
//! deadlock.

use super::scenario::grid;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::*;

/// What was seen of a deadlock.
#[derive(Default)]
pub struct Watcher<'s> {
    scenario: Option<&'s Scenario>,
    lanes: BTreeMap<u32, Activity>,
    found: Option<(Instant, Vec<u32>)>,
    freed: bool,
    pub wrong: Option<String>,
}

impl<'s> Watcher<'s> {
    pub fn new(scenario: &'s Scenario) -> Watcher<'s> {
        Watcher {
            scenario: Some(scenario),
            ..Watcher::default()
        }
    }

    /// Whether a fault or a change has come, or one has gone, since this instant.
    fn is_struck(&self, since: Instant, now: Instant) -> bool {
        let Some(scenario) = self.scenario else { return false };
        let faults = scenario.faults.iter().flat_map(|fault| [fault.at, fault.until]);
        let mut all = faults.chain(scenario.changes.iter().map(|change| change.at));
        all.any(|at| since <= at && at <= now)
    }

    fn outcome(&mut self, outcome: Result<(), Cause>) {
        self.freed |= matches!(outcome, Err(Cause::Timeout | Cause::Deadline | Cause::Reset));
    }
}

impl Observer for Watcher<'_> {
    fn returned(&mut self, _: Instant, _: Call, outcome: Result<(), Cause>) {
        self.outcome(outcome);
    }

    fn concluded(&mut self, _: Instant, _: Guarded, outcome: Result<(), Cause>, _: bool) {
        self.outcome(outcome);
    }

    fn abandoned(&mut self, _: Instant, _: Call, _: Cause) {
        self.freed = true;
    }

    fn deadlocked(&mut self, now: Instant, deadlock: &Deadlock) {
        self.found = Some((now, deadlock.lanes.clone()));
        self.freed = false;
    }

    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, was: Activity, is: Activity, _: u32) {
        self.lanes.insert(lane, is);
        let Some((at, held)) = &self.found else { return };
        if held.contains(&lane) && !self.freed && !self.is_struck(*at, now) && self.wrong.is_none() {
            self.wrong = Some(format!(
                "lane {lane} goes from {was:?} to {is:?} at {now:?}, stuck since {at:?}"
            ));
        }
    }
}

/// What a run with an end in sight has shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    pub deadlocks: u64,
    pub quiet: u64,
}

/// Runs a scenario of [`tangle`], in which time frees nobody.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<Seen, String> {
    let mut watcher = Watcher::new(scenario);
    let mut run = Run::new(scenario, seed);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut watcher);
    let last = run.now();
    if let Some(wrong) = watcher.wrong {
        return Err(wrong);
    }
    let quiet = last + PATIENCE < Instant::START + scenario.run.duration;
    let open = run.live() > 0;
    let story = run.deadlock().map(|deadlock| deadlock.story(scenario));
    match (&story, quiet, open) {
        (None, true, true) => Err(format!("nothing happens after {last:?}, but {} are open", run.live())),
        (Some(story), _, false) => Err(format!("all is over, but {story}")),
        (Some(_), ..) if run.deadlock().is_some_and(|deadlock| deadlock.at > last) => {
            Err(format!("nothing happens after {last:?}, but {story:?}"))
        }
        _ => Ok(Seen {
            deadlocks: u64::from(story.is_some()),
            quiet: u64::from(quiet && open),
        }),
    }
}

/// Longer than any step or way takes.
const PATIENCE: Duration = Duration::from_ms(200);

/// What a service does before it calls others: work or a wait, which calls, and how.
#[derive(Clone, Debug)]
struct Knot {
    runtime: Runtime,
    in_flight: Option<u32>,
    replicas: u32,
    pools: bool,
    steps: Vec<(u32, u32, Duration)>,
}

fn knot() -> impl Strategy<Value = Knot> {
    let runtime = prop_oneof![3 => (1u32..4).prop_map(Runtime::Threads), 1 => (1u32..3).prop_map(Runtime::Loop)];
    (
        runtime,
        prop::option::of(1u32..4),
        prop_oneof![4 => Just(1u32), 1 => Just(2)],
        any::<bool>(),
        vec((0u32..11, any::<u32>(), grid()), 1..5),
    )
        .prop_map(|(runtime, in_flight, replicas, pools, steps)| Knot {
            runtime,
            in_flight,
            replicas,
            pools,
            steps,
        })
}

/// Services with few workers that call each other round and round, some with pools; nobody gives up, nothing is lost.
pub fn tangle() -> impl Strategy<Value = Scenario> {
    (
        vec(knot(), 1..5),
        vec((any::<u32>(), 1u32..5), 1..5),
        vec(
            prop_oneof![3 => Just(Mode::Sync), 2 => Just(Mode::Await), 1 => Just(Mode::Oneway)],
            1..6,
        ),
        vec(prop_oneof![Just(Duration::ZERO), grid()], 1..4),
    )
        .prop_map(|(knots, loads, modes, ways)| weave(&knots, &loads, &modes, &ways))
}

fn weave(knots: &[Knot], loads: &[(u32, u32)], modes: &[Mode], ways: &[Duration]) -> Scenario {
    let mut scenario = Scenario {
        name: "tangle".to_string(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(3),
        },
        ..Scenario::default()
    };
    let count = knots.len() as u32;
    for (from, knot) in (0..).zip(knots) {
        let mut steps: Vec<Step> = knot.steps.iter().map(|draft| step(draft, knot.pools)).collect();
        tie(&mut scenario, from, count, &mut steps, modes, ways);
        let pool = |name: &str| Pool {
            name: name.to_string(),
            size: 1,
        };
        let echo = vec![Step::Work(Dist::Constant(Duration::from_ms(1)))];
        let operation = |name: &str, steps| Operation {
            name: name.to_string(),
            steps,
        };
        scenario.services.push(Service {
            runtime: knot.runtime,
            in_flight: knot.in_flight,
            replicas: knot.replicas,
            pools: if knot.pools {
                vec![pool("p"), pool("q")]
            } else {
                Vec::new()
            },
            operations: vec![operation("go", steps), operation("echo", echo)],
            ..Service::plain(format!("s{from}"))
        });
    }
    load(&mut scenario, count, loads);
    scenario
}

/// One step before its edge is known: its kind, which call or pool, and for how long.
fn step((kind, pick, time): &(u32, u32, Duration), pools: bool) -> Step {
    let call = || Step::Call(EdgeId(*pick));
    let work = || vec![Step::Work(Dist::Constant(*time))];
    let hold = |pool, body| Step::Hold { pool, body };
    match kind {
        0 | 1 => Step::Work(Dist::Constant(*time)),
        2 => Step::Wait(Dist::Constant(*time)),
        3 => Step::Parallel {
            branches: vec![vec![call()], work()],
            join: 1 + pick % 2,
        },
        4 if pools => hold(pick % 2, vec![hold(1 - pick % 2, work())]),
        5 if pools => hold(pick % 2, vec![call()]),
        6 if pools => Step::Acquire(pick % 2),
        7 if pools => Step::Release(pick % 2),
        _ => call(),
    }
}

/// Clients that send so many requests at once, each to one of the services.
fn load(scenario: &mut Scenario, count: u32, loads: &[(u32, u32)]) {
    for (index, (pick, size)) in (0..).zip(loads) {
        let id = EdgeId(scenario.edges.len() as u32);
        let to = ServiceId(pick % count);
        scenario.edges.push(Edge::plain(
            format!("c{index}->s{}.go", to.0),
            Caller::Client(ClientId(index)),
            Callee::Operation(to, 0),
        ));
        let load = Load::Open(Arrivals::Burst {
            size: *size,
            every: Duration::from_s(10),
        });
        scenario.clients.push(Client {
            edges: vec![id],
            ..Client::plain(format!("c{index}"), load)
        });
    }
}

/// Gives the calls of a service their edges: on to the `go` of a later one, or back to the `echo` of any.
fn tie(scenario: &mut Scenario, from: u32, count: u32, steps: &mut [Step], modes: &[Mode], ways: &[Duration]) {
    for step in steps {
        match step {
            Step::Call(edge) => {
                let pick = edge.0;
                let (to, operation) = if pick % 2 == 0 && from + 1 < count {
                    (from + 1 + pick / 2 % (count - from - 1), 0)
                } else {
                    (pick / 2 % count, 1)
                };
                let name = format!("s{from}->s{to}.{}", ["go", "echo"][operation as usize]);
                let known = scenario.edges.iter().position(|edge| edge.name == name);
                let index = known.unwrap_or(scenario.edges.len());
                *edge = EdgeId(index as u32);
                if known.is_none() {
                    scenario.edges.push(Edge {
                        mode: modes[index % modes.len()],
                        latency: Dist::Constant(ways[index % ways.len()]),
                        ..Edge::plain(
                            name,
                            Caller::Service(ServiceId(from)),
                            Callee::Operation(ServiceId(to), operation),
                        )
                    });
                }
            }
            Step::Parallel { branches, .. } => {
                for branch in branches {
                    tie(scenario, from, count, branch, modes, ways);
                }
            }
            Step::Hold { body, .. } => tie(scenario, from, count, body, modes, ways),
            _ => {}
        }
    }
}
