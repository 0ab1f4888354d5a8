//! Chromium and its driver, and other packages of the system.

use crate::shell::{self, Outcome};
use std::path::PathBuf;
use std::process::Command;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Chromium's path: what `CHROMIUM` says, or the first on `PATH`.
fn chromium() -> Option<PathBuf> {
    let said = std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .filter(|path| path.is_file());
    said.or_else(|| NAMES.iter().find_map(|name| super::on_path(name)))
}

/// Chromium's path; installs it and its driver by the system's package manager if they are missing.
pub fn ensure() -> Outcome<PathBuf> {
    if let Some(path) = chromium().filter(|_| super::on_path("chromedriver").is_some() || is_chosen()) {
        return Ok(path);
    }
    ensure_packages("Chromium and its driver", &["chromium", "chromium-driver"])
        .map_err(|why| format!("{why}\nor name an installed Chromium or Chrome: CHROMIUM=/path/to/chrome"))?;
    chromium().ok_or_else(|| "Chromium was installed but is not on the PATH: name it by CHROMIUM=/path".to_owned())
}

fn is_chosen() -> bool {
    std::env::var_os("CHROMIUM").is_some()
}

/// Installs packages by apt-get where that needs no password; names the exact command where it does.
pub fn ensure_packages(what: &str, packages: &[&str]) -> Outcome<()> {
    let list = packages.join(" ");
    let by_hand = format!("install {what}: sudo apt-get update && sudo apt-get install -y {list}");
    if super::on_path("apt-get").is_none() {
        return Err(format!(
            "{what} is missing, and there is no apt-get here: install it by your system's package manager"
        ));
    }
    let rights: &[&str] = match is_root() {
        true => &[],
        false if sudo_asks_nothing() => &["sudo", "-n"],
        false => return Err(format!("{what} is missing; {by_hand}")),
    };
    let script = format!(
        "{0} apt-get update && {0} env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {list}",
        rights.join(" ")
    );
    let log = super::log_of("system-packages")?;
    shell::run_logged(
        &format!("installing {what} by apt-get"),
        &log,
        Command::new("sh").args(["-c", script.trim()]),
    )
    .map_err(|why| format!("{why}\n{by_hand}"))
}

fn is_root() -> bool {
    shell::output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn sudo_asks_nothing() -> bool {
    shell::output_of(Command::new("sudo").args(["-n", "true"])).is_some()
}
