//! The whole run on one line: what its workers did as far as that is recorded, where it was disturbed, and what is in
//! view.
//!
//! ```text
//!      ▾ change        ▬▬▬▬▬ fault      ⚑ bookmark
//! ░░░░░░░░░░▁▂▃▅▆▅▃▂▁▁▂▃┏━━━━━┓▃▂▁░░░░░░░░░░░░     grey: not recorded; framed: in view
//! ```
//!
//! Law: the line is the run from its start to its end, whatever is in view.

use super::density::Columns;
use super::lane::View;
use super::scale::Scale;
use super::shape::{Align, Picture, Shape};
use super::theme::Role;
use super::word;
use crate::scenario::Scenario;
use crate::time::Instant;

/// The height of the line.
pub const OVERVIEW: f64 = 34.0;
/// The height of the line for what disturbs the run.
const MARKS: f64 = 8.0;

/// The scale of the whole run on a surface like that of the view.
pub fn scale(view: &View) -> Scale {
    Scale {
        left: 0.0,
        span: (view.scenario.run.duration.0 as f64).max(1.0),
        ..view.scale()
    }
}

/// The line.
pub fn overview(view: &View, columns: &mut Columns, picture: &mut Picture) {
    let scale = scale(view);
    picture.clear(view.width, OVERVIEW);
    let (y, height) = (MARKS + 2.0, OVERVIEW - MARKS - 4.0);
    let (x, width) = (scale.start, scale.end - scale.start);
    for (y, height) in [(y, height), (y + height, 1.0)] {
        picture.draw(Role::Idle, Shape::Rect { x, y, width, height });
    }
    draw_recorded(picture, view, &scale, columns, (y, height));
    draw_disturbances(picture, view.scenario, &scale);
    draw_window(picture, view, &scale, (y, height));
    for mark in view.bookmarks {
        draw_bookmark(picture, scale.within(scale.px_from_ns(*mark)), OVERVIEW);
    }
}

/// A flag on a pole from the top of a line to its foot.
pub(super) fn draw_bookmark(picture: &mut Picture, x: f64, foot: f64) {
    let (from, to) = ((x, 0.0), (x, foot));
    picture.draw(Role::Focus, Shape::Line { from, to });
    let flag = vec![(x, 0.0), (x + 8.0, 3.5), (x, 7.0)];
    picture.draw(Role::Focus, Shape::Area(flag));
}

/// The shares of all workers, as far as they are recorded.
fn draw_recorded(picture: &mut Picture, view: &View, scale: &Scale, columns: &mut Columns, (y, height): (f64, f64)) {
    let whole = view.index.whole();
    columns.reset(scale.start, scale.end, 1.0);
    for (left, cell) in whole.between(0.0, scale.span) {
        for (portion, workers) in cell.iter().enumerate().filter(|(_, workers)| **workers > 0.0) {
            let [from, to] = [left, left + whole.step()].map(|ns| scale.within(scale.px_from_ns(ns)));
            columns.add(from, to, portion, *workers);
        }
    }
    columns.cells();
    let full = columns.most().max(1.0);
    let [x, to] = [view.trace.from, view.trace.until].map(|at| scale.within(scale.px_from_time(at)));
    let width = (to - x).max(1.0);
    picture.draw(Role::Ground, Shape::Rect { x, y, width, height });
    picture.draw_columns(Role::Running, scale.start, y, height, columns, full);
    let (y, height) = (y + height, 1.0);
    picture.draw(Role::Reply, Shape::Rect { x, y, width, height });
}

/// A bar for each fault as long as it lasts, a stroke for each change.
fn draw_disturbances(picture: &mut Picture, scenario: &Scenario, scale: &Scale) {
    for fault in &scenario.faults {
        let [x, to] = [fault.at, fault.until].map(|at| scale.within(scale.px_from_time(at)));
        let (y, width, height) = (1.0, (to - x).max(2.0), MARKS - 3.0);
        picture.draw(Role::Fault, Shape::Rect { x, y, width, height });
    }
    for change in &scenario.changes {
        let x = scale.within(scale.px_from_time(change.at)) - 1.0;
        let (y, width, height) = (0.0, 2.0, OVERVIEW);
        picture.draw(Role::Change, Shape::Rect { x, y, width, height });
    }
}

/// What is not in view is veiled; the view has a frame that can be found however narrow it is.
fn draw_window(picture: &mut Picture, view: &View, scale: &Scale, (y, height): (f64, f64)) {
    let left = scale.within(scale.px_from_ns(view.left));
    let right = scale.within(scale.px_from_ns(view.left + view.span)).max(left + 4.0);
    for (x, to) in [(scale.start, left), (right, scale.end)] {
        let width = (to - x).max(0.0);
        picture.draw(Role::Veil, Shape::Rect { x, y, width, height });
    }
    let (x, width) = (left, right - left);
    picture.draw(Role::Focus, Shape::Frame { x, y, width, height });
    let at = scale.within(scale.px_from_ns(view.head));
    let (from, to) = ((at, MARKS), (at, OVERVIEW));
    picture.draw(Role::Head, Shape::Line { from, to });
    let (at, align, text) = ((10.0, y + height / 2.0), Align::Start, "whole run".to_string());
    picture.draw(Role::Quiet, Shape::Text { at, align, text });
}

/// The text twin of the marks: what disturbs the run, and when, in the order of time.
pub fn disturbances(scenario: &Scenario) -> Vec<(Instant, String)> {
    let faults = scenario
        .faults
        .iter()
        .map(|fault| (fault.at, word::fault(scenario, fault)));
    let changes = scenario
        .changes
        .iter()
        .map(|change| (change.at, word::change(scenario, change)));
    let mut all: Vec<(Instant, String)> = faults.chain(changes).collect();
    let keys = all.iter().map(|(at, _)| at.0 as i64).zip(0..);
    let order = super::order::in_order(keys.collect::<Vec<_>>().into_iter());
    order.into_iter().map(|row| std::mem::take(&mut all[row])).collect()
}
