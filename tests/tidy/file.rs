//! Rules about whole files and functions.

use crate::source::{Source, files, line_of, name_of, root, sources, words};
use crate::{Offence, settle};

const RUST: [&str; 5] = ["src", "tests", "benches", "fuzz", "xtask/src"];
const WRITTEN: [&str; 11] = [
    "src",
    "tests",
    "benches",
    "fuzz",
    "xtask",
    "end2end",
    "style",
    "scenarios",
    "docs",
    ".ci",
    ".cargo",
];

/// Lines of a file that should not be exceeded, and those that must not.
const AIM: usize = 500;
const LIMIT: usize = 600;
/// Lines of a function, and of a component, whose view is most of it.
const FUNCTION: usize = 70;
const COMPONENT: usize = 80;

const EMPTY_NAMES: [&str; 10] = [
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "type", "types", "misc",
];

fn offence(source: &Source, line: usize, what: String) -> Offence {
    Offence {
        file: source.file.clone(),
        line,
        what,
    }
}

#[test]
fn a_file_begins_with_what_it_is() {
    let rust = sources(&RUST);
    let silent = rust.iter().filter(|source| !source.text.starts_with("//! "));
    let what = "begin with `//! ` and a sentence that says what this file is, then its law or its picture";
    settle("head", silent.map(|source| offence(source, 1, what.into())).collect());
}

#[test]
fn a_file_is_not_long() {
    let lengths: Vec<(Source, usize)> = sources(&RUST)
        .into_iter()
        .map(|source| {
            let lines = source.text.lines().count();
            (source, lines)
        })
        .collect();
    let beyond: Vec<String> = lengths
        .iter()
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(source, lines)| format!("{}: {lines}", source.file))
        .collect();
    assert!(
        beyond.is_empty(),
        "files of more than {LIMIT} lines, debt or not; split them by what they are about:\n{}",
        beyond.join("\n")
    );
    let long = lengths.iter().filter(|(_, lines)| *lines > AIM);
    settle(
        "length",
        long.map(|(source, lines)| {
            offence(
                source,
                0,
                format!("{lines} lines, and {AIM} are the aim: split it, or list it as debt with a reason"),
            )
        })
        .collect(),
    );
}

#[test]
fn a_function_is_not_long() {
    let rust = sources(&RUST);
    let long = rust.iter().flat_map(|source| {
        source.functions().into_iter().filter_map(move |function| {
            let allowed = if function.is_component { COMPONENT } else { FUNCTION };
            let lines = function.last - function.first + 1;
            let what = format!(
                "`{}` has {lines} lines, and {allowed} are the limit: give its parts names of their own",
                function.name
            );
            (lines > allowed).then(|| offence(source, function.first, what))
        })
    });
    settle("function", long.collect());
}

#[test]
fn a_file_is_named_after_something() {
    let all = files(&WRITTEN);
    let empty = all.iter().filter(|path| {
        path.file_stem()
            .is_some_and(|stem| EMPTY_NAMES.iter().any(|name| stem == *name))
    });
    settle(
        "name",
        empty
            .map(|path| Offence {
                file: name_of(path),
                line: 0,
                what: "this name says nothing: name it after the thing of the domain that it holds".into(),
            })
            .collect(),
    );
}

#[test]
fn nothing_is_put_off_in_a_comment() {
    let markers = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut all = files(&WRITTEN);
    all.extend(
        [
            "README.md",
            "ARCHITECTURE.md",
            "CONTRIBUTING.md",
            "CHANGELOG.md",
            "index.html",
            "Trunk.toml",
            "Cargo.toml",
        ]
        .map(|name| root().join(name)),
    );
    let texts = all
        .iter()
        .filter_map(|path| std::fs::read_to_string(path).ok().map(|text| (name_of(path), text)));
    let offences = texts
        .filter(|(file, _)| !file.ends_with("package-lock.json"))
        .flat_map(|(file, text)| {
            let found = words(&text)
                .into_iter()
                .filter(|(_, word)| markers.contains(word))
                .map(|(at, word)| Offence {
                    file: file.clone(),
                    line: line_of(&text, at),
                    what: format!("{word}: do it now, or open an issue and leave nothing here"),
                });
            found.collect::<Vec<_>>()
        });
    settle("put-off", offences.collect());
}

#[test]
fn every_scenario_file_is_in_the_gallery() {
    let scenarios: Vec<_> = files(&["scenarios"])
        .into_iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
        .collect();
    let gallery = std::fs::read_to_string(root().join("src/scenario/gallery.rs")).unwrap_or_default();
    let dead = scenarios.iter().filter(|path| {
        let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        !gallery.contains(&format!("\"{id}\""))
    });
    settle(
        "gallery",
        dead.map(|path| Offence {
            file: name_of(path),
            line: 0,
            what: "src/scenario/gallery.rs does not name it: add it there, or delete it".into(),
        })
        .collect(),
    );
}
