//! OTLP/JSON: traces as the OpenTelemetry Protocol 1 writes them (JSON Protobuf Encoding).
//!
//! ```text
//! {"resourceSpans": [{"resource": service.name, "scopeSpans": [{"scope", "spans": [{…, "links": [where it follows]}]}]}]}
//! ```
//!
//! Law: ids are hexadecimal, kinds and codes numbers, and integers of 64 bits texts, as the protocol asks.

use super::id::hex;
use super::json::Json;
use super::side::{Attribute, Event, Kind, Side, Value};
use super::since_1970;
use crate::ENGINE;

/// The code of a status that is an error.
const ERROR: u64 = 2;

/// All sides, by service.
pub fn otlp(sides: &[Side]) -> String {
    let mut nodes: Vec<&str> = Vec::new();
    for side in sides {
        if !nodes.contains(&side.node) {
            nodes.push(side.node);
        }
    }
    Json::of(|json| {
        json.object(|json| {
            json.key("resourceSpans").list(|json| {
                for node in nodes {
                    let of_node = sides.iter().filter(|side| side.node == node);
                    json.object(|json| write_node(json, node, of_node));
                }
            });
        });
    })
}

fn write_node<'a>(json: &mut Json, node: &str, sides: impl Iterator<Item = &'a Side<'a>>) {
    json.key("resource").object(|json| {
        let name = [("service.name", Value::Text(node.to_string()))];
        write_attributes(json, &name);
    });
    json.key("scopeSpans").list(|json| {
        json.object(|json| {
            let (name, version) = ENGINE.split_once(' ').unwrap_or((ENGINE, ""));
            json.key("scope").object(|json| {
                json.key("name").text(name);
                json.key("version").text(version);
            });
            json.key("spans")
                .list(|json| sides.for_each(|side| json.object(|json| write_side(json, side))));
        });
    });
}

fn write_side(json: &mut Json, side: &Side) {
    json.key("traceId").text(&side.trace.hex());
    json.key("spanId").text(&hex(side.id));
    if let Some(parent) = side.parent {
        json.key("parentSpanId").text(&hex(parent));
    }
    json.key("name").text(&side.name);
    json.key("kind").whole(match side.kind {
        Kind::Request => 1,
        Kind::Server => 2,
        Kind::Client => 3,
        Kind::Producer => 4,
        Kind::Consumer => 5,
    });
    for (name, at) in [("startTimeUnixNano", side.start), ("endTimeUnixNano", side.end)] {
        json.key(name).text(&since_1970(at).0.to_string());
    }
    let cause = side.failure.map(|cause| cause.word());
    let error = cause.map(|cause| ("error.type", Value::Text(cause.to_string())));
    write_attributes(json, &[side.attributes.clone(), error.into_iter().collect()].concat());
    json.key("events").list(|json| {
        side.events
            .iter()
            .for_each(|event| json.object(|json| write_event(json, event)));
    });
    json.key("links").list(|json| {
        if let Some(parent) = side.parent.filter(|_| side.follows) {
            json.object(|json| {
                json.key("traceId").text(&side.trace.hex());
                json.key("spanId").text(&hex(parent));
            });
        }
    });
    json.key("status").object(|json| {
        if let Some(cause) = cause {
            json.key("message").text(cause);
            json.key("code").whole(ERROR);
        }
    });
}

fn write_event(json: &mut Json, event: &Event) {
    json.key("timeUnixNano").text(&since_1970(event.at).0.to_string());
    json.key("name").text(event.name);
    write_attributes(json, &event.attributes);
}

fn write_attributes(json: &mut Json, attributes: &[Attribute]) {
    json.key("attributes").list(|json| {
        for (name, value) in attributes {
            json.object(|json| {
                json.key("key").text(name);
                json.key("value").object(|json| match value {
                    Value::Text(text) => json.key("stringValue").text(text),
                    Value::Whole(number) => json.key("intValue").text(&number.to_string()),
                    Value::Ms(duration) => json.key("doubleValue").units(*duration, 6),
                    Value::Flag(is) => json.key("boolValue").flag(*is),
                });
            });
        }
    });
}
