//! What the browser keeps of the desk between two visits.
//!
//! ```text
//! desk ─ rests ─▶ share::draft ─▶ local storage ─▶ the desk of the next visit
//! ```
//!
//! Law: where the browser keeps nothing, nothing else is lost. The first playground on a page keeps its drafts, and those of
//! other tabs; the date is that of the last change.

use super::page::Page;
use super::part::dom;
use crate::scenario::gallery;
use crate::share::draft::Drafts;
use gloo_timers::callback::Timeout;
use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use web_sys::Storage;

/// Where they are kept.
const KEPT_AS: &str = "sync-or-swim drafts";
/// How long the desk has to rest until it is kept, in milliseconds.
const REST_MS: u32 = 500;

/// The timer that keeps, and what was kept last.
#[derive(Default)]
struct Memory {
    timer: Option<Timeout>,
    kept: Option<Drafts>,
}

/// Recalls the last visit and keeps this one.
pub fn start(page: Page) {
    let is_first = page
        .root
        .with_value(|root| *root == document().query_selector(".playground").ok().flatten());
    if !is_first {
        return;
    }
    let kept = stored();
    if let Some(kept) = kept.clone() {
        let date = date(kept.at);
        page.desk.update(|desk| desk.recall(kept, date));
    }
    let memory = StoredValue::new_local(Memory { timer: None, kept });
    dom::effect(move || {
        page.desk.track();
        let timer = Timeout::new(REST_MS, move || keep(page, memory));
        memory.update_value(|memory| memory.timer = Some(timer));
    });
    // Nothing of ours has changed: it is written with our next change.
    dom::listen(&window(), "storage", move |_| {
        if let Some(kept) = stored() {
            let date = date(kept.at);
            page.desk.update_untracked(|desk| desk.hear_of(kept, date));
        }
    });
    // Who leaves at once has no time to rest.
    dom::listen(&window(), "pagehide", move |_| keep(page, memory));
}

/// `25 Nov 2026, 19:33`, where the reader is.
fn date(at: u64) -> String {
    let options = Object::new();
    for (name, style) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        // A new object takes every property.
        let _ = Reflect::set(&options, &name.into(), &style.into());
    }
    let date = Date::new(&(at as f64).into());
    date.to_locale_string("en-GB", &options).into()
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What is kept.
fn stored() -> Option<Drafts> {
    Drafts::read(&storage()?.get_item(KEPT_AS).ok()??)
}

/// Keeps what has changed. A browser that refuses or is full keeps what it had.
fn keep(page: Page, memory: StoredValue<Memory, LocalStorage>) {
    let now = page
        .desk
        .try_with_untracked(|desk| (desk.is_open(), desk.entry, desk.drafts()));
    let Some((true, entry, drafts)) = now else { return };
    let is_known = |memory: &Memory| match &memory.kept {
        Some(kept) => kept.entry == entry && kept.drafts == drafts,
        None => drafts.is_empty() && entry == gallery::TITLES[0].0,
    };
    let (Some(storage), Some(false)) = (storage(), memory.try_with_value(is_known)) else {
        return;
    };
    let at = Date::now() as u64;
    let entry = entry.to_string();
    let kept = Drafts { at, entry, drafts };
    let _ = storage.set_item(KEPT_AS, &kept.write());
    memory.update_value(|memory| memory.kept = Some(kept));
}
