//! What lies on a row: a worker's segments, the shares of a pool, the level of a client or a channel.
//!
//! ```text
//!  columns   │   │   │   │   │   │   │     wider than a pixel: a rectangle of its own
//!  segments  ▒▒▒▒▒▒▒▒▒▒ ▏▎▍ ▏▏████████     narrower: all up to the column's edge become portions of the column
//! ```
//!
//! Law: a row takes as many steps as it has columns, however many segments lie in them.

use super::density::{Columns, portion};
use super::lane::{LETTER, Lanes, View};
use super::row::{Kind, Row};
use super::scale::Scale;
use super::shape::{Align, Hit, Mark, Point, Shape};
use super::theme::Role;
use super::word;
use crate::scenario::{ChannelId, ClientId, ServiceId};
use crate::time::Instant;
use crate::trace::{Activity, Depth, Segment};

/// Segments narrower than this are drawn as columns.
const NARROW: f64 = 1.5;
/// The least height of a lane that has room for words.
const WORDY: f64 = 11.0;
/// The width of a strip's columns.
const COLUMN: f64 = 2.0;

pub(super) fn draw_row(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row) {
    match row.kind {
        Kind::Client(client) => draw_client(lanes, view, scale, row, client),
        Kind::Channel(channel) => draw_channel(lanes, view, scale, row, channel),
        Kind::Lane(lane) => draw_lane(lanes, view, scale, row, lane),
        Kind::Strip {
            service,
            first,
            lanes: count,
        } => draw_strip(lanes, view, scale, row, (service, first, count)),
    }
}

/// Goes through the segments of a lane that are in view: tells the wide ones, each with its ends in pixels, and adds
/// up the others.
fn walk(
    view: &View,
    scale: &Scale,
    lane: u32,
    columns: &mut Columns,
    wide: &mut dyn FnMut(&mut Columns, usize, f64, f64),
) {
    let (left, right) = scale.ends();
    let segments = &view.trace.segments;
    let (mut row, end) = view.index.lane(lane);
    row += segments[row..end].partition_point(|segment| segment.end <= left);
    while row < end && segments[row].start < right {
        let segment = &segments[row];
        let from = scale.within(scale.px_from_time(segment.start));
        let to = scale.within(scale.px_from_time(segment.end));
        if to - from >= NARROW {
            wide(columns, row, from, to);
            row += 1;
            continue;
        }
        let edge = scale.start + (((from - scale.start) / columns.step()) as u64 + 1) as f64 * columns.step();
        let next = first_beyond(segments, row, end, Instant(scale.ns_from_px(edge).max(0.0) as u64));
        if next > row {
            let parts = view.index.time(segments, row, next);
            columns.add_within(from, parts.map(|ns| ns * scale.px_per_ns()));
            row = next;
        } else {
            if let Some(portion) = portion(segment.activity) {
                columns.add(from, to, portion, 1.0);
            }
            row += 1;
        }
    }
}

/// The first of a lane's segments from `row` on that ends after an instant; near ones are found soonest.
fn first_beyond(segments: &[Segment], row: usize, end: usize, at: Instant) -> usize {
    let (mut low, mut stride) = (row, 1);
    while low + stride < end && segments[low + stride - 1].end <= at {
        low += stride;
        stride *= 2;
    }
    let high = (low + stride).min(end);
    low + segments[low..high].partition_point(|segment| segment.end <= at)
}

fn draw_lane(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row, lane: u32) {
    let (y, height, is_wordy) = (
        view.y(row.top) + 1.0,
        row.height - 2.0,
        row.height >= WORDY && view.is_clear(row.top),
    );
    let Lanes {
        picture,
        words,
        columns,
        ..
    } = lanes;
    columns.reset(scale.start, scale.end, 1.0);
    walk(view, scale, lane, columns, &mut |_, row, from, to| {
        let segment = &view.trace.segments[row];
        let (x, width) = (from, to - from);
        let shape = Shape::Rect { x, y, width, height };
        picture.draw_hit(role(segment.activity), shape, Hit::Segment(row as u32));
        if is_wordy {
            say_blocker(words, view, segment, from, to, y + height / 2.0);
        }
    });
    picture.draw_columns(Role::Running, scale.start, y, height, columns, 1.0);
}

fn role(activity: Activity) -> Role {
    match activity {
        Activity::Idle => Role::Idle,
        Activity::Running => Role::Running,
        Activity::CoreWait => Role::CoreWait,
        Activity::Blocked(_) => Role::Blocked,
    }
}

/// On whom a worker is blocked, as far as there is room for words on it.
fn say_blocker(words: &mut Vec<Mark>, view: &View, segment: &Segment, from: f64, to: f64, middle: f64) {
    let Some(who) = word::blocker(view.scenario, segment.activity) else {
        return;
    };
    let room = ((to - from - 8.0) / LETTER).max(0.0) as usize;
    let whole = "blocked on ".len() + who.len();
    let text = match room {
        room if room >= whole => "blocked on ".to_string() + who,
        room if room >= who.len() => who.to_string(),
        _ => return,
    };
    let (at, width) = (((from + to) / 2.0, middle), text.len() as f64 * LETTER + 6.0);
    say(words, Role::BlockedGround, Role::BlockedInk, at, width, text);
}

fn draw_strip(
    lanes: &mut Lanes,
    view: &View,
    scale: &Scale,
    row: &Row,
    (service, first, count): (ServiceId, u32, u32),
) {
    let columns = &mut lanes.columns;
    columns.reset(scale.start, scale.end, COLUMN);
    let pool = view.index.pool(service.0 as usize);
    if pool.step() * scale.px_per_ns() <= COLUMN {
        add_pool(scale, columns, pool);
    } else {
        for lane in first..first + count {
            walk(view, scale, lane, columns, &mut |columns, row, from, to| {
                if let Some(portion) = portion(view.trace.segments[row].activity) {
                    columns.add(from, to, portion, 1.0);
                }
            });
        }
    }
    columns.cells();
    let most = ((columns.most() - 1e-6).ceil().max(0.0) as u32).min(count);
    let ceiling = round_up(most).min(count);
    let text = format!("max {most} of {count} busy");
    draw_level(lanes, view, scale, Role::Running, row, ceiling);
    say_most(lanes, view, scale, row, text);
}

/// Columns of time become columns of pixels.
fn add_pool(scale: &Scale, columns: &mut Columns, pool: &Columns) {
    for (left, cell) in pool.between(scale.left, scale.left + scale.span) {
        let from = scale.within(scale.px_from_ns(left));
        let to = scale.within(scale.px_from_ns(left + pool.step()));
        for (portion, workers) in cell.iter().enumerate().filter(|(_, workers)| **workers > 0.0) {
            columns.add(from, to, portion, *workers);
        }
    }
}

/// How many requests of a client are under way.
fn draw_client(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row, client: ClientId) {
    let columns = &mut lanes.columns;
    columns.reset(scale.start, scale.end, 1.0);
    let known = view.index.client(client.0 as usize);
    if known.step() * scale.px_per_ns() <= 1.0 {
        add_pool(scale, columns, known);
    } else {
        let (left, right) = scale.ends();
        let requests = &view.trace.requests;
        let end = requests.partition_point(|request| request.offered < right);
        for number in view.index.requests.rows(left, end) {
            let request = &requests[number];
            if request.client == client && request.returned > left {
                let from = scale.within(scale.px_from_time(request.offered));
                let to = scale.within(scale.px_from_time(request.returned.min(view.trace.until)));
                columns.add(from, to, 0, 1.0);
            }
        }
    }
    finish_level(lanes, view, scale, row);
}

/// How many messages lie in a channel: the most in each column.
fn draw_channel(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row, channel: ChannelId) {
    let columns = &mut lanes.columns;
    columns.reset(scale.start, scale.end, 1.0);
    let all = &view.trace.depths;
    let (left, right) = scale.ends();
    let of_channel = |row: &usize| all.get(*row).is_some_and(|depth| depth.channel == channel);
    let mut first = all.partition_point(|depth| (depth.channel, depth.at) <= (channel, left));
    let mut level = first
        .checked_sub(1)
        .filter(of_channel)
        .map_or(0, |before| all[before].depth);
    let mut x = scale.within(scale.px_from_time(view.trace.from)).floor();
    let last = scale.within(scale.px_from_time(view.trace.until));
    while x < last {
        let at = Instant(scale.ns_from_px(x + 1.0).max(0.0) as u64).min(right);
        let end = first + all[first..].partition_point(|depth: &Depth| (depth.channel, depth.at) <= (channel, at));
        let highest = view
            .index
            .depths
            .within(first, end, |row| u64::from(all[row].depth))
            .max(u64::from(level));
        columns.add_within(x, [highest as f64, 0.0, 0.0]);
        level = end
            .checked_sub(1)
            .filter(of_channel)
            .map_or(level, |last| all[last].depth);
        (first, x) = (end, x + 1.0);
    }
    finish_level(lanes, view, scale, row);
}

/// A level with its greatest value in words; nothing where there is none.
fn finish_level(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row) {
    lanes.columns.cells();
    let most = (lanes.columns.most() - 1e-6).ceil().max(0.0) as u32;
    if most > 0 {
        draw_level(lanes, view, scale, Role::Level, row, round_up(most));
        say_most(lanes, view, scale, row, "max ".to_string() + &most.to_string());
    }
}

/// Columns whose full height is so many workers, requests or messages.
fn draw_level(lanes: &mut Lanes, view: &View, scale: &Scale, role: Role, row: &Row, ceiling: u32) {
    let Lanes { picture, columns, .. } = lanes;
    let (y, height) = (view.y(row.top) + 3.0, row.height - 4.0);
    picture.draw_columns(role, scale.start, y, height, columns, f64::from(ceiling));
}

/// Words at the right end of a row.
fn say_most(lanes: &mut Lanes, view: &View, scale: &Scale, row: &Row, text: String) {
    if !view.is_clear(row.top) {
        return;
    }
    let middle = view.y(row.top) + 7.0;
    let width = text.len() as f64 * LETTER + 6.0;
    say(
        &mut lanes.words,
        Role::Ground,
        Role::Quiet,
        (scale.end - width / 2.0 - 1.0, middle),
        width,
        text,
    );
}

/// Words on a ground of their own.
fn say(words: &mut Vec<Mark>, ground: Role, ink: Role, at: Point, width: f64, text: String) {
    let (x, y, height, hit) = (at.0 - width / 2.0, at.1 - 5.5, 11.0, None);
    let shape = Shape::Rect { x, y, width, height };
    words.push(Mark {
        shape,
        role: ground,
        hit,
    });
    let align = Align::Middle;
    let shape = Shape::Text { at, align, text };
    words.push(Mark { shape, role: ink, hit });
}

/// The least of 4, 8, 16 … that is not below; scales change seldom while a run plays.
fn round_up(level: u32) -> u32 {
    level.max(4).checked_next_power_of_two().unwrap_or(u32::MAX)
}
