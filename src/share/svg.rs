//! An SVG document that says what it is a picture of.
//!
//! ```text
//! <svg …>  ◀─ <metadata><scenario …>text</scenario></metadata>
//! ```
//!
//! Law: what is to be seen stays as it is.

use super::saved::{self, damaged};
use crate::protocol::Origin;
use crate::scenario::problem::Problem;

/// Puts what a picture is of into it.
pub fn inscribe(svg: &str, origin: &Origin) -> Result<String, Problem> {
    let tag = svg
        .find("<svg")
        .and_then(|start| Some(start + svg[start..].find('>')? + 1));
    let (head, shapes) = svg.split_at(tag.ok_or_else(|| damaged("this is no SVG"))?);
    let element = saved::write(origin);
    Ok(format!("{head}<metadata>{element}</metadata>{shapes}"))
}

/// What the document is a picture of.
pub fn find(svg: &str) -> Result<Origin, Problem> {
    saved::find(svg)?.ok_or_else(|| stranger("SVG"))
}

/// A picture that somebody else made, or that lost what we wrote.
pub(super) fn stranger(kind: &str) -> Problem {
    let message = format!("this {kind} carries no scenario");
    Problem::of_all(
        message,
        "a picture that was saved here opens, and so does a scenario as JSON or YAML",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved() -> Origin {
        let text = "{\"name\": \"<b> & </metadata>\"}".to_string();
        Origin { text, seed: None }
    }

    #[test]
    fn a_picture_says_what_it_is_of_and_is_the_same_picture() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"3\" height=\"2\"><path d=\"M0 0\"/></svg>";
        let kept = inscribe(svg, &saved()).unwrap();
        assert_eq!(find(&kept), Ok(saved()));
        let (before, rest) = kept.split_once("<metadata>").unwrap();
        let (_, after) = rest.split_once("</metadata>").unwrap();
        assert_eq!(before.to_string() + after, svg);
    }

    #[test]
    fn what_is_no_picture_is_told() {
        for text in ["", "<svg", "svg>", "<html>"] {
            assert!(inscribe(text, &saved()).is_err(), "{text}");
            assert!(find(text).is_err(), "{text}");
        }
    }
}
