//! What the watch over the order of a run hears.

use super::*;
use crate::load;
use sync_or_swim::engine::Run;

impl Observer for Sequence<'_> {
    fn offered(&mut self, now: Instant, request: Request) {
        self.step(now);
        let last = self.offers.insert(request.client, now);
        let ever = load::sources(self.scenario, request.client.0 as usize);
        match last {
            Some(at) if at < now && ever.len() == 1 && matches!(ever[0].load, Load::Open(_)) => {
                let since = Since { at, turn: None };
                self.take_turn(Class::Arrival, since, &|| format!("{request:?}"));
            }
            _ => self.reach(Class::Arrival),
        }
    }

    fn sent(&mut self, now: Instant, call: Call, _: Option<u32>) {
        self.step(now);
        let here = self.here();
        if let Some(guard) = call.guard.filter(|_| call.attempt != Attempt::Only) {
            self.try_again(&call, guard);
            if let Some(tries) = self.guards.get_mut(&guard).filter(|_| call.attempt != Attempt::Hedge) {
                tries.sent = Some(here);
            }
        } else if !matches!(self.scenario.edge(call.edge).from, Caller::Channel(_)) {
            let mode = effective(present::edge(self.scenario, call.edge, now));
            self.law(call.mode == mode, || {
                format!("{call:?} is sent over an edge in mode {mode:?}")
            });
        }
        self.enter(call);
    }

    fn called(&mut self, now: Instant, call: Guarded) {
        self.step(now);
        let mode = effective(present::edge(self.scenario, call.edge, now));
        self.law(call.mode == mode, || {
            format!("{call:?} is made over an edge in mode {mode:?}")
        });
        let tries = Tries {
            since: now,
            sent: None,
            over: now,
        };
        self.guards.insert(call.slot, tries);
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, _: bool) {
        self.step(now);
        if let Some(tries) = self.guards.remove(&call.slot)
            && outcome == Err(Cause::Timeout)
        {
            self.time_out(&call, tries);
        }
    }

    fn polled(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.pass(Class::Arrival, &|| format!("{call:?} is asked about"));
    }

    fn accepted(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        self.arrive(&call);
    }

    fn refused(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.arrive(&call);
        self.answer(&call);
    }

    fn overflowed(&mut self, now: Instant, call: Call, _: ChannelId) {
        self.step(now);
        self.arrive(&call);
        self.answer(&call);
    }

    fn parked(&mut self, now: Instant, call: Call, _: ChannelId) {
        self.step(now);
        self.arrive(&call);
        if let Some(way) = self.calls.get_mut(&call.slot) {
            way.parked = true;
        }
    }

    fn published(&mut self, now: Instant, call: Call, message: Message) {
        self.step(now);
        self.arrive(&call);
        if call.mode == Mode::Queue {
            self.answer(&call);
        }
        self.lay(&message);
    }

    fn copied(&mut self, now: Instant, message: Message, _: u32) {
        self.step(now);
        self.lay(&message);
    }

    fn dead_lettered(&mut self, now: Instant, _: Message, letter: Message) {
        self.step(now);
        self.lay(&letter);
    }

    fn lost(&mut self, now: Instant, call: Call) {
        self.step(now);
        // One that is lost later than it was sent, and not by its callee's answer, has come to a place that is away.
        if let Some(way) = self.way(&call)
            && way.sent.at < now
            && !way.come
            && way.answered.is_none()
        {
            self.arrive(&call);
        }
    }

    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        self.step(now);
        if let Some(tries) = call.guard.and_then(|guard| self.guards.get_mut(&guard)) {
            tries.over = now;
        }
        let Some(way) = self.way(&call) else { return };
        match outcome {
            Err(Cause::Reset) => {}
            Err(Cause::Timeout) => self.give_up(way),
            _ => self.learn(way),
        }
    }

    fn abandoned(&mut self, now: Instant, call: Call, _: Cause) {
        self.step(now);
        if let Some(tries) = call.guard.and_then(|guard| self.guards.get_mut(&guard)) {
            tries.over = now;
        }
    }

    fn responded(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        if !matches!(call.mode, Mode::Queue | Mode::Poll) {
            self.answer(&call);
        }
    }

    fn forwarded(&mut self, now: Instant, call: Call, _: EdgeId) {
        self.step(now);
        if let Some(way) = self.calls.get_mut(&call.slot) {
            way.forwarded = true;
        }
    }

    fn ended(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        if call.mode == Mode::Queue {
            self.answer(&call);
        }
    }

    fn crashed(&mut self, now: Instant, call: Call, _: bool) {
        self.step(now);
        self.pass(Class::Fault, &|| format!("{call:?} dies"));
        self.answer(&call);
    }

    fn job_crashed(&mut self, now: Instant, job: Job, _: bool) {
        self.step(now);
        self.pass(Class::Fault, &|| format!("{job:?} dies"));
    }

    fn lane(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, span: u32) {
        self.step(now);
        let since = self.here();
        let known = self.lanes.insert(lane, Lane { is, span, since });
        if let Some(known) = known.filter(|known| known.is == was && !self.is_struck(service)) {
            self.turn_away_from(known, service, is);
        }
    }

    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        self.step(now);
        // The messages of a batch are told before it comes anywhere.
        if self.way(&call).is_none_or(|way| way.come) {
            self.enter(call);
        }
        let sent = self.calls[&call.slot].sent;
        if let Some(parcel) = self.messages.get_mut(&message.slot) {
            parcel.delivered = sent;
        }
    }

    fn taken_back(&mut self, now: Instant, message: Message, cause: Cause) {
        self.step(now);
        let here = self.here();
        let Some(parcel) = self.messages.get_mut(&message.slot) else {
            return;
        };
        parcel.taken_back = here;
        let since = parcel.delivered;
        if cause == Cause::Timeout {
            self.take_turn(Class::Timeout, since, &|| format!("{message:?} is taken back"));
        }
    }

    fn requeued(&mut self, now: Instant, message: Message) {
        self.step(now);
        if let Some(parcel) = self.messages.get(&message.slot).copied() {
            if parcel.taken_back.at < now {
                self.take_turn(Class::Arrival, parcel.taken_back, &|| format!("{message:?} lies again"));
            }
            self.lay(&message);
        }
    }

    fn expired(&mut self, now: Instant, message: Message) {
        self.step(now);
        if let Some(parcel) = self.messages.remove(&message.slot) {
            self.take_turn(Class::Arrival, parcel.laid, &|| format!("{message:?} expires"));
        }
    }

    fn settled(&mut self, now: Instant, message: Message, _: bool) {
        self.step(now);
        self.messages.remove(&message.slot);
    }

    fn dropped(&mut self, now: Instant, message: Message, why: Gone) {
        self.step(now);
        self.messages.remove(&message.slot);
        if why == Gone::Crash {
            self.pass(Class::Fault, &|| format!("{message:?} is lost with its broker"));
        }
    }

    fn failed_over(&mut self, now: Instant, item: ItemId, _: u32, _: u64, _: u64) {
        self.step(now);
        self.pass(Class::Fault, &|| format!("the owner of {item:?} dies"));
    }
}

/// Whether a run of this scenario keeps its order.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<Seen, String> {
    let mut sequence = Sequence::new(scenario);
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut sequence);
    match sequence.wrong {
        None => Ok(sequence.seen),
        Some((at, wrong)) => Err(format!("{wrong}\n{}", crate::events_until(scenario, seed, at))),
    }
}
