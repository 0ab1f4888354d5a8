//! Where policies meet each other, channels, sagas and faults.

use super::{Story, client, fault, one, story};

/// Requests at these milliseconds to `a`; services, edges besides the client's, which has these properties, and more.
fn mesh(times: &[u32], edge: &str, services: &str, edges: &str, more: &str) -> Story {
    story(&format!(
        r#"{}, "services": {{{services}}}, "edges": [{{"from": "c", "to": "a"{edge}}}{edges}]{more}"#,
        client(times)
    ))
}

#[test]
fn what_was_handed_over_is_done_when_its_callee_has_done_it() {
    let again = r#", "timeout": "12ms", "retry": {"attempts": 3}, "idempotent": true"#;
    let told = |b: &str| {
        let services =
            format!(r#""a": {{"operations": {{"default": [{{"work": "5ms"}}, {{"call": "b"}}]}}}}, "b": {{{b}}}"#);
        mesh(
            &[0],
            again,
            &services,
            r#", {"from": "a", "to": "b", "mode": "forward"}"#,
            "",
        )
    };
    assert_eq!(told(r#""work": "30ms", "fail": 1"#).requests(), ["0-36 timeout"]);
    // The first attempt's work is done at 15 ms: the third has its answer at once.
    assert_eq!(told(r#""work": "10ms""#).requests(), ["0-24 ok"]);
}

#[test]
fn nobody_waits_for_what_is_oneway_so_that_only_what_lets_it_leave_counts() {
    let rate = |more: &str| {
        let edge = format!(r#", "mode": "oneway", "rate": "1/s"{more}"#);
        one(&[0, 0, 50], r#""threads": 1, "work": "10ms""#, &edge, "").requests()
    };
    let plain = ["0-0 ok", "0-0 rate", "50-50 rate"];
    assert_eq!(rate(""), plain);
    assert_eq!(
        rate(r#", "retry": {"attempts": 3, "backoff": "constant(2s)", "on": ["rate"]}"#),
        plain
    );
    assert_eq!(rate(r#", "fallback": {"value": 1}"#), plain);
    assert_eq!(
        rate(r#", "breaker": {"window": 1, "failureRate": 1, "minimumCalls": 1, "open": "5s", "halfOpen": 1}"#),
        plain
    );
    let late = one(
        &[0, 0],
        r#""threads": 1, "work": "20ms""#,
        r#", "mode": "oneway", "deadline": "5ms""#,
        "",
    );
    assert_eq!(late.lanes(), [format!("a/0  {}", "#".repeat(40))]);
}

#[test]
fn what_is_oneway_is_sent_once_it_has_a_connection() {
    let services =
        r#""a": {"threads": 1, "operations": {"default": [{"call": "b"}, {"work": "1ms"}]}}, "b": {"work": "5ms"}"#;
    let edge = r#", {"from": "a", "to": "b", "mode": "oneway", "setup": "30ms"}"#;
    let told = mesh(&[0], "", services, edge, "");
    assert_eq!(told.requests(), ["0-31 ok"]);
    assert_eq!(told.report.services["a"].blocked_share, 0.3);
    // As a fallback as well: after 5 ms, and 30 of handshake.
    let services_of_three = r#""a": {"operations": {"default": [{"call": "b"}, {"work": "1ms"}]}}, "b": {"work": "5ms", "fail": 1}, "d": {"work": "5ms"}"#;
    let instead = r#", {"from": "a", "to": "b", "fallback": {"call": "d"}}, {"from": "a", "to": "d", "mode": "oneway", "setup": "30ms"}"#;
    assert_eq!(mesh(&[0], "", services_of_three, instead, "").requests(), ["0-36 ok"]);
    let one_that_loops = services.replace(r#""threads""#, r#""loop""#);
    let told = mesh(&[0], "", &one_that_loops, edge, "");
    assert_eq!(told.requests(), ["0-31 ok"]);
    assert_eq!(told.report.services["a"].blocked_share, 0.0);
}

#[test]
fn no_pause_is_longer_than_the_deadline() {
    let away = fault(0, 90, r#""service": "a", "down": "refuse""#);
    let edge = r#", "deadline": "20ms", "retry": {"attempts": 3, "backoff": "constant(15ms)"}"#;
    assert_eq!(one(&[0], r#""work": "1ms""#, edge, &away).requests(), ["0-20 deadline"]);
    // What is too late is not tried again, whatever is to be retried.
    let on = r#", "deadline": "20ms", "retry": {"attempts": 3, "backoff": "constant(15ms)", "on": ["deadline"]}"#;
    assert_eq!(one(&[0], r#""work": "30ms""#, on, "").requests(), ["0-20 deadline"]);
}

#[test]
fn a_hedge_that_fails_leaves_the_first_try_its_handshake() {
    let services = r#""a": {"operations": {"default": [{"call": "b"}]}}, "b": {"work": "20ms"}"#;
    let edge = r#", {"from": "a", "to": "b", "connections": 2, "setup": "5ms"}"#;
    let more = format!(
        r#", "changes": [{{"at": "10ms", "edge": "a->b", "set": {{"hedge": "20ms", "setup": "30ms"}}}}], "faults": [{}]"#,
        fault(38, 43, r#""service": "b", "down": "refuse""#)
    );
    // The second shakes hands from 20 to 50 ms; its hedge takes the idle connection at 40 ms and is refused.
    assert_eq!(
        mesh(&[0, 20], "", services, edge, &more).requests(),
        ["0-25 ok", "20-70 ok"]
    );
}

#[test]
fn a_fallback_into_a_queue_goes_on_with_the_ack() {
    let services = r#""a": {"operations": {"default": [{"call": "b"}]}}, "b": {"work": "20ms"}, "d": {"work": "3ms"}"#;
    let edges = r#", {"from": "a", "to": "b", "timeout": "10ms", "fallback": {"call": "d"}},
        {"from": "a", "to": "d", "mode": "queue", "channel": {"ack": "2ms"}}"#;
    assert_eq!(mesh(&[0], "", services, edges, "").requests(), ["0-12 ok"]);
}

#[test]
fn a_deadline_ends_with_the_ack() {
    let services = r#""a": {"operations": {"default": [{"call": "b"}]}}, "b": {"threads": 1, "work": "40ms"}"#;
    let edges = r#", {"from": "a", "to": "b", "mode": "queue", "deadline": "30ms"}"#;
    let told = mesh(&[0, 0], "", services, edges, "");
    assert_eq!(
        (told.report.services["b"].completed, told.report.services["b"].failed),
        (2, 0)
    );
}

/// A caller that gives up after so many milliseconds, and says so.
fn told_to_stop(after: u32, a: &str, others: &str, edges: &str) -> Story {
    let edge = format!(r#", "timeout": "{after}ms", "cancel": true"#);
    mesh(&[0], &edge, &format!(r#""a": {{{a}}}{others}"#), edges, "")
}

#[test]
fn who_is_told_to_stop_ends_its_step_and_begins_no_other() {
    let running = |a: &str| {
        let told = told_to_stop(5, a, "", "");
        assert_eq!(told.requests(), ["0-5 timeout"]);
        told.lanes().join(" ").matches('#').count()
    };
    assert_eq!(
        running(r#""threads": 1, "operations": {"default": [{"work": "8ms"}, {"work": "8ms"}]}"#),
        8
    );
    let branches = r#"{"parallel": [[{"work": "8ms"}, {"work": "8ms"}], [{"work": "4ms"}]]}"#;
    assert_eq!(
        running(&format!(r#""threads": 1, "operations": {{"default": [{branches}]}}"#)),
        8
    );
    let job = r#"{"offload": [{"work": "8ms"}, {"work": "8ms"}]}"#;
    assert_eq!(
        running(&format!(
            r#""loop": 1, "offload": 1, "operations": {{"default": [{job}, {{"work": "1ms"}}]}}"#
        )),
        8
    );
}

#[test]
fn who_is_told_to_stop_tries_no_more_than_it_is_about_to() {
    let a = r#""operations": {"default": [{"call": "b"}]}"#;
    let edges = r#", {"from": "a", "to": "b", "retry": {"attempts": 5, "backoff": "constant(8ms)"}, "fallback": {"call": "d"}},
        {"from": "a", "to": "d"}"#;
    let others = r#", "b": {"work": "1ms", "fail": 1}, "d": {"work": "1ms"}"#;
    let edges = edges.replace("constant(8ms)\"", "constant(8ms)\", \"on\": [\"error\"]");
    let told = told_to_stop(12, a, others, &edges);
    let (b, d) = (&told.report.edges["a->b"], &told.report.edges["a->d"]);
    // At 0 and 9 ms, and at 18 as the pause before it had begun; the fourth would be at 27.
    assert_eq!((b.attempts, d.calls), (3, 0));
}

#[test]
fn a_saga_that_is_told_to_stop_undoes_what_is_done() {
    let saga = r#""operations": {"default": [{"saga": [
        {"do": {"call": "pay.charge"}, "undo": [{"call": "pay.refund"}, {"call": "pay.tell"}]},
        {"do": {"call": "pay.ship"}}]}]}"#;
    let names = ["charge", "refund", "tell", "ship"];
    let calls = |after: u32, fails: u32| {
        let operations = names.map(|name| {
            let fails = if name == "ship" { fails } else { 0 };
            format!(r#""{name}": [{{"work": "20ms"}}, {{"fail": {fails}}}]"#)
        });
        let pay = format!(r#", "pay": {{"operations": {{{}}}}}"#, operations.join(", "));
        let told = told_to_stop(after, saga, &pay, "");
        names.map(|name| told.report.edges[&format!("a->pay.{name}")[..]].calls)
    };
    assert_eq!(calls(10, 0), [1, 1, 1, 0]);
    // Nothing is to be undone where the last step ends well; and what is being undone is undone to the end.
    assert_eq!(calls(30, 0), [1, 0, 0, 1]);
    assert_eq!(calls(45, 1), [1, 1, 1, 1]);
}

/// A producer without work and a queue from which `w` consumes.
fn consumed(times: &[u32], w: &str, channel: &str, edge: &str, more: &str) -> Story {
    let services = format!(r#""a": {{"threads": 9, "work": "0s"}}, "w": {{{w}}}"#);
    let edges = format!(r#", {{"from": "a", "to": "q"}}, {{"from": "q", "to": "w"{edge}}}"#);
    mesh(
        times,
        "",
        &services,
        &edges,
        &format!(r#", "channels": {{"q": {{{channel}}}}}{more}"#),
    )
}

#[test]
fn what_a_dead_consumer_had_lies_in_its_old_order() {
    for redelivery in ["0s", "3ms"] {
        let told = consumed(
            &[0, 1, 2, 3],
            r#""threads": 1, "work": "10ms""#,
            &format!(r#""redelivery": "{redelivery}""#),
            r#", "prefetch": 3"#,
            &format!(r#", "faults": [{}]"#, fault(5, 8, r#""service": "w", "down": "crash""#)),
        );
        let q = &told.report.channels["q"];
        assert_eq!((q.delivered, q.redelivered, q.out_of_order), (7, 3, 0), "{redelivery}");
    }
}

#[test]
fn a_consumer_that_may_take_more_does_so_at_once() {
    let change = |set: &str| format!(r#", "changes": [{{"at": "10ms", "edge": "q->w", "set": {{{set}}}}}]"#);
    let w = r#""threads": 4, "work": "30ms""#;
    let more = change(r#""prefetch": 4"#);
    let told = consumed(&[0, 1, 2], w, "", r#", "prefetch": 1"#, &more);
    let busy = |from: usize, ms: usize| format!("{}{}", ".".repeat(from), "#".repeat(ms));
    let lanes = told.lanes();
    assert!(
        lanes[9..12]
            .iter()
            .zip([busy(0, 30), busy(10, 30), busy(10, 30)])
            .all(|(lane, is)| lane.ends_with(&format!(" {is}"))),
        "{lanes:?}"
    );
}

#[test]
fn room_in_a_paused_broker_goes_to_who_waits_for_it() {
    // The first expires at 10 ms; whoever waits since 3 ms is before who comes at 15.
    let told = consumed(
        &[0, 3, 15],
        r#""threads": 1, "work": "1ms""#,
        r#""capacity": 1, "overflow": "block", "retention": "10ms""#,
        "",
        &format!(r#", "faults": [{}]"#, fault(0, 50, r#""channel": "q", "pause": true"#)),
    );
    assert_eq!(told.requests(), ["0-0 ok", "3-10 ok", "15-20 ok"]);
}

#[test]
fn who_has_its_answer_relies_on_what_is_written_after_it() {
    let a = r#""a": {"threads": 1, "operations": {"default": [{"respond": true}, {"write": "x"}, {"call": "t"}]}},
        "r": {"operations": {"take": [{"apply": "x"}]}}"#;
    let edges = r#", {"from": "a", "to": "t"}, {"from": "t", "to": "r.take"}"#;
    let more = format!(
        r#", "channels": {{"t": {{"kind": "topic", "delivery": "9ms"}}}}, "faults": [{}]"#,
        fault(4, 6, r#""service": "a", "down": "crash""#)
    );
    assert_eq!(mesh(&[0], "", a, edges, &more).report.keys["x"].lost_writes, 1);
}
