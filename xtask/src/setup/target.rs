//! The compiler's WebAssembly target.

use crate::place;
use crate::shell::{self, Outcome};
use crate::site::WASM;
use std::path::Path;
use std::process::Command;

/// Adds the target through rustup if the compiler does not have it.
pub fn ensure() -> Outcome<()> {
    if is_there() {
        return Ok(());
    }
    let by_hand = format!("install it by `rustup target add {WASM}` (rustup: https://rustup.rs)");
    if super::on_path("rustup").is_none() {
        return Err(format!(
            "the compiler has no target {WASM}, and there is no rustup to add it; {by_hand}"
        ));
    }
    let mut command = Command::new("rustup");
    command.args(["target", "add", WASM]).current_dir(place::root());
    shell::run_logged(
        &format!("adding the compiler's target {WASM}"),
        &super::log_of("target")?,
        &mut command,
    )
    .map_err(|why| format!("{why}\n{by_hand}"))
}

fn is_there() -> bool {
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--print", "target-libdir", "--target", WASM])
        .current_dir(place::root());
    shell::output_of(&mut rustc).is_some_and(|place| Path::new(&place).is_dir())
}
