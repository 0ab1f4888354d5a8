//! Arrows from caller to callee, and what belongs to the request that is lit up.
//!
//! ```text
//! caller  ███▒▒▒▒▒▒▒▒▒▒███      solid: the caller waits, dashed: it goes on
//!            ╲        ╱          back: only of the request that is lit up; the arrows of all others are faint
//! callee      ████████
//! ```
//!
//! Law: more than [`MOST_CALLS`] arrows are none, and looking for them ends after a stretch that does not depend on
//! the length of the recording.

use super::index::arrival;
use super::lane::{MOST_CALLS, View};
use super::scale::Scale;
use super::shape::{Hit, Picture, Point, Shape};
use super::theme::Role;
use crate::scenario::{Callee, Caller, ChannelId, Mode};
use crate::time::Instant;
use crate::trace::{Cause, NO_LANE, NO_SPAN, Span};

/// So many calls are looked at; where there are more, there are too many to show.
const MOST_LOOKS: usize = 20_000;

/// Arrows of the request that is lit up, or else of all that is in view, faintly. Yields whether they were too many.
pub(super) fn draw_calls(picture: &mut Picture, view: &View, scale: &Scale) -> bool {
    let mark = picture.marks.len();
    let (left, right) = scale.ends();
    let (first, end) = sent_within(view, right);
    let mut drawn = 0;
    for (looks, row) in view.index.calls.rows(left, end).enumerate() {
        if row < first {
            continue;
        }
        let span = &view.trace.spans[row];
        if view.request.is_some_and(|request| span.request != request) {
            continue;
        }
        if view.request.is_some() {
            draw_stay(picture, view, scale, span);
        }
        drawn += usize::from(arrival(view.scenario, span) >= left && draw_call(picture, view, scale, row, span));
        if drawn > MOST_CALLS || looks > MOST_LOOKS && view.request.is_none() {
            picture.marks.truncate(if view.request.is_some() {
                picture.marks.len()
            } else {
                mark
            });
            return view.request.is_none();
        }
    }
    false
}

/// The rows of the calls that may be in view: of all, or of the request that is lit up.
fn sent_within(view: &View, right: Instant) -> (usize, usize) {
    let spans = &view.trace.spans;
    let lit = view
        .request
        .and_then(|request| view.trace.requests.get(request as usize));
    let (from, until) = lit.map_or((Instant::START, right), |request| {
        (request.offered, request.completed.min(right))
    });
    (
        spans.partition_point(|span| span.sent < from),
        spans.partition_point(|span| span.sent <= until),
    )
}

/// Draws a call, and says whether it is in sight.
fn draw_call(picture: &mut Picture, view: &View, scale: &Scale, row: usize, span: &Span) -> bool {
    let Some(from) = caller(view, span) else { return false };
    if (span.lost || span.outcome == Some(Err(Cause::Refused))) && view.sees(from.0, from.1) {
        draw_cross(picture, view, scale, span, from);
    }
    let Some(to) = callee(view, span) else { return false };
    let (sent, arrived) = (
        scale.px_from_time(span.sent),
        scale.px_from_time(arrival(view.scenario, span)),
    );
    let is_seen = view.sees(from.0, from.1) || view.sees(to.0, to.1);
    if arrived < scale.start || sent > scale.end || !is_seen {
        return false;
    }
    let (out, into) = (edge_towards(view, from, to), edge_towards(view, to, from));
    let (start, tip) = clip(scale, (sent, out), (arrived, into));
    let role = match (span.mode.waits(), view.request.is_some()) {
        (true, true) => Role::WaitingCall,
        (false, true) => Role::FreeCall,
        (true, false) => Role::FaintWaitingCall,
        (false, false) => Role::FaintFreeCall,
    };
    let shape = Shape::Arrow { from: start, to: tip };
    picture.draw_hit(role, shape, Hit::Span(row as u32));
    if view.request.is_some() && span.mode.waits() {
        draw_reply(picture, scale, span, into, out);
    }
    true
}

/// A frame in a channel's row as long as the message lies there.
fn draw_stay(picture: &mut Picture, view: &View, scale: &Scale, span: &Span) {
    let Some((channel, from, until)) = stay(view, span) else {
        return;
    };
    let place = view.rows.channel(channel);
    let (left, right) = scale.ends();
    if let Some((top, height)) = place.filter(|(top, height)| view.sees(*top, *height) && view.is_clear(*top))
        && from <= right
        && until >= left
    {
        let ends = [from, until].map(|at| scale.within(scale.px_from_time(at)));
        draw_frame(picture, ends, (view.y(top), height), false);
    }
}

/// In which channel the message of a call or of a delivery lies, from when on and until when.
fn stay(view: &View, span: &Span) -> Option<(ChannelId, Instant, Instant)> {
    let edge = view.scenario.edge(span.edge);
    let (channel, from, until) = match edge.from {
        Caller::Channel(channel) => {
            let publication = view.trace.spans.get(span.parent as usize)?;
            (channel, publication.arrived, span.sent)
        }
        _ if edge.is_call() && span.mode == Mode::Queue => {
            let over = span.arrived.min(span.ended);
            (view.scenario.own_channel(span.edge), span.sent, over)
        }
        _ => return None,
    };
    (from != Instant::NEVER).then_some((channel, from, until.min(view.trace.until)))
}

fn draw_reply(picture: &mut Picture, scale: &Scale, span: &Span, callee: f64, caller: f64) {
    if span.returned == Instant::NEVER || span.responded == Instant::NEVER {
        return;
    }
    let start = (scale.px_from_time(span.responded), callee);
    let end = (scale.px_from_time(span.returned), caller);
    if start.0 <= scale.end && end.0 >= scale.start {
        let (from, to) = clip(scale, start, end);
        picture.draw(Role::Reply, Shape::Arrow { from, to });
    }
}

/// A call that reached nobody: a cross where it was sent.
fn draw_cross(picture: &mut Picture, view: &View, scale: &Scale, span: &Span, (top, height): (f64, f64)) {
    let (x, y) = (scale.px_from_time(span.sent), view.y(top) + height / 2.0);
    if (scale.start..scale.end).contains(&x) {
        for (dx, dy) in [(3.5, 3.5), (3.5, -3.5)] {
            let (from, to) = ((x - dx, y - dy), (x + dx, y + dy));
            picture.draw(Role::Failure, Shape::Line { from, to });
        }
    }
}

/// The place of the caller: its worker's lane, its client, or the channel that delivers.
fn caller(view: &View, span: &Span) -> Option<(f64, f64)> {
    if let Caller::Channel(id) = view.scenario.edge(span.edge).from {
        return view.rows.channel(id);
    }
    match span.from_lane {
        NO_LANE if span.parent != NO_SPAN => view.rows.channel(view.scenario.own_channel(span.edge)),
        NO_LANE => {
            let request = view.trace.requests.get(span.request as usize)?;
            view.rows.client(request.client)
        }
        lane => view.rows.lanes.get(lane as usize).copied(),
    }
}

/// The place of the callee's worker, once it has begun, or of the channel, once it has taken the message.
fn callee(view: &View, span: &Span) -> Option<(f64, f64)> {
    if let Callee::Channel(id) = view.scenario.edge(span.edge).to {
        return view.rows.channel(id).filter(|_| span.arrived != Instant::NEVER);
    }
    view.rows.lanes.get(span.lane as usize).copied()
}

/// The edge of a row that looks towards another, no farther out than what is in sight.
fn edge_towards(view: &View, (top, height): (f64, f64), (other, _): (f64, f64)) -> f64 {
    let y = view.y(top);
    let edge = if view.y(other) > y { y + height - 1.0 } else { y + 1.0 };
    let least = if top < view.rows.pinned { 0.0 } else { view.rows.pinned };
    edge.max(least).min(view.height)
}

/// A line without what lies left or right of the scale.
fn clip(scale: &Scale, from: Point, to: Point) -> (Point, Point) {
    let slope = if to.0 > from.0 {
        (to.1 - from.1) / (to.0 - from.0)
    } else {
        0.0
    };
    let at = |(x, y): Point| {
        let inside = scale.within(x);
        (inside, y + (inside - x) * slope)
    };
    (at(from), at(to))
}

/// Frames around what belongs to the lit-up request, and a stronger one around the selected segment.
pub(super) fn draw_focus(picture: &mut Picture, view: &View, scale: &Scale) {
    let (left, right) = scale.ends();
    let (segments, spans) = (&view.trace.segments, &view.trace.spans);
    let lit = view
        .request
        .and_then(|request| Some((request, view.trace.requests.get(request as usize)?)));
    let Some((number, request)) = lit else { return };
    let (from, until) = (left.max(request.offered), right.min(request.completed));
    let lanes = (0u32..).zip(&view.rows.lanes);
    for (lane, place) in lanes.filter(|(_, (top, height))| view.sees(*top, *height) && view.is_clear(*top)) {
        let (first, end) = view.index.lane(lane);
        let first = first + segments[first..end].partition_point(|segment| segment.end <= from);
        let rows = (first..end)
            .zip(&segments[first..end])
            .take_while(|(_, segment)| segment.start < until);
        for (row, segment) in rows {
            if spans
                .get(segment.span as usize)
                .is_some_and(|span| span.request == number)
            {
                let ends = [segment.start, segment.end].map(|at| scale.within(scale.px_from_time(at)));
                draw_frame(
                    picture,
                    ends,
                    (view.y(place.0), place.1),
                    view.segment == Some(row as u32),
                );
            }
        }
    }
}

fn draw_frame(picture: &mut Picture, [x, to]: [f64; 2], (top, height): (f64, f64), is_selected: bool) {
    let (y, width, height) = (top + 0.5, (to - x).max(1.0), height - 1.0);
    picture.draw(Role::Focus, Shape::Frame { x, y, width, height });
    if is_selected {
        let (x, y, width, height) = (x - 2.0, y - 2.0, width + 4.0, height + 4.0);
        picture.draw(Role::Focus, Shape::Frame { x, y, width, height });
    }
}
