//! Numbers from a run: the meter that listens to it, the report that a person reads, and what it says in words.
//!
//! Law: derived only; the engine never reads them.

pub mod blame;
mod channel;
mod distribution;
pub mod figure;
pub mod hgrm;
mod histogram;
pub mod insight;
pub mod interval;
mod key;
mod level;
mod meter;
mod named;
pub mod pulse;
pub mod ranking;
pub mod report;
mod responses;
pub mod settling;
pub mod wire;
mod workers;

pub use distribution::Distribution;
pub use meter::Meter;
pub use named::Named;
pub use report::*;
pub use responses::Responses;
