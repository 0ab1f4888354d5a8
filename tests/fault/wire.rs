//! Edges that are cut, lose, or take longer.

use super::{check, client, fault, one, story};

const WORK: &str = r#""threads": 1, "work": "10ms""#;

fn edge(from: u32, until: u32, what: &str) -> String {
    fault(from, until, &format!(r#""edge": "c->a", {what}"#))
}

#[test]
fn a_partition_takes_what_sets_out_in_either_direction() {
    let cut = edge(5, 15, r#""down": "blackhole""#);
    let told = one(&[0, 7, 20], WORK, r#", "timeout": "40ms""#, &cut);
    check(
        &told,
        &["0-40 timeout", "7-47 timeout", "20-30 ok"],
        &["a/0  ##########..........##########"],
    );
    let c = &told.report.edges["c->a"];
    assert_eq!((c.attempts, c.lost, c.ok), (3, 2, 1));
    assert_eq!(told.report.services["a"].completed, 2);
}

#[test]
fn what_is_on_its_way_when_a_partition_begins_arrives() {
    let cut = edge(5, 15, r#""down": "blackhole""#);
    let told = one(&[4], r#""threads": 1, "work": "9ms""#, r#", "latency": "3ms""#, &cut);
    // Arrives at 7 ms, and answers at 16 ms.
    assert_eq!(told.requests(), ["4-19 ok"]);
}

#[test]
fn an_edge_that_refuses_says_so_at_once_and_lets_replies_pass() {
    let cut = edge(5, 15, r#""down": "refuse""#);
    let told = one(&[0, 7, 20], WORK, r#", "latency": "2ms""#, &cut);
    assert_eq!(told.requests(), ["0-14 ok", "7-7 refused", "20-34 ok"]);
    let a = &told.report.services["a"];
    assert_eq!((a.arrivals, a.rejected), (2, 0));
    assert_eq!(told.failures("c->a"), "refused 1");
}

#[test]
fn loss_is_added_and_counted_at_the_edge() {
    let told = one(
        &[0, 7, 20],
        WORK,
        r#", "timeout": "30ms""#,
        &edge(5, 15, r#""loss": 1"#),
    );
    assert_eq!(told.requests(), ["0-30 timeout", "7-37 timeout", "20-30 ok"]);
    assert_eq!(told.report.edges["c->a"].lost, 2);
}

#[test]
fn latency_is_added_in_each_direction() {
    let both = [edge(5, 50, r#""latency": "5ms""#), edge(25, 50, r#""latency": "2ms""#)].join(",");
    let told = one(
        &[0, 20, 30, 60],
        r#""threads": 2, "work": "10ms""#,
        r#", "latency": "1ms""#,
        &both,
    );
    // The first sets out before: 1 + 10 + 6. The second: 6 + 10 + 8. The third: 8 + 10 + 8.
    assert_eq!(told.requests(), ["0-17 ok", "20-44 ok", "30-56 ok", "60-72 ok"]);
}

#[test]
fn one_fault_may_do_two_harms() {
    let told = one(
        &[10],
        WORK,
        r#", "timeout": "14ms", "retry": {"attempts": 2, "backoff": "constant(1ms)"}"#,
        &edge(5, 35, r#""latency": "20ms", "loss": 0"#),
    );
    // Arrives at 30 ms, given up at 24 ms; the retry of 25 ms arrives at 45 ms.
    assert_eq!(told.requests(), ["10-39 timeout"]);
    assert_eq!(told.report.services["a"].arrivals, 2);
}

#[test]
fn a_toggle_does_not_mend_a_line() {
    let told = story(&format!(
        r#"{}, "services": {{"a": {{{WORK}}}}}, "edges": [{{"from": "c", "to": "a"}}], "faults": [{}],
        "changes": [{{"at": "7ms", "edge": "c->a", "set": {{"mode": "await"}}}}]"#,
        client(&[10]),
        edge(5, 15, r#""down": "refuse""#)
    ));
    assert_eq!(told.requests(), ["10-10 refused"]);
}

#[test]
fn an_ack_that_a_partition_takes_makes_a_duplicate() {
    let told = story(&format!(
        r#"{}, "services": {{"a": {{"threads": 1, "work": "5ms"}}}},
        "channels": {{"q": {{"kind": "queue", "ackTimeout": "20ms"}}}},
        "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "a"}}], "faults": [{}]"#,
        client(&[0]),
        fault(2, 10, r#""edge": "q->a", "down": "blackhole""#)
    ));
    check(&told, &["0-0 ok"], &["a/0  #####...............#####", "q    "]);
    let q = &told.report.channels["q"];
    assert_eq!((q.delivered, q.redelivered, q.duplicates), (2, 1, 1));
    assert_eq!(told.report.edges["q->a"].lost, 1);
}

#[test]
fn a_broker_keeps_what_it_cannot_deliver() {
    for (place, down) in [("edge", "refuse"), ("service", "refuse"), ("service", "crash")] {
        let name = if place == "edge" { "q->a" } else { "a" };
        let told = story(&format!(
            r#"{}, "services": {{"a": {{"threads": 1, "work": "5ms"}}}}, "channels": {{"q": {{"kind": "queue"}}}},
            "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "a"}}], "faults": [{}]"#,
            client(&[4]),
            fault(2, 10, &format!(r#""{place}": "{name}", "down": "{down}""#))
        ));
        check(&told, &["4-4 ok"], &["a/0  ..........#####", "q    ....111111"]);
        assert_eq!(told.report.channels["q"].redelivered, 0);
    }
}
