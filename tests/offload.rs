//! Offload threads are a queue of their own beside the loop: against M/M/c, and with cores that both share.
#![cfg(not(target_arch = "wasm32"))]

use rayon::prelude::*;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::theory::Markov;
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

/// Requests at `rate` per second for a loop like this, with these steps.
fn reports(rate: u32, service: &str, steps: &str) -> Vec<Report> {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "name": "offload", "run": {{"warmup": "10s", "duration": "1010s"}},
        "clients": {{"c": {{"arrivals": "poisson({rate}/s)"}}}},
        "services": {{"api": {{{service}, "operations": {{"go": {steps}}}}}}},
        "edges": [{{"from": "c", "to": "api.go"}}]}}"#
    );
    (1..=20u64).into_par_iter().map(|seed| report(&text, seed)).collect()
}

/// The mean lies within 3.5 standard errors of what it must be, and within 2 %.
fn check(what: &str, reports: &[Report], figure: impl Fn(&Report) -> f64, exact: f64) {
    let values: Vec<f64> = reports.iter().map(figure).collect();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    println!("{what}: {mean:.5} ± {error:.5}, exact {exact:.5}");
    let near = (mean - exact).abs() < 3.5 * error + 1e-9 && (mean - exact).abs() <= 0.02 * exact.abs() + 1e-9;
    assert!(near, "{what}: {mean}, {exact}");
}

#[test]
fn offload_threads_are_a_queue_with_as_many_servers() {
    let theory = Markov::new(240.0, 100.0, 3).expect("it is stable");
    for (step, running) in [("work", 0.8), ("wait", 0.0)] {
        let steps = format!(r#"[{{"offload": [{{"{step}": "exp(10ms)"}}]}}]"#);
        let reports = reports(240, r#""loop": 1, "offload": 3"#, &steps);
        let of = |name: &'static str| move |report: &Report| report.services[name].clone();
        let (api, threads) = (of("api"), of("api/offload"));
        let mean = theory.mean_response() * 1e3;
        check(step, &reports, |r| r.clients["c"].response_ms.mean.unwrap_or(0.0), mean);
        check(step, &reports, |r| threads(r).response_ms.mean.unwrap_or(0.0), mean);
        check(step, &reports, |r| threads(r).backlog_mean, theory.mean_queue());
        check(step, &reports, |r| threads(r).utilization, 0.8);
        check(step, &reports, |r| threads(r).running_share, running);
        check(
            step,
            &reports,
            |r| threads(r).in_flight_mean,
            240.0 * theory.mean_response(),
        );
        // The loop itself has nothing to do, and waits for nobody.
        check(step, &reports, |r| api(r).idle_share, 1.0);
        assert!(reports.iter().all(|r| threads(r).arrivals == r.clients["c"].offered));
    }
}

/// Three threads on two shared cores: the number of jobs is that of M/M/2, and with three or more of them running one
/// third of the threads' time waits for a core.
#[test]
fn offload_threads_share_the_cores_of_their_replica() {
    let (rate, load) = (160.0, 1.6);
    let reports = reports(
        160,
        r#""loop": 1, "offload": 3, "cores": 2, "cpu": "ps""#,
        r#"[{"offload": [{"work": "exp(10ms)"}]}]"#,
    );
    let theory = Markov::new(rate, 100.0, 2).expect("it is stable");
    let none = (1.0 - load / 2.0) / (1.0 + load / 2.0);
    let beyond_two = 1.0 - none * (1.0 + load + load * load / 2.0);
    let threads = |report: &Report| report.services["api/offload"].clone();
    check(
        "response",
        &reports,
        |r| threads(r).response_ms.mean.unwrap_or(0.0),
        theory.mean_response() * 1e3,
    );
    check("running", &reports, |r| threads(r).running_share, load / 3.0);
    check("core wait", &reports, |r| threads(r).core_wait_share, beyond_two / 3.0);
    check("cores", &reports, |r| threads(r).core_utilization, load / 2.0);
    check(
        "all cores",
        &reports,
        |r| r.services["api"].core_utilization,
        load / 2.0,
    );
    check(
        "the loop waits for no core",
        &reports,
        |r| r.services["api"].core_wait_share,
        0.0,
    );
}

/// Work on the loop and work on a thread, at the same time on one core: each gets half of it, and says so.
#[test]
fn a_loop_and_its_threads_are_slowed_down_alike() {
    let text = r#"{"format": "sync-or-swim/1", "name": "both", "run": {"duration": "20ms"},
        "clients": {"a": {"arrivals": {"burst": 1, "every": "1s"}}, "b": {"arrivals": {"burst": 1, "every": "1s"}}},
        "services": {"api": {"loop": 1, "offload": 1, "cores": 1, "cpu": "ps", "operations": {
          "away": [{"offload": [{"work": "5ms"}]}], "here": [{"work": "5ms"}]}}},
        "edges": [{"from": "a", "to": "api.away"}, {"from": "b", "to": "api.here"}]}"#;
    let report = report(text, 1);
    for name in ["api", "api/offload"] {
        let service = &report.services[name];
        let shares = (service.running_share, service.core_wait_share, service.idle_share);
        assert_eq!(shares, (0.25, 0.25, 0.5), "{name}");
    }
    assert_eq!(report.clients["a"].response_ms.max, Some(10.0));
    assert_eq!(report.clients["b"].response_ms.max, Some(10.0));
}
