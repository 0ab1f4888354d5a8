//! Links that were made once: each opens for ever. `tests/data/links/NAME.link` is never edited, `NAME.json` is what it leads to.
//!
//! `UPDATE=1` adds what a link leads to where that is not said yet, and nothing else.
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use sync_or_swim::protocol::Followed;
use sync_or_swim::scenario::{Scenario, gallery, text};
use sync_or_swim::share::link;

fn links() -> Vec<(PathBuf, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/links");
    let files = std::fs::read_dir(directory)
        .expect("links")
        .map(|file| file.expect("a file").path());
    let mut links: Vec<(PathBuf, String)> = files
        .filter(|file| file.extension().is_some_and(|kind| kind == "link"))
        .map(|file| (file.clone(), std::fs::read_to_string(file).expect("a link")))
        .collect();
    links.sort();
    links
}

fn scenario(text: &str) -> Scenario {
    text::parse(text)
        .unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"))
        .scenario
}

fn opened(found: &Followed) -> String {
    let entry = || gallery::entry(&found.entry).expect("an entry").text.to_string();
    found.text.clone().unwrap_or_else(entry)
}

#[test]
fn every_link_that_was_made_opens_as_what_it_was_made_of() {
    let links = links();
    assert!(links.len() >= 12, "links are never taken away: {}", links.len());
    for (file, link) in links {
        let found = link::follow(link.trim()).unwrap_or_else(|problem| panic!("{}: {problem}", file.display()));
        let target = file.with_extension("json");
        if !target.exists() && std::env::var_os("UPDATE").is_some() {
            std::fs::write(&target, opened(&found)).expect("a file");
        }
        let expected = std::fs::read_to_string(&target).expect("what it leads to");
        let mistaken = "an entry of the gallery that changes leaves its old text behind in `gallery::EARLIER`, or the link is read wrongly";
        assert!(
            scenario(&opened(&found)) == scenario(&expected),
            "{}: {mistaken}",
            file.display()
        );
    }
}

#[test]
fn the_gallery_has_short_links() {
    let lengths: Vec<usize> = gallery::ENTRIES
        .iter()
        .map(|entry| link::write(entry.text, "").expect("a link").len())
        .collect();
    let mut sorted = lengths.clone();
    sorted.sort_unstable();
    println!(
        "links to whole scenarios of the gallery: median {}, longest {} characters",
        sorted[sorted.len() / 2],
        sorted[sorted.len() - 1]
    );
    assert!(sorted.iter().all(|length| *length < link::LONG));
}
