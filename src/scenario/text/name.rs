//! What the author named, and whom a name means.
//!
//! ```text
//! "web" ─caller─▶ client     "orders", "orders.place" ─target─▶ an operation     "mail" ─either─▶ channel
//! ```
//!
//! Law: a name means one client, service or channel; one that means nothing is a problem with the nearest that does.

use super::service;
use super::table::{Desk, Table};
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::nearest;
use crate::scenario::{Callee, Caller, ChannelId, ClientId, NodeKind, ServiceId};

/// What the author named, so that everything can refer to everything.
pub struct Names<'a> {
    pub clients: Vec<&'a str>,
    pub services: Vec<&'a str>,
    /// The operations of each service.
    pub operations: Vec<Vec<&'a str>>,
    /// The pools of each service.
    pub pools: Vec<Vec<&'a str>>,
    pub channels: Vec<&'a str>,
}

/// All names; one that is given twice is a problem.
pub fn names<'a>(desk: &mut Desk<'a>, clients: Option<&Table<'a>>, services: Option<&Table<'a>>) -> Names<'a> {
    let mut names = Names {
        clients: Vec::new(),
        services: Vec::new(),
        operations: Vec::new(),
        pools: Vec::new(),
        channels: Vec::new(),
    };
    names.clients.extend(
        clients
            .iter()
            .flat_map(|table| table.entries())
            .map(|(name, _, _)| name),
    );
    for (name, key, field) in services.iter().flat_map(|table| table.entries()) {
        if names.clients.contains(&name) {
            taken(desk, key, "client", name);
        }
        names.operations.push(match field.get("operations") {
            Some(operations) => keys(Some(operations)),
            None => vec![service::DEFAULT],
        });
        names.pools.push(keys(field.get("pools")));
        names.services.push(name);
    }
    if let Some(Value::Map(entries)) = desk.root.get("channels").map(|node| &node.value) {
        for (key, name) in entries.iter().filter_map(|(key, _)| Some((key, key.text()?))) {
            match () {
                () if names.clients.contains(&name) => taken(desk, key, "client", name),
                () if names.services.contains(&name) => taken(desk, key, "service", name),
                () => {}
            }
            names.channels.push(name);
        }
    }
    names
}

fn taken(desk: &mut Desk, key: &Node, kind: &str, name: &str) {
    let fix = "names are unique over clients, services and channels";
    desk.error(key, format!("a {kind} is called `{name}` too"), fix);
}

/// The keys of a map; none of anything else.
fn keys(field: Option<&Node>) -> Vec<&str> {
    match field.map(|node| &node.value) {
        Some(Value::Map(entries)) => entries.iter().filter_map(|(name, _)| name.text()).collect(),
        _ => Vec::new(),
    }
}

impl Names<'_> {
    /// The client, service or channel of this name.
    pub fn node(&self, name: &str) -> Option<NodeKind> {
        let client = index(&self.clients, name).map(|index| NodeKind::Client(ClientId(index)));
        let service = || index(&self.services, name).map(|index| NodeKind::Service(ServiceId(index)));
        let channel = || self.channel(name).map(NodeKind::Channel);
        client.or_else(service).or_else(channel)
    }

    /// The place of a channel among the declared ones.
    pub fn channel(&self, name: &str) -> Option<ChannelId> {
        index(&self.channels, name).map(ChannelId)
    }
}

fn index(names: &[&str], name: &str) -> Option<u32> {
    names.iter().position(|known| *known == name).map(|index| index as u32)
}

/// The place of a thing of this kind among those of its kind.
pub fn one_of<'a>(desk: &mut Desk<'a>, field: &'a Node, kind: &str, known: &[&str]) -> Option<u32> {
    let text = desk.text(field, &format!("the name of a {kind}"))?;
    let found = index(known, text);
    if found.is_none() {
        let fix = match nearest(text, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("declare it under `{kind}s`"),
        };
        desk.error(field, format!("there is no {kind} `{text}`"), fix);
    }
    found
}

/// Where an edge begins.
pub fn caller<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>) -> Option<Caller> {
    let text = desk.text(field, "the name of a client or service")?;
    let Some(found) = names.node(text) else {
        nobody(desk, field, names);
        return None;
    };
    Some(match found {
        NodeKind::Client(id) => Caller::Client(id),
        NodeKind::Service(id) => Caller::Service(id),
        NodeKind::Channel(id) => Caller::Channel(id),
    })
}

/// Notes that this is the name of no node.
pub fn nobody(desk: &mut Desk, field: &Node, names: &Names) {
    let text = field.text().unwrap_or_default();
    let known = names.clients.iter().chain(&names.services).chain(&names.channels);
    let kinds = match names.channels.is_empty() {
        true => "client or service",
        false => "client, service or channel",
    };
    let fix = nearest(text, known.copied()).map_or("declare it under `clients` or `services`".to_string(), |name| {
        format!("did you mean `{name}`?")
    });
    desk.error(field, format!("there is no {kinds} `{text}`"), fix);
}

/// `SERVICE`, `SERVICE.OPERATION` or `CHANNEL`.
pub fn target<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>) -> Option<Callee> {
    let text = desk.text(field, "a service, or `SERVICE.OPERATION`,")?;
    let (name, operation) = text.split_once('.').unwrap_or((text, service::DEFAULT));
    if let Some(index) = index(&names.services, name) {
        return entry(desk, field, names, index, (text, operation));
    }
    let Some(channel) = names.channel(name) else {
        unknown(desk, field, names, name);
        return None;
    };
    if text != name {
        desk.error(
            field,
            format!("`{name}` is a channel and has no operations"),
            format!("write \"{name}\""),
        );
        return None;
    }
    Some(Callee::Channel(channel))
}

fn unknown(desk: &mut Desk, field: &Node, names: &Names, name: &str) {
    let kinds = match names.channels.is_empty() {
        true => "service",
        false => "service or channel",
    };
    let fix = match nearest(name, names.services.iter().chain(&names.channels).copied()) {
        _ if names.clients.contains(&name) => format!("`{name}` is a client, and nobody calls clients"),
        Some(name) => format!("did you mean `{name}`?"),
        None => "declare it under `services`".to_string(),
    };
    desk.error(field, format!("there is no {kinds} `{name}`"), fix);
}

/// The operation of a service that a target names.
fn entry(
    desk: &mut Desk,
    field: &Node,
    names: &Names,
    service: u32,
    (text, operation): (&str, &str),
) -> Option<Callee> {
    let (operations, name) = (&names.operations[service as usize], names.services[service as usize]);
    if let Some(at) = index(operations, operation) {
        return Some(Callee::Operation(ServiceId(service), at));
    }
    let all: Vec<String> = operations.iter().map(|other| format!("`{name}.{other}`")).collect();
    let message = match text.contains('.') {
        true => format!("`{name}` has no operation `{operation}`"),
        false => format!("`{name}` has no operation `default`, so the call must name one"),
    };
    desk.error(field, message, format!("possible are {}", all.join(", ")));
    None
}
