//! Edges: who may call whom, and how.

use super::client::{distribution, positive};
use super::name::{Names, caller, target};
use super::policy::given;
use super::table::{Desk, Table};
use super::{broker, channel, policy};
use crate::scenario::node::Node;
use crate::scenario::{Callee, Caller, ClientId, Edge, EdgeId, Fallback, Mode, Service, ServiceId, Step};

const KEYS: [&str; 30] = [
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
    "acks",
    "key",
    "keys",
    "reply",
    "group",
    "prefetch",
    "batch",
    "poison",
];
/// Of these, the ends and what stays as it is during a run.
const FIXED_KEYS: [&str; 4] = ["from", "to", "flip", "group"];

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
        let Some(table) = desk.table(item, &KEYS, &[]) else {
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
        if let Some(field) = policy::fallback_of(&table, &edge) {
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
        edges.push(plain(name, from, to));
        edges.len() - 1
    });
    EdgeId(index as u32)
}

fn edge<'a>(desk: &mut Desk<'a>, table: &Table<'a>, names: &Names<'a>) -> Option<Edge> {
    let from = required(desk, table, "from").and_then(|field| Some((field, caller(desk, field, names)?)));
    let to = required(desk, table, "to").and_then(|field| Some((field, target(desk, field, names)?)));
    let (Some((from, caller)), Some((to, callee))) = (from, to) else {
        let somebody = Caller::Client(ClientId(0));
        let mut edge = plain(String::new(), somebody, Callee::Operation(ServiceId(0), 0));
        set(desk, table, &mut edge, names);
        return None;
    };
    let [from, to] = [from, to].map(|field| field.text().unwrap_or_default());
    let mut edge = plain(format!("{from}->{to}"), caller, callee);
    edge.declared = true;
    ends(desk, table, &edge);
    set(desk, table, &mut edge, names);
    Some(edge)
}

/// What the ends of an edge leave no room for.
pub fn ends<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &Edge) {
    if let (Some(weight), Caller::Service(_) | Caller::Channel(_)) = (table.get("weight"), edge.from) {
        desk.error(
            weight,
            "only a client chooses among its edges by `weight`",
            "leave it out",
        );
    }
    broker::ends(desk, table, edge);
}

/// A plain edge, whose mode is the one in which it sends.
fn plain(name: String, from: Caller, to: Callee) -> Edge {
    let mut edge = Edge::plain(name, from, to);
    if !edge.is_call() {
        edge.mode = Mode::Queue;
    }
    edge
}
fn required<'a>(desk: &mut Desk<'a>, table: &Table<'a>, key: &str) -> Option<&'a Node> {
    let field = table.get(key);
    if field.is_none() {
        desk.error(table.node, format!("`{key}` is missing"), "an edge has `from` and `to`");
    }
    field
}

/// Sets what a change says of an edge.
pub fn change<'a>(
    desk: &mut Desk<'a>,
    field: &'a Node,
    edges: &mut Vec<Edge>,
    id: EdgeId,
    names: &Names<'a>,
) -> Option<()> {
    let table = desk.table(field, &KEYS, &[])?;
    for (key, name, _) in table.entries() {
        if FIXED_KEYS.contains(&key) {
            desk.error(name, format!("`{key}` stays as it is during a run"), "leave it out");
        }
    }
    let index = id.0 as usize;
    ends(desk, &table, &edges[index]);
    set(desk, &table, &mut edges[index], names);
    if let Some(field) = policy::fallback_of(&table, &edges[index]) {
        policy::fallback(desk, field, names, edges, index);
    }
    Some(())
}

/// Sets everything of an edge but its ends; what is not there stays as it is.
pub fn set<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge, names: &Names<'a>) {
    modes(desk, table, edge);
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
        edge.timeout = given(field).map(|field| positive(desk, field));
    }
    policy::preset(desk, table, edge);
    broker::set(desk, table, edge);
    if let Some(field) = table.get("channel") {
        channel::own(desk, field, &mut edge.channel, names);
    }
    policy::policy(desk, table, edge);
    warn(desk, table, edge);
}

fn modes<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    if let Some(field) = table.get("mode") {
        edge.mode = mode(desk, field);
        if let (Mode::Forward, Caller::Client(_)) = (edge.mode, edge.from) {
            let message = "a client has nobody for whom the callee could answer";
            desk.error(field, message, "another mode");
        }
    }
    if let Some(field) = table.get("flip") {
        edge.flip = mode(desk, field);
        if edge.flip == Mode::Sync {
            let message = "a flip leads from `sync` to another mode";
            desk.error(field, message, "such as `await` or `queue`");
        }
    }
}

/// What is allowed and yet may not do what its author thinks.
fn warn<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &Edge) {
    if let (Some(field), None) = (table.get("loss"), edge.timeout)
        && edge.loss > 0.0
        && edge.mode != Mode::Oneway
        && !matches!(edge.from, Caller::Channel(_))
    {
        desk.warn(
            field,
            "without a timeout a caller waits for ever for what was lost",
            "add a `timeout`",
        );
    }
}

/// One of the modes.
pub fn mode<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Mode {
    Mode::ALL[desk.word(field, &mode_words())]
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
    let Some(field) = field.filter(|_| !desk.failed()) else {
        return;
    };
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
