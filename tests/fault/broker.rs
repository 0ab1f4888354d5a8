//! A broker that is away: what producers hear, what is lost, and what consumers do twice.

use super::{Story, check, client, fault, story};

/// Messages at these milliseconds in a queue whose broker acknowledges after 3 ms, for a consumer that takes one at a
/// time and works 30 ms on it.
fn queue(times: &[u32], publish: &str, faults: &str) -> Story {
    story(&format!(
        r#"{}, "services": {{"a": {{"threads": 1, "work": "30ms"}}}}, "channels": {{"q": {{"kind": "queue", "ack": "3ms"}}}},
        "edges": [{{"from": "c", "to": "q"{publish}}}, {{"from": "q", "to": "a"}}], "faults": [{faults}]"#,
        client(times)
    ))
}

fn down(how: &str) -> String {
    fault(14, 20, &format!(r#""channel": "q", "down": "{how}""#))
}

#[test]
fn a_crash_loses_what_no_second_broker_has() {
    // Published at 10 ms and safe from 16 ms on; the broker dies at 14 ms. The first message is with the consumer, whose
    // ack at 30 ms comes to nothing.
    for (acks, second) in [("none", "10-10 ok"), ("leader", "10-13 ok"), ("all", "10-14 reset")] {
        let first = ["0-0 ok", "0-3 ok", "0-6 ok"][["none", "leader", "all"].iter().position(|a| *a == acks).unwrap()];
        let told = queue(&[0, 10], &format!(r#", "acks": "{acks}""#), &down("crash"));
        check(
            &told,
            &[first, second],
            &[
                "a/0  ############################################################",
                "q    ..........1111111111",
            ],
        );
        let q = &told.report.channels["q"];
        assert_eq!(
            (q.published, q.dropped, q.delivered, q.redelivered),
            (2, 1, 2, 1),
            "{acks}"
        );
        assert_eq!((q.duplicates, q.out_of_order), (1, 0), "{acks}");
    }
}

#[test]
fn what_a_second_broker_has_outlives_a_crash() {
    for (acks, second) in [("none", "7-7 ok"), ("leader", "7-10 ok"), ("all", "7-13 ok")] {
        let told = queue(&[0, 7], &format!(r#", "acks": "{acks}""#), &down("crash"));
        assert_eq!(told.requests()[1], second);
        let q = &told.report.channels["q"];
        assert_eq!((q.published, q.dropped, q.delivered), (2, 0, 3), "{acks}");
    }
}

#[test]
fn a_broker_that_refuses_takes_acks_and_delivers_nothing() {
    let refuse = fault(14, 40, r#""channel": "q", "down": "refuse""#);
    let told = queue(&[0, 10, 15], "", &refuse);
    let line = format!("q    ..........{}", "1".repeat(30));
    let a = format!("a/0  {}..........{}", "#".repeat(30), "#".repeat(30));
    check(&told, &["0-3 ok", "10-13 ok", "15-15 refused"], &[&a, &line]);
    let q = &told.report.channels["q"];
    assert_eq!((q.published, q.refused, q.delivered, q.redelivered), (2, 1, 2, 0));
}

#[test]
fn a_broker_that_is_a_black_hole_says_nothing() {
    let told = queue(&[15, 25], r#", "timeout": "20ms""#, &down("blackhole"));
    assert_eq!(told.requests(), ["15-35 timeout", "25-28 ok"]);
    let (q, edge) = (&told.report.channels["q"], &told.report.edges["c->q"]);
    assert_eq!((q.published, q.refused, edge.lost), (1, 0, 1));
}

#[test]
fn a_broker_that_stands_still_takes_and_keeps() {
    let told = queue(&[15, 16], "", &fault(14, 20, r#""channel": "q", "pause": true"#));
    check(
        &told,
        &["15-18 ok", "16-19 ok"],
        &[
            "a/0  ....................############################################################",
            "q    ...............12222111111111111111111111111111111",
        ],
    );
    let q = &told.report.channels["q"];
    assert_eq!((q.published, q.delivered, q.redelivered), (2, 2, 0));
}

#[test]
fn a_publication_that_waits_for_room_learns_that_its_broker_died() {
    let told = story(&format!(
        r#"{}, "services": {{"a": {{"threads": 1, "work": "30ms"}}}},
        "channels": {{"q": {{"kind": "queue", "capacity": 1, "overflow": "block"}}}},
        "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "a"}}], "faults": [{}]"#,
        client(&[0, 1, 2]),
        down("crash")
    ));
    assert_eq!(told.requests(), ["0-0 ok", "1-1 ok", "2-14 reset"]);
}

#[test]
fn whoever_waits_for_a_consumers_reply_learns_that_its_message_is_lost() {
    let told = queue(&[0, 10], r#", "reply": true, "mode": "await""#, &down("crash"));
    // The first is done twice, and its producer has the first reply.
    assert_eq!(told.requests(), ["0-30 ok", "10-14 reset"]);
}

#[test]
fn each_group_of_a_topic_gets_again_what_it_had_not_acknowledged() {
    let told = story(&format!(
        r#"{}, "services": {{"a": {{"threads": 1, "work": "5ms"}}, "b": {{"threads": 1, "work": "20ms"}}}},
        "channels": {{"t": {{"kind": "topic"}}}},
        "edges": [{{"from": "c", "to": "t"}}, {{"from": "t", "to": "a"}}, {{"from": "t", "to": "b"}}], "faults": [{}]"#,
        client(&[0]),
        fault(14, 30, r#""channel": "t", "down": "crash""#)
    ));
    check(
        &told,
        &["0-0 ok"],
        &[
            "a/0  #####",
            "b/0  ####################..........####################",
            "t    ..............1111111111111111",
        ],
    );
    let t = &told.report.channels["t"];
    assert_eq!((t.delivered, t.redelivered, t.duplicates), (3, 1, 1));
}
