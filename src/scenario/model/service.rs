//! Services: their runtime, and the steps of their operations.

use super::{EdgeId, EntityId, ItemId};
use crate::time::Duration;

/// A distribution of durations.
#[derive(Clone, Debug, PartialEq)]
pub enum Dist {
    Constant(Duration),
    Exp {
        mean: Duration,
    },
    Uniform {
        low: Duration,
        high: Duration,
    },
    /// The fit of smaller σ to this mean and 99th percentile.
    LogNormal {
        mean: Duration,
        p99: Duration,
    },
    /// `stages` exponential stages that take `mean` in total.
    Erlang {
        stages: u32,
        mean: Duration,
    },
    /// One of several exponentials; the probabilities add up to 1.
    HyperExp(Vec<(f64, Duration)>),
    Pareto {
        shape: f64,
        minimum: Duration,
    },
    /// One of these values, each as likely.
    Empirical(Vec<Duration>),
}

/// A named node that runs operations on replicas of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub name: String,
    pub replicas: u32,
    pub balance: Balance,
    pub runtime: Runtime,
    /// Cores of each replica; without, every worker has a core of its own.
    pub cores: Option<u32>,
    pub cpu: Cpu,
    /// How many requests may wait at a replica before it refuses; without, any number.
    pub backlog: Option<u32>,
    /// How many begun spans a replica may have; without, any number.
    pub in_flight: Option<u32>,
    /// Threads of each replica that run `offload` steps beside its loop.
    pub offload: u32,
    pub discipline: Discipline,
    /// What spans hold one of for a while: connections, a lock. Shared by all replicas.
    pub pools: Vec<Pool>,
    /// What a worker takes before its first span, and again after it has been idle for `keep_warm`.
    pub cold_start: Dist,
    /// For how long an idle worker stays warm; without, for ever.
    pub keep_warm: Option<Duration>,
    pub operations: Vec<Operation>,
}

impl Service {
    /// One replica with eight threads, a core for each, unlimited queues and no operation.
    pub fn plain(name: String) -> Service {
        Service {
            name,
            replicas: 1,
            balance: Balance::RoundRobin,
            runtime: Runtime::Threads(8),
            cores: None,
            cpu: Cpu::Fifo,
            backlog: None,
            in_flight: None,
            offload: 0,
            discipline: Discipline::Fifo,
            pools: Vec::new(),
            cold_start: Dist::Constant(Duration::ZERO),
            keep_warm: None,
            operations: Vec::new(),
        }
    }

    /// The lanes of one replica: its workers, then its offload threads.
    pub fn lanes(&self) -> u32 {
        self.runtime.workers() + self.offload
    }
}

/// A number of equal things that spans take, hold and give back.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    pub name: String,
    pub size: u32,
}

/// In which order waiting requests get a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    Fifo,
    /// The one that joined last goes first.
    Lifo,
}

/// How callers pick a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Balance {
    RoundRobin,
    Random,
    /// The replica with fewest requests in flight and waiting; the lowest index among equals.
    LeastInFlight,
    /// Two distinct replicas at random; the one with fewer in flight and waiting.
    PowerOfTwo,
}

/// How a replica executes its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// Thread per request: a wait pins the thread.
    Threads(u32),
    /// Event loop threads: only a `sync` call blocks one.
    Loop(u32),
}

impl Runtime {
    /// The number of workers of one replica.
    pub fn workers(self) -> u32 {
        match self {
            Runtime::Threads(n) | Runtime::Loop(n) => n,
        }
    }
}

/// How the cores of a replica are shared when more workers want to run than there are cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpu {
    /// One burst of work after the other, in order of asking.
    Fifo,
    /// Processor sharing: all at once, each proportionally slower.
    Ps,
}

/// A named entry of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub name: String,
    pub steps: Vec<Step>,
}

/// One step of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// CPU time on a worker and, where cores are limited, on a core.
    Work(Dist),
    /// A delay without CPU: pins a thread, frees a loop.
    Wait(Dist),
    Call(EdgeId),
    /// All branches at once; goes on when `join` of them have succeeded (1 ≤ join ≤ branches).
    Parallel {
        branches: Vec<Vec<Step>>,
        join: u32,
    },
    /// The reply leaves now; the rest runs on after it.
    Respond,
    /// One branch by probability; what is missing to 1 does nothing.
    Choose(Vec<(f64, Vec<Step>)>),
    Repeat {
        times: Times,
        body: Vec<Step>,
    },
    /// Ends the operation with an error, with this probability.
    Fail(f64),
    /// Takes one of the service's pool (an index in [`Service::pools`]), first come first served, and gives it back
    /// behind the body, or when the span ends within.
    Hold {
        pool: u32,
        body: Vec<Step>,
    },
    /// Takes one of a pool for the request, which keeps it until `Release` or its end.
    Acquire(u32),
    Release(u32),
    /// On a loop: these steps run on one of the offload threads.
    Offload(Vec<Step>),
    /// In order; an error runs the undos of what was done, newest first, and then ends the operation.
    Saga(Vec<SagaStep>),
    /// The owner changes the item.
    Write(ItemId),
    /// Looks at the service's own copy; at the owner's where it keeps none.
    Read(ItemId),
    /// Brings the service's copy up to date with what the request wrote.
    Apply(ItemId),
}

/// One step of a saga and what takes it back.
#[derive(Clone, Debug, PartialEq)]
pub struct SagaStep {
    pub step: Vec<Step>,
    pub undo: Vec<Step>,
}

/// A kind of thing that requests are about, such as customers; each request draws one of `count`.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    pub name: String,
    /// Without, every request is about another one.
    pub count: Option<u32>,
}

/// A piece of data, or one for each instance of an entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub name: String,
    pub of: Option<EntityId>,
}

/// How often a `repeat` runs its body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Times {
    Fixed(u32),
    /// 0, 1, 2, … with this mean.
    Geometric(f64),
}
