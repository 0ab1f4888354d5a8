//! Markup of the page's as a part of a picture of its own: nothing in it can be clicked, and it has colours where the page
//! has a style sheet.
//!
//! ```text
//! <g class="edge sync" data-act="flip" …>  ▶  <g stroke="#b3440c" …>
//! ```
//!
//! Law: shapes and words stay as they are. A `"` stands around attributes and nowhere else, since [`super::html`] escapes
//! those of texts.

use super::html::Html;
use crate::picture::theme::{Pattern, Role};

/// The same markup to look at, in light or dark.
pub fn still(markup: Html, dark: bool) -> Html {
    let markup = markup.into_string();
    let mut still = String::new();
    let mut rest = markup.as_str();
    while let Some((before, value, after)) = next_value(rest) {
        let (before, name) = before.rsplit_once(' ').unwrap_or((before, ""));
        still.push_str(before);
        match name {
            "class" => value.split(' ').for_each(|class| color(&mut still, class, dark)),
            "role" | "tabindex" => {}
            name if name.starts_with("data-") || name.starts_with("aria-") => {}
            name => attribute(&mut still, name, value),
        }
        rest = after;
    }
    Html::from_trusted(still + rest)
}

/// Up to the next attribute's `=`, its value, and what is behind it.
fn next_value(markup: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = markup.split_once("=\"")?;
    let (value, after) = rest.split_once('"')?;
    Some((before, value, after))
}

fn attribute(still: &mut String, name: &str, value: &str) {
    for piece in [" ", name, "=\"", value, "\""] {
        still.push_str(piece);
    }
}

/// What the style sheet says of a class, as far as it is always so.
fn color(still: &mut String, class: &str, dark: bool) {
    let of = |role: Role| role.color(dark);
    let over = |role: Role| match role.pattern(dark) {
        Pattern::Plain => of(role),
        Pattern::Hatch(color) | Pattern::Dots(color) | Pattern::Bars(color) => color,
    };
    let kind = match class {
        "sync" => of(Role::WaitingCall),
        _ => of(Role::FreeCall),
    };
    let all: &[(&str, &str)] = match class {
        "sync" => &[("stroke", kind), ("fill", kind), ("stroke-width", "2.6")],
        "oneway" | "queue" => &[
            ("stroke", kind),
            ("fill", kind),
            ("stroke-width", "2"),
            ("stroke-dasharray", "7 4"),
        ],
        "await" | "forward" | "poll" | "callback" => &[("stroke", kind), ("fill", kind), ("stroke-width", "2")],
        // What moves with the play head, and what a hand takes hold of.
        "fill" | "dots" | "door" | "port" | "thread" => &[("display", "none")],
        "wire" => &[("fill", "none")],
        "grab" => &[("fill", "none"), ("stroke", "none")],
        "tip" => &[("stroke", "none")],
        "chip" => &[
            ("fill", of(Role::Ground)),
            ("stroke-width", "1"),
            ("stroke-dasharray", "none"),
        ],
        "mode" => &[("fill", of(Role::Ink)), ("stroke", "none")],
        "node-box" => &[("fill", of(Role::Band)), ("stroke", of(Role::Reply))],
        "name" => &[("fill", of(Role::Ink)), ("font-size", "13"), ("font-weight", "620")],
        "what" => &[("fill", of(Role::Quiet))],
        "running" => &[("fill", of(Role::Running))],
        "blocked" => &[("fill", of(Role::Blocked))],
        "waiting" => &[("fill", over(Role::CoreWait))],
        "idle" => &[("fill", of(Role::Idle))],
        "hatch" => &[
            ("fill", "none"),
            ("stroke", over(Role::Blocked)),
            ("stroke-width", "1.6"),
        ],
        _ => &[],
    };
    all.iter().for_each(|(name, value)| attribute(still, name, value));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markup: &str, expected: &str) {
        let still = still(Html::from_trusted(markup.to_string()), false);
        assert_eq!(still.into_string(), expected);
    }

    #[test]
    fn shapes_and_words_stay() {
        let markup = "<g transform=\"translate(1 2)\"><text x=\"3\">a = b &quot;=c</text></g>";
        check(markup, markup);
    }

    #[test]
    fn what_can_be_clicked_is_only_seen() {
        let button = "<g class=\"edge await\" role=\"button\" tabindex=\"0\" aria-label=\"a to b\" data-on=\"a->b\"><path class=\"wire\" d=\"M0 0\"/></g>";
        check(
            button,
            "<g stroke=\"#2a5fb8\" fill=\"#2a5fb8\" stroke-width=\"2\"><path fill=\"none\" d=\"M0 0\"/></g>",
        );
    }
}
