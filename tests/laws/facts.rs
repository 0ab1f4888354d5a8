//! What a scenario promises before it runs: bounds of times, and what an operation can do.

use super::data::{Deed, deed};
use super::present;
use std::collections::{BTreeMap, BTreeSet};
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

/// The least and the greatest time, in nanoseconds; without a greatest where there is no bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub low: u64,
    pub high: Option<u64>,
}

impl Bounds {
    pub const ZERO: Bounds = Bounds { low: 0, high: Some(0) };

    pub fn plus(self, other: Bounds) -> Bounds {
        Bounds {
            low: self.low + other.low,
            high: self.high.zip(other.high).map(|(a, b)| a + b),
        }
    }

    fn or(self, other: Bounds) -> Bounds {
        Bounds {
            low: self.low.min(other.low),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    fn times(self, low: u64, high: Option<u64>) -> Bounds {
        let many = match (self.high, high) {
            (Some(0), _) => Some(0),
            (each, times) => each.zip(times).map(|(a, b)| a * b),
        };
        Bounds {
            low: self.low * low,
            high: many,
        }
    }

    /// Whether `time` lies between, give or take `slack`.
    pub fn hold(self, time: u64, slack: u64) -> bool {
        time + slack >= self.low && self.high.is_none_or(|high| time <= high + slack)
    }
}

/// The bounds of a draw from `dist`.
pub fn bounds(dist: &Dist) -> Bounds {
    match dist {
        Dist::Constant(d) => Bounds {
            low: d.0,
            high: Some(d.0),
        },
        Dist::Uniform { low, high } => Bounds {
            low: low.0,
            high: Some(high.0),
        },
        Dist::Empirical(values) => {
            let all = || values.iter().map(|d| d.0);
            Bounds {
                low: all().min().unwrap_or(0),
                high: Some(all().max().unwrap_or(0)),
            }
        }
        Dist::Pareto { minimum, .. } => Bounds {
            low: minimum.0,
            high: None,
        },
        Dist::Exp { .. } | Dist::LogNormal { .. } | Dist::Erlang { .. } | Dist::HyperExp(_) => {
            Bounds { low: 0, high: None }
        }
    }
}

/// What the steps of an operation can do.
#[derive(Clone, Debug)]
pub struct Facts {
    pub parallel: bool,
    /// The branches of all its `parallel` steps.
    pub branches: u32,
    pub waits: bool,
    /// Whether a branch of a `parallel` step waits.
    pub branch_waits: bool,
    pub responds: bool,
    /// Whether a `fail` step can strike.
    pub fails: bool,
    pub calls: BTreeSet<EdgeId>,
    /// Work of a whole execution that ended well.
    pub work: Bounds,
    /// Waits of a whole execution that ended well.
    pub wait: Bounds,
    /// How often it does what with data, in an execution that ended well.
    pub deeds: BTreeMap<(Deed, ItemId), Bounds>,
}

impl Facts {
    pub fn of(steps: &[Step]) -> Facts {
        let mut facts = Facts {
            parallel: false,
            branches: 0,
            waits: false,
            branch_waits: false,
            responds: false,
            fails: false,
            calls: BTreeSet::new(),
            deeds: BTreeMap::new(),
            work: sum(steps, &|step| {
                if let Step::Work(dist) = step {
                    bounds(dist)
                } else {
                    Bounds::ZERO
                }
            }),
            wait: sum(steps, &|step| {
                if let Step::Wait(dist) = step {
                    bounds(dist)
                } else {
                    Bounds::ZERO
                }
            }),
        };
        facts.note(steps);
        let one = Bounds { low: 1, high: Some(1) };
        for (done, bounds) in &mut facts.deeds {
            let is = |step: &Step| deed(step) == Some(*done);
            *bounds = sum(steps, &|step| if is(step) { one } else { Bounds::ZERO });
        }
        facts
    }

    fn note(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Work(_) => {}
                Step::Wait(_) => self.waits = true,
                Step::Call(edge) => {
                    self.calls.insert(*edge);
                }
                Step::Parallel { branches, .. } => {
                    self.parallel = true;
                    self.branches += branches.len() as u32;
                    for branch in branches {
                        self.note(branch);
                        self.branch_waits |= Facts::of(branch).waits;
                    }
                }
                Step::Respond => self.responds = true,
                Step::Choose(branches) => branches.iter().for_each(|(_, branch)| self.note(branch)),
                Step::Repeat { body, .. } => self.note(body),
                Step::Fail(p) => self.fails |= *p > 0.0,
                Step::Hold { body, .. } | Step::Offload(body) => self.note(body),
                Step::Saga(parts) => parts.iter().for_each(|part| {
                    self.note(&part.step);
                    self.note(&part.undo);
                }),
                Step::Acquire(_) | Step::Release(_) => {}
                Step::Write(_) | Step::Read(_) | Step::Apply(_) => {
                    self.deeds.extend(deed(step).map(|deed| (deed, Bounds::ZERO)));
                }
            }
        }
    }
}

/// The bounds of all steps together; `leaf` gives those of a step that has no steps of its own.
fn sum(steps: &[Step], leaf: &dyn Fn(&Step) -> Bounds) -> Bounds {
    let each = |step: &Step| match step {
        Step::Parallel { branches, join } => {
            let all = branches
                .iter()
                .map(|branch| sum(branch, leaf))
                .fold(Bounds::ZERO, Bounds::plus);
            // A branch that is not needed may fail before its work.
            let needed = *join as usize == branches.len();
            Bounds {
                low: if needed { all.low } else { 0 },
                ..all
            }
        }
        Step::Choose(branches) => {
            let nothing = branches.iter().map(|(p, _)| p).sum::<f64>() < 0.999;
            let of = branches
                .iter()
                .filter(|(p, _)| *p > 0.0)
                .map(|(_, branch)| sum(branch, leaf));
            let all = of.reduce(Bounds::or).unwrap_or(Bounds::ZERO);
            if nothing { all.or(Bounds::ZERO) } else { all }
        }
        Step::Repeat {
            times: Times::Fixed(n),
            body,
        } => sum(body, leaf).times(u64::from(*n), Some(u64::from(*n))),
        Step::Repeat {
            times: Times::Geometric(mean),
            body,
        } => sum(body, leaf).times(0, if *mean > 0.0 { None } else { Some(0) }),
        leafy => leaf(leafy),
    };
    steps.iter().map(each).fold(Bounds::ZERO, Bounds::plus)
}

/// How often at most a step of this kind comes up, where twice is often.
pub fn times(steps: &[Step], is: &dyn Fn(&Step) -> bool) -> u32 {
    let each = |step: &Step| match step {
        Step::Parallel { branches, .. } => branches.iter().map(|branch| times(branch, is)).sum(),
        Step::Choose(branches) => branches.iter().map(|(_, branch)| times(branch, is)).sum(),
        Step::Repeat { body, .. } => 2 * times(body, is),
        Step::Hold { body, .. } | Step::Offload(body) => times(body, is),
        Step::Saga(parts) => parts
            .iter()
            .map(|part| times(&part.step, is) + times(&part.undo, is))
            .sum(),
        leaf => u32::from(is(leaf)),
    };
    steps.iter().map(each).sum()
}

/// The properties of an edge at an instant.
#[derive(Clone, Debug)]
pub struct Terms {
    pub mode: Mode,
    pub latency: Bounds,
    pub loss: f64,
    pub timeout: Option<Duration>,
    pub ack: Duration,
    pub every: Duration,
}

/// The mode in which a call is sent: a publication goes on with its ack unless it waits for a reply, or for nothing.
pub fn effective(edge: &Edge) -> Mode {
    match (edge.to, edge.from) {
        (_, Caller::Channel(_)) => Mode::Queue,
        (Callee::Operation(..), _) => edge.mode,
        (Callee::Channel(_), _) if edge.publish.reply => edge.mode,
        (Callee::Channel(_), _) if edge.publish.acks == Acks::None => Mode::Oneway,
        (Callee::Channel(_), _) => Mode::Queue,
    }
}

/// From a message's arrival to its ack; twice that where all its copies have to be there.
fn time_of_ack(scenario: &Scenario, edge: &Edge) -> Duration {
    let rules = match edge.to {
        Callee::Channel(id) => scenario.channel_rules(id),
        Callee::Operation(..) => &edge.channel,
    };
    let times = if edge.publish.acks == Acks::All { 2 } else { 1 };
    Duration(bounds(&rules.ack).low * times)
}

/// The properties of `edge` for a call that is sent at `now`.
pub fn terms(scenario: &Scenario, edge: EdgeId, now: Instant) -> Terms {
    let plain = present::edge(scenario, edge, now);
    Terms {
        mode: effective(plain),
        latency: bounds(&plain.latency),
        loss: plain.loss,
        timeout: plain.timeout,
        ack: time_of_ack(scenario, plain),
        every: plain.policy.every.unwrap_or(Duration::from_ms(100)),
    }
}
