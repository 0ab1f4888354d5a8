//! The command line: the same engine without a browser.
//!
//! ```text
//! SCENARIO ─source─▶ text ─parse─▶ Scenario ─experiment─▶ reports ─replication─▶ one tree ─▶ JSON or table
//!                                          └─ recorded ─▶ requests ─▶ story, exports, pictures
//! ```
//!
//! Law: figures go to standard output and are the same bytes every time, problems go to standard error. The exit
//! status is 0 where all is well, 1 where a scenario cannot be read or has an error, 2 for a wrong command line.

#[cfg(not(target_arch = "wasm32"))]
mod blamed;
#[cfg(not(target_arch = "wasm32"))]
mod command;
#[cfg(not(target_arch = "wasm32"))]
mod compare;
#[cfg(not(target_arch = "wasm32"))]
mod drawn;
#[cfg(not(target_arch = "wasm32"))]
mod experiment;
#[cfg(not(target_arch = "wasm32"))]
mod exported;
#[cfg(not(target_arch = "wasm32"))]
mod foreign;
#[cfg(not(target_arch = "wasm32"))]
mod line;
#[cfg(not(target_arch = "wasm32"))]
mod mdbook;
#[cfg(not(target_arch = "wasm32"))]
mod pair;
#[cfg(not(target_arch = "wasm32"))]
mod pixels;
#[cfg(not(target_arch = "wasm32"))]
mod preview;
#[cfg(not(target_arch = "wasm32"))]
mod replication;
#[cfg(not(target_arch = "wasm32"))]
mod source;
#[cfg(not(target_arch = "wasm32"))]
mod table;
#[cfg(not(target_arch = "wasm32"))]
mod told;
#[cfg(not(target_arch = "wasm32"))]
mod what_if;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    command::obey()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
