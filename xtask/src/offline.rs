//! The service worker of a release: `src/offline.js`, told which files the site is made of.
//!
//! ```text
//! names in the staging directory ─▶ RELEASE = { id, now, later } ─▶ sw.js
//! ```
//!
//! Law: the id is a hash of all that is kept, so that two releases that differ are never taken for one.

use crate::finish::id_of;
use crate::shell::Outcome;
use crate::{place, site, slim};
use std::fs;
use std::path::Path;

/// When a page that is open for the first time keeps a file for later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Now,
    /// Once somebody has needed it.
    Later,
    Never,
}

/// What a page needs to start and to play; pictures and texts for other pages are not among it.
fn keep(name: &str) -> Keep {
    let kind = Path::new(name).extension().and_then(|kind| kind.to_str());
    match kind {
        Some("wasm") if name.starts_with("exchange-") => Keep::Later,
        Some("html" | "js" | "css" | "wasm") if name != site::OFFLINE => Keep::Now,
        _ => Keep::Never,
    }
}

/// Writes the service worker of the finished site.
pub fn make(staging: &Path) -> Outcome<()> {
    let names = names_in(staging)?;
    let script = place::read(&place::root().join("src/offline.js"))?;
    let mut parts = vec![script.clone().into_bytes()];
    for name in &names {
        let file = staging.join(name);
        parts.push(fs::read(&file).map_err(|why| format!("cannot read {}: {why}", file.display()))?);
    }
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let worker = staging.join(site::OFFLINE);
    fs::write(&worker, release(&id_of(&parts), &names) + &script)
        .map_err(|why| format!("cannot write {}: {why}", worker.display()))?;
    slim::slim_script(&worker, false)
}

/// The files that are ever kept, in the order of their names.
fn names_in(staging: &Path) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(staging).map_err(|why| format!("cannot read {}: {why}", staging.display()))?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let names = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| keep(name) != Keep::Never).collect();
    names.sort();
    Ok(names)
}

/// What `src/offline.js` is told. The page goes by the name of its directory: hosts redirect `index.html` to that.
fn release(id: &str, names: &[String]) -> String {
    let those = |when: Keep| {
        let names = names.iter().filter(|name| keep(name) == when);
        let names = names.map(|name| if name == "index.html" { "./" } else { name });
        names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "const RELEASE = {{ id: {id:?}, now: [{}], later: [{}] }};\n",
        those(Keep::Now),
        those(Keep::Later)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_needs_is_kept_and_nothing_else() {
        let names = [
            "index.html",
            "main-1.css",
            "start-1.js",
            "reader-1.wasm",
            "exchange-1.wasm",
            "sw.js",
            "scenario.schema.json",
        ];
        let kept: Vec<String> = names
            .map(str::to_owned)
            .into_iter()
            .filter(|name| keep(name) != Keep::Never)
            .collect();
        assert_eq!(
            release("7", &kept),
            "const RELEASE = { id: \"7\", now: [\"./\", \"main-1.css\", \"start-1.js\", \"reader-1.wasm\"], \
             later: [\"exchange-1.wasm\"] };\n"
        );
    }
}
