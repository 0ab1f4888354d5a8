//! A scenario, its runs with several seeds, and what a figure of them is and is not.

use super::run;
use super::sample::Sample;
use rayon::prelude::*;
use sync_or_swim::metrics::{Report, Summary};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Callee, Caller, Channel, ChannelId, ChannelKind, ChannelRules, Consume, Edge, Scenario};
use sync_or_swim::theory::Markov;

/// Standard errors.
pub const Z: f64 = 3.3;
pub const ERROR: f64 = 0.02;

/// A scenario of this length.
pub fn scenario(duration: &str, parts: &str) -> Scenario {
    let run = format!(r#""run": {{"warmup": "10s", "duration": "{duration}"}}"#);
    let text = format!(r#"{{"format": "sync-or-swim/1", "name": "reading", {run}, {parts}}}"#);
    parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario
}

/// Its reports with the seeds from 1 on.
pub fn reports(seeds: u64, scenario: &Scenario) -> Vec<Report> {
    (1..=seeds)
        .into_par_iter()
        .map(|seed| run::report(scenario, seed))
        .collect()
}

/// The scenario in which the client's last edge leads into a queue `q`, from which its service consumes like this.
pub fn through_a_queue(mut scenario: Scenario, rules: ChannelRules, loss: f64, consume: Consume) -> Scenario {
    let queue = ChannelId(0);
    let last = scenario.edges.len() - 1;
    let to = std::mem::replace(&mut scenario.edges[last].to, Callee::Channel(queue));
    scenario.edges.push(Edge {
        loss,
        consume,
        ..Edge::plain("q->s".to_string(), Caller::Channel(queue), to)
    });
    scenario.channels = vec![Channel {
        name: "q".to_string(),
        kind: ChannelKind::Queue,
        partitions: 1,
        rules,
    }];
    scenario
}

/// A figure is this number, and what another reading would give is not.
pub fn check(name: &str, reports: &[Report], of: impl Fn(&Report) -> f64, exact: f64, other: f64) {
    let sample = Sample::new(reports.iter().map(of));
    let (z, error) = (sample.z(exact), sample.error(exact));
    println!(
        "{name}: {:.5} ± {:.5}, exact {exact:.5}, z {z:.2}; otherwise {other:.5}",
        sample.mean, sample.standard_error
    );
    assert!(
        z.abs() < Z && error < ERROR,
        "{name}: {} instead of {exact}, z {z}",
        sample.mean
    );
    assert!(
        sample.z(other).abs() > 2.0 * Z,
        "{name}: {} might be {other} as well",
        sample.mean
    );
}

pub fn mean(summary: &Summary) -> f64 {
    summary.mean.unwrap_or(f64::NAN)
}

/// The mean response time, in milliseconds, of works with this mean by so many workers.
pub fn waiting_line(rate: f64, work_ms: f64, workers: u32) -> Markov {
    Markov::new(rate / 1e3, 1.0 / work_ms, workers).expect("it is stable")
}
