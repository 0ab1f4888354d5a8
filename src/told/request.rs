//! One request as markup: its figures, and its waterfall, its sequence diagram or its story.
//!
//! ```text
//! excerpt ─▶ title, outcome, blame │ waterfall, sequence, story: one of them, the others a button away
//! ```
//!
//! Law: the story says in words what the pictures draw.

use super::figure::{figure, sheet};
use super::html::Html;
use super::menu::{DIAGRAMS, menu};
use crate::picture::sequence::sequence;
use crate::picture::shape::Picture;
use crate::picture::story;
use crate::picture::waterfall::{View, waterfall};
use crate::protocol::{Excerpt, Telling};
use crate::scenario::Scenario;
use crate::trace::Trace;

/// The least width of a picture, in pixels.
const NARROWEST: f64 = 420.0;

/// One request, told in a panel.
pub fn request(excerpt: &Excerpt) -> Html {
    let mut html = Html::new();
    let (scenario, trace) = (&excerpt.scenario, &excerpt.trace);
    show_figures(&mut html, scenario, trace);
    html.fill(
        "<div class=\"tools tabs\"><div class=\"tools\" role=\"group\" aria-label=\"Shown as\">",
        &[],
    );
    for (choice, name, label) in Telling::ALL {
        let pressed = if choice == excerpt.telling { "true" } else { "false" };
        html.fill(
            "<button type=\"button\" data-act=\"tab\" data-on=\"{}\" data-key=\"tab {}\" aria-pressed=\"{}\">{}</button>",
            &[name, name, pressed, label],
        );
    }
    html.fill("</div>", &[]);
    if let Some((picture, name, what)) = drawn(excerpt) {
        html.add(&menu(name, &("the ".to_string() + what), &DIAGRAMS))
            .fill("</div>", &[]);
        let title = story::title(scenario, trace);
        let region = what[..1].to_uppercase() + &what[1..] + " of " + &title + ". The story tells it in words.";
        let scroll = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">";
        html.fill(scroll, &[&region])
            .add(&figure(&picture, &title, excerpt.dark))
            .fill("</div>", &[]);
    } else {
        html.fill("</div>", &[]);
        show_story(&mut html, scenario, trace);
    }
    html
}

/// The picture of one request, as a file.
pub fn picture(excerpt: &Excerpt) -> Html {
    let title = story::title(&excerpt.scenario, &excerpt.trace);
    let picture = drawn(excerpt).map(|(picture, ..)| picture).unwrap_or_default();
    sheet(&[picture], &title, excerpt.dark)
}

/// The chosen picture, its name in the markup, and in words; none where the request is told in words.
fn drawn(excerpt: &Excerpt) -> Option<(Picture, &'static str, &'static str)> {
    let (scenario, trace) = (&excerpt.scenario, &excerpt.trace);
    let width = f64::from(excerpt.width).max(NARROWEST);
    match excerpt.telling {
        Telling::Waterfall => {
            let picture = waterfall(&View { scenario, trace, width });
            Some((picture, "waterfall", "waterfall"))
        }
        Telling::Sequence => Some((sequence(scenario, trace, width), "sequence", "sequence diagram")),
        Telling::Story => None,
    }
}

fn show_figures(html: &mut Html, scenario: &Scenario, trace: &Trace) {
    html.fill(
        "<p><strong data-test=\"request\">{}</strong></p>",
        &[&story::title(scenario, trace)],
    );
    for (mark, words) in [
        ("outcome", story::outcome(scenario, trace)),
        ("blame", story::blamed(scenario, trace)),
    ] {
        if let Some(words) = words {
            html.fill("<p data-test=\"{}\">{}</p>", &[mark, &words]);
        }
    }
}

fn show_story(html: &mut Html, scenario: &Scenario, trace: &Trace) {
    html.fill("<ol class=\"story\" data-test=\"story\">", &[]);
    for sentence in story::story(scenario, trace) {
        match sentence.span {
            Some(row) => html.fill("<li data-span=\"{}\">{}</li>", &[&row.to_string(), &sentence.text]),
            None => html.fill("<li>{}</li>", &[&sentence.text]),
        };
    }
    html.fill("</ol>", &[]);
}
