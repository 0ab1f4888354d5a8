//! The static site in `dist/`.

use crate::place;
use crate::setup::Tools;
use crate::shell::{self, Outcome};
use std::path::PathBuf;
use std::process::Command;

/// The compiler's name for WebAssembly in a browser.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The script of the element that embeds the playground in other pages.
pub const ELEMENT: &str = "element.js";

/// The script that keeps the site for when there is no network.
pub const OFFLINE: &str = "sw.js";

/// Set where the site is served while it is being changed: nothing of it is kept.
pub const SERVED: &str = "SITE_IS_SERVED";

/// How a site is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Small and fast, as it is published.
    Release,
    /// Soon, for somebody who is changing it.
    Dev,
}

/// The speed that a command's words ask for.
pub fn speed(words: &[&str]) -> Outcome<Speed> {
    match words {
        [] => Ok(Speed::Release),
        ["--dev"] => Ok(Speed::Dev),
        other => Err(format!(
            "`{}` is not understood here; the only option is --dev",
            other.join(" ")
        )),
    }
}

/// Builds the site.
pub fn build(tools: &Tools, speed: Speed) -> Outcome<()> {
    let place = place::dist();
    shell::say("building the site (some minutes the first time, then seconds)");
    shell::run(&mut trunk(tools, "build", speed)?)?;
    eprintln!("  the site is in {}", place.display());
    Ok(())
}

/// trunk, with the tools of the cache and no wish to download others.
pub fn trunk(tools: &Tools, command: &str, speed: Speed) -> Outcome<Command> {
    let mut trunk = tools.command("trunk")?;
    trunk
        .arg(command)
        .arg("--locked")
        .arg("--color=never")
        .env("TRUNK_SKIP_VERSION_CHECK", "true");
    if speed == Speed::Release {
        trunk.arg("--release");
    }
    Ok(trunk)
}

/// Builds a module without glue, of the program of this name; where it lies.
pub fn build_module(program: &str, speed: Speed) -> Outcome<PathBuf> {
    let (profile, folder) = match speed {
        Speed::Release => ("page", "page"),
        Speed::Dev => ("dev", "debug"),
    };
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "build",
            "--locked",
            "--bin",
            program,
            "--no-default-features",
            "--target",
            WASM,
        ])
        .args(["--profile", profile])
        .current_dir(place::root());
    shell::run(&mut cargo)?;
    Ok(place::target().join(WASM).join(folder).join(format!("{program}.wasm")))
}

/// Builds the command line for this machine; where it lies.
pub fn build_swim() -> Outcome<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["build", "--locked", "--quiet", "--bin=swim"])
        .current_dir(place::root());
    shell::run(&mut cargo)?;
    Ok(place::target()
        .join("debug")
        .join(format!("swim{}", std::env::consts::EXE_SUFFIX)))
}
