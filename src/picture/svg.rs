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
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" {FONT}>\n"
    );
    text.push_str("<defs>\n");
    for role in Role::ALL {
        text.push_str(&pattern(role, dark));
    }
    text.push_str("</defs>\n");
    let ground = Role::Ground.color(dark);
    text.push_str(&format!(
        "<rect width=\"{width}\" height=\"{height}\" fill=\"{ground}\"/>\n"
    ));
    let mut top = 0.0;
    for picture in pictures {
        if top > 0.0 {
            let place = place(0.0, top, picture.width, picture.height);
            text.push_str(&format!("<svg {place}>\n"));
        }
        for mark in &picture.marks {
            text.push_str(&element(picture, &mark.shape, mark.role, dark));
        }
        if top > 0.0 {
            text.push_str("</svg>\n");
        }
        top += picture.height;
    }
    text.push_str("</svg>\n");
    text
}

fn pattern(role: Role, dark: bool) -> String {
    let (color, over) = match role.pattern(dark) {
        Pattern::Plain => return String::new(),
        Pattern::Hatch(over) => (over, "M-1 9 9-1M-5 5 5-5M3 13 13 3"),
        Pattern::Dots(over) => (over, "M0 0h2v2h-2zM4 4h2v2h-2z"),
    };
    let (ground, paint) = (
        role.color(dark),
        if matches!(role.pattern(dark), Pattern::Dots(_)) {
            "fill"
        } else {
            "stroke"
        },
    );
    format!(
        "<pattern id=\"{role:?}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><path fill=\"{ground}\" d=\"M0 0h8v8h-8z\"/><path {paint}=\"{color}\" stroke-width=\"2\" d=\"{over}\"/></pattern>\n"
    )
}

/// What an area of this role is filled with.
fn fill(role: Role, dark: bool) -> String {
    match role.pattern(dark) {
        Pattern::Plain => role.color(dark).to_string(),
        _ => format!("url(#{role:?})"),
    }
}

fn element(picture: &Picture, shape: &Shape, role: Role, dark: bool) -> String {
    let color = role.color(dark);
    let dashes = if role.is_dashed() {
        " stroke-dasharray=\"5 3\""
    } else {
        ""
    };
    match shape {
        Shape::Rect { x, y, width, height } => {
            let (place, fill) = (place(*x, *y, *width, *height), fill(role, dark));
            format!("<rect {place} fill=\"{fill}\"/>\n")
        }
        Shape::Frame { x, y, width, height } => {
            let place = place(*x, *y, *width, *height);
            format!("<rect {place} fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n")
        }
        Shape::Line { from, to } => format!("<path d=\"M{} L{}\" stroke=\"{color}\"{dashes}/>\n", at(*from), at(*to)),
        Shape::Arrow { from, to } => {
            let line = format!("<path d=\"M{} L{}\" stroke=\"{color}\"{dashes}/>\n", at(*from), at(*to));
            let head = barb(*from, *to).map(|[tip, left, right]| {
                format!(
                    "<path d=\"M{} L{} L{}z\" fill=\"{color}\"/>\n",
                    at(tip),
                    at(left),
                    at(right)
                )
            });
            line + &head.unwrap_or_default()
        }
        Shape::Columns { .. } => columns(picture, shape, role, dark),
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
            let (x, y, text) = (number(*x), number(*y), escape(text));
            format!(
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" dominant-baseline=\"middle\" fill=\"{color}\">{text}</text>\n"
            )
        }
    }
}

/// One path a portion: a rectangle for each column that has some of it.
fn columns(picture: &Picture, shape: &Shape, role: Role, dark: bool) -> String {
    let Shape::Columns {
        x,
        y,
        step,
        height,
        first,
        count,
    } = shape
    else {
        return String::new();
    };
    let mut paths = [String::new(), String::new(), String::new()];
    for (index, cell) in picture.cells[*first..first + count].iter().enumerate() {
        let (left, mut low) = (number(x + index as f64 * step), y + height);
        for (path, part) in paths.iter_mut().zip(cell) {
            let tall = part * height;
            if tall >= 0.05 {
                let (low, step, tall) = (number(low), number(*step), number(tall));
                path.push_str(&format!("M{left} {low}h{step}v-{tall}h-{step}z"));
            }
            low -= tall;
        }
    }
    let drawn = paths.iter().zip(role.portions()).filter(|(path, _)| !path.is_empty());
    drawn
        .map(|(path, role)| format!("<path d=\"{path}\" fill=\"{}\"/>\n", fill(role, dark)))
        .collect()
}

fn place(x: f64, y: f64, width: f64, height: f64) -> String {
    let [x, y, width, height] = [x, y, width, height].map(number);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

fn at((x, y): Point) -> String {
    number(x) + " " + &number(y)
}

/// A number with one digit behind the point, and none where that is 0.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() as i64;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        digit => format!(
            "{}{}.{}",
            if tenths < 0 { "-" } else { "" },
            (tenths / 10).abs(),
            digit.abs()
        ),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
