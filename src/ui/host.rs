//! The page inside of another one: who is around it is told and heard, as docs/embedding/contract.md says.
//!
//! ```text
//! message of the parent ─ reader ─▶ acts        desk, player, results ─ reader ─▶ messages to the parent
//! ```
//!
//! Law: only the parent is heard, and only where its origin is the one that the hash names; nobody else is told anything.

use super::act;
use super::page::{Page, key, word};
use super::panel::head;
use super::part::dom;
use crate::protocol::{Heard, Known, News, Station};
use crate::scenario::walk::Packed;
use crate::time::Instant;
use js_sys::JSON;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MessageEvent, Window};

/// What was told last.
#[derive(Default)]
struct Told {
    has_told: bool,
    scenario: Option<Arc<Packed>>,
    trouble: String,
    height: u32,
}

/// Whether the page is embedded: then it keeps nothing and recalls nothing.
pub fn is_embedded() -> bool {
    let hash = window().location().hash().unwrap_or_default();
    hash.split(['#', '&']).any(|part| part.starts_with("embed="))
}

/// Looks as the hash says, hears the page around, and tells it what happens.
pub fn start(page: Page, hash: String, classes: &str, host: &str) {
    let Some(root) = page
        .root
        .try_get_value()
        .flatten()
        .and_then(|root| root.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    root.set_class_name(&["playground ", classes].concat());
    page.desk.update(|desk| {
        desk.embed = hash;
        desk.level = ["level-picture", "level-toggle"]
            .iter()
            .position(|level| classes.split(' ').any(|class| class == *level));
    });
    page.look.update(|look| look.keeps = false);
    let measured = root.clone();
    dom::watch_size(&root, move |_, _| {
        // A part of a pixel is one more: a frame that is lower cuts the last line.
        let height = measured.get_bounding_client_rect().height().ceil();
        page.look.update(|look| look.tall = height as u32)
    });
    let parent = window().parent().ok().flatten().filter(|_| !host.is_empty());
    if let Some(parent) = parent {
        hear(page, parent.clone(), host.to_string());
        tell(page, parent, host.to_string());
    }
}

fn hear(page: Page, parent: Window, host: String) {
    dom::listen(&window(), "message", move |event| {
        let event: MessageEvent = event.unchecked_into();
        if event.origin() != host || event.source().as_deref() != Some(parent.as_ref()) {
            return;
        }
        let Some(text) = JSON::stringify(&event.data()).ok().and_then(|text| text.as_string()) else {
            return;
        };
        let hash = page.desk.with_untracked(|desk| desk.embed.clone());
        let heard = page.reader().map(|reader| reader.hear(Heard { text, hash }));
        if let Some(Ok((acts, said))) = heard {
            acts.iter().for_each(|(name, on)| act::carry_out(page, name, on));
            post(&parent, &host, &said);
        }
    });
}

fn post(parent: &Window, host: &str, said: &[String]) {
    for message in said {
        if let Ok(message) = JSON::parse(message) {
            // Only a host that is no origin is refused, and the hash says one.
            let _ = parent.post_message(&message, host);
        }
    }
}

/// Tells what is new, and once a second where the play head is.
fn tell(page: Page, parent: Window, host: String) {
    let now = key(move || {
        let height = page.look.with(|look| look.tall).to_string();
        let finished = page.results.with(|results| results.measuring);
        let second = (window().performance().map_or(0.0, |clock| clock.now()) / 1000.0) as u32;
        page.player.with(|player| match player.playing {
            true => [&height, word(finished), &second.to_string()].concat(),
            false => height + word(finished),
        })
    });
    let told = RefCell::new(Told::default());
    dom::effect(move || {
        now.get();
        page.desk.track();
        let mut told = told.borrow_mut();
        let station = station(page, &mut told);
        if let Some(Ok(said)) = page.reader().map(|reader| reader.say(station)) {
            post(&parent, &host, &said);
        }
        let shows_one = page
            .desk
            .with_untracked(|desk| desk.embed.split('&').any(|part| part == "view=sequence"));
        if shows_one && page.look.with_untracked(|look| look.pinned.is_none()) {
            act::carry_out(page, "slowest", "");
        }
    });
}

fn station(page: Page, told: &mut Told) -> Station {
    let heads = head::heads(page);
    let scenario = page.desk.with_untracked(|desk| desk.scenario.clone());
    let height = page.look.with_untracked(|look| look.tall);
    let is_new = std::mem::replace(&mut told.height, height) != height;
    let trouble = match &heads.news {
        Some(News::Refused(words)) => words.clone(),
        _ => String::new(),
    };
    Station {
        has_told: std::mem::replace(&mut told.has_told, true),
        now: scenario.clone().map(Known),
        before: std::mem::replace(&mut told.scenario, scenario).map(Known),
        at: Instant(page.player.with_untracked(|player| player.head) as u64),
        height: is_new.then_some(height),
        is_whole: page.results.with_untracked(|results| !results.measuring),
        trouble: std::mem::replace(&mut told.trouble, trouble),
        heads,
    }
}
