//! Where requests come from, and what becomes of them.
//!
//! ```text
//! Offer ─▶ request ─▶ call over one of the client's edges ─▶ outcome ─▶ (closed) think ─▶ Wake ─▶ request …
//! source 0 ──────────────┤ change ├─ source 1 ──────────────  the load from one change to the next
//! ```
//!
//! Law: a request is over when it has its outcome and all spans and messages that it caused have ended. With a change
//! of its load a client has a new source: the request that was due next is not sent, and the new pattern begins at the
//! change (or at its `start`, if that is later). Users that are added begin by thinking; those that are too many, or
//! would send at `stop` or later, leave instead of sending their next request.

use super::call::Outgoing;
use super::chance::{Draw, Pattern, Purpose, Sampler, Timetable, Weights, key_of_name, mix};
use super::event::Event;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Request, World};
use crate::scenario::{self, Changed, EdgeId, Load, Scenario};
use crate::time::Instant;
use crate::trace::{Cause, Observer};

/// Who sends requests.
pub struct Client {
    /// Where the stories of an open client's requests begin.
    key: u64,
    /// Its load as it is now.
    source: u32,
    first_user: u32,
    edges: Vec<u32>,
    weights: Weights,
    /// Requests that came as an open client's.
    sent: u64,
}

/// The load of a client from one change to the next.
pub struct Source {
    client: u32,
    /// How many changes of the client came before it.
    turn: u32,
    /// The arrivals of an open client.
    pattern: Option<Pattern>,
    users: u32,
    think: Sampler,
    /// Patterns begin here, and nothing is sent earlier;
    start: Instant,
    /// nor here or later.
    stop: Instant,
    /// The number of its first request.
    first: u64,
}

/// A user of a closed client.
pub struct User {
    client: u32,
    /// The index among the client's users.
    place: u32,
    key: u64,
    sent: u64,
    here: bool,
    /// How often it has left.
    departures: u32,
}

impl Source {
    fn new(client: u32, is: &scenario::Client, turn: u32, begins: Instant, first: u64) -> Source {
        let (pattern, users, think) = match &is.load {
            Load::Open(arrivals) => (Some(Pattern::new(arrivals)), 0, Sampler::Constant(0)),
            Load::Closed { users, think } => (None, *users, Sampler::new(think)),
        };
        Source {
            client,
            turn,
            pattern,
            users,
            think,
            start: is.start.max(begins),
            stop: is.stop,
            first,
        }
    }
}

impl World {
    /// All clients, each with its first source and as many users as it ever has.
    pub(super) fn add_clients(&mut self, scenario: &Scenario, seed: u64) {
        for (index, client) in scenario.clients.iter().enumerate() {
            let (index, name_key) = (index as u32, key_of_name(seed, &client.name));
            // Who becomes the other kind of client later has other stories than before.
            let other = mix(name_key, u64::MAX);
            let (key, people) = match client.load {
                Load::Open(_) => (name_key, other),
                Load::Closed { .. } => (other, name_key),
            };
            self.clients.push(Client {
                key,
                source: index,
                first_user: self.users.len() as u32,
                edges: client.edges.iter().map(|edge| edge.0).collect(),
                weights: weights(scenario, &client.edges, Instant::START),
                sent: 0,
            });
            self.sources.push(Source::new(index, client, 0, Instant::START, 0));
            self.users.extend((0..most_users(scenario, index)).map(|place| User {
                client: index,
                place,
                key: mix(people, 1 + u64::from(place)),
                sent: 0,
                here: false,
                departures: 0,
            }));
        }
    }

    /// The edges of a client weigh as they do now.
    pub(super) fn weigh(&mut self, client: u32) {
        let edges = &self.scenario.clients[client as usize].edges;
        self.clients[client].weights = weights(&self.scenario, edges, self.queue.now());
    }

    fn source_of(&self, client: u32) -> &Source {
        &self.sources[self.clients[client].source]
    }

    /// Whether a client's load has a place for this user.
    fn is_wanted(&self, user: u32) -> bool {
        let person = &self.users[user];
        person.place < self.source_of(person.client).users
    }
}

/// How these edges weigh at an instant.
#[inline(never)]
fn weights(scenario: &Scenario, edges: &[EdgeId], at: Instant) -> Weights {
    Weights::new(edges.iter().map(|edge| scenario.edge_at(*edge, at).weight))
}

/// The most users that a client has at any time.
fn most_users(scenario: &Scenario, client: u32) -> u32 {
    let users = |client: &scenario::Client| match client.load {
        Load::Closed { users, .. } => users,
        Load::Open(_) => 0,
    };
    let changed = scenario.changes.iter().filter_map(|change| match &change.to {
        Changed::Client(id, is) if id.0 == client => Some(users(is)),
        _ => None,
    });
    changed.fold(users(&scenario.clients[client as usize]), u32::max)
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Schedules the first request of every client and the first thought of every user.
    pub(super) fn wake_clients(&mut self) {
        let clients = self.world.clients.len() as u32;
        (0..clients).for_each(|client| self.schedule_offer(client, 0));
        (0..clients).for_each(|client| self.welcome_users(client));
    }

    /// From now on a client has this load.
    #[inline(never)]
    pub(super) fn change_client(&mut self, client: u32, is: &scenario::Client) {
        let (turn, sent) = (self.world.source_of(client).turn + 1, self.world.clients[client].sent);
        let source = self.world.sources.len() as u32;
        let new = Source::new(client, is, turn, self.now(), sent);
        self.world.sources.push(new);
        self.world.clients[client].source = source;
        self.schedule_offer(source, 0);
        self.welcome_users(client);
    }

    /// An open client sends one request, or a burst of them.
    pub(super) fn offer(&mut self, source: u32) {
        let Source { client, pattern, .. } = &self.world.sources[source];
        let client = *client;
        if self.world.clients[client].source != source {
            return;
        }
        match pattern {
            Some(Pattern::Set(Timetable::Bursts { size, .. })) => {
                let size = u64::from(*size);
                self.schedule_offer(source, size);
                (0..size).for_each(|_| self.send_request(client));
            }
            _ => {
                self.send_request(client);
                self.schedule_offer(source, 0);
            }
        }
    }

    /// Schedules the request that comes after so many further ones.
    fn schedule_offer(&mut self, index: u32, further: u64) {
        let source = &self.world.sources[index];
        let client = &self.world.clients[source.client];
        let number = client.sent + further;
        let at = match &source.pattern {
            None => return,
            Some(Pattern::Set(timetable)) => source.start + timetable.due(number - source.first),
            Some(Pattern::Drawn(process)) => {
                let from = self.world.queue.now().max(source.start);
                let draw = Draw::new(mix(client.key, number), source.turn, Purpose::Gap);
                let gap = process.gap(&self.world.ziggurat, from.since(source.start), draw);
                self.observer.drawn(self.world.queue.now(), draw.key(), gap.0);
                from + gap
            }
        };
        if at < source.stop {
            self.world.queue.push(at, Event::Offer(index));
        }
    }

    fn send_request(&mut self, client: u32) {
        let source = &mut self.world.clients[client];
        let number = source.sent;
        source.sent += 1;
        let key = mix(source.key, number);
        self.begin_request(client, NONE, number, key);
    }

    /// Everybody for whom there is a place comes, and thinks.
    fn welcome_users(&mut self, client: u32) {
        let first = self.world.clients[client].first_user;
        for user in first..first + self.world.source_of(client).users {
            if !self.world.users[user].here {
                self.world.users[user].here = true;
                self.think(user);
            }
        }
    }

    /// A user has finished thinking.
    pub(super) fn wake(&mut self, user: u32) {
        let now = self.now();
        let client = self.world.users[user].client;
        let source = self.world.source_of(client);
        let (early, late) = (now < source.start, now >= source.stop);
        if late || !self.world.is_wanted(user) {
            self.leave_client(user);
            return;
        }
        if early {
            self.leave_client(user);
            self.welcome_users(client);
            return;
        }
        let person = &mut self.world.users[user];
        let number = person.sent;
        let key = mix(person.key, number);
        person.sent += 1;
        self.begin_request(client, user, number, key);
    }

    fn leave_client(&mut self, user: u32) {
        let person = &mut self.world.users[user];
        person.here = false;
        person.departures += 1;
    }

    fn think(&mut self, user: u32) {
        let person = &self.world.users[user];
        let source = self.world.source_of(person.client);
        let draw = Draw::new(mix(person.key, person.sent), person.departures, Purpose::Think);
        let think = source.think.sample(&self.world.ziggurat, draw);
        let from = self.world.queue.now().max(source.start);
        self.observer.drawn(self.world.queue.now(), draw.key(), think.0);
        self.world.queue.push(from + think, Event::Wake(user));
    }

    #[inline]
    fn begin_request(&mut self, client: u32, user: u32, number: u64, key: u64) {
        let offered = self.now();
        let counted = offered >= self.world.warmup;
        let (slot, request) = self.world.requests.reserve(Request::EMPTY);
        *request = Request {
            client,
            user,
            number,
            key,
            offered,
            counted,
            ..Request::EMPTY
        };
        self.observer.offered(offered, self.world.request_view(slot));
        let source = &self.world.clients[client];
        let edge = match source.edges[..] {
            [only] => only,
            _ => source.edges[source.weights.choose(Draw::new(key, 0, Purpose::Route))],
        };
        let key = mix(key, Purpose::Call as u64);
        if self.world.edges[edge].rules != NONE {
            self.call_guarded(edge, key, slot, NONE, NONE, NONE);
            return;
        }
        self.send(Outgoing {
            edge,
            key,
            request: slot,
            caller: NONE,
            parent: NONE,
            lane: NONE,
        });
    }

    /// The client learns the outcome of its root call.
    #[inline]
    pub(super) fn request_returned(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let view = self.world.request_view(slot);
        match outcome {
            Ok(()) => self.observer.replied(self.now(), view),
            Err(cause) => self.observer.failed(self.now(), view, cause),
        }
        let request = &mut self.world.requests[slot];
        request.outcome = Some(outcome.is_ok());
        let user = request.user;
        self.close_request_if_over(slot);
        if user != NONE {
            self.user_returned(user);
        }
    }

    /// A user has its outcome, and thinks about the next request if there is still a place.
    fn user_returned(&mut self, user: u32) {
        if self.world.is_wanted(user) {
            self.think(user);
        } else {
            self.leave_client(user);
        }
    }

    /// A span or message that the request caused has ended.
    #[inline(always)]
    pub(super) fn work_of_request_ended(&mut self, slot: u32) {
        let request = &mut self.world.requests[slot];
        request.open -= 1;
        if request.open == 0 {
            self.close_request_if_over(slot);
        }
    }

    #[inline]
    pub(super) fn close_request_if_over(&mut self, slot: u32) {
        let request = &self.world.requests[slot];
        if let (0, Some(replied)) = (request.open, request.outcome) {
            self.observer
                .completed(self.now(), self.world.request_view(slot), replied);
            if self.world.requests[slot].holdings != NONE {
                self.give_all_back(slot);
            }
            if self.world.requests[slot].known != NONE {
                self.forget(slot);
            }
            self.world.requests.remove(slot);
        }
    }
}
