//! One request by itself: a trace of nothing else, and its calls as a tree.
//!
//! ```text
//! a window of many requests ─excerpt▶ one request ─calls▶ 0 client ▶ gateway
//!                                                         1   gateway ▶ orders      in the order of sending,
//!                                                         2     orders ▶ payments   callees below their callers
//! ```
//!
//! Law: an excerpt is a trace; whatever can be asked of a trace can be asked of it.

use super::{NO_SPAN, Note, Span, Trace};
use crate::scenario::Mode;
use crate::time::Instant;

/// The spans of a request, a row of [`Trace::requests`], each with its own row: all are sent between its offering and the end
/// of what it caused.
pub fn spans_of(trace: &Trace, request: u32) -> impl Iterator<Item = (u32, &Span)> {
    let row = trace.requests.get(request as usize);
    let (offered, over) = row.map_or((Instant::NEVER, Instant::NEVER), |row| (row.offered, row.completed));
    let first = trace.spans.partition_point(|span| span.sent < offered);
    let while_it_lasts = trace.spans[first..].iter().take_while(move |span| span.sent <= over);
    (first as u32..)
        .zip(while_it_lasts)
        .filter(move |(_, span)| span.request == request)
}

/// The trace of one request: a row of [`Trace::requests`]. It goes from its offering to the end of what it caused, as far
/// as that is recorded.
pub fn excerpt(trace: &Trace, request: u32) -> Option<Trace> {
    let row = *trace.requests.get(request as usize)?;
    let own: Vec<(u32, &Span)> = spans_of(trace, request).collect();
    let first = own.first().map_or(0, |(row, _)| *row);
    let mut rows = vec![NO_SPAN; own.last().map_or(0, |(row, _)| (row - first) as usize + 1)];
    for (number, (row, _)) in (0u32..).zip(&own) {
        rows[(row - first) as usize] = number;
    }
    let row_of = |span: u32| {
        let place = span.checked_sub(first);
        place
            .and_then(|place| rows.get(place as usize).copied())
            .unwrap_or(NO_SPAN)
    };
    let mut spans: Vec<Span> = own.iter().map(|(_, span)| **span).collect();
    for span in &mut spans {
        (span.request, span.parent) = (0, row_of(span.parent));
    }
    let segments = trace.segments.iter().map(|segment| {
        let mut segment = *segment;
        segment.span = row_of(segment.span);
        segment
    });
    let notes = trace.notes.iter().map(|note| Note {
        span: row_of(note.span),
        ..*note
    });
    let end = row.completed.min(trace.until);
    Some(Trace {
        from: trace.from,
        until: end.max(row.offered),
        truncated: row.completed == Instant::NEVER,
        segments: segments.filter(|segment| segment.span != NO_SPAN).collect(),
        notes: notes.filter(|note| note.span != NO_SPAN).collect(),
        spans,
        depths: Vec::new(),
        switches: Vec::new(),
        requests: vec![row],
    })
}

/// Alike calls one after the other are told as one from this many on.
const FEW: u32 = 3;

/// A call of an excerpt, or several alike that follow each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// A row of [`Trace::spans`].
    pub row: u32,
    /// How many callers are above it.
    pub depth: u32,
    /// How many it stands for.
    pub times: u32,
    /// The row of the last of them.
    pub last: u32,
}

impl Placed {
    /// The span; of several the first as it began, and the last as it ended.
    pub fn span(&self, trace: &Trace) -> Span {
        let (first, last) = (&trace.spans[self.row as usize], &trace.spans[self.last as usize]);
        Span {
            responded: last.responded,
            ended: last.ended,
            returned: last.returned,
            ..*first
        }
    }
}

/// All calls of an excerpt: each below its caller, those of one caller in the order of sending.
pub fn calls(trace: &Trace) -> Vec<Placed> {
    let mut children: Vec<Vec<u32>> = vec![Vec::new(); trace.spans.len()];
    let mut open: Vec<(u32, u32)> = Vec::new();
    for (row, span) in (0u32..).zip(&trace.spans) {
        match children.get_mut(span.parent as usize) {
            Some(siblings) => siblings.push(row),
            None => open.push((row, 0)),
        }
    }
    open.reverse();
    let mut placed = Vec::new();
    while let Some((row, depth)) = open.pop() {
        placed.push(Placed {
            row,
            depth,
            times: 1,
            last: row,
        });
        let below = children[row as usize].iter().rev();
        open.extend(below.map(|row| (*row, depth + 1)));
    }
    placed
}

/// The same with repetitions told once: the first of them stands for all.
pub fn folded(trace: &Trace) -> Vec<Placed> {
    let all = calls(trace);
    let mut folded = Vec::new();
    fold(trace, &all, &mut folded);
    folded
}

/// Folds calls of one depth with what is below them.
fn fold(trace: &Trace, calls: &[Placed], folded: &mut Vec<Placed>) {
    let mut rest = calls;
    while let Some(first) = rest.first() {
        let (one, mut others) = rest.split_at(tree(rest));
        let mut several = *first;
        while let Some(next) = others.first() {
            let (other, further) = others.split_at(tree(others));
            let follows = trace.spans[next.row as usize].sent >= trace.spans[several.last as usize].returned;
            if !follows || !alike(trace, one, other) {
                break;
            }
            (several.times, several.last, others) = (several.times + 1, next.row, further);
        }
        if several.times < FEW {
            (several, others) = (*first, &rest[one.len()..]);
        }
        folded.push(several);
        fold(trace, &one[1..], folded);
        rest = others;
    }
}

/// How many calls the first one is with all that are below it.
fn tree(calls: &[Placed]) -> usize {
    let deeper = calls[1..].iter().take_while(|call| call.depth > calls[0].depth);
    1 + deeper.count()
}

/// Whether two trees of calls differ in nothing but their times.
fn alike(trace: &Trace, one: &[Placed], other: &[Placed]) -> bool {
    let looks = |call: &Placed| {
        let span = &trace.spans[call.row as usize];
        (call.depth, span.edge, span.mode, span.outcome, span.lost, span.attempt)
    };
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| looks(a) == looks(b))
}

/// A walk over calls enters each before those below it, and leaves it after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    Enter(usize),
    Leave(usize),
}

/// The walk over these calls, by index.
pub fn visits(calls: &[Placed]) -> Vec<Visit> {
    let (mut visits, mut open) = (Vec::new(), Vec::new());
    for (index, call) in calls.iter().enumerate() {
        while let Some(last) = open.pop_if(|last: &mut usize| calls[*last].depth >= call.depth) {
            visits.push(Visit::Leave(last));
        }
        visits.push(Visit::Enter(index));
        open.push(index);
    }
    visits.extend(open.into_iter().rev().map(Visit::Leave));
    visits
}

/// The index of the call that answers for this one: where its callee has handed it over, the call by which it did.
pub fn answerer(trace: &Trace, calls: &[Placed], call: usize) -> usize {
    let to = calls[call + 1..]
        .iter()
        .position(|other| hands_over(trace, calls[call].row, other.row));
    to.map_or(call, |to| answerer(trace, calls, call + 1 + to))
}

/// Whether the span of a call has handed its duty to answer over to another one.
pub fn hands_over(trace: &Trace, row: u32, other: u32) -> bool {
    let (span, next) = (&trace.spans[row as usize], &trace.spans[other as usize]);
    next.mode == Mode::Forward && next.parent == row && next.sent == span.responded
}

/// Whether another attempt was the first to succeed, so that nobody waits for this one.
pub fn is_beaten(trace: &Trace, row: u32) -> bool {
    let lost = &trace.spans[row as usize];
    let wins = |span: &Span| {
        let same_call = (span.parent, span.edge) == (lost.parent, lost.edge);
        same_call && span.returned == lost.returned && span.outcome == Some(Ok(()))
    };
    matches!(lost.outcome, Some(Err(_))) && trace.spans.iter().any(wins)
}
