//! The moments of a request in the order in which they happen, and how far below each other they are drawn.
//!
//! ```text
//! 12.4 ms ├ sent       every moment has a place of its own …
//!         ├ arrived    … near by where it follows the one that caused it
//! 62.9 ms ├ answered   however much time has passed
//! ```
//!
//! Law: later is never above earlier. What happens at one instant is in the order of cause and effect.

use super::order::in_order;
use crate::scenario::{Cause, EdgeId};
use crate::time::Instant;
use crate::trace::{Placed, Span, Trace, Visit, What, answerer, visits};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sent,
    Arrived,
    Began,
    /// The caller asks, for the so manieth time.
    Asked(usize),
    Barred(EdgeId, Cause),
    FellBack(EdgeId),
    Died,
    Answered,
    Returned,
    Ended,
}

/// Something that happens to a call, and its distance from the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    pub at: Instant,
    /// The index of the call.
    pub call: usize,
    pub kind: Kind,
    pub y: f64,
}

/// All moments of these calls, the first one below `top`.
pub fn moments(trace: &Trace, calls: &[Placed], top: f64) -> Vec<Moment> {
    let mut told = Vec::new();
    for visit in visits(calls) {
        match visit {
            Visit::Enter(index) => {
                begin(&mut told, index, &calls[index].span(trace));
                note(&mut told, index, trace, &calls[index]);
            }
            Visit::Leave(index) => {
                let mut span = calls[index].span(trace);
                if answerer(trace, calls, index) != index {
                    // Another one answers in its place.
                    span.responded = Instant::NEVER;
                }
                close(&mut told, index, &span);
            }
        }
    }
    told.retain(|moment| moment.at != Instant::NEVER);
    let keyed = told
        .iter()
        .enumerate()
        .map(|(place, moment)| (moment.at.0 as i64, place));
    let mut moments: Vec<Moment> = in_order(keyed).into_iter().map(|place| told[place]).collect();
    let mut y = top;
    for index in 0..moments.len() {
        y += gap(&moments[index], index.checked_sub(1).map(|before| &moments[before]));
        moments[index].y = y;
    }
    moments
}

fn tell(told: &mut Vec<Moment>, call: usize, kind: Kind, at: Instant) {
    told.push(Moment { at, call, kind, y: 0.0 });
}

fn begin(told: &mut Vec<Moment>, call: usize, span: &Span) {
    for (kind, at) in [
        (Kind::Sent, span.sent),
        (Kind::Arrived, span.arrived),
        (Kind::Began, span.began),
    ] {
        tell(told, call, kind, at);
    }
}

fn close(told: &mut Vec<Moment>, call: usize, span: &Span) {
    for (kind, at) in [
        (Kind::Answered, span.responded),
        (Kind::Returned, span.returned),
        (Kind::Ended, span.ended),
    ] {
        tell(told, call, kind, at);
    }
}

/// Of many questions the first and the last.
fn note(told: &mut Vec<Moment>, index: usize, trace: &Trace, call: &Placed) {
    let notes: Vec<_> = trace.notes.iter().filter(|note| note.span == call.row).collect();
    let questions = notes.iter().filter(|note| note.what == What::Asked).count();
    let mut asked = 0;
    for note in notes {
        let kind = match note.what {
            What::Asked => {
                asked += 1;
                if asked > 1 && asked < questions {
                    continue;
                }
                Kind::Asked(asked)
            }
            What::Died => Kind::Died,
            What::Barred(edge, cause) => Kind::Barred(edge, cause),
            What::FellBack(edge) => Kind::FellBack(edge),
        };
        tell(told, index, kind, note.at);
    }
}

/// How far a moment is below the one before it: enough for what is written at it.
fn gap(moment: &Moment, before: Option<&Moment>) -> f64 {
    let follows = |kind: Kind| before.is_some_and(|before| (before.call, before.kind) == (moment.call, kind));
    let at_once = before.is_some_and(|before| before.at == moment.at);
    match moment.kind {
        Kind::Sent => 30.0,
        Kind::Arrived if follows(Kind::Sent) => slope(at_once),
        Kind::Began if follows(Kind::Arrived) && at_once => 0.0,
        Kind::Returned if follows(Kind::Answered) => slope(at_once),
        Kind::Ended if at_once => 0.0,
        Kind::Arrived | Kind::Began | Kind::Ended => 18.0,
        _ => 26.0,
    }
}

/// An arrow leans where its way takes time.
fn slope(at_once: bool) -> f64 {
    if at_once { 0.0 } else { 8.0 }
}
