//! Requests of a recorded run, and what was measured in it, in the formats of other programs.
//!
//! ```text
//!                       ┌─▶ OTLP/JSON                      one row of the recording, over sync or await:
//! Trace ─side▶ Side … ──┼─▶ Jaeger                         caller   ├── CLIENT ─────────────┤
//!   │                   └─▶ Zipkin v2                      callee        ├── SERVER ──────┤
//!   └─────────────────────▶ Chrome Trace Event             over a channel: PRODUCER, and CONSUMER after it
//!   one request ──────────▶ Mermaid
//! Report ─report─▶ JSON, CSV
//! ```
//!
//! Law: the same run gives the same bytes; ids come from seed and request, and time from [`EPOCH_S`], never from a clock
//! or by chance. `docs/exports.md` says what each field means.

mod chrome;
pub mod csv;
mod id;
mod jaeger;
mod json;
mod mermaid;
mod otlp;
pub mod report;
mod side;
mod zipkin;

pub use mermaid::mermaid;
pub use side::{Kind, Side};

use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::trace::{RequestRow, Trace, lane_names};

/// When simulated time begins, in seconds of Unix time: 2000-01-01T00:00:00Z.
pub const EPOCH_S: u64 = 946_684_800;

/// A format that holds any number of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Otlp,
    Jaeger,
    Zipkin,
    Chrome,
}

/// What is exported: the chosen requests of a recorded run.
pub struct Export<'a> {
    pub scenario: &'a Scenario,
    pub trace: &'a Trace,
    pub seed: u64,
    /// Of each row of [`Trace::requests`], whether it is chosen.
    chosen: Vec<bool>,
    lanes: Vec<String>,
}

impl<'a> Export<'a> {
    /// The requests that are wanted.
    pub fn new(
        scenario: &'a Scenario,
        trace: &'a Trace,
        seed: u64,
        wanted: impl FnMut(&RequestRow) -> bool,
    ) -> Export<'a> {
        Export {
            scenario,
            trace,
            seed,
            chosen: trace.requests.iter().map(wanted).collect(),
            lanes: lane_names(scenario),
        }
    }

    /// All of it in a format.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Otlp => otlp::otlp(&self.sides()),
            Format::Jaeger => jaeger::jaeger(&self.sides()),
            Format::Zipkin => zipkin::zipkin(&self.sides()),
            Format::Chrome => chrome::chrome(self),
        }
    }

    /// Both sides of every call, each request before its calls.
    pub fn sides(&self) -> Vec<Side<'a>> {
        side::sides(self)
    }

    fn is_chosen(&self, request: u32) -> bool {
        self.chosen.get(request as usize).copied().unwrap_or(false)
    }

    /// An instant that may not have come yet.
    fn or_end(&self, at: Instant, least: Instant) -> Instant {
        at.min(self.trace.until).max(least)
    }
}

/// An instant as time since 1970.
fn since_1970(at: Instant) -> Duration {
    Duration(EPOCH_S * 1_000_000_000 + at.0)
}

/// From one instant to another in whole microseconds of the clock, so that what lies inside stays inside.
fn micros(start: Instant, end: Instant) -> [u64; 2] {
    let [start, end] = [start, end].map(|at| since_1970(at).0 / 1000);
    [start, end - start]
}
