//! Deadlock: spans that wait for each other in a circle, so that none of them will ever go on by itself.
//!
//! ```text
//! a queueing, a wait ─▶ suspicious? ─▶ the graph of who waits for whom ─▶ a circle that nobody can leave ─▶ told, once
//! ```
//!
//! Law: whoever can reach somebody that works, waits for time, or is on its way, can go on; who cannot is stuck (the
//! wait-for graph of Holt 1972, where one of several resources is enough). Timeouts count for nothing here: they may
//! free what is stuck, and do. What is not understood counts as able to go on, so that nobody is said to be stuck who
//! is not.

use super::guard::{Guard, Stage};
use super::pool::Pool;
use super::slab::NONE;
use super::turn::Turn;
use super::world::{Task, World};
use crate::scenario::{Callee, Caller, EdgeId, Scenario, ServiceId};
use crate::trace::{Activity, Bond, Deadlock, Held, Need, Observer, On};

/// Whether to look for deadlocks, and when.
pub struct Watch {
    on: bool,
    /// Somebody may be stuck since the last look.
    pub aroused: bool,
    /// A look costs as much as there are calls: so many queueings later it has paid off.
    next: u64,
    pub found: Option<Deadlock>,
}

impl Watch {
    /// Looks only where the scenario may have a circle of calls, or has pools.
    pub fn new(scenario: &Scenario) -> Watch {
        Watch {
            on: has_pools(scenario) || has_circle(scenario),
            aroused: false,
            next: 0,
            found: None,
        }
    }

    /// Whether there is still something to find.
    fn is_awake(&self) -> bool {
        self.on && self.found.is_none()
    }
}

fn has_pools(scenario: &Scenario) -> bool {
    scenario.services.iter().any(|service| !service.pools.is_empty())
}

/// Whether a service may come to wait for itself: surely not where all calls lead to services further down in the file,
/// and none into a channel.
fn has_circle(scenario: &Scenario) -> bool {
    scenario.edges.iter().any(|edge| match (edge.from, edge.to) {
        (Caller::Service(from), Callee::Operation(to, _)) => to.0 <= from.0,
        (from, Callee::Channel(_)) => matches!(from, Caller::Service(_)),
        _ => false,
    })
}

impl World {
    /// Those who are stuck, if anybody is.
    fn deadlock(&self) -> Option<Deadlock> {
        let mut graph = self.wait_graph();
        graph.settle();
        let stuck = |root: &u32| !graph.moves[*root];
        let circle = self.begun().filter(stuck).find(|root| graph.behind(*root)[*root])?;
        let behind = graph.behind(circle);
        let mut found = Deadlock {
            at: self.queue.now(),
            held: Vec::new(),
            lanes: Vec::new(),
        };
        // A job that no thread has taken up is told with its span.
        let told = |root: &u32| self.tasks[*root].lane != NONE || self.tasks[*root].span == *root;
        for root in self.begun().filter(|root| behind[*root]).filter(told) {
            let one = self.held_by(root);
            let same = |held: &&mut Held| Held { spans: 1, ..**held } == one;
            match found.held.iter_mut().find(same) {
                Some(held) => held.spans += 1,
                None => found.held.push(one),
            }
            found
                .lanes
                .extend(Some(self.tasks[root].lane).filter(|lane| *lane != NONE));
        }
        Some(found)
    }

    /// What a span holds, and on what it waits.
    fn held_by(&self, root: u32) -> Held {
        let Task { lane, replica, .. } = self.tasks[root];
        let home = self.replicas[replica].home;
        let need = match (self.unconnected(root), self.tasks[root].pinned.first) {
            (Some(edge), _) => Need::Connection(EdgeId(edge)),
            (None, NONE) => self.needs(root),
            (None, pinned) => self.tasks[pinned].pin.map_or(Need::OffloadThread, Need::On),
        };
        Held {
            service: ServiceId(self.replicas[home].service),
            by: match lane {
                NONE => Bond::Place,
                _ if home == replica => Bond::Worker,
                _ => Bond::OffloadThread,
            },
            pool: self.pools_held(root).next().map(|pool| self.pools[pool].place()),
            need,
            spans: 1,
        }
    }

    /// The edge of the first call of a span that has no connection yet.
    fn unconnected(&self, root: u32) -> Option<u32> {
        let mut guards = (0..self.guards.slots()).map(|slot| &self.guards[slot]);
        let unsent = |guard: &&Guard| guard.stage == Stage::Attempt && guard.root == root && guard.pending[0];
        guards
            .find(|guard| guard.holds > 0 && unsent(guard))
            .map(|guard| guard.edge)
    }

    /// The pools of which a span has one: by a `hold` that it is inside of, or acquired by its request.
    fn pools_held(&self, root: u32) -> impl Iterator<Item = u32> {
        let fibers = (0..self.tasks.slots()).filter(move |fiber| self.tasks[*fiber].root == root);
        let held = fibers.flat_map(|fiber| self.holds_of(fiber));
        held.chain(self.pools_of(self.tasks[root].request))
    }

    /// What a span without a worker waits for: a worker, a pool or an edge, the first of several.
    fn needs(&self, root: u32) -> Need {
        if self.tasks[root].queued {
            return Need::Worker;
        }
        let pool = self
            .pools
            .iter()
            .find(|pool| pool.waiting_fibers().any(|fiber| self.tasks[fiber].root == root));
        let calls = (0..self.tasks.slots()).map(|slot| &self.tasks[slot]);
        let mut calls = calls.filter(|task| task.holds > 0 && task.awaited && task.parent == root);
        pool.map(Pool::on)
            .or_else(|| calls.next().map(|task| On::Edge(EdgeId(task.edge))))
            .map_or(Need::OffloadThread, Need::On)
    }

    /// Whether no worker of a replica does anything, but some may wait for somebody.
    fn is_at_a_standstill(&self, replica: u32) -> bool {
        let still = |activity| matches!(activity, Activity::Idle | Activity::Blocked(On::Edge(_) | On::Pool(_)));
        self.lanes_of(replica).all(still)
    }

    /// What the workers of a replica do.
    pub(super) fn lanes_of(&self, replica: u32) -> impl Iterator<Item = Activity> {
        let place = &self.replicas[replica];
        (place.first_lane..place.first_lane + place.workers).map(|lane| self.lanes[lane].activity)
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// Somebody waits for a worker of a replica: perhaps for ever.
    pub(super) fn suspect(&mut self, replica: u32) {
        let suspicious = self.world.watch.is_awake() && self.world.is_at_a_standstill(replica);
        self.world.watch.aroused |= suspicious;
    }

    /// A worker of a replica works no longer: somebody may wait for it.
    #[inline(always)]
    pub(super) fn suspect_rest(&mut self, replica: u32) {
        if self.world.watch.on {
            let place = &self.world.replicas[replica];
            if place.waiting > 0 || place.resumed.first().is_some() {
                self.suspect(replica);
            }
        }
    }

    /// Somebody has begun to wait for one of a pool, for a connection, or for room in a channel.
    pub(super) fn suspect_line(&mut self) {
        self.world.stamp += 1;
        self.world.watch.aroused |= self.world.watch.is_awake();
    }

    /// An event is over, and somebody may be stuck.
    #[inline(never)]
    pub(super) fn watch(&mut self) {
        let watch = &mut self.world.watch;
        if self.world.stamp >= watch.next {
            watch.aroused = false;
            watch.next = self.world.stamp + self.world.tasks.slots() as u64 / 64;
            self.look_for_deadlock();
        }
    }

    #[inline(never)]
    fn look_for_deadlock(&mut self) {
        if let Some(found) = self.world.deadlock() {
            self.observer.deadlocked(self.world.queue.now(), &found);
            self.world.watch.found = Some(found);
        }
    }

    /// The last look of a run.
    pub(super) fn look_at_the_end(&mut self) {
        if self.world.watch.is_awake() {
            self.look_for_deadlock();
        }
    }
}
