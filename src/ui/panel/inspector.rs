//! The edge that is selected: its mode, its policies, and what happened on it; and what the author says.

use super::header::option;
use crate::metrics::EdgeReport;
use crate::picture::word;
use crate::ui::desk::Desk;
use crate::ui::part::figure;
use crate::ui::part::html::Html;
use crate::ui::part::markdown::markdown;
use crate::ui::results::{Figures, Results};
use crate::ui::words;
use std::sync::Arc;

/// The selected edge and its mode.
pub fn edge(desk: &Desk, name: &str) -> Html {
    let mut html = Html::new();
    let Some((scenario, edge)) = desk.scenario.as_ref().zip(desk.edge(name)) else {
        let words = concat!(
            "<p class=\"quiet\">Click an edge to flip it between sync and async. ",
            "Select one with Tab, then Enter flips it and M offers all modes.</p>"
        );
        html.fill(words, &[]);
        return html;
    };
    let (from, to) = word::ends(scenario, edge);
    html.fill(
        concat!(
            "<h2>edge {} → {}</h2><label class=\"field\"><span>mode</span>",
            "<select data-choice=\"mode\" data-test=\"mode\" data-key=\"mode\" data-on=\"{}\">"
        ),
        &[from, to, &edge.name],
    );
    for mode in edge.modes() {
        option(&mut html, mode.word(), mode.word(), mode == edge.mode);
    }
    html.fill("</select></label>", &[]);
    if !desk.refusal.is_empty() {
        html.fill("<p class=\"warning\" role=\"alert\">{}</p>", &[&desk.refusal]);
    }
    let timeout = edge.timeout.map_or("none".to_string(), |timeout| timeout.to_string());
    html.fill(
        "<p class=\"meaning\">{}</p><dl class=\"facts\"><dt>latency</dt><dd>{}</dd><dt>timeout</dt><dd>{}</dd></dl>",
        &[word::meaning(edge.mode), &words::dist(&edge.latency), &timeout],
    );
    html
}

/// What happened on the selected edge, and before the last change.
pub fn figures(results: &Results, name: &str) -> Html {
    let mut html = Html::new();
    if let Some(now) = report_of(&results.figures, name) {
        show_figures(&mut html, now, report_of(&results.before, name));
    }
    html
}

fn report_of<'a>(figures: &'a Option<Arc<Figures>>, name: &str) -> Option<&'a EdgeReport> {
    figures.as_ref()?.report.edges.get(name)
}

fn show_figures(html: &mut Html, now: &EdgeReport, before: Option<&EdgeReport>) {
    let blocked = |report: &EdgeReport| figure::fixed(report.blocked_s, 1);
    let was = before.map(blocked).filter(|was| *was != blocked(now));
    let was = was.map_or(String::new(), |was| " was ".to_string() + &was + " s");
    html.fill(
        concat!(
            "<dl class=\"facts\"><dt>callers blocked</dt><dd data-test=\"edge-blocked\">{} worker-seconds<span class=\"quiet\">{}</span></dd>",
            "<dt>calls</dt><dd>{}, {} ok, {} failed</dd>"
        ),
        &[&blocked(now), &was, &figure::count(now.calls), &figure::count(now.ok), &figure::count(now.failed)],
    );
    let fact = "<dt>{}</dt><dd>{}</dd>";
    for (cause, number) in now.failures.iter().filter(|(_, number)| **number > 0) {
        html.fill(fact, &[cause, &figure::count(*number)]);
    }
    let times = figure::time(now.call_ms.p50) + ", " + &figure::time(now.call_ms.p99);
    html.fill(fact, &["call p50, p99", &times]);
    if now.lost > 0 {
        html.fill(fact, &["lost", &figure::count(now.lost)]);
    }
    html.fill("</dl>", &[]);
}

/// The author's words.
pub fn about(desk: &Desk) -> Html {
    let mut html = Html::new();
    if let Some(scenario) = &desk.scenario {
        html.fill("<h2>{}</h2>", &[&scenario.name])
            .add(&markdown(&scenario.about));
    }
    html
}
