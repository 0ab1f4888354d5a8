//! `cargo xtask recipes`: each site of docs/embedding, built by the tool that it is for, and looked at in Chromium.
//!
//! ```text
//! docs/embedding/mdbook ─▶ mdbook, swim ─▶ target/recipes/mdbook ┐
//! docs/embedding/sphinx ─▶ sphinx-build ─▶ target/recipes/sphinx ┼─▶ end2end/recipes on dist/
//! …                                                              ┘
//! ```
//!
//! Law: every tool has the version that the recipe's own files name.

use crate::setup;
use crate::shell::{self, Outcome};
use crate::{check, place, site};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a site is built.
struct Recipe {
    name: &'static str,
    build: fn(&Folders) -> Outcome<()>,
}

/// Where a recipe lies, where its tool may work, and where the site goes.
struct Folders {
    source: PathBuf,
    work: PathBuf,
    site: PathBuf,
}

const RECIPES: [Recipe; 5] = [
    Recipe {
        name: "html",
        build: |folders| copy(&folders.source, &folders.site),
    },
    Recipe {
        name: "mdbook",
        build: build_mdbook,
    },
    Recipe {
        name: "mkdocs",
        build: build_mkdocs,
    },
    Recipe {
        name: "sphinx",
        build: build_sphinx,
    },
    Recipe {
        name: "docusaurus",
        build: build_docusaurus,
    },
];
/// Those that every test builds.
pub const QUICK: [&str; 2] = ["html", "mdbook"];

/// Builds the sites that are named, or all, and looks at them.
pub fn run(names: &[&str]) -> Outcome<()> {
    let known: Vec<&str> = RECIPES.iter().map(|recipe| recipe.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("`{unknown}` is not a recipe; there are {}", known.join(", ")));
    }
    let names = if names.is_empty() { &known } else { names };
    for recipe in RECIPES.iter().filter(|recipe| names.contains(&recipe.name)) {
        shell::say(&format!("building docs/embedding/{}", recipe.name));
        (recipe.build)(&folders(recipe.name)?)?;
    }
    let mut playwright = check::in_browser(&[check::PLAYWRIGHT, "test", "--config", "recipes.config.js"])?;
    shell::run(playwright.env("RECIPES", names.join(" ")))
}

fn folders(name: &str) -> Outcome<Folders> {
    let built = place::target().join("recipes");
    let folders = Folders {
        source: place::root().join("docs/embedding").join(name),
        work: built.join("work").join(name),
        site: built.join(name),
    };
    // What an earlier version of the site had.
    let _ = fs::remove_dir_all(&folders.site);
    for folder in [&folders.work, &folders.site] {
        fs::create_dir_all(folder).map_err(|why| format!("cannot create {}: {why}", folder.display()))?;
    }
    Ok(folders)
}

fn build_mdbook(folders: &Folders) -> Outcome<()> {
    let swim = site::build_swim()?;
    let tools = setup::for_book()?.and(swim.with_file_name(""));
    let mut mdbook = tools.command("mdbook")?;
    shell::run(
        mdbook
            .arg("build")
            .arg(&folders.source)
            .arg("--dest-dir")
            .arg(&folders.site),
    )
}

fn build_mkdocs(folders: &Folders) -> Outcome<()> {
    let settings = folders.source.join("mkdocs.yml");
    let mut mkdocs = python(folders, "mkdocs")?;
    mkdocs
        .args(["build", "--quiet", "--strict", "--config-file"])
        .arg(settings);
    shell::run(mkdocs.arg("--site-dir").arg(&folders.site))
}

fn build_sphinx(folders: &Folders) -> Outcome<()> {
    let mut sphinx = python(folders, "sphinx")?;
    sphinx.args(["-q", "-W", "-b", "html", "-d"]).arg(&folders.work);
    shell::run(sphinx.arg(&folders.source).arg(&folders.site))
}

/// A program in Python, with the packages that the recipe's `requirements.txt` names.
fn python(folders: &Folders, program: &str) -> Outcome<Command> {
    let tools = setup::for_python(&folders.source.join("requirements.txt"))?;
    let mut python = tools.command("python")?;
    // Beside its sources Python would write what it made of them.
    python.args(["-B", "-m", program]);
    Ok(python)
}

fn build_docusaurus(folders: &Folders) -> Outcome<()> {
    copy(&folders.source, &folders.work)?;
    setup::for_node(&folders.work)?;
    let mut docusaurus = Command::new("node");
    docusaurus
        .args(["node_modules/@docusaurus/core/bin/docusaurus.mjs", "build", "--out-dir"])
        .arg(&folders.site)
        .current_dir(&folders.work)
        .env("DOCUSAURUS_NO_PERSISTENT_CACHE", "1");
    shell::run(&mut docusaurus)
}

/// Copies the files of a folder, and those of the folders in it.
fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let failed = |why: std::io::Error| format!("cannot copy {} to {}: {why}", from.display(), to.display());
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let goal = to.join(path.file_name().unwrap_or_default());
        match path.is_dir() {
            true => copy(&path, &goal)?,
            false => drop(fs::copy(&path, &goal).map_err(failed)?),
        }
    }
    Ok(())
}
