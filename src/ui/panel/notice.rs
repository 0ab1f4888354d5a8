//! What stands between the reader and a running simulation, and what can be done about it.

use crate::protocol::VERSION;
use crate::ui::player::Player;
use crate::ui::results::{Results, Status};
use leptos::prelude::*;

/// A notice while there is no backend to ask; nothing while all is well.
#[component]
pub fn Notice(
    /// Whose state is told.
    results: Results,
    /// The play head, for a backend that is started again.
    player: Player,
) -> impl IntoView {
    let restart = move |_| results.start(player);
    let reload = move |_| {
        // Where the page may not reload itself, the reader still can.
        let _ = window().location().reload();
    };
    let notice = move || match results.status.get() {
        Status::Starting | Status::Ready => ().into_any(),
        Status::OtherVersion(theirs) => view! {
            <div class="notice" role="alert">
                <p>
                    "This page and its simulation come from different builds (they speak version "
                    {VERSION} " and " {theirs} "). A reload fetches both anew."
                </p>
                <button type="button" class="primary" on:click=reload>"Reload"</button>
            </div>
        }
        .into_any(),
        Status::Broken(why) => view! {
            <div class="notice" role="alert">
                <p>"The simulation has stopped: " {why}</p>
                <button type="button" class="primary" on:click=restart>"Restart it"</button>
            </div>
        }
        .into_any(),
    };
    view! { {notice} }.into_any()
}
