//! Foreign files as scenarios: what comes out of real ones, whether it behaves as what went in, and what is told of wrong ones.
//!
//! ```text
//! tests/data/import/FILE ─▶ tests/data/import/golden/FILE.txt      UPDATE=1 cargo test --test import: writes them anew
//! run ─spans─▶ OTLP ─▶ scenario ─▶ run                             the same medians within a tenth
//! ```
#![cfg(not(target_arch = "wasm32"))]

#[path = "import/hostile.rs"]
mod hostile;
#[path = "import/otlp.rs"]
mod otlp;
#[path = "import/queueing.rs"]
mod queueing;
#[path = "truth/run.rs"]
mod run;

use std::fs;
use std::path::{Path, PathBuf};
use sync_or_swim::import::{self, Format};
use sync_or_swim::scenario::text;

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/import")
}

/// The files and what is in them.
fn files() -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(home())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path());
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter(|path| path.is_file() && path.extension().is_some_and(|kind| kind != "md"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn real_files_come_out_as_they_did() {
    for (name, bytes) in files() {
        let imported = import::read(&bytes, None).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        let warnings = text::parse(&imported.scenario).expect("a scenario").warnings;
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
        let lines =
            |kind: &str, notes: &[String]| notes.iter().map(|note| format!("{kind}: {note}\n")).collect::<String>();
        let notes = lines("assumed", &imported.assumptions) + &lines("ignored", &imported.ignored);
        let found = format!("{}\n{notes}{}", imported.format.title(), imported.scenario);
        let golden = home().join("golden").join(name + ".txt");
        if std::env::var("UPDATE").is_ok() {
            fs::write(&golden, &found).expect("a golden file");
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(found, expected, "{}", golden.display());
    }
}

#[test]
fn the_content_says_the_format_as_a_reader_would() {
    for (name, bytes) in files() {
        let found = import::read(&bytes, None).expect("an import");
        assert_eq!(import::read(&bytes, Some(found.format)), Ok(found), "{name}");
    }
    let text = "{\"format\": \"sync-or-swim/1\", \"run\": {\"duration\": \"1s\"}, \"clients\": {\"c\": {\"arrivals\": \"poisson(5/s)\"}}, \"services\": {\"s\": {}}, \"edges\": [{\"from\": \"c\", \"to\": \"s\"}]}";
    let own = import::read(text.as_bytes(), None).expect("a scenario");
    assert_eq!(own.format, Format::Scenario);
    assert_eq!(text::parse(&own.scenario), text::parse(text));
}

/// A text, its format if it is given, and what is told: the place, words of the message, words of what would be right.
type Wrong = (&'static str, Option<Format>, (u32, u32), &'static str, &'static str);

const WRONG: &[Wrong] = &[
    ("", None, (1, 1), "empty", "sync-or-swim/1"),
    ("hello", None, (1, 1), "no format", "isotope"),
    ("<html/>", None, (1, 1), "no `lqn-model`", "mermaid"),
    ("{\"data\": [{}]}", None, (1, 1), "no format", "jaeger"),
    (
        "services: [{name: a, script: [{call: xyzw}]}]",
        None,
        (1, 38),
        "no service",
        "names a service",
    ),
    (
        "services:\n- name: abc\n  script:\n  - sleep: long\n",
        None,
        (4, 12),
        "no time",
        "10ms",
    ),
    (
        "services:\n- name: abc\n- name: b\n  script:\n  - call: abd\n",
        None,
        (5, 11),
        "no service",
        "`abc`",
    ),
    ("services:\n  web: nginx\n", None, (2, 8), "no map", "image"),
    (
        "flowchart LR\n a --> b\n b ---\n",
        None,
        (3, 1),
        "a node is expected",
        "shop",
    ),
    (
        "flowchart LR\n a --> b\n b ? c\n",
        None,
        (3, 1),
        "an arrow is expected",
        "-->",
    ),
    ("flowchart LR\n a[open --> b\n", None, (2, 1), "no end", "bracket"),
    ("flowchart LR\n", None, (1, 1), "no service", "a --> b"),
    ("{\"resourceSpans\": []}", None, (1, 1), "no span", "export"),
    ("[]", Some(Format::Zipkin), (1, 1), "no span", "export"),
    ("[]", Some(Format::Dependencies), (1, 1), "no service", "parent"),
    ("<lqn-model>\n<a></lqn-model>", None, (2, 4), "not XML", "document type"),
    (
        "<lqn-model><processor name='p'><task scheduling='ref'/></processor></lqn-model>",
        None,
        (1, 32),
        "no `name`",
        "task",
    ),
    ("asyncapi: 1.2.0\n", None, (1, 11), "version", "3.0.0"),
    (
        "asyncapi: 3.0.0\noperations:\n  tell: {action: sent}\n",
        None,
        (3, 18),
        "no `action`",
        "receive",
    ),
    (
        "asyncapi: 3.0.0\noperations:\n  tell: {action: send, channel: {$ref: '#/channels/paid'}}\n",
        None,
        (3, 33),
        "no channel",
        "#/channels/",
    ),
    (
        "asyncapi: 2.6.0\nchannels: {a: {}}\n",
        None,
        (1, 1),
        "no service",
        "operations",
    ),
    (
        "<!DOCTYPE lolz [<!ENTITY a \"b\">]>\n<lqn-model/>",
        None,
        (1, 1),
        "not XML",
        "document type",
    ),
];

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_would_be_right() {
    for (text, format, place, message, fix) in WRONG {
        let problems = import::read(text.as_bytes(), *format).expect_err(text);
        let problem = &problems[0];
        assert_eq!((problem.line, problem.column), *place, "{text}: {problem}");
        assert!(
            problem.message.contains(message) && problem.fix.contains(fix),
            "{text}: {problem}"
        );
    }
    assert!(import::read(&[0xff, 0xfe], None).is_err());
    assert!(Format::parse("jeager").expect_err("no format").contains("`jaeger`"));
}

#[test]
fn a_circle_of_calls_is_cut_and_told() {
    let imported = import::read(b"graph TD; a --> b --> c --> a; users --> a", None).expect("a scenario");
    assert!(
        imported.ignored.iter().any(|note| note.contains("circle")),
        "{imported:?}"
    );
    assert!(!imported.scenario.contains("\"from\": \"c\""));
}

#[test]
fn what_bindings_and_replies_say_is_taken() {
    let text = r##"{"asyncapi": "3.0.0", "info": {"title": "Shop"}, "servers": {"main": {"protocol": "kafka-secure"}},
        "channels": {"orders": {"bindings": {"kafka": {"partitions": 12, "topicConfiguration": {"retention.ms": 5000}}}},
            "prices": {"bindings": {"amqp": {"is": "queue"}}, "servers": [{"protocol": "amqps"}]}},
        "operations": {"onOrder": {"action": "receive", "channel": {"$ref": "#/channels/orders"}, "traits": [{"$ref": "#/components/operationTraits/group"}]},
            "askPrice": {"action": "send", "channel": {"$ref": "#/channels/prices"}, "reply": {}},
            "tell": {"action": "send", "channel": {"$ref": "#/channels/orders"}}},
        "components": {"operationTraits": {"group": {"bindings": {"kafka": {"groupId": {"type": "string", "enum": ["shop"]}}}}}}}"##;
    let imported = import::read(text.as_bytes(), None).expect("a scenario");
    assert_eq!(imported.format, Format::AsyncApi);
    for line in [
        r#""orders": { "kind": "topic", "partitions": 12, "retention": "5s", "protocol": "kafka" }"#,
        r#""orders-sent": { "kind": "topic", "partitions": 12, "retention": "5s", "protocol": "kafka" }"#,
        r#""prices": { "kind": "queue", "protocol": "amqp" }"#,
        r#"{ "from": "publishers", "to": "orders", "mode": "queue" }"#,
        r#"{ "from": "orders", "to": "Shop.onOrder", "group": "shop" }"#,
        r#"{ "from": "Shop", "to": "prices", "mode": "sync", "reply": true }"#,
        r#"{ "from": "prices", "to": "subscribers.prices" }"#,
        r#"{ "from": "Shop", "to": "orders-sent", "mode": "queue" }"#,
    ] {
        assert!(imported.scenario.contains(line), "{line}\n{}", imported.scenario);
    }
}

/// Version 2 says what others do: they publish what the application receives.
#[test]
fn what_others_publish_is_received() {
    let text = "asyncapi: 2.6.0\ninfo: {title: App}\nchannels: {in: {publish: {operationId: hear}}, out: {subscribe: {operationId: tell}}}\n";
    let imported = import::read(text.as_bytes(), None).expect("a scenario");
    for line in [
        r#"{ "from": "in", "to": "App.hear" }"#,
        r#"{ "from": "callers", "to": "App.tell", "mode": "sync" }"#,
        r#"{ "from": "App", "to": "out", "mode": "queue" }"#,
    ] {
        assert!(imported.scenario.contains(line), "{line}\n{}", imported.scenario);
    }
}

#[test]
fn anchors_of_a_compose_file_are_written_out() {
    let text = "x-base: &base\n  cpus: 2\nservices:\n  web:\n    <<: *base\n    ports: [80]\n    depends_on: [db]\n  db: {cpus: 1, <<: *base}\n";
    let imported = import::read(text.as_bytes(), None).expect("a scenario");
    assert!(
        imported.scenario.contains("\"web\": { \"cores\": 2"),
        "{}",
        imported.scenario
    );
    assert!(
        imported.scenario.contains("\"db\": { \"cores\": 1"),
        "{}",
        imported.scenario
    );
}
