//! Chrome Trace Event Format: lanes as threads, for Perfetto, chrome://tracing and speedscope.
//!
//! ```text
//! pid  a client or service      tid  its worker
//! orders/1   │ place ██████████████████████████ │      B … E: a stretch of a span on a worker
//!            │      blocked on payments ▒▒▒▒▒▒  │      B … E inside of it: blocked, or waiting for a core
//! payments/0 │        ╲▶ charge █████████       │      s … f: the call
//! shoppers   b─────────── request 12 ───────────e      b … e: a request
//! ```
//!
//! Law: a worker does one thing at a time, so stretches of one thread never overlap but lie inside of each other. Times are
//! microseconds of the run with three decimals: both ends are written, since an end that a reader has to add up from a
//! beginning and a length is not always the end of what encloses it.

use super::Export;
use super::json::Json;
use super::side::{is_delivery, operation, traces};
use crate::picture::word;
use crate::time::Instant;
use crate::trace::{Activity, NO_LANE, NO_SPAN, Segment, Span};

/// A stretch of one span on one worker, without a gap.
struct Stretch<'a> {
    segments: &'a [Segment],
}

/// All chosen requests, on the lanes of their workers.
pub fn chrome(export: &Export) -> String {
    let stretches = stretches(export);
    Json::of(|json| {
        json.object(|json| {
            json.key("displayTimeUnit").text("ms");
            json.key("otherData").object(|json| {
                json.key("generator").text(crate::ENGINE);
                json.key("seed").text(&export.seed.to_string());
            });
            json.key("traceEvents").list(|json| {
                write_names(json, export);
                stretches
                    .iter()
                    .for_each(|stretch| write_stretch(json, export, stretch));
                write_calls(json, export);
                write_requests(json, export);
            });
        });
    })
}

/// Of each lane, in the order of time.
fn stretches<'a>(export: &Export<'a>) -> Vec<Stretch<'a>> {
    let goes_on = |a: &Segment, b: &Segment| (a.lane, a.span, a.end) == (b.lane, b.span, b.start);
    let all = export.trace.segments.chunk_by(goes_on);
    let is_chosen = |segment: &Segment| {
        let span = export.trace.spans.get(segment.span as usize);
        span.is_some_and(|span| export.is_chosen(span.request))
    };
    all.filter(|segments| is_chosen(&segments[0]))
        .map(|segments| Stretch { segments })
        .collect()
}

/// The process of a service; clients come first.
fn process(export: &Export, lane: u32) -> u64 {
    let firsts = export.scenario.first_lanes();
    let service = firsts.partition_point(|first| *first <= lane);
    (export.scenario.clients.len() + service) as u64
}

fn write_names(json: &mut Json, export: &Export) {
    let clients = export.scenario.clients.iter().map(|client| &client.name);
    let services = export.scenario.services.iter().map(|service| &service.name);
    for (pid, name) in (1..).zip(clients.chain(services)) {
        write_name(json, "process_name", (pid, 0), name);
        json.object(|json| {
            begin(json, "M", "process_sort_index", (pid, 0));
            json.key("args").object(|json| json.key("sort_index").whole(pid));
        });
    }
    for (lane, name) in (0u32..).zip(&export.lanes) {
        write_name(json, "thread_name", (process(export, lane), thread(lane)), name);
    }
}

fn write_name(json: &mut Json, what: &str, place: (u64, u64), name: &str) {
    json.object(|json| {
        begin(json, "M", what, place);
        json.key("args").object(|json| json.key("name").text(name));
    });
}

/// A thread for each lane of the run; 0 is none.
fn thread(lane: u32) -> u64 {
    u64::from(lane) + 1
}

fn begin(json: &mut Json, phase: &str, name: &str, (pid, tid): (u64, u64)) {
    json.key("ph").text(phase);
    json.key("name").text(name);
    json.key("pid").whole(pid);
    json.key("tid").whole(tid);
}

fn time(json: &mut Json, at: Instant) {
    json.key("ts").units(at.since(Instant::START), 3);
}

fn write_stretch(json: &mut Json, export: &Export, stretch: &Stretch) {
    let segments = stretch.segments;
    let (first, last) = (&segments[0], &segments[segments.len() - 1]);
    let row = first.span;
    let Some(span) = export.trace.spans.get(row as usize) else {
        return;
    };
    let name = operation(export, export.scenario.edge(span.edge));
    let place = (process(export, first.lane), thread(first.lane));
    let write_turn_of_span = |json: &mut Json, phase: &str, at: Instant| {
        json.object(|json| {
            write_turn(json, (phase, &name, "span"), place, at);
            // Readers tell by name and arguments what it is that ends.
            json.key("args").object(|json| {
                json.key("request").text(&request_name(export, span.request));
                json.key("span").whole(u64::from(row));
                json.key("edge").text(&export.scenario.edge(span.edge).name);
                json.key("mode").text(span.mode.word());
            });
        });
    };
    write_turn_of_span(json, "B", first.start);
    for segment in segments {
        let kind = match segment.activity {
            Activity::Running | Activity::Idle => continue,
            Activity::CoreWait => "core",
            Activity::Blocked(_) => "blocked",
        };
        let name = word::activity(export.scenario, segment.activity);
        for (phase, at) in [("B", segment.start), ("E", segment.end)] {
            json.object(|json| write_turn(json, (phase, &name, kind), place, at));
        }
    }
    write_turn_of_span(json, "E", last.end);
}

/// The beginning or the end of something on a thread.
fn write_turn(json: &mut Json, (phase, name, category): (&str, &str, &str), place: (u64, u64), at: Instant) {
    begin(json, phase, name, place);
    json.key("cat").text(category);
    time(json, at);
}

/// From the worker that sent to the one that began it.
fn write_calls(json: &mut Json, export: &Export) {
    for (row, span) in (0u32..).zip(&export.trace.spans) {
        let ends_on_lanes = span.from_lane != NO_LANE && span.lane != NO_LANE && span.parent != NO_SPAN;
        if ends_on_lanes && export.is_chosen(span.request) && !is_delivery(export, span) {
            write_end(json, export, row, span, ("s", span.from_lane, span.sent));
            write_end(json, export, row, span, ("f", span.lane, span.began));
        }
    }
}

fn write_end(json: &mut Json, export: &Export, row: u32, span: &Span, (phase, lane, at): (&str, u32, Instant)) {
    json.object(|json| {
        begin(json, phase, span.mode.word(), (process(export, lane), thread(lane)));
        json.key("cat").text("call");
        json.key("id").whole(u64::from(row));
        time(json, at);
        if phase == "f" {
            json.key("bp").text("e");
        }
    });
}

fn request_name(export: &Export, request: u32) -> String {
    let row = &export.trace.requests[request as usize];
    format!("{} {}", export.scenario.clients[row.client.0 as usize].name, row.number)
}

/// Requests overlap, so they lie on no thread.
fn write_requests(json: &mut Json, export: &Export) {
    for (request, (row, (id, _))) in (0u32..).zip(export.trace.requests.iter().zip(traces(export))) {
        if !export.is_chosen(request) {
            continue;
        }
        let name = format!("request {}", row.number);
        let end = export.or_end(row.returned, row.offered);
        for (phase, at) in [("b", row.offered), ("e", end)] {
            json.object(|json| {
                begin(json, phase, &name, (u64::from(row.client.0) + 1, 0));
                json.key("cat").text("request");
                json.key("id").text(&id.hex());
                time(json, at);
                json.key("args").object(|json| {
                    let cause = row.outcome.and_then(Result::err);
                    cause.iter().for_each(|cause| json.key("error").text(cause.word()));
                });
            });
        }
    }
}
