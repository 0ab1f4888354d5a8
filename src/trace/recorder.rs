//! Listens to a run and keeps what reaches into a window, as far as the budget goes.
//!
//! ```text
//!            from                        until
//!    ████████┼███▒▒▒▒▒▒▒▒▒▒▒███          │       kept: everything that ends after `from`
//!    ████    │                           │       forgotten when it ends
//! ```
//!
//! Law: memory is bounded by the budget and by what lives at once, not by the length of the run. A recorder never
//! stops the run; whoever advances it asks [`Recorder::is_full`].

use super::column::{FORGOTTEN, by_place, renumber};
use super::observer::{Activity, Attempt, Call, Cause, Gone, Guarded, Message, Observer, Request, State};
use super::record::*;
use crate::scenario::{ChannelId, EdgeId, Scenario, ServiceId};
use crate::time::Instant;

/// Makes a [`Trace`] of a window of a run.
pub struct Recorder {
    from: Instant,
    budget: usize,
    trace: Trace,
    lanes: Vec<Open>,
    /// The row of each live span and request, by slot.
    span_rows: Vec<u32>,
    request_rows: Vec<u32>,
    /// The row of the publication of each live message, by slot.
    message_rows: Vec<u32>,
    /// How many attempts each live call with policies has sent, by slot.
    attempts: Vec<u32>,
    /// The depth of each channel.
    depths: Vec<u32>,
    /// The breakers that have ever changed, and how they are.
    switches: Vec<Switch>,
    /// How many channels are declared; those behind are the edges'.
    declared: u32,
    /// The delivery that was told last, of which further messages of its batch may follow.
    opened: Option<(Instant, u32)>,
    /// The call with policies whose attempt was given up last.
    given_up: Option<(Instant, u32)>,
    /// How many spans there may be before the window until those that are over are forgotten.
    crowd: usize,
    open: bool,
}

/// What a lane is doing.
#[derive(Clone, Copy)]
struct Open {
    since: Instant,
    activity: Activity,
    span: u32,
}

impl Recorder {
    /// Records from `from` on, at most about `budget` spans and twice as many segments.
    pub fn new(scenario: &Scenario, from: Instant, budget: u32) -> Recorder {
        let lanes = scenario.first_lanes().last().copied().unwrap_or(0) as usize;
        let idle = Open {
            since: Instant::START,
            activity: Activity::Idle,
            span: NO_SPAN,
        };
        Recorder {
            from,
            budget: budget as usize,
            trace: Trace {
                from,
                ..Trace::default()
            },
            lanes: vec![idle; lanes],
            span_rows: Vec::new(),
            request_rows: Vec::new(),
            message_rows: Vec::new(),
            attempts: Vec::new(),
            depths: vec![0; scenario.all_channels() as usize],
            switches: Vec::new(),
            declared: scenario.channels.len() as u32,
            opened: None,
            given_up: None,
            crowd: 1024,
            open: false,
        }
    }

    /// Whether the budget is used up.
    pub fn is_full(&self) -> bool {
        let Trace {
            segments, spans, notes, ..
        } = &self.trace;
        segments.len() >= 2 * self.budget || spans.len().max(notes.len()) >= self.budget
    }

    /// How many spans are kept so far.
    pub fn spans(&self) -> usize {
        self.trace.spans.len()
    }

    /// The requests that are kept so far.
    pub fn requests(&self) -> &[RequestRow] {
        &self.trace.requests
    }

    /// Ends the recording at `now`, before which everything has happened; `ended` unless the run goes on.
    pub fn finish(mut self, now: Instant) -> Trace {
        self.open_window_at(now);
        let truncated = self.is_full();
        for lane in 0..self.lanes.len() {
            self.close(now, lane as u32);
        }
        self.trace.until = now.max(self.from);
        self.trace.truncated = truncated;
        // Both were noted in the order of time, which they keep.
        self.trace.segments = by_place(&self.trace.segments, |segment| segment.lane as usize);
        self.trace.depths = by_place(&self.trace.depths, |depth| depth.channel.0 as usize);
        self.trace
    }

    /// What a lane did until now becomes a segment, if it lasted and reaches into the window.
    fn close(&mut self, now: Instant, lane: u32) {
        let Open { since, activity, span } = self.lanes[lane as usize];
        if activity != Activity::Idle && now > since && now > self.from {
            let start = since.max(self.from);
            self.trace.segments.push(Segment {
                lane,
                start,
                end: now,
                activity,
                span,
            });
        }
    }

    fn row_of(rows: &[u32], slot: u32) -> u32 {
        rows.get(slot as usize).copied().unwrap_or(FORGOTTEN)
    }

    fn set_row(rows: &mut Vec<u32>, slot: u32, row: u32) {
        if rows.len() <= slot as usize {
            rows.resize(slot as usize + 1, FORGOTTEN);
        }
        rows[slot as usize] = row;
    }

    fn span(&mut self, now: Instant, slot: u32) -> Option<&mut Span> {
        self.open_window_at(now);
        self.trace.spans.get_mut(Self::row_of(&self.span_rows, slot) as usize)
    }

    fn request(&mut self, now: Instant, slot: u32) -> Option<&mut RequestRow> {
        self.open_window_at(now);
        self.trace
            .requests
            .get_mut(Self::row_of(&self.request_rows, slot) as usize)
    }

    fn note(&mut self, now: Instant, slot: u32, what: What) {
        self.make_room(now);
        let span = Self::row_of(&self.span_rows, slot);
        if span != FORGOTTEN {
            self.trace.notes.push(Note { at: now, span, what });
        }
    }

    /// Which attempt of its call is being sent, from 1.
    fn attempt(&mut self, call: Call) -> u32 {
        let Some(guard) = call.guard else { return 1 };
        let before = match call.attempt {
            // A fallback is no further attempt.
            Attempt::Only => 0,
            _ => self.attempts.get(guard as usize).copied().unwrap_or(0),
        };
        Self::set_row(&mut self.attempts, guard, before + 1);
        before + 1
    }

    fn note_depth(&mut self, now: Instant, channel: ChannelId, depth: u32) {
        self.open_window_at(now);
        self.depths[channel.0 as usize] = depth;
        if self.open {
            self.trace.depths.push(Depth {
                channel,
                at: now,
                depth,
            });
        }
    }

    /// The row of a publication ends with its message where no delivery of its own is shown in it.
    fn close_publication(&mut self, now: Instant, message: Message) {
        self.open_window_at(now);
        let row = Self::row_of(&self.message_rows, message.slot);
        let span = self.trace.spans.get_mut(row as usize);
        if let Some(span) = span.filter(|span| span.began == Instant::NEVER && span.ended == Instant::NEVER) {
            span.ended = now;
        }
    }

    /// The first event inside the window: what is over by then is forgotten, and channels and breakers show how they are.
    fn open_window_at(&mut self, now: Instant) {
        if self.open || now < self.from {
            return;
        }
        self.open = true;
        self.compact();
        for (channel, depth) in self.depths.iter().enumerate().filter(|(_, depth)| **depth > 0) {
            self.trace.depths.push(Depth {
                channel: ChannelId(channel as u32),
                at: self.from,
                depth: *depth,
            });
        }
        let at = self.from;
        let switches = self.switches.iter().filter(|switch| switch.state != State::Closed);
        self.trace
            .switches
            .extend(switches.map(|switch| Switch { at, ..*switch }));
    }

    /// Before the window, rows of what is over are given up from time to time.
    fn make_room(&mut self, now: Instant) {
        self.open_window_at(now);
        if !self.open && self.trace.spans.len().max(self.trace.notes.len()) >= self.crowd {
            self.compact();
            self.crowd = 1024.max(2 * self.trace.spans.len().max(self.trace.notes.len()));
        }
    }

    /// Drops the rows of spans and requests that have ended before the window.
    fn compact(&mut self) {
        let lives = |span: &Span| span.ended == Instant::NEVER || span.returned == Instant::NEVER;
        let spans = renumber(&mut self.trace.spans, lives);
        let requests = renumber(&mut self.trace.requests, |request| request.completed == Instant::NEVER);
        for span in &mut self.trace.spans {
            span.parent = Self::row_of(&spans, span.parent);
            span.request = Self::row_of(&requests, span.request);
        }
        self.trace.notes.retain_mut(|note| {
            note.span = Self::row_of(&spans, note.span);
            note.span != FORGOTTEN
        });
        for row in &mut self.span_rows {
            *row = Self::row_of(&spans, *row);
        }
        for row in &mut self.message_rows {
            *row = Self::row_of(&spans, *row);
        }
        for row in &mut self.request_rows {
            *row = Self::row_of(&requests, *row);
        }
        for lane in &mut self.lanes {
            lane.span = Self::row_of(&spans, lane.span);
        }
    }
}

impl Observer for Recorder {
    fn breaker(&mut self, now: Instant, edge: EdgeId, replica: u32, state: State) {
        self.open_window_at(now);
        let switch = Switch {
            at: now,
            edge,
            replica,
            state,
        };
        switch.succeed(&mut self.switches);
        if self.open {
            self.trace.switches.push(switch);
        }
    }

    fn offered(&mut self, now: Instant, request: Request) {
        self.open_window_at(now);
        let row = self.trace.requests.len() as u32;
        self.trace.requests.push(RequestRow {
            client: request.client,
            number: request.number,
            offered: now,
            returned: Instant::NEVER,
            completed: Instant::NEVER,
            outcome: None,
        });
        Self::set_row(&mut self.request_rows, request.slot, row);
    }

    fn replied(&mut self, now: Instant, request: Request) {
        if let Some(row) = self.request(now, request.slot) {
            (row.returned, row.outcome) = (now, Some(Ok(())));
        }
    }

    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        if let Some(row) = self.request(now, request.slot) {
            (row.returned, row.outcome) = (now, Some(Err(cause)));
        }
    }

    fn completed(&mut self, now: Instant, request: Request, _replied: bool) {
        if let Some(row) = self.request(now, request.slot) {
            row.completed = now;
        }
    }

    fn sent(&mut self, now: Instant, call: Call, lane: Option<u32>) {
        self.make_room(now);
        let attempt = self.attempt(call);
        let row = self.trace.spans.len() as u32;
        let parent = call.parent.map_or(NO_SPAN, |slot| Self::row_of(&self.span_rows, slot));
        self.trace.spans.push(Span {
            request: Self::row_of(&self.request_rows, call.request),
            parent,
            edge: call.edge,
            mode: call.mode,
            service: call.service,
            from_lane: lane.unwrap_or(NO_LANE),
            lane: NO_LANE,
            sent: now,
            arrived: Instant::NEVER,
            began: Instant::NEVER,
            responded: Instant::NEVER,
            ended: Instant::NEVER,
            returned: Instant::NEVER,
            outcome: None,
            lost: false,
            attempt,
            hedge: call.attempt == Attempt::Hedge,
        });
        Self::set_row(&mut self.span_rows, call.slot, row);
    }

    fn lost(&mut self, now: Instant, call: Call) {
        if let Some(span) = self.span(now, call.slot) {
            span.lost = true;
            if span.arrived == Instant::NEVER {
                span.ended = now;
            }
        }
    }

    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        if let Some(span) = self.span(now, call.slot) {
            (span.returned, span.outcome) = (now, Some(outcome));
        }
    }

    fn abandoned(&mut self, now: Instant, call: Call, cause: Cause) {
        self.returned(now, call, Err(cause));
        self.given_up = call.guard.map(|guard| (now, guard));
    }

    fn accepted(&mut self, now: Instant, call: Call, _queued: bool) {
        self.opened = None;
        if let Some(span) = self.span(now, call.slot) {
            span.arrived = now;
        }
    }

    fn refused(&mut self, now: Instant, call: Call) {
        if let Some(span) = self.span(now, call.slot) {
            (span.arrived, span.ended) = (now, now);
        }
    }

    fn began(&mut self, now: Instant, call: Call, lane: u32, _queued: bool) {
        if let Some(span) = self.span(now, call.slot) {
            (span.began, span.lane) = (now, lane);
        }
    }

    fn responded(&mut self, now: Instant, call: Call, _ok: bool) {
        if let Some(span) = self.span(now, call.slot) {
            span.responded = now;
        }
    }

    fn forwarded(&mut self, now: Instant, call: Call, _: EdgeId) {
        self.responded(now, call, true);
    }

    fn ended(&mut self, now: Instant, call: Call, _ok: bool) {
        if let Some(span) = self.span(now, call.slot) {
            span.ended = now;
        }
    }

    fn crashed(&mut self, now: Instant, call: Call, _: bool) {
        self.note(now, call.slot, What::Died);
        self.ended(now, call, false);
    }

    fn called(&mut self, _: Instant, call: Guarded) {
        Self::set_row(&mut self.attempts, call.slot, 0);
    }

    fn polled(&mut self, now: Instant, call: Call) {
        self.note(now, call.slot, What::Asked);
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        let Some(parent) = call.parent else { return };
        let was_sent = self.given_up == Some((now, call.slot));
        if let Err(cause @ (Cause::Breaker | Cause::Limit | Cause::Rate | Cause::Deadline)) = outcome
            && !was_sent
        {
            self.note(now, parent, What::Barred(call.edge, cause));
        } else if fell_back {
            self.note(now, parent, What::FellBack(call.edge));
        }
    }

    fn turned_away(&mut self, now: Instant, call: Call) {
        self.refused(now, call);
    }

    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, _was: Activity, is: Activity, call: u32) {
        self.open_window_at(now);
        let span = Self::row_of(&self.span_rows, call);
        self.close(now, lane);
        self.lanes[lane as usize] = Open {
            since: now,
            activity: is,
            span,
        };
    }

    fn published(&mut self, now: Instant, call: Call, message: Message) {
        let row = Self::row_of(&self.span_rows, call.slot);
        Self::set_row(&mut self.message_rows, message.slot, row);
        let declared = self.declared;
        if let Some(span) = self.span(now, call.slot).filter(|_| message.channel.0 < declared) {
            (span.arrived, span.ended) = (now, now);
        }
    }

    fn copied(&mut self, _: Instant, message: Message, of: u32) {
        let row = Self::row_of(&self.message_rows, of);
        Self::set_row(&mut self.message_rows, message.slot, row);
    }

    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {
        let row = Self::row_of(&self.message_rows, message.slot);
        Self::set_row(&mut self.message_rows, letter.slot, row);
        self.close_publication(now, message);
    }

    fn depth(&mut self, now: Instant, channel: ChannelId, _: u32, depth: u32) {
        self.note_depth(now, channel, depth);
    }

    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        let publication = Self::row_of(&self.message_rows, message.slot);
        if message.channel.0 >= self.declared {
            // The first delivery is shown in the row of the call that caused it.
            if message.deliveries == 1 && publication != FORGOTTEN {
                if self.opened == Some((now, call.slot)) {
                    return;
                }
                self.opened = Some((now, call.slot));
                Self::set_row(&mut self.span_rows, call.slot, publication);
                return;
            }
            self.sent(now, call, None);
        }
        if let Some(span) = self.span(now, call.slot).filter(|span| span.parent == NO_SPAN) {
            span.parent = publication;
        }
    }

    fn settled(&mut self, now: Instant, message: Message, _: bool) {
        self.close_publication(now, message);
    }

    fn dropped(&mut self, now: Instant, message: Message, _: Gone) {
        self.close_publication(now, message);
    }

    fn expired(&mut self, now: Instant, message: Message) {
        self.close_publication(now, message);
    }

    fn overflowed(&mut self, now: Instant, call: Call, _: ChannelId) {
        if let Some(span) = self.span(now, call.slot) {
            (span.arrived, span.ended) = (now, now);
        }
    }
}
