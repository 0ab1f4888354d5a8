//! Messages: what becomes of every copy, in which order they go, who may hold how many, and that none is lost unseen.
//!
//! ```text
//! published ─▶ lying ─▶ held ─▶ settled            taken back ─▶ lying again | dead letter | dropped
//!                └▶ expired, dropped                    └ waits for its redelivery
//! ```
//!
//! Law: copies = settled + dead + dropped + expired + lying + held + waiting, at every event.

use super::auditor::Auditor;
use super::facts::Bounds;
use super::ledger::{Record, Stage};
use std::collections::{BTreeMap, VecDeque};
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Call, Cause, Message};

/// Where a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Lying,
    Held,
    /// Taken back, and to be told at once what becomes of it.
    Between,
    Waiting,
    Over,
}

/// A copy of a message.
#[derive(Clone, Debug)]
pub struct MessageRecord {
    pub message: Message,
    pub place: Place,
    /// The publication that it is a copy of, and its number in the channel.
    pub number: u64,
    pub request: Option<usize>,
    /// The call that waits for a reply to it.
    pub asker: Option<usize>,
    pub since: Instant,
    pub deliveries: u32,
    pub done: bool,
    /// Deliveries that have not ended.
    pub out: u32,
}

/// The copies in a channel.
#[derive(Default)]
pub struct ChannelBook {
    pub copies: u64,
    pub settled: u64,
    pub dead: u64,
    pub dropped: u64,
    pub expired: u64,
    pub held: u64,
    pub waiting: u64,
    /// By group and partition, in the order in which they go.
    pub shelves: BTreeMap<(u32, u32), VecDeque<usize>>,
    pub numbers: u64,
    pub depth: u32,
    pub lags: BTreeMap<u32, u32>,
    pub parked: VecDeque<usize>,
    /// The latest number that was acknowledged, by group, with a key and without.
    pub last: BTreeMap<(u32, bool), u64>,
    /// Copies of the latest message that are yet to be told.
    pub expected: u32,
    pub touched: bool,
}

impl ChannelBook {
    fn lying(&self) -> u64 {
        self.shelves.values().map(|shelf| shelf.len() as u64).sum()
    }

    fn balanced(&self) -> bool {
        let gone = self.settled + self.dead + self.dropped + self.expired;
        self.copies == gone + self.lying() + self.held + self.waiting
    }
}

/// How a delivery fares at the broker.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    pub messages: Vec<usize>,
    /// Those of which it was told that a span ended well with them.
    pub done: Vec<usize>,
    /// The broker expects no ack any more.
    pub revoked: bool,
    /// Nothing more becomes of it.
    pub home: bool,
    pub ended: Option<(Instant, bool)>,
}

impl Auditor<'_> {
    pub fn rules(&self, channel: ChannelId) -> &ChannelRules {
        self.scenario.channel_rules(channel)
    }

    pub fn is_topic(&self, channel: ChannelId) -> bool {
        let declared = self.scenario.channels.get(channel.0 as usize);
        declared.is_some_and(|channel| channel.kind == ChannelKind::Topic)
    }

    pub fn group_count(&self, channel: ChannelId) -> u32 {
        match self.scenario.edge_of_channel(channel) {
            Some(_) => 1,
            None => self.scenario.groups(channel).len() as u32,
        }
    }

    pub fn book(&mut self, channel: ChannelId) -> &mut ChannelBook {
        let book = &mut self.channels[channel.0 as usize];
        book.touched = true;
        book
    }

    pub fn find_message(&mut self, message: &Message) -> Option<usize> {
        let id = self.message_slots.get(message.slot as usize).copied().flatten();
        let same = |old: &Message| {
            let key = |m: &Message| {
                (
                    m.slot,
                    m.channel,
                    m.group,
                    m.partition,
                    m.edge,
                    m.request,
                    m.published,
                    m.counted,
                )
            };
            key(old) == key(message)
        };
        let id = id.filter(|id| same(&self.messages[*id].message) && self.messages[*id].place != Place::Over);
        self.law(8, id.is_some(), || format!("{message:?} is not alive"));
        id
    }

    /// Where a publication was until its broker took or refused it.
    fn reach_broker(&mut self, id: usize, channel: ChannelId) {
        let Record { stage, call, .. } = self.records[id];
        if stage == Stage::Parked {
            let first = self.book(channel).parked.pop_front();
            self.law(8, first == Some(id), || {
                format!("{call:?} overtakes one that waits for room")
            });
        } else {
            self.law(1, stage == Stage::Transit, || {
                format!("{call:?} reaches its broker while it is {stage:?}")
            });
            self.arrive(id);
        }
        self.moved.insert(id);
        let right = match self.scenario.edge(call.edge).to {
            Callee::Channel(to) => to == channel,
            Callee::Operation(..) => call.mode == Mode::Queue && self.scenario.own_channel(call.edge) == channel,
        };
        self.law(1, right, || format!("{call:?} reaches {channel:?}"));
    }

    pub fn on_published(&mut self, call: &Call, message: &Message) {
        let Some(id) = self.find(call) else { return };
        self.seen.messages += 1;
        self.reach_broker(id, message.channel);
        let rules = self.rules(message.channel);
        let (capacity, overflow) = (rules.capacity, rules.overflow);
        let depth = self.depth_of(message.channel);
        self.law(8, capacity.is_none_or(|most| depth < most), || {
            format!("{message:?} comes into a full channel ({overflow:?})")
        });
        let right =
            message.edge == call.edge && message.request == Some(call.request) && message.counted == call.counted;
        self.law(1, right, || format!("{message:?} is not what {call:?} published"));
        if call.mode == Mode::Queue {
            self.records[id].answer = Some((self.now, Ok(())));
        }
        let request = Some(self.records[id].request);
        let asks = matches!(call.mode, Mode::Sync | Mode::Await).then_some(id);
        self.enter_message(message, request, asks);
        self.over(id);
    }

    /// A message, or a dead letter, is the first copy of one more.
    pub fn enter_message(&mut self, message: &Message, request: Option<usize>, asker: Option<usize>) {
        let groups = self.group_count(message.channel);
        let book = self.book(message.channel);
        book.numbers += 1;
        book.expected += groups.saturating_sub(1);
        let number = book.numbers;
        let now = self.now;
        self.law(5, message.published == now && message.deliveries == 0, || {
            format!("{message:?} is published at {now:?}")
        });
        self.law(8, message.group == 0, || {
            format!("{message:?} is not for the first group")
        });
        self.enter_copy(message, number, request, asker);
    }

    fn enter_copy(&mut self, message: &Message, number: u64, request: Option<usize>, asker: Option<usize>) {
        let id = self.messages.len();
        let slot = message.slot as usize;
        self.message_slots.resize(self.message_slots.len().max(slot + 1), None);
        if let Some(old) = self.message_slots[slot] {
            let over = self.messages[old].place == Place::Over && self.messages[old].out == 0;
            self.law(10, over, || format!("{message:?} has a slot that is taken"));
        }
        self.message_slots[slot] = Some(id);
        self.messages.push(MessageRecord {
            message: *message,
            place: Place::Lying,
            number,
            request,
            asker,
            since: self.now,
            deliveries: 0,
            done: false,
            out: 0,
        });
        if let Some(request) = request {
            self.requests[request].open += 1;
            self.touched.insert(request);
        }
        let wanted = self.group_count(message.channel) > 0;
        let book = self.book(message.channel);
        book.copies += 1;
        if wanted {
            let shelf = book.shelves.entry((message.group, message.partition)).or_default();
            shelf.push_back(id);
        } else {
            book.waiting += 1;
            self.messages[id].place = Place::Waiting;
        }
        self.balance_channel(message.channel);
    }

    pub fn on_copied(&mut self, message: &Message, of: u32) {
        let first = self.message_slots.get(of as usize).copied().flatten();
        let groups = self.group_count(message.channel);
        let Some(first) = first else {
            self.law(8, false, || format!("{message:?} is a copy of nothing"));
            return;
        };
        let MessageRecord {
            message: original,
            number,
            request,
            asker,
            ..
        } = self.messages[first].clone();
        let same = |m: &Message| (m.channel, m.partition, m.edge, m.request, m.published, m.counted);
        let book = self.book(message.channel);
        let told = groups - book.expected.min(groups);
        let kept = same(&original) == same(message) && book.expected > 0 && message.group == told;
        book.expected = book.expected.saturating_sub(1);
        self.law(8, kept, || format!("{message:?} is no copy of {original:?}"));
        self.enter_copy(message, number, request, asker);
    }

    pub fn on_overflowed(&mut self, call: &Call, channel: ChannelId) {
        let Some(id) = self.find(call) else { return };
        self.reach_broker(id, channel);
        let rules = self.rules(channel).clone();
        let full = rules.capacity.is_some_and(|most| self.depth_of(channel) >= most);
        self.law(0, full && rules.overflow == Overflow::Refuse, || {
            format!("{call:?} is refused by a channel with room")
        });
        self.answer(id, Err(Cause::Refused));
        self.over(id);
    }

    pub fn on_parked(&mut self, call: &Call, channel: ChannelId) {
        let Some(id) = self.find(call) else { return };
        let fresh = self.records[id].stage != Stage::Parked;
        self.law(1, fresh, || format!("{call:?} waits for room already"));
        self.reach_broker(id, channel);
        let rules = self.rules(channel).clone();
        let full = rules.capacity.is_some_and(|most| self.depth_of(channel) >= most);
        self.law(0, full && rules.overflow == Overflow::Block, || {
            format!("{call:?} waits for room, and there is some")
        });
        self.records[id].stage = Stage::Parked;
        self.book(channel).parked.push_back(id);
    }

    /// Messages that some group has yet to take.
    pub fn depth_of(&self, channel: ChannelId) -> u32 {
        let shelves = self.channels[channel.0 as usize].shelves.values();
        let numbers = shelves.flatten().map(|id| self.messages[*id].number);
        numbers.collect::<std::collections::BTreeSet<u64>>().len() as u32
    }

    pub fn on_depth(&mut self, channel: ChannelId, was: u32, is: u32) {
        let book = self.book(channel);
        let known = std::mem::replace(&mut book.depth, is);
        self.law(1, known == was && was != is, || {
            format!("the depth of {channel:?} was {known}, says {was} and {is}")
        });
    }

    pub fn on_lag(&mut self, channel: ChannelId, group: u32, was: u32, is: u32) {
        let topic = self.is_topic(channel);
        let book = self.book(channel);
        let known = book.lags.insert(group, is).unwrap_or(0);
        self.law(1, known == was && was != is && topic, || {
            format!("the lag of {channel:?}/{group} was {known}, says {was} and {is}")
        });
    }

    pub fn balance_channel(&mut self, channel: ChannelId) {
        let kept = self.channels[channel.0 as usize].balanced();
        self.law(1, kept, || {
            format!("{channel:?}: what came and what went do not add up")
        });
    }

    pub fn close_channels(&mut self) {
        for id in std::mem::take(&mut self.between) {
            let MessageRecord { message, place, .. } = self.messages[id].clone();
            self.law(8, place != Place::Between, || {
                format!("{message:?} was taken back, and nothing became of it")
            });
        }
        for index in 0..self.channels.len() {
            if std::mem::take(&mut self.channels[index].touched) {
                self.close_channel(ChannelId(index as u32));
            }
        }
    }

    fn close_channel(&mut self, channel: ChannelId) {
        let (said, depth) = (self.channels[channel.0 as usize].depth, self.depth_of(channel));
        self.law(1, said == depth, || {
            format!("{channel:?}: {depth} messages lie there, says {said}")
        });
        let book = &self.channels[channel.0 as usize];
        let (expected, unwanted) = (book.expected, book.waiting);
        let mut lags: BTreeMap<u32, u32> = BTreeMap::new();
        for ((group, _), shelf) in &book.shelves {
            *lags.entry(*group).or_default() += shelf.len() as u32;
        }
        let told = book.lags.clone();
        self.law(8, expected == 0, || {
            format!("{channel:?}: {expected} groups have no copy")
        });
        self.law(8, unwanted == 0 || self.group_count(channel) > 0, || {
            format!("{channel:?} has no subscribers, and keeps {unwanted} messages")
        });
        if self.is_topic(channel) {
            for (group, lag) in lags {
                let said = told.get(&group).copied().unwrap_or(0);
                self.law(1, said == lag, || {
                    format!("{channel:?}/{group}: the lag is {lag}, says {said}")
                });
            }
        }
        let rules = self.rules(channel);
        let room = rules.capacity.is_none_or(|most| depth < most);
        let parked = self.channels[channel.0 as usize].parked.len();
        self.law(8, parked == 0 || !room, || {
            format!("{channel:?}: {parked} wait for room, and there is some")
        });
        self.close_seats(channel);
    }

    /// Consumers hold as many messages as they may, and never more.
    fn close_seats(&mut self, channel: ChannelId) {
        let groups: Vec<Vec<EdgeId>> = match self.scenario.edge_of_channel(channel) {
            Some(edge) => vec![vec![edge]],
            None => self
                .scenario
                .groups(channel)
                .into_iter()
                .map(|group| group.edges)
                .collect(),
        };
        for (group, edges) in groups.into_iter().enumerate() {
            let mut room = false;
            for edge in edges {
                // When a batch that is not full may go is checked with each batch.
                let batch = self.scenario.edge(edge).consume.batch.is_some();
                let Some(most) = self.most_held(edge) else {
                    room |= !batch;
                    continue;
                };
                let held = self.held_over(channel, edge);
                self.law(2, held <= most, || {
                    format!("{channel:?}: {held} unacked of {most} over {edge:?}")
                });
                room |= held < most && !batch;
            }
            let shelves = self.channels[channel.0 as usize].shelves.iter();
            let waits = shelves.filter(|((of, _), shelf)| *of as usize == group && !shelf.is_empty());
            let free: Vec<u32> = waits.map(|((_, partition), _)| *partition).collect();
            let topic = self.is_topic(channel);
            let idle = free
                .into_iter()
                .any(|partition| !topic || !self.is_taken(channel, group as u32, partition));
            self.law(3, !(room && idle), || {
                format!("{channel:?}: messages lie, and group {group} has room")
            });
        }
    }

    pub fn is_taken(&self, channel: ChannelId, group: u32, partition: u32) -> bool {
        // Somebody may still work for whom the broker does not wait: that message is over or lies again.
        let mut live = self.live_messages();
        let held = live.any(|m| {
            let key = |m: &Message| (m.channel, m.group, m.partition);
            key(&m.message) == (channel, group, partition) && matches!(m.place, Place::Held | Place::Waiting)
        });
        held || self.open_parcels(channel).any(|(_, message)| {
            let MessageRecord { message, .. } = &self.messages[message];
            (message.group, message.partition) == (group, partition)
        })
    }

    /// Deliveries that the broker waits for, with the first message of each.
    pub fn open_parcels(&self, channel: ChannelId) -> impl Iterator<Item = (&Record, usize)> {
        let slots = self.slots.iter().flatten();
        let live = slots.map(|id| &self.records[*id]).filter(|record| !record.is_home());
        live.filter_map(move |record| {
            let delivery = record.delivery.as_ref().filter(|delivery| !delivery.revoked)?;
            let first = delivery.messages.first().copied()?;
            (self.messages[first].message.channel == channel).then_some((record, first))
        })
    }

    /// How many messages all replicas behind an edge hold at most.
    fn most_held(&self, edge: EdgeId) -> Option<u64> {
        let plain = self.scenario.edge(edge);
        let service = self.scenario.service(plain.service()?);
        let size = plain.consume.batch.map_or(1, |batch| batch.size);
        let each = match (plain.consume.prefetch, service.runtime) {
            (Some(prefetch), _) => Some(prefetch),
            (None, Runtime::Threads(n)) => Some(n * size),
            (None, Runtime::Loop(_)) => service.in_flight.map(|n| n * size),
        };
        each.map(|each| u64::from(each * service.replicas))
    }

    fn held_over(&self, channel: ChannelId, edge: EdgeId) -> u64 {
        let over = self
            .open_parcels(channel)
            .filter(|(record, _)| record.call.edge == edge);
        over.map(|(record, _)| record.delivery.as_ref().map_or(0, |d| d.messages.len() as u64))
            .sum()
    }

    /// What must have been told of a delivery by the end of an instant.
    pub fn close_delivery(&mut self, id: usize) {
        let record = self.records[id].clone();
        let Some(parts) = &record.delivery else { return };
        let call = record.call;
        self.law(8, !parts.messages.is_empty(), || format!("{call:?} delivers nothing"));
        if let (Some((_, true)), false) = (parts.ended, parts.messages.iter().all(|id| parts.done.contains(id))) {
            self.law(8, false, || {
                format!("{call:?} ended well, and not all its messages are done")
            });
        }
        let consume = &self.scenario.edge(call.edge).consume;
        if let (Stage::Delivered | Stage::Queued | Stage::Begun, Some(batch), Some(first)) =
            (record.stage, consume.batch, parts.messages.first())
            && call.sent == self.now
        {
            let size = parts.messages.len() as u32;
            let most = consume.prefetch.map_or(batch.size, |prefetch| prefetch.min(batch.size));
            let lingered = self.messages[*first].since + batch.linger <= call.sent;
            self.law(8, size == most || size < most && lingered, || {
                format!("{call:?} is a batch of {size} messages, before its linger is over")
            });
        } else if consume.batch.is_none() {
            let size = parts.messages.len();
            self.law(8, size == 1, || format!("{call:?} is a batch of {size} messages"));
        }
        if parts.ended.is_some() && self.way_home(id) == Bounds::ZERO && !parts.revoked && !record.lost {
            let own = !matches!(self.scenario.edge(call.edge).from, Caller::Channel(_));
            let told = own || record.returned.is_some();
            self.law(8, told, || format!("{call:?} has ended, and its broker does not know"));
            let left = parts
                .messages
                .iter()
                .any(|id| self.messages[*id].place == Place::Held && self.messages[*id].out == 0);
            self.law(8, !left, || {
                format!("{call:?} has ended, and its messages are still held")
            });
        }
    }
}
