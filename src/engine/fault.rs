//! Faults: what goes wrong for a while, and what that means for who is there and for what is on its way.
//!
//! ```text
//! service, replica   down │ pause │ slow │ fail        its plight
//! edge               down │ loss │ latency             a storm over its lines, in both directions
//! channel            down │ pause
//! ```
//!
//! Law: faults that overlap add up, and where one ends the others still hold. A fault changes nobody's draws.

use super::chance::{Draw, Odds, Purpose, Sampler, millionths, mix};
use super::event::Event;
use super::turn::Turn;
use super::world::World;
use crate::scenario::{Caller, Down, Fault, Harm, Place, ServiceId};
use crate::time::{Duration, Instant};
use crate::trace::{Cause, Observer};

/// What is wrong with a replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plight {
    pub down: Option<Down>,
    /// Nothing goes on before this instant.
    pub paused: Option<Instant>,
    /// How many times as long work takes, in millionths.
    slow: u64,
    /// A span that begins ends at once with an error.
    pub fail: Odds,
}

impl Plight {
    /// Nothing is wrong.
    pub const WELL: Plight = Plight {
        down: None,
        paused: None,
        slow: 1_000_000,
        fail: Odds::NEVER,
    };

    /// The time that this work takes here.
    #[inline]
    pub fn stretch(&self, work: Duration) -> Duration {
        if self.slow == Plight::WELL.slow {
            return work;
        }
        Duration(u64::try_from(work.0 as u128 * self.slow as u128 / 1_000_000).unwrap_or(u64::MAX >> 2))
    }
}

/// What is wrong with the lines of an edge.
#[derive(Clone)]
pub struct Storm {
    down: Option<Down>,
    loss: Odds,
    latency: Vec<Sampler>,
}

/// Which of a scenario's faults hold.
pub struct Faults {
    hold: Vec<bool>,
    /// How many replicas are paused.
    pub paused: u32,
}

impl Faults {
    /// None of them holds yet.
    pub fn new(count: usize) -> Faults {
        Faults {
            hold: vec![false; count],
            paused: 0,
        }
    }
}

/// The worse of two ways to be away.
fn worse(one: Option<Down>, other: Down) -> Option<Down> {
    let rank = |down: Down| match down {
        Down::Refuse => 0,
        Down::Blackhole => 1,
        Down::Crash => 2,
    };
    match one {
        Some(one) if rank(one) >= rank(other) => Some(one),
        _ => Some(other),
    }
}

impl World {
    fn holding(&self) -> impl Iterator<Item = &Fault> {
        let numbered = self.scenario.faults.iter().zip(&self.faults.hold);
        numbered.filter(|(_, holds)| **holds).map(|(fault, _)| fault)
    }

    /// Schedules the beginnings of all faults, and then their ends: there is no moment between one fault and the next
    /// that begins where it ends.
    pub fn schedule_faults(&mut self) {
        for (index, fault) in (0..).zip(&self.scenario.faults) {
            self.queue.push(fault.at, Event::Strike(index));
        }
        for (index, fault) in (0..).zip(&self.scenario.faults) {
            if fault.until < Instant::NEVER {
                self.queue.push(fault.until, Event::Heal(index));
            }
        }
    }

    /// The replicas of a service, or one of them.
    fn replicas_at(&self, service: ServiceId, only: Option<u32>) -> std::ops::Range<u32> {
        let place = &self.services[service.0];
        match only {
            Some(index) => place.first_replica + index..place.first_replica + index + 1,
            None => place.first_replica..place.first_replica + place.replicas,
        }
    }

    fn plight(&self, replica: u32) -> Plight {
        let service = ServiceId(self.replicas[replica].service);
        let index = replica - self.services[service.0].first_replica;
        let here = [Place::Service(service), Place::Replica(service, index)];
        let mut plight = Plight::WELL;
        for fault in self.holding().filter(|fault| here.contains(&fault.place)) {
            match &fault.harm {
                Harm::Down(how) => plight.down = worse(plight.down, *how),
                Harm::Pause => plight.paused = plight.paused.max(Some(fault.until)),
                Harm::Slow(factor) => {
                    let slow = plight.slow as u128 * millionths(*factor) as u128 / 1_000_000;
                    plight.slow = u64::try_from(slow).unwrap_or(u64::MAX);
                }
                Harm::Fail(share) => plight.fail = plight.fail.or(Odds::new(*share)),
                Harm::Loss(_) | Harm::Latency(_) => {}
            }
        }
        plight
    }

    /// The lines of an edge are as its faults say.
    pub fn brew(&mut self, edge: u32) {
        let mut storm: Option<Box<Storm>> = None;
        let here = Place::Edge(crate::scenario::EdgeId(edge));
        for fault in self.holding().filter(|fault| fault.place == here) {
            let storm = storm.get_or_insert_with(|| {
                Box::new(Storm {
                    down: None,
                    loss: Odds::NEVER,
                    latency: Vec::new(),
                })
            });
            match &fault.harm {
                Harm::Down(how) => storm.down = worse(storm.down, *how),
                Harm::Loss(share) => storm.loss = storm.loss.or(Odds::new(*share)),
                Harm::Latency(dist) => storm.latency.push(Sampler::new(dist)),
                Harm::Slow(_) | Harm::Fail(_) | Harm::Pause => {}
            }
        }
        for line in self.lines.iter_mut().filter(|line| line.edge == edge) {
            line.set_storm(storm.clone());
        }
    }

    /// Whether a broker knows that it cannot reach this replica over this edge.
    pub fn is_cut_off(&self, edge: u32, replica: u32) -> bool {
        let line = &self.lines[self.edges[edge].line];
        let storm = line.storm.as_ref().and_then(|storm| storm.down);
        let down = self.replicas[replica].plight.down;
        storm == Some(Down::Refuse) || matches!(down, Some(Down::Refuse | Down::Crash))
    }
}

impl<O: Observer + ?Sized> Turn<'_, O> {
    /// A fault begins.
    #[inline(never)]
    pub(super) fn strike(&mut self, index: u32) {
        self.world.faults.hold[index as usize] = true;
        let fault = &self.world.scenario.faults[index as usize];
        let (place, crashes) = (fault.place, fault.harm == Harm::Down(Down::Crash));
        self.feel(place);
        if crashes {
            match place {
                Place::Service(service) => self.crash_service(service, None),
                Place::Replica(service, replica) => self.crash_service(service, Some(replica)),
                Place::Channel(channel) => self.crash_channel(channel.0),
                Place::Edge(_) => {}
            }
        }
    }

    /// A fault is over.
    #[inline(never)]
    pub(super) fn heal(&mut self, index: u32) {
        self.world.faults.hold[index as usize] = false;
        self.feel(self.world.scenario.faults[index as usize].place);
    }

    /// What is wrong at a place has changed.
    fn feel(&mut self, place: Place) {
        match place {
            Place::Service(service) => self.feel_at(service, None),
            Place::Replica(service, replica) => self.feel_at(service, Some(replica)),
            Place::Edge(edge) => self.world.brew(edge.0),
            Place::Channel(channel) => {
                let here = self.world.holding().filter(|fault| fault.place == place);
                let (mut down, mut paused) = (None, false);
                for fault in here {
                    match fault.harm {
                        Harm::Down(how) => down = worse(down, how),
                        _ => paused = true,
                    }
                }
                let place = &mut self.world.channels[channel.0];
                (place.down, place.paused) = (down, paused);
            }
        }
        // Whoever could not be reached may be reached again.
        for channel in 0..self.world.channels.len() as u32 {
            self.poke(channel);
        }
    }

    fn feel_at(&mut self, service: ServiceId, only: Option<u32>) {
        for replica in self.world.replicas_at(service, only) {
            let plight = self.world.plight(replica);
            let place = &mut self.world.replicas[replica];
            let was = std::mem::replace(&mut place.plight, plight);
            place.judge();
            match (was.paused.is_some(), plight.paused.is_some()) {
                (false, true) => self.freeze(replica),
                (true, false) => self.thaw(replica),
                _ => {}
            }
        }
    }

    fn crash_service(&mut self, service: ServiceId, only: Option<u32>) {
        let mut all = self.world.replicas_at(service, None);
        if all.all(|replica| self.world.replicas[replica].plight.down == Some(Down::Crash)) {
            self.owner_crashed(service.0);
        }
        for replica in self.world.replicas_at(service, only) {
            self.crash(replica);
        }
    }

    /// The gates of a replica as a caller.
    pub(super) fn gates_of(&self, replica: u32) -> Vec<u32> {
        let service = self.world.replicas[replica].service;
        let place = replica - self.world.services[service].first_replica;
        let own = |edge: &&super::world::Edge| edge.from == Caller::Service(ServiceId(service));
        let edges = self.world.edges.iter().filter(own);
        let gates = edges.map(|edge| edge.first_gate);
        gates
            .filter(|gate| *gate != super::slab::NONE)
            .map(|gate| gate + place)
            .collect()
    }

    /// A message sets out into a storm: how much later it arrives, or nothing where it gets nowhere.
    #[inline(never)]
    pub(super) fn brave(&mut self, slot: u32, loss: Purpose, latency: Purpose, arrival: Event) -> Option<Duration> {
        let super::world::Task {
            key, questions, line, ..
        } = self.world.tasks[slot];
        let storm = self.world.lines[line].storm.clone()?;
        match (storm.down, arrival) {
            (Some(Down::Refuse), Event::Arrive(_)) => {
                self.turn_away(slot);
                return None;
            }
            (Some(Down::Refuse), Event::Asked(_)) => {
                self.ask_later(slot);
                return None;
            }
            (Some(Down::Refuse) | None, _) => {}
            (Some(_), _) => {
                self.lose(slot, arrival);
                return None;
            }
        }
        let mut key = mix(key, Purpose::Storm as u64);
        if !storm.loss.never() {
            let bits = self.draw_bits(key, questions, loss);
            if storm.loss.hit(bits) {
                self.lose(slot, arrival);
                return None;
            }
        }
        let mut later = Duration::ZERO;
        for sampler in &storm.latency {
            let draw = Draw::new(key, questions, latency);
            let delay = sampler.sample_rare(&self.world.ziggurat, draw);
            self.observer.drawn(self.now(), draw.key(), delay.0);
            later = Duration(later.0 + delay.0);
            key = mix(key, Purpose::Storm as u64);
        }
        Some(later)
    }

    /// The caller learns at once that there is no way to the callee.
    fn turn_away(&mut self, call: u32) {
        self.observer.turned_away(self.now(), self.world.view(call));
        let task = &mut self.world.tasks[call];
        match task.mode {
            crate::scenario::Mode::Oneway => {}
            crate::scenario::Mode::Forward => self.answer_origin(call, Err(Cause::Refused)),
            _ => {
                task.reply = Err(Cause::Refused);
                task.holds += 1;
                self.world.queue.push(self.world.queue.now(), Event::Reply(call));
            }
        }
        self.work_of_call_ended(call);
    }
}
