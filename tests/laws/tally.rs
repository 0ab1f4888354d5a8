//! What was lost, refused and given up, counted once more, and compared with the report.
//!
//! Law: whatever is lost is counted, once, and in the place where a reader looks for it.

use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::*;

/// What is told of a whole run.
pub fn report(scenario: &Scenario, seed: u64) -> Report {
    let (mut run, mut meter) = (Run::new(scenario, seed), Meter::new(scenario));
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter);
    let end = Instant::START + scenario.run.duration;
    meter.report(scenario, seed, end, run.events(), run.digest())
}

/// A count by the place and the name that it has in a report.
pub struct Tally {
    opening: Instant,
    counts: BTreeMap<(u32, Count), u64>,
}

/// Of an edge, a service, a channel, a client or an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Count {
    Lost,
    Failure(usize),
    Rejected,
    Overflowed,
    DeadLettered,
    Dropped,
    Expired,
    Request(usize),
    Writes,
}

impl Tally {
    pub fn new(scenario: &Scenario) -> Tally {
        Tally {
            opening: Instant::START + scenario.run.warmup,
            counts: BTreeMap::new(),
        }
    }

    fn add(&mut self, place: u32, count: Count, by: u64) {
        *self.counts.entry((place, count)).or_default() += by;
    }

    pub fn lost(&mut self, call: &Call) {
        self.add(call.edge.0, Count::Lost, u64::from(call.counted));
    }

    /// Who does not wait does not learn of it: it is lost.
    pub fn turned_away(&mut self, call: &Call) {
        if matches!(call.mode, Mode::Oneway | Mode::Forward) {
            self.lost(call);
        }
    }

    pub fn refused(&mut self, call: &Call) {
        self.add(call.service.0, Count::Rejected, u64::from(call.counted));
    }

    pub fn overflowed(&mut self, call: &Call, channel: ChannelId) {
        self.add(channel.0, Count::Overflowed, u64::from(call.counted));
    }

    /// A call without policies has its outcome.
    pub fn returned(&mut self, call: &Call, outcome: Result<(), Cause>) {
        if let (Err(cause), Attempt::Only) = (outcome, call.attempt) {
            self.add(call.edge.0, Count::Failure(cause as usize), u64::from(call.counted));
        }
    }

    pub fn concluded(&mut self, call: &Guarded, outcome: Result<(), Cause>) {
        if let Err(cause) = outcome {
            self.add(call.edge.0, Count::Failure(cause as usize), u64::from(call.counted));
        }
    }

    pub fn failed(&mut self, request: &Request, cause: Cause) {
        let by = u64::from(request.counted);
        self.add(request.client.0, Count::Request(cause as usize), by);
    }

    pub fn dead_lettered(&mut self, message: &Message) {
        self.add(message.channel.0, Count::DeadLettered, u64::from(message.counted));
    }

    pub fn dropped(&mut self, message: &Message) {
        self.add(message.channel.0, Count::Dropped, u64::from(message.counted));
    }

    pub fn expired(&mut self, message: &Message) {
        self.add(message.channel.0, Count::Expired, u64::from(message.counted));
    }

    pub fn failed_over(&mut self, now: Instant, item: ItemId, lost: u64) {
        let counted = now >= self.opening;
        self.add(item.0, Count::Writes, if counted { lost } else { 0 });
    }

    /// Whether a report says the same.
    pub fn agrees(&self, scenario: &Scenario, report: &Report) -> Result<(), String> {
        for (&(place, count), &seen) in &self.counts {
            let told = told(scenario, report, place, count);
            if told != Some(seen) {
                return Err(format!(
                    "{count:?} of number {place}: {seen} were seen, {told:?} are told"
                ));
            }
        }
        Ok(())
    }
}

/// What a report says of a count; none where it says nothing of the place.
fn told(scenario: &Scenario, report: &Report, place: u32, count: Count) -> Option<u64> {
    let index = place as usize;
    let edge = || report.edges.get(&scenario.edges[index].name);
    let channel = || report.channels.get(scenario.channel_name(ChannelId(place)));
    let cause = |index: usize| Cause::ALL[index].word();
    match count {
        Count::Lost => edge().map(|edge| edge.lost),
        Count::Failure(by) => edge().map(|edge| edge.failures.get(cause(by)).copied().unwrap_or(0)),
        Count::Rejected => report
            .services
            .get(&scenario.services[index].name)
            .map(|service| service.rejected),
        Count::Overflowed => channel().map(|channel| channel.refused),
        Count::DeadLettered => channel().map(|channel| channel.dead_lettered),
        Count::Dropped => channel().map(|channel| channel.dropped),
        Count::Expired => channel().map(|channel| channel.expired),
        Count::Request(by) => {
            let client = report.clients.get(&scenario.clients[index].name);
            client.map(|client| client.failures.get(cause(by)).copied().unwrap_or(0))
        }
        Count::Writes => report.keys.get(&scenario.items[index].name).map(|key| key.lost_writes),
    }
}
