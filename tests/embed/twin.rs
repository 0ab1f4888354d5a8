//! What `share::embed` understands and tells, against the contract: every listed field, and no other.

use super::contract;
use serde_json::{Map, Value, json};
use sync_or_swim::scenario::Mode;
use sync_or_swim::share::embed::message::{FromHost, KINDS, ToHost, hear};
use sync_or_swim::share::embed::parameter::{self, NAMES, Wish};
use sync_or_swim::share::embed::tag;
use sync_or_swim::share::embed::{Level, Source, VERSION, View};
use sync_or_swim::time::Instant;

fn list(value: &Value) -> Vec<Value> {
    value.as_array().expect("a list").clone()
}

fn name(item: &Value) -> String {
    item["name"].as_str().expect("a name").to_string()
}

/// The words of a choice; a mode's are those of the contract.
fn words(item: &Value) -> Vec<String> {
    let words = match item["type"].as_str() {
        Some("mode") => list(&contract()["modes"]),
        _ => list(&item["words"]),
    };
    words
        .iter()
        .map(|word| word.as_str().expect("a word").to_string())
        .collect()
}

/// Values that are possible, the longest and greatest among them.
fn good(item: &Value) -> Vec<Value> {
    let most = item["most"].as_u64();
    let long = |prefix: &str| json!(prefix.to_string() + &"a".repeat(most.unwrap_or(5) as usize - prefix.len()));
    match item["type"].as_str().expect("a type") {
        "word" | "mode" => words(item).into_iter().map(Value::from).collect(),
        "name" => vec![json!("chain"), json!("A_9-z"), long("")],
        "text" => vec![json!("a->b"), long("")],
        "link" => vec![json!("1.d.aZ_-"), long("1.d.")],
        "origin" => vec![json!("https://docs.example"), long("https://")],
        "integer" | "number" => [Some(0), most].into_iter().flatten().map(Value::from).collect(),
        other => panic!("no sample of {other}"),
    }
}

/// Values that are not possible: one step beyond the last good one, and another kind of thing.
fn bad(item: &Value) -> Vec<Value> {
    let beyond = item["most"].as_u64().map(|most| match item["type"].as_str() {
        Some("integer" | "number") => json!(most + 1),
        _ => json!("a".repeat(most as usize + 1)),
    });
    let other = match item["type"].as_str().expect("a type") {
        "text" => None,
        _ => Some(json!("a thing / that is none")),
    };
    beyond.into_iter().chain(other).collect()
}

fn asked(item: &Value, value: &Value) -> (Wish, usize) {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), |text| text.replace(' ', "%20"));
    let hash = match name(item).as_str() {
        "embed" => format!("#embed={text}"),
        name => format!("#embed=v1&{name}={text}"),
    };
    let (wish, problems) = parameter::read(&hash).expect("an embed's hash");
    (wish, problems.len())
}

#[test]
fn every_listed_parameter_is_read_and_no_other() {
    let parameters = list(&contract()["parameters"]);
    assert_eq!(parameters.iter().map(name).collect::<Vec<_>>(), NAMES);
    for item in &parameters {
        for value in good(item) {
            assert_eq!(asked(item, &value).1, 0, "{item} {value}");
        }
        for value in bad(item) {
            assert_eq!(asked(item, &value), (Wish::default(), 1), "{item} {value}");
        }
    }
}

#[test]
fn a_default_is_as_if_it_had_been_written() {
    for item in list(&contract()["parameters"]) {
        if !item["default"].is_null() {
            assert_eq!(asked(&item, &item["default"]), (Wish::default(), 0), "{item}");
        }
    }
}

#[test]
fn a_block_of_a_document_says_every_attribute_but_where_the_site_lies() {
    let attributes = list(&contract()["element"]["attributes"]);
    let mut names: Vec<String> = attributes.iter().map(name).collect();
    assert_eq!(names.pop().as_deref(), Some("site"));
    assert_eq!(names, tag::KEYS);
    for item in attributes.iter().filter(|item| item["type"] == "word") {
        for word in words(item) {
            assert!(tag::tag("", &format!("{}: {word}", name(item)), "/").is_ok(), "{item}");
        }
    }
}

fn fields(message: &Value) -> Vec<Value> {
    list(&message["fields"])
}

fn hears(kind: &str, fields: &Map<String, Value>) -> bool {
    let mut message = fields.clone();
    message.insert("sync-or-swim".to_string(), json!(VERSION));
    message.insert("type".to_string(), json!(kind));
    hear(&Value::Object(message).to_string())
        .expect("a message of ours")
        .is_ok()
}

/// The fields of a message that is possible: all that are required, or one where any one will do.
fn sample(message: &Value) -> Map<String, Value> {
    let required: Vec<Value> = fields(message)
        .into_iter()
        .filter(|item| item["required"] == true)
        .collect();
    let chosen = match required.is_empty() {
        true => fields(message).into_iter().take(1).collect(),
        false => required,
    };
    chosen.iter().map(|item| (name(item), good(item)[0].clone())).collect()
}

#[test]
fn every_listed_message_is_heard_and_no_other() {
    let messages = list(&contract()["toEmbed"]);
    let listed: Vec<(String, Vec<String>)> = messages
        .iter()
        .map(|message| {
            (
                message["type"].as_str().expect("a type").to_string(),
                fields(message).iter().map(name).collect(),
            )
        })
        .collect();
    let known = KINDS.map(|(kind, fields)| (kind.to_string(), fields.iter().map(ToString::to_string).collect()));
    assert_eq!(listed, known);
    for message in &messages {
        let kind = message["type"].as_str().expect("a type");
        assert!(hears(kind, &sample(message)), "{message}");
        let mut more = sample(message);
        more.insert("other".to_string(), json!(1));
        assert!(!hears(kind, &more), "{message} with one more field");
    }
    assert!(!hears("other", &Map::new()));
}

#[test]
fn every_field_of_a_message_is_read_within_its_limits() {
    for message in list(&contract()["toEmbed"]) {
        let kind = message["type"].as_str().expect("a type");
        for item in fields(&message) {
            let with = |value: Value| {
                let mut all = sample(&message);
                if item["required"] != true {
                    all.clear();
                }
                all.insert(name(&item), value);
                hears(kind, &all)
            };
            good(&item)
                .into_iter()
                .for_each(|value| assert!(with(value.clone()), "{kind} {item} {value}"));
            bad(&item)
                .into_iter()
                .for_each(|value| assert!(!with(value.clone()), "{kind} {item} {value}"));
            assert!(!with(json!(null)) && !with(json!([])), "{kind} {item}");
            let mut without = sample(&message);
            without.remove(&name(&item));
            assert_eq!(
                hears(kind, &without),
                !sample(&message).contains_key(&name(&item)),
                "{kind} without {item}"
            );
        }
    }
}

/// Every message that is told, with all that is optional and with nothing of it.
fn told(full: bool) -> Vec<ToHost> {
    let text = |text: &str| text.to_string();
    let optional = |text: &str| full.then(|| text.to_string());
    vec![
        ToHost::Ready {
            title: text("Checkout"),
            level: Level::Full,
            view: View::Lanes,
            example: optional("checkout"),
        },
        ToHost::Resize { height: 420 },
        ToHost::State {
            playing: true,
            at: Instant(3_420_000_000),
            title: text("Checkout"),
            link: optional("#ex=checkout"),
            response_ms: full.then_some([61.2, 402.0]),
        },
        ToHost::Toggled {
            edge: text("a->b"),
            from: Mode::Sync,
            to: Mode::Await,
        },
        ToHost::Error { message: text("no") },
    ]
}

fn is_of_type(item: &Value, value: &Value) -> bool {
    match item["type"].as_str().expect("a type") {
        "word" | "mode" => value
            .as_str()
            .is_some_and(|word| words(item).iter().any(|known| known == word)),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "quantiles" => value["p50"].is_number() && value["p99"].is_number(),
        _ => value.is_string(),
    }
}

#[test]
fn what_is_told_has_every_listed_field_and_no_other() {
    for full in [true, false] {
        let messages = list(&contract()["fromEmbed"]);
        assert_eq!(messages.len(), told(full).len());
        for (message, told) in messages.iter().zip(told(full)) {
            let told: Value = serde_json::from_str(&told.write()).expect("JSON");
            let mut told = told.as_object().expect("an object").clone();
            assert_eq!(told.remove("sync-or-swim"), Some(json!(VERSION)));
            assert_eq!(told.remove("type").as_ref(), Some(&message["type"]));
            for item in fields(message).iter().filter(|item| full || item["required"] == true) {
                let value = told.remove(&name(item)).unwrap_or_default();
                assert!(is_of_type(item, &value), "{item}: {value}");
            }
            assert!(told.is_empty(), "not listed: {told:?}");
        }
    }
}

#[test]
fn versions_limits_and_modes_are_those_of_the_contract() {
    let contract = contract();
    assert_eq!(contract["version"], VERSION);
    let limit = |of: &str| {
        let limits = list(&contract["limits"]);
        let found = limits
            .iter()
            .find(|limit| limit["of"] == of)
            .and_then(|limit| limit["most"].as_u64());
        found.expect("a limit") as usize
    };
    let hash = |length: usize| {
        let hash = format!("embed=v1&view=lanes{}", "&".repeat(length - 19));
        parameter::read(&hash).expect("an embed's hash").1.len()
    };
    assert_eq!((hash(limit("hash")), hash(limit("hash") + 1)), (0, 1));
    let message = |length: usize| {
        let text = "{\"sync-or-swim\":1,\"type\":\"play\"}";
        hear(&(text.to_string() + &" ".repeat(length - text.len()))).expect("a message of ours")
    };
    assert_eq!(message(limit("message")), Ok(FromHost::Play));
    assert!(message(limit("message") + 1).is_err());
    let mut modes: Vec<String> = list(&contract["modes"])
        .iter()
        .map(|mode| mode.as_str().unwrap_or_default().to_string())
        .collect();
    let mut known: Vec<String> = Mode::ALL.map(|mode| mode.word().to_string()).to_vec();
    modes.sort();
    known.sort();
    assert_eq!(modes, known);
}

#[test]
fn a_link_is_taken_with_or_without_its_sign() {
    for link in ["#ex=chain", "ex=chain"] {
        let message = json!({"sync-or-swim": 1, "type": "load", "link": link}).to_string();
        assert_eq!(
            hear(&message),
            Some(Ok(FromHost::Load(Source::Link("ex=chain".to_string()))))
        );
    }
}
