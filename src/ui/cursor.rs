//! A reader's place among the segments of the lanes, and the ways to the next.
//!
//! ```text
//!        lane above  ────████──▲─────
//!   ◀ before ── ███ ─ [here] ─ ███ ── next ▶
//!        lane below  ──████────▼─────
//! ```
//!
//! Law: a move leads to a segment that is there, or nowhere.

use crate::time::Instant;
use crate::trace::{Segment, Trace};

/// A move among segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Next,
    Before,
    Above,
    Below,
}

/// The row of the segment to which a move from row `here` leads.
pub fn go(trace: &Trace, here: usize, to: Move) -> Option<usize> {
    let segment = trace.segments.get(here)?;
    let beside = |row: usize| {
        trace
            .segments
            .get(row)
            .filter(|other| other.lane == segment.lane)
            .map(|_| row)
    };
    match to {
        Move::Next => beside(here + 1),
        Move::Before => beside(here.checked_sub(1)?),
        Move::Below => {
            let row = trace.segments.partition_point(|other| other.lane <= segment.lane);
            nearest(trace, trace.segments.get(row)?.lane, segment.start)
        }
        Move::Above => {
            let row = trace.segments.partition_point(|other| other.lane < segment.lane);
            nearest(trace, trace.segments.get(row.checked_sub(1)?)?.lane, segment.start)
        }
    }
}

/// The row of the segment that goes on at `at` on a lane, or else begins last before it, or first after it.
pub fn nearest(trace: &Trace, lane: u32, at: Instant) -> Option<usize> {
    let of_lane = |row: &usize| trace.segments.get(*row).is_some_and(|segment| segment.lane == lane);
    let after = trace
        .segments
        .partition_point(|segment| (segment.lane, segment.start) <= (lane, at));
    after
        .checked_sub(1)
        .filter(of_lane)
        .or_else(|| Some(after).filter(of_lane))
}

/// The row of a segment that a reader begins with: the first that goes on at `at`, or else any.
pub fn first(trace: &Trace, at: Instant) -> Option<usize> {
    let goes_on = |segment: &Segment| segment.start <= at && at < segment.end;
    let found = trace.segments.iter().position(goes_on);
    found.or_else(|| (!trace.segments.is_empty()).then_some(0))
}

/// The row of the segment that was `segment` in another recording of the same run.
pub fn again(trace: &Trace, segment: &Segment) -> Option<usize> {
    let row = nearest(trace, segment.lane, segment.start)?;
    let found = trace.segments[row];
    (found.start <= segment.start && segment.start < found.end).then_some(row)
}
