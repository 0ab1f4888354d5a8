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

use crate::scenario::{EdgeId, Mode, ServiceId};
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
    /// On the way there or back.
    Network,
    /// In attempts that failed and were made again, and in the pauses between.
    Retry,
    /// Until a broker's ack.
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
            Spent::Broker => "waiting for an ack",
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
    /// The service that the time was spent at, or on the way to.
    pub service: ServiceId,
}

/// One share of a response time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub service: ServiceId,
    pub spent: Spent,
    pub time: Duration,
}

/// The critical paths of the requests of a trace.
pub struct Blame<'a> {
    trace: &'a Trace,
    /// What its workers did for each span, in the order of time.
    segments: Vec<Vec<Segment>>,
    /// The calls of each span, in the order of sending.
    children: Vec<Vec<u32>>,
    /// The call of the client for each request.
    roots: Vec<Option<u32>>,
}

impl<'a> Blame<'a> {
    /// Sorts a trace by spans.
    pub fn new(trace: &'a Trace) -> Blame<'a> {
        let mut blame = Blame {
            trace,
            segments: vec![Vec::new(); trace.spans.len()],
            children: vec![Vec::new(); trace.spans.len()],
            roots: vec![None; trace.requests.len()],
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
            } else if let Some(root @ None) = blame.roots.get_mut(span.request as usize) {
                *root = Some(row as u32);
            }
        }
        blame
    }

    /// The critical path of a request, from sending to outcome. None where it has no outcome yet, or where its
    /// beginning is not recorded.
    pub fn path(&self, request: u32) -> Option<Vec<Piece>> {
        let row = self.trace.requests.get(request as usize)?;
        if row.returned == Instant::NEVER || row.offered < self.trace.from {
            return None;
        }
        let mut path = Path {
            blame: self,
            pieces: Vec::new(),
        };
        path.call(self.roots[request as usize]?, row.offered, row.returned);
        path.pieces.reverse();
        Some(path.pieces)
    }

    /// The response time of a request by service and kind, the largest share first.
    pub fn shares(&self, request: u32) -> Option<Vec<Share>> {
        let mut shares: Vec<Share> = Vec::new();
        for piece in self.path(request)? {
            let time = piece.until.since(piece.from);
            let same = |share: &&mut Share| (share.service, share.spent) == (piece.service, piece.spent);
            match shares.iter_mut().find(same) {
                Some(share) => share.time = Duration(share.time.0 + time.0),
                None => shares.push(Share {
                    service: piece.service,
                    spent: piece.spent,
                    time,
                }),
            }
        }
        Some(largest_first(shares))
    }

    /// For how long the spans of the client's call stood waiting for each of their callees, the longest first.
    pub fn callees(&self, request: u32) -> Option<Vec<(EdgeId, Duration)>> {
        let path = self.path(request)?;
        let root = self.roots[request as usize]?;
        let mut waits: Vec<(EdgeId, Duration)> = Vec::new();
        for piece in path.iter().filter(|piece| piece.span != root) {
            let edge = self.trace.spans[self.below(root, piece.span) as usize].edge;
            let time = piece.until.since(piece.from);
            match waits.iter_mut().find(|(of, _)| *of == edge) {
                Some((_, sum)) => *sum = Duration(sum.0 + time.0),
                None => waits.push((edge, time)),
            }
        }
        waits.sort_by_key(|(edge, time)| (std::cmp::Reverse(*time), *edge));
        Some(waits)
    }

    /// The ancestor of a span that `root` called itself.
    fn below(&self, root: u32, span: u32) -> u32 {
        let mut at = span;
        while self.trace.spans[at as usize].parent != root && self.trace.spans[at as usize].parent != NO_SPAN {
            at = self.trace.spans[at as usize].parent;
        }
        at
    }
}

/// Few as they are, they are sorted by insertion, which is the least code.
fn largest_first(shares: Vec<Share>) -> Vec<Share> {
    let mut sorted: Vec<Share> = Vec::with_capacity(shares.len());
    let key = |share: &Share| (std::cmp::Reverse(share.time), share.service, share.spent);
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
            let service = self.blame.trace.spans[span as usize].service;
            self.pieces.push(Piece {
                from,
                until,
                spent,
                span,
                service,
            });
        }
    }

    /// All of a call between two instants, seen by its caller.
    fn call(&mut self, row: u32, from: Instant, until: Instant) {
        let span = self.blame.trace.spans[row as usize];
        // What the caller did not wait for is not its time: it gave up, or the callee answered later.
        let clip = |at: Instant| at.min(until).max(from);
        let (arrived, began, responded) = (clip(span.arrived), clip(span.began), clip(span.responded));
        if span.began == Instant::NEVER && span.arrived != Instant::NEVER && span.ended == span.arrived {
            // At the door.
            self.add(from, until, Spent::Network, row);
            return;
        }
        if span.mode == Mode::Queue {
            // To the ack; what a consumer does is nobody's wait.
            self.add(from, until, Spent::Broker, row);
            return;
        }
        let children = self.blame.children[row as usize].iter();
        match children
            .copied()
            .find(|child| hands_over(self.blame.trace, row, *child))
        {
            // Another one answers in its place.
            Some(child) => self.call(child, responded, until),
            None => self.add(responded, until, Spent::Network, row),
        }
        self.inside(row, began, responded);
        self.add(arrived, began, Spent::Backlog, row);
        self.add(from, arrived, Spent::Network, row);
    }

    /// A span between two instants: what was waited for, backwards.
    fn inside(&mut self, row: u32, from: Instant, until: Instant) {
        let mut at = until;
        while at > from {
            at = match (self.segment_before(row, at), self.call_before(row, at)) {
                // A branch that works beside a call: the one that ended last decided.
                (Some(segment), Some(child)) if self.returned(child).min(at) > segment.end.min(at) => {
                    self.back_over_call(row, child, from, at)
                }
                (Some(segment), _) => self.back_over_segment(row, segment, from, at),
                (None, Some(child)) => self.back_over_call(row, child, from, at),
                (None, None) => {
                    self.add(from, at, Spent::Wait, row);
                    from
                }
            };
        }
    }

    fn returned(&self, child: u32) -> Instant {
        self.blame.trace.spans[child as usize].returned
    }

    /// The last thing that a worker did for a span before an instant, other than standing blocked on a call.
    fn segment_before(&self, row: u32, at: Instant) -> Option<Segment> {
        let tells = |segment: &&Segment| !matches!(segment.activity, Activity::Blocked(On::Edge(_)));
        let segments = &self.blame.segments[row as usize];
        let end = segments.partition_point(|segment| segment.start < at);
        segments[..end].iter().rev().find(tells).copied()
    }

    /// The call that a span waited for and whose outcome came last before an instant.
    fn call_before(&self, row: u32, at: Instant) -> Option<u32> {
        let spans = &self.blame.trace.spans;
        let children = self.blame.children[row as usize].iter().copied();
        let waited = children.filter(|child| {
            let span = &spans[*child as usize];
            span.returned <= at && span.sent < at && span.returned > span.sent
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

    fn back_over_call(&mut self, row: u32, child: u32, from: Instant, at: Instant) -> Instant {
        let span = self.blame.trace.spans[child as usize];
        let (sent, returned) = (span.sent.max(from), span.returned.max(from));
        if self.is_made_again(row, child, at) {
            self.add(sent, at, Spent::Retry, child);
        } else {
            self.add(returned, at, Spent::Backlog, row);
            self.call(child, sent, returned);
        }
        sent
    }

    /// Whether a call failed and the same one was sent again at `at`.
    fn is_made_again(&self, row: u32, child: u32, at: Instant) -> bool {
        let spans = &self.blame.trace.spans;
        let failed = matches!(spans[child as usize].outcome, Some(Err(_)));
        let again = |other: &u32| {
            let other = &spans[*other as usize];
            other.sent == at && other.edge == spans[child as usize].edge
        };
        failed && self.blame.children[row as usize].iter().any(again)
    }
}
