//! `swim previews`, on a site of nothing but a poster.

use crate::swim::*;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use sync_or_swim::scenario::gallery;

fn site(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("posters")).unwrap();
    fs::copy("tests/data/dot.png", directory.join("posters/checkout.png")).unwrap();
    directory
}

fn write(directory: &Path, more: &[&str]) {
    let path = directory.display().to_string();
    assert_eq!(printed(&[&["previews", &path], more].concat()), "");
}

#[test]
fn every_entry_has_a_page_and_an_answer() {
    let directory = site("previews");
    write(&directory, &["--site", "https://p.example/"]);
    for entry in gallery::ENTRIES {
        let page = fs::read_to_string(directory.join(format!("s/{}.html", entry.id))).unwrap();
        assert!(page.contains(&format!("content=\"https://p.example/s/{}.html\"", entry.id)));
        let answer = fs::read_to_string(directory.join(format!("oembed/{}.json", entry.id))).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["title"], entry.title);
        let has_image = entry.id == "checkout";
        assert_eq!(page.contains("og:image"), has_image, "{}", entry.id);
        assert_eq!(answer["thumbnail_width"].as_u64(), has_image.then_some(1));
    }
}

#[test]
fn without_an_address_there_are_pages_only() {
    let directory = site("previews-without");
    write(&directory, &[]);
    assert!(directory.join("s/chain.html").is_file() && !directory.join("oembed").exists());
}

#[test]
fn an_address_without_its_slash_is_told() {
    let output = swim(&["previews", "/", "--site", "https://p.example"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(2) && told.contains("https://playground.example/"),
        "{told}"
    );
}
