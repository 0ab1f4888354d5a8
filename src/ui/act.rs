//! What a reader does, and what comes of it.
//!
//! ```text
//! <button data-act="flip" data-on="orders->email">  ─click▶  carry_out(page, "flip", "orders->email")
//! ```
//!
//! Law: every control says in its markup what it does; one place carries it out.

use super::desk::Hand;
use super::look::Stride;
use super::page::Page;
use super::panel::transport::instant_at;
use super::panel::{lanes, mesh, palette, request};
use super::part::dom;
use super::player::Player;
use super::reader::Reader;
use super::results;
use super::{file, host};
use crate::protocol::{FromReader, Telling};
use crate::scenario::Mode;
use crate::time::Instant;
use crate::told::palette::STRIDES;
use js_sys::futures::JsFuture;
use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, Event, HtmlDialogElement, HtmlTextAreaElement, MouseEvent};

/// The steps of the scrub line and of the speed slider.
pub const STEPS: f64 = 10_000.0;

/// Hears clicks, choices and typing anywhere in the playground.
pub fn listen(page: Page, root: &Element) {
    dom::listen(root, "click", move |event| {
        if let Some((act, on, _)) = asked(&event, "data-act") {
            return carry_out(page, &act, &on);
        }
        let clock = dom::target(&event).and_then(|target| target.closest(".clock").ok().flatten());
        if let (Some(clock), Some(event)) = (clock, event.dyn_ref::<MouseEvent>()) {
            let at =
                |player: &mut Player| player.seek(instant_at(&clock, f64::from(event.client_x()), player.duration));
            page.player.update(at);
        }
    });
    dom::listen(root, "change", move |event| {
        if let Some((choice, on, control)) = asked(&event, "data-choice") {
            choose(page, &choice, &on, &dom::value(&control));
        }
    });
    dom::listen(root, "input", move |event| {
        if let Some((field, _, control)) = asked(&event, "data-field") {
            enter(page, &field, &control);
        }
    });
}

/// What the nearest control around an event asks for, and on what.
fn asked(event: &Event, attribute: &str) -> Option<(String, String, Element)> {
    let selector = String::from("[") + attribute + "]";
    let control = dom::target(event)?.closest(&selector).ok()??;
    let on = control.get_attribute("data-on").unwrap_or_default();
    Some((control.get_attribute(attribute)?, on, control))
}

/// Does what a button says.
pub fn carry_out(page: Page, act: &str, on: &str) {
    match act {
        "flip" => {
            select(page, &edge_path(on));
            page.desk.update(|desk| desk.flip(on));
        }
        "undo" => page.desk.update(|desk| desk.undo()),
        "redo" => page.desk.update(|desk| desk.redo()),
        "reset" => page.desk.update(|desk| desk.reset()),
        "select" => select(page, on),
        "over" => page.desk.update(|desk| desk.start_over()),
        "dismiss" => page.desk.update(|desk| desk.news = None),
        "save" => file::save(page, on),
        "take" => {
            close_sheet(page, ".sheet");
            file::take(page, "the import", on.as_bytes().to_vec());
        }
        "choose" => file::choose(page),
        "problem" => show_place(page, on),
        "help" => show_told(page, "Keyboard shortcuts", Reader::help),
        "share" => share(page),
        "copy" => copy(page, on),
        "close" => close_sheet(page, ".sheet"),
        "palette" => palette::open(page),
        "fullscreen" => fill_screen(page),
        "print" => drop(window().print()),
        "open" | "stride" | "light" => choose(page, act, "", on),
        "fold" => page.look.update(|look| look.fold(on)),
        "pin" => page.look.update(|look| look.pin(on)),
        "fit" => lanes::fit(page),
        "fork" => fork(page),
        "link" => follow(page, on.to_string()),
        "text" => page.desk.update(|desk| desk.write(on.to_string(), Hand::Placed)),
        "mode" => {
            if let Some((mode, edge)) = on.split_once(' ') {
                choose(page, act, edge, mode);
            }
        }
        "sleep" | "wake" => results::rest(page, act == "sleep"),
        "compare" if page.results.with_untracked(|results| results.before.is_some()) => {
            page.look.update(|look| look.compares = !look.compares);
        }
        "restart" => results::start(page),
        "employ" => employ(page),
        // Where the page may not reload itself, the reader still can.
        "reload" => drop(window().location().reload()),
        "go" => {
            if let Ok(at) = on.parse::<u64>() {
                page.player.update(|player| player.step_to(at as f64));
            }
        }
        "tab" => {
            if let Some((telling, ..)) = Telling::ALL.into_iter().find(|(_, name, _)| *name == on) {
                page.look.update(|look| look.telling = telling);
            }
        }
        other if mesh::change(page, other, on) => {}
        other if request::go(page, other) => {}
        other => play(page, other),
    }
}

/// Forks the run at the play head: flips count from there on, and the run as it is stays beside what comes of them. Forked already,
/// flips count from the beginning again.
fn fork(page: Page) {
    let at = Instant(page.player.with_untracked(|player| player.head) as u64);
    let forks = page.desk.with_untracked(|desk| desk.fork.is_none());
    page.desk.update(|desk| desk.fork_at(forks.then_some(at)));
    page.player.update(|player| player.playing = false);
    page.results.update(|results| {
        results.keeps_before = forks;
        if forks {
            results.before = results.figures.clone().filter(|figures| figures.is_finished);
        }
    });
    page.look.update(|look| look.compares = forks);
}

/// Does what a button of the transport or of the lanes says.
fn play(page: Page, act: &str) {
    let recording = page.results.with_untracked(|results| results.recording.clone());
    let whose = recording.as_ref().map(|recording| lanes::whose(page, &recording.trace));
    page.player.update(|player| match act {
        "play" => player.toggle(),
        "start" => player.seek(0.0),
        "end" => player.to_end(),
        "next" | "before" => {
            if let Some((recording, whose)) = recording.zip(whose) {
                player.step(&recording.trace, &whose, act == "next");
            }
        }
        "mark" => player.mark(),
        "mark before" | "next mark" => player.go_to_mark(act == "next mark"),
        "run" => player.playing = true,
        "rest" => player.playing = false,
        "follow" => player.anchor = None,
        "closer" => player.come_closer(2.0, 0.5),
        "farther" => player.come_closer(0.5, 0.5),
        "slower" => player.go_at(player.speed / 2.0),
        "faster" => player.go_at(player.speed * 2.0),
        _ => {}
    });
}

/// Takes what was chosen in a menu.
fn choose(page: Page, choice: &str, on: &str, value: &str) {
    match choice {
        "gallery" | "open" => open(page, value),
        "seed" => page.desk.update(|desk| desk.choose_seed(value)),
        "light" => page.look.update(|look| look.choose_light(value)),
        "set" | "rename" | "connect" => mesh::fill_in(page, choice, on, value),
        "stride" => {
            if let Some(place) = STRIDES.iter().position(|(word, _)| *word == value) {
                page.look.update(|look| look.stride = Stride::ALL[place]);
            }
        }
        "mode" => {
            if let Some(mode) = Mode::ALL.into_iter().find(|mode| mode.word() == value) {
                page.desk.update(|desk| desk.set_mode(on, mode));
            }
        }
        _ => {}
    }
}

/// Loads the module that reads texts, and begins with what the address or the last visit says.
pub fn employ(page: Page) {
    spawn_local(async move {
        let reader = Reader::open().await;
        let waits = page.desk.try_update(|desk| {
            desk.employ(reader);
            desk.reader.is_some() && !desk.is_open()
        });
        if waits == Some(true) {
            follow(page, address());
        }
    });
}

/// Takes an entry from the gallery.
pub fn open(page: Page, id: &str) {
    page.desk.update(|desk| desk.open(id));
    begin(page);
}

/// Hears of links that are followed while the page is open.
pub fn hear_links(page: Page) {
    dom::listen(&window(), "hashchange", move |_| follow(page, address()));
}

/// The hash of the address.
fn address() -> String {
    window().location().hash().unwrap_or_default()
}

/// Goes where a hash leads; nowhere, where it is empty, but to what is to be opened first.
fn follow(page: Page, hash: String) {
    let Some(reader) = page.reader() else { return };
    let first = page.desk.with_untracked(|desk| desk.entry);
    let mut acts = Vec::new();
    if hash.len() < 2 {
        return open(page, first);
    }
    let found = reader.follow(hash.clone());
    if let Ok(found) = &found
        && let Some((classes, host)) = &found.embed
    {
        host::start(page, hash, classes, host);
    }
    page.desk.update(|desk| match found {
        Ok(found) => {
            desk.open(&found.entry);
            desk.follow(found.text, found.seed, found.refusal);
            acts = found.acts;
        }
        Err(problems) => {
            desk.open(first);
            desk.refuse("This link cannot be followed", problems);
        }
    });
    begin(page);
    acts.iter().for_each(|(act, on)| carry_out(page, act, on));
}

/// Puts the play head to where the scenario on the desk begins to be interesting.
pub fn begin(page: Page) {
    let run = page
        .desk
        .with_untracked(|desk| Some((desk.scenario.as_ref()?.run, desk.gap)));
    if let Some((run, gap)) = run {
        page.player.update(|player| player.begin(run, gap));
    }
}

/// Takes what is being typed or dragged.
fn enter(page: Page, field: &str, control: &Element) {
    match field {
        "command" => palette::show(page, &dom::value(control)),
        "text" => page.desk.update(|desk| desk.write(dom::value(control), Hand::Typed)),
        "speed" => page
            .player
            .update(|player| player.slide(dom::position(control) / STEPS)),
        "scrub" => page
            .player
            .update(|player| player.seek(dom::position(control) / STEPS * player.duration)),
        _ => {}
    }
}

/// Where an edge of this name stands in the text.
pub fn edge_path(name: &str) -> String {
    ["edges[", name, "]"].concat()
}

/// Selects what a path leads to.
pub fn select(page: Page, path: &str) {
    if page.look.with_untracked(|look| look.selected != path) {
        page.look.update(|look| look.selected = path.to_string());
    }
}

/// Shows what the reader tells in a sheet of this name.
fn show_told(page: Page, name: &str, question: impl FnOnce(&Reader) -> FromReader<String>) {
    if let Some(Ok(markup)) = page.reader().map(|reader| question(&reader)) {
        show_markup(page, name, &markup);
    }
}

/// Shows markup in a sheet of this name.
pub fn show_markup(page: Page, name: &str, markup: &str) {
    if let Some(sheet) = page.find(".sheet") {
        sheet.set_inner_html(markup);
        // Every element takes an attribute.
        let _ = sheet.set_attribute("aria-label", name);
        show_sheet(page, ".sheet");
    }
}

/// Shows by which links others come to what is on screen: to this instant, where the play head stands still.
fn share(page: Page) {
    let head = page
        .player
        .with_untracked(|player| (!player.playing).then_some(Instant(player.head as u64)));
    let address = window().location().href().unwrap_or_default();
    let address = address.split('#').next().unwrap_or_default().to_string();
    if let Some(sharing) = page.desk.with_untracked(|desk| desk.sharing(head, address)) {
        show_told(page, "Share", |reader| reader.share(sharing));
    }
}

/// Copies what stands in a field of the sheet; where the browser does not let it, the field is selected.
fn copy(page: Page, name: &str) {
    let field = page.find(&[".sheet [data-name=", name, "]"].concat());
    let say = move |words: &str| {
        if let Some(status) = page.find(".sheet [role=status]") {
            status.set_text_content(Some(words));
        }
    };
    let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).unwrap_or_default();
    let clipboard = part(&part(&window(), "navigator"), "clipboard");
    let (way, what) = match &field {
        Some(field) => ("writeText", Some(dom::value(field).into())),
        None => ("write", file::clipping(page, name).map(|item| Array::of1(&item).into())),
    };
    let write = part(&clipboard, way).dyn_into::<Function>().ok();
    let done = write
        .zip(what)
        .and_then(|(write, what): (Function, JsValue)| write.call1(&clipboard, &what).ok());
    let done = done.and_then(|done| done.dyn_into::<Promise>().ok());
    spawn_local(async move {
        let is_done = match done {
            Some(done) => JsFuture::from(done).await.is_ok(),
            None => false,
        };
        if is_done {
            return say("Copied.");
        }
        match field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) {
            Some(area) => {
                area.select();
                say("The browser does not let a page copy: the text is selected, Ctrl C copies it.");
            }
            None => say("The browser does not let a page copy an image: it can be saved."),
        }
    });
}

/// Opens a sheet over the page.
pub fn show_sheet(page: Page, selector: &str) {
    if let Some(dialog) = sheet(page, selector).filter(|dialog| !dialog.open()) {
        // It fails only where the dialog is not in the document.
        let _ = dialog.show_modal();
    }
}

/// Closes a sheet.
pub fn close_sheet(page: Page, selector: &str) {
    if let Some(dialog) = sheet(page, selector) {
        dialog.close();
    }
}

fn sheet(page: Page, selector: &str) -> Option<HtmlDialogElement> {
    page.find(selector)?.dyn_into().ok()
}

/// Gives the whole screen to the playground, or takes it back; where the browser refuses, all stays as it is.
fn fill_screen(page: Page) {
    if document().fullscreen_element().is_some() {
        document().exit_fullscreen();
    } else if let Some(root) = page.root.try_get_value().flatten() {
        let _ = root.request_fullscreen();
    }
}

/// Puts the cursor at `line:column`, both from 1, and the line in view.
fn show_place(page: Page, place: &str) {
    let Some((line, column)) = place.split_once(':') else {
        return;
    };
    let (line, column): (usize, usize) = (line.parse().unwrap_or(1), column.parse().unwrap_or(1));
    let Some(area) = page
        .find(".source textarea")
        .and_then(|area| area.dyn_into::<HtmlTextAreaElement>().ok())
    else {
        return;
    };
    let text = area.value();
    let utf16 = |text: &str| text.encode_utf16().count();
    let before: usize = text.split('\n').take(line - 1).map(|line| utf16(line) + 1).sum();
    let rest = text.split('\n').nth(line - 1).unwrap_or_default();
    let within: String = rest.chars().take(column - 1).collect();
    let (start, end) = ((before + utf16(&within)) as u32, (before + utf16(rest)) as u32);
    dom::focus(&area);
    // A field that is being removed has no selection to set.
    let _ = area.set_selection_range(start, end.max(start));
    let lines = text.split('\n').count().max(1) as i32;
    area.set_scroll_top((line as i32 - 4).max(0) * (area.scroll_height() / lines));
}
