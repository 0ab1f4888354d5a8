//! What a published site has for other pages: posters of real runs, and link previews; `swim` makes both.
//!
//! ```text
//! scenarios/ID.json ─swim picture▶ posters/ID-VIEW-THEME.svg, posters/ID.png
//!                   ─swim previews▶ s/ID.html, oembed/ID.json (where SITE_URL says where the site will be)
//! ```

use crate::shell::{self, Outcome};
use crate::{place, site};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VIEWS: [&str; 3] = ["lanes", "topology", "sequence"];
const THEMES: [&str; 2] = ["light", "dark"];

/// Makes them in the directory of a site.
pub fn make(directory: &Path) -> Outcome<()> {
    let swim = site::build_swim()?;
    make_posters(&swim, directory)?;
    let mut previews = Command::new(&swim);
    previews.arg("previews").arg(directory);
    if let Some(address) = std::env::var_os("SITE_URL").filter(|address| !address.is_empty()) {
        previews.arg("--site").arg(address);
    }
    shell::run(&mut previews)
}

fn make_posters(swim: &Path, directory: &Path) -> Outcome<()> {
    let posters = directory.join("posters");
    fs::create_dir_all(&posters).map_err(|why| format!("cannot create {}: {why}", posters.display()))?;
    for id in entries(directory)? {
        for (view, theme) in VIEWS.iter().flat_map(|view| THEMES.map(|theme| (view, theme))) {
            let file = posters.join(format!("{id}-{view}-{theme}.svg"));
            shell::run(
                picture(swim, &id)
                    .args(["--view", view, "--theme", theme, "-o"])
                    .arg(file),
            )?;
        }
        let image = posters.join(format!("{id}.png"));
        shell::run(
            picture(swim, &id)
                .args(["--view", "lanes", "--width", "1200", "-o"])
                .arg(image),
        )?;
    }
    Ok(())
}

fn picture(swim: &Path, id: &str) -> Command {
    let mut picture = Command::new(swim);
    picture.arg("picture").arg(id).current_dir(place::root());
    picture
}

/// The names of the gallery's entries, each of which has its file in a site.
fn entries(directory: &Path) -> Outcome<Vec<String>> {
    let scenarios = directory.join("scenarios");
    let failed = |why: std::io::Error| format!("cannot read {}: {why}", scenarios.display());
    let files = fs::read_dir(&scenarios)
        .map_err(failed)?
        .flatten()
        .map(|file| file.path());
    let is_entry = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "json");
    let names = files
        .filter(is_entry)
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}
