//! `swim import`: the scenario on standard output, what was assumed and ignored on standard error.

use super::swim::*;

#[test]
fn a_foreign_file_becomes_a_scenario() {
    let file = "tests/data/import/isotope-canonical.yaml";
    let done = swim(&["import", file]);
    assert!(
        done.stdout.starts_with("{\n  \"format\": \"sync-or-swim/1\""),
        "{}",
        done.stdout
    );
    assert!(
        done.stderr.contains("read as isotope service graph\nassumed: "),
        "{}",
        done.stderr
    );
    assert!(done.stderr.contains("ignored: `requestSize`"), "{}", done.stderr);
    let yaml = swim(&["import", file, "--yaml"]);
    assert!(yaml.stdout.starts_with("format: \"sync-or-swim/1\"") || yaml.stdout.starts_with("format: sync-or-swim/1"));
    let wrong = swim(&["import", file, "--from", "mermaid"]);
    assert!(wrong.stderr.contains("no head of a flowchart"), "{}", wrong.stderr);
}
