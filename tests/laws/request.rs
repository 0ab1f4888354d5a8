//! Requests: when they are due, what becomes of them, and that every one of them is somewhere.

use super::auditor::Auditor;
use super::load::Source;
use super::order::Class;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Cause, Request};

/// A request of a client.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    pub request: Request,
    pub root: Option<usize>,
    /// What the root call has returned.
    pub learnt: Option<Result<(), Cause>>,
    pub outcome: Option<Result<(), Cause>>,
    pub completed: bool,
    /// Calls whose callee's side is not over.
    pub open: u32,
    /// When all of it is over is not told.
    pub vague: bool,
}

impl Auditor<'_> {
    pub fn on_offered(&mut self, request: Request) {
        self.seen.requests += 1;
        self.pass(Class::Arrival, self.new_in_instant(&request));
        let id = self.requests.len();
        self.check_request(&request);
        self.requests.push(RequestRecord {
            request,
            root: None,
            learnt: None,
            outcome: None,
            completed: false,
            open: 0,
            vague: false,
        });
        self.take_request_slot(request.slot, id);
        self.touched.insert(id);
        let client = request.client.0 as usize;
        self.clients[client].requests.enter(id);
        self.clients[client].completions.enter(id);
        self.balance_client(client);
    }

    /// A burst sends one after the other; only its first is known to have been due.
    fn new_in_instant(&self, request: &Request) -> bool {
        !self
            .requests
            .iter()
            .rev()
            .take_while(|r| r.request.offered == self.now)
            .any(|r| r.request.client == request.client)
    }

    fn take_request_slot(&mut self, slot: u32, id: usize) {
        let index = slot as usize;
        self.request_slots.resize(self.request_slots.len().max(index + 1), None);
        if let Some(old) = self.request_slots[index] {
            let over = self.requests[old].completed;
            self.law(10, over, || {
                format!("request {slot} is offered while its slot is taken")
            });
        }
        self.request_slots[index] = Some(id);
        self.enter_live(1, slot);
    }

    fn check_request(&mut self, request: &Request) {
        let client = request.client.0 as usize;
        let now = self.now;
        self.law(5, request.offered == now, || {
            format!("offered at {now:?}, says {:?}", request.offered)
        });
        let run = &self.scenario.run;
        let counted = now >= Instant::START + run.warmup && now < Instant::START + run.duration;
        self.law(1, request.counted == counted, || {
            format!("{request:?} should be counted: {counted}")
        });
        let source = self.source(client);
        self.law(1, now >= source.start && now < source.stop, || {
            format!("{request:?} is offered at {now:?}, its client sends from {source:?}")
        });
        match &source.load {
            Load::Open(_) => self.check_arrival(request, &source),
            Load::Closed { think, .. } => {
                let (open, most) = (self.clients[client].requests.open.len(), self.most_users(client));
                self.law(1, most.is_none_or(|most| open < most as usize), || {
                    format!("{most:?} users have {open} open requests and one more")
                });
                if matches!(think, Dist::Constant(_)) && self.clients[client].sources.len() == 1 {
                    let thought = self.clients[client].thinking.get_mut(&now).filter(|users| **users > 0);
                    let known = thought.map(|users| *users -= 1).is_some();
                    self.law(1, known, || format!("{request:?}: no user has thought until now"));
                }
            }
        }
    }

    fn check_arrival(&mut self, request: &Request, source: &Source) {
        let book = &mut self.clients[request.client.0 as usize];
        let (before, first) = (book.opened, book.first);
        book.opened += 1;
        self.law(1, request.number == before, || {
            format!("{request:?} is number {before} of its client")
        });
        let (due, now) = (source.due(before - first), self.now);
        self.law(7, due.is_none_or(|due| due.0.abs_diff(now.0) <= 1), || {
            format!("{request:?} is due at {due:?}")
        });
    }

    /// A user of a closed client begins to think at `from`. Who of them leaves with a change is not told.
    pub fn think(&mut self, client: usize, from: Instant) {
        if let [source] = &self.clients[client].sources[..]
            && let Load::Closed {
                think: Dist::Constant(think),
                ..
            } = source.load
        {
            let at = from.max(source.start) + think;
            if at < source.stop {
                *self.clients[client].thinking.entry(at).or_default() += 1;
            }
        }
    }

    fn find_request(&mut self, request: &Request) -> Option<usize> {
        let id = self.request_slots.get(request.slot as usize).copied().flatten();
        let id = id.filter(|id| self.requests[*id].request == *request && !self.requests[*id].completed);
        self.law(1, id.is_some(), || format!("{request:?} is not alive"));
        id
    }

    pub fn on_outcome(&mut self, request: Request, outcome: Result<(), Cause>) {
        let Some(id) = self.find_request(&request) else { return };
        self.touched.insert(id);
        let client = request.client.0 as usize;
        let first = self.requests[id].outcome.replace(outcome).is_none();
        self.law(1, first, || format!("a second outcome {outcome:?} of {request:?}"));
        let there = self.clients[client].requests.leave(id);
        self.law(1, there, || format!("{request:?} was not open"));
        self.think(client, self.now);
        self.balance_client(client);
    }

    pub fn on_completed(&mut self, request: Request, replied: bool) {
        let Some(id) = self.find_request(&request) else { return };
        self.touched.insert(id);
        let RequestRecord { outcome, open, .. } = self.requests[id];
        self.law(1, outcome.is_some(), || {
            format!("{request:?} is complete without an outcome")
        });
        self.law(1, open == 0, || {
            format!("{request:?} is complete while {open} spans or messages are open")
        });
        let well = outcome == Some(Ok(()));
        self.law(1, well == replied, || {
            format!("{request:?} is complete, replied: {replied}, but it had {outcome:?}")
        });
        self.requests[id].completed = true;
        self.live[1].0 = self.live[1].0.saturating_sub(1);
        let client = request.client.0 as usize;
        self.clients[client].completions.leave(id);
        self.balance_client(client);
    }

    fn balance_client(&mut self, client: usize) {
        let book = &self.clients[client];
        let (kept, text) = (
            book.requests.balanced() && book.completions.balanced(),
            (book.requests.came, book.requests.went, book.requests.open.len()),
        );
        self.law(1, kept, || {
            format!("client {client}: offered, answered, in flight are {text:?}")
        });
    }

    /// Every request of this instant has its root call, the outcome of that call, and is complete when it is over.
    pub fn close_requests(&mut self) {
        for id in std::mem::take(&mut self.touched) {
            let RequestRecord {
                request,
                root,
                learnt,
                outcome,
                completed,
                open,
                vague,
            } = self.requests[id];
            self.law(1, root.is_some(), || format!("{request:?} was offered and never sent"));
            self.law(1, learnt == outcome, || {
                format!("{request:?} has {outcome:?}, its call returned {learnt:?}")
            });
            let over = outcome.is_some() && open == 0;
            self.law(1, completed == over || vague && !completed, || {
                format!("{request:?} complete: {completed}, over: {over}")
            });
        }
    }

    pub fn close_client(&mut self, client: usize) {
        let now = self.now;
        let late: Vec<Instant> = self.clients[client]
            .thinking
            .iter()
            .filter(|(at, users)| **users > 0 && **at < now)
            .map(|(at, _)| *at)
            .collect();
        self.law(1, late.is_empty(), || {
            format!("client {client}: users who never came: {late:?}")
        });
        self.source(client);
        self.close_source(client, now);
    }
}
