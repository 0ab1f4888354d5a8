//! Shapes with a role and, where a pointer means something, what it hits. Coordinates are CSS pixels from the top left.
//!
//! Law: the last mark lies on top, for the eye and for the pointer.

use super::density::{Cell, Columns};
use super::scale::between;
use super::theme::Role;
use serde::{Deserialize, Serialize};

/// A place in a picture.
pub type Point = (f64, f64);

/// How close a pointer has to come to a line, in pixels.
const REACH: f64 = 4.0;

/// Everything that is drawn on one surface.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    pub width: f64,
    pub height: f64,
    pub marks: Vec<Mark>,
    /// The portions of all columns.
    pub cells: Vec<Cell>,
}

/// One shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub shape: Shape,
    pub role: Role,
    pub hit: Option<Hit>,
}

/// The geometry of a mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shape {
    /// A filled rectangle.
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    /// The outline of a rectangle.
    Frame {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    Line {
        from: Point,
        to: Point,
    },
    /// A line with a head at `to`.
    Arrow {
        from: Point,
        to: Point,
    },
    /// Portions on top of each other, `step` wide each: so many of [`Picture::cells`] from the first on, as parts of
    /// the height.
    Columns {
        x: f64,
        y: f64,
        step: f64,
        height: f64,
        first: usize,
        count: usize,
    },
    /// A dashed line with an open head at `to`: a reply, or a message for which nobody waits.
    Open {
        from: Point,
        to: Point,
    },
    /// A filled polygon.
    Area(Vec<Point>),
    /// A line of text whose middle lies at the height of `at`.
    Text {
        at: Point,
        align: Align,
        text: String,
    },
}

/// Which end of a text its place names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    Start,
    Middle,
    End,
}

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hit {
    /// A row of `Trace::segments`.
    Segment(u32),
    /// A row of `Trace::spans`.
    Span(u32),
}

impl Picture {
    /// An empty surface of this size, which takes the place of what was drawn.
    pub fn clear(&mut self, width: f64, height: f64) {
        (self.width, self.height) = (width, height);
        self.marks.clear();
        self.cells.clear();
    }

    /// Puts columns on top: the workers in each as parts of `full`. Nothing where there is nothing.
    pub fn draw_columns(&mut self, role: Role, x: f64, y: f64, height: f64, columns: &mut Columns, full: f64) {
        let (step, first) = (columns.step(), self.cells.len());
        let parts = columns
            .cells()
            .iter()
            .map(|cell| cell.map(|workers| (workers / full).min(1.0)));
        self.cells.extend(parts);
        let count = self.cells.len() - first;
        if self.cells[first..].iter().all(|cell| *cell == [0.0; 3]) {
            self.cells.truncate(first);
            return;
        }
        self.draw(
            role,
            Shape::Columns {
                x,
                y,
                step,
                height,
                first,
                count,
            },
        );
    }

    /// Puts a mark on top that nothing is to hit.
    pub fn draw(&mut self, role: Role, shape: Shape) {
        self.put(role, shape, None);
    }

    /// Puts a mark on top that stands for something.
    pub fn draw_hit(&mut self, role: Role, shape: Shape, hit: Hit) {
        self.put(role, shape, Some(hit));
    }

    #[inline(never)]
    fn put(&mut self, role: Role, shape: Shape, hit: Option<Hit>) {
        self.marks.push(Mark { shape, role, hit });
    }

    /// What lies on top at a point, of all that means something.
    pub fn hit(&self, at: Point) -> Option<Hit> {
        let marks = self.marks.iter().rev();
        marks.filter(|mark| mark.shape.covers(at)).find_map(|mark| mark.hit)
    }
}

impl Shape {
    /// Whether a pointer at this point means the shape.
    fn covers(&self, (px, py): Point) -> bool {
        match self {
            Shape::Rect { x, y, width, height } => (*x..*x + width).contains(&px) && (*y..*y + height).contains(&py),
            Shape::Line { from, to } | Shape::Arrow { from, to } | Shape::Open { from, to } => {
                distance((px, py), *from, *to) <= REACH
            }
            Shape::Frame { .. } | Shape::Columns { .. } | Shape::Area(_) | Shape::Text { .. } => false,
        }
    }
}

/// The head of an arrow: its tip and its two corners. It is so many pixels long and half as wide as the second number says,
/// and smaller where the line is shorter.
pub fn barb(from: Point, to: Point, (long, half): (f64, f64)) -> Option<[Point; 3]> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).sqrt();
    if length < 1.0 {
        return None;
    }
    let part = (long / length).min(1.0);
    let (x, y) = (to.0 - dx * part, to.1 - dy * part);
    let width = part * half / long;
    let (nx, ny) = (-dy * width, dx * width);
    Some([to, (x + nx, y + ny), (x - nx, y - ny)])
}

/// From a point to the nearest place of a line.
fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx * dx + dy * dy;
    let part = match length {
        none if none <= 0.0 => 0.0,
        some => between(((point.0 - from.0) * dx + (point.1 - from.1) * dy) / some, 0.0, 1.0),
    };
    let (x, y) = (from.0 + part * dx - point.0, from.1 + part * dy - point.1);
    (x * x + y * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f64) -> Shape {
        let (y, width, height) = (0.0, 10.0, 10.0);
        Shape::Rect { x, y, width, height }
    }

    #[test]
    fn what_lies_on_top_is_hit() {
        let mut picture = Picture::default();
        picture.draw_hit(Role::Running, rect(0.0), Hit::Segment(0));
        picture.draw_hit(Role::Running, rect(5.0), Hit::Segment(1));
        picture.draw(Role::Veil, rect(0.0));
        assert_eq!(picture.hit((2.0, 5.0)), Some(Hit::Segment(0)));
        assert_eq!(picture.hit((7.0, 5.0)), Some(Hit::Segment(1)));
        assert_eq!(picture.hit((15.0, 5.0)), None);
        assert_eq!(picture.hit((7.0, 10.0)), None);
    }

    #[test]
    fn a_line_is_hit_from_near() {
        let mut picture = Picture::default();
        let (from, to) = ((0.0, 0.0), (100.0, 100.0));
        picture.draw_hit(Role::WaitingCall, Shape::Arrow { from, to }, Hit::Span(3));
        assert_eq!(picture.hit((52.0, 48.0)), Some(Hit::Span(3)));
        assert_eq!(picture.hit((60.0, 40.0)), None);
        assert_eq!(picture.hit((106.0, 106.0)), None);
    }
}
