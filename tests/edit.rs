//! Edits of every text that there is, in every way in which it may be written.
//!
//! ```text
//! JSON, JSON in one line, JSON behind a comment (which is YAML), YAML in lines
//! ```
//!
//! Law: an edit changes what it is about and nothing else, in the scenario and in the text; what can be undone by an
//! edit is undone to the byte.
#![cfg(not(target_arch = "wasm32"))]

use serde_json::Value;
use std::fs;
use std::path::Path;
use sync_or_swim::scenario::edit::{Edit, Section, apply};
use sync_or_swim::scenario::property::inspect;
use sync_or_swim::scenario::{Changed, Dist, Mode, NodeKind, Scenario, Spot, text};
use sync_or_swim::time::{Duration, Instant};

/// Bytes of a long text.
const LONG: usize = 4_000;

/// A text, and what it means.
struct Case {
    name: String,
    text: String,
    scenario: Scenario,
}

fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        "scenarios",
        "tests/data/examples",
        "tests/data/specimens",
        "tests/data/digest",
    ];
    let all = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).expect("a folder"));
    let own = fs::read_dir(root.join("tests/scenarios")).expect("a folder");
    let mut paths: Vec<_> = all.map(|entry| entry.expect("a file").path()).collect();
    paths.extend(own.map(|entry| entry.expect("a folder").path().join("scenario.json")));
    paths.retain(|path| path.exists());
    paths.sort();
    let read = |path: &Path| (path.display().to_string(), fs::read_to_string(path).expect("a text"));
    paths.iter().map(|path| read(path)).collect()
}

/// Every text in all its ways.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, text) in files() {
        let tree: Value = serde_json::from_str(&text).expect("JSON");
        let mut lines = String::new();
        yaml(&tree, 0, &mut lines);
        for (way, text) in [
            ("", text.clone()),
            (" in one line", tree.to_string()),
            (" behind a comment", format!("# as YAML\n{text}")),
            (" in lines", lines),
        ] {
            // Of long texts two ways will do.
            if text.len() > LONG && (way == " in one line" || way == " behind a comment") {
                continue;
            }
            let name = file.clone() + way;
            let scenario = parse(&name, &text);
            cases.push(Case { name, text, scenario });
        }
    }
    assert!(cases.len() > 100);
    cases
}

/// YAML in which every map and list that is not empty stands in lines, with comments.
fn yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = " ".repeat(depth);
    let line = |value: &Value, out: &mut String| match value {
        Value::Object(inner) if !inner.is_empty() => {
            *out += "  # a map\n";
            yaml(value, depth + 2, out);
        }
        Value::Array(inner) if !inner.is_empty() => {
            *out += "\n";
            yaml(value, depth + 2, out);
        }
        scalar => *out += &format!(" {scalar}   # so much\n"),
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                *out += &format!("{indent}# of {key}\n{indent}{key}:");
                line(value, out);
            }
        }
        Value::Array(items) => {
            for item in items {
                *out += &format!("{indent}-");
                match item {
                    Value::Object(inner) if inner.len() > 1 => {
                        let start = out.len();
                        yaml(item, depth + 2, out);
                        // The first key stands beside the dash.
                        let first = out[start..].find('\n').map_or(start, |newline| start + newline + 1);
                        let key = out[first..].trim_start_matches(' ').to_string();
                        out.truncate(start);
                        *out += " ";
                        *out += &key;
                    }
                    other => line(other, out),
                }
            }
        }
        _ => {}
    }
}

fn parse(name: &str, text: &str) -> Scenario {
    match text::parse(text) {
        Ok(parsed) => parsed.scenario,
        Err(problems) => panic!("{name}: {problems:#?}\n{text}"),
    }
}

impl Case {
    fn edited(&self, edit: Edit) -> String {
        again(&self.name, &self.text, edit)
    }

    fn nodes(&self) -> Vec<NodeKind> {
        use sync_or_swim::scenario::{ChannelId, ClientId, ServiceId};
        let clients = (0..self.scenario.clients.len() as u32).map(|index| NodeKind::Client(ClientId(index)));
        let services = (0..self.scenario.services.len() as u32).map(|index| NodeKind::Service(ServiceId(index)));
        let channels = (0..self.scenario.channels.len() as u32).map(|index| NodeKind::Channel(ChannelId(index)));
        clients.chain(services).chain(channels).collect()
    }

    fn name_of(&self, node: NodeKind) -> String {
        self.scenario.node_name(node).to_string()
    }

    /// What came out is the text that went in.
    fn is_back(&self, text: &str, of: &str) {
        assert!(text == self.text, "{}, {of}: is\n{text}\nwas\n{}", self.name, self.text);
    }
}

fn again(name: &str, text: &str, edit: Edit) -> String {
    apply(text, &edit).unwrap_or_else(|problems| panic!("{name}: {edit:?}: {problems:#?}\n{text}"))
}

/// Whether one text can be made of another by leaving bytes out.
fn is_part(part: &str, whole: &str) -> bool {
    let mut rest = whole.bytes();
    part.bytes().all(|byte| rest.any(|other| other == byte))
}

fn unset(path: String) -> Edit {
    Edit::Set { path, value: None }
}

#[test]
fn a_node_with_another_name_and_its_own_again() {
    for case in cases() {
        for node in case.nodes() {
            let old = case.name_of(node);
            let new = "x-1".to_string();
            let rename = |node: &str, name: &str| Edit::Rename {
                node: node.to_string(),
                name: name.to_string(),
            };
            let text = case.edited(rename(&old, &new));
            assert_eq!(
                parse(&case.name, &text),
                renamed(&case.scenario, node, &new),
                "{}",
                case.name
            );
            case.is_back(&again(&case.name, &text, rename(&new, &old)), &old);
        }
    }
}

fn renamed(scenario: &Scenario, node: NodeKind, name: &str) -> Scenario {
    let mut scenario = scenario.clone();
    let old = scenario.node_name(node).to_string();
    let edge = |edge: &str| {
        let (from, to) = edge.split_once("->").expect("an edge");
        let (callee, operation) = to
            .split_once('.')
            .map_or((to, ""), |(callee, _)| (callee, &to[callee.len()..]));
        let new = |word: &str| if word == old { name } else { word }.to_string();
        new(from) + "->" + &new(callee) + operation
    };
    scenario.edges.iter_mut().for_each(|it| it.name = edge(&it.name));
    for change in &mut scenario.changes {
        match &mut change.to {
            Changed::Edge(_, is) => is.name = edge(&is.name),
            Changed::Client(id, is) if node == NodeKind::Client(*id) => is.name = name.to_string(),
            Changed::Service(id, is) if node == NodeKind::Service(*id) => is.name = name.to_string(),
            Changed::Channel(id, is) if node == NodeKind::Channel(*id) => is.name = name.to_string(),
            _ => {}
        }
    }
    match node {
        NodeKind::Client(id) => scenario.clients[id.0 as usize].name = name.to_string(),
        NodeKind::Service(id) => scenario.services[id.0 as usize].name = name.to_string(),
        NodeKind::Channel(id) => scenario.channels[id.0 as usize].name = name.to_string(),
    }
    scenario
}

#[test]
fn a_node_comes_and_goes() {
    for case in cases() {
        for (section, word) in [
            (Section::Clients, "client"),
            (Section::Services, "service"),
            (Section::Channels, "channel"),
        ] {
            let text = case.edited(Edit::Add {
                section,
                at: Some((30, 40)),
            });
            assert!(is_part(&case.text, &text), "{}: {text}", case.name);
            let scenario = parse(&case.name, &text);
            let counts = |it: &Scenario| it.clients.len() + it.services.len() + it.channels.len();
            assert_eq!(counts(&scenario), counts(&case.scenario) + 1);
            let name = scenario
                .node_name(scenario.layout.last().expect("a place").node)
                .to_string();
            assert!(name.starts_with(word), "{name}");
            case.is_back(&again(&case.name, &text, Edit::Delete { node: name }), word);
        }
    }
}

#[test]
fn an_edge_comes_and_goes() {
    let (mut made, mut refused) = (0, 0);
    for case in cases() {
        let names: Vec<String> = case.nodes().into_iter().map(|node| case.name_of(node)).collect();
        let pairs = names.iter().flat_map(|from| names.iter().map(move |to| (from, to)));
        // Of the pairs of a large mesh some will do.
        let stride = 1 + names.len() * names.len() / 40;
        for (from, to) in pairs.step_by(stride) {
            let (from, to) = (from.clone(), to.clone());
            let Ok(text) = apply(&case.text, &Edit::Connect { from, to }) else {
                refused += 1;
                continue;
            };
            made += 1;
            assert!(is_part(&case.text, &text), "{}: {text}", case.name);
            let scenario = parse(&case.name, &text);
            let new = scenario
                .edges
                .iter()
                .find(|edge| case.scenario.edge_named(&edge.name).is_none());
            let edge = new.expect("a new edge").name.clone();
            case.is_back(
                &again(&case.name, &text, Edit::Disconnect { edge: edge.clone() }),
                &edge,
            );
        }
    }
    println!("{made} edges were made, {refused} refused");
    assert!(made > 200 && refused > 500);
}

#[test]
fn what_is_deleted_leaves_the_rest() {
    let (mut gone, mut kept) = (0, 0);
    for case in cases() {
        let nodes = case.nodes().into_iter().map(|node| case.name_of(node));
        let nodes = nodes.map(|node| (node.clone(), Edit::Delete { node }));
        let edges = case.scenario.edges.iter().map(|edge| edge.name.clone());
        let edges = edges.map(|edge| (edge.clone(), Edit::Disconnect { edge }));
        for (name, edit) in nodes.chain(edges) {
            let Ok(text) = apply(&case.text, &edit) else {
                kept += 1;
                continue;
            };
            gone += 1;
            let bare = text.replace(" {}", "").replace(" []", "");
            assert!(is_part(&bare, &case.text), "{}: {name}: {text}", case.name);
            let scenario = parse(&case.name, &text);
            assert_eq!(scenario.edge_named(&name), None, "{}", case.name);
            let nodes = scenario.clients.iter().map(|client| &client.name);
            let nodes = nodes.chain(scenario.services.iter().map(|service| &service.name));
            assert!(
                !nodes
                    .chain(scenario.channels.iter().map(|channel| &channel.name))
                    .any(|node| *node == name)
            );
        }
    }
    println!("{gone} are gone, {kept} had to stay");
    assert!(gone > 500);
}

#[test]
fn a_node_is_moved_and_finds_back() {
    for case in cases() {
        for node in case.nodes() {
            let name = case.name_of(node);
            let (x, y) = (123, 45);
            let text = case.edited(Edit::Move {
                node: name.clone(),
                x,
                y,
            });
            let mut expected = case.scenario.clone();
            let spot = Spot { node, x, y };
            match expected.layout.iter_mut().find(|other| other.node == node) {
                Some(other) => *other = spot,
                None => expected.layout.push(spot),
            }
            assert_eq!(parse(&case.name, &text), expected, "{}", case.name);
            if expected.layout.len() > case.scenario.layout.len() {
                case.is_back(&again(&case.name, &text, unset(format!("layout.{name}"))), &name);
            }
        }
    }
}

#[test]
fn a_mode_changes_at_an_instant_and_once_for_each_instant() {
    let mut changed = 0;
    for case in cases() {
        let at = Instant(case.scenario.run.duration.0 / 2);
        for edge in &case.scenario.edges {
            let Some(mode) = edge.flipped() else { continue };
            let change = |mode| Edit::Change {
                at,
                edge: edge.name.clone(),
                mode,
            };
            // What this needs that the scenario has not is told, and the text stays.
            let Ok(text) = apply(&case.text, &change(mode)) else {
                continue;
            };
            let modes = |text: &str| -> Vec<Mode> {
                let changes = parse(&case.name, text).changes.into_iter();
                let ours = changes
                    .filter(|change| change.at == at)
                    .filter_map(|change| match change.to {
                        Changed::Edge(_, is) if is.name == edge.name => Some(is.mode),
                        _ => None,
                    });
                ours.collect()
            };
            assert_eq!(modes(&text), [mode], "{} {}", case.name, edge.name);
            let mut without = parse(&case.name, &text);
            without.changes.retain(|change| case.scenario.changes.contains(change));
            assert_eq!(without.edges.len(), case.scenario.edges.len(), "{}", case.name);
            let back = again(&case.name, &text, change(edge.mode));
            assert_eq!(modes(&back), [edge.mode], "{} {}", case.name, edge.name);
            changed += 1;
        }
    }
    println!("{changed} modes changed");
    assert!(changed > 100);
}

#[test]
fn a_property_is_set_and_nothing_else_changes() {
    for case in cases() {
        for (index, edge) in case.scenario.edges.iter().enumerate().filter(|(_, edge)| edge.declared) {
            let path = format!("edges[{}].latency", edge.name);
            let text = case.edited(Edit::Set {
                path: path.clone(),
                value: Some("7ms".to_string()),
            });
            let mut expected = case.scenario.clone();
            expected.edges[index].latency = Dist::Constant(Duration::from_ms(7));
            expected.changes.clear();
            let mut scenario = parse(&case.name, &text);
            scenario.changes.clear();
            assert_eq!(scenario, expected, "{}", case.name);
            if edge.latency == Dist::Constant(Duration::ZERO) && !case.text.contains("\"0s\"") {
                case.is_back(&again(&case.name, &text, unset(path)), &edge.name);
            }
        }
        for service in &case.scenario.services {
            let path = format!("services.{}.discipline", service.name);
            let text = case.edited(Edit::Set {
                path: path.clone(),
                value: Some("\"lifo\"".to_string()),
            });
            assert_ne!(parse(&case.name, &text), Scenario::default());
            if !case.text.contains("discipline") {
                case.is_back(&again(&case.name, &text, unset(path)), &service.name);
            }
        }
    }
}

#[test]
fn what_is_shown_can_be_set() {
    for case in cases() {
        let nodes = [
            (
                "clients",
                case.scenario.clients.iter().map(|it| &it.name).collect::<Vec<_>>(),
            ),
            ("services", case.scenario.services.iter().map(|it| &it.name).collect()),
            ("channels", case.scenario.channels.iter().map(|it| &it.name).collect()),
        ];
        let edges = case.scenario.edges.iter().map(|edge| format!("edges[{}]", edge.name));
        let things = nodes
            .iter()
            .flat_map(|(section, names)| names.iter().map(move |name| format!("{section}.{name}")));
        for at in things.chain(edges).chain([String::new()]) {
            let thing = inspect(&case.text, &at).unwrap_or_else(|problems| panic!("{}: {problems:#?}", case.name));
            let mut edits: Vec<Edit> = Vec::new();
            for property in thing.properties.iter().filter(|property| property.is_set) {
                edits.push(Edit::Set {
                    path: property.path.clone(),
                    value: Some(property.value.clone()),
                });
            }
            let text = case.edited(Edit::Several(edits));
            assert_eq!(parse(&case.name, &text), case.scenario, "{}: {at}", case.name);
            if !thing.text.is_empty() {
                let (path, value) = (at.clone(), Some(thing.text));
                let text = case.edited(Edit::Set { path, value });
                assert_eq!(parse(&case.name, &text), case.scenario, "{}: {at}", case.name);
            }
        }
    }
}
