//! Who waits for whom: spans and jobs, the replicas where they queue, and what they need of pools, channels and
//! connections.
//!
//! ```text
//! span ─its call is queued─▶ replica ─all its workers are held by─▶ span
//!      ─its call has begun─▶ span
//!      ─waits for one of──▶ pool ─all taken by─▶ span
//!      ─its message lies in, or finds no room in─▶ channel ─its consumers hold─▶ span
//!      ─waits for a connection──▶ gate ─all in use by calls─▶ span
//! ```
//!
//! Law: a node can go on as soon as one of those that it needs can; what is not understood can.

use super::channel;
use super::frame::Inside;
use super::guard::Stage;
use super::slab::{NONE, Numbered};
use super::world::{Task, World};
use crate::trace::Activity;

/// The graph of who waits for whom: spans, jobs and calls, then replicas, pools, channels and gates.
pub struct Graph {
    /// The last of each node's needs among all of them.
    last: Numbered<u32>,
    /// A node that another one needs one of, and that one's need before.
    needs: Vec<(u32, u32)>,
    /// Goes on by itself.
    pub moves: Numbered<bool>,
    /// How many fibers of each span are known to wait for somebody.
    waiting: Numbered<u32>,
}

impl Graph {
    fn new(nodes: u32, spans: u32) -> Graph {
        Graph {
            last: vec![NONE; nodes as usize].into(),
            needs: Vec::new(),
            moves: vec![false; nodes as usize].into(),
            waiting: vec![0; spans as usize].into(),
        }
    }

    /// A node needs this one, or another.
    #[inline(never)]
    fn need(&mut self, node: u32, other: u32) {
        let before = std::mem::replace(&mut self.last[node], self.needs.len() as u32);
        self.needs.push((other, before));
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

    /// Whom a node needs one of.
    fn needed_by(&self, node: u32) -> impl Iterator<Item = u32> {
        let need = |at: u32| self.needs.get(at as usize);
        std::iter::successors(need(self.last[node]), move |(_, before)| need(*before)).map(|(other, _)| *other)
    }

    /// These, whom they need, whom those need, and so on.
    #[inline(never)]
    fn reach(&self, from: impl Iterator<Item = u32>) -> Numbered<bool> {
        let mut seen: Numbered<bool> = vec![false; self.last.len()].into();
        let mut next: Vec<u32> = from.collect();
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                next.extend(self.needed_by(at));
            }
        }
        seen
    }

    /// Spreads from those that go on by themselves to all that need one of them.
    pub fn settle(&mut self) {
        let nodes = self.last.len() as u32;
        let mut reversed = Graph::new(nodes, 0);
        for node in 0..nodes {
            self.needed_by(node).for_each(|other| reversed.need(other, node));
        }
        self.moves = reversed.reach((0..nodes).filter(|node| self.moves[*node]));
    }

    /// All nodes that this one cannot go on without; itself where it waits for itself.
    pub fn behind(&self, node: u32) -> Numbered<bool> {
        self.reach(self.needed_by(node))
    }
}

impl World {
    fn is_begun(&self, slot: u32) -> bool {
        self.tasks[slot].root == slot && self.tasks[slot].fibers > 0
    }

    pub(super) fn begun(&self) -> impl Iterator<Item = u32> {
        (0..self.tasks.slots()).filter(|slot| self.is_begun(*slot))
    }

    fn node_of_replica(&self, replica: u32) -> u32 {
        self.tasks.slots() + replica
    }

    fn node_of_pool(&self, pool: u32) -> u32 {
        self.tasks.slots() + self.replicas.len() as u32 + pool
    }

    fn node_of_channel(&self, channel: u32) -> u32 {
        self.node_of_pool(self.pools.len() as u32) + channel
    }

    fn node_of_gate(&self, gate: u32) -> u32 {
        self.node_of_channel(self.channels.len() as u32) + gate
    }

    /// Whom an attempt or a delivery needs: the replica where it is queued, its span, or whatever a publication waits
    /// for; nobody that is stuck where it is on its way.
    fn needed_for(&self, call: u32) -> Option<u32> {
        let task = &self.tasks[call];
        let is_delivery = task.delivery != NONE;
        if task.channel != NONE && !is_delivery {
            Some(call)
        } else if task.queued && task.fibers == 0 {
            Some(self.node_of_replica(task.replica))
        } else {
            Some(call).filter(|_| task.fibers > 0 && (is_delivery || !task.responded))
        }
    }

    pub(super) fn wait_graph(&self) -> Graph {
        let nodes = self.node_of_gate(self.gates.len() as u32);
        let mut graph = Graph::new(nodes, self.tasks.slots());
        self.add_calls(&mut graph);
        self.add_channels(&mut graph);
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
    pub(super) fn pools_of(&self, request: u32) -> impl Iterator<Item = u32> {
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

    /// Publications need room in their channel, or a reply to their message; a channel needs one of its consumers.
    fn add_channels(&self, graph: &mut Graph) {
        for (index, channel) in (0..).zip(self.channels.iter()) {
            let node = self.node_of_channel(index);
            if channel.can_deliver(|edge| self.edges[edge].terms.prefetch) {
                graph.let_move(node);
            }
            channel
                .parked
                .slots(&self.tasks)
                .for_each(|call| graph.need(call, node));
        }
        for slot in 0..self.messages.slots() {
            let message = &self.messages[slot];
            match message.stage {
                _ if message.call == NONE => {}
                channel::Stage::Lying => graph.need(message.call, self.node_of_channel(message.channel)),
                channel::Stage::Waiting => graph.let_move(message.call),
                channel::Stage::Held | channel::Stage::Over => {}
            }
        }
        for delivery in 0..self.tasks.slots() {
            let task = &self.tasks[delivery];
            if task.holds == 0 || task.delivery == NONE {
                continue;
            }
            let needed = self.needed_for(delivery);
            if !task.revoked {
                graph.need_if_any(self.node_of_channel(task.channel), needed);
            }
            for message in (0..).map_while(|index| self.part(delivery, index)) {
                match self.messages[message].call {
                    NONE => {}
                    call => graph.need_if_any(call, needed),
                }
            }
        }
        for call in 0..self.tasks.slots() {
            if graph.last[call] == NONE && self.tasks[call].channel != NONE && !self.is_begun(call) {
                graph.let_move(call);
            }
        }
    }

    fn add_guards(&self, graph: &mut Graph) {
        let mut in_line: Numbered<bool> = vec![false; self.guards.slots() as usize].into();
        for (slot, which) in self.gates.iter().flat_map(|gate| &gate.connections.waiting) {
            in_line[*slot] |= self.guards[*slot].attempts == which >> 1;
        }
        for slot in 0..self.guards.slots() {
            let guard = &self.guards[slot];
            if guard.holds == 0 || guard.stage == Stage::Over {
                continue;
            }
            let tries = || guard.tries.iter().filter(|task| **task != NONE);
            tries().for_each(|task| graph.need_if_any(self.node_of_gate(guard.gate), self.needed_for(*task)));
            if guard.caller == NONE {
                continue;
            }
            let root = self.tasks[guard.caller].root;
            graph.wait(root, 1);
            tries().for_each(|task| graph.need_if_any(root, self.needed_for(*task)));
            if in_line[slot] {
                graph.need(root, self.node_of_gate(guard.gate));
            }
            // A hedge may still come; what waits in no line is on its way.
            let launched = guard.tries[0] != NONE || in_line[slot];
            let alone = guard.hedged || self.rules[guard.rules].hedge.is_none();
            if guard.stage != Stage::Attempt || !launched || !alone {
                graph.let_move(root);
            }
        }
        // Connections that no try uses are idle, or are being opened.
        for (index, gate) in (0..).zip(self.gates.iter()) {
            let node = self.node_of_gate(index);
            if gate.connections.open as usize > graph.needed_by(node).count() {
                graph.let_move(node);
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

    /// The pools of the holds that a fiber is inside of, the innermost first.
    pub(super) fn holds_of(&self, fiber: u32) -> impl Iterator<Item = u32> {
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
}
