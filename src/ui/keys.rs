//! The keyboard shortcuts.
//!
//! Law: a control that is typed into, or that uses a key itself, keeps that key. A playground hears the keys that
//! are pressed inside it; the first one on a page also hears those that are pressed nowhere in particular.

use super::act::{self, carry_out};
use super::page::Page;
use super::panel::lanes;
use super::part::dom;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent};

/// What has the focus, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Focus {
    /// Text is typed here: all keys are its own.
    Text,
    /// A slider or menu: arrows, Home, End and letters are its own.
    Choice,
    /// A button or link: Space and Enter are its own.
    Button,
    /// An edge of the topology: Enter, Space, M and Delete are its own.
    Edge,
    /// A node of the topology: Enter, Space, C, R and Delete are its own.
    Node,
    /// The lanes: arrows and letters are their own.
    Lanes,
    Elsewhere,
}

/// Listens until the playground goes.
pub fn listen(page: Page) {
    let hear = move |event: Event| {
        let Ok(key) = event.dyn_into::<KeyboardEvent>() else {
            return;
        };
        let Some(target) = dom::target(&key).filter(|target| is_ours(page, target)) else {
            return;
        };
        if !key.default_prevented() && act(page, &key, &target) {
            key.prevent_default();
        }
    };
    dom::listen(&window(), "keydown", hear);
}

/// Whether a key or a paste at this element is for this playground.
pub(super) fn is_ours(page: Page, target: &Element) -> bool {
    let Some(root) = page.root.try_get_value().flatten() else {
        return false;
    };
    let first = document().query_selector(".playground").ok().flatten();
    let nowhere = document().body().is_some_and(|body| *body == *target);
    root.contains(Some(target)) || nowhere && first.is_some_and(|first| first == root)
}

/// Whether text is typed at this element.
pub(super) fn takes_text(target: &Element) -> bool {
    focus_of(target) == Focus::Text
}

fn focus_of(target: &Element) -> Focus {
    if target.has_attribute("data-edge") {
        return Focus::Edge;
    }
    if target.has_attribute("data-node") {
        return Focus::Node;
    }
    if target.class_list().contains("rows") {
        return Focus::Lanes;
    }
    match target.tag_name().to_ascii_lowercase().as_str() {
        "textarea" => Focus::Text,
        "input" => match target.dyn_ref::<HtmlInputElement>() {
            Some(input) if input.type_() == "range" => Focus::Choice,
            _ => Focus::Text,
        },
        "select" => Focus::Choice,
        "button" | "a" | "summary" | "dialog" => Focus::Button,
        _ => Focus::Elsewhere,
    }
}

/// Whether the key meant something here.
fn act(page: Page, event: &KeyboardEvent, target: &Element) -> bool {
    let (focus, key) = (focus_of(target), event.key());
    if page.find("dialog[open]").is_some() {
        return false;
    }
    if matches!(key.as_str(), "k" | "K") && (event.ctrl_key() || event.meta_key()) {
        carry_out(page, "palette", "");
        return true;
    }
    if focus == Focus::Text {
        return false;
    }
    if event.ctrl_key() || event.meta_key() {
        return undo_or_redo(page, &key, event.shift_key());
    }
    if event.alt_key() {
        return false;
    }
    let own = match focus {
        Focus::Edge => on_edge(page, &key, &target.get_attribute("data-edge").unwrap_or_default()),
        Focus::Node => on_node(page, &key, &target.get_attribute("data-node").unwrap_or_default()),
        Focus::Lanes => lanes::key(page, &key),
        _ => false,
    };
    own || anywhere(page, &key) || focus != Focus::Choice && off_sliders(page, &key, focus)
}

fn undo_or_redo(page: Page, key: &str, shift: bool) -> bool {
    match (key, shift) {
        ("z" | "Z", true) | ("y", _) => carry_out(page, "redo", ""),
        ("z", false) => carry_out(page, "undo", ""),
        _ => return false,
    }
    true
}

fn on_edge(page: Page, key: &str, edge: &str) -> bool {
    match key {
        "Enter" | " " => carry_out(page, "flip", edge),
        "Delete" => carry_out(page, "disconnect", edge),
        "m" | "M" => {
            act::select(page, &act::edge_path(edge));
            focus_later(page, "[data-choice=mode]");
        }
        _ => return false,
    }
    true
}

fn on_node(page: Page, key: &str, node: &str) -> bool {
    match key {
        "Enter" | " " | "r" | "R" => focus_later(page, "[data-choice=rename]"),
        "c" | "C" => focus_later(page, "[data-choice=connect]"),
        "Delete" => carry_out(page, "delete", node),
        _ => return false,
    }
    true
}

/// Gives the focus to a control that is there once what follows from the selection is shown.
fn focus_later(page: Page, selector: &'static str) {
    request_animation_frame(move || {
        if let Some(control) = page.find(selector) {
            dom::focus(&control);
        }
    });
}

fn anywhere(page: Page, key: &str) -> bool {
    let act = match key {
        "." => "next",
        "," => "before",
        ">" => "next mark",
        "<" => "mark before",
        "b" | "B" => "mark",
        "v" | "V" => "compare",
        "g" | "G" => "fork",
        "[" => "slower",
        "]" => "faster",
        "?" => "help",
        "Escape" => "unpin",
        _ => return false,
    };
    carry_out(page, act, "");
    true
}

fn off_sliders(page: Page, key: &str, focus: Focus) -> bool {
    let act = match key {
        " " if focus != Focus::Button => "play",
        "ArrowRight" => "next",
        "ArrowLeft" => "before",
        "Home" => "start",
        "End" => "end",
        "f" | "F" => "follow",
        _ => return false,
    };
    carry_out(page, act, "");
    true
}
