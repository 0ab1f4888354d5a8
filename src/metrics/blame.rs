//! Where the response time of a request went: its critical path, and who is to blame for how much of it.
//!
//! ```text
//! client   |────────────────────────────── response time ─────────────────────────────|
//! pieces   |network|backlog| own work | network | backlog | own work | network | work |net|
//!                   ╰ a ────────────╯            ╰ b ──────────────╯            ╰ a ─╯
//! ```
//!
//! Law: the pieces of a request lie end to end from sending to reply, so their lengths add up to its response time.
//! The path follows what was waited for, and so never leads over an asynchronous edge.

mod broker;
mod waiting;

use crate::scenario::{Callee, Caller, Cause, ChannelId, EdgeId, Mode, Scenario, ServiceId};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, NO_SPAN, On, Segment, Trace, hands_over};

/// What a piece of a response time was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spent {
    /// On a core.
    Work,
    /// A `wait` step of the operation.
    Wait,
    /// Queued for a worker: a new call, or a span that wanted to go on.
    Backlog,
    /// With a worker, for a core.
    Core,
    /// For one of a pool.
    Pool,
    /// On the way there or back, or waiting for a connection.
    Network,
    /// In attempts that failed and were made again, and in the pauses between.
    Retry,
    /// With a broker: until its ack is back; or until it sends what waits for a reply to the consumer that replies.
    Broker,
}

impl Spent {
    /// All kinds.
    pub const ALL: [Spent; 8] = [
        Spent::Work,
        Spent::Wait,
        Spent::Backlog,
        Spent::Core,
        Spent::Pool,
        Spent::Network,
        Spent::Retry,
        Spent::Broker,
    ];

    /// The key in a report.
    pub fn key(self) -> &'static str {
        match self {
            Spent::Work => "work",
            Spent::Wait => "wait",
            Spent::Backlog => "backlog",
            Spent::Core => "core",
            Spent::Pool => "pool",
            Spent::Network => "network",
            Spent::Retry => "retry",
            Spent::Broker => "broker",
        }
    }

    /// The words for a reader.
    pub fn word(self) -> &'static str {
        match self {
            Spent::Work => "own work",
            Spent::Wait => "own waits",
            Spent::Backlog => "waiting for a worker",
            Spent::Core => "waiting for a core",
            Spent::Pool => "waiting for a pool",
            Spent::Network => "network",
            Spent::Retry => "retries",
            Spent::Broker => "broker residence",
        }
    }
}

/// Where time was spent, or on the way to where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    Service(ServiceId),
    /// With the broker, which has what was published.
    Channel(ChannelId),
}

impl Site {
    /// Its name in the scenario.
    pub fn name(self, scenario: &Scenario) -> &str {
        match self {
            Site::Service(id) => &scenario.service(id).name,
            Site::Channel(id) => scenario.channel_name(id),
        }
    }
}

/// A stretch of the critical path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    pub from: Instant,
    pub until: Instant,
    pub spent: Spent,
    /// A row of [`Trace::spans`].
    pub span: u32,
    pub site: Site,
}

/// One share of a response time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub site: Site,
    pub spent: Spent,
    pub time: Duration,
}

/// The critical paths of the requests of a trace.
pub struct Blame<'a> {
    scenario: &'a Scenario,
    trace: &'a Trace,
    /// What its workers did for each span, in the order of time.
    segments: Vec<Vec<Segment>>,
    /// The calls of each span, in the order of sending.
    children: Vec<Vec<u32>>,
    /// The calls of the client for each request, in the order of sending.
    roots: Vec<Vec<u32>>,
    /// The deliveries of each declared channel to which a consumer has replied, in the order of the replies.
    replied: Vec<Vec<u32>>,
}

impl<'a> Blame<'a> {
    /// Sorts a trace by spans.
    pub fn new(scenario: &'a Scenario, trace: &'a Trace) -> Blame<'a> {
        let mut blame = Blame {
            scenario,
            trace,
            segments: vec![Vec::new(); trace.spans.len()],
            children: vec![Vec::new(); trace.spans.len()],
            roots: vec![Vec::new(); trace.requests.len()],
            replied: vec![Vec::new(); scenario.channels.len()],
        };
        for segment in trace.segments.iter().filter(|segment| segment.span != NO_SPAN) {
            // A span has few lanes, and each is in the order of time.
            let of_span = &mut blame.segments[segment.span as usize];
            let place = of_span.partition_point(|other| other.start <= segment.start);
            of_span.insert(place, *segment);
        }
        for (row, span) in trace.spans.iter().enumerate() {
            if span.parent != NO_SPAN {
                blame.children[span.parent as usize].push(row as u32);
            } else if let Some(roots) = blame.roots.get_mut(span.request as usize) {
                roots.push(row as u32);
            }
            if let Caller::Channel(channel) = scenario.edge(span.edge).from
                && span.responded != Instant::NEVER
            {
                let replied = &mut blame.replied[channel.0 as usize];
                let place = replied.partition_point(|row| trace.spans[*row as usize].responded <= span.responded);
                replied.insert(place, row as u32);
            }
        }
        blame
    }

    /// The critical path of a request, from sending to outcome. None where it has no outcome yet, where its beginning is not
    /// recorded, or where it waited without a call.
    pub fn path(&self, request: u32) -> Option<Vec<Piece>> {
        let row = self.trace.requests.get(request as usize)?;
        if row.returned == Instant::NEVER || row.offered < self.trace.from {
            return None;
        }
        let mut path = Path {
            blame: self,
            pieces: Vec::new(),
        };
        path.request(&self.roots[request as usize], row.offered, row.returned)?;
        path.pieces.reverse();
        Some(path.pieces)
    }

    /// The response time of a request by service and kind, the largest share first.
    pub fn shares(&self, request: u32) -> Option<Vec<Share>> {
        let mut shares: Vec<Share> = Vec::new();
        for piece in self.path(request)? {
            let time = piece.until.since(piece.from);
            let same = |share: &&mut Share| (share.site, share.spent) == (piece.site, piece.spent);
            match shares.iter_mut().find(same) {
                Some(share) => share.time = Duration(share.time.0 + time.0),
                None => shares.push(Share {
                    site: piece.site,
                    spent: piece.spent,
                    time,
                }),
            }
        }
        Some(largest_first(shares))
    }

    /// For how long the spans of the client's calls stood waiting for each of their callees, the longest first.
    pub fn callees(&self, request: u32) -> Option<Vec<(EdgeId, Duration)>> {
        let mut waits: Vec<(EdgeId, Duration)> = Vec::new();
        for piece in self.path(request)? {
            let Some(call) = self.below_root(piece.span) else {
                continue;
            };
            let edge = self.trace.spans[call as usize].edge;
            let time = piece.until.since(piece.from);
            match waits.iter_mut().find(|(of, _)| *of == edge) {
                Some((_, sum)) => *sum = Duration(sum.0 + time.0),
                None => waits.push((edge, time)),
            }
        }
        waits.sort_by_key(|(edge, time)| (std::cmp::Reverse(*time), *edge));
        Some(waits)
    }

    /// The ancestor of a span that a call of the client called itself; none for such a call.
    fn below_root(&self, span: u32) -> Option<u32> {
        let parent = |span: u32| Some(self.trace.spans[span as usize].parent).filter(|parent| *parent != NO_SPAN);
        let (mut at, mut above) = (span, parent(span)?);
        while let Some(next) = parent(above) {
            (at, above) = (above, next);
        }
        Some(at)
    }

    fn site(&self, span: u32) -> Site {
        let span = &self.trace.spans[span as usize];
        match self.scenario.edge(span.edge).to {
            Callee::Channel(channel) => Site::Channel(channel),
            Callee::Operation(..) => Site::Service(span.service),
        }
    }
}

/// Few as they are, they are sorted by insertion, which is the least code.
fn largest_first(shares: Vec<Share>) -> Vec<Share> {
    let mut sorted: Vec<Share> = Vec::with_capacity(shares.len());
    let key = |share: &Share| (std::cmp::Reverse(share.time), share.site, share.spent);
    for share in shares {
        let place = sorted.partition_point(|other| key(other) < key(&share));
        sorted.insert(place, share);
    }
    sorted
}

/// A critical path in the making, from its end to its beginning.
struct Path<'b, 'a> {
    blame: &'b Blame<'a>,
    pieces: Vec<Piece>,
}

impl Path<'_, '_> {
    fn add(&mut self, from: Instant, until: Instant, spent: Spent, span: u32) {
        if from < until {
            let site = self.blame.site(span);
            self.pieces.push(Piece {
                from,
                until,
                spent,
                span,
                site,
            });
        }
    }

    /// The calls of a client between two instants, backwards: one, or one attempt after the other. None where there is none.
    fn request(&mut self, roots: &[u32], from: Instant, until: Instant) -> Option<()> {
        let mut at = until;
        while at > from {
            at = match self.call_before(roots, None, at).or_else(|| self.last_sent(roots, at)) {
                Some(call) => self.back_over_call(roots, call, None, [from, at]),
                // On the way to the first.
                None => {
                    self.add(from, at, Spent::Network, *roots.first()?);
                    from
                }
            };
        }
        Some(())
    }

    /// Of these calls the last that was sent before an instant.
    fn last_sent(&self, calls: &[u32], at: Instant) -> Option<u32> {
        let sent = |call: &&u32| self.blame.trace.spans[**call as usize].sent < at;
        calls.iter().rfind(sent).copied()
    }

    /// All of a call between two instants, seen by its caller.
    fn call(&mut self, row: u32, from: Instant, until: Instant) {
        let span = self.blame.trace.spans[row as usize];
        // What the caller did not wait for is not its time: it gave up, or the callee answered later.
        let clip = |at: Instant| at.min(until).max(from);
        let (arrived, began, responded) = (clip(span.arrived), clip(span.began), clip(span.responded));
        if span.mode == Mode::Queue || matches!(self.blame.site(row), Site::Channel(_)) {
            return self.publication(row, from, until);
        }
        if span.began == Instant::NEVER && span.arrived != Instant::NEVER && span.ended == span.arrived {
            // At the door.
            self.add(from, until, Spent::Network, row);
            return;
        }
        self.answer(row, row, Spent::Network, [responded, until]);
        self.inside(row, began, responded);
        self.add(arrived, began, Spent::Backlog, row);
        self.add(from, arrived, Spent::Network, row);
    }

    /// From the answer of a span until the caller has it, over the line of the call `over`. Where the span has handed its
    /// duty over, another one answers in its place.
    fn answer(&mut self, row: u32, over: u32, spent: Spent, [from, until]: [Instant; 2]) {
        let mut children = self.blame.children[row as usize].iter().copied();
        match children.find(|child| hands_over(self.blame.trace, row, *child)) {
            Some(child) => self.call(child, from, until),
            None => self.add(from, until, spent, over),
        }
    }

    /// What was published: to the ack, or where a reply is waited for, to the reply of a consumer.
    fn publication(&mut self, row: u32, from: Instant, until: Instant) {
        let span = self.blame.trace.spans[row as usize];
        if span.outcome == Some(Err(Cause::Refused)) {
            // At the door.
            return self.add(from, until, Spent::Network, row);
        }
        if !span.mode.waits() {
            return self.add(from, until, Spent::Broker, row);
        }
        let arrived = span.arrived.max(from).min(until);
        let left = match self.blame.decisive(row, until) {
            Some(delivery) => self.delivery(delivery, row, arrived, until),
            None => until,
        };
        self.add(arrived, left, Spent::Broker, row);
        let room = self.blame.for_room(row, arrived.since(from));
        let reached = Instant(arrived.0 - room.0);
        self.add(reached, arrived, Spent::Broker, row);
        self.add(from, reached, Spent::Network, row);
    }

    /// A delivery, seen by the publication that waits for its reply. Yields when it left the broker.
    fn delivery(&mut self, row: u32, publication: u32, from: Instant, until: Instant) -> Instant {
        let spans = &self.blame.trace.spans;
        let span = spans[row as usize];
        let given_up = spans[publication as usize]
            .outcome
            .is_some_and(|outcome| matches!(outcome, Err(Cause::Timeout | Cause::Deadline)));
        let clip = |at: Instant| at.min(until).max(from);
        let over = clip(span.responded.min(span.ended));
        let began = clip(span.began).min(over);
        let arrived = clip(span.arrived).min(began);
        let sent = clip(span.sent).min(arrived);
        // Without a reply the message is the broker's again.
        let after = if given_up { Spent::Broker } else { Spent::Network };
        self.answer(row, publication, after, [over, until]);
        self.inside(row, began, over);
        self.add(arrived, began, Spent::Backlog, row);
        let left = sent + self.blame.of_broker(row, arrived.since(sent));
        self.add(left, arrived, Spent::Network, row);
        left
    }

    /// A span between two instants: what was waited for, backwards.
    fn inside(&mut self, row: u32, from: Instant, until: Instant) {
        let children = &self.blame.children[row as usize];
        let mut at = match self.blame.open_call(row, until) {
            Some(call) => self.back_over_call(children, call, Some(row), [from, until]),
            None => until,
        };
        while at > from {
            if let Some((since, call)) = self.blame.connecting(row, at) {
                let since = since.max(from);
                self.add(since, at, Spent::Network, call);
                at = since;
                continue;
            }
            at = match (
                self.blame.segment_before(row, at),
                self.call_before(children, Some(row), at),
            ) {
                // A branch that works beside a call: the one that ended last decided.
                (Some(segment), Some(child)) if self.is_after(segment, children, child, at) => {
                    self.back_over_call(children, child, Some(row), [from, at])
                }
                (Some(segment), _) => self.back_over_segment(row, segment, from, at),
                (None, Some(child)) => self.back_over_call(children, child, Some(row), [from, at]),
                (None, None) => {
                    self.add(from, at, Spent::Wait, row);
                    from
                }
            };
        }
    }

    /// Whether the last thing before an instant was a call, and no segment: a refusal may take no time.
    fn is_after(&self, segment: Segment, calls: &[u32], child: u32, at: Instant) -> bool {
        let (returned, end) = (
            self.blame.trace.spans[child as usize].returned.min(at),
            segment.end.min(at),
        );
        returned > end || returned == end && self.is_made_again(calls, child, at)
    }

    /// Of these calls of one caller the one whose outcome came last before an instant, if somebody waited for it.
    fn call_before(&self, calls: &[u32], own: Option<u32>, at: Instant) -> Option<u32> {
        let spans = &self.blame.trace.spans;
        let waited = calls.iter().copied().filter(|child| {
            let span = &spans[*child as usize];
            let is_before = span.returned <= at && span.sent < at;
            let took_time = || {
                let paused = || self.blame.paused(*child, own, at) > span.returned;
                span.returned > span.sent || self.is_made_again(calls, *child, at) || paused()
            };
            is_before && took_time()
        });
        waited.max_by_key(|child| (spans[*child as usize].returned, *child))
    }

    fn back_over_segment(&mut self, row: u32, segment: Segment, from: Instant, at: Instant) -> Instant {
        let spent = match segment.activity {
            Activity::Running => Spent::Work,
            Activity::CoreWait => Spent::Core,
            Activity::Blocked(On::Pool(_)) => Spent::Pool,
            Activity::Idle | Activity::Blocked(_) => Spent::Wait,
        };
        let (start, end) = (segment.start.max(from), segment.end.min(at).max(from));
        // Nothing is told of a loop that lets a span wait.
        self.add(end, at, Spent::Wait, row);
        self.add(start, end, spent, row);
        start
    }

    /// One of the calls of a caller, whose own time counts for `own`.
    fn back_over_call(&mut self, calls: &[u32], child: u32, own: Option<u32>, [from, at]: [Instant; 2]) -> Instant {
        let span = self.blame.trace.spans[child as usize];
        let (sent, returned) = (span.sent.max(from), span.returned.max(from).min(at));
        if self.is_made_again(calls, child, at) {
            self.add(sent, at, Spent::Retry, child);
        } else {
            let paused = self.blame.paused(child, own, at).max(returned).min(at);
            self.add(paused, at, Spent::Backlog, own.unwrap_or(child));
            self.add(returned, paused, Spent::Retry, child);
            self.call(child, sent, returned);
        }
        sent
    }

    /// Whether a call failed and the same one was sent again at `at`.
    fn is_made_again(&self, calls: &[u32], child: u32, at: Instant) -> bool {
        let spans = &self.blame.trace.spans;
        let failed = matches!(spans[child as usize].outcome, Some(Err(_)));
        let again = |other: &u32| {
            let other = &spans[*other as usize];
            let child = &spans[child as usize];
            other.sent == at && other.edge == child.edge && other.attempt > child.attempt
        };
        failed && calls.iter().any(again)
    }
}
