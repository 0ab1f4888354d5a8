//! The page: the only place that knows Leptos and the DOM.
//!
//! ```text
//! desk, player, results, look ─ app ─▶ panel (markup) ─▶ part::dom        lanes ─▶ part::canvas
//!              ▲─────────── act, keys ◀── what the reader does
//! ```
//!
//! Law: never simulates; never stores what can be derived; no global state. Panels are functions from state to
//! markup: that keeps the page small, since no kind of element is compiled twice.

pub mod act;
pub mod app;
pub mod boundary;
pub mod bridge;
pub mod cursor;
pub mod desk;
pub mod exchange;
pub mod file;
pub mod host;
pub mod keys;
pub mod look;
pub mod memory;
pub mod module;
pub mod page;
pub mod panel;
pub mod part;
pub mod player;
pub mod reader;
pub mod recording;
pub mod results;
pub mod window;
pub mod words;

use leptos::prelude::*;

/// Puts a playground into the page, in place of the words that it is starting.
pub fn mount() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
    if let Some(start) = document().get_element_by_id("start") {
        start.remove();
    }
    mount_to_body(app::App);
}
