//! The format's types: the tree that a person writes, key for key. The JSON Schema, the reference and the canonical text
//! are made of them.
//!
//! ```text
//! Scenario ─write─▶ wire::Scenario ─serde─▶ tree ─terse─▶ {"format": "sync-or-swim/1", …}
//!                        └─schemars─▶ schema ─▶ docs/scenario.schema.json, docs/format.md, `swim schema`
//! ```
//!
//! Law: what is written is read as the same scenario, and the schema accepts what `scenario::text` reads. What only names,
//! sums and circles decide, the schema leaves to it.

mod author;
mod channel;
mod client;
mod edge;
mod fault;
mod part;
mod policy;
mod service;
mod step;
mod terse;
mod value;
mod word;

use super::model;
use author::Author;
use channel::Channel;
use client::Client;
use edge::Edge;
use fault::{Change, Fault};
use indexmap::IndexMap;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service::Service;
use value::{Duration, Name};

/// One whole experiment. The file is JSON, or the same tree as YAML; keys may come in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The version of the format.
    pub format: Format,
    /// What it is called.
    pub name: Option<String>,
    /// What it shows, as Markdown.
    pub about: Option<String>,
    /// Chooses the random numbers; the same seed gives the same run. Up to 2^53 - 1.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991u64), extend("default" = 1))]
    pub seed: Option<u64>,
    /// How long it lasts.
    pub run: Run,
    /// Where requests come from, by name; 1 to 2,000.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 2000))]
    pub clients: IndexMap<Name, Client>,
    /// Who answers them, by name; 1 to 2,000.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 2000))]
    pub services: IndexMap<Name, Service>,
    /// Queues and topics of brokers, by name; 2,000 at most.
    #[schemars(extend("maxProperties" = 2000))]
    pub channels: Option<IndexMap<Name, Channel>>,
    /// Who may call whom, and how; 2,000 at most.
    #[schemars(length(max = 2000))]
    pub edges: Option<Vec<Edge>>,
    /// What goes wrong, in any order.
    pub faults: Option<Vec<Fault>>,
    /// What is toggled during the run, in any order.
    pub changes: Option<Vec<Change>>,
    /// Where clients, services and channels stand in the picture, by name: `[x, y]` is the upper left corner of the box in pixels. No run
    /// depends on it, and a node without a place finds one.
    pub layout: Option<IndexMap<Name, Place>>,
    /// Reserved for named lists of changes from 0 s (A, B, …).
    pub variants: Option<Reserved>,
    /// Reserved for an author's captions.
    pub steps: Option<Reserved>,
}

/// The version of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Format {
    /// this one
    #[serde(rename = "sync-or-swim/1")]
    One,
}

/// How long a run lasts, and how much of its beginning is not counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// What happens before is not counted.
    #[schemars(extend("default" = "0s"))]
    pub warmup: Option<Duration>,
    /// How long the run lasts; includes the warm-up and is longer.
    pub duration: Duration,
}

/// Pixels from the left and from above: the upper left corner of a node's box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Place(pub [Pixels; 2]);

/// A distance in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Pixels(#[schemars(range(min = 0, max = 100_000))] pub u32);

/// What no version before a later one reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reserved {}

impl JsonSchema for Reserved {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Reserved".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "not": {} })
    }
}

/// The canonical text of a scenario: JSON, every preset expanded and every default left out. Numbers of up to 15 digits are
/// read as they were.
pub fn write(scenario: &model::Scenario) -> String {
    let mut author = Author::new(scenario);
    let mut whole = written(&mut author);
    if !author.has_told_all() {
        whole = written(&mut Author::careless(scenario));
    }
    let tree = serde_json::to_value(whole).map(|tree| terse::terse(tree, &schema()));
    format!("{:#}\n", tree.unwrap_or_default())
}

fn written(author: &mut Author) -> Scenario {
    let scenario = author.scenario;
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let edges = edge::edges(author);
    let clients = scenario
        .clients
        .iter()
        .map(|client| (Name(client.name.clone()), client.into()));
    let services = scenario.services.iter().map(|service| {
        let written = Service::new(author, service);
        (Name(service.name.clone()), written)
    });
    let services = services.collect();
    let channels = scenario.channels.iter().map(|channel| {
        let written = Channel::new(scenario, channel.kind, channel.partitions, &channel.rules);
        (Name(channel.name.clone()), written)
    });
    Scenario {
        format: Format::One,
        name: text(&scenario.name),
        about: text(&scenario.about),
        seed: Some(scenario.seed),
        run: Run {
            warmup: Some(scenario.run.warmup.into()),
            duration: scenario.run.duration.into(),
        },
        clients: clients.collect(),
        services,
        channels: Some(channels.collect()).filter(|channels: &IndexMap<_, _>| !channels.is_empty()),
        edges: unless_empty(edges),
        faults: unless_empty(scenario.faults.iter().map(|fault| Fault::new(author, fault)).collect()),
        changes: unless_empty(fault::changes(author)),
        layout: Some(layout(scenario)).filter(|layout| !layout.is_empty()),
        variants: None,
        steps: None,
    }
}

fn layout(scenario: &model::Scenario) -> IndexMap<Name, Place> {
    let spots = scenario.layout.iter();
    let named = spots.map(|spot| {
        let name = scenario.node_name(spot.node).to_string();
        (Name(name), Place([Pixels(spot.x), Pixels(spot.y)]))
    });
    named.collect()
}

fn unless_empty<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// The JSON Schema of the format (draft 2020-12).
pub fn schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Scenario>();
    schema.insert("title".to_string(), "Sync or Swim: a scenario, version 1".into());
    settle(&mut schema);
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        let whole = definitions.iter_mut().filter(|(name, _)| !part::is_name_of_part(name));
        for definition in whole.filter_map(|(_, definition)| <&mut Schema>::try_from(definition).ok()) {
            settle(definition);
        }
    }
    // The width of an integer in Rust is none of the format's business.
    RecursiveTransform(|schema: &mut Schema| {
        schema.remove("format");
    })
    .transform(&mut schema);
    schema.to_value()
}

/// Takes `null` from every key whose default it is not.
fn settle(schema: &mut Schema) {
    let mut tables: Vec<&mut Value> = Vec::new();
    if let Some(object) = schema.as_object_mut() {
        for (key, value) in object {
            match (key.as_str(), value) {
                ("anyOf", Value::Array(branches)) => {
                    tables.extend(branches.iter_mut().filter_map(|branch| branch.get_mut("properties")));
                }
                ("properties", table) => tables.push(table),
                _ => {}
            }
        }
    }
    for table in tables.into_iter().filter_map(Value::as_object_mut) {
        for key in table.values_mut().filter_map(Value::as_object_mut) {
            if key.get("default") != Some(&Value::Null) {
                without_null(key);
            }
        }
    }
}

fn without_null(key: &mut serde_json::Map<String, Value>) {
    if let Some(Value::Array(kinds)) = key.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = &kinds[..] {
            let one = one.clone();
            key.insert("type".to_string(), one);
        }
    }
    if let Some(Value::Array(branches)) = key.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(one)] = &branches[..] {
            let one = one.clone();
            key.remove("anyOf");
            key.extend(one);
        }
    }
}
