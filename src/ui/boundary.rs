//! Where something happens in a recording: the places between which a reader steps.

use crate::trace::Trace;

/// The next instant after `head` at which a lane, a call or a channel changes, in nanoseconds.
pub fn next_boundary(trace: &Trace, head: u64) -> Option<u64> {
    boundaries(trace).filter(|at| *at > head).min()
}

/// The last instant before `head` at which a lane, a call or a channel changes, in nanoseconds.
pub fn boundary_before(trace: &Trace, head: u64) -> Option<u64> {
    boundaries(trace).filter(|at| *at < head).max()
}

/// All of them inside the recorded time, unsorted.
fn boundaries(trace: &Trace) -> impl Iterator<Item = u64> {
    let lanes = trace.segments.iter().flat_map(|segment| [segment.start, segment.end]);
    let calls = trace
        .spans
        .iter()
        .flat_map(|span| [span.sent, span.arrived, span.returned]);
    let depths = trace.depths.iter().map(|depth| depth.at);
    let (from, until) = (trace.from, trace.until);
    lanes
        .chain(calls)
        .chain(depths)
        .filter(move |at| from < *at && *at < until)
        .map(|at| at.0)
}
