//! Numbers from a run: the meter that listens to it, and the report that a person reads.
//!
//! Law: derived only; the engine never reads them.

pub mod blame;
mod channel;
mod distribution;
mod histogram;
pub mod interval;
mod key;
mod level;
mod meter;
mod named;
pub mod ranking;
pub mod report;
mod settling;
pub mod wire;
mod workers;

pub use meter::Meter;
pub use named::Named;
pub use report::*;
