//! One playground: its state, its outward effects, and where its panels stand.

use super::desk::{self, Desk};
use super::keys::{self, Keys};
use super::light::{self, Light};
use super::panel::about::About;
use super::panel::editor::Editor;
use super::panel::header::Header;
use super::panel::help::Help;
use super::panel::inspector::Inspector;
use super::panel::lanes::Lanes;
use super::panel::notice::Notice;
use super::panel::numbers::Numbers;
use super::panel::services::Services;
use super::panel::topology::Topology;
use super::panel::transport::Transport;
use super::player::{self, Player};
use super::results::{self, Results};
use leptos::html;
use leptos::prelude::*;

/// A playground; there may be several on a page.
#[component]
pub fn App() -> impl IntoView {
    let desk = Desk::new(desk::first_entry());
    let calm = light::media("(prefers-reduced-motion: reduce)");
    let duration = Signal::derive(move || {
        desk.scenario
            .with(|s| s.as_ref().map_or(0.0, |s| s.run.duration.0 as f64))
    });
    let player = Player::new(duration, !calm.get_untracked());
    let results = Results::new();
    let choice = RwSignal::new(Light::kept());
    let system_dark = light::media("(prefers-color-scheme: dark)");
    let dark = Memo::new(move |_| match choice.get() {
        Light::System => system_dark.get(),
        chosen => chosen == Light::Dark,
    });
    let selected = RwSignal::new(None::<String>);
    let root = NodeRef::<html::Div>::new();
    let help = NodeRef::<html::Dialog>::new();

    results.start(player);
    results::give_orders(desk, player, results);
    player::play_frames(player);
    keys::listen(Keys {
        desk,
        player,
        results,
        root,
        help,
    });
    Effect::new(move |_| choice.get().keep());
    light::give_colors(root, dark);
    view! {
        <div class="playground" class:dark=dark class:light=move || !dark.get() node_ref=root>
            <Header desk=desk light=choice help=help />
            <Notice results=results player=player />
            <main>
                <Guarded name="topology"><Topology desk=desk results=results selected=selected /></Guarded>
                <aside class="panel side">
                    <Guarded name="inspector"><Inspector desk=desk results=results selected=selected /></Guarded>
                    <Guarded name="about"><About desk=desk /></Guarded>
                </aside>
                <Guarded name="lanes"><Lanes player=player results=results dark=dark /></Guarded>
                <Guarded name="transport"><Transport player=player results=results /></Guarded>
                <Guarded name="numbers"><Numbers desk=desk results=results /></Guarded>
                <Guarded name="workers"><Services results=results /></Guarded>
                <Guarded name="scenario"><Editor desk=desk /></Guarded>
            </main>
            <Help dialog=help />
        </div>
    }
    .into_any()
}

/// A panel whose failure stays its own.
#[component]
fn Guarded(
    /// What failed, in the message.
    name: &'static str,
    /// The panel.
    children: Children,
) -> impl IntoView {
    view! {
        <ErrorBoundary fallback=move |errors| show_errors(name, errors)>{children()}</ErrorBoundary>
    }
    .into_any()
}

fn show_errors(name: &'static str, errors: ArcRwSignal<Errors>) -> AnyView {
    let what = move || {
        let errors = errors.get();
        errors
            .iter()
            .map(|(_, error)| error.to_string())
            .collect::<Vec<_>>()
            .join("; ")
    };
    view! { <p class="warning" role="alert">"The " {name} " panel failed: " {what}</p> }.into_any()
}
