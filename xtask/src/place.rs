//! Where things lie: the checkout, and the cache of tools outside it.

use crate::shell::Outcome;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}

/// The built site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Where Cargo puts what it builds.
pub fn target() -> PathBuf {
    set("CARGO_TARGET_DIR").unwrap_or_else(|| root().join("target"))
}

/// The tests of the built site, in a real browser.
pub fn end2end() -> PathBuf {
    root().join("end2end")
}

/// The programs of others that read what `swim` exports.
pub fn foreign() -> PathBuf {
    end2end().join("foreign")
}

/// The user's cache of this project, shared by all checkouts; created if missing.
pub fn cache() -> Outcome<PathBuf> {
    let base = set("XDG_CACHE_HOME")
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .ok_or("no place for a cache: set HOME or XDG_CACHE_HOME")?;
    let cache = base.join("sync-or-swim");
    std::fs::create_dir_all(&cache).map_err(|why| format!("cannot create {}: {why}", cache.display()))?;
    Ok(cache)
}

fn set(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// The version of a package in `Cargo.lock`.
pub fn locked_version(package: &str) -> Outcome<String> {
    let lock = read(&root().join("Cargo.lock"))?;
    version_in(&lock, package).ok_or_else(|| format!("Cargo.lock does not name `{package}`"))
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let head = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != head).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')?;
    Some(version.to_owned())
}

/// A file's text, or a message with its path.
pub fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|why| format!("cannot read {}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock =
            "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.1.3\"\n";
        assert_eq!(version_in(lock, "a").as_deref(), Some("2.1.3"));
        assert_eq!(version_in(lock, "b"), None);
    }
}
