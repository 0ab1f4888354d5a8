//! Clients: where requests come from.

use super::policy::given;
use super::table::{Desk, Table};
use super::{arrival, dist};
use crate::scenario::node::{Node, Value};
use crate::scenario::{Caller, Client, ClientId, Dist, Edge, EdgeId, Load, Window};
use crate::time::{Duration, Instant};

const KEYS: [&str; 5] = ["arrivals", "users", "think", "start", "stop"];
/// Of these, what stays as it is during a run.
const FIXED_KEYS: [&str; 2] = ["start", "stop"];
const USERS: u64 = 1_000_000;

/// Reads all clients; each takes the edges that begin at it.
pub fn clients<'a>(desk: &mut Desk<'a>, table: Option<&Table<'a>>, edges: &[Edge], run: Window) -> Vec<Client> {
    let entries = table.iter().flat_map(|table| table.entries());
    entries
        .enumerate()
        .map(|(index, (name, _, field))| Client {
            edges: edges_of(desk, index, name, field, edges),
            ..client(desk, name, field, run)
        })
        .collect()
}

fn client<'a>(desk: &mut Desk<'a>, name: &str, field: &'a Node, run: Window) -> Client {
    let mut client = Client::plain(name.to_string(), Load::Open(arrival::NEVER));
    if let Some(table) = desk.table(field, &KEYS, &[]) {
        client.load = load(desk, &table);
        hours(desk, &table, &mut client, run);
    }
    client
}

fn edges_of<'a>(desk: &mut Desk<'a>, index: usize, name: &str, field: &'a Node, edges: &[Edge]) -> Vec<EdgeId> {
    let own = Caller::Client(ClientId(index as u32));
    let numbered = edges.iter().enumerate().filter(|(_, edge)| edge.from == own);
    let edges: Vec<EdgeId> = numbered.map(|(index, _)| EdgeId(index as u32)).collect();
    let begins_there = |edge: &Node| edge.get("from").and_then(Node::text) == Some(name);
    let is_written = || match desk.root.get("edges").map(|edges| &edges.value) {
        Some(Value::List(written)) => written.iter().any(begins_there),
        _ => false,
    };
    // One that is wrong has been told of.
    if edges.is_empty() && !is_written() {
        desk.error(
            field,
            format!("no edge begins at `{name}`"),
            format!("add {{\"from\": \"{name}\", \"to\": …}} to `edges`"),
        );
    }
    edges
}

fn load<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Load {
    match (table.get("arrivals"), table.get("users")) {
        (Some(arrivals), None) => {
            if let Some(think) = table.get("think") {
                desk.error(think, "`think` belongs to a client with `users`", "leave it out");
            }
            Load::Open(arrival::arrivals(desk, arrivals))
        }
        (None, Some(users)) => {
            let users = desk.count(users, 1, USERS) as u32;
            Load::Closed {
                users,
                think: think(desk, table),
            }
        }
        (Some(_), Some(users)) => {
            let message = "a client has either `arrivals` or `users`";
            desk.error(users, message, "leave one of them out");
            Load::Open(arrival::NEVER)
        }
        (None, None) => {
            let fix = "add \"arrivals\": \"poisson(50/s)\", or \"users\": 20, \"think\": \"exp(1s)\"";
            desk.error(table.node, "nothing says when this client sends", fix);
            Load::Open(arrival::NEVER)
        }
    }
}

/// When a client begins and ends.
fn hours<'a>(desk: &mut Desk<'a>, table: &Table<'a>, client: &mut Client, run: Window) {
    if let Some(field) = table.get("start").and_then(given) {
        client.start = instant(desk, field, run);
    }
    let Some(field) = table.get("stop").and_then(given) else {
        return;
    };
    let before = desk.problems.len();
    client.stop = Instant::START + desk.duration(field);
    if client.stop <= client.start && desk.problems.len() == before {
        let (start, stop) = (Duration(client.start.0), Duration(client.stop.0));
        let message = format!("the client starts at {start} and stops at {stop}");
        desk.error(field, message, "a later `stop`, or leave it out");
    }
}

/// An instant of a run; nothing happens at one that lies behind its end.
pub fn instant<'a>(desk: &mut Desk<'a>, field: &'a Node, run: Window) -> Instant {
    let at = Instant::START + desk.duration(field);
    if at >= Instant::START + run.duration && run.duration > Duration::ZERO {
        let message = format!("the run ends at {}, before this happens", run.duration);
        desk.warn(field, message, "an earlier time, or a longer run");
    }
    at
}

/// Sets what a change says of a client: more or less of the same kind of load.
pub fn change<'a>(desk: &mut Desk<'a>, field: &'a Node, client: &mut Client) -> Option<()> {
    let table = desk.table(field, &KEYS, &[])?;
    let (own, foreign): (_, &[&str]) = match client.load {
        Load::Open(_) => ("an open client has no `users`: its `arrivals`", &["users", "think"]),
        Load::Closed { .. } => (
            "a closed client has no `arrivals`: its `users` and `think`",
            &["arrivals"],
        ),
    };
    for (key, name, _) in table.entries() {
        if foreign.contains(&key) {
            let message = format!("`{}` stays the kind of client that it is", client.name);
            desk.error(name, message, format!("{own} can change"));
        } else if FIXED_KEYS.contains(&key) {
            desk.error(name, format!("`{key}` stays as it is during a run"), "leave it out");
        }
    }
    match &mut client.load {
        Load::Open(arrivals) => {
            if let Some(field) = table.get("arrivals") {
                *arrivals = arrival::arrivals(desk, field);
            }
        }
        Load::Closed { users, think } => {
            if let Some(field) = table.get("users") {
                *users = desk.count(field, 1, USERS) as u32;
            }
            if let Some(field) = table.get("think") {
                *think = distribution(desk, field);
            }
        }
    }
    Some(())
}

fn think<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Dist {
    match table.get("think") {
        Some(think) => distribution(desk, think),
        None => {
            let fix = "how long a user thinks, such as \"exp(1s)\"";
            desk.error(table.node, "`think` is missing", fix);
            Dist::Constant(Duration::ZERO)
        }
    }
}

/// A duration above zero.
pub fn positive<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Duration {
    let before = desk.problems.len();
    let duration = desk.duration(field);
    if duration == Duration::ZERO && desk.problems.len() == before {
        desk.error(field, "this must be longer than nothing", "such as \"500ms\"");
    }
    duration
}

/// A distribution of durations.
pub fn distribution<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Dist {
    let zero = Dist::Constant(Duration::ZERO);
    let Some(text) = desk.text(field, "a duration or a distribution such as \"exp(20ms)\"") else {
        return zero;
    };
    dist::distribution(text).unwrap_or_else(|wrong| {
        desk.error(field, wrong.message, wrong.fix);
        zero
    })
}
