//! `cargo xtask bench`: the engine's speed, native and as WebAssembly in Node.js, from one source.
//!
//! ```text
//! benches/engine.rs ─┬─▶ cargo bench                                 native, profile `bench`
//!                    └─▶ cargo bench --target wasm32 ─▶ run-in-node   profile `backend` and wasm-opt, as in the Web Worker
//! --peer DIR ────────┬─▶ cargo build ─▶ lean spec …                   the bare loop beside it, on the same machine each
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
/// Its queue and its source of chance: the fastest that it has.
const PEER_PARTS: [&str; 2] = ["lazy4C", "xo-zig"];

/// Runs both halves; the words go to the bench as its arguments, `--peer DIR` as the command that starts the peer.
pub fn run(words: &[&str]) -> Outcome<()> {
    let (words, peer) = without_peer(words)?;
    let tools = setup::for_build()?;
    shell::say("the engine, native");
    let rival = peer.as_deref().map(native_peer).transpose()?.unwrap_or_default();
    shell::run(bench().arg("--").args(&words).args(as_words(&rival)))?;
    shell::say("the engine as WebAssembly, in Node.js");
    let rival = peer.as_deref().map(wasm_peer).transpose()?.unwrap_or_default();
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
    .args(&words)
    .args(as_words(&rival));
    shell::run(wasm.env("PATH", tools.search_path()?))
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

/// Each word of the peer's command as an argument of the bench.
fn as_words(command: &[String]) -> impl Iterator<Item = &str> {
    command.iter().flat_map(|word| ["--peer", word])
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
            .args(Wish::Fast.flags())
            .arg(&module)
            .arg("-o")
            .arg(&module),
    )?;
    Ok(place.join(format!("{name}.js")))
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
