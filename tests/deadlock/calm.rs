//! No false alarm: those who wait here, however long, can all go on.

use super::{Outcome, check_calm, mutual, system};

/// Nobody is said to be stuck.
fn check(outcome: &Outcome, requests: &[&str]) {
    assert_eq!(outcome.story, None);
    assert_eq!(outcome.requests, requests);
}

/// `a` calls `b`, which works for 10 ms and could call `a`, but does not.
fn pair(a: &str, b: &str) -> String {
    format!(
        r#""a": {{{a}, "operations": {{"go": [{{"call": "b.work"}}], "echo": [{{"work": "1ms"}}]}}}},
        "b": {{{b}, "operations": {{"work": [{{"work": "10ms"}}, {{"choose": [{{"p": 0, "do": [{{"call": "a.echo"}}]}}]}}],
            "go": [{{"call": "a.echo"}}]}}}}"#
    )
}

#[test]
fn whoever_waits_for_somebody_that_works() {
    let services = pair(r#""threads": 2"#, r#""threads": 1"#);
    let outcome = system(&[("a.go", 4)], &services, "", "");
    check(&outcome, &["10 ok", "20 ok", "30 ok", "40 ok"]);
}

#[test]
fn whoever_waits_for_a_reply_that_is_on_its_way() {
    let services = pair(r#""threads": 1"#, r#""threads": 1"#);
    let edges = r#"{"from": "a", "to": "b.work", "latency": "50ms"}"#;
    check(&system(&[("a.go", 2)], &services, edges, ""), &["110 ok", "220 ok"]);
}

#[test]
fn whoever_waits_for_a_callee_that_sleeps() {
    let services = pair(r#""threads": 1"#, r#""threads": 1"#).replace(r#"{"work": "10ms"}"#, r#"{"wait": "100ms"}"#);
    check(&system(&[("a.go", 2)], &services, "", ""), &["100 ok", "200 ok"]);
}

#[test]
fn whoever_pauses_before_another_attempt() {
    let services = pair(r#""threads": 1"#, r#""threads": 1, "backlog": 0"#);
    let edges = r#"{"from": "a", "to": "b.work", "retry": {"attempts": 5, "backoff": "constant(50ms)"}}"#;
    let faults = r#", "faults": [{"at": "0s", "for": "90ms", "service": "b", "down": "refuse"}]"#;
    check(&system(&[("a.go", 2)], &services, edges, faults), &["110 ok", "120 ok"]);
}

#[test]
fn whoever_has_a_hedge_to_come() {
    // The first try waits in a circle; the hedge finds the other replica free.
    let services = r#""a": {"threads": 1, "operations": {"go": [{"work": "1ms"}, {"call": "b.echo"}], "echo": [{"work": "1ms"}]}},
        "b": {"replicas": 2, "threads": 1, "operations": {"go": [{"work": "1ms"}, {"call": "a.echo"}], "echo": [{"work": "1ms"}]}}"#;
    let edges = r#"{"from": "a", "to": "b.echo", "hedge": "20ms"}"#;
    let outcome = system(&[("b.go", 1), ("a.go", 1), ("a.echo", 2)], services, edges, "");
    assert_eq!(outcome.story, None, "{:?}", outcome.requests);
}

#[test]
fn whoever_waits_for_messages() {
    // `a` publishes for `b`, whose only worker waits for `a`: the queue holds nobody.
    let edges = r#"{"from": "a", "to": "b.echo", "mode": "queue"}"#;
    let outcome = system(&[("a.go", 3), ("b.go", 1)], &mutual(1), edges, "");
    check_calm(&outcome);
}

#[test]
fn whoever_waits_for_a_replica_that_stands_still() {
    // `b` has an idle worker, which may not begin before 100 ms.
    let services = mutual(1).replacen(r#""b": {"threads": 1"#, r#""b": {"threads": 2"#, 1);
    let edges = r#"{"from": "b", "to": "a.echo", "latency": "5ms"}"#;
    let still = r#", "faults": [{"at": "1500us", "for": "100ms", "service": "b", "pause": true}]"#;
    let slow = services.replacen(r#"{"work": "1ms"}"#, r#"{"work": "2ms"}"#, 1);
    let outcome = system(&[("a.go", 1), ("b.go", 1)], &slow, edges, still);
    check_calm(&outcome);
}

#[test]
fn whoever_waits_for_somebody_that_was_never_there() {
    let hole = r#", "faults": [{"at": "0s", "for": "100ms", "service": "b", "down": "blackhole"}]"#;
    let services = pair(r#""threads": 1"#, r#""threads": 1"#);
    check(&system(&[("a.go", 2)], &services, "", hole), &["open", "open"]);
}

#[test]
fn whoever_waits_for_a_pool_that_a_message_gives_back() {
    let outcome = super::pool_that_comes_back(2);
    check(&outcome, &["0 ok", "51 ok"]);
}
