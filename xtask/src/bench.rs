//! `cargo xtask bench`: the engine's speed.

use crate::place;
use crate::shell::{self, Outcome};
use std::process::Command;

/// Runs the benches whose name contains the filter, or all.
pub fn run(words: &[&str]) -> Outcome<()> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["bench", "--locked", "--package", "sync-or-swim", "--bench", "*", "--"])
        .args(words)
        .current_dir(place::root());
    shell::run(&mut cargo)
}
