//! What the author says about the scenario.

use crate::ui::desk::Desk;
use crate::ui::part::markdown::Markdown;
use leptos::prelude::*;

/// The author's words.
#[component]
pub fn About(
    /// The scenario's place.
    desk: Desk,
) -> impl IntoView {
    let name = Memo::new(move |_| {
        desk.scenario
            .with(|s| s.as_ref().map(|s| s.name.clone()).unwrap_or_default())
    });
    let about = Memo::new(move |_| {
        desk.scenario
            .with(|s| s.as_ref().map(|s| s.about.clone()).unwrap_or_default())
    });
    view! {
        <section class="about" aria-label="About this scenario">
            <h2>{name}</h2>
            {move || view! { <Markdown text=about.get() /> }}
        </section>
    }
    .into_any()
}
