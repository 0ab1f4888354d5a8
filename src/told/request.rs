//! One request as markup: its figures, and its waterfall, its sequence diagram or its story.
//!
//! ```text
//! excerpt ─▶ title, outcome, blame │ waterfall, sequence, story: one of them, the others a button away
//! ```
//!
//! Law: the story says in words what the pictures draw.

use super::figure::figure;
use super::html::Html;
use crate::picture::sequence::sequence;
use crate::picture::story;
use crate::picture::waterfall::{View, waterfall};
use crate::protocol::Telling;
use crate::scenario::Scenario;
use crate::trace::Trace;

/// The least width of a picture, in pixels.
const NARROWEST: f64 = 420.0;

/// A trace of nothing but one request, told in a panel of this width.
pub fn request(scenario: &Scenario, trace: &Trace, telling: Telling, width: u32, dark: bool) -> Html {
    let mut html = Html::new();
    show_figures(&mut html, scenario, trace);
    html.fill("<div class=\"tools tabs\" role=\"group\" aria-label=\"Shown as\">", &[]);
    for (choice, name, label) in Telling::ALL {
        let pressed = if choice == telling { "true" } else { "false" };
        html.fill(
            "<button type=\"button\" data-act=\"tab\" data-on=\"{}\" data-key=\"tab {}\" aria-pressed=\"{}\">{}</button>",
            &[name, name, pressed, label],
        );
    }
    html.fill("</div>", &[]);
    let width = f64::from(width).max(NARROWEST);
    let title = story::title(scenario, trace);
    match telling {
        Telling::Waterfall => {
            let picture = waterfall(&View { scenario, trace, width });
            show_picture(&mut html, "Waterfall of ", &title, &figure(&picture, &title, dark));
        }
        Telling::Sequence => {
            let picture = sequence(scenario, trace, width);
            show_picture(
                &mut html,
                "Sequence diagram of ",
                &title,
                &figure(&picture, &title, dark),
            );
        }
        Telling::Story => show_story(&mut html, scenario, trace),
    }
    html
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

fn show_picture(html: &mut Html, what: &str, title: &str, picture: &Html) {
    let name = String::from(what) + title + ". The story tells it in words.";
    html.fill(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">",
        &[&name],
    )
    .add(picture)
    .fill("</div>", &[]);
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
