//! The play head's controls: play, step, speed, and the whole run as a line.

use crate::time::Duration;
use crate::ui::boundary::{boundary_before, next_boundary};
use crate::ui::part::figure;
use crate::ui::part::icon::{Icon, Sign};
use crate::ui::player::Player;
use crate::ui::results::Results;
use leptos::prelude::*;
use web_sys::{Event, HtmlInputElement};

/// The steps of the scrub line.
const SCRUB_STEPS: f64 = 10_000.0;
/// The steps of the speed slider.
const SPEED_STEPS: f64 = 200.0;

/// The bar under the lanes.
#[component]
pub fn Transport(
    /// The play head.
    player: Player,
    /// Where the recording comes from.
    results: Results,
) -> impl IntoView {
    let playing = Memo::new(move |_| player.playing.get());
    let sign = Signal::derive(move || if playing.get() { Sign::Pause } else { Sign::Play });
    let label = move || if playing.get() { "Pause" } else { "Play" };
    view! {
        <section class="transport" aria-label="Transport">
            <div class="tools">
                <button type="button" aria-label="To the start" title="To the start (Home)" on:click=move |_| player.seek(0.0)><Icon sign=Sign::Start /></button>
                <button type="button" aria-label="Event before" title="To the event before (,)" on:click=move |_| step(player, results, false)><Icon sign=Sign::Before /></button>
                <button
                    type="button"
                    class="primary play"
                    data-test="play"
                    aria-label=label
                    title="Play or pause (Space)"
                    on:click=move |_| player.toggle()
                >
                    <Icon sign=sign />
                </button>
                <button type="button" aria-label="Next event" title="To the next event (.)" on:click=move |_| step(player, results, true)><Icon sign=Sign::Next /></button>
                <button type="button" aria-label="To the end" title="To the end (End)" on:click=move |_| to_end(player)><Icon sign=Sign::End /></button>
            </div>
            <Speed player=player />
            <Scrub player=player />
        </section>
    }
    .into_any()
}

#[component]
fn Speed(
    /// The play head.
    player: Player,
) -> impl IntoView {
    let text = Memo::new(move |_| "1 s = ".to_string() + &spaced(Duration(player.speed.get() as u64)));
    view! {
        <label class="speed">
            <span data-test="speed">{text}</span>
            <input
                type="range"
                min="0"
                max="200"
                step="1"
                aria-label="Speed"
                aria-valuetext=text
                title="Slower ([) or faster (])"
                prop:value=move || figure::fixed(player.slider() * SPEED_STEPS, 0)
                on:input=move |event| player.slide(position_of(&event) / SPEED_STEPS)
            />
        </label>
    }
    .into_any()
}

#[component]
fn Scrub(
    /// The play head.
    player: Player,
) -> impl IntoView {
    let position = Memo::new(move |_| {
        let part = player.head.get() / player.duration.get().max(1.0);
        (part * SCRUB_STEPS).round() as u32
    });
    let spoken = Memo::new(move |_| figure::fixed(player.head.get() / 1e9, 1) + " seconds");
    let scrub = move |event: Event| {
        player.seek(position_of(&event) / SCRUB_STEPS * player.duration.get_untracked());
    };
    view! {
        <label class="scrub">
            <input
                type="range"
                min="0"
                max="10000"
                step="1"
                aria-label="Time in the run"
                aria-valuetext=spoken
                data-test="scrub"
                prop:value=move || position.get().to_string()
                on:input=scrub
            />
            <output data-test="head">{move || figure::instant(player.head.get())}</output>
            <span class="quiet">"of " {move || figure::fixed(player.duration.get() / 1e9, 0)} " s"</span>
        </label>
    }
    .into_any()
}

fn position_of(event: &Event) -> f64 {
    event_target::<HtmlInputElement>(event).value_as_number()
}

/// A duration with a space before its unit: `50 ms`.
fn spaced(duration: Duration) -> String {
    let text = duration.to_string();
    let split = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    text[..split].to_string() + " " + &text[split..]
}

/// Pauses at the next event, or the one before.
pub fn step(player: Player, results: Results, forward: bool) {
    player.playing.set(false);
    let head = player.head.get_untracked() as u64;
    let place = results.recording.with_untracked(|recording| {
        let trace = &recording.as_ref()?.trace;
        match forward {
            true => Some(next_boundary(trace, head).unwrap_or(trace.until.0)),
            false => Some(boundary_before(trace, head).unwrap_or(trace.from.0)),
        }
    });
    if let Some(place) = place {
        player.step_to(place as f64);
    }
}

/// Pauses at the end of the run.
pub fn to_end(player: Player) {
    player.playing.set(false);
    player.seek(player.duration.get_untracked());
}
