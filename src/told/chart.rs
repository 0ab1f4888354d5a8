//! A picture as markup in the page, which its style sheet colours by the roles of the shapes.

use super::html::{Html, texts};
use crate::picture::shape::{Align, Picture, Shape};
use crate::picture::theme::Role;

/// A picture of lines, rectangles and words, with what it shows in words.
pub fn chart(picture: &Picture, label: &str) -> Html {
    let mut html = Html::new();
    let [width, height] = texts([picture.width, picture.height].map(whole));
    html.fill(
        "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">",
        &[&width, &height, label],
    );
    for mark in &picture.marks {
        let class = class(mark.role);
        match &mark.shape {
            Shape::Line { from, to } => {
                let [x, y, right, low] = texts([from.0, from.1, to.0, to.1].map(whole));
                html.fill(
                    "<path class=\"{}\" d=\"M{} {}L{} {}\"/>",
                    &[class, &x, &y, &right, &low],
                );
            }
            Shape::Rect { x, y, width, height } => {
                let [x, y, width, height] = texts([*x, *y, *width, *height].map(whole));
                let rect = "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>";
                html.fill(rect, &[class, &x, &y, &width, &height]);
            }
            Shape::Text { at, align, text } => {
                let [x, y] = texts([at.0, at.1].map(whole));
                let anchor = match align {
                    Align::Start => "start",
                    Align::Middle => "middle",
                    Align::End => "end",
                };
                let words = "<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>";
                html.fill(words, &[class, &x, &y, anchor, text]);
            }
            _ => {}
        }
    }
    html.fill("</svg>", &[]);
    html
}

fn whole(px: f64) -> i32 {
    px.round() as i32
}

fn class(role: Role) -> &'static str {
    match role {
        Role::Grid => "grid",
        Role::Past => "past",
        Role::Quiet => "quiet",
        _ => "",
    }
}
