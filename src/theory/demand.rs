//! What one span of an operation asks for, on average and at the least: time of workers, cores and pools, and calls.
//!
//! ```text
//! [work 5 ms, call b (sync), fail 0.1, work 5 ms]      held 5 + response of b + 0.9 · 5      calls b: 1      reach 0.9
//! steps one after the other ─then─   by chance ─mix─   again and again ─rounds─   at once ─beside─▶ Demand
//! ```
//!
//! Law: a lower bound wherever it is not exact. Nothing is counted of waiting for a worker, a core or a pool, of retries,
//! hedges, undos, cold starts and handshakes; calls are made as if nobody refused them. A call with a timeout counts with the
//! mean of its answer or the timeout, whichever is less: that is no bound where the time of the answer varies.

use crate::scenario::{
    Acks, Callee, ChannelId, Dist, Edge, EdgeId, Fallback, Mode, Runtime, Scenario, Service, Step, Times,
};

/// What some steps ask for, in seconds, if they are reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The probability that the steps behind them are reached,
    pub reach: f64,
    /// and that they are reached before the reply has left.
    pub open: f64,
    /// The probability that a good reply leaves within.
    pub replied: f64,
    /// From here to the reply, or to the end.
    pub response: f64,
    pub span: f64,
    /// For how long a worker is held, running or pinned.
    pub held: f64,
    /// Work on that worker,
    pub work: f64,
    /// and on any core.
    pub cores: f64,
    /// Time of an offload thread.
    pub offload: f64,
    /// For how long one of a pool is held.
    pub pools: Vec<(u32, f64)>,
    /// How many calls go over an edge.
    pub calls: Vec<(EdgeId, f64)>,
}

/// What is known of the operation behind an edge: the probability of success, and the mean response time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Answer {
    pub success: f64,
    pub response: f64,
}

impl Demand {
    const NOTHING: Demand = Demand::reaching(1.0, 1.0);

    /// Of steps that take no time.
    const fn reaching(reach: f64, open: f64) -> Demand {
        Demand {
            reach,
            open,
            replied: 0.0,
            response: 0.0,
            span: 0.0,
            held: 0.0,
            work: 0.0,
            cores: 0.0,
            offload: 0.0,
            pools: Vec::new(),
            calls: Vec::new(),
        }
    }

    /// How the caller of these steps fares.
    pub fn answer(&self) -> Answer {
        Answer {
            success: self.replied + self.open,
            response: self.response,
        }
    }

    fn pause(seconds: f64) -> Demand {
        Demand {
            response: seconds,
            span: seconds,
            ..Demand::NOTHING
        }
    }

    /// Adds what others ask for: `often` of it, and up to the reply `early` of it.
    fn add(&mut self, other: Demand, often: f64, early: f64) {
        self.replied += early * other.replied;
        self.response += early * other.response;
        self.span += often * other.span;
        self.held += often * other.held;
        self.work += often * other.work;
        self.cores += often * other.cores;
        self.offload += often * other.offload;
        self.pools
            .extend(other.pools.into_iter().map(|(pool, time)| (pool, often * time)));
        self.calls
            .extend(other.calls.into_iter().map(|(edge, calls)| (edge, often * calls)));
    }

    fn then(mut self, next: Demand) -> Demand {
        let (reach, open) = (self.reach * next.reach, self.open * next.open);
        let (often, early) = (self.reach, self.open);
        self.add(next, often, early);
        Demand { reach, open, ..self }
    }

    /// One of them, each with its probability.
    fn mix(parts: Vec<(f64, Demand)>) -> Demand {
        let mut mixed = Demand::reaching(0.0, 0.0);
        for (p, part) in parts {
            mixed.reach += p * part.reach;
            mixed.open += p * part.open;
            mixed.add(part, p, p);
        }
        mixed
    }

    fn rounds(self, times: Times) -> Demand {
        let (often, reach) = rounds(times, self.reach);
        let (early, open) = rounds(times, self.open);
        let mut all = Demand::reaching(reach, open);
        all.add(self, often, early);
        all
    }

    /// All at once on one worker; goes on when `join` have succeeded. Those that are not waited for work on.
    fn beside(branches: Vec<Demand>, join: usize) -> Demand {
        let all = join == branches.len();
        let sure = |of: fn(&Demand) -> f64, first: usize| {
            let missing: f64 = branches.iter().take(first).map(|branch| 1.0 - of(branch)).sum();
            (1.0 - missing).max(0.0)
        };
        let longest = |of: fn(&Demand) -> f64| branches.iter().map(of).fold(0.0, f64::max);
        let work: f64 = branches.iter().map(|branch| branch.work).sum();
        let reach = sure(|branch| branch.reach, join);
        let replied = longest(|branch| branch.replied);
        let waited = all && reach == 1.0;
        let span = if waited {
            longest(|branch| branch.span).max(work)
        } else {
            0.0
        };
        let open = sure(|branch| branch.open, branches.len()).min(reach);
        let mut together = Demand::reaching(reach, open);
        let held = if all {
            longest(|branch| branch.held).max(work)
        } else {
            work
        };
        branches.into_iter().for_each(|branch| together.add(branch, 1.0, 0.0));
        let response = if replied > 0.0 { 0.0 } else { span };
        Demand {
            replied,
            response,
            span,
            held,
            ..together
        }
    }
}

/// How often the body of a repeat is begun where each round leads to the next with this probability, and with which
/// probability the last one ends well.
fn rounds(times: Times, survives: f64) -> (f64, f64) {
    match times {
        Times::Fixed(n) if survives == 1.0 => (f64::from(n), 1.0),
        Times::Fixed(n) => {
            let after = survives.powf(f64::from(n));
            ((1.0 - after) / (1.0 - survives), after)
        }
        Times::Geometric(mean) => {
            let again = mean / (1.0 + mean);
            let rest = 1.0 - again * survives;
            (again / rest, (1.0 - again) / rest)
        }
    }
}

/// The mean in seconds; of a Pareto distribution without a mean its minimum.
pub fn mean(dist: &Dist) -> f64 {
    match dist {
        Dist::Constant(value) => value.as_s(),
        Dist::Exp { mean } | Dist::LogNormal { mean, .. } | Dist::Erlang { mean, .. } => mean.as_s(),
        Dist::Uniform { low, high } => (low.as_s() + high.as_s()) / 2.0,
        Dist::HyperExp(parts) => parts.iter().map(|(p, mean)| p * mean.as_s()).sum(),
        Dist::Pareto { shape, minimum } if *shape > 1.0 => minimum.as_s() * shape / (shape - 1.0),
        Dist::Pareto { minimum, .. } => minimum.as_s(),
        Dist::Empirical(values) => values.iter().map(|value| value.as_s()).sum::<f64>() / values.len() as f64,
    }
}

/// For how long a call is waited for whose answer takes so long, in seconds: up to the timeout, and where there are hedges
/// perhaps no time at all.
fn patience(edge: &Edge, takes: f64) -> f64 {
    match (edge.policy.hedge, edge.timeout) {
        (Some(_), _) => 0.0,
        (None, Some(timeout)) => takes.min(timeout.as_s()),
        (None, None) => takes,
    }
}

/// Reads steps of one service.
pub struct Reader<'a> {
    scenario: &'a Scenario,
    answers: &'a dyn Fn(EdgeId) -> Answer,
    /// Whether every wait pins the worker.
    threads: bool,
}

impl<'a> Reader<'a> {
    pub fn new(scenario: &'a Scenario, service: &Service, answers: &'a dyn Fn(EdgeId) -> Answer) -> Reader<'a> {
        let threads = matches!(service.runtime, Runtime::Threads(_));
        Reader {
            scenario,
            answers,
            threads,
        }
    }

    /// What steps ask for one after the other.
    pub fn list(&self, steps: &[Step]) -> Demand {
        steps
            .iter()
            .fold(Demand::NOTHING, |before, step| before.then(self.step(step)))
    }

    fn step(&self, step: &Step) -> Demand {
        match step {
            Step::Work(dist) => {
                let work = mean(dist);
                Demand {
                    held: work,
                    work,
                    cores: work,
                    ..Demand::pause(work)
                }
            }
            Step::Wait(dist) => self.pinned(self.threads, Demand::pause(mean(dist))),
            Step::Call(edge) => self.call(*edge),
            Step::Parallel { branches, join } => Demand::beside(
                branches.iter().map(|branch| self.list(branch)).collect(),
                *join as usize,
            ),
            Step::Respond => Demand {
                open: 0.0,
                replied: 1.0,
                ..Demand::NOTHING
            },
            Step::Choose(branches) => self.choose(branches),
            Step::Repeat { times, body } => self.list(body).rounds(*times),
            Step::Fail(p) => Demand::reaching(1.0 - p, 1.0 - p),
            Step::Hold { pool, body } => {
                let mut held = self.list(body);
                held.pools.push((*pool, held.span));
                held
            }
            Step::Offload(body) => self.offload(body),
            Step::Saga(parts) => parts
                .iter()
                .fold(Demand::NOTHING, |before, part| before.then(self.list(&part.step))),
            Step::Acquire(_) | Step::Release(_) | Step::Write(_) | Step::Read(_) | Step::Apply(_) => Demand::NOTHING,
        }
    }

    fn choose(&self, branches: &[(f64, Vec<Step>)]) -> Demand {
        let some: f64 = branches.iter().map(|(p, _)| p).sum();
        let mut parts: Vec<(f64, Demand)> = branches.iter().map(|(p, steps)| (*p, self.list(steps))).collect();
        parts.push(((1.0 - some).max(0.0), Demand::NOTHING));
        Demand::mix(parts)
    }

    fn offload(&self, body: &[Step]) -> Demand {
        let threads = Reader { threads: true, ..*self };
        let demand = threads.list(body);
        Demand {
            offload: demand.held,
            held: 0.0,
            work: 0.0,
            ..demand
        }
    }

    fn pinned(&self, pins: bool, pause: Demand) -> Demand {
        let held = if pins { pause.span } else { 0.0 };
        Demand { held, ..pause }
    }

    fn call(&self, id: EdgeId) -> Demand {
        let edge = self.scenario.edge(id);
        let (way, arrives) = (mean(&edge.latency), 1.0 - edge.loss);
        let answer = match edge.to {
            Callee::Operation(..) => (self.answers)(id),
            Callee::Channel(_) => Answer {
                success: 1.0,
                response: 0.0,
            },
        };
        let mut call = match edge.mode {
            _ if matches!(edge.to, Callee::Channel(_)) && !edge.publish.reply => self.publication(id, way, arrives),
            Mode::Sync | Mode::Await | Mode::Poll | Mode::Callback => {
                let there_and_back = Demand::pause(patience(edge, 2.0 * way + answer.response));
                let success = match edge.policy.fallback {
                    Some(Fallback::Value(_)) => 1.0,
                    _ => arrives * arrives * answer.success,
                };
                Demand {
                    reach: success,
                    open: success,
                    ..self.pinned(edge.mode == Mode::Sync, there_and_back)
                }
            }
            Mode::Queue => self.publication(id, way, arrives),
            Mode::Oneway => Demand::NOTHING,
            Mode::Forward => Demand {
                open: 0.0,
                replied: arrives * answer.success,
                response: way + answer.response,
                ..Demand::NOTHING
            },
        };
        call.calls.push((id, 1.0));
        call
    }

    /// To the broker's ack.
    fn publication(&self, id: EdgeId, way: f64, arrives: f64) -> Demand {
        let edge = self.scenario.edge(id);
        let channel: ChannelId = match edge.to {
            Callee::Channel(channel) => channel,
            Callee::Operation(..) => self.scenario.own_channel(id),
        };
        let ack = mean(&self.scenario.channel_rules(channel).ack);
        let (pause, success) = match edge.publish.acks {
            Acks::None => (0.0, 1.0),
            Acks::Leader => (2.0 * way + ack, arrives * arrives),
            Acks::All => (2.0 * way + 2.0 * ack, arrives * arrives),
        };
        Demand {
            reach: success,
            open: success,
            ..self.pinned(self.threads, Demand::pause(pause))
        }
    }
}
