//! The sheet that offers what an import has made of a foreign file.
//!
//! ```text
//! Imported ─▶ what it is and how large, what was assumed, what was left out ─▶ open it, or keep what is here
//! ```
//!
//! Law: nothing is replaced before the reader says so.

use crate::import::Imported;
use crate::scenario::problem::Problem;
use crate::scenario::text;
use crate::told::html::Html;

/// The sheet for a file of this name.
pub fn sheet(name: &str, imported: &Imported) -> Result<Html, Vec<Problem>> {
    let scenario = text::parse(&imported.scenario)?.scenario;
    let mut html = Html::new();
    html.fill("<h2>Import {}</h2>", &[name]);
    let counted = [
        (scenario.clients.len(), "client"),
        (scenario.services.len(), "service"),
        (scenario.channels.len(), "channel"),
        (scenario.edges.len(), "edge"),
    ];
    let parts = counted.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, noun)| many(count, noun)).collect();
    html.fill(
        "<p data-test=\"offer\">This is a {}. As a scenario it has {}.</p>",
        &[imported.format.title(), &parts.join(", ")],
    );
    list(
        &mut html,
        "Assumed, since the file does not say it",
        &imported.assumptions,
    );
    list(
        &mut html,
        "Left out, since a scenario has no place for it",
        &imported.ignored,
    );
    html.fill(
        concat!(
            "<p class=\"quiet\">What is on the desk stays one step behind: Undo brings it back.</p><div class=\"tools\">",
            "<button type=\"button\" class=\"primary\" data-act=\"take\" data-on=\"{}\">Open it</button>",
            "<button type=\"button\" data-act=\"close\">Keep what is here</button></div>",
        ),
        &[&imported.scenario],
    );
    Ok(html)
}

fn many(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    [&count.to_string(), " ", noun, ending].concat()
}

fn list(html: &mut Html, title: &'static str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    html.fill("<h3>{}</h3><ul>", &[title]);
    for item in items {
        html.fill("<li>", &[]);
        for (place, part) in item.split('`').enumerate() {
            let template = if place % 2 == 0 { "{}" } else { "<code>{}</code>" };
            html.fill(template, &[part]);
        }
        html.fill("</li>", &[]);
    }
    html.fill("</ul>", &[]);
}
