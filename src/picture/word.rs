//! What a picture shows, in words: labels on lanes, tooltips, and the twin for who does not see it.

use crate::scenario::{
    Caller, Change, Changed, Down, Edge, EdgeId, Fault, Harm, Mode, Place, Runtime, Scenario, Service,
};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, NO_SPAN, On, Trace, lane_name};

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
    (from, scenario.name_of(edge.to))
}

/// What an edge at a channel does.
pub fn doing(edge: &Edge) -> &'static str {
    match edge.from {
        Caller::Channel(_) => "delivers",
        _ => "publishes",
    }
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

/// What goes wrong by intention, where, and for how long: `payments is down (crash) from 5s until 8s`.
pub fn fault(scenario: &Scenario, fault: &Fault) -> String {
    let place = match fault.place {
        Place::Service(id) => scenario.service(id).name.clone(),
        Place::Replica(id, replica) => scenario.service(id).name.clone() + "/" + &replica.to_string(),
        Place::Channel(id) => scenario.channel_name(id).to_string(),
        Place::Edge(id) => scenario.edge(id).name.clone(),
    };
    let harm = match fault.harm {
        Harm::Down(Down::Refuse) => " refuses all calls",
        Harm::Down(Down::Blackhole) => " answers nobody",
        Harm::Down(Down::Crash) => " has crashed",
        Harm::Slow(_) => " is slow",
        Harm::Fail(_) => " fails at times",
        Harm::Pause => " stands still",
        Harm::Loss(_) => " loses messages",
        Harm::Latency(_) => " takes longer on the way",
    };
    let until = match fault.until {
        Instant::NEVER => String::new(),
        at => " until ".to_string() + &Duration(at.0).to_string(),
    };
    place + harm + " from " + &Duration(fault.at.0).to_string() + &until
}

/// What a reader changed, and when: `orders->email is queue from 5s`.
pub fn change(scenario: &Scenario, change: &Change) -> String {
    let what = match &change.to {
        Changed::Edge(id, is) => scenario.edge(*id).name.clone() + " is " + is.mode.word(),
        Changed::Service(id, _) => scenario.service(*id).name.clone() + " is changed",
        Changed::Client(id, _) => scenario.clients[id.0 as usize].name.clone() + " is changed",
        Changed::Channel(id, _) => scenario.channel_name(*id).to_string() + " is changed",
    };
    what + " from " + &Duration(change.at.0).to_string()
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
    let lanes = scenario.first_lanes().last().copied().unwrap_or(0);
    let first = |lane: u32| {
        let segments = &trace.segments;
        segments.get(segments.partition_point(|segment| (segment.lane, segment.end) <= (lane, at)))
    };
    let lanes = (0..lanes).filter_map(|lane| first(lane).filter(|segment| segment.lane == lane));
    lanes
        .filter(|segment| segment.start <= at)
        .map(|segment| Doing {
            lane: lane_name(scenario, segment.lane).unwrap_or_default(),
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
