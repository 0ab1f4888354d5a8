//! What becomes of messages that nobody acknowledges.
//!
//! ```text
//! taken ─▶ delivered, again … ─ too often ─▶ dead letter, or dropped
//!      ╰── nobody has it any more ─▶ expires │ is the oldest of a full channel │ is lost with its broker
//! ```
//!
//! Law: a trace has deliveries and their outcomes, and no messages. What they and the rules do not decide is not told.

use super::{Teller, is_publication};
use crate::scenario::{
    Callee, Cause, Change, Changed, ChannelId, Dist, Down, EdgeId, Fault, Harm, Mode, Overflow, Place,
};
use crate::time::{Duration, Instant};
use crate::trace::{Note, Placed, Span, What};

impl Teller<'_> {
    /// Whether a channel has taken a publication: its producer or a consumer knows, or the channel refuses none.
    pub(super) fn is_taken(&self, row: u32, span: &Span) -> bool {
        let Callee::Channel(id) = self.scenario.edge(span.edge).to else {
            return false;
        };
        let delivered = self.trace.spans.iter().any(|delivery| delivery.parent == row);
        let failed = matches!(
            span.outcome,
            Some(Err(Cause::Timeout | Cause::Deadline | Cause::Refused | Cause::Reset))
        );
        let is_away = |fault: &Fault| fault.place == Place::Channel(id);
        let takes_all = self.scenario.channel_rules(id).overflow != Overflow::Refuse
            && span.outcome != Some(Err(Cause::Refused))
            && !self.scenario.faults.iter().any(is_away);
        span.arrived != Instant::NEVER && (delivered || takes_all || !failed && span.mode != Mode::Oneway)
    }

    /// Whether a broker has died while a publication waited for room, which a trace has as lost.
    pub(super) fn is_cut_off(&self, span: &Span) -> bool {
        let cut_off = span.lost && span.arrived == Instant::NEVER && span.outcome == Some(Err(Cause::Reset));
        cut_off && span.returned >= span.ended && is_publication(self.scenario.edge(span.edge))
    }

    /// Whether a broker has died while a consumer had its message.
    pub(super) fn is_forgotten(&self, row: u32, span: &Span) -> bool {
        let turned_away = span.began == Instant::NEVER && span.ended == span.arrived;
        let died = |note: &Note| (note.span, note.at, note.what) == (row, span.returned, What::Died);
        self.is_delivery(span) && !turned_away && !self.trace.notes.iter().any(died)
    }

    pub(super) fn tell_fate(&mut self, call: &Placed, span: &Span) {
        let edge = self.scenario.edge(span.edge);
        let Callee::Channel(id) = edge.to else {
            // What goes in a batch with others has no delivery of its own.
            let again = self.trace.spans.iter().any(|delivery| delivery.parent == call.row);
            let came = span.arrived != Instant::NEVER || span.lost || again || edge.consume.batch.is_some();
            if span.mode == Mode::Queue && edge.is_call() && !came {
                let to = self.ends(span.edge).1;
                self.tell(span.ended, call, format!("the message is gone, and {to} never had it"));
            }
            return;
        };
        let changes = |change: &Change| matches!(&change.to, Changed::Channel(changed, _) if *changed == id);
        if !self.is_taken(call.row, span) || self.scenario.changes.iter().any(changes) {
            return;
        }
        let groups = self.scenario.groups(id);
        if groups.is_empty() {
            let text = format!(
                "nobody subscribes to {}, and the message is dropped",
                self.scenario.channel_name(id)
            );
            self.tell(span.arrived, call, text);
        }
        for group in groups {
            if let Some((at, text)) = self.fate(call.row, id, &group.edges) {
                self.tell(at, call, text);
            }
        }
    }

    /// When and how a message was over for the consumers behind these edges without an ack.
    fn fate(&self, row: u32, id: ChannelId, edges: &[EdgeId]) -> Option<(Instant, String)> {
        let (rules, name) = (self.scenario.channel_rules(id), self.scenario.channel_name(id));
        let arrived = self.trace.spans[row as usize].arrived;
        let of_group = |span: &&Span| span.parent == row && edges.contains(&span.edge);
        let deliveries: Vec<&Span> = self.trace.spans.iter().filter(of_group).collect();
        let last = deliveries
            .iter()
            .map(|delivery| delivery.returned)
            .max()
            .unwrap_or(arrived);
        let may_be_done = |by: Instant| {
            deliveries.iter().any(|delivery| match delivery.outcome {
                Some(Err(Cause::Timeout)) => delivery.ended <= by,
                Some(Err(_)) => false,
                _ => true,
            })
        };
        if deliveries.len() as u32 >= rules.deliveries {
            return (!may_be_done(last)).then(|| (last, self.given_up(id)));
        }
        // Nobody had it from `last` on, unless in a batch with others.
        let over = self.trace.requests.first()?.completed;
        let until = over.min(self.trace.until);
        let batched = edges
            .iter()
            .any(|edge| self.scenario.edge(*edge).consume.batch.is_some());
        let pause = if deliveries.is_empty() {
            Duration::ZERO
        } else {
            rules.redelivery
        };
        let expires = rules.retention.map(|time| (arrived + time).max(last + pause));
        if may_be_done(until) || batched && expires != Some(over) {
            return None;
        }
        let dies = |fault: &&Fault| {
            let at_hand = last <= fault.at && fault.at <= until;
            at_hand && (fault.place, &fault.harm) == (Place::Channel(id), &Harm::Down(Down::Crash))
        };
        if let Some(fault) = self.scenario.faults.iter().find(dies) {
            let unsafe_still = matches!(rules.ack, Dist::Constant(ack) if arrived + ack + ack > fault.at);
            let lost = unsafe_still && over != Instant::NEVER;
            return lost.then(|| (fault.at, format!("the message is lost, as the broker of {name} dies")));
        }
        let drops = rules.overflow == Overflow::DropOldest;
        match expires {
            Some(at) if at == over || !drops && at < until => Some((at, format!("the message expires in {name}"))),
            _ if drops && over != Instant::NEVER => Some((
                over,
                format!("the message is gone: it was the oldest when {name} was full"),
            )),
            _ => None,
        }
    }

    /// What a channel does with a message that it has delivered as often as it may.
    fn given_up(&self, id: ChannelId) -> String {
        let (rules, name) = (self.scenario.channel_rules(id), self.scenario.channel_name(id));
        let times = rules.deliveries;
        let Some(letters) = rules.dead_letter else {
            return format!("{name} drops the message after {times} deliveries");
        };
        let to = self.scenario.channel_name(letters);
        let is_away = |fault: &Fault| fault.place == Place::Channel(letters);
        let open = self.scenario.channel_rules(letters).capacity.is_none() && !self.scenario.faults.iter().any(is_away);
        let room = if open { "" } else { ", if there was room" };
        format!("{name} gives the message up after {times} deliveries; it is a dead letter in {to}{room}")
    }
}
