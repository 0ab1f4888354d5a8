//! A service that dies and comes back: who learns of it and when, and what is forgotten.

use super::{Story, check, client, fault, one, story};

fn crash(from: u32, until: u32) -> String {
    fault(from, until, r#""service": "a", "down": "crash""#)
}

/// Requests to `a.go` with these steps; `b` has these operations.
fn two(times: &[u32], a: &str, steps: &str, b: &str, edges: &str, faults: &str) -> Story {
    story(&format!(
        r#"{}, "services": {{"a": {{{a}, "operations": {{"go": [{steps}]}}}}, "b": {{{b}}}}},
        "edges": [{{"from": "c", "to": "a.go"}}, {edges}], "faults": [{faults}]"#,
        client(times)
    ))
}

#[test]
fn callers_of_a_dead_service_see_a_reset_after_the_way_back() {
    let told = one(
        &[0, 1, 4, 14],
        r#""threads": 1, "work": "10ms""#,
        r#", "latency": "2ms""#,
        &crash(5, 15),
    );
    check(
        &told,
        &["0-7 reset", "1-7 reset", "4-8 refused", "14-28 ok"],
        &["a/0  ..###...........##########"],
    );
    let a = &told.report.services["a"];
    let counts = (a.arrivals, a.completed, a.failed, a.rejected, a.in_flight);
    assert_eq!(counts, (4, 1, 2, 1, 0));
    assert_eq!(told.failures("c->a"), "refused 1, reset 2");
}

#[test]
fn only_the_replica_that_is_named_dies() {
    let one_dies = fault(5, 15, r#""service": "a", "replica": 0, "down": "crash""#);
    let told = one(
        &[0, 0, 6, 7],
        r#""replicas": 2, "threads": 1, "work": "10ms""#,
        "",
        &one_dies,
    );
    check(
        &told,
        &["0-5 reset", "0-10 ok", "6-6 refused", "7-20 ok"],
        &["a/0.0  #####", "a/1.0  ####################"],
    );
}

#[test]
fn the_callees_of_the_dead_work_on() {
    for mode in ["sync", "await", "callback"] {
        let told = two(
            &[0],
            r#""threads": 1"#,
            r#"{"work": "2ms"}, {"call": "b"}, {"work": "2ms"}"#,
            r#""threads": 1, "work": "20ms""#,
            &format!(r#"{{"from": "a", "to": "b", "mode": "{mode}"}}"#),
            &crash(10, 15),
        );
        let a = if mode == "sync" { "a/0  ##========" } else { "a/0  ##" };
        check(&told, &["0-10 reset"], &[a, "b/0  ..####################"]);
        assert_eq!(told.failures("a->b"), "reset 1", "{mode}");
        let b = &told.report.services["b"];
        assert_eq!((b.completed, b.failed), (1, 0), "{mode}");
    }
}

#[test]
fn guarded_calls_of_the_dead_are_over_and_never_tried_again() {
    let told = two(
        &[0],
        r#""threads": 1"#,
        r#"{"call": "b"}"#,
        r#""threads": 1, "work": "20ms""#,
        r#"{"from": "a", "to": "b", "timeout": "5ms", "retry": {"attempts": 9, "backoff": "constant(10ms)"}}"#,
        &crash(10, 12),
    );
    // The first attempt was given up at 5 ms; the next one was due at 15 ms.
    check(
        &told,
        &["0-10 reset"],
        &["a/0  ==========", "b/0  ####################"],
    );
    let edge = &told.report.edges["a->b"];
    assert_eq!((edge.calls, edge.attempts, edge.failed, edge.in_flight), (1, 1, 1, 0));
    assert_eq!(told.failures("a->b"), "reset 1");
}

#[test]
fn a_saga_of_the_dead_undoes_nothing() {
    let told = two(
        &[0],
        r#""threads": 1"#,
        r#"{"saga": [{"do": {"call": "b.book"}, "undo": {"call": "b.cancel"}}, {"do": {"work": "20ms"}}]}"#,
        r#""threads": 1, "operations": {"book": [{"work": "1ms"}], "cancel": [{"work": "1ms"}]}"#,
        r#"{"from": "a", "to": "b.book"}, {"from": "a", "to": "b.cancel"}"#,
        &crash(10, 12),
    );
    check(&told, &["0-10 reset"], &["a/0  =#########", "b/0  #"]);
    assert_eq!(told.report.edges["a->b.cancel"].calls, 0);
}

#[test]
fn a_message_of_the_dead_goes_to_another_replica_or_waits_for_their_return() {
    let consumers = |replicas: u32, which: &str| {
        story(&format!(
            r#"{}, "services": {{"a": {{"replicas": {replicas}, "threads": 1, "work": "10ms"}}}},
            "channels": {{"q": {{"kind": "queue"}}}},
            "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "a", "prefetch": 2}}], "faults": [{}]"#,
            client(&[0, 1]),
            fault(4, 20, &format!(r#""service": "a", {which} "down": "crash""#))
        ))
    };
    let other = consumers(2, r#""replica": 0,"#);
    let lanes = ["a/0.0  ####", "a/1.0  .####################", "q      "];
    check(&other, &["0-0 ok", "1-1 ok"], &lanes);
    let both = consumers(1, "");
    // Both were with the dead, one of them in its queue.
    check(
        &both,
        &["0-0 ok", "1-1 ok"],
        &[
            "a/0  ####................####################",
            "q    ....2222222222222222",
        ],
    );
    for (story, delivered) in [(&other, 3), (&both, 4)] {
        let q = &story.report.channels["q"];
        assert_eq!((q.published, q.delivered, q.redelivered), (2, delivered, delivered - 2));
        assert_eq!((q.dropped, q.duplicates), (0, 0));
        let a = &story.report.services["a"];
        assert_eq!((a.arrivals, a.completed, a.failed), (delivered, 2, delivered - 2));
        assert_eq!(story.report.clients["c"].open_completions, 0);
    }
}

#[test]
fn a_message_that_kills_its_consumers_is_a_dead_letter_in_the_end() {
    let told = story(&format!(
        r#"{}, "services": {{"a": {{"threads": 1, "work": "10ms"}}}},
        "channels": {{"q": {{"kind": "queue", "deliveries": 2, "deadLetter": "dead"}}, "dead": {{"kind": "queue"}}}},
        "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "a"}}], "faults": [{}, {}]"#,
        client(&[0]),
        crash(5, 10),
        crash(15, 20)
    ));
    let q = &told.report.channels["q"];
    assert_eq!((q.delivered, q.redelivered, q.dead_lettered), (2, 1, 1));
    assert_eq!(told.report.channels["dead"].published, 1);
}

#[test]
fn pools_get_back_what_the_dead_held() {
    let one_dies = fault(4, 20, r#""service": "a", "replica": 0, "down": "crash""#);
    for (take, leave) in [
        (r#"{"hold": "rows", "do": [{"work": "10ms"}]}"#, ""),
        (r#"{"acquire": "rows"}, {"work": "10ms"}"#, r#", {"release": "rows"}"#),
    ] {
        let service = format!(
            r#""replicas": 2, "threads": 1, "pools": {{"rows": 1}}, "operations": {{"default": [{take}{leave}]}}"#
        );
        let told = one(&[0, 0], &service, "", &one_dies);
        check(
            &told,
            &["0-4 reset", "0-14 ok"],
            &["a/0.0  ####", "a/1.0  ====##########"],
        );
    }
}

#[test]
fn the_dead_stand_in_no_line_for_a_pool() {
    let one_dies = fault(4, 20, r#""service": "a", "replica": 1, "down": "crash""#);
    let service = r#""replicas": 3, "threads": 1, "pools": {"rows": 1},
        "operations": {"default": [{"hold": "rows", "do": [{"work": "10ms"}]}]}"#;
    let told = one(&[0, 0, 0], service, "", &one_dies);
    check(
        &told,
        &["0-10 ok", "0-4 reset", "0-20 ok"],
        &["a/0.0  ##########", "a/1.0  ====", "a/2.0  ==========##########"],
    );
}

#[test]
fn who_polls_the_dead_learns_it_when_they_are_back() {
    let ask = |mode: &str| {
        let edge = format!(r#", "mode": "{mode}", "every": "5ms""#);
        one(&[0], r#""threads": 1, "work": "20ms""#, &edge, &crash(7, 13))
    };
    // Asks at 5 ms, at 10 ms, when nobody is there, and at 15 ms.
    assert_eq!(ask("poll").requests(), ["0-15 reset"]);
    assert_eq!(ask("poll").report.edges["c->a"].polls, 3);
    assert_eq!(ask("callback").requests(), ["0-7 reset"]);
    // Its answer was ready at 20 ms, and has died with it.
    let edge = r#", "mode": "poll", "every": "12ms""#;
    let ready = one(&[0], r#""threads": 1, "work": "20ms""#, edge, &crash(21, 23));
    assert_eq!(ready.requests(), ["0-24 reset"]);
}

#[test]
fn offload_threads_die_with_their_loop() {
    let steps =
        r#""loop": 1, "offload": 1, "operations": {"default": [{"offload": [{"work": "10ms"}]}, {"work": "1ms"}]}"#;
    let told = one(&[0, 1, 10], steps, "", &crash(4, 8));
    check(
        &told,
        &["0-4 reset", "1-4 reset", "10-21 ok"],
        &[
            "a/0          ....................#",
            "a/offload.0  ####......##########",
        ],
    );
    let (a, threads) = (&told.report.services["a"], &told.report.services["a/offload"]);
    assert_eq!((a.completed, a.failed, a.in_flight), (1, 2, 0));
    assert_eq!(
        (threads.arrivals, threads.completed, threads.failed, threads.in_flight),
        (3, 1, 2, 0)
    );
}

#[test]
fn steps_that_are_over_on_an_offload_thread_do_not_fail_with_what_is_left_of_them() {
    let steps = r#""loop": 1, "offload": 1, "operations": {"default": [
        {"offload": [{"parallel": [[{"work": "2ms"}], [{"work": "20ms"}]], "join": 1}]}, {"work": "1ms"}]}"#;
    let told = one(&[0], steps, "", &crash(5, 8));
    check(&told, &["0-3 ok"], &["a/0          ..#", "a/offload.0  #####"]);
    let (a, threads) = (&told.report.services["a"], &told.report.services["a/offload"]);
    assert_eq!((a.arrivals, a.completed, a.failed), (1, 0, 1));
    assert_eq!(
        (threads.arrivals, threads.completed, threads.failed, threads.in_flight),
        (1, 1, 0, 0)
    );
}

#[test]
fn whoever_comes_back_is_cold() {
    let told = one(
        &[0, 12, 30],
        r#""threads": 1, "work": "5ms", "coldStart": "4ms""#,
        "",
        &crash(20, 22),
    );
    check(
        &told,
        &["0-9 ok", "12-17 ok", "30-39 ok"],
        &["a/0  ====#####...#####.............====#####"],
    );
}

#[test]
fn whoever_comes_back_opens_new_connections() {
    let edge = |what: &str| format!(r#"{{"from": "a", "to": "b", {what}}}"#);
    let told = two(
        &[0, 10, 20],
        r#""threads": 1"#,
        r#"{"call": "b"}"#,
        r#""threads": 1, "work": "1ms""#,
        &edge(r#""setup": "4ms", "connections": 1"#),
        &crash(15, 16),
    );
    assert_eq!(told.requests(), ["0-5 ok", "10-11 ok", "20-25 ok"]);
    // Dies while it shakes hands, and while others stand in line for that connection.
    let told = two(
        &[0, 0, 10, 10],
        r#""threads": 2"#,
        r#"{"call": "b"}"#,
        r#""threads": 1, "work": "1ms""#,
        &edge(r#""setup": "4ms", "connections": 1"#),
        &crash(2, 3),
    );
    assert_eq!(told.requests(), ["0-2 reset", "0-2 reset", "10-15 ok", "10-16 ok"]);
}

#[test]
fn whoever_comes_back_has_forgotten_what_its_breaker_knew() {
    let breaker = r#""breaker": {"window": 4, "failureRate": 0.5, "minimumCalls": 1, "open": "1s", "halfOpen": 1}"#;
    let told = two(
        &[0, 5, 10, 15],
        r#""threads": 1"#,
        r#"{"call": "b"}"#,
        r#""threads": 1, "work": "1ms", "fail": 1"#,
        &format!(r#"{{"from": "a", "to": "b", {breaker}}}"#),
        &crash(8, 9),
    );
    assert_eq!(told.failures("a->b"), "breaker 2, error 2");
    assert_eq!(told.report.services["b"].arrivals, 2);
}

#[test]
fn whoever_comes_back_has_nothing_under_way() {
    let told = two(
        &[0, 10, 11],
        r#""threads": 2"#,
        r#"{"call": "b"}"#,
        r#""threads": 9, "work": "40ms""#,
        r#"{"from": "a", "to": "b", "limit": 1}"#,
        &crash(5, 6),
    );
    assert_eq!(told.requests(), ["0-5 reset", "10-50 ok", "11-11 error"]);
    assert_eq!(told.failures("a->b"), "limit 1, reset 1");
}

#[test]
fn who_had_handed_over_is_not_missed() {
    let told = two(
        &[0, 8],
        r#""threads": 1"#,
        r#"{"work": "2ms"}, {"call": "b"}, {"work": "10ms"}"#,
        r#""threads": 2, "work": "15ms""#,
        r#"{"from": "a", "to": "b", "mode": "forward"}"#,
        &crash(9, 10),
    );
    check(
        &told,
        &["0-17 ok", "8-9 reset"],
        &["a/0  #########", "b/0  ..###############", "b/1  "],
    );
    // Who should have answered in its place dies.
    let told = two(
        &[0],
        r#""threads": 1"#,
        r#"{"work": "2ms"}, {"call": "b"}"#,
        r#""threads": 1, "work": "15ms""#,
        r#"{"from": "a", "to": "b", "mode": "forward"}"#,
        &fault(9, 10, r#""service": "b", "down": "crash""#),
    );
    assert_eq!(told.requests(), ["0-9 reset"]);
}

#[test]
fn branches_die_with_their_span_and_their_callees_work_on() {
    let told = two(
        &[0, 30],
        r#""threads": 1"#,
        r#"{"parallel": [[{"call": "b"}], [{"work": "20ms"}], [{"wait": "50ms"}]], "join": 2}"#,
        r#""threads": 1, "work": "8ms""#,
        r#"{"from": "a", "to": "b", "mode": "await"}"#,
        &crash(5, 6),
    );
    assert_eq!(told.requests(), ["0-5 reset", "30-50 ok"]);
    assert_eq!(told.report.services["a"].failed, 1);
    assert_eq!(told.report.services["b"].completed, 2);
}

/// Writes at 0, 10 and 20 ms, each of which takes 1 ms and is brought to a copy by a call of this mode 15 ms later.
fn writes(mode: &str) -> Story {
    story(&format!(
        r#"{}, "services": {{
          "a": {{"threads": 9, "operations": {{"put": [{{"work": "1ms"}}, {{"write": "x"}}, {{"call": "copy.take"}}]}}}},
          "copy": {{"threads": 9, "operations": {{"take": [{{"apply": "x"}}]}}}}}},
        "edges": [{{"from": "c", "to": "a.put"}}, {{"from": "a", "to": "copy.take", "mode": "{mode}", "latency": "15ms"}}],
        "faults": [{}]"#,
        client(&[0, 10, 20]),
        crash(25, 30)
    ))
}

#[test]
fn a_crash_loses_the_writes_that_were_promised_and_are_on_no_copy() {
    // At 25 ms the copy has the first write; the others are under way, and their clients think that they are done.
    let told = writes("oneway");
    assert_eq!(told.requests(), ["0-1 ok", "10-11 ok", "20-21 ok"]);
    assert_eq!(told.report.keys["x"].lost_writes, 2);
    // Whoever waits for the copy has promised nothing yet.
    let told = writes("sync");
    assert_eq!(told.requests(), ["0-25 reset", "10-25 reset", "20-25 reset"]);
    assert_eq!(told.report.keys["x"].lost_writes, 0);
}
