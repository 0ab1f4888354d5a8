//! Scenario and seed to events.
//!
//! ```text
//! Scenario ─▶ program (flat instructions) + world (what is remembered)
//! loop { queue.pop ─▶ turn.handle ─▶ queue.push …, Observer }
//! ```
//!
//! Law: same scenario + seed → same bytes, on every machine. Pure; floats only in `chance`, through `libm`.

mod branch;
mod broker;
mod call;
mod chain;
mod chance;
mod channel;
mod client;
mod connection;
mod cpu;
mod crash;
mod data;
mod deadlock;
mod delivery;
mod digest;
mod entry;
mod event;
mod fault;
mod footing;
mod frame;
mod gate;
mod guard;
mod hand_off;
mod heap;
mod offload;
mod pause;
mod policy;
mod pool;
mod program;
mod progress;
mod publish;
mod queue;
mod row;
mod rules;
mod service;
mod shelf;
mod slab;
mod span;
mod steer;
mod straight;
mod task;
mod turn;
mod wait_graph;
mod warmth;
mod world;

use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::trace::{Deadlock, Observer};
use std::sync::Arc;
use turn::Turn;
use world::World;

/// Live calls and requests beyond which a run is hopeless and ends.
pub const LIVE_LIMIT: usize = 2_000_000;

/// Events of a single instant, and rounds of repeats, beyond which a run is hopeless and ends.
pub const INSTANT_LIMIT: u64 = 50_000_000;

/// A run that can be advanced in slices.
pub struct Run {
    /// Absent only while it is being advanced.
    world: Option<World>,
    now: Instant,
    end: Instant,
    events: u64,
    begun: bool,
    /// Events since the clock moved last, counted in slices.
    standstill: u64,
    hopeless: Option<Hopeless>,
}

/// Why a run ends before its time.
#[derive(Clone, Copy)]
enum Hopeless {
    TooManyLive,
    TimeStands,
}

impl Run {
    /// A run of `scenario` that has not begun.
    pub fn new(scenario: impl Into<Arc<Scenario>>, seed: u64) -> Run {
        let scenario = scenario.into();
        let end = Instant::START + scenario.run.duration;
        Run {
            world: Some(World::new(scenario, seed)),
            now: Instant::START,
            end,
            events: 0,
            begun: false,
            standstill: 0,
            hopeless: None,
        }
    }

    /// The same run without the straight way of plain calls; the events are the same as well.
    pub fn by_the_long_way(mut self) -> Run {
        if let Some(world) = &mut self.world {
            world.shortens = false;
            (0..world.edges.len() as u32).for_each(|edge| world.straighten(edge));
        }
        self
    }

    /// Handles events until the next one would be at or after `until` (or at or after the scenario's duration), or
    /// `events` have been handled, a round of a repeat that takes no time being as good as one. True when nothing is left to
    /// do before `until`.
    pub fn advance<O: Observer + ?Sized>(&mut self, until: Instant, events: u64, observer: &mut O) -> bool {
        let Some(world) = self.world.take() else { return true };
        let mut turn = Turn { world, observer };
        if !self.begun {
            self.begun = true;
            turn.wake_clients();
        }
        let until = until.min(self.end);
        let (mut left, mut idle) = (events, false);
        while left > 0 && !idle && self.hopeless.is_none() {
            let handled;
            (handled, idle) = turn.handle_events(until, left.min(1024));
            self.events += handled;
            let rounds = std::mem::take(&mut turn.world.rounds);
            left = left.saturating_sub(handled + rounds);
            self.standstill = if turn.now() == self.now {
                self.standstill + handled + rounds
            } else {
                rounds
            };
            self.now = turn.now();
            self.hopeless = hopeless(turn.world.tasks.live(), self.standstill);
        }
        if idle && until == self.end {
            turn.look_at_the_end();
        }
        self.world = Some(turn.world);
        idle || self.hopeless.is_some()
    }

    /// [`advance`](Run::advance) for any listener, compiled once for all of them, and a little slower.
    pub fn advance_dyn(&mut self, until: Instant, events: u64, observer: &mut dyn Observer) -> bool {
        self.advance(until, events, observer)
    }

    /// The instant of the last event; nothing before it is still to come.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// How many events have been handled.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Calls and requests that are not over yet, branches of spans included.
    pub fn live(&self) -> usize {
        self.world.as_ref().map_or(0, World::live)
    }

    /// A hash of everything that has happened: each event with its instant, what every worker did, and every outcome.
    pub fn digest(&self) -> u64 {
        self.world.as_ref().map_or(0, |world| world.digest.value())
    }

    /// Those who came to wait for each other for ever, once that has happened.
    pub fn deadlock(&self) -> Option<&Deadlock> {
        self.world.as_ref()?.watch.found.as_ref()
    }

    /// Why the run ended before its time, if it did.
    pub fn warning(&self) -> Option<String> {
        let at = Duration(self.now.0);
        self.hopeless.map(|why| match why {
            Hopeless::TooManyLive => format!(
                "the run ended at {at} with more than {LIVE_LIMIT} live calls: they come faster than they are done"
            ),
            Hopeless::TimeStands => format!(
                "the run ended at {at}: more than {INSTANT_LIMIT} events or rounds of repeats at that instant; something goes on and on without taking time"
            ),
        })
    }
}

fn hopeless(live: usize, standstill: u64) -> Option<Hopeless> {
    if live > LIVE_LIMIT {
        Some(Hopeless::TooManyLive)
    } else {
        (standstill > INSTANT_LIMIT).then_some(Hopeless::TimeStands)
    }
}
