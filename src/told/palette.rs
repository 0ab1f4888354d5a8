//! All that can be done, by its name, for who types a part of it.
//!
//! ```text
//! "flip em" ─▶ Flip orders to email: queue          every word that is typed has to be found in the name
//! ```
//!
//! Law: an entry is a button like any other of the page: it says in its markup what it does.

use super::html::Html;
use crate::picture::word;
use crate::scenario::{Scenario, gallery};

/// The choices of light in the order of their menu: the word that is kept, the word that is shown.
pub const LIGHTS: [(&str, &str); 3] = [("system", "System"), ("light", "Light"), ("dark", "Dark")];
/// Where one step may lead, in the order of their menu: the word in the markup, the word that is shown.
pub const STRIDES: [(&str, &str); 3] = [
    ("event", "any event"),
    ("request", "the pinned request"),
    ("service", "the selected service"),
];
/// How many entries are shown at most.
const MOST: u32 = 12;

/// What needs no scenario: the act, the name, the key.
const COMMANDS: [[&str; 3]; 23] = [
    ["play", "Play or pause", "Space"],
    ["next", "Step to the next event", "."],
    ["before", "Step to the event before", ","],
    ["start", "To the start", "Home"],
    ["end", "To the end", "End"],
    ["faster", "Faster", "]"],
    ["slower", "Slower", "["],
    ["mark", "Mark this instant", "B"],
    ["next mark", "To the next mark", ">"],
    ["mark before", "To the mark before", "<"],
    ["follow", "Follow the play head", "F"],
    ["fit", "Fit the lanes", "0"],
    ["fork", "Fork the run here, or join again", "G"],
    ["compare", "Compare with the lanes before the last change", "V"],
    ["slowest", "Look at the slowest request", ""],
    ["failed", "Look at a failed request", ""],
    ["random", "Look at a random request", ""],
    ["undo", "Undo", "Ctrl Z"],
    ["redo", "Redo", "Ctrl Shift Z"],
    ["reset", "Reset the scenario", ""],
    ["fullscreen", "Full screen, or back", ""],
    ["print", "Print", ""],
    ["help", "Keyboard shortcuts", "?"],
];

/// Something that can be done.
struct Entry<'a> {
    act: &'a str,
    on: &'a str,
    name: String,
    key: &'a str,
}

/// All of it, as things are.
fn entries(scenario: Option<&Scenario>) -> Vec<Entry<'_>> {
    let mut all: Vec<Entry> = COMMANDS
        .into_iter()
        .map(|[act, name, key]| entry(act, "", name.to_string(), key))
        .collect();
    if let Some(scenario) = scenario {
        for edge in &scenario.edges {
            let Some(other) = edge.flipped() else { continue };
            let (from, to) = word::ends(scenario, edge);
            let name = ["Flip ", from, " to ", to, ": ", other.word()].concat();
            all.push(entry("flip", &edge.name, name, ""));
        }
        for service in &scenario.services {
            all.push(entry(
                "fold",
                &service.name,
                "Fold ".to_string() + &service.name + ", or unfold it",
                "",
            ));
            all.push(entry(
                "pin",
                &service.name,
                "Pin ".to_string() + &service.name + " above, or let it go",
                "",
            ));
        }
    }
    for (id, title) in gallery::TITLES {
        all.push(entry("open", id, "Open ".to_string() + title, ""));
    }
    for (word, label) in STRIDES {
        all.push(entry("stride", word, "Step to ".to_string() + label, ""));
    }
    for (word, label) in LIGHTS {
        all.push(entry("light", word, "Theme: ".to_string() + label, ""));
    }
    all
}

fn entry<'a>(act: &'a str, on: &'a str, name: String, key: &'a str) -> Entry<'a> {
    Entry { act, on, name, key }
}

/// Those in whose names every typed word is found, as buttons, and how many there are.
pub fn palette(scenario: Option<&Scenario>, typed: &str) -> (Html, u32) {
    let typed = typed.to_ascii_lowercase();
    let fits = |entry: &Entry| {
        let name = entry.name.to_ascii_lowercase();
        typed.split(' ').all(|word| name.contains(word))
    };
    let mut html = Html::new();
    let mut count = 0;
    for entry in entries(scenario).into_iter().filter(fits) {
        count += 1;
        if count <= MOST {
            html.fill(
                "<li><button type=\"button\" data-act=\"{}\" data-on=\"{}\"><span>{}</span> <kbd>{}</kbd></button></li>",
                &[entry.act, entry.on, &entry.name, entry.key],
            );
        }
    }
    (html, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::text::parse;

    fn names(typed: &str) -> Vec<String> {
        let scenario = parse(gallery::ENTRIES[0].text).unwrap().scenario;
        let (html, count) = palette(Some(&scenario), typed);
        let markup = html.into_string();
        let names: Vec<String> = markup
            .split("<span>")
            .skip(1)
            .filter_map(|rest| rest.split_once("</span>").map(|(name, _)| name.to_string()))
            .collect();
        assert_eq!(names.len() as u32, count.min(MOST), "{typed}");
        names
    }

    #[test]
    fn words_are_found_in_any_order_and_case() {
        assert_eq!(names("EMAIL flip"), ["Flip orders to email: sync"]);
        assert_eq!(names("theme d"), ["Theme: Dark"]);
        assert!(names("").len() == MOST as usize && names("no such command").is_empty());
    }

    #[test]
    fn every_scenario_of_the_gallery_can_be_opened() {
        for entry in gallery::ENTRIES {
            let name = "Open ".to_string() + entry.title;
            assert!(names(&name).contains(&name), "{name}");
        }
    }
}
