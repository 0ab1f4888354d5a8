//! Node.js and the packages of npm.

use super::browser;
use crate::place;
use crate::shell::{self, Outcome};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node.js that runs the browser tests.
const NODE: u32 = 20;

/// Sees to it that there is a Node.js that is not too old, and npm.
pub fn ensure_node() -> Outcome<()> {
    if super::on_path("node").is_none() || super::on_path("npm").is_none() {
        browser::ensure_packages("Node.js and npm", &["nodejs", "npm"])?;
    }
    let version = shell::output_of(Command::new("node").arg("--version")).unwrap_or_default();
    match major(&version) {
        Some(major) if major >= NODE => Ok(()),
        _ => Err(format!(
            "Node.js is `{version}`, and {NODE} or later is needed: https://nodejs.org/en/download"
        )),
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The directory of what an npm package runs, such as `wasm-opt` of binaryen; installs it if it is not in the cache.
pub fn ensure_tool(package: &str, version: &str) -> Outcome<PathBuf> {
    ensure_node()?;
    let place = match super::finished(package, version)? {
        Ok(place) => return Ok(place.join("node_modules/.bin")),
        Err(place) => place,
    };
    let draft = super::draft_of(&place)?;
    let mut npm = npm();
    npm.arg("install")
        .arg("--prefix")
        .arg(&draft)
        .arg(format!("{package}@{version}"))
        .current_dir(&draft);
    let step = format!("installing {package} {version} of npm (once per user)");
    shell::run_logged(&step, &super::log_of(package)?, &mut npm)
        .map_err(|why| format!("{why}\nby hand: {}", shell::words(&npm)))?;
    super::finish(&draft, &place)?;
    Ok(place.join("node_modules/.bin"))
}

/// Installs the packages that a directory's `package-lock.json` names, unless they are already there.
pub fn ensure_packages(directory: &Path) -> Outcome<()> {
    ensure_node()?;
    let lock = place::read(&directory.join("package-lock.json"))?;
    let stamp = directory.join("node_modules/.installed-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = npm();
    npm.arg("ci")
        .current_dir(directory)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    shell::run_logged(
        &format!("installing the npm packages of {name}"),
        &super::log_of("npm")?,
        &mut npm,
    )
    .map_err(|why| format!("{why}\nby hand: cd {name} && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci"))?;
    std::fs::write(&stamp, lock).map_err(|why| format!("cannot write {}: {why}", stamp.display()))
}

fn npm() -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.env("npm_config_audit", "false")
        .env("npm_config_fund", "false")
        .env("npm_config_update_notifier", "false");
    npm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20"), None);
    }
}
