//! How far copies lag behind their owner, and how many reads are stale, against figures worked out by hand.
//!
//! ```text
//! owner   put: work, write, call ─▶ copy   take: work, apply        sync: before the owner answers
//! reader  look: read ─────────────▶ copy                            queue, oneway: some time after
//! ```
#![cfg(not(target_arch = "wasm32"))]

use rayon::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::time::Instant;

fn report(text: &str, seed: u64) -> Report {
    let scenario = parse(text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
    let mut meter = Meter::new(&scenario);
    let mut run = Run::new(&scenario, seed);
    assert!(run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter));
    assert_eq!(run.warning(), None);
    let end = Instant::START + scenario.run.duration;
    meter.report(&scenario, seed, end, run.events(), run.digest())
}

/// A write every 100 ms that takes 5 ms; the copy is 2 ms away and needs 3 ms. Reads every 100 ms, `look_ms` after the
/// write.
fn pair(mode: &str, look_ms: u64) -> Report {
    report(
        &format!(
            r#"{{"format": "sync-or-swim/1", "name": "pair", "run": {{"duration": "2s"}},
            "clients": {{"c": {{"arrivals": "constant(10/s)"}}, "r": {{"arrivals": "constant(10/s)"}}}},
            "services": {{
              "owner": {{"operations": {{"put": [{{"work": "5ms"}}, {{"write": "x"}}, {{"call": "copy.take"}}]}}}},
              "copy": {{"operations": {{"take": [{{"work": "3ms"}}, {{"apply": "x"}}],
                                        "look": [{{"work": "{look_ms}ms"}}, {{"read": "x"}}]}}}}}},
            "edges": [{{"from": "c", "to": "owner.put"}}, {{"from": "r", "to": "copy.look"}},
                      {{"from": "owner", "to": "copy.take", "mode": "{mode}", "latency": "2ms"}}]}}"#
        ),
        1,
    )
}

/// What is known of `x`: versions that came to the copy, the least and greatest lag, reads, stale reads; and how long
/// a write takes.
fn figures(report: &Report) -> (u64, Option<f64>, Option<f64>, u64, u64, Option<f64>) {
    let key = &report.keys["x"];
    let (mean, max) = (key.lag_ms.mean, key.lag_ms.max);
    let response = report.clients["c"].response_ms.max;
    (key.lag_ms.count, mean, max, key.reads, key.stale_reads, response)
}

#[test]
fn lag_is_the_way_to_the_copy_and_its_work() {
    // Work of 5 ms, then 2 ms there, 3 ms of work, and 2 ms back if it is a call that is waited for.
    for (mode, response) in [("sync", 12.0), ("await", 12.0), ("oneway", 5.0), ("queue", 9.0)] {
        let expected = (19, Some(5.0), Some(5.0), 19, 0, Some(response));
        assert_eq!(figures(&pair(mode, 11)), expected, "{mode}");
    }
}

#[test]
fn a_read_is_stale_from_the_write_until_the_copy_has_it() {
    // Written after 5 ms, there after 10 ms; what happens at one instant goes by its order.
    let stale = |look_ms| pair("queue", look_ms).keys["x"].stale_reads;
    assert_eq!([4, 6, 9, 11].map(stale), [0, 19, 19, 0]);
    // The owner answers its caller only when the copy has it: what a client has been told is never stale.
    assert_eq!(pair("sync", 13).keys["x"].stale_reads, 0);
}

/// Writes at `rate` per second that come to the copy after an exponential time of 20 ms, each on its own; reads at
/// 100/s. The means over twenty seeds of stale reads per read, versions that came to the copy per write, and lag.
fn lagging(rate: u32, of: &str) -> [Vec<f64>; 3] {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "name": "lag", "run": {{"warmup": "1s", "duration": "1001s"}},
        "clients": {{"w": {{"arrivals": "poisson({rate}/s)"}}, "r": {{"arrivals": "poisson(100/s)"}}}},
        "services": {{
          "owner": {{"operations": {{"put": [{{"write": "x"{of}}}, {{"call": "copy.take"}}]}}}},
          "copy": {{"threads": 100000, "operations": {{
            "take": [{{"wait": "exp(20ms)"}}, {{"apply": "x"}}], "look": [{{"read": "x"}}]}}}}}},
        "edges": [{{"from": "w", "to": "owner.put"}}, {{"from": "r", "to": "copy.look"}},
                  {{"from": "owner", "to": "copy.take", "mode": "oneway"}}]}}"#
    );
    let reports: Vec<Report> = (1..=20u64).into_par_iter().map(|seed| report(&text, seed)).collect();
    let each = |figure: fn(&Report) -> f64| reports.iter().map(figure).collect();
    [
        each(|report| report.keys["x"].stale_reads as f64 / report.keys["x"].reads as f64),
        each(|report| report.keys["x"].lag_ms.count as f64 / report.clients["w"].offered as f64),
        each(|report| report.keys["x"].lag_ms.mean.unwrap_or(0.0)),
    ]
}

/// The mean lies within 3.5 standard errors of what it must be, and within 1 %.
fn check(what: &str, values: &[f64], exact: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    println!("{what}: {mean:.5} ± {error:.5}, exact {exact:.5}");
    assert!(
        (mean - exact).abs() < 3.5 * error && (mean / exact - 1.0).abs() < 0.01,
        "{what}: {mean}, {exact}"
    );
}

/// The last write is Exp(λ) old and takes Exp(μ) to come to the copy: a read is stale with probability λ / (λ + μ).
#[test]
fn reads_are_as_stale_as_the_race_between_write_and_copy_says() {
    for (rate, exact) in [(25, 1.0 / 3.0), (50, 0.5), (100, 2.0 / 3.0)] {
        let [stale, ..] = lagging(rate, "");
        check("stale reads", &stale, exact);
    }
}

/// With λ = μ a version that takes t is overtaken by none with probability exp(1 − μt − e^−μt); over t ~ Exp(μ) that
/// is the integral of u e^(1−u) from 0 to 1: e − 2.
#[test]
fn a_version_that_is_overtaken_does_not_come_to_the_copy() {
    let [_, applied, _] = lagging(50, "");
    check("versions applied", &applied, std::f64::consts::E - 2.0);
}

/// With a million instances hardly any write meets another one of the same.
#[test]
fn instances_lag_and_are_stale_each_on_its_own() {
    let [_, applied, lag] = lagging(50, r#", "of": "customer", "keys": 1000000"#);
    assert!(
        applied.iter().all(|share| *share > 0.9999 && *share <= 1.0),
        "{applied:?}"
    );
    check("lag", &lag, 20.0);
    // An instance of the request's own is read by nobody else.
    let [stale, applied, lag] = lagging(50, r#", "of": "order""#);
    assert!(
        applied.iter().all(|share| *share > 0.9999 && *share <= 1.0),
        "{applied:?}"
    );
    check("lag", &lag, 20.0);
    assert!(stale.iter().all(|share| *share == 0.0));
}
