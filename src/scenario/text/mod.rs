//! A scenario's text to a `Scenario`, or to everything that is wrong with it.
//!
//! ```text
//! text ─node::parse─▶ tree ─names─▶ ─channels─▶ ─edges─▶ ─steps─▶ ─clients─▶ ─changes─▶ ─faults─▶ Scenario
//! ```
//!
//! Law: a `Scenario` comes out only if there is no error; several errors are reported at once, in the order of the
//! text, warnings among them. What belongs to a later version is refused by name.

mod arrival;
mod broker;
mod change;
mod channel;
mod client;
mod cycle;
mod dist;
mod edge;
mod fault;
mod item;
mod layout;
mod name;
mod policy;
mod service;
mod step;
mod table;

pub use broker::may_have;

use super::model::*;
use super::node::{self, Node};
use super::problem::Problem;
use crate::time::Duration;
use change::Things;
use table::{Desk, Table};

/// The version of the format that is read.
pub const FORMAT: &str = "sync-or-swim/1";

/// At most so many clients, services or edges.
const COUNT_LIMIT: usize = 2_000;
/// At most so many workers in all services.
const LANE_LIMIT: u64 = 1_000_000;

const KEYS: [&str; 12] = [
    "format", "name", "about", "seed", "run", "clients", "services", "edges", "changes", "channels", "faults", "layout",
];
/// Reserved: what a reader compares, an author's captions.
const LATER_KEYS: [&str; 2] = ["variants", "steps"];

/// A scenario that can run, and what its author may want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub scenario: Scenario,
    pub warnings: Vec<Problem>,
}

/// Reads JSON or YAML. Without a scenario there are its errors, and the warnings that hold all the same.
pub fn parse(text: &str) -> Result<Parsed, Vec<Problem>> {
    let root = node::parse(text).map_err(|problem| vec![problem])?;
    let mut desk = Desk {
        text,
        root: &root,
        problems: Vec::new(),
        told: [0; 2],
        things: item::Things::default(),
    };
    let scenario = whole(&mut desk, &root);
    let failed = desk.failed();
    let problems = desk.problems;
    match scenario {
        Some(scenario) if !failed => Ok(Parsed {
            scenario,
            warnings: problems,
        }),
        _ => Err(problems),
    }
}

fn whole<'a>(desk: &mut Desk<'a>, root: &'a Node) -> Option<Scenario> {
    let table = desk.table(root, &KEYS, &LATER_KEYS)?;
    header(desk, &table);
    let run = window(desk, &table);
    let clients = named(desk, &table, "clients");
    let services = named(desk, &table, "services");
    let names = name::names(desk, clients.as_ref(), services.as_ref());
    let channels = channel::channels(desk, table.get("channels"), &names);
    let counts = [&names.clients, &names.services, &names.channels].map(Vec::len);
    if counts.into_iter().any(|count| count > COUNT_LIMIT) {
        return None;
    }
    let mut edges = edge::edges(desk, table.get("edges"), &names);
    let services = service::services(desk, services.as_ref(), &names, &mut edges);
    let clients = client::clients(desk, clients.as_ref(), &edges, run);
    edge::unused(desk, table.get("edges"), &edges, &services);
    channel::unused(desk, table.get("channels"), &channels, &edges);
    cycle::check(desk, root, &services, &channels, &edges);
    let mut now = Things::of(&clients, &services, &channels, &edges);
    let changes = change::changes(desk, table.get("changes"), &names, &mut now, run);
    edges.extend(now.edges.drain(edges.len()..));
    let faults = fault::faults(desk, table.get("faults"), &names, &services, &edges, run);
    let layout = layout::layout(desk, table.get("layout"), &names);
    limits(desk, root, &services, run);
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
        services,
        channels,
        edges,
        entities: std::mem::take(&mut desk.things.entities),
        items,
        faults,
        changes,
        layout,
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
