//! What a tooltip says of a segment or a call.

use crate::metrics::figure;
use crate::picture::word;
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::trace::{Segment, Span, Trace};

/// `orders/3 blocked on payments, 62.1 ms from 1.2040 s; request 12 of shoppers, over gateway->orders`.
pub fn segment(scenario: &Scenario, trace: &Trace, lane: &str, segment: &Segment) -> String {
    let took = figure::time(Some(segment.end.since(segment.start).as_ms()));
    let start = figure::instant(segment.start.0 as f64);
    let what = word::activity(scenario, segment.activity);
    let goes_on = if segment.end >= trace.until { " so far" } else { "" };
    let whose = word::request(scenario, trace, segment.span).map_or(String::new(), |whose| "; ".to_string() + &whose);
    format!("{lane} {what}, {took}{goes_on} from {start}{whose}")
}

/// `orders → email (queue): sent at 1.2040 s, began after 3.1 ms, returned after 5 ms`.
pub fn call(scenario: &Scenario, span: &Span) -> String {
    let edge = scenario.edge(span.edge);
    let (from, to) = word::ends(scenario, edge);
    let after = |what: &str, at: Instant| match at {
        Instant::NEVER => String::new(),
        at => format!(", {what} after {}", figure::time(Some(at.since(span.sent).as_ms()))),
    };
    let outcome = match span.outcome {
        Some(Err(cause)) => format!(": {}", cause.word()),
        _ => String::new(),
    };
    let lost = if span.lost { ", lost on the way" } else { "" };
    let (mode, sent) = (span.mode.word(), figure::instant(span.sent.0 as f64));
    let (began, ended, returned) = (
        after("begun", span.began),
        after("ended", span.ended),
        after("caller went on", span.returned),
    );
    format!("{from} → {to} ({mode}): sent at {sent}{began}{ended}{returned}{outcome}{lost}")
}
