//! Clients as they are written.

use super::super::model;
use super::part::Whole;
use super::value::{Count, Distribution, Duration, Rate, SteadyArrivals};
use crate::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A source of requests: open (`arrivals`), where requests come whatever happens to the earlier ones, or closed (`users`),
/// where each user thinks, calls, waits for the outcome, and thinks again. A client with several edges sends each
/// request over one of them, by `weight`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend(
    "anyOf" = [{ "required": ["arrivals"] }, { "required": ["users", "think"] }],
    "dependentSchemas" = { "arrivals": { "properties": { "users": false, "think": false } } }
))]
pub struct Client {
    /// When requests come.
    pub arrivals: Option<Arrivals>,
    /// How many users there are.
    pub users: Option<Count>,
    /// How long a user thinks before each request; a user begins by thinking.
    pub think: Option<Distribution>,
    /// Sends from here on; patterns in time begin here.
    #[schemars(extend("default" = "0s"))]
    pub start: Option<Duration>,
    /// Sends nothing at or after this instant. Without, to the end of the run.
    #[schemars(extend("default" = null))]
    pub stop: Option<Duration>,
}

/// The arrivals of an open client: a text where they never change their manner, else a pattern in time. Ramp and wave are
/// Poisson arrivals with a rate that changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Arrivals {
    Steady(SteadyArrivals),
    Burst {
        /// So many requests at once, at the start
        burst: Count,
        /// and then again after each of these times; above 0.
        every: Duration,
    },
    Ramp {
        /// The rate goes evenly from the first to the second and stays there.
        ramp: [Rate; 2],
        /// How long it takes for that; above 0.
        over: Duration,
    },
    Wave {
        /// The rate swings between the first, where it begins, and the second.
        wave: [Rate; 2],
        /// How long it takes for there and back; above 0.
        period: Duration,
    },
    Times {
        /// One request at each of these times after the start.
        #[schemars(length(min = 1))]
        times: Vec<Duration>,
    },
}

impl Whole for Client {
    fn may_change(key: &str) -> bool {
        matches!(key, "arrivals" | "users" | "think")
    }
}

impl From<&model::Client> for Client {
    fn from(client: &model::Client) -> Client {
        let (arrivals, users, think) = match &client.load {
            model::Load::Open(arrivals) => (Some(arrivals.into()), None, None),
            model::Load::Closed { users, think } => (None, Some(Count(*users)), Some(think.into())),
        };
        Client {
            arrivals,
            users,
            think,
            start: Some(client.start.into()),
            stop: (client.stop != Instant::NEVER).then(|| client.stop.into()),
        }
    }
}

impl From<&model::Arrivals> for Arrivals {
    fn from(arrivals: &model::Arrivals) -> Arrivals {
        use model::Arrivals::*;
        let rates = |low: f64, high: f64| [Rate::of_second(low), Rate::of_second(high)];
        match arrivals {
            Poisson { gap_ns } => Arrivals::Steady(SteadyArrivals(format!("poisson({})", Rate::of_gap(*gap_ns).0))),
            Constant { gap_ns } => Arrivals::Steady(SteadyArrivals(format!("constant({})", Rate::of_gap(*gap_ns).0))),
            Renewal(gap) => Arrivals::Steady(SteadyArrivals(format!("renewal({})", Distribution::from(gap).0))),
            Burst { size, every } => Arrivals::Burst {
                burst: Count(*size),
                every: (*every).into(),
            },
            Ramp { low, high, over } => Arrivals::Ramp {
                ramp: rates(*low, *high),
                over: (*over).into(),
            },
            Wave { low, high, period } => Arrivals::Wave {
                wave: rates(*low, *high),
                period: (*period).into(),
            },
            Times(times) => Arrivals::Times {
                times: times.iter().map(|time| (*time).into()).collect(),
            },
        }
    }
}
