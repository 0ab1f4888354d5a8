//! What the page exchanges with other programs, by a module that comes when it is needed and goes when it has answered.
//!
//! ```text
//! foreign file ─▶ exchange ─▶ sheet that offers it ─ take ─▶ desk        recording ─▶ exchange ─▶ file, or Perfetto's tab
//! ```
//!
//! Law: nothing is replaced before the reader says so, and nothing leaves the browser but into a tab that the reader opens.

use super::file::{blob, hand_out, named, refuse};
use super::module::{Module, Stumble};
use super::page::Page;
use super::panel::request;
use super::{act, part::dom};
use crate::protocol::{FromReader, ToExchange, Written};
use crate::scenario::problem::Problem;
use gloo_timers::callback::Timeout;
use js_sys::{Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{MessageEvent, Window};

const STUMBLE: Stumble = [
    "the module for foreign formats has stumbled over this file: ",
    "what is on the desk is kept; it is our mistake, and another file can be tried",
];
/// Who shows traces in a tab.
const PERFETTO: &str = "https://ui.perfetto.dev";
/// How often a tab is asked whether it listens, in milliseconds.
const PING_MS: u32 = 100;

/// Asks, and goes on with the answer.
fn ask(question: ToExchange, go_on: Box<dyn FnOnce(FromReader<Written>)>) {
    spawn_local(async move {
        let module = Module::open("meta[name=exchange]", "content", STUMBLE).await;
        go_on(match module {
            Ok(module) => module.ask(&question),
            Err(why) => Err(vec![Problem::of_all(
                ["the module for foreign formats does not come: ", &why].concat(),
                "with a connection it can be tried again",
            )]),
        });
    });
}

/// Says what is wrong.
fn refuse_all(page: Page, name: &str, problems: Vec<Problem>) {
    let _ = page.desk.try_update(|desk| desk.refuse(name, problems));
}

/// Offers what others wrote; where nobody knows the file, what was wrong with it as one of ours is told.
pub fn offer(page: Page, name: String, bytes: Vec<u8>, problems: Vec<Problem>) {
    let question = ToExchange::Import {
        name: name.clone(),
        bytes,
    };
    let show = move |answer: FromReader<Written>| match answer {
        Ok(written) => act::show_markup(page, "Import", &written.text),
        Err(others) if others.is_empty() => refuse_all(page, &name, problems),
        Err(others) => refuse_all(page, &name, others),
    };
    ask(question, Box::new(show));
}

/// Writes what is recorded in a form, and gives it out as a file or to Perfetto.
pub fn export(page: Page, form: &str) {
    let what = match form {
        "mermaid" => request::picture(page),
        _ => request::whole(page),
    };
    let (form, name) = (form.to_string(), named(page));
    let Some(what) = what else {
        let why = "what it shows is still being simulated";
        return refuse(page, &name, why, "in a moment it can be saved");
    };
    let seed = page.desk.with_untracked(|desk| desk.seed());
    // A tab that opens later than the click is none that the browser lets open.
    let tab = (form == "perfetto")
        .then(|| window().open_with_url_and_target(PERFETTO, "_blank").ok().flatten())
        .flatten();
    give(page, name, ToExchange::Export { what, seed, form }, tab);
}

/// Writes what was measured in a form, and gives it out as a file.
pub fn report(page: Page, form: &str) {
    let (figures, responses) = page
        .results
        .with_untracked(|results| (results.figures.clone(), results.responses.clone()));
    let (form, name) = (form.to_string(), named(page));
    match figures.filter(|figures| figures.is_finished) {
        Some(of) => {
            let of = (*of).clone();
            give(page, name, ToExchange::Report { of, responses, form }, None);
        }
        None => {
            let why = "the run has not come to its end";
            refuse(page, &name, why, "in a moment it can be saved");
        }
    }
}

/// Gives what the exchange writes to a tab, or out as a file.
fn give(page: Page, name: String, question: ToExchange, tab: Option<Window>) {
    let give = move |answer: FromReader<Written>| match (answer, tab) {
        (Ok(written), Some(tab)) => hand_over(tab, &name, &written.text),
        (Ok(Written { text, ending }), None) => {
            let name = [&name, "-", &ending].concat();
            let file = blob(text.as_bytes(), "text/plain");
            if file.and_then(|file| hand_out(&name, &file)).is_none() {
                refuse(page, &name, "the browser cannot save it", "`swim` writes it as well");
            }
        }
        (Err(problems), _) => refuse_all(page, &name, problems),
    };
    ask(question, Box::new(give));
}

/// Gives a trace to a tab once it says that it listens: it answers PING by PONG.
fn hand_over(tab: Window, title: &str, text: &str) {
    let trace = dom::object("title", &title.into());
    // A new object takes every property.
    let _ = Reflect::set(&trace, &"buffer".into(), &Uint8Array::from(text.as_bytes()).buffer());
    let message = dom::object("perfetto", &trace);
    let waits = Rc::new(Cell::new(true));
    ping(tab.clone(), Rc::clone(&waits));
    dom::listen(&window(), "message", move |event| {
        let event: MessageEvent = event.unchecked_into();
        if event.origin() == PERFETTO && event.data() == "PONG" && waits.replace(false) {
            let _ = tab.post_message(&message, PERFETTO);
        }
    });
}

/// Asks a tab whether it listens until it does, or is closed.
fn ping(tab: Window, waits: Rc<Cell<bool>>) {
    if waits.get() && tab.closed() == Ok(false) {
        // A tab that is still empty is of another origin, and does not hear.
        let _ = tab.post_message(&"PING".into(), PERFETTO);
        Timeout::new(PING_MS, move || ping(tab, waits)).forget();
    }
}
