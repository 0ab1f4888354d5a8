//! What happened in a run: the vocabulary in which the engine tells it, and the columns in which it is kept.
//!
//! ```text
//! engine ──Observer──▶ metrics::Meter      (numbers, any length of run)
//!                └───▶ trace::Recorder ──▶ Trace (lanes and spans of a window, bounded by a budget)
//! ```
//!
//! Law: a `Trace` is complete without the engine: it can be loaded from a file.

mod column;
mod deadlock;
mod either;
mod excerpt;
mod observer;
mod piece;
mod record;
mod recorder;
pub mod swimlane;

pub use deadlock::{Bond, Deadlock, Held, Need};
pub use either::Either;
pub use excerpt::{Placed, Visit, answerer, calls, excerpt, folded, gave_up, hands_over, is_beaten, spans_of, visits};
pub use observer::*;
pub use piece::Sizes;
pub use record::*;
pub use recorder::Recorder;
