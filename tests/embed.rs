//! The contract of embeds: what is published for people, what for programs, and what is understood are the same.
//!
//! ```text
//! docs/embedding/contract.json ─▶ the tables of docs/embedding/contract.md     UPDATE=1 cargo test --test embed: writes them anew
//!                              ─▶ tests/data/embed/contract.txt                version and hash
//!                              ─▶ src/share/embed understands and tells every listed field, and no other
//! ```
//!
//! Law: a changed contract has a changed version. Wording may change, and `means` is wording.
#![cfg(not(target_arch = "wasm32"))]

#[path = "embed/page.rs"]
mod page;
#[path = "embed/twin.rs"]
mod twin;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{env, fs};

const STORED: &str = "tests/data/embed/contract.txt";
const PAGE: &str = "docs/embedding/contract.md";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

fn is_update() -> bool {
    env::var_os("UPDATE").is_some()
}

fn contract() -> Value {
    serde_json::from_str(&read("docs/embedding/contract.json")).expect("the contract is JSON")
}

/// The contract without its wording.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| !["means", "rule"].contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), bare(value))).collect()
        }
        Value::Array(items) => items.iter().map(bare).collect(),
        other => other.clone(),
    }
}

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}

#[test]
fn a_changed_contract_has_a_changed_version() {
    let contract = contract();
    let now = format!("{} {:016x}", contract["version"], hash(&bare(&contract).to_string()));
    let stored = read(STORED);
    let stored = stored.trim();
    if now == stored {
        return;
    }
    let is_same_version = stored.split(' ').next() == now.split(' ').next();
    assert!(
        !is_same_version,
        "the contract of embeds has changed and its version has not: pages rely on it; raise `version`\nstored: {stored}\nnow:    {now}"
    );
    assert!(is_update(), "the version has changed: UPDATE=1 cargo test --test embed");
    fs::write(path(STORED), now + "\n").expect("a file that can be written");
}

#[test]
fn the_page_lists_what_the_contract_lists() {
    let stored = read(PAGE);
    let expected = page::page(&stored, &contract());
    if is_update() {
        fs::write(path(PAGE), &expected).expect("a file that can be written");
    }
    assert!(
        is_update() || stored == expected,
        "{PAGE} is not what contract.json says: UPDATE=1 cargo test --test embed"
    );
}

#[test]
fn the_page_tells_of_every_event_and_method() {
    let page = read(PAGE);
    for list in ["events", "methods"] {
        for name in contract()["element"][list].as_array().expect("a list") {
            let name = name.as_str().expect("a name");
            assert!(page.contains(&format!("`{name}`")), "{PAGE} says nothing of {name}");
        }
    }
}
