//! What is drawn: a trace and a viewport become shapes, a scenario becomes a graph.
//!
//! ```text
//! Trace + View ─▶ axis, lanes ─▶ Picture (marks: shape, role, hit) ─▶ raster, canvas, SVG
//! one request ──▶ waterfall, sequence ─▶ Picture ──────────────────▶ SVG
//! Scenario ─────▶ topology ────▶ Graph (nodes, wires) ─────────────▶ SVG
//! Summaries ────▶ percentile ──▶ Picture ──────────────────────────▶ SVG
//! ```
//!
//! Law: pure geometry. The same input gives the same shapes, and hit-testing uses the shapes that were drawn.

pub mod beat;
mod call;
pub mod density;
pub mod index;
pub mod lane;
mod layer;
pub mod live;
pub mod message;
pub mod moment;
mod order;
pub mod overview;
pub mod percentile;
pub mod raster;
mod route;
pub mod row;
pub mod scale;
pub mod sequence;
pub mod shape;
pub mod story;
pub mod theme;
pub mod topology;
mod track;
pub mod waterfall;
pub mod word;
