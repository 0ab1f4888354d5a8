//! A picture as an SVG document: what is painted on a canvas, in a file.
//!
//! Law: the same picture gives the same bytes; every shape becomes one element, columns one path a portion.

use super::shape::{Align, Picture, Point, Shape, barb};
use super::theme::{Pattern, Role};

const FONT: &str = "font-size=\"11\" font-family=\"system-ui, sans-serif\"";

/// The document of a picture in one light.
pub fn svg(picture: &Picture, dark: bool) -> String {
    stack(&[picture], dark)
}

/// The document of pictures that stand under each other, as wide as the first.
pub fn stack(pictures: &[&Picture], dark: bool) -> String {
    let width = number(pictures.first().map_or(0.0, |picture| picture.width));
    let height = number(pictures.iter().map(|picture| picture.height).sum());
    let mut text = String::new();
    let head =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" {}>\n<defs>\n";
    fill(&mut text, head, &[&width, &height, &width, &height, FONT]);
    for role in Role::ALL {
        draw_pattern(&mut text, role, dark);
    }
    let ground = "</defs>\n<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n";
    fill(&mut text, ground, &[&width, &height, Role::Ground.color(dark)]);
    let mut top = 0.0;
    for picture in pictures {
        if top > 0.0 {
            let place = place(0.0, top, picture.width, picture.height);
            fill(&mut text, "<svg {}>\n", &[&place]);
        }
        for mark in &picture.marks {
            draw(&mut text, picture, &mark.shape, mark.role, dark);
        }
        if top > 0.0 {
            text.push_str("</svg>\n");
        }
        top += picture.height;
    }
    text.push_str("</svg>\n");
    text
}

/// Adds a template whose places `{}` are taken by texts, one after the other: the page, where every byte of code counts,
/// has no smaller way to format.
fn fill(text: &mut String, template: &str, texts: &[&str]) {
    let mut pieces = template.split("{}");
    text.push_str(pieces.next().unwrap_or_default());
    for (filled, piece) in texts.iter().zip(pieces) {
        text.push_str(filled);
        text.push_str(piece);
    }
}

/// The name of a role's pattern.
fn name(role: Role) -> &'static str {
    match role {
        Role::Blocked => "Blocked",
        _ => "CoreWait",
    }
}

fn draw_pattern(text: &mut String, role: Role, dark: bool) {
    let (paint, over, path) = match role.pattern(dark) {
        Pattern::Plain => return,
        Pattern::Hatch(over) => ("stroke", over, "M-1 9 9-1M-5 5 5-5M3 13 13 3"),
        Pattern::Dots(over) => ("fill", over, "M0 0h2v2h-2zM4 4h2v2h-2z"),
    };
    let pattern = concat!(
        "<pattern id=\"{}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path fill=\"{}\" d=\"M0 0h8v8h-8z\"/>",
        "<path {}=\"{}\" stroke-width=\"2\" d=\"{}\"/></pattern>\n"
    );
    fill(text, pattern, &[name(role), role.color(dark), paint, over, path]);
}

/// What an area of this role is filled with.
fn filling(role: Role, dark: bool) -> String {
    match role.pattern(dark) {
        Pattern::Plain => role.color(dark).to_string(),
        _ => ["url(#", name(role), ")"].concat(),
    }
}

fn draw(svg: &mut String, picture: &Picture, shape: &Shape, role: Role, dark: bool) {
    let color = role.color(dark);
    match shape {
        Shape::Rect { x, y, width, height } => {
            let (place, filling) = (place(*x, *y, *width, *height), filling(role, dark));
            fill(svg, "<rect {} fill=\"{}\"/>\n", &[&place, &filling]);
        }
        Shape::Frame { x, y, width, height } => {
            let frame = "<rect {} fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n";
            fill(svg, frame, &[&place(*x, *y, *width, *height), color]);
        }
        Shape::Line { from, to } => draw_line(svg, *from, *to, role, dark),
        Shape::Arrow { from, to } => {
            draw_line(svg, *from, *to, role, dark);
            if let Some(points) = barb(*from, *to) {
                let [tip, left, right] = points.map(at);
                let head = "<path d=\"M{} L{} L{}z\" fill=\"{}\"/>\n";
                fill(svg, head, &[&tip, &left, &right, color]);
            }
        }
        Shape::Columns { .. } => draw_columns(svg, picture, shape, role, dark),
        Shape::Text {
            at: (x, y),
            align,
            text,
        } => {
            let anchor = match align {
                Align::Start => "start",
                Align::Middle => "middle",
                Align::End => "end",
            };
            let words =
                "<text x=\"{}\" y=\"{}\" text-anchor=\"{}\" dominant-baseline=\"middle\" fill=\"{}\">{}</text>\n";
            fill(svg, words, &[&number(*x), &number(*y), anchor, color, &escape(text)]);
        }
    }
}

fn draw_line(svg: &mut String, from: Point, to: Point, role: Role, dark: bool) {
    let dashes = if role.is_dashed() {
        " stroke-dasharray=\"5 3\""
    } else {
        ""
    };
    let line = "<path d=\"M{} L{}\" stroke=\"{}\"{}/>\n";
    fill(svg, line, &[&at(from), &at(to), role.color(dark), dashes]);
}

/// One path a portion: a rectangle for each column that has some of it.
fn draw_columns(svg: &mut String, picture: &Picture, shape: &Shape, role: Role, dark: bool) {
    let Shape::Columns {
        x,
        y,
        step,
        height,
        first,
        count,
    } = shape
    else {
        return;
    };
    let mut paths = [String::new(), String::new(), String::new()];
    for (index, cell) in picture.cells[*first..first + count].iter().enumerate() {
        let (left, mut low) = (number(x + index as f64 * step), y + height);
        for (path, part) in paths.iter_mut().zip(cell) {
            let tall = part * height;
            if tall >= 0.05 {
                let (low, step, tall) = (number(low), number(*step), number(tall));
                fill(path, "M{} {}h{}v-{}h-{}z", &[&left, &low, &step, &tall, &step]);
            }
            low -= tall;
        }
    }
    for (path, role) in paths.iter().zip(role.portions()).filter(|(path, _)| !path.is_empty()) {
        fill(svg, "<path d=\"{}\" fill=\"{}\"/>\n", &[path, &filling(role, dark)]);
    }
}

fn place(x: f64, y: f64, width: f64, height: f64) -> String {
    let [x, y, width, height] = [x, y, width, height].map(number);
    [
        "x=\"",
        &x,
        "\" y=\"",
        &y,
        "\" width=\"",
        &width,
        "\" height=\"",
        &height,
        "\"",
    ]
    .concat()
}

fn at((x, y): Point) -> String {
    number(x) + " " + &number(y)
}

/// A number with one digit behind the point, and none where that is 0.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i32;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, digit) = ((tenths / 10).abs().to_string(), (tenths % 10).abs());
    match digit {
        0 => [sign, &whole].concat(),
        digit => [sign, &whole, ".", &digit.to_string()].concat(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
