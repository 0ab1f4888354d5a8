//! A trace in pieces, so that who takes it up never holds still for long.
//!
//! ```text
//! requests ▒▒▒▒▒▒│▒▒▒▒ spans ▒▒│▒▒▒▒▒▒▒▒▒▒│▒▒ depths │ segments ▒▒▒▒│▒▒▒▒▒▒▒
//!          piece 1   piece 2     piece 3     …                            all of equal size
//! ```
//!
//! Law: the pieces of a trace, put together in their order, are the trace.

use super::record::Trace;

/// How many rows each column of a trace has: requests, spans, depths, segments.
pub type Sizes = [u32; 4];

impl Trace {
    /// How many rows it has, by column.
    pub fn sizes(&self) -> Sizes {
        let (requests, spans) = (self.requests.len(), self.spans.len());
        [requests, spans, self.depths.len(), self.segments.len()].map(|rows| rows as u32)
    }

    /// The rows from `at` on, at most so many, counted through all columns.
    pub fn piece(&self, at: usize, rows: usize) -> Trace {
        let mut cut = Cut { at, rows };
        Trace {
            from: self.from,
            until: self.until,
            truncated: self.truncated,
            requests: cut.part(&self.requests),
            spans: cut.part(&self.spans),
            depths: cut.part(&self.depths),
            segments: cut.part(&self.segments),
        }
    }

    /// Puts the next piece behind the rows that are here.
    pub fn append(&mut self, mut piece: Trace) {
        self.requests.append(&mut piece.requests);
        self.spans.append(&mut piece.spans);
        self.depths.append(&mut piece.depths);
        self.segments.append(&mut piece.segments);
    }

    /// The same window without rows, with room for as many as are to come.
    pub fn with_room(&self, [requests, spans, depths, segments]: Sizes) -> Trace {
        Trace {
            requests: Vec::with_capacity(requests as usize),
            spans: Vec::with_capacity(spans as usize),
            depths: Vec::with_capacity(depths as usize),
            segments: Vec::with_capacity(segments as usize),
            ..*self
        }
    }
}

/// Which rows are still to be taken, counted from the column that comes next.
struct Cut {
    at: usize,
    rows: usize,
}

impl Cut {
    fn part<T: Copy>(&mut self, column: &[T]) -> Vec<T> {
        let from = self.at.min(column.len());
        let until = (from + self.rows).min(column.len());
        self.at -= from;
        self.rows -= until - from;
        column[from..until].to_vec()
    }
}
