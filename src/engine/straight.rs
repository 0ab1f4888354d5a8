//! The straight way of a plain call: what nearly every call does, with all left out that does not concern it.
//!
//! ```text
//! Arrive ─▶ takes an idle worker ─┐                          ┌▶ Work   the worker runs
//! WorkEnd ─▶ gives its core back ─┼▶ the next instruction is ┼▶ Call   the worker is blocked, or free
//! Reply ─▶ unpins its worker ─────┘    (choices on the way   └▶ End    the reply leaves, the worker is free
//!                                       take no time)
//! ```
//!
//! Law: whoever leaves the straight way finds everything as if it had never been on it, and a run that never takes it is
//! the same run, to the byte. A call goes straight over a plain edge, `sync` or `await`, without policies; a span as long as
//! it has one fiber; a replica where nothing is wrong and nothing is special.

use super::call::{EMPTY, Outgoing};
use super::event::Event;
use super::fault::Plight;
use super::footing::{Leaving, Start, Step};
use super::slab::NONE;
use super::turn::{Turn, turn_worker};
use super::world::{Edge, Replica, Task, World};
use crate::scenario::{EdgeId, Mode};
use crate::trace::{Activity, Observer, On};

impl World {
    /// An edge has been made or changed: whether its calls go straight, and where to.
    pub fn straighten(&mut self, edge: u32) {
        let road = &mut self.edges[edge];
        let is_direct = matches!(road.mode, Mode::Sync | Mode::Await) && !road.terms.publishes;
        road.straight = self.shortens && is_direct && road.rules == NONE && road.timeout.is_none();
        if road.straight {
            let callee = &self.services[road.to];
            road.replica = if callee.replicas == 1 {
                callee.first_replica
            } else {
                NONE
            };
        }
    }
}

impl Replica {
    /// What its calls find has changed.
    pub fn judge(&mut self) {
        self.ordinary = self.plight == Plight::WELL && self.warmth.is_none() && self.shared_cores.is_none();
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Lets one event happen.
    #[inline(always)]
    pub(super) fn handle(&mut self, event: Event) {
        let mut freed = NONE;
        let start = match event {
            Event::Arrive(call) => Some(Start::Arrives { call, replica: NONE }),
            Event::WorkEnd(span) => Some(Start::Worked { span }),
            Event::Reply(call) => {
                let Some((caller, request, over)) = self.return_straight(call) else {
                    return self.handle_any(event);
                };
                freed = over;
                self.waken_straight(caller, request)
            }
            Event::Offer(source) => return self.offer(source),
            _ => return self.handle_any(event),
        };
        if let Some(start) = start
            && !self.go_straight(start)
        {
            self.handle_any(event);
        }
        if freed != NONE {
            self.world.tasks.remove(freed);
        }
    }

    /// A reply reaches who waits for it: the caller, the request, and the slot that is free when the caller has come to
    /// rest, if any is.
    #[inline(always)]
    fn return_straight(&mut self, slot: u32) -> Option<(u32, u32, u32)> {
        let now = self.now();
        let task = &mut self.world.tasks[slot];
        if !task.straight || !task.awaited || task.reply.is_err() {
            return None;
        }
        // The caller lets go of it, and so does the reply.
        (task.awaited, task.holds) = (false, task.holds - 2);
        self.world.digest.note((slot as u64) << 2);
        self.observer.returned(now, task.view(slot), Ok(()));
        let over = if task.holds == 0 { slot } else { NONE };
        Some((task.caller, task.request, over))
    }

    /// Who has waited for a reply goes on: at the best a span whose worker has waited for nothing else.
    #[inline(always)]
    fn waken_straight(&mut self, caller: u32, request: u32) -> Option<Start> {
        if caller == NONE {
            self.request_returned(request, Ok(()));
            return None;
        }
        let span = &mut self.world.tasks[caller];
        if span.straight && span.fibers == 1 && span.pinned.first == caller && span.active == NONE {
            return Some(Start::Answered { span: caller });
        }
        if !self.branch_returned(caller) {
            self.world.tasks[caller].outcome = Ok(());
            self.resume(caller);
        }
        None
    }

    /// A span goes on until its worker has come to rest, and after it whoever gets that worker. False where nothing has
    /// been done.
    #[inline(always)]
    fn go_straight(&mut self, first: Start) -> bool {
        let mut start = first;
        loop {
            let step = match self.set_going_straight(start) {
                Ok(footing) => footing.step(),
                Err(step) => step,
            };
            match step {
                Step::Passes { call, replica, lane } => {
                    start = Start::Follows { call, replica, lane };
                    continue;
                }
                Step::Chooses { call } => {
                    let replica = self.balance(call);
                    start = Start::Arrives { call, replica };
                    continue;
                }
                Step::Rests => {}
                Step::Leaves => return false,
                Step::Calls(leaving) => self.call_straight(leaving),
                Step::QueuesUp { call, replica } => self.queue_up(call, replica),
                other => self.leave_straight(other),
            }
            return true;
        }
    }

    /// Goes on by the long way.
    #[inline(never)]
    fn leave_straight(&mut self, step: Step) {
        match step {
            Step::Turns { span, replica, lane } => self.go_on(span, span, replica, lane),
            Step::Serves { replica, lane } => self.serve(replica, lane),
            Step::Closes { request, replica, lane } => {
                self.close_request_if_over(request);
                self.serve(replica, lane);
            }
            Step::Comes { call, replica } => self.come_to(call, replica),
            _ => {}
        }
    }

    /// A span sends a call, and waits for it.
    #[inline(always)]
    fn call_straight(&mut self, leaving: Leaving) {
        let Leaving {
            edge,
            mode,
            key,
            request,
            span,
            replica,
            lane,
        } = leaving;
        self.send_straight(Outgoing {
            edge,
            key,
            request,
            caller: span,
            parent: span,
            lane,
        });
        if mode != Mode::Sync {
            return self.serve(replica, lane);
        }
        let World {
            lanes, queue, digest, ..
        } = &mut self.world;
        let is = Activity::Blocked(On::Edge(EdgeId(edge)));
        turn_worker(queue.now(), lane, &mut lanes[lane], is, span, digest, self.observer);
        self.suspect_rest(replica);
    }

    /// Sends a plain call.
    #[inline(always)]
    pub(super) fn send_straight(&mut self, out: Outgoing) {
        let now = self.now();
        let Edge { to, mode, line, .. } = self.world.edges[out.edge];
        let requested = &mut self.world.requests[out.request];
        requested.open += 1;
        let (slot, call) = self.world.tasks.reserve(EMPTY);
        *call = Task {
            edge: out.edge,
            service: to,
            line,
            key: out.key,
            request: out.request,
            parent: out.parent,
            sent: now,
            root: slot,
            span: slot,
            caller: out.caller,
            mode,
            counted: requested.counted,
            holds: 2,
            awaited: true,
            straight: true,
            ..EMPTY
        };
        self.world.digest.note((out.edge as u64) << 32 | slot as u64);
        self.observer
            .sent(now, call.view(slot), (out.lane != NONE).then_some(out.lane));
        self.set_out(slot, line);
    }
}
