//! What the page says and shows at rest, as markup: the graph, the selected edge, the figures of a run, one request.
//!
//! ```text
//! Scenario ─▶ topology, inspector        Runs ─▶ numbers, insights, services        a request's trace ─▶ request
//! ```
//!
//! Law: the same input gives the same bytes; what a person wrote is escaped by [`html`] and nowhere else.

mod bar;
mod chart;
pub mod figure;
pub mod html;
pub mod insights;
pub mod inspector;
mod markdown;
pub mod numbers;
pub mod palette;
pub mod request;
pub mod services;
pub mod topology;

use crate::metrics::Report;
use crate::protocol::{Finding, Findings, Told};
use crate::scenario::Scenario;
use std::sync::Arc;

/// A run and its figures.
pub struct Run {
    pub scenario: Arc<Scenario>,
    pub report: Report,
    /// False while the run goes on.
    pub is_finished: bool,
}

/// The latest run and the one before the last change.
pub struct Runs {
    pub now: Option<Run>,
    pub before: Option<Run>,
    /// Whether newer figures are under way.
    pub is_measuring: bool,
    pub seed: u64,
}

impl Runs {
    fn of(findings: &Findings) -> Runs {
        Runs {
            now: findings.now.as_ref().and_then(run),
            before: findings.before.as_ref().and_then(run),
            is_measuring: findings.is_measuring,
            seed: findings.seed,
        }
    }
}

/// None where the bytes of a report are none.
fn run(finding: &Finding) -> Option<Run> {
    Some(Run {
        scenario: Arc::clone(&finding.scenario),
        report: finding.report.open()?,
        is_finished: finding.is_finished,
    })
}

/// All that is told of the figures of runs.
pub fn told(findings: &Findings) -> Told {
    let mut runs = Runs::of(findings);
    Told {
        numbers: numbers::numbers(&runs).into_string(),
        insights: insights::insights(&runs).into_string(),
        services: services::services(&runs).into_string(),
        edge: inspector::figures(&runs, &findings.edge).into_string(),
        bars: runs.now.as_ref().map(topology::bars).unwrap_or_default(),
        ranking: runs.now.take().map(|run| run.report.ranking).unwrap_or_default(),
    }
}
