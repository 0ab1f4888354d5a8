//! Another program that runs the same workloads, so that all can be timed by turns: a peer, or this bench as WebAssembly.
//!
//! ```text
//! command, with {id} in its place ─▶ a process of its own ─▶ a line a run: {… "calls":N … "loop_s":S … "bare_s":S …}
//! ```
//!
//! Law: only the time of its loop of events counts, as it says it itself; its first run does not, as ours does not.

use crate::platform::{self, Clock};
use crate::series::median;

/// How the program is started; `{id}` stands for the workload. Without a word there is no such rival.
#[derive(Default)]
pub struct Rival {
    pub command: Vec<String>,
}

/// What it said.
pub struct Said {
    pub calls: f64,
    pub measured: Clock,
    /// Without measuring; not a number where it never measures.
    pub bare: Clock,
    digest: String,
}

impl Rival {
    /// Starts it on a workload, if there is one: the medians of its runs after the first.
    pub fn run(&self, id: &str) -> Result<Option<Said>, String> {
        if self.command.is_empty() {
            return Ok(None);
        }
        let command: Vec<String> = self.command.iter().map(|word| word.replace("{id}", id)).collect();
        let said = platform::output(&command)?;
        let runs: Vec<&str> = said
            .lines()
            .filter(|line| number(line, "loop_s").is_some())
            .skip(1)
            .collect();
        let calls = runs.first().and_then(|line| number(line, "calls"));
        let calls = calls.ok_or_else(|| {
            format!(
                "{}: fewer than two runs of {id} in what it said: {said}",
                command.join(" ")
            )
        })?;
        let time = |key| {
            let seconds = runs.iter().map(|line| number(line, key).unwrap_or(f64::NAN));
            Clock::both(median(seconds.collect()) * 1e3)
        };
        Ok(Some(Said {
            calls,
            measured: time("loop_s"),
            bare: time("bare_s"),
            digest: word(runs[0], "digest").unwrap_or_default().to_string(),
        }))
    }
}

impl Said {
    /// An error unless all happened there as it did here.
    pub fn agrees_with(&self, digest: &str) -> Result<(), String> {
        if self.digest == digest {
            return Ok(());
        }
        Err(format!(
            "as WebAssembly the digest is {}, and natively {digest}",
            self.digest
        ))
    }
}

/// What a line of JSON has under this key.
fn word<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("\"{key}\":"))?;
    let word = rest.split([',', '}']).next()?;
    Some(word.trim().trim_matches('"'))
}

fn number(line: &str, key: &str) -> Option<f64> {
    word(line, key)?.parse().ok()
}
