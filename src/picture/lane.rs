//! Swimlanes: what every worker does over time, who called whom, how much lies in channels.
//!
//! ```text
//! gutter │ axis      0 ms        20 ms        40 ms
//! orders │ ███▒▒▒▒blocked on payments▒▒▒▒██   ┊ head
//!        │    ╲ solid: the caller waits       ┊ (veil over what is to come)
//! paym.  │     ██████████████████             ┊
//! ```
//!
//! Law: the number of marks is bounded by the pixels and by [`MOST_CALLS`], not by the length of the recording.
//! Areas come first, lines and words lie on top.

use super::call::{draw_calls, draw_focus};
use super::density::Columns;
use super::index::Index;
use super::overview::draw_bookmark;
use super::row::{AXIS, Group, Kind, NAME, Row, Rows};
use super::scale::Scale;
use super::shape::{Align, Mark, Picture, Shape};
use super::theme::Role;
use super::track::draw_row;
use super::word;
use crate::scenario::Scenario;
use crate::trace::Trace;

/// More arrows than this say nothing; then none is drawn.
pub const MOST_CALLS: usize = 300;
/// The width of a letter on a lane, in pixels.
pub(super) const LETTER: f64 = 6.1;

/// What is to be seen.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub scenario: &'a Scenario,
    pub trace: &'a Trace,
    pub index: &'a Index,
    pub rows: &'a Rows,
    /// The instant at the left end, in nanoseconds.
    pub left: f64,
    /// Nanoseconds from end to end; above 0.
    pub span: f64,
    /// The play head, in nanoseconds.
    pub head: f64,
    /// The places that the reader has marked, in nanoseconds.
    pub bookmarks: &'a [f64],
    /// The width of the surface, in pixels.
    pub width: f64,
    /// How far the rows are scrolled, and how much of them is to be seen, in pixels.
    pub top: f64,
    pub height: f64,
    /// The request that is lit up: a row of `Trace::requests`.
    pub request: Option<u32>,
    /// The segment that is selected: a row of `Trace::segments`.
    pub segment: Option<u32>,
}

/// Says at the top right of lanes what they are, for who sees them without a page around them.
pub fn title(picture: &mut Picture, words: &str) {
    let (width, height) = (words.chars().count() as f64 * LETTER + 12.0, 18.0);
    let (x, y) = (picture.width - width - 8.0, 2.0);
    picture.draw(Role::Ground, Shape::Rect { x, y, width, height });
    picture.draw(
        Role::Quiet,
        Shape::Text {
            at: (x + width / 2.0, y + height / 2.0),
            align: Align::Middle,
            text: words.to_string(),
        },
    );
}

/// The lanes, and what had no room on them. One is drawn over the other: nothing is allocated anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lanes {
    pub picture: Picture,
    /// Whether calls in view have no arrow since they are more than [`MOST_CALLS`].
    pub too_many_calls: bool,
    /// Words that lie on top of all areas.
    pub(super) words: Vec<Mark>,
    pub(super) columns: Columns,
}

impl View<'_> {
    /// The scale of the view, right of the names.
    pub fn scale(&self) -> Scale {
        Scale {
            left: self.left,
            span: self.span.max(1.0),
            start: self.rows.gutter,
            end: self.width.max(self.rows.gutter + 1.0),
        }
    }

    /// Where something on the rows is to be seen: what is pinned stays, all else is scrolled.
    pub(super) fn y(&self, top: f64) -> f64 {
        if top < self.rows.pinned { top } else { top - self.top }
    }

    /// Whether what begins here lies under nothing that is pinned.
    pub(super) fn is_clear(&self, top: f64) -> bool {
        top < self.rows.pinned || self.y(top) >= self.rows.pinned
    }

    /// Whether something of this place and height is in sight at all.
    pub(super) fn sees(&self, top: f64, height: f64) -> bool {
        let (y, is_pinned) = (self.y(top), top < self.rows.pinned);
        y < self.height && (is_pinned || y + height > self.rows.pinned)
    }
}

/// The axis above the lanes.
pub fn axis(view: &View, picture: &mut Picture) {
    let scale = view.scale();
    picture.clear(view.width, AXIS);
    for (x, _) in scale.ticks() {
        let (from, to) = ((x, AXIS - 7.0), (x, AXIS));
        picture.draw(Role::Grid, Shape::Line { from, to });
    }
    let in_view = |mark: &&f64| (view.left..=view.left + view.span).contains(*mark);
    for mark in view.bookmarks.iter().filter(in_view) {
        draw_bookmark(picture, scale.px_from_ns(*mark), AXIS);
    }
    draw_head(picture, view, &scale);
    for (x, text) in scale.ticks() {
        if x + text.len() as f64 * LETTER < view.width - 2.0 {
            let (at, align) = ((x + 4.0, AXIS / 2.0), Align::Start);
            picture.draw(Role::Quiet, Shape::Text { at, align, text });
        }
    }
}

/// The rows under the axis.
pub fn lanes(view: &View, lanes: &mut Lanes) {
    let scale = view.scale();
    lanes.picture.clear(view.width, view.height);
    lanes.words.clear();
    draw_grid(&mut lanes.picture, &scale, 0.0, view.height);
    let is_pinned = |group: &&Group| group.top < view.rows.pinned;
    let groups = &view.rows.groups;
    groups
        .iter()
        .filter(|group| !is_pinned(group))
        .for_each(|group| draw_group(lanes, view, &scale, group));
    if view.rows.pinned > 0.0 {
        let (x, y, width, height) = (0.0, 0.0, view.width, view.rows.pinned);
        lanes.picture.draw(Role::Ground, Shape::Rect { x, y, width, height });
        groups
            .iter()
            .filter(is_pinned)
            .for_each(|group| draw_group(lanes, view, &scale, group));
        let (y, height) = (view.rows.pinned - 1.0, 1.0);
        lanes.picture.draw(Role::Quiet, Shape::Rect { x, y, width, height });
    }
    lanes.picture.marks.append(&mut lanes.words);
    lanes.too_many_calls = draw_calls(&mut lanes.picture, view, &scale);
    draw_focus(&mut lanes.picture, view, &scale);
    draw_future(&mut lanes.picture, view, &scale);
    draw_head(&mut lanes.picture, view, &scale);
    groups
        .iter()
        .for_each(|group| draw_name(&mut lanes.picture, view, group));
}

fn draw_grid(picture: &mut Picture, scale: &Scale, y: f64, height: f64) {
    for (x, _) in scale.ticks() {
        let (from, to) = ((x, y.max(0.0)), (x, y + height));
        picture.draw(Role::Grid, Shape::Line { from, to });
    }
}

/// The band behind a group, the base lines of its rows, and what goes on there.
fn draw_group(lanes: &mut Lanes, view: &View, scale: &Scale, group: &Group) {
    if !view.sees(group.top - 3.0, group.height + 6.0) {
        return;
    }
    if group.is_odd {
        let (x, width, y, height) = (0.0, view.width, view.y(group.top) - 3.0, group.height + 6.0);
        lanes.picture.draw(Role::Band, Shape::Rect { x, y, width, height });
        draw_grid(&mut lanes.picture, scale, y, height);
    }
    for row in group.rows.iter().filter(|row| view.sees(row.top, row.height)) {
        draw_base(&mut lanes.picture, view, scale, row);
        draw_row(lanes, view, scale, row);
    }
}

fn draw_base(picture: &mut Picture, view: &View, scale: &Scale, row: &Row) {
    let x = scale.within(scale.px_from_time(view.trace.from));
    let width = scale.within(scale.px_from_time(view.trace.until)) - x;
    let y = match row.kind {
        Kind::Lane(_) => view.y(row.top) + row.height * 0.5 - 0.5,
        Kind::Strip { .. } | Kind::Client(_) | Kind::Channel(_) => view.y(row.top) + row.height - 1.0,
    };
    let height = 1.0;
    picture.draw(Role::Idle, Shape::Rect { x, y, width, height });
}

/// What is still to come is there, but pale.
fn draw_future(picture: &mut Picture, view: &View, scale: &Scale) {
    let x = scale.within(scale.px_from_ns(view.head));
    let (y, width, height) = (0.0, scale.end - x, view.height);
    picture.draw(Role::Veil, Shape::Rect { x, y, width, height });
}

fn draw_head(picture: &mut Picture, view: &View, scale: &Scale) {
    let x = scale.px_from_ns(view.head);
    if (scale.start..=scale.end).contains(&x) {
        let (from, to) = ((x, 0.0), (x, picture.height));
        picture.draw(Role::Head, Shape::Line { from, to });
    }
}

/// The name of a group in the gutter, with what it is where there is room.
fn draw_name(picture: &mut Picture, view: &View, group: &Group) {
    let (top, is_pinned) = (view.y(group.top), group.top < view.rows.pinned);
    let least = if is_pinned { 0.0 } else { view.rows.pinned };
    // The name of a group that reaches beyond what is in sight stays in sight.
    let middle = (top + group.middle()).max(least + NAME).min(top + group.height - NAME);
    if middle < least + NAME || top > view.height {
        return;
    }
    let letters = ((view.rows.gutter - 14.0 - view.rows.tools) / 6.6) as usize;
    let (x, align) = (10.0, Align::Start);
    let lines = [(Role::Ink, &group.name, -6.5), (Role::Quiet, &group.what, 7.5)];
    for (role, text, below) in lines {
        let at = (x, middle + below);
        let text = word::shorten(text, letters);
        picture.draw(role, Shape::Text { at, align, text });
    }
}
