//! What a run remembers is bounded by what lives at once, not by its length.

use super::auditor::Auditor;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::Scenario;
use sync_or_swim::time::Instant;

/// A system that can cope with its load, with everything that may be forgotten: late replies, losses, messages.
fn stable(seconds: u64) -> Scenario {
    let text = r#"{
        "format": "sync-or-swim/1", "name": "stable", "run": {"duration": "SECONDSs"},
        "clients": {"client": {"arrivals": "poisson(100/s)"}},
        "services": {
            "front": {"replicas": 2, "balance": "leastInFlight", "loop": 1, "backlog": 50, "operations": {"default": [
                {"work": "exp(1ms)"},
                {"parallel": [[{"call": "back.one"}], [{"call": "back.two"}]], "join": "any"},
                {"call": "back.later"}
            ]}},
            "back": {"replicas": 2, "balance": "leastInFlight", "threads": 4, "backlog": 50, "operations": {
                "one": [{"work": "exp(1ms)"}, {"fail": 0.1}],
                "two": [{"work": "exp(1ms)"}, {"fail": 0.1}],
                "later": [{"work": "exp(1ms)"}, {"fail": 0.1}]
            }}
        },
        "edges": [
            {"from": "client", "to": "front", "mode": "await", "loss": 0.01, "latency": "exp(1ms)", "timeout": "6ms"},
            {"from": "front", "to": "back.one", "mode": "await", "loss": 0.05, "latency": "exp(1ms)", "timeout": "6ms"},
            {"from": "front", "to": "back.two", "mode": "oneway", "latency": "exp(1ms)"},
            {"from": "front", "to": "back.later", "mode": "queue", "loss": 0.05, "latency": "exp(1ms)", "timeout": "6ms"}
        ]
    }"#;
    match sync_or_swim::scenario::text::parse(&text.replace("SECONDS", &seconds.to_string())) {
        Ok(parsed) => parsed.scenario,
        Err(problems) => panic!("{problems:?}"),
    }
}

#[test]
fn memory_does_not_grow_with_the_length_of_a_run() {
    let highest = |seconds| {
        let scenario = stable(seconds);
        let mut auditor = Auditor::new(&scenario);
        Run::new(&scenario, 1).advance(Instant::NEVER, u64::MAX, &mut auditor);
        assert!(auditor.finish().is_empty(), "{:?}", auditor.violations.first());
        auditor.highest_slot
    };
    let (short, long) = (highest(10), highest(200));
    println!("slots: {short} in 10 s, {long} in 200 s");
    assert!(long <= 2 * short + 8, "{short} slots in 10 s, {long} in 200 s");
}
