//! What a trace tells of a reply over a channel: which consumer gave it, and what was the broker's time.
//!
//! ```text
//! sent ─network, room─▶ arrived ─broker─▶ handed out ─broker, network─▶ consumer … replies ─network─▶ returned
//!                                   ╰──◀── failed: the broker has it again
//! ```
//!
//! Law: an error is no reply. A trace has the time of a broker and that of the network in one; the scenario parts them as
//! far as it says how long one of them takes.

use super::Blame;
use crate::scenario::{Callee, Caller, Cause, ChannelId, Dist, Overflow};
use crate::time::{Duration, Instant};

impl Blame<'_> {
    /// Of the deliveries of a publication that waits for a reply the one that decided, as far as it is known by an instant:
    /// the first that replied well; where none has, the one that was out last.
    pub(super) fn decisive(&self, publication: u32, until: Instant) -> Option<u32> {
        let spans = &self.trace.spans;
        let span = &spans[publication as usize];
        let Callee::Channel(channel) = self.scenario.edge(span.edge).to else {
            return None;
        };
        let from_channel = |row: &u32| self.scenario.edge(spans[*row as usize].edge).from == Caller::Channel(channel);
        let own = self.children[publication as usize].iter().copied().filter(from_channel);
        let doubt = |row: u32| doubt(spans[row as usize].outcome);
        let replied = own.clone().filter(|row| spans[*row as usize].responded <= until);
        let replied = replied.min_by_key(|row| (doubt(*row), spans[*row as usize].responded));
        let last = || own.max_by_key(|row| (spans[*row as usize].returned.min(until), *row));
        if span.outcome != Some(Ok(())) {
            return last();
        }
        let sure = replied.filter(|row| doubt(*row) < FAILED);
        sure.or_else(|| self.batch(channel, span.arrived, until))
            .or(replied)
            .or_else(last)
    }

    /// The delivery that replied to a message in one batch with older ones, whose delivery it is in the trace: the last to
    /// reply among those that left after the message had come, and in which an older one was the first.
    fn batch(&self, channel: ChannelId, arrived: Instant, until: Instant) -> Option<u32> {
        let spans = &self.trace.spans;
        let replied = &self.replied[channel.0 as usize];
        let end = replied.partition_point(|row| spans[*row as usize].responded <= until);
        let later = replied[..end].iter().copied().rev();
        let mut later = later.take_while(|row| spans[*row as usize].responded >= arrived);
        later.find(|row| {
            let span = &spans[*row as usize];
            let oldest = spans.get(span.parent as usize);
            span.sent >= arrived
                && doubt(span.outcome) < FAILED
                && oldest.is_none_or(|oldest| oldest.arrived <= arrived)
        })
    }

    /// Of the time from when a broker hands a message out until it is there, how much it is the broker's.
    pub(super) fn of_broker(&self, delivery: u32, whole: Duration) -> Duration {
        let edge = self.scenario.edge(self.trace.spans[delivery as usize].edge);
        let Caller::Channel(channel) = edge.from else {
            return Duration::ZERO;
        };
        match (&self.scenario.channel_rules(channel).delivery, &edge.latency) {
            (_, Dist::Constant(Duration::ZERO)) => whole,
            (Dist::Constant(time), _) => whole.min(*time),
            (_, Dist::Constant(time)) => Duration(whole.0.saturating_sub(time.0)),
            _ => Duration::ZERO,
        }
    }

    /// Of the time until a channel has taken a publication, how much it let it wait for room.
    pub(super) fn for_room(&self, publication: u32, whole: Duration) -> Duration {
        let span = &self.trace.spans[publication as usize];
        let edge = self.scenario.edge(span.edge);
        match (edge.to, &edge.latency) {
            (Callee::Channel(id), _) if self.scenario.channel_rules(id).overflow != Overflow::Block => Duration::ZERO,
            _ if span.lost => Duration::ZERO,
            (_, Dist::Constant(time)) => Duration(whole.0.saturating_sub(time.0)),
            _ => whole,
        }
    }
}

/// The doubt about the reply of a delivery that has failed.
const FAILED: u8 = 2;

/// How doubtful it is that a delivery replied well: one that was taken back worked on and may have, and one that failed
/// did only if it failed after its reply.
fn doubt(outcome: Option<Result<(), Cause>>) -> u8 {
    match outcome {
        None | Some(Ok(())) => 0,
        Some(Err(Cause::Error)) => FAILED,
        Some(Err(_)) => 1,
    }
}
