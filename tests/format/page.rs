//! The reference of the format, docs/format.md: a section for each thing, with its keys, an example, and what is told of
//! a wrong value.
//!
//! Law: it cannot lie. Keys, values and defaults are the schema's, examples are read by the reader, and each error is what
//! the reader said of the wrong value beside it.

use super::specimen::{Found, forms, keys, resolved, with};
use serde_json::{Map, Value};

const HEAD: &str = "<!-- Made from src/scenario/wire by `UPDATE=1 cargo test --test format`. -->

# The scenario format, version 1

A scenario is a JSON file, or the same tree as YAML. Links keep this format for ever. `swim check FILE` tells everything
that is wrong with a file; [scenario.schema.json](scenario.schema.json) lets an editor say most of it while you type
(`\"$schema\"` is no key of a scenario, so set it in the editor).

A small one:

```json
";

/// The whole page.
pub fn page(schema: &Value, specimens: &[Value]) -> String {
    let writer = Writer {
        schema,
        found: specimens
            .iter()
            .flat_map(|text| keys(schema, text).into_iter().map(move |found| (text, found)))
            .collect(),
    };
    let mut page = HEAD.to_string() + include_str!("../data/examples/chain.json") + "```\n";
    for name in writer.names() {
        page += &writer.section(&name);
    }
    page
}

/// All keys that the schema knows, with what has them; those that change what is said elsewhere, and reserved ones, left out.
pub fn all_keys(schema: &Value) -> Vec<(String, String)> {
    let writer = Writer {
        schema,
        found: Vec::new(),
    };
    let names = writer.names().into_iter().filter(|name| !name.ends_with("Settings"));
    let rows = names.flat_map(|name| writer.rows(&name));
    let read = rows.filter(|row| row.about.get("not") != Some(&Value::Object(Map::new())));
    read.map(|row| (row.owner, row.key)).collect()
}

struct Writer<'a> {
    schema: &'a Value,
    found: Vec<(&'a Value, Found<'a>)>,
}

/// A key in a table.
struct Row<'a> {
    owner: String,
    key: String,
    about: &'a Value,
    required: bool,
}

impl<'a> Writer<'a> {
    /// The definitions in the order in which keys lead to them; first the tables, then the forms of values.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.visit("Scenario", &mut names);
        let (tables, values): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| !self.rows(name).is_empty());
        let texts = values
            .into_iter()
            .filter(|name| self.definition(name).get("pattern").is_some());
        tables.into_iter().chain(texts).collect()
    }

    fn visit(&self, name: &str, names: &mut Vec<String>) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_string());
            references(self.definition(name))
                .iter()
                .for_each(|name| self.visit(name, names));
        }
    }

    fn definition(&self, name: &str) -> &'a Value {
        self.schema
            .get("$defs")
            .and_then(|all| all.get(name))
            .unwrap_or(self.schema)
    }

    /// The keys of a definition, form by form.
    fn rows(&self, name: &str) -> Vec<Row<'a>> {
        let own = self.definition(name);
        let forms = forms(self.schema, name, own)
            .into_iter()
            .filter(|(owner, _)| owner.split('.').next() == Some(name));
        let rows = forms.flat_map(|(owner, form)| {
            let is_required = |key: &str| {
                form.get("required")
                    .and_then(Value::as_array)
                    .is_some_and(|keys| keys.iter().any(|required| required == key))
            };
            let keys = form.get("properties").and_then(Value::as_object).into_iter().flatten();
            let row = |(key, about): (&String, &'a Value)| Row {
                owner: owner.clone(),
                key: key.clone(),
                about,
                required: is_required(key),
            };
            keys.map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }

    fn section(&self, name: &str) -> String {
        let own = self.definition(name);
        let title = if name == "Scenario" {
            "The file".to_string()
        } else {
            spaced(name)
        };
        let mut text = format!("\n## {title}\n\n{}\n", prose(own));
        let rows = self.rows(name);
        if rows.is_empty() {
            return text + &pattern(own);
        }
        text += &match name.strip_suffix("Settings") {
            Some(whole) => {
                let keys: Vec<String> = rows.iter().map(|row| format!("`{}`", row.key)).collect();
                let whole = whole.to_lowercase();
                format!("\nThese keys, as in [{whole}](#{whole}): {}.\n", keys.join(", "))
            }
            None => self.table(&rows),
        };
        text + &self.examples(&rows) + &self.errors(&rows)
    }

    fn table(&self, rows: &[Row]) -> String {
        let mut explained = Vec::new();
        let lines = rows.iter().map(|row| {
            let words = &row.about["$ref"];
            let explain = words.is_null() || !explained.contains(&words);
            explained.push(words);
            self.line(row, explain)
        });
        "\n| key | value | default | meaning |\n|---|---|---|---|\n".to_string() + &lines.collect::<String>()
    }

    fn line(&self, row: &Row, explain: bool) -> String {
        let default = match row.about.get("default") {
            _ if row.required => "required".to_string(),
            Some(default) => format!("`{default}`"),
            None => "–".to_string(),
        };
        let first = row.owner.split_once('.').is_some_and(|(_, key)| key == row.key);
        let key = if first {
            format!("**`{}`**", row.key)
        } else {
            format!("`{}`", row.key)
        };
        let meanings = if explain {
            self.meanings(row.about)
        } else {
            String::new()
        };
        let meaning = prose(row.about) + &meanings;
        format!("| {key} | {} | {default} | {meaning} |\n", self.value(row.about))
    }

    /// What may stand there, in a few words.
    fn value(&self, about: &Value) -> String {
        let (name, schema) = resolved(self.schema, about);
        let branches = |key: &str| schema.get(key).and_then(Value::as_array);
        let all = |branches: &Vec<Value>| {
            branches
                .iter()
                .map(|branch| self.value(branch))
                .collect::<Vec<_>>()
                .join(" or ")
        };
        if let Some(name) = name.filter(|name| schema.get("pattern").is_some() || !self.rows(name).is_empty()) {
            let link = spaced(name).to_lowercase().replace(' ', "-");
            return format!("[{}](#{link})", spaced(name).to_lowercase());
        }
        match (branches("anyOf"), branches("oneOf")) {
            (Some(branches), _) | (_, Some(branches)) => return all(branches),
            _ => {}
        }
        if let Some(word) = schema.get("const") {
            return format!("`{word}`");
        }
        if let Some(of) = schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .and_then(|keys| keys.values().next())
        {
            return format!("a map of {} by [name](#name)", self.value(of));
        }
        match schema.get("type") {
            Some(Value::Array(kinds)) => {
                let kinds: Vec<String> = kinds.iter().map(|kind| kind_words(word(kind), schema)).collect();
                kinds.join(" or ")
            }
            Some(kind) if kind == "array" => format!("a list of {}", self.value(&schema["items"])),
            Some(kind) => kind_words(word(kind), schema),
            None if schema.get("not").is_some() => "reserved".to_string(),
            None => "anything".to_string(),
        }
    }

    /// What the words that may stand there mean.
    fn meanings(&self, about: &Value) -> String {
        let (_, schema) = resolved(self.schema, about);
        let words = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let meanings = words.filter_map(|word| {
            Some(format!(
                "`{}`: {}",
                word["const"].as_str()?,
                word["description"].as_str()?
            ))
        });
        let meanings: Vec<String> = meanings.collect();
        if meanings.len() < 2 {
            String::new()
        } else {
            format!(" {}.", meanings.join("; "))
        }
    }

    /// The first thing of each form in the specimens.
    fn examples(&self, rows: &[Row]) -> String {
        let mut owners: Vec<&str> = rows.iter().map(|row| row.owner.as_str()).collect();
        owners.dedup();
        let examples: Vec<String> = owners.into_iter().filter_map(|owner| self.example(owner)).collect();
        match examples.is_empty() {
            true => String::new(),
            false => format!("\n```json\n{}\n```\n", examples.join("\n")),
        }
    }

    fn example(&self, owner: &str) -> Option<String> {
        let (text, found) = self.found.iter().find(|(_, found)| found.owner == owner)?;
        let (place, _) = found.pointer.rsplit_once('/')?;
        (!place.is_empty()).then(|| laid_out(text.pointer(place).unwrap_or(&Value::Null), ""))
    }

    /// What is told of a wrong value of each key.
    fn errors(&self, rows: &[Row]) -> String {
        let mut told: Vec<String> = Vec::new();
        for line in rows.iter().filter_map(|row| self.error(row)) {
            if !told.contains(&line) {
                told.push(line);
            }
        }
        if told.is_empty() {
            return String::new();
        }
        format!("\n| wrong | what is told |\n|---|---|\n{}", told.concat())
    }

    fn error(&self, row: &Row) -> Option<String> {
        let wrong = self.wrong(row.about)?;
        let (text, found) = self
            .found
            .iter()
            .find(|(_, found)| found.owner == row.owner && found.key == row.key)?;
        let problems = super::errors(&with(text, &found.pointer, Some(wrong.clone())).to_string());
        assert!(!problems.is_empty(), "the reader accepts {wrong} at {}", found.pointer);
        let place = found.pointer.trim_start_matches('/').replace('/', ".");
        let here = problems
            .iter()
            .find(|problem| problem.path.replace('[', ".").replace(']', "") == place);
        let problem = here.unwrap_or(&problems[0]);
        Some(format!(
            "| `\"{}\": {wrong}` | {}; {} |\n",
            row.key, problem.message, problem.fix
        ))
    }

    /// A value of which a reader with some sense would think that it may stand there.
    fn wrong(&self, about: &Value) -> Option<Value> {
        let (name, schema) = resolved(self.schema, about);
        let words = schema.get("oneOf").and_then(Value::as_array);
        if let Some(word) = words.and_then(|words| words[0]["const"].as_str()) {
            return Some(format!("{word}x").into());
        }
        if let Some(least) = schema.get("minimum").and_then(Value::as_f64) {
            let below = if least == 0.0 { Value::from(-1) } else { Value::from(0) };
            return Some(below);
        }
        if schema.get("const").is_some() {
            return Some(false.into());
        }
        let kind = schema.get("type").map(|kind| kind.get(0).unwrap_or(kind));
        match kind.and_then(Value::as_str) {
            Some("array") => Some(Value::Object(Map::new())),
            Some("object") => Some(Value::Array(Vec::new())),
            Some("boolean") => Some("yes".into()),
            Some("string") if schema.get("pattern").is_none() => Some(5.into()),
            Some("string") => Some(if name == Some("Name") { "no name" } else { "soon" }.into()),
            _ => match schema.get("anyOf").and_then(Value::as_array)?.as_slice() {
                [one, null] if null["type"] == "null" => self.wrong(one),
                _ => Some("soon".into()),
            },
        }
    }
}

/// An example of a form of text, and its pattern where that is not too long to be read.
fn pattern(form: &Value) -> String {
    const LONGEST: usize = 150;
    let example = form.pointer("/examples/0").map(Value::to_string).unwrap_or_default();
    match word(&form["pattern"]) {
        pattern if pattern.len() > LONGEST => {
            format!("\nSuch as `{example}`. The schema has it as a regular expression.\n")
        }
        pattern => format!("\nSuch as `{example}`. As a regular expression: `{pattern}`\n"),
    }
}

/// The definitions that a schema refers to, in order.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(entries) => {
            let entries = entries.iter().filter(|(key, _)| *key != "$defs");
            let found = entries.flat_map(|(key, value)| match (key.as_str(), value.as_str()) {
                ("$ref", Some(reference)) => reference.rsplit('/').next().map(str::to_string).into_iter().collect(),
                _ => references(value),
            });
            found.collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// JSON with each map and list on one line where it fits.
fn laid_out(value: &Value, indent: &str) -> String {
    const WIDTH: usize = 100;
    let flat = flat(value);
    let deeper = format!("{indent}  ");
    let (open, items, close): (_, Vec<String>, _) = match value {
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("\"{key}\": {}", laid_out(value, &deeper));
            ('{', entries.iter().map(entry).collect(), '}')
        }
        Value::Array(items) => ('[', items.iter().map(|item| laid_out(item, &deeper)).collect(), ']'),
        _ => return flat,
    };
    if indent.len() + flat.len() <= WIDTH {
        return flat;
    }
    format!(
        "{open}\n{deeper}{}\n{indent}{close}",
        items.join(&format!(",\n{deeper}"))
    )
}

fn flat(value: &Value) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            let entry = |(key, value): (&String, &Value)| format!("\"{key}\": {}", flat(value));
            format!("{{ {} }}", list(entries.iter().map(entry).collect()))
        }
        Value::Array(items) => format!("[{}]", list(items.iter().map(flat).collect())),
        other => other.to_string(),
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The description in one line.
fn prose(schema: &Value) -> String {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    text.replace('\n', " ").replace('|', "\\|")
}

fn kind_words(kind: &str, schema: &Value) -> String {
    let range = match (schema.get("minimum"), schema.get("maximum")) {
        (Some(least), Some(most)) => format!(", {least} to {most}"),
        (Some(least), None) => format!(" from {least}"),
        _ => String::new(),
    };
    match kind {
        "integer" => format!("a whole number{range}"),
        "number" => format!("a number{range}"),
        "boolean" => "`true` or `false`".to_string(),
        "string" => "a text".to_string(),
        "null" => "`null`".to_string(),
        other => format!("a {other}"),
    }
}

/// `Saga step` for `SagaStep`.
fn spaced(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            letter if letter.is_uppercase() && !text.is_empty() => {
                text.push(' ');
                text.extend(letter.to_lowercase());
            }
            letter => text.push(letter),
        }
    }
    text
}
