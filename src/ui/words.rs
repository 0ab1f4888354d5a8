//! What a tooltip says of a segment or a call, and how a distribution is written.

use super::part::figure;
use crate::picture::word;
use crate::scenario::{Dist, Scenario};
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

/// A distribution as a scenario's author writes it.
pub fn dist(dist: &Dist) -> String {
    match dist {
        Dist::Constant(time) => time.to_string(),
        Dist::Exp { mean } => format!("exp({mean})"),
        Dist::Uniform { low, high } => format!("uniform({low}, {high})"),
        Dist::LogNormal { mean, p99 } => format!("lognormal(mean {mean}, p99 {p99})"),
        Dist::Erlang { stages, mean } => format!("erlang({stages}, {mean})"),
        Dist::HyperExp(branches) => {
            let branches = branches
                .iter()
                .map(|(p, mean)| figure::fixed(*p, 2) + ": " + &mean.to_string());
            format!("hyperexp({})", branches.collect::<Vec<_>>().join(", "))
        }
        Dist::Pareto { shape, minimum } => format!("pareto({}, {minimum})", figure::fixed(*shape, 2)),
        Dist::Empirical(values) => {
            let values = values.iter().map(|value| value.to_string());
            format!("empirical({})", values.collect::<Vec<_>>().join(", "))
        }
    }
}
