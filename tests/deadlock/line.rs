//! Circles that lead through a channel or through the connections of an edge.

use super::{check, check_calm, mutual, system};

/// A service whose operation `go` publishes to `q` so many times after 1 ms; who consumes from it takes 2 ms.
fn producer(times: usize) -> String {
    let calls = vec![r#"{"call": "q"}"#; times].join(", ");
    format!(
        r#""p": {{"threads": 1, "operations": {{"go": [{{"work": "1ms"}}, {calls}], "in": [{{"work": "2ms"}}]}}}},
        "other": {{"threads": 1, "operations": {{"in": [{{"work": "2ms"}}]}}}}"#
    )
}

#[test]
fn who_waits_for_a_reply_that_only_its_own_worker_could_give() {
    let edges = r#"{"from": "p", "to": "q", "reply": true}, {"from": "q", "to": "p.in"}"#;
    let channels = r#", "channels": {"q": {}}"#;
    check(
        &system(&[("p.go", 1)], &producer(1), edges, channels),
        "1ms: the only worker of `p` waits for `q` (p->q)",
        1,
    );
    let shared = format!(r#"{edges}, {{"from": "q", "to": "other.in"}}"#);
    let outcome = system(&[("p.go", 1)], &producer(3), &shared, channels);
    assert_ne!(outcome.story, None, "`p` has its turn with the queue as well");
}

#[test]
fn two_that_reply_to_each_other_over_queues() {
    let services = r#""a": {"threads": 2, "operations": {"go": [{"work": "1ms"}, {"call": "qb"}], "in": [{"work": "1ms"}]}},
        "b": {"threads": 1, "operations": {"go": [{"work": "1ms"}, {"call": "qa"}], "in": [{"work": "1ms"}]}}"#;
    let edges = r#"{"from": "a", "to": "qb", "reply": true}, {"from": "b", "to": "qa", "reply": true},
        {"from": "qb", "to": "b.in"}, {"from": "qa", "to": "a.in"}"#;
    let channels = r#", "channels": {"qa": {}, "qb": {"delivery": "4ms"}}"#;
    check(
        &system(&[("a.go", 2), ("b.go", 1)], services, edges, channels),
        "5ms: all 2 workers of `a` wait for `qb` (a->qb), the only worker of `b` waits for `qa` (b->qa)",
        3,
    );
    let one_is_free = system(&[("a.go", 1), ("b.go", 1)], services, edges, channels);
    assert_eq!(one_is_free.story, None);
}

#[test]
fn who_publishes_into_a_full_channel_that_only_it_empties() {
    let edges = r#"{"from": "p", "to": "q"}, {"from": "q", "to": "p.in", "prefetch": 1}"#;
    let full = r#", "channels": {"q": {"capacity": 1, "overflow": "block"}}"#;
    check(
        &system(&[("p.go", 1)], &producer(3), edges, full),
        "1ms: the only worker of `p` waits for `q` (p->q)",
        1,
    );
    // Whatever makes room without a worker keeps them from being stuck.
    let calm = |more_edges: &str, channels: &str, times: usize| {
        let edges = format!("{edges}{more_edges}");
        let outcome = system(&[("p.go", 1)], &producer(times), &edges, channels);
        assert_eq!(outcome.story, None, "{edges} {channels}");
        assert!(outcome.requests[0].ends_with("ok"), "{:?}", outcome.requests);
    };
    calm("", full, 2);
    calm(r#", {"from": "q", "to": "other.in"}"#, full, 6);
    calm(
        "",
        &full.replace(r#""capacity""#, r#""retention": "20ms", "capacity""#),
        3,
    );
}

#[test]
fn a_partition_is_with_who_waits() {
    // One key, so that all lie in one of two partitions. While the other group works, the channel is said to move.
    let edges = r#"{"from": "p", "to": "q", "key": "order", "keys": 1}, {"from": "q", "to": "p.in", "group": "one"},
        {"from": "q", "to": "other.in", "group": "two"}"#;
    let channels = r#", "channels": {"q": {"kind": "topic", "partitions": 2, "capacity": 1, "overflow": "block"}}"#;
    check(
        &system(&[("p.go", 1)], &producer(3), edges, channels),
        "5ms: the only worker of `p` waits for `q` (p->q)",
        1,
    );
}

#[test]
fn who_waits_for_a_reply_to_a_message_that_comes_again() {
    // One group has failed and tries again in 20 ms, while the only worker of the other waits for the reply.
    let services = producer(1).replace(
        r#""in": [{"work": "2ms"}]}}"#,
        r#""in": [{"work": "2ms"}], "bad": [{"fail": 1}]}}"#,
    );
    let edges = r#"{"from": "p", "to": "q", "reply": true}, {"from": "q", "to": "p.in", "group": "one"},
        {"from": "q", "to": "other.bad", "group": "two"}"#;
    let channels = r#", "channels": {"q": {"kind": "topic", "redelivery": "20ms", "deliveries": 3}}"#;
    check(
        &system(&[("p.go", 1)], &services, edges, channels),
        "41ms: the only worker of `p` waits for `q` (p->q)",
        1,
    );
}

#[test]
fn a_queue_of_an_edge_that_blocks() {
    let edges = r#"{"from": "a", "to": "b.echo", "mode": "queue", "channel": {"capacity": 1, "overflow": "block"}}"#;
    check(
        &system(&[("a.go", 4), ("b.go", 1)], &mutual(1), edges, ""),
        "3ms: the only worker of `a` waits for `b` (a->b.echo), the only worker of `b` waits for `a` (b->a.echo)",
        3,
    );
}

#[test]
fn who_waits_for_a_connection_that_is_in_use() {
    let limited = |more: &str| format!(r#"{{"from": "a", "to": "b.echo", "connections": 1{more}}}"#);
    let services = r#""a": {"threads": 2, "operations": {"go": [{"work": "1ms"}, {"call": "b.echo"}], "back": [{"work": "1ms"}]}},
        "b": {"threads": 5, "operations": {"echo": [{"work": "1ms"}, {"call": "a.back"}]}}"#;
    let story = |at: &str| {
        format!(
            "{at}: 1 of 2 workers of `a` waits for `b` (a->b.echo), 1 of 2 workers of `a` waits for a connection to `b` (a->b.echo), 1 of 5 workers of `b` waits for `a` (b->a.back)"
        )
    };
    check(&system(&[("a.go", 2)], services, &limited(""), ""), &story("2ms"), 2);
    let handshake = limited(r#", "setup": "5ms""#);
    check(&system(&[("a.go", 2)], services, &handshake, ""), &story("7ms"), 2);
    let three = services.replace(r#""threads": 2"#, r#""threads": 3"#);
    for edge in [limited(""), handshake] {
        check_calm(&system(&[("a.go", 2)], &three, &edge, ""));
    }
}

#[test]
fn spans_without_a_worker_that_want_a_connection() {
    let services = r#""a": {"loop": 1, "inFlight": 2, "operations": {"go": [{"work": "1ms"}, {"call": "b.echo"}], "back": [{"work": "1ms"}]}},
        "b": {"threads": 5, "operations": {"echo": [{"work": "1ms"}, {"call": "a.back"}]}}"#;
    let edge = r#"{"from": "a", "to": "b.echo", "mode": "await", "connections": 1}"#;
    check(
        &system(&[("a.go", 2)], services, edge, ""),
        "2ms: 1 span of `a` without a worker waits for `b` (a->b.echo), 1 span of `a` without a worker waits for a connection to `b` (a->b.echo), 1 of 5 workers of `b` waits for `a` (b->a.back)",
        2,
    );
}
