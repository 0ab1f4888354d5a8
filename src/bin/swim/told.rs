//! One request of a run, by itself: in words, or for who draws or exports it.
//!
//! ```text
//! run ─Meter▶ which one ─run again, Recorder▶ excerpt ─▶ story
//! ```
//!
//! Law: the request is told with everything that it caused, or as far as the run goes.

use super::experiment::{self, SLICE};
use sync_or_swim::engine::Run;
use sync_or_swim::picture::story::{story, title};
use sync_or_swim::scenario::{ClientId, Scenario};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Observer, Request, RequestRow, Trace, excerpt};

/// Which request is wanted.
#[derive(Clone, Copy)]
pub enum Wanted<'a> {
    /// The so manieth, from 1.
    Slowest(u64),
    Failed(u64),
    /// By client and number.
    Named(&'a str, u64),
}

/// A request by itself. The error says which requests there are.
pub fn request(scenario: &Scenario, seed: u64, wanted: Wanted) -> Result<Trace, String> {
    match wanted {
        Wanted::Slowest(rank) => ranked(scenario, seed, false, rank),
        Wanted::Failed(rank) => ranked(scenario, seed, true, rank),
        Wanted::Named(name, number) => {
            let client = scenario
                .clients
                .iter()
                .position(|client| client.name == name)
                .ok_or_else(|| {
                    let names: Vec<&str> = scenario.clients.iter().map(|client| client.name.as_str()).collect();
                    format!("there is no client `{name}`; there is {}", names.join(", "))
                })?;
            let client = ClientId(client as u32);
            let from = offered(scenario, seed, client, number).map_err(|last| {
                let last = last.map_or("none at all".to_string(), |last| format!("the last is {last}"));
                format!("the run has no request {number} of `{name}`; {last}")
            })?;
            let is_it = move |row: &RequestRow| (row.client, row.number, row.offered) == (client, number, from);
            let told = record(scenario, seed, from, &is_it);
            told.ok_or_else(|| "the request cannot be recorded".to_string())
        }
    }
}

/// The story of a request, a sentence a line.
pub fn in_words(scenario: &Scenario, trace: &Trace) -> String {
    let sentences = (1..).zip(story(scenario, trace));
    let lines = sentences.map(|(number, sentence)| format!("{number}. {}\n", sentence.text));
    format!("{}\n{}", title(scenario, trace), lines.collect::<String>())
}

fn ranked(scenario: &Scenario, seed: u64, failed: bool, rank: u64) -> Result<Trace, String> {
    let ranking = experiment::report(scenario, seed).ranking;
    let has_failed = !ranking.failed.is_empty();
    let (list, what) = match failed {
        true => (ranking.failed, "failed"),
        false => (ranking.slowest, "had a reply"),
    };
    let Some(notable) = list.get(rank as usize - 1) else {
        return Err(match list.len() {
            0 => format!(
                "no request {what} after the warm-up{}",
                if failed || !has_failed {
                    ""
                } else {
                    "; --failed tells one that failed"
                }
            ),
            1 => format!("--rank {rank}: only one request {what} after the warm-up"),
            count => format!("--rank {rank}: only {count} requests {what} after the warm-up"),
        });
    };
    let it = (notable.client, notable.number, notable.offered);
    let is_it = |row: &RequestRow| (row.client, row.number, row.offered) == it;
    let told = record(scenario, seed, notable.offered, &is_it);
    told.ok_or_else(|| "the request cannot be recorded".to_string())
}

/// Looks for a request of a client.
struct Finder {
    client: ClientId,
    number: u64,
    found: Option<Instant>,
    /// The highest number so far.
    last: Option<u64>,
}

impl Observer for Finder {
    fn offered(&mut self, now: Instant, request: Request) {
        if request.client == self.client {
            self.last = self.last.max(Some(request.number));
            if request.number == self.number && self.found.is_none() {
                self.found = Some(now);
            }
        }
    }
}

/// When a client offers its request of this number: of several users the first that does. Or the number of its last one.
fn offered(scenario: &Scenario, seed: u64, client: ClientId, number: u64) -> Result<Instant, Option<u64>> {
    let mut finder = Finder {
        client,
        number,
        found: None,
        last: None,
    };
    let mut run = Run::new(scenario, seed);
    while finder.found.is_none() && !run.advance_dyn(Instant::NEVER, SLICE, &mut finder) {}
    finder.found.ok_or(finder.last)
}

/// Records from an instant on until a request and all that it caused are over.
fn record(scenario: &Scenario, seed: u64, from: Instant, is_it: &dyn Fn(&RequestRow) -> bool) -> Option<Trace> {
    let is_over = |row: &RequestRow| is_it(row) && row.completed != Instant::NEVER;
    let trace = experiment::record(scenario, seed, [from, Instant::NEVER], |rows| rows.iter().any(is_over));
    let row = trace.requests.iter().position(is_it)?;
    excerpt(&trace, row as u32)
}
