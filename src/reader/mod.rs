//! Reads and changes texts for the page, and tells it what stands in its panels, in a WebAssembly module of its own,
//! which the page can do without while it appears.
//!
//! ```text
//! question bytes ─▶ ToReader ─answer─▶ FromReader<T> ─▶ answer bytes
//! ```
//!
//! Law: every question has one answer, at once; what cannot be answered is told as problems. One table says who answers
//! what: another function is a question in `protocol` and a line in [`answer`].

use crate::protocol::{FromReader, Meaning, ToReader, VERSION};
use crate::scenario::edit;
use crate::scenario::problem::Problem;
use crate::scenario::text::{self, Parsed};
use crate::share::embed::host;
use crate::share::{link, open, png, sheet, svg};
use crate::time::Instant;
use crate::told::html::Html;
use crate::told::request::request;
use crate::told::{head, help, inspector, pace, palette, shown, told, topology, way};
use serde::Serialize;

/// What the reader says first.
pub fn ready() -> u32 {
    VERSION
}

/// The bytes of the answer to the bytes of a question.
pub fn answer(question: &[u8]) -> Vec<u8> {
    match postcard::from_bytes(question) {
        Ok(ToReader::Read { text, from }) => bytes(text::parse(&text).map(|parsed| meaning(parsed, from))),
        Ok(ToReader::Edit { text, edit }) => bytes(edit::apply(&text, &edit)),
        Ok(ToReader::Inspect { text, path, from }) => {
            bytes(inspector::inspect(&text, &path, from).map(Html::into_string))
        }
        Ok(ToReader::Help) => bytes(Ok(help::help().into_string())),
        Ok(ToReader::Commands { scenario, typed }) => {
            let (html, count) = palette::palette(scenario.as_ref().map(|known| &**known.0), &typed);
            bytes(Ok((html.into_string(), count)))
        }
        Ok(ToReader::Tell(findings)) => bytes(Ok(told(&findings))),
        Ok(ToReader::TellRequest(excerpt)) => bytes(Ok(request(&excerpt).into_string())),
        Ok(ToReader::Save { shown: what, origin }) => {
            bytes(svg::inscribe(&shown(&what).into_string(), &origin).map_err(alone))
        }
        Ok(ToReader::Inscribe { png, origin }) => bytes(png::inscribe(&png, &origin).map_err(alone)),
        Ok(ToReader::Open { file }) => bytes(open::open(&file).map_err(alone)),
        Ok(ToReader::Gallery { entry }) => {
            bytes(link::entry(&entry).map(|entry| entry.text.to_string()).map_err(alone))
        }
        Ok(ToReader::Follow { hash }) => bytes(link::follow(&hash).map_err(alone)),
        Ok(ToReader::Share(sharing)) => bytes(sheet::share(&sharing).map(Html::into_string)),
        Ok(ToReader::Heads(heads)) => bytes(Ok(head::heads(&heads, host::head(&heads).as_ref()))),
        Ok(ToReader::Hear(heard)) => bytes(Ok(host::hear(&heard))),
        Ok(ToReader::Say(station)) => bytes(Ok(host::say(&station))),
        Ok(ToReader::Seek {
            report,
            way,
            pinned,
            dice,
        }) => {
            let ranking = report.open().map(|report| report.ranking).unwrap_or_default();
            bytes(Ok(way::next(&ranking, &way, pinned, dice)))
        }
        Err(_) => bytes::<()>(Err(vec![unknown()])),
    }
}

/// What a text means, with the edges drawn as they are from an instant on.
fn meaning(parsed: Parsed, from: Instant) -> Meaning {
    Meaning {
        topology: topology::topology(&parsed.scenario, from).into_string(),
        about: inspector::about(&parsed.scenario).into_string(),
        gap: pace::gap(&parsed.scenario),
        scenario: parsed.scenario.into(),
        warnings: parsed.warnings,
    }
}

fn alone(problem: Problem) -> Vec<Problem> {
    vec![problem]
}

fn bytes<T: Serialize>(answer: FromReader<T>) -> Vec<u8> {
    // Writing to memory does not fail; no bytes are no answer, and the page says so.
    postcard::to_allocvec(&answer).unwrap_or_default()
}

fn unknown() -> Problem {
    let message = "the question is written in another version of the protocol".to_string();
    Problem::of_all(message, "a reload fetches page and reader anew")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Findings, Origin, Shown};
    use crate::scenario::edit::Edit;
    use crate::scenario::{Mode, gallery};
    use serde::de::DeserializeOwned;

    fn ask<T: DeserializeOwned>(question: &ToReader) -> FromReader<T> {
        let question = postcard::to_allocvec(question).unwrap();
        postcard::from_bytes(&answer(&question)).unwrap()
    }

    fn read(text: &str) -> FromReader<Meaning> {
        let text = text.to_string();
        ask(&ToReader::Read {
            text,
            from: Instant::START,
        })
    }

    fn inspect(text: &str, path: &str, from: Instant) -> FromReader<String> {
        let (text, path) = (text.to_string(), path.to_string());
        ask(&ToReader::Inspect { text, path, from })
    }

    #[test]
    fn a_text_crosses_as_what_it_means() {
        for entry in gallery::ENTRIES {
            assert_eq!(
                read(entry.text),
                text::parse(entry.text).map(|parsed| meaning(parsed, Instant::START)),
                "{}",
                entry.id
            );
        }
    }

    #[test]
    fn problems_and_warnings_cross_with_their_places() {
        let text = gallery::ENTRIES[0].text;
        let wrong = text.replace("\"threads\": 16", "\"threads\": \"many\"");
        assert_ne!(wrong, text);
        assert_eq!(read(&wrong).unwrap_err(), text::parse(&wrong).unwrap_err());
        let doubtful = text.replace("\"threads\": 16", "\"threads\": 16, \"cpu\": \"ps\"");
        let warnings = read(&doubtful).unwrap().warnings;
        assert!(!warnings.is_empty());
        assert_eq!(warnings, text::parse(&doubtful).unwrap().warnings);
    }

    #[test]
    fn a_text_is_edited_or_the_edit_refused() {
        let text = gallery::ENTRIES[0].text.to_string();
        let refused = Edit::Delete {
            node: "gateway".to_string(),
        };
        for edit in [Edit::mode("orders->email", Mode::Await), refused] {
            let expected = edit::apply(&text, &edit);
            let text = text.clone();
            assert_eq!(ask(&ToReader::Edit { text, edit }), expected);
        }
    }

    #[test]
    fn a_thing_is_inspected_as_fields() {
        let text = gallery::ENTRIES[0].text;
        for (path, field) in [("services.orders", "threads"), ("edges[orders->email]", "latency")] {
            let markup = inspect(text, path, Instant::START).unwrap();
            let on = ["data-on=\"", &path.replace('>', "&gt;"), ".", field, "\""].concat();
            assert!(markup.contains(&on), "{on} {markup}");
        }
        let problems = inspect(text, "services.nobody", Instant::START).unwrap_err();
        assert!(problems[0].message.contains("nobody"));
    }

    #[test]
    fn an_edge_is_drawn_and_told_as_it_is_from_an_instant_on() {
        let at = Instant(3_000_000_000);
        let (edge, mode) = ("orders->email".to_string(), Mode::Sync);
        let text = edit::apply(gallery::ENTRIES[0].text, &Edit::Change { at, edge, mode }).unwrap();
        let drawn = |from| {
            let text = text.clone();
            ask::<Meaning>(&ToReader::Read { text, from }).unwrap().topology
        };
        let told = |from| {
            let markup = inspect(&text, "edges[orders->email]", from).unwrap();
            markup.split("</select>").next().unwrap_or_default().to_string()
        };
        assert!(drawn(Instant::START).contains("orders to email: queue. Enter"));
        assert!(told(Instant::START).contains("<span>mode</span>"));
        assert!(told(Instant::START).contains("<option value=\"queue\" selected"));
        assert!(drawn(at).contains("orders to email: sync. Enter"));
        assert!(told(at).contains("<span>mode from 3.0000 s on</span>"));
        assert!(told(at).contains("<option value=\"sync\" selected"));
    }

    fn origin(text: &str) -> Origin {
        let (text, seed) = (text.to_string(), Some(5));
        Origin { text, seed }
    }

    #[test]
    fn a_saved_picture_opens_as_what_it_is_of() {
        let origin = origin(gallery::ENTRIES[0].text);
        let meaning = read(&origin.text).unwrap();
        let (scenario, dark) = (meaning.scenario, false);
        let findings = Findings {
            now: None,
            before: None,
            is_measuring: false,
            seed: 5,
            edge: String::new(),
            dark,
        };
        let pictures = Default::default();
        let now = None;
        for shown in [
            Shown::Topology { scenario, now, dark },
            Shown::Lanes { pictures, dark },
            Shown::Responses(findings),
        ] {
            let origin = origin.clone();
            let question = ToReader::Save { shown, origin };
            let svg: String = ask(&question).unwrap();
            assert!(
                !["data-", "class=", "url(", "button"]
                    .iter()
                    .any(|word| svg_shapes(&svg).contains(word)),
                "{svg}"
            );
            let ToReader::Save { origin, .. } = question else {
                return;
            };
            let file = svg.into_bytes();
            assert_eq!(ask(&ToReader::Open { file }), Ok(origin));
        }
        let png = include_bytes!("../../tests/data/dot.png").to_vec();
        let inscribe = ToReader::Inscribe {
            png,
            origin: origin.clone(),
        };
        let file = ask(&inscribe).unwrap();
        assert_eq!(ask(&ToReader::Open { file }), Ok(origin));
    }

    /// What is to be seen of a picture.
    fn svg_shapes(svg: &str) -> &str {
        svg.split_once("</metadata>").unwrap().1
    }

    #[test]
    fn what_is_no_picture_is_told() {
        let origin = origin("a");
        let png = b"GIF89a".to_vec();
        let answer: FromReader<Vec<u8>> = ask(&ToReader::Inscribe { png, origin });
        assert_eq!(answer.unwrap_err().len(), 1);
        let file = vec![0xff; 9];
        let answer: FromReader<Origin> = ask(&ToReader::Open { file });
        assert!(answer.unwrap_err()[0].fix.contains("opens"));
    }

    #[test]
    fn bytes_that_are_no_question_are_told_so() {
        for bytes in [&[][..], &[9], &[0, 200], &[0, 1, 255], &[255; 40]] {
            let answer: FromReader<Meaning> = postcard::from_bytes(&answer(bytes)).unwrap();
            assert_eq!(answer, Err(vec![unknown()]), "{bytes:?}");
        }
    }
}
