//! From a text to the backend, over every border on the way: text ─▶ reader ─▶ page ─▶ backend.
#![cfg(not(target_arch = "wasm32"))]

use serde::de::DeserializeOwned;
use std::path::Path;
use sync_or_swim::protocol::{FromReader, Meaning, RunId, ToBackend, ToReader};
use sync_or_swim::reader;
use sync_or_swim::scenario::edit::Edit;
use sync_or_swim::scenario::text;
use sync_or_swim::time::Instant;

/// Every scenario that is a file: its name and its text.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for directory in [
        "scenarios",
        "tests/data/examples",
        "tests/data/specimens",
        "tests/data/digest",
    ] {
        for entry in std::fs::read_dir(root.join(directory)).expect("a directory") {
            let path = entry.expect("a file").path();
            texts.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).expect("a text"),
            ));
        }
    }
    assert!(texts.len() > 15);
    texts
}

fn ask<T: DeserializeOwned>(question: &ToReader) -> FromReader<T> {
    let bytes = postcard::to_allocvec(question).expect("bytes");
    postcard::from_bytes(&reader::answer(&bytes)).expect("an answer")
}

fn read(text: &str) -> Meaning {
    let text = text.to_string();
    ask(&ToReader::Read {
        text,
        from: Instant::START,
    })
    .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn every_scenario_comes_to_the_backend_as_its_text_means_it() {
    for (name, text) in texts() {
        let meaning = read(&text);
        let order = ToBackend::Measure {
            run: RunId(1),
            scenario: meaning.scenario,
            seed: 1,
        };
        let bytes = postcard::to_allocvec(&order).expect("bytes");
        let Ok(ToBackend::Measure { scenario, .. }) = postcard::from_bytes(&bytes) else {
            panic!("{name} is no order any more");
        };
        let parsed = text::parse(&text).expect("a scenario");
        assert_eq!(
            (scenario, meaning.warnings),
            (parsed.scenario.into(), parsed.warnings),
            "{name}"
        );
    }
}

#[test]
fn json_behind_a_comment_is_yaml_and_means_the_same() {
    for (name, text) in texts() {
        let yaml = format!("# as YAML\n{text}");
        assert_eq!(read(&yaml).scenario, read(&text).scenario, "{name}");
    }
}

#[test]
fn every_edge_takes_every_mode_that_it_may_have() {
    for (name, text) in texts() {
        let scenario = read(&text).scenario;
        for edge in scenario.edges.iter().filter(|edge| edge.declared) {
            for mode in edge.modes().filter(|mode| *mode != edge.mode) {
                let (text, edge) = (text.clone(), edge.name.clone());
                let question = ToReader::Edit {
                    text,
                    edit: Edit::mode(&edge, mode),
                };
                let changed: String = ask(&question).unwrap_or_else(|problems| panic!("{name} {edge}: {problems:#?}"));
                let meaning = read(&changed);
                let id = meaning.scenario.edge_named(&edge).expect("the edge");
                assert_eq!(meaning.scenario.edge(id).mode, mode, "{name} {edge}");
            }
        }
    }
}
