//! Where something happens in a recording: the places between which a reader steps.

use crate::trace::Trace;
use std::ops::Range;

/// Whose events a reader steps through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Anybody,
    /// A row of [`Trace::requests`].
    Request(u32),
    /// The lanes of a service.
    Lanes(Range<u32>),
}

/// The next instant after `head` at which something happens, in nanoseconds.
pub fn next_boundary(trace: &Trace, whose: &Whose, head: u64) -> Option<u64> {
    boundaries(trace, whose).filter(|at| *at > head).min()
}

/// The last instant before `head` at which something happens, in nanoseconds.
pub fn boundary_before(trace: &Trace, whose: &Whose, head: u64) -> Option<u64> {
    boundaries(trace, whose).filter(|at| *at < head).max()
}

/// All changes of a lane, a call or a channel inside the recorded time, unsorted.
fn boundaries<'a>(trace: &'a Trace, whose: &'a Whose) -> impl Iterator<Item = u64> + 'a {
    let is_of = move |row: u32, request: u32| {
        trace
            .spans
            .get(row as usize)
            .is_some_and(|span| span.request == request)
    };
    let lanes = trace.segments.iter().filter(move |segment| match whose {
        Whose::Anybody => true,
        Whose::Request(request) => is_of(segment.span, *request),
        Whose::Lanes(lanes) => lanes.contains(&segment.lane),
    });
    let calls = trace.spans.iter().filter(move |span| match whose {
        Whose::Anybody => true,
        Whose::Request(request) => span.request == *request,
        Whose::Lanes(_) => false,
    });
    let depths = trace.depths.iter().filter(move |_| *whose == Whose::Anybody);
    let (from, until) = (trace.from, trace.until);
    lanes
        .flat_map(|segment| [segment.start, segment.end])
        .chain(calls.flat_map(|span| [span.sent, span.arrived, span.returned]))
        .chain(depths.map(|depth| depth.at))
        .filter(move |at| from < *at && *at < until)
        .map(|at| at.0)
}
