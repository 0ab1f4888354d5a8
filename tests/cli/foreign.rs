//! `swim import`: the scenario on standard output, what was assumed and ignored on standard error.

use super::swim::*;
use sync_or_swim::scenario::text::parse;

/// What was printed and what was told.
fn imported(arguments: &[&str]) -> (String, String) {
    let output = swim(&[&["import", "tests/data/import/isotope-canonical.yaml"], arguments].concat());
    let [printed, told] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (printed, told)
}

#[test]
fn a_foreign_file_becomes_a_scenario() {
    let (json, told) = imported(&[]);
    assert!(told.starts_with("read as isotope service graph\nassumed: "), "{told}");
    assert!(told.contains("ignored: `requestSize`"), "{told}");
    let (yaml, _) = imported(&["--yaml"]);
    assert!(!yaml.starts_with('{'), "{yaml}");
    assert_eq!(parse(&yaml), parse(&json));
    let (nothing, told) = imported(&["--from", "mermaid"]);
    assert_eq!(nothing, "");
    assert!(
        told.contains("isotope-canonical.yaml:1:1: this is no head of a flowchart"),
        "{told}"
    );
}
