//! Channels: what lies in a broker's queue or topic, who may take it, and what a message is.
//!
//! ```text
//! channel ─┬ group ─┬ shelf (partition 0)  oldest ◀─ message ◀─ message       a queue has one group and one shelf
//!          │        ├ shelf (partition 1)  …
//!          │        └ seats: the replicas of its consumers, each with the messages that it holds
//!          └ group … (a topic: one copy of each message for each group)
//! ```
//!
//! Law: a message is on one shelf, or held, or waits to be delivered again, or is over; nothing else. The channel of an
//! edge in mode `queue` is one like any other, and lies behind those that a person declared.

use super::chance::{Draw, Odds, Purpose, Sampler, key_of_name, mix};
use super::program::Program;
use super::progress::Progress;
use super::queue::Handle;
use super::shelf::Shelf;
use super::slab::{Fifo, NONE, Numbered};
use super::world::World;
use crate::scenario::*;
use crate::time::{Duration, Instant};
use crate::trace::Message as View;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Lying,
    /// A consumer has it, and it is not acknowledged.
    Held,
    /// Failed, until it may lie in the channel again.
    Waiting,
    /// Settled, given up, dropped, expired.
    Over,
}

/// A message, or a group's copy of it.
#[derive(Clone, Copy)]
pub struct Message {
    /// The place of its publication in its story.
    pub key: u64,
    /// What it is about, where the publication has a key.
    pub instance: Option<u64>,
    /// Grows within the channel.
    pub number: u64,
    pub published: Instant,
    /// From when on a crash of the broker does not lose it.
    pub safe: Instant,
    /// Since when it lies.
    pub since: Instant,
    pub deadline: Instant,
    pub channel: u32,
    pub group: u32,
    pub shelf: u32,
    /// The edge over which it was published.
    pub edge: u32,
    /// None where it can cause nothing any more.
    pub request: u32,
    /// The publication that waits for a consumer's reply; each copy knows it until there is one.
    pub call: u32,
    pub guard: u32,
    /// The next copy of the same publication, in a ring.
    pub sibling: u32,
    /// Neighbours on the shelf.
    pub before: u32,
    pub after: u32,
    pub deliveries: u32,
    /// Its parcels, and itself until it is over.
    pub holds: u32,
    /// When it expires, or when its pause is over.
    pub alarm: Handle,
    pub stage: Stage,
    /// A consumer has ended well with it.
    pub done: bool,
    pub counted: bool,
}

impl Message {
    /// The place in its story of its latest delivery over an edge with this salt; each delivery goes one step further.
    #[inline]
    pub fn key_of_delivery(&self, salt: u64) -> u64 {
        let key = (1..self.deliveries).fold(self.key, |key, _| mix(key, Purpose::Redelivery as u64));
        if salt == 0 { key } else { mix(key, salt) }
    }
}

/// A broker's queue or topic.
pub struct Channel {
    pub topic: bool,
    pub rules: Rules,
    pub groups: Numbered<Group>,
    pub partitions: u32,
    /// Messages that not every group has taken.
    pub depth: u32,
    /// How many were published so far.
    pub numbers: u64,
    /// Publications that wait for room.
    pub parked: Fifo,
    /// A delivery is already scheduled for this instant.
    pub due: bool,
    pub down: Option<Down>,
    /// It delivers nothing.
    pub paused: bool,
}

/// How a channel treats its messages.
pub struct Rules {
    pub capacity: u32,
    pub overflow: Overflow,
    pub delivery: Sampler,
    pub ack: Sampler,
    pub ack_timeout: Option<Duration>,
    pub redelivery: Duration,
    pub deliveries: u32,
    /// The channel of dead letters, or none.
    pub dead_letter: u32,
    pub retention: Option<Duration>,
}

impl Rules {
    /// The rules as they are written.
    pub fn new(rules: &ChannelRules) -> Rules {
        Rules {
            capacity: rules.capacity.unwrap_or(u32::MAX),
            overflow: rules.overflow,
            delivery: Sampler::new(&rules.delivery),
            ack: Sampler::new(&rules.ack),
            ack_timeout: rules.ack_timeout,
            redelivery: rules.redelivery,
            deliveries: rules.deliveries,
            dead_letter: rules.dead_letter.map_or(NONE, |id| id.0),
            retention: rules.retention,
        }
    }
}

/// Consumers that share the messages of a channel.
#[derive(Default)]
pub struct Group {
    pub shelves: Numbered<Shelf>,
    pub seats: Numbered<Seat>,
    /// The seat whose turn it is.
    pub next: u32,
    /// How many messages lie on its shelves.
    pub lying: u32,
    /// The latest message that was acknowledged, of those without a key.
    pub last: u64,
    /// The same of each instance with messages that are not over.
    pub progress: Progress,
}

/// A replica of a consumer.
pub struct Seat {
    /// The edge over which it consumes.
    pub edge: u32,
    pub replica: u32,
    /// Messages that it holds without an ack.
    pub held: u32,
}

/// How an edge consumes and publishes.
pub struct Terms {
    /// The channel that it has in mode `queue`.
    pub own: u32,
    /// Spans that a replica of its callee works on at once.
    places: u32,
    /// Where it publishes: a declared channel, or its own in mode `queue`.
    pub channel: u32,
    /// Whether it leads into a declared channel.
    pub publishes: bool,
    pub acks: Acks,
    pub key: Option<EntityId>,
    pub prefetch: u32,
    pub batch: u32,
    pub linger: Duration,
    pub idempotent: bool,
    pub poison: Odds,
    /// Of a consumer: tells its deliveries apart from those of other edges.
    pub salt: u64,
}

impl Terms {
    /// The terms of an edge of a scenario.
    pub fn of(scenario: &Scenario, id: EdgeId) -> Terms {
        let edge = scenario.edge(id);
        let places = edge.service().map(|service| held_by_default(scenario.service(service)));
        Terms::new(edge, scenario.own_channel(id).0, places.unwrap_or(u32::MAX))
    }

    /// The terms of an edge with this channel of its own, whose callee's replicas work on so many spans at once.
    pub fn new(edge: &Edge, own: u32, places: u32) -> Terms {
        let (channel, publishes) = match edge.to {
            Callee::Channel(channel) => (channel.0, true),
            Callee::Operation(..) => (own, false),
        };
        let batch = edge.consume.batch;
        let size = batch.map_or(1, |batch| batch.size);
        let prefetch = edge.consume.prefetch.unwrap_or(places.saturating_mul(size));
        Terms {
            own,
            places,
            channel,
            publishes,
            acks: edge.publish.acks,
            key: edge.publish.key.filter(|_| publishes),
            prefetch,
            batch: size.min(prefetch),
            linger: batch.map_or(Duration::ZERO, |batch| batch.linger),
            idempotent: edge.consume.idempotent,
            poison: Odds::new(edge.consume.poison),
            salt: match edge.from {
                Caller::Channel(_) => key_of_name(0, &edge.name),
                _ => 0,
            },
        }
    }
}

impl Terms {
    /// Where a call in this mode is published; none where it goes straight to its callee.
    #[inline]
    pub fn channel_in(&self, mode: Mode) -> u32 {
        if self.publishes || mode == Mode::Queue {
            self.channel
        } else {
            NONE
        }
    }
}

/// How many spans a replica works on at once, as far as that is limited.
fn held_by_default(service: &Service) -> u32 {
    match service.runtime {
        Runtime::Threads(threads) => threads,
        Runtime::Loop(_) => service.in_flight.unwrap_or(u32::MAX),
    }
}

/// The mode in which an edge sends: a publication goes on with the broker's ack, without one at once, and with a reply
/// as it is written.
pub fn mode_of(edge: &Edge) -> Mode {
    match (edge.to, edge.publish.reply, edge.publish.acks) {
        (Callee::Operation(..), ..) | (_, true, _) => edge.mode,
        (_, false, Acks::None) => Mode::Oneway,
        (_, false, _) => Mode::Queue,
    }
}

impl Channel {
    /// All channels of a scenario: the declared ones, then one for each edge.
    pub fn all(scenario: &Scenario, replicas: &[u32]) -> Numbered<Channel> {
        let declared = scenario.channels.iter().enumerate().map(|(index, channel)| {
            let id = ChannelId(index as u32);
            let topic = channel.kind == ChannelKind::Topic;
            let partitions = if topic { channel.partitions } else { 1 };
            let groups = scenario.groups(id);
            let groups = groups
                .iter()
                .map(|group| Group::new(scenario, &group.edges, partitions, replicas));
            Channel::new(&channel.rules, topic, partitions, groups.collect())
        });
        let own = scenario.edges.iter().enumerate().map(|(index, edge)| {
            let consumes = edge.service().is_some() && !matches!(edge.from, Caller::Channel(_));
            let edges = if consumes {
                vec![EdgeId(index as u32)]
            } else {
                Vec::new()
            };
            Channel::new(
                &edge.channel,
                false,
                1,
                [Group::new(scenario, &edges, 1, replicas)].into_iter().collect(),
            )
        });
        declared.chain(own).collect()
    }

    fn new(rules: &ChannelRules, topic: bool, partitions: u32, groups: Numbered<Group>) -> Channel {
        Channel {
            topic,
            rules: Rules::new(rules),
            groups,
            partitions,
            depth: 0,
            numbers: 0,
            parked: Fifo::EMPTY,
            due: false,
            down: None,
            paused: false,
        }
    }

    /// Whether it delivers nothing now.
    #[inline]
    pub fn is_away(&self) -> bool {
        self.down.is_some() || self.paused
    }

    /// Whether somebody may take a message although all consumers wait: now, or when time has come. `prefetch` is that
    /// of an edge.
    pub fn can_deliver(&self, prefetch: impl Fn(u32) -> u32) -> bool {
        let has_room = |group: &Group| group.seats.iter().any(|seat| seat.held < prefetch(seat.edge));
        let has_any = |group: &Group| {
            let mut shelves = group.shelves.iter();
            shelves.any(|shelf| shelf.count + shelf.waiting > 0 && !shelf.open)
        };
        let mut groups = self.groups.iter();
        self.is_away() || self.rules.retention.is_some() || groups.any(|group| has_room(group) && has_any(group))
    }

    /// Whether anybody could ever take a message.
    pub fn has_consumers(&self) -> bool {
        self.groups.iter().any(|group| !group.seats.is_empty())
    }
}

impl Group {
    /// Empty shelves, and a seat for each replica of each consumer; `replicas` is the first replica of each service.
    fn new(scenario: &Scenario, edges: &[EdgeId], partitions: u32, replicas: &[u32]) -> Group {
        let shelf = || Shelf {
            first: NONE,
            last: NONE,
            count: 0,
            open: false,
            waiting: 0,
            alarm: Instant::START,
        };
        let mut seats = Numbered::new();
        for edge in edges {
            let Some(service) = scenario.callee(*edge) else {
                continue;
            };
            let first = replicas[service.0 as usize];
            seats.extend((first..first + scenario.service(service).replicas).map(|replica| Seat {
                edge: edge.0,
                replica,
                held: 0,
            }));
        }
        Group {
            shelves: (0..partitions).map(|_| shelf()).collect(),
            seats,
            ..Group::default()
        }
    }

    /// Whether an ack is later than that of a later message about the same thing; notes it.
    #[inline]
    pub fn acknowledge(&mut self, message: &Message) -> bool {
        let last = match message.instance {
            None => &mut self.last,
            Some(instance) => self.progress.latest(instance),
        };
        let late = *last > message.number;
        *last = message.number.max(*last);
        late
    }

    /// A message about this instance has come.
    #[inline]
    pub fn enter(&mut self, instance: Option<u64>) {
        if let Some(instance) = instance {
            self.progress.enter(instance);
        }
    }

    /// A message about this instance is over.
    #[inline]
    pub fn leave(&mut self, instance: Option<u64>) {
        if let Some(instance) = instance {
            self.progress.leave(instance);
        }
    }
}

impl World {
    /// An edge has been changed.
    pub fn change_terms(&mut self, edge: u32, is: &Edge) {
        let terms = &mut self.edges[edge].terms;
        *terms = Terms::new(is, terms.own, terms.places);
    }

    /// What an observer may know of a message.
    #[inline]
    pub fn message_view(&self, slot: u32) -> View {
        let message = &self.messages[slot];
        View {
            slot,
            channel: ChannelId(message.channel),
            group: message.group,
            partition: message.shelf,
            edge: EdgeId(message.edge),
            request: (message.request != NONE).then_some(message.request),
            published: message.published,
            deliveries: message.deliveries,
            counted: message.counted,
        }
    }

    /// The copies of the same publication, this one first.
    pub fn ring(&self, slot: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(slot), move |at| {
            Some(self.messages[*at].sibling).filter(|next| *next != slot)
        })
    }

    /// Whether the group of no other copy has yet to take it.
    #[inline]
    pub fn is_last_lying(&self, slot: u32) -> bool {
        self.messages[slot].sibling == slot
            || self
                .ring(slot)
                .skip(1)
                .all(|copy| self.messages[copy].stage != Stage::Lying)
    }

    /// Which instance of an entity a request is about.
    pub fn instance(&self, request: u32, entity: EntityId) -> u64 {
        let (name, count) = &self.entities[entity.0];
        let key = mix(self.requests[request].key, *name);
        match count {
            None => self.requests[request].key,
            Some(count) => Draw::new(key, 0, Purpose::Instance).below(*count) as u64,
        }
    }
}

/// Entities as the engine needs them: a hash of the name, and how many instances there are.
pub fn entities(scenario: &Scenario) -> Numbered<(u64, Option<u32>)> {
    let entity = |entity: &Entity| (key_of_name(0, &entity.name), entity.count);
    scenario.entities.iter().map(entity).collect()
}

/// Where the operation of an edge begins; a publication executes nothing.
pub fn entry(program: &Program, edge: &Edge) -> (u32, u32) {
    match edge.to {
        Callee::Operation(service, operation) => (service.0, program.entries[service.0 as usize][operation as usize]),
        Callee::Channel(_) => (NONE, program.nothing),
    }
}
