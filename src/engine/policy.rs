//! Calls that are guarded by policies: what happens before an attempt, between attempts, and instead of an outcome.
//!
//! ```text
//! call ─▶ Guard ─▶ breaker? limit? rate? ─▶ attempt ─▶ connection ─▶ Task (over the network)
//!           ▲  ╰ no: fails at once             ├ timeout, deadline: gives up      ╰ hedge: a second Task
//!           └──── backoff ◀── retry? ◀─────────┘
//! outcome ◀─ fallback? ◀─ no more attempts
//! ```
//!
//! Law: outermost first: fallback, retry, breaker, limit, rate, timeout, hedge, connection, network. A call has one
//! outcome however many attempts it takes. Draws of the first attempt are those of a call without policies.

use super::call::Ties;
use super::chance::{Draw, Purpose, mix};
use super::event::Event;
use super::guard::{Guard, Stage};
use super::queue::Handle;
use super::slab::NONE;
use super::turn::Turn;
use crate::scenario::{Cause, Deadline, EdgeId, Fallback, Mode};
use crate::time::{Duration, Instant};
use crate::trace::{Attempt, Guarded, Observer};

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// What an observer may know of a guarded call.
    fn guarded(&self, slot: u32) -> Guarded {
        let guard = &self.world.guards[slot];
        Guarded {
            slot,
            edge: EdgeId(guard.edge),
            mode: guard.mode,
            parent: (guard.parent != NONE).then_some(guard.parent),
            request: guard.request,
            since: guard.since,
            counted: self.world.requests[guard.request].counted,
        }
    }

    /// Begins a call over an edge with policies, and yields whether somebody waits for its outcome.
    #[inline(never)]
    pub(super) fn call_guarded(
        &mut self,
        edge: u32,
        key: u64,
        request: u32,
        caller: u32,
        parent: u32,
        outer: u32,
    ) -> bool {
        let now = self.now();
        let entry = &self.world.edges[edge];
        let (rules, mode, line) = (entry.rules, entry.mode, entry.line);
        let gate = entry.first_gate + self.place_of(parent);
        let waits = mode != Mode::Oneway;
        let deadline = self.deadline_of(rules, parent);
        if let Some(budget) = self.world.rules[rules].budget {
            self.world.gates[gate].earn(budget);
        }
        self.world.requests[request].open += 1;
        if parent != NONE {
            // The caller's span keeps its slot as long as somebody may name it.
            self.world.tasks[parent].holds += 1;
        }
        let root = match (caller, outer) {
            (NONE, NONE) => parent,
            (NONE, outer) => self.world.guards[outer].root,
            (caller, _) => self.world.tasks[caller].root,
        };
        let slot = self.world.guards.insert(Guard {
            key,
            edge,
            rules,
            gate,
            request,
            caller: if waits { caller } else { NONE },
            outer,
            parent,
            root,
            mode,
            awaited: waits,
            line,
            since: now,
            deadline,
            attempts: 0,
            tries: [NONE; 2],
            hedged: false,
            pending: [false; 2],
            pause: Duration::ZERO,
            timers: [Handle::NONE; 2],
            age: 0,
            outcome: Ok(()),
            stage: Stage::Between,
            done: false,
            holds: 1,
        });
        self.world.digest.note((edge as u64) << 32 | slot as u64 ^ 0x5A << 56);
        self.observer.called(now, self.guarded(slot));
        self.attempt(slot);
        if !waits && self.world.guards[slot].pending[0] {
            // It is sent as soon as it has a connection.
            let guard = &mut self.world.guards[slot];
            (guard.caller, guard.awaited) = (caller, true);
            return true;
        }
        waits
    }

    /// When a call by these rules is too late, from a span that may have a deadline itself.
    fn deadline_of(&self, rules: u32, parent: u32) -> Instant {
        let limit = match parent {
            NONE => Instant::NEVER,
            parent => self.world.tasks[parent].deadline,
        };
        match self.world.rules[rules].deadline {
            None => Instant::NEVER,
            Some(Deadline::Propagate) => limit,
            Some(Deadline::After(time)) => limit.min(self.now() + time),
        }
    }

    /// Which of the caller's replicas this is; a client is one.
    fn place_of(&self, parent: u32) -> u32 {
        if parent == NONE {
            return 0;
        }
        let replica = self.world.tasks[parent].replica;
        replica - self.world.services[self.world.replicas[replica].service].first_replica
    }

    /// Makes one more attempt, or finds that none may be made now.
    fn attempt(&mut self, slot: u32) {
        let now = self.now();
        let guard = &mut self.world.guards[slot];
        guard.attempts += 1;
        guard.stage = Stage::Between;
        let rules = &self.world.rules[guard.rules];
        let gate = &mut self.world.gates[guard.gate];
        let before = gate.breaker.passage;
        let in_time = now < guard.deadline;
        let fuse = rules.breaker.as_ref().filter(|_| in_time);
        let admitted = fuse.is_none_or(|fuse| gate.breaker.admits(now, fuse));
        // The breaker learns only of what it has let pass.
        guard.age = if admitted && in_time {
            gate.breaker.age
        } else {
            u32::MAX
        };
        let after = gate.breaker.passage;
        let refusal = if !in_time {
            Some(Cause::Deadline)
        } else if !admitted {
            Some(Cause::Breaker)
        } else if gate.under_way >= rules.limit {
            Some(Cause::Limit)
        } else if rules.gap.is_some_and(|gap| !gate.is_within(now, gap)) {
            Some(Cause::Rate)
        } else {
            None
        };
        let edge = guard.edge;
        if let Some(cause) = refusal {
            guard.outcome = Err(cause);
            self.world.queue.push(now, Event::Guard(slot));
        } else {
            gate.under_way += 1;
            guard.stage = Stage::Attempt;
            (guard.hedged, guard.pending) = (false, [false; 2]);
            let give_up = rules
                .timeout
                .map_or(Instant::NEVER, |timeout| now + timeout)
                .min(guard.deadline);
            let hedge = rules.hedge;
            self.arm(slot, 0, give_up);
            self.arm(slot, 1, hedge.map_or(Instant::NEVER, |hedge| now + hedge));
            self.connect(slot, 0);
        }
        self.tell_breaker(edge, slot, before, after);
    }

    /// Sets the timeout (0) or the hedge (1) of an attempt whose outcome somebody waits for.
    fn arm(&mut self, slot: u32, timer: usize, at: Instant) {
        if at == Instant::NEVER || self.world.guards[slot].mode == Mode::Oneway {
            return;
        }
        let event = [Event::GiveUp(slot), Event::Hedge(slot)][timer];
        self.world.guards[slot].timers[timer] = self.world.queue.push_cancellable(at, event);
    }

    fn disarm(&mut self, slot: u32) {
        for timer in 0..2 {
            let handle = std::mem::replace(&mut self.world.guards[slot].timers[timer], Handle::NONE);
            if handle != Handle::NONE {
                self.world.queue.cancel(handle);
            }
        }
    }

    /// The place of a try in the story: the first one's is that of the call.
    pub(super) fn try_key(&self, slot: u32, which: u32) -> u64 {
        let Guard { key, attempts, .. } = self.world.guards[slot];
        let key = match attempts {
            0 | 1 => key,
            n => mix(mix(key, Purpose::Attempt as u64), n as u64),
        };
        match which {
            0 => key,
            _ => mix(key, Purpose::Hedge as u64),
        }
    }

    /// A try goes over the network.
    #[inline(never)]
    pub(super) fn launch(&mut self, slot: u32, which: u32) {
        let key = self.try_key(slot, which);
        let guard = &mut self.world.guards[slot];
        guard.holds += 1;
        guard.hedged |= which == 1;
        guard.pending[which as usize] = false;
        let Guard {
            edge,
            deadline,
            attempts,
            mode,
            ..
        } = *guard;
        let call = self.world.outgoing_of(slot, edge, key);
        let ties = Ties {
            guard: slot,
            deadline,
            attempt: match (which, attempts) {
                (1, _) => Attempt::Hedge,
                (_, 1) => Attempt::First,
                _ => Attempt::Retry,
            },
            ..Ties::NONE
        };
        let task = self.send_tied(call, &ties);
        if mode == Mode::Oneway {
            self.world.guards[slot].outcome = Ok(());
            self.world.queue.push(self.now(), Event::Guard(slot));
        } else {
            self.world.guards[slot].tries[which as usize] = task;
        }
    }

    /// No success for a while: a second try.
    pub(super) fn hedge(&mut self, slot: u32) {
        self.world.guards[slot].timers[1] = Handle::NONE;
        self.connect(slot, 1);
    }

    /// A try has its outcome.
    #[inline(never)]
    pub(super) fn try_returned(&mut self, slot: u32, task: u32, outcome: Result<(), Cause>) {
        let guard = &mut self.world.guards[slot];
        if guard.stage == Stage::Fallback {
            guard.stage = Stage::Over;
            self.conclude_guard(slot, outcome, true);
            return;
        }
        let Some(which) = guard.tries.iter().position(|other| *other == task) else {
            return;
        };
        guard.tries[which] = NONE;
        let (gate, other) = (guard.gate, guard.tries[1 - which]);
        let decided = outcome.is_ok() || other == NONE && !guard.pending[1 - which];
        if decided {
            guard.stage = Stage::Between;
        }
        if self.world.rules[guard.rules].has_connections() {
            self.pass_connection(gate);
        }
        if !decided {
            return;
        }
        if other != NONE {
            self.give_up_try(slot, 1 - which, Cause::Timeout);
        }
        self.attempt_over(slot, outcome);
    }

    /// The caller waits no longer for a try; the callee works on, unless it is told.
    fn give_up_try(&mut self, slot: u32, which: usize, cause: Cause) {
        let task = std::mem::replace(&mut self.world.guards[slot].tries[which], NONE);
        if task == NONE {
            return;
        }
        let Guard { rules, gate, .. } = self.world.guards[slot];
        let (cancel, connects) = {
            let rules = &self.world.rules[rules];
            (rules.cancel, rules.has_connections())
        };
        if connects {
            self.close_connection(gate);
        }
        self.abandon(task, cause, cancel);
    }

    /// The timeout or the deadline of an attempt has come.
    #[inline(never)]
    pub(super) fn give_up(&mut self, slot: u32) {
        self.world.guards[slot].timers[0] = Handle::NONE;
        self.world.guards[slot].stage = Stage::Between;
        let late = self.now() >= self.world.guards[slot].deadline;
        let cause = if late { Cause::Deadline } else { Cause::Timeout };
        self.give_up_try(slot, 0, cause);
        self.give_up_try(slot, 1, cause);
        self.attempt_over(slot, Err(cause));
    }

    /// An attempt that left has its outcome.
    fn attempt_over(&mut self, slot: u32, outcome: Result<(), Cause>) {
        self.disarm(slot);
        let gate = self.world.guards[slot].gate;
        self.world.gates[gate].under_way -= 1;
        self.judge(slot, outcome);
    }

    /// The breaker learns of an attempt; then comes a retry, a fallback, or the end.
    #[inline(never)]
    fn judge(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let now = self.now();
        let Guard {
            rules,
            gate,
            age,
            edge,
            attempts,
            parent,
            deadline,
            ..
        } = self.world.guards[slot];
        let wanted = now < deadline && !self.world.is_cancelled(parent);
        let rules = &self.world.rules[rules];
        let gate = &mut self.world.gates[gate];
        let before = gate.breaker.passage;
        if let Some(fuse) = &rules.breaker {
            gate.breaker.learn(now, outcome.is_ok(), age, fuse);
        }
        let after = gate.breaker.passage;
        let again = match outcome {
            Err(cause) => rules.on >> cause as u16 & 1 == 1 && attempts < rules.attempts,
            Ok(()) => false,
        };
        let again = again && wanted && (rules.budget.is_none() || gate.spend());
        self.tell_breaker(edge, slot, before, after);
        if again {
            self.pause(slot);
        } else {
            self.settle_call(slot, outcome);
        }
    }

    fn pause(&mut self, slot: u32) {
        let key = self.try_key(slot, 0);
        let draw = Draw::new(key, 0, Purpose::Backoff);
        let Guard {
            rules, attempts, pause, ..
        } = self.world.guards[slot];
        let pause = self.world.rules[rules].pause(attempts, pause, draw);
        let guard = &mut self.world.guards[slot];
        (guard.pause, guard.stage) = (pause, Stage::Pause);
        // At its deadline it is over.
        let until = guard.deadline.min(self.world.queue.now() + pause);
        self.world.queue.push(until, Event::Guard(slot));
    }

    /// What was scheduled for a guard: an attempt that never left is over, or a pause.
    #[inline(never)]
    pub(super) fn guard_due(&mut self, slot: u32) {
        let guard = &self.world.guards[slot];
        match guard.stage {
            Stage::Pause => self.attempt(slot),
            Stage::Attempt => {
                let Guard {
                    gate, rules, outcome, ..
                } = *guard;
                if self.world.rules[rules].has_connections() {
                    self.pass_connection(gate);
                }
                self.attempt_over(slot, outcome);
            }
            _ => self.judge(slot, guard.outcome),
        }
    }

    /// There will be no more attempts.
    fn settle_call(&mut self, slot: u32, outcome: Result<(), Cause>) {
        let Guard {
            rules,
            key,
            request,
            parent,
            ..
        } = self.world.guards[slot];
        let fallback = &self.world.rules[rules].fallback;
        match fallback {
            Some(Fallback::Value(_)) if outcome.is_err() => self.conclude_guard(slot, Ok(()), true),
            Some(Fallback::Call(edge)) if outcome.is_err() && !self.world.is_cancelled(parent) => {
                let edge = edge.0;
                self.world.guards[slot].stage = Stage::Fallback;
                let key = mix(key, Purpose::Fallback as u64);
                if !self.call_for_guard(edge, key, request, parent, slot) {
                    self.conclude_guard(slot, Ok(()), true);
                }
            }
            _ => self.conclude_guard(slot, outcome, false),
        }
    }

    /// A call that stands in for a guarded one; yields whether its outcome is waited for.
    fn call_for_guard(&mut self, edge: u32, key: u64, request: u32, parent: u32, slot: u32) -> bool {
        if self.world.edges[edge].rules != NONE {
            return self.call_guarded(edge, key, request, NONE, parent, slot);
        }
        self.world.guards[slot].holds += 1;
        let waits = !matches!(self.world.edges[edge].mode, Mode::Oneway | Mode::Forward);
        let call = self.world.outgoing_of(slot, edge, key);
        let ties = Ties {
            guard: slot,
            ..Ties::NONE
        };
        self.send_tied(call, &ties);
        waits
    }

    /// The caller learns the outcome of a guarded call.
    #[inline(never)]
    fn conclude_guard(&mut self, slot: u32, outcome: Result<(), Cause>, fell_back: bool) {
        let guard = &mut self.world.guards[slot];
        (guard.stage, guard.outcome) = (Stage::Over, outcome);
        let Guard {
            caller,
            outer,
            request,
            awaited,
            parent,
            ..
        } = *guard;
        self.world
            .digest
            .note((slot as u64) << 4 | outcome.map_or_else(|cause| 1 + cause as u64, |()| 0));
        self.observer
            .concluded(self.now(), self.guarded(slot), outcome, fell_back);
        self.let_go_of_guard(slot);
        if outer != NONE {
            if awaited {
                self.try_returned(outer, NONE, outcome);
            }
        } else if caller != NONE {
            self.world.tasks[caller].outcome = outcome;
            self.resume(caller);
        } else if parent == NONE {
            self.request_returned(request, outcome);
        }
        if parent != NONE {
            self.release(parent);
        }
        self.work_of_request_ended(request);
    }

    /// The caller of a guarded call has died: the call is over, whatever its attempts come to.
    pub(super) fn close_guard(&mut self, slot: u32) {
        self.disarm(slot);
        for which in 0..2 {
            let task = std::mem::replace(&mut self.world.guards[slot].tries[which], NONE);
            if task != NONE {
                self.abandon(task, Cause::Timeout, false);
            }
        }
        let outcome = Err(Cause::Reset);
        let guard = &mut self.world.guards[slot];
        (guard.stage, guard.outcome) = (Stage::Over, outcome);
        let (request, parent) = (guard.request, guard.parent);
        self.world.digest.note(((slot as u64) << 4) | (1 + Cause::Reset as u64));
        self.observer.concluded(self.now(), self.guarded(slot), outcome, false);
        self.let_go_of_guard(slot);
        if parent != NONE {
            self.release(parent);
        }
        self.work_of_request_ended(request);
    }

    /// One of those who hold a guard lets go: its call, or one of its tasks.
    #[inline(never)]
    pub(super) fn let_go_of_guard(&mut self, slot: u32) {
        let guard = &mut self.world.guards[slot];
        guard.holds -= 1;
        if guard.holds == 0 {
            self.world.guards.remove(slot);
        }
    }
}
