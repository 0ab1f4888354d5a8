//! The page: the only place that knows Leptos and the DOM.
//!
//! ```text
//! desk (text ─▶ scenario) ──▶ results (orders out, answers in, over the bridge) ──▶ panels
//! player (play head, view) ─┘
//! ```
//!
//! Law: never simulates; never stores what can be derived; no global state.

pub mod app;
pub mod boundary;
pub mod bridge;
pub mod cursor;
pub mod desk;
pub mod keys;
pub mod light;
pub mod panel;
pub mod part;
pub mod player;
pub mod results;
pub mod window;
pub mod words;

use leptos::prelude::*;

/// Puts a playground into the page, in place of the words that it is starting.
pub fn mount() {
    console_error_panic_hook::set_once();
    if let Some(start) = document().get_element_by_id("start") {
        start.remove();
    }
    mount_to_body(app::App);
}
