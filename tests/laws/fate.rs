//! What becomes of a message once a consumer had it, or nobody wanted it: settled, taken back, given up, lost by a rule.

use super::auditor::Auditor;
use super::channel::{MessageRecord, Place};
use super::ledger::Record;
use sync_or_swim::scenario::*;
use sync_or_swim::trace::{Cause, Gone, Message};

impl Auditor<'_> {
    /// The copy is no longer where it was.
    pub fn leave(&mut self, id: usize) {
        let MessageRecord { message, place, .. } = self.messages[id].clone();
        let book = self.book(message.channel);
        match place {
            Place::Lying => {
                let shelf = book.shelves.entry((message.group, message.partition)).or_default();
                shelf.retain(|lying| *lying != id);
            }
            Place::Held | Place::Between => book.held = book.held.saturating_sub(1),
            Place::Waiting => book.waiting = book.waiting.saturating_sub(1),
            Place::Over => {}
        }
    }

    pub fn end_message(&mut self, id: usize) {
        self.leave(id);
        self.messages[id].place = Place::Over;
        self.let_go(id);
    }

    pub fn on_settled(&mut self, message: &Message, out_of_order: bool) {
        let Some(id) = self.find_message(message) else { return };
        self.law(
            8,
            self.messages[id].done && self.messages[id].place != Place::Between,
            || format!("{message:?} is settled, and nobody has done it"),
        );
        self.check_order(id, message, out_of_order);
        self.check_ack(id, message);
        self.end_message(id);
        self.book(message.channel).settled += 1;
        self.balance_channel(message.channel);
    }

    /// Without a key the order is that of the channel; with one, partitions keep it unless acks are late.
    fn check_order(&mut self, id: usize, message: &Message, out_of_order: bool) {
        let number = self.messages[id].number;
        let keyed = self.scenario.edge(message.edge).publish.key.is_some();
        let last = self
            .book(message.channel)
            .last
            .entry((message.group, keyed))
            .or_default();
        let late = *last > number;
        *last = number.max(*last);
        let rules = self.rules(message.channel);
        let steady = rules.ack_timeout.is_none() && self.is_topic(message.channel);
        let kept = if keyed {
            !out_of_order || late && !steady
        } else {
            out_of_order == late
        };
        self.law(8, kept, || {
            format!("{message:?} is out of order: {out_of_order}, a later one came before: {late}")
        });
        self.seen.disorder += u64::from(out_of_order);
    }

    /// A delivery with it ended well, and its ack has come.
    fn check_ack(&mut self, id: usize, message: &Message) {
        let now = self.now;
        let acked = |record: &Record| {
            let Some(delivery) = &record.delivery else { return false };
            let own = !matches!(self.scenario.edge(record.call.edge).from, Caller::Channel(_));
            let told = own || delivery.revoked || record.returned == Some(now);
            delivery.messages.contains(&id) && delivery.ended.is_some_and(|(_, ok)| ok) && told
        };
        let kept = self.records.iter().rev().any(acked);
        self.law(8, kept, || format!("{message:?} is settled without an ack"));
    }

    pub fn on_taken_back(&mut self, message: &Message, cause: Cause) {
        let Some(id) = self.find_message(message) else { return };
        let place = self.messages[id].place;
        let timeout = self.rules(message.channel).ack_timeout;
        let now = self.now;
        let with = |record: &Record| record.delivery.as_ref().is_some_and(|d| d.messages.contains(&id));
        let latest = self.records.iter().rposition(with);
        let right = latest.is_some_and(|latest| {
            let Record { call, delivery, .. } = &self.records[latest];
            let ended = delivery.as_ref().and_then(|delivery| delivery.ended);
            match cause {
                Cause::Timeout => timeout.is_some_and(|timeout| call.sent + timeout == now),
                Cause::Error => ended.is_some_and(|(_, ok)| !ok),
                _ => false,
            }
        });
        self.law(8, place == Place::Held && right, || {
            format!("{message:?} is {place:?} and taken back: {cause:?}")
        });
        self.messages[id].place = Place::Between;
        if let Some(latest) = latest {
            let returned = self.records[latest].returned == Some(now);
            let own = !matches!(
                self.scenario.edge(self.records[latest].call.edge).from,
                Caller::Channel(_)
            );
            self.law(8, own || returned, || {
                format!("{message:?} is taken back, its delivery is not")
            });
            if let Some(delivery) = &mut self.records[latest].delivery {
                delivery.revoked |= cause == Cause::Timeout;
            }
        }
        self.between.push(id);
        // It is told at once what becomes of it, or it waits.
        let rules = self.rules(message.channel);
        if self.messages[id].deliveries < rules.deliveries && rules.redelivery.0 > 0 {
            self.leave(id);
            self.messages[id].place = Place::Waiting;
            self.messages[id].since = now;
            self.book(message.channel).waiting += 1;
            self.balance_channel(message.channel);
        }
    }

    pub fn on_requeued(&mut self, message: &Message) {
        let Some(id) = self.find_message(message) else { return };
        let MessageRecord {
            place,
            since,
            deliveries,
            ..
        } = self.messages[id].clone();
        let rules = self.rules(message.channel);
        let (pause, most) = (rules.redelivery, rules.deliveries);
        let now = self.now;
        let right = match place {
            Place::Between => pause.0 == 0 && deliveries < most,
            Place::Waiting => since + pause == now,
            _ => false,
        };
        self.law(8, right, || format!("{message:?} is {place:?} and requeued"));
        self.leave(id);
        (self.messages[id].place, self.messages[id].since) = (Place::Lying, now);
        let book = self.book(message.channel);
        let shelf = book.shelves.entry((message.group, message.partition)).or_default();
        shelf.push_front(id);
        self.balance_channel(message.channel);
    }

    pub fn on_dead_lettered(&mut self, message: &Message, letter: &Message) {
        let Some(id) = self.find_message(message) else { return };
        let rules = self.rules(message.channel).clone();
        let MessageRecord {
            place,
            deliveries,
            request,
            ..
        } = self.messages[id].clone();
        let right = place == Place::Between && deliveries >= rules.deliveries;
        self.law(8, right && rules.dead_letter == Some(letter.channel), || {
            format!("{message:?} is {place:?} after {deliveries} deliveries and becomes {letter:?}")
        });
        let readers = self
            .scenario
            .edges
            .iter()
            .any(|edge| edge.from == Caller::Channel(letter.channel));
        let right = letter.request == message.request.filter(|_| readers) && letter.edge == message.edge;
        self.law(8, right, || format!("{letter:?} is not the dead letter of {message:?}"));
        self.seen.letters += 1;
        self.fail_asker(id);
        self.enter_message(letter, request.filter(|_| readers), None);
        self.end_message(id);
        self.book(message.channel).dead += 1;
        self.balance_channel(message.channel);
    }

    pub fn on_dropped(&mut self, message: &Message, why: Gone) {
        let Some(id) = self.find_message(message) else { return };
        let rules = self.rules(message.channel).clone();
        let MessageRecord { place, deliveries, .. } = self.messages[id].clone();
        let given_up = place == Place::Between && deliveries >= rules.deliveries;
        let full = |channel: ChannelId| {
            let rules = self.rules(channel);
            rules.capacity.is_some_and(|most| self.depth_of(channel) >= most)
        };
        let right = match why {
            Gone::Deliveries => given_up && rules.dead_letter.is_none(),
            Gone::Overflow => given_up && rules.dead_letter.is_some_and(full),
            Gone::Oldest => place == Place::Lying && rules.overflow == Overflow::DropOldest && self.is_oldest(id),
            Gone::Unwanted => self.group_count(message.channel) == 0,
            Gone::Crash => false,
        };
        self.law(8, right, || format!("{message:?} is {place:?} and dropped: {why:?}"));
        if given_up {
            self.fail_asker(id);
        }
        self.end_message(id);
        self.book(message.channel).dropped += 1;
        self.balance_channel(message.channel);
    }

    /// Who waits for a reply learns that the last copy was given up.
    fn fail_asker(&mut self, id: usize) {
        let Some(asker) = self.messages[id].asker else { return };
        let others = self.live_messages().filter(|other| other.asker == Some(asker)).count();
        if others == 1 {
            self.reply_to(id, Err(Cause::Error));
        }
    }

    /// Whether no other message that is next on its shelf came before.
    fn is_oldest(&self, id: usize) -> bool {
        let MessageRecord { message, number, .. } = &self.messages[id];
        let shelves = self.channels[message.channel.0 as usize].shelves.values();
        let mut fronts = shelves.filter_map(|shelf| shelf.front());
        fronts.all(|front| self.messages[*front].number >= *number)
    }

    pub fn on_expired(&mut self, message: &Message) {
        let Some(id) = self.find_message(message) else { return };
        let retention = self.rules(message.channel).retention;
        let MessageRecord { place, since, .. } = self.messages[id].clone();
        let now = self.now;
        let right = retention.is_some_and(|time| (message.published + time).max(since) == now);
        self.law(8, right && place == Place::Lying, || {
            format!("{message:?} expires at {now:?}")
        });
        self.end_message(id);
        self.book(message.channel).expired += 1;
        self.balance_channel(message.channel);
    }

    /// A consumer's reply is the answer to the publication that waits for one.
    pub fn reply_to_messages(&mut self, id: usize) {
        for message in self.records[id].delivery.clone().unwrap_or_default().messages {
            self.reply_to(message, Ok(()));
        }
    }

    pub fn reply_to(&mut self, message: usize, outcome: Result<(), Cause>) {
        let Some(asker) = self.messages[message].asker else {
            return;
        };
        if self.records[asker].answer.is_none() {
            self.answer(asker, outcome);
        }
    }
}
