//! `cargo xtask bench`: the engine's speed, native and as WebAssembly in Node.js, from one source.
//!
//! ```text
//! benches/engine.rs ─┬─▶ cargo bench --target wasm32 ─▶ for-node ─▶ node engine.js …   profile `backend` and wasm-opt, as in
//!                    │                                             │                   the Web Worker
//!                    └─▶ cargo bench                               ▼                   native, profile `bench`
//! --peer DIR ────────┬─▶ cargo build ─▶ lean spec …          ─▶ native rounds, and those of all others by turns
//!                    └─▶ cargo build --target wasm32 ─▶ node lean_wasm.cjs …
//! ```

use crate::setup::{self, Tools};
use crate::shell::{self, Outcome};
use crate::slim::Wish;
use crate::{place, site};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs of the bare loop in one process; the first is not counted.
const PEER_RUNS: &str = "4";
/// The same of the engine as WebAssembly, without the one that is not counted.
const WASM_ROUNDS: &str = "3";
/// Its queue and its source of chance: the fastest that it has.
const PEER_PARTS: [&str; 2] = ["lazy4C", "xo-zig"];

/// Builds all contestants and lets them take turns; the words go to the bench as its arguments.
pub fn run(words: &[&str]) -> Outcome<()> {
    let (words, peer) = without_peer(words)?;
    let tools = setup::for_build()?;
    shell::say("the engine as WebAssembly, for Node.js");
    let mut rivals = as_words("--wasm", &engine_for_node(&tools)?);
    if let Some(folder) = peer {
        shell::say("the peer, native and as WebAssembly");
        rivals.extend(as_words("--peer", &native_peer(&folder)?));
        rivals.extend(as_words("--wasm-peer", &wasm_peer(&folder)?));
    }
    shell::say("the native engine, and all others by turns with it");
    shell::run(bench().arg("--").args(&words).args(&rivals))
}

/// The command that runs a workload as WebAssembly.
fn engine_for_node(tools: &Tools) -> Outcome<Vec<String>> {
    let place = place::root().join("target/bench-in-node");
    let own = std::env::current_exe().map_err(|why| why.to_string())?;
    let runner = format!("target.{}.runner=[{own:?}, \"for-node\", {place:?}]", site::WASM);
    let mut cargo = bench();
    cargo.args(["--profile", "backend", "--target", site::WASM, "--config", &runner]);
    shell::run(cargo.env("PATH", tools.search_path()?))?;
    let script = place.join("engine.js").display().to_string();
    let words = [script.as_str(), "{id}", "--lines", "--rounds", WASM_ROUNDS];
    Ok(std::iter::once("node").chain(words).map(String::from).collect())
}

/// The words of the bench, and the folder behind `--peer`.
fn without_peer<'a>(words: &[&'a str]) -> Outcome<(Vec<&'a str>, Option<PathBuf>)> {
    let mut rest = words.to_vec();
    let Some(at) = rest.iter().position(|word| *word == "--peer") else {
        return Ok((rest, None));
    };
    let taken: Vec<&str> = rest.drain(at..rest.len().min(at + 2)).collect();
    let folder = taken.get(1).ok_or("--peer wants the folder of the bare loop")?;
    let folder = Path::new(folder)
        .canonicalize()
        .map_err(|why| format!("--peer {folder}: {why}"))?;
    Ok((rest, Some(folder)))
}

/// Each word of a command as an argument of the bench.
fn as_words(name: &str, command: &[String]) -> Vec<String> {
    command
        .iter()
        .flat_map(|word| [name.to_string(), word.clone()])
        .collect()
}

/// The command of the bare loop, built in the cache; `{id}` stands for the workload.
fn native_peer(folder: &Path) -> Outcome<Vec<String>> {
    let program = build_peer(folder, &[])?.join("release/lean");
    let mut command = vec![program.display().to_string()];
    command.extend(spec(folder));
    command.extend(["1".into(), PEER_RUNS.into()]);
    Ok(command)
}

/// The same as WebAssembly, started by the script that lies beside its manifest.
fn wasm_peer(folder: &Path) -> Outcome<Vec<String>> {
    let module = build_peer(folder, &["--lib", "--target", site::WASM])?
        .join(site::WASM)
        .join("release/lean.wasm");
    let script = folder.join("lean_wasm.cjs");
    let mut command = vec![
        "node".into(),
        script.display().to_string(),
        module.display().to_string(),
    ];
    command.extend(spec(folder));
    command.push(PEER_RUNS.into());
    Ok(command)
}

fn spec(folder: &Path) -> Vec<String> {
    let file = folder.with_file_name("specs").join("{id}.txt");
    let mut words = vec!["spec".into(), file.display().to_string()];
    words.extend(PEER_PARTS.map(String::from));
    words
}

/// Builds the peer and returns its target directory, which lies in the cache and so outside of both checkouts.
fn build_peer(folder: &Path, words: &[&str]) -> Outcome<PathBuf> {
    let target = place::cache()?.join("build").join("peer");
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--release", "--locked", "--quiet"])
        .args(words)
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    shell::run(&mut cargo)?;
    Ok(target)
}

fn bench() -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["bench", "--locked", "--package", "sync-or-swim", "--bench", "engine"])
        .current_dir(place::root());
    cargo
}

/// Makes a WebAssembly program a script of Node.js, optimised as the backend is: `for-node FOLDER FILE.wasm …`.
pub fn for_node(words: &[&str]) -> Outcome<()> {
    let &[folder, file, ..] = words else {
        return Err("for-node takes a folder and the path of a WebAssembly program".into());
    };
    let tools = setup::for_build()?;
    let names = ["--out-name", "engine", "--out-dir", folder];
    let mut bindgen = tools.command("wasm-bindgen")?;
    shell::run(
        bindgen
            .args(["--target=nodejs", "--no-typescript"])
            .args(names)
            .arg(file),
    )?;
    let module = Path::new(folder).join("engine_bg.wasm");
    let mut optimiser = tools.command("wasm-opt")?;
    shell::run(optimiser.args(Wish::Fast.flags()).arg(&module).arg("-o").arg(&module))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_the_peer_is_not_a_word_of_the_bench() {
        let here = place::root().display().to_string();
        let (words, peer) = without_peer(&["w1", "--peer", &here, "--rounds", "3"]).unwrap_or_default();
        assert_eq!(words, ["w1", "--rounds", "3"]);
        assert_eq!(peer, place::root().canonicalize().ok());
        assert!(without_peer(&["w1", "--peer"]).is_err());
    }
}
