//! Services that are offered more than they can do, with numbers worked out by hand.
//!
//! Law: a scenario that can be stable is never named.
#![cfg(not(target_arch = "wasm32"))]

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::*;
use sync_or_swim::theory::{Overload, Resource, overloads};
use sync_or_swim::time::{Duration, Instant};

/// A client that sends to `a`, and services.
fn scenario(load: &str, services: &str, edges: &str) -> Scenario {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "100s"}}, "clients": {{"c": {{{load}}}}},
        "services": {{{services}}}, "edges": [{{"from": "c", "to": "a"}}{edges}]}}"#
    );
    read(&text)
}

fn read(text: &str) -> Scenario {
    parse(text)
        .unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
        .scenario
}

/// The names, what they lack, and ρ in thousandths.
fn found(scenario: &Scenario) -> Vec<(String, Resource, u64)> {
    let name = |overload: &Overload| scenario.service(overload.service).name.clone();
    let ratio = |overload: &Overload| (overload.ratio() * 1000.0).round() as u64;
    let all = overloads(scenario);
    all.iter().map(|one| (name(one), one.resource, ratio(one))).collect()
}

fn check(load: &str, services: &str, edges: &str, expected: &[(&str, Resource, u64)]) {
    let scenario = scenario(load, services, edges);
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, lack, rho)| (name.to_string(), *lack, *rho))
        .collect();
    assert_eq!(found(&scenario), expected, "{load} {services} {edges}");
}

const HUNDRED: &str = r#""arrivals": "poisson(100/s)""#;

#[test]
fn work_is_weighed_against_workers_and_cores() {
    use Resource::*;
    check(HUNDRED, r#""a": {"threads": 2, "work": "exp(19ms)"}"#, "", &[]);
    check(
        HUNDRED,
        r#""a": {"threads": 2, "work": "exp(20ms)"}"#,
        "",
        &[("a", Workers, 1000)],
    );
    check(
        HUNDRED,
        r#""a": {"threads": 2, "replicas": 2, "work": "50ms"}"#,
        "",
        &[("a", Workers, 1250)],
    );
    check(
        HUNDRED,
        r#""a": {"threads": 9, "cores": 1, "work": "15ms"}"#,
        "",
        &[("a", Cores, 1500)],
    );
    check(
        HUNDRED,
        r#""a": {"loop": 1, "inFlight": 3, "operations": {"default": [{"wait": "60ms"}]}}"#,
        "",
        &[("a", InFlight, 2000)],
    );
    check(
        HUNDRED,
        r#""a": {"loop": 1, "operations": {"default": [{"wait": "60ms"}]}}"#,
        "",
        &[],
    );
    check(
        HUNDRED,
        r#""a": {"threads": 99, "pools": {"db": 2}, "operations": {"default": [{"hold": "db", "do": [{"wait": "30ms"}]}]}}"#,
        "",
        &[("a", Pool(0), 1500)],
    );
    check(
        HUNDRED,
        r#""a": {"loop": 1, "offload": 1, "operations": {"default": [{"work": "1ms"}, {"offload": [{"work": "12ms"}]}]}}"#,
        "",
        &[("a", Offload, 1200)],
    );
}

#[test]
fn a_sync_call_holds_the_worker_and_an_await_does_not() {
    let services = |threads: u32| {
        format!(
            r#""a": {{"threads": {threads}, "operations": {{"default": [{{"work": "2ms"}}, {{"repeat": 2, "do": [{{"call": "b"}}]}}]}}}},
            "b": {{"threads": 99, "work": "30ms"}}"#
        )
    };
    let edge = |mode: &str| format!(r#", {{"from": "a", "to": "b", "mode": "{mode}", "latency": "5ms"}}"#);
    // 2 + 2 · (30 + 2 · 5) = 82 ms, a hundred times a second.
    check(HUNDRED, &services(8), &edge("sync"), &[("a", Resource::Workers, 1025)]);
    check(HUNDRED, &services(9), &edge("sync"), &[]);
    check(HUNDRED, &services(1), &edge("await"), &[]);
    check(HUNDRED, &services(1), &edge("oneway"), &[]);
    // To the ack: 2 + 2 · 2 · 5 = 22 ms.
    check(HUNDRED, &services(2), &edge("queue"), &[("a", Resource::Workers, 1100)]);
}

#[test]
fn a_reply_before_the_end_frees_the_caller_and_errors_end_an_operation() {
    let edge = r#", {"from": "a", "to": "b", "mode": "sync"}"#;
    let services = |steps: &str| {
        format!(
            r#""a": {{"threads": 1, "operations": {{"default": [{{"call": "b"}}, {{"work": "4ms"}}]}}}},
            "b": {{"threads": 4, "operations": {{"default": [{steps}]}}}}"#
        )
    };
    // The caller is held for 7 + 4 ms, the callee's worker for 7 + 40.
    let early = services(r#"{"work": "7ms"}, {"respond": true}, {"work": "40ms"}"#);
    check(
        HUNDRED,
        &early,
        edge,
        &[("a", Resource::Workers, 1100), ("b", Resource::Workers, 1175)],
    );
    // Half of the calls fail after 7 ms, and then `a` does not work: 7 + 2 ms.
    let fails = services(r#"{"work": "7ms"}, {"fail": 0.5}"#);
    check(HUNDRED, &fails, edge, &[]);
    check(
        r#""arrivals": "poisson(120/s)""#,
        &fails,
        edge,
        &[("a", Resource::Workers, 1080)],
    );
}

#[test]
fn a_circle_of_calls_comes_to_its_limit() {
    // Each arrival calls again with p = 0.5: 2 arrivals of 6 ms for each that enters.
    let services = r#""a": {"loop": 1, "operations": {"default": [{"work": "6ms"}, {"choose": [{"p": 0.5, "do": [{"call": "a"}]}]}]}}"#;
    check(
        HUNDRED,
        services,
        r#", {"from": "a", "to": "a", "mode": "await"}"#,
        &[("a", Resource::Workers, 1200)],
    );
}

/// `a` publishes to a topic that `b` and `d` read, each in a group of its own.
fn topic(batch: Option<Batch>) -> Scenario {
    let edges = r#", {"from": "a", "to": "b"}, {"from": "a", "to": "d"}"#;
    let services = r#""a": {"threads": 8}, "b": {"threads": 1, "work": "15ms"}, "d": {"threads": 1, "work": "9ms"}"#;
    let mut scenario = scenario(HUNDRED, services, edges);
    let (a, topic) = (Caller::Service(ServiceId(0)), ChannelId(0));
    scenario.channels.push(Channel {
        name: "t".to_string(),
        kind: ChannelKind::Topic,
        partitions: 9,
        rules: ChannelRules::default(),
    });
    for edge in &mut scenario.edges[1..] {
        edge.from = Caller::Channel(topic);
    }
    scenario.edges[1].consume.batch = batch;
    scenario
        .edges
        .push(Edge::plain("a->t".to_string(), a, Callee::Channel(topic)));
    scenario.services[0].operations[0].steps = vec![Step::Call(EdgeId(3))];
    scenario
}

#[test]
fn messages_come_to_each_group_and_batches_are_one_span() {
    let batch = Batch {
        size: 2,
        linger: Duration::from_ms(1),
    };
    assert_eq!(found(&topic(None)), [("b".to_string(), Resource::Workers, 1500)]);
    assert_eq!(found(&topic(Some(batch))), []);
}

/// A hundred messages a second for `w` with 4 threads, and how many of them a run of 100 s has done.
fn consumer(load: &str, channel: &str, worker: &str, consumes: &str) -> (Scenario, u64) {
    let scenario = read(&format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "100s", "warmup": "0s"}},
        "clients": {{"c": {{{load}}}}}, "channels": {{"q": {{{channel}}}}}, "services": {{"w": {{{worker}}}}},
        "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "w"{consumes}}}]}}"#
    ));
    let mut meter = Meter::new(&scenario);
    let mut run = Run::new(&scenario, 1);
    let end = Instant::START + scenario.run.duration;
    while !run.advance_dyn(end, u64::MAX, &mut meter) {}
    let report = meter.report(&scenario, 1, end, run.events(), run.digest());
    let done = report.services.values().map(|service| service.completed).sum();
    (scenario, done)
}

#[test]
fn a_consumer_takes_no_more_than_its_partitions_and_its_prefetch_let_it() {
    use Resource::{Partitions, Prefetch, Workers};
    let four = r#""threads": 4, "work": "20ms""#;
    let edge = EdgeId(1);
    // One after the other: 50 a second at the most of the hundred; from two partitions all.
    let lack = |what: Resource, rho: Option<u64>| Vec::from_iter(rho.map(|rho| ("w".to_string(), what, rho)));
    for (partitions, rho, most) in [(1, Some(2000), 5_000), (2, Some(1000), 10_000), (3, None, 10_100)] {
        let topic = format!(r#""kind": "topic", "partitions": {partitions}"#);
        let (scenario, done) = consumer(HUNDRED, &topic, four, "");
        let expected = lack(Partitions(edge), rho);
        assert_eq!(found(&scenario), expected, "{partitions} partitions");
        assert!(done <= most, "{done} done with {partitions} partitions");
    }
    let queue = |delivery: u32| format!(r#""kind": "queue", "delivery": "{delivery}ms""#);
    for (delivery, consumes, rho, most) in [
        // 20 ms, one at a time.
        (0, r#", "prefetch": 1"#, Some(2000), 5_000),
        // And 5 ms each way, and 10 ms from the broker: 40 ms, three at a time.
        (10, r#", "prefetch": 3, "latency": "5ms""#, Some(1333), 7_500),
        (10, r#", "prefetch": 5, "latency": "5ms""#, None, 10_100),
        // By default as many as it has threads.
        (10, r#", "latency": "10ms""#, Some(1250), 8_000),
    ] {
        let (scenario, done) = consumer(HUNDRED, &queue(delivery), four, consumes);
        let expected = lack(Prefetch(edge), rho);
        assert_eq!(found(&scenario), expected, "{delivery} {consumes}");
        assert!(done <= most, "{done} done with {delivery} {consumes}");
        assert_eq!(rho.is_some(), done < 9_000, "{done} done with {delivery} {consumes}");
    }
    // The broker forgets a delivery before it is over; more than half of the messages never come.
    for (channel, consumes) in [
        (
            r#""kind": "queue", "ackTimeout": "10ms", "redelivery": "1s""#,
            r#", "prefetch": 1"#,
        ),
        (r#""kind": "topic", "ackTimeout": "10ms", "deliveries": 1"#, ""),
        (r#""kind": "queue""#, r#", "prefetch": 1, "loss": 0.6"#),
    ] {
        let (scenario, _) = consumer(HUNDRED, channel, four, consumes);
        assert_eq!(found(&scenario), [], "{channel} {consumes}");
    }
    // Most of all it lacks partitions.
    let (scenario, _) = consumer(HUNDRED, r#""kind": "topic", "delivery": "30ms""#, four, "");
    assert_eq!(found(&scenario), [("w".to_string(), Partitions(edge), 5000)]);
    // Batches of ten are one delivery, and ten messages.
    let batches = r#", "batch": {"size": 10, "linger": "1s"}, "prefetch": 20"#;
    let (scenario, _) = consumer(HUNDRED, r#""kind": "topic""#, four, batches);
    assert_eq!(found(&scenario), []);
    // Who lacks workers is told of those.
    let (scenario, _) = consumer(HUNDRED, r#""kind": "topic""#, r#""threads": 1, "work": "20ms""#, "");
    assert_eq!(found(&scenario), [("w".to_string(), Workers, 2000)]);
}

#[test]
fn a_consumer_that_lacks_partitions_is_told_so() {
    let (scenario, _) = consumer(HUNDRED, r#""kind": "topic""#, r#""threads": 4, "work": "20ms""#, "");
    let told: Vec<String> = overloads(&scenario).iter().map(|one| one.told(&scenario)).collect();
    assert_eq!(
        told,
        [
            "`w` can never keep up: 100/s × 20ms of delivery = 2 partitions of q->w, and there are 1 (ρ = 2.00); \
          what helps is more of them, or a shorter delivery, or fewer requests"
        ]
    );
}

#[test]
fn nothing_is_said_of_what_a_rate_lets_through() {
    let services = r#""a": {"threads": 1, "replicas": 2, "operations": {"default": [{"call": "b"}]}}, "b": {"threads": 1, "work": "15ms"}"#;
    let edge = |rate: &str| format!(r#", {{"from": "a", "to": "b", "mode": "oneway"{rate}}}"#);
    check(HUNDRED, services, &edge(""), &[("b", Resource::Workers, 1500)]);
    // Thirty of each of two replicas at the most.
    check(HUNDRED, services, &edge(r#", "rate": "30/s""#), &[]);
}

#[test]
fn who_waits_for_replies_overloads_nobody() {
    check(
        r#""users": 1000, "think": "1ms""#,
        r#""a": {"threads": 1, "work": "1s"}"#,
        "",
        &[],
    );
}

#[test]
fn a_call_is_waited_for_up_to_its_timeout_and_with_a_hedge_perhaps_not_at_all() {
    let services = r#""a": {"threads": 5, "operations": {"default": [{"work": "1ms"}, {"call": "b"}]}}, "b": {"threads": 999, "work": "1s"}"#;
    let edge =
        |key: &str| format!(r#", {{"from": "a", "to": "b", "mode": "sync", {key}, "fallback": {{"value": "x"}}}}"#);
    // 1 + 50 ms, a hundred times a second.
    let timeout = edge(r#""timeout": "50ms""#);
    check(HUNDRED, services, &timeout, &[("a", Resource::Workers, 1020)]);
    check(HUNDRED, services, &edge(r#""hedge": "10ms""#), &[]);
}

#[test]
fn equal_gaps_may_fill_a_worker_to_the_brim() {
    for load in [
        r#""arrivals": "constant(100/s)""#,
        r#""arrivals": "renewal(10ms)""#,
        r#""arrivals": {"burst": 10, "every": "100ms"}"#,
    ] {
        check(load, r#""a": {"threads": 1, "work": "10ms"}"#, "", &[]);
    }
    let more = &[("a", Resource::Workers, 1100)];
    check(
        r#""arrivals": "constant(100/s)""#,
        r#""a": {"threads": 1, "work": "11ms"}"#,
        "",
        more,
    );
}

#[test]
fn a_channel_that_blocks_takes_nothing_away() {
    let told = |channel: &str| {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "name": "block", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": "poisson(50/s)"}}}},
            "services": {{"w": {{"threads": 1, "work": "30ms"}}}}, "channels": {{"q": {{{channel}}}}},
            "edges": [{{"from": "c", "to": "q"}}, {{"from": "q", "to": "w"}}]}}"#
        );
        let scenario = read(&text);
        overloads(&scenario)[0].told(&scenario)
    };
    for (channel, loses) in [
        (r#""capacity": 10, "overflow": "block""#, false),
        (r#""capacity": 10, "overflow": "block", "retention": "1s""#, true),
        (r#""capacity": 10"#, true),
        ("", false),
    ] {
        assert_eq!(told(channel).contains("refused or given up"), loses, "{channel}");
        assert_eq!(told(channel).contains("can never keep up"), !loses, "{channel}");
    }
}

fn told(load: &str, service: &str) -> String {
    let scenario = scenario(load, &format!(r#""a": {{{service}}}"#), "");
    let told: Vec<String> = overloads(&scenario).iter().map(|one| one.told(&scenario)).collect();
    told.join("\n")
}

#[test]
fn a_reader_is_told_the_number_and_what_helps() {
    assert_eq!(
        told(r#""arrivals": "poisson(120/s)""#, r#""threads": 8, "work": "80ms""#),
        "`a` can never keep up: 120/s × 80ms of work = 9.6 workers, and there are 8 (ρ = 1.20); what helps is more \
         replicas or workers, or less work, or fewer requests"
    );
    let waits = told(
        r#""arrivals": "poisson(120/s)""#,
        r#""threads": 8, "operations": {"default": [{"work": "1ms"}, {"wait": "79ms"}]}"#,
    );
    assert!(waits.contains("120/s × 80ms of held worker = 9.6 workers"), "{waits}");
    assert!(
        waits.contains("calls that do not hold them (`await`, `queue`)"),
        "{waits}"
    );
    let full = told(
        r#""arrivals": "poisson(120/s)""#,
        r#""threads": 8, "backlog": 9, "work": "80ms""#,
    );
    assert!(full.starts_with("`a` is offered more than it can do: 120/s"), "{full}");
    assert!(
        full.contains("at least 16.7 % of that has to be refused or given up"),
        "{full}"
    );
}

#[test]
fn a_load_that_varies_is_weighed_for_ever_and_at_its_peak() {
    let told = |arrivals: Arrivals, stop: u64| {
        let mut scenario = scenario(HUNDRED, r#""a": {"threads": 1, "work": "9.99ms"}"#, "");
        (scenario.clients[0].load, scenario.clients[0].stop) = (Load::Open(arrivals), Instant(stop));
        let told = overloads(&scenario);
        told.first().map_or(String::new(), |one| one.told(&scenario))
    };
    let wave = |high| {
        let period = Duration::from_s(60);
        told(
            Arrivals::Wave {
                low: 10.0,
                high,
                period,
            },
            u64::MAX,
        )
    };
    assert!(wave(250.0).contains("can never keep up: 130/s"), "{}", wave(250.0));
    let peak = "cannot keep up while its load is highest: 150/s";
    assert!(wave(150.0).contains(peak), "{}", wave(150.0));
    assert_eq!(wave(90.0), "");
    let over = Duration::from_s(60);
    let ramp = |low, high| told(Arrivals::Ramp { low, high, over }, u64::MAX);
    assert!(
        ramp(10.0, 200.0).contains("can never keep up: 200/s"),
        "{}",
        ramp(10.0, 200.0)
    );
    assert!(ramp(200.0, 10.0).contains("highest: 200/s"), "{}", ramp(200.0, 10.0));
    let short = told(Arrivals::Poisson { gap_ns: 8e6 }, 30_000_000_000);
    assert!(short.contains("highest: 125/s"), "{short}");
}

#[test]
fn the_gallery_keeps_up() {
    for entry in gallery::ENTRIES {
        assert_eq!(found(&read(entry.text)), [], "{}", entry.id);
    }
}

#[test]
fn the_command_line_tells_before_and_after_a_run() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("over.json");
    let text = r#"{"format": "sync-or-swim/1", "run": {"duration": "10s"},
  "clients": {"c": {"arrivals": "poisson(100/s)"}},
  "services": {"a": {"threads": 2, "work": "exp(30ms)"}}, "edges": [{"from": "c", "to": "a"}]}"#;
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let swim = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_swim"))
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        output
    };
    let expected = "`a` can never keep up: 100/s × 30ms of work = 3 workers, and there are 2 (ρ = 1.50)";
    let told = String::from_utf8(swim(&["check", path]).stderr).unwrap();
    let place = format!("{path}:3:21: warning: services.a: {expected}");
    assert!(told.starts_with(&place), "{told}");
    for runs in ["1", "2"] {
        let report = swim(&["run", path, "--json", "--replications", runs]).stdout;
        let warnings = serde_json::from_slice::<serde_json::Value>(&report).unwrap()["warnings"].clone();
        let all: Vec<&str> = warnings
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one.as_str())
            .collect();
        assert!(
            all[0].contains("`c` have not settled at the end, after 10s"),
            "{warnings}"
        );
        assert!(all[all.len() - 1].starts_with(expected), "{warnings}");
    }
}
