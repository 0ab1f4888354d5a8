//! The edge that is selected: its mode, its policies, and what happened on it; and what the author says.

use super::html::{Html, option};
use super::markdown::markdown;
use super::{Run, Runs};
use crate::metrics::{EdgeReport, figure};
use crate::picture::word;
use crate::scenario::{Dist, Scenario};

/// The selected edge and its mode.
pub fn edge(scenario: &Scenario, name: &str) -> Html {
    let mut html = Html::new();
    let Some(edge) = scenario.edge_named(name).map(|edge| scenario.edge(edge)) else {
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
    let timeout = edge.timeout.map_or("none".to_string(), |timeout| timeout.to_string());
    html.fill(
        "<p class=\"meaning\">{}</p><dl class=\"facts\"><dt>latency</dt><dd>{}</dd><dt>timeout</dt><dd>{}</dd></dl>",
        &[word::meaning(edge.mode), &dist(&edge.latency), &timeout],
    );
    html
}

/// What happened on the selected edge, and before the last change.
pub fn figures(runs: &Runs, name: &str) -> Html {
    let mut html = Html::new();
    if let Some(now) = report_of(&runs.now, name) {
        show_figures(&mut html, now, report_of(&runs.before, name));
    }
    html
}

fn report_of<'a>(run: &'a Option<Run>, name: &str) -> Option<&'a EdgeReport> {
    run.as_ref()?.report.edges.get(name)
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
pub fn about(scenario: &Scenario) -> Html {
    let mut html = Html::new();
    html.fill("<h2>{}</h2>", &[&scenario.name])
        .add(&markdown(&scenario.about));
    html
}

/// A distribution as a scenario's author writes it.
fn dist(dist: &Dist) -> String {
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
