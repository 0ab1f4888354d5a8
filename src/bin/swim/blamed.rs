//! Where the mean response time of each client went, for the report.
//!
//! ```text
//! a recorded run ─critical paths▶ shares of each request ─mean▶ {"shoppers": {"blamed": 5486, "blameMs": {"orders.work": 12.1, …}}}
//! ```
//!
//! Law: the shares of a client add up to the mean response time of the requests that are blamed: those that were offered
//! after the warm-up and replied. A recording that is full ends early, and they are the first ones.

use super::experiment;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use sync_or_swim::metrics::blame::{Blame, Share, Site, Spent};
use sync_or_swim::scenario::{Cause, ClientId, Scenario};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Activity, Trace};

/// What a recorded run tells beyond its report.
pub struct Blamed {
    /// Further figures of each client.
    pub clients: Map<String, Value>,
    /// The share of the time that workers ran which was for nothing: for requests that failed, and for calls whose caller gave up.
    pub wasted_share: Option<f64>,
}

/// Records a run and blames.
pub fn blame(scenario: &Scenario, seed: u64) -> Blamed {
    let from = Instant::START + scenario.run.warmup;
    let trace = experiment::record(scenario, seed, [from, Instant::NEVER], |_| false);
    let blame = Blame::new(scenario, &trace);
    let clients = scenario.clients.iter().zip(0..);
    let clients = clients.map(|(client, id)| (client.name.clone(), of_client(scenario, &trace, &blame, ClientId(id))));
    Blamed {
        clients: clients.collect(),
        wasted_share: wasted_share(&trace),
    }
}

/// None where nothing was worked.
fn wasted_share(trace: &Trace) -> Option<f64> {
    let failed = |request: u32| {
        let request = trace.requests.get(request as usize);
        request.is_some_and(|request| matches!(request.outcome, Some(Err(_))))
    };
    let mut wasted: Vec<bool> = Vec::new();
    for span in &trace.spans {
        // A caller's row is above those of its calls.
        let above = wasted.get(span.parent as usize).copied().unwrap_or(false);
        let given_up = span.outcome == Some(Err(Cause::Timeout));
        wasted.push(above || given_up || failed(span.request));
    }
    let (mut all, mut lost) = (0, 0);
    for segment in trace
        .segments
        .iter()
        .filter(|segment| segment.activity == Activity::Running)
    {
        let worked = segment.end.since(segment.start).0;
        all += worked;
        lost += worked * u64::from(wasted.get(segment.span as usize).copied().unwrap_or(false));
    }
    (all > 0).then(|| lost as f64 / all as f64)
}

/// Nanoseconds by service and kind.
fn of_client(scenario: &Scenario, trace: &Trace, blame: &Blame, client: ClientId) -> Value {
    let mut sums: BTreeMap<(Site, Spent), u64> = BTreeMap::new();
    let mut blamed = 0u64;
    let rows = trace.requests.iter().zip(0..);
    for (_, request) in rows.filter(|(row, _)| row.client == client && row.outcome == Some(Ok(()))) {
        let Some(shares) = blame.shares(request) else { continue };
        blamed += 1;
        for Share { site, spent, time } in shares {
            *sums.entry((site, spent)).or_default() += time.0;
        }
    }
    let mut means = Map::new();
    for ((site, spent), sum) in sums {
        let mean = sum as f64 / blamed as f64 / 1e6;
        means.insert(format!("{}.{}", site.name(scenario), spent.key()), mean.into());
    }
    Value::Object(Map::from_iter([
        ("blamed".to_string(), blamed.into()),
        ("blameMs".to_string(), means.into()),
    ]))
}
