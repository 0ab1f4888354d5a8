//! A span of one fiber on its worker: what sets it going on the straight way, and how far it goes.
//!
//! ```text
//! Start ─▶ Footing { task, place, worker, … } ─ its next instruction ─▶ Step
//! ```
//!
//! Law: what an instruction touches is looked up once, and nothing else is touched. What needs more is a step that says
//! so, and has not been begun.

use super::chance::{Draw, Purpose, Ziggurat, mix};
use super::digest::Digest;
use super::event::Event;
use super::program::{Instruction, Program};
use super::queue::Queue;
use super::slab::{NONE, Numbered, Slab};
use super::turn::{Turn, turn_worker};
use super::world::{Chain, Edge, Lane, Line, Replica, Request, Task, World};
use crate::scenario::{EdgeId, Mode};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Observer, On};

/// What sets a span of one fiber going.
#[derive(Clone, Copy)]
pub(super) enum Start {
    /// Its call has come to this replica, or to the only one of the callee.
    Arrives { call: u32, replica: u32 },
    /// A worker that has become free takes its call.
    Follows { call: u32, replica: u32, lane: u32 },
    /// Its work is over.
    Worked { span: u32 },
    /// The call that its worker has waited for has returned.
    Answered { span: u32 },
}

/// How far a span has gone, and what is to be done then.
pub(super) enum Step {
    /// Its worker works, or has nothing to do.
    Rests,
    /// Its worker has been given to a call that waited for it.
    Passes { call: u32, replica: u32, lane: u32 },
    /// It waits for a call, which has to be sent.
    Calls(Leaving),
    /// It is over. Its worker looks for more.
    Serves { replica: u32, lane: u32 },
    /// The same, and with it its request is over.
    Closes { request: u32, replica: u32, lane: u32 },
    /// Its next instruction needs more than the straight way has.
    Turns { span: u32, replica: u32, lane: u32 },
    /// The callee has several replicas.
    Chooses { call: u32 },
    /// Something is special about the replica.
    Comes { call: u32, replica: u32 },
    /// No worker is idle.
    QueuesUp { call: u32, replica: u32 },
    /// Nothing has been done: the event needs more than the straight way has.
    Leaves,
}

/// A call that a span waits for, with or without its worker.
#[derive(Clone, Copy)]
pub(super) struct Leaving {
    pub edge: u32,
    pub mode: Mode,
    pub key: u64,
    pub request: u32,
    pub span: u32,
    pub replica: u32,
    pub lane: u32,
}

/// A span on its worker with all that its next instruction touches, looked up once.
pub(super) struct Footing<'w, O: ?Sized> {
    now: Instant,
    span: u32,
    task: &'w mut Task,
    place: &'w mut Replica,
    lane: u32,
    worker: &'w mut Lane,
    program: &'w Program,
    ziggurat: &'w Ziggurat,
    edges: &'w Numbered<Edge>,
    lines: &'w Numbered<Line>,
    requests: &'w mut Slab<Request>,
    queue: &'w mut Queue,
    digest: &'w mut Digest,
    observer: &'w mut O,
}

/// A span and its replica.
type Place<'w> = (&'w mut Task, &'w mut Replica);

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A span is set going.
    #[inline(always)]
    pub(super) fn set_going_straight(&mut self, start: Start) -> Result<Footing<'_, O>, Step> {
        let World {
            tasks,
            replicas,
            lanes,
            edges,
            lines,
            requests,
            program,
            ziggurat,
            queue,
            digest,
            ..
        } = &mut self.world;
        let (now, observer) = (queue.now(), &mut *self.observer);
        let (span, place) = match start {
            Start::Worked { span } => (span, worked(tasks, replicas, span)),
            Start::Answered { span } => (span, Ok(answered(tasks, replicas, span))),
            Start::Arrives { call, replica } => (call, arrives(tasks, replicas, edges, now, (call, replica))),
            Start::Follows { call, replica, lane } => (call, follows(tasks, replicas, (call, replica, lane))),
        };
        let (task, place) = place?;
        let begins = match start {
            Start::Arrives { .. } => {
                observer.accepted(now, task.view(span), false);
                Some(false)
            }
            Start::Follows { .. } => Some(true),
            _ => None,
        };
        if let Some(queued) = begins {
            (task.fibers, task.pc) = (1, edges[task.edge].entry);
            place.begun += 1;
            digest.note((task.lane as u64) << 32 | span as u64);
            observer.began(now, task.view(span), task.lane, queued);
        }
        let lane = task.lane;
        Ok(Footing {
            now,
            span,
            task,
            place,
            lane,
            worker: &mut lanes[lane],
            program,
            ziggurat,
            edges,
            lines,
            requests,
            queue,
            digest,
            observer,
        })
    }
}

/// The work of a span is over, and nobody waits for its core.
#[inline(always)]
fn worked<'w>(tasks: &'w mut Slab<Task>, replicas: &'w mut Numbered<Replica>, span: u32) -> Result<Place<'w>, Step> {
    let task = &mut tasks[span];
    if !task.straight {
        return Err(Step::Leaves);
    }
    let place = &mut replicas[task.replica];
    if !place.ordinary || place.core_queue.first().is_some() {
        return Err(Step::Leaves);
    }
    place.free_cores += 1;
    task.active = NONE;
    Ok((task, place))
}

/// A span that waited for nothing but this call goes on.
#[inline(always)]
fn answered<'w>(tasks: &'w mut Slab<Task>, replicas: &'w mut Numbered<Replica>, span: u32) -> Place<'w> {
    let task = &mut tasks[span];
    (task.pin, task.pinned) = (None, Chain::EMPTY);
    let place = &mut replicas[task.replica];
    (task, place)
}

/// A call has come to its replica: an idle worker takes it.
#[inline(always)]
fn arrives<'w>(
    tasks: &'w mut Slab<Task>,
    replicas: &'w mut Numbered<Replica>,
    edges: &Numbered<Edge>,
    now: Instant,
    (call, chosen): (u32, u32),
) -> Result<Place<'w>, Step> {
    let task = &mut tasks[call];
    if !task.straight {
        return Err(Step::Leaves);
    }
    let replica = if chosen == NONE {
        edges[task.edge].replica
    } else {
        chosen
    };
    if replica == NONE {
        return Err(Step::Chooses { call });
    }
    let place = &mut replicas[replica];
    if !place.ordinary || place.begun >= place.in_flight || place.waiting >= place.backlog {
        return Err(Step::Comes { call, replica });
    }
    (task.arrived, task.replica) = (now, replica);
    let worker = place.idle.take().ok_or(Step::QueuesUp { call, replica })?;
    task.lane = place.first_lane + worker;
    Ok((task, place))
}

/// The next in line gets a worker that has become free.
#[inline(always)]
fn follows<'w>(
    tasks: &'w mut Slab<Task>,
    replicas: &'w mut Numbered<Replica>,
    (call, replica, lane): (u32, u32, u32),
) -> Result<Place<'w>, Step> {
    if !tasks[call].straight {
        return Err(Step::Serves { replica, lane });
    }
    let place = &mut replicas[replica];
    place.waiting -= 1;
    place.fresh.pop(tasks);
    let task = &mut tasks[call];
    (task.lane, task.queued) = (lane, false);
    Ok((task, place))
}

impl<O: Observer + ?Sized> Footing<'_, O> {
    /// Executes its next instructions.
    #[inline(always)]
    pub(super) fn step(self) -> Step {
        loop {
            let (instruction, step) = self.program.code[self.task.pc];
            match instruction {
                Instruction::Work(sampler) => return self.work(sampler, step),
                Instruction::Call(edge) => return self.call(edge, step),
                Instruction::End => return self.end(),
                Instruction::Choose {
                    first,
                    count,
                    otherwise,
                } => {
                    let mut draw = Draw::new(self.task.key, step, Purpose::Choose);
                    let bits = draw.bits();
                    self.observer.drawn(self.now, draw.key(), bits);
                    self.task.pc = self.program.chosen(first, count, bits).unwrap_or(otherwise);
                }
                Instruction::Jump(to) => self.task.pc = to,
                _ => return self.turn(),
            }
        }
    }

    /// Its next instruction needs more than the straight way has.
    #[inline(always)]
    fn turn(self) -> Step {
        let (span, replica, lane) = (self.span, self.task.replica, self.lane);
        Step::Turns { span, replica, lane }
    }

    /// The worker does something else.
    #[inline(always)]
    fn set_lane(&mut self, is: Activity, task: u32) {
        turn_worker(self.now, self.lane, self.worker, is, task, self.digest, self.observer);
    }

    /// It works for a time from this sampler.
    #[inline(always)]
    fn work(mut self, sampler: u32, step: u32) -> Step {
        if !self.place.ordinary || self.place.free_cores == 0 {
            return self.turn();
        }
        let draw = Draw::new(self.task.key, step, Purpose::Work);
        let work = self.program.samplers[sampler].sample(self.ziggurat, draw);
        if work == Duration::ZERO {
            return self.turn();
        }
        self.place.free_cores -= 1;
        self.task.pc += 1;
        self.task.active = self.span;
        self.observer.drawn(self.now, draw.key(), work.0);
        self.set_lane(Activity::Running, self.span);
        self.queue.push_later(self.now + work, Event::WorkEnd(self.span));
        Step::Rests
    }

    /// It waits for a call over this edge, with its worker or without.
    #[inline(always)]
    fn call(self, edge: u32, step: u32) -> Step {
        let Edge { straight, mode, .. } = self.edges[edge];
        if !straight || self.task.fibers != 1 {
            return self.turn();
        }
        let Footing { task, span, lane, .. } = self;
        task.pc += 1;
        if mode == Mode::Sync {
            task.pin = Some(On::Edge(EdgeId(edge)));
            (task.before, task.after) = (NONE, NONE);
            (task.pinned.first, task.pinned.last) = (span, span);
        } else {
            task.lane = NONE;
        }
        Step::Calls(Leaving {
            edge,
            mode,
            key: mix(task.key, (step as u64) << 8 | Purpose::Call as u64),
            request: task.request,
            span,
            replica: task.replica,
            lane,
        })
    }

    /// Nothing but its reply is left to do, and that takes no time.
    #[inline(always)]
    fn ends_plainly(&self) -> bool {
        let task = &self.task;
        let plain = task.straight && task.fibers == 1 && !task.responded && !task.wrote && task.frame == NONE;
        plain && self.lines[task.line].instant
    }

    /// It is over, and its reply leaves; its worker takes the next in line, or has nothing to do.
    #[inline(always)]
    fn end(mut self) -> Step {
        if !self.ends_plainly() {
            return self.turn();
        }
        let Footing { now, span, lane, .. } = self;
        // The callee's side lets go of it, and the reply takes hold.
        (self.task.fibers, self.task.responded, self.task.lane) = (0, true, NONE);
        self.task.reply = Ok(());
        self.observer.responded(now, self.task.view(span), true);
        self.digest.note((span as u64) << 1 ^ 0x2E << 56);
        self.queue.push_now(Event::Reply(span));
        self.digest.note((span as u64) << 1);
        self.observer.ended(now, self.task.view(span), true);
        let (request, replica) = (self.task.request, self.task.replica);
        self.place.begun -= 1;
        let requested = &mut self.requests[request];
        requested.open -= 1;
        if requested.open == 0 && requested.outcome.is_some() {
            return Step::Closes { request, replica, lane };
        }
        let place = &mut *self.place;
        if !place.ordinary || place.resumed.first().is_some() {
            return Step::Serves { replica, lane };
        }
        match place.fresh.first() {
            None => {
                place.idle.put(lane - place.first_lane);
                self.set_lane(Activity::Idle, NONE);
                Step::Rests
            }
            Some(call) if place.begun < place.in_flight => Step::Passes { call, replica, lane },
            Some(_) => Step::Serves { replica, lane },
        }
    }
}
