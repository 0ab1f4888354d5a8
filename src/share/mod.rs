//! What leaves the program, and how it comes back.
//!
//! ```text
//! picture, text, seed ─inscribe─▶ SVG, PNG ─open─▶ text, seed          drafts ─▶ one text between visits ─▶ drafts
//! recorded requests ─export─▶ OTLP, Jaeger, Zipkin, Chrome Trace Event, Mermaid
//! ```
//!
//! Law: each form says its version, and what was written once opens for ever. Foreign bytes are an answer or a problem,
//! never a panic, in a time about as long as they are.

pub mod draft;
pub mod export;
pub mod open;
pub mod png;
pub mod saved;
pub mod svg;
