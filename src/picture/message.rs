//! The calls of a request as messages between those who take part.
//!
//! ```text
//! calls ─▶ columns  shoppers │ orders │ ▤ orders->email │ email
//!      └─▶ messages        0 ─▶ 1 ────── by 2 ─────▶ 3
//! ```
//!
//! Law: who takes part stands in the order in which they come.

use super::word;
use crate::scenario::{Callee, Caller, ChannelId, ClientId, Mode, Scenario, ServiceId};
use crate::trace::{Placed, Span, Trace, answerer};

/// Who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Client(ClientId),
    Service(ServiceId),
    Channel(ChannelId),
}

/// A call with its ends.
pub struct Message {
    pub placed: Placed,
    pub span: Span,
    pub from: usize,
    pub to: usize,
    /// The channel between, where it lies in one of the edge's own.
    pub by: Option<usize>,
    /// The index of the call that answers for it: its own, or the one to which its callee has handed it over.
    pub answers: usize,
}

impl Message {
    /// `place (sync), attempt 2 × 12`.
    pub fn words(&self, scenario: &Scenario) -> String {
        let (edge, span) = (scenario.edge(self.span.edge), &self.span);
        let operation = match edge.to {
            Callee::Operation(id, operation) => &scenario.service(id).operations[operation as usize].name,
            Callee::Channel(_) => "",
        };
        let how = match edge.is_call() {
            true => span.mode.word(),
            false => word::doing(edge),
        };
        let mut words = match operation {
            "" | "default" => how.to_string(),
            name => format!("{name} ({how})"),
        };
        if span.hedge {
            words += ", hedge";
        } else if span.attempt > 1 {
            words += &format!(", attempt {}", span.attempt);
        }
        if self.placed.times > 1 {
            words += &format!(" × {}", self.placed.times);
        }
        words
    }
}

/// Who takes part in these calls, and each call with its ends as indices among them.
pub fn messages(scenario: &Scenario, trace: &Trace, calls: &[Placed]) -> (Vec<Who>, Vec<Message>) {
    let mut who = Vec::new();
    let messages = calls.iter().enumerate().map(|(index, placed)| {
        let span = placed.span(trace);
        let edge = scenario.edge(span.edge);
        let own = (edge.is_call() && span.mode == Mode::Queue).then(|| scenario.own_channel(span.edge));
        let again = trace
            .spans
            .get(span.parent as usize)
            .is_some_and(|parent| parent.edge == span.edge);
        let from = match (edge.from, own) {
            (_, Some(channel)) if again => Who::Channel(channel),
            (Caller::Client(id), _) => Who::Client(id),
            (Caller::Service(id), _) => Who::Service(id),
            (Caller::Channel(id), _) => Who::Channel(id),
        };
        let from = column_of(&mut who, from);
        let by = own
            .filter(|_| !again)
            .map(|channel| column_of(&mut who, Who::Channel(channel)));
        let to = column_of(
            &mut who,
            match edge.to {
                Callee::Operation(id, _) => Who::Service(id),
                Callee::Channel(id) => Who::Channel(id),
            },
        );
        Message {
            placed: *placed,
            span,
            from,
            to,
            by,
            answers: answerer(trace, calls, index),
        }
    });
    let messages = messages.collect();
    (who, messages)
}

fn column_of(all: &mut Vec<Who>, who: Who) -> usize {
    let known = all.iter().position(|other| *other == who);
    known.unwrap_or_else(|| {
        all.push(who);
        all.len() - 1
    })
}
