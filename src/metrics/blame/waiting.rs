//! What a span was waiting for: its worker, a connection, or a call without an outcome yet.

use super::Blame;
use crate::scenario::{Deadline, Runtime};
use crate::time::Instant;
use crate::trace::{Activity, On, Segment};

impl Blame<'_> {
    /// The last thing that a worker did for a span before an instant, other than standing blocked on a call.
    pub(super) fn segment_before(&self, row: u32, at: Instant) -> Option<Segment> {
        let tells = |segment: &&Segment| !matches!(segment.activity, Activity::Blocked(On::Edge(_)));
        let segments = &self.segments[row as usize];
        let end = segments.partition_point(|segment| segment.start < at);
        segments[..end].iter().rev().find(tells).copied()
    }

    /// The call that a span was waiting for when its caller gave up on it, where no worker did anything for it.
    pub(super) fn open_call(&self, row: u32, until: Instant) -> Option<u32> {
        let spans = &self.trace.spans;
        let span = &spans[row as usize];
        let busy = self
            .segment_before(row, until)
            .is_some_and(|segment| segment.end >= until);
        if busy || span.responded.min(span.ended) <= until {
            return None;
        }
        let is_open = |call: &u32| {
            let call = &spans[*call as usize];
            call.mode.waits() && call.sent < until && call.returned > until
        };
        let open = self.children[row as usize].iter().copied().filter(is_open);
        open.max_by_key(|call| spans[*call as usize].sent)
    }

    /// Since when a span had been waiting for a connection when it sent a call, and that call: blocked on its edge, or on
    /// threads, where every `wait` is told, without anything that is told.
    pub(super) fn connecting(&self, row: u32, at: Instant) -> Option<(Instant, u32)> {
        let spans = &self.trace.spans;
        let children = self.children[row as usize].iter().copied();
        let first = |call: &u32| (spans[*call as usize].sent, spans[*call as usize].attempt) == (at, 1);
        let call = children.clone().find(first)?;
        let edge = spans[call as usize].edge;
        let policy = &self.scenario.edge_at(edge, at).policy;
        if policy.connections.is_none() && policy.setup.is_none() {
            return None;
        }
        let before = children
            .filter(|other| *other != call)
            .map(|other| spans[other as usize].returned);
        let returned = before
            .filter(|returned| *returned <= at)
            .max()
            .unwrap_or(Instant::START);
        let segments = &self.segments[row as usize];
        let last = segments[..segments.partition_point(|segment| segment.start < at)].last();
        let on_threads = || {
            matches!(
                self.scenario.service(spans[row as usize].service).runtime,
                Runtime::Threads(_)
            )
        };
        let since = match last {
            Some(last) if last.activity == Activity::Blocked(On::Edge(edge)) && last.end >= at => {
                last.start.max(returned)
            }
            _ if !on_threads() => return None,
            _ => last.map_or(spans[row as usize].began, |last| last.end),
        };
        (returned <= since && since < at).then_some((since, call))
    }

    /// Until when, before `at`, the caller of this failed attempt (the span `own`, or a client) paused for another one that
    /// never came to be, as time was up.
    pub(super) fn paused(&self, call: u32, own: Option<u32>, at: Instant) -> Instant {
        let span = &self.trace.spans[call as usize];
        let Some(Err(cause)) = span.outcome else {
            return span.returned;
        };
        let Some(own) = own else { return at };
        let segments = &self.segments[own as usize];
        let last = segments[..segments.partition_point(|segment| segment.start < at)].last();
        if let Some(last) = last.filter(|last| last.activity == Activity::Blocked(On::Edge(span.edge))) {
            return last.end.min(at);
        }
        // Nothing tells a pause without a worker from waiting for one, but that there was to be another attempt for certain.
        let policy = &self.scenario.edge_at(span.edge, span.sent).policy;
        let tries_again = policy
            .retry
            .as_ref()
            .is_some_and(|retry| retry.budget.is_none() && span.attempt < retry.attempts && retry.on.contains(&cause));
        let is_sent_at_once = policy.connections.is_none() && policy.setup.is_none();
        let Some(Deadline::After(time)) = policy.deadline.filter(|_| tries_again && is_sent_at_once) else {
            return span.returned;
        };
        let children = self.children[own as usize].iter();
        let attempts = children.map(|row| &self.trace.spans[*row as usize]);
        let firsts = attempts.filter(|other| (other.edge, other.attempt) == (span.edge, 1) && other.sent <= span.sent);
        let is_up = firsts.map(|first| first.sent).max().unwrap_or(span.sent) + time;
        if is_up <= at { is_up } else { span.returned }
    }
}
