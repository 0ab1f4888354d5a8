//! What is laid over an area: slanted lines, upright lines or dots.
//!
//! ```text
//! columns   ▁▃▃▁ ▂   each line goes through all of them,      ╱╱  ╱
//!           ████ █   and is to be seen where it is inside    ╱╱╱╱ ╱
//! ```
//!
//! Law: nothing lies outside of the area, and a line goes on from column to column. Patterns are lines, so that pictures
//! on one page never share a name.

use crate::picture::shape::Point;
use crate::picture::theme::Pattern;

/// Between the lines of a pattern, in pixels.
const GAP: f64 = 4.0;
/// By how much a row of dots is shorter than the area at either end, in pixels.
const INSET: f64 = 1.0;

/// Left, top, right and base, in pixels.
pub type Column = [f64; 4];
/// Where a line begins and ends.
pub type Line = [Point; 2];

/// The lines of a pattern over columns, from left to right, in a frame around them.
pub fn lines(pattern: Pattern, frame: Column, columns: &[Column]) -> Vec<Line> {
    let [left, top, right, base] = frame;
    let (first, end, step) = match pattern {
        Pattern::Plain => return Vec::new(),
        Pattern::Hatch(_) => (left + GAP / 2.0 - (base - top), right, (1.0, -1.0)),
        Pattern::Bars(_) => (left + GAP / 2.0, right, (0.0, -1.0)),
        Pattern::Dots(_) => (top + GAP / 2.0, base, (1.0, 0.0)),
    };
    let is_level = matches!(pattern, Pattern::Dots(_));
    let inset = if is_level { INSET } else { 0.0 };
    let mut lines = Vec::new();
    let mut start = first;
    while start < end {
        let from = if is_level { (left, start) } else { (start, base) };
        let at = |length: f64| (from.0 + length * step.0, from.1 + length * step.1);
        for (near, far) in stretches(from, step, columns) {
            if far - near > 2.0 * inset {
                lines.push([at(near + inset), at(far - inset)]);
            }
        }
        start += GAP;
    }
    lines
}

/// How far from its start a line enters the columns, and how far it leaves them.
fn stretches(from: Point, step: Point, columns: &[Column]) -> Vec<(f64, f64)> {
    let mut stretches: Vec<(f64, f64)> = Vec::new();
    for [left, top, right, base] in columns {
        let (x, y) = (
            within(from.0, step.0, *left, *right),
            within(from.1, step.1, *top, *base),
        );
        let (near, far) = (x.0.max(y.0), x.1.min(y.1));
        match stretches.last_mut() {
            _ if far <= near => {}
            Some(last) if near - last.1 < 0.01 => last.1 = far,
            _ => stretches.push((near, far)),
        }
    }
    stretches
}

/// Between which lengths something that moves in steps from a place is between two others; nowhere if the first is the greater.
fn within(place: f64, step: f64, low: f64, high: f64) -> (f64, f64) {
    match step {
        0.0 if (low..high).contains(&place) => (f64::NEG_INFINITY, f64::INFINITY),
        0.0 => (f64::INFINITY, f64::NEG_INFINITY),
        step if step > 0.0 => ((low - place) / step, (high - place) / step),
        step => ((high - place) / step, (low - place) / step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HATCH: Pattern = Pattern::Hatch("#000");

    fn check(pattern: Pattern, columns: &[Column], expected: &[Line]) {
        let base = columns.iter().map(|column| column[3]).fold(0.0, f64::max);
        let frame = [columns[0][0], 0.0, columns[columns.len() - 1][2], base];
        assert_eq!(lines(pattern, frame, columns), expected, "{columns:?}");
    }

    #[test]
    fn lines_stay_inside() {
        let area = [[0.0, 0.0, 6.0, 8.0]];
        let slanted = [
            [(0.0, 2.0), (2.0, 0.0)],
            [(0.0, 6.0), (6.0, 0.0)],
            [(2.0, 8.0), (6.0, 4.0)],
        ];
        check(HATCH, &area, &slanted);
        check(Pattern::Bars("#000"), &area, &[[(2.0, 8.0), (2.0, 0.0)]]);
        let rows = [[(1.0, 2.0), (5.0, 2.0)], [(1.0, 6.0), (5.0, 6.0)]];
        check(Pattern::Dots("#000"), &area, &rows);
        check(Pattern::Plain, &area, &[]);
    }

    #[test]
    fn a_line_goes_on_from_column_to_column() {
        let columns = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(|left| [left, 0.0, left + 1.0, 8.0]);
        check(
            HATCH,
            &columns,
            &lines(HATCH, [0.0, 0.0, 6.0, 8.0], &[[0.0, 0.0, 6.0, 8.0]]),
        );
    }

    #[test]
    fn a_line_ends_where_a_column_does_and_begins_again_behind_a_gap() {
        let columns = [[0.0, 4.0, 2.0, 8.0], [4.0, 0.0, 6.0, 4.0]];
        let expected = [[(0.0, 6.0), (2.0, 4.0)], [(4.0, 2.0), (6.0, 0.0)]];
        check(HATCH, &columns, &expected);
    }
}
