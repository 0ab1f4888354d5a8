//! A replica that dies: everything that was there is lost, and everybody who waited for it learns so.
//!
//! ```text
//! its callers          see `reset`                     its workers    idle, and cold again
//! its calls            are closed with `reset`;        its messages   go back to their channels
//!                      their callees work on           its pools      get back what its spans held
//! ```
//!
//! Law: nothing that belonged to a dead span happens any more. All counts still add up: a span that dies has failed.

use super::event::Event;
use super::gate::Gate;
use super::guard::Stage;
use super::slab::{Fifo, NONE};
use super::turn::Turn;
use super::world::Task;
use crate::scenario::Mode;
use crate::trace::{Activity, Attempt, Cause, Observer};

/// What dies with a replica.
struct Doomed {
    /// Spans and jobs, by slot.
    roots: Vec<u32>,
    /// Whether a slot is one of them.
    is_root: Vec<bool>,
    gates: Vec<u32>,
    /// Those of them that no worker had begun.
    waited: Vec<u32>,
    /// Jobs that had not come to their threads.
    unseen: Vec<u32>,
}

impl Doomed {
    fn has(&self, root: u32) -> bool {
        self.is_root.get(root as usize).is_some_and(|is| *is)
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A replica dies with everything on it.
    #[inline(never)]
    pub(super) fn crash(&mut self, replica: u32) {
        let mut doomed = self.doom(replica);
        self.call_off(&mut doomed);
        self.clear_lanes(replica);
        self.close_calls(&doomed);
        self.close_guards(&doomed);
        let fibers = self.fibers_of(&doomed);
        self.let_go_of_pools(&doomed, &fibers);
        for fiber in fibers {
            self.bury_branch(fiber);
        }
        for root in doomed.roots.iter().copied() {
            let waited = doomed.waited.contains(&root);
            if self.world.tasks[root].span == root {
                self.bury_span(root, waited);
            } else {
                self.bury_job(root, waited, doomed.unseen.contains(&root));
            }
        }
        self.forget_answers(replica);
    }

    /// Who is at a replica: begun, queued, or on its offload threads.
    fn doom(&self, replica: u32) -> Doomed {
        let station = self.world.replicas[replica].offload;
        let tasks = &self.world.tasks;
        let here = |slot: &u32| {
            let task = &tasks[*slot];
            let there = task.replica == replica || task.replica == station && station != NONE;
            task.root == *slot && there && (task.queued || task.fibers > 0)
        };
        // The oldest of several deliveries comes last, so that it will lie before the others.
        let mut numbered: Vec<(u64, u32)> = Vec::new();
        for root in (0..tasks.slots()).filter(here) {
            let number = match tasks[root].delivery {
                NONE => 0,
                message => self.world.messages[message].number,
            };
            let place = numbered.partition_point(|(other, _)| *other >= number);
            numbered.insert(place, (number, root));
        }
        let roots: Vec<u32> = numbered.into_iter().map(|(_, root)| root).collect();
        let mut is_root = vec![false; tasks.slots() as usize];
        roots.iter().for_each(|root| is_root[*root as usize] = true);
        Doomed {
            roots,
            is_root,
            waited: [replica, station]
                .into_iter()
                .filter(|index| *index != NONE)
                .flat_map(|index| self.world.replicas[index].fresh.slots(tasks))
                .collect(),
            gates: self.gates_of(replica),
            unseen: Vec::new(),
        }
    }

    /// What was scheduled for the dead will not happen.
    fn call_off(&mut self, doomed: &mut Doomed) {
        let gone = self.world.extract(&|world, event| match event {
            Event::WorkEnd(fiber) | Event::WaitEnd(fiber) => doomed.has(world.tasks[fiber].root),
            Event::Offload(job) => doomed.has(job),
            Event::Guard(guard) => doomed.gates.contains(&world.guards[guard].gate),
            Event::Connected(ticket) => doomed.gates.contains(&world.guards[world.setups[ticket].0].gate),
            _ => false,
        });
        let tasks = &self.world.tasks;
        self.world.frozen.retain(|frozen| !doomed.has(tasks[frozen.fiber].root));
        for (_, event) in gone {
            match event {
                Event::Connected(ticket) => {
                    let (guard, _) = self.world.setups[ticket];
                    self.world.setups.remove(ticket);
                    self.let_go_of_guard(guard);
                }
                Event::Offload(job) => doomed.unseen.push(job),
                _ => {}
            }
        }
    }

    /// All workers of a replica are free, and its queues empty.
    fn clear_lanes(&mut self, replica: u32) {
        self.change_sharing(replica, |shared| shared.clear());
        for index in [replica, self.world.replicas[replica].offload] {
            if index == NONE {
                continue;
            }
            let (first, count) = {
                let place = &self.world.replicas[index];
                (place.first_lane, place.workers)
            };
            (first..first + count).for_each(|lane| self.set_lane(lane, Activity::Idle, NONE));
            let place = &mut self.world.replicas[index];
            place.relieve();
            (place.fresh, place.resumed, place.core_queue) = (Fifo::EMPTY, Fifo::EMPTY, Fifo::EMPTY);
            (place.waiting, place.begun, place.free_cores) = (0, 0, place.cores);
        }
    }

    /// Calls without policies that the dead waited for. The callees work on.
    fn close_calls(&mut self, doomed: &Doomed) {
        for call in 0..self.world.tasks.slots() {
            let task = &self.world.tasks[call];
            let open = task.holds > 0 && task.awaited && task.attempt == Attempt::Only;
            if open && doomed.has(task.parent) {
                self.disarm_call(call);
                self.world.tasks[call].awaited = false;
                self.world.digest.note(((call as u64) << 2) | (1 + Cause::Reset as u64));
                self.observer
                    .returned(self.now(), self.world.view(call), Err(Cause::Reset));
                self.release(call);
            }
        }
    }

    /// Calls with policies that the dead had begun; the gates forget everything.
    fn close_guards(&mut self, doomed: &Doomed) {
        for guard in 0..self.world.guards.slots() {
            let entry = &self.world.guards[guard];
            if entry.holds > 0 && entry.stage != Stage::Over && doomed.gates.contains(&entry.gate) {
                self.close_guard(guard);
            }
        }
        for gate in &doomed.gates {
            let gate = std::mem::replace(&mut self.world.gates[*gate], Gate::new());
            for (guard, _) in gate.connections.waiting {
                self.let_go_of_guard(guard);
            }
        }
    }

    /// Ends the dead fibers' part in forks, and leaves their frames, for what they held.
    fn let_go_of_pools(&mut self, doomed: &Doomed, fibers: &[u32]) {
        for pool in 0..self.world.pools.len() as u32 {
            let tasks = &self.world.tasks;
            if self.world.pools[pool].forget(|fiber| doomed.has(tasks[fiber].root)) {
                self.tell_pool(pool);
            }
        }
        for fiber in fibers {
            self.drop_frames(*fiber);
        }
    }

    /// All fibers of the dead, roots first among those of one slot order.
    fn fibers_of(&self, doomed: &Doomed) -> Vec<u32> {
        let tasks = &self.world.tasks;
        let dead = |slot: &u32| {
            let task = &tasks[*slot];
            (task.root == *slot || task.holds > 0) && doomed.has(task.root)
        };
        (0..tasks.slots()).filter(dead).collect()
    }

    fn bury_branch(&mut self, fiber: u32) {
        let Task { root, join, .. } = self.world.tasks[fiber];
        if root == fiber {
            return;
        }
        let fork = &mut self.world.joins[join];
        fork.left -= 1;
        if fork.left == 0 {
            self.world.joins.remove(join);
        }
        self.world.tasks[fiber].holds = 0;
        self.world.tasks.remove(fiber);
    }

    fn bury_job(&mut self, job: u32, waited: bool, unseen: bool) {
        // Its steps may be over, while branches that nobody needed went on.
        if !unseen && !self.world.tasks[job].responded {
            let view = self.world.job(job);
            self.observer.job_crashed(self.now(), view, waited);
        }
        let task = &mut self.world.tasks[job];
        (task.fibers, task.queued) = (0, false);
        self.world.tasks.remove(job);
    }

    /// A dead span has failed, and whoever waits for it learns so.
    fn bury_span(&mut self, span: u32, waited: bool) {
        let task = &mut self.world.tasks[span];
        let responded = std::mem::replace(&mut task.responded, true);
        (task.fibers, task.queued, task.failed) = (0, false, true);
        (task.lane, task.active) = (NONE, NONE);
        let (mode, delivery) = (task.mode, task.delivery);
        self.world.digest.note((span as u64) << 1 | 1);
        self.observer.crashed(self.now(), self.world.view(span), waited);
        if delivery != NONE {
            self.parcel_crashed(span);
            return;
        }
        match mode {
            _ if responded => {}
            Mode::Poll => self.keep_answer(span, Err(Cause::Reset)),
            _ => self.answer(span, Err(Cause::Reset)),
        }
        self.work_of_call_ended(span);
    }

    /// Answers that were kept for callers that poll are gone.
    fn forget_answers(&mut self, replica: u32) {
        for call in 0..self.world.tasks.slots() {
            let task = &mut self.world.tasks[call];
            if task.holds > 0 && task.mode == Mode::Poll && task.replica == replica && task.awaited && task.done {
                task.reply = Err(Cause::Reset);
            }
        }
    }
}
