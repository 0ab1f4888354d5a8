//! What a run says in words: each sentence where it is true, with the numbers of the report, and silence where nothing matters.
//!
//! ```text
//! scenario ─▶ Run + Meter ─▶ Report ─▶ insights ─▶ "orders waits 21.0 % of its worker time on payments …"
//! ```
#![cfg(not(target_arch = "wasm32"))]

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::insight::{causes, insights};
use sync_or_swim::metrics::{Meter, Report, figure};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Scenario, ServiceId, gallery};
use sync_or_swim::time::Instant;

/// A scenario with the report of its run.
struct Case(Scenario, Report);

impl Case {
    fn new(text: &str) -> Case {
        let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
        let (mut run, mut meter) = (Run::new(&scenario, scenario.seed), Meter::new(&scenario));
        assert!(run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter));
        let end = Instant::START + scenario.run.duration;
        let report = meter.report(&scenario, scenario.seed, end, run.events(), run.digest());
        Case(scenario, report)
    }

    fn checkout() -> String {
        gallery::entry("checkout").map(|entry| entry.text.to_string()).unwrap()
    }

    fn says(&self) -> Vec<String> {
        insights((&self.0, &self.1), None)
    }

    fn says_since(&self, before: &Case) -> Vec<String> {
        insights((&self.0, &self.1), Some((&before.0, &before.1)))
    }
}

/// A caller with so many threads in front of a callee that takes 50 ms, at 40 requests a second.
fn pair(threads: u32, more: &str, edge: &str) -> Case {
    Case::new(&format!(
        r#"{{"format": "sync-or-swim/1", "seed": 3, "run": {{"duration": "60s"}},
        "clients": {{"c": {{"arrivals": "poisson(40/s)"}}}},
        "services": {{"a": {{"threads": {threads}, {more} "operations": {{"go": [{{"call": "b"}}]}}}},
                      "b": {{"threads": 64, "work": "50ms"}}}},
        "edges": [{{"from": "c", "to": "a.go"}}, {{"from": "a", "to": "b", {edge}}}]}}"#
    ))
}

#[test]
fn who_is_blocked_is_named_with_the_edge_and_the_numbers_of_the_report() {
    let case = Case::new(&Case::checkout());
    let said = case.says();
    let report = &case.1;
    let [share, taken] = [
        report.edges["orders->payments.charge"].blocked_s / (16.0 * 115.0),
        report.edges["orders->payments.charge"].blocked_s / (16.0 * 115.0 * report.services["orders"].utilization),
    ];
    let seconds = report.edges["orders->payments.charge"].blocked_s.round() as u64;
    let expected = format!(
        "orders waits {} of its worker time on payments: {} worker-seconds, {} of the time that its workers are taken. \
         Flipping orders->payments.charge to await would free those workers.",
        figure::share(share),
        figure::count(seconds),
        figure::share(taken),
    );
    assert_eq!(said.first(), Some(&expected), "{said:#?}");
}

#[test]
fn a_flip_takes_the_sentence_away_and_tells_what_changed() {
    let text = Case::checkout();
    let flipped = text.replace(
        r#""to": "payments.charge", "mode": "sync""#,
        r#""to": "payments.charge", "mode": "await""#,
    );
    assert_ne!(text, flipped);
    let (before, now) = (Case::new(&text), Case::new(&flipped));
    let said = now.says_since(&before);
    assert!(said.iter().all(|words| !words.contains("on payments")), "{said:#?}");
    assert!(said[0].starts_with("Since the change: "), "{said:#?}");
    assert!(said[0].contains("worker time blocked "), "{said:#?}");
    assert_eq!(now.says_since(&now), now.says(), "nothing has changed");
}

#[test]
fn a_pool_that_starves_says_which_flip_would_free_it() {
    let case = pair(2, r#""backlog": 20,"#, r#""mode": "sync""#);
    let said = case.says();
    let rejected = case.1.services["a"].rejected;
    assert!(said[0].starts_with("a starves: its workers are taken "), "{said:#?}");
    assert!(said[0].contains(&(figure::count(rejected) + " of ")), "{said:#?}");
    assert!(
        said[0].ends_with("Flipping a->b to await would free those workers."),
        "{said:#?}"
    );
    assert_eq!(
        said.iter().filter(|words| words.starts_with("a ")).count(),
        1,
        "{said:#?}"
    );
}

#[test]
fn a_way_out_is_offered_only_where_there_is_one() {
    let said = Case::new(
        r#"{"format": "sync-or-swim/1", "run": {"duration": "30s"}, "clients": {"c": {"arrivals": "poisson(50/s)"}},
        "services": {"a": {"threads": 64, "operations": {"go": [{"call": "log"}]}}, "b": {"work": "1ms"}},
        "channels": {"log": {"kind": "queue", "ack": "50ms"}},
        "edges": [{"from": "c", "to": "a.go"}, {"from": "a", "to": "log"}, {"from": "log", "to": "b"}]}"#,
    )
    .says();
    assert!(
        said[0].contains("of its worker time on log") && !said[0].contains("Flipping"),
        "{said:#?}"
    );
}

#[test]
fn where_nobody_waits_nothing_is_said() {
    assert_eq!(pair(64, "", r#""mode": "await""#).says(), Vec::<String>::new());
}

#[test]
fn a_service_that_works_all_the_time_is_overloaded() {
    let case = Case::new(
        r#"{"format": "sync-or-swim/1", "run": {"duration": "30s"}, "clients": {"c": {"arrivals": "poisson(50/s)"}},
        "services": {"s": {"threads": 1, "work": "exp(40ms)"}}, "edges": [{"from": "c", "to": "s"}]}"#,
    );
    let said = case.says();
    assert!(
        said[0].starts_with("s is overloaded: its workers are taken "),
        "{said:#?}"
    );
    assert!(
        said[0].contains(&figure::mean(case.1.services["s"].backlog_mean)),
        "{said:#?}"
    );
}

#[test]
fn retries_dead_letters_and_a_channel_that_falls_behind_are_told() {
    let case = Case::new(
        r#"{"format": "sync-or-swim/1", "run": {"duration": "30s"}, "clients": {"c": {"arrivals": "poisson(50/s)"}},
        "services": {"a": {"operations": {"go": [{"call": "b.go"}, {"call": "slow"}, {"call": "bad.go"}]}},
            "b": {"operations": {"go": [{"work": "1ms"}, {"fail": 0.3}]}},
            "slow": {"threads": 1, "work": "100ms"},
            "bad": {"operations": {"go": [{"work": "1ms"}, {"fail": 0.5}]}}},
        "channels": {"dead": {"kind": "queue"}},
        "edges": [{"from": "c", "to": "a.go"},
            {"from": "a", "to": "b.go", "mode": "await", "retry": {"attempts": 5, "backoff": "constant(1ms)", "on": ["error"]}},
            {"from": "a", "to": "slow", "mode": "queue"},
            {"from": "a", "to": "bad.go", "mode": "queue", "channel": {"deliveries": 2, "deadLetter": "dead"}}]}"#,
    );
    let said = case.says();
    let edge = &case.1.edges["a->b.go"];
    let retried =
        figure::count(edge.retries) + " of " + &figure::count(edge.attempts) + " attempts over a->b.go are retries.";
    assert!(said.contains(&retried), "{said:#?}");
    let bad = &case.1.channels["a->bad.go"];
    let dead = figure::count(bad.dead_lettered) + " of " + &figure::count(bad.published);
    let dead = dead + " messages of a->bad.go became dead letters.";
    assert!(said.contains(&dead), "{said:#?}");
    assert!(
        said.iter().any(|words| words.starts_with("a->slow falls behind: ")),
        "{said:#?}"
    );
    assert!(said.len() <= 5, "{said:#?}");
}

#[test]
fn what_blocks_a_service_adds_up_to_its_blocked_share() {
    for entry in gallery::ENTRIES {
        let Case(scenario, report) = Case::new(entry.text);
        for (id, service) in (0..).map(ServiceId).zip(&scenario.services) {
            let causes = causes(&scenario, &report, id);
            let sum: f64 = causes.iter().map(|(share, _)| share).sum();
            let blocked = report.services[&service.name].blocked_share;
            // What would be printed as nothing is left out.
            let dropped = 0.0005 * (scenario.edges.len() + 1) as f64;
            assert!(
                (sum - blocked).abs() <= dropped,
                "{} of {}: {sum} {blocked}",
                service.name,
                entry.id
            );
            assert!(causes.windows(2).all(|pair| pair[0].0 >= pair[1].0), "{causes:?}");
        }
    }
}
