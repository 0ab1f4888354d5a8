//! The table of properties that the inspector shows, src/scenario/property.txt: a line for each key of a client, a service, a
//! channel or an edge, and of what these hold.
//!
//! ```text
//! Edge → timeout → form duration → null → How long the caller waits …          → is a tab
//! Edge → mode → words → "sync" → Who waits for whom. → sync=the caller's worker is held until the outcome → …
//! ```
//!
//! Law: it says what the schema says.

use super::specimen::resolved;
use serde_json::Value;

/// What is inspected, and what of it has a table of its own.
const OWNERS: [&str; 10] = [
    "Scenario", "Run", "Client", "Service", "Channel", "Edge", "Retry", "Breaker", "Fallback", "Batch",
];

/// The whole table.
pub fn table(schema: &Value) -> String {
    OWNERS.iter().flat_map(|owner| lines(schema, owner)).collect()
}

fn lines(schema: &Value, owner: &str) -> Vec<String> {
    let definition = schema["$defs"].get(owner).unwrap_or(schema);
    let forms = match definition.get("properties") {
        Some(_) => vec![definition],
        None => definition["anyOf"].as_array().expect("forms").iter().collect(),
    };
    let keys = forms
        .into_iter()
        .flat_map(|form| form["properties"].as_object().expect("keys"));
    let keys = keys.filter(|(key, _)| !["format", "from", "to"].contains(&key.as_str()));
    // Of the file only its head.
    let keys = keys.filter(|(_, about)| owner != "Scenario" || kind(schema, about) != "tree");
    keys.map(|(key, about)| line(schema, owner, key, about)).collect()
}

fn line(schema: &Value, owner: &str, key: &str, about: &Value) -> String {
    let default = about.get("default").map(Value::to_string).unwrap_or_default();
    let words = words(schema, about)
        .into_iter()
        .map(|(word, about)| format!("\t{word}={about}"));
    let (kind, prose) = (kind(schema, about), prose(about));
    format!(
        "{owner}\t{key}\t{kind}\t{default}\t{prose}{}\n",
        words.collect::<String>()
    )
}

fn prose(about: &Value) -> String {
    let text = about.get("description").and_then(Value::as_str).unwrap_or_default();
    text.replace('\n', " ")
}

/// What may stand there besides nothing.
fn given<'a>(schema: &'a Value, about: &'a Value) -> (Option<&'a str>, &'a Value) {
    let (name, own) = resolved(schema, about);
    match own.get("anyOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one, null]) if null["type"] == "null" => resolved(schema, one),
        _ => (name, own),
    }
}

fn kind(schema: &Value, about: &Value) -> String {
    let (name, own) = given(schema, about);
    let kind = own.get("type").map(|kind| kind.get(0).unwrap_or(kind));
    let range = |word: &str| match (own.get("minimum"), own.get("maximum")) {
        (Some(least), Some(most)) => format!("{word} {least} {most}"),
        _ => word.to_string(),
    };
    match (name, kind.and_then(Value::as_str)) {
        (Some(table), _) if OWNERS.contains(&table.trim_end_matches("Settings")) => format!("table {table}"),
        _ if own.get("oneOf").is_some() => "words".to_string(),
        (_, Some("boolean")) => "flag".to_string(),
        (_, Some("integer")) => range("count"),
        (_, Some("number")) => range("number"),
        (_, Some("string")) if own.get("pattern").is_none() => "text".to_string(),
        (Some(form @ ("Arrivals" | "Deadline")), _) => format!("form {form}").to_lowercase(),
        (Some(form), Some("string")) => format!("form {form}").to_lowercase(),
        _ => "tree".to_string(),
    }
}

/// The words of which one may stand there, with their meanings.
fn words<'a>(schema: &'a Value, about: &'a Value) -> Vec<(&'a str, &'a str)> {
    let (_, own) = given(schema, about);
    let words = own.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    words
        .filter_map(|word| Some((word["const"].as_str()?, word["description"].as_str()?)))
        .collect()
}
