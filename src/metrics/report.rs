//! The report of a run, with the keys that `swim run --json` prints.
//!
//! Times are milliseconds and rates are per second unless a name says otherwise. Counts and times follow the
//! cohort (requests offered in [warm-up, duration)); shares and means over time follow the window, summed over
//! replicas. offered = replied + failed + inFlight.

use super::Named;
use super::pulse::Pulse;
use super::ranking::Ranking;
use serde::Serialize;

/// Everything that was measured in one run, or the means over several.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub scenario: String,
    pub seed: u64,
    /// Name and version of the engine.
    pub engine: String,
    /// How far the run has come, in simulated seconds.
    #[serde(rename = "simulatedS")]
    pub simulated_s: f64,
    /// Events that the engine handled.
    pub events: u64,
    /// A hash of everything that happened: sixteen hexadecimal digits.
    pub digest: String,
    pub warnings: Vec<String>,
    pub clients: Named<ClientReport>,
    pub services: Named<ServiceReport>,
    pub edges: Named<EdgeReport>,
    pub channels: Named<ChannelReport>,
    /// Absent where the scenario has no data.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub keys: Named<KeyReport>,
    /// What happened when; for a picture.
    #[serde(skip)]
    pub pulse: Pulse,
    /// Requests to look at; no figures.
    #[serde(skip)]
    pub ranking: Ranking,
}

/// What the requests of a client experienced.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientReport {
    pub offered: u64,
    pub replied: u64,
    pub failed: u64,
    pub failures: Named<u64>,
    pub in_flight: u64,
    #[serde(rename = "throughputPerS")]
    pub throughput_per_s: f64,
    #[serde(rename = "goodputPerS")]
    pub goodput_per_s: f64,
    pub response_ms: Summary,
    pub completion_ms: Summary,
    pub open_completions: u64,
}

/// What the workers of a service did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceReport {
    pub arrivals: u64,
    pub completed: u64,
    pub failed: u64,
    pub rejected: u64,
    pub in_flight: u64,
    pub running_share: f64,
    pub blocked_share: f64,
    pub core_wait_share: f64,
    pub idle_share: f64,
    /// The share of workers that are not idle, blocked ones included.
    pub utilization: f64,
    /// The share of cores that run work; without `cores`, each worker has one.
    pub core_utilization: f64,
    pub backlog_mean: f64,
    pub backlog_max: u64,
    pub in_flight_mean: f64,
    pub response_ms: Summary,
}

/// What happened to the calls over an edge.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EdgeReport {
    pub mode: String,
    pub calls: u64,
    pub attempts: u64,
    pub ok: u64,
    pub failed: u64,
    pub failures: Named<u64>,
    pub retries: u64,
    pub hedges: u64,
    pub fallbacks: u64,
    /// Questions whether a call is done (mode `poll`).
    pub polls: u64,
    /// Messages that the network lost, and calls that found their edge cut and nobody waits for.
    pub lost: u64,
    pub in_flight: u64,
    /// Worker-seconds for which callers were blocked on this edge.
    #[serde(rename = "blockedS")]
    pub blocked_s: f64,
    pub call_ms: Summary,
}

/// What happened in a channel. Of a topic each group has a copy of each message: all counts but `published` and
/// `refused` are of copies.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChannelReport {
    pub published: u64,
    /// Publications that a full channel, or one that was away, refused.
    pub refused: u64,
    pub delivered: u64,
    pub redelivered: u64,
    pub dead_lettered: u64,
    /// Lost by a rule: too many deliveries without dead letters, the oldest of a full channel, a crash of the broker.
    pub dropped: u64,
    /// Longer in the channel than it keeps messages.
    pub expired: u64,
    /// Ended well by a consumer after one had ended well before.
    pub duplicates: u64,
    /// Acknowledged after a later message about the same thing.
    pub out_of_order: u64,
    /// Messages that not every group has taken; what consumers hold does not lie in the channel.
    pub depth_mean: f64,
    pub depth_max: u64,
    /// From publication to delivery.
    pub age_ms: Summary,
    /// Of a topic.
    pub groups: Named<GroupReport>,
}

/// What one consumer group of a channel received.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupReport {
    pub delivered: u64,
    /// Messages that the group has not taken.
    pub lag_mean: f64,
    pub lag_max: u64,
}

/// What became of an item of data.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyReport {
    /// From a write until a copy has it, for each version that came to a copy.
    pub lag_ms: Summary,
    pub reads: u64,
    /// Reads of a copy that was older than what the owner had.
    pub stale_reads: u64,
    /// Writes that somebody took for done and that no copy had when their owner died.
    pub lost_writes: u64,
}

/// A distribution in a few numbers; an empty one has count 0 and nulls.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub mean: Option<f64>,
    pub p50: Option<f64>,
    pub p90: Option<f64>,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
    pub p999: Option<f64>,
    pub max: Option<f64>,
    pub count: u64,
    /// 95 % confidence interval of the mean.
    pub ci95: Option<[f64; 2]>,
}
