//! What must not be said in some places: clocks, floats, hash maps, and giving up.

use crate::source::{Source, line_of, sources, words};
use crate::{Offence, settle};

/// Where the order of iteration reaches a result.
const ORDERED: [&str; 4] = ["src/engine/", "src/trace/", "src/metrics/", "src/picture/"];

/// Where numbers are measured, drawn or written by people. Everything else counts in integers.
const FLOATS: [&str; 11] = [
    "src/scenario/",
    "src/engine/chance",
    "src/backend/serve",
    "src/metrics/",
    "src/theory/",
    "src/picture/",
    "src/told/",
    "src/share/",
    "src/import/",
    "src/ui/",
    "src/bin/swim",
];

/// The only functions of `time` that leave the integers, for people and pictures.
const TIME_IN_FLOATS: [&str; 2] = ["as_ms", "as_s"];

fn found(source: &Source, code: &str, needles: &[&str], what: &str) -> Vec<Offence> {
    let hits = needles.iter().flat_map(|needle| code.match_indices(needle));
    hits.map(|(at, _)| Offence {
        file: source.file.clone(),
        line: line_of(code, at),
        what: what.to_owned(),
    })
    .collect()
}

#[test]
fn nothing_depends_on_the_order_of_a_hash() {
    let ordered = sources(&["src"])
        .into_iter()
        .filter(|source| ORDERED.iter().any(|place| source.file.starts_with(place)));
    let what = "the order of a hash map differs between runs: index a Vec, or use BTreeMap or BTreeSet";
    settle(
        "hash",
        ordered
            .flat_map(|source| found(&source, &source.product, &["HashMap", "HashSet"], what))
            .collect(),
    );
}

#[test]
fn nothing_reads_the_clock_of_the_machine() {
    let what = "simulated time is crate::time; the page gets the time of day from the browser, the benches measure it";
    settle(
        "clock",
        sources(&["src"])
            .iter()
            .flat_map(|source| found(source, &source.code, &["std::time", "SystemTime"], what))
            .collect(),
    );
}

#[test]
fn floats_stay_in_their_places() {
    let sources = sources(&["src"]);
    let elsewhere = sources
        .iter()
        .filter(|source| !FLOATS.iter().any(|place| source.file.starts_with(place)));
    settle("float", elsewhere.flat_map(floats).collect());
}

fn floats(source: &Source) -> Vec<Offence> {
    let allowed: Vec<_> = source
        .functions()
        .into_iter()
        .filter(|function| source.file == "src/time.rs" && TIME_IN_FLOATS.contains(&function.name.as_str()))
        .map(|function| function.first..=function.last)
        .collect();
    let floats = words(&source.product)
        .into_iter()
        .filter(|(_, word)| ["f64", "f32"].contains(word));
    let lines = floats
        .map(|(at, _)| line_of(&source.product, at))
        .filter(|line| !allowed.iter().any(|lines| lines.contains(line)));
    lines
        .map(|line| Offence {
            file: source.file.clone(),
            line,
            what:
                "a float here makes results differ between machines: count in nanoseconds, parts per million or items"
                    .into(),
        })
        .collect()
}

#[test]
fn nothing_gives_up_outside_of_tests() {
    let what = "a person's mistake is a value (return it), a programmer's an `assert!` that says what must hold";
    let sources = sources(&["src", "xtask/src"]);
    settle(
        "unwrap",
        sources
            .iter()
            .flat_map(|source| found(source, &source.product, &[".unwrap()", ".expect("], what))
            .collect(),
    );
}
