//! Services as they are written.

use super::super::model::{self, Runtime};
use super::author::Author;
use super::part::Whole;
use super::step::Step;
use super::value::{Count, Distribution, Duration, Name, Probability};
use super::word::{Balance, Cpu, Discipline, Fanout};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A node that runs operations, on replicas of its own. `threads`: thread per request, a wait pins the thread. `loop`:
/// an event loop, only a `sync` call blocks it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("dependentSchemas" = {
    "threads": { "properties": { "loop": false } },
    "operations": { "properties": { "work": false, "fail": false, "fanout": false } }
}))]
pub struct Service {
    /// How many there are of it, each with workers and a backlog of its own.
    #[schemars(extend("default" = 1))]
    pub replicas: Option<Count>,
    /// How callers pick a replica.
    #[schemars(extend("default" = "roundRobin"))]
    pub balance: Option<Balance>,
    /// Threads of each replica.
    #[schemars(extend("default" = 8))]
    pub threads: Option<Count>,
    /// Loop threads of each replica; in the place of `threads`.
    pub r#loop: Option<Count>,
    /// Cores of each replica. Without, every worker has a core of its own.
    #[schemars(extend("default" = null))]
    pub cores: Option<Count>,
    /// How cores are shared.
    #[schemars(extend("default" = "fifo"))]
    pub cpu: Option<Cpu>,
    /// How many requests may wait at a replica before it refuses. Without, any number.
    #[schemars(range(min = 0, max = 1_000_000), extend("default" = null))]
    pub backlog: Option<u32>,
    /// How many begun spans a replica may have, waiting ones too; the others wait in the backlog. Without, any number.
    #[schemars(extend("default" = null))]
    pub in_flight: Option<Count>,
    /// Threads of each replica that run `offload` steps beside its loop.
    #[schemars(range(min = 0, max = 1_000_000), extend("default" = 0))]
    pub offload: Option<u32>,
    /// In which order waiting requests get a worker.
    #[schemars(extend("default" = "fifo"))]
    pub discipline: Option<Discipline>,
    /// What spans hold one of for a while (connections, a lock): the size of each pool, shared by all replicas.
    pub pools: Option<IndexMap<Name, Count>>,
    /// What a worker takes before its first span, and again after it has been idle for `keepWarm`.
    #[schemars(extend("default" = "0s"))]
    pub cold_start: Option<Distribution>,
    /// For how long an idle worker stays warm; beside `coldStart`. Without, for ever.
    #[schemars(extend("default" = null))]
    pub keep_warm: Option<Duration>,
    /// Of a service without `operations`, which has one, `default`: its work, before it calls each of its edges.
    pub work: Option<Distribution>,
    /// Of a service without `operations`: the probability that it fails, after the work and before the calls.
    #[schemars(extend("default" = 0))]
    pub fail: Option<Probability>,
    /// Of a service without `operations`: how it calls its edges.
    #[schemars(extend("default" = "sequential"))]
    pub fanout: Option<Fanout>,
    /// What it can be asked to do.
    #[schemars(extend("minProperties" = 1))]
    pub operations: Option<IndexMap<Name, Operation>>,
}

/// A named entry of a service: its steps, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Operation {
    Steps(Vec<Step>),
    Table {
        /// The steps, where more is said of the operation than these.
        steps: Vec<Step>,
    },
}

impl Whole for Service {
    fn may_change(key: &str) -> bool {
        matches!(key, "balance" | "backlog" | "inFlight")
    }
}

impl Service {
    /// A service with its operations written out.
    pub fn new(author: &mut Author, service: &model::Service) -> Service {
        let (threads, r#loop) = match service.runtime {
            Runtime::Threads(n) => (Some(Count(n)), None),
            Runtime::Loop(n) => (None, Some(Count(n))),
        };
        let pool = |pool: &model::Pool| (Name(pool.name.clone()), Count(pool.size));
        let operations = service.operations.iter().map(|operation| {
            let steps = author.steps(service, &operation.steps);
            (Name(operation.name.clone()), Operation::Steps(steps))
        });
        Service {
            replicas: Some(Count(service.replicas)),
            balance: Some(service.balance.into()),
            threads,
            r#loop,
            cores: service.cores.map(Count),
            cpu: Some(service.cpu.into()),
            backlog: service.backlog,
            in_flight: service.in_flight.map(Count),
            offload: Some(service.offload),
            discipline: Some(service.discipline.into()),
            pools: (!service.pools.is_empty()).then(|| service.pools.iter().map(pool).collect()),
            cold_start: Some((&service.cold_start).into()),
            keep_warm: service.keep_warm.map(Duration::from),
            work: None,
            fail: None,
            fanout: None,
            operations: Some(operations.collect()),
        }
    }
}
