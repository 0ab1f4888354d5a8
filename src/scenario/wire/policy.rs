//! Policies of an edge as they are written.

use super::super::model;
use super::author::Author;
use super::value::{Backoff, Count, Duration, Probability, Target};
use super::word::{Cause, Jitter};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Further attempts after a failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retry {
    /// How often it is tried at most; the first counts.
    #[schemars(range(min = 1, max = 100))]
    pub attempts: u32,
    /// How long it waits before a further attempt.
    #[schemars(extend("default" = "constant(0s)"))]
    pub backoff: Option<Backoff>,
    /// How chance spreads the backoff.
    #[schemars(extend("default" = "none"))]
    pub jitter: Option<Jitter>,
    /// Tokens that each call adds; a retry takes one; ten at most, and at first. Without, any number of retries.
    #[schemars(range(min = 0, max = 10), extend("default" = null))]
    pub budget: Option<f64>,
    /// The causes after which it tries again.
    #[schemars(extend("default" = ["timeout", "refused", "reset"]))]
    pub on: Option<Vec<Cause>>,
}

/// Refuses calls to a callee that fails too often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Breaker {
    /// The last so many attempts are looked at.
    #[schemars(extend("default" = 100))]
    pub window: Option<Count>,
    /// Opens at this share of failures,
    #[schemars(extend("default" = 0.5))]
    pub failure_rate: Option<Probability>,
    /// but not before so many attempts; as many as `window` where nothing is said, and never more.
    pub minimum_calls: Option<Count>,
    /// Stays open for so long, above 0,
    #[schemars(extend("default" = "60s"))]
    pub open: Option<Duration>,
    /// and then lets so many trials pass, which must all succeed.
    #[schemars(extend("default" = 10))]
    pub half_open: Option<Count>,
}

/// What a call yields instead of a failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Fallback {
    Value {
        /// A value that is at hand; its text is for the reader.
        value: Value,
    },
    Call {
        /// The outcome of a call over the edge to this target. Of edges that begin at a service.
        call: Target,
    },
}

/// Until when a call and all that it causes is of any use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Deadline {
    Word(Propagate),
    After(Duration),
}

/// The caller's own deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Propagate {
    /// that of the caller
    Propagate,
}

impl From<&model::Retry> for Retry {
    fn from(retry: &model::Retry) -> Retry {
        Retry {
            attempts: retry.attempts,
            backoff: Some(retry.backoff.into()),
            jitter: Some(retry.jitter.into()),
            budget: retry.budget,
            on: Some(retry.on.iter().map(|cause| (*cause).into()).collect()),
        }
    }
}

impl From<&model::Breaker> for Breaker {
    fn from(breaker: &model::Breaker) -> Breaker {
        let own = breaker.minimum_calls != breaker.window;
        Breaker {
            window: Some(Count(breaker.window)),
            failure_rate: Some(Probability(breaker.failure_rate)),
            minimum_calls: own.then_some(Count(breaker.minimum_calls)),
            open: Some(breaker.open.into()),
            half_open: Some(Count(breaker.half_open)),
        }
    }
}

impl From<model::Deadline> for Deadline {
    fn from(deadline: model::Deadline) -> Deadline {
        match deadline {
            model::Deadline::Propagate => Deadline::Word(Propagate::Propagate),
            model::Deadline::After(time) => Deadline::After(time.into()),
        }
    }
}

impl Fallback {
    /// What an edge falls back to.
    pub fn new(author: &Author, fallback: &model::Fallback) -> Fallback {
        match fallback {
            model::Fallback::Value(value) => Fallback::Value {
                value: Value::String(value.clone()),
            },
            model::Fallback::Call(edge) => Fallback::Call {
                call: author.ends(*edge).1,
            },
        }
    }
}
