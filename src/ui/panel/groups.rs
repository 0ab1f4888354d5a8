//! What folds and pins the groups of the lanes: buttons beside their names.
//!
//! Law: buttons lie where the rows say; those of pinned groups stay above with them.

use crate::picture::row::{Group, NAME, Rows};
use crate::told::html::Html;
use crate::told::icon;
use crate::ui::page::Page;
use crate::ui::part::dom;
use web_sys::Element;

/// Puts the buttons of all groups to their places, and gives the lanes their height.
pub fn show(page: Page, rows: &Rows) {
    let (Some(tall), Some(place)) = (page.find(".tall"), page.find(".groups")) else {
        return;
    };
    let is_pinned = |group: &&Group| group.top < rows.pinned;
    let mut html = Html::new();
    html.fill("<div class=\"pinned\">", &[]);
    rows.groups
        .iter()
        .filter(is_pinned)
        .for_each(|group| buttons(&mut html, group, true));
    html.fill("</div>", &[]);
    let others = || rows.groups.iter().filter(|group| !is_pinned(group));
    others().for_each(|group| buttons(&mut html, group, false));
    dom::replace(&place, &html.into_string(), &mut String::new());
    dom::set_length(&tall, "height", rows.height);
    for (name, length) in [
        ("height", rows.height),
        ("margin-bottom", -rows.height),
        ("margin-left", rows.gutter - rows.tools - 4.0),
        ("width", rows.tools),
    ] {
        dom::set_length(&place, name, length);
    }
    let children = place.children();
    if let Some(above) = children.item(0) {
        dom::set_length(&above, "height", (rows.pinned - 1.0).max(0.0));
        let inside = above.children();
        (0..)
            .zip(rows.groups.iter().filter(is_pinned))
            .for_each(|(index, group)| settle(inside.item(index), group, 0.0));
    }
    (1..)
        .zip(others())
        .for_each(|(index, group)| settle(children.item(index), group, rows.pinned));
}

/// Puts the buttons of a group beside its name, and lets them stay in sight with it.
fn settle(element: Option<Element>, group: &Group, pinned: f64) {
    let Some(element) = element else { return };
    dom::set_length(&element, "top", group.top);
    dom::set_length(&element, "height", group.height);
    if let Some(buttons) = element.first_element_child() {
        dom::set_length(&buttons, "margin-top", group.middle() - NAME + 3.0);
        dom::set_length(&buttons, "top", pinned + 3.0);
    }
}

fn buttons(html: &mut Html, group: &Group, is_pinned: bool) {
    html.fill("<div><span>", &[]);
    if let Some(folded) = group.folded {
        let words = match folded {
            true => ["false", "Show each worker of", "▸"],
            false => ["true", "Fold to one strip", "▾"],
        };
        fold(html, &group.name, words);
    }
    pin(html, &group.name, is_pinned);
    html.fill("</span></div>", &[]);
}

fn fold(html: &mut Html, name: &str, [open, title, sign]: [&str; 3]) {
    html.fill(
        concat!(
            "<button type=\"button\" data-act=\"fold\" data-on=\"{}\" data-key=\"fold {}\" aria-expanded=\"{}\" ",
            "aria-label=\"Workers of {}\" title=\"{} {} (C)\">{}</button>"
        ),
        &[name, name, open, name, title, name, sign],
    );
}

fn pin(html: &mut Html, name: &str, is_pinned: bool) {
    let pressed = if is_pinned { "true" } else { "false" };
    html.fill(
        concat!(
            "<button type=\"button\" class=\"pin\" data-act=\"pin\" data-on=\"{}\" data-key=\"pin {}\" aria-pressed=\"{}\" ",
            "aria-label=\"Pin {} above\" title=\"Pin {} above the others (P)\">"
        ),
        &[name, name, pressed, name, name],
    )
    .fill(icon::PIN, &[])
    .fill("</button>", &[]);
}
