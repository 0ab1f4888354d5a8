//! The text twin of the lanes: what every worker does at the play head.

use crate::picture::word::{Doing, doings};
use crate::time::Instant;
use crate::trace::Activity;
use crate::ui::part::figure;
use crate::ui::player::Player;
use crate::ui::results::Results;
use leptos::html;
use leptos::prelude::*;

/// A table of workers that opens on demand; it is made anew only while it is open.
#[component]
pub fn Doings(
    /// The play head.
    player: Player,
    /// Where the recording comes from.
    results: Results,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let open = RwSignal::new(false);
    let toggled = move |_| open.set(details.get_untracked().is_some_and(|details| details.open()));
    let rows = move || {
        if !open.get() {
            return Vec::new();
        }
        let head = player.head.get();
        let recording = results.recording.get();
        let doings = recording.map(|recording| doings(&recording.scenario, &recording.trace, Instant(head as u64)));
        doings
            .unwrap_or_default()
            .iter()
            .map(|doing| show(doing, head))
            .collect()
    };
    view! {
        <details class="doings" node_ref=details on:toggle=toggled>
            <summary>"The lanes in words: who does what at the play head"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="Workers at the play head">
                <table data-test="doings">
                    <thead>
                        <tr>
                            <th scope="col">"worker"</th>
                            <th scope="col" class="text">"does"</th>
                            <th scope="col">"for"</th>
                            <th scope="col" class="text">"request"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                <p class="quiet">"Workers that are not listed are idle."</p>
            </div>
        </details>
    }
    .into_any()
}

fn show(doing: &Doing, head: f64) -> AnyView {
    let since = Some((head - doing.since.0 as f64) / 1e6);
    let class = if matches!(doing.activity, Activity::Blocked(_)) {
        "text held"
    } else {
        "text"
    };
    view! {
        <tr>
            <th scope="row">{doing.lane.clone()}</th>
            <td class=class>{doing.what.clone()}</td>
            <td>{figure::time(since)}</td>
            <td class="text">{doing.whose.clone()}</td>
        </tr>
    }
    .into_any()
}
