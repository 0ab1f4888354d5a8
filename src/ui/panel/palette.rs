//! All that can be done, by its name: a line to type into, and what fits it.
//!
//! ```text
//! Ctrl K ─▶ ┌ flip em                         ┐     every word that is typed has to be found in a name
//!           │ Flip orders to email: queue     │     Enter does the first, arrows go to the others
//!           └─────────────────────────────────┘
//! ```
//!
//! Law: an entry is a button like any other of the page: it says in its markup what it does.

use crate::ui::act;
use crate::ui::page::Page;
use crate::ui::part::dom;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Everything of the sheet that does not change.
pub const SHEET: &str = concat!(
    "<dialog class=\"palette\" aria-label=\"Commands\"><input type=\"text\" aria-label=\"Command; Enter does the first, arrows go to the others\" ",
    "placeholder=\"What to do\" autocomplete=\"off\" spellcheck=\"false\" data-field=\"command\">",
    "<ul></ul><p class=\"unseen\" role=\"status\"></p></dialog>",
);

/// Shows what fits what is typed.
pub fn show(page: Page, typed: &str) {
    let scenario = page.desk_scenario();
    let fitting = page.reader().map(|reader| reader.commands(scenario, typed));
    // A reader that stumbles is told elsewhere.
    let (markup, count) = fitting.and_then(Result::ok).unwrap_or_default();
    if let Some(entries) = page.find(".palette ul") {
        entries.set_inner_html(&markup);
    }
    if let Some(status) = page.find(".palette [role=status]") {
        status.set_text_content(Some(&(count.to_string() + " commands")));
    }
}

/// Opens the sheet with nothing typed.
pub fn open(page: Page) {
    dom::set_value(page.find(".palette input"), "");
    show(page, "");
    act::show_sheet(page, ".palette");
}

/// Hears keys and clicks in the sheet.
pub fn listen(page: Page) {
    let Some(sheet) = page.find(".palette") else { return };
    dom::listen(&sheet, "keydown", move |event| {
        let event: KeyboardEvent = event.unchecked_into();
        if dom::target(&event).is_some_and(|target| go(page, &event.key(), &target)) {
            event.prevent_default();
        }
    });
    // The click goes on to who carries out what the button says.
    dom::listen(&sheet, "click", move |event| {
        let target = dom::target(&event);
        let is_done =
            |target: &Element| target.closest("button").ok().flatten().is_some() || target.has_attribute("open");
        if target.as_ref().is_some_and(is_done) {
            act::close_sheet(page, ".palette");
        }
    });
}

/// Goes from entry to entry; whether the key meant something.
fn go(page: Page, key: &str, from: &Element) -> bool {
    let Some(entries) = page.find(".palette ul").map(|list| list.children()) else {
        return false;
    };
    let button = |index: u32| entries.item(index).and_then(|entry| entry.first_element_child());
    let here = (0..entries.length()).find(|index| button(*index).as_ref() == Some(from));
    let wanted = match (key, here) {
        ("ArrowDown", None) => button(0),
        ("ArrowDown", Some(index)) => button(index + 1),
        ("ArrowUp", Some(index)) if index > 0 => button(index - 1),
        ("ArrowUp", Some(_)) => page.find(".palette input"),
        ("Enter", None) => {
            if let Some(first) = button(0).and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
                first.click();
            }
            return true;
        }
        _ => return false,
    };
    if let Some(wanted) = wanted {
        dom::focus(&wanted);
    }
    true
}
