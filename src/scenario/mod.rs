//! What a person writes: clients, services, edges and what changes during a run.
//!
//! Law: a `Scenario` in hand is valid. Bad text gives `Problem`s (place, offence, what would be right), never a
//! panic. No clock, no chance, no drawing here.

pub mod model;

pub use model::*;
