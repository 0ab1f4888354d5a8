//! How a span runs on its worker: fibers, forks, repeats, and what pins the worker.
//!
//! ```text
//! drive ─▶ walk a fiber until it works ──────────▶ the worker is busy
//!            │                    waits, or is over
//!            ▼
//!          another ready fiber of the same span? ─▶ walk it
//!            └ none: is a fiber pinned? ─yes▶ the worker is blocked on it
//!                                       └no─▶ the worker is free
//! ```
//!
//! Law: on threads a `sync` call, a publish and a `wait` pin the worker; on a loop only a `sync` call does. While
//! one fiber is pinned only fibers of the same span run there.

use super::call::Outgoing;
use super::chance::{Purpose, mix};
use super::event::Event;
use super::program::Instruction;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Edge, Task};
use crate::scenario::{EdgeId, Mode};
use crate::time::Duration;
use crate::trace::{Activity, Cause, Observer, On};

/// Why a fiber goes no further for now.
#[derive(PartialEq)]
enum Pause {
    /// Its worker works for it, or waits for a core.
    Busy,
    /// It waits for somebody, or is over.
    Waits,
    /// It was the last of its span.
    SpanOver,
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A span goes on with this fiber on the worker that it has, this lane of this replica; a worker that comes free
    /// looks for more.
    #[inline]
    pub(super) fn go_on(&mut self, root: u32, fiber: u32, replica: u32, lane: u32) {
        if self.drive(root, fiber) {
            self.serve(replica, lane);
        }
    }

    /// Runs fibers of a span until its worker is busy, blocked or free; true when it is free.
    pub(super) fn drive(&mut self, root: u32, first: u32) -> bool {
        let mut fiber = first;
        loop {
            match self.walk(root, fiber) {
                Pause::Busy => return false,
                Pause::SpanOver => return true,
                Pause::Waits => {}
            }
            if self.world.tasks[root].ready.first != NONE && !self.call_in_turn(root) {
                fiber = self.pop_ready(root).unwrap_or(root);
                continue;
            }
            let task = &mut self.world.tasks[root];
            let (pinned, lane, span, replica) = (task.pinned.first, task.lane, task.span, task.replica);
            if pinned == NONE {
                task.lane = NONE;
                return true;
            }
            let pin = if pinned == root {
                task.pin
            } else {
                self.world.tasks[pinned].pin
            };
            if let Some(on) = pin {
                self.set_lane(lane, Activity::Blocked(on), span);
                self.suspect_rest(replica);
            }
            return false;
        }
    }

    /// What a fiber waited for is there.
    pub(super) fn resume(&mut self, fiber: u32) {
        let Task { root, pin, .. } = self.world.tasks[fiber];
        if pin.is_some() {
            self.unpin(root, fiber);
        }
        let span = &mut self.world.tasks[root];
        let Task {
            active,
            replica,
            lane,
            queued,
            ..
        } = *span;
        if lane == NONE {
            self.push_ready(root, fiber);
            if !queued {
                self.requeue_span(root);
            }
        } else if active == NONE || active == fiber {
            // Its worker has started, or waits for it.
            span.active = NONE;
            self.go_on(root, fiber, replica, lane);
        } else {
            self.push_ready(root, fiber);
        }
    }

    /// What a fiber does next, and the number of that step; who was told to stop does nothing but undo.
    #[inline(always)]
    fn next_instruction(&mut self, fiber: u32, cancelled: bool) -> (Instruction, u32) {
        let (instruction, step) = self.world.program.code[self.world.tasks[fiber].pc];
        self.world.tasks[fiber].pc += 1;
        if cancelled && !instruction.is_control() && !self.world.undoes(fiber) {
            return (Instruction::Undone, step);
        }
        (instruction, step)
    }

    /// Executes the instructions of a fiber of this span until it can go no further.
    fn walk(&mut self, root: u32, fiber: u32) -> Pause {
        let mut fiber = fiber;
        let cancelled = self.world.is_cancelled(root);
        let task = &mut self.world.tasks[fiber];
        if task.outcome.is_err() {
            task.outcome = Ok(());
            task.pc = self.world.program.failure;
        }
        loop {
            let (instruction, step) = self.next_instruction(fiber, cancelled);
            let key = self.world.tasks[fiber].key;
            let ok = match instruction {
                Instruction::Work(sampler) => {
                    let work = self.draw_duration(sampler, key, step, Purpose::Work);
                    if work > Duration::ZERO {
                        self.begin_work(root, fiber, work);
                        return Pause::Busy;
                    }
                    continue;
                }
                Instruction::Wait(sampler) => {
                    let wait = self.draw_duration(sampler, key, step, Purpose::Wait);
                    if wait > Duration::ZERO {
                        self.wait(root, fiber, wait);
                        return Pause::Waits;
                    }
                    continue;
                }
                Instruction::Call(edge) => {
                    let key = mix(key, (step as u64) << 8 | Purpose::Call as u64);
                    if self.call(root, fiber, edge, key) {
                        return Pause::Waits;
                    }
                    continue;
                }
                Instruction::Fork { first, count, need } => {
                    self.fork(root, fiber, first..first + count, need);
                    return Pause::Waits;
                }
                Instruction::Fail(odds) => {
                    if !odds.hit(self.draw_bits(key, step, Purpose::Fail)) {
                        continue;
                    }
                    false
                }
                Instruction::Hold(pool) | Instruction::Acquire(pool) => {
                    if !self.take(fiber, pool, matches!(instruction, Instruction::Acquire(_))) {
                        return Pause::Waits;
                    }
                    continue;
                }
                Instruction::Offload { end } => {
                    self.offload(fiber, end);
                    return Pause::Waits;
                }
                Instruction::EndBranch | Instruction::End => true,
                Instruction::Undone => false,
                control => {
                    if !self.steer(fiber, control, step) {
                        return Pause::Waits;
                    }
                    continue;
                }
            };
            match self.end_fiber(root, fiber, ok) {
                Ok(next) => fiber = next,
                Err(pause) => return pause,
            }
        }
    }

    fn wait(&mut self, root: u32, fiber: u32, wait: Duration) {
        if self.threads(root) {
            self.pin(root, fiber, On::Wait);
        }
        self.world.queue.push(self.now() + wait, Event::WaitEnd(fiber));
    }

    /// Sends a call, whose story has this key; true when the fiber waits for its outcome.
    fn call(&mut self, root: u32, fiber: u32, edge: u32, key: u64) -> bool {
        let Edge { mode, rules, .. } = self.world.edges[edge];
        let pins = match mode {
            Mode::Sync => true,
            Mode::Queue => self.threads(root),
            Mode::Await | Mode::Oneway | Mode::Forward | Mode::Poll | Mode::Callback => false,
        };
        if pins {
            self.pin(root, fiber, On::Edge(EdgeId(edge)));
        }
        let Task {
            span, request, lane, ..
        } = self.world.tasks[root];
        if mode == Mode::Forward {
            self.hand_over(edge, key, fiber, span);
            return false;
        }
        if rules != NONE {
            let waits = self.call_guarded(edge, key, request, fiber, span, NONE);
            if waits && mode == Mode::Oneway && self.threads(root) {
                self.pin(root, fiber, On::Edge(EdgeId(edge)));
            }
            return waits;
        }
        self.send(Outgoing {
            edge,
            key,
            request,
            caller: fiber,
            parent: span,
            lane,
        });
        mode != Mode::Oneway
    }

    /// Whether a span runs on threads, which are pinned by every wait.
    pub(super) fn threads(&self, root: u32) -> bool {
        let replica = &self.world.replicas[self.world.tasks[root].replica];
        self.world.services[replica.service].threads
    }

    /// A fiber has come to its end. Yields the fiber that goes on in its place, or why none does.
    #[inline]
    fn end_fiber(&mut self, root: u32, fiber: u32, ok: bool) -> Result<u32, Pause> {
        let (mut fiber, mut ok) = (fiber, ok);
        loop {
            if self.world.tasks[fiber].frame != NONE && self.unwind(fiber) {
                return Ok(fiber);
            }
            if fiber == root {
                return Err(self.end_trunk(root, ok));
            }
            self.world.tasks[root].fibers -= 1;
            match self.end_branch(fiber, ok) {
                Some((parent, true)) => return Ok(parent),
                Some((parent, false)) => (fiber, ok) = (parent, false),
                None => return Err(self.end_if_last(root)),
            }
        }
    }

    /// A fiber that did not begin its span has ended, and perhaps with it the span.
    #[inline(never)]
    fn end_if_last(&mut self, root: u32) -> Pause {
        if self.world.tasks[root].fibers > 0 {
            return Pause::Waits;
        }
        self.end_span(root);
        Pause::SpanOver
    }

    /// The fiber with which a span or a job began has come to its end.
    #[inline(always)]
    fn end_trunk(&mut self, root: u32, ok: bool) -> Pause {
        let task = &mut self.world.tasks[root];
        task.fibers -= 1;
        let alone = task.fibers == 0;
        if task.span != root {
            self.job_done(root, ok);
        } else {
            let ok = ok && !task.poisoned;
            task.failed = !ok;
            self.respond(root, if ok { Ok(()) } else { Err(Cause::Error) });
        }
        if !alone {
            return Pause::Waits;
        }
        self.end_span(root);
        Pause::SpanOver
    }

    /// The reply leaves, once a span.
    #[inline]
    pub(super) fn respond(&mut self, root: u32, outcome: Result<(), Cause>) {
        let now = self.now();
        let mut task = &mut self.world.tasks[root];
        if std::mem::replace(&mut task.responded, true) {
            return;
        }
        self.observer.responded(now, task.view(root), outcome.is_ok());
        if task.wrote && outcome.is_ok() {
            self.writes_answered(root);
            task = &mut self.world.tasks[root];
        }
        let noted = (root as u64) << 1 | outcome.is_err() as u64 ^ 0x2E << 56;
        self.world.digest.note(noted);
        match task.mode {
            Mode::Queue => self.reply_to_parcel(root, outcome),
            Mode::Poll => self.keep_answer(root, outcome),
            _ => self.answer(root, outcome),
        }
    }

    #[inline]
    pub(super) fn end_span(&mut self, root: u32) {
        let now = self.now();
        let task = &mut self.world.tasks[root];
        if task.span != root {
            self.end_job(root);
            return;
        }
        task.lane = NONE;
        let Task {
            failed,
            delivery,
            reply,
            ..
        } = *task;
        self.world.replicas[task.replica].begun -= 1;
        if task.guard != NONE && !failed && reply.is_ok() {
            self.world.guards[task.guard].done = true;
        }
        self.world.digest.note((root as u64) << 1 | failed as u64);
        self.observer.ended(now, task.view(root), !failed);
        if delivery == NONE {
            self.work_of_call_ended(root);
        } else {
            self.delivery_ended(root);
        }
    }
}
