//! Texts that were written to hang who reads them: each has its answer all the same.
//!
//! Law: reading takes about as long as the text is long, and what is told of it has an end. A reader for whom that is not
//! so needs minutes for some of these, and is noticed.
#![cfg(not(target_arch = "wasm32"))]

use sync_or_swim::scenario::problem::Severity;
use sync_or_swim::scenario::text;

/// Bytes of each text, about.
const LENGTH: usize = 1_500_000;
/// Problems of a severity that are told at most.
const MOST: usize = 100;

/// A scenario with this in the place of one of its parts.
fn scenario(part: &str, by: &str) -> String {
    let plain = r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"},
        "clients": {"c": {"arrivals": "poisson(5/s)"}},
        "services": {"s": {"operations": {"default": [{"work": "1ms"}]}}},
        "edges": [{"from": "c", "to": "s"}]}"#;
    assert!(plain.contains(part), "{part}");
    plain.replace(part, by)
}

/// Pieces, each with its number in place of `#`, as long as a text may be.
fn pieces(piece: &str) -> String {
    let count = LENGTH / (piece.len() + 4);
    (0..count).map(|index| piece.replace('#', &index.to_string())).collect()
}

fn check(name: &str, text: &str) {
    let problems = match text::parse(text) {
        Ok(parsed) => parsed.warnings,
        Err(problems) => problems,
    };
    for severity in [Severity::Error, Severity::Warning] {
        let told = problems.iter().filter(|problem| problem.severity == severity);
        assert!(told.count() <= MOST, "{name}");
    }
}

#[test]
fn many_of_a_kind_are_no_trouble() {
    let end = "\"z\": 1";
    for (part, piece) in [
        ("\"run\"", "\"k#\": 1, "),
        ("\"run\"", "\"k\": 1, "),
        ("\"c\"", "\"c#\": 1, "),
        ("\"s\"", "\"s#\": {}, "),
        ("\"work\"", "\"k#\": 1, "),
        ("\"default\"", "\"o#\": [], "),
    ] {
        check(piece, &scenario(part, &(pieces(piece) + end + ", " + part)));
    }
    for (part, piece) in [
        ("{\"work\"", "{\"wrk\": 1}, "),
        ("{\"work\"", "{\"call\": \"t#\"}, "),
        ("{\"from\"", "1, "),
        ("{\"from\"", "{\"from\": \"x\", \"to\": \"y\"}, "),
    ] {
        check(piece, &scenario(part, &(pieces(piece) + part)));
    }
    for (key, piece) in [
        (
            "changes",
            "{\"at\": \"0s\", \"edge\": \"c->s\", \"set\": {\"mode\": \"queue\"}}, ",
        ),
        (
            "faults",
            "{\"at\": \"0s\", \"for\": \"1s\", \"service\": \"x\", \"down\": \"refuse\"}, ",
        ),
    ] {
        let list = format!("\"{key}\": [{}{{}}], \"run\"", pieces(piece));
        check(key, &scenario("\"run\"", &list));
    }
}

#[test]
fn long_words_are_no_trouble() {
    let long = "x".repeat(LENGTH);
    check("key", &scenario("\"run\"", &format!("\"{long}\": 1, \"run\"")));
    check("name", &scenario("\"to\": \"s\"", &format!("\"to\": \"{long}\"")));
    for dist in [
        pieces("exp("),
        pieces("1ms, "),
        format!("empirical({}1ms)", pieces("1ms, ")),
    ] {
        check("dist", &scenario("\"1ms\"", &format!("\"{dist}\"")));
    }
    for text in [
        format!("\"{long}"),
        format!("[{}", "1".repeat(LENGTH)),
        format!("{{\"{}", pieces("\\n")),
    ] {
        check("word", &text);
    }
}

#[test]
fn yaml_that_leads_nowhere_is_no_trouble() {
    for piece in [
        "k#: 1\n",
        "k: 1\n",
        "- 1\n",
        "\n",
        " \n",
        " ",
        "\t",
        "a ",
        "a\n",
        "# a\n",
        "? ",
        "? a\n",
        "- &a 1\n",
        "- *a\n",
        "- !a 1\n",
        "%TAG ! a\n",
        "%YAML 1.2\n",
        "---\n",
        "--- a\n",
        ": ",
        "a: ",
        "- ",
        "\u{feff}",
        "\0",
        "é",
    ] {
        check(piece, &pieces(piece));
    }
    for (begin, piece) in [
        ("a: [", "a, "),
        ("a: {", "a: b, "),
        ("a: {", "a, "),
        ("a: [", "a: "),
        ("a: [", "\"a\": "),
        ("a: \"", "a\n "),
        ("a: '", "a\n\n "),
        ("a: |\n", "  a\n"),
        ("a: >\n", "  a\n\n"),
        ("a: ", "a\n  "),
        ("a:", "\n"),
        ("!<", "%41"),
        ("format: sync-or-swim/1\nservices:\n", "  s#: {}\n"),
    ] {
        check(begin, &(begin.to_string() + &pieces(piece)));
    }
}
