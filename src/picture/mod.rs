//! What is drawn: a trace and a viewport become shapes, a scenario becomes a graph.
//!
//! ```text
//! Trace + View ─▶ axis, lanes ─▶ Picture (marks: shape, role, hit) ─▶ canvas
//! Scenario ─────▶ topology ────▶ Graph (nodes, wires) ─────────────▶ SVG
//! ```
//!
//! Law: pure geometry. The same input gives the same shapes, and hit-testing uses the shapes that were drawn.

pub mod density;
pub mod lane;
mod layer;
mod order;
pub mod row;
pub mod scale;
pub mod shape;
pub mod theme;
pub mod topology;

pub mod word;
