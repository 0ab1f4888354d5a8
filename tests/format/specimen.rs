//! Texts in which every key of the format stands, and what the schema says of each place in them.

use serde_json::Value;

/// A key in a text.
pub struct Found<'a> {
    /// The definition that has the key, `Scenario` for the root; of several forms the first key of the form behind a dot.
    pub owner: String,
    pub key: String,
    pub pointer: String,
    /// What the schema says of the key.
    pub about: &'a Value,
}

/// The texts.
pub fn all() -> Vec<Value> {
    let texts = super::files("tests/data/specimens")
        .into_iter()
        .map(|(_, text)| super::tree(&text));
    texts.collect()
}

/// Every key of a text with what the schema says of it, in the order of the text.
pub fn keys<'a>(schema: &'a Value, text: &Value) -> Vec<Found<'a>> {
    let mut found = Vec::new();
    walk(
        schema,
        ("Scenario".to_string(), schema),
        text,
        String::new(),
        &mut found,
    );
    found
}

/// What a reference leads to, and its name.
pub fn resolved<'a>(root: &'a Value, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
    match schema.get("$ref").and_then(Value::as_str) {
        None => (None, schema),
        Some(reference) => {
            let pointer = reference.trim_start_matches('#');
            let target = root.pointer(pointer).expect("a reference leads to a definition");
            (reference.rsplit('/').next(), target)
        }
    }
}

/// The forms that a schema allows: itself, or those of its `anyOf`, references followed.
pub fn forms<'a>(root: &'a Value, owner: &str, schema: &'a Value) -> Vec<(String, &'a Value)> {
    let (name, schema) = resolved(root, schema);
    let owner = name.unwrap_or(owner);
    match schema.get("anyOf").and_then(Value::as_array) {
        Some(branches) if schema.get("properties").is_none() => {
            let named = branches
                .iter()
                .flat_map(|branch| forms(root, &form_name(owner, branch, branches), branch));
            named.collect()
        }
        _ => vec![(owner.to_string(), schema)],
    }
}

/// A form is named after its first key that not all have.
fn form_name(owner: &str, branch: &Value, all: &[Value]) -> String {
    let has = |branch: &Value, key: &str| branch.get("properties").is_some_and(|keys| keys.get(key).is_some());
    let keys = branch.get("properties").and_then(Value::as_object);
    let own = |key: &&String| all.len() == 1 || !all.iter().all(|branch| has(branch, key));
    let first = keys.and_then(|keys| keys.keys().find(own));
    first.map_or(owner.to_string(), |key| format!("{owner}.{key}"))
}

fn walk<'a>(
    root: &'a Value,
    (owner, schema): (String, &'a Value),
    value: &Value,
    pointer: String,
    found: &mut Vec<Found<'a>>,
) {
    let forms = forms(root, &owner, schema);
    match value {
        Value::Array(items) => {
            let Some((owner, of)) = forms
                .into_iter()
                .find_map(|(owner, form)| Some((owner, form.get("items")?)))
            else {
                return;
            };
            for (index, item) in items.iter().enumerate() {
                walk(root, (owner.clone(), of), item, format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(entries) => {
            let fits = |form: &Value| entries.keys().all(|key| property(form, key).is_some());
            let Some((owner, form)) = forms.into_iter().find(|(_, form)| fits(form)) else {
                return;
            };
            for (key, value) in entries {
                let Some((about, named)) = property(form, key) else {
                    continue;
                };
                let pointer = format!("{pointer}/{key}");
                if !named {
                    found.push(Found {
                        owner: owner.clone(),
                        key: key.clone(),
                        pointer: pointer.clone(),
                        about,
                    });
                }
                walk(root, (owner.clone(), about), value, pointer, found);
            }
        }
        _ => {}
    }
}

/// What a form says of a key, and whether the key is a name that the author chose.
fn property<'a>(form: &'a Value, key: &str) -> Option<(&'a Value, bool)> {
    let known = form.get("properties").and_then(|keys| keys.get(key));
    let named = || form.get("patternProperties")?.as_object()?.values().next();
    known.map(|about| (about, false)).or_else(|| Some((named()?, true)))
}

/// The places of keys that have a default, with it.
pub fn with_default(schema: &Value, text: &Value) -> Vec<(String, Value)> {
    let keys = keys(schema, text).into_iter();
    keys.filter_map(|found| Some((found.pointer, found.about.get("default")?.clone())))
        .collect()
}

/// The places of keys whose value is their default.
pub fn defaults(schema: &Value, text: &Value) -> Vec<String> {
    let places = with_default(schema, text).into_iter();
    places
        .filter(|(pointer, default)| text.pointer(pointer) == Some(default))
        .map(|(pointer, _)| pointer)
        .collect()
}

/// A text with a value at a place, or without the key there.
pub fn with(text: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut text = text.clone();
    let (owner, key) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(entries)) = text.pointer_mut(owner) {
        match value {
            Some(value) => drop(entries.insert(key.to_string(), value)),
            None => drop(entries.shift_remove(key)),
        }
    }
    text
}

/// Takes a key out, wherever it stands.
pub fn forget(tree: &mut Value, key: &str) {
    match tree {
        Value::Object(map) => {
            map.shift_remove(key);
            map.values_mut().for_each(|value| forget(value, key));
        }
        Value::Array(list) => list.iter_mut().for_each(|value| forget(value, key)),
        _ => {}
    }
}
