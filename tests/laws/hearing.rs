//! What the search for reasons hears.

use super::reason::Reasons;
use super::tally;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::*;

impl Observer for Reasons<'_> {
    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        self.now = now;
        self.on_failed(&request, cause);
    }

    fn sent(&mut self, now: Instant, call: Call, _: Option<u32>) {
        self.now = now;
        let delivery = matches!(self.scenario.edge(call.edge).from, Caller::Channel(_));
        self.enter(call, delivery);
        if let Some(guard) = call.guard.filter(|_| call.attempt != Attempt::Only) {
            self.on_attempt(&call, guard);
        }
    }

    fn lost(&mut self, now: Instant, call: Call) {
        self.now = now;
        self.on_lost(&call);
    }

    fn turned_away(&mut self, now: Instant, call: Call) {
        self.now = now;
        self.on_turned_away(&call);
    }

    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        self.now = now;
        self.attempt_over(&call, Some(outcome));
        self.on_returned(&call, outcome);
    }

    fn abandoned(&mut self, now: Instant, call: Call, _: Cause) {
        self.now = now;
        self.attempt_over(&call, None);
    }

    fn called(&mut self, now: Instant, call: Guarded) {
        self.now = now;
        self.on_called(&call);
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        self.now = now;
        self.on_concluded(&call, outcome, fell_back);
    }

    fn breaker(&mut self, now: Instant, edge: EdgeId, replica: u32, state: State) {
        self.now = now;
        self.on_breaker(edge, replica, state);
    }

    fn accepted(&mut self, now: Instant, call: Call, queued: bool) {
        self.now = now;
        self.on_accepted(&call, queued);
    }

    fn refused(&mut self, now: Instant, call: Call) {
        self.now = now;
        self.on_refused(&call);
    }

    fn began(&mut self, now: Instant, call: Call, lane: u32, queued: bool) {
        self.now = now;
        self.on_began(&call, lane, queued);
    }

    fn responded(&mut self, now: Instant, call: Call, ok: bool) {
        self.now = now;
        self.say(&call, if ok { Ok(()) } else { Err(Cause::Error) });
    }

    fn forwarded(&mut self, now: Instant, call: Call, _: EdgeId) {
        self.now = now;
        self.note(&call, |way| way.forwarded = true);
    }

    fn ended(&mut self, now: Instant, call: Call, ok: bool) {
        self.now = now;
        self.on_ended(&call, ok);
    }

    fn crashed(&mut self, now: Instant, call: Call, waited: bool) {
        self.now = now;
        self.on_crashed(&call, waited);
    }

    fn lane(&mut self, now: Instant, _: ServiceId, lane: u32, _: Activity, is: Activity, _: u32) {
        self.now = now;
        self.lanes.insert(lane, is);
    }

    fn job_crashed(&mut self, now: Instant, job: Job, _: bool) {
        self.now = now;
        self.on_job_crashed(&job);
    }

    fn published(&mut self, now: Instant, call: Call, message: Message) {
        self.now = now;
        self.on_published(&call, &message);
    }

    fn copied(&mut self, now: Instant, message: Message, _: u32) {
        self.now = now;
        self.lay(&message);
    }

    fn overflowed(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.now = now;
        self.on_overflowed(&call, channel);
    }

    fn parked(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.now = now;
        self.on_parked(&call, channel);
    }

    fn depth(&mut self, now: Instant, channel: ChannelId, _: u32, is: u32) {
        self.now = now;
        self.depths.insert(channel, is);
    }

    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        self.now = now;
        self.on_delivered(&message, &call);
    }

    fn settled(&mut self, now: Instant, message: Message, _: bool) {
        self.now = now;
        self.messages.remove(&message.slot);
    }

    fn taken_back(&mut self, now: Instant, message: Message, cause: Cause) {
        self.now = now;
        self.on_taken_back(&message, cause);
    }

    fn requeued(&mut self, now: Instant, message: Message) {
        self.now = now;
        self.on_requeued(&message);
    }

    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {
        self.now = now;
        self.on_dead_lettered(&message, &letter);
    }

    fn dropped(&mut self, now: Instant, message: Message, why: Gone) {
        self.now = now;
        self.on_dropped(&message, why);
    }

    fn expired(&mut self, now: Instant, message: Message) {
        self.now = now;
        self.on_expired(&message);
    }

    fn failed_over(&mut self, now: Instant, item: ItemId, _: u32, _: u64, lost: u64) {
        self.now = now;
        self.on_failed_over(item, lost);
    }
}

/// What may happen, and among how many scenarios it does not fail to.
pub const KINDS: [(&str, u64); 49] = [
    ("accepted", 500),
    ("answer lost", 500),
    ("attempt failed", 500),
    ("attempt timed out", 500),
    ("breaker", 500),
    ("call reset with its caller", 500),
    ("call swallowed", 500),
    ("call timed out", 500),
    ("call turned away", 500),
    ("crashed", 500),
    ("dead letter", 500),
    ("deadline", 500),
    ("delivered", 500),
    ("delivery lost", 500),
    ("delivery swallowed", 500),
    ("delivery turned away", 500),
    ("dropped after its deliveries", 500),
    ("dropped as the oldest", 500),
    ("dropped as unwanted", 500),
    ("dropped for want of room", 500),
    ("dropped with its broker", 500),
    ("expired", 500),
    ("failed by a refusal", 500),
    ("failed by a reset", 500),
    ("failed by an error", 500),
    ("failed by its deadline", 500),
    ("failed over", 10_000),
    ("job crashed", 500),
    ("limit", 500),
    ("message lost", 500),
    ("parked", 500),
    ("publication lost while it waited", 10_000),
    ("publication swallowed", 10_000),
    ("published", 500),
    ("question lost", 500),
    ("rate", 500),
    ("refused at a closed door", 500),
    ("refused by a broker that is away", 500),
    ("refused by a full backlog", 500),
    ("refused by a full channel", 500),
    ("replied", 500),
    ("request failed", 500),
    ("requeued", 500),
    ("reset with its caller", 10_000),
    ("taken back after an error", 500),
    ("taken back by a broker that died", 500),
    ("taken back from a consumer that is away", 500),
    ("taken back without an ack", 500),
    ("writes lost", 500),
];

/// Whether all that is lost in a run has a reason and is counted; yields how often what has happened.
pub fn keeps(scenario: &Scenario, seed: u64) -> Result<BTreeMap<&'static str, u64>, String> {
    let mut reasons = Reasons::new(scenario);
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut reasons);
    if let Some((at, wrong)) = reasons.wrong {
        return Err(format!("{wrong}\n{}", super::events_until(scenario, seed, at)));
    }
    reasons.tally.agrees(scenario, &tally::report(scenario, seed))?;
    Ok(reasons.seen)
}
