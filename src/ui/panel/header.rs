//! The top of the page: what is played, with which seed, in which light.

use crate::scenario::gallery;
use crate::ui::desk::Desk;
use crate::ui::light::Light;
use crate::ui::part::icon::{Icon, Sign};
use leptos::html;
use leptos::prelude::*;

/// Name, gallery, seed, way back, light and help.
#[component]
pub fn Header(
    /// The scenario's place.
    desk: Desk,
    /// Light or dark.
    light: RwSignal<Light>,
    /// The sheet of shortcuts.
    help: NodeRef<html::Dialog>,
) -> impl IntoView {
    let show_help = move |_| {
        if let Some(dialog) = help.get_untracked().filter(|dialog| !dialog.open()) {
            // It fails only where the dialog is not in the document.
            let _ = dialog.show_modal();
        }
    };
    view! {
        <header class="top">
            <h1>"Sync or Swim"</h1>
            <Gallery desk=desk />
            <Seed desk=desk />
            <div class="tools">
                <button type="button" aria-label="Undo" title="Undo (Ctrl Z)" disabled=move || !desk.can_undo() on:click=move |_| desk.undo()><Icon sign=Sign::Undo /></button>
                <button type="button" aria-label="Redo" title="Redo (Ctrl Shift Z)" disabled=move || !desk.can_redo() on:click=move |_| desk.redo()><Icon sign=Sign::Redo /></button>
            </div>
            <span class="spring"></span>
            <LightChoice light=light />
            <button type="button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" data-test="help" on:click=show_help>"?"</button>
        </header>
    }
    .into_any()
}

#[component]
fn Gallery(
    /// The scenario's place.
    desk: Desk,
) -> impl IntoView {
    let open = move |name: String| {
        if let Some(entry) = gallery::ENTRIES.iter().find(|entry| entry.id == name) {
            desk.open(entry);
        }
    };
    let options: Vec<AnyView> = gallery::ENTRIES
        .iter()
        .map(|entry| {
            let selected = desk.entry.get_untracked().id == entry.id;
            view! { <option value=entry.id selected=selected>{entry.title}</option> }.into_any()
        })
        .collect();
    view! {
        <label class="field">
            <span>"Scenario"</span>
            <select
                data-test="gallery"
                prop:value=move || desk.entry.get().id
                on:change=move |event| open(event_target_value(&event))
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn Seed(
    /// The scenario's place.
    desk: Desk,
) -> impl IntoView {
    let choose = move |text: String| desk.seed_choice.set(text.trim().parse().ok());
    view! {
        <label class="field">
            <span>"Seed"</span>
            <input
                type="text"
                inputmode="numeric"
                pattern="[0-9]*"
                size="6"
                title="The same seed gives the same run; empty: the scenario's own"
                prop:value=move || desk.seed().to_string()
                on:change=move |event| choose(event_target_value(&event))
            />
        </label>
    }
    .into_any()
}

#[component]
fn LightChoice(
    /// Light or dark.
    light: RwSignal<Light>,
) -> impl IntoView {
    let options: Vec<AnyView> = Light::ALL
        .iter()
        .map(|choice| {
            let selected = light.get_untracked() == *choice;
            view! { <option value=choice.word() selected=selected>{choice.label()}</option> }.into_any()
        })
        .collect();
    view! {
        <label class="field">
            <span>"Theme"</span>
            <select
                data-test="theme"
                prop:value=move || light.get().word()
                on:change=move |event| light.set(Light::from_word(&event_target_value(&event)))
            >
                {options}
            </select>
        </label>
    }
    .into_any()
}
