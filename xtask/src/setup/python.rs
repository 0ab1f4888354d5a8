//! Programs that come as packages of PyPI.

use super::browser;
use crate::shell::{self, Outcome};
use std::path::PathBuf;
use std::process::Command;

/// The directory of what a package runs; installs it if it is not in the cache.
pub fn ensure_tool(package: &str, version: &str) -> Outcome<PathBuf> {
    let place = match super::finished(package, version)? {
        Ok(place) => return Ok(place.join("bin")),
        Err(place) => place,
    };
    if shell::output_of(Command::new("python3").args(["-m", "pip", "--version"])).is_none() {
        browser::ensure_packages("Python and pip", &["python3", "python3-pip"])?;
    }
    let draft = super::draft_of(&place)?;
    let mut pip = Command::new("python3");
    pip.args([
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--disable-pip-version-check",
        "--target",
    ])
    .arg(&draft)
    .arg(format!("{package}=={version}"));
    let step = format!("installing {package} {version} of PyPI (once per user)");
    shell::run_logged(&step, &super::log_of(package)?, &mut pip)
        .map_err(|why| format!("{why}\nby hand: {}", shell::words(&pip)))?;
    super::finish(&draft, &place)?;
    Ok(place.join("bin"))
}
