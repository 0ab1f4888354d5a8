//! The play head's controls: play, step, speed, and the whole run as a line.

use super::header::tool;
use crate::metrics::figure;
use crate::time::{Duration, Instant};
use crate::told::html::{Html, option};
use crate::told::palette::STRIDES;
use crate::ui::act::STEPS;
use crate::ui::look::Stride;
use crate::ui::page::Page;
use crate::ui::part::dom;
use crate::ui::part::icon;
use crate::ui::player::Player;

/// The sliders; their values are set as the head moves.
pub const SLIDERS: &str = concat!(
    "<label class=\"speed\"><span data-test=\"speed\"></span><input type=\"range\" min=\"0\" max=\"10000\" step=\"50\" aria-label=\"Speed\" data-field=\"speed\"></label>",
    "<label class=\"scrub\"><input type=\"range\" min=\"0\" max=\"10000\" step=\"1\" aria-label=\"Time in the run\" data-field=\"scrub\" data-test=\"scrub\">",
    "<output data-test=\"head\"></output><span class=\"quiet\" data-test=\"length\"></span></label>",
);

/// Whose events are stepped through, the fork, and the marks.
pub fn marks(stride: Stride, bookmarks: &[f64], fork: Option<Instant>) -> Html {
    let mut html = Html::new();
    html.fill(
        "<label class=\"field\"><span>Step to</span><select data-choice=\"stride\" data-key=\"stride\">",
        &[],
    );
    for (choice, (word, label)) in Stride::ALL.into_iter().zip(STRIDES) {
        option(&mut html, word, label, choice == stride);
    }
    html.fill("</select></label>", &[]);
    let (pressed, label) = match fork {
        Some(at) => ("true", "Forked at ".to_string() + &figure::instant(at.0 as f64)),
        None => ("false", "Fork here".to_string()),
    };
    html.fill(
        "<button type=\"button\" data-act=\"fork\" data-key=\"fork\" aria-pressed=\"{}\" title=\"Flips count from this instant on; both runs stay to compare (G)\">{}</button>",
        &[pressed, &label],
    );
    html.fill(
        "<button type=\"button\" data-act=\"mark\" data-key=\"mark\" title=\"Mark this instant, or take its mark away (B)\">Mark</button><ol class=\"marks\" aria-label=\"Marks\">",
        &[],
    );
    for mark in bookmarks {
        let (at, words) = ((*mark as u64).to_string(), figure::instant(*mark));
        html.fill(
            "<li><button type=\"button\" data-act=\"go\" data-on=\"{}\" data-key=\"mark {}\" title=\"Go there (&lt; and &gt; go from mark to mark)\">⚑ {}</button></li>",
            &[&at, &at, &words],
        );
    }
    html.fill("</ol>", &[]);
    html
}

/// The buttons.
pub fn buttons(playing: bool) -> Html {
    let mut html = Html::new();
    let play = if playing {
        (["play", "Pause", "Space"], icon::PAUSE)
    } else {
        (["play", "Play", "Space"], icon::PLAY)
    };
    let buttons = [
        (["start", "To the start", "Home"], icon::START),
        (["before", "Event before", ","], icon::BEFORE),
        play,
        (["next", "Next event", "."], icon::NEXT),
        (["end", "To the end", "End"], icon::END),
    ];
    buttons
        .into_iter()
        .for_each(|(words, sign)| tool(&mut html, words, sign, true));
    html
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
        &("1 s = ".to_string() + &spaced(Duration(player.speed as u64))),
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

/// A duration with a space before its unit: `50 ms`.
fn spaced(duration: Duration) -> String {
    let text = duration.to_string();
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    text[..split].to_string() + " " + &text[split..]
}
