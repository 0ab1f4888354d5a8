//! The text twin of the lanes: what each service's workers did over the whole run, and on whom they were blocked.

use crate::metrics::{Report, ServiceReport};
use crate::scenario::{Caller, Scenario, Service, ServiceId};
use crate::ui::part::figure::{self, Change, Wish};
use crate::ui::part::portion::{PortionBar, portions};
use crate::ui::results::{Figures, Results};
use leptos::prelude::*;

/// One row a service: shares of worker time, blocked on whom, backlog.
#[component]
pub fn Services(
    /// Where the figures come from.
    results: Results,
) -> impl IntoView {
    let rows = move || {
        let Some(figures) = results.figures.get() else {
            return Vec::new();
        };
        let before = results.before.get();
        show_rows(&figures, before.as_deref())
    };
    view! {
        <section class="panel services" aria-label="What workers did">
            <header>
                <h2>"What workers did"</h2>
                <p class="quiet">"share of worker time over the whole run"</p>
            </header>
            <div class="scroll" tabindex="0" role="region" aria-label="Worker time by service">
                <table data-test="services">
                    <thead>
                        <tr>
                            <th scope="col">"service"</th>
                            <th scope="col" class="wide">"time"</th>
                            <th scope="col">"running"</th>
                            <th scope="col">"blocked"</th>
                            <th scope="col">"core wait"</th>
                            <th scope="col">"idle"</th>
                            <th scope="col" class="text">"blocked on"</th>
                            <th scope="col">"backlog"</th>
                            <th scope="col">"rejected"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn show_rows(figures: &Figures, before: Option<&Report>) -> Vec<AnyView> {
    let (report, scenario) = (&*figures.report, &*figures.scenario);
    let ids = (0..).map(ServiceId);
    ids.zip(&scenario.services)
        .filter_map(|(id, service)| {
            let now = report.services.get(&service.name)?;
            let before = before.and_then(|report| report.services.get(&service.name));
            let on = blocked_on(report, scenario, id);
            Some(show_row(service, now, before, on))
        })
        .collect()
}

fn show_row(service: &Service, now: &ServiceReport, before: Option<&ServiceReport>, on: String) -> AnyView {
    let turn = before.map(|before| show_turn(before.blocked_share, now.blocked_share));
    let backlog = figure::mean(now.backlog_mean) + ", max " + &figure::count(now.backlog_max);
    view! {
        <tr data-service=service.name.clone()>
            <th scope="row">{service.name.clone()}</th>
            <td class="wide"><PortionBar portions=portions(now) /></td>
            <td data-share="running">{figure::share(now.running_share)}</td>
            <td>
                <span data-share="blocked">{figure::share(now.blocked_share)}</span>
                {turn}
            </td>
            <td data-share="waiting">{figure::share(now.core_wait_share)}</td>
            <td data-share="idle">{figure::share(now.idle_share)}</td>
            <td class="text" data-share="on">{on}</td>
            <td>{backlog}</td>
            <td>{figure::count(now.rejected)}</td>
        </tr>
    }
    .into_any()
}

fn show_turn(before: f64, now: f64) -> AnyView {
    // As printed: a change that nobody can see is none.
    let printed = |share: f64| (share * 1000.0).round();
    let Change { arrow, word, .. } = figure::change(printed(before), printed(now), Wish::Less);
    if word == "same" {
        return ().into_any();
    }
    view! {
        <span class=format!("turn {word}")>
            <span aria-hidden="true">{arrow}</span>
            <span class="unseen">{word} ", "</span>
            "was " {figure::share(before)}
        </span>
    }
    .into_any()
}

/// Whom a service's workers were blocked on, the longest first: `payments 31.0 %, stock 2.1 %`. What no edge
/// explains is the service's own waiting.
fn blocked_on(report: &Report, scenario: &Scenario, id: ServiceId) -> String {
    let service = scenario.service(id);
    let window_s = report.simulated_s - scenario.run.warmup.as_s();
    let worker_s = f64::from(service.replicas * service.runtime.workers()) * window_s;
    let total = report
        .services
        .get(&service.name)
        .map_or(0.0, |service| service.blocked_share);
    if worker_s <= 0.0 || total <= 0.0 {
        return "nobody".to_string();
    }
    let mut causes: Vec<(String, f64)> = Vec::new();
    for edge in scenario.edges.iter().filter(|edge| edge.from == Caller::Service(id)) {
        let blocked_s = report.edges.get(&edge.name).map_or(0.0, |edge| edge.blocked_s);
        let callee = &scenario.service(edge.to).name;
        match causes.iter_mut().find(|(name, _)| name == callee) {
            Some((_, share)) => *share += blocked_s / worker_s,
            None => causes.push((callee.clone(), blocked_s / worker_s)),
        }
    }
    let explained: f64 = causes.iter().map(|(_, share)| share).sum();
    causes.push(("its own waits".to_string(), total - explained));
    causes.retain(|(_, share)| *share >= 0.0005);
    causes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let words: Vec<String> = causes
        .iter()
        .map(|(name, part)| name.clone() + " " + &figure::share(*part))
        .collect();
    words.join(", ")
}
