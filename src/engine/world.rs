//! Everything that a run remembers, and how it begins.
//!
//! ```text
//! clients ─▶ requests          one Request per root call
//! tasks                        one Task per call and the span it causes, one more per branch of a `parallel`
//! services ─▶ replicas ─▶ lanes
//! joins, frames                what a fork or a repeat has to remember
//! ```
//!
//! Law: slots are bounded by what lives at once, not by the length of the run.

use super::chance::{Odds, Sampler, Ziggurat};
use super::channel::{self, Channel, Message, Terms};
use super::client::{Client, Source, User};
use super::cpu::SharedCores;
use super::data::Data;
use super::deadlock::Watch;
use super::digest::Digest;
use super::event::Event;
use super::fault::{Faults, Plight, Storm};
use super::frame::{Frame, Join};
use super::gate::Gate;
use super::guard::Guard;
use super::pause::Frozen;
use super::pool::{Holding, Pool};
use super::program::{Address, Program};
use super::queue::Queue;
use super::rules::Rules;
use super::slab::{Fifo, NONE, Numbered, Roster, Slab};
pub use super::task::{Chain, Task};
use super::warmth::Warmth;
use crate::scenario::*;
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Call, Request as RequestView};
use std::sync::Arc;

/// A root call of a client.
#[derive(Clone, Copy)]
pub struct Request {
    pub client: u32,
    /// The user of a closed client.
    pub user: u32,
    pub number: u64,
    /// Where its story begins.
    pub key: u64,
    pub offered: Instant,
    /// Spans and messages that have not ended.
    pub open: u32,
    pub counted: bool,
    pub outcome: Option<bool>,
    /// What it has acquired and not released: the first of a chain of holdings.
    pub holdings: u32,
    /// What it knows of data: the first of a chain.
    pub known: u32,
}

impl Request {
    /// A request before anything is known of it.
    pub const EMPTY: Request = Request {
        client: NONE,
        user: NONE,
        number: 0,
        key: 0,
        offered: Instant::START,
        open: 0,
        counted: false,
        outcome: None,
        holdings: NONE,
        known: NONE,
    };

    /// What an observer may know of it; `slot` is its own.
    #[inline(always)]
    pub fn view(&self, slot: u32) -> RequestView {
        RequestView {
            slot,
            client: ClientId(self.client),
            number: self.number,
            offered: self.offered,
            counted: self.counted,
        }
    }
}

/// An edge as it is now.
pub struct Edge {
    pub from: Caller,
    pub to: u32,
    pub entry: Address,
    pub mode: Mode,
    /// Its calls are plain: see `straight`.
    pub straight: bool,
    /// The only replica of its callee, where its calls are plain.
    pub replica: u32,
    /// The line that the next call takes.
    pub line: u32,
    pub timeout: Option<Duration>,
    /// Its policies; none where a call is a plain attempt.
    pub rules: u32,
    /// The state of its policies at the first replica of its caller.
    pub first_gate: u32,
    pub terms: Terms,
}

/// What a call's messages travel over; a call keeps the line on which it was sent.
#[derive(Clone)]
pub struct Line {
    pub edge: u32,
    pub latency: Sampler,
    pub loss: Odds,
    /// From an answer to the next question of a caller that polls.
    pub every: Duration,
    /// What is wrong with it.
    pub storm: Option<Box<Storm>>,
    /// Messages arrive at once and none is lost.
    pub instant: bool,
}

/// How often a caller polls where nothing is said.
const EVERY: Duration = Duration::from_ms(100);

impl Line {
    /// The line of an edge as it is written.
    pub fn new(id: u32, edge: &crate::scenario::Edge) -> Line {
        let mut line = Line {
            edge: id,
            latency: Sampler::new(&edge.latency),
            loss: Odds::new(edge.loss),
            every: edge.policy.every.unwrap_or(EVERY),
            storm: None,
            instant: false,
        };
        line.set_storm(None);
        line
    }

    /// From now on this is wrong with it.
    pub fn set_storm(&mut self, storm: Option<Box<Storm>>) {
        self.instant = self.latency.is_zero() && self.loss.never() && storm.is_none();
        self.storm = storm;
    }
}

/// What all replicas of a service share.
pub struct Service {
    pub first_replica: u32,
    pub replicas: u32,
    pub balance: Balance,
    pub next_replica: u32,
    /// Threads are pinned by waits and publishes; loops are not.
    pub threads: bool,
}

/// One replica with its workers, cores and queue.
pub struct Replica {
    pub service: u32,
    /// The request that joined last goes first.
    pub lifo: bool,
    pub backlog: u32,
    pub in_flight: u32,
    pub first_lane: u32,
    pub workers: u32,
    pub cores: u32,
    /// Nothing is wrong with it or special about its workers and cores: see `straight`.
    pub ordinary: bool,
    /// What is wrong with it.
    pub plight: Plight,
    /// The replica whose cores it uses: itself, or that whose offload threads these are.
    pub home: u32,
    /// Its offload threads.
    pub offload: u32,
    /// Its idle workers; of those that start cold, the warm ones.
    pub idle: Roster,
    /// Which idle workers are cold, where there are cold starts.
    pub warmth: Option<Box<Warmth>>,
    /// Calls that no worker has begun, and spans that want to go on.
    pub fresh: Fifo,
    pub resumed: Fifo,
    /// The length of `fresh`.
    pub waiting: u32,
    pub begun: u32,
    /// Cores of a `fifo` CPU that are free, and fibers that wait for one.
    pub free_cores: u32,
    pub core_queue: Fifo,
    pub shared_cores: Option<Box<SharedCores>>,
}

/// One worker.
#[derive(Clone, Copy)]
pub struct Lane {
    pub activity: Activity,
    /// The span that has it, or had it last.
    pub task: u32,
    pub service: u32,
}

/// The whole state of a run.
pub struct World {
    /// What a person wrote.
    pub scenario: Arc<Scenario>,
    pub queue: Queue,
    pub program: Program,
    pub ziggurat: Ziggurat,
    pub warmup: Instant,
    pub tasks: Slab<Task>,
    pub requests: Slab<Request>,
    pub joins: Slab<Join>,
    pub frames: Slab<Frame>,
    pub guards: Slab<Guard>,
    /// Connections in the making: the guard, and which of its tries.
    pub setups: Slab<(u32, u32)>,
    pub gates: Numbered<Gate>,
    pub rules: Numbered<Rules>,
    /// The pools of all services, in order.
    pub pools: Numbered<Pool>,
    pub holdings: Slab<Holding>,
    pub data: Data,
    pub edges: Numbered<Edge>,
    /// The declared channels, then one for each edge in mode `queue`.
    pub channels: Numbered<Channel>,
    pub messages: Slab<Message>,
    /// Further messages of batches.
    pub bundles: Slab<Vec<u32>>,
    /// A hash of the name of each entity, and how many instances there are.
    pub entities: Numbered<(u64, Option<u32>)>,
    /// One for each edge, then one for each change.
    pub lines: Numbered<Line>,
    pub services: Numbered<Service>,
    pub replicas: Numbered<Replica>,
    pub lanes: Numbered<Lane>,
    pub clients: Numbered<Client>,
    /// One for each client, then one for each change of a client's load.
    pub sources: Numbered<Source>,
    /// All that a client ever has, client by client.
    pub users: Numbered<User>,
    pub faults: Faults,
    pub watch: Watch,
    /// Work that stands still at paused replicas.
    pub frozen: Vec<Frozen>,
    pub stamp: u64,
    /// Rounds of repeats since somebody looked: they take no time, and are no events.
    pub rounds: u64,
    /// Calls may go straight.
    pub shortens: bool,
    /// A hash of everything that has happened.
    pub digest: Digest,
}

impl World {
    /// The state before the first event; arrivals, first thoughts and changes are scheduled.
    pub fn new(shared: Arc<Scenario>, seed: u64) -> World {
        let scenario = &*shared;
        let program = Program::new(scenario);
        let data = Data::new(scenario, &program);
        let edges = (0..scenario.edges.len())
            .map(|index| Edge::new(scenario, &program, index))
            .collect();
        let mut world = World {
            scenario: Arc::clone(&shared),
            queue: Queue::new(),
            program,
            ziggurat: Ziggurat::new(),
            warmup: Instant::START + scenario.run.warmup,
            tasks: Slab::new(),
            requests: Slab::new(),
            joins: Slab::new(),
            frames: Slab::new(),
            guards: Slab::new(),
            setups: Slab::new(),
            gates: Numbered::new(),
            rules: Numbered::new(),
            pools: Numbered::new(),
            holdings: Slab::new(),
            data,
            edges,
            channels: Numbered::new(),
            messages: Slab::new(),
            bundles: Slab::new(),
            entities: channel::entities(scenario),
            lines: (0..)
                .zip(&scenario.edges)
                .map(|(id, edge)| Line::new(id, edge))
                .collect(),
            services: Numbered::new(),
            replicas: Numbered::new(),
            lanes: Numbered::new(),
            clients: Numbered::new(),
            sources: Numbered::new(),
            users: Numbered::new(),
            watch: Watch::new(scenario),
            faults: Faults::new(scenario.faults.len()),
            frozen: Vec::new(),
            stamp: 0,
            rounds: 0,
            shortens: true,
            digest: Digest::NOTHING,
        };
        scenario.services.iter().for_each(|service| world.add_service(service));
        world.add_offload_threads(scenario);
        world.add_clients(scenario, seed);
        let firsts: Vec<u32> = world.services.iter().map(|service| service.first_replica).collect();
        world.channels = Channel::all(scenario, &firsts);
        for (index, edge) in scenario.edges.iter().enumerate() {
            world.guard_edge(index as u32, edge);
            world.straighten(index as u32);
        }
        for (index, change) in scenario.changes.iter().enumerate() {
            world.queue.push(change.at, Event::Change(index as u32));
        }
        world.schedule_faults();
        world
    }

    /// How much there is to remember at the moment.
    pub fn live(&self) -> usize {
        self.tasks.live() + self.requests.live() + self.guards.live() + self.messages.live()
    }

    /// Takes what was scheduled and is wanted; whoever wants it may look at all else.
    #[inline(never)]
    pub fn extract(&mut self, wanted: &dyn Fn(&World, Event) -> bool) -> Vec<(Instant, Event)> {
        let mut queue = std::mem::take(&mut self.queue);
        let taken = queue.extract(|event| wanted(self, event));
        self.queue = queue;
        taken
    }

    fn add_service(&mut self, service: &crate::scenario::Service) {
        let index = self.services.len() as u32;
        for (place, pool) in service.pools.iter().enumerate() {
            self.pools.push(Pool::new(index, place as u32, pool.size));
        }
        let first_replica = self.replicas.len() as u32;
        self.services.push(Service {
            first_replica,
            replicas: service.replicas,
            balance: service.balance,
            next_replica: 0,
            threads: matches!(service.runtime, Runtime::Threads(_)),
        });
        for _ in 0..service.replicas {
            let (first_lane, home) = (self.lanes.len() as u32, self.replicas.len() as u32);
            self.replicas.push(Replica::new(index, service, first_lane, home));
            let lane = Lane {
                activity: Activity::Idle,
                task: NONE,
                service: index,
            };
            self.lanes.extend(std::iter::repeat_n(lane, service.lanes() as usize));
        }
        self.cool_down(service, index);
    }

    /// What an observer may know of a call; `slot` is a span's, not a branch's.
    #[inline(always)]
    pub fn view(&self, slot: u32) -> Call {
        self.tasks[slot].view(slot)
    }

    /// What an observer may know of a request.
    #[inline(always)]
    pub fn request_view(&self, slot: u32) -> RequestView {
        self.requests[slot].view(slot)
    }
}

impl Edge {
    fn new(scenario: &Scenario, program: &Program, index: usize) -> Edge {
        let edge = &scenario.edges[index];
        let (to, entry) = channel::entry(program, edge);
        Edge {
            from: edge.from,
            to,
            entry,
            mode: channel::mode_of(edge),
            straight: false,
            replica: NONE,
            line: index as u32,
            timeout: edge.timeout,
            rules: NONE,
            first_gate: NONE,
            terms: Terms::of(scenario, EdgeId(index as u32)),
        }
    }
}

impl Replica {
    fn new(index: u32, service: &crate::scenario::Service, first_lane: u32, home: u32) -> Replica {
        let shared = match (service.cpu, service.cores) {
            (Cpu::Ps, Some(cores)) => Some(Box::new(SharedCores::new(cores))),
            _ => None,
        };
        let mut replica = Replica {
            service: index,
            lifo: service.discipline == Discipline::Lifo,
            backlog: service.backlog.unwrap_or(u32::MAX),
            in_flight: service.in_flight.unwrap_or(u32::MAX),
            first_lane,
            workers: service.runtime.workers(),
            cores: service.cores.unwrap_or(u32::MAX),
            plight: Plight::WELL,
            home,
            offload: NONE,
            idle: Roster::new(service.runtime.workers()),
            warmth: None,
            fresh: Fifo::EMPTY,
            resumed: Fifo::EMPTY,
            waiting: 0,
            begun: 0,
            free_cores: service.cores.unwrap_or(u32::MAX),
            core_queue: Fifo::EMPTY,
            shared_cores: shared,
            ordinary: false,
        };
        replica.judge();
        replica
    }
}
