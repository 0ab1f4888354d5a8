//! Scenarios of the contract: those of this version run, those of later ones are refused by the name of what they need.

use sync_or_swim::scenario::text;

const EXAMPLES: [(&str, &str); 7] = [
    ("chain", include_str!("data/examples/chain.json")),
    ("checkout", include_str!("data/examples/checkout.json")),
    ("closed", include_str!("data/examples/closed.json")),
    ("event-loop", include_str!("data/examples/event-loop.json")),
    ("faults", include_str!("data/examples/faults.json")),
    ("saga", include_str!("data/examples/saga.json")),
    ("topic", include_str!("data/examples/topic.json")),
];

#[test]
fn an_example_runs_or_is_refused_by_name() {
    let mut standing = Vec::new();
    for (name, example) in EXAMPLES {
        match text::parse(example) {
            Ok(_) => standing.push(name),
            Err(problems) => problems.iter().for_each(|problem| {
                println!("{name}: {problem}");
                assert!(problem.message.contains("not supported yet"), "{name}: {problem}");
                assert!(problem.line > 1 && problem.column > 1, "{name}: {problem}");
            }),
        }
    }
    println!("{standing:?} stand");
    assert!(
        standing.contains(&"chain") && standing.contains(&"closed"),
        "{standing:?}"
    );
}

/// Texts that are nearly scenarios: cut off, with a letter too many, or with one replaced.
#[test]
fn no_text_makes_the_reader_panic() {
    let mut told = 0;
    let entries = sync_or_swim::scenario::gallery::ENTRIES.iter().map(|entry| entry.text);
    for text in entries.chain(EXAMPLES.map(|(_, text)| text)) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(23).collect();
        for (index, at) in places.into_iter().enumerate() {
            let (before, after) = text.split_at(at);
            let letter = ["\"", "{", "]", ",", "-1", "\u{1F600}", "\0", "\\"][index % 8];
            let rest: String = after.chars().skip(1).collect();
            for strange in [
                before.to_string(),
                format!("{before}{letter}{after}"),
                format!("{before}{letter}{rest}"),
            ] {
                let problems = text::parse(&strange).err().unwrap_or_default();
                told += problems.len();
                assert!(
                    problems.iter().all(|problem| problem.line > 0 && problem.column > 0),
                    "{strange}"
                );
            }
        }
    }
    println!("{told} problems were told");
    assert!(told > 1000);
}
