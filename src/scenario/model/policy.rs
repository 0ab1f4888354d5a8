//! Policies: what guards and shapes the calls over an edge.

use super::{Cause, Dist, EdgeId};
use crate::time::Duration;

/// What guards and shapes the calls over an edge. Outermost first: fallback, retry, breaker, limit, rate, timeout,
/// hedge, connection, network.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    pub fallback: Option<Fallback>,
    pub retry: Option<Retry>,
    pub breaker: Option<Breaker>,
    /// Attempts of one caller replica under way at most (bulkhead).
    pub limit: Option<u32>,
    /// Attempts per second of one caller replica at most.
    pub rate: Option<f64>,
    /// After this time without an answer one extra attempt is sent; the first success wins.
    pub hedge: Option<Duration>,
    /// Connections of each caller replica; without, any number.
    pub connections: Option<u32>,
    /// What opening a connection takes: the handshakes.
    pub setup: Option<Dist>,
    pub deadline: Option<Deadline>,
    /// Whether the callee is told when its caller gives up: it ends the step that it is at and begins no other, but undoes what a saga has done.
    pub cancel: bool,
    /// Whether the callee recognises an attempt whose work it has done already.
    pub idempotent: bool,
    /// In mode `poll`: from an answer to the next question.
    pub every: Option<Duration>,
}

/// What a call yields instead of a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Fallback {
    /// A value that is at hand; its text is for the reader.
    Value(String),
    /// The outcome of a call over this edge.
    Call(EdgeId),
}

/// Further attempts after a failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Retry {
    /// The first counts.
    pub attempts: u32,
    pub backoff: Backoff,
    pub jitter: Jitter,
    /// Tokens that each call adds; a retry takes one; at most ten, and ten at first.
    pub budget: Option<f64>,
    /// The causes after which it tries again.
    pub on: Vec<Cause>,
}

/// How long a caller waits before a retry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Backoff {
    Constant(Duration),
    /// `step`, 2 `step`, 3 `step`, …
    Linear(Duration),
    /// `first`, 2 `first`, 4 `first`, … at most `most`.
    Exponential {
        first: Duration,
        most: Duration,
    },
}

/// How chance spreads the backoff b (Brooker 2015).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jitter {
    None,
    /// b/2 and up to b/2 more.
    Equal,
    /// From 0 to b.
    Full,
    /// From the first backoff to three times the last one, at most the cap.
    Decorrelated,
}

/// Refuses calls to a callee that fails too often.
#[derive(Clone, Debug, PartialEq)]
pub struct Breaker {
    /// The last so many attempts are looked at.
    pub window: u32,
    /// Opens at this share of failures,
    pub failure_rate: f64,
    /// but not before so many attempts.
    pub minimum_calls: u32,
    /// Stays open for so long,
    pub open: Duration,
    /// and then lets so many trials pass, which must all succeed.
    pub half_open: u32,
}

/// Until when a call and all that it causes is of any use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deadline {
    /// So long after the call was made, or at the caller's own deadline if that is earlier.
    After(Duration),
    /// The caller's own deadline.
    Propagate,
}
