//! Edges: who may call whom, and how.

use super::Names;
use super::client::{distribution, positive};
use super::policy;
use super::table::{Desk, Table};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::nearest;
use crate::scenario::{Callee, Caller, ChannelRules, ClientId, Edge, EdgeId, Fallback, Mode, Service, ServiceId, Step};
use crate::time::Duration;

const KEYS: [&str; 22] = [
    "from",
    "to",
    "mode",
    "flip",
    "weight",
    "latency",
    "loss",
    "timeout",
    "channel",
    "protocol",
    "setup",
    "connections",
    "cancel",
    "deadline",
    "retry",
    "breaker",
    "limit",
    "rate",
    "hedge",
    "fallback",
    "idempotent",
    "every",
];
/// Of these, the ends and what stays as it is during a run.
const FIXED_KEYS: [&str; 4] = ["from", "to", "flip", "weight"];
const LATER_KEYS: [&str; 11] = [
    "acks",
    "key",
    "keys",
    "reply",
    "group",
    "prefetch",
    "batch",
    "poison",
    "ackTimeout",
    "redelivery",
    "deliveries",
];
/// Of the keys, those of policies: the page is too small to read them yet.
const POLICIES: usize = 9;

/// The keys that are read, and those that are refused by name.
const fn known() -> (&'static [&'static str], &'static [&'static str]) {
    let (plain, policies) = KEYS.split_at(POLICIES);
    match cfg!(feature = "page") {
        true => (plain, policies),
        false => (&KEYS, &LATER_KEYS),
    }
}

const LATER_CHANNEL_KEYS: [&str; 10] = [
    "kind",
    "partitions",
    "delivery",
    "ackTimeout",
    "redelivery",
    "deliveries",
    "deadLetter",
    "retention",
    "protocol",
    "name",
];
/// The words of the modes that can be chosen.
pub fn mode_words() -> [&'static str; Mode::ALL.len()] {
    Mode::ALL.map(Mode::word)
}

/// Reads all declared edges.
pub fn edges<'a>(desk: &mut Desk<'a>, field: Option<&'a Node>, names: &Names<'a>) -> Vec<Edge> {
    let Some(field) = field else { return Vec::new() };
    let mut edges: Vec<Edge> = Vec::new();
    let items = desk.list(field);
    if items.len() > super::COUNT_LIMIT {
        desk.error(
            field,
            format!("there are {} edges", items.len()),
            format!("at most {}", super::COUNT_LIMIT),
        );
        return edges;
    }
    let mut fallbacks = Vec::new();
    for item in items {
        let Some(table) = desk.table(item, known().0, known().1) else {
            continue;
        };
        let Some(edge) = edge(desk, &table, names) else {
            continue;
        };
        let same = |other: &&Edge| (other.from, other.to) == (edge.from, edge.to);
        if let Some(other) = edges.iter().find(same) {
            let message = format!("the edge `{}` is there already", other.name);
            desk.error(item, message, "one edge leads from a caller to an operation");
        }
        if let Some(field) = table.get("fallback").filter(|_| !cfg!(feature = "page")) {
            fallbacks.push((edges.len(), field));
        }
        edges.push(edge);
    }
    for (index, field) in fallbacks {
        policy::fallback(desk, field, names, &mut edges, index);
    }
    edges
}

/// The edge between these two, if need be a plain one of this name.
pub fn find_or_add(edges: &mut Vec<Edge>, name: String, from: Caller, to: Callee) -> EdgeId {
    let same = |edge: &Edge| (edge.from, edge.to) == (from, to);
    let index = edges.iter().position(same).unwrap_or_else(|| {
        edges.push(Edge::plain(name, from, to));
        edges.len() - 1
    });
    EdgeId(index as u32)
}

fn edge<'a>(desk: &mut Desk<'a>, table: &Table<'a>, names: &Names<'a>) -> Option<Edge> {
    let from = required(desk, table, "from").and_then(|field| caller(desk, field, names));
    let to = required(desk, table, "to").and_then(|field| Some((field, target(desk, field, names)?)));
    let mut edge = Edge::plain(
        String::new(),
        Caller::Client(ClientId(0)),
        Callee::Operation(ServiceId(0), 0),
    );
    edge.declared = true;
    policies(desk, table, &mut edge);
    let (from, (to_field, to)) = (from?, to?);
    (edge.from, edge.to) = (from, to);
    if let (Some(field), Mode::Forward, Caller::Client(_)) = (table.get("mode"), edge.mode, from) {
        desk.error(
            field,
            "a client has nobody for whom the callee could answer",
            "another mode",
        );
    }
    let from_name = table.get("from").and_then(|field| field.text()).unwrap_or_default();
    edge.name = format!("{from_name}->{}", to_field.text().unwrap_or_default());
    if let (Some(weight), Caller::Service(_)) = (table.get("weight"), from) {
        desk.error(
            weight,
            "only a client chooses among its edges by `weight`",
            "leave it out",
        );
    }
    Some(edge)
}

fn required<'a>(desk: &mut Desk<'a>, table: &Table<'a>, key: &str) -> Option<&'a Node> {
    let field = table.get(key);
    if field.is_none() {
        desk.error(table.node, format!("`{key}` is missing"), "an edge has `from` and `to`");
    }
    field
}

fn caller<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>) -> Option<Caller> {
    let text = desk.text(field, "the name of a client or service")?;
    if let Some(index) = names.clients.iter().position(|name| *name == text) {
        return Some(Caller::Client(ClientId(index as u32)));
    }
    if let Some(index) = names.services.iter().position(|name| *name == text) {
        return Some(Caller::Service(ServiceId(index as u32)));
    }
    if later(desk, field, text, names) {
        return None;
    }
    let known = names.clients.iter().chain(&names.services).copied();
    let fix = nearest(text, known).map_or("declare it under `clients` or `services`".to_string(), |name| {
        format!("did you mean `{name}`?")
    });
    desk.error(field, format!("there is no client or service `{text}`"), fix);
    None
}

/// Whether a name is that of a channel, which is refused.
fn later<'a>(desk: &mut Desk<'a>, field: &'a Node, name: &str, names: &Names) -> bool {
    let is_channel = names.channels.contains(&name);
    if is_channel {
        let message = format!("`{name}` is a channel, and `channels` is not supported yet");
        desk.error(field, message, "an edge in mode `queue` has a channel of its own");
    }
    is_channel
}

/// `SERVICE` or `SERVICE.OPERATION`.
pub fn target<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>) -> Option<Callee> {
    let text = desk.text(field, "a service, or `SERVICE.OPERATION`,")?;
    let (service, operation) = text.split_once('.').unwrap_or((text, super::service::DEFAULT));
    let Some(index) = names.services.iter().position(|name| *name == service) else {
        if later(desk, field, service, names) {
            return None;
        }
        let fix = match nearest(service, names.services.iter().copied()) {
            _ if names.clients.contains(&service) => format!("`{service}` is a client, and nobody calls clients"),
            Some(name) => format!("did you mean `{name}`?"),
            None => "declare it under `services`".to_string(),
        };
        desk.error(field, format!("there is no service `{service}`"), fix);
        return None;
    };
    let operations = &names.operations[index];
    if let Some(at) = operations.iter().position(|name| *name == operation) {
        return Some(Callee::Operation(ServiceId(index as u32), at as u32));
    }
    let all = || {
        operations
            .iter()
            .map(|name| format!("`{service}.{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let message = match text.contains('.') {
        true => format!("`{service}` has no operation `{operation}`"),
        false => format!("`{service}` has no operation `default`, so the call must name one"),
    };
    desk.error(field, message, format!("possible are {}", all()));
    None
}

/// The keys that a change may set.
pub fn settings<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Table<'a>> {
    let table = desk.table(field, known().0, known().1)?;
    for (key, name, _) in table.entries() {
        if FIXED_KEYS.contains(&key) {
            desk.error(name, format!("`{key}` stays as it is during a run"), "leave it out");
        }
    }
    Some(table)
}

/// Everything of an edge but its ends; what is not there stays as it is.
pub fn policies<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    if let Some(field) = table.get("mode") {
        edge.mode = mode(desk, field);
    }
    if let Some(field) = table.get("flip") {
        edge.flip = mode(desk, field);
        if edge.flip == Mode::Sync {
            desk.error(
                field,
                "a flip leads from `sync` to another mode",
                "such as `await` or `queue`",
            );
        }
    }
    if let Some(field) = table.get("weight") {
        edge.weight = desk.number(field, 1e-9, 1e9, "a number above 0");
    }
    if let Some(field) = table.get("latency") {
        edge.latency = distribution(desk, field);
    }
    if let Some(field) = table.get("loss") {
        edge.loss = desk.probability(field);
    }
    if let Some(field) = table.get("timeout") {
        edge.timeout = timeout(desk, field);
    }
    if let Some(field) = table.get("channel") {
        edge.channel = channel(desk, field);
    }
    policy::policy(desk, table, edge);
    warn(desk, table, edge);
}

/// What is allowed and yet may not do what its author thinks.
fn warn<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &Edge) {
    if let (Some(field), Mode::Oneway) = (table.get("timeout"), edge.mode) {
        desk.warn(
            field,
            "nobody waits on a `oneway` edge, so its timeout does nothing",
            "leave it out",
        );
    }
    if let (Some(field), None) = (table.get("loss"), edge.timeout)
        && edge.loss > 0.0
        && edge.mode != Mode::Oneway
    {
        desk.warn(
            field,
            "without a timeout a caller waits for ever for what was lost",
            "add a `timeout`",
        );
    }
}

/// A duration, or null for none.
pub fn timeout<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Duration> {
    match field.value {
        Value::Null => None,
        _ => Some(positive(desk, field)),
    }
}

/// One of the modes.
pub fn mode<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Mode {
    Mode::ALL[desk.word(field, &mode_words(), &[])]
}

fn channel<'a>(desk: &mut Desk<'a>, field: &'a Node) -> ChannelRules {
    let mut channel = ChannelRules::default();
    let Some(table) = desk.table(field, &["capacity", "ack", "overflow"], &LATER_CHANNEL_KEYS) else {
        return channel;
    };
    if let Some(field) = table.get("capacity").filter(|field| field.value != Value::Null) {
        channel.capacity = Some(desk.count(field, 1, u32::MAX as u64 - 1) as u32);
    }
    if let Some(field) = table.get("ack") {
        channel.ack = distribution(desk, field);
    }
    if let Some(field) = table.get("overflow") {
        desk.word(field, &["refuse"], &["block", "dropOldest"]);
    }
    channel
}

/// Warns of edges between services that no operation calls.
pub fn unused<'a>(desk: &mut Desk<'a>, field: Option<&'a Node>, edges: &[Edge], services: &[Service]) {
    let mut called = vec![false; edges.len()];
    let mut mark = |id: EdgeId| called[id.0 as usize] = true;
    services
        .iter()
        .flat_map(|service| &service.operations)
        .for_each(|o| each_call(&o.steps, &mut mark));
    for edge in edges {
        if let Some(Fallback::Call(stand_in)) = edge.policy.fallback {
            mark(stand_in);
        }
    }
    let Some(field) = field else { return };
    let items = desk.list(field);
    if items.len() != edges.iter().filter(|edge| edge.declared).count() {
        return;
    }
    for ((edge, called), item) in edges.iter().zip(&called).zip(items) {
        if matches!(edge.from, Caller::Service(_)) && !called {
            desk.warn(
                item,
                format!("nothing calls over `{}`", edge.name),
                "add a step {\"call\": …} to an operation",
            );
        }
    }
}

/// Every call of these steps, nested ones included.
pub fn each_call(steps: &[Step], visit: &mut impl FnMut(EdgeId)) {
    for step in steps {
        match step {
            Step::Call(edge) => visit(*edge),
            Step::Parallel { branches, .. } => branches.iter().for_each(|branch| each_call(branch, visit)),
            Step::Choose(options) => options.iter().for_each(|(_, body)| each_call(body, visit)),
            Step::Repeat { body, .. } => each_call(body, visit),
            Step::Hold { body, .. } | Step::Offload(body) => each_call(body, visit),
            Step::Saga(parts) => parts.iter().for_each(|part| {
                each_call(&part.step, visit);
                each_call(&part.undo, visit);
            }),
            Step::Work(_) | Step::Wait(_) | Step::Respond | Step::Fail(_) => {}
            Step::Acquire(_) | Step::Release(_) | Step::Write(_) | Step::Read(_) | Step::Apply(_) => {}
        }
    }
}
