//! `cargo xtask bench`: the engine's speed, native and as WebAssembly in Node.js, from one source.
//!
//! ```text
//! benches/engine.rs ─┬─▶ cargo bench                                 native, profile `bench`
//!                    └─▶ cargo bench --target wasm32 ─▶ run-in-node   profile `backend`, wasm-opt -O3, as in the Web Worker
//! ```

use crate::setup::{self, Tools};
use crate::shell::{self, Outcome};
use crate::{place, site};
use std::path::Path;
use std::process::Command;

/// Runs both halves; the words go to the bench as its arguments.
pub fn run(words: &[&str]) -> Outcome<()> {
    let tools = setup::for_build()?;
    shell::say("the engine, native");
    shell::run(bench().arg("--").args(words))?;
    shell::say("the engine as WebAssembly, in Node.js");
    let own = std::env::current_exe().map_err(|why| why.to_string())?;
    let runner = format!("target.{0}.runner=[{own:?}, \"run-in-node\"]", site::WASM);
    let mut wasm = bench();
    wasm.args([
        "--profile",
        "backend",
        "--target",
        site::WASM,
        "--config",
        &runner,
        "--",
    ])
    .args(words);
    shell::run(wasm.env("PATH", tools.search_path()?))
}

fn bench() -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["bench", "--locked", "--package", "sync-or-swim", "--bench", "engine"])
        .current_dir(place::root());
    cargo
}

/// Runs a WebAssembly program in Node.js, optimised as the backend is: `run-in-node FILE.wasm ARGUMENT …`.
pub fn run_in_node(words: &[&str]) -> Outcome<()> {
    let (file, rest) = words
        .split_first()
        .ok_or("run-in-node takes the path of a WebAssembly program")?;
    let tools = setup::for_build()?;
    let script = prepare(&tools, Path::new(file))?;
    shell::run(Command::new("node").arg(script).args(rest))
}

fn prepare(tools: &Tools, file: &Path) -> Outcome<std::path::PathBuf> {
    let name = file
        .file_stem()
        .ok_or("run-in-node takes the path of a WebAssembly program")?
        .to_string_lossy();
    let place = file.with_extension("node");
    shell::run(
        tools
            .command("wasm-bindgen")?
            .args(["--target=nodejs", "--no-typescript", "--out-dir"])
            .arg(&place)
            .arg(file),
    )?;
    let module = place.join(format!("{name}_bg.wasm"));
    shell::run(
        tools
            .command("wasm-opt")?
            .arg("-O3")
            .arg(&module)
            .arg("-o")
            .arg(&module),
    )?;
    Ok(place.join(format!("{name}.js")))
}
