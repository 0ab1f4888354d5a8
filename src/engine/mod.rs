//! Scenario and seed to events.
//!
//! ```text
//! Scenario ─▶ program (flat instructions) + world (what is remembered)
//! loop { queue.pop ─▶ turn.handle ─▶ queue.push …, Observer }
//! ```
//!
//! Law: same scenario + seed → same bytes, on every machine. Pure; floats only in `chance`, through `libm`.

mod call;
mod chance;
mod channel;
mod client;
mod cpu;
mod program;
mod queue;
mod service;
mod slab;
mod span;
mod turn;
mod world;

use crate::scenario::Scenario;
use crate::time::{Duration, Instant};
use crate::trace::Observer;
use turn::Turn;
use world::World;

/// Name and version; a change of any result changes the version.
pub const VERSION: &str = concat!("sync-or-swim ", env!("CARGO_PKG_VERSION"));

/// Live calls and requests beyond which a run is hopeless and ends.
pub const LIVE_LIMIT: usize = 2_000_000;

/// A run that can be advanced in slices.
pub struct Run {
    world: World,
    end: Instant,
    events: u64,
    digest: u64,
    begun: bool,
    overflowed: bool,
}

impl Run {
    /// A run of `scenario` that has not begun.
    pub fn new(scenario: &Scenario, seed: u64) -> Run {
        Run {
            world: World::new(scenario, seed),
            end: Instant::START + scenario.run.duration,
            events: 0,
            digest: 0xCBF2_9CE4_8422_2325,
            begun: false,
            overflowed: false,
        }
    }

    /// Handles events until the next one would be at or after `until` (or at or after the scenario's duration), or
    /// `events` have been handled. True when nothing is left to do before `until`.
    pub fn advance<O: Observer>(&mut self, until: Instant, events: u64, observer: &mut O) -> bool {
        if !self.begun {
            self.begun = true;
            self.world.wake_clients(observer);
        }
        let until = until.min(self.end);
        let limit = self.events.saturating_add(events);
        let mut turn = Turn {
            world: &mut self.world,
            observer,
        };
        while self.events < limit && !self.overflowed {
            let Some(event) = turn.world.queue.pop(until) else {
                return true;
            };
            self.events += 1;
            self.digest = fold(fold(self.digest, turn.world.queue.now().0), event.code());
            turn.handle(event);
            self.overflowed = turn.world.tasks.live() > LIVE_LIMIT;
        }
        self.overflowed
    }

    /// The instant of the last event; nothing before it is still to come.
    pub fn now(&self) -> Instant {
        self.world.queue.now()
    }

    /// How many events have been handled.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// A hash of everything that has happened.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Why the run ended before its time, if it did.
    pub fn warning(&self) -> Option<String> {
        self.overflowed.then(|| {
            let at = Duration(self.now().0).as_s();
            format!(
                "the run ended at {at:.3} s with more than {LIVE_LIMIT} live calls: they come faster than they are done"
            )
        })
    }
}

/// One step of a multiplicative hash.
#[inline(always)]
fn fold(hash: u64, value: u64) -> u64 {
    (hash ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(27)
}
