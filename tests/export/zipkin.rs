//! Zipkin's spans, read by zipkin-types.

use super::{NAMES, counts, scenario, written};
use std::collections::BTreeSet;
use sync_or_swim::share::export::Format;
use zipkin_types::{Kind, Span};

#[test]
fn its_types_hold_every_span() {
    for name in NAMES {
        let scenario = scenario(name);
        let text = written(&scenario, Format::Zipkin);
        let spans: Vec<Span> = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}"));
        let of = |kinds: &[&str]| {
            let kind = |span: &&Span| {
                span.kind().map_or("", |kind| match kind {
                    Kind::Client | Kind::Producer => "sends",
                    _ => "executes",
                })
            };
            spans.iter().filter(|span| kinds.contains(&kind(span))).count()
        };
        let expected = counts(&scenario);
        let found = (of(&[""]), of(&["sends"]), of(&["executes"]));
        assert_eq!(
            found,
            (expected.requests, expected.sendings, expected.executions),
            "{name}"
        );
        let id = |bytes: &[u8]| bytes.to_vec();
        let ids: BTreeSet<_> = spans
            .iter()
            .map(|span| (id(span.trace_id().bytes()), id(span.id().bytes())))
            .collect();
        assert_eq!(ids.len(), spans.len(), "{name}");
        for span in &spans {
            let parent = span
                .parent_id()
                .map(|parent| (id(span.trace_id().bytes()), id(parent.bytes())));
            assert!(parent.is_none_or(|parent| ids.contains(&parent)), "{name}: {span:?}");
            assert!(
                span.local_endpoint().and_then(|end| end.service_name()).is_some(),
                "{name}: {span:?}"
            );
        }
    }
}
