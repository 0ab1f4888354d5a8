//! A request in words: the twin of its waterfall and its sequence diagram.
//!
//! ```text
//! 1. At 0.0 ms shoppers calls gateway (sync).
//! 2. At 12.4 ms orders calls payments (sync); its worker orders/0 is held until 62.9 ms.
//! …
//! 9. Of 64.0 ms: payments own work 48.1 ms (75.2 %), orders waiting for a worker 9.0 ms (14.1 %), …
//! ```
//!
//! Law: the figures are those of the pictures; times count from the request's offering. Alike calls one after the other
//! are told once.

mod fate;

use super::order::in_order;
use super::word;
use crate::metrics::blame::{Blame, Share};
use crate::scenario::{Callee, Caller, Cause, Edge, EdgeId, Mode, Scenario};
use crate::time::{Duration, Instant};
use crate::trace::{
    Activity, NO_SPAN, Note, Placed, Span, Trace, Visit, What, answerer, folded, gave_up, is_beaten, lane_names, visits,
};

/// One sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// When what it tells begins.
    pub at: Instant,
    /// The call that it is about: a row of `Trace::spans`.
    pub span: Option<u32>,
    pub text: String,
}

/// Who tells.
struct Teller<'a> {
    scenario: &'a Scenario,
    trace: &'a Trace,
    start: Instant,
    lanes: Vec<String>,
    told: Vec<Sentence>,
}

/// The story of an excerpt, in the order of time, with its outcome and its blame at the end.
pub fn story(scenario: &Scenario, trace: &Trace) -> Vec<Sentence> {
    let Some(request) = trace.requests.first() else {
        return Vec::new();
    };
    let calls = folded(trace);
    let mut teller = Teller {
        scenario,
        trace,
        start: request.offered,
        lanes: lane_names(scenario),
        told: Vec::new(),
    };
    for visit in visits(&calls) {
        match visit {
            Visit::Enter(index) => teller.tell_call(&calls, &calls[index]),
            Visit::Leave(index) => {
                let by = calls[answerer(trace, &calls, index)].span(trace);
                teller.tell_answer(&calls[index], &by);
                teller.tell_reactions(&calls, &calls[index]);
            }
        }
    }
    let keyed = teller.told.iter().enumerate();
    let order = in_order(keyed.map(|(place, sentence)| (sentence.at.0 as i64, place)));
    let mut told: Vec<Sentence> = order.into_iter().map(|place| teller.told[place].clone()).collect();
    let ends = [outcome(scenario, trace), blamed(scenario, trace)];
    told.extend(ends.into_iter().flatten().map(|text| Sentence {
        at: trace.until,
        span: None,
        text,
    }));
    told
}

/// The title of a request: `request 12 of shoppers, offered at 1.2045 s`.
pub fn title(scenario: &Scenario, trace: &Trace) -> String {
    let Some(request) = trace.requests.first() else {
        return String::new();
    };
    let client = &scenario.clients[request.client.0 as usize].name;
    let tenths = request.offered.0 / 100_000;
    let (whole, part) = (tenths / 10_000, tenths % 10_000);
    format!("request {} of {client}, offered at {whole}.{part:04} s", request.number)
}

/// When the client had its outcome, and when all was done.
pub fn outcome(scenario: &Scenario, trace: &Trace) -> Option<String> {
    let request = trace.requests.first()?;
    let client = &scenario.clients[request.client.0 as usize].name;
    let after = |at: Instant| at.since(request.offered).brief();
    let mut text = match request.outcome {
        Some(Ok(())) => format!("{client} has its answer after {}", after(request.returned)),
        Some(Err(cause)) => format!(
            "For {client} the request has failed after {} ({})",
            after(request.returned),
            cause.word()
        ),
        None => format!("{client} has no answer yet"),
    };
    text += &match request.completed {
        Instant::NEVER => ", and not all that it caused is over.".to_string(),
        at if at == request.returned => ", and nothing is left to do.".to_string(),
        at => format!("; the last that it caused is over after {}.", after(at)),
    };
    Some(text)
}

/// The shares of the response time, the largest first.
pub fn blamed(scenario: &Scenario, trace: &Trace) -> Option<String> {
    let shares = Blame::new(scenario, trace).shares(0)?;
    let whole = Duration(shares.iter().map(|share| share.time.0).sum());
    let words = shares.iter().map(|share| {
        let (who, what, part) = share_in_words(scenario, share, whole);
        format!("{who} {what} {part}")
    });
    let words = words.collect::<Vec<_>>().join(", ");
    (!shares.is_empty()).then(|| format!("Of {}: {words}.", whole.brief()))
}

/// A share of a response time: whose, for what, how much.
pub fn share_in_words<'a>(scenario: &'a Scenario, share: &Share, whole: Duration) -> (&'a str, &'static str, String) {
    let permille = (share.time.0 * 1000 + whole.0 / 2) / whole.0.max(1);
    let part = format!("{} ({}.{} %)", share.time.brief(), permille / 10, permille % 10);
    (share.site.name(scenario), share.spent.word(), part)
}

impl<'a> Teller<'a> {
    fn tell_call(&mut self, calls: &[Placed], call: &Placed) {
        let span = call.span(self.trace);
        self.tell_sending(call, &span);
        self.tell_beginning(call, &span);
        self.tell_notes(call, &span);
        self.tell_decisions(calls, call);
    }

    /// What a span decided of its own accord; what it decided on an outcome is told behind that.
    fn tell_decisions(&mut self, calls: &[Placed], call: &Placed) {
        for (note, edge) in decisions(self.trace, call.row) {
            if self.outcome_of(calls, (call.row, edge, note.at)).is_none() {
                self.tell_decision(note, call);
            }
        }
    }

    /// What the caller decided on the outcome of a call.
    fn tell_reactions(&mut self, calls: &[Placed], call: &Placed) {
        let Span {
            parent, edge, returned, ..
        } = call.span(self.trace);
        for (note, over) in decisions(self.trace, parent) {
            if (over, note.at) == (edge, returned)
                && self.outcome_of(calls, (parent, edge, returned)) == Some(call.row)
                && let Some(caller) = calls.iter().find(|call| call.row == parent)
            {
                self.tell_decision(note, caller);
            }
        }
    }

    /// The last call of this caller over this edge with an outcome at this instant.
    fn outcome_of(&self, calls: &[Placed], place: (u32, EdgeId, Instant)) -> Option<u32> {
        let is_it = |call: &&Placed| {
            let span = call.span(self.trace);
            (span.parent, span.edge, span.returned) == place
        };
        calls.iter().rfind(is_it).map(|call| call.row)
    }

    fn tell_decision(&mut self, note: &Note, call: &Placed) {
        let text = match note.what {
            What::Barred(edge, cause) => {
                let (from, to) = self.ends(edge);
                format!("{from} does not call {to}: {}", barrier(cause))
            }
            What::FellBack(edge) => {
                let (from, to) = self.ends(edge);
                format!("{from} takes its fallback in place of {to}")
            }
            _ => return,
        };
        self.tell(note.at, call, text);
    }

    fn tell(&mut self, at: Instant, call: &Placed, text: String) {
        if at != Instant::NEVER {
            let text = format!("At {} {text}.", self.time(at));
            let span = Some(call.row);
            self.told.push(Sentence { at, span, text });
        }
    }

    fn time(&self, at: Instant) -> String {
        at.since(self.start).brief()
    }

    fn ends(&self, edge: EdgeId) -> (&'a str, &'a str) {
        word::ends(self.scenario, self.scenario.edge(edge))
    }

    fn lane(&self, lane: u32) -> &str {
        self.lanes.get(lane as usize).map_or("none", String::as_str)
    }

    /// `, until 62.9 ms` or what else is known.
    fn until(&self, span: &Span) -> String {
        match span.returned {
            Instant::NEVER => "beyond what is recorded".to_string(),
            at => format!("until {}", self.time(at)),
        }
    }

    fn is_redelivery(&self, span: &Span) -> bool {
        let parent = self.trace.spans.get(span.parent as usize);
        parent.is_some_and(|parent| parent.edge == span.edge) && span.mode == Mode::Queue
    }

    fn tell_sending(&mut self, call: &Placed, span: &Span) {
        let edge = self.scenario.edge(span.edge);
        let (from, to) = self.ends(span.edge);
        let again = match (span.hedge, span.attempt) {
            (true, _) => " once more, since there is no answer yet (hedge)".to_string(),
            (false, 1) => String::new(),
            (false, number) => format!(", attempt {number}"),
        };
        let times = match call.times {
            1 => String::new(),
            times => format!(", {times} times one after the other"),
        };
        let text = match (edge.from, edge.to) {
            (Caller::Channel(_), _) => format!("{from} delivers to {to}{times}"),
            _ if self.is_redelivery(span) => format!("the message from {from} is delivered to {to} again"),
            (_, Callee::Channel(_)) => {
                let meaning = self.meaning(span, from);
                format!("{from} publishes into {to}{again}{times}{meaning}")
            }
            (Caller::Client(_), _) => format!("{from} calls {to} ({}){again}{times}", span.mode.word()),
            _ => {
                let meaning = self.meaning(span, from);
                format!("{from} calls {to} ({}){again}{times}{meaning}", span.mode.word())
            }
        };
        let lost = match span.lost && span.arrived == Instant::NEVER && !self.is_cut_off(span) {
            true => format!("; the network loses it, and {to} never hears of it"),
            false => String::new(),
        };
        self.tell(span.sent, call, text + &lost);
    }

    /// What a call means for its caller.
    fn meaning(&self, span: &Span, from: &str) -> String {
        match span.mode {
            Mode::Sync if span.from_lane as usize >= self.lanes.len() => format!("; {from} waits {}", self.until(span)),
            Mode::Sync => format!(
                "; its worker {} is held {}",
                self.lane(span.from_lane),
                self.until(span)
            ),
            Mode::Await => format!("; it waits {}, but holds no worker", self.until(span)),
            Mode::Poll => format!("; it asks now and then {}, and holds no worker", self.until(span)),
            Mode::Callback => format!("; it holds no worker, and is called back {}", self.until(span)),
            Mode::Oneway => "; it goes on at once".to_string(),
            Mode::Queue => match span.outcome {
                None => "; it has no ack yet".to_string(),
                Some(Ok(())) => format!("; it goes on with the ack at {}", self.time(span.returned)),
                // It is told when that happens.
                Some(Err(_)) => String::new(),
            },
            Mode::Forward => "; its answer will be the answer".to_string(),
        }
    }

    fn tell_beginning(&mut self, call: &Placed, span: &Span) {
        let (_, to) = self.ends(span.edge);
        if is_publication(self.scenario.edge(span.edge)) {
            return self.tell_arrival(call, span, to);
        }
        if span.began == Instant::NEVER {
            let turned_away = span.arrived != Instant::NEVER && span.ended == span.arrived;
            if turned_away && matches!(span.outcome, Some(Err(_))) {
                self.tell(span.arrived, call, format!("{to} does not take it"));
            }
            return;
        }
        let waited = span.began.since(span.arrived);
        let how = match waited {
            Duration::ZERO => "at once".to_string(),
            waited => format!("after {} in the backlog", waited.brief()),
        };
        let mut text = format!("{} begins it {how}", self.lane(span.lane));
        let of_call = |activity: fn(Activity) -> bool| {
            let segments = self.trace.segments.iter();
            let mine = segments.filter(|segment| segment.span == call.row && activity(segment.activity));
            Duration(mine.map(|segment| segment.end.since(segment.start).0).sum())
        };
        let doings = [
            ("works", of_call(|activity| activity == Activity::Running)),
            (
                "stands blocked",
                of_call(|activity| matches!(activity, Activity::Blocked(_))),
            ),
            ("waits for a core", of_call(|activity| activity == Activity::CoreWait)),
        ];
        let doings = doings.into_iter().filter(|(_, time)| *time > Duration::ZERO);
        let doings: Vec<String> = doings.map(|(what, time)| format!("{what} {}", time.brief())).collect();
        if !doings.is_empty() && call.times == 1 {
            text = text + ", and for it " + &doings.join(", ");
        }
        self.tell(span.began, call, text);
    }

    /// That the channel takes a publication, where that was not at once, or does not.
    fn tell_arrival(&mut self, call: &Placed, span: &Span, to: &str) {
        if span.outcome == Some(Err(Cause::Refused)) {
            self.tell(span.arrived, call, format!("{to} does not take it"));
        } else if self.is_cut_off(span) {
            self.tell(
                span.ended,
                call,
                format!("the broker of {to} dies without having taken it"),
            );
        } else if span.arrived > span.sent && self.is_taken(call.row, span) {
            self.tell(span.arrived, call, format!("{to} takes it"));
        }
    }

    fn tell_notes(&mut self, call: &Placed, span: &Span) {
        let (from, to) = self.ends(span.edge);
        let notes = self.trace.notes.iter().filter(|note| note.span == call.row);
        let asked: Vec<Instant> = notes
            .clone()
            .filter(|note| note.what == What::Asked)
            .map(|note| note.at)
            .collect();
        if let [first, .., last] = asked.as_slice() {
            let text = format!(
                "{from} asks {to} for the first time, and {} times until {}",
                asked.len(),
                self.time(*last)
            );
            self.tell(*first, call, text);
        } else if let [only] = asked.as_slice() {
            self.tell(*only, call, format!("{from} asks {to}"));
        }
        for note in notes {
            let text = match note.what {
                What::Asked | What::Barred(..) | What::FellBack(_) => continue,
                What::Died if self.is_delivery(span) => format!("{to} dies with the message"),
                What::Died => format!("{to} dies with the call of {from}"),
            };
            self.tell(note.at, call, text);
        }
    }

    /// The outcome, as the caller learns it, and what goes on after it. `by` is the span that answers.
    fn tell_answer(&mut self, call: &Placed, by: &Span) {
        let span = call.span(self.trace);
        let (from, to) = self.ends(span.edge);
        match span.outcome {
            Some(Err(cause)) => {
                let text = self.failure(call.row, &span, cause);
                self.tell(span.returned, call, text);
            }
            Some(Ok(())) if span.mode.waits() => {
                let to = self.ends(by.edge).1;
                self.tell(span.returned, call, format!("{from} has the answer of {to}"));
            }
            _ => {}
        }
        let late = span.mode.waits() && span.returned < span.responded.min(span.ended);
        if span.lost && span.responded != Instant::NEVER {
            let what = if self.is_delivery(&span) { "ack" } else { "answer" };
            let text = format!("{to} answers, and the network loses the {what}");
            self.tell(span.responded, call, text);
        } else if late && span.responded != Instant::NEVER {
            let text = format!("{to} answers too late: nobody waits any more");
            self.tell(span.responded, call, text);
        }
        self.tell_end(call, &span, to);
        if call.times == 1 {
            self.tell_fate(call, &span);
        }
    }

    fn tell_end(&mut self, call: &Placed, span: &Span, to: &str) {
        let answered = span.responded != Instant::NEVER;
        if answered && span.responded < span.ended {
            let text = format!("{to} has worked on after its answer, and is done now");
            self.tell(span.ended, call, text);
        } else if answered && matches!(span.mode, Mode::Oneway | Mode::Queue) {
            self.tell(span.ended, call, format!("{to} is done with it"));
        }
    }

    /// How a call failed, for who made it.
    fn failure(&self, row: u32, span: &Span, cause: Cause) -> String {
        let (from, to) = self.ends(span.edge);
        let died = |note: &Note| (note.span, note.at, note.what) == (span.parent, span.returned, What::Died);
        match cause {
            _ if is_beaten(self.trace, row) => format!("{from} needs this answer of {to} no longer"),
            _ if self.trace.notes.iter().any(died) => format!("its call to {to} is cut off ({})", cause.word()),
            Cause::Timeout if self.is_delivery(span) => format!("{from} has had no ack from {to} in time (timeout)"),
            cause if gave_up(span) => format!("{from} gives up ({})", cause.word()),
            Cause::Reset if self.is_forgotten(row, span) => {
                format!("{from} forgets that {to} has the message, as its broker dies")
            }
            cause => format!("{from} learns that {to} has failed ({})", cause.word()),
        }
    }

    fn is_delivery(&self, span: &Span) -> bool {
        let from_channel = matches!(self.scenario.edge(span.edge).from, Caller::Channel(_));
        from_channel || span.parent != NO_SPAN && self.is_redelivery(span)
    }
}

fn is_publication(edge: &Edge) -> bool {
    matches!(edge.to, Callee::Channel(_))
}

/// What kept a call from leaving.
/// What a span decided about calls, and over which edges they would have gone.
fn decisions(trace: &Trace, row: u32) -> impl Iterator<Item = (&Note, EdgeId)> {
    let notes = trace.notes.iter().filter(move |note| note.span == row);
    notes.filter_map(|note| match note.what {
        What::Barred(edge, _) | What::FellBack(edge) => Some((note, edge)),
        _ => None,
    })
}

fn barrier(cause: Cause) -> &'static str {
    match cause {
        Cause::Breaker => "its breaker is open",
        Cause::Limit => "it has too many calls under way",
        Cause::Rate => "it has called too often",
        _ => "it would come too late",
    }
}
