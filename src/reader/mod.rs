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
use crate::told::html::Html;
use crate::told::request::request;
use crate::told::{inspector, palette, told, topology};
use serde::Serialize;
use std::sync::Arc;

/// What the reader says first.
pub fn ready() -> u32 {
    VERSION
}

/// The bytes of the answer to the bytes of a question.
pub fn answer(question: &[u8]) -> Vec<u8> {
    match postcard::from_bytes(question) {
        Ok(ToReader::Read { text }) => bytes(text::parse(&text).map(Meaning::from)),
        Ok(ToReader::Edit { text, edit }) => bytes(edit::apply(&text, &edit)),
        Ok(ToReader::Inspect { text, path }) => bytes(inspector::inspect(&text, &path).map(Html::into_string)),
        Ok(ToReader::Commands { scenario, typed }) => {
            let (html, count) = palette::palette(scenario.as_ref().map(|known| &*known.0), &typed);
            bytes(Ok((html.into_string(), count)))
        }
        Ok(ToReader::Tell(findings)) => bytes(Ok(told(&findings))),
        Ok(ToReader::TellRequest {
            scenario,
            trace,
            telling,
            width,
            dark,
        }) => bytes(Ok(request(&scenario, &trace, telling, width, dark).into_string())),
        Err(_) => bytes::<()>(Err(vec![unknown()])),
    }
}

impl From<Parsed> for Meaning {
    fn from(parsed: Parsed) -> Meaning {
        Meaning {
            topology: topology::topology(&parsed.scenario).into_string(),
            about: inspector::about(&parsed.scenario).into_string(),
            scenario: Arc::new(parsed.scenario),
            warnings: parsed.warnings,
        }
    }
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
    use crate::scenario::edit::Edit;
    use crate::scenario::{Mode, gallery};
    use serde::de::DeserializeOwned;

    fn ask<T: DeserializeOwned>(question: &ToReader) -> FromReader<T> {
        let question = postcard::to_allocvec(question).unwrap();
        postcard::from_bytes(&answer(&question)).unwrap()
    }

    fn read(text: &str) -> FromReader<Meaning> {
        ask(&ToReader::Read { text: text.to_string() })
    }

    #[test]
    fn a_text_crosses_as_what_it_means() {
        for entry in gallery::ENTRIES {
            assert_eq!(
                read(entry.text),
                text::parse(entry.text).map(Meaning::from),
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
    fn a_thing_is_inspected() {
        let text = gallery::ENTRIES[0].text.to_string();
        for path in ["", "services.orders", "edges[orders->email]", "services.nobody"] {
            let expected = property::inspect(&text, path);
            let (text, path) = (text.clone(), path.to_string());
            assert_eq!(ask(&ToReader::Inspect { text, path }), expected);
        }
    }

    #[test]
    fn bytes_that_are_no_question_are_told_so() {
        for bytes in [&[][..], &[9], &[0, 200], &[0, 1, 255], &[255; 40]] {
            let answer: FromReader<Meaning> = postcard::from_bytes(&answer(bytes)).unwrap();
            assert_eq!(answer, Err(vec![unknown()]), "{bytes:?}");
        }
    }
}
