//! What is measured of the workers of a service, and of its offload threads.
//!
//! ```text
//! lanes of a replica   0 1 … workers │ offload.0 offload.1 …      two entries of a report: `api` and `api/offload`
//! ```
//!
//! Law: running + blocked + waiting for a core + idle = 1, of either. Workers and threads that share the cores of a
//! replica are slowed down alike.

use super::distribution::Distribution;
use super::level::{Level, Peak};
use super::report::ServiceReport;
use crate::scenario::{Cpu, Scenario, Service};
use crate::time::Instant;
use crate::trace::Activity;

/// The measures of the workers of a service, or of its offload threads.
#[derive(Default)]
pub struct Workers {
    pub accepted: u64,
    pub refused: u64,
    pub completed: u64,
    pub failed: u64,
    /// How many do what, by `place_of`; the idle ones are counted from nothing downwards.
    doing: [Level; 4],
    /// Of those that run, how many have no core at the moment.
    pub excess: Level,
    pub backlog: Peak,
    pub in_flight: Level,
    pub response: Distribution,
    /// The offload threads beside them.
    pub beside: Option<Box<Beside>>,
}

impl Workers {
    /// Nothing has been measured yet, of all services and behind them of the offload threads that some have.
    pub fn all(scenario: &Scenario) -> Vec<Workers> {
        let mut all: Vec<Workers> = scenario.services.iter().map(|_| Workers::default()).collect();
        let lanes = scenario.first_lanes();
        for (index, service) in scenario
            .services
            .iter()
            .enumerate()
            .filter(|(_, service)| service.offload > 0)
        {
            all[index].beside = Some(Box::new(Beside::new(all.len(), lanes[index], service)));
            all.push(Workers::default());
        }
        all
    }

    /// The figures of the workers up to `now`; `threads` are those of its offload threads.
    pub fn report(
        &self,
        service: &Service,
        threads: Option<&Workers>,
        now: Instant,
        opening: Instant,
    ) -> ServiceReport {
        let workers = service.replicas as f64 * service.runtime.workers() as f64;
        let cores = service
            .cores
            .map_or(workers, |cores| service.replicas as f64 * cores as f64);
        let mut report = self.figures(workers, self.without_core(now, opening), now, opening);
        let on_cores = report.running_share * workers;
        let others = threads.filter(|_| service.cores.is_some()).map_or(0.0, |threads| {
            let without = self
                .beside
                .as_ref()
                .map_or(0.0, |beside| beside.without_core(1, now, opening));
            threads.doing[RUNNING].mean(now, opening) - without
        });
        report.core_utilization = (on_cores + others) / cores;
        report
    }

    /// The figures of the offload threads of a service, which these workers are beside.
    pub fn report_of_threads(
        &self,
        service: &Service,
        threads: &Workers,
        now: Instant,
        opening: Instant,
    ) -> ServiceReport {
        let workers = service.replicas as f64 * service.offload as f64;
        let cores = service
            .cores
            .map_or(workers, |cores| service.replicas as f64 * cores as f64);
        let without = self
            .beside
            .as_ref()
            .map_or(0.0, |beside| beside.without_core(1, now, opening));
        let mut report = threads.figures(workers, without, now, opening);
        report.core_utilization = report.running_share * workers / cores;
        report
    }

    /// How many of those that run have no core, on average.
    fn without_core(&self, now: Instant, opening: Instant) -> f64 {
        match &self.beside {
            Some(beside) if beside.shares() => beside.without_core(0, now, opening),
            _ => self.excess.mean(now, opening),
        }
    }

    fn figures(&self, workers: f64, excess: f64, now: Instant, opening: Instant) -> ServiceReport {
        let empty = now <= opening;
        let mean = |level: &Level| level.mean(now, opening);
        let running = (mean(&self.doing[RUNNING]) - excess) / workers;
        let blocked = mean(&self.doing[BLOCKED]) / workers;
        let core_wait = (mean(&self.doing[CORE_WAIT]) + excess) / workers;
        ServiceReport {
            arrivals: self.accepted + self.refused,
            completed: self.completed,
            failed: self.failed,
            rejected: self.refused,
            in_flight: self.accepted - self.completed - self.failed,
            running_share: running,
            blocked_share: blocked,
            core_wait_share: core_wait,
            idle_share: if empty {
                1.0
            } else {
                1.0 - running - blocked - core_wait
            },
            utilization: running + blocked + core_wait,
            core_utilization: 0.0,
            backlog_mean: self.backlog.mean(now, opening),
            backlog_max: self.backlog.max(),
            in_flight_mean: mean(&self.in_flight),
            response_ms: self.response.summary(),
        }
    }

    /// A span or a job is over; `ok` unless it has failed.
    #[inline(always)]
    pub fn finish(&mut self, ok: bool) {
        self.completed += ok as u64;
        self.failed += !ok as u64;
    }

    /// One of them does something else.
    #[inline(always)]
    pub fn turn(&mut self, now: Instant, opening: Instant, was: Activity, is: Activity) {
        self.doing[place_of(was)].fall(now, opening);
        self.doing[place_of(is)].rise(now, opening);
    }
}

const IDLE: usize = 0;
const RUNNING: usize = 1;
const CORE_WAIT: usize = 2;
const BLOCKED: usize = 3;

/// Where those who do this are counted.
#[inline(always)]
fn place_of(activity: Activity) -> usize {
    match activity {
        Activity::Idle => IDLE,
        Activity::Running => RUNNING,
        Activity::CoreWait => CORE_WAIT,
        Activity::Blocked(_) => BLOCKED,
    }
}

/// The offload threads beside the workers of a service.
pub struct Beside {
    /// Where their measures are.
    pub place: usize,
    first_lane: u32,
    /// Lanes of a replica, and those of them that are workers.
    lanes: u32,
    workers: u32,
    /// Cores of each replica that all that run share equally; none where they do not.
    cores: Option<f64>,
    replicas: Vec<Crowd>,
    /// For how long workers and threads ran without a core, in nanoseconds.
    lost: [f64; 2],
}

/// How many of a replica's workers and threads run, and since when.
#[derive(Clone, Default)]
struct Crowd {
    running: [u32; 2],
    since: Instant,
}

impl Beside {
    fn new(place: usize, first_lane: u32, service: &Service) -> Beside {
        let cores = service.cores.filter(|_| service.cpu == Cpu::Ps);
        Beside {
            place,
            first_lane,
            lanes: service.lanes(),
            workers: service.runtime.workers(),
            cores: cores.map(f64::from),
            replicas: vec![Crowd::default(); service.replicas as usize],
            lost: [0.0; 2],
        }
    }

    fn shares(&self) -> bool {
        self.cores.is_some()
    }

    /// Whether a lane of the service is that of an offload thread.
    pub fn is_thread(&self, lane: u32) -> bool {
        (lane - self.first_lane) % self.lanes >= self.workers
    }

    /// A lane begins or ceases to run, among those that share the cores.
    pub fn turn(&mut self, now: Instant, opening: Instant, lane: u32, was: Activity, is: Activity) {
        if was == is || !self.shares() {
            return;
        }
        let kind = self.is_thread(lane) as usize;
        let replica = ((lane - self.first_lane) / self.lanes) as usize;
        let lost = self.lost_since(replica, now, opening);
        (0..2).for_each(|kind| self.lost[kind] += lost[kind]);
        let crowd = &mut self.replicas[replica];
        crowd.since = now;
        crowd.running[kind] -= (was == Activity::Running) as u32;
        crowd.running[kind] += (is == Activity::Running) as u32;
    }

    /// Of n that run on c cores each is without one for (n − c) ÷ n of the time.
    fn lost_since(&self, replica: usize, now: Instant, opening: Instant) -> [f64; 2] {
        let Crowd { running, since } = &self.replicas[replica];
        let all = (running[0] + running[1]) as f64;
        let excess = (all - self.cores.unwrap_or(all)).max(0.0);
        let time = now.since((*since).max(opening)).0 as f64;
        running.map(|of| {
            if excess > 0.0 {
                time * excess * of as f64 / all
            } else {
                0.0
            }
        })
    }

    /// How many workers (0) or threads (1) that run had no core, on average.
    fn without_core(&self, kind: usize, now: Instant, opening: Instant) -> f64 {
        let pending: f64 = (0..self.replicas.len())
            .map(|replica| self.lost_since(replica, now, opening)[kind])
            .sum();
        match now.since(opening).0 {
            0 => 0.0,
            length => (self.lost[kind] + pending) / length as f64,
        }
    }
}
