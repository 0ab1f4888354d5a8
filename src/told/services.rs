//! The text twin of the lanes: what each service's workers did over the whole run, and on whom they were blocked.

use super::bar;
use super::html::Html;
use super::numbers::show_turn;
use super::{Run, Runs};
use crate::metrics::figure::{self, Wish};
use crate::metrics::{ChannelReport, Report, ServiceReport, insight};
use crate::scenario::{Scenario, ServiceId};

/// One row a service: shares of worker time, blocked on whom, backlog. One row a channel: depth and age.
pub fn services(runs: &Runs) -> Html {
    let mut html = Html::new();
    html.fill(SERVICES, &[]);
    if let Some(run) = &runs.now {
        let before = runs.before.as_ref().map(|before| &before.report);
        show_rows(&mut html, run, before);
    }
    html.fill("</tbody></table></div>", &[]);
    let channels = runs.now.as_ref().map(|run| &run.report.channels);
    if let Some(channels) = channels.filter(|channels| !channels.is_empty()) {
        html.fill(CHANNELS, &[]);
        channels
            .iter()
            .for_each(|(name, channel)| show_channel(&mut html, name, channel));
        html.fill("</tbody></table></div>", &[]);
    }
    html
}

const SERVICES: &str = concat!(
    "<header><h2>What workers did</h2><p class=\"quiet\">share of worker time over the whole run</p></header>",
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Worker time by service\"><table data-test=\"services\">",
    "<thead><tr><th scope=\"col\">service</th><th scope=\"col\" class=\"wide\">time</th><th scope=\"col\">running</th>",
    "<th scope=\"col\">blocked</th><th scope=\"col\">core wait</th><th scope=\"col\">idle</th>",
    "<th scope=\"col\" class=\"text\">blocked on</th><th scope=\"col\">backlog</th><th scope=\"col\">rejected</th></tr></thead><tbody>",
);

const CHANNELS: &str = concat!(
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Channels\"><table data-test=\"channels\"><caption>Channels</caption>",
    "<thead><tr><th scope=\"col\">channel</th><th scope=\"col\">depth mean</th><th scope=\"col\">max</th><th scope=\"col\">age p50</th>",
    "<th scope=\"col\">p99</th><th scope=\"col\">delivered</th><th scope=\"col\">dropped</th></tr></thead><tbody>",
);

fn show_rows(html: &mut Html, run: &Run, before: Option<&Report>) {
    let ids = (0..).map(ServiceId);
    for (id, service) in ids.zip(&run.scenario.services) {
        let Some(now) = run.report.services.get(&service.name) else {
            continue;
        };
        let before = before.and_then(|report| report.services.get(&service.name));
        let picture = concat!(
            "<tr data-service=\"{}\"><th scope=\"row\">{}</th><td class=\"wide\">",
            "<svg class=\"bar\" viewBox=\"0 0 200 14\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">"
        );
        html.fill(picture, &[&service.name, &service.name, &bar::words(now)])
            .add(&bar::shapes(now, (0, 0, 200, 14)));
        show_shares(html, now, before);
        let on = blocked_on(&run.report, &run.scenario, id);
        html.fill(
            "<td class=\"text\" data-share=\"on\">{}</td><td>{}, max {}</td><td>{}</td></tr>",
            &[
                &on,
                &figure::mean(now.backlog_mean),
                &figure::count(now.backlog_max),
                &figure::count(now.rejected),
            ],
        );
    }
}

fn show_shares(html: &mut Html, now: &ServiceReport, before: Option<&ServiceReport>) {
    html.fill(
        "</svg></td><td data-share=\"running\">{}</td><td><span data-share=\"blocked\">{}</span>",
        &[&figure::share(now.running_share), &figure::share(now.blocked_share)],
    );
    // As printed: a change that nobody can see is none.
    let printed = |share: f64| (share * 1000.0).round();
    if let Some(before) = before.filter(|before| printed(before.blocked_share) != printed(now.blocked_share)) {
        let mut change = figure::change(before.blocked_share, now.blocked_share, Wish::Less);
        change.amount = "was ".to_string() + &figure::share(before.blocked_share);
        show_turn(html, &change);
    }
    html.fill(
        "</td><td data-share=\"waiting\">{}</td><td data-share=\"idle\">{}</td>",
        &[&figure::share(now.core_wait_share), &figure::share(now.idle_share)],
    );
}

fn show_channel(html: &mut Html, name: &str, channel: &ChannelReport) {
    html.fill(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        &[
            name,
            &figure::mean(channel.depth_mean),
            &figure::count(channel.depth_max),
            &figure::time(channel.age_ms.p50),
            &figure::time(channel.age_ms.p99),
            &figure::count(channel.delivered),
            &figure::count(channel.dropped),
        ],
    );
}

/// Whom a service's workers were blocked on, the longest first: `payments 31.0 %, stock 2.1 %`. What no edge
/// explains is the service's own waiting.
fn blocked_on(report: &Report, scenario: &Scenario, id: ServiceId) -> String {
    let mut causes: Vec<(&str, f64)> = Vec::new();
    for (share, edge) in insight::causes(scenario, report, id) {
        let who = edge.map_or("its own waits", |edge| scenario.name_of(scenario.edge(edge).to));
        match causes.iter_mut().find(|(name, _)| *name == who) {
            Some(cause) => cause.1 += share,
            None => causes.push((who, share)),
        }
    }
    if causes.is_empty() {
        return "nobody".to_string();
    }
    let mut words = String::new();
    while let Some(at) = (0..causes.len()).reduce(|a, b| if causes[b].1 > causes[a].1 { b } else { a }) {
        let (name, share) = causes.remove(at);
        let comma = if words.is_empty() { "" } else { ", " };
        words = words + comma + name + " " + &figure::share(share);
    }
    words
}
