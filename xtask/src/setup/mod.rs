//! Setting up what a command needs, each thing once per user and version.
//!
//! ```text
//! <cache>/tools/<name>-<version>/     finished tools; a directory appears here only by a rename of a whole install
//! <cache>/build/<name>-<version>/     half-built ones, so that an aborted install goes on where it stopped
//! <cache>/log/                        what the installers printed
//! ```

mod browser;
mod cargo_tool;
mod node;
mod python;
mod target;

use crate::place;
use crate::shell::Outcome;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version of trunk, the bundler; later ones need a later compiler than this project asks for.
const TRUNK: &str = "0.21.14";
/// The version of npm's `binaryen`, which brings `wasm-opt`; much older ones write pages that do not load.
const BINARYEN: &str = "132.0.0";
/// The version of npm's `terser`, which makes scripts small.
const TERSER: &str = "5.51.4";

/// The version of mdBook, for which there is a recipe.
const MDBOOK: &str = "0.5.4";

/// Directories of executables, to stand before those of the system.
pub struct Tools {
    directories: Vec<PathBuf>,
}

impl Tools {
    /// `PATH` with these tools first.
    pub fn search_path(&self) -> Outcome<OsString> {
        let system = std::env::var_os("PATH").unwrap_or_default();
        let all = self.directories.iter().cloned().chain(std::env::split_paths(&system));
        std::env::join_paths(all).map_err(|why| format!("PATH cannot hold the tools: {why}"))
    }

    /// The same, and what lies in another directory.
    pub fn and(mut self, directory: PathBuf) -> Tools {
        self.directories.push(directory);
        self
    }

    /// A command at the root of the checkout that finds these tools first.
    pub fn command(&self, program: &str) -> Outcome<Command> {
        let mut command = Command::new(self.find(program).unwrap_or_else(|| program.into()));
        command.current_dir(place::root()).env("PATH", self.search_path()?);
        Ok(command)
    }

    /// One of these tools.
    pub fn find(&self, program: &str) -> Option<PathBuf> {
        self.directories
            .iter()
            .map(|directory| directory.join(executable(program)))
            .find(|path| path.is_file())
    }
}

/// Everything that building the site needs.
pub fn for_build() -> Outcome<Tools> {
    let _guard = Guard::take()?;
    target::ensure()?;
    let bindgen = place::locked_version("wasm-bindgen")?;
    let directories = vec![
        node::ensure_tool("binaryen", BINARYEN)?,
        node::ensure_tool("terser", TERSER)?,
        cargo_tool::ensure(&cargo_tool::wasm_bindgen(&bindgen))?,
        cargo_tool::ensure(&cargo_tool::trunk(TRUNK))?,
    ];
    Ok(Tools { directories })
}

/// Everything that the tests of WebAssembly need.
pub fn for_wasm() -> Outcome<Tools> {
    let _guard = Guard::take()?;
    target::ensure()?;
    node::ensure_node()?;
    let bindgen = place::locked_version("wasm-bindgen")?;
    Ok(Tools {
        directories: vec![cargo_tool::ensure(&cargo_tool::wasm_bindgen(&bindgen))?],
    })
}

/// What the tests in a browser need beside the site: npm packages, and the path of Chromium.
pub fn for_browser() -> Outcome<PathBuf> {
    let _guard = Guard::take()?;
    node::ensure_packages(&place::end2end())?;
    browser::ensure()
}

/// mdBook.
pub fn for_book() -> Outcome<Tools> {
    let _guard = Guard::take()?;
    let directories = vec![cargo_tool::ensure(&cargo_tool::mdbook(MDBOOK))?];
    Ok(Tools { directories })
}

/// A Python with the packages that a file names.
pub fn for_python(requirements: &Path) -> Outcome<Tools> {
    let _guard = Guard::take()?;
    let directories = vec![python::ensure(requirements)?];
    Ok(Tools { directories })
}

/// The npm packages that a directory's lock file names.
pub fn for_node(directory: &Path) -> Outcome<()> {
    let _guard = Guard::take()?;
    node::ensure_packages(directory)
}

/// Programs of others that read what `swim` exports.
pub struct Foreign {
    pub chromium: PathBuf,
    /// Of the package jaeger_stats.
    pub trace_analysis: PathBuf,
}

/// What the checks of exports need beside `swim`.
pub fn for_foreign() -> Outcome<Foreign> {
    let _guard = Guard::take()?;
    node::ensure_packages(&place::end2end())?;
    node::ensure_packages(&place::foreign())?;
    Ok(Foreign {
        chromium: browser::ensure()?,
        trace_analysis: python::ensure(&place::foreign().join("requirements.txt"))?.join("trace_analysis"),
    })
}

/// Holds off other `xtask` processes of this user while something is being set up.
struct Guard {
    _locked: std::fs::File,
}

impl Guard {
    fn take() -> Outcome<Guard> {
        let path = place::cache()?.join("lock");
        let file = std::fs::File::create(&path).map_err(|why| format!("cannot write {}: {why}", path.display()))?;
        if file.try_lock().is_err() {
            crate::shell::say("waiting for another xtask that sets things up");
            file.lock()
                .map_err(|why| format!("cannot lock {}: {why}", path.display()))?;
        }
        Ok(Guard { _locked: file })
    }
}

/// The place of a finished tool; `None` as long as it is not there.
fn finished(name: &str, version: &str) -> Outcome<Result<PathBuf, PathBuf>> {
    let place = place::cache()?.join("tools").join(format!("{name}-{version}"));
    Ok(if place.is_dir() { Ok(place) } else { Err(place) })
}

/// A new empty directory beside `place`, to install into; what an aborted install left there goes.
fn draft_of(place: &Path) -> Outcome<PathBuf> {
    let draft = place.with_file_name(format!(
        "{}.draft",
        place.file_name().unwrap_or_default().to_string_lossy()
    ));
    let failed = |why: std::io::Error| format!("cannot create {}: {why}", draft.display());
    if draft.exists() {
        std::fs::remove_dir_all(&draft).map_err(failed)?;
    }
    std::fs::create_dir_all(&draft).map_err(failed)?;
    Ok(draft)
}

/// Turns a whole install into a finished tool.
fn finish(draft: &Path, place: &Path) -> Outcome<()> {
    std::fs::rename(draft, place)
        .map_err(|why| format!("cannot rename {} to {}: {why}", draft.display(), place.display()))
}

/// The place of the log of an install.
fn log_of(name: &str) -> Outcome<PathBuf> {
    let logs = place::cache()?.join("log");
    std::fs::create_dir_all(&logs).map_err(|why| format!("cannot create {}: {why}", logs.display()))?;
    Ok(logs.join(format!("{name}.log")))
}

/// A program of the system.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(executable(program)))
        .find(|path| path.is_file())
}

fn executable(program: &str) -> String {
    format!("{program}{}", std::env::consts::EXE_SUFFIX)
}
