//! The scenario as data, after every name has been resolved and every sugar taken away.
//!
//! ```text
//! Client ──edge──▶ Service ─ Operation ─ [Step, Step, Call ──edge──▶ Service …]
//! ```
//!
//! Law: values of these types are made by `scenario::text` (or by a test that keeps the same promises): indices
//! point at something, probabilities lie in 0..=1, counts are at least 1 where nothing else makes sense.

use crate::time::{Duration, Instant};
use serde::{Deserialize, Serialize};

/// The index of a client in [`Scenario::clients`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClientId(pub u32);

/// The index of a service in [`Scenario::services`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ServiceId(pub u32);

/// The index of an edge in [`Scenario::edges`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EdgeId(pub u32);

/// One whole experiment: everything that a run needs but its seed's replacement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    pub name: String,
    /// Markdown for the reader.
    pub about: String,
    pub seed: u64,
    pub run: Window,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
    /// The declared edges in file order, then those that a step's `call` implied.
    pub edges: Vec<Edge>,
    /// Sorted by time; equal times in file order.
    pub changes: Vec<Change>,
}

/// How long a run lasts, and how much of its beginning is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub warmup: Duration,
    /// Includes the warm-up.
    pub duration: Duration,
}

impl Window {
    /// Whether the time of so many workers over the whole run can be counted in nanoseconds.
    pub fn can_count(self, workers: u64) -> bool {
        workers as u128 * self.duration.0 as u128 <= 1 << 62
    }
}

/// A source of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    pub name: String,
    pub load: Load,
    /// Its outgoing edges in file order; each request takes one of them, by weight. Never empty.
    pub edges: Vec<EdgeId>,
}

/// How a client decides when to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Load {
    /// Requests arrive whatever happens to the earlier ones.
    Open(Arrivals),
    /// Each user thinks, calls, waits for the outcome, and thinks again.
    Closed { users: u32, think: Dist },
}

/// The arrival process of an open client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Arrivals {
    /// Exponential gaps with this mean.
    Poisson { gap_ns: f64 },
    /// Equal gaps; the first request comes after one gap.
    Constant { gap_ns: f64 },
    /// `size` requests at once, at 0 and then every `every`.
    Burst { size: u32, every: Duration },
}

/// A distribution of durations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub operations: Vec<Operation>,
}

/// How callers pick a replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Balance {
    RoundRobin,
    Random,
    /// The replica with fewest requests in flight and waiting; the lowest index among equals.
    LeastInFlight,
    /// Two distinct replicas at random; the one with fewer in flight and waiting.
    PowerOfTwo,
}

/// How a replica executes its spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cpu {
    /// One burst of work after the other, in order of asking.
    Fifo,
    /// Processor sharing: all at once, each proportionally slower.
    Ps,
}

/// A named entry of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    pub name: String,
    pub steps: Vec<Step>,
}

/// One step of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// How often a `repeat` runs its body.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Times {
    Fixed(u32),
    /// 0, 1, 2, … with this mean.
    Geometric(f64),
}

/// Who calls over an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Caller {
    Client(ClientId),
    Service(ServiceId),
}

/// One caller → callee pair with its call mode and policies: the thing that is toggled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// `from->to` as written.
    pub name: String,
    pub from: Caller,
    pub to: ServiceId,
    /// The index in the callee's operations.
    pub operation: u32,
    pub mode: Mode,
    /// The mode that one click gives to a `sync` edge.
    pub flip: Mode,
    /// Of a client's edges: the share of requests that take this one, relative to the others.
    pub weight: f64,
    /// One way, in each direction.
    pub latency: Dist,
    /// The probability that a message on this edge is lost, in each direction.
    pub loss: f64,
    pub timeout: Option<Duration>,
    /// The channel of this edge's own that mode `queue` uses.
    pub channel: Channel,
    /// False where only a step's `call` implies the edge.
    pub declared: bool,
}

/// Who waits for whom on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// The caller's worker is held until the outcome.
    Sync,
    /// The worker is released; the continuation queues for one when the outcome is there.
    Await,
    /// Nobody waits and nobody sees a failure.
    Oneway,
    /// Goes on after the broker's ack; the callee takes the message when it is free.
    Queue,
}

impl Mode {
    /// All modes of this floor, in the order of a menu.
    pub const ALL: [Mode; 4] = [Mode::Sync, Mode::Await, Mode::Oneway, Mode::Queue];

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Sync => "sync",
            Mode::Await => "await",
            Mode::Oneway => "oneway",
            Mode::Queue => "queue",
        }
    }

    /// Whether the caller's request waits for the callee's outcome (a solid arrow).
    pub fn waits(self) -> bool {
        matches!(self, Mode::Sync | Mode::Await)
    }
}

/// The broker's queue behind an edge in mode `queue`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// How many messages may lie in it before it refuses; without, any number.
    pub capacity: Option<u32>,
    /// From a message's arrival at the broker to the ack that it sends.
    pub ack: Duration,
}

impl Default for Channel {
    fn default() -> Self {
        Channel {
            capacity: None,
            ack: Duration::ZERO,
        }
    }
}

/// What a reader toggled during a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub at: Instant,
    pub edge: EdgeId,
    pub set: Setting,
}

/// A property of an edge that can change while a run goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    Mode(Mode),
    Timeout(Option<Duration>),
    Latency(Dist),
    Loss(f64),
}

impl Scenario {
    /// The edge of this id.
    pub fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.0 as usize]
    }

    /// The service of this id.
    pub fn service(&self, id: ServiceId) -> &Service {
        &self.services[id.0 as usize]
    }

    /// The id of the edge of exactly this name.
    pub fn edge_named(&self, name: &str) -> Option<EdgeId> {
        self.edges.iter().position(|e| e.name == name).map(|i| EdgeId(i as u32))
    }

    /// The same experiment for another time, or why it cannot last so long or so short.
    pub fn lasting(mut self, duration: Duration) -> Result<Scenario, String> {
        self.run.duration = duration;
        if duration <= self.run.warmup {
            return Err(format!(
                "the run would end at {duration} and its warm-up at {}; the duration includes the warm-up and must be longer",
                self.run.warmup
            ));
        }
        let workers = self.first_lanes().last().map_or(0, |lanes| u64::from(*lanes));
        if !self.run.can_count(workers) {
            return Err(format!(
                "{workers} workers for {duration} are beyond what is counted; fewer workers or a shorter run"
            ));
        }
        Ok(self)
    }

    /// The lanes of all workers: service by service, replica by replica, worker by worker. Yields the first lane
    /// of each service and, last, the number of all lanes.
    pub fn first_lanes(&self) -> Vec<u32> {
        let mut first = vec![0];
        for service in &self.services {
            first.push(first[first.len() - 1] + service.replicas * service.runtime.workers());
        }
        first
    }
}
