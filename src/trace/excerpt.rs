//! One request by itself: a trace of nothing else, and its calls as a tree.
//!
//! ```text
//! a window of many requests ─excerpt▶ one request ─calls▶ 0 client ▶ gateway
//!                                                         1   gateway ▶ orders      in the order of sending,
//!                                                         2     orders ▶ payments   callees below their callers
//! ```
//!
//! Law: an excerpt is a trace; whatever can be asked of a trace can be asked of it. The span of a batch belongs to the
//! request of its oldest message, and is in the excerpts of all whom its reply has reached.

use super::{NO_SPAN, Note, Span, Trace};
use crate::scenario::{Cause, Mode};
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
    let mut own: Vec<(u32, &Span)> = spans_of(trace, request).collect();
    let shared = share_batches(trace, &mut own);
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
    for (span, (row, _)) in spans.iter_mut().zip(&own) {
        let taken = shared.iter().find(|(batch, _)| batch == row);
        let parent = taken.map_or(span.parent, |(_, publication)| *publication);
        (span.request, span.parent) = (0, row_of(parent));
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

/// Adds the batches in which messages of a request went with older ones of others, and what is below them. Yields the
/// row of each with that of the publication.
fn share_batches<'a>(trace: &'a Trace, own: &mut Vec<(u32, &'a Span)>) -> Vec<(u32, u32)> {
    let batch = |(row, span): &(u32, &Span)| Some((batch_of(trace, *row, span)?, *row));
    let shared: Vec<(u32, u32)> = own.iter().filter_map(batch).collect();
    for (batch, _) in &shared {
        let mut below = vec![*batch];
        for (row, span) in (0u32..).zip(&trace.spans).skip(*batch as usize) {
            if row == *batch || below.contains(&span.parent) {
                below.push(row);
                let place = own.partition_point(|(other, _)| *other < row);
                if own.get(place).is_none_or(|(other, _)| *other != row) {
                    own.insert(place, (row, span));
                }
            }
        }
    }
    shared
}

/// The delivery that replied to a publication without one of its own that has: over the same edge an older message was
/// published whose it is; it left when this one had come, and no later one has replied in time.
fn batch_of(trace: &Trace, row: u32, publication: &Span) -> Option<u32> {
    if !publication.mode.waits() || publication.outcome != Some(Ok(())) || publication.began != Instant::NEVER {
        return None;
    }
    let replied = |span: &Span| span.responded <= publication.returned && span.outcome != Some(Err(Cause::Error));
    let later = (row + 1..).zip(&trace.spans[row as usize + 1..]);
    let mut later = later.take_while(|(_, span)| span.sent <= publication.returned);
    if later.clone().any(|(_, span)| span.parent == row && replied(span)) {
        return None;
    }
    let is_batch = |span: &Span| {
        let oldest = trace.spans.get(span.parent as usize);
        let is_older = |oldest: &Span| oldest.edge == publication.edge && oldest.arrived <= publication.arrived;
        let left = span.mode == Mode::Queue && span.edge != publication.edge && span.sent >= publication.arrived;
        left && replied(span) && oldest.is_some_and(is_older)
    };
    let mut last: Option<(u32, &Span)> = None;
    later
        .by_ref()
        .filter(|(_, span)| is_batch(span))
        .for_each(|(row, span)| {
            if last.is_none_or(|(_, last)| last.responded <= span.responded) {
                last = Some((row, span));
            }
        });
    last.map(|(row, _)| row)
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

/// Whether a caller gave up on a call; a callee that begins at its deadline or later says so itself.
pub fn gave_up(span: &Span) -> bool {
    match span.outcome {
        Some(Err(Cause::Timeout)) => true,
        Some(Err(Cause::Deadline)) => span.began != span.responded || span.returned < span.responded,
        _ => false,
    }
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
