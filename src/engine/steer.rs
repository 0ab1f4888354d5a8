//! Where a fiber goes on: choices, repeats, sagas, and what it leaves when it fails.
//!
//! ```text
//! fiber ─▶ frame ─▶ frame ─▶ none        the innermost first: a repeat, a hold or a saga that it is in
//! ```
//!
//! Law: nothing here takes time. A fiber that fails leaves its frames from the inside, and stops at a saga that has
//! something to undo.

use super::INSTANT_LIMIT;
use super::chance::{Draw, Purpose, mix};
use super::frame::{Frame, Inside};
use super::program::{Address, Instruction};
use super::slab::NONE;
use super::turn::Turn;
use super::world::World;
use crate::trace::Observer;

impl World {
    /// Whether a fiber takes something back, which it does however little its work is wanted.
    #[inline(never)]
    pub(super) fn undoes(&self, fiber: u32) -> bool {
        let some = |frame: u32| Some(frame).filter(|frame| *frame != NONE);
        let mut frames = std::iter::successors(some(self.tasks[fiber].frame), |frame| some(self.frames[*frame].outer));
        frames.any(|frame| matches!(self.frames[frame].inside, Inside::Saga { undoing: true, .. }))
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// What takes no time and is no call: where a fiber goes on. Nowhere after too many rounds, with which the run ends.
    #[inline(never)]
    pub(super) fn steer(&mut self, fiber: u32, control: Instruction, step: u32) -> bool {
        let key = self.world.tasks[fiber].key;
        match control {
            Instruction::Jump(to) => self.world.tasks[fiber].pc = to,
            Instruction::Respond => self.respond(self.world.span_of(fiber), Ok(())),
            Instruction::Choose {
                first,
                count,
                otherwise,
            } => {
                let bits = self.draw_bits(key, step, Purpose::Choose);
                let chosen = self.world.program.chosen(first, count, bits);
                self.world.tasks[fiber].pc = chosen.unwrap_or(otherwise);
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
        self.world.rounds <= INSTANT_LIMIT
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
        self.world.rounds += 1;
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
    pub(super) fn unwind(&mut self, fiber: u32) -> bool {
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
}

/// The key of one iteration of a repeat.
fn iteration_key(outer: u64, step: u32, iteration: u32) -> u64 {
    mix(
        mix(outer, (step as u64) << 8 | Purpose::Iteration as u64),
        iteration as u64,
    )
}
