//! Data: random items in random scenarios, and books of who has which version.
//!
//! Law: versions of an instance come one after the other at its owner; a read sees the service's own copy, or what the
//! owner has; a copy only ever gets newer, by what a request wrote or read at the owner, or by what the owner has.

use super::auditor::Auditor;
use super::facts::Facts;
use super::scenario::{Weather, weighted};
use super::tape::Event;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeMap;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Call, Datum};

/// An item before its services are known.
#[derive(Clone, Debug)]
pub struct ItemDraft {
    owner: Index,
    of: Option<u32>,
    /// Where it is written; where it is applied, at which service; where it is read.
    writes: Vec<Index>,
    applies: Vec<(Index, Index)>,
    reads: Vec<(Index, Index)>,
}

pub fn items(weather: Weather) -> impl Strategy<Value = Vec<ItemDraft>> {
    let chance = if weather == Weather::Calm { 0.3 } else { 0.5 };
    let index = any::<Index>;
    let item = (
        index(),
        weighted(0.6, 0u32..2),
        vec(index(), 1..3),
        vec((index(), index()), 0..4),
        vec((index(), index()), 0..3),
    );
    let item = item.prop_map(|(owner, of, writes, applies, reads)| ItemDraft {
        owner,
        of,
        writes,
        applies,
        reads,
    });
    weighted(chance, vec(item, 1..3)).prop_map(Option::unwrap_or_default)
}

/// The entities that keys of messages and items speak of.
pub fn entities() -> Vec<Entity> {
    let entity = |name: &str, count| Entity {
        name: name.to_string(),
        count,
    };
    vec![entity("customer", Some(3)), entity("order", None)]
}

/// The scenario with steps about these items.
pub fn with_items(mut scenario: Scenario, drafts: Vec<ItemDraft>) -> Scenario {
    if !drafts.is_empty() {
        scenario.entities = entities();
    }
    for draft in drafts {
        let id = ItemId(scenario.items.len() as u32);
        scenario.items.push(Item {
            name: format!("i{}", id.0),
            of: draft.of.map(EntityId),
        });
        let services = scenario.services.len();
        let owner = draft.owner.index(services);
        for place in draft.writes {
            put(&mut scenario.services[owner], place, Step::Write(id));
        }
        for (service, place) in draft.applies {
            let service = service.index(services);
            if service != owner {
                put(&mut scenario.services[service], place, Step::Apply(id));
            }
        }
        for (service, place) in draft.reads {
            put(&mut scenario.services[service.index(services)], place, Step::Read(id));
        }
    }
    scenario
}

/// Puts a step somewhere into an operation, into a branch perhaps.
fn put(service: &mut Service, place: Index, step: Step) {
    let operation = place.index(service.operations.len());
    let mut steps = &mut service.operations[operation].steps;
    let mut pick = place.index(1 << 20);
    loop {
        let (at, deeper) = (pick % (steps.len() + 1), pick.is_multiple_of(3));
        pick /= 7;
        if !deeper || at == steps.len() || !has_body(&steps[at]) {
            steps.insert(at, step);
            return;
        }
        steps = match &mut steps[at] {
            Step::Parallel { branches, .. } => &mut branches[0],
            Step::Choose(branches) => &mut branches[0].1,
            Step::Repeat { body, .. } | Step::Offload(body) => body,
            _ => unreachable!("it has a body"),
        };
    }
}

fn has_body(step: &Step) -> bool {
    matches!(
        step,
        Step::Parallel { .. } | Step::Choose(_) | Step::Repeat { .. } | Step::Offload(_)
    )
}

/// The report says of data what the auditor has counted.
pub fn is_counted(scenario: &Scenario, seed: u64) -> Result<(), String> {
    let (mut auditor, mut meter) = (Auditor::new(scenario), Meter::new(scenario));
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut auditor);
    Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut meter);
    let end = Instant::START + scenario.run.duration;
    let report = meter.report(scenario, seed, end, 0, 0);
    for (item, id) in scenario.items.iter().zip(0..) {
        let key = &report.keys[item.name.as_str()];
        let [reads, stale, applied, lag] = auditor.data.figures.get(&ItemId(id)).copied().unwrap_or_default();
        let sum = key.lag_ms.mean.unwrap_or(0.0) * key.lag_ms.count as f64 * 1e6;
        let counts = (key.reads, key.stale_reads, key.lag_ms.count) == (reads, stale, applied);
        if !counts || (sum - lag as f64).abs() > 1.0 + 1e-9 * lag as f64 {
            return Err(format!(
                "{key:?} instead of {reads} reads, {stale} stale, {applied} with {lag} ns in all"
            ));
        }
    }
    Ok(())
}

/// Whether nobody can say how often this happens: something done with data, by steps that chance or branches decide, or
/// by a span that does not end well within the run.
pub fn is_vague(scenario: &Scenario, events: &[(Instant, Event)], index: usize) -> bool {
    let (deed, call, item) = match events[index].1 {
        Event::Wrote(call, datum) => (Deed::Write, call, datum.item),
        Event::Read(call, datum, _) => (Deed::Read, call, datum.item),
        Event::Applied(call, datum, _) => (Deed::Apply, call, datum.item),
        _ => return false,
    };
    let Callee::Operation(service, operation) = scenario.edge(call.edge).to else {
        return false;
    };
    let facts = Facts::of(&scenario.service(service).operations[operation as usize].steps);
    let bounds = facts.deeds[&(deed, item)];
    let ends = events[index..].iter().any(
        |(_, event)| matches!(event, Event::Ended(other, true) if (other.slot, other.sent) == (call.slot, call.sent)),
    );
    facts.parallel || bounds.high != Some(bounds.low) || !ends || is_batch(events, &call)
}

fn is_batch(events: &[(Instant, Event)], call: &Call) -> bool {
    let of = |event: &Event| matches!(event, Event::Delivered(_, to) if (to.slot, to.sent) == (call.slot, call.sent));
    events.iter().filter(|(_, event)| of(event)).count() > 1
}

/// What is done with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    Write,
    Read,
    Apply,
}

/// The deed of a step and its item.
pub fn deed(step: &Step) -> Option<(Deed, ItemId)> {
    match step {
        Step::Write(item) => Some((Deed::Write, *item)),
        Step::Read(item) => Some((Deed::Read, *item)),
        Step::Apply(item) => Some((Deed::Apply, *item)),
        _ => None,
    }
}

/// Who has what.
#[derive(Default)]
pub struct DataBook {
    /// When each version of an instance was written, by item and instance.
    written: BTreeMap<(ItemId, u64), Vec<Instant>>,
    /// The version of a copy, by item, instance and service.
    copies: BTreeMap<(ItemId, u64, ServiceId), u64>,
    /// The newest version that a request knows, by request and item.
    known: BTreeMap<(usize, ItemId), u64>,
    /// The instance of an entity that a request is about.
    about: BTreeMap<(usize, EntityId), u64>,
    /// How often a span did something for a request.
    pub deeds: BTreeMap<(usize, usize, Deed, ItemId), u64>,
    /// Of requests in the window, by item: reads, stale ones, versions that came to copies, and the sum of their lags.
    pub figures: BTreeMap<ItemId, [u64; 4]>,
}

impl DataBook {
    fn newest(&self, datum: &Datum) -> u64 {
        self.written
            .get(&(datum.item, datum.instance))
            .map_or(0, |all| all.len() as u64)
    }
}

impl Auditor<'_> {
    /// The span and the request of something done with data, if they are what they should be.
    fn doing(&mut self, call: &Call, datum: &Datum, deed: Deed) -> Option<(usize, usize)> {
        let id = self.find(call)?;
        let begun = self.records[id].stage == super::ledger::Stage::Begun;
        let request = self.request_slots.get(datum.request as usize).copied().flatten();
        let request = request.filter(|id| !self.requests[*id].completed);
        let batch = self.records[id]
            .delivery
            .as_ref()
            .map(|delivery| delivery.messages.clone());
        let among = |slot: u32| {
            let mut batch = batch.iter().flatten();
            batch.any(|message| self.messages[*message].message.request == Some(slot))
        };
        let own = datum.request == call.request || deed == Deed::Apply && among(datum.request);
        self.law(11, begun && own, || {
            format!("{call:?} does not do {deed:?} of {datum:?} now")
        });
        let right = datum.service == call.service && self.facts(call.edge).deeds.contains_key(&(deed, datum.item));
        self.law(11, right, || format!("{call:?} has no step for {deed:?} of {datum:?}"));
        let request = request?;
        let counted = self.requests[request].request.counted;
        self.law(11, counted == datum.counted, || {
            format!("{datum:?} should be counted: {counted}")
        });
        self.check_instance(request, datum);
        *self.data.deeds.entry((id, request, deed, datum.item)).or_default() += 1;
        self.seen.deeds += 1;
        Some((id, request))
    }

    /// A request is about one instance of an entity, and of those without a number nobody else is.
    fn check_instance(&mut self, request: usize, datum: &Datum) {
        let Some(entity) = self.scenario.items[datum.item.0 as usize].of else {
            self.law(11, datum.instance == 0, || format!("{datum:?} has no instances"));
            return;
        };
        let instance = datum.instance;
        let known = *self.data.about.entry((request, entity)).or_insert(instance);
        self.law(11, known == instance, || {
            format!("request {request} is about instance {known}, but {datum:?}")
        });
        let count = self.scenario.entities[entity.0 as usize].count;
        let kept = match count {
            Some(count) => instance < u64::from(count),
            None => self
                .data
                .about
                .iter()
                .all(|((other, of), known)| *other == request || *of != entity || *known != instance),
        };
        self.law(11, kept, || {
            format!("{datum:?} is one of {count:?}, or somebody else's")
        });
    }

    /// A version says when it was written.
    fn check_written(&mut self, datum: &Datum) {
        let written = self.data.written.get(&(datum.item, datum.instance));
        let at = datum.version.checked_sub(1).map_or(Some(Instant::START), |index| {
            written.and_then(|all| all.get(index as usize)).copied()
        });
        self.law(11, at == Some(datum.written), || {
            format!("{datum:?} was written at {at:?}")
        });
    }

    /// Whether a service keeps a copy.
    fn keeps(&self, item: ItemId, service: ServiceId) -> bool {
        let operations = &self.facts[service.0 as usize];
        operations
            .iter()
            .any(|facts| facts.deeds.contains_key(&(Deed::Apply, item)))
    }

    pub fn on_wrote(&mut self, call: &Call, datum: &Datum) {
        let Some((_, request)) = self.doing(call, datum, Deed::Write) else {
            return;
        };
        let next = self.data.newest(datum) + 1;
        self.law(11, datum.version == next, || {
            format!("{datum:?} is the {next}th version")
        });
        let now = self.now;
        self.data
            .written
            .entry((datum.item, datum.instance))
            .or_default()
            .push(now);
        self.check_written(datum);
        self.data.known.insert((request, datum.item), datum.version);
    }

    pub fn on_read(&mut self, call: &Call, datum: &Datum, newest: u64) {
        let Some((_, request)) = self.doing(call, datum, Deed::Read) else {
            return;
        };
        let (copy, all) = (self.keeps(datum.item, datum.service), self.data.newest(datum));
        let place = (datum.item, datum.instance, datum.service);
        let own = self.data.copies.get(&place).copied().unwrap_or(0);
        let sees = if copy { own } else { all };
        self.law(11, datum.version == sees && newest == all, || {
            format!("{datum:?} should be version {sees} and the newest {all}, not {newest}")
        });
        self.check_written(datum);
        if !copy {
            self.data.known.insert((request, datum.item), datum.version);
        }
        self.seen.stale += u64::from(sees < all);
        let figures = self.data.figures.entry(datum.item).or_default();
        figures[0] += u64::from(datum.counted);
        figures[1] += u64::from(datum.counted && sees < all);
    }

    pub fn on_applied(&mut self, call: &Call, datum: &Datum, was: u64) {
        let Some((_, request)) = self.doing(call, datum, Deed::Apply) else {
            return;
        };
        let knows = self.data.known.get(&(request, datum.item)).copied();
        let brings = knows.unwrap_or(self.data.newest(datum));
        let now = self.now;
        let copy = self
            .data
            .copies
            .entry((datum.item, datum.instance, datum.service))
            .or_default();
        let had = std::mem::replace(copy, brings.max(*copy));
        self.law(11, (datum.version, was) == (brings, had), || {
            format!("{datum:?} comes to a copy of version {was}: it should be {brings}, and {had}")
        });
        self.check_written(datum);
        if datum.counted && brings > had {
            let figures = self.data.figures.entry(datum.item).or_default();
            figures[2] += 1;
            figures[3] += now.since(datum.written).0;
        }
    }

    /// A span that ended well has done with data what its steps say; a batch has applied for each of its requests.
    pub fn check_deeds(&mut self, id: usize, call: &Call) {
        let facts = self.facts(call.edge).clone();
        if facts.parallel {
            return;
        }
        let own = self.records[id].request;
        let skips = self.scenario.edge(call.edge).consume.idempotent;
        for ((deed, item), bounds) in facts.deeds {
            let did = self.data.deeds.get(&(id, own, deed, item)).copied().unwrap_or(0);
            // A batch may have several messages of one request.
            let batch = self.records[id]
                .delivery
                .as_ref()
                .map_or(1, |delivery| delivery.messages.len());
            let kept =
                bounds.hold(did, 0) || skips && did == 0 || deed == Deed::Apply && batch > 1 && did >= bounds.low;
            self.law(11, kept, || {
                format!("{call:?} has done {deed:?} of {item:?} {did} times of {bounds:?}")
            });
        }
    }

    /// An owner has died, and with it what no copy had.
    pub fn on_failed_over(&mut self, item: ItemId, row: u32, kept: u64, lost: u64) {
        self.law(11, false, || {
            format!("{item:?} {row} falls back to version {kept} and loses {lost}, but nobody has died")
        });
    }
}
