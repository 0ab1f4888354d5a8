//! What the browser keeps of the desk between two visits.
//!
//! ```text
//! desk ─ rests ─▶ share::draft ─▶ local storage ─▶ the desk of the next visit
//! ```
//!
//! Law: where the browser keeps nothing, nothing else is lost. The first playground on a page keeps its drafts; the date
//! is that of the last change.

use super::page::Page;
use super::part::dom;
use crate::scenario::gallery;
use crate::share::draft::Drafts;
use gloo_timers::callback::Timeout;
use js_sys::Date;
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

/// Recalls the last visit and keeps this one. The gallery entry with which it begins.
pub fn start(page: Page) -> &'static str {
    let first = gallery::ENTRIES[0].id;
    let is_first = page
        .root
        .with_value(|root| *root == document().query_selector(".playground").ok().flatten());
    if !is_first {
        return first;
    }
    let kept = storage().and_then(|storage| Drafts::read(&storage.get_item(KEPT_AS).ok()??));
    let entry = kept.as_ref().and_then(|kept| gallery::entry(&kept.entry));
    if let Some(kept) = kept.clone() {
        page.desk.update(|desk| desk.recall(kept));
    }
    let memory = StoredValue::new_local(Memory { timer: None, kept });
    dom::effect(move || {
        page.desk.track();
        let timer = Timeout::new(REST_MS, move || keep(page, memory));
        memory.update_value(|memory| memory.timer = Some(timer));
    });
    // Who leaves at once has no time to rest.
    dom::listen(&window(), "pagehide", move |_| keep(page, memory));
    entry.map_or(first, |entry| entry.id)
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Keeps what has changed. A browser that refuses or is full keeps what it had.
fn keep(page: Page, memory: StoredValue<Memory, LocalStorage>) {
    let now = page
        .desk
        .try_with_untracked(|desk| (desk.is_open(), desk.entry.id, desk.drafts()));
    let Some((true, entry, drafts)) = now else { return };
    let is_known = |memory: &Memory| match &memory.kept {
        Some(kept) => kept.entry == entry && kept.drafts == drafts,
        None => drafts.is_empty() && entry == gallery::ENTRIES[0].id,
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
