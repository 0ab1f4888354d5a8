//! The scenario in a file of any kind that we write or read.
//!
//! ```text
//! bytes ─┬─ PNG signature ─▶ png      text ─┬─ begins with "<" ─▶ svg
//!        └─ UTF-8 ─────────▶ text           └─ else ─▶ JSON or YAML, as it is
//! ```
//!
//! Law: the content says what a file is, never its name.

use super::png;
use super::svg;
use crate::protocol::Origin;
use crate::scenario::node::LENGTH_LIMIT;
use crate::scenario::problem::Problem;
use crate::scenario::text;

/// What every scenario says of itself, whatever its version.
const FORMAT: &str = "sync-or-swim/";

/// The scenario in a file. A text that calls itself a scenario is one, mistakes and all.
pub fn open(bytes: &[u8]) -> Result<Origin, Problem> {
    if bytes.starts_with(&png::SIGNATURE) {
        return png::find(bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(foreign("this is neither a text in UTF-8 nor a PNG"));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().starts_with('<') {
        true => svg::find(text),
        false => plain(text),
    }
}

/// Whether a file that begins so is no scenario itself.
pub fn is_picture(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    bytes.starts_with(&png::SIGNATURE) || bytes.trim_ascii_start().starts_with(b"<")
}

fn plain(text: &str) -> Result<Origin, Problem> {
    if text.trim().is_empty() {
        return Err(foreign("there is nothing in it"));
    }
    if text.len() > LENGTH_LIMIT || !text.contains(FORMAT) {
        text::parse(text).map_err(|problems| not_a_scenario(&problems))?;
    }
    let text = text.to_string();
    Ok(Origin { text, seed: None })
}

fn not_a_scenario(problems: &[Problem]) -> Problem {
    let first = problems.first().map_or("", |problem| &problem.message);
    foreign(&format!("this is no scenario: {first}"))
}

fn foreign(message: &str) -> Problem {
    Problem::of_all(
        message.to_string(),
        "a scenario as JSON or YAML opens, and so does a picture, SVG or PNG, that was saved here",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::gallery;
    use proptest::prelude::*;

    fn opened(text: &str, seed: Option<u64>) -> Result<Origin, Problem> {
        let text = text.to_string();
        Ok(Origin { text, seed })
    }

    #[test]
    fn every_kind_of_file_opens_by_its_content() {
        let text = gallery::ENTRIES[0].text;
        assert_eq!(open(text.as_bytes()), opened(text, None));
        assert_eq!(open(format!("\u{feff}{text}").as_bytes()), opened(text, None));
        let yaml = "format: sync-or-swim/1\nrun: {duration: 1s}\n";
        assert_eq!(open(yaml.as_bytes()), opened(yaml, None));
        let saved = opened(text, Some(9)).unwrap();
        let svg = svg::inscribe("<?xml version=\"1.0\"?>\n<svg></svg>", &saved).unwrap();
        assert_eq!(open(svg.as_bytes()), Ok(saved));
    }

    #[test]
    fn a_scenario_with_mistakes_is_a_scenario() {
        let text = "{\"format\": \"sync-or-swim/1\", \"rnu\": 3";
        assert_eq!(open(text.as_bytes()), opened(text, None));
    }

    #[test]
    fn anything_else_is_told_with_what_would_be_right() {
        for (bytes, words) in [
            (&b""[..], "nothing in it"),
            (b" \n", "nothing in it"),
            (b"\xff\xd8\xff\xe0JFIF", "neither a text"),
            (b"{\"dependencies\": {}}", "no scenario"),
            (b"Dear all,\n\nsee you", "no scenario"),
            (b"<html><body></body></html>", "carries no scenario"),
            (b"\x89PNG\r\n\x1a\n", "ends in the middle"),
        ] {
            let problem = open(bytes).unwrap_err();
            assert!(problem.message.contains(words), "{problem}");
            assert!(!problem.fix.is_empty());
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_told() {
        let long = format!("# {FORMAT}\n{}", "#".repeat(LENGTH_LIMIT));
        assert!(open(long.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn foreign_bytes_are_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = open(&bytes);
        }
    }
}
