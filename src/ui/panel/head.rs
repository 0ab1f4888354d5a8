//! The heads of the panels: they are told anew when anything is another that they say.
//!
//! ```text
//! desk, player, look, results ─▶ Heads ─ reader ─▶ markup of each slot
//! ```
//!
//! Law: a head that says the same stays in the document, and so do the focus and the menu in it.

use crate::protocol::Heads;
use crate::ui::page::{Page, key, word};
use crate::ui::panel::notice;
use crate::ui::part::dom;
use leptos::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;

/// The slots of the heads, in the order in which they are told.
const HEADS: [&str; 10] = [
    ".top",
    ".topology > header",
    ".doings",
    ".editor > header",
    ".steps",
    ".transport .tools",
    ".lanes > header",
    ".request > header",
    ".notices > :last-child",
    ".editor [role=status]",
];

/// The heads of the panels, where anything is that they say.
pub fn show(page: Page) {
    let of_player = key(move || {
        page.player.with(|player| {
            let marks: Vec<String> = player.bookmarks.iter().map(|mark| (*mark as u64).to_string()).collect();
            [word(player.playing), word(player.anchor.is_none()), &marks.join(" ")].concat()
        })
    });
    let of_look = key(move || {
        page.look.with(|look| {
            let pinned = look
                .pinned
                .map_or(0, |(client, number, _)| number * 64 + u64::from(client.0) + 1);
            let numbers = [look.stride as u64, pinned].map(|number| number.to_string());
            [
                &*look.light,
                word(look.compares),
                word(look.too_many_calls),
                &numbers.join(" "),
            ]
            .concat()
        })
    });
    let of_results = key(move || {
        page.results.with(|results| {
            let figures = results
                .figures
                .as_ref()
                .map_or(0, |figures| Arc::as_ptr(figures) as usize);
            word(results.before.is_some()).to_string() + &figures.to_string()
        })
    });
    let last = RefCell::new(HEADS.map(|_| String::new()));
    dom::effect(move || {
        of_player.get();
        of_look.get();
        of_results.get();
        page.desk.track();
        let heads = heads(page);
        let told = match page.reader().map(|reader| reader.heads(heads)) {
            Some(Ok(told)) => told,
            // Whoever would list what is wrong has stumbled.
            Some(Err(problems)) => {
                let place = page.find(HEADS[HEADS.len() - 1]);
                return place.map_or((), |place| {
                    place.set_inner_html(&notice::problem(&problems).into_string())
                });
            }
            None => return,
        };
        for ((slot, markup), last) in HEADS.into_iter().zip(told).zip(last.borrow_mut().iter_mut()) {
            if let Some(element) = page.find(slot) {
                dom::replace(&element, &markup, last);
            }
        }
    });
}

/// What the heads of the panels say of the page.
pub fn heads(page: Page) -> Heads {
    let mut heads = Heads::default();
    page.desk.with_untracked(|desk| {
        heads.entry = desk.entry.to_string();
        if !desk.embed.is_empty() {
            (heads.embed, (heads.text, _)) = (desk.embed.clone(), desk.good());
            heads.name = desk
                .scenario
                .as_ref()
                .map_or(String::new(), |scenario| scenario.name.clone());
        }
        (heads.seed, heads.fork, heads.news) = (desk.seed(), desk.fork, desk.news.clone());
        heads.problems.clone_from(&desk.problems);
        (heads.can_undo, heads.can_redo, heads.is_original) = (desk.can_undo(), desk.can_redo(), desk.is_original());
    });
    page.player.with_untracked(|player| {
        (heads.is_playing, heads.follows) = (player.playing, player.anchor.is_none());
        heads.marks = player.bookmarks.iter().map(|mark| *mark as u64).collect();
    });
    page.look.with_untracked(|look| {
        heads.light.clone_from(&look.light);
        (heads.stride, heads.pinned) = (look.stride as u32, look.pinned);
        (heads.compares, heads.too_many_calls) = (look.compares, look.too_many_calls);
    });
    page.results.with_untracked(|results| {
        heads.can_compare = results.before.is_some();
        heads.report = results.figures.as_ref().map(|figures| figures.report.clone());
    });
    heads
}
