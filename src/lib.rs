//! Sync or Swim: a simulated mesh of services, and who is blocked in it.
//!
//! ```text
//! text ─parse→ Scenario ─run(seed)→ Trace ─measure→ Metrics │ ─picture(viewport)→ Shapes ─paint→ canvas, SVG, file
//!              (what a person writes)   (pure engine)        │ Web Worker border      (the page, the command line)
//! ```
//!
//! ARCHITECTURE.md has the modules in reading order; each head prints the law of its module, and `tests/tidy.rs` keeps the
//! arrows between them: `time` knows nobody, the engine never draws, the page never simulates.
//!
//! Glossary: a *request* is one root call of a client, a *span* one execution of an operation, an *edge* one
//! caller → callee pair with its mode, a *lane* one worker over time. The Web Worker is the *backend*; a
//! *worker* is always a service's thread; messages to the backend are *orders*. The module that reads texts for the
//! page is the *reader*; messages to it are *questions*.

pub mod backend;
pub mod border;
pub mod engine;
pub mod exchange;
pub mod import;
pub mod metrics;
pub mod picture;
pub mod protocol;
pub mod reader;
pub mod scenario;
pub mod share;
pub mod theory;
pub mod time;
pub mod told;
pub mod trace;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod ui;

/// Name and version of the engine; a change of any result changes the version.
pub const ENGINE: &str = concat!("sync-or-swim ", env!("CARGO_PKG_VERSION"));

/// A sixth of the code of the allocator that comes with the compiler, and faster where there is one thread.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static MEMORY: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
