//! The report of one run as it is printed.
//!
//! ```text
//! Report ─▶ {"scenario": …, "clients": {…}, …, "keys": {}, "totals": {"blockedS": 1.5, "retries": 7}} ─▶ JSON, CSV, tables
//! ```
//!
//! Law: whoever prints a report prints this, so that the same run gives the same bytes everywhere.

use crate::metrics::{ChannelReport, ClientReport, EdgeReport, KeyReport, Named, Report, ServiceReport};
use crate::scenario::Scenario;
use serde::Serialize;

/// A report with `keys` also where there are none, and with its totals.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Printed<'a> {
    scenario: &'a str,
    seed: u64,
    engine: &'a str,
    #[serde(rename = "simulatedS")]
    simulated_s: f64,
    events: u64,
    digest: &'a str,
    warnings: &'a [String],
    clients: &'a Named<ClientReport>,
    services: &'a Named<ServiceReport>,
    edges: &'a Named<EdgeReport>,
    channels: &'a Named<ChannelReport>,
    keys: &'a Named<KeyReport>,
    totals: Totals,
}

/// Worker-seconds of the window for which workers were blocked, whatever on, and retries for the requests that count.
#[derive(Serialize)]
pub struct Totals {
    #[serde(rename = "blockedS")]
    pub blocked_s: f64,
    pub retries: u64,
}

/// What is printed of a run.
pub fn printed<'a>(scenario: &Scenario, report: &'a Report) -> Printed<'a> {
    Printed {
        scenario: &report.scenario,
        seed: report.seed,
        engine: &report.engine,
        simulated_s: report.simulated_s,
        events: report.events,
        digest: &report.digest,
        warnings: &report.warnings,
        clients: &report.clients,
        services: &report.services,
        edges: &report.edges,
        channels: &report.channels,
        keys: &report.keys,
        totals: totals(scenario, report),
    }
}

/// The totals of a run.
pub fn totals(scenario: &Scenario, report: &Report) -> Totals {
    let window_s = report.simulated_s - scenario.run.warmup.as_s();
    let blocked = scenario.services.iter().map(|service| {
        let share = |name: &str| report.services.get(name).map_or(0.0, |workers| workers.blocked_share);
        let (workers, threads) = (service.runtime.workers(), service.offload);
        let beside = share(&[&service.name, "/offload"].concat()) * f64::from(threads);
        f64::from(service.replicas) * (share(&service.name) * f64::from(workers) + beside)
    });
    Totals {
        blocked_s: blocked.sum::<f64>() * window_s.max(0.0),
        retries: report.edges.values().map(|edge| edge.retries).sum(),
    }
}
