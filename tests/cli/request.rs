//! `swim trace`: one request of a run in words.

use crate::swim::{printed, report, swim};

#[test]
fn the_slowest_request_is_told_with_its_blame() {
    let told = printed(&["trace", "checkout"]);
    let report = report(&["run", "checkout", "--json"]);
    let most = report["clients"]["shoppers"]["responseMs"]["max"].as_f64().unwrap();
    let lines: Vec<&str> = told.lines().collect();
    assert!(
        lines[0].starts_with("request ") && lines[0].contains(" of shoppers, offered at "),
        "{told}"
    );
    assert!(
        lines[1].starts_with("1. At 0.0 ms shoppers calls gateway (sync)"),
        "{told}"
    );
    let last = lines[lines.len() - 1];
    assert!(
        last.contains(&format!(" Of {most:.0} ms: ")) && last.contains(" own "),
        "{most}: {last}"
    );
    assert_ne!(told, printed(&["trace", "checkout", "--rank", "2"]));
    assert!(printed(&["trace", "checkout", "--failed"]).contains("has failed after"));
    let named = printed(&["trace", "checkout", "--client", "shoppers", "--number", "3"]);
    assert!(named.starts_with("request 3 of shoppers, "), "{named}");
}

#[test]
fn a_request_that_is_not_there_is_a_failure() {
    for (words, expected) in [
        (
            &["--client", "nobody", "--number", "3"][..],
            "there is no client `nobody`; there is shoppers\n",
        ),
        (
            &["--client", "shoppers", "--number", "999999"],
            "the run has no request 999999 of `shoppers`\n",
        ),
    ] {
        let output = swim(&[&["trace", "checkout"], words].concat());
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
    }
    assert_eq!(
        swim(&["trace", "checkout", "--client", "shoppers"]).status.code(),
        Some(2)
    );
}
