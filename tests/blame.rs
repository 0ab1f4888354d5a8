//! Where response times went, on runs small enough to be followed by hand.
#![cfg(not(target_arch = "wasm32"))]

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::blame::Blame;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{EdgeId, Scenario};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Recorder, Trace};

/// A client sends `size` requests at once to `a`, whose one worker calls `b` between two pieces of work.
fn scenario(size: u32, runtime: &str, mode: &str) -> Scenario {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "name": "blame", "run": {{"duration": "1s"}},
        "clients": {{"c": {{"arrivals": {{"burst": {size}, "every": "10s"}}}}}},
        "services": {{
          "a": {{{runtime}, "operations": {{"go": [{{"work": "2ms"}}, {{"call": "b"}}, {{"work": "3ms"}}]}}}},
          "b": {{"threads": 1, "work": "10ms"}}}},
        "edges": [{{"from": "c", "to": "a.go", "latency": "1ms"}},
                  {{"from": "a", "to": "b", "mode": "{mode}", "latency": "500us"}}]}}"#
    );
    parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario
}

fn record(scenario: &Scenario) -> Trace {
    let mut recorder = Recorder::new(scenario, Instant::START, 10_000);
    assert!(Run::new(scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut recorder));
    recorder.finish(Instant::START + scenario.run.duration)
}

/// `a: own work 5, b: own work 10, …` in milliseconds.
fn shares(scenario: &Scenario, request: u32) -> String {
    let trace = record(scenario);
    let shares = Blame::new(scenario, &trace).shares(request).expect("a path");
    let words = shares.iter().map(|share| {
        let name = share.site.name(scenario);
        format!("{name}: {} {}", share.spent.word(), share.time.as_ms())
    });
    words.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_lone_request_is_to_blame_for_itself() {
    let expected = "b: own work 10, a: own work 5, a: network 2, b: network 1";
    assert_eq!(shares(&scenario(1, "\"threads\": 1", "sync"), 0), expected);
    assert_eq!(shares(&scenario(1, "\"threads\": 1", "await"), 0), expected);
}

#[test]
fn a_second_request_waits_for_the_worker_that_the_first_one_holds() {
    // The first holds the worker for 2 + 11 + 3 ms.
    let expected = "a: waiting for a worker 16, b: own work 10, a: own work 5, a: network 2, b: network 1";
    assert_eq!(shares(&scenario(2, "\"threads\": 1", "sync"), 1), expected);
}

#[test]
fn a_second_request_waits_at_the_callee_where_nobody_holds_the_worker() {
    // It begins 2 ms later, reaches `b` 2 ms later and waits there for the rest of 10 ms.
    let expected = "b: own work 10, b: waiting for a worker 8, a: own work 5, a: waiting for a worker 2, a: network 2, b: network 1";
    assert_eq!(shares(&scenario(2, "\"loop\": 1", "await"), 1), expected);
}

#[test]
fn who_answers_in_the_place_of_another_is_to_blame_for_itself() {
    // On the way back it takes only the line of the client.
    let text = shares(&handing_over(), 0);
    assert_eq!(text, "b: own work 10, a: own work 2, b: network 1.5, a: network 1");
}

/// A client calls `a`, which hands the request over to `b`.
fn handing_over() -> Scenario {
    let text = r#"{"format": "sync-or-swim/1", "name": "forward", "run": {"duration": "1s"},
        "clients": {"c": {"arrivals": {"times": ["0s"]}}},
        "services": {"a": {"threads": 1, "operations": {"go": [{"work": "2ms"}, {"call": "b"}]}}, "b": {"threads": 1, "work": "10ms"}},
        "edges": [{"from": "c", "to": "a.go", "latency": "1ms"}, {"from": "a", "to": "b", "mode": "forward", "latency": "500us"}]}"#;
    parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario
}

#[test]
fn nobody_is_blamed_over_an_asynchronous_edge() {
    for mode in ["oneway", "queue"] {
        let text = shares(&scenario(1, "\"loop\": 1", mode), 0);
        assert!(!text.contains("b: own work"), "{mode}: {text}");
    }
}

/// The shares of the first request of a client `c` that sends one at once, with these nodes, edges and faults.
fn shares_of(services: &str, edges: &str, rest: &str) -> String {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": {{"times": ["0s"]}}}}}},
        "services": {{{services}}}, "edges": [{edges}]{rest}}}"#
    );
    let scenario = parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    shares(&scenario, 0)
}

const TWO: &str = r#""p": {"work": "1ms"}, "s": {"work": "10ms"}"#;
/// For 5 ms from the beginning `s` fails.
const FAILS: &str = r#", "faults": [{"at": "0s", "for": "5ms", "service": "s", "fail": 1}]"#;

#[test]
fn what_is_published_is_the_channels_time_up_to_the_ack() {
    let edges = r#"{"from": "c", "to": "p"}, {"from": "p", "to": "q"}, {"from": "q", "to": "s"}"#;
    let channel = r#", "channels": {"q": {"ack": "2ms"}}"#;
    assert_eq!(shares_of(TWO, edges, channel), "q: broker residence 2, p: own work 1");
}

#[test]
fn a_reply_over_a_channel_is_the_consumers_time_as_well() {
    let edges = r#"{"from": "c", "to": "p"}, {"from": "p", "to": "q", "reply": true}, {"from": "q", "to": "s"}"#;
    let channel = r#", "channels": {"q": {"delivery": "3ms"}}"#;
    let expected = "s: own work 10, q: broker residence 3, p: own work 1";
    assert_eq!(shares_of(TWO, edges, channel), expected);
}

/// `p` works for 1 ms, and waits for a reply over `q` before the last 1 ms.
const REPLIED: &str = r#""p": {"threads": 4, "operations": {"go": [{"work": "1ms"}, {"call": "q"}, {"work": "1ms"}]}}"#;
const TO_P: &str = r#"{"from": "c", "to": "p.go"}, {"from": "p", "to": "q", "reply": true}"#;

/// The shares where `w` consumes over an edge with these further keys, and `v` perhaps as well.
fn replied(services: &str, edges: &str, rest: &str) -> String {
    shares_of(&format!("{REPLIED}, {services}"), &format!("{TO_P}, {edges}"), rest)
}

#[test]
fn a_message_that_failed_is_the_brokers_until_it_is_delivered_again() {
    // The first delivery fails at once; after 10 ms there is another one.
    let rest = r#", "channels": {"q": {"redelivery": "10ms"}},
        "faults": [{"at": "0s", "for": "5ms", "service": "w", "fail": 1}]"#;
    let told = replied(r#""w": {"work": "4ms"}"#, r#"{"from": "q", "to": "w"}"#, rest);
    assert_eq!(told, "q: broker residence 10, w: own work 4, p: own work 2");
}

#[test]
fn an_error_is_no_reply() {
    let services = r#""w": {"work": "2ms", "fail": 1}, "v": {"work": "5ms"}"#;
    let edges = r#"{"from": "q", "to": "w", "prefetch": 1}, {"from": "q", "to": "v"}"#;
    let rest = r#", "channels": {"q": {"kind": "topic", "deliveries": 1}}"#;
    assert_eq!(replied(services, edges, rest), "v: own work 5, p: own work 2");
}

#[test]
fn a_message_that_was_given_up_is_the_time_of_its_last_delivery_and_before_of_the_broker() {
    // 4 ms of work fail, after a pause of 5 ms another 4 ms; then there is nobody to reply.
    let edges = r#"{"from": "q", "to": "w", "prefetch": 1}"#;
    let rest = r#", "channels": {"q": {"deliveries": 2, "redelivery": "5ms"}}"#;
    let told = replied(r#""w": {"work": "4ms", "fail": 1}"#, edges, rest);
    assert_eq!(told, "q: broker residence 9, w: own work 4, p: own work 1");
}

#[test]
fn who_is_handed_a_message_answers_in_the_place_of_its_consumer() {
    let services = r#""w": {"operations": {"go": [{"work": "2ms"}, {"call": "z"}]}}, "z": {"work": "5ms"}"#;
    let edges = r#"{"from": "q", "to": "w.go"}, {"from": "w", "to": "z", "mode": "forward"}"#;
    let told = replied(services, edges, r#", "channels": {"q": {}}"#);
    assert_eq!(told, "z: own work 5, p: own work 2, w: own work 2");
}

#[test]
fn a_consumer_that_is_too_late_is_to_blame_until_its_producer_gives_up() {
    let edges = r#"{"from": "c", "to": "p.go"}, {"from": "p", "to": "q", "reply": true, "timeout": "8ms"},
        {"from": "q", "to": "w"}"#;
    let services = format!(r#"{REPLIED}, "w": {{"work": "20ms"}}"#);
    let told = shares_of(&services, edges, r#", "channels": {"q": {"delivery": "3ms"}}"#);
    assert_eq!(told, "w: own work 5, q: broker residence 3, p: own work 1");
}

#[test]
fn the_way_of_a_message_is_the_networks_and_the_brokers() {
    // There and back over the line of the producer 2 ms each; 4 ms in the broker, 3 ms to the consumer.
    let edges = |more: &str| {
        format!(
            r#"{{"from": "c", "to": "p.go"}}, {{"from": "p", "to": "q", "reply": true, "mode": "await", "latency": "2ms"}},
            {{"from": "q", "to": "w", "latency": "3ms"{more}}}"#
        )
    };
    let services = format!(r#"{REPLIED}, "w": {{"work": "20ms"}}"#);
    let told = shares_of(&services, &edges(""), r#", "channels": {"q": {"delivery": "4ms"}}"#);
    let expected = "w: own work 20, q: network 4, q: broker residence 4, w: network 3, p: own work 2";
    assert_eq!(told, expected);
}

#[test]
fn a_publication_that_is_refused_was_on_the_network() {
    let edges = r#"{"from": "c", "to": "p.go"}, {"from": "p", "to": "q", "latency": "2ms"}, {"from": "q", "to": "w"}"#;
    let rest = r#", "channels": {"q": {}}, "faults": [{"at": "0s", "channel": "q", "down": "refuse"}]"#;
    let told = shares_of(&format!(r#"{REPLIED}, "w": {{"work": "1ms"}}"#), edges, rest);
    assert_eq!(told, "q: network 4, p: own work 1");
}

#[test]
fn all_messages_of_a_batch_wait_for_its_work() {
    // Published at 2 and 4 ms, out at 12 ms as one batch, which takes 20 ms.
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": {{"times": ["1ms", "3ms"]}}}}}},
        "services": {{{REPLIED}, "w": {{"threads": 1, "work": "20ms"}}}}, "channels": {{"q": {{}}}},
        "edges": [{TO_P}, {{"from": "q", "to": "w", "prefetch": 4, "batch": {{"size": 4, "linger": "10ms"}}}}]}}"#
    );
    let scenario = parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    let expected = ["10", "8"].map(|time| format!("w: own work 20, q: broker residence {time}, p: own work 2"));
    assert_eq!([0, 1].map(|request| shares(&scenario, request)), expected);
}

#[test]
fn who_waits_for_a_connection_waits_for_the_network_to_its_callee() {
    let services = |step: &str| {
        format!(r#""p": {{"threads": 2, "operations": {{"go": [{step}{{"call": "s"}}]}}}}, "s": {{"work": "10ms"}}"#)
    };
    let edges = |mode: &str| {
        format!(
            r#"{{"from": "c", "to": "p.go"}}, {{"from": "p", "to": "s", "mode": "{mode}", "connections": 1, "setup": "5ms"}}"#
        )
    };
    for mode in ["sync", "await"] {
        let told = shares_of(&services(""), &edges(mode), "");
        assert_eq!(told, "s: own work 10, s: network 5", "{mode}");
        let told = shares_of(&services(r#"{"work": "1ms"}, "#), &edges(mode), "");
        assert_eq!(told, "s: own work 10, s: network 5, p: own work 1", "{mode}");
        let told = shares_of(&services(r#"{"wait": "2ms"}, "#), &edges(mode), "");
        assert_eq!(told, "s: own work 10, s: network 5, p: own waits 2", "{mode}");
    }
    // Twice: the second call finds the connection open.
    let told = shares_of(&services(r#"{"call": "s"}, "#), &edges("sync"), "");
    assert_eq!(told, "s: own work 20, s: network 5");
}

#[test]
fn who_waits_for_the_connection_of_another_waits_for_the_network_to_its_callee() {
    // The connection is open at 7 ms, and in use until 17 ms.
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"}, "clients": {"c": {"arrivals": {"burst": 2, "every": "10s"}}},
        "services": {"a": {"threads": 2, "operations": {"go": [{"work": "2ms"}, {"call": "b"}]}}, "b": {"threads": 2, "work": "10ms"}},
        "edges": [{"from": "c", "to": "a.go"}, {"from": "a", "to": "b", "connections": 1, "setup": "5ms"}]}"#;
    let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    let expected = "b: network 15, b: own work 10, a: own work 2";
    assert_eq!(shares(&scenario, 1), expected);
}

#[test]
fn a_client_that_tries_again_waits_for_its_retries_and_for_what_the_last_one_took() {
    let retry = r#""retry": {"attempts": 3, "backoff": "constant(5ms)", "on": ["error", "timeout"]}"#;
    let edges = format!(r#"{{"from": "c", "to": "p", {retry}}}, {{"from": "p", "to": "s"}}"#);
    // The first attempt fails after 1 ms of work of `p`, and 5 ms later there is another one.
    let expected = "s: own work 10, p: retries 6, p: own work 1";
    assert_eq!(shares_of(TWO, &edges, FAILS), expected);
    let lost = r#", "faults": [{"at": "0s", "for": "50ms", "edge": "c->p", "down": "blackhole"}]"#;
    let edges = format!(r#"{{"from": "c", "to": "p", "timeout": "100ms", {retry}}}, {{"from": "p", "to": "s"}}"#);
    let expected = "p: retries 105, s: own work 10, p: own work 1";
    assert_eq!(shares_of(TWO, &edges, lost), expected);
}

#[test]
fn a_pause_that_the_deadline_cuts_short_is_a_retry() {
    // Refused at 0, 20 and 40 ms; the next attempt would be at 60 ms, and at 50 ms time is up.
    let retry = r#""retry": {"attempts": 9, "backoff": "constant(20ms)"}, "deadline": "50ms""#;
    for mode in ["sync", "await"] {
        let edges = format!(r#"{{"from": "c", "to": "p"}}, {{"from": "p", "to": "s", "mode": "{mode}", {retry}}}"#);
        let away = r#", "faults": [{"at": "0s", "service": "s", "down": "refuse"}]"#;
        let told = shares_of(TWO, &edges, away);
        assert_eq!(told, "s: retries 50, p: own work 1", "{mode}");
    }
    let edges = format!(r#"{{"from": "c", "to": "p", {retry}}}, {{"from": "p", "to": "s"}}"#);
    let away = r#", "faults": [{"at": "0s", "service": "p", "down": "refuse"}]"#;
    assert_eq!(shares_of(TWO, &edges, away), "p: retries 50");
}

#[test]
fn who_waits_for_a_worker_after_a_failure_that_is_not_tried_again_waits_for_a_worker() {
    // `p` calls at 0 ms; its worker is taken from 1 ms to 101 ms, and the call has failed at 5 ms.
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"},
        "clients": {"c": {"arrivals": {"times": ["0s"]}}, "d": {"arrivals": {"times": ["1ms"]}}},
        "services": {"p": {"threads": 1, "operations": {"x": [{"call": "s"}, {"work": "1ms"}], "y": [{"work": "100ms"}]}},
            "s": {"threads": 1, "work": "5ms", "fail": 1}},
        "edges": [{"from": "c", "to": "p.x"}, {"from": "d", "to": "p.y"}, {"from": "p", "to": "s", "mode": "await",
            "deadline": "50ms", "retry": {"attempts": 3, "backoff": "constant(20ms)", "on": ["refused"]}}]}"#;
    let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    assert_eq!(shares(&scenario, 0), "p: waiting for a worker 96, s: own work 5");
}

#[test]
fn the_pause_after_a_refusal_that_takes_no_time_is_a_retry() {
    let retry = r#""retry": {"attempts": 3, "backoff": "constant(5ms)"}"#;
    let edges = format!(r#"{{"from": "c", "to": "p"}}, {{"from": "p", "to": "s", {retry}}}"#);
    let refuses = r#", "faults": [{"at": "0s", "for": "5ms", "service": "s", "down": "refuse"}]"#;
    let expected = "s: own work 10, s: retries 5, p: own work 1";
    assert_eq!(shares_of(TWO, &edges, refuses), expected);
}

#[test]
fn a_fallback_at_once_is_a_response_without_a_share() {
    let edges = r#"{"from": "c", "to": "p", "limit": 1, "fallback": {"value": "x"}}, {"from": "p", "to": "s"}"#;
    let faults = r#", "faults": [{"at": "0s", "for": "5ms", "service": "p", "down": "refuse"}]"#;
    assert_eq!(shares_of(TWO, edges, faults), "");
}

#[test]
fn who_was_given_up_while_it_waited_is_not_to_blame_for_its_callee() {
    // `a` gives up on `b` after 10 ms, of which `b` waits 9 for `d`; the client has the fallback.
    let told = |mode: &str, runtime: &str| {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": {{"times": ["0s"]}}}}}},
            "services": {{"a": {{"operations": {{"go": [{{"work": "2ms"}}, {{"call": "b"}}]}}}},
              "b": {{{runtime}, "operations": {{"default": [{{"work": "1ms"}}, {{"call": "d"}}, {{"work": "1ms"}}]}}}}, "d": {{"work": "50ms"}}}},
            "edges": [{{"from": "c", "to": "a.go"}}, {{"from": "a", "to": "b", "timeout": "10ms", "fallback": {{"value": 1}}}},
              {{"from": "b", "to": "d", "mode": "{mode}"}}]}}"#
        );
        shares(
            &parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario,
            0,
        )
    };
    let expected = "d: own work 9, a: own work 2, b: own work 1";
    assert_eq!(told("sync", r#""threads": 2"#), expected);
    assert_eq!(told("await", r#""loop": 1"#), expected);
}

#[test]
fn callees_are_blamed_for_all_that_is_below_them() {
    let scenario = scenario(1, "\"threads\": 1", "sync");
    let trace = record(&scenario);
    let callees = Blame::new(&scenario, &trace).callees(0).expect("a path");
    assert_eq!(callees, [(EdgeId(1), Duration::from_ms(11))]);
}

#[test]
fn the_command_line_blames_all_of_the_mean_response_time() {
    let swim = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_swim"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let run = ["run", "checkout", "--duration", "20s", "--blame"];
    for runs in ["1", "3"] {
        let text = swim(&[&run[..], &["--json", "--replications", runs]].concat());
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let client = &report["clients"]["shoppers"];
        let shares = client["blameMs"].as_object().unwrap();
        let (sum, mean) = (
            shares.values().filter_map(|share| share.as_f64()).sum::<f64>(),
            &client["responseMs"]["mean"],
        );
        assert!((sum - mean.as_f64().unwrap()).abs() < 1e-6, "{sum} {mean}");
        assert_eq!(client["blamed"], client["replied"]);
        assert!(shares["orders.work"].as_f64().unwrap() > 0.0);
    }
    let table = swim(&run);
    let head = table.lines().find(|line| line.starts_with("blame of shoppers, ms"));
    assert!(
        head.is_some_and(|head| head.contains("own work") && head.contains("for a worker")),
        "{table}"
    );
    assert!(!swim(&run[..4]).contains("blame of"));
}

#[test]
fn work_is_for_nothing_where_its_caller_has_given_up() {
    // Both attempts of each request are given up after 4 of 8 ms.
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "10s"},
        "clients": {"c": {"arrivals": "constant(10/s)"}},
        "services": {"a": {"threads": 9, "operations": {"default": [{"work": "2ms"}, {"call": "b"}]}}, "b": {"threads": 9, "work": "8ms"}},
        "edges": [{"from": "c", "to": "a"}, {"from": "a", "to": "b", "timeout": "4ms", "retry": {"attempts": 2}, "fallback": {"value": "x"}}]}"#;
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasted.json");
    std::fs::write(&path, text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_swim"))
        .args(["run", path.to_str().unwrap(), "--json", "--blame"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // 2 ms of use for the reply that stands in, and twice 8 ms for nobody.
    let wasted = report["totals"]["wastedShare"].as_f64().unwrap();
    assert!((wasted - 16.0 / 18.0).abs() < 1e-3, "{wasted}");
    assert_eq!(report["totals"]["retries"], report["clients"]["c"]["offered"]);
}
