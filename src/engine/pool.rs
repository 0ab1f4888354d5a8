//! Pools: connections, locks, licences; a service has them, and all its replicas share them.
//!
//! ```text
//! hold ─▶ one free? ─yes▶ taken ─▶ … ─▶ given back ─▶ the first in line has it
//!            └ no ▶ waits in line, first come first served: a thread pinned, a loop free
//! ```
//!
//! Law: taken + free = size. What was taken is given back: behind the body, by an error, by a release, or when the
//! request is over.

use super::event::Event;
use super::frame::Inside;
use super::slab::NONE;
use super::turn::Turn;
use crate::scenario::ServiceId;
use crate::trace::{Observer, On};
use std::collections::VecDeque;

/// A pool as it is now.
pub struct Pool {
    service: u32,
    /// The index among the service's pools.
    place: u32,
    size: u32,
    free: u32,
    waiting: VecDeque<Waiting>,
}

/// A fiber in line, and whether it takes for its request.
#[derive(Clone, Copy)]
struct Waiting {
    fiber: u32,
    for_request: bool,
}

/// One of a pool that a request has acquired.
#[derive(Clone, Copy)]
pub struct Holding {
    pool: u32,
    next: u32,
}

impl Holding {
    /// The pool, and the next holding of the same request.
    pub fn parts(&self) -> (u32, u32) {
        (self.pool, self.next)
    }
}

impl Pool {
    /// Whose it is, and its place among those of that service.
    pub fn place(&self) -> (ServiceId, u32) {
        (ServiceId(self.service), self.place)
    }

    /// All of it free.
    pub fn new(service: u32, place: u32, size: u32) -> Pool {
        Pool {
            service,
            place,
            size,
            free: size,
            waiting: VecDeque::new(),
        }
    }
}

impl Pool {
    /// What those in line wait for.
    pub fn on(&self) -> On {
        On::Pool(self.place)
    }

    /// The fibers in line.
    pub fn waiting_fibers(&self) -> impl Iterator<Item = u32> {
        self.waiting.iter().map(|waiting| waiting.fiber)
    }

    /// Fibers that are dead wait no longer; true where there were some.
    pub fn forget(&mut self, dead: impl Fn(u32) -> bool) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| !dead(waiting.fiber));
        self.waiting.len() < before
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Takes one of a pool, for the steps that follow or for the request; false where the fiber has to wait for it.
    #[inline(never)]
    pub(super) fn take(&mut self, fiber: u32, pool: u32, for_request: bool) -> bool {
        let taken = self.take_or_wait(fiber, pool, for_request);
        if taken && for_request {
            self.keep_for_request(fiber, pool);
        } else if taken {
            self.enter(fiber, Inside::Hold(pool));
        }
        taken
    }

    fn take_or_wait(&mut self, fiber: u32, index: u32, for_request: bool) -> bool {
        let pool = &mut self.world.pools[index];
        let taken = pool.free > 0;
        if taken {
            pool.free -= 1;
        } else {
            pool.waiting.push_back(Waiting { fiber, for_request });
            let place = pool.place;
            let root = self.world.tasks[fiber].root;
            if self.threads(root) {
                self.pin(root, fiber, On::Pool(place));
            }
        }
        self.tell_pool(index);
        if !taken {
            self.suspect_line();
        }
        taken
    }

    fn keep_for_request(&mut self, fiber: u32, pool: u32) {
        let request = self.world.tasks[self.world.tasks[fiber].root].request;
        let next = self.world.requests[request].holdings;
        self.world.requests[request].holdings = self.world.holdings.insert(Holding { pool, next });
    }

    /// The body of a `hold` is over.
    pub(super) fn leave_hold(&mut self, fiber: u32) {
        if let Inside::Hold(pool) = self.world.frames[self.world.tasks[fiber].frame].inside {
            self.give_back(pool);
        }
        self.leave(fiber);
    }

    /// One of a pool is free again: the first in line has it, and goes on at the end of this instant's work.
    #[inline(never)]
    pub(super) fn give_back(&mut self, index: u32) {
        match self.world.pools[index].waiting.pop_front() {
            None => self.world.pools[index].free += 1,
            Some(Waiting { fiber, for_request }) => {
                if for_request {
                    self.keep_for_request(fiber, index);
                } else {
                    self.enter(fiber, Inside::Hold(index));
                }
                self.world.queue.push(self.world.queue.now(), Event::WaitEnd(fiber));
            }
        }
        self.tell_pool(index);
    }

    /// The request gives back one that it acquired; nothing where it has none.
    #[inline(never)]
    pub(super) fn release_pool(&mut self, fiber: u32, pool: u32) {
        let request = self.world.tasks[self.world.tasks[fiber].root].request;
        let mut before = NONE;
        let mut at = self.world.requests[request].holdings;
        while at != NONE && self.world.holdings[at].pool != pool {
            (before, at) = (at, self.world.holdings[at].next);
        }
        if at == NONE {
            return;
        }
        let next = self.world.holdings[at].next;
        match before {
            NONE => self.world.requests[request].holdings = next,
            before => self.world.holdings[before].next = next,
        }
        self.world.holdings.remove(at);
        self.give_back(pool);
    }

    /// A request that is over gives back what it has.
    #[inline(never)]
    pub(super) fn give_all_back(&mut self, request: u32) {
        let mut at = self.world.requests[request].holdings;
        while at != NONE {
            let Holding { pool, next } = self.world.holdings[at];
            self.world.holdings.remove(at);
            self.give_back(pool);
            at = next;
        }
    }

    pub(super) fn tell_pool(&mut self, index: u32) {
        let pool = &self.world.pools[index];
        let (service, place) = (ServiceId(pool.service), pool.place);
        let (taken, waiting) = (pool.size - pool.free, pool.waiting.len() as u32);
        self.observer
            .pool(self.world.queue.now(), service, place, taken, waiting);
    }
}
