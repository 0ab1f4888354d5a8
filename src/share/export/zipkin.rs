//! Zipkin v2: a list of spans, as its API takes them (`POST /api/v2/spans`).
//!
//! ```text
//! [{"traceId", "id", "parentId", "kind", "name", "timestamp", "duration", "localEndpoint", "annotations", "tags"}, …]
//! ```
//!
//! Law: times are whole microseconds, a duration at least one, and tags texts. There are no links: what follows has the tag
//! `sync_or_swim.follows` beside its parent.

use super::id::hex;
use super::json::{Json, in_units};
use super::micros;
use super::side::{Event, Kind, Side, Value};

/// All sides.
pub fn zipkin(sides: &[Side]) -> String {
    Json::of(|json| json.list(|json| sides.iter().for_each(|side| json.object(|json| write_side(json, side)))))
}

fn write_side(json: &mut Json, side: &Side) {
    json.key("traceId").text(&side.trace.hex());
    json.key("id").text(&hex(side.id));
    if let Some(parent) = side.parent {
        json.key("parentId").text(&hex(parent));
    }
    match side.kind {
        Kind::Request => {}
        Kind::Client => json.key("kind").text("CLIENT"),
        Kind::Server => json.key("kind").text("SERVER"),
        Kind::Producer => json.key("kind").text("PRODUCER"),
        Kind::Consumer => json.key("kind").text("CONSUMER"),
    }
    json.key("name").text(&side.name.to_lowercase());
    let [start, duration] = micros(side.start, side.end);
    json.key("timestamp").whole(start);
    json.key("duration").whole(duration.max(1));
    json.key("localEndpoint")
        .object(|json| json.key("serviceName").text(side.node));
    if let Some(peer) = side.peer {
        json.key("remoteEndpoint")
            .object(|json| json.key("serviceName").text(peer));
    }
    json.key("annotations").list(|json| {
        for event in &side.events {
            json.object(|json| {
                json.key("timestamp").whole(micros(event.at, event.at)[0]);
                json.key("value").text(&told(event));
            });
        }
    });
    json.key("tags").object(|json| {
        side.attributes
            .iter()
            .for_each(|(name, value)| json.key(name).text(&text(value)));
        if side.follows {
            json.key("sync_or_swim.follows").text("true");
        }
        if let Some(cause) = side.failure {
            json.key("error").text(cause.word());
        }
    });
}

/// `blocked on=payments blocked_ms=12.5`.
fn told(event: &Event) -> String {
    let parts = event.attributes.iter().map(|(name, value)| {
        let name = name.rsplit_once('.').map_or(*name, |(_, last)| last);
        format!(" {name}={}", text(value))
    });
    event.name.to_string() + &parts.collect::<String>()
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Whole(number) => number.to_string(),
        Value::Ms(duration) => in_units(*duration, 6),
        Value::Flag(is) => is.to_string(),
    }
}
