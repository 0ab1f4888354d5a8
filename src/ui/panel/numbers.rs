//! The figures of the whole run, and what they were before the last change.

use crate::metrics::{ChannelReport, ClientReport, Report};
use crate::scenario::Scenario;
use crate::ui::desk::Desk;
use crate::ui::part::figure::{self, Wish};
use crate::ui::part::tile::{Headline, Tile};
use crate::ui::results::{Figures, Results};
use leptos::prelude::*;

/// Headlines, failures and channels of the latest run.
#[component]
pub fn Numbers(
    /// Where the scenario comes from.
    desk: Desk,
    /// Where the figures come from.
    results: Results,
) -> impl IntoView {
    let state = move || {
        results.figures.with(|figures| match figures {
            None => "no figures yet".to_string(),
            Some(figures) => state_of(figures, results.measuring.get(), desk.seed()),
        })
    };
    let body = move || {
        let figures = results.figures.get()?;
        let before = results.before.get();
        Some(show_figures(&figures, before.as_deref()))
    };
    view! {
        <section class="panel numbers" aria-label="Numbers of the whole run" aria-busy=move || results.measuring.get().to_string()>
            <header>
                <h2>"Numbers"</h2>
                <p class="quiet" data-test="measured">{state}</p>
            </header>
            {move || results.refusal.get().map(|why| view! { <p class="warning" role="alert">{why}</p> })}
            {body}
        </section>
    }
    .into_any()
}

fn state_of(figures: &Figures, measuring: bool, seed: u64) -> String {
    let simulated = figure::fixed(figures.report.simulated_s, 0);
    match (figures.finished, measuring) {
        (true, true) => "measuring the change …".to_string(),
        (true, false) => format!("whole run of {simulated} s, seed {seed}"),
        (false, _) => format!("so far: {simulated} s simulated"),
    }
}

fn show_figures(figures: &Figures, before: Option<&Report>) -> AnyView {
    let (report, scenario) = (&*figures.report, &*figures.scenario);
    let several = scenario.clients.len() > 1;
    let blocked = Headline::new(
        "Worker time blocked",
        Some(blocked_share(report, scenario)),
        before.map(|before| blocked_share(before, scenario)),
        Wish::Less,
        |share| figure::share(share.unwrap_or(0.0)),
    );
    let mut blocked = Some(view! { <Tile headline=blocked mark="blocked" /> }.into_any());
    let clients: Vec<AnyView> = scenario
        .clients
        .iter()
        .filter_map(|client| {
            let now = report.clients.get(&client.name)?;
            let before = before.and_then(|report| report.clients.get(&client.name));
            let name = several.then(|| view! { <h3>{client.name.clone()}</h3> });
            let tiles = client_tiles(now, before);
            Some((name, tiles, outcome_of(now)))
        })
        .map(|(name, tiles, outcome)| {
            // The share of all workers stands once, beside the first client's figures.
            let blocked = blocked.take();
            view! { {name} <dl class="tiles">{blocked} {tiles}</dl> <p class="counts">{outcome}</p> }.into_any()
        })
        .collect();
    let warnings: Vec<AnyView> = report
        .warnings
        .iter()
        .map(|warning| view! { <p class="warning">{warning.clone()}</p> }.into_any())
        .collect();
    view! {
        {warnings}
        {clients}
        {show_channels(report)}
    }
    .into_any()
}

/// The share of all worker time that was blocked, over all services.
pub fn blocked_share(report: &Report, scenario: &Scenario) -> f64 {
    let (mut blocked, mut all) = (0.0, 0.0);
    for service in &scenario.services {
        let workers = f64::from(service.replicas * service.runtime.workers());
        if let Some(report) = report.services.get(&service.name) {
            blocked += report.blocked_share * workers;
            all += workers;
        }
    }
    if all > 0.0 { blocked / all } else { 0.0 }
}

fn client_tiles(now: &ClientReport, before: Option<&ClientReport>) -> Vec<AnyView> {
    let times = |label, pick: fn(&ClientReport) -> Option<f64>| {
        Headline::new(label, pick(now), before.and_then(pick), Wish::Less, figure::time)
    };
    let goodput = Headline::new(
        "Goodput",
        Some(now.goodput_per_s),
        before.map(|before| before.goodput_per_s),
        Wish::More,
        |rate| figure::rate(rate.unwrap_or(0.0)),
    );
    let headlines = [
        times("Response p50", |client| client.response_ms.p50),
        times("Response p99", |client| client.response_ms.p99),
        times("Completion p50", |client| client.completion_ms.p50),
        times("Completion p99", |client| client.completion_ms.p99),
        goodput,
    ];
    headlines
        .into_iter()
        .map(|headline| {
            let mark = headline.label;
            view! { <Tile headline=headline mark=mark /> }.into_any()
        })
        .collect()
}

/// Offered, replied, failed by cause and open, in words.
fn outcome_of(client: &ClientReport) -> String {
    let mut words = vec![
        figure::count(client.offered) + " offered",
        figure::count(client.replied) + " replied",
    ];
    words.extend(
        client
            .failures
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(cause, number)| format!("{} {}", figure::count(*number), failure_word(cause))),
    );
    words.push(figure::count(client.in_flight) + " in flight at the end");
    if client.open_completions > 0 {
        words.push(figure::count(client.open_completions) + " replied but not yet complete");
    }
    words.join(" · ")
}

fn failure_word(cause: &str) -> &str {
    match cause {
        "error" => "failed with an error",
        "timeout" => "timed out",
        other => other,
    }
}

fn show_channels(report: &Report) -> Option<AnyView> {
    if report.channels.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = report
        .channels
        .iter()
        .map(|(name, channel)| show_channel(name, channel))
        .collect();
    let table = view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Channels">
            <table data-test="channels">
                <caption>"Channels"</caption>
                <thead>
                    <tr>
                        <th scope="col">"channel"</th>
                        <th scope="col">"depth mean"</th>
                        <th scope="col">"max"</th>
                        <th scope="col">"age p50"</th>
                        <th scope="col">"p99"</th>
                        <th scope="col">"delivered"</th>
                        <th scope="col">"dropped"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    };
    Some(table.into_any())
}

fn show_channel(name: &str, channel: &ChannelReport) -> AnyView {
    view! {
        <tr>
            <th scope="row">{name.to_string()}</th>
            <td>{figure::mean(channel.depth_mean)}</td>
            <td>{figure::count(channel.depth_max)}</td>
            <td>{figure::time(channel.age_ms.p50)}</td>
            <td>{figure::time(channel.age_ms.p99)}</td>
            <td>{figure::count(channel.delivered)}</td>
            <td>{figure::count(channel.dropped)}</td>
        </tr>
    }
    .into_any()
}
