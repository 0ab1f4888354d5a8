//! The shape of what crosses the border between page and backend, and its version.
//!
//! `tests/tidy/shape.txt` keeps `VERSION` of `src/protocol.rs` and a hash of every type that can be written and read
//! (those that derive both `Serialize` and `Deserialize`) in the modules that `protocol` speaks of, and of the walk
//! through a report, which writes and reads by itself.

use crate::source::{Source, end_of_item, root, sources, without_comments, words};
use std::fs;

const STORED: &str = "tests/tidy/shape.txt";
/// What is written in files and never crosses: the format is pinned by its schema.
const FORMAT: &str = "src/scenario/wire/";
/// Writes and reads each field of a report in its own order.
const WALK: &str = "src/metrics/wire.rs";
const CROSSING: [&str; 5] = [
    "src/time.rs",
    "src/scenario/",
    "src/trace/",
    "src/metrics/",
    "src/protocol.rs",
];

#[test]
fn a_changed_shape_has_a_changed_version() {
    let now = format!("{} {:016x}", version(), hash(&shapes()));
    let stored = fs::read_to_string(root().join(STORED)).unwrap_or_default();
    let stored = stored.trim();
    if now == stored {
        return;
    }
    let same_version = stored.split(' ').next() == Some(&version().to_string());
    assert!(
        !same_version,
        "a type that crosses between page and backend has changed, and VERSION in src/protocol.rs has not: \
         raise VERSION, then run UPDATE=1 cargo test --test tidy\nstored: {stored}\nnow:    {now}"
    );
    assert!(
        std::env::var_os("UPDATE").is_some(),
        "VERSION has changed: run UPDATE=1 cargo test --test tidy"
    );
    fs::write(root().join(STORED), now + "\n").unwrap();
}

fn version() -> u32 {
    let protocol = fs::read_to_string(root().join("src/protocol.rs")).unwrap();
    let (_, rest) = protocol
        .split_once("pub const VERSION: u32 = ")
        .expect("src/protocol.rs has a VERSION");
    rest.split(';')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("VERSION is a number")
}

/// The definitions of all crossing types, words and marks only, in order of their files.
fn shapes() -> String {
    let crossing = sources(&["src"]).into_iter().filter(|source| {
        CROSSING.iter().any(|place| source.file.starts_with(place)) && !source.file.starts_with(FORMAT)
    });
    let shapes = crossing.flat_map(|source| match source.file == WALK {
        true => vec![walk(&source)],
        false => shapes_of(&source),
    });
    shapes.collect::<Vec<_>>().join("\n")
}

/// A definition's attributes are part of its shape: serde's change what is written.
fn shapes_of(source: &Source) -> Vec<String> {
    let code = &source.product;
    let derives = code.match_indices("#[derive(").filter(|(at, _)| {
        let traits: Vec<&str> = words(&code[*at..*at + code[*at..].find(')').unwrap_or(0)])
            .into_iter()
            .map(|(_, word)| word)
            .collect();
        traits.contains(&"Serialize") && traits.contains(&"Deserialize")
    });
    let text = without_comments(&source.text);
    let definitions = derives.map(|(at, _)| {
        let after = at + code[at..].find(']').map_or(0, |end| end + 1);
        words_and_marks(&text[after..after + end_of_item(&code[after..])])
    });
    definitions.collect()
}

/// The order in which the fields of a report are passed.
fn walk(source: &Source) -> String {
    let text = without_comments(&source.text);
    let (_, walk) = text.split_once("fn summary(").expect("the walk begins with a summary");
    let (walk, _) = walk.split_once("fn serialize").expect("behind the walk, it is written");
    words_and_marks(walk)
}

fn words_and_marks(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}

#[test]
fn only_what_is_written_and_read_is_a_shape() {
    let text = "#[derive(Serialize, Deserialize)]\npub struct A {\n    /// é\n    #[serde(rename = \"é{\")]\n    b: [u8; 3], // c\n}\n\
                #[derive(Clone)]\npub struct B;\nfn f() {}\n#[derive(Deserialize, Copy, Serialize)] struct C(u8);";
    let source = Source::new("src/protocol.rs".into(), text.into());
    assert_eq!(
        shapes_of(&source),
        [
            "pub struct A { #[serde(rename = \"é{\")] b: [u8; 3], }",
            "struct C(u8);"
        ]
    );
}
