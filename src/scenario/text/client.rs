//! Clients: where requests come from.

use super::dist;
use super::table::{Desk, Table};
use crate::scenario::node::{Node, Value};
use crate::scenario::{Arrivals, Caller, Client, ClientId, Dist, Edge, EdgeId, Load};
use crate::time::Duration;

/// Reads all clients; each takes the edges that begin at it.
pub fn clients<'a>(desk: &mut Desk<'a>, table: Option<&Table<'a>>, edges: &[Edge]) -> Vec<Client> {
    let entries = table.iter().flat_map(|table| table.entries());
    entries
        .enumerate()
        .map(|(index, (name, _, field))| client(desk, index, name, field, edges))
        .collect()
}

fn client<'a>(desk: &mut Desk<'a>, index: usize, name: &str, field: &'a Node, edges: &[Edge]) -> Client {
    let own = Caller::Client(ClientId(index as u32));
    let numbered = edges.iter().enumerate().filter(|(_, edge)| edge.from == own);
    let edges: Vec<EdgeId> = numbered.map(|(index, _)| EdgeId(index as u32)).collect();
    if edges.is_empty() {
        desk.error(
            field,
            format!("no edge begins at `{name}`"),
            format!("add {{\"from\": \"{name}\", \"to\": …}} to `edges`"),
        );
    }
    Client {
        edges,
        ..Client::plain(name.to_string(), load(desk, field))
    }
}

fn load<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Load {
    let never = Load::Open(Arrivals::Constant { gap_ns: 1e18 });
    let Some(table) = desk.table(field, &["arrivals", "users", "think"], &["start", "stop"]) else {
        return never;
    };
    match (table.get("arrivals"), table.get("users")) {
        (Some(arrivals), None) => {
            if let Some(think) = table.get("think") {
                desk.error(think, "`think` belongs to a client with `users`", "leave it out");
            }
            Load::Open(open(desk, arrivals))
        }
        (None, Some(users)) => {
            let users = desk.count(users, 1, 1_000_000) as u32;
            Load::Closed {
                users,
                think: think(desk, &table),
            }
        }
        (Some(_), Some(users)) => {
            desk.error(
                users,
                "a client has either `arrivals` or `users`",
                "leave one of them out",
            );
            never
        }
        (None, None) => {
            let fix = "add \"arrivals\": \"poisson(50/s)\", or \"users\": 20, \"think\": \"exp(1s)\"";
            desk.error(field, "nothing says when this client sends", fix);
            never
        }
    }
}

fn think<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Dist {
    match table.get("think") {
        Some(think) => distribution(desk, think),
        None => {
            desk.error(
                table.node,
                "`think` is missing",
                "how long a user thinks, such as \"exp(1s)\"",
            );
            Dist::Constant(Duration::ZERO)
        }
    }
}

fn open<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Arrivals {
    let never = Arrivals::Constant { gap_ns: 1e18 };
    if let Value::Map(_) = field.value {
        let later = ["ramp", "over", "wave", "period", "times"];
        let Some(table) = desk.table(field, &["burst", "every"], &later) else {
            return never;
        };
        return match (table.get("burst"), table.get("every")) {
            (Some(size), Some(every)) => {
                let size = desk.count(size, 1, 1_000_000) as u32;
                Arrivals::Burst {
                    size,
                    every: positive(desk, every),
                }
            }
            _ if later.iter().any(|key| table.has(key)) => never,
            _ => {
                desk.error(
                    field,
                    "a burst has a size and a period",
                    "{\"burst\": 200, \"every\": \"30s\"}",
                );
                never
            }
        };
    }
    let Some(text) = desk.text(field, "`poisson(50/s)`, `constant(50/s)` or a burst") else {
        return never;
    };
    dist::arrivals(text).unwrap_or_else(|wrong| {
        desk.error(field, wrong.message, wrong.fix);
        never
    })
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
