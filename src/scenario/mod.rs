//! What a person writes: clients, services, edges and what changes during a run.
//!
//! Law: a `Scenario` in hand is valid. Bad text gives `Problem`s (place, offence, what would be right), never a
//! panic. No clock, no chance, no drawing here.

pub mod edit;
pub mod gallery;
pub mod json;
pub mod model;
pub mod node;
pub mod number;
pub mod problem;
pub mod property;
pub mod text;
pub mod walk;
#[cfg(not(target_arch = "wasm32"))]
pub mod wire;
pub mod yaml;

pub use model::*;
#[cfg(not(target_arch = "wasm32"))]
pub use wire::write;
