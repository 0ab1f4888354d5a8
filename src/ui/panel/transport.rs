//! The play head's sliders: speed, and the whole run as a line.

use crate::metrics::figure;
use crate::picture::scale::label;
use crate::ui::act::STEPS;
use crate::ui::page::Page;
use crate::ui::part::dom;
use crate::ui::player::Player;
use js_sys::{JsString, Number};
use wasm_bindgen::JsValue;
use web_sys::Element;

/// The sliders; their values are set as the head moves.
pub const SLIDERS: &str = concat!(
    "<label class=\"speed\"><span data-test=\"speed\"></span><input type=\"range\" min=\"0\" max=\"10000\" step=\"50\" aria-label=\"Speed\" data-field=\"speed\"></label>",
    "<label class=\"scrub\"><input type=\"range\" min=\"0\" max=\"10000\" step=\"1\" aria-label=\"Time in the run\" data-field=\"scrub\" data-test=\"scrub\">",
    "<output data-test=\"head\"></output><span class=\"quiet\" data-test=\"length\"></span></label>",
);

/// Puts the head's line onto the pictures of the whole run.
pub fn set_line(page: Page, player: &Player) {
    let Some(clock) = page.find(".clock") else { return };
    let Some(line) = clock.last_element_child() else { return };
    let [from, to] = ends(&clock);
    let percent = (from + (to - from) * player.head / player.duration.max(1.0)) * 100.0;
    dom::set_style(&line, "left", &(figure::fixed(percent, 2) + "%"));
    // Only an element that is gone keeps an attribute.
    let _ = line.remove_attribute("hidden");
}

/// Where in a picture's width the run begins and ends.
fn ends(clock: &Element) -> [f64; 2] {
    ["data-from", "data-to"].map(|name| {
        let part = clock.get_attribute(name).map(|part| JsString::from(part).into());
        part.map_or(0.0, |part: JsValue| Number::from(part).value_of())
    })
}

/// The instant at a place on the screen, in a picture of the whole run.
pub fn instant_at(clock: &Element, px: f64, duration: f64) -> f64 {
    let (frame, [from, to]) = (clock.get_bounding_client_rect(), ends(clock));
    ((px - frame.left()) / frame.width().max(1.0) - from) / (to - from) * duration
}

/// Sets the sliders and their words.
pub fn set_sliders(page: Page, player: &Player) {
    let say = |selector: &str, words: &str| {
        if let Some(element) = page
            .find(selector)
            .filter(|element| element.text_content().as_deref() != Some(words))
        {
            element.set_text_content(Some(words));
        }
    };
    say(
        "[data-test=speed]",
        &("1 s = ".to_string() + &label(player.speed as u64)),
    );
    say("[data-test=head]", &figure::instant(player.head));
    say(
        "[data-test=length]",
        &("of ".to_string() + &figure::fixed(player.duration / 1e9, 0) + " s"),
    );
    let place = |part: f64| ((part * STEPS).round() as u32).to_string();
    // A slider keeps to its steps.
    dom::set_value(
        page.find("[data-field=speed]"),
        &place((player.slider() * 200.0).round() / 200.0),
    );
    let scrub = page.find("[data-field=scrub]");
    if let Some(scrub) = &scrub {
        let seconds = figure::fixed(player.head / 1e9, 1) + " seconds";
        // Only an element that is gone refuses an attribute.
        let _ = scrub.set_attribute("aria-valuetext", &seconds);
    }
    dom::set_value(scrub, &place(player.head / player.duration.max(1.0)));
}
