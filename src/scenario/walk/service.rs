//! Services, their steps and distributions on their way.

use super::{Wire, choice, duration, kind, list, number, option, small, text};
use crate::scenario::*;
use crate::time::Duration;

pub fn dist<W: Wire>(wire: &mut W, it: &mut Dist) {
    let index = match it {
        Dist::Constant(_) => 0,
        Dist::Exp { .. } => 1,
        Dist::Uniform { .. } => 2,
        Dist::LogNormal { .. } => 3,
        Dist::Erlang { .. } => 4,
        Dist::HyperExp(_) => 5,
        Dist::Pareto { .. } => 6,
        Dist::Empirical(_) => 7,
    };
    kind(wire, it, index, |index| {
        let (mean, low, high) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        Some(match index {
            0 => Dist::Constant(mean),
            1 => Dist::Exp { mean },
            2 => Dist::Uniform { low, high },
            3 => Dist::LogNormal { mean, p99: high },
            4 => Dist::Erlang { stages: 0, mean },
            5 => Dist::HyperExp(Vec::new()),
            6 => Dist::Pareto {
                shape: 0.0,
                minimum: low,
            },
            7 => Dist::Empirical(Vec::new()),
            _ => return None,
        })
    });
    match it {
        Dist::Constant(mean) | Dist::Exp { mean } => duration(wire, mean),
        Dist::Uniform { low, high } | Dist::LogNormal { mean: low, p99: high } => {
            duration(wire, low);
            duration(wire, high);
        }
        Dist::Erlang { stages, mean } => {
            small(wire, stages);
            duration(wire, mean);
        }
        Dist::HyperExp(phases) => list(
            wire,
            phases,
            || (0.0, Duration::ZERO),
            |wire, (share, mean)| {
                number(wire, share);
                duration(wire, mean);
            },
        ),
        Dist::Pareto { shape, minimum } => {
            number(wire, shape);
            duration(wire, minimum);
        }
        Dist::Empirical(values) => list(wire, values, || Duration::ZERO, duration),
    }
}

pub fn none() -> Service {
    Service::plain(String::new())
}

pub fn service<W: Wire>(wire: &mut W, it: &mut Service) {
    text(wire, &mut it.name);
    small(wire, &mut it.replicas);
    let index = u64::from(matches!(it.runtime, Runtime::Loop(_)));
    kind(wire, &mut it.runtime, index, |index| match index {
        0 => Some(Runtime::Threads(0)),
        1 => Some(Runtime::Loop(0)),
        _ => None,
    });
    let (Runtime::Threads(workers) | Runtime::Loop(workers)) = &mut it.runtime;
    small(wire, workers);
    let no_operation = || Operation {
        name: String::new(),
        steps: Vec::new(),
    };
    list(wire, &mut it.operations, no_operation, |wire, operation| {
        text(wire, &mut operation.name);
        wire.detail(&mut operation.steps, steps);
    });
    wire.detail(it, limits);
}

/// How a replica takes up work.
fn limits<W: Wire>(wire: &mut W, it: &mut Service) {
    let balances = [
        Balance::RoundRobin,
        Balance::Random,
        Balance::LeastInFlight,
        Balance::PowerOfTwo,
    ];
    choice(wire, &mut it.balance, &balances);
    choice(wire, &mut it.cpu, &[Cpu::Fifo, Cpu::Ps]);
    for limit in [&mut it.cores, &mut it.backlog, &mut it.in_flight] {
        option(wire, limit, || 0, small);
    }
    small(wire, &mut it.offload);
    choice(wire, &mut it.discipline, &[Discipline::Fifo, Discipline::Lifo]);
    let no_pool = || Pool {
        name: String::new(),
        size: 0,
    };
    list(wire, &mut it.pools, no_pool, |wire, pool| {
        text(wire, &mut pool.name);
        small(wire, &mut pool.size);
    });
    dist(wire, &mut it.cold_start);
    option(wire, &mut it.keep_warm, || Duration::ZERO, duration);
}

fn steps<W: Wire>(wire: &mut W, it: &mut Vec<Step>) {
    list(wire, it, || Step::Respond, step);
}

fn step<W: Wire>(wire: &mut W, it: &mut Step) {
    let index = match it {
        Step::Work(_) => 0,
        Step::Wait(_) => 1,
        Step::Call(_) => 2,
        Step::Parallel { .. } => 3,
        Step::Respond => 4,
        Step::Choose(_) => 5,
        Step::Repeat { .. } => 6,
        Step::Fail(_) => 7,
        Step::Hold { .. } => 8,
        Step::Acquire(_) => 9,
        Step::Release(_) => 10,
        Step::Offload(_) => 11,
        Step::Saga(_) => 12,
        Step::Write(_) => 13,
        Step::Read(_) => 14,
        Step::Apply(_) => 15,
    };
    kind(wire, it, index, blank_step);
    match it {
        Step::Work(time) | Step::Wait(time) => dist(wire, time),
        Step::Call(EdgeId(id))
        | Step::Acquire(id)
        | Step::Release(id)
        | Step::Write(ItemId(id))
        | Step::Read(ItemId(id))
        | Step::Apply(ItemId(id)) => small(wire, id),
        Step::Parallel { branches, join } => {
            list(wire, branches, Vec::new, steps);
            small(wire, join);
        }
        Step::Respond => {}
        Step::Choose(options) => list(
            wire,
            options,
            || (0.0, Vec::new()),
            |wire, (share, body)| {
                number(wire, share);
                steps(wire, body);
            },
        ),
        Step::Repeat { times, body } => {
            repeats(wire, times);
            steps(wire, body);
        }
        Step::Fail(share) => number(wire, share),
        Step::Hold { pool, body } => {
            small(wire, pool);
            steps(wire, body);
        }
        Step::Offload(body) => steps(wire, body),
        Step::Saga(parts) => {
            let no_part = || SagaStep {
                step: Vec::new(),
                undo: Vec::new(),
            };
            list(wire, parts, no_part, |wire, part| {
                steps(wire, &mut part.step);
                steps(wire, &mut part.undo);
            });
        }
    }
}

fn blank_step(index: u64) -> Option<Step> {
    let zero = Dist::Constant(Duration::ZERO);
    Some(match index {
        0 => Step::Work(zero),
        1 => Step::Wait(zero),
        2 => Step::Call(EdgeId(0)),
        3 => Step::Parallel {
            branches: Vec::new(),
            join: 0,
        },
        4 => Step::Respond,
        5 => Step::Choose(Vec::new()),
        6 => Step::Repeat {
            times: Times::Fixed(0),
            body: Vec::new(),
        },
        7 => Step::Fail(0.0),
        8 => Step::Hold {
            pool: 0,
            body: Vec::new(),
        },
        9 => Step::Acquire(0),
        10 => Step::Release(0),
        11 => Step::Offload(Vec::new()),
        12 => Step::Saga(Vec::new()),
        13 => Step::Write(ItemId(0)),
        14 => Step::Read(ItemId(0)),
        15 => Step::Apply(ItemId(0)),
        _ => return None,
    })
}

fn repeats<W: Wire>(wire: &mut W, it: &mut Times) {
    let index = u64::from(matches!(it, Times::Geometric(_)));
    kind(wire, it, index, |index| match index {
        0 => Some(Times::Fixed(0)),
        1 => Some(Times::Geometric(0.0)),
        _ => None,
    });
    match it {
        Times::Fixed(times) => small(wire, times),
        Times::Geometric(mean) => number(wire, mean),
    }
}
