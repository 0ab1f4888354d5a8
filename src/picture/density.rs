//! What is too narrow or too many to be drawn one by one: the portions of each column of pixels.
//!
//! ```text
//!  height ┤      ░░
//!         │ ▒▒  ▒▒▒▒      blocked on top of waiting for a core on top of running
//!         └─██████████──▶ columns
//! ```
//!
//! Law: an area is a time. However many segments fall into a column, it is drawn as at most three rectangles.

use super::shape::{Picture, Shape};
use super::theme::Role;
use crate::trace::Activity;

/// The portions from below to above.
const ROLES: [Role; 3] = [Role::Running, Role::CoreWait, Role::Blocked];

/// Columns of equal width, each with the time of three activities, in pixels of lane.
#[derive(Clone, Debug)]
pub struct Columns {
    start: f64,
    step: f64,
    cells: Vec<[f64; 3]>,
}

impl Columns {
    /// Empty columns from `start` to `end`, each `step` wide; whole pixels keep their edges sharp.
    pub fn new(start: f64, end: f64, step: f64) -> Columns {
        let count = ((end - start) / step).ceil().max(0.0) as usize;
        Columns {
            start: start.floor(),
            step,
            cells: vec![[0.0; 3]; count],
        }
    }

    /// Adds what one worker did between two pixels.
    pub fn add(&mut self, from: f64, to: f64, activity: Activity) {
        let portion = match activity {
            Activity::Idle => return,
            Activity::Running => 0,
            Activity::CoreWait => 1,
            Activity::Blocked(_) => 2,
        };
        let first = ((from - self.start) / self.step).max(0.0) as usize;
        let cells = self.cells.iter_mut().enumerate().skip(first);
        for (index, cell) in cells {
            let left = self.start + index as f64 * self.step;
            if left >= to {
                return;
            }
            cell[portion] += (to.min(left + self.step) - from.max(left)).max(0.0);
        }
    }

    /// The time of how many workers the fullest column has.
    pub fn most_lanes(&self) -> f64 {
        let sums = self.cells.iter().map(|cell| cell.iter().sum::<f64>() / self.step);
        sums.fold(0.0, f64::max)
    }

    /// Draws the columns; a column that is full has the time of `lanes` workers.
    pub fn draw(&self, picture: &mut Picture, top: f64, height: f64, lanes: f64) {
        let full = self.step * lanes;
        for (index, cell) in self.cells.iter().enumerate() {
            let x = self.start + index as f64 * self.step;
            let mut y = top + height;
            for (role, time) in ROLES.into_iter().zip(cell) {
                let height = (time / full).min(1.0) * height;
                if height > 0.0 {
                    y -= height;
                    let width = self.step;
                    picture.draw(role, Shape::Rect { x, y, width, height });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::On;

    #[test]
    fn the_area_is_the_time() {
        let mut columns = Columns::new(0.0, 10.0, 2.0);
        columns.add(0.5, 4.5, Activity::Running);
        columns.add(1.0, 1.5, Activity::Blocked(On::Wait));
        columns.add(3.0, 99.0, Activity::CoreWait);
        columns.add(0.0, 10.0, Activity::Idle);
        assert!((columns.most_lanes() - 1.5).abs() < 1e-9);
        let mut picture = Picture::default();
        columns.draw(&mut picture, 100.0, 40.0, 2.0);
        let area = |role| -> f64 {
            let of_role = picture.marks.iter().filter(|mark| mark.role == role);
            of_role
                .map(|mark| match mark.shape {
                    Shape::Rect { width, height, .. } => width * height / 20.0,
                    _ => 0.0,
                })
                .sum()
        };
        assert!((area(Role::Running) - 4.0).abs() < 1e-9);
        assert!((area(Role::Blocked) - 0.5).abs() < 1e-9);
        assert!((area(Role::CoreWait) - 7.0).abs() < 1e-9);
        assert!(picture.marks.len() <= 15);
    }
}
