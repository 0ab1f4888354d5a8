//! A request as a sequence diagram, as people draw them.
//!
//! ```text
//!             shoppers       orders       payments      ▤ mail
//!      0 ms      │────────────▶█                                   ──▶ the caller waits
//!   12.4 ms      │             █────────────▶█
//!   62.9 ms      │             █◁┄┄┄┄┄┄┄┄┄┄┄┄█                     ◁┄┄ an answer
//!                │             █┄ ┄ ┄ ┄ ┄ ┄ ┄ ┄ ┄ ┄ ┄▷│            ┄ ▷ nobody waits
//!   64.0 ms      │◁┄┄┄┄┄┄┄┄┄┄┄┄█
//! ```
//!
//! Law: time flows down, but as it pleases: the places are those of [`moments`], the instants stand at the left. Alike
//! calls one after the other are drawn once. A message that is lost ends in a cross.

use super::message::{Message, Who, messages};
use super::moment::{Kind, Moment, moments};
use super::shape::{Align, Hit, Picture, Point, Shape};
use super::theme::Role;
use super::word;
use crate::scenario::{Callee, Caller, Mode, Scenario};
use crate::time::Instant;
use crate::trace::{Activity, NO_SPAN, Span, Trace, folded, gave_up, is_beaten};

/// More calls than this are not shown.
pub const MOST_CALLS: usize = 150;
/// The width of the instants.
const TIMES: f64 = 66.0;
/// The least distance between two lifelines.
const COLUMN: f64 = 124.0;
/// The height of the names.
const HEAD: f64 = 34.0;
/// Half the width of an activation.
const HALF: f64 = 5.0;
/// How far an arrow leans at most.
const LEAN: f64 = 8.0;
/// The width of a letter.
const LETTER: f64 = 6.1;

/// What it takes to draw.
struct Sheet<'a> {
    scenario: &'a Scenario,
    trace: &'a Trace,
    who: Vec<Who>,
    messages: Vec<Message>,
    moments: Vec<Moment>,
    column: f64,
    picture: Picture,
}

/// The sequence diagram of an excerpt, at least so wide.
pub fn sequence(scenario: &Scenario, trace: &Trace, width: f64) -> Picture {
    let mut calls = folded(trace);
    let hidden = calls.len().saturating_sub(MOST_CALLS);
    calls.truncate(MOST_CALLS);
    let (who, messages) = messages(scenario, trace, &calls);
    let mut sheet = Sheet {
        scenario,
        trace,
        who,
        messages,
        moments: moments(trace, &calls, HEAD),
        column: COLUMN,
        picture: Picture::default(),
    };
    let count = sheet.who.len().max(1) as f64;
    sheet.column = ((width - TIMES) / count).max(COLUMN);
    let last = sheet.moments.last().map_or(HEAD, |moment| moment.y);
    sheet.picture.width = TIMES + sheet.column * count;
    sheet.picture.height = last + 26.0 + if hidden > 0 { 18.0 } else { 0.0 };
    sheet.draw_lifelines();
    (0..sheet.messages.len()).for_each(|call| sheet.draw_activation(call));
    sheet.draw_instants();
    for index in 0..sheet.moments.len() {
        sheet.draw_moment(sheet.moments[index]);
    }
    if hidden > 0 {
        let at = (TIMES, sheet.picture.height - 12.0);
        sheet.write(Role::Quiet, at, Align::Start, format!("and {hidden} further calls"));
    }
    sheet.picture
}

impl Sheet<'_> {
    fn x(&self, column: usize) -> f64 {
        TIMES + self.column * (column as f64 + 0.5)
    }

    /// Where a moment of a call is drawn.
    fn y(&self, call: usize, kind: Kind) -> Option<f64> {
        let of_call = |moment: &&Moment| (moment.call, moment.kind) == (call, kind);
        self.moments.iter().find(of_call).map(|moment| moment.y)
    }

    /// Where an instant would be: between the moments around it.
    fn y_at(&self, at: Instant) -> f64 {
        let next = self.moments.partition_point(|moment| moment.at < at);
        let Some(after) = self.moments.get(next) else {
            return self.picture.height - 8.0;
        };
        let Some(before) = next.checked_sub(1).map(|before| self.moments[before]) else {
            return after.y;
        };
        let part = at.since(before.at).0 as f64 / after.at.since(before.at).0.max(1) as f64;
        before.y + part * (after.y - before.y)
    }

    fn write(&mut self, role: Role, at: Point, align: Align, text: String) {
        self.picture.draw(role, Shape::Text { at, align, text });
    }

    fn draw_lifelines(&mut self) {
        let letters = ((self.column - 18.0) / LETTER) as usize;
        for (column, who) in self.who.clone().into_iter().enumerate() {
            let x = self.x(column);
            let (from, to) = ((x, HEAD - 6.0), (x, self.picture.height));
            self.picture.draw(Role::Idle, Shape::Line { from, to });
            let (y, width, height) = (4.0, self.column - 12.0, 22.0);
            let frame = (x - width / 2.0, y);
            let (x, y) = frame;
            self.picture.draw(Role::Band, Shape::Rect { x, y, width, height });
            self.picture.draw(Role::Reply, Shape::Frame { x, y, width, height });
            let name = match who {
                Who::Client(id) => self.scenario.clients[id.0 as usize].name.clone(),
                Who::Service(id) => self.scenario.service(id).name.clone(),
                Who::Channel(id) => "▤ ".to_string() + self.scenario.channel_name(id),
            };
            let at = (x + width / 2.0, y + height / 2.0);
            self.write(Role::Ink, at, Align::Middle, word::shorten(&name, letters));
        }
    }

    /// The instants at the left, as far as there is room.
    fn draw_instants(&mut self) {
        let Some(start) = self.trace.requests.first().map(|request| request.offered) else {
            return;
        };
        let (mut last, mut free) = (None, 0.0);
        for moment in self.moments.clone() {
            if Some(moment.at) == last || moment.y < free {
                continue;
            }
            (last, free) = (Some(moment.at), moment.y + 13.0);
            let at = (TIMES - 10.0, moment.y);
            self.write(Role::Quiet, at, Align::End, moment.at.since(start).brief());
        }
    }

    /// How many spans of the same service are open already where a call begins.
    fn nesting(&self, call: usize) -> f64 {
        let Some(begin) = self.y(call, Kind::Began) else {
            return 0.0;
        };
        let to = self.messages[call].to;
        let open = (0..call).filter(|other| {
            let until = self.y(*other, Kind::Ended).unwrap_or(f64::INFINITY);
            let from = self.y(*other, Kind::Began);
            self.messages[*other].to == to && from.is_some_and(|from| from <= begin) && until > begin
        });
        open.count().min(4) as f64
    }

    /// What the callee's worker did, on its lifeline.
    fn draw_activation(&mut self, call: usize) {
        let Message { placed, to, .. } = self.messages[call];
        let x = self.x(to) - HALF + 5.0 * self.nesting(call);
        let bottom = self.picture.height - 8.0;
        let hit = Hit::Span(placed.row);
        let arrived = self.y(call, Kind::Arrived);
        let ended = self.y(call, Kind::Ended).unwrap_or(bottom);
        let began = self.y(call, Kind::Began);
        let stretch = |from: f64, until: f64| Shape::Rect {
            x,
            y: from,
            width: 2.0 * HALF,
            height: (until - from).max(2.0),
        };
        if let Some(arrived) = arrived.filter(|at| began.unwrap_or(ended) > *at) {
            let waits = stretch(arrived, began.unwrap_or(ended));
            self.picture.draw_hit(Role::Queued, waits, hit);
        }
        let Some(began) = began else { return };
        self.picture.draw_hit(Role::Idle, stretch(began, ended), hit);
        let rows = placed.row..=placed.last;
        let trace = self.trace;
        for segment in trace.segments.iter().filter(|segment| {
            rows.contains(&segment.span) && trace.spans[segment.span as usize].edge == self.messages[call].span.edge
        }) {
            let role = match segment.activity {
                Activity::Idle => continue,
                Activity::Running => Role::Running,
                Activity::CoreWait => Role::CoreWait,
                Activity::Blocked(_) => Role::Blocked,
            };
            let (from, until) = (self.y_at(segment.start), self.y_at(segment.end));
            let (from, until) = (from.max(began), until.min(ended));
            if from < until {
                self.picture.draw_hit(role, stretch(from, until), hit);
            }
        }
    }

    fn draw_moment(&mut self, moment: Moment) {
        let Message {
            placed,
            span,
            from,
            to,
            by,
            ..
        } = self.messages[moment.call];
        let y = moment.y;
        match moment.kind {
            Kind::Sent => self.draw_sending(moment.call, y),
            Kind::Arrived => {
                if let Some(channel) = by {
                    let from = self.x(channel);
                    self.draw_arrow(Role::FreeCall, (from, y), (self.x(to), y), placed.row);
                    self.label(Role::Quiet, from, self.x(to), y, "delivers".to_string());
                }
            }
            Kind::Asked(times) => {
                let words = if times == 1 {
                    "asks".to_string()
                } else {
                    format!("asks, {times} so far")
                };
                self.draw_arrow(Role::FreeCall, (self.x(from), y), (self.x(to), y), placed.row);
                self.label(Role::Quiet, self.x(from), self.x(to), y, words);
            }
            Kind::Died => self.remark(to, y, "dies with it"),
            Kind::Barred(edge, cause) => {
                let callee = word::ends(self.scenario, self.scenario.edge(edge)).1;
                self.remark(to, y, &format!("does not call {callee}: {}", cause.word()));
            }
            Kind::FellBack(_) => self.remark(to, y, "falls back"),
            Kind::Answered if self.is_late(&span, moment.at) => self.draw_late(moment.call, y),
            Kind::Answered if span.lost && span.arrived != Instant::NEVER => {
                self.draw_broken(Role::Reply, to, from, y, placed.row);
            }
            Kind::Returned => self.draw_return(moment.call, y),
            Kind::Ended if span.responded < span.ended => self.remark_end(to, y),
            Kind::Began | Kind::Answered | Kind::Ended => {}
        }
    }

    fn is_late(&self, span: &Span, at: Instant) -> bool {
        span.mode.waits() && span.returned < at
    }

    /// An arrow from caller to callee, with its operation and mode.
    fn draw_sending(&mut self, call: usize, y: f64) {
        let Message {
            placed,
            span,
            from,
            to,
            by,
            ..
        } = self.messages[call];
        let words = self.messages[call].words(self.scenario);
        let to = by.unwrap_or(to);
        let role = if span.mode.waits() {
            Role::WaitingCall
        } else {
            Role::FreeCall
        };
        if span.lost && span.arrived == Instant::NEVER {
            self.draw_broken(role, from, to, y, placed.row);
            self.label(Role::Ink, self.x(from), self.x(to), y, words);
            return;
        }
        // It leans where its way takes time, but not into what is sent meanwhile.
        let arrives = self.y(call, Kind::Arrived).filter(|_| by.is_none());
        let reached = arrives.map_or(y, |arrives| arrives.min(y + LEAN));
        self.draw_arrow(role, (self.x(from), y), (self.x(to), reached), placed.row);
        self.label(Role::Ink, self.x(from), self.x(to), y, words);
    }

    /// The outcome reaches the caller, or the caller gives up.
    fn draw_return(&mut self, call: usize, y: f64) {
        let Message {
            placed,
            span,
            from,
            to,
            by,
            answers,
        } = self.messages[call];
        let failed = match span.outcome {
            Some(Err(cause)) => Some(cause),
            _ => None,
        };
        if let Some(cause) = failed.filter(|_| gave_up(&span)) {
            let words = match is_beaten(self.trace, placed.row) {
                true => "lets the other one go".to_string(),
                false => format!("gives up: {}", cause.word()),
            };
            return self.remark(from, y, &words);
        }
        let delivery = matches!(self.scenario.edge(span.edge).from, Caller::Channel(_));
        if span.mode == Mode::Oneway || span.mode == Mode::Forward || delivery && failed.is_none() {
            return;
        }
        let asks_nobody = span.mode == Mode::Queue && by.is_none() && span.parent != NO_SPAN && failed.is_none();
        let to_channel = matches!(self.scenario.edge(span.edge).to, Callee::Channel(_));
        if asks_nobody && !to_channel {
            return;
        }
        let source = by.unwrap_or(if answers == call { to } else { self.messages[answers].to });
        let left = self
            .y(answers, Kind::Answered)
            .filter(|at| *at < y && by.is_none())
            .unwrap_or(y);
        let role = if failed.is_some() { Role::Failure } else { Role::Reply };
        let (from, to) = (self.x(from), self.x(source));
        let shape = Shape::Open {
            from: (to + HALF * side(to, from), left),
            to: (from + HALF * side(from, to), y),
        };
        self.picture.draw_hit(role, shape, Hit::Span(placed.row));
        if let Some(cause) = failed {
            self.label(Role::Failure, from, to, left, cause.word().to_string());
        } else if span.mode == Mode::Queue {
            self.label(Role::Quiet, from, to, left, "ack".to_string());
        }
    }

    /// An answer for which nobody waits any more.
    fn draw_late(&mut self, call: usize, y: f64) {
        let Message { placed, from, to, .. } = self.messages[call];
        self.draw_broken(Role::Reply, to, from, y, placed.row);
        let middle = (self.x(to) + self.x(from)) / 2.0;
        self.label(Role::Quiet, self.x(to), middle, y, "too late".to_string());
    }

    fn remark_end(&mut self, to: usize, y: f64) {
        let at = (self.x(to) + 2.0 * HALF + 4.0, y);
        self.write(Role::Quiet, at, Align::Start, "done".to_string());
    }

    /// An arrow that gets only half of its way.
    fn draw_broken(&mut self, role: Role, from: usize, to: usize, y: f64, row: u32) {
        let (from, to) = (self.x(from), self.x(to));
        let half = (from + to) / 2.0;
        self.draw_arrow(role, (from, y), (half, y), row);
        for (dx, dy) in [(5.0, 5.0), (5.0, -5.0)] {
            let (from, to) = ((half - dx, y - dy), (half + dx, y + dy));
            self.picture.draw(Role::Failure, Shape::Line { from, to });
        }
    }

    /// From lifeline to lifeline; back to itself by the right.
    fn draw_arrow(&mut self, role: Role, from: Point, to: Point, row: u32) {
        let mut turn = from;
        if from.0 == to.0 {
            let out = (from.0 + HALF + 26.0, from.1 - 10.0);
            self.picture.draw(
                role,
                Shape::Line {
                    from: (from.0 + HALF, out.1),
                    to: out,
                },
            );
            turn = (out.0, from.1 + 2.0);
            self.picture.draw(role, Shape::Line { from: out, to: turn });
        }
        let from = (turn.0 + HALF * side(turn.0, to.0), turn.1);
        let to = (to.0 + HALF * side(to.0, from.0), to.1);
        let shape = match role {
            Role::WaitingCall => Shape::Arrow { from, to },
            _ => Shape::Open { from, to },
        };
        self.picture.draw_hit(role, shape, Hit::Span(row));
    }

    /// Words above a message, where it leaves.
    fn label(&mut self, role: Role, from: f64, to: f64, y: f64, text: String) {
        let wide = match (from - to).abs() {
            none if none < 1.0 => self.column,
            some => some.min(self.column),
        };
        let letters = ((wide - 16.0) / LETTER).max(4.0) as usize;
        let at = (from + side(from, to) * wide / 2.0, y - 8.0);
        self.write(role, at, Align::Middle, word::shorten(&text, letters));
    }

    /// What somebody does alone, right of the lifeline.
    fn remark(&mut self, column: usize, y: f64, text: &str) {
        let (x, wide) = (self.x(column) + HALF + 5.0, text.chars().count() as f64 * LETTER);
        let over = (x + wide + 4.0 - self.picture.width).max(0.0);
        let (x, width) = (x - over, wide + 6.0);
        let (top, height) = (y - 7.0, 14.0);
        self.picture.draw(
            Role::Ground,
            Shape::Rect {
                x: x - 3.0,
                y: top,
                width,
                height,
            },
        );
        self.write(Role::Failure, (x, y), Align::Start, text.to_string());
    }
}

/// In which direction something is.
fn side(from: f64, to: f64) -> f64 {
    if to < from { -1.0 } else { 1.0 }
}
