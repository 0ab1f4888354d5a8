//! Deadlock: spans that wait for each other in a circle, so that none of them will ever go on by itself.
//!
//! ```text
//! span ─its call is queued─▶ replica ─all its workers are held by─▶ span ─▶ … ─▶ the first span
//!      ─its call has begun─▶ span         ─waits for one of─▶ pool ─all taken by─▶ span
//! ```
//!
//! Law: whoever can reach somebody that works, waits for time, or is on its way, can go on; who cannot is stuck (the
//! wait-for graph of Holt 1972, where one of several resources is enough). Timeouts count for nothing here: they may
//! free what is stuck, and do. What is not understood counts as able to go on, so that nobody is said to be stuck who
//! is not.

use super::channel;
use super::frame::Inside;
use super::guard::Stage;
use super::pool::Pool;
use super::slab::{NONE, Numbered};
use super::turn::Turn;
use super::world::{Task, World};
use crate::scenario::{Caller, Changed, EdgeId, Mode, Scenario, ServiceId};
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
    /// Looks only where the scenario has a circle of calls that are waited for, or pools.
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

/// Whether a service can come to wait for itself.
fn has_circle(scenario: &Scenario) -> bool {
    let modes = |index: usize| {
        let changed = scenario.changes.iter().filter_map(move |change| match &change.to {
            Changed::Edge(id, is) if id.0 as usize == index => Some(is.mode),
            _ => None,
        });
        changed.chain([scenario.edges[index].mode])
    };
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); scenario.services.len()];
    for (index, edge) in scenario.edges.iter().enumerate() {
        if let (Caller::Service(from), Some(to)) = (edge.from, edge.service())
            && modes(index).any(Mode::waits)
        {
            after[from.0 as usize].push(to.0 as usize);
        }
    }
    (0..after.len()).any(|start| {
        let (mut seen, mut next) = (vec![false; after.len()], after[start].clone());
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                next.extend(&after[at]);
            }
        }
        seen[start]
    })
}

/// The graph of who waits for whom: spans and jobs, then replicas, then pools.
struct Graph {
    /// Whom each node needs one of.
    needs: Numbered<Vec<u32>>,
    /// Goes on by itself.
    moves: Numbered<bool>,
    /// How many fibers of each span are known to wait for somebody.
    waiting: Numbered<u32>,
}

impl Graph {
    fn new(nodes: u32, spans: u32) -> Graph {
        Graph {
            needs: (0..nodes).map(|_| Vec::new()).collect(),
            moves: (0..nodes).map(|_| false).collect(),
            waiting: (0..spans).map(|_| 0).collect(),
        }
    }

    /// A node needs this one, or another.
    #[inline(never)]
    fn need(&mut self, node: u32, other: u32) {
        self.needs[node].push(other);
    }

    /// A node needs this one; where there is none, it may go on by itself.
    #[inline(never)]
    fn need_if_any(&mut self, node: u32, other: Option<u32>) {
        match other {
            Some(other) => self.need(node, other),
            None => self.let_move(node),
        }
    }

    /// A node may go on by itself.
    #[inline(never)]
    fn let_move(&mut self, node: u32) {
        self.moves[node] = true;
    }

    /// So many fibers of a span more are known to wait.
    #[inline(never)]
    fn wait(&mut self, root: u32, fibers: u32) {
        self.waiting[root] += fibers;
    }

    /// Spreads from those that go on by themselves to all that need one of them.
    fn settle(&mut self) {
        let nodes = self.needs.len() as u32;
        let mut needed_by = Graph::new(nodes, 0);
        for (node, needs) in (0..).zip(self.needs.iter()) {
            needs.iter().for_each(|other| needed_by.need(*other, node));
        }
        let mut next: Vec<u32> = (0..nodes).filter(|node| self.moves[*node]).collect();
        while let Some(node) = next.pop() {
            for other in needed_by.needs[node].drain(..) {
                if !std::mem::replace(&mut self.moves[other], true) {
                    next.push(other);
                }
            }
        }
    }

    /// All nodes that this one cannot go on without.
    fn behind(&self, start: u32) -> Vec<bool> {
        let (mut seen, mut next) = (vec![false; self.needs.len()], vec![start]);
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut seen[at as usize], true) {
                next.extend(&self.needs[at]);
            }
        }
        seen
    }
}

impl World {
    fn is_begun(&self, slot: u32) -> bool {
        self.tasks[slot].root == slot && self.tasks[slot].fibers > 0
    }

    fn begun(&self) -> impl Iterator<Item = u32> {
        (0..self.tasks.slots()).filter(|slot| self.is_begun(*slot))
    }

    fn node_of_replica(&self, replica: u32) -> u32 {
        self.tasks.slots() + replica
    }

    fn node_of_pool(&self, pool: u32) -> u32 {
        self.tasks.slots() + self.replicas.len() as u32 + pool
    }

    /// Whom an attempt needs: the replica where it is queued, or its span; nobody that is stuck where it is on its way.
    fn needed_for(&self, call: u32) -> Option<u32> {
        let task = &self.tasks[call];
        match task.channel {
            NONE if task.queued && task.fibers == 0 => Some(self.node_of_replica(task.replica)),
            NONE if task.fibers > 0 && !task.responded => Some(call),
            _ => None,
        }
    }

    fn wait_graph(&self) -> Graph {
        let nodes = self.node_of_pool(self.pools.len() as u32);
        let mut graph = Graph::new(nodes, self.tasks.slots());
        self.add_calls(&mut graph);
        self.add_guards(&mut graph);
        self.add_strangers(&mut graph);
        for join in self.live_joins() {
            graph.wait(self.tasks[join].root, 1);
        }
        for index in 0..self.pools.len() as u32 {
            for fiber in self.pools[index].waiting_fibers() {
                let root = self.tasks[fiber].root;
                graph.wait(root, 1);
                graph.need(root, self.node_of_pool(index));
            }
        }
        for root in self.begun() {
            let task = &self.tasks[root];
            if task.span != root {
                // The span counts the job among its fibers, and one fiber of it waits for the job.
                graph.wait(task.span, 1 + u32::from(!task.responded));
                graph.need(task.span, root);
            }
        }
        for root in self.begun() {
            let task = &self.tasks[root];
            if task.queued {
                graph.need(root, self.node_of_replica(task.replica));
            } else if graph.waiting[root] < task.fibers {
                graph.let_move(root);
            }
            self.add_holder(root, &mut graph);
        }
        graph
    }

    /// Replicas that only stand still, and pools of requests of which something is on its way that may give them back.
    fn add_strangers(&self, graph: &mut Graph) {
        for index in 0..self.replicas.len() as u32 {
            if self.replicas[self.replicas[index].home].plight.paused.is_some() {
                graph.let_move(self.node_of_replica(index));
            }
        }
        if self.holdings.live() == 0 {
            return;
        }
        for slot in 0..self.messages.slots() {
            if self.messages[slot].stage != channel::Stage::Over {
                self.add_keeper(self.messages[slot].request, None, graph);
            }
        }
        for call in 0..self.tasks.slots() {
            let task = &self.tasks[call];
            let waited_for = task.awaited && task.caller != NONE;
            if task.holds > 0 && task.root == call && task.fibers == 0 && !waited_for {
                self.add_keeper(task.request, self.needed_for(call), graph);
            }
        }
    }

    /// Something of a request may give its pools back, as soon as it has what it needs.
    fn add_keeper(&self, request: u32, needed: Option<u32>, graph: &mut Graph) {
        for pool in self.pools_of(request) {
            graph.need_if_any(self.node_of_pool(pool), needed);
        }
    }

    /// The pools of which a request has acquired something.
    fn pools_of(&self, request: u32) -> impl Iterator<Item = u32> {
        let mut at = match request {
            NONE => NONE,
            request => self.requests[request].holdings,
        };
        std::iter::from_fn(move || {
            let (pool, next) = self.holdings[Some(at).filter(|at| *at != NONE)?].parts();
            at = next;
            Some(pool)
        })
    }

    /// What a begun span or job has that others need: its worker, a place among the begun, what it holds.
    fn add_holder(&self, root: u32, graph: &mut Graph) {
        let Task { replica, lane, .. } = self.tasks[root];
        let crowded = self.lanes_of(replica).any(|activity| activity == Activity::Idle);
        if lane != NONE || crowded {
            graph.need(self.node_of_replica(replica), root);
        }
        for pool in self.pools_of(self.tasks[root].request) {
            graph.need(self.node_of_pool(pool), root);
        }
    }

    fn add_calls(&self, graph: &mut Graph) {
        for call in 0..self.tasks.slots() {
            let task = &self.tasks[call];
            if task.holds == 0 {
                continue;
            }
            // A fiber: what it holds, others wait for.
            for pool in self.holds_of(call) {
                graph.need(self.node_of_pool(pool), task.root);
            }
            if task.awaited && task.caller != NONE && task.guard == NONE {
                let root = self.tasks[task.caller].root;
                graph.wait(root, 1);
                graph.need_if_any(root, self.needed_for(call));
            }
        }
    }

    fn add_guards(&self, graph: &mut Graph) {
        for slot in 0..self.guards.slots() {
            let guard = &self.guards[slot];
            if guard.holds == 0 || guard.stage == Stage::Over || guard.caller == NONE {
                continue;
            }
            let root = self.tasks[guard.caller].root;
            graph.wait(root, 1);
            let tries = guard.tries.iter().filter(|task| **task != NONE);
            tries.for_each(|task| graph.need_if_any(root, self.needed_for(*task)));
            // The first try may still want a connection, and a hedge may still come.
            let launched = guard.tries[0] != NONE && (guard.hedged || self.rules[guard.rules].hedge.is_none());
            if guard.stage != Stage::Attempt || !launched {
                graph.let_move(root);
            }
        }
    }

    /// The forking fibers that wait for their branches.
    fn live_joins(&self) -> impl Iterator<Item = u32> {
        let parents = (0..self.joins.slots()).filter(|join| self.joins[*join].left > 0);
        parents
            .map(|join| self.joins[join].parent)
            .filter(|parent| *parent != NONE)
    }

    /// Those who are stuck, if anybody is.
    fn deadlock(&self) -> Option<Deadlock> {
        let mut graph = self.wait_graph();
        graph.settle();
        let stuck = |root: &u32| !graph.moves[*root];
        let circle = self.begun().filter(stuck).find(|root| {
            let needs = &graph.needs[*root];
            needs.iter().any(|other| graph.behind(*other)[*root as usize])
        })?;
        let behind = graph.behind(circle);
        let mut found = Deadlock {
            at: self.queue.now(),
            held: Vec::new(),
            lanes: Vec::new(),
        };
        // A job that no thread has taken up is told with its span.
        let told = |root: &u32| self.tasks[*root].lane != NONE || self.tasks[*root].span == *root;
        for root in self.begun().filter(|root| behind[*root as usize]).filter(told) {
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
        let need = match self.tasks[root].pinned.first {
            NONE => self.needs(root),
            pinned => self.tasks[pinned].pin.map_or(Need::OffloadThread, Need::On),
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

    /// The pools of which a span has one: by a `hold` that it is inside of, or acquired by its request.
    fn pools_held(&self, root: u32) -> impl Iterator<Item = u32> {
        let fibers = (0..self.tasks.slots()).filter(move |fiber| self.tasks[*fiber].root == root);
        let held = fibers.flat_map(|fiber| self.holds_of(fiber));
        held.chain(self.pools_of(self.tasks[root].request))
    }

    /// The pools of the holds that a fiber is inside of, the innermost first.
    fn holds_of(&self, fiber: u32) -> impl Iterator<Item = u32> {
        let task = &self.tasks[fiber];
        let begun = task.holds > 0 && (task.root != fiber || task.fibers > 0);
        let some = |frame: u32| Some(frame).filter(|frame| *frame != NONE);
        let first = some(task.frame).filter(|_| begun);
        let frames = std::iter::successors(first, move |frame| some(self.frames[*frame].outer));
        let inside = frames.map(|frame| self.frames[frame].inside);
        inside.filter_map(|inside| match inside {
            Inside::Hold(pool) => Some(pool),
            _ => None,
        })
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
    fn lanes_of(&self, replica: u32) -> impl Iterator<Item = Activity> {
        let place = &self.replicas[replica];
        (place.first_lane..place.first_lane + place.workers).map(|lane| self.lanes[lane].activity)
    }
}

impl<O: Observer> Turn<'_, O> {
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

    /// Somebody has begun to wait for one of a pool.
    pub(super) fn suspect_pool(&mut self) {
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
