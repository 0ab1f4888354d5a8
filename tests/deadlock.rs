//! Who waits for whom for ever: found at the very moment, told in words, and never said of anybody who can go on.
//!
//! ```text
//! a ══sync══▶ b ══sync══▶ a        all workers of both wait: a deadlock
//! ```
//!
//! Law: a run goes on after a deadlock; whoever is in it moves again only if a timeout, a deadline or a fault frees it.
#![cfg(not(target_arch = "wasm32"))]

#[path = "deadlock/calm.rs"]
mod calm;
#[path = "deadlock/line.rs"]
mod line;

use sync_or_swim::engine::Run;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::Recorder;

/// What is told of the first deadlock of a second, and what became of all requests.
struct Outcome {
    story: Option<String>,
    requests: Vec<String>,
}

fn run(keys: &str) -> Outcome {
    let text = format!(r#"{{"format": "sync-or-swim/1", "name": "stuck", "run": {{"duration": "1s"}}, {keys}}}"#);
    let scenario = parse(&text)
        .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
        .scenario;
    let mut recorder = Recorder::new(&scenario, Instant::START, 10_000);
    let mut run = Run::new(&scenario, 1);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut recorder);
    let trace = recorder.finish(Instant::START + scenario.run.duration);
    let told = trace.requests.iter().map(|request| match request.outcome {
        None => "open".to_string(),
        Some(outcome) => {
            let at = Duration(request.returned.0).as_ms();
            let word = outcome.map_or_else(|cause| format!("{cause:?}").to_lowercase(), |()| "ok".to_string());
            format!("{at} {word}")
        }
    });
    Outcome {
        story: run.deadlock().map(|deadlock| deadlock.story(&scenario)),
        requests: told.collect(),
    }
}

/// A client for each of these operations, with so many requests at once at the beginning.
fn clients(operations: &[(&str, u32)]) -> (String, String) {
    let numbered = || (0..).zip(operations);
    let clients: Vec<String> = numbered()
        .map(|(index, (_, size)): (u32, _)| {
            format!(r#""c{index}": {{"arrivals": {{"burst": {size}, "every": "10s"}}}}"#)
        })
        .collect();
    let edges: Vec<String> = numbered()
        .map(|(index, (operation, _)): (u32, _)| format!(r#"{{"from": "c{index}", "to": "{operation}"}}"#))
        .collect();
    (clients.join(", "), edges.join(", "))
}

/// Requests at the beginning to services like these; edges that are not `sync` have to be named.
fn system(operations: &[(&str, u32)], services: &str, edges: &str, more: &str) -> Outcome {
    let (clients, mut all) = clients(operations);
    if !edges.is_empty() {
        all = format!("{all}, {edges}");
    }
    run(&format!(
        r#""clients": {{{clients}}}, "services": {{{services}}}, "edges": [{all}] {more}"#
    ))
}

/// This is told, and those requests are never answered.
fn check(outcome: &Outcome, story: &str, open: usize) {
    let story = format!("deadlock at {story}; only a timeout frees them");
    assert_eq!(outcome.story.as_deref(), Some(&story[..]));
    let found = outcome.requests.iter().filter(|told| *told == "open").count();
    assert_eq!(found, open, "{:?}", outcome.requests);
}

/// Nobody is said to be stuck, and all requests are answered well.
fn check_calm(outcome: &Outcome) {
    assert_eq!(outcome.story, None);
    let told = &outcome.requests;
    assert!(told.iter().all(|told| told.ends_with("ok")), "{told:?}");
}

/// Two services that call each other after 1 ms of work, with so many threads.
fn mutual(threads: u32) -> String {
    let one = |name: &str, other: &str| {
        format!(
            r#""{name}": {{"threads": {threads}, "operations": {{"go": [{{"work": "1ms"}}, {{"call": "{other}.echo"}}], "echo": [{{"work": "1ms"}}]}}}}"#
        )
    };
    format!("{}, {}", one("a", "b"), one("b", "a"))
}

#[test]
fn two_services_with_full_pools_wait_for_each_other() {
    check(
        &system(&[("a.go", 2), ("b.go", 2)], &mutual(2), "", ""),
        "1ms: all 2 workers of `a` wait for `b` (a->b.echo), all 2 workers of `b` wait for `a` (b->a.echo)",
        4,
    );
    check(
        &system(&[("a.go", 1), ("b.go", 1)], &mutual(1), "", ""),
        "1ms: the only worker of `a` waits for `b` (a->b.echo), the only worker of `b` waits for `a` (b->a.echo)",
        2,
    );
    let one_is_free = system(&[("a.go", 2), ("b.go", 1)], &mutual(2), "", "");
    assert_eq!((one_is_free.story, one_is_free.requests.len()), (None, 3));
}

#[test]
fn a_deadlock_is_complete_when_the_last_call_arrives() {
    let edges = r#"{"from": "a", "to": "b.echo", "latency": "7ms"}, {"from": "b", "to": "a.echo", "latency": "3ms"}"#;
    check(
        &system(&[("a.go", 1), ("b.go", 1)], &mutual(1), edges, ""),
        "8ms: the only worker of `a` waits for `b` (a->b.echo), the only worker of `b` waits for `a` (b->a.echo)",
        2,
    );
}

#[test]
fn only_those_in_it_and_those_it_needs_are_named() {
    let outer = format!(
        r#""front": {{"threads": 3, "operations": {{"go": [{{"call": "a.go"}}]}}}}, {}"#,
        mutual(1)
    );
    check(
        &system(&[("front.go", 3), ("b.go", 1)], &outer, "", ""),
        "1ms: the only worker of `b` waits for `a` (b->a.echo), the only worker of `a` waits for `b` (a->b.echo)",
        4,
    );
}

#[test]
fn one_thread_that_calls_itself_waits_for_ever() {
    let services = r#""a": {"threads": 1, "operations": {"go": [{"call": "a.echo"}], "echo": [{"work": "1ms"}]}}"#;
    check(
        &system(&[("a.go", 1)], services, "", ""),
        "0s: the only worker of `a` waits for `a` (a->a.echo)",
        1,
    );
    let services = services.replace("\"threads\": 1", "\"loop\": 1");
    check(
        &system(&[("a.go", 1)], &services, "", ""),
        "0s: the only worker of `a` waits for `a` (a->a.echo)",
        1,
    );
}

#[test]
fn three_in_a_ring() {
    let one = |name: &str, other: &str| {
        format!(
            r#""{name}": {{"threads": 1, "operations": {{"go": [{{"call": "{other}.echo"}}], "echo": [{{"work": "1ms"}}]}}}}"#
        )
    };
    let services = [one("a", "b"), one("b", "c"), one("c", "a")].join(", ");
    check(
        &system(&[("a.go", 1), ("b.go", 1), ("c.go", 1)], &services, "", ""),
        "0s: the only worker of `a` waits for `b` (a->b.echo), the only worker of `b` waits for `c` (b->c.echo), \
         the only worker of `c` waits for `a` (c->a.echo)",
        3,
    );
}

#[test]
fn who_has_its_answer_holds_a_pool_and_waits_for_a_worker() {
    // The second span takes the worker that the first one has left while `b` works, and waits for what that one holds.
    let services = r#""a": {"threads": 1, "pools": {"p": 1}, "operations": {"x": [{"hold": "p", "do": [{"call": "b"}]}]}}, "b": {"work": "10ms"}"#;
    check(
        &system(
            &[("a.x", 2)],
            services,
            r#"{"from": "a", "to": "b", "mode": "await"}"#,
            "",
        ),
        "10ms: 1 span of `a` without a worker holds one of its pool `p` and waits for one of its workers, \
         the only worker of `a` waits for one of its pool `p`",
        2,
    );
}

#[test]
fn requests_that_lock_two_services_in_opposite_orders() {
    let locks = |first: &str, second: &str| {
        format!(r#"[{{"call": "{first}.lock"}}, {{"wait": "2ms"}}, {{"call": "{second}.lock"}}]"#)
    };
    let keeper = r#"{"threads": 4, "pools": {"row": 1}, "operations": {"lock": [{"acquire": "row"}]}}"#;
    let services = format!(
        r#""c": {{"threads": 4, "operations": {{"x": {}, "y": {}}}}}, "p": {keeper}, "q": {keeper}"#,
        locks("p", "q"),
        locks("q", "p")
    );
    let edges = r#"{"from": "c", "to": "p.lock"}, {"from": "c", "to": "q.lock"}"#;
    let outcome = system(&[("c.x", 1), ("c.y", 1)], &services, edges, "");
    let story = outcome.story.unwrap_or_default();
    for part in [
        "of `q` holds one of the pool `row` of `p` and waits for one of its pool `row`",
        "of `p` holds one of the pool `row` of `q` and waits for one of its pool `row`",
    ] {
        assert!(story.contains(part), "{story}");
    }
}

#[test]
fn pools_that_are_taken_in_opposite_orders() {
    let nested = |first: &str, second: &str| {
        format!(
            r#"[{{"hold": "{first}", "do": [{{"wait": "2ms"}}, {{"hold": "{second}", "do": [{{"work": "1ms"}}]}}]}}]"#
        )
    };
    let services = |runtime: &str| {
        format!(
            r#""a": {{{runtime}, "pools": {{"p": 1, "q": 1}}, "operations": {{"x": {}, "y": {}}}}}"#,
            nested("p", "q"),
            nested("q", "p")
        )
    };
    check(
        &system(&[("a.x", 1), ("a.y", 1)], &services(r#""threads": 3"#), "", ""),
        "2ms: 1 of 3 workers of `a` holds one of its pool `p` and waits for one of its pool `q`, \
         1 of 3 workers of `a` holds one of its pool `q` and waits for one of its pool `p`",
        2,
    );
    check(
        &system(&[("a.x", 1), ("a.y", 1)], &services(r#""loop": 1"#), "", ""),
        "2ms: 1 span of `a` without a worker holds one of its pool `p` and waits for one of its pool `q`, \
         1 span of `a` without a worker holds one of its pool `q` and waits for one of its pool `p`",
        2,
    );
    let one_after_the_other = system(&[("a.x", 9)], &services(r#""threads": 3"#), "", "");
    assert_eq!(one_after_the_other.story, None);
}

#[test]
fn a_pool_and_a_worker() {
    // `go` holds the lock and wants a worker of its own service, which waits for the lock.
    let services = r#""a": {"threads": 2, "pools": {"lock": 1}, "operations": {
        "go": [{"hold": "lock", "do": [{"wait": "2ms"}, {"call": "a.echo"}]}], "echo": [{"work": "1ms"}]}}"#;
    check(
        &system(&[("a.go", 2)], services, "", ""),
        "2ms: 1 of 2 workers of `a` holds one of its pool `lock` and waits for `a` (a->a.echo), \
         1 of 2 workers of `a` waits for one of its pool `lock`",
        2,
    );
}

/// One of a pool comes back with a message after 50 ms, if a worker is free then; the other one is held by somebody who
/// waits for somebody who waits for one of that pool.
fn pool_that_comes_back(threads: u32) -> Outcome {
    let services = format!(
        r#""a": {{"threads": {threads}, "pools": {{"p": 2}}, "operations": {{
            "take": [{{"acquire": "p"}}, {{"call": "b.later"}}], "leave": [{{"release": "p"}}],
            "go": [{{"hold": "p", "do": [{{"call": "b.look"}}]}}], "echo": [{{"hold": "p", "do": [{{"work": "1ms"}}]}}]}}}},
        "b": {{"threads": 9, "operations": {{"later": [{{"wait": "50ms"}}, {{"call": "a.leave"}}], "look": [{{"call": "a.echo"}}]}}}}"#
    );
    let edges = r#"{"from": "a", "to": "b.later", "mode": "oneway"}, {"from": "b", "to": "a.leave", "mode": "oneway"},
        {"from": "a", "to": "b.look", "mode": "await"}"#;
    system(&[("a.take", 1), ("a.go", 1)], &services, edges, "")
}

#[test]
fn a_pool_that_would_come_back_if_somebody_had_a_worker() {
    check(
        &pool_that_comes_back(1),
        "50ms: 1 of 9 workers of `b` waits for `a` (b->a.echo), \
         1 span of `a` without a worker holds one of its pool `p` and waits for `b` (a->b.look), \
         the only worker of `a` waits for one of its pool `p`",
        1,
    );
}

#[test]
fn a_fork_whose_branch_waits_for_its_own_service() {
    let services = r#""a": {"threads": 1, "operations": {
        "go": [{"parallel": [[{"call": "a.echo"}], [{"work": "5ms"}]]}], "echo": [{"work": "1ms"}]}}"#;
    check(
        &system(&[("a.go", 1)], services, "", ""),
        "5ms: the only worker of `a` waits for `a` (a->a.echo)",
        1,
    );
    let first_wins = services.replace("5ms\"}]]", "5ms\"}]], \"join\": 1");
    assert!(system(&[("a.go", 1)], &first_wins, "", "").story.is_some());
}

#[test]
fn loops_that_await_wait_for_each_other_where_they_may_begin_no_more() {
    let one = |name: &str, other: &str| {
        format!(
            r#""{name}": {{"loop": 1, "inFlight": 2, "operations": {{"go": [{{"work": "1ms"}}, {{"call": "{other}.echo"}}], "echo": [{{"work": "1ms"}}]}}}}"#
        )
    };
    let services = [one("a", "b"), one("b", "a")].join(", ");
    let edges = r#"{"from": "a", "to": "b.echo", "mode": "await"}, {"from": "b", "to": "a.echo", "mode": "await"}"#;
    check(
        &system(&[("a.go", 2), ("b.go", 2)], &services, edges, ""),
        "2ms: 2 spans of `a` without a worker wait for `b` (a->b.echo), \
         2 spans of `b` without a worker wait for `a` (b->a.echo)",
        4,
    );
    let unlimited = services.replace(r#""inFlight": 2, "#, "");
    assert_eq!(system(&[("a.go", 2), ("b.go", 2)], &unlimited, edges, "").story, None);
}

#[test]
fn a_loop_whose_only_span_rests_is_found_when_its_worker_does() {
    let services = r#""a": {"loop": 1, "inFlight": 1, "operations": {
        "go": [{"parallel": [[{"call": "a.echo"}], [{"work": "5ms"}]]}], "echo": [{"work": "1ms"}]}}"#;
    check(
        &system(
            &[("a.go", 1)],
            services,
            r#"{"from": "a", "to": "a.echo", "mode": "await"}"#,
            "",
        ),
        "5ms: 1 span of `a` without a worker waits for `a` (a->a.echo)",
        1,
    );
}

#[test]
fn offload_threads_that_call_their_own_loop() {
    let services = r#""a": {"loop": 1, "offload": 1, "operations": {
        "go": [{"offload": [{"call": "a.echo"}]}], "echo": [{"offload": [{"work": "1ms"}]}]}}"#;
    let outcome = system(&[("a.go", 1)], services, "", "");
    check(
        &outcome,
        "0s: the only offload thread of `a` waits for `a` (a->a.echo), \
         1 span of `a` without a worker waits for its offload threads",
        1,
    );
}

#[test]
fn a_timeout_frees_them_and_the_run_goes_on() {
    let edges = r#"{"from": "a", "to": "b.echo"}, {"from": "b", "to": "a.echo", "timeout": "20ms"}"#;
    let outcome = system(&[("a.go", 2), ("b.go", 2)], &mutual(2), edges, "");
    check(
        &outcome,
        "1ms: all 2 workers of `a` wait for `b` (a->b.echo), all 2 workers of `b` wait for `a` (b->a.echo)",
        0,
    );
    // `b` gives up at 21 ms, and answers `a`.
    assert_eq!(outcome.requests, ["22 ok", "22 ok", "21 error", "21 error"]);
}

#[test]
fn guarded_calls_are_as_stuck_as_others_until_they_are_tried_again() {
    let policies = r#""timeout": "20ms", "retry": {"attempts": 2, "backoff": "constant(5ms)"}"#;
    let edges = format!(r#"{{"from": "a", "to": "b.echo", {policies}}}, {{"from": "b", "to": "a.echo", {policies}}}"#);
    let outcome = system(&[("a.go", 1), ("b.go", 1)], &mutual(1), &edges, "");
    check(
        &outcome,
        "1ms: the only worker of `a` waits for `b` (a->b.echo), the only worker of `b` waits for `a` (b->a.echo)",
        0,
    );
    // Both give up at 21 ms and again at 46 ms.
    assert_eq!(outcome.requests, ["46 error", "46 error"]);
}

#[test]
fn a_crash_frees_them() {
    let faults = r#", "faults": [{"at": "50ms", "for": "10ms", "service": "b", "down": "crash"}]"#;
    let outcome = system(&[("a.go", 1), ("b.go", 1)], &mutual(1), "", faults);
    assert!(outcome.story.is_some());
    // The call of `a` was in the queue of `b`.
    assert_eq!(outcome.requests, ["50 error", "50 reset"]);
}
