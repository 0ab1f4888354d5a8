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

use super::call::{EMPTY, Outgoing};
use super::chance::{Draw, Purpose, mix};
use super::event::Event;
use super::frame::{Frame, Inside, Join};
use super::program::{Address, Instruction};
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Edge, Task};
use crate::scenario::{EdgeId, Mode};
use crate::time::Duration;
use crate::trace::{Activity, Cause, Observer, On};
use std::ops::Range;

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

impl<O: Observer> Turn<'_, O> {
    /// A span goes on with this fiber on the worker that it has; a worker that comes free looks for more.
    pub(super) fn go_on(&mut self, root: u32, fiber: u32) {
        let Task { replica, lane, .. } = self.world.tasks[root];
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
            match self.pop_ready(root) {
                Some(next) => fiber = next,
                None => break,
            }
        }
        let task = &mut self.world.tasks[root];
        let (pinned, lane, span, replica) = (task.pinned.first, task.lane, task.span, task.replica);
        if pinned == NONE {
            task.lane = NONE;
            return true;
        }
        if let Some(on) = self.world.tasks[pinned].pin {
            self.set_lane(lane, Activity::Blocked(on), span);
            self.suspect_rest(replica);
        }
        false
    }

    /// What a fiber waited for is there.
    pub(super) fn resume(&mut self, fiber: u32) {
        let root = self.world.tasks[fiber].root;
        self.unpin(root, fiber);
        let span = &self.world.tasks[root];
        if span.lane == NONE {
            let queued = span.queued;
            self.push_ready(root, fiber);
            if !queued {
                self.requeue_span(root);
            }
        } else if span.active == NONE || span.active == fiber {
            // Its worker has started, or waits for it.
            self.world.tasks[root].active = NONE;
            self.go_on(root, fiber);
        } else {
            self.push_ready(root, fiber);
        }
    }

    /// Executes the instructions of a fiber of this span until it can go no further.
    fn walk(&mut self, root: u32, fiber: u32) -> Pause {
        let mut fiber = fiber;
        let task = &mut self.world.tasks[fiber];
        let mut end = (task.outcome.is_err() || task.cancelled).then_some(false);
        if end.is_some() {
            (task.outcome, task.cancelled) = (Ok(()), false);
        }
        loop {
            if let Some(ok) = end.take() {
                match self.end_fiber(root, fiber, ok) {
                    Ok(next) => fiber = next,
                    Err(pause) => return pause,
                }
            }
            let task = &mut self.world.tasks[fiber];
            let (instruction, step) = self.world.program.code[task.pc];
            task.pc += 1;
            let key = task.key;
            match instruction {
                Instruction::Work(sampler) => {
                    let work = self.draw_duration(sampler, key, step, Purpose::Work);
                    if work > Duration::ZERO {
                        self.begin_work(root, fiber, work);
                        return Pause::Busy;
                    }
                }
                Instruction::Wait(sampler) => {
                    let wait = self.draw_duration(sampler, key, step, Purpose::Wait);
                    if wait > Duration::ZERO {
                        self.wait(root, fiber, wait);
                        return Pause::Waits;
                    }
                }
                Instruction::Call(edge) => {
                    let key = mix(key, (step as u64) << 8 | Purpose::Call as u64);
                    if self.call(root, fiber, edge, key) {
                        return Pause::Waits;
                    }
                }
                Instruction::Fork { first, count, need } => {
                    self.fork(root, fiber, first..first + count, need);
                    return Pause::Waits;
                }
                Instruction::Respond => self.respond(self.world.span_of(fiber), Ok(())),
                Instruction::Fail(odds) => {
                    let bits = self.draw_bits(key, step, Purpose::Fail);
                    end = odds.hit(bits).then_some(false);
                }
                Instruction::Hold(pool) | Instruction::Acquire(pool) => {
                    if !self.take(fiber, pool, matches!(instruction, Instruction::Acquire(_))) {
                        return Pause::Waits;
                    }
                }
                Instruction::Offload { end } => {
                    self.offload(fiber, end);
                    return Pause::Waits;
                }
                Instruction::EndBranch | Instruction::End => end = Some(true),
                Instruction::Undone => end = Some(false),
                control => self.steer(fiber, control, step),
            }
        }
    }

    /// Choices and repeats: where a fiber goes on.
    #[inline(never)]
    fn steer(&mut self, fiber: u32, control: Instruction, step: u32) {
        let key = self.world.tasks[fiber].key;
        match control {
            Instruction::Jump(to) => self.world.tasks[fiber].pc = to,
            Instruction::Choose {
                first,
                count,
                otherwise,
            } => {
                let bits = self.draw_bits(key, step, Purpose::Choose);
                let options = &self.world.program.choices[first as usize..(first + count) as usize];
                let chosen = options.iter().find(|(odds, _)| odds.hit(bits));
                self.world.tasks[fiber].pc = chosen.map_or(otherwise, |(_, to)| *to);
            }
            Instruction::Repeat { times, end } => self.begin_repeat(fiber, times, step, end),
            Instruction::RepeatGeometric { times, end } => {
                let draw = Draw::new(key, step, Purpose::Repeat);
                let times = self.world.program.geometrics[times].sample(draw);
                self.observer.drawn(self.now(), draw.key(), times as u64);
                self.begin_repeat(fiber, times, step, end);
            }
            Instruction::Again(body) => self.repeat_again(fiber, body, step),
            Instruction::GiveBack => self.leave_hold(fiber),
            Instruction::Release(pool) => self.release_pool(fiber, pool),
            Instruction::Saga { first, count } => self.enter(
                fiber,
                Inside::Saga {
                    first,
                    count,
                    done: 0,
                    undoing: false,
                },
            ),
            Instruction::Done { end } => self.step_of_saga_done(fiber, end),
            Instruction::Write(item) => self.write(self.world.span_of(fiber), item),
            Instruction::Read(item) => self.read(self.world.span_of(fiber), item),
            Instruction::Apply(item) => self.apply(self.world.span_of(fiber), item),
            _ => unreachable!("walk handles every other instruction"),
        }
    }

    fn begin_repeat(&mut self, fiber: u32, times: u32, step: u32, end: Address) {
        let task = &mut self.world.tasks[fiber];
        if times == 0 {
            task.pc = end;
            return;
        }
        let outer_key = task.key;
        task.key = iteration_key(outer_key, step, 0);
        self.enter(
            fiber,
            Inside::Repeat {
                left: times,
                iteration: 0,
                outer_key,
            },
        );
    }

    /// One more frame around what a fiber does.
    pub(super) fn enter(&mut self, fiber: u32, inside: Inside) {
        let outer = self.world.tasks[fiber].frame;
        self.world.tasks[fiber].frame = self.world.frames.insert(Frame { inside, outer });
    }

    /// Leaves all frames of a fiber that has died, and gives back what it held.
    pub(super) fn drop_frames(&mut self, fiber: u32) {
        while self.world.tasks[fiber].frame != NONE {
            if let Inside::Hold(pool) = self.world.frames[self.world.tasks[fiber].frame].inside {
                self.give_back(pool);
            }
            self.leave(fiber);
        }
    }

    /// The innermost frame is over.
    pub(super) fn leave(&mut self, fiber: u32) {
        let slot = self.world.tasks[fiber].frame;
        self.world.tasks[fiber].frame = self.world.frames[slot].outer;
        self.world.frames.remove(slot);
    }

    fn repeat_again(&mut self, fiber: u32, body: Address, step: u32) {
        let task = &mut self.world.tasks[fiber];
        let Inside::Repeat {
            left,
            iteration,
            outer_key,
        } = &mut self.world.frames[task.frame].inside
        else {
            unreachable!("a repeat ends inside its own frame")
        };
        *left -= 1;
        if *left > 0 {
            *iteration += 1;
            task.key = iteration_key(*outer_key, step, *iteration);
            task.pc = body;
        } else {
            task.key = *outer_key;
            self.leave(fiber);
        }
    }

    /// Leaves all frames of a fiber that has failed; true where a saga has something to undo first.
    #[inline(never)]
    fn unwind(&mut self, fiber: u32) -> bool {
        while self.world.tasks[fiber].frame != NONE {
            let slot = self.world.tasks[fiber].frame;
            match &mut self.world.frames[slot].inside {
                Inside::Repeat { outer_key, .. } => self.world.tasks[fiber].key = *outer_key,
                Inside::Hold(pool) => {
                    let pool = *pool;
                    self.give_back(pool);
                }
                Inside::Saga {
                    first, done, undoing, ..
                } if *done > 0 => {
                    (*done, *undoing) = (*done - 1, true);
                    self.world.tasks[fiber].pc = self.world.program.undos[*first + *done];
                    return true;
                }
                Inside::Saga { .. } => {}
            }
            self.leave(fiber);
        }
        false
    }

    /// A step of a saga has gone well.
    fn step_of_saga_done(&mut self, fiber: u32, end: Address) {
        let slot = self.world.tasks[fiber].frame;
        if let Inside::Saga { count, done, .. } = &mut self.world.frames[slot].inside {
            *done += 1;
            if done == count {
                self.world.tasks[fiber].pc = end;
                self.leave(fiber);
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
        let Task { span, request, .. } = self.world.tasks[root];
        let Edge { mode, rules, .. } = self.world.edges[edge];
        let pins = match mode {
            Mode::Sync => true,
            Mode::Queue => self.threads(root),
            Mode::Await | Mode::Oneway | Mode::Forward | Mode::Poll | Mode::Callback => false,
        };
        if pins {
            self.pin(root, fiber, On::Edge(EdgeId(edge)));
        }
        if mode == Mode::Forward {
            self.hand_over(edge, key, fiber, span);
            return false;
        }
        if rules != NONE {
            return self.call_guarded(edge, key, request, fiber, span, NONE);
        }
        self.send(Outgoing {
            root,
            ..Outgoing::plain(edge, key, request, fiber, span)
        });
        mode != Mode::Oneway
    }

    /// Whether a span runs on threads, which are pinned by every wait.
    pub(super) fn threads(&self, root: u32) -> bool {
        let replica = &self.world.replicas[self.world.tasks[root].replica];
        self.world.services[replica.service].threads
    }

    /// Starts the branches, ready in file order before every other fiber of the span.
    fn fork(&mut self, root: u32, fiber: u32, branches: Range<Address>, need: u32) {
        let key = self.world.tasks[fiber].key;
        let count = branches.end - branches.start;
        let join = self.world.joins.insert(Join {
            parent: fiber,
            need,
            succeeded: 0,
            left: count,
        });
        let mut chain = self.world.tasks[root].ready;
        for index in branches.rev() {
            let (slot, branch) = self.world.tasks.reserve(EMPTY);
            *branch = Task {
                key,
                root,
                pc: self.world.program.branches[index],
                join,
                after: chain.first,
                holds: 1,
                ..EMPTY
            };
            chain.last = if chain.first == NONE { slot } else { chain.last };
            chain.first = slot;
        }
        let span = &mut self.world.tasks[root];
        span.ready = chain;
        span.fibers += count;
    }

    /// A fiber has come to its end. Yields the fiber that goes on in its place, or why none does.
    #[inline]
    fn end_fiber(&mut self, root: u32, fiber: u32, ok: bool) -> Result<u32, Pause> {
        let (mut fiber, mut ok) = (fiber, ok);
        loop {
            if self.world.tasks[fiber].frame != NONE && self.unwind(fiber) {
                return Ok(fiber);
            }
            self.world.tasks[root].fibers -= 1;
            if fiber == root {
                self.end_trunk(root, ok);
                break;
            }
            match self.end_branch(fiber, ok) {
                Some((parent, true)) => return Ok(parent),
                Some((parent, false)) => (fiber, ok) = (parent, false),
                None => break,
            }
        }
        if self.world.tasks[root].fibers > 0 {
            return Err(Pause::Waits);
        }
        self.end_span(root);
        Err(Pause::SpanOver)
    }

    /// The fiber with which a span or a job began has come to its end.
    #[inline]
    fn end_trunk(&mut self, root: u32, ok: bool) {
        let task = &mut self.world.tasks[root];
        if task.span != root {
            return self.job_done(root, ok);
        }
        let ok = ok && !task.poisoned;
        task.failed = !ok;
        self.respond(root, if ok { Ok(()) } else { Err(Cause::Error) });
    }

    /// A branch has ended; yields the forking fiber if it is decided now, and whether enough have succeeded.
    fn end_branch(&mut self, fiber: u32, ok: bool) -> Option<(u32, bool)> {
        let task = &mut self.world.tasks[fiber];
        task.holds = 0;
        let slot = task.join;
        self.world.tasks.remove(fiber);
        let join = &mut self.world.joins[slot];
        join.left -= 1;
        join.succeeded += ok as u32;
        let (enough, hopeless) = (join.succeeded >= join.need, join.succeeded + join.left < join.need);
        let decided = (join.parent != NONE && (enough || hopeless)).then_some((join.parent, enough));
        if decided.is_some() {
            join.parent = NONE;
        }
        if join.left == 0 {
            self.world.joins.remove(slot);
        }
        decided
    }

    /// The reply leaves, once a span.
    #[inline(always)]
    pub(super) fn respond(&mut self, root: u32, outcome: Result<(), Cause>) {
        let task = &mut self.world.tasks[root];
        if std::mem::replace(&mut task.responded, true) {
            return;
        }
        let Task { wrote, mode, .. } = *task;
        self.observer
            .responded(self.now(), self.world.view(root), outcome.is_ok());
        if wrote && outcome.is_ok() {
            self.writes_answered(root);
        }
        self.note((root as u64) << 1 | outcome.is_err() as u64 ^ 0x2E << 56);
        match mode {
            Mode::Queue => self.reply_to_parcel(root, outcome),
            Mode::Poll => self.keep_answer(root, outcome),
            _ => self.answer(root, outcome),
        }
    }

    #[inline(always)]
    pub(super) fn end_span(&mut self, root: u32) {
        let task = &mut self.world.tasks[root];
        if task.span != root {
            self.end_job(root);
            return;
        }
        task.lane = NONE;
        let Task {
            failed,
            replica,
            guard,
            delivery,
            ..
        } = *task;
        self.world.replicas[replica].begun -= 1;
        if guard != NONE && !failed {
            self.world.guards[guard].done = true;
        }
        self.note((root as u64) << 1 | failed as u64);
        self.observer.ended(self.now(), self.world.view(root), !failed);
        if delivery == NONE {
            self.work_of_call_ended(root);
        } else {
            self.delivery_ended(root);
        }
    }
}

/// The key of one iteration of a repeat.
fn iteration_key(outer: u64, step: u32, iteration: u32) -> u64 {
    mix(
        mix(outer, (step as u64) << 8 | Purpose::Iteration as u64),
        iteration as u64,
    )
}
