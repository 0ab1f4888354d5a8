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

use super::density::Columns;
use super::order::sorted;
use super::row::{AXIS, Group, Kind, Row, Rows};
use super::scale::Scale;
use super::shape::{Align, Hit, Picture, Point, Shape};
use super::theme::Role;
use super::word;
use crate::scenario::{Callee, Caller, ChannelId, ClientId, Scenario};
use crate::time::Instant;
use crate::trace::{Activity, Cause, NO_LANE, NO_SPAN, Segment, Span, Trace};

/// More arrows than this say nothing; then none is drawn.
pub const MOST_CALLS: usize = 300;
/// Segments narrower than this are drawn as columns.
const NARROW: f64 = 1.5;
/// The width of a letter on a lane, in pixels.
const LETTER: f64 = 6.1;
/// The least height of a lane that has room for words.
const WORDY: f64 = 11.0;
/// The width of a strip's columns.
const COLUMN: f64 = 2.0;

/// What is to be seen.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub scenario: &'a Scenario,
    pub trace: &'a Trace,
    pub rows: &'a Rows,
    /// The instant at the left end, in nanoseconds.
    pub left: f64,
    /// Nanoseconds from end to end; above 0.
    pub span: f64,
    /// The play head, in nanoseconds.
    pub head: f64,
    /// The width of the surface, in pixels.
    pub width: f64,
    /// The request that is lit up: a row of `Trace::requests`.
    pub request: Option<u32>,
    /// The segment that is selected: a row of `Trace::segments`.
    pub segment: Option<u32>,
}

/// The lanes, and what had no room on them.
#[derive(Clone, Debug, PartialEq)]
pub struct Lanes {
    pub picture: Picture,
    /// How many calls in view have no arrow since they are more than [`MOST_CALLS`].
    pub hidden_calls: usize,
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
}

/// The axis above the lanes.
pub fn axis(view: &View) -> Picture {
    let scale = view.scale();
    let mut picture = Picture {
        width: view.width,
        height: AXIS,
        marks: Vec::new(),
    };
    for (x, text) in scale.ticks() {
        let room = x + text.len() as f64 * LETTER < view.width - 2.0;
        let at = (x + 4.0, AXIS / 2.0);
        let (from, to) = ((x, AXIS - 7.0), (x, AXIS));
        picture.draw(Role::Grid, Shape::Line { from, to });
        if room {
            let align = Align::Start;
            picture.draw(Role::Quiet, Shape::Text { at, align, text });
        }
    }
    draw_head(&mut picture, view, &scale);
    picture
}

/// The rows under the axis.
pub fn lanes(view: &View) -> Lanes {
    let scale = view.scale();
    let mut picture = Picture {
        width: view.width,
        height: view.rows.height,
        marks: Vec::new(),
    };
    draw_ground(&mut picture, view, &scale);
    for group in &view.rows.groups {
        group
            .rows
            .iter()
            .for_each(|row| draw_row(&mut picture, view, &scale, row));
    }
    let hidden_calls = draw_calls(&mut picture, view, &scale);
    draw_focus(&mut picture, view, &scale);
    draw_future(&mut picture, view, &scale);
    draw_head(&mut picture, view, &scale);
    view.rows
        .groups
        .iter()
        .for_each(|group| draw_name(&mut picture, view.rows, group));
    Lanes { picture, hidden_calls }
}

/// Bands behind every second group, the time grid, and the base line of every row.
fn draw_ground(picture: &mut Picture, view: &View, scale: &Scale) {
    let (x, width) = (0.0, view.width);
    for group in view.rows.groups.iter().step_by(2) {
        let (y, height) = (group.top - 3.0, group.height + 6.0);
        picture.draw(Role::Band, Shape::Rect { x, y, width, height });
    }
    for (x, _) in scale.ticks() {
        let (from, to) = ((x, 0.0), (x, view.rows.height));
        picture.draw(Role::Grid, Shape::Line { from, to });
    }
    let x = scale.within(scale.px_from_time(view.trace.from));
    let width = scale.within(scale.px_from_time(view.trace.until)) - x;
    for row in view.rows.groups.iter().flat_map(|group| &group.rows) {
        let (y, height) = match row.kind {
            Kind::Lane(_) => (row.top + row.height * 0.5 - 0.5, 1.0),
            Kind::Strip { .. } | Kind::Client(_) | Kind::Channel(_) => (row.top + row.height - 1.0, 1.0),
        };
        picture.draw(Role::Idle, Shape::Rect { x, y, width, height });
    }
}

fn draw_row(picture: &mut Picture, view: &View, scale: &Scale, row: &Row) {
    match row.kind {
        Kind::Client(client) => draw_level(picture, scale, row, &under_way(view, scale, client)),
        Kind::Channel(channel) => draw_level(picture, scale, row, &depths(view, scale, channel)),
        Kind::Lane(lane) => draw_lane(picture, view, scale, row, lane),
        Kind::Strip { first, lanes, .. } => draw_strip(picture, view, scale, row, first, lanes),
    }
}

/// The rows of a lane's segments that reach into the view.
fn segments<'a>(view: &View<'a>, scale: &Scale, lane: u32) -> impl Iterator<Item = (u32, &'a Segment)> {
    let (left, right) = scale.ends();
    let all = &view.trace.segments;
    let first = all.partition_point(|segment| (segment.lane, segment.end) <= (lane, left));
    let reaching = move |segment: &&Segment| segment.lane == lane && segment.start < right;
    (first as u32..).zip(all[first..].iter().take_while(reaching))
}

fn draw_lane(picture: &mut Picture, view: &View, scale: &Scale, row: &Row, lane: u32) {
    let mut narrow = None;
    let (y, height) = (row.top + 1.0, row.height - 2.0);
    for (number, segment) in segments(view, scale, lane) {
        let from = scale.within(scale.px_from_time(segment.start));
        let to = scale.within(scale.px_from_time(segment.end));
        if to - from < NARROW {
            let columns = narrow.get_or_insert_with(|| Columns::new(scale.start, scale.end, 1.0));
            columns.add(from, to, segment.activity);
            continue;
        }
        let (x, width) = (from, to - from);
        let shape = Shape::Rect { x, y, width, height };
        picture.draw_hit(role(segment.activity), shape, Hit::Segment(number));
        if row.height >= WORDY {
            draw_blocker(picture, view, segment, from, to, y + height / 2.0);
        }
    }
    if let Some(columns) = narrow {
        columns.draw(picture, y, height, 1.0);
    }
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
fn draw_blocker(picture: &mut Picture, view: &View, segment: &Segment, from: f64, to: f64, middle: f64) {
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
    let width = text.len() as f64 * LETTER + 6.0;
    let centre = (from + to) / 2.0;
    let (x, y, height) = (centre - width / 2.0, middle - 5.5, 11.0);
    picture.draw(Role::BlockedGround, Shape::Rect { x, y, width, height });
    let (at, align) = ((centre, middle), Align::Middle);
    picture.draw(Role::BlockedInk, Shape::Text { at, align, text });
}

fn draw_strip(picture: &mut Picture, view: &View, scale: &Scale, row: &Row, first: u32, lanes: u32) {
    let mut columns = Columns::new(scale.start, scale.end, COLUMN);
    for lane in first..first + lanes {
        for (_, segment) in segments(view, scale, lane) {
            let from = scale.within(scale.px_from_time(segment.start));
            let to = scale.within(scale.px_from_time(segment.end));
            columns.add(from, to, segment.activity);
        }
    }
    let most = (columns.most_lanes().ceil() as u32).min(lanes);
    let ceiling = round_up(most).min(lanes);
    columns.draw(picture, row.top, row.height - 1.0, f64::from(ceiling));
    draw_most(picture, scale, row, format!("max {most} of {lanes} busy"));
}

/// How many requests of a client are under way: steps of (instant, count), the first at the left end.
fn under_way(view: &View, scale: &Scale, client: ClientId) -> Vec<(Instant, u32)> {
    let (left, right) = scale.ends();
    let of_client = view.trace.requests.iter().filter(|request| request.client == client);
    let mut level = 0u32;
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for request in of_client {
        level += u32::from(request.offered <= left && request.returned > left);
        up.extend(Some(request.offered).filter(|at| *at > left && *at < right));
        if request.returned > left && request.returned < right {
            down.push((request.returned.0 as i64, 0));
        }
    }
    let down = sorted(down).into_iter().map(|(at, _): (i64, usize)| Instant(at as u64));
    let mut steps = vec![(left, level)];
    let (mut up, mut down) = (up.into_iter().peekable(), down.peekable());
    while let Some(at) = [up.peek(), down.peek()].into_iter().flatten().min().copied() {
        // Who comes as another goes is counted first: a level never falls below 0.
        if up.next_if_eq(&at).is_some() {
            level += 1;
        } else {
            down.next();
            level -= 1;
        }
        steps.push((at, level));
    }
    steps
}

/// How many messages lie in a channel: steps of (instant, depth), the first at the left end.
fn depths(view: &View, scale: &Scale, channel: ChannelId) -> Vec<(Instant, u32)> {
    let (left, right) = scale.ends();
    let all = &view.trace.depths;
    let first = all.partition_point(|depth| (depth.channel, depth.at) < (channel, left));
    let before = first
        .checked_sub(1)
        .map(|row| &all[row])
        .filter(|depth| depth.channel == channel);
    let mut steps = vec![(left, before.map_or(0, |depth| depth.depth))];
    let in_view = all[first..]
        .iter()
        .take_while(|depth| depth.channel == channel && depth.at < right);
    steps.extend(in_view.map(|depth| (depth.at, depth.depth)));
    steps
}

/// A stepped area, at most one step a pixel (the highest), with its greatest value in words.
fn draw_level(picture: &mut Picture, scale: &Scale, row: &Row, steps: &[(Instant, u32)]) {
    let most = steps.iter().map(|(_, level)| *level).max().unwrap_or(0);
    if most == 0 {
        return;
    }
    let (base, room) = (row.top + row.height - 1.0, row.height - 4.0);
    let height = |level: u32| base - f64::from(level) / f64::from(round_up(most)) * room;
    let mut points: Vec<Point> = vec![(scale.start, base)];
    let mut rest = steps.iter().peekable();
    while let Some((at, first)) = rest.next() {
        let x = scale.within(scale.px_from_time(*at)).floor();
        let (mut highest, mut last) = (*first, *first);
        while let Some((_, level)) = rest.next_if(|(at, _)| scale.px_from_time(*at) < x + 1.0) {
            (highest, last) = (highest.max(*level), *level);
        }
        let before = points[points.len() - 1].1;
        points.extend([(x, before), (x, height(highest))]);
        if last != highest {
            points.extend([(x + 1.0, height(highest)), (x + 1.0, height(last))]);
        }
    }
    let before = points[points.len() - 1].1;
    points.extend([(scale.end, before), (scale.end, base)]);
    picture.draw(Role::Level, Shape::Area(points));
    draw_most(picture, scale, row, "max ".to_string() + &most.to_string());
}

/// Words at the right end of a row.
fn draw_most(picture: &mut Picture, scale: &Scale, row: &Row, text: String) {
    let at = (scale.end - 4.0, row.top + 6.0);
    let align = Align::End;
    picture.draw(Role::Quiet, Shape::Text { at, align, text });
}

/// The least of 4, 8, 16 … that is not below; scales change seldom while a run plays.
fn round_up(level: u32) -> u32 {
    level.max(4).checked_next_power_of_two().unwrap_or(u32::MAX)
}

/// Arrows from caller to callee; only the lit-up request's where there is one. Yields how many had no room.
fn draw_calls(picture: &mut Picture, view: &View, scale: &Scale) -> usize {
    let (left, right) = scale.ends();
    let spans = &view.trace.spans;
    let end = spans.partition_point(|span| span.sent < right);
    let in_view = (0u32..)
        .zip(&spans[..end])
        .filter(|(_, span)| reaches(view, span) >= left);
    let chosen = in_view.filter(|(_, span)| view.request.is_none_or(|request| span.request == request));
    let calls: Vec<(u32, &Span)> = chosen.take(MOST_CALLS * 8).collect();
    if calls.len() > MOST_CALLS && view.request.is_none() {
        return calls.len();
    }
    for (number, span) in calls.into_iter().take(MOST_CALLS) {
        draw_call(picture, view, scale, number, span);
    }
    0
}

/// The last instant of a call's way there: a worker, or the channel into which it publishes.
fn reaches(view: &View, span: &Span) -> Instant {
    let end = match view.scenario.edge(span.edge).to {
        Callee::Channel(_) => span.arrived,
        Callee::Operation(..) => span.began,
    };
    match end {
        Instant::NEVER => span.sent,
        end => end,
    }
}

fn draw_call(picture: &mut Picture, view: &View, scale: &Scale, number: u32, span: &Span) {
    let Some(from) = caller(view, span) else { return };
    if span.outcome.is_some_and(|outcome| outcome == Err(Cause::Refused)) || span.lost {
        draw_cross(picture, scale, span, from);
    }
    let Some(to) = callee(view, span) else { return };
    let (x, y) = (scale.px_from_time(span.sent), scale.px_from_time(reaches(view, span)));
    if y < scale.start || x > scale.end {
        return;
    }
    let (from, to) = clip(scale, (x, edge_towards(from, to)), (y, edge_towards(to, from)));
    let role = if span.mode.waits() {
        Role::WaitingCall
    } else {
        Role::FreeCall
    };
    picture.draw_hit(role, Shape::Arrow { from, to }, Hit::Span(number));
    if view.request.is_some()
        && span.mode.waits()
        && span.returned != Instant::NEVER
        && span.responded != Instant::NEVER
    {
        let start = (scale.px_from_time(span.responded), to.1);
        let end = (scale.px_from_time(span.returned), from.1);
        if start.0 <= scale.end && end.0 >= scale.start {
            let (from, to) = clip(scale, start, end);
            picture.draw(Role::Reply, Shape::Arrow { from, to });
        }
    }
}

/// A call that reached nobody: a cross where it was sent.
fn draw_cross(picture: &mut Picture, scale: &Scale, span: &Span, (top, height): (f64, f64)) {
    let (x, y) = (scale.px_from_time(span.sent), top + height / 2.0);
    if (scale.start..scale.end).contains(&x) {
        for (dx, dy) in [(3.5, 3.5), (3.5, -3.5)] {
            let (from, to) = ((x - dx, y - dy), (x + dx, y + dy));
            picture.draw(Role::Failure, Shape::Line { from, to });
        }
    }
}

/// The place of the caller: its worker's lane, its client, or the channel that delivers.
fn caller(view: &View, span: &Span) -> Option<(f64, f64)> {
    if let Caller::Channel(id) = view.scenario.edge(span.edge).from {
        return view.rows.channel(id);
    }
    match span.from_lane {
        NO_LANE if span.parent != NO_SPAN => view.rows.channel(view.scenario.own_channel(span.edge)),
        NO_LANE => {
            let request = view.trace.requests.get(span.request as usize)?;
            view.rows.clients.get(request.client.0 as usize).copied()
        }
        lane => view.rows.lanes.get(lane as usize).copied(),
    }
}

/// The place of the callee's worker, once it has begun, or of the channel, once it has taken the message.
fn callee(view: &View, span: &Span) -> Option<(f64, f64)> {
    if let Callee::Channel(id) = view.scenario.edge(span.edge).to {
        return view.rows.channel(id).filter(|_| span.arrived != Instant::NEVER);
    }
    view.rows.lanes.get(span.lane as usize).copied()
}

/// The edge of a row that looks towards another.
fn edge_towards((top, height): (f64, f64), (other, _): (f64, f64)) -> f64 {
    if other > top { top + height - 1.0 } else { top + 1.0 }
}

/// A line without what lies left or right of the scale.
fn clip(scale: &Scale, from: Point, to: Point) -> (Point, Point) {
    let slope = if to.0 > from.0 {
        (to.1 - from.1) / (to.0 - from.0)
    } else {
        0.0
    };
    let at = |(x, y): Point| {
        let inside = scale.within(x);
        (inside, y + (inside - x) * slope)
    };
    (at(from), at(to))
}

/// Frames around what belongs to the lit-up request, and a stronger one around the selected segment.
fn draw_focus(picture: &mut Picture, view: &View, scale: &Scale) {
    let Some(request) = view.request else { return };
    let (left, right) = scale.ends();
    let of_request = |segment: &Segment| {
        let span = view.trace.spans.get(segment.span as usize);
        span.is_some_and(|span| span.request == request)
    };
    for (number, segment) in (0u32..).zip(&view.trace.segments) {
        if segment.end <= left || segment.start >= right || !of_request(segment) {
            continue;
        }
        let Some((top, height)) = view.rows.lanes.get(segment.lane as usize) else {
            continue;
        };
        let x = scale.within(scale.px_from_time(segment.start));
        let width = (scale.within(scale.px_from_time(segment.end)) - x).max(1.0);
        let (y, height) = (top + 0.5, height - 1.0);
        picture.draw(Role::Focus, Shape::Frame { x, y, width, height });
        if view.segment == Some(number) {
            let (x, y, width, height) = (x - 2.0, y - 2.0, width + 4.0, height + 4.0);
            picture.draw(Role::Focus, Shape::Frame { x, y, width, height });
        }
    }
}

/// What is still to come is there, but pale.
fn draw_future(picture: &mut Picture, view: &View, scale: &Scale) {
    let x = scale.within(scale.px_from_ns(view.head));
    let (y, width, height) = (0.0, scale.end - x, view.rows.height);
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
fn draw_name(picture: &mut Picture, rows: &Rows, group: &Group) {
    let letters = ((rows.gutter - 14.0) / 6.6) as usize;
    let (x, align) = (10.0, Align::Start);
    let middle = group.top + group.height / 2.0;
    let lines = [(Role::Ink, &group.name, -6.5), (Role::Quiet, &group.what, 7.5)];
    for (role, text, below) in lines {
        let at = (x, middle + below);
        let text = word::shorten(text, letters);
        picture.draw(role, Shape::Text { at, align, text });
    }
}
