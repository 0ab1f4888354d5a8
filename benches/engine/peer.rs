//! Another simulator that runs the same workloads, so that both can be timed by turns.
//!
//! ```text
//! command, with {id} in its place ─▶ a process of its own ─▶ a line a run: {… "calls":N … "loop_s":S …}
//! ```
//!
//! Law: only the time of its loop of events counts, as it says it itself; its first run does not, as ours does not.

use crate::platform::{self, Clock};
use crate::series::median;

/// How the peer is started; `{id}` stands for the workload.
pub struct Peer {
    pub command: Vec<String>,
}

/// What the peer said.
pub struct Run {
    pub time: Clock,
    pub calls: f64,
}

impl Peer {
    /// Starts it on a workload: the median of its runs after the first.
    pub fn run(&self, id: &str) -> Result<Run, String> {
        let command: Vec<String> = self.command.iter().map(|word| word.replace("{id}", id)).collect();
        let said = platform::output(&command)?;
        let runs: Vec<(f64, f64)> = said
            .lines()
            .filter_map(|line| Some((number(line, "loop_s")?, number(line, "calls")?)))
            .skip(1)
            .collect();
        let Some(&(_, calls)) = runs.first() else {
            return Err(format!(
                "{}: fewer than two runs of {id} in what it said: {said}",
                command.join(" ")
            ));
        };
        let ms = median(runs.iter().map(|(loop_s, _)| loop_s * 1e3).collect());
        let time = Clock {
            wall_ms: ms,
            cpu_ms: ms,
        };
        Ok(Run { time, calls })
    }
}

/// The number that a line of JSON has under this key.
fn number(line: &str, key: &str) -> Option<f64> {
    let (_, rest) = line.split_once(&format!("\"{key}\":"))?;
    rest.split([',', '}']).next()?.trim().parse().ok()
}
