//! A part of something that is written: what a change sets of it.
//!
//! ```text
//! before {"mode": "sync", "timeout": "1s", …}   after {"mode": "queue", "timeout": null, …}   ▶   {"mode": "queue", "timeout": null}
//! ```
//!
//! Law: no list of keys of its own. A part has the keys of the whole that may change, and says nothing of the others.

use super::settle;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::marker::PhantomData;

/// How the name of a part ends in the schema.
const PART: &str = "Settings";

/// Whether a schema speaks of a part, in which nothing is said in vain.
pub fn is_part(schema: &Value) -> bool {
    schema.get("$ref").and_then(Value::as_str).is_some_and(is_name_of_part)
}

/// Whether a definition of this name is that of a part.
pub fn is_name_of_part(name: &str) -> bool {
    name.ends_with(PART)
}

/// Something that a change may set a part of.
pub trait Whole: Serialize + JsonSchema {
    /// Whether this key may be set.
    fn may_change(key: &str) -> bool;
}

/// Some of the keys of a `T`; what is not there stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Part<T>(Map<String, Value>, PhantomData<T>);

impl<T: Whole> Part<T> {
    /// What has to be set to come from one to the other.
    pub fn between(before: &T, after: &T) -> Part<T> {
        let (before, mut after) = (entries(before), entries(after));
        after.retain(|key, value| T::may_change(key) && before.get(key) != Some(value));
        Part(after, PhantomData)
    }

    /// None where nothing has to be set.
    pub fn unless_empty(self) -> Option<Part<T>> {
        (!self.0.is_empty()).then_some(self)
    }
}

fn entries(whole: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(whole) {
        Ok(Value::Object(entries)) => entries,
        _ => Map::new(),
    }
}

impl<T: Whole> JsonSchema for Part<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}{PART}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut whole = T::json_schema(generator);
        settle(&mut whole);
        let mut part = schemars::json_schema!({
            "type": "object",
            "description": "Keys with new values. What is not there stays as it is; where nothing was said before, it is the default.",
            "additionalProperties": false,
        });
        if let Some(Value::Object(mut keys)) = whole.remove("properties") {
            keys.retain(|key, _| T::may_change(key));
            keys.values_mut().filter_map(Value::as_object_mut).for_each(|key| {
                key.remove("default");
            });
            part.insert("properties".to_string(), Value::Object(keys));
        }
        part
    }
}
