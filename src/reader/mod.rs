//! Reads and changes texts for the page, in a WebAssembly module of its own, which the page can do without while it
//! appears.
//!
//! ```text
//! question bytes ─▶ ToReader ─answer─▶ FromReader<T> ─▶ answer bytes
//! ```
//!
//! Law: every question has one answer, at once; what cannot be answered is told as problems. One table says who answers
//! what: another function is a question in `protocol` and a line in [`answer`].

use crate::protocol::{FromReader, Meaning, Opened, ToReader, VERSION};
use crate::scenario::edit;
use crate::scenario::problem::Problem;
use crate::scenario::text::{self, Parsed};
use crate::share::saved::Saved;
use crate::share::{open, png, svg};
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
        Ok(ToReader::SetMode { text, edge, mode }) => bytes(edit::set_mode(&text, &edge, mode)),
        Ok(ToReader::Inscribe { picture, text, seed }) => bytes(inscribe(&picture, text, seed)),
        Ok(ToReader::Open { file }) => bytes(open::open(&file).map(Opened::from).map_err(alone)),
        Err(_) => bytes::<()>(Err(vec![unknown()])),
    }
}

impl From<Parsed> for Meaning {
    fn from(parsed: Parsed) -> Meaning {
        Meaning {
            scenario: Arc::new(parsed.scenario),
            warnings: parsed.warnings,
        }
    }
}

impl From<Saved> for Opened {
    fn from(Saved { text, seed }: Saved) -> Opened {
        Opened { text, seed }
    }
}

fn inscribe(picture: &[u8], text: String, seed: u64) -> FromReader<Vec<u8>> {
    let saved = Saved { text, seed: Some(seed) };
    let picture = match std::str::from_utf8(picture) {
        Ok(picture) => svg::inscribe(picture, &saved).map(String::into_bytes),
        Err(_) => png::inscribe(picture, &saved),
    };
    picture.map_err(alone)
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
    fn a_mode_is_changed_in_the_text() {
        let text = gallery::ENTRIES[0].text.to_string();
        let edge = "orders->email".to_string();
        let expected = edit::set_mode(&text, &edge, Mode::Await);
        let mode = Mode::Await;
        assert_eq!(ask(&ToReader::SetMode { text, edge, mode }), expected);
    }

    #[test]
    fn a_picture_is_inscribed_and_opens() {
        let (text, seed) = (gallery::ENTRIES[0].text.to_string(), 5);
        for plain in [&b"<svg></svg>"[..], include_bytes!("../../tests/data/dot.png")] {
            let (picture, text) = (plain.to_vec(), text.clone());
            let file = ask(&ToReader::Inscribe { picture, text, seed }).unwrap();
            let opened: Opened = ask(&ToReader::Open { file }).unwrap();
            let seed = Some(seed);
            assert_eq!(
                opened,
                Opened {
                    text: gallery::ENTRIES[0].text.to_string(),
                    seed
                }
            );
            let problems = ask::<Opened>(&ToReader::Open { file: plain.to_vec() }).unwrap_err();
            assert!(problems[0].message.contains("carries no scenario"), "{problems:?}");
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
