//! Jaeger: traces as its user interface loads and saves them.
//!
//! ```text
//! {"data": [{"traceID", "spans": [{…, "references": [CHILD_OF or FOLLOWS_FROM]}], "processes": {"p1": service}}], …}
//! ```
//!
//! Law: times are whole microseconds. A side that follows refers to what it follows by FOLLOWS_FROM, every other one to its
//! parent by CHILD_OF.

use super::id::hex;
use super::json::Json;
use super::micros;
use super::side::{Attribute, Kind, Side, Value};

/// All sides, a trace a request.
pub fn jaeger(sides: &[Side]) -> String {
    let requests = sides.iter().filter(|side| side.kind == Kind::Request);
    // Sides of one request lie apart: its root comes with all others.
    let mut of: Vec<(_, Vec<&Side>)> = requests.map(|side| (side.trace, Vec::new())).collect();
    let mut places: Vec<usize> = (0..of.len()).collect();
    places.sort_by_key(|place| of[*place].0);
    for side in sides {
        if let Ok(place) = places.binary_search_by_key(&side.trace, |place| of[*place].0) {
            of[places[place]].1.push(side);
        }
    }
    Json::of(|json| {
        json.object(|json| {
            json.key("data").list(|json| {
                for (_, sides) in &of {
                    json.object(|json| write_trace(json, sides));
                }
            });
            ["total", "limit", "offset"]
                .iter()
                .for_each(|name| json.key(name).whole(0));
            json.key("errors").null();
        });
    })
}

fn write_trace(json: &mut Json, sides: &[&Side]) {
    let mut nodes: Vec<&str> = sides.iter().map(|side| side.node).collect();
    nodes.sort_unstable();
    nodes.dedup();
    json.key("traceID").text(&sides[0].trace.hex());
    json.key("spans").list(|json| {
        for side in sides {
            let process = nodes.partition_point(|node| *node < side.node);
            json.object(|json| write_side(json, side, process));
        }
    });
    json.key("processes").object(|json| {
        for (process, node) in nodes.iter().enumerate() {
            json.key(&name_of(process)).object(|json| {
                json.key("serviceName").text(node);
                json.key("tags").list(|_| {});
            });
        }
    });
    json.key("warnings").null();
}

fn name_of(process: usize) -> String {
    format!("p{}", process + 1)
}

fn write_side(json: &mut Json, side: &Side, process: usize) {
    let trace = side.trace.hex();
    json.key("traceID").text(&trace);
    json.key("spanID").text(&hex(side.id));
    json.key("flags").whole(1);
    json.key("operationName").text(&side.name);
    json.key("references").list(|json| {
        if let Some(parent) = side.parent {
            json.object(|json| {
                json.key("refType")
                    .text(if side.follows { "FOLLOWS_FROM" } else { "CHILD_OF" });
                json.key("traceID").text(&trace);
                json.key("spanID").text(&hex(parent));
            });
        }
    });
    let [start, duration] = micros(side.start, side.end);
    json.key("startTime").whole(start);
    json.key("duration").whole(duration);
    json.key("tags").list(|json| write_tags(json, &tags(side)));
    json.key("logs").list(|json| {
        for event in &side.events {
            json.object(|json| {
                json.key("timestamp").whole(micros(event.at, event.at)[0]);
                let name = ("event", Value::Text(event.name.to_string()));
                let fields = [vec![name], event.attributes.clone()].concat();
                json.key("fields").list(|json| write_tags(json, &fields));
            });
        }
    });
    json.key("processID").text(&name_of(process));
    json.key("warnings").null();
}

fn tags(side: &Side) -> Vec<Attribute> {
    let kind = match side.kind {
        Kind::Request => "internal",
        Kind::Client => "client",
        Kind::Server => "server",
        Kind::Producer => "producer",
        Kind::Consumer => "consumer",
    };
    let mut tags = vec![("span.kind", Value::Text(kind.to_string()))];
    tags.extend(side.attributes.iter().cloned());
    if let Some(cause) = side.failure {
        tags.push(("error", Value::Flag(true)));
        tags.push(("error.type", Value::Text(cause.word().to_string())));
    }
    tags
}

fn write_tags(json: &mut Json, tags: &[Attribute]) {
    for (name, value) in tags {
        json.object(|json| {
            json.key("key").text(name);
            let mut of = |kind| json.key("type").text(kind);
            match value {
                Value::Text(_) => of("string"),
                Value::Whole(_) => of("int64"),
                Value::Ms(_) => of("float64"),
                Value::Flag(_) => of("bool"),
            }
            let json = json.key("value");
            match value {
                Value::Text(text) => json.text(text),
                Value::Whole(number) => json.whole(*number),
                Value::Ms(duration) => json.units(*duration, 6),
                Value::Flag(is) => json.flag(*is),
            }
        });
    }
}
