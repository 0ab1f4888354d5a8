//! What the page says and shows at rest, as markup: the graph, the selected edge, the figures of a run, one request.
//!
//! ```text
//! Scenario ─▶ topology, inspector        Runs ─▶ numbers, insights, services        a request's trace ─▶ request
//! any of the pictures on them ─▶ a file
//! ```
//!
//! Law: the same input gives the same bytes; what a person wrote is escaped by [`html`] and nowhere else.

mod bar;
pub mod figure;
pub mod head;
pub mod help;
pub mod html;
pub mod icon;
pub mod insights;
pub mod inspector;
mod markdown;
pub mod menu;
pub mod numbers;
pub mod pace;
pub mod palette;
mod pattern;
pub mod request;
pub mod services;
mod still;
pub mod topology;
pub mod way;

use self::html::Html;
use crate::metrics::Report;
use crate::protocol::{Finding, Findings, Shown, Told};
use crate::scenario::walk::Packed;
use std::sync::Arc;

/// A run and its figures.
pub struct Run {
    pub scenario: Arc<Packed>,
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
    pub dark: bool,
}

impl Runs {
    fn of(findings: &Findings) -> Runs {
        Runs {
            now: findings.now.as_ref().and_then(run),
            before: findings.before.as_ref().and_then(run),
            is_measuring: findings.is_measuring,
            seed: findings.seed,
            dark: findings.dark,
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
    let runs = Runs::of(findings);
    Told {
        numbers: numbers::numbers(&runs).into_string(),
        insights: insights::insights(&runs).into_string(),
        services: services::services(&runs).into_string(),
        edge: inspector::figures(&runs, &findings.edge).into_string(),
        bars: runs.now.as_ref().map(topology::bars).unwrap_or_default(),
    }
}

/// A picture as an SVG file.
pub fn shown(shown: &Shown) -> Html {
    match shown {
        Shown::Topology { scenario, now, dark } => {
            let bars = now.as_ref().and_then(run).map(|run| topology::bars(&run));
            topology::picture(scenario, &bars.unwrap_or_default(), *dark)
        }
        Shown::Lanes { pictures, dark } => figure::sheet(pictures, "Lanes", *dark),
        Shown::Request(excerpt) => request::picture(excerpt),
        Shown::Responses(findings) => insights::responses_picture(&Runs::of(findings)),
        Shown::Beats(findings) => insights::beats_picture(&Runs::of(findings)),
        Shown::Ages(findings) => insights::ages_picture(&Runs::of(findings)),
    }
}
