//! The keyboard shortcuts of the whole playground.
//!
//! Law: a control that is typed into, or that uses a key itself, keeps that key. A playground hears the keys that
//! are pressed inside it; the first one on a page also hears those that are pressed nowhere in particular.

use super::desk::Desk;
use super::panel::transport::{step, to_end};
use super::player::Player;
use super::results::Results;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

/// What the keys act on.
#[derive(Clone, Copy)]
pub struct Keys {
    pub desk: Desk,
    pub player: Player,
    pub results: Results,
    pub root: NodeRef<html::Div>,
    pub help: NodeRef<html::Dialog>,
}

/// What has the focus, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// Text is typed here: all keys are its own.
    Text,
    /// A slider or menu: arrows, Home, End and letters are its own.
    Choice,
    /// A button or link: Space and Enter are its own.
    Button,
    /// The lanes or an edge, which handle their keys themselves and mark them as handled.
    Elsewhere,
}

/// Listens until the playground goes.
pub fn listen(keys: Keys) {
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        if !event.default_prevented() && is_ours(&keys, &event) && act(&keys, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

fn is_ours(keys: &Keys, event: &KeyboardEvent) -> bool {
    let Some(root) = keys.root.get_untracked() else {
        return false;
    };
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    if root.contains(Some(&target)) {
        return true;
    }
    let first = document().query_selector(".playground").ok().flatten();
    let nowhere = document().body().is_some_and(|body| *body == target);
    nowhere && first.is_some_and(|first| first == **root)
}

fn focus_of(event: &KeyboardEvent) -> Focus {
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return Focus::Elsewhere;
    };
    match target.tag_name().to_ascii_lowercase().as_str() {
        "textarea" => Focus::Text,
        "input" => match target.dyn_ref::<HtmlInputElement>().map(|input| input.type_()) {
            Some(kind) if kind == "range" => Focus::Choice,
            _ => Focus::Text,
        },
        "select" => Focus::Choice,
        "button" | "a" | "summary" | "dialog" => Focus::Button,
        _ => Focus::Elsewhere,
    }
}

/// Whether the key meant something here.
fn act(keys: &Keys, event: &KeyboardEvent) -> bool {
    let focus = focus_of(event);
    let key = event.key();
    if focus == Focus::Text {
        return false;
    }
    if event.ctrl_key() || event.meta_key() {
        return undo_or_redo(keys.desk, &key, event.shift_key());
    }
    if event.alt_key() || keys.help.get_untracked().is_some_and(|dialog| dialog.open()) {
        return false;
    }
    anywhere(keys, &key) || focus != Focus::Choice && off_sliders(keys, &key, focus)
}

fn undo_or_redo(desk: Desk, key: &str, shift: bool) -> bool {
    match key {
        "z" | "Z" if shift => desk.redo(),
        "z" => desk.undo(),
        "y" => desk.redo(),
        _ => return false,
    }
    true
}

fn anywhere(keys: &Keys, key: &str) -> bool {
    let player = keys.player;
    match key {
        "." => step(player, keys.results, true),
        "," => step(player, keys.results, false),
        "[" => player.go_at(player.speed.get_untracked() / 2.0),
        "]" => player.go_at(player.speed.get_untracked() * 2.0),
        "?" => show(keys.help),
        _ => return false,
    }
    true
}

fn off_sliders(keys: &Keys, key: &str, focus: Focus) -> bool {
    let player = keys.player;
    match key {
        " " if focus != Focus::Button => player.toggle(),
        "ArrowRight" => step(player, keys.results, true),
        "ArrowLeft" => step(player, keys.results, false),
        "Home" => player.seek(0.0),
        "End" => to_end(player),
        "f" | "F" => player.anchor.set(None),
        _ => return false,
    }
    true
}

fn show(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked() {
        // It fails only where the dialog is not in the document.
        let _ = dialog.show_modal();
    }
}
