//! Policies of an edge: what guards and shapes its calls.

use super::client::{distribution, positive};
use super::dist;
use super::edge;
use super::name::{Names, target};
use super::table::{Desk, Table};
use crate::scenario::node::{Node, Value};
use crate::scenario::*;
use crate::time::Duration;

const JITTERS: [(&str, Jitter); 4] = [
    ("none", Jitter::None),
    ("equal", Jitter::Equal),
    ("full", Jitter::Full),
    ("decorrelated", Jitter::Decorrelated),
];
/// Counts of attempts, calls and connections at most.
const MOST: u64 = 1_000_000;

/// Reads the policies that are there; the others stay as they are.
pub fn policy<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    let policy = &mut edge.policy;
    if let Some(field) = table.get("retry") {
        policy.retry = given(field).and_then(|field| retry(desk, field));
    }
    if let Some(field) = table.get("breaker") {
        policy.breaker = given(field).and_then(|field| breaker(desk, field));
    }
    for (key, place) in [("limit", &mut policy.limit), ("connections", &mut policy.connections)] {
        if let Some(field) = table.get(key) {
            *place = given(field).map(|field| desk.count(field, 1, MOST) as u32);
        }
    }
    if let Some(field) = table.get("rate") {
        policy.rate = given(field).and_then(|field| rate(desk, field));
    }
    for (key, place) in [("hedge", &mut policy.hedge), ("every", &mut policy.every)] {
        if let Some(field) = table.get(key) {
            *place = given(field).map(|field| positive(desk, field));
        }
    }
    if let Some(field) = table.get("setup") {
        policy.setup = given(field).map(|field| distribution(desk, field));
    }
    if let Some(field) = table.get("deadline") {
        policy.deadline = given(field).map(|field| match field.text() {
            Some("propagate") => Deadline::Propagate,
            _ => Deadline::After(positive(desk, field)),
        });
    }
    if let Some(field) = table.get("cancel") {
        policy.cancel = truth(desk, field);
    }
    if let Some(field) = table.get("idempotent") {
        edge.consume.idempotent = truth(desk, field);
        edge.policy.idempotent = edge.consume.idempotent && !matches!(edge.from, Caller::Channel(_));
    }
    warn(desk, table, edge);
}

/// A value that is there and not null.
pub fn given(field: &Node) -> Option<&Node> {
    (field.value != Value::Null).then_some(field)
}

/// True or false.
pub fn truth(desk: &mut Desk, field: &Node) -> bool {
    match field.value {
        Value::Bool(is) => is,
        _ => {
            let shown = desk.shown(field);
            desk.error(field, format!("{shown} is not possible here"), "true or false");
            false
        }
    }
}

/// The name of a protocol; one that has no defaults is a label.
pub fn protocol<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Option<&'a str> {
    let field = table.get("protocol")?;
    desk.text(field, "a protocol such as \"grpc\"")
}

/// The defaults of a protocol, which what is said besides replaces.
pub fn preset<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    let Some(word) = protocol(desk, table) else { return };
    // One call at a time on a connection, opened with TCP and TLS 1.3 handshakes (RFC 9112, RFC 8446). http2 and grpc
    // share long-lived connections, which cost a call nothing (RFC 9113).
    if word == "http1" && !matches!(edge.from, Caller::Channel(_)) {
        edge.policy.connections = Some(100);
        edge.policy.setup = Some(Dist::Constant(Duration::from_ms(3)));
    }
    if let Some(ack) = ack_of(word) {
        edge.channel.ack = ack;
    }
}

/// A broker's confirm, and its replicas' (RabbitMQ: Consumer Acknowledgements; Kafka: acks).
pub fn ack_of(protocol: &str) -> Option<Dist> {
    let ms = match protocol {
        "amqp" => 1,
        "kafka" => 2,
        _ => return None,
    };
    Some(Dist::Constant(Duration::from_ms(ms)))
}

fn rate<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<f64> {
    let text = desk.text(field, "a rate such as \"50/s\"")?;
    match dist::rate(text) {
        Ok(rate) => Some(rate),
        Err(wrong) => {
            desk.error(field, wrong.message, wrong.fix);
            None
        }
    }
}

fn retry<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Retry> {
    let table = desk.table(field, &["attempts", "backoff", "jitter", "budget", "on"], &[])?;
    let mut retry = Retry {
        attempts: 3,
        backoff: Backoff::Constant(Duration::ZERO),
        jitter: Jitter::None,
        budget: None,
        on: vec![Cause::Timeout, Cause::Refused, Cause::Reset],
    };
    match table.get("attempts") {
        Some(attempts) => retry.attempts = desk.count(attempts, 1, 100) as u32,
        None => desk.error(
            field,
            "`attempts` is missing",
            "how often it is tried at most; the first counts",
        ),
    }
    if let Some(backoff) = table.get("backoff") {
        retry.backoff = self::backoff(desk, backoff);
    }
    if let Some(jitter) = table.get("jitter") {
        retry.jitter = JITTERS[desk.word(jitter, &JITTERS.map(|(word, _)| word))].1;
    }
    if let Some(budget) = table.get("budget").and_then(given) {
        retry.budget = Some(desk.number(budget, 0.0, 10.0, "retries for each call, from 0 to 10, such as 0.2"));
    }
    if let Some(on) = table.get("on") {
        let words = Cause::ALL.map(Cause::word);
        retry.on = desk
            .list(on)
            .iter()
            .map(|cause| Cause::ALL[desk.word(cause, &words)])
            .collect();
    }
    Some(retry)
}

fn backoff<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Backoff {
    let none = Backoff::Constant(Duration::ZERO);
    let forms = "`constant(10ms)`, `linear(10ms)` or `exponential(50ms, 1s)`";
    let Some(text) = desk.text(field, forms) else {
        return none;
    };
    let Some((name, arguments)) = dist::call(text) else {
        desk.error(field, format!("`{text}` is no backoff"), forms);
        return none;
    };
    let times: Result<Vec<Duration>, _> = arguments.split(',').map(|time| dist::duration(time.trim())).collect();
    let times = match times {
        Ok(times) => times,
        Err(wrong) => {
            desk.error(field, wrong.message, wrong.fix);
            return none;
        }
    };
    match (name, &times[..]) {
        ("constant", [pause]) => Backoff::Constant(*pause),
        ("linear", [step]) => Backoff::Linear(*step),
        ("exponential", [first, most]) if first <= most => Backoff::Exponential {
            first: *first,
            most: *most,
        },
        _ => {
            desk.error(field, format!("`{text}` is no backoff"), forms);
            none
        }
    }
}

fn breaker<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Breaker> {
    let keys = ["window", "failureRate", "minimumCalls", "open", "halfOpen"];
    let table = desk.table(field, &keys, &[])?;
    let mut breaker = Breaker {
        window: 100,
        failure_rate: 0.5,
        minimum_calls: 100,
        open: Duration::from_s(60),
        half_open: 10,
    };
    if let Some(window) = table.get("window") {
        breaker.window = desk.count(window, 1, MOST) as u32;
        breaker.minimum_calls = breaker.window;
    }
    if let Some(rate) = table.get("failureRate") {
        breaker.failure_rate = desk.probability(rate);
    }
    if let Some(calls) = table.get("minimumCalls") {
        breaker.minimum_calls = desk.count(calls, 1, breaker.window as u64) as u32;
    }
    if let Some(open) = table.get("open") {
        breaker.open = positive(desk, open);
    }
    if let Some(trials) = table.get("halfOpen") {
        breaker.half_open = desk.count(trials, 1, MOST) as u32;
    }
    Some(breaker)
}

/// What stands for the fallback of an edge, where it may have one.
pub fn fallback_of<'a>(table: &Table<'a>, edge: &Edge) -> Option<&'a Node> {
    let calls = !matches!(edge.from, Caller::Channel(_));
    table.get("fallback").filter(|_| calls)
}

/// Reads the fallback of an edge, once all edges are known; a call without an edge of its own is a plain one.
pub fn fallback<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>, edges: &mut Vec<Edge>, index: usize) {
    let Some(field) = given(field) else {
        edges[index].policy.fallback = None;
        return;
    };
    let Some(table) = desk.table(field, &["value", "call"], &[]) else {
        return;
    };
    edges[index].policy.fallback = match (table.get("value"), table.get("call")) {
        (Some(value), None) => Some(Fallback::Value(value.text().unwrap_or_default().to_string())),
        (None, Some(call)) => match (edges[index].from, target(desk, call, names)) {
            (_, None) => None,
            (from @ Caller::Service(service), Some(to)) => {
                let caller = names.services[service.0 as usize];
                let name = format!("{caller}->{}", call.text().unwrap_or_default());
                let edge = edge::find_or_add(edges, name, from, to);
                (edge.0 as usize != index).then_some(Fallback::Call(edge))
            }
            _ => {
                desk.error(call, "a client has only one call to make", "a fallback with a `value`");
                None
            }
        },
        _ => {
            let fix = "{\"value\": \"stand-in\"} or {\"call\": \"SERVICE\"}";
            desk.error(field, "a fallback is a value or a call", fix);
            None
        }
    };
}

/// Policies that nobody is there to apply where nobody waits, and those besides that a hand-off has no use for.
const WAITING: [&str; 8] = [
    "timeout",
    "retry",
    "breaker",
    "hedge",
    "fallback",
    "deadline",
    "cancel",
    "idempotent",
];
const SENDING: [&str; 4] = ["limit", "rate", "connections", "setup"];

/// What is allowed and yet may not do what its author thinks.
fn warn<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &Edge) {
    let idle = match edge.mode {
        Mode::Oneway => &WAITING[..],
        Mode::Forward => &[&WAITING[..], &SENDING[..]].concat(),
        _ => &[],
    };
    for key in idle {
        if let Some(field) = table.get(key).and_then(given) {
            let who = match edge.is_call() {
                true => format!("nobody waits on a `{}` edge", edge.mode.word()),
                false => "nobody waits for an ack".to_string(),
            };
            desk.warn(field, format!("{who}, so its `{key}` does nothing"), "leave it out");
        }
    }
    if let (Some(field), true) = (table.get("every"), edge.is_call())
        && edge.mode != Mode::Poll
        && edge.flip != Mode::Poll
    {
        desk.warn(
            field,
            "only mode `poll` asks again and again",
            "\"mode\": \"poll\", or leave it out",
        );
    }
}
