//! The edge that is selected: its mode, its policies, and what happened on it; and what the author says.

use super::header::option;
use crate::metrics::EdgeReport;
use crate::picture::word;
use crate::scenario::Mode;
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
        let words = "Click an edge to flip it between sync and async. Select one with Tab, then Enter flips it and M offers all modes.";
        html.leaf("p", &[("class", "quiet")], words);
        return html;
    };
    let (from, to) = word::ends(scenario, edge);
    html.open("h2", &[])
        .text("edge ")
        .text(from)
        .text(" → ")
        .text(to)
        .close("h2");
    html.open("label", &[("class", "field")]).leaf("span", &[], "mode");
    let menu = [
        ("data-choice", "mode"),
        ("data-test", "mode"),
        ("data-key", "mode"),
        ("data-on", edge.name.as_str()),
    ];
    html.open("select", &menu);
    for mode in Mode::ALL {
        option(&mut html, mode.word(), mode.word(), mode == edge.mode);
    }
    html.close("select").close("label");
    if !desk.refusal.is_empty() {
        html.leaf("p", &[("class", "warning"), ("role", "alert")], &desk.refusal);
    }
    html.leaf("p", &[("class", "meaning")], word::meaning(edge.mode));
    html.open("dl", &[("class", "facts")]);
    fact(&mut html, "latency", &words::dist(&edge.latency));
    let timeout = edge.timeout.map_or("none".to_string(), |timeout| timeout.to_string());
    fact(&mut html, "timeout", &timeout);
    html.close("dl");
    html
}

fn fact(html: &mut Html, name: &str, value: &str) {
    html.leaf("dt", &[], name).leaf("dd", &[], value);
}

/// What happened on the selected edge, and before the last change.
pub fn figures(results: &Results, name: &str) -> Html {
    let of = |figures: &'_ Option<Arc<Figures>>| {
        figures
            .as_ref()
            .and_then(|figures| figures.report.edges.get(name).cloned())
    };
    let mut html = Html::new();
    if let Some(now) = of(&results.figures) {
        show_figures(&mut html, &now, of(&results.before).as_ref());
    }
    html
}

fn show_figures(html: &mut Html, now: &EdgeReport, before: Option<&EdgeReport>) {
    let blocked = |report: &EdgeReport| figure::fixed(report.blocked_s, 1);
    html.open("dl", &[("class", "facts")])
        .leaf("dt", &[], "callers blocked");
    html.open("dd", &[("data-test", "edge-blocked")])
        .text(&blocked(now))
        .text(" worker-seconds");
    if let Some(before) = before.filter(|before| blocked(before) != blocked(now)) {
        html.leaf(
            "span",
            &[("class", "quiet")],
            &(" was ".to_string() + &blocked(before) + " s"),
        );
    }
    html.close("dd");
    let counts = [
        figure::count(now.calls),
        figure::count(now.ok),
        figure::count(now.failed),
    ];
    fact(
        html,
        "calls",
        &(counts[0].clone() + ", " + &counts[1] + " ok, " + &counts[2] + " failed"),
    );
    for (cause, number) in now.failures.iter().filter(|(_, number)| **number > 0) {
        fact(html, cause, &figure::count(*number));
    }
    let times = figure::time(now.call_ms.p50) + ", " + &figure::time(now.call_ms.p99);
    fact(html, "call p50, p99", &times);
    if now.lost > 0 {
        fact(html, "lost", &figure::count(now.lost));
    }
    html.close("dl");
}

/// The author's words.
pub fn about(desk: &Desk) -> Html {
    let mut html = Html::new();
    if let Some(scenario) = &desk.scenario {
        html.leaf("h2", &[], &scenario.name).add(&markdown(&scenario.about));
    }
    html
}
