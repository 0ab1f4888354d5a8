//! What can be said of a node or an edge, and what is said of it: for whoever inspects it.
//!
//! ```text
//! edges[orders->payments]   ▶   mode     words      "sync"    is set     Who waits for whom.
//!                               timeout  duration   null      is not     How long the caller waits …
//! ```
//!
//! Law: keys, defaults and explanations are the format's: `property.txt` is made of the types, and a test keeps it so.
//! What a thing cannot have is not listed.

use super::edit::path::{self, Key};
use super::edit::style::Style;
use super::edit::{edge_at, owner_at};
use super::model::{Callee, Caller, ChannelKind, Edge, Mode, Scenario};
use super::node::{self, Node};
use super::number;
use super::problem::Problem;
use super::text;
use serde::{Deserialize, Serialize};

/// Line by line: whose key, its name, what may stand there, its default, its explanation, and each word with its meaning.
const TABLE: &str = include_str!("property.txt");

/// A node, an edge, or the head of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thing {
    /// All that is said of it, as JSON.
    pub text: String,
    /// In the order of the reference, those inside of others behind them.
    pub properties: Vec<Property>,
}

/// Something that can be said of a thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Where an edit sets it: `services.orders.threads`.
    pub path: String,
    /// `threads`, `retry.attempts`.
    pub name: String,
    pub kind: Kind,
    /// A text as itself, anything else as JSON: what is said, or else the default. Empty where there is neither.
    pub value: String,
    /// Written as a value is.
    pub default: String,
    pub is_set: bool,
    pub about: String,
}

/// What may stand in the place of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// A text of this form: `duration`, `distribution`, `rate`, `backoff`, `arrivals`, `deadline`, `name`, `target`.
    Form(String),
    /// Any text.
    Text,
    /// One of these words, each with its meaning.
    Words(Vec<(String, String)>),
    /// True or false.
    Flag,
    /// A whole number.
    Count { least: u64, most: u64 },
    /// A number.
    Number { least: f64, most: f64 },
    /// A map, whose keys are the properties that follow.
    Table,
    /// A map or list of the author's.
    Tree,
}

/// What can be said of the thing at a path: `services.orders`, `edges[orders->payments]`, or nothing for the head of the file.
pub fn inspect(text: &str, at: &str) -> Result<Thing, Vec<Problem>> {
    let scenario = text::parse(text)?.scenario;
    let one = |problem| vec![problem];
    let root = node::parse(text).map_err(one)?;
    let mut path = path::read(at);
    let (owner, edge) = match &path[..] {
        [] => ("Scenario", None),
        [Key::Name(list), Key::Name(name)] if list == "edges" => {
            let edge = scenario.edge_named(name).map(|id| scenario.edge(id));
            let index = edge_at(&root, name).map_err(one)?;
            path[1] = index.into();
            ("Edge", edge)
        }
        _ => (owner_at(&root, &path).map_err(one)?, None),
    };
    let here = path::find(&root, &path);
    let mut list = List {
        text,
        at,
        is_possible: &|key| possible(&scenario, here, edge, key),
        modes: edge.map(|edge| edge.modes().collect()),
        properties: Vec::new(),
    };
    list.table(owner, here, "");
    let properties = list.properties;
    let written = |node| Style::JSON.value(text, node, "");
    Ok(Thing {
        text: here.filter(|_| !at.is_empty()).map(written).unwrap_or_default(),
        properties,
    })
}

/// Whether a thing can have a key, as it is now.
fn possible(scenario: &Scenario, here: Option<&Node>, edge: Option<&Edge>, key: &str) -> bool {
    let Some(edge) = edge else {
        let has_operations = here.is_some_and(|node| node.get("operations").is_some());
        return !(has_operations && ["work", "fail", "fanout"].contains(&key));
    };
    let is_queue = |caller| match caller {
        Caller::Channel(id) => scenario.channels[id.0 as usize].kind == ChannelKind::Queue,
        _ => false,
    };
    let publishes = matches!(edge.to, Callee::Channel(_)) && !edge.publish.reply;
    text::may_have(edge, key)
        && !(key == "group" && is_queue(edge.from))
        && !(publishes && ["mode", "flip"].contains(&key))
}

/// Properties as they are found.
struct List<'a> {
    text: &'a str,
    at: &'a str,
    is_possible: &'a dyn Fn(&str) -> bool,
    /// The modes of an edge.
    modes: Option<Vec<Mode>>,
    properties: Vec<Property>,
}

impl List<'_> {
    /// The properties of one table, and of those in it.
    fn table(&mut self, owner: &str, here: Option<&Node>, above: &str) {
        let (owner, is_part) = match owner.strip_suffix("Settings") {
            Some(whole) => (whole, true),
            None => (owner, false),
        };
        for line in TABLE.lines() {
            let mut cells = line.split('\t');
            let mut next = || cells.next().unwrap_or_default();
            let [whose, key, kind, default, about] = [next(), next(), next(), next(), next()];
            // The channel of an edge is a queue.
            let is_fixed = is_part && ["kind", "partitions"].contains(&key);
            if whose != owner || is_fixed || above.is_empty() && !(self.is_possible)(key) {
                continue;
            }
            let value = here.and_then(|here| here.get(key));
            let words = cells.filter_map(|cell| cell.split_once('='));
            let words = words.filter(|(word, _)| !self.is_foreign(key, word));
            let words = words
                .map(|(word, about)| (word.to_string(), about.to_string()))
                .collect();
            let name = [above, key].concat();
            let default = shown_default(default);
            self.properties.push(Property {
                path: [self.at, if self.at.is_empty() { "" } else { "." }, &name].concat(),
                kind: read_kind(kind, words),
                value: value.map_or(default.clone(), |value| self.shown(value)),
                default,
                is_set: value.is_some(),
                about: about.to_string(),
                name,
            });
            if let Some(inner) = kind.strip_prefix("table ") {
                self.table(inner, value, &[above, key, "."].concat());
            }
        }
    }

    /// Whether a mode is none of this edge's.
    fn is_foreign(&self, key: &str, word: &str) -> bool {
        let is_mode = |mode: &Mode| mode.word() == word && (key == "mode" || *mode != Mode::Sync);
        let modes = self.modes.iter().filter(|_| ["mode", "flip"].contains(&key));
        modes.flatten().count() > 0 && !self.modes.iter().flatten().any(is_mode)
    }

    fn shown(&self, value: &Node) -> String {
        match value.text() {
            Some(text) => text.to_string(),
            None => Style::JSON.value(self.text, value, ""),
        }
    }
}

/// A default in the table is JSON, whose texts need no escapes.
fn shown_default(json: &str) -> String {
    let text = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    text.unwrap_or(json).to_string()
}

fn read_kind(kind: &str, words: Vec<(String, String)>) -> Kind {
    let mut parts = kind.split(' ');
    let name = parts.next().unwrap_or_default();
    let mut bound = || parts.next().and_then(number::read).unwrap_or(0.0);
    match name {
        "form" => Kind::Form(kind["form ".len()..].to_string()),
        "words" => Kind::Words(words),
        "flag" => Kind::Flag,
        "count" => Kind::Count {
            least: bound() as u64,
            most: bound() as u64,
        },
        "number" => Kind::Number {
            least: bound(),
            most: bound(),
        },
        "table" => Kind::Table,
        "tree" => Kind::Tree,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::gallery;

    fn names(text: &str, at: &str) -> Vec<String> {
        let thing = inspect(text, at).unwrap_or_else(|problems| panic!("{at}: {problems:#?}"));
        thing.properties.into_iter().map(|property| property.name).collect()
    }

    fn property(text: &str, at: &str, name: &str) -> Property {
        let thing = inspect(text, at).unwrap_or_else(|problems| panic!("{at}: {problems:#?}"));
        let mut found = thing.properties.into_iter().filter(|property| property.name == name);
        found.next().unwrap_or_else(|| panic!("{at} has no {name}"))
    }

    const CHECKOUT: &str = gallery::ENTRIES[0].text;
    const CHANNELS: &str = include_str!("../../tests/data/specimens/channels.json");

    #[test]
    fn what_is_said_is_told_beside_what_is_not() {
        let timeout = property(CHECKOUT, "edges[orders->payments.charge]", "timeout");
        assert_eq!(
            (
                timeout.path.as_str(),
                timeout.value.as_str(),
                timeout.default.as_str(),
                timeout.is_set
            ),
            ("edges[orders->payments.charge].timeout", "800ms", "null", true)
        );
        assert_eq!(timeout.kind, Kind::Form("duration".to_string()));
        assert!(timeout.about.starts_with("How long the caller waits"));
        let attempts = property(CHECKOUT, "edges[orders->payments.charge]", "retry.attempts");
        let (least, most) = (1, 100);
        assert_eq!((attempts.is_set, attempts.kind), (false, Kind::Count { least, most }));
        let threads = property(CHECKOUT, "services.stock", "threads");
        assert_eq!((threads.value.as_str(), threads.default.as_str()), ("4", "8"));
        let balance = property(CHECKOUT, "services.stock", "balance");
        assert_eq!((balance.value.as_str(), balance.is_set), ("roundRobin", false));
        let duration = property(CHECKOUT, "", "run.duration");
        assert_eq!(
            (duration.path.as_str(), duration.value.as_str()),
            ("run.duration", "120s")
        );
    }

    #[test]
    fn what_a_thing_cannot_have_is_not_listed() {
        let has = |at: &str, key: &str| names(CHANNELS, at).iter().any(|name| name == key);
        for (at, key, expected) in [
            ("edges[web->orders.place]", "weight", true),
            ("edges[web->orders.place]", "acks", false),
            ("edges[orders->placed]", "acks", true),
            ("edges[orders->placed]", "weight", false),
            ("edges[orders->placed]", "mode", false),
            ("edges[once->asked]", "mode", true),
            ("edges[asked->mail]", "prefetch", true),
            ("edges[asked->mail]", "group", false),
            ("edges[asked->mail]", "retry.attempts", false),
            ("services.orders", "work", false),
            ("services.mail", "work", true),
        ] {
            assert_eq!(has(at, key), expected, "{at} {key}");
        }
        let modes = |at: &str| match property(CHANNELS, at, "mode").kind {
            Kind::Words(words) => words.into_iter().map(|(word, _)| word).collect::<Vec<_>>(),
            kind => panic!("{kind:?}"),
        };
        assert!(!modes("edges[web->orders.place]").contains(&"forward".to_string()));
        assert_eq!(modes("edges[once->asked]"), ["sync", "await"]);
    }

    #[test]
    fn nothing_is_told_of_nobody() {
        for (at, told) in [
            (
                "services.male",
                "1:1 there is no client, service or channel `male`; did you mean `mail`?",
            ),
            (
                "edges[a->b]",
                "1:1 there is no edge `a->b`; an edge is called `from->to`, as it is written",
            ),
            (
                "run",
                "1:1 nothing stands there; such as `services.orders` or `edges[a->b]`",
            ),
        ] {
            let problems = inspect(CHANNELS, at).unwrap_err();
            assert_eq!(problems[0].to_string(), told);
        }
    }
}
