//! OTLP, read by the decoder of opentelemetry-proto.

use super::{Counts, NAMES, counts, report, scenario, written};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use std::collections::{BTreeMap, BTreeSet};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::share::export::Format;

fn spans(scenario: &Scenario) -> Vec<(String, Span)> {
    let request: ExportTraceServiceRequest = serde_json::from_str(&written(scenario, Format::Otlp)).unwrap();
    let mut spans = Vec::new();
    for of_service in request.resource_spans {
        let resource = of_service.resource.unwrap();
        assert_eq!(resource.attributes[0].key, "service.name");
        let service = text(resource.attributes[0].value.clone().and_then(|it| it.value));
        for of_scope in of_service.scope_spans {
            spans.extend(of_scope.spans.into_iter().map(|span| (service.clone(), span)));
        }
    }
    spans
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text,
        other => panic!("{other:?} is no text"),
    }
}

fn attribute(span: &Span, key: &str) -> Option<Value> {
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    found.and_then(|attribute| attribute.value.clone()?.value)
}

fn ms(span: &Span, key: &str) -> f64 {
    match attribute(span, key) {
        Some(Value::DoubleValue(ms)) => ms,
        other => panic!("{key}: {other:?} is no number"),
    }
}

#[test]
fn its_decoder_finds_every_request_sending_and_execution() {
    for name in NAMES {
        let scenario = scenario(name);
        let mut found = Counts::default();
        for (_, span) in spans(&scenario) {
            match span.kind() {
                SpanKind::Internal => found.requests += 1,
                SpanKind::Client | SpanKind::Producer => found.sendings += 1,
                SpanKind::Server | SpanKind::Consumer => found.executions += 1,
                SpanKind::Unspecified => panic!("{span:?}"),
            }
        }
        assert_eq!(found, counts(&scenario), "{name}");
    }
}

#[test]
fn ids_are_unique_and_parents_are_there() {
    for name in NAMES {
        let spans = spans(&scenario(name));
        let ids: BTreeSet<_> = spans.iter().map(|(_, span)| (&span.trace_id, &span.span_id)).collect();
        assert_eq!(ids.len(), spans.len(), "{name}");
        for (_, span) in &spans {
            assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
            let root = span.kind() == SpanKind::Internal;
            assert_eq!(span.parent_span_id.is_empty(), root, "{name}: {span:?}");
            assert!(
                root || ids.contains(&(&span.trace_id, &span.parent_span_id)),
                "{name}: {span:?}"
            );
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{name}: {span:?}");
        }
    }
}

#[test]
fn what_nobody_waits_for_is_linked() {
    for name in NAMES {
        for (_, span) in spans(&scenario(name)) {
            let mode = attribute(&span, "sync_or_swim.mode").map(|mode| text(Some(mode)));
            let is_callee = matches!(span.kind(), SpanKind::Server | SpanKind::Consumer);
            let waits = mode.is_some_and(|mode| ["sync", "await", "poll", "callback"].contains(&mode.as_str()));
            let follows = is_callee && (span.kind() == SpanKind::Consumer || !waits);
            let links: Vec<_> = span.links.iter().map(|link| (&link.trace_id, &link.span_id)).collect();
            let expected = [(&span.trace_id, &span.parent_span_id)];
            assert_eq!(links, if follows { &expected[..] } else { &[] }, "{name}: {span:?}");
        }
    }
}

#[test]
fn blocked_time_is_what_the_report_says() {
    for name in ["chain", "checkout", "event-loop", "loop-await-serves"] {
        let scenario = scenario(name);
        let report = report(&scenario);
        let (mut of_edge, mut of_service) = (BTreeMap::new(), BTreeMap::new());
        for (service, span) in spans(&scenario) {
            let sums: (&mut BTreeMap<String, f64>, String) = match span.kind() {
                SpanKind::Internal => continue,
                SpanKind::Client | SpanKind::Producer => (&mut of_edge, text(attribute(&span, "sync_or_swim.edge"))),
                _ => (&mut of_service, service),
            };
            *sums.0.entry(sums.1).or_default() += ms(&span, "sync_or_swim.blocked_ms");
        }
        for (edge, figures) in report.edges.iter() {
            let told = of_edge.get(edge).copied().unwrap_or(0.0) / 1e3;
            // Between two attempts a worker is blocked for no attempt.
            let backs_off = figures.retries > 0;
            assert!(
                told <= figures.blocked_s + 1e-6,
                "{name}: {edge}: {told} {}",
                figures.blocked_s
            );
            assert!(
                backs_off || (told - figures.blocked_s).abs() < 1e-6,
                "{name}: {edge}: {told} {}",
                figures.blocked_s
            );
        }
        for (number, (service, figures)) in (0..).zip(report.services.iter()) {
            let rules = scenario.services.iter().find(|rules| rules.name == *service).unwrap();
            let workers = f64::from(rules.replicas * rules.runtime.workers());
            let blocked = figures.blocked_share * workers * scenario.run.duration.as_s();
            let told = of_service.get(service).copied().unwrap_or(0.0) / 1e3;
            assert!(
                (told - blocked).abs() < 1e-6,
                "{name}: {service} ({number}): {told} {blocked}"
            );
        }
    }
}
