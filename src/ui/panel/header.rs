//! The top of the page: what is played, with which seed, in which light.

use crate::scenario::gallery;
use crate::told::html::{Html, option};
use crate::told::palette::LIGHTS;
use crate::ui::desk::Desk;
use crate::ui::look::Look;
use crate::ui::part::icon;

/// Name, gallery, seed, way back, light and help.
pub fn header(desk: &Desk, look: &Look) -> Html {
    let mut html = Html::new();
    html.fill(
        "<h1>Sync or Swim</h1><label class=\"field\"><span>Scenario</span><select data-choice=\"gallery\" data-test=\"gallery\" data-key=\"gallery\">",
        &[],
    );
    for entry in gallery::ENTRIES {
        option(&mut html, entry.id, entry.title, entry.id == desk.entry.id);
    }
    html.fill(
        concat!(
            "</select></label><label class=\"field\"><span>Seed</span><input type=\"text\" inputmode=\"numeric\" size=\"6\" ",
            "title=\"The same seed gives the same run; empty: the scenario's own\" data-choice=\"seed\" data-key=\"seed\" value=\"{}\"></label>",
            "<div class=\"tools\">",
        ),
        &[&desk.seed().to_string()],
    );
    tool(&mut html, ["undo", "Undo", "Ctrl Z"], icon::UNDO, desk.can_undo());
    tool(&mut html, ["redo", "Redo", "Ctrl Shift Z"], icon::REDO, desk.can_redo());
    html.fill(
        concat!(
            "</div><span class=\"spring\"></span><label class=\"field\"><span>Theme</span>",
            "<select data-choice=\"light\" data-test=\"theme\" data-key=\"light\">"
        ),
        &[],
    );
    for (word, label) in LIGHTS {
        option(&mut html, word, label, look.light == word);
    }
    html.fill("</select></label>", &[]);
    tool(&mut html, ["palette", "Commands", "Ctrl K"], icon::SEEK, true);
    tool(&mut html, ["help", "Keyboard shortcuts", "?"], "?", true);
    html
}

/// A button with a sign on it: what it does, its name, its key.
pub fn tool(html: &mut Html, [act, name, key]: [&str; 3], sign: &'static str, enabled: bool) {
    let template = match enabled {
        true => {
            "<button type=\"button\" data-act=\"{}\" data-test=\"{}\" data-key=\"{}\" aria-label=\"{}\" title=\"{} ({})\">"
        }
        false => {
            "<button type=\"button\" data-act=\"{}\" data-test=\"{}\" data-key=\"{}\" aria-label=\"{}\" title=\"{} ({})\" disabled>"
        }
    };
    html.fill(template, &[act, act, act, name, name, key])
        .fill(sign, &[])
        .fill("</button>", &[]);
}
