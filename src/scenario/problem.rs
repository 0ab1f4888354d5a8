//! A person's mistake as a value: where it is, what it is, and what would be right.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whether a text can be run in spite of the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    Error,
    Warning,
}

/// One mistake in a scenario's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `services.orders.threads`, `edges[2].mode`; empty for the text as a whole.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The offending text.
    pub offence: String,
    pub message: String,
    /// What would be right.
    pub fix: String,
    pub severity: Severity,
}

impl Problem {
    /// An error of a text as a whole.
    pub fn of_all(message: String, fix: &str) -> Problem {
        Problem {
            path: String::new(),
            line: 1,
            column: 1,
            offence: String::new(),
            message,
            fix: fix.to_string(),
            severity: Severity::Error,
        }
    }
}

impl fmt::Display for Problem {
    /// `12:7 edges[2].mode: … ; …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ", self.line, self.column)?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        if !self.fix.is_empty() {
            write!(f, "; {}", self.fix)?;
        }
        Ok(())
    }
}

/// The candidate that is spelt most like `word`, if any is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + word.chars().count() / 3;
    let distances = candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// Levenshtein's distance (1966), capital letters aside.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + (ca != *cb) as usize;
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_only_if_it_is_near() {
        let keys = ["latency", "timeout", "weight"];
        assert_eq!(nearest("latancy", keys), Some("latency"));
        assert_eq!(nearest("timeOut", keys), Some("timeout"));
        assert_eq!(nearest("colour", keys), None);
    }
}
