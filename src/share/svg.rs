//! An SVG document that says what it is a picture of.
//!
//! ```text
//! <svg …>  ◀─ <metadata><scenario …>text</scenario></metadata> and, where shapes only say what they are, their colours
//! ```
//!
//! Law: the document needs no other file, and is light, as paper is.

use super::saved::{Saved, damaged};
use crate::picture::theme::Role;
use crate::scenario::problem::Problem;

/// Puts what a picture is of into it.
pub fn inscribe(svg: &str, saved: &Saved) -> Result<String, Problem> {
    let tag = svg
        .find("<svg")
        .and_then(|start| Some(start + svg[start..].find('>')? + 1));
    let (head, shapes) = svg.split_at(tag.ok_or_else(|| damaged("this is no SVG"))?);
    let style = match shapes.contains(" class=") {
        true => style(),
        false => String::new(),
    };
    let element = saved.write();
    Ok(format!("{head}<metadata>{element}</metadata>{style}{shapes}"))
}

/// What the document is a picture of.
pub fn find(svg: &str) -> Result<Saved, Problem> {
    Saved::find(svg)?.ok_or_else(|| stranger("SVG"))
}

/// A picture that somebody else made, or that lost what we wrote.
pub(super) fn stranger(kind: &str) -> Problem {
    let message = format!("this {kind} carries no scenario");
    Problem::of_all(
        message,
        "a picture that was saved here opens, and so does a scenario as JSON or YAML",
    )
}

/// The shapes of a topology, by class.
fn style() -> String {
    let [ground, ink, quiet, waits, free] =
        [Role::Ground, Role::Ink, Role::Quiet, Role::WaitingCall, Role::FreeCall].map(|role| role.color(false));
    let [running, blocked, core, idle] =
        [Role::Running, Role::Blocked, Role::CoreWait, Role::Idle].map(|role| role.color(false));
    format!(
        "<style>svg{{background:{ground};font-family:system-ui,sans-serif}}text{{fill:{ink};font-size:13px}}.name{{font-weight:620}}\
         .what{{fill:{quiet};font-size:11px}}.mode{{font-size:11px}}.node-box{{fill:#f0f3f6;stroke:#85909d}}\
         .grab{{fill:none}}.wire{{fill:none;stroke:{free};stroke-width:2}}.tip{{fill:{free}}}.chip{{fill:{ground};stroke:{free}}}\
         .sync .wire,.sync .chip{{stroke:{waits}}}.sync .tip{{fill:{waits}}}.oneway .wire,.queue .wire{{stroke-dasharray:7 4}}\
         .running{{fill:{running}}}.blocked{{fill:{blocked}}}.waiting{{fill:{core}}}.idle{{fill:{idle}}}\
         .hatch{{stroke:#dd7a42;stroke-width:1.6;fill:none}}</style>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved() -> Saved {
        let text = "{\"name\": \"<b> & </metadata>\"}".to_string();
        Saved { text, seed: None }
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
    fn shapes_that_say_what_they_are_get_their_colours() {
        let kept = inscribe("<svg width=\"3\"><path class=\"wire\"/></svg>", &saved()).unwrap();
        assert!(kept.contains("</metadata><style>") && !kept.contains("url(") && !kept.contains("var("));
    }

    #[test]
    fn what_is_no_picture_is_told() {
        for text in ["", "<svg", "svg>", "<html>"] {
            assert!(inscribe(text, &saved()).is_err(), "{text}");
            assert!(find(text).is_err(), "{text}");
        }
    }
}
