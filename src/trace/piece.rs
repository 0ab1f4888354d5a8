//! A trace in pieces, so that who takes it up never holds still for long.
//!
//! ```text
//!            piece 1 │ piece 2 │ piece 3
//! requests   ▒▒▒▒▒▒▒▒│▒▒▒      │
//! spans      ▒▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒│▒▒▒▒          the same rows of each column
//! segments   ▒▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒
//! ```
//!
//! Law: the pieces of a trace, put together in their order, are the trace.

use super::record::Trace;
use serde::{Deserialize, Serialize};

/// How many rows each column of a trace has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizes {
    pub requests: u32,
    pub spans: u32,
    pub depths: u32,
    pub switches: u32,
    pub notes: u32,
    pub segments: u32,
}

impl Sizes {
    /// The rows of the longest column.
    pub fn most(&self) -> u32 {
        let columns = [self.spans, self.depths, self.switches, self.notes, self.segments];
        columns.into_iter().fold(self.requests, u32::max)
    }
}

impl Trace {
    /// How many rows it has, by column.
    pub fn sizes(&self) -> Sizes {
        Sizes {
            requests: self.requests.len() as u32,
            spans: self.spans.len() as u32,
            depths: self.depths.len() as u32,
            switches: self.switches.len() as u32,
            notes: self.notes.len() as u32,
            segments: self.segments.len() as u32,
        }
    }

    /// At most so many rows of each column, from row `at` on.
    pub fn piece(&self, at: usize, rows: usize) -> Trace {
        Trace {
            from: self.from,
            until: self.until,
            truncated: self.truncated,
            requests: part(&self.requests, at, rows),
            spans: part(&self.spans, at, rows),
            depths: part(&self.depths, at, rows),
            switches: part(&self.switches, at, rows),
            notes: part(&self.notes, at, rows),
            segments: part(&self.segments, at, rows),
        }
    }

    /// Puts the next piece behind the rows that are here.
    pub fn append(&mut self, mut piece: Trace) {
        self.requests.append(&mut piece.requests);
        self.spans.append(&mut piece.spans);
        self.depths.append(&mut piece.depths);
        self.switches.append(&mut piece.switches);
        self.notes.append(&mut piece.notes);
        self.segments.append(&mut piece.segments);
    }

    /// The same window without rows, with room for as many as are to come.
    pub fn with_room(&self, sizes: Sizes) -> Trace {
        Trace {
            requests: Vec::with_capacity(sizes.requests as usize),
            spans: Vec::with_capacity(sizes.spans as usize),
            depths: Vec::with_capacity(sizes.depths as usize),
            switches: Vec::with_capacity(sizes.switches as usize),
            notes: Vec::with_capacity(sizes.notes as usize),
            segments: Vec::with_capacity(sizes.segments as usize),
            ..*self
        }
    }
}

fn part<T: Copy>(column: &[T], at: usize, rows: usize) -> Vec<T> {
    let end = column.len().min(at + rows);
    column.get(at..end).unwrap_or_default().to_vec()
}
