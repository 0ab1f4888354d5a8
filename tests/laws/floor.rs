//! Workers and cores: what each does, for whom, and who could do something but does not.

use super::auditor::{Auditor, ReplicaBook, clipped};
use super::facts::Bounds;
use super::ledger::{Record, Stage};
use super::order::Class;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Activity, On};

impl Auditor<'_> {
    pub fn on_lane(&mut self, service: ServiceId, lane: u32, was: Activity, is: Activity, call: u32) {
        let index = lane as usize;
        let Some(book) = self.lanes.get(index) else {
            self.law(2, false, || format!("there is no lane {lane}"));
            return;
        };
        let (known, old, since, replica) = (book.activity, book.span, book.since, book.replica);
        let home = self.replicas[replica].service == service.0 as usize;
        self.law(2, home, || format!("lane {lane} is not one of {service:?}"));
        self.law(2, known == was, || format!("lane {lane} was {known:?}, says {was:?}"));
        self.pass(Class::EndOfWork, was == Activity::Running && since < self.now);
        let span = self.holder(index, is, call, old);
        self.law(2, was != is || span != old, || {
            format!("lane {lane} changes from {was:?} to the same")
        });
        self.check_pins(lane, span, is);
        self.book_lane(index, was, is, span, old);
    }

    /// The span that the lane works for from now on; none where it becomes idle.
    fn holder(&mut self, lane: usize, is: Activity, call: u32, old: Option<usize>) -> Option<usize> {
        if is == Activity::Idle {
            let same = old.is_some_and(|old| self.records[old].call.slot == call);
            self.law(2, same, || {
                format!("lane {lane} becomes idle for call {call}, it worked for {old:?}")
            });
            return None;
        }
        let id = self.slots.get(call as usize).copied().flatten();
        let here = self.lanes[lane].replica;
        let alive =
            id.is_some_and(|id| self.records[id].stage == Stage::Begun && self.records[id].span.replica == here);
        self.law(2, alive, || {
            format!("lane {lane} is {is:?} for call {call}, which is no span of this replica")
        });
        id.filter(|_| alive)
    }

    /// A worker that a call holds serves the span that sent it and nobody else.
    fn check_pins(&mut self, lane: u32, span: Option<usize>, is: Activity) {
        let mut pins = self
            .pins
            .iter()
            .map(|pin| &self.records[*pin])
            .filter(|pin| pin.lane == Some(lane));
        let foreign = pins.find(|pin| pin.parent != span).map(|pin| pin.call);
        let text = || format!("lane {lane} becomes {is:?} for {span:?} while it is held by {foreign:?}");
        self.law(3, foreign.is_none(), text);
    }

    fn book_lane(&mut self, index: usize, was: Activity, is: Activity, span: Option<usize>, old: Option<usize>) {
        let (since, replica) = (self.lanes[index].since, self.lanes[index].replica);
        let service = self.replicas[replica].service;
        let held = if was == Activity::Idle {
            0
        } else {
            clipped(self.scenario, since, self.now)
        };
        let book = &mut self.services[service];
        book.held_ns += held;
        book.busy = (book.busy + u32::from(is != Activity::Idle)).saturating_sub(u32::from(was != Activity::Idle));
        book.quiet = false;
        if let Some(old) = old.filter(|old| Some(*old) != span) {
            let place = &mut self.records[old].span.lane;
            *place = place.filter(|lane| *lane != index);
        }
        if let Some(id) = span {
            self.take_worker(id, index, is, Some(id) == old);
        }
        let lane = &mut self.lanes[index];
        (lane.activity, lane.span, lane.since) = (is, span, self.now);
    }

    fn take_worker(&mut self, id: usize, lane: usize, is: Activity, still: bool) {
        let Record { call, span, .. } = self.records[id].clone();
        let elsewhere = span.lane.filter(|other| *other != lane);
        self.law(2, elsewhere.is_none(), || {
            format!("{call:?} has lane {lane} and still lane {elsewhere:?}")
        });
        if let (Some(turn), false) = (span.ready, still) {
            self.take_turn(span.replica, turn, false);
        }
        let span = &mut self.records[id].span;
        span.lane = Some(lane);
        span.ready = None;
        span.bursts += u64::from(is == Activity::Running);
    }

    pub fn on_crowded(&mut self, service: ServiceId, was: u32, is: u32) {
        self.seen.crowds += 1;
        let plain = self.scenario.service(service);
        let possible = plain.cpu == Cpu::Ps && plain.cores.is_some();
        self.law(2, possible, || {
            format!("{service:?} is crowded, but its cores are not shared")
        });
        let known = self.services[service.0 as usize].excess;
        let kept = was != is && was <= known;
        self.law(2, kept, || {
            format!("{service:?} has {known} in excess, a replica of it says {was} and {is}")
        });
        self.services[service.0 as usize].excess = (known + is).saturating_sub(was);
    }

    /// Whether a worker is idle and a request that waited might begin.
    pub fn has_slack(&self, replica: &ReplicaBook) -> bool {
        let permit = self.service_now(replica.service).in_flight;
        let idle = self.lanes[replica.lanes.clone()]
            .iter()
            .any(|lane| lane.activity == Activity::Idle);
        idle && permit.is_none_or(|most| replica.begun.len() < most as usize)
    }

    /// Who holds each worker, at the end of an instant.
    pub fn close_lanes(&mut self) {
        for index in 0..self.lanes.len() {
            let (activity, span) = (self.lanes[index].activity, self.lanes[index].span);
            let kept = match (activity, span) {
                (Activity::Idle, None) => true,
                (Activity::Idle, Some(_)) | (_, None) => false,
                (activity, Some(id)) => self.may_be(index, id, activity),
            };
            self.law(3, kept, || {
                format!("lane {index} is {activity:?} for {span:?}, which has no reason for it")
            });
        }
        for pin in self.pins.clone() {
            self.check_pin(pin);
        }
    }

    fn may_be(&self, lane: usize, id: usize, activity: Activity) -> bool {
        let record = &self.records[id];
        let service = self.scenario.service(record.call.service);
        let reason = match activity {
            Activity::Idle => false,
            Activity::Running => true,
            Activity::CoreWait => service.cores.is_some() && service.cpu == Cpu::Fifo,
            Activity::Blocked(On::Wait) => {
                matches!(service.runtime, Runtime::Threads(_)) && self.facts(record.call.edge).waits
            }
            Activity::Blocked(On::Pool(pool)) => service.pools.len() > pool as usize,
            Activity::Blocked(On::Edge(edge)) => self.pins.iter().any(|pin| {
                let pin = &self.records[*pin];
                pin.call.edge == edge && pin.parent == Some(id) && pin.lane == Some(lane as u32)
            }),
        };
        reason && record.stage == Stage::Begun && record.span.lane == Some(lane)
    }

    /// A call that holds a worker: it is blocked on that call, or another branch of the same span uses it.
    fn check_pin(&mut self, pin: usize) {
        let Record { call, lane, parent, .. } = self.records[pin];
        let (Some(lane), Some(parent)) = (lane, parent) else {
            return;
        };
        let parallel = self.facts(self.records[parent].call.edge).parallel;
        let book = &self.lanes[lane as usize];
        let (activity, span) = (book.activity, book.span);
        let blocked = activity == Activity::Blocked(On::Edge(call.edge));
        let kept = span == Some(parent) && activity != Activity::Idle && (parallel || blocked);
        self.law(3, kept, || {
            format!("{call:?} holds lane {lane}, which is {activity:?} for {span:?}")
        });
    }

    /// Cores are neither overdrawn nor left alone, and no request waits beside an idle worker.
    pub fn close_replicas(&mut self) {
        for index in 0..self.replicas.len() {
            if self.has_slack(&self.replicas[index]) {
                self.replicas[index].slack = Some(self.now);
            }
            self.check_cores(index);
        }
        for service in 0..self.services.len() {
            self.check_crowd(service);
            let queued = self.services[service].queued;
            let mut replicas = self.replicas.iter().filter(|replica| replica.service == service);
            let idle = replicas.all(|replica| replica.slack == Some(self.now));
            self.law(3, queued == 0 || !idle, || {
                format!("{queued} requests wait at service {service} while every replica has an idle worker")
            });
        }
    }

    /// The numbers of lanes that run and that wait for a core.
    fn on_cores(&self, replica: usize) -> (u32, u32) {
        let lanes = &self.lanes[self.replicas[replica].lanes.clone()];
        let count = |activity| lanes.iter().filter(|lane| lane.activity == activity).count() as u32;
        (count(Activity::Running), count(Activity::CoreWait))
    }

    fn check_cores(&mut self, replica: usize) {
        let plain = &self.scenario.services[self.replicas[replica].service];
        if let (Some(cores), Cpu::Fifo) = (plain.cores, plain.cpu) {
            let (running, waiting) = self.on_cores(replica);
            let kept = running <= cores && (waiting == 0 || running == cores);
            self.law(2, kept, || {
                format!("replica {replica}: {running} run and {waiting} wait for {cores} cores")
            });
        }
    }

    fn check_crowd(&mut self, service: usize) {
        let plain = &self.scenario.services[service];
        let (Some(cores), Cpu::Ps) = (plain.cores, plain.cpu) else {
            return;
        };
        let of = self
            .replicas
            .iter()
            .enumerate()
            .filter(|(_, replica)| replica.service == service);
        let excess: u32 = of.map(|(index, _)| self.on_cores(index).0.saturating_sub(cores)).sum();
        let said = self.services[service].excess;
        self.law(2, said == excess, || {
            format!("service {service}: {excess} lanes in excess, says {said}")
        });
    }

    /// Spans of operations without branches: each works, waits for its turn, or waits for one call.
    pub fn close_spans(&mut self) {
        for replica in 0..self.replicas.len() {
            let idle = self.lanes[self.replicas[replica].lanes.clone()]
                .iter()
                .any(|lane| lane.span.is_none());
            let begun: Vec<usize> = self.replicas[replica].begun.iter().copied().collect();
            for id in begun {
                self.check_span(id, idle);
            }
        }
        for id in std::mem::take(&mut self.moved) {
            let Record {
                call,
                stage,
                span,
                returned,
                ..
            } = self.records[id].clone();
            self.close_delivery(id);
            let travels = self.way_out(&self.records[id]) != Bounds::ZERO;
            let between = stage == Stage::Ending
                || stage == Stage::Delivered && !travels
                || stage == Stage::Queued && !span.queued;
            self.law(1, !between, || format!("{call:?} is left {stage:?}"));
            let hung = matches!(call.mode, Mode::Oneway | Mode::Forward) && returned.is_none();
            self.law(3, !hung, || format!("{call:?} does not return when it is sent"));
        }
    }

    fn check_span(&mut self, id: usize, idle: bool) {
        let record = &self.records[id];
        let facts = self.facts(record.call.edge);
        let is_loop = matches!(self.scenario.service(record.call.service).runtime, Runtime::Loop(_));
        let (call, lane, ready) = (record.call, record.span.lane, record.span.ready);
        let done = record.span.responded.is_some() && self.replies_at_its_end(&call);
        let waits = is_loop && if done { facts.branch_waits } else { facts.waits };
        if facts.parallel {
            let alone = record.span.open_calls == 0 && lane.is_none() && !waits;
            self.law(3, !alone || !idle, || {
                format!("{call:?} waits for nothing and works not, beside an idle worker")
            });
            return;
        }
        let holds = record.span.waiting.map(|child| self.pins.contains(&child));
        self.law(3, !done, || {
            format!("{call:?} has replied, with which it is over, and has not ended")
        });
        let kept = match (holds, lane) {
            (Some(true), lane) => lane.is_some(),
            (Some(false), lane) => lane.is_none(),
            (None, Some(_)) => true,
            (None, None) => waits || ready.is_some() && !idle,
        };
        self.law(3, kept, || {
            format!("{call:?} has lane {lane:?}, waits for a call that holds it: {holds:?}, ready since {ready:?}, idle: {idle}")
        });
    }

    /// Adds up what passes between two instants.
    pub fn integrate(&mut self, from: Instant, until: Instant) {
        let (time, window) = (until.since(from).0, clipped(self.scenario, from, until));
        for service in &mut self.services {
            service.busy_ns += window * u128::from(service.busy);
            service.in_flight_ns += window * service.spans.open.len() as u128;
        }
        for replica in 0..self.replicas.len() {
            let speed = self.speed(replica);
            for lane in self.replicas[replica].lanes.clone() {
                let Some(id) = self.lanes[lane].span else { continue };
                let span = &mut self.records[id].span;
                match self.lanes[lane].activity {
                    Activity::Running => span.running += u128::from(time) * u128::from(speed),
                    Activity::Blocked(On::Wait) => span.waited += time,
                    _ => {}
                }
            }
        }
    }

    /// The speed of each running lane in sixtieths.
    fn speed(&self, replica: usize) -> u32 {
        let plain = &self.scenario.services[self.replicas[replica].service];
        let running = self.on_cores(replica).0.max(1);
        match (plain.cores, plain.cpu) {
            (Some(cores), Cpu::Ps) => 60 * cores.min(running) / running,
            _ => 60,
        }
    }

    /// Little's law, as an identity: what was added up over time is what was added up over spans.
    pub fn close_floor(&mut self) {
        for index in 0..self.lanes.len() {
            let lane = &self.lanes[index];
            let service = self.replicas[lane.replica].service;
            if lane.activity != Activity::Idle {
                self.services[service].held_ns += clipped(self.scenario, lane.since, self.now);
            }
        }
        for index in 0..self.services.len() {
            let open = self.services[index].spans.open.iter();
            let open: u128 = open
                .map(|id| clipped(self.scenario, self.records[*id].span.accepted, self.now))
                .sum();
            let book = &self.services[index];
            let (stay, crowd) = (book.sojourn_ns + open, book.in_flight_ns);
            let (held, busy) = (book.held_ns, book.busy_ns);
            self.law(4, stay == crowd, || {
                format!("service {index}: {crowd} ns in flight, {stay} ns of sojourn")
            });
            self.law(4, held == busy, || {
                format!("service {index}: {busy} ns of workers, {held} ns held")
            });
        }
    }
}
