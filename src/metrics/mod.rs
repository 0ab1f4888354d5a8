//! Numbers from a run: the meter that listens to it, and the report that a person reads.
//!
//! Law: derived only; the engine never reads them.

pub mod report;

pub use report::*;
