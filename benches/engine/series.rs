//! The times of one contestant, a round each.
//!
//! Law: the middle one stands for all, so that a round in which the machine was busy elsewhere changes little.

use crate::platform::Clock;
use std::fmt;

/// Times of equal rounds, and how many events each had.
#[derive(Default)]
pub struct Series {
    rounds: Vec<Clock>,
    events: f64,
}

impl Series {
    /// Adds a round of so many logical events.
    pub fn push(&mut self, time: Clock, events: f64) {
        self.rounds.push(time);
        self.events = events;
    }

    pub fn is_empty(&self) -> bool {
        self.rounds.is_empty()
    }

    /// The processor's nanoseconds per logical event.
    pub fn ns_per_event(&self) -> f64 {
        self.median(|round| round.cpu_ms) * 1e6 / self.events
    }

    /// How many times the other's time this one takes per event; behind it the range of that over the rounds, and what
    /// the shortest round of each says, which a busy machine disturbs least.
    pub fn over(&self, other: &Series) -> String {
        let per_event = |time: f64, series: &Series| time / series.events;
        let times = |ours, theirs| per_event(ours, self) / per_event(theirs, other);
        let rounds = self.rounds.iter().zip(&other.rounds);
        let mut ratios: Vec<f64> = rounds.map(|(ours, theirs)| times(ours.cpu_ms, theirs.cpu_ms)).collect();
        ratios.sort_by(f64::total_cmp);
        format!(
            "{:.2} ({:.2}–{:.2}, shortest {:.2})",
            self.ns_per_event() / other.ns_per_event(),
            ratios[0],
            ratios[ratios.len() - 1],
            times(self.shortest(), other.shortest()),
        )
    }

    /// The processor's milliseconds of the shortest round.
    fn shortest(&self) -> f64 {
        self.rounds
            .iter()
            .map(|round| round.cpu_ms)
            .fold(f64::INFINITY, f64::min)
    }

    fn median(&self, of: impl Fn(&Clock) -> f64) -> f64 {
        median(self.rounds.iter().map(of).collect())
    }
}

impl fmt::Display for Series {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall_ms = self.median(|round| round.wall_ms);
        let ns = self.ns_per_event();
        let cpu_ms = ns * self.events / 1e6;
        let wall = if wall_ms.is_nan() {
            "–".to_string()
        } else {
            format!("{wall_ms:.1}")
        };
        write!(line, "{cpu_ms:8.1}  {wall:>8}   {:18.1}   {ns:8.2}", 1e3 / ns)
    }
}

/// The middle value, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 {
        values[half]
    } else {
        (values[half - 1] + values[half]) / 2.0
    }
}
