//! The contract of embeds for people: a text with places, `<!-- parameters -->` … `<!-- end -->`, for its tables.
//!
//! Law: every list of the contract has its place in the text.

use serde_json::Value;

const END: &str = "<!-- end -->";

/// Writes one list of the contract as Markdown.
type List = fn(&Value) -> String;

const LISTS: [(&str, List); 8] = [
    ("files", |contract| plain(&contract["files"], "file")),
    ("parameters", |contract| table(&contract["parameters"], "name")),
    ("levels", |contract| plain(&contract["levels"], "level")),
    ("modes", |contract| words(&contract["modes"]) + "\n"),
    ("fromEmbed", |contract| messages(&contract["fromEmbed"])),
    ("toEmbed", |contract| messages(&contract["toEmbed"])),
    ("limits", |contract| limits(&contract["limits"])),
    ("attributes", |contract| {
        table(&contract["element"]["attributes"], "attribute")
    }),
];

/// The text with every list as the contract has it.
pub fn page(text: &str, contract: &Value) -> String {
    LISTS.iter().fold(text.to_string(), |page, (name, list)| {
        let begin = format!("<!-- {name} -->\n");
        let (head, rest) = page.split_once(&begin).expect(name);
        let (_, tail) = rest.split_once(END).expect(name);
        format!("{head}{begin}{}{END}{tail}", list(contract))
    })
}

fn items(list: &Value) -> &[Value] {
    list.as_array().expect("a list")
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn plain(list: &Value, of: &str) -> String {
    let line = |item: &Value| format!("| `{}` | {} |\n", text(&item["name"]), text(&item["means"]));
    format!("| {of} | meaning |\n|---|---|\n") + &items(list).iter().map(line).collect::<String>()
}

fn limits(list: &Value) -> String {
    let line = |item: &Value| {
        let [of, most, unit, means] = ["of", "most", "unit", "means"].map(|key| text(&item[key]));
        format!("| {of} | {most} {unit} | {means} |\n")
    };
    "| limit | at most | meaning |\n|---|---|---|\n".to_string() + &items(list).iter().map(line).collect::<String>()
}

fn table(list: &Value, of: &str) -> String {
    let line = |item: &Value| {
        let [name, means] = ["name", "means"].map(|key| text(&item[key]));
        format!("| `{name}` | {} | {} | {means} |\n", value(item), default(item))
    };
    format!("| {of} | value | default | meaning |\n|---|---|---|---|\n")
        + &items(list).iter().map(line).collect::<String>()
}

fn messages(list: &Value) -> String {
    let message = |item: &Value| {
        let [kind, means] = ["type", "means"].map(|key| text(&item[key]));
        format!("**`{kind}`** – {means}\n\n{}", fields(&item["fields"]))
    };
    items(list).iter().map(message).collect()
}

fn fields(list: &Value) -> String {
    let line = |item: &Value| {
        let [name, means] = ["name", "means"].map(|key| text(&item[key]));
        let need = if item["required"] == true { "always" } else { "optional" };
        format!("| `{name}` | {} | {need} | {means} |\n", value(item))
    };
    match items(list) {
        [] => String::new(),
        all => {
            let lines: String = all.iter().map(line).collect();
            format!("| field | value | | meaning |\n|---|---|---|---|\n{lines}\n")
        }
    }
}

/// What may stand there, in a few words.
fn value(item: &Value) -> String {
    let unit = item["unit"]
        .as_str()
        .map(|unit| format!(" ({unit})"))
        .unwrap_or_default();
    let most = || item["most"].as_u64();
    match item["type"].as_str().expect("a type") {
        "word" => words(&item["words"]),
        "mode" => "a [mode](#modes)".to_string(),
        "name" => bounded("a name, `[A-Za-z0-9_-]+`", most()),
        "text" => bounded("a text", most()),
        "link" => bounded("a text", most()),
        "origin" => bounded("an origin", most()),
        "address" => "a URL".to_string(),
        "boolean" => "true or false".to_string(),
        "quantiles" => "an object of numbers".to_string(),
        "integer" => number("a whole number", item) + &unit,
        "number" => number("a number", item) + &unit,
        other => panic!("no words for the type {other}"),
    }
}

fn bounded(what: &str, most: Option<u64>) -> String {
    most.map_or(what.to_string(), |most| format!("{what}, at most {most} characters"))
}

fn number(what: &str, item: &Value) -> String {
    match (item["least"].as_u64(), item["most"].as_u64()) {
        (Some(least), Some(most)) => format!("{what} from {least} to {most}"),
        _ => what.to_string(),
    }
}

fn words(list: &Value) -> String {
    let all: Vec<String> = items(list).iter().map(|word| format!("`{}`", text(word))).collect();
    all.join(", ")
}

fn default(item: &Value) -> String {
    match &item["default"] {
        _ if item["required"] == true => "required".to_string(),
        Value::Null => "–".to_string(),
        default => format!("`{}`", text(default)),
    }
}
