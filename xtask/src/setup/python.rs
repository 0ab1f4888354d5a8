//! Python and the packages of PyPI.

use super::browser;
use crate::shell::{self, Outcome};
use crate::{finish, place};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of a Python that has the packages of a `requirements.txt`; installs them if they are not in the cache.
pub fn ensure(requirements: &Path) -> Outcome<PathBuf> {
    let list = place::read(requirements)?;
    let id = finish::id_of(&[list.as_bytes()]);
    let place = match super::finished("python", &id)? {
        Ok(place) => return Ok(executables(&place)),
        Err(place) => place,
    };
    if super::on_path("python3").is_none() {
        browser::ensure_packages("Python", &["python3", "python3-venv"])?;
    }
    let draft = super::draft_of(&place)?;
    let (mut venv, mut pip) = (
        Command::new("python3"),
        Command::new(executables(&draft).join("python")),
    );
    venv.args(["-m", "venv"]).arg(&draft);
    pip.args(["-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "-r"])
        .arg(requirements);
    let step = format!("installing the Python packages of {}", requirements.display());
    for command in [&mut venv, &mut pip] {
        let by_hand = shell::words(command);
        shell::run_logged(&step, &super::log_of("python")?, command).map_err(|why| {
            format!("{why}\nby hand: {by_hand}; venv comes with: sudo apt-get install -y python3-venv")
        })?;
    }
    super::finish(&draft, &place)?;
    Ok(executables(&place))
}

fn executables(place: &Path) -> PathBuf {
    place.join(if cfg!(windows) { "Scripts" } else { "bin" })
}
