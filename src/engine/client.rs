//! Where requests come from, and what becomes of them.
//!
//! ```text
//! Offer ─▶ request ─▶ call over one of the client's edges ─▶ outcome ─▶ (closed) think ─▶ Wake ─▶ request …
//! ```
//!
//! Law: a request is over when it has its outcome and all spans and messages that it caused have ended.

use super::call::Outgoing;
use super::chance::{Draw, Purpose, constant_arrival, mix};
use super::queue::Event;
use super::slab::NONE;
use super::turn::Turn;
use super::world::Request;
use crate::scenario::Arrivals;
use crate::time::Instant;
use crate::trace::{Cause, Observer};

impl<O: Observer> Turn<'_, O> {
    /// Schedules the first request of every client and the first thought of every user.
    pub(super) fn wake_clients(&mut self) {
        for client in 0..self.world.clients.len() as u32 {
            match self.world.clients[client as usize].arrivals {
                Some(Arrivals::Burst { .. }) => self.world.queue.push(Instant::START, Event::Offer(client)),
                Some(_) => self.schedule_next_offer(client),
                None => {}
            }
        }
        for user in 0..self.world.users.len() as u32 {
            self.think(user);
        }
    }

    /// An open client sends one request, or a burst of them.
    pub(super) fn offer(&mut self, client: u32) {
        match self.world.clients[client as usize].arrivals {
            Some(Arrivals::Burst { size, every }) => {
                self.world.queue.push(self.now() + every, Event::Offer(client));
                for _ in 0..size {
                    self.send_request(client);
                }
            }
            _ => {
                self.send_request(client);
                self.schedule_next_offer(client);
            }
        }
    }

    fn schedule_next_offer(&mut self, client: u32) {
        let index = client as usize;
        let source = &self.world.clients[index];
        let at = match source.arrivals {
            Some(Arrivals::Constant { gap_ns }) => Instant(constant_arrival(gap_ns, source.sent + 1)),
            _ => {
                let draw = Draw::new(mix(source.key, source.sent), 0, Purpose::Gap);
                let gap = source.gap.sample(&self.world.ziggurat, draw);
                self.observer.drawn(self.world.queue.now(), draw.key(), gap.0);
                self.now() + gap
            }
        };
        self.world.queue.push(at, Event::Offer(client));
    }

    fn send_request(&mut self, client: u32) {
        let source = &mut self.world.clients[client as usize];
        let number = source.sent;
        source.sent += 1;
        let key = mix(source.key, number);
        self.begin_request(client, NONE, number, key);
    }

    /// A user has finished thinking.
    pub(super) fn wake(&mut self, user: u32) {
        let person = &mut self.world.users[user as usize];
        let (client, number) = (person.client, person.sent);
        let key = mix(person.key, number);
        person.sent += 1;
        self.begin_request(client, user, number, key);
    }

    fn think(&mut self, user: u32) {
        let person = &self.world.users[user as usize];
        let draw = Draw::new(mix(person.key, person.sent), 0, Purpose::Think);
        let think = self.world.clients[person.client as usize]
            .think
            .sample(&self.world.ziggurat, draw);
        self.observer.drawn(self.world.queue.now(), draw.key(), think.0);
        self.world.queue.push(self.now() + think, Event::Wake(user));
    }

    #[inline]
    fn begin_request(&mut self, client: u32, user: u32, number: u64, key: u64) {
        let offered = self.now();
        let counted = offered >= self.world.warmup;
        let request = Request {
            client,
            user,
            number,
            key,
            offered,
            open: 0,
            counted,
            outcome: None,
            holdings: NONE,
            known: NONE,
        };
        let slot = self.world.requests.insert(request);
        self.observer.offered(offered, self.world.request_view(slot));
        let source = &self.world.clients[client as usize];
        let edge = match source.edges[..] {
            [only] => only,
            _ => source.edges[source.weights.choose(Draw::new(key, 0, Purpose::Route))],
        };
        let key = mix(key, Purpose::Call as u64);
        if self.world.edges[edge as usize].rules != NONE {
            self.call_guarded(edge, key, slot, NONE, NONE, NONE);
        } else {
            self.send(Outgoing::plain(edge, key, slot, NONE, NONE));
        }
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
            self.think(user);
        }
    }

    /// A span or message that the request caused has ended.
    #[inline]
    pub(super) fn work_of_request_ended(&mut self, slot: u32) {
        self.world.requests[slot].open -= 1;
        self.close_request_if_over(slot);
    }

    #[inline]
    fn close_request_if_over(&mut self, slot: u32) {
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
