//! Nodes and edges put into a text, named anew, or taken out with everything that names them.
//!
//! ```text
//! connect orders to email   ▶   edges: + { "from": "orders", "to": "email", "mode": "sync" }
//!                               services.orders.operations.place: + { "call": "email" }      or nothing would call over it
//! ```
//!
//! Law: what names a node or an edge goes with it, and nothing else does.

use super::mention::{Kind, Mention, entries, items, mentions, node_of};
use super::path::{self, Key, Path, join};
use super::{Section, patch};
use crate::scenario::json;
use crate::scenario::model::Mode;
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::{Problem, nearest};
use crate::time::{Duration, Instant};

const SECTIONS: [Section; 3] = [Section::Clients, Section::Services, Section::Channels];
/// Sections that a file does without where nothing is in them.
const OPTIONAL: [&str; 5] = ["channels", "edges", "faults", "changes", "layout"];

impl Section {
    /// What a node of it is called, and what it is at first.
    fn first(self) -> (&'static str, &'static str) {
        match self {
            Section::Clients => ("client", r#"{"arrivals": "poisson(10/s)"}"#),
            Section::Services => ("service", r#"{"threads": 8, "work": "exp(10ms)"}"#),
            Section::Channels => ("channel", r#"{"kind": "queue"}"#),
        }
    }
}

fn refuse<T>(message: String, fix: &str) -> Result<T, Problem> {
    Err(Problem::of_all(message, fix))
}

/// The section of a node.
fn section_of(root: &Node, name: &str) -> Option<Section> {
    let has = |section: &Section| root.get(section.key()).is_some_and(|nodes| nodes.get(name).is_some());
    SECTIONS.into_iter().find(has)
}

/// The section of a node that has to be there.
fn known(root: &Node, name: &str) -> Result<Section, Problem> {
    let names = SECTIONS.iter().flat_map(|section| entries(root.get(section.key())));
    match (section_of(root, name), nearest(name, names.map(|(name, ..)| name))) {
        (Some(section), _) => Ok(section),
        (None, Some(other)) => refuse(
            format!("there is no client, service or channel `{name}`"),
            &format!("did you mean `{other}`?"),
        ),
        (None, None) => refuse(
            format!("there is no client, service or channel `{name}`"),
            "add it first",
        ),
    }
}

/// A text with JSON at a place.
fn put(text: &str, at: &[Key], source: &str) -> Result<String, Problem> {
    patch::set(text, at, (source, &json::parse(source)?))
}

/// One more node.
pub fn add(text: &str, section: Section, at: Option<(u32, u32)>) -> Result<String, Problem> {
    let root = node::parse(text)?;
    let (word, source) = section.first();
    let free = (1u32..).map(|number| format!("{word}-{number}"));
    let name = free
        .filter(|name| section_of(&root, name).is_none())
        .take(1)
        .collect::<String>();
    let mut text = put(text, &[section.key().into(), name.as_str().into()], source)?;
    let service = entries(root.get("services")).next();
    if let (Section::Clients, Some((service, _, node))) = (section, service) {
        text = append_edge(&text, &name, &entry(service, node), true)?;
    }
    match at {
        Some((x, y)) => place(&text, &name, x, y),
        None => Ok(text),
    }
}

/// A target that leads into a service: its operation `default`, or else its first one.
fn entry(name: &str, service: &Node) -> String {
    let operations: Vec<&str> = entries(service.get("operations")).map(|(name, ..)| name).collect();
    match operations.first() {
        Some(first) if !operations.contains(&"default") => [name, ".", first].concat(),
        _ => name.to_string(),
    }
}

fn append_edge(text: &str, from: &str, to: &str, is_call: bool) -> Result<String, Problem> {
    let count = items(node::parse(text)?.get("edges")).count();
    let mode = if is_call { r#", "mode": "sync""# } else { "" };
    let edge = format!(r#"{{"from": "{from}", "to": "{to}"{mode}}}"#);
    put(text, &["edges".into(), count.into()], &edge)
}

/// An edge in another mode from an instant on: what is said of this instant already is said anew.
pub fn change(text: &str, at: Instant, edge: &str, mode: Mode) -> Result<String, Problem> {
    let root = node::parse(text)?;
    let at = Duration(at.0).to_string();
    let says = |change: &Node, key: &str, word: &str| change.get(key).and_then(Node::text) == Some(word);
    let is_same = |change: &Node| says(change, "at", &at) && says(change, "edge", edge) && change.get("set").is_some();
    let mut changes = items(root.get("changes"));
    match changes.find(|(_, change)| is_same(change)) {
        Some((index, _)) => {
            let place = ["changes".into(), index.into(), "set".into(), "mode".into()];
            put(text, &place, &format!("\"{}\"", mode.word()))
        }
        None => {
            let place = ["changes".into(), items(root.get("changes")).count().into()];
            let source = format!(
                r#"{{"at": "{at}", "edge": "{edge}", "set": {{"mode": "{}"}}}}"#,
                mode.word()
            );
            put(text, &place, &source)
        }
    }
}

/// The place of a node in the picture.
pub fn place(text: &str, node: &str, x: u32, y: u32) -> Result<String, Problem> {
    known(&node::parse(text)?, node)?;
    put(text, &["layout".into(), node.into()], &format!("[{x}, {y}]"))
}

/// An edge, and the step that calls over it.
pub fn connect(text: &str, from: &str, to: &str) -> Result<String, Problem> {
    let root = node::parse(text)?;
    let ends = (known(&root, from)?, known(&root, node_of(to))?);
    let to = match root.get("services").and_then(|services| services.get(to)) {
        Some(service) => &entry(to, service),
        None => to,
    };
    match ends {
        (_, Section::Clients) => refuse(
            format!("`{to}` is a client, and nobody calls clients"),
            "lead it to a service or channel",
        ),
        (Section::Channels, Section::Channels) => refuse(
            "a channel delivers to services only".to_string(),
            "let a service consume and publish, or use `deadLetter`",
        ),
        _ if mentions(&root).iter().any(|mention| is_call(mention, from, to)) => refuse(
            format!("the edge `{from}->{to}` is there already"),
            "one edge leads from a caller to an operation",
        ),
        (caller, callee) => {
            let is_call = caller != Section::Channels && callee == Section::Services;
            let text = append_edge(text, from, to, is_call)?;
            match first_steps(&root, from) {
                Some(steps) => put(&text, &steps, &format!(r#"{{"call": "{to}"}}"#)),
                None => Ok(text),
            }
        }
    }
}

/// Where a step comes behind the others of the first operation of a service, if it has operations.
fn first_steps(root: &Node, service: &str) -> Option<Path> {
    let operations = root.get("services")?.get(service)?.get("operations");
    let (name, _, operation) = entries(operations).next()?;
    let path = vec!["services".into(), service.into(), "operations".into(), name.into()];
    Some(match operation.get("steps") {
        Some(steps) => join(&join(&path, "steps"), items(Some(steps)).count()),
        None => join(&path, items(Some(operation)).count()),
    })
}

/// Whether a node is called here by another.
fn is_call(mention: &Mention, from: &str, to: &str) -> bool {
    let plain = |target| str::strip_suffix(target, ".default").unwrap_or(target).to_string();
    mention.kind == Kind::Target && mention.owner == from && plain(mention.word()) == plain(to)
}

/// Another name for a node, wherever it is named.
pub fn rename(text: &str, node: &str, name: &str) -> Result<String, Problem> {
    let root = node::parse(text)?;
    known(&root, node)?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.is_empty() || !name.chars().all(allowed) {
        return refuse(
            format!("`{name}` is not a name"),
            "a name has letters, digits, `_` and `-` only",
        );
    }
    if let Some(section) = section_of(&root, name).filter(|_| name != node) {
        let message = format!("a {} is called `{name}` already", section.first().0);
        return refuse(message, "names are unique over clients, services and channels");
    }
    let mentions = mentions(&root).into_iter();
    let places = mentions.filter_map(|mention| Some((mention.node, mention.renamed(node, name)?)));
    Ok(patch::spelt(text, &root, places))
}

/// A node with everything that names it. What it alone wrote is not read any more.
pub fn delete(text: &str, node: &str) -> Result<String, Problem> {
    let root = node::parse(text)?;
    let section = known(&root, node)?;
    if section != Section::Channels && entries(root.get(section.key())).count() == 1 {
        let message = format!("`{node}` is the only {}", section.first().0);
        return refuse(message, "a scenario has at least one client and one service");
    }
    let mentions = mentions(&root).into_iter();
    let written = mentions.filter(|mention| mention.kind == Kind::Item && mention.owner == node);
    let written: Vec<String> = written.map(|mention| mention.word().to_string()).collect();
    let text = without_all(text, |mention| mention.renamed(node, "").is_some())?;
    let is_lost = |mention: &Mention| mention.kind == Kind::Copy && written.iter().any(|item| item == mention.word());
    without_all(&text, is_lost)
}

/// An edge with the steps that call over it, and what happens to it.
pub fn disconnect(text: &str, edge: &str) -> Result<String, Problem> {
    let (from, to) = ends(&node::parse(text)?, edge)?;
    let edge = &[&from, "->", &to].concat();
    without_all(text, |mention| {
        let word = mention.word();
        let is_short = || edge.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'));
        is_call(mention, &from, &to) || mention.kind == Kind::Edge && (word == edge || is_short())
    })
}

/// The ends of an edge that has to be there, be it only because of a step.
fn ends(root: &Node, edge: &str) -> Result<(String, String), Problem> {
    let mentions = mentions(root);
    let called = mentions.iter().filter(|mention| mention.kind == Kind::Target);
    let names = called
        .clone()
        .map(|mention| [mention.owner, "->", mention.word()].concat());
    let names: Vec<String> = names.collect();
    // Whoever leaves the operation out means the only edge that there is, or is told which there are.
    let is_longer = |name: &&String| name.strip_prefix(edge).is_some_and(|rest| rest.starts_with('.'));
    let longer = || names.iter().find(is_longer).map(String::as_str);
    let only = || longer().filter(|first| names.iter().filter(is_longer).all(|name| name == first));
    let exact = names.iter().map(String::as_str).find(|name| *name == edge);
    match exact.or_else(only).and_then(|name| name.split_once("->")) {
        Some((from, to)) => Ok((from.to_string(), to.to_string())),
        None => refuse(
            format!("there is no edge `{edge}`"),
            &match nearest(edge, names.iter().map(String::as_str)).or_else(longer) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "an edge is called `from->to`, as it is written".to_string(),
            },
        ),
    }
}

/// A text without whatever makes no sense without these.
fn without_all(text: &str, is_gone: impl Fn(&Mention) -> bool) -> Result<String, Problem> {
    let mut text = text.to_string();
    loop {
        let root = node::parse(&text)?;
        let Some(mention) = mentions(&root).into_iter().find(&is_gone) else {
            break;
        };
        text = without(&text, &root, mention.goes)?;
    }
    Ok(text)
}

/// A text without what stands there, and without what would be left empty by it.
fn without(text: &str, root: &Node, at: Path) -> Result<String, Problem> {
    cleared(text, &widened(root, at))
}

/// A text without what stands there, and without what says nothing any more.
pub fn cleared(text: &str, at: &[Key]) -> Result<String, Problem> {
    let text = patch::remove(text, at)?;
    let root = node::parse(&text)?;
    let Some((_, above)) = at.split_last() else {
        return Ok(text);
    };
    let left = path::find(&root, above).map(patch::children).unwrap_or_default().len();
    match above {
        [Key::Name(section)] if left == 0 && OPTIONAL.contains(&section.as_str()) => patch::remove(&text, above),
        [step @ .., Key::Name(key)] if key == "parallel" => {
            let join = join(step, "join");
            match path::find(&root, &join).map(|join| &join.value) {
                Some(Value::Number(count)) if *count > left as f64 => patch::remove(&text, &join),
                _ => Ok(text),
            }
        }
        _ => Ok(text),
    }
}

/// What goes with the last of its kind: a branch without steps, a part of a saga without its step.
fn widened(root: &Node, at: Path) -> Path {
    let count = |at: &[Key]| path::find(root, at).map_or(0, |node| patch::children(node).len());
    let is = |key: Option<&Key>, name: &str| matches!(key, Some(Key::Name(other)) if other == name);
    let mut at = at;
    while let [above @ .., last] = &at[..] {
        let is_only = matches!(last, Key::Index(_)) && count(above) == 1;
        let [.., second, first] = above else { break };
        let within = |name| is(Some(second), name) && matches!(first, Key::Index(_));
        let in_saga = |at: &[Key]| matches!(at, [.., saga, Key::Index(_), Key::Name(_)] if is(Some(saga), "saga"));
        let shorter = match () {
            () if is_only && (within("parallel") || is(Some(first), "undo")) => 1,
            () if is_only && is(Some(first), "do") && in_saga(above) => 1,
            () if is(Some(last), "do") && in_saga(&at) => 1,
            () if is_only && (is(Some(first), "parallel") || is(Some(first), "saga")) => 2,
            () => break,
        };
        at.truncate(at.len() - shorter);
    }
    at
}

/// The text and the path of a property in it; none where nothing is to be taken from it. An edge that only a step implies is written
/// out where something is to be `put` on it.
pub fn property(text: &str, path: &str, put: bool) -> Result<(String, Option<Path>), Problem> {
    let root = node::parse(text)?;
    let mut at = path::read(path);
    let edge = match &at[..] {
        [Key::Name(section), Key::Name(name), ..] if section == "edges" => name.clone(),
        [Key::Name(section), Key::Name(name), _, ..] if SECTIONS.iter().any(|known| known.key() == section) => {
            known(&root, name)?;
            return Ok((text.to_string(), Some(at)));
        }
        _ => return Ok((text.to_string(), Some(at))),
    };
    let index = edge_at(&root, &edge)?;
    at[1] = index.into();
    let is_declared = index < items(root.get("edges")).count();
    match (is_declared, put) {
        (false, true) => {
            let (from, to) = ends(&root, &edge)?;
            Ok((append_edge(text, &from, &to, false)?, Some(at)))
        }
        (false, false) => Ok((text.to_string(), None)),
        (true, _) => Ok((text.to_string(), Some(at))),
    }
}

/// The index of an edge; the next free one where only a step implies it.
pub fn edge_at(root: &Node, edge: &str) -> Result<usize, Problem> {
    let (from, to) = ends(root, edge)?;
    let word = |node: &Node, key| node.get(key).and_then(Node::text).map(str::to_string);
    let is_it = |node: &Node| word(node, "from").as_ref() == Some(&from) && word(node, "to").as_ref() == Some(&to);
    let declared = items(root.get("edges")).find(|(_, node)| is_it(node));
    Ok(declared.map_or(items(root.get("edges")).count(), |(index, _)| index))
}

/// What the reference calls the node at a path.
pub fn owner_at(root: &Node, at: &[Key]) -> Result<&'static str, Problem> {
    match at {
        [Key::Name(_), Key::Name(name)] => Ok(match known(root, name)? {
            Section::Clients => "Client",
            Section::Services => "Service",
            Section::Channels => "Channel",
        }),
        _ => refuse(
            "nothing stands there".to_string(),
            "such as `services.orders` or `edges[a->b]`",
        ),
    }
}
