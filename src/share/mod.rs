//! What leaves the program, and how it comes back.
//!
//! ```text
//! picture, text, seed ─inscribe─▶ SVG, PNG ─open─▶ text, seed          drafts ─▶ one text between visits ─▶ drafts
//! text ─link─▶ address ─▶ text
//! hash, messages of the page around ─embed─▶ wishes, messages to it
//! recorded requests ─export─▶ OTLP, Jaeger, Zipkin, Chrome Trace Event, Mermaid          report ─export─▶ JSON, CSV
//! ```
//!
//! Law: each form says its version, and what was written once opens for ever. Foreign bytes are an answer or a problem,
//! never a panic, in a time about as long as they are.

mod change;
pub mod draft;
pub mod embed;
pub mod export;
pub mod link;
pub mod open;
pub mod png;
pub mod saved;
pub mod sheet;
pub mod svg;
