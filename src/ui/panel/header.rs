//! The top of the page: what is played, with which seed, in which light.

use crate::scenario::gallery;
use crate::ui::desk::Desk;
use crate::ui::look::{LIGHTS, Look};
use crate::ui::part::html::Html;
use crate::ui::part::icon;

/// Name, gallery, seed, way back, light and help.
pub fn header(desk: &Desk, look: &Look) -> Html {
    let mut html = Html::new();
    html.leaf("h1", &[], "Sync or Swim");
    begin_field(&mut html, "Scenario");
    html.open(
        "select",
        &[
            ("data-choice", "gallery"),
            ("data-test", "gallery"),
            ("data-key", "gallery"),
        ],
    );
    for entry in gallery::ENTRIES {
        option(&mut html, entry.id, entry.title, entry.id == desk.entry.id);
    }
    html.close("select").close("label");
    begin_field(&mut html, "Seed");
    let seed = desk.seed().to_string();
    let title = "The same seed gives the same run; empty: the scenario's own";
    let field = [
        ("type", "text"),
        ("inputmode", "numeric"),
        ("size", "6"),
        ("title", title),
        ("data-choice", "seed"),
        ("data-key", "seed"),
        ("value", &seed),
    ];
    html.open("input", &field)
        .close("label")
        .open("div", &[("class", "tools")]);
    tool(&mut html, "undo", "Undo", "Undo (Ctrl Z)", desk.can_undo())
        .own(icon::UNDO)
        .close("button");
    tool(&mut html, "redo", "Redo", "Redo (Ctrl Shift Z)", desk.can_redo())
        .own(icon::REDO)
        .close("button");
    html.close("div").leaf("span", &[("class", "spring")], "");
    begin_field(&mut html, "Theme");
    html.open(
        "select",
        &[("data-choice", "light"), ("data-test", "theme"), ("data-key", "light")],
    );
    for (word, label) in LIGHTS {
        option(&mut html, word, label, look.light == word);
    }
    html.close("select").close("label");
    tool(&mut html, "help", "Keyboard shortcuts", "Keyboard shortcuts (?)", true)
        .text("?")
        .close("button");
    html
}

fn begin_field(html: &mut Html, name: &str) {
    html.open("label", &[("class", "field")]).leaf("span", &[], name);
}

/// An entry of a menu.
pub fn option(html: &mut Html, value: &str, label: &str, selected: bool) {
    let selected = if selected { "selected" } else { "" };
    html.leaf("option", &[("value", value), (selected, "")], label);
}

/// Begins a button with a sign on it.
pub fn tool<'a>(html: &'a mut Html, act: &str, name: &str, title: &str, enabled: bool) -> &'a mut Html {
    let disabled = if enabled { "" } else { "disabled" };
    let button = [
        ("type", "button"),
        ("data-act", act),
        ("data-test", act),
        ("data-key", act),
        ("aria-label", name),
        ("title", title),
        (disabled, ""),
    ];
    html.open("button", &button)
}
