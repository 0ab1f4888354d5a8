//! Steps of operations as they are written.

use super::value::{Count, Distribution, Geometric, Name, Probability, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of an operation: a map whose first key says which.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Step {
    Work {
        /// CPU time: occupies the worker (or loop thread) and, where `cores` is set, a core.
        work: Distribution,
    },
    Wait {
        /// A delay without CPU (disk, sleep): a thread stays pinned, a loop thread is free.
        wait: Distribution,
    },
    Call {
        /// Over the edge to this target, in the edge's mode. A call without an edge in `edges` is a plain `sync` edge.
        call: Target,
    },
    Parallel {
        /// All branches at once, on the one worker.
        #[schemars(length(min = 1))]
        parallel: Vec<Vec<Step>>,
        /// How many branches must have succeeded before it goes on: a number, `"any"` (1) or `"all"`.
        #[schemars(extend("default" = "all"))]
        join: Option<Join>,
    },
    Respond {
        /// The reply leaves now; the rest runs on after it. Once in an operation, and not inside another step but `choose`.
        #[schemars(extend("const" = true))]
        respond: bool,
    },
    Hold {
        /// Takes one of this pool of the service, first come first served,
        hold: Name,
        /// and frees it after these steps.
        r#do: Vec<Step>,
    },
    Acquire {
        /// Takes one of this pool for the request, which keeps it until `release` or its end.
        acquire: Name,
    },
    Release {
        /// Gives one of this pool back, in whichever operation of the request.
        release: Name,
    },
    Choose {
        /// One branch by probability; what is missing to 1 does nothing.
        choose: Vec<Choice>,
    },
    Fail {
        /// Ends the operation with an error, with this probability.
        fail: Probability,
    },
    Repeat {
        /// So many times
        repeat: Times,
        /// these steps.
        r#do: Vec<Step>,
    },
    Offload {
        /// On a loop: these steps run in the pool of `offload` threads.
        offload: Vec<Step>,
    },
    Saga {
        /// In order; an error runs the undos of what was done, newest first, and then ends the operation.
        #[schemars(length(min = 1))]
        saga: Vec<SagaStep>,
    },
    Write {
        /// The service changes this item, which is its own.
        write: Name,
        /// What tells instances of the item apart: each request is about one of these. Said once, it holds everywhere.
        of: Option<Name>,
        /// How many of these there are. Without, every request is about another one.
        keys: Option<Count>,
    },
    Read {
        /// The service looks at its own copy of this item; at the owner's where it keeps none.
        read: Name,
        /// As in `write`.
        of: Option<Name>,
        /// As in `write`.
        keys: Option<Count>,
    },
    Apply {
        /// The service's copy of this item is brought up to date with what the request wrote.
        apply: Name,
        /// As in `write`.
        of: Option<Name>,
        /// As in `write`.
        keys: Option<Count>,
    },
}

/// How many branches must have succeeded: a number from 1 to that of the branches, or a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Join {
    Word(Enough),
    Number(#[schemars(range(min = 1))] u32),
}

/// One branch or every branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Enough {
    /// the first
    Any,
    /// all
    All,
}

/// How often: a whole number up to 100,000, or a random one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Times {
    Fixed(#[schemars(range(min = 0, max = 100_000))] u32),
    Geometric(Geometric),
}

/// A branch of `choose`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The probability of this branch; all together 1 at most.
    pub p: Probability,
    /// Its steps; none do nothing.
    pub r#do: Vec<Step>,
}

/// A part of `saga`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SagaStep {
    /// What is done.
    pub r#do: Steps,
    /// What takes it back. Without, nothing.
    pub undo: Option<Steps>,
}

/// A step, or a list of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Steps {
    One(Box<Step>),
    Several(Vec<Step>),
}
