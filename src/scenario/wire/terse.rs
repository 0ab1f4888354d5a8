//! What is written of a tree: all but what is understood.
//!
//! ```text
//! {"threads": 8, "cores": null, "backlog": 50.0}   ▶   {"backlog": 50}
//! ```
//!
//! Law: the defaults are those that the schema tells, so that what is left out is what its reader takes for granted.

use super::part;
use serde_json::{Map, Value};

/// The tree without keys that have their default, and with whole numbers written as such.
pub fn terse(mut tree: Value, schema: &Value) -> Value {
    Editor { root: schema }.shorten(&mut tree, schema);
    tree
}

struct Editor<'a> {
    root: &'a Value,
}

impl<'a> Editor<'a> {
    fn shorten(&self, value: &mut Value, schema: &'a Value) {
        let all = part::is_part(schema);
        let schema = self.resolved(schema);
        let branches = schema.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        let branch = branches
            .map(|branch| self.resolved(branch))
            .find(|branch| fits(value, branch));
        let schema = branch.unwrap_or(schema);
        match value {
            Value::Number(number) => whole(number),
            Value::Array(items) => {
                let of = schema.get("items").unwrap_or(&Value::Null);
                items.iter_mut().for_each(|item| self.shorten(item, of));
            }
            Value::Object(entries) => self.shorten_entries(entries, schema, all),
            _ => {}
        }
    }

    fn shorten_entries(&self, entries: &mut Map<String, Value>, schema: &'a Value, all: bool) {
        let named = schema.get("patternProperties").and_then(Value::as_object);
        let named = named.and_then(|patterns| patterns.values().next());
        let about = |key: &str| schema.get("properties").and_then(|keys| keys.get(key)).or(named);
        for (key, value) in entries.iter_mut() {
            self.shorten(value, about(key).unwrap_or(&Value::Null));
        }
        let default = |key: &str| {
            about(key)
                .and_then(|about| about.get("default"))
                .unwrap_or(&Value::Null)
        };
        entries.retain(|key, value| all || !value.is_null() && value != default(key));
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let pointer = schema.get("$ref").and_then(Value::as_str);
        let target = pointer.and_then(|pointer| self.root.pointer(pointer.trim_start_matches('#')));
        target.map_or(schema, |target| self.resolved(target))
    }
}

/// Whether a branch speaks of all keys of a map, or of the items of a list.
fn fits(value: &Value, branch: &Value) -> bool {
    match value {
        Value::Object(entries) => {
            let keys = branch.get("properties");
            keys.is_some_and(|keys| entries.keys().all(|key| keys.get(key).is_some()))
        }
        Value::Array(_) => branch.get("items").is_some(),
        _ => false,
    }
}

/// A number without its point where nothing is behind it.
fn whole(number: &mut serde_json::Number) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(float) = number
        .as_f64()
        .filter(|float| float.fract() == 0.0 && float.abs() < EXACT)
    {
        *number = (float as i64).into();
    }
}
