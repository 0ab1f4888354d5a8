//! `swim trace`: one request of a run in words.

use crate::swim::{file, printed, report, swim};

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
            "the run has no request 999999 of `shoppers`; the last is 4872\n",
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

/// A scenario of 200 ms in which a client `c` sends at these milliseconds to `p`. Between two times 1 ms of work `p`
/// publishes into `q`, over an edge with these further keys.
fn publishing(times: &[u32], over: &str, rest: &str) -> String {
    let times: Vec<String> = times.iter().map(|time| format!("\"{time}ms\"")).collect();
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "200ms"}}, "clients": {{"c": {{"arrivals": {{"times": [{}]}}}}}},
        "services": {{"p": {{"threads": 8, "operations": {{"go": [{{"work": "1ms"}}, {{"call": "q"}}, {{"work": "1ms"}}]}}}},
            "w": {{"threads": 1, "work": "20ms"}}, "bad": {{"threads": 1, "work": "4ms", "fail": 1}}}},
        "edges": [{{"from": "c", "to": "p.go"}}, {{"from": "p", "to": "q"{over}}}, {rest}}}"#,
        times.join(", ")
    );
    let digits = text
        .bytes()
        .fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    file(&format!("publishing-{digits:x}.json"), &text)
        .to_str()
        .unwrap()
        .to_string()
}

/// The story of one of its requests.
fn told(times: &[u32], number: usize, over: &str, rest: &str) -> String {
    let path = publishing(times, over, rest);
    let output = swim(&["trace", &path, "--client", "c", "--number", &number.to_string()]);
    String::from_utf8(output.stdout).unwrap()
}

/// What is told of a request without numbers, up to its outcome: `0.0 ms c calls p (sync)`.
fn sentences(told: &str) -> Vec<&str> {
    let lines = told.lines().filter_map(|line| line.split_once(". At "));
    lines.map(|(_, sentence)| sentence.trim_end_matches('.')).collect()
}

fn check(told: &str, expected: &[&str]) {
    let told = sentences(told);
    for sentence in expected {
        assert!(told.contains(sentence), "{sentence}\n{told:#?}");
    }
}

fn check_none(told: &str, words: &[&str]) {
    for word in words {
        assert!(!told.contains(word), "{word}\n{told}");
    }
}

/// A consumer of `q` that takes one message at a time, with `q` as it is here.
fn taken_by(consumer: &str, q: &str) -> String {
    format!(r#"{{"from": "q", "to": "{consumer}", "prefetch": 1}}], "channels": {{"q": {{{q}}}}}"#)
}

#[test]
fn a_producer_that_has_given_up_has_no_ack_though_the_channel_takes_its_message_later() {
    // `w` has the first from 2 to 22 ms, and then the second makes room for the third.
    let rest = taken_by("w", r#""capacity": 1, "overflow": "block""#);
    let told = told(&[1, 2, 3], 2, r#", "timeout": "10ms""#, &rest);
    let expected = [
        "1.0 ms p publishes into q",
        "11.0 ms p gives up (timeout)",
        "19.0 ms q takes it",
        "39.0 ms q delivers to w",
    ];
    check(&told, &expected);
    check_none(&told, &["the ack", "does not take"]);
}

#[test]
fn who_is_refused_has_no_ack() {
    let told = told(&[1, 2, 3], 2, "", &taken_by("w", r#""capacity": 1"#));
    check(
        &told,
        &[
            "1.0 ms p publishes into q",
            "1.0 ms q does not take it",
            "1.0 ms p learns that q has failed (refused)",
        ],
    );
    check_none(&told, &["the ack"]);
}

#[test]
fn a_reply_is_no_ack() {
    let rest = taken_by("w", r#""delivery": "4ms""#);
    for (mode, meaning) in [
        ("sync", "its worker p/0 is held until 29.0 ms"),
        ("await", "it waits until 29.0 ms, but holds no worker"),
    ] {
        let over = format!(r#", "reply": true, "mode": "{mode}", "latency": "2ms""#);
        let told = told(&[1], 0, &over, &rest);
        let sent = format!("1.0 ms p publishes into q; {meaning}");
        check(&told, &[&sent, "3.0 ms q takes it", "29.0 ms p has the answer of q"]);
        check_none(&told, &["the ack"]);
    }
}

#[test]
fn a_message_that_nobody_has_done_was_taken_all_the_same() {
    let rest = taken_by("bad", r#""deliveries": 2, "redelivery": "5ms""#);
    let told = told(&[1], 0, r#", "reply": true"#, &rest);
    let expected = [
        "1.0 ms p publishes into q; its worker p/0 is held until 14.0 ms",
        "1.0 ms q delivers to bad",
        "10.0 ms q delivers to bad",
        "14.0 ms q drops the message after 2 deliveries",
        "14.0 ms p learns that q has failed (error)",
    ];
    check(&told, &expected);
    check_none(&told, &["does not take", "the ack"]);
}

#[test]
fn it_is_told_what_becomes_of_a_message_that_nobody_acknowledges() {
    let gone = |times: &[u32], number, consumer: &str, q: &str, rest: &str, expected: &str| {
        check(&told(times, number, "", &(taken_by(consumer, q) + rest)), &[expected]);
    };
    let q = r#""deliveries": 2, "deadLetter": "d"}, "d": {"#;
    let expected = "9.0 ms q gives the message up after 2 deliveries; it is a dead letter in d";
    gone(&[1], 0, "bad", q, "", expected);
    let q = r#""deliveries": 2, "deadLetter": "d"}, "d": {"capacity": 1"#;
    let expected = format!("{expected}, if there was room");
    gone(&[1], 0, "bad", q, "", &expected);
    // The second comes at 2 ms, and has to go for the third.
    let expected = "2.0 ms the message is gone: it was the oldest when q was full";
    gone(
        &[1, 2, 3],
        1,
        "w",
        r#""capacity": 1, "overflow": "dropOldest""#,
        "",
        expected,
    );
    gone(
        &[1, 2],
        1,
        "w",
        r#""retention": "5ms""#,
        "",
        "6.0 ms the message expires in q",
    );
    // Acknowledged by one broker only, 5 ms after it came; 2 ms later that one dies.
    let dies = r#", "faults": [{"at": "9ms", "for": "5ms", "channel": "q", "down": "crash"}]"#;
    gone(
        &[1],
        0,
        "w",
        r#""ack": "5ms""#,
        dies,
        "8.0 ms q forgets that w has the message, as its broker dies",
    );
    gone(
        &[1],
        0,
        "w",
        r#""ack": "5ms""#,
        dies,
        "8.0 ms the message is lost, as the broker of q dies",
    );
    let topic = r#"{"from": "d", "to": "w"}], "channels": {"q": {"kind": "topic"}, "d": {}}"#;
    check(
        &told(&[1], 0, "", topic),
        &["1.0 ms nobody subscribes to q, and the message is dropped"],
    );
}

#[test]
fn of_a_message_that_is_done_no_end_is_told() {
    let rest = taken_by("w", r#""retention": "5ms", "capacity": 9, "overflow": "dropOldest""#);
    check_none(&told(&[1], 0, "", &rest), &["the message"]);
    // The ack is too late, and there nobody else has the message yet.
    let rest = taken_by("w", r#""ackTimeout": "10ms", "redelivery": "30ms", "retention": "5ms""#);
    let told = told(&[1], 0, "", &rest);
    check(&told, &["11.0 ms q has had no ack from w in time (timeout)"]);
    check_none(&told, &["expires", "lost"]);
    // The second goes with the first.
    let rest = r#"{"from": "q", "to": "w", "batch": {"size": 2, "linger": "4ms"}, "prefetch": 2}],
        "channels": {"q": {"retention": "5ms"}}"#;
    check_none(&self::told(&[1, 2], 1, "", rest), &["expires"]);
}

#[test]
fn who_waits_for_ever_stands_blocked_until_the_run_is_over() {
    // The second message is too old before anybody has it; the reply would have come after 200 ms.
    let (over, rest) = (r#", "reply": true"#, taken_by("w", r#""retention": "5ms""#));
    let expected = [
        "0.0 ms p/1 begins it at once, and for it works 1.0 ms, stands blocked 197 ms",
        "6.0 ms the message expires in q",
    ];
    check(&told(&[1, 2], 1, over, &rest), &expected);
    let path = publishing(&[1, 2], over, &rest);
    let chrome = printed(&["trace", &path, "--client", "c", "--number", "1", "--format", "chrome"]);
    assert!(chrome.contains(r#""ts":200000,"#), "{chrome}");
}

#[test]
fn a_message_in_the_channel_of_an_edge_is_gone_only_if_it_never_came_to_its_consumer() {
    let told = |number: &str, more: &str| {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "200ms"}}, "clients": {{"c": {{"arrivals": {{"times": ["1ms", "2ms"]}}}}}},
            "services": {{"w": {{"threads": 1, "work": "20ms"}}}}, "edges": [{{"from": "c", "to": "w", "mode": "queue", {more}}}]}}"#
        );
        let path = file(&format!("own-{number}-{}.json", more.len()), &text);
        printed(&["trace", path.to_str().unwrap(), "--client", "c", "--number", number])
    };
    let gone = "5.0 ms the message is gone, and w never had it";
    let expires = r#""prefetch": 1, "channel": {"retention": "5ms"}"#;
    check(&told("1", expires), &[gone]);
    check_none(&told("0", expires), &["gone"]);
    check_none(
        &told("1", r#""prefetch": 2, "batch": {"size": 2, "linger": "4ms"}"#),
        &["gone"],
    );
}

#[test]
fn who_went_in_a_batch_with_others_is_told_with_it() {
    // Published at 2 and 4 ms, out at 12 ms as one batch, which takes 20 ms.
    let rest =
        r#"{"from": "q", "to": "w", "prefetch": 4, "batch": {"size": 4, "linger": "10ms"}}], "channels": {"q": {}}"#;
    let told = told(&[1, 3], 1, r#", "reply": true"#, rest);
    let expected = [
        "9.0 ms q delivers to w",
        "9.0 ms w/0 begins it at once, and for it works 20.0 ms",
        "29.0 ms p has the answer of q",
    ];
    check(&told, &expected);
    let blame =
        "Of 30.0 ms: w own work 20.0 ms (66.7 %), q broker residence 8.0 ms (26.7 %), p own work 2.0 ms (6.7 %).";
    assert!(told.contains(blame), "{told}");
}

#[test]
fn who_gives_up_at_a_deadline_had_called_before() {
    let path = file(
        "deadline.json",
        r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"}, "clients": {"c": {"arrivals": {"times": ["0ms"]}}},
            "services": {"a": {"threads": 1, "operations": {"default": [{"work": "5ms"}, {"call": "b"}]}}, "b": {"work": "30ms"}},
            "edges": [{"from": "c", "to": "a", "deadline": "20ms"}, {"from": "a", "to": "b", "deadline": "propagate"}]}"#,
    );
    let told = printed(&["trace", path.to_str().unwrap(), "--client", "c", "--number", "0"]);
    check(
        &told,
        &["20.0 ms a gives up (deadline)", "20.0 ms c gives up (deadline)"],
    );
    assert!(
        told.contains("the request has failed after 20.0 ms (deadline)"),
        "{told}"
    );
    check_none(&told, &["does not call", "timeout"]);
}
