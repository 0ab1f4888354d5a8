//! The two sides of a call, as tracing sees them: what most formats write down.
//!
//! ```text
//! row of the recording   sent ───▶ arrived ── began ── ended ───▶ returned
//! caller's side          ├─────────────────────────────────────────────┤    CLIENT, or PRODUCER to the ack
//! callee's side                    ├──────────────────┤                     SERVER, or CONSUMER
//! ```
//!
//! Law: a request is one root, each sending one caller's side, each execution one callee's side. A callee's side *follows*
//! where its caller does not wait for it. What is not over when the recording ends ends with it, and says so.

use super::Export;
use super::id::TraceId;
use crate::picture::word;
use crate::scenario::{Callee, Caller, Cause, Edge, Mode};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, NO_LANE, NO_SPAN, Note, On, Segment, Span, What};

/// Which part a side has in its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request itself, at its client.
    Request,
    Client,
    Server,
    Producer,
    Consumer,
}

/// What is said of a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Whole(u64),
    /// Milliseconds.
    Ms(Duration),
    Flag(bool),
}

/// What is said of a side, by name.
pub type Attribute = (&'static str, Value);

/// Something that befell a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Instant,
    pub name: &'static str,
    pub attributes: Vec<Attribute>,
}

/// One side of a call, or a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Side<'a> {
    pub trace: TraceId,
    pub id: u64,
    /// The side that caused it; none of a request.
    pub parent: Option<u64>,
    /// Whether that one does not wait for it.
    pub follows: bool,
    pub kind: Kind,
    /// The client or service that tells it.
    pub node: &'a str,
    /// Whom it calls, or to which channel it sends.
    pub peer: Option<&'a str>,
    pub name: String,
    pub start: Instant,
    pub end: Instant,
    pub failure: Option<Cause>,
    pub attributes: Vec<Attribute>,
    pub events: Vec<Event>,
}

/// What has its place in a list of rows, gathered by span.
struct BySpan<'a, T>(Vec<Vec<&'a T>>);

impl<'a, T> BySpan<'a, T> {
    fn new(spans: usize, rows: &'a [T], span: fn(&T) -> u32) -> BySpan<'a, T> {
        let mut of = vec![Vec::new(); spans];
        for row in rows {
            if let Some(of) = of.get_mut(span(row) as usize) {
                of.push(row);
            }
        }
        BySpan(of)
    }

    fn of(&self, span: u32) -> &[&'a T] {
        self.0.get(span as usize).map_or(&[], Vec::as_slice)
    }
}

/// Who makes sides of rows.
struct Maker<'e, 'a> {
    export: &'e Export<'a>,
    segments: BySpan<'a, Segment>,
    notes: BySpan<'a, Note>,
    /// The trace of each request, and how many of its rows have been made so far.
    traces: Vec<(TraceId, u32)>,
    /// Of each row the number in its request.
    numbers: Vec<u32>,
    sides: Vec<Side<'a>>,
}

/// The sides of all chosen requests.
pub fn sides<'a>(export: &Export<'a>) -> Vec<Side<'a>> {
    let trace = export.trace;
    let mut maker = Maker {
        export,
        segments: BySpan::new(trace.spans.len(), &trace.segments, |segment| segment.span),
        notes: BySpan::new(trace.spans.len(), &trace.notes, |note| note.span),
        traces: traces(export),
        numbers: vec![0; trace.spans.len()],
        sides: Vec::new(),
    };
    for request in 0..trace.requests.len() as u32 {
        if export.is_chosen(request) {
            maker.make_request(request);
        }
    }
    for (row, span) in (0u32..).zip(&trace.spans) {
        if export.is_chosen(span.request) {
            maker.make_call(row, span);
        }
    }
    maker.sides
}

/// The trace of each request.
pub fn traces(export: &Export) -> Vec<(TraceId, u32)> {
    let requests = &export.trace.requests;
    let mut traces = Vec::with_capacity(requests.len());
    for (row, request) in requests.iter().enumerate() {
        // They stand in the order of their offering: those that look the same are near.
        let before = requests[..row].iter().rev();
        let here = before.take_while(|other| other.offered == request.offered);
        let again = here.filter(|other| (other.client, other.number) == (request.client, request.number));
        traces.push((TraceId::new(export.seed, request, again.count() as u64), 1));
    }
    traces
}

/// Whether a channel's broker sends here, and no service: a delivery.
pub fn is_delivery(export: &Export, span: &Span) -> bool {
    let edge = export.scenario.edge(span.edge);
    let parent = export.trace.spans.get(span.parent as usize);
    // A message that is delivered again from an edge's own channel stands below its first delivery.
    let again =
        span.mode == Mode::Queue && span.from_lane == NO_LANE && parent.is_some_and(|parent| parent.edge == span.edge);
    matches!(edge.from, Caller::Channel(_)) || again
}

/// Whether the callee has taken the call: it has arrived, and no closed door was all that became of it.
fn is_taken(span: &Span) -> bool {
    let refused = span.began == Instant::NEVER && span.ended == span.arrived;
    span.arrived != Instant::NEVER && !refused
}

impl<'a> Maker<'_, 'a> {
    fn make_request(&mut self, request: u32) {
        let row = self.export.trace.requests[request as usize];
        let (trace, _) = self.traces[request as usize];
        let mut attributes = vec![
            ("sync_or_swim.client", Value::Text(self.client(request).to_string())),
            ("sync_or_swim.request", Value::Whole(row.number)),
            ("sync_or_swim.seed", Value::Whole(self.export.seed)),
        ];
        if row.completed != Instant::NEVER {
            attributes.push((
                "sync_or_swim.completion_ms",
                Value::Ms(row.completed.since(row.offered)),
            ));
        }
        mark_open(&mut attributes, row.returned);
        self.sides.push(Side {
            trace,
            id: trace.span(0),
            parent: None,
            follows: false,
            kind: Kind::Request,
            node: self.client(request),
            peer: None,
            name: "request".to_string(),
            start: row.offered,
            end: self.export.or_end(row.returned, row.offered),
            failure: row.outcome.and_then(Result::err),
            attributes,
            events: Vec::new(),
        });
    }

    fn client(&self, request: u32) -> &'a str {
        let client = self.export.trace.requests[request as usize].client;
        &self.export.scenario.clients[client.0 as usize].name
    }

    fn make_call(&mut self, row: u32, span: &'a Span) {
        let (_, next) = &mut self.traces[span.request as usize];
        self.numbers[row as usize] = *next;
        *next += 2;
        if !is_delivery(self.export, span) {
            self.make_caller(row, span);
        }
        if is_taken(span) && self.edge(span).service().is_some() {
            self.make_callee(row, span);
        }
    }

    fn edge(&self, span: &Span) -> &'a Edge {
        self.export.scenario.edge(span.edge)
    }

    fn caller_id(&self, row: u32, span: &Span) -> u64 {
        self.traces[span.request as usize].0.span(self.numbers[row as usize])
    }

    /// The channel that lies between, declared or the edge's own.
    fn channel(&self, span: &Span) -> Option<&'a str> {
        let (scenario, edge) = (self.export.scenario, self.edge(span));
        match (edge.from, edge.to) {
            (Caller::Channel(id), _) | (_, Callee::Channel(id)) => Some(scenario.channel_name(id)),
            _ if span.mode == Mode::Queue => Some(scenario.channel_name(scenario.own_channel(span.edge))),
            _ => None,
        }
    }

    fn make_caller(&mut self, row: u32, span: &'a Span) {
        let (scenario, edge) = (self.export.scenario, self.edge(span));
        let (trace, _) = self.traces[span.request as usize];
        let parent = self.export.trace.spans.get(span.parent as usize);
        let (from, to) = word::ends(scenario, edge);
        let channel = self.channel(span);
        let mut attributes = attributes_of(span, edge);
        match channel {
            Some(channel) => attributes.extend(messaging(channel, "send")),
            None => attributes.push(("peer.service", Value::Text(to.to_string()))),
        }
        let blocked = self.blocked_on(span);
        attributes.push(("sync_or_swim.blocked_ms", Value::Ms(blocked)));
        mark_open(&mut attributes, span.returned);
        self.sides.push(Side {
            trace,
            id: self.caller_id(row, span),
            parent: Some(parent.map_or(trace.span(0), |parent| self.caller_id(span.parent, parent) + 1)),
            follows: false,
            kind: if channel.is_some() {
                Kind::Producer
            } else {
                Kind::Client
            },
            node: from,
            peer: Some(channel.unwrap_or(to)),
            name: channel.map_or_else(|| self.operation(edge), |channel| format!("send {channel}")),
            start: span.sent,
            end: self.export.or_end(span.returned, span.sent),
            failure: span.outcome.and_then(Result::err),
            attributes,
            events: self.events(row, |what| matches!(what, What::Asked)),
        });
    }

    fn make_callee(&mut self, row: u32, span: &'a Span) {
        let edge = self.edge(span);
        let (trace, _) = self.traces[span.request as usize];
        let cause = if is_delivery(self.export, span) {
            span.parent
        } else {
            row
        };
        let parent = self.export.trace.spans.get(cause as usize);
        let channel = self.channel(span);
        let mut attributes = attributes_of(span, edge);
        if let Some(channel) = channel {
            attributes.extend(messaging(channel, "process"));
            let group = edge.consume.group.clone().map(Value::Text);
            attributes.extend(group.map(|group| ("messaging.consumer.group.name", group)));
        }
        attributes.extend(self.lane(span));
        attributes.extend(self.shares(row, span));
        mark_open(&mut attributes, span.ended);
        let mut events = self.blocks(row);
        events.extend(self.events(row, |what| !matches!(what, What::Asked)));
        events.sort_by_key(|event| event.at);
        let died = self.notes.of(row).iter().any(|note| note.what == What::Died);
        let failed = span.outcome == Some(Err(Cause::Error));
        self.sides.push(Side {
            trace,
            id: self.caller_id(row, span) + 1,
            parent: Some(parent.map_or(trace.span(0), |parent| self.caller_id(cause, parent))),
            follows: channel.is_some() || !span.mode.waits(),
            kind: if channel.is_some() {
                Kind::Consumer
            } else {
                Kind::Server
            },
            node: word::ends(self.export.scenario, edge).1,
            peer: None,
            name: channel.map_or_else(|| self.operation(edge), |channel| format!("process {channel}")),
            start: span.arrived,
            end: self.export.or_end(span.ended, span.arrived),
            failure: match (died, failed) {
                (true, _) => Some(Cause::Reset),
                (_, true) => Some(Cause::Error),
                _ => None,
            },
            attributes,
            events,
        });
    }

    /// `orders.place`, `orders` where it is the default.
    fn operation(&self, edge: &Edge) -> String {
        operation(self.export, edge)
    }

    /// The worker that began it.
    fn lane(&self, span: &Span) -> Option<Attribute> {
        let name = self.export.lanes.get(span.lane as usize)?;
        Some(("sync_or_swim.lane", Value::Text(name.clone())))
    }

    /// How long it waited for a worker, ran, was blocked and waited for a core.
    fn shares(&self, row: u32, span: &Span) -> [Attribute; 4] {
        let begun = self.export.or_end(span.began.min(span.ended), span.arrived);
        let sum = |is: fn(Activity) -> bool| {
            let segments = self.segments.of(row).iter().filter(|segment| is(segment.activity));
            Value::Ms(Duration(
                segments.map(|segment| segment.end.since(segment.start).0).sum(),
            ))
        };
        [
            ("sync_or_swim.backlog_ms", Value::Ms(begun.since(span.arrived))),
            ("sync_or_swim.running_ms", sum(|activity| activity == Activity::Running)),
            (
                "sync_or_swim.blocked_ms",
                sum(|activity| matches!(activity, Activity::Blocked(_))),
            ),
            (
                "sync_or_swim.core_wait_ms",
                sum(|activity| activity == Activity::CoreWait),
            ),
        ]
    }

    /// How long the caller's worker was held for this call.
    fn blocked_on(&self, span: &Span) -> Duration {
        if span.parent == NO_SPAN {
            return Duration::ZERO;
        }
        let until = self.export.or_end(span.returned, span.sent);
        let held = self
            .segments
            .of(span.parent)
            .iter()
            .filter(|segment| segment.activity == Activity::Blocked(On::Edge(span.edge)));
        let parts = held.map(|segment| {
            let (start, end) = (segment.start.max(span.sent), segment.end.min(until));
            if start < end { end.since(start).0 } else { 0 }
        });
        Duration(parts.sum())
    }

    /// Each stretch in which its worker was blocked, and on whom.
    fn blocks(&self, row: u32) -> Vec<Event> {
        let blocked = self.segments.of(row).iter().filter_map(|segment| {
            let on = word::blocker(self.export.scenario, segment.activity)?;
            Some(Event {
                at: segment.start,
                name: "blocked",
                attributes: vec![
                    ("sync_or_swim.on", Value::Text(on.to_string())),
                    ("sync_or_swim.blocked_ms", Value::Ms(segment.end.since(segment.start))),
                ],
            })
        });
        blocked.collect()
    }

    fn events(&self, row: u32, wanted: fn(What) -> bool) -> Vec<Event> {
        let notes = self.notes.of(row).iter().filter(|note| wanted(note.what));
        let events = notes.map(|note| {
            let edge = |id| {
                (
                    "sync_or_swim.edge",
                    Value::Text(self.export.scenario.edge(id).name.clone()),
                )
            };
            let (name, attributes) = match note.what {
                What::Asked => ("asked", Vec::new()),
                What::Died => ("died", Vec::new()),
                What::FellBack(id) => ("fell back", vec![edge(id)]),
                What::Barred(id, cause) => {
                    let cause = ("error.type", Value::Text(cause.word().to_string()));
                    ("barred", vec![edge(id), cause])
                }
            };
            Event {
                at: note.at,
                name,
                attributes,
            }
        });
        events.collect()
    }
}

/// `orders.place`, `orders` where it is the default.
pub fn operation(export: &Export, edge: &Edge) -> String {
    let name = export.scenario.name_of(edge.to);
    match edge.to {
        Callee::Operation(id, operation) => {
            match export.scenario.service(id).operations[operation as usize].name.as_str() {
                "default" => name.to_string(),
                operation => format!("{name}.{operation}"),
            }
        }
        Callee::Channel(_) => name.to_string(),
    }
}

/// What both sides say of their call.
fn attributes_of(span: &Span, edge: &Edge) -> Vec<Attribute> {
    let mut attributes = vec![
        ("sync_or_swim.edge", Value::Text(edge.name.clone())),
        ("sync_or_swim.mode", Value::Text(span.mode.word().to_string())),
    ];
    if span.attempt > 1 {
        attributes.push(("sync_or_swim.attempt", Value::Whole(u64::from(span.attempt))));
    }
    if span.hedge {
        attributes.push(("sync_or_swim.hedge", Value::Flag(true)));
    }
    if span.lost {
        let what = if span.arrived == Instant::NEVER {
            "request"
        } else {
            "reply"
        };
        attributes.push(("sync_or_swim.lost", Value::Text(what.to_string())));
    }
    attributes
}

/// What the conventions of OpenTelemetry ask of a message's sides.
fn messaging(channel: &str, does: &str) -> [Attribute; 4] {
    [
        ("messaging.system", "sync_or_swim"),
        ("messaging.destination.name", channel),
        ("messaging.operation.name", does),
        ("messaging.operation.type", does),
    ]
    .map(|(name, text)| (name, Value::Text(text.to_string())))
}

fn mark_open(attributes: &mut Vec<Attribute>, end: Instant) {
    if end == Instant::NEVER {
        attributes.push(("sync_or_swim.unfinished", Value::Flag(true)));
    }
}
