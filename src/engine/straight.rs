//! The straight way of a plain call: what nearly every call does, with all left out that does not concern it.
//!
//! ```text
//! Arrive ─▶ takes an idle worker ─┐                          ┌▶ Work   the worker runs
//! WorkEnd ─▶ gives its core back ─┼▶ the next instruction is ┼▶ Call   the worker is blocked, or free
//! Reply ─▶ unpins its worker ─────┘                          └▶ End    the reply leaves, the worker is free
//! ```
//!
//! Law: whoever leaves the straight way finds everything as if it had never been on it, and a run that never takes it is
//! the same run, to the byte. A call goes straight over a plain edge, `sync` or `await`, without policies; a span as long as
//! it has one fiber; a replica where nothing is wrong and nothing is special.

use super::call::EMPTY;
use super::chance::{Draw, Purpose, mix};
use super::event::Event;
use super::fault::Plight;
use super::program::Instruction;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Chain, Edge, Replica, Task, World};
use crate::scenario::{EdgeId, Mode};
use crate::time::Duration;
use crate::trace::{Activity, Observer, On};

/// A span of one fiber that goes on with its next instruction on the worker that it has.
#[derive(Clone, Copy)]
pub(super) struct Stride {
    span: u32,
    replica: u32,
    lane: u32,
    /// The call whose reply has set it going, held until it has come to rest.
    answered: u32,
}

/// What becomes of an instruction on the straight way.
enum Step {
    /// Its worker works, is blocked or has nothing to do.
    Rests,
    /// Its worker has been given to a call that waited for it.
    Passes(Stride),
    /// It needs more than the straight way has, and has not been begun.
    Leaves,
}

/// What becomes of an event on the straight way.
pub(super) enum Course {
    /// A span goes on.
    Goes(Stride),
    /// All is done.
    Over,
    /// Nothing has been done: this event needs more than the straight way has.
    Leaves,
}

impl World {
    /// An edge has been made or changed: whether its calls go straight.
    pub fn straighten(&mut self, edge: u32) {
        let road = &mut self.edges[edge];
        let is_direct = matches!(road.mode, Mode::Sync | Mode::Await) && !road.terms.publishes;
        road.straight = self.shortens && is_direct && road.rules == NONE && road.timeout.is_none();
    }
}

impl Replica {
    /// What its calls find has changed.
    pub fn judge(&mut self) {
        self.ordinary = self.plight == Plight::WELL && self.warmth.is_none() && self.shared_cores.is_none();
    }
}

impl<O: Observer> Turn<'_, O> {
    /// Lets one event happen.
    #[inline(always)]
    pub(super) fn handle(&mut self, event: Event) {
        let course = match event {
            Event::Arrive(call) => self.arrive_straight(call),
            Event::WorkEnd(fiber) => self.end_work_straight(fiber),
            Event::Reply(call) => self.reply_straight(call),
            Event::Offer(source) => {
                self.offer(source);
                Course::Over
            }
            _ => Course::Leaves,
        };
        match course {
            Course::Goes(stride) => self.stride(stride),
            Course::Over => {}
            Course::Leaves => self.handle_any(event),
        }
    }

    /// A call reaches the callee: an idle worker takes it.
    #[inline(always)]
    fn arrive_straight(&mut self, call: u32) -> Course {
        if !self.world.tasks[call].straight {
            return Course::Leaves;
        }
        let replica = self.balance(call);
        self.take_straight(call, replica)
    }

    /// An idle worker takes a call that has come to its replica, or the call queues up.
    #[inline(always)]
    fn take_straight(&mut self, call: u32, replica: u32) -> Course {
        let now = self.now();
        let place = &mut self.world.replicas[replica];
        if !place.ordinary || place.begun >= place.in_flight || place.waiting >= place.backlog {
            self.come_to(call, replica);
            return Course::Over;
        }
        let task = &mut self.world.tasks[call];
        (task.arrived, task.replica) = (now, replica);
        match place.idle.take() {
            None => {
                self.queue_up(call, replica);
                Course::Over
            }
            Some(worker) => {
                let lane = place.first_lane + worker;
                self.observer.accepted(now, task.view(call), false);
                Course::Goes(self.begin_straight(call, replica, lane))
            }
        }
    }

    /// A worker begins a span.
    #[inline]
    fn begin_straight(&mut self, call: u32, replica: u32, lane: u32) -> Stride {
        let now = self.now();
        let task = &mut self.world.tasks[call];
        let queued = std::mem::replace(&mut task.queued, false);
        (task.lane, task.fibers) = (lane, 1);
        task.pc = self.world.edges[task.edge].entry;
        self.world.replicas[replica].begun += 1;
        self.world.digest.note((lane as u64) << 32 | call as u64);
        self.observer.began(now, task.view(call), lane, queued);
        Stride {
            span: call,
            replica,
            lane,
            answered: NONE,
        }
    }

    /// The work of a span is over, and nobody waits for its core.
    #[inline(always)]
    pub(super) fn end_work_straight(&mut self, fiber: u32) -> Course {
        let task = &mut self.world.tasks[fiber];
        if !task.straight {
            return Course::Leaves;
        }
        let place = &mut self.world.replicas[task.replica];
        if !place.ordinary || place.core_queue.first().is_some() {
            return Course::Leaves;
        }
        place.free_cores += 1;
        task.active = NONE;
        Course::Goes(Stride {
            span: fiber,
            replica: task.replica,
            lane: task.lane,
            answered: NONE,
        })
    }

    /// A client or a span whose worker has waited for it has a reply.
    #[inline(always)]
    pub(super) fn reply_straight(&mut self, slot: u32) -> Course {
        let now = self.now();
        let Task {
            straight,
            awaited,
            reply,
            caller,
            request,
            ..
        } = self.world.tasks[slot];
        if !straight || !awaited || reply.is_err() {
            return Course::Leaves;
        }
        let stride = match caller {
            NONE => None,
            caller => match self.unpin_straight(caller, slot) {
                None => return Course::Leaves,
                some => some,
            },
        };
        let task = &mut self.world.tasks[slot];
        task.awaited = false;
        // The reply that has come holds it as well.
        task.holds -= 1;
        self.world.digest.note((slot as u64) << 2);
        self.observer.returned(now, task.view(slot), Ok(()));
        match stride {
            Some(stride) => Course::Goes(stride),
            None => {
                self.request_returned(request, Ok(()));
                self.release(slot);
                Course::Over
            }
        }
    }

    /// A span that waited for nothing but this reply goes on.
    #[inline(always)]
    fn unpin_straight(&mut self, span: u32, answered: u32) -> Option<Stride> {
        let task = &mut self.world.tasks[span];
        if !task.straight || task.fibers != 1 || task.pinned.first != span || task.active != NONE {
            return None;
        }
        (task.pin, task.pinned) = (None, Chain::EMPTY);
        Some(Stride {
            span,
            replica: task.replica,
            lane: task.lane,
            answered,
        })
    }

    /// A span goes on until it has come to rest, and after it whoever gets its worker.
    #[inline(always)]
    pub(super) fn stride(&mut self, first: Stride) {
        let mut stride = first;
        loop {
            match self.step_straight(stride) {
                Step::Rests => break,
                Step::Passes(next) => stride = next,
                Step::Leaves => {
                    if self.drive(stride.span, stride.span) {
                        self.serve(stride.replica, stride.lane);
                    }
                    break;
                }
            }
        }
        if first.answered != NONE {
            self.release(first.answered);
        }
    }

    /// Executes one instruction.
    #[inline(always)]
    fn step_straight(&mut self, stride: Stride) -> Step {
        let task = &self.world.tasks[stride.span];
        let (instruction, step) = &self.world.program.code[task.pc];
        match *instruction {
            Instruction::Work(sampler) => self.work_straight(stride, sampler, *step),
            Instruction::Call(edge) => self.call_straight(stride, edge, *step),
            Instruction::End => self.end_straight(stride),
            _ => Step::Leaves,
        }
    }

    #[inline(always)]
    fn work_straight(&mut self, stride: Stride, sampler: u32, step: u32) -> Step {
        let Stride {
            span, replica, lane, ..
        } = stride;
        let now = self.now();
        let place = &mut self.world.replicas[replica];
        if !place.ordinary || place.free_cores == 0 {
            return Step::Leaves;
        }
        let task = &mut self.world.tasks[span];
        let draw = Draw::new(task.key, step, Purpose::Work);
        let work = self.world.program.samplers[sampler].sample(&self.world.ziggurat, draw);
        if work == Duration::ZERO {
            return Step::Leaves;
        }
        place.free_cores -= 1;
        task.pc += 1;
        task.active = span;
        self.observer.drawn(now, draw.key(), work.0);
        self.set_lane(lane, Activity::Running, span);
        self.world.queue.push(now + work, Event::WorkEnd(span));
        Step::Rests
    }

    #[inline(always)]
    fn call_straight(&mut self, stride: Stride, edge: u32, step: u32) -> Step {
        let Stride {
            span, replica, lane, ..
        } = stride;
        let Edge { straight, mode, .. } = self.world.edges[edge];
        let task = &mut self.world.tasks[span];
        if !straight || task.fibers != 1 {
            return Step::Leaves;
        }
        let on = On::Edge(EdgeId(edge));
        task.pc += 1;
        let (key, request) = (task.key, task.request);
        if mode == Mode::Sync {
            task.pin = Some(on);
            (task.before, task.after) = (NONE, NONE);
            (task.pinned.first, task.pinned.last) = (span, span);
        } else {
            task.lane = NONE;
        }
        let key = mix(key, (step as u64) << 8 | Purpose::Call as u64);
        self.send_straight(edge, key, request, span, lane);
        if mode == Mode::Sync {
            self.set_lane(lane, Activity::Blocked(on), span);
            self.suspect_rest(replica);
        } else {
            self.serve(replica, lane);
        }
        Step::Rests
    }

    /// A call leaves; the caller, where it is no client, is the only fiber of a span on this lane.
    #[inline]
    pub(super) fn send_straight(&mut self, edge: u32, key: u64, request: u32, caller: u32, lane: u32) {
        let now = self.now();
        let Edge { to, mode, line, .. } = self.world.edges[edge];
        let requested = &mut self.world.requests[request];
        requested.open += 1;
        let (slot, call) = self.world.tasks.reserve(EMPTY);
        *call = Task {
            edge,
            service: to,
            line,
            key,
            request,
            parent: caller,
            sent: now,
            root: slot,
            span: slot,
            caller,
            mode,
            counted: requested.counted,
            holds: 2,
            awaited: true,
            straight: true,
            ..EMPTY
        };
        self.world.digest.note((edge as u64) << 32 | slot as u64);
        self.observer.sent(now, call.view(slot), (lane != NONE).then_some(lane));
        self.set_out(slot, line);
    }

    #[inline(always)]
    fn end_straight(&mut self, stride: Stride) -> Step {
        let Stride {
            span, replica, lane, ..
        } = stride;
        let now = self.now();
        let task = &mut self.world.tasks[span];
        let simple = task.straight && task.fibers == 1 && !task.responded && !task.wrote && task.frame == NONE;
        if !simple || !self.world.lines[task.line].instant {
            return Step::Leaves;
        }
        let request = task.request;
        // The callee's side lets go of it, and the reply takes hold.
        (task.fibers, task.responded, task.lane) = (0, true, NONE);
        task.reply = Ok(());
        self.observer.responded(now, task.view(span), true);
        self.world.digest.note((span as u64) << 1 ^ 0x2E << 56);
        self.world.queue.push(now, Event::Reply(span));
        self.world.digest.note((span as u64) << 1);
        self.observer.ended(now, task.view(span), true);
        self.world.replicas[replica].begun -= 1;
        self.work_of_request_ended(request);
        self.look_for_more(replica, lane)
    }

    /// A free worker takes the next in line, or has nothing to do.
    #[inline(always)]
    fn look_for_more(&mut self, replica: u32, lane: u32) -> Step {
        let place = &mut self.world.replicas[replica];
        let (next, resumed) = (place.fresh.first(), place.resumed.first());
        match next {
            None if place.ordinary && resumed.is_none() => {
                place.idle.put(lane - place.first_lane);
                self.set_lane(lane, Activity::Idle, NONE);
                Step::Rests
            }
            Some(call) if place.ordinary && resumed.is_none() && place.begun < place.in_flight => {
                place.waiting -= 1;
                place.fresh.pop(&mut self.world.tasks);
                if self.world.tasks[call].straight {
                    return Step::Passes(self.begin_straight(call, replica, lane));
                }
                if self.occupy(call, lane) {
                    self.serve(replica, lane);
                }
                Step::Rests
            }
            _ => {
                self.serve(replica, lane);
                Step::Rests
            }
        }
    }
}
