//! What the page and its backend say to each other: plain data, in `postcard` bytes.
//!
//! ```text
//! page ── Measure, Record ──▶ backend            every order carries the RunId that its answers repeat
//!      ◀── Ready, Progress, Measured, Recorded, Refused, Panicked ──
//! ```
//!
//! Law: a changed shape needs a changed [`VERSION`]; a stored hash says so.

use crate::metrics::{Report, wire};
use crate::scenario::{Scenario, walk};
use crate::time::Instant;
use crate::trace::Trace;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of these messages; the backend says it when it is ready, and the page compares.
pub const VERSION: u32 = 11;

/// Names an order and its answers; later ones are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// An order to the backend. A newer order of the same kind replaces an older one that is still at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToBackend {
    /// Run the whole scenario at full speed and report.
    Measure {
        run: RunId,
        #[serde(with = "walk")]
        scenario: Arc<Scenario>,
        seed: u64,
    },
    /// Record lanes from `from` until `until`, or until `budget` segments are recorded.
    Record {
        run: RunId,
        #[serde(with = "walk")]
        scenario: Arc<Scenario>,
        seed: u64,
        from: Instant,
        until: Instant,
        budget: u32,
    },
}

/// An answer of the backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromBackend {
    /// It listens from now on.
    Ready { version: u32, engine: String },
    /// Figures so far of a run that goes on.
    Progress {
        run: RunId,
        #[serde(with = "wire")]
        report: Report,
    },
    /// The figures of a finished run.
    Measured {
        run: RunId,
        #[serde(with = "wire")]
        report: Report,
    },
    /// What was recorded.
    Recorded { run: RunId, trace: Trace },
    /// An order that could not be read or carried out.
    Refused { run: Option<RunId>, why: String },
    /// It has come upon a mistake of ours and ends; a new one has to be started.
    Panicked { why: String },
}
