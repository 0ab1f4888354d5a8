//! What an edit makes of a text, byte for byte.

mod graph;
mod value;
mod yaml;

use super::*;

/// A text with every place at which a node may be named.
const MESH: &str = r#"{
  "format": "sync-or-swim/1",
  "run": { "duration": "10s" },
  "clients": { "web": { "arrivals": "poisson(5/s)" }, "app": { "users": 3, "think": "1s" } },
  "services": {
    "shop": {
      "threads": 4,
      "operations": {
        "sell": [
          { "work": "5ms" },
          { "parallel": [[{ "call": "stock.take" }], [{ "call": "bank" }]] },
          { "saga": [{ "do": { "call": "bank" }, "undo": { "call": "stock.give" } }, { "do": [{ "work": "1ms" }] }] },
          { "call": "sold" }
        ],
        "look": { "steps": [{ "read": "amount" }] }
      }
    },
    "stock": { "operations": { "take": [{ "write": "amount" }], "give": [] } },
    "bank": {},
    "mail": { "work": "2ms" }
  },
  "channels": {
    "sold": { "kind": "topic", "deadLetter": "lost" },
    "lost": {}
  },
  "edges": [
    { "from": "web", "to": "shop.sell" },
    { "from": "app", "to": "shop.look" },
    { "from": "shop", "to": "stock.take", "fallback": { "call": "mail" } },
    { "from": "sold", "to": "mail" }
  ],
  "faults": [{ "at": "2s", "service": "mail", "slow": 10 }, { "at": "3s", "edge": "shop->stock.take", "loss": 1 }],
  "changes": [{ "at": "5s", "edge": "shop->bank", "set": { "mode": "await" } }],
  "layout": { "mail": [10, 20], "bank": [30, 40] }
}"#;

fn edited(text: &str, edit: Edit) -> String {
    apply(text, &edit).unwrap_or_else(|problems| panic!("{edit:?}: {problems:#?}\n{text}"))
}

fn refused(text: &str, edit: Edit) -> String {
    match apply(text, &edit) {
        Ok(text) => panic!("{edit:?}\n{text}"),
        Err(problems) => problems[0].to_string(),
    }
}

fn set(path: &str, value: &str) -> Edit {
    Edit::Set {
        path: path.to_string(),
        value: Some(value.to_string()),
    }
}

fn unset(path: &str) -> Edit {
    let (path, value) = (path.to_string(), None);
    Edit::Set { path, value }
}

fn delete(node: &str) -> Edit {
    let node = node.to_string();
    Edit::Delete { node }
}

fn rename(node: &str, name: &str) -> Edit {
    let (node, name) = (node.to_string(), name.to_string());
    Edit::Rename { node, name }
}

fn connect(from: &str, to: &str) -> Edit {
    let (from, to) = (from.to_string(), to.to_string());
    Edit::Connect { from, to }
}

fn disconnect(edge: &str) -> Edit {
    let edge = edge.to_string();
    Edit::Disconnect { edge }
}

fn add(section: Section) -> Edit {
    Edit::Add { section, at: None }
}

/// Each pair is a piece of a text, and what comes in its place.
fn becomes(text: &str, edit: Edit, pieces: &[(&str, &str)]) {
    let expected = pieces.iter().fold(text.to_string(), |text, (old, new)| {
        assert!(text.contains(old), "{old}\n{text}");
        text.replacen(old, new, 1)
    });
    let changed = edited(text, edit);
    assert!(changed == expected, "is:\n{changed}\nshould be:\n{expected}");
}

#[test]
fn a_mesh_is_built_of_nothing() {
    let edits = [
        add(Section::Services),
        add(Section::Services),
        add(Section::Channels),
        rename("client-1", "shoppers"),
        rename("service-1", "orders"),
        rename("service-2", "payments"),
        rename("service-3", "email"),
        rename("channel-1", "placed"),
        connect("orders", "payments"),
        connect("orders", "placed"),
        connect("placed", "email"),
        set("services.payments.work", "lognormal(mean 60ms, p99 300ms)"),
        set("edges[orders->payments].timeout", "800ms"),
        Edit::mode("orders->payments", Mode::Await),
        set("channels.placed.kind", "topic"),
        set("name", "Checkout"),
        Edit::Move {
            node: "email".to_string(),
            x: 400,
            y: 200,
        },
    ];
    let text = edits
        .into_iter()
        .fold(BLANK.to_string(), |text, edit| edited(&text, edit));
    let expected = r#"{
  "format": "sync-or-swim/1",
  "name": "Checkout",
  "run": { "duration": "60s" },
  "clients": {
    "shoppers": { "arrivals": "poisson(10/s)" }
  },
  "services": {
    "orders": { "threads": 8, "work": "exp(10ms)" },
    "payments": { "threads": 8, "work": "lognormal(mean 60ms, p99 300ms)" },
    "email": { "threads": 8, "work": "exp(10ms)" }
  },
  "edges": [
    { "from": "shoppers", "to": "orders", "mode": "sync" },
    { "from": "orders", "to": "payments", "mode": "await", "timeout": "800ms" },
    { "from": "orders", "to": "placed" },
    { "from": "placed", "to": "email" }
  ],
  "channels": {
    "placed": { "kind": "topic" }
  },
  "layout": {
    "email": [400, 200]
  }
}
"#;
    assert!(text == expected, "{text}");
    assert_eq!(text::parse(&text).map(|parsed| parsed.warnings), Ok(vec![]));
    assert_eq!(text::parse(BLANK).map(|parsed| parsed.warnings), Ok(vec![]));
}
