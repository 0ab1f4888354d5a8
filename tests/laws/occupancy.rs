//! Who holds a worker, for how long, and how many are there: rules 2, 3 and 4 in scenarios with everything at once.
//!
//! ```text
//! sync call   sent ├──────── blocked on this edge, for this span, without a break ────────┤ outcome
//! station     mean number in flight × window  =  sum of all stays
//! workers     share of time not idle × workers × window  =  sum of all that they did
//! ```
//!
//! Law: what the report says of means is compared with sums of what was seen, to a millionth.

use super::auditor::clipped;
use super::facts::Facts;
use super::tally::report;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Report;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::*;

/// What has been seen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Sync calls that held a worker for some time.
    pub pins: u64,
    pub stays: u64,
}

#[derive(Clone, Copy)]
struct Lane {
    is: Activity,
    span: u32,
    since: Instant,
}

/// A worker that has to stand still for a call.
#[derive(Clone, Copy)]
struct Pin {
    lane: u32,
    edge: EdgeId,
    span: u32,
    sent: Instant,
}

struct Watcher<'s> {
    scenario: &'s Scenario,
    first_lanes: Vec<u32>,
    lanes: BTreeMap<u32, Lane>,
    /// Of each call that is at a service: since when, and the operation that it executes.
    stays: BTreeMap<u32, (Instant, EdgeId)>,
    /// Sync calls without policies by their slots, and those with policies by the slots of their guards.
    calls: BTreeMap<u32, Pin>,
    guards: BTreeMap<u32, Pin>,
    /// In nanoseconds, for each service.
    stayed: Vec<u128>,
    busy: Vec<u128>,
    seen: Seen,
    wrong: Option<String>,
}

impl Watcher<'_> {
    fn service_of(&self, lane: u32) -> (usize, u32) {
        let service = self.first_lanes.partition_point(|first| *first <= lane) - 1;
        (
            service,
            (lane - self.first_lanes[service]) % self.scenario.services[service].lanes(),
        )
    }

    /// The worker that a span stands on now, where all of its steps come one after the other.
    fn holder(&self, span: u32) -> Option<u32> {
        let (_, edge) = self.stays.get(&span)?;
        let Callee::Operation(service, operation) = self.scenario.edge(*edge).to else {
            return None;
        };
        let steps = &self.scenario.service(service).operations[operation as usize].steps;
        let mut own = self
            .lanes
            .iter()
            .filter(|(_, lane)| lane.span == span && lane.is != Activity::Idle);
        let lane = own.next().map(|(lane, _)| *lane);
        lane.filter(|_| !Facts::of(steps).parallel && own.next().is_none())
    }

    fn check(&mut self, now: Instant, pin: Pin, outcome: Result<(), Cause>) {
        if pin.sent == now || outcome == Err(Cause::Reset) {
            return;
        }
        self.seen.pins += 1;
        let Some(lane) = self.lanes.get(&pin.lane) else { return };
        let held = lane.is == Activity::Blocked(On::Edge(pin.edge)) && lane.span == pin.span && lane.since <= pin.sent;
        if !held && self.wrong.is_none() {
            self.wrong = Some(format!(
                "{now:?}: the worker {} of a call sent at {:?} over {:?} is {:?} for {} since {:?}",
                pin.lane, pin.sent, pin.edge, lane.is, lane.span, lane.since
            ));
        }
    }

    fn leave(&mut self, now: Instant, call: Call) {
        if let Some((since, _)) = self.stays.remove(&call.slot) {
            self.seen.stays += 1;
            self.stayed[call.service.0 as usize] += clipped(self.scenario, since, now);
        }
    }

    fn rest(&mut self, now: Instant, lane: u32) {
        let (service, place) = self.service_of(lane);
        let Some(known) = self.lanes.get(&lane) else { return };
        if known.is != Activity::Idle && place < self.scenario.services[service].runtime.workers() {
            self.busy[service] += clipped(self.scenario, known.since, now);
        }
    }

    /// What is still there at the end, and then the comparison.
    fn close(mut self, report: &Report) -> Result<Seen, String> {
        let end = Instant::START + self.scenario.run.duration;
        let lanes: Vec<u32> = self.lanes.keys().copied().collect();
        lanes.into_iter().for_each(|lane| self.rest(end, lane));
        for (since, edge) in self.stays.values() {
            if let Some(service) = self.scenario.edge(*edge).service() {
                self.stayed[service.0 as usize] += clipped(self.scenario, *since, end);
            }
        }
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let window = (self.scenario.run.duration.0 - self.scenario.run.warmup.0) as f64;
        for (index, service) in self.scenario.services.iter().enumerate() {
            let told = report
                .services
                .get(&service.name)
                .ok_or("a service is not in the report")?;
            let workers = f64::from(service.replicas * service.runtime.workers());
            let pairs = [
                (told.in_flight_mean, self.stayed[index] as f64 / window),
                (told.utilization, self.busy[index] as f64 / window / workers),
            ];
            for (told, seen) in pairs {
                if (told - seen).abs() > 1e-6 * (1.0 + seen) {
                    return Err(format!("{}: {told} is told, {seen} was seen", service.name));
                }
            }
        }
        Ok(self.seen)
    }
}

impl Observer for Watcher<'_> {
    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, _: Activity, is: Activity, span: u32) {
        self.rest(now, lane);
        self.lanes.insert(lane, Lane { is, span, since: now });
    }

    fn accepted(&mut self, now: Instant, call: Call, _: bool) {
        self.stays.insert(call.slot, (now, call.edge));
    }

    fn ended(&mut self, now: Instant, call: Call, _: bool) {
        self.leave(now, call);
    }

    fn crashed(&mut self, now: Instant, call: Call, _: bool) {
        self.leave(now, call);
    }

    fn sent(&mut self, now: Instant, call: Call, _: Option<u32>) {
        let lone = call.mode == Mode::Sync && call.guard.is_none();
        if let Some(span) = call.parent.filter(|_| lone)
            && let Some(lane) = self.holder(span)
        {
            let (edge, sent) = (call.edge, now);
            self.calls.insert(call.slot, Pin { lane, edge, span, sent });
        }
    }

    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        if let Some(pin) = self.calls.remove(&call.slot) {
            self.check(now, pin, outcome);
        }
    }

    fn called(&mut self, now: Instant, call: Guarded) {
        if let Some(span) = call.parent.filter(|_| call.mode == Mode::Sync)
            && let Some(lane) = self.holder(span)
        {
            let (edge, sent) = (call.edge, now);
            self.guards.insert(call.slot, Pin { lane, edge, span, sent });
        }
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, _: bool) {
        if let Some(pin) = self.guards.remove(&call.slot) {
            self.check(now, pin, outcome);
        }
    }
}

/// Whether workers are held and counted as the rules say.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<Seen, String> {
    let services = scenario.services.len();
    let mut watcher = Watcher {
        scenario,
        first_lanes: scenario.first_lanes(),
        lanes: BTreeMap::new(),
        stays: BTreeMap::new(),
        calls: BTreeMap::new(),
        guards: BTreeMap::new(),
        stayed: vec![0; services],
        busy: vec![0; services],
        seen: Seen::default(),
        wrong: None,
    };
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut watcher);
    watcher.close(&report(scenario, seed))
}
