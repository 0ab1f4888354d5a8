//! The published form of the format: schema, reference, canonical text, and the reader, which all say the same.
//!
//! ```text
//! wire types ─▶ docs/scenario.schema.json, docs/format.md, src/scenario/property.txt
//!                                                               UPDATE=1 cargo test --test format: writes both anew,
//! reader ─▶ tests/data/wrong/*.txt                              and what is told of each wrong text
//! ```
//!
//! Law: what the reader reads the schema accepts; where the schema sees something wrong the reader sees it too, at the
//! same place; and what is written of a scenario is read as that scenario.
#![cfg(not(target_arch = "wasm32"))]

#[path = "format/grammar.rs"]
mod grammar;
#[path = "format/page.rs"]
mod page;
#[path = "format/place.rs"]
mod place;
#[path = "format/property.rs"]
mod property;
#[path = "format/specimen.rs"]
mod specimen;
#[path = "format/wrong.rs"]
mod wrong;

use jsonschema::Validator;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::problem::{Problem, Severity};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Scenario, wire, write};
use sync_or_swim::time::Instant;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_update() -> bool {
    env::var_os("UPDATE").is_some()
}

/// The files of a directory, sorted by name, each with its text.
fn files(directory: &str) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(root().join(directory)).expect("a directory");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    let with_text = |path: PathBuf| (path.clone(), fs::read_to_string(path).expect("a text"));
    paths.into_iter().map(with_text).collect()
}

/// All texts that are scenarios.
fn scenarios() -> Vec<(PathBuf, String)> {
    let directories = [
        "tests/data/examples",
        "tests/data/specimens",
        "tests/data/digest",
        "scenarios",
    ];
    directories.into_iter().flat_map(files).collect()
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&wire::schema()).expect("a schema")
}

fn tree(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

/// What keeps a text from being run, in its order.
fn errors(text: &str) -> Vec<Problem> {
    let problems = parse(text).err().unwrap_or_default().into_iter();
    problems.filter(|problem| problem.severity == Severity::Error).collect()
}

/// Compares a file with what it should be, or writes it anew.
fn check_file(name: &str, expected: &str) {
    let path = root().join(name);
    if is_update() {
        fs::write(&path, expected).expect("a file that can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == expected,
        "{name} is not what the types say: UPDATE=1 cargo test --test format"
    );
}

#[test]
fn the_published_schema_is_that_of_the_types() {
    check_file("docs/scenario.schema.json", &format!("{:#}\n", wire::schema()));
}

#[test]
fn the_command_line_prints_the_published_schema() {
    let swim = Command::new(env!("CARGO_BIN_EXE_swim")).arg("schema").output();
    let printed = swim.expect("swim runs").stdout;
    assert!(String::from_utf8_lossy(&printed) == format!("{:#}\n", wire::schema()));
}

#[test]
fn the_reference_is_that_of_the_types() {
    check_file("docs/format.md", &page::page(&wire::schema(), &specimen::all()));
}

#[test]
fn the_properties_are_those_of_the_types() {
    check_file("src/scenario/property.txt", &property::table(&wire::schema()));
}

#[test]
fn the_schema_is_one() {
    let schema = wire::schema();
    assert!(jsonschema::meta::validate(&schema).is_ok());
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn the_schema_and_the_types_accept_every_scenario() {
    let validator = validator();
    for (path, text) in scenarios() {
        let errors: Vec<String> = validator
            .iter_errors(&tree(&text))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let wire: Result<wire::Scenario, _> = serde_json::from_str(&text);
        assert!(wire.is_ok(), "{}: {wire:?}", path.display());
    }
}

#[test]
fn what_is_written_is_read_as_the_same_scenario() {
    let validator = validator();
    for (path, text) in scenarios() {
        let scenario = match parse(&text) {
            Ok(parsed) => parsed.scenario,
            Err(problems) => panic!("{}: {problems:#?}", path.display()),
        };
        let written = write(&scenario);
        let again = parse(&written).unwrap_or_else(|problems| panic!("{}: {problems:#?}\n{written}", path.display()));
        assert_eq!(again.scenario, scenario, "{}:\n{written}", path.display());
        assert_eq!(write(&again.scenario), written);
        assert!(validator.is_valid(&tree(&written)), "{written}");
        let default = specimen::defaults(&wire::schema(), &tree(&written));
        assert!(
            default.is_empty(),
            "{}: defaults are written: {default:?}",
            path.display()
        );
    }
}

#[test]
fn a_preset_is_written_out() {
    let text = fs::read_to_string(root().join("tests/data/specimens/calls.json")).expect("a text");
    let text =
        text.replacen("\"grpc\"", "\"http1\"", 1)
            .replacen("\"setup\": \"3ms\",\n      \"connections\": 20,", "", 1);
    let scenario = parse(&text).expect("a scenario").scenario;
    let edge = tree(&write(&scenario))["edges"][4].clone();
    assert_eq!(edge["connections"], 100);
    assert_eq!(edge["setup"], "3ms");
    assert_eq!(edge.get("protocol"), None);
}

/// Of all that happens in a run.
fn digest(scenario: &Scenario) -> u64 {
    let mut run = Run::new(scenario, scenario.seed);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut ());
    run.digest()
}

/// In a text where a key may stand, its default means what leaving it out means; a preset has defaults of its own.
#[test]
fn a_default_is_what_is_meant_without_it() {
    let schema = wire::schema();
    let mut tried = 0;
    for mut specimen in specimen::all() {
        specimen::forget(&mut specimen, "protocol");
        for (pointer, default) in specimen::with_default(&schema, &specimen) {
            let set = specimen::with(&specimen, &pointer, Some(default.clone()));
            let unset = specimen::with(&specimen, &pointer, None);
            let [set, unset] = [set, unset].map(|tree| parse(&tree.to_string()).map(|parsed| parsed.scenario));
            if let (Ok(set), Ok(unset)) = (set, unset) {
                let same = set == unset || digest(&set) == digest(&unset);
                assert!(same, "{pointer}: {default} is not what is meant without it");
                tried += 1;
            }
        }
    }
    println!("{tried} defaults");
    assert!(tried >= 30);
}

#[test]
fn every_key_stands_in_a_specimen() {
    let schema = wire::schema();
    let found: Vec<(String, String)> = specimen::all()
        .iter()
        .flat_map(|specimen| specimen::keys(&schema, specimen))
        .map(|found| (found.owner, found.key))
        .collect();
    let missing: Vec<_> = page::all_keys(&schema)
        .into_iter()
        .filter(|key| !found.contains(key))
        .collect();
    assert!(missing.is_empty(), "no text in tests/data/specimens has {missing:?}");
}

#[test]
fn what_the_schema_rejects_is_told_at_the_same_place() {
    let validator = validator();
    let (mut count, mut apart) = (0, Vec::new());
    for (path, text) in files("tests/data/wrong") {
        let mut sheet = wrong::Sheet::read(&text);
        for case in &mut sheet.cases {
            let wrong = case.applied(&sheet.base);
            let first = errors(&wrong).into_iter().next();
            let (seen, read) = (
                place::first(&validator, &wrong),
                first.as_ref().map(|problem| problem.path.clone()),
            );
            let told = first.map(|problem| problem.to_string()).unwrap_or_default();
            if is_update() {
                case.told = told.clone();
            }
            if seen != read || read.is_none() || told != case.told {
                apart.push(format!(
                    "{} ▶ {}\n  schema: {seen:?}\n  reader: {told}\n  stored: {}",
                    case.old, case.new, case.told
                ));
            }
            count += 1;
        }
        if is_update() {
            fs::write(&path, sheet.to_string()).expect("a file that can be written");
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
    println!("{count} wrong texts are rejected by schema and reader at the same places");
    assert!(count >= 60);
}
