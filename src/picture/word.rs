//! What a picture shows, in words: labels on lanes, tooltips, and the twin for who does not see it.

use crate::scenario::{Callee, Caller, Edge, EdgeId, Mode, Runtime, Scenario, Service};
use crate::time::Instant;
use crate::trace::{Activity, NO_SPAN, On, Trace, lane_names};

/// What a worker does, and on whom it is blocked: `blocked on payments`.
pub fn activity(scenario: &Scenario, activity: Activity) -> String {
    match activity {
        Activity::Idle => "idle".to_string(),
        Activity::Running => "running".to_string(),
        Activity::CoreWait => "waiting for a core".to_string(),
        Activity::Blocked(On::Wait) => "blocked on a wait of its own".to_string(),
        Activity::Blocked(On::Edge(edge)) => "blocked on ".to_string() + callee(scenario, edge),
        Activity::Blocked(On::Pool(_)) => "blocked on a pool of its own".to_string(),
    }
}

/// Whom a worker is blocked on, in a word; none unless it is.
pub fn blocker(scenario: &Scenario, activity: Activity) -> Option<&str> {
    match activity {
        Activity::Blocked(On::Wait) => Some("a wait"),
        Activity::Blocked(On::Edge(edge)) => Some(callee(scenario, edge)),
        Activity::Blocked(On::Pool(_)) => Some("a pool"),
        _ => None,
    }
}

fn callee(scenario: &Scenario, edge: EdgeId) -> &str {
    ends(scenario, scenario.edge(edge)).1
}

/// The names of an edge's two ends.
pub fn ends<'a>(scenario: &'a Scenario, edge: &Edge) -> (&'a str, &'a str) {
    let from = match edge.from {
        Caller::Client(id) => &scenario.clients[id.0 as usize].name,
        Caller::Service(id) => &scenario.service(id).name,
        Caller::Channel(id) => &scenario.channels[id.0 as usize].name,
    };
    let to = match edge.to {
        Callee::Operation(id, _) => &scenario.service(id).name,
        Callee::Channel(id) => &scenario.channels[id.0 as usize].name,
    };
    (from, to)
}

/// `2 × 16 threads`, `1 loop`.
pub fn workers(service: &Service) -> String {
    let (count, kind) = match service.runtime {
        Runtime::Threads(count) => (count, "thread"),
        Runtime::Loop(count) => (count, "loop"),
    };
    let plural = if count == 1 { "" } else { "s" };
    match service.replicas {
        1 => format!("{count} {kind}{plural}"),
        replicas => format!("{replicas} × {count} {kind}{plural}"),
    }
}

/// `; request 12 of shoppers, over gateway->orders.place (sync)`, or nothing where that is not recorded.
pub fn request(scenario: &Scenario, trace: &Trace, span: u32) -> Option<String> {
    if span == NO_SPAN {
        return None;
    }
    let span = trace.spans.get(span as usize)?;
    let request = trace.requests.get(span.request as usize)?;
    let client = &scenario.clients.get(request.client.0 as usize)?.name;
    let edge = scenario.edge(span.edge);
    let over = match edge.from {
        Caller::Client(_) => String::new(),
        Caller::Service(_) | Caller::Channel(_) => format!(", over {} ({})", edge.name, span.mode.word()),
    };
    Some(format!("request {} of {client}{over}", request.number))
}

/// What one worker does at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Doing {
    /// `orders/3`.
    pub lane: String,
    pub activity: Activity,
    /// `blocked on payments`.
    pub what: String,
    /// When it began.
    pub since: Instant,
    /// For which request; empty where that is not recorded.
    pub whose: String,
}

/// The text twin of the lanes: what every worker that is not idle does at this instant, lane by lane.
pub fn doings(scenario: &Scenario, trace: &Trace, at: Instant) -> Vec<Doing> {
    let names = lane_names(scenario);
    let going_on = trace
        .segments
        .iter()
        .filter(|segment| segment.start <= at && at < segment.end);
    going_on
        .map(|segment| Doing {
            lane: names.get(segment.lane as usize).cloned().unwrap_or_default(),
            activity: segment.activity,
            what: activity(scenario, segment.activity),
            since: segment.start,
            whose: request(scenario, trace, segment.span).unwrap_or_default(),
        })
        .collect()
}

/// What a mode means for the caller, in a sentence.
pub fn meaning(mode: Mode) -> &'static str {
    match mode {
        Mode::Sync => "The caller’s worker is held until the reply, error or timeout.",
        Mode::Await => "The caller’s worker is free; the request waits and goes on when the reply is there.",
        Mode::Oneway => "Sent and forgotten: nobody waits, nobody sees a failure.",
        Mode::Queue => "The caller goes on after the broker’s ack; the callee takes the message when it is free.",
        Mode::Forward => "The callee answers in the caller’s place; the caller is done.",
        Mode::Poll => {
            "The callee accepts at once; the caller’s worker is free, and it asks again and again until it is done."
        }
        Mode::Callback => "The callee accepts at once; the caller’s worker is free until the callee calls back.",
    }
}

/// As many letters as there is room for.
pub fn shorten(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_string();
    }
    text.chars().take(letters.saturating_sub(1)).chain(['…']).collect()
}
