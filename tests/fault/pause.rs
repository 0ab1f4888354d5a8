//! A replica that stands still: what waits, what comes, and what comes of its timers.

use super::{check, client, fault, one, story};

fn pause(from: u32, until: u32) -> String {
    fault(from, until, r#""service": "a", "pause": true"#)
}

#[test]
fn what_runs_waits_for_a_core_and_what_comes_queues() {
    let told = one(&[0, 10], r#""threads": 2, "work": "10ms""#, "", &pause(5, 25));
    let lanes = [
        "a/0  #####~~~~~~~~~~~~~~~~~~~~#####",
        "a/1  .........................##########",
    ];
    check(&told, &["0-30 ok", "10-35 ok"], &lanes);
    let a = &told.report.services["a"];
    assert_eq!((a.running_share, a.core_wait_share), (0.1, 0.1));
}

#[test]
fn who_waits_for_a_core_goes_on_waiting_for_it() {
    let told = one(
        &[0, 0],
        r#""threads": 2, "cores": 1, "work": "10ms""#,
        "",
        &pause(5, 25),
    );
    let lanes = [
        "a/0  #####~~~~~~~~~~~~~~~~~~~~#####",
        "a/1  ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~##########",
    ];
    check(&told, &["0-30 ok", "0-40 ok"], &lanes);
}

#[test]
fn shared_cores_stand_still_for_all() {
    let service = r#""threads": 2, "cores": 1, "cpu": "ps", "work": "10ms""#;
    let told = one(&[0, 0], service, "", &pause(4, 14));
    let lanes = [
        "a/0  ####~~~~~~~~~~################",
        "a/1  ####~~~~~~~~~~################",
    ];
    check(&told, &["0-30 ok", "0-30 ok"], &lanes);
    // 20 ms of work on one core; of two workers over 30 ms the rest waits for it.
    let a = &told.report.services["a"];
    assert_eq!((a.running_share, a.core_wait_share, a.idle_share), (0.1, 0.2, 0.7));
    assert_eq!(a.core_utilization, 0.2);
}

#[test]
fn pauses_that_overlap_last_until_the_last_of_them() {
    let both = [pause(5, 15), pause(10, 25), pause(40, 42), pause(42, 44)].join(",");
    let told = one(&[0, 41], r#""threads": 1, "work": "10ms""#, "", &both);
    let lanes = ["a/0  #####~~~~~~~~~~~~~~~~~~~~#####..............##########"];
    check(&told, &["0-30 ok", "41-54 ok"], &lanes);
}

#[test]
fn an_end_of_the_other_pause_wakes_nobody() {
    let both = [pause(5, 25), pause(10, 15)].join(",");
    let told = one(&[0], r#""threads": 1, "work": "10ms""#, "", &both);
    check(&told, &["0-30 ok"], &["a/0  #####~~~~~~~~~~~~~~~~~~~~#####"]);
}

/// A request that works 5 ms, calls `b` for 10 ms in this mode, and works 5 ms; `a` stands still from 8 to 30 ms.
fn caller(runtime: &str, edge: &str) -> super::Story {
    story(&format!(
        r#"{}, "services": {{"a": {{{runtime}, "operations": {{"go": [{{"work": "5ms"}}, {{"call": "b"}}, {{"work": "5ms"}}]}}}},
        "b": {{"threads": 1, "work": "10ms"}}}},
        "edges": [{{"from": "c", "to": "a.go"}}, {{"from": "a", "to": "b"{edge}}}], "faults": [{}]"#,
        client(&[0]),
        pause(8, 30)
    ))
}

#[test]
fn a_reply_is_read_when_the_caller_goes_on() {
    let b = "b/0  .....##########";
    let blocked = caller(r#""threads": 1"#, "");
    check(&blocked, &["0-35 ok"], &["a/0  #####=========================#####", b]);
    for runtime in [r#""threads": 1"#, r#""loop": 1"#] {
        let free = caller(runtime, r#", "mode": "await""#);
        check(&free, &["0-35 ok"], &["a/0  #####.........................#####", b]);
    }
}

#[test]
fn a_timer_of_the_caller_goes_off_when_it_goes_on() {
    // The reply came at 15 ms, and is looked at first.
    for timeout in [8, 12] {
        let told = caller(r#""threads": 1"#, &format!(r#", "timeout": "{timeout}ms""#));
        assert_eq!(told.requests(), ["0-35 ok"]);
    }
    let lost = caller(r#""threads": 1"#, r#", "timeout": "8ms", "loss": 1"#);
    assert_eq!(lost.requests(), ["0-30 error"]);
    // Gives up at 6 ms, wants to try again at 9 ms, and does so at 30 ms.
    let again = caller(
        r#""threads": 1"#,
        r#", "timeout": "1ms", "retry": {"attempts": 2, "backoff": "constant(3ms)"}"#,
    );
    assert_eq!(again.requests(), ["0-31 error"]);
    assert_eq!(again.report.edges["a->b"].attempts, 2);
}

#[test]
fn a_wait_is_over_when_its_replica_goes_on() {
    let steps = r#""threads": 1, "operations": {"default": [{"wait": "10ms"}, {"work": "2ms"}]}"#;
    let told = one(&[0], steps, "", &pause(5, 25));
    check(&told, &["0-27 ok"], &["a/0  =========================##"]);
}

#[test]
fn callers_of_a_replica_that_stands_still_see_it_as_slow() {
    let told = one(
        &[0, 6, 8],
        r#""threads": 1, "work": "10ms", "backlog": 1"#,
        r#", "timeout": "15ms""#,
        &pause(5, 25),
    );
    // The second one is in the backlog, which is full then; its work comes too late.
    check(
        &told,
        &["0-15 timeout", "6-21 timeout", "8-8 refused"],
        &["a/0  #####~~~~~~~~~~~~~~~~~~~~###############"],
    );
    assert_eq!(told.report.services["a"].completed, 2);
}

#[test]
fn offload_threads_stand_still_with_their_loop() {
    let steps =
        r#""loop": 1, "offload": 1, "operations": {"default": [{"offload": [{"work": "10ms"}]}, {"work": "1ms"}]}"#;
    let told = one(&[0, 7], steps, "", &pause(5, 25));
    let lanes = [
        "a/0          ..............................#.........#",
        "a/offload.0  #####~~~~~~~~~~~~~~~~~~~~###############",
    ];
    check(&told, &["0-31 ok", "7-41 ok"], &lanes);
}

#[test]
fn only_the_replica_that_is_named_stands_still() {
    let still = fault(2, 20, r#""service": "a", "replica": 0, "pause": true"#);
    let told = one(&[0, 0, 5], r#""replicas": 2, "threads": 1, "work": "5ms""#, "", &still);
    check(
        &told,
        &["0-23 ok", "0-5 ok", "5-28 ok"],
        &["a/0.0  ##~~~~~~~~~~~~~~~~~~########", "a/1.0  #####"],
    );
}

#[test]
fn what_the_dead_were_at_does_not_go_on_when_a_pause_is_over() {
    let both = [pause(5, 25), fault(10, 12, r#""service": "a", "down": "crash""#)].join(",");
    let told = one(&[0, 7, 15], r#""threads": 1, "work": "10ms""#, "", &both);
    let lanes = ["a/0  #####~~~~~...............##########"];
    check(&told, &["0-10 reset", "7-10 reset", "15-35 ok"], &lanes);
}
