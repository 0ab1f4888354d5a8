//! Stations whose steady state is known exactly, and the engine's means over twenty seeds.
//!
//! ```text
//! queue    c ─▶ s                         M/M/1 at ρ = 0.8, M/M/4 at ρ = 0.9
//! chain    c ─▶ s0 ─▶ s1 ─▶ … s4          sync, pools that never fill: nobody waits
//! closed   users ⇄ front ─▶ a, front ─▶ b sync from a pool that never fills: two stations and a delay
//! ```
//!
//! Law: every figure lies within 3.3 standard errors of the exact one (a sound engine misses a figure once in 270
//! times; the seeds are fixed, so it is once and for all), and within 2 %.

use super::case::{figure, report};
use super::sample::Sample;
use rayon::prelude::*;
use serde_json::Value;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::theory::{self, Chain, Closed, Markov};

const SEEDS: std::ops::RangeInclusive<u64> = 1..=20;
/// Standard errors.
const Z: f64 = 3.3;
const ERROR: f64 = 0.02;
/// How far Little's law may be off in one run, by those who are inside when the window opens and closes.
const LITTLE: f64 = 0.001;

/// A scenario and exact values of figures of its report.
pub struct Station {
    name: &'static str,
    text: String,
    exact: Vec<(String, f64)>,
    /// Services of which mean number inside = rate × mean response.
    little: Vec<&'static str>,
}

pub fn all() -> [Station; 4] {
    [
        queue("M/M/1", 0.8, 1, "750000s"),
        queue("M/M/4", 3.6, 4, "300000s"),
        chain(),
        closed(),
    ]
}

fn text(run: &str, clients: &str, services: &str, edges: &[(&str, &str)]) -> String {
    let edges: Vec<String> = edges
        .iter()
        .map(|(from, to)| format!(r#"{{"from": "{from}", "to": "{to}", "mode": "sync"}}"#))
        .collect();
    format!(
        r#"{{"format": "sync-or-swim/1", "name": "station", "run": {run}, "clients": {clients},
            "services": {services}, "edges": [{}]}}"#,
        edges.join(", ")
    )
}

fn exact(figures: &[(&str, f64)]) -> Vec<(String, f64)> {
    figures.iter().map(|(path, value)| (path.to_string(), *value)).collect()
}

/// An open queue with works of a second.
fn queue(name: &'static str, rate: f64, servers: u32, duration: &str) -> Station {
    let theory = Markov::new(rate, 1.0, servers).expect("it is stable");
    let response = theory.mean_response() * 1e3;
    Station {
        name,
        text: text(
            &format!(r#"{{"warmup": "1000s", "duration": "{duration}"}}"#),
            &format!(r#"{{"c": {{"arrivals": "poisson({rate}/s)"}}}}"#),
            &format!(r#"{{"s": {{"threads": {servers}, "work": "exp(1s)"}}}}"#),
            &[("c", "s")],
        ),
        exact: exact(&[
            ("clients/c/responseMs/mean", response),
            ("services/s/responseMs/mean", response),
            ("clients/c/throughputPerS", rate),
            ("services/s/utilization", theory.utilization()),
            ("services/s/backlogMean", theory.mean_queue()),
            ("services/s/inFlightMean", rate * theory.mean_response()),
        ]),
        little: vec!["s"],
    }
}

/// Five services with 64 threads each, a fifth of a millisecond of load on each of them per millisecond.
fn chain() -> Station {
    const CALLS: u32 = 5;
    let names: Vec<String> = (0..CALLS).map(|i| format!("s{i}")).collect();
    let services: Vec<String> = names
        .iter()
        .map(|name| format!(r#""{name}": {{"threads": 64, "work": "exp(2ms)"}}"#))
        .collect();
    let path: Vec<&str> = std::iter::once("c").chain(names.iter().map(String::as_str)).collect();
    let edges: Vec<(&str, &str)> = path.windows(2).map(|pair| (pair[0], pair[1])).collect();
    let (rate, total) = (200.0, Chain::new(CALLS, 2.0).mean_response());
    Station {
        name: "chain of 5",
        text: text(
            r#"{"warmup": "1s", "duration": "600s"}"#,
            r#"{"c": {"arrivals": "poisson(200/s)"}}"#,
            &format!("{{{}}}", services.join(", ")),
            &edges,
        ),
        exact: exact(&[
            ("clients/c/responseMs/mean", total),
            ("services/s1/responseMs/mean", total - 2.0),
            ("services/s4/responseMs/mean", 2.0),
            ("services/s0/inFlightMean", rate * total / 1e3),
            ("services/s0/utilization", rate * total / 1e3 / 64.0),
            ("services/s0/blockedShare", rate * (total - 2.0) / 1e3 / 64.0),
            ("services/s4/runningShare", rate * 2.0 / 1e3 / 64.0),
            ("services/s0/backlogMean", 0.0),
            ("services/s4/backlogMean", 0.0),
        ]),
        little: vec!["s0", "s2", "s4"],
    }
}

/// Thirty users; a front with a thread for each of them holds it during its calls, and that is all that it does.
fn closed() -> Station {
    const USERS: u32 = 30;
    let station = |demand, servers| theory::Station { demand, servers };
    let stations = vec![station(0.02, 1), station(0.05, 2)];
    let steady = Closed { think: 1.0, stations }.steady(USERS);
    let held = steady.throughput * steady.response;
    Station {
        name: "closed network",
        text: text(
            r#"{"warmup": "50s", "duration": "4050s"}"#,
            r#"{"c": {"users": 30, "think": "exp(1s)"}}"#,
            r#"{"front": {"threads": 30, "operations": {"get": [{"call": "a"}, {"call": "b"}]}},
                "a": {"threads": 1, "work": "exp(20ms)"}, "b": {"threads": 2, "work": "exp(50ms)"}}"#,
            &[("c", "front.get"), ("front", "a"), ("front", "b")],
        ),
        exact: exact(&[
            ("clients/c/responseMs/mean", steady.response * 1e3),
            ("clients/c/throughputPerS", steady.throughput),
            ("services/a/utilization", steady.utilization[0]),
            ("services/b/utilization", steady.utilization[1]),
            ("services/a/inFlightMean", steady.users[0]),
            ("services/b/inFlightMean", steady.users[1]),
            ("services/front/blockedShare", held / USERS as f64),
            ("services/front/runningShare", 0.0),
            ("services/front/backlogMean", 0.0),
        ]),
        little: vec!["front", "a", "b"],
    }
}

impl Station {
    /// Runs all seeds and prints the table; how many figures are wrong.
    pub fn check(&self) -> usize {
        let scenario = match parse(&self.text) {
            Ok(parsed) => parsed.scenario,
            Err(problems) => panic!("{}: {problems:?}", self.name),
        };
        let window_s = (scenario.run.duration.0 - scenario.run.warmup.0) as f64 / 1e9;
        let reports: Vec<Value> = SEEDS.into_par_iter().map(|seed| report(&scenario, seed)).collect();
        let wrong = self
            .exact
            .iter()
            .filter(|(path, value)| !self.holds(&reports, path, *value));
        let unlike = self
            .little
            .iter()
            .filter(|service| !self.obeys_little(&reports, service, window_s));
        wrong.count() + unlike.count()
    }

    fn holds(&self, reports: &[Value], path: &str, exact: f64) -> bool {
        let keys: Vec<String> = path.split('/').map(String::from).collect();
        let sample = Sample::new(reports.iter().map(|report| figure(report, &keys)));
        let (z, error) = (sample.z(exact), sample.error(exact));
        let holds = if exact == 0.0 {
            sample.mean == 0.0
        } else {
            z.abs() < Z && error < ERROR
        };
        println!(
            "{} {:15} {path:28} {exact:>11.5} {:>11.5} {:>6.3} % ± {:.3} % z {z:>5.2}",
            if holds { "ok  " } else { "MISS" },
            self.name,
            sample.mean,
            error * 100.0,
            sample.error(sample.mean + sample.standard_error) * 100.0,
        );
        holds
    }

    /// Whether in every run the mean number inside is the rate of arrivals times the mean time inside.
    fn obeys_little(&self, reports: &[Value], service: &str, window_s: f64) -> bool {
        let path = |keys: &[&str]| keys.iter().map(|key| key.to_string()).collect::<Vec<_>>();
        let worst = reports
            .iter()
            .map(|report| {
                let inside = figure(report, &path(&["services", service, "inFlightMean"]));
                let rate = figure(report, &path(&["services", service, "arrivals"])) / window_s;
                let response_s = figure(report, &path(&["services", service, "responseMs", "mean"])) / 1e3;
                (inside / (rate * response_s) - 1.0).abs()
            })
            .fold(0.0, f64::max);
        println!(
            "     {:15} Little's law of {service}: off by {:.4} % at most",
            self.name,
            worst * 100.0
        );
        worst < LITTLE
    }
}
