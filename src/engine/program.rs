//! Operations compiled to one flat list of instructions.
//!
//! ```text
//! [work, parallel [[call a], [call b]], respond]   ▶   0 Work   1 Fork ─▶ {2, 4}   2 Call a   3 EndBranch
//!                                                      4 Call b  5 EndBranch  6 Respond  7 End
//! ```
//!
//! Law: an instruction carries the number of the step that a person wrote, counted through its operation, and
//! draws are keyed by that number; so nothing that is compiled otherwise draws otherwise.

use super::chance::{Geometric, Odds, Sampler};
use super::slab::Numbered;
use crate::scenario::{Dist, Runtime, SagaStep, Scenario, Step, Times};

/// An index into [`Program::code`].
pub type Address = u32;

/// What a fiber does next.
#[derive(Clone, Copy, Debug)]
pub enum Instruction {
    /// Occupies the worker for a time drawn from this sampler.
    Work(u32),
    /// Waits for a time drawn from this sampler.
    Wait(u32),
    /// Calls over this edge.
    Call(u32),
    /// Starts the branches at `count` entries of the table and waits until `need` of them have succeeded.
    Fork {
        first: u32,
        count: u32,
        need: u32,
    },
    EndBranch,
    Respond,
    /// Takes one of `count` entries of the table of choices, or goes on at `otherwise`.
    Choose {
        first: u32,
        count: u32,
        otherwise: Address,
    },
    Jump(Address),
    /// Runs the instructions up to `end` a fixed number of times.
    Repeat {
        times: u32,
        end: Address,
    },
    /// The same with a number that is drawn.
    RepeatGeometric {
        times: u32,
        end: Address,
    },
    /// The end of a repeated body that begins there.
    Again(Address),
    Fail(Odds),
    /// Takes one of this pool (of all services, in order) for as long as the frame that it makes.
    Hold(u32),
    GiveBack,
    /// Takes one of this pool for the request.
    Acquire(u32),
    Release(u32),
    /// Begins a saga whose `count` undos begin at these entries of the table.
    Saga {
        first: u32,
        count: u32,
    },
    /// A step of a saga is done; behind the last one it goes on at `end`.
    Done {
        end: Address,
    },
    /// The owner changes this item; a service looks at it; a service brings its copy up to date.
    Write(u32),
    Read(u32),
    Apply(u32),
    /// Runs the instructions up to `end` on an offload thread.
    Offload {
        end: Address,
    },
    /// An undo is over, well or not.
    Undone,
    End,
}

impl Instruction {
    /// Whether it only says what comes next, or gives back.
    pub fn is_control(&self) -> bool {
        use Instruction::*;
        matches!(
            self,
            Choose { .. } | Jump(_) | Repeat { .. } | RepeatGeometric { .. } | Again(_) | GiveBack | Release(_)
        ) || matches!(self, Saga { .. } | Done { .. } | Undone | End | EndBranch)
    }
}

/// All operations of a scenario.
#[derive(Default)]
pub struct Program {
    /// Each instruction with the number of its step.
    pub code: Numbered<(Instruction, u32)>,
    pub samplers: Numbered<Sampler>,
    pub geometrics: Numbered<Geometric>,
    /// Where branches of forks begin.
    pub branches: Numbered<Address>,
    /// Cumulated odds of choices, and where each begins.
    pub choices: Vec<(Odds, Address)>,
    /// Where the undos of sagas begin.
    pub undos: Numbered<Address>,
    /// The first pool of the service whose operations are being compiled.
    first_pool: u32,
    /// That service, and whether it has offload threads.
    service: u32,
    offloads: bool,
    /// Which items are written and applied by which services.
    pub writes: Vec<(u32, u32)>,
    pub applies: Vec<(u32, u32)>,
    /// Where each operation begins, service by service.
    pub entries: Vec<Vec<Address>>,
    /// An operation without steps.
    pub nothing: Address,
    /// Where a fiber goes on whose call has failed, or whose work is not wanted any more.
    pub failure: Address,
}

impl Program {
    /// Which of `count` entries of the table of choices, from `first` on, these 64 bits take, if any.
    #[inline(always)]
    pub fn chosen(&self, first: u32, count: u32, bits: u64) -> Option<Address> {
        let options = &self.choices[first as usize..(first + count) as usize];
        options.iter().find(|(odds, _)| odds.hit(bits)).map(|(_, to)| *to)
    }

    /// Compiles every operation of `scenario`.
    pub fn new(scenario: &Scenario) -> Program {
        let mut program = Program::default();
        for service in &scenario.services {
            program.offloads = service.offload > 0 && matches!(service.runtime, Runtime::Loop(_));
            let entries = service
                .operations
                .iter()
                .map(|operation| program.operation(&operation.steps))
                .collect();
            program.entries.push(entries);
            program.first_pool += service.pools.len() as u32;
            program.service += 1;
        }
        program.nothing = program.here();
        program.emit(Instruction::End, 1);
        program.failure = program.here();
        program.emit(Instruction::Undone, 1);
        program
    }

    /// Keeps a distribution and yields its index.
    pub fn sampler(&mut self, dist: &Dist) -> u32 {
        self.samplers.push(Sampler::new(dist));
        self.samplers.len() as u32 - 1
    }

    fn operation(&mut self, steps: &[Step]) -> Address {
        let entry = self.code.len() as Address;
        let mut number = 0;
        self.steps(steps, &mut number);
        self.emit(Instruction::End, number + 1);
        entry
    }

    fn steps(&mut self, steps: &[Step], number: &mut u32) {
        for step in steps {
            *number += 1;
            self.step(step, number);
        }
    }

    fn step(&mut self, step: &Step, number: &mut u32) {
        let own = *number;
        match step {
            Step::Work(dist) => {
                let sampler = self.sampler(dist);
                self.emit(Instruction::Work(sampler), own);
            }
            Step::Wait(dist) => {
                let sampler = self.sampler(dist);
                self.emit(Instruction::Wait(sampler), own);
            }
            Step::Call(edge) => self.emit(Instruction::Call(edge.0), own),
            Step::Parallel { branches, join } => self.parallel(branches, *join, number),
            Step::Respond => self.emit(Instruction::Respond, own),
            Step::Choose(options) => self.choose(options, number),
            Step::Repeat { times, body } => self.repeat(*times, body, number),
            Step::Fail(probability) => self.emit(Instruction::Fail(Odds::new(*probability)), own),
            Step::Hold { pool, body } => {
                self.emit(Instruction::Hold(self.first_pool + pool), own);
                self.steps(body, number);
                self.emit(Instruction::GiveBack, own);
            }
            Step::Acquire(pool) => self.emit(Instruction::Acquire(self.first_pool + pool), own),
            Step::Release(pool) => self.emit(Instruction::Release(self.first_pool + pool), own),
            Step::Saga(parts) => self.saga(parts, number),
            Step::Write(item) => {
                self.writes.push((item.0, self.service));
                self.emit(Instruction::Write(item.0), own);
            }
            Step::Read(item) => self.emit(Instruction::Read(item.0), own),
            Step::Apply(item) => {
                self.applies.push((item.0, self.service));
                self.emit(Instruction::Apply(item.0), own);
            }
            Step::Offload(body) => self.offload(body, number),
        }
    }

    fn parallel(&mut self, branches: &[Vec<Step>], need: u32, number: &mut u32) {
        let (first, count) = (self.branches.len() as u32, branches.len() as u32);
        self.emit(Instruction::Fork { first, count, need }, *number);
        self.branches.extend(std::iter::repeat_n(0, branches.len()));
        let over = self.reserve(*number);
        for (index, branch) in (first..).zip(branches) {
            self.branches[index] = self.here();
            self.steps(branch, number);
            self.emit(Instruction::EndBranch, *number);
        }
        self.code[over].0 = Instruction::Jump(self.here());
    }

    /// All steps in a row, then all undos; each undo ends by looking for the one before.
    fn saga(&mut self, parts: &[SagaStep], number: &mut u32) {
        let (own, first, count) = (*number, self.undos.len() as u32, parts.len() as u32);
        self.emit(Instruction::Saga { first, count }, own);
        self.undos.extend(std::iter::repeat_n(0, parts.len()));
        let mut dones = Vec::new();
        for part in parts {
            self.steps(&part.step, number);
            dones.push(self.reserve(own));
        }
        for (index, part) in (first..).zip(parts) {
            self.undos[index] = self.here();
            self.steps(&part.undo, number);
            self.emit(Instruction::Undone, own);
        }
        let end = self.here();
        for done in dones {
            self.code[done].0 = Instruction::Done { end };
        }
    }

    /// Where there are no offload threads, the steps run where they stand.
    fn offload(&mut self, body: &[Step], number: &mut u32) {
        if !self.offloads {
            self.steps(body, number);
            return;
        }
        let (own, head) = (*number, self.reserve(*number));
        self.steps(body, number);
        self.emit(Instruction::EndBranch, own);
        self.code[head].0 = Instruction::Offload { end: self.here() };
    }

    fn choose(&mut self, options: &[(f64, Vec<Step>)], number: &mut u32) {
        let (first, count) = (self.choices.len() as u32, options.len() as u32);
        let (own, head) = (*number, self.reserve(*number));
        let mut sum = 0.0;
        for (probability, _) in options {
            sum += probability;
            self.choices.push((Odds::new(sum.min(1.0)), 0));
        }
        let mut exits = Vec::new();
        for (index, (_, body)) in options.iter().enumerate() {
            self.choices[first as usize + index].1 = self.here();
            self.steps(body, number);
            exits.push(self.reserve(own));
        }
        let otherwise = self.here();
        self.code[head].0 = Instruction::Choose {
            first,
            count,
            otherwise,
        };
        for exit in exits {
            self.code[exit].0 = Instruction::Jump(otherwise);
        }
    }

    fn repeat(&mut self, times: Times, body: &[Step], number: &mut u32) {
        let (own, head) = (*number, self.reserve(*number));
        self.steps(body, number);
        self.emit(Instruction::Again(head + 1), own);
        let end = self.here();
        self.code[head].0 = match times {
            Times::Fixed(times) => Instruction::Repeat { times, end },
            Times::Geometric(mean) => {
                self.geometrics.push(Geometric::new(mean));
                Instruction::RepeatGeometric {
                    times: self.geometrics.len() as u32 - 1,
                    end,
                }
            }
        };
    }

    fn here(&self) -> Address {
        self.code.len() as Address
    }

    fn emit(&mut self, instruction: Instruction, step: u32) {
        self.code.push((instruction, step));
    }

    /// A place whose instruction is known only later.
    fn reserve(&mut self, step: u32) -> Address {
        self.emit(Instruction::End, step);
        self.here() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::EdgeId;
    use crate::time::Duration;

    fn check(steps: &[Step], expected: &str) {
        let mut program = Program::default();
        program.operation(steps);
        let listing: Vec<String> = program.code.iter().map(|(i, step)| format!("{step} {i:?}")).collect();
        assert_eq!(listing.join("\n"), expected);
    }

    #[test]
    fn steps_are_numbered_as_they_were_written() {
        let work = || Step::Work(Dist::Constant(Duration(1)));
        check(
            &[
                work(),
                Step::Repeat {
                    times: Times::Fixed(3),
                    body: vec![Step::Call(EdgeId(4))],
                },
                work(),
            ],
            "1 Work(0)\n2 Repeat { times: 3, end: 4 }\n3 Call(4)\n2 Again(2)\n4 Work(1)\n5 End",
        );
    }

    #[test]
    fn a_choice_without_a_hit_goes_on_behind_it() {
        check(
            &[Step::Choose(vec![(0.5, vec![Step::Respond]), (0.25, vec![])])],
            "1 Choose { first: 0, count: 2, otherwise: 4 }\n2 Respond\n1 Jump(4)\n1 Jump(4)\n3 End",
        );
    }

    #[test]
    fn branches_lie_behind_the_fork_that_jumps_over_them() {
        check(
            &[Step::Parallel {
                branches: vec![vec![Step::Call(EdgeId(0))], vec![Step::Respond]],
                join: 2,
            }],
            "1 Fork { first: 0, count: 2, need: 2 }\n1 Jump(6)\n2 Call(0)\n2 EndBranch\n3 Respond\n3 EndBranch\n4 End",
        );
    }
}
