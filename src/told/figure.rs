//! Shapes as an SVG picture, within a page or as a file of its own, where a pointer finds what they stand for.
//!
//! ```text
//! Picture ─figure▶ <svg …><rect …/><path …/><text …>orders</text></svg>
//! ```
//!
//! Law: the same picture gives the same bytes, and needs nothing else to be seen; coordinates are tenths of a pixel. Every
//! shape becomes one element and its pattern another, columns two a portion.

use super::html::Html;
use super::pattern::{self, Column};
use crate::picture::shape::{Align, Hit, Mark, Picture, Point, Shape, barb};
use crate::picture::theme::{Pattern, Role};

/// The head of an arrow, in pixels: how long, and half its width.
const BARB: (f64, f64) = (8.0, 3.6);
/// Less of a column is not to be seen, in pixels.
const LEAST: f64 = 0.05;

/// The picture under this name, in light or dark, for a page.
pub fn figure(picture: &Picture, name: &str, dark: bool) -> Html {
    drawn(std::slice::from_ref(picture), name, dark, true)
}

/// Pictures under each other as a file, as wide as the first; each lets nothing of it be seen outside.
pub fn sheet(pictures: &[Picture], name: &str, dark: bool) -> Html {
    drawn(pictures, name, dark, false)
}

fn drawn(pictures: &[Picture], name: &str, dark: bool, has_hits: bool) -> Html {
    let width = pictures.first().map_or(0.0, |picture| picture.width);
    let height = pictures.iter().map(|picture| picture.height).sum();
    let html = begin(width, height, name, dark);
    let mut pen = Pen { html, dark, has_hits };
    let mut top = 0.0;
    for picture in pictures {
        if top > 0.0 {
            let [width, height] = [picture.width, picture.height].map(px);
            let place = "<svg y=\"{}\" width=\"{}\" height=\"{}\">\n";
            pen.html.fill(place, &[&px(top), &width, &height]);
        }
        picture.marks.iter().for_each(|mark| pen.draw(picture, mark));
        if top > 0.0 {
            pen.html.fill("</svg>\n", &[]);
        }
        top += picture.height;
    }
    pen.html.fill("</svg>\n", &[]);
    pen.html
}

/// The beginning of a picture of this size: its name and its ground.
pub fn begin(width: f64, height: f64, name: &str, dark: bool) -> Html {
    let mut html = Html::new();
    let [width, height] = [width.ceil(), height.ceil()].map(px);
    html.fill(
        concat!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\" ",
            "font-family=\"system-ui, 'DejaVu Sans', sans-serif\" font-size=\"11\">",
            "<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
        ),
        &[&width, &height, &width, &height, name, &width, &height, Role::Ground.color(dark)],
    );
    html
}

/// What draws, and what was drawn.
struct Pen {
    html: Html,
    dark: bool,
    /// Whether marks say what a pointer finds at them.
    has_hits: bool,
}

impl Pen {
    fn draw(&mut self, picture: &Picture, mark: &Mark) {
        let color = mark.role.color(self.dark);
        match &mark.shape {
            Shape::Rect { x, y, width, height } => {
                let frame = [*x, *y, *width, *height];
                self.rect(frame, color, mark.hit);
                let area = [*x, *y, x + width, y + height];
                self.lay_over(mark.role.pattern(self.dark), area, &[area]);
            }
            Shape::Frame { x, y, width, height } => {
                let (right, base) = (x + width, y + height);
                let corners = [(*x, *y), (right, *y), (right, base), (*x, base), (*x, *y)];
                self.stroke(&path(&corners), color, width_of(mark.role), "none", mark.hit);
            }
            Shape::Line { from, to } => self.line(mark, [*from, *to], dashes(mark.role)),
            Shape::Arrow { from, to } => {
                self.line(mark, [*from, *to], dashes(mark.role));
                if let Some(head) = barb(*from, *to, BARB) {
                    self.html
                        .fill("<path fill=\"{}\" d=\"{}Z\"/>\n", &[color, &path(&head)]);
                }
            }
            Shape::Open { from, to } => {
                let dashes = if mark.role.is_dashed() { "6 4" } else { "2 3" };
                self.line(mark, [*from, *to], dashes);
                if let Some([tip, left, right]) = barb(*from, *to, BARB) {
                    self.stroke(&path(&[left, tip, right]), color, "1.5", "none", None);
                }
            }
            Shape::Area(points) => {
                self.html
                    .fill("<path fill=\"{}\" d=\"{}Z\"/>\n", &[color, &path(points)]);
            }
            Shape::Columns { .. } => self.draw_columns(picture, mark),
            Shape::Text { at, align, text } => {
                let anchor = match align {
                    Align::Start => "start",
                    Align::Middle => "middle",
                    Align::End => "end",
                };
                // A third of the letters' height below the middle is their base line.
                let [x, y] = [at.0, at.1 + 4.0].map(px);
                self.html.fill(
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" fill=\"{}\"",
                    &[&x, &y, anchor, color],
                );
                self.name_hit(mark.hit);
                self.html.fill(">{}</text>\n", &[text]);
            }
        }
    }

    fn rect(&mut self, frame: [f64; 4], color: &str, hit: Option<Hit>) {
        let [x, y, width, height] = frame.map(px);
        self.html.fill(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"",
            &[&x, &y, &width, &height, color],
        );
        self.name_hit(hit);
        self.html.fill("/>\n", &[]);
    }

    /// What a pointer finds at a mark.
    fn name_hit(&mut self, hit: Option<Hit>) {
        match hit.filter(|_| self.has_hits) {
            Some(Hit::Span(row)) => self.html.fill(" data-span=\"{}\"", &[&row.to_string()]),
            Some(Hit::Segment(row)) => self.html.fill(" data-segment=\"{}\"", &[&row.to_string()]),
            None => return,
        };
    }

    fn line(&mut self, mark: &Mark, ends: [Point; 2], dashes: &str) {
        // Level and upright lines are sharp on the middle of pixels.
        let [(ax, ay), (bx, by)] = ends;
        let sharp = |a: f64, b: f64| if a == b { a.floor() + 0.5 } else { a };
        let points = [(sharp(ax, bx), sharp(ay, by)), (sharp(bx, ax), sharp(by, ay))];
        let color = mark.role.color(self.dark);
        self.stroke(&path(&points), color, width_of(mark.role), dashes, mark.hit);
    }

    fn stroke(&mut self, path: &str, color: &str, width: &str, dashes: &str, hit: Option<Hit>) {
        self.html
            .fill("<path fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"", &[color, width]);
        if dashes != "none" {
            self.html.fill(" stroke-dasharray=\"{}\"", &[dashes]);
        }
        self.name_hit(hit);
        self.html.fill(" d=\"{}\"/>\n", &[path]);
    }

    /// The portions of columns, each with its pattern.
    fn draw_columns(&mut self, picture: &Picture, mark: &Mark) {
        let Shape::Columns {
            x,
            y,
            step,
            height,
            first,
            count,
        } = mark.shape
        else {
            return;
        };
        let mut portions: [Vec<Column>; 3] = Default::default();
        for (index, cell) in (0..).map(f64::from).zip(&picture.cells[first..first + count]) {
            let (left, mut base) = (x + index * step, y + height);
            for (portion, part) in portions.iter_mut().zip(cell) {
                let top = base - part * height;
                if base - top >= LEAST {
                    portion.push([left, top, left + step, base]);
                }
                base = top;
            }
        }
        let frame = [x, y, x + f64::from(count as u32) * step, y + height];
        for (portion, role) in portions.iter().zip(mark.role.portions()) {
            if !portion.is_empty() {
                self.html.fill(
                    "<path fill=\"{}\" d=\"{}\"/>\n",
                    &[role.color(self.dark), &outline(portion)],
                );
                self.lay_over(role.pattern(self.dark), frame, portion);
            }
        }
    }

    /// A pattern over an area.
    fn lay_over(&mut self, pattern: Pattern, frame: Column, columns: &[Column]) {
        let (color, width, dashes) = match pattern {
            Pattern::Plain => return,
            Pattern::Hatch(color) | Pattern::Bars(color) => (color, "1.4", "none"),
            Pattern::Dots(color) => (color, "1.6", "1.6 2.4"),
        };
        let lines = pattern::lines(pattern, frame, columns);
        let lines: String = lines.iter().map(|line| path(line)).collect();
        if !lines.is_empty() {
            self.stroke(&lines, color, width, dashes, None);
        }
    }
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

fn width_of(role: Role) -> &'static str {
    match role {
        Role::Focus | Role::Failure => "2",
        Role::Ink | Role::Past => "1.6",
        Role::WaitingCall | Role::FreeCall => "1.5",
        _ => "1",
    }
}

fn dashes(role: Role) -> &'static str {
    if role.is_dashed() { "5 3" } else { "none" }
}

/// Around columns.
fn outline(columns: &[Column]) -> String {
    let mut path = String::new();
    for [left, top, right, base] in columns {
        let [left, base, width, height] = [*left, *base, right - left, base - top].map(px);
        for piece in ["M", &left, " ", &base, "h", &width, "v-", &height, "h-", &width, "Z"] {
            path.push_str(piece);
        }
    }
    path
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
