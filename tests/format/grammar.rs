//! The forms of texts, by pattern and by reader.
//!
//! ```text
//! "exp(20ms)"  ─some letters taken, put in or exchanged─▶  "exp(20m)"   read by both, or by neither
//! ```
//!
//! Law: a pattern never refuses what the reader takes; and what only the reader refuses, it refuses for a value that no
//! pattern can weigh.

use super::{errors, place, validator};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// A text with a place for each form.
const BASE: &str = r#"{"format": "sync-or-swim/1", "run": {"warmup": "0s", "duration": "DURATION"},
"clients": {"c": {"arrivals": "ARRIVALS"}},
"services": {"a": {"operations": {"get": [{"repeat": "TIMES", "do": [{"call": "b"}]}]}}, "b": {"work": "DIST"}},
"edges": [{"from": "c", "to": "a.get"}, {"from": "a", "to": "b", "rate": "RATE", "retry": {"attempts": 2, "backoff": "BACKOFF"}}]}"#;

/// Each form: its word in the text, its path, and texts that have it.
const FORMS: [(&str, &str, &[&str]); 6] = [
    ("DURATION", "run.duration", &["10s", "1.5m", ".5s", "250 us", "5.ms"]),
    (
        "ARRIVALS",
        "clients.c.arrivals",
        &[
            "poisson(50/s)",
            "constant( 1.5e1 / min )",
            "renewal(uniform(5ms, 15ms))",
            "renewal(5ms)",
        ],
    ),
    (
        "TIMES",
        "services.a.operations.get[0].repeat",
        &["geometric(2.5)", " geometric( 1e-1 ) "],
    ),
    (
        "DIST",
        "services.b.work",
        &[
            "20ms",
            "exp(20ms)",
            "uniform( 5ms , 15ms )",
            "lognormal(mean 20ms, p99 100ms)",
            "erlang(3, 20ms)",
            "hyperexp(0.9: 10ms, 0.1: 110ms)",
            "pareto (1.5, 10ms)",
            "empirical(5ms, 7ms, 30ms)",
        ],
    ),
    ("RATE", "edges[1].rate", &["50/s", "1200/min", " 1e3 / h "]),
    (
        "BACKOFF",
        "edges[1].retry.backoff",
        &["constant(10ms)", "linear( 10ms )", "exponential(50ms, 1s)"],
    ),
];

/// What the reader says of a value whose form is right.
const VALUES: [&str; 14] = [
    "is longer than ten years",
    "292 years",
    "is above the upper end",
    "is below the mean",
    "no lognormal distribution",
    "add up to",
    "is not a shape",
    "is not a probability",
    "a rate is above 0",
    "longer than nothing",
    "leaves no time",
    ": `exponential(",
    "the run ends at",
    "are beyond what is counted",
];

/// Whether a form is right, and only its value is not.
fn is_about_a_value(text: &str, told: &str) -> bool {
    let inside = text
        .trim()
        .strip_prefix("geometric(")
        .and_then(|rest| rest.strip_suffix(')'));
    let mean = inside.and_then(|mean| mean.trim().parse::<f64>().ok());
    mean.is_some_and(|mean| !(0.0..=1e5).contains(&mean)) || VALUES.iter().any(|value| told.contains(value))
}

fn edits() -> impl Strategy<Value = Vec<(Index, u8, char)>> {
    let letter = select("0159. ,:()/-+eEmsunhpia9xY".chars().collect::<Vec<char>>());
    prop::collection::vec((any::<Index>(), 0u8..3, letter), 0..3)
}

fn edited(text: &str, edits: &[(Index, u8, char)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, what, letter) in edits {
        let at = at.index(letters.len() + 1);
        match what {
            0 => letters.insert(at, *letter),
            1 if at < letters.len() => drop(letters.remove(at)),
            2 if at < letters.len() => letters[at] = *letter,
            _ => {}
        }
    }
    letters.into_iter().collect()
}

#[test]
fn a_pattern_matches_what_is_read() {
    let validator = validator();
    let mut runner = TestRunner::deterministic();
    let forms = select(FORMS.to_vec()).prop_flat_map(|form| (Just(form), select(form.2.to_vec()), edits()));
    let (mut read, mut refused) = (0, 0);
    for _ in 0..3000 {
        let ((word, path, _), text, edits) = forms.new_tree(&mut runner).expect("a value").current();
        let text = edited(text, &edits);
        let whole = FORMS.iter().fold(BASE.to_string(), |whole, (other, _, texts)| {
            whole.replace(other, if *other == word { &text } else { texts[0] })
        });
        let told = errors(&whole).into_iter().find(|problem| problem.path == path);
        match (place::first(&validator, &whole), told) {
            (None, Some(problem)) => {
                let told = problem.to_string();
                assert!(
                    is_about_a_value(&text, &told),
                    "only the reader refuses `{text}`: {told}"
                );
            }
            (Some(place), None) => panic!("only the schema refuses `{text}` at {place}"),
            (None, None) => read += 1,
            (Some(_), Some(_)) => refused += 1,
        }
    }
    println!("{read} texts are read, {refused} are refused by both");
    assert!(read > 500 && refused > 500);
}
