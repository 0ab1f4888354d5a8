//! The edge that is selected: its mode, its policies, and what happened on it.

use crate::metrics::EdgeReport;
use crate::picture::word;
use crate::scenario::{Edge, Mode};
use crate::ui::desk::Desk;
use crate::ui::part::figure;
use crate::ui::results::Results;
use crate::ui::words;
use leptos::prelude::*;

/// The selected edge.
#[component]
pub fn Inspector(
    /// The scenario's place.
    desk: Desk,
    /// Where the figures come from.
    results: Results,
    /// The name of the selected edge.
    selected: RwSignal<Option<String>>,
) -> impl IntoView {
    let edge = Memo::new(move |_| {
        let name = selected.get()?;
        desk.scenario.with(|scenario| {
            let scenario = scenario.as_ref()?;
            let edge = scenario.edge(scenario.edge_named(&name)?);
            let (from, to) = word::ends(scenario, edge);
            Some((edge.clone(), (from.to_string(), to.to_string())))
        })
    });
    let body = move || {
        match edge.get() {
        Some((edge, ends)) => show_edge(desk, results, edge, ends),
        None => view! {
            <p class="quiet">
                "Click an edge to flip it between sync and async. Select one with Tab, then Enter flips it and M offers all modes."
            </p>
        }
        .into_any(),
    }
    };
    view! { <section class="inspector" aria-label="Selected edge" aria-live="polite">{body}</section> }.into_any()
}

fn show_edge(desk: Desk, results: Results, edge: Edge, (from, to): (String, String)) -> AnyView {
    let name = edge.name.clone();
    let figures = move || {
        let report = results.figures.get()?.report;
        let before = results.before.get();
        let before = before.as_ref().and_then(|report| report.edges.get(&name));
        Some(show_figures(report.edges.get(&name)?, before))
    };
    view! {
        <h2>"edge " {from} " → " {to}</h2>
        <Modes desk=desk edge=edge.clone() />
        <p class="meaning">{word::meaning(edge.mode)}</p>
        <dl class="facts">
            <dt>"latency"</dt>
            <dd>{words::dist(&edge.latency)}</dd>
            <dt>"timeout"</dt>
            <dd>{edge.timeout.map_or("none".to_string(), |timeout| timeout.to_string())}</dd>
            {figures}
        </dl>
    }
    .into_any()
}

#[component]
fn Modes(
    /// The scenario's place.
    desk: Desk,
    /// The edge whose mode is chosen.
    edge: Edge,
) -> impl IntoView {
    let problem = RwSignal::new(None::<String>);
    let name = edge.name.clone();
    let choose = move |word: String| {
        if let Some(mode) = Mode::ALL.into_iter().find(|mode| mode.word() == word) {
            problem.set(desk.set_mode(&name, mode).err());
        }
    };
    let options: Vec<AnyView> = Mode::ALL
        .into_iter()
        .map(|mode| view! { <option value=mode.word() selected=mode == edge.mode>{mode.word()}</option> }.into_any())
        .collect();
    view! {
        <label class="field">
            <span>"mode"</span>
            <select data-test="mode" on:change=move |event| choose(event_target_value(&event))>{options}</select>
        </label>
        {move || problem.get().map(|why| view! { <p class="warning" role="alert">{why}</p> })}
    }
    .into_any()
}

fn show_figures(now: &EdgeReport, before: Option<&EdgeReport>) -> AnyView {
    let was = before
        .filter(|before| figure::fixed(before.blocked_s, 1) != figure::fixed(now.blocked_s, 1))
        .map(|before| view! { <span class="quiet">" was " {figure::fixed(before.blocked_s, 1)} " s"</span> });
    let failures: Vec<String> = now
        .failures
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(cause, number)| figure::count(*number) + " " + cause)
        .collect();
    view! {
        <dt>"callers blocked"</dt>
        <dd data-test="edge-blocked">{figure::fixed(now.blocked_s, 1)} " worker-seconds" {was}</dd>
        <dt>"calls"</dt>
        <dd>{figure::count(now.calls)} ", " {figure::count(now.ok)} " ok, " {figure::count(now.failed)} " failed"</dd>
        {(!failures.is_empty()).then(|| view! { <dt>"failures"</dt> <dd>{failures.join(", ")}</dd> })}
        <dt>"call p50, p99"</dt>
        <dd>{figure::time(now.call_ms.p50)} ", " {figure::time(now.call_ms.p99)}</dd>
        {(now.lost > 0).then(|| view! { <dt>"lost"</dt> <dd>{figure::count(now.lost)}</dd> })}
    }
    .into_any()
}
