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
