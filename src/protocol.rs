//! What the page says to its backend and to its reader, and what they say: plain data, in `postcard` bytes.
//!
//! ```text
//! page ── Measure, Record ──▶ backend            every order carries the RunId that its answers repeat
//!      ◀── Ready, Progress, Measured, Recorded, Refused, Panicked ──
//!
//! page ── Read, SetMode, Inscribe, Open ──▶ reader     every question is answered at once, or all that is wrong is told
//!      ◀── T, or Problems ──
//! ```
//!
//! Law: a changed shape needs a changed [`VERSION`]; a stored hash says so.

use crate::metrics::{Report, wire};
use crate::scenario::problem::Problem;
use crate::scenario::{Mode, Scenario, walk};
use crate::time::Instant;
use crate::trace::{Sizes, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of these messages; backend and reader say it when they are ready, and the page compares.
pub const VERSION: u32 = 12;

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
    /// Record lanes from `from` until `until`, or until about `budget` spans are recorded.
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
    /// The next piece of what was recorded, and how many rows all pieces have together.
    Recorded { run: RunId, sizes: Sizes, piece: Trace },
    /// An order that could not be read or carried out.
    Refused { run: Option<RunId>, why: String },
    /// It has come upon a mistake of ours and ends; a new one has to be started.
    Panicked { why: String },
}

/// A question to the reader. Each says what a `T` is in its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToReader {
    /// What a text means: [`Meaning`].
    Read { text: String },
    /// The text with an edge in another mode: `String`.
    SetMode { text: String, edge: String, mode: Mode },
    /// A picture, SVG or PNG, with the text and the seed of which it is: `Vec<u8>`.
    Inscribe { picture: Vec<u8>, text: String, seed: u64 },
    /// What a file carries, whatever its kind: [`Opened`].
    Open { file: Vec<u8> },
}

/// An answer of the reader: what was asked for, or all that is wrong with the text.
pub type FromReader<T> = Result<T, Vec<Problem>>;

/// What a text means, and what its author may want to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    #[serde(with = "walk")]
    pub scenario: Arc<Scenario>,
    pub warnings: Vec<Problem>,
}

/// The scenario of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub text: String,
    /// The seed of the picture's run; none where the file is a text.
    pub seed: Option<u64>,
}
