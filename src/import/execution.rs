//! What was executed, and who called whom on the way, of foreign spans.
//!
//! ```text
//! shop  ▐work▌▒▒▒ waits for stock ▒▒▒▐work▌        one execution, one call that it waits for
//! ```

use super::span::{Side, Span, Spans};
use std::collections::BTreeMap;

/// One execution of an operation.
#[derive(Debug)]
pub struct Execution {
    /// Service and operation, by their numbers.
    pub service: usize,
    pub operation: usize,
    pub start: u64,
    pub end: u64,
    pub failed: bool,
    pub calls: Vec<Call>,
    /// Whether nobody called it.
    pub is_root: bool,
    /// Whether it is a client's span, or a message's, or a server's.
    pub side: Side,
}

impl Execution {
    /// Whether it does nothing itself, but for a hundredth of its time.
    pub fn only_waits(&self) -> bool {
        let (mut at, mut own) = (self.start, 0);
        for call in &self.calls {
            own += call.start.saturating_sub(at);
            let until = if call.manner == Manner::Waited {
                call.end
            } else {
                call.start
            };
            at = at.max(until);
        }
        own + self.end.saturating_sub(at) <= (self.end - self.start) / 100
    }
}

/// A call of another execution.
#[derive(Debug)]
pub struct Call {
    pub to: usize,
    pub manner: Manner,
    /// While the caller waits, if it does.
    pub start: u64,
    pub end: u64,
    /// The way there and back.
    pub network: Option<u64>,
}

/// How a call was made, as far as its times tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Waited,
    Went,
    Message,
}

/// All executions, and the foreign names of services and operations.
#[derive(Debug, Default)]
pub struct Executions {
    pub all: Vec<Execution>,
    pub services: Vec<String>,
    pub operations: Vec<String>,
    /// Calls of somebody who wrote no spans, and messages that nobody took.
    pub unseen: usize,
    pub untaken: usize,
    numbers: [BTreeMap<String, usize>; 2],
}

/// Finds the executions of spans.
pub fn executions(spans: &Spans) -> Executions {
    let mut found = Executions::default();
    let mut places: Vec<Option<usize>> = vec![None; spans.all.len()];
    for (at, span) in spans.all.iter().enumerate().filter(|(at, _)| spans.owners[*at] == *at) {
        places[at] = Some(found.add(span, &span.service, spans.parents[at].is_none()));
    }
    for (at, span) in spans.all.iter().enumerate() {
        // Who takes a message says when it had it, and its parts say how long it worked.
        let owner = spans.owners[at];
        if let Some(place) = places[owner].filter(|_| spans.all[owner].side == Side::Consumer) {
            found.all[place].end = found.all[place].end.max(span.end);
        }
    }
    let mut busy = vec![false; spans.all.len()];
    for (at, span) in spans.all.iter().enumerate() {
        let (Some(to), Some(parent)) = (places[at], spans.parents[at]) else {
            continue;
        };
        let owner = spans.owners[parent];
        mark(spans, parent, &mut busy);
        let Some(from) = places[owner] else { continue };
        let call = call(span, &spans.all[parent], &spans.all[owner], to);
        found.all[from].calls.push(call);
    }
    for (at, span) in spans.all.iter().enumerate() {
        let Some(from) = places[spans.owners[at]].filter(|_| span.side.leaves() && !busy[at]) else {
            continue;
        };
        found.outside(span, from);
    }
    for execution in &mut found.all {
        execution.calls.sort_by_key(|call| (call.start, call.end, call.to));
    }
    found
}

/// Marks the spans below which another execution was found.
fn mark(spans: &Spans, from: usize, busy: &mut [bool]) {
    let mut at = from;
    while !busy[at] {
        busy[at] = true;
        match spans.parents[at] {
            Some(parent) if spans.owners[at] != at => at = parent,
            _ => return,
        }
    }
}

fn call(callee: &Span, parent: &Span, owner: &Span, to: usize) -> Call {
    let client = Some(parent).filter(|parent| parent.side.leaves());
    let [took, waited] = [callee, client.unwrap_or(owner)].map(|span| span.end - span.start);
    let stays = match client {
        Some(_) => took <= waited.saturating_add(waited / 50),
        // A callee that seems to begin before its caller has another clock.
        None => callee.end <= owner.end || callee.start < owner.start,
    };
    let manner = match () {
        () if callee.side == Side::Consumer || parent.side == Side::Producer => Manner::Message,
        () if callee.follows || !stays => Manner::Went,
        () => Manner::Waited,
    };
    let seen = client.unwrap_or(callee);
    Call {
        to,
        manner,
        start: seen.start,
        end: seen.end,
        network: client.map(|_| waited.saturating_sub(took)),
    }
}

impl Executions {
    fn add(&mut self, span: &Span, service: &str, is_root: bool) -> usize {
        let service = number(&mut self.numbers[0], &mut self.services, service);
        let operation = number(&mut self.numbers[1], &mut self.operations, &span.operation);
        self.all.push(Execution {
            service,
            operation,
            start: span.start,
            end: span.end,
            failed: span.failed,
            calls: Vec::new(),
            is_root,
            side: span.side,
        });
        self.all.len() - 1
    }

    /// A call of somebody who wrote no spans: the client's span is all that is known of it.
    fn outside(&mut self, span: &Span, from: usize) {
        let Some(peer) = span
            .peer
            .as_ref()
            .filter(|peer| span.side == Side::Client && **peer != span.service)
        else {
            self.unseen += usize::from(span.side == Side::Client);
            self.untaken += usize::from(span.side == Side::Producer);
            return;
        };
        let to = self.add(span, peer, false);
        self.all[to].side = Side::Server;
        self.all[from].calls.push(Call {
            to,
            manner: Manner::Waited,
            start: span.start,
            end: span.end,
            network: None,
        });
    }
}

fn number(numbers: &mut BTreeMap<String, usize>, names: &mut Vec<String>, name: &str) -> usize {
    *numbers.entry(name.to_string()).or_insert_with(|| {
        names.push(name.to_string());
        names.len() - 1
    })
}

impl Execution {
    /// The time in which it did not wait for these calls.
    pub fn own_time(&self, waits: impl Fn(&Call) -> bool) -> u64 {
        let (mut waited, mut seen) = (0, self.start);
        for call in self.calls.iter().filter(|call| waits(call)) {
            let from = call.start.clamp(seen, self.end);
            let until = call.end.clamp(from, self.end);
            waited += until - from;
            seen = until;
        }
        self.end - self.start - waited
    }
}
