//! What is too narrow or too many to be drawn one by one: the portions of each column.
//!
//! ```text
//!  height ┤      ░░
//!         │ ▒▒  ▒▒▒▒      blocked on top of waiting for a core on top of running
//!         └─██████████──▶ columns
//! ```
//!
//! Law: an area is a time. Adding takes as long for a wide stretch as for a narrow one: an edge adds to its own
//! column in part, and to all columns on its right in whole, which [`Columns::cells`] sums up.

use super::scale::between;
use crate::trace::Activity;

/// The portions of a column: running, waiting for a core, blocked.
pub type Cell = [f64; 3];

/// Which portion an activity belongs to; none where nothing is done.
pub fn portion(activity: Activity) -> Option<usize> {
    match activity {
        Activity::Idle => None,
        Activity::Running => Some(0),
        Activity::CoreWait => Some(1),
        Activity::Blocked(_) => Some(2),
    }
}

/// Columns of equal width, each with how many workers did what on the mean. The unit of the places is the caller's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    start: f64,
    step: f64,
    cells: Vec<Cell>,
    /// What each column and all on its right have more than those on its left.
    rises: Vec<Cell>,
}

impl Columns {
    /// Begins anew with empty columns from `start` to `end`, each `step` wide.
    pub fn reset(&mut self, start: f64, end: f64, step: f64) {
        let count = ((end - start) / step).ceil().max(0.0) as usize;
        (self.start, self.step) = (start, step);
        for column in [&mut self.cells, &mut self.rises] {
            column.clear();
            column.resize(count, [0.0; 3]);
        }
    }

    /// Adds so many workers that did this between two places.
    pub fn add(&mut self, from: f64, to: f64, portion: usize, workers: f64) {
        self.edge(from, portion, workers);
        self.edge(to, portion, -workers);
    }

    /// Adds what fills some part of the column around a place.
    pub fn add_within(&mut self, place: f64, parts: Cell) {
        let column = (between((place - self.start) / self.step, 0.0, 4e9)) as usize;
        if let Some(cell) = self.cells.get_mut(column) {
            cell.iter_mut()
                .zip(parts)
                .for_each(|(cell, part)| *cell += part / self.step);
        }
    }

    fn edge(&mut self, place: f64, portion: usize, workers: f64) {
        let at = between((place - self.start) / self.step, 0.0, 4e9);
        let column = at as usize;
        if column < self.cells.len() {
            self.cells[column][portion] += workers * (1.0 - (at - column as f64));
        }
        if column + 1 < self.rises.len() {
            self.rises[column + 1][portion] += workers;
        }
    }

    /// The portions of all columns from left to right; nothing can be added afterwards.
    pub fn cells(&mut self) -> &[Cell] {
        let mut level = [0.0; 3];
        for (cell, rise) in self.cells.iter_mut().zip(&mut self.rises) {
            for portion in 0..3 {
                level[portion] += std::mem::take(&mut rise[portion]);
                // What is left of sums that should be nothing is nothing.
                cell[portion] = if cell[portion] + level[portion] < 1e-7 {
                    0.0
                } else {
                    cell[portion] + level[portion]
                };
            }
        }
        &self.cells
    }

    /// The workers of the fullest column, once [`Columns::cells`] has been summed up.
    pub fn most(&self) -> f64 {
        self.cells.iter().map(|cell| cell.iter().sum()).fold(0.0, f64::max)
    }

    /// The columns that reach into a stretch, each with its left end and its portions, once they are summed up.
    pub fn between(&self, from: f64, to: f64) -> impl Iterator<Item = (f64, &Cell)> {
        let column = |place: f64| between((place - self.start) / self.step, 0.0, self.cells.len() as f64);
        let (first, end) = (column(from) as usize, column(to).ceil() as usize);
        let cells = self.cells[first..end.max(first)].iter();
        cells
            .zip(first..)
            .map(|(cell, index)| (self.start + index as f64 * self.step, cell))
    }

    /// How wide a column is.
    pub fn step(&self) -> f64 {
        self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_the_time() {
        let mut columns = Columns::default();
        columns.reset(0.0, 10.0, 2.0);
        columns.add(0.5, 4.5, 0, 1.0);
        columns.add(1.0, 1.5, 2, 1.0);
        columns.add(3.0, 99.0, 1, 2.0);
        columns.add_within(9.0, [0.5, 0.0, 0.0]);
        let cells = columns.cells().to_vec();
        let time = |portion: usize| cells.iter().map(|cell| cell[portion] * 2.0).sum::<f64>();
        assert_eq!([time(0), time(1), time(2)], [4.5, 14.0, 0.5]);
        assert_eq!(cells[1], [1.0, 1.0, 0.0]);
        assert_eq!(columns.most(), 2.25);
        let seen: Vec<f64> = columns.between(3.0, 6.5).map(|(left, _)| left).collect();
        assert_eq!(seen, [2.0, 4.0, 6.0]);
    }
}
