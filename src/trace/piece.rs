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

/// How many rows each column of a trace has: requests, spans, depths, switches, notes, segments.
pub type Sizes = [u32; 6];

impl Trace {
    /// How many rows it has, by column.
    pub fn sizes(&self) -> Sizes {
        let (requests, spans) = (self.requests.len(), self.spans.len());
        let (depths, switches) = (self.depths.len(), self.switches.len());
        let (notes, segments) = (self.notes.len(), self.segments.len());
        [requests, spans, depths, switches, notes, segments].map(|rows| rows as u32)
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
    pub fn with_room(&self, [requests, spans, depths, switches, notes, segments]: Sizes) -> Trace {
        Trace {
            requests: Vec::with_capacity(requests as usize),
            spans: Vec::with_capacity(spans as usize),
            depths: Vec::with_capacity(depths as usize),
            switches: Vec::with_capacity(switches as usize),
            notes: Vec::with_capacity(notes as usize),
            segments: Vec::with_capacity(segments as usize),
            ..*self
        }
    }
}

fn part<T: Copy>(column: &[T], at: usize, rows: usize) -> Vec<T> {
    let end = column.len().min(at + rows);
    column.get(at..end).unwrap_or_default().to_vec()
}
