//! Shapes as an SVG picture within a page, where a pointer finds what they stand for.
//!
//! ```text
//! Picture ─svg▶ <svg …><rect …/><path …/><text …>orders</text></svg>
//! ```
//!
//! Law: the same picture gives the same bytes; coordinates are tenths of a pixel. Patterns are drawn as lines, so that
//! pictures on one page never share a name.

use super::html::Html;
use crate::picture::shape::{Align, Hit, Mark, Picture, Point, Shape};
use crate::picture::theme::{Pattern, Role};

/// Between the lines of a pattern, in pixels.
const GAP: f64 = 4.0;
/// The head of an arrow, in pixels.
const BARB: (f64, f64) = (8.0, 3.6);

/// The picture under this name, in light or dark.
pub fn figure(picture: &Picture, name: &str, dark: bool) -> Html {
    let mut html = Html::new();
    let [width, height] = [picture.width.ceil(), picture.height.ceil()].map(px);
    html.fill(
        concat!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\" ",
            "font-family=\"system-ui, 'DejaVu Sans', sans-serif\" font-size=\"11\">",
            "<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
        ),
        &[&width, &height, &width, &height, name, &width, &height, Role::Ground.color(dark)],
    );
    for mark in &picture.marks {
        draw(&mut html, mark, dark);
    }
    html.fill("</svg>\n", &[]);
    html
}

/// Tenths of a pixel, written without trailing noughts.
fn px(length: f64) -> String {
    let tenths = (length * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, part) = ((tenths.abs() / 10).to_string(), tenths.abs() % 10);
    match part {
        0 => String::from(sign) + &whole,
        part => String::from(sign) + &whole + "." + &part.to_string(),
    }
}

/// `M0 0L10 5`, for as many points.
fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        path.push(if index == 0 { 'M' } else { 'L' });
        path = path + &px(*x) + " " + &px(*y);
    }
    path
}

fn draw(html: &mut Html, mark: &Mark, dark: bool) {
    let color = mark.role.color(dark);
    match &mark.shape {
        Shape::Rect { x, y, width, height } => {
            let frame = [*x, *y, *width, *height];
            rect(html, frame, color, mark.hit);
            pattern(html, frame, mark.role.pattern(dark));
        }
        Shape::Frame { x, y, width, height } => {
            let (right, base) = (x + width, y + height);
            let corners = [(*x, *y), (right, *y), (right, base), (*x, base), (*x, *y)];
            stroke(html, &path(&corners), color, width_of(mark.role), "none", mark.hit);
        }
        Shape::Line { from, to } => line(html, mark, [*from, *to], "none", dark),
        Shape::Arrow { from, to } => {
            line(html, mark, [*from, *to], "none", dark);
            let head = barb(*from, *to);
            html.fill("<path fill=\"{}\" d=\"{}Z\"/>\n", &[color, &path(&head)]);
        }
        Shape::Open { from, to } => {
            let dashes = if mark.role.is_dashed() { "6 4" } else { "2 3" };
            line(html, mark, [*from, *to], dashes, dark);
            let [tip, left, right] = barb(*from, *to);
            stroke(html, &path(&[left, tip, right]), color, "1.5", "none", None);
        }
        Shape::Area(points) => {
            html.fill("<path fill=\"{}\" d=\"{}Z\"/>\n", &[color, &path(points)]);
        }
        // Only the lanes have columns, and they are painted.
        Shape::Columns { .. } => {}
        Shape::Text { at, align, text } => {
            let anchor = match align {
                Align::Start => "start",
                Align::Middle => "middle",
                Align::End => "end",
            };
            // A third of the letters' height below the middle is their base line.
            let [x, y] = [at.0, at.1 + 4.0].map(px);
            html.fill(
                "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" fill=\"{}\"",
                &[&x, &y, anchor, color],
            );
            name_hit(html, mark.hit);
            html.fill(">{}</text>\n", &[text]);
        }
    }
}

fn rect(html: &mut Html, frame: [f64; 4], color: &str, hit: Option<Hit>) {
    let [x, y, width, height] = frame.map(px);
    html.fill(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"",
        &[&x, &y, &width, &height, color],
    );
    name_hit(html, hit);
    html.fill("/>\n", &[]);
}

/// What a pointer finds at a mark.
fn name_hit(html: &mut Html, hit: Option<Hit>) {
    match hit {
        Some(Hit::Span(row)) => html.fill(" data-span=\"{}\"", &[&row.to_string()]),
        Some(Hit::Segment(row)) => html.fill(" data-segment=\"{}\"", &[&row.to_string()]),
        None => return,
    };
}

fn width_of(role: Role) -> &'static str {
    match role {
        Role::Focus | Role::Failure => "2",
        Role::WaitingCall | Role::FreeCall => "1.5",
        _ => "1",
    }
}

fn line(html: &mut Html, mark: &Mark, ends: [Point; 2], dashes: &str, dark: bool) {
    // Level and upright lines are sharp on the middle of pixels.
    let [(ax, ay), (bx, by)] = ends;
    let sharp = |a: f64, b: f64| if a == b { a.floor() + 0.5 } else { a };
    let points = [(sharp(ax, bx), sharp(ay, by)), (sharp(bx, ax), sharp(by, ay))];
    let color = mark.role.color(dark);
    stroke(html, &path(&points), color, width_of(mark.role), dashes, mark.hit);
}

fn stroke(html: &mut Html, path: &str, color: &str, width: &str, dashes: &str, hit: Option<Hit>) {
    html.fill("<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", &[color, width]);
    if dashes != "none" {
        html.fill(" stroke-dasharray=\"{}\"", &[dashes]);
    }
    name_hit(html, hit);
    html.fill(" d=\"{}\"/>\n", &[path]);
}

/// The head of an arrow: its tip, and its two other corners.
fn barb(from: Point, to: Point) -> [Point; 3] {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt().max(1.0);
    let (ux, uy) = (dx / length, dy / length);
    let (x, y) = (to.0 - ux * BARB.0, to.1 - uy * BARB.0);
    let (nx, ny) = (-uy * BARB.1, ux * BARB.1);
    [to, (x + nx, y + ny), (x - nx, y - ny)]
}

/// Lines over a rectangle.
fn pattern(html: &mut Html, [x, y, width, height]: [f64; 4], pattern: Pattern) {
    let (color, slant) = match pattern {
        Pattern::Plain => return,
        Pattern::Hatch(color) => (color, height),
        Pattern::Bars(color) => (color, 0.0),
        Pattern::Dots(color) => return dots(html, [x, y, width, height], color),
    };
    let mut lines = String::new();
    let mut start = GAP / 2.0 - slant;
    while start < width {
        // From the base up to the right, cut off at both sides.
        let (left, right) = (start.max(0.0), (start + slant).min(width));
        let [low, high] = [left, right].map(|at| if slant > 0.0 { at - start } else { 0.0 });
        let top = if slant > 0.0 { y + height - high } else { y };
        lines += &path(&[(x + left, y + height - low), (x + right, top)]);
        start += GAP;
    }
    if !lines.is_empty() {
        stroke(html, &lines, color, "1.4", "none", None);
    }
}

fn dots(html: &mut Html, [x, y, width, height]: [f64; 4], color: &str) {
    let mut lines = String::new();
    let mut row = 2.0;
    while row < height && width > 2.0 {
        lines += &path(&[(x + 1.0, y + row), (x + width - 1.0, y + row)]);
        row += GAP;
    }
    if !lines.is_empty() {
        stroke(html, &lines, color, "1.6", "1.6 2.4", None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(role: Role, shape: Shape, expected: &str) {
        let mut picture = Picture::default();
        picture.draw(role, shape);
        let text = figure(&picture, "a", false).into_string();
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn coordinates_are_tenths() {
        let numbers = [0.0, -0.04, 1.26, -3.75, 10.0].map(px);
        assert_eq!(numbers, ["0", "0", "1.3", "-3.8", "10"]);
    }

    #[test]
    fn what_a_person_wrote_is_text() {
        let (at, align, text) = ((1.0, 2.0), Align::End, "a<b".to_string());
        let expected = "<text x=\"1\" y=\"6\" text-anchor=\"end\" fill=\"#18212c\">a&lt;b</text>";
        check(Role::Ink, Shape::Text { at, align, text }, expected);
    }

    #[test]
    fn a_reply_is_dashed_and_its_head_is_open() {
        let (from, to) = ((0.0, 4.0), (20.0, 4.0));
        check(Role::Reply, Shape::Open { from, to }, "stroke-dasharray=\"2 3\"");
        check(Role::Reply, Shape::Open { from, to }, "d=\"M12 7.6L20 4L12 0.4\"");
    }

    #[test]
    fn lines_of_a_pattern_stay_inside() {
        let (x, y, width, height) = (0.0, 0.0, 6.0, 8.0);
        let shape = Shape::Rect { x, y, width, height };
        check(Role::Blocked, shape.clone(), "d=\"M0 2L2 0M0 6L6 0M2 8L6 4\"");
        check(Role::Queued, shape, "d=\"M2 8L2 0\"");
    }
}
