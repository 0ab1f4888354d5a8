//! A request as a waterfall: its calls below each other, each with what became of its time.
//!
//! ```text
//! response 62 ms │▓▓▓▓▓▓ payments: own work ▓▓▓▓▓▓│▒ orders ▒│░░│        who is to blame, the largest first
//! gateway        │ ██▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒██ 62 ms
//!   orders       │   ─|||██▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒██─              ─ on the way, | waits for a worker
//!     payments   │         ─█████████─✕ timeout                       ✕ how it failed
//!     payments 2 │                      ─█████████─ ▄▄▄               ▄ late: nobody waits for it
//!                      ━━━    ━━━━━━━━━━━━━━━━━━━━━━━━━               ━ the critical path
//! ```
//!
//! Law: one scale for all rows. What is drawn at a call is what was recorded of it; the bar on top and the critical path are
//! those of [`Blame`].

use super::scale::Scale;
use super::shape::{Align, Hit, Picture, Point, Shape};
use super::theme::Role;
use super::word;
use crate::metrics::blame::{Blame, Piece, Spent};
use crate::scenario::{Callee, Caller, Scenario};
use crate::time::Instant;
use crate::trace::{Activity, Placed, Segment, Span, Trace, What, calls, is_beaten, lane_names};

/// More calls than this are not shown.
pub const MOST_ROWS: usize = 150;
/// The height of a call.
const ROW: f64 = 32.0;
/// The height of a bar.
const BAR: f64 = 14.0;
/// The axis, and under it the bar of blame.
const HEAD: (f64, f64) = (22.0, 34.0);
/// Right of the scale, for words.
const MARGIN: f64 = 128.0;
/// The width of a letter.
const LETTER: f64 = 6.1;
/// How much a callee is indented.
const INDENT: f64 = 10.0;

/// A request to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub scenario: &'a Scenario,
    /// An excerpt: one request and nothing else.
    pub trace: &'a Trace,
    /// In pixels.
    pub width: f64,
}

/// What it takes to draw a row.
struct Sheet<'a> {
    view: View<'a>,
    /// Nanoseconds since the request was offered.
    scale: Scale,
    offered: Instant,
    lanes: Vec<String>,
    path: Vec<Piece>,
    picture: Picture,
}

/// The waterfall of a request.
pub fn waterfall(view: &View) -> Picture {
    let Some(request) = view.trace.requests.first() else {
        return Picture::default();
    };
    let rows = calls(view.trace);
    let blame = Blame::new(view.scenario, view.trace);
    let gutter = if view.width < 560.0 { 116.0 } else { 190.0 };
    let shown = rows.len().min(MOST_ROWS);
    let more = if rows.len() > shown { ROW } else { 0.0 };
    let mut sheet = Sheet {
        view: *view,
        scale: Scale {
            left: 0.0,
            span: last(view.trace).since(request.offered).0.max(1000) as f64,
            start: gutter,
            end: (view.width - MARGIN).max(gutter + 60.0),
        },
        offered: request.offered,
        lanes: lane_names(view.scenario),
        path: blame.path(0).unwrap_or_default(),
        picture: Picture {
            width: view.width.max(gutter + 60.0 + MARGIN),
            height: HEAD.0 + HEAD.1 + ROW * shown as f64 + more + 4.0,
            ..Picture::default()
        },
    };
    sheet.draw_grid();
    sheet.draw_blame(&blame);
    for (index, call) in (0u32..).zip(&rows[..shown]) {
        sheet.draw_call(call, HEAD.0 + HEAD.1 + ROW * f64::from(index), index % 2 == 0);
    }
    if rows.len() > shown {
        let text = format!("and {} further calls", rows.len() - shown);
        let middle = sheet.picture.height - ROW / 2.0;
        sheet.write(Role::Quiet, (gutter, middle), Align::Start, text);
    }
    sheet.picture
}

/// The last instant at which something happened.
fn last(trace: &Trace) -> Instant {
    let ends = trace.spans.iter().flat_map(|span| {
        [
            span.sent,
            span.arrived,
            span.began,
            span.responded,
            span.ended,
            span.returned,
        ]
    });
    let known = ends.filter(|at| *at != Instant::NEVER).max();
    let open = trace.segments.iter().map(|segment| segment.end).max();
    known.max(open).unwrap_or(trace.until)
}

/// The role of a share of the response time.
pub fn role_of(spent: Spent) -> Role {
    match spent {
        Spent::Work => Role::Running,
        Spent::Wait | Spent::Pool => Role::Blocked,
        Spent::Backlog => Role::Queued,
        Spent::Core => Role::CoreWait,
        Spent::Network => Role::Reply,
        Spent::Retry => Role::Failure,
        Spent::Broker => Role::Level,
    }
}

impl Sheet<'_> {
    fn px(&self, at: Instant) -> f64 {
        let px = self.scale.px_from_ns(at.since(self.offered).0 as f64);
        self.scale.within(px)
    }

    fn write(&mut self, role: Role, at: Point, align: Align, text: String) {
        self.picture.draw(role, Shape::Text { at, align, text });
    }

    fn draw_grid(&mut self) {
        let height = self.picture.height;
        for (x, text) in self.scale.ticks() {
            let (from, to) = ((x, HEAD.0 - 5.0), (x, height));
            self.picture.draw(Role::Grid, Shape::Line { from, to });
            self.write(Role::Quiet, (x, HEAD.0 / 2.0 - 2.0), Align::Middle, text);
        }
    }

    /// The shares of the response time, the largest first, over as much of the scale as it took.
    fn draw_blame(&mut self, blame: &Blame) {
        let Some(request) = self.view.trace.requests.first().copied() else {
            return;
        };
        let middle = HEAD.0 + HEAD.1 / 2.0 - 3.0;
        self.write(Role::Ink, (8.0, middle), Align::Start, "who is to blame".to_string());
        let Some(shares) = blame.shares(0) else { return };
        let took = request.returned.since(request.offered);
        let room = self.px(request.returned) - self.scale.start;
        let (mut x, y, height) = (self.scale.start, middle - 9.0, 18.0);
        for share in shares {
            let width = room * share.time.0 as f64 / took.0.max(1) as f64;
            let role = role_of(share.spent);
            self.picture.draw(role, Shape::Rect { x, y, width, height });
            let site = share.site.name(self.view.scenario);
            self.label(x, width, middle, [site, share.spent.word()]);
            let (from, to) = ((x + width, y), (x + width, y + height));
            self.picture.draw(Role::Ground, Shape::Line { from, to });
            x += width;
        }
        self.write(Role::Ink, (x + 6.0, middle), Align::Start, took.brief());
    }

    /// As many words on a bar as have room, on a ground of their own.
    fn label(&mut self, x: f64, width: f64, middle: f64, [whose, what]: [&str; 2]) {
        let room = ((width - 12.0) / LETTER).max(0.0) as usize;
        let whole = format!("{whose}: {what}");
        let text = match room {
            room if room >= whole.chars().count() => whole,
            room if room >= whose.chars().count() => whose.to_string(),
            _ => return,
        };
        let (width, height) = (text.chars().count() as f64 * LETTER + 6.0, 13.0);
        let (x, y) = (x + 3.0, middle - 6.5);
        self.picture.draw(Role::Ground, Shape::Rect { x, y, width, height });
        self.write(Role::Ink, (x + 3.0, middle), Align::Start, text);
    }

    fn draw_call(&mut self, call: &Placed, top: f64, banded: bool) {
        let span = self.view.trace.spans[call.row as usize];
        let (x, y, width, height) = (0.0, top, self.picture.width, ROW);
        if banded {
            let ground = Shape::Rect { x, y, width, height };
            self.picture.draw_hit(Role::Band, ground, Hit::Span(call.row));
        } else {
            let ground = Shape::Rect { x, y, width, height };
            self.picture.draw_hit(Role::Ground, ground, Hit::Span(call.row));
        }
        for (x, _) in self.scale.ticks() {
            let (from, to) = ((x, top), (x, top + ROW));
            self.picture.draw(Role::Grid, Shape::Line { from, to });
        }
        self.draw_names(call, &span, top);
        let middle = top + ROW / 2.0;
        self.draw_way(&span, middle);
        self.draw_lane(call.row, &span, middle);
        self.draw_path(call.row, middle);
        self.draw_notes(call.row, middle);
        self.draw_end(call.row, &span, middle);
    }

    /// Whom it calls, in which mode, for which time, and who took it up.
    fn draw_names(&mut self, call: &Placed, span: &Span, top: f64) {
        let edge = self.view.scenario.edge(span.edge);
        let x = 8.0 + INDENT * f64::from(call.depth.min(8));
        let letters = ((self.scale.start - x - 4.0) / LETTER).max(4.0) as usize;
        let sign = if matches!(edge.to, Callee::Channel(_)) {
            "▤ "
        } else {
            ""
        };
        let mut name = format!("{sign}{}", word::ends(self.view.scenario, edge).1);
        if span.hedge {
            name += ", hedge";
        } else if span.attempt > 1 {
            name += &format!(", attempt {}", span.attempt);
        }
        let how = match edge.from {
            Caller::Channel(_) => "delivery",
            _ if sign.is_empty() => span.mode.word(),
            _ => "publication",
        };
        let whole = self.lanes.get(span.lane as usize).map(|lane| format!("{how}, {lane}"));
        let more = whole.filter(|text| text.chars().count() <= letters);
        let more = more.unwrap_or_else(|| how.to_string());
        self.write(Role::Ink, (x, top + 10.0), Align::Start, word::shorten(&name, letters));
        self.write(Role::Quiet, (x, top + 23.0), Align::Start, more);
    }

    /// A stretch as a bar of this height around the middle.
    fn bar(&mut self, role: Role, from: Instant, until: Instant, y: f64, height: f64) {
        if from < until && until != Instant::NEVER {
            let x = self.px(from);
            let width = (self.px(until) - x).max(1.0);
            self.picture.draw(role, Shape::Rect { x, y, width, height });
        }
    }

    /// On the way there and back, in the backlog, and the line on which a worker's doings lie.
    fn draw_way(&mut self, span: &Span, middle: f64) {
        let over = span.ended.min(last(self.view.trace));
        self.bar(Role::Reply, span.sent, span.arrived, middle - 1.0, 2.0);
        if span.began != Instant::NEVER {
            self.bar(Role::Queued, span.arrived, span.began, middle - BAR / 2.0, BAR);
            self.bar(Role::Idle, span.began, over, middle - 2.0, 4.0);
        } else {
            self.bar(Role::Queued, span.arrived, over, middle - BAR / 2.0, BAR);
        }
        let answers = span.mode.waits() && span.responded < span.returned;
        if answers {
            self.bar(Role::Reply, span.responded, span.returned, middle - 1.0, 2.0);
        }
        if span.arrived == Instant::NEVER && !span.lost {
            self.bar(Role::Reply, span.sent, span.returned, middle - 1.0, 2.0);
        }
    }

    /// What workers did for it; lower where nobody waits for it any more.
    fn draw_lane(&mut self, row: u32, span: &Span, middle: f64) {
        let late = match span.mode.waits() {
            true => span.responded.min(span.returned),
            false => Instant::NEVER,
        };
        let view = self.view;
        let of_call = |(_, segment): &(u32, &Segment)| segment.span == row;
        for (number, segment) in (0u32..).zip(&view.trace.segments).filter(of_call) {
            let role = match segment.activity {
                Activity::Idle => continue,
                Activity::Running => Role::Running,
                Activity::CoreWait => Role::CoreWait,
                Activity::Blocked(_) => Role::Blocked,
            };
            let turn = segment.end.min(late).max(segment.start);
            for (from, until, height) in [(segment.start, turn, BAR), (turn, segment.end, BAR / 2.0)] {
                if from < until {
                    let x = self.px(from);
                    let (y, width) = (middle + BAR / 2.0 - height, (self.px(until) - x).max(1.0));
                    let shape = Shape::Rect { x, y, width, height };
                    self.picture.draw_hit(role, shape, Hit::Segment(number));
                }
            }
        }
    }

    /// The part of the critical path that leads over it.
    fn draw_path(&mut self, row: u32, middle: f64) {
        let pieces: Vec<Piece> = self.path.iter().filter(|piece| piece.span == row).copied().collect();
        for piece in pieces {
            self.bar(Role::Head, piece.from, piece.until, middle + BAR / 2.0 + 2.0, 2.5);
        }
    }

    /// Questions as ticks above it, a death as a cross.
    fn draw_notes(&mut self, row: u32, middle: f64) {
        for note in self.view.trace.notes.iter().filter(|note| note.span == row) {
            let x = self.px(note.at);
            match note.what {
                What::Asked => {
                    let (from, to) = ((x, middle - BAR), (x, middle - BAR / 2.0 - 1.0));
                    self.picture.draw(Role::FreeCall, Shape::Arrow { from, to });
                }
                What::Died => self.draw_cross(x, middle),
                What::Barred(..) | What::FellBack(_) => {}
            }
        }
    }

    fn draw_cross(&mut self, x: f64, y: f64) {
        for (dx, dy) in [(4.0, 4.0), (4.0, -4.0)] {
            let (from, to) = ((x - dx, y - dy), (x + dx, y + dy));
            self.picture.draw(Role::Failure, Shape::Line { from, to });
        }
    }

    /// How long it took, and how it failed.
    fn draw_end(&mut self, row: u32, span: &Span, middle: f64) {
        let known = |at: Instant| Some(at).filter(|at| *at != Instant::NEVER);
        let ends = [known(span.returned), known(span.ended), known(span.arrived)];
        let end = ends.into_iter().flatten().max().unwrap_or(span.sent);
        let mut words = Vec::new();
        match known(span.returned).filter(|_| span.mode.waits()).or(known(span.ended)) {
            Some(at) => words.push(at.since(span.sent).brief()),
            None => words.push("not over yet".to_string()),
        }
        match span.outcome {
            Some(Err(_)) if is_beaten(self.view.trace, row) => words.push("not needed".to_string()),
            Some(Err(cause)) => words.push(cause.word().to_string()),
            _ => {}
        }
        if span.lost {
            let there = span.arrived == Instant::NEVER;
            words.push(if there { "request lost" } else { "reply lost" }.to_string());
            let at = if there { span.sent } else { span.responded };
            self.draw_cross(self.px(at.min(end)) + if there { 12.0 } else { 8.0 }, middle);
        } else if let Some(Err(_)) = span.outcome {
            self.draw_cross(self.px(span.returned), middle);
        }
        self.draw_words(self.px(end), middle, words.join(", "), span);
    }

    /// Words right of the end of a call, or left of its beginning where there is no room.
    fn draw_words(&mut self, end: f64, middle: f64, text: String, span: &Span) {
        let wide = text.chars().count() as f64 * LETTER;
        let failed = matches!(span.outcome, Some(Err(_))) || span.lost;
        let role = if failed { Role::Failure } else { Role::Quiet };
        let begin = self.px(span.sent);
        if end + 10.0 + wide > self.picture.width && begin - wide - 6.0 > self.scale.start {
            self.write(role, (begin - 6.0, middle), Align::End, text);
        } else {
            let letters = ((self.picture.width - end - 10.0) / LETTER).max(4.0) as usize;
            self.write(role, (end + 8.0, middle), Align::Start, word::shorten(&text, letters));
        }
    }
}
