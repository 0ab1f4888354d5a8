//! A scenario's text to a `Scenario`, or to everything that is wrong with it.
//!
//! ```text
//! text ─node::parse─▶ tree ─names─▶ clients, services, operations ─edges─▶ ─steps─▶ ─changes─▶ Scenario
//! ```
//!
//! Law: a `Scenario` comes out only if there is no error; several errors are reported at once, in the order of the
//! text. What belongs to a later version is refused by name.

mod change;
mod client;
mod cycle;
mod dist;
mod edge;
mod item;
mod policy;
mod service;
mod step;
mod table;

use super::model::*;
use super::node::{self, Node};
use super::problem::{Problem, Severity};
use crate::time::Duration;
use table::{Desk, Table};

/// The version of the format that is read.
pub const FORMAT: &str = "sync-or-swim/1";

/// At most so many clients, services or edges.
const COUNT_LIMIT: usize = 2_000;
/// At most so many workers in all services.
const LANE_LIMIT: u64 = 1_000_000;

const KEYS: [&str; 9] = [
    "format", "name", "about", "seed", "run", "clients", "services", "edges", "changes",
];
const LATER_KEYS: [&str; 5] = ["channels", "faults", "variants", "layout", "steps"];

/// A scenario that can run, and what its author may want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub scenario: Scenario,
    pub warnings: Vec<Problem>,
}

/// Reads JSON or YAML.
pub fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    let root = node::parse(text).map_err(|problem| vec![problem])?;
    let mut desk = Desk {
        text,
        root: &root,
        problems: Vec::new(),
        things: item::Things::default(),
    };
    let scenario = whole(&mut desk, &root);
    let problems = desk.problems;
    let failed = problems.iter().any(|problem| problem.severity == Severity::Error);
    match scenario {
        Some(scenario) if !failed => Ok(Parsed {
            scenario,
            warnings: problems,
        }),
        _ => Err(problems
            .into_iter()
            .filter(|problem| problem.severity == Severity::Error)
            .collect()),
    }
}

/// What the author named, so that everything can refer to everything.
pub struct Names<'a> {
    pub clients: Vec<&'a str>,
    pub services: Vec<&'a str>,
    /// The operations of each service.
    pub operations: Vec<Vec<&'a str>>,
    /// The pools of each service.
    pub pools: Vec<Vec<&'a str>>,
    /// Channels of their own, which a later version knows.
    pub channels: Vec<&'a str>,
}

fn whole<'a>(desk: &mut Desk<'a>, root: &'a Node) -> Option<Scenario> {
    let table = desk.table(root, &KEYS, &LATER_KEYS)?;
    header(desk, &table);
    let run = window(desk, &table);
    let clients = named(desk, &table, "clients");
    let services = named(desk, &table, "services");
    let names = names(desk, clients.as_ref(), services.as_ref());
    let mut edges = edge::edges(desk, table.get("edges"), &names);
    let service_list = service::services(desk, services.as_ref(), &names, &mut edges);
    let clients = client::clients(desk, clients.as_ref(), &edges);
    edge::unused(desk, table.get("edges"), &edges, &service_list);
    cycle::check(desk, root, &service_list, &edges);
    let changes = change::changes(desk, table.get("changes"), &names, &mut edges);
    limits(desk, root, &service_list, run);
    let items = item::items(desk, root, &names.services);
    let text = |desk: &mut Desk<'a>, key| match table.get(key) {
        Some(field) => desk.text(field, "a text").unwrap_or_default().to_string(),
        None => String::new(),
    };
    Some(Scenario {
        name: text(desk, "name"),
        about: text(desk, "about"),
        seed: table
            .get("seed")
            .map_or(1, |field| desk.count(field, 0, 9_007_199_254_740_991)),
        run,
        clients,
        services: service_list,
        edges,
        entities: std::mem::take(&mut desk.things.entities),
        items,
        changes,
        ..Scenario::default()
    })
}

fn header<'a>(desk: &mut Desk<'a>, table: &Table<'a>) {
    match table.get("format") {
        None => desk.error(
            table.node,
            "`format` is missing",
            format!("add \"format\": \"{FORMAT}\""),
        ),
        Some(field) => {
            if field.text() != Some(FORMAT) {
                let shown = desk.shown(field);
                desk.error(
                    field,
                    format!("{shown} is not a format that is read here"),
                    format!("\"{FORMAT}\""),
                );
            }
        }
    }
}

fn window<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Window {
    let mut window = Window {
        warmup: Duration::ZERO,
        duration: Duration::ZERO,
    };
    let Some(field) = table.get("run") else {
        desk.error(table.node, "`run` is missing", "add \"run\": {\"duration\": \"60s\"}");
        return window;
    };
    let Some(run) = desk.table(field, &["warmup", "duration"], &[]) else {
        return window;
    };
    if let Some(warmup) = run.get("warmup") {
        window.warmup = desk.duration(warmup);
    }
    match run.get("duration") {
        None => desk.error(
            field,
            "`duration` is missing",
            "how long the run lasts, such as \"60s\"",
        ),
        Some(duration) => {
            window.duration = desk.duration(duration);
            let unread = window.duration == Duration::ZERO && !desk.problems.is_empty();
            if window.duration <= window.warmup && !unread {
                let message = format!(
                    "the run ends at {} and its warm-up at {}",
                    window.duration, window.warmup
                );
                desk.error(
                    duration,
                    message,
                    "the duration includes the warm-up and must be longer",
                );
            }
        }
    }
    window
}

/// The map of clients or services, which must be there and not be empty.
fn named<'a>(desk: &mut Desk<'a>, table: &Table<'a>, key: &str) -> Option<Table<'a>> {
    let Some(field) = table.get(key) else {
        desk.error(
            table.node,
            format!("`{key}` is missing"),
            "a scenario has at least one client and one service",
        );
        return None;
    };
    let names = desk.names(field)?;
    let count = names.entries().count();
    if count == 0 || count > COUNT_LIMIT {
        desk.error(
            field,
            format!("there are {count} {key}"),
            format!("from 1 to {COUNT_LIMIT}"),
        );
    }
    Some(names)
}

fn names<'a>(desk: &mut Desk<'a>, clients: Option<&Table<'a>>, services: Option<&Table<'a>>) -> Names<'a> {
    let mut names = Names {
        clients: Vec::new(),
        services: Vec::new(),
        operations: Vec::new(),
        pools: Vec::new(),
        channels: Vec::new(),
    };
    if let Some(node::Value::Map(entries)) = desk.root.get("channels").map(|node| &node.value) {
        names
            .channels
            .extend(entries.iter().filter_map(|(name, _)| name.text()));
    }
    names.clients.extend(
        clients
            .iter()
            .flat_map(|table| table.entries())
            .map(|(name, _, _)| name),
    );
    for (name, key, field) in services.iter().flat_map(|table| table.entries()) {
        if names.clients.contains(&name) {
            desk.error(
                key,
                format!("a client is called `{name}` too"),
                "names are unique over clients and services",
            );
        }
        let operations = match field.get("operations").map(|node| &node.value) {
            Some(node::Value::Map(entries)) => entries.iter().filter_map(|(name, _)| name.text()).collect(),
            Some(_) => Vec::new(),
            None => vec![service::DEFAULT],
        };
        names.pools.push(match field.get("pools").map(|node| &node.value) {
            Some(node::Value::Map(entries)) => entries.iter().filter_map(|(name, _)| name.text()).collect(),
            _ => Vec::new(),
        });
        names.services.push(name);
        names.operations.push(operations);
    }
    names
}

fn limits(desk: &mut Desk, root: &Node, services: &[Service], run: Window) {
    let lanes: u64 = services.iter().map(|s| s.replicas as u64 * s.lanes() as u64).sum();
    if lanes > LANE_LIMIT {
        desk.error(
            root,
            format!("all services together have {lanes} workers"),
            format!("at most {LANE_LIMIT}"),
        );
    }
    if !run.can_count(lanes) {
        desk.error(
            root,
            "so many workers for so long are beyond what is counted",
            "fewer workers or a shorter run",
        );
    }
}

#[cfg(test)]
mod tests;
