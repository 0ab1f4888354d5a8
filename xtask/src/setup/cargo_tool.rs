//! Tools that `cargo install` compiles.

use crate::place;
use crate::shell::{self, Outcome};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A tool of the registry.
pub struct CargoTool<'a> {
    package: &'a str,
    version: &'a str,
    /// With the versions of its own lock file.
    is_locked: bool,
    /// With what it brings unless one says otherwise.
    has_defaults: bool,
    /// What to expect on two cores.
    about: &'a str,
}

/// The bundler.
pub fn trunk(version: &str) -> CargoTool<'_> {
    CargoTool {
        package: "trunk",
        version,
        is_locked: true,
        has_defaults: true,
        about: "about 5 minutes",
    }
}

/// The writer of JavaScript glue; its version must be that of the `wasm-bindgen` crate exactly. Not locked: its own
/// lock file may name versions that a registry does not serve yet.
pub fn wasm_bindgen(version: &str) -> CargoTool<'_> {
    CargoTool {
        package: "wasm-bindgen-cli",
        version,
        is_locked: false,
        has_defaults: true,
        about: "about 3 minutes",
    }
}

/// The maker of books, without its server and its search.
pub fn mdbook(version: &str) -> CargoTool<'_> {
    CargoTool {
        package: "mdbook",
        version,
        is_locked: true,
        has_defaults: false,
        about: "about 3 minutes",
    }
}

/// The directory of the tool's executables; compiles it if it is not in the cache.
pub fn ensure(tool: &CargoTool) -> Outcome<PathBuf> {
    let place = match super::finished(tool.package, tool.version)? {
        Ok(place) => return Ok(place.join("bin")),
        Err(place) => place,
    };
    let draft = super::draft_of(&place)?;
    let build = place::cache()?
        .join("build")
        .join(format!("{}-{}", tool.package, tool.version));
    let mut command = install(tool, &draft, &build)?;
    let step = format!(
        "compiling {} {} ({} on two cores, once per user)",
        tool.package, tool.version, tool.about
    );
    shell::run_logged(&step, &super::log_of(tool.package)?, &mut command)
        .map_err(|why| format!("{why}\nby hand: {}", shell::words(&command)))?;
    super::finish(&draft, &place)?;
    // The half-built files have done their service; a leftover costs space only.
    let _ = std::fs::remove_dir_all(&build);
    Ok(place.join("bin"))
}

fn install(tool: &CargoTool, draft: &Path, build: &Path) -> Outcome<Command> {
    let mut command = Command::new("cargo");
    command
        .args(["install", tool.package, "--version", tool.version, "--root"])
        .arg(draft);
    if tool.is_locked {
        command.arg("--locked");
    }
    if !tool.has_defaults {
        command.arg("--no-default-features");
    }
    command
        .current_dir(place::cache()?)
        .env("CARGO_TARGET_DIR", build)
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_BUILD_TARGET");
    Ok(command)
}
