//! Calls whose answer takes another way: `forward` hands the caller's duty to the callee, `poll` lets the caller ask.
//!
//! ```text
//! forward   client ──▶ a ──▶ b          poll   caller ──▶ callee ─▶ backlog, worker …
//!             ▲──────────────┘                 │◀─ 202 ─┘    ▲
//!                                              └ every ─ask──┘◀─ not yet │ the outcome
//! ```
//!
//! Law: a forwarded call answers the caller of the call that it stands for, over that call's line, and only once.
//! A poll that is lost, or whose answer is, is asked again.

use super::call::{Outgoing, Ties};
use super::chance::Purpose;
use super::event::Event;
use super::slab::NONE;
use super::turn::Turn;
use super::world::Task;
use crate::scenario::{EdgeId, Mode};
use crate::trace::{Cause, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// The span is done with its reply: the callee over this edge answers in its place. Where nobody waits for the
    /// span, or its reply has left, the call is a `oneway` one.
    #[inline(never)]
    pub(super) fn hand_over(&mut self, edge: u32, key: u64, fiber: u32, root: u32) {
        let span = &mut self.world.tasks[root];
        let (request, mode, origin) = (span.request, span.mode, span.origin);
        let responded = std::mem::replace(&mut span.responded, true);
        let stands_for = match mode {
            _ if responded => NONE,
            Mode::Oneway => NONE,
            Mode::Queue => self.take_duty(root),
            Mode::Forward => origin,
            _ => root,
        };
        if self.world.tasks[root].wrote && !responded {
            self.writes_answered(root);
        }
        if stands_for == root {
            // Until its callee has answered, nothing has been done.
            self.world.tasks[root].reply = Err(Cause::Error);
        }
        if stands_for != NONE {
            // The duty of a message is the message's no longer.
            self.world.tasks[stands_for].holds += u32::from(mode != Mode::Queue);
            self.observer.forwarded(self.now(), self.world.view(root), EdgeId(edge));
        } else if !responded {
            self.observer.responded(self.now(), self.world.view(root), true);
        }
        let lane = self.world.tasks[root].lane;
        let call = Outgoing {
            edge,
            key,
            request,
            caller: fiber,
            parent: root,
            lane,
        };
        let ties = Ties {
            origin: stands_for,
            ..Ties::NONE
        };
        self.send_tied(call, &ties);
    }

    /// The callee of a forwarded call answers for its origin.
    #[inline(never)]
    pub(super) fn answer_origin(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let origin = std::mem::replace(&mut self.world.tasks[slot].origin, NONE);
        if origin == NONE {
            return;
        }
        let Task { mode, guard, .. } = self.world.tasks[origin];
        if guard != NONE && outcome.is_ok() {
            self.world.guards[guard].done = true;
        }
        match mode {
            Mode::Poll => self.keep_answer(origin, outcome),
            _ => self.answer(origin, outcome),
        }
        self.release(origin);
    }

    /// The callee has taken the call and says so; the caller asks from then on. This answer, and then each question,
    /// holds the call.
    #[inline(never)]
    pub(super) fn say_accepted(&mut self, call: u32) {
        self.travel(call, Purpose::LossBack, Purpose::LatencyBack, Event::NotYet(call));
    }

    /// The outcome is kept until the caller asks.
    pub(super) fn keep_answer(&mut self, call: u32, outcome: Result<(), Cause>) {
        let task = &mut self.world.tasks[call];
        (task.reply, task.done) = (outcome, true);
    }

    /// The caller knows that it has to ask again.
    #[inline(never)]
    pub(super) fn ask_later(&mut self, call: u32) {
        if self.world.tasks[call].awaited {
            let every = self.world.lines[self.world.tasks[call].line].every;
            self.world.queue.push(self.now() + every, Event::Ask(call));
        } else {
            self.release(call);
        }
    }

    /// The caller asks, unless it has given up.
    #[inline(never)]
    pub(super) fn ask(&mut self, call: u32) {
        if !self.world.tasks[call].awaited {
            self.release(call);
            return;
        }
        self.world.tasks[call].questions += 1;
        self.observer.polled(self.now(), self.world.view(call));
        self.travel(call, Purpose::LossThere, Purpose::LatencyThere, Event::Asked(call));
    }

    /// The callee answers a question with what it has.
    #[inline(never)]
    pub(super) fn asked(&mut self, call: u32) {
        let replica = self.world.replicas.get(self.world.tasks[call].replica as usize);
        if replica.is_some_and(|replica| replica.plight.down.is_some()) {
            self.observer.lost(self.now(), self.world.view(call));
            self.ask_later(call);
            return;
        }
        let answer = match self.world.tasks[call].done {
            true => Event::Reply(call),
            false => Event::NotYet(call),
        };
        self.travel(call, Purpose::LossBack, Purpose::LatencyBack, answer);
    }
}
