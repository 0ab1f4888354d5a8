//! A report as bytes, for the way from the backend to the page.
//!
//! ```text
//! Report ─pass─▶ Writer: numbers and words one after the other ─▶ Reader ─pass─▶ Report
//! ```
//!
//! One walk serves both ways, so they cannot disagree; and it is a tenth of the code that a general format needs
//! for the many fields of a report.
//!
//! Law: what was written is read as it was; bytes that were not written here are no report.

use super::Named;
use super::pulse::{BEATS, Beat, Pulse};
use super::ranking::{MOST, Notable, Ranking};
use super::report::*;
use crate::scenario::walk::{Reader, Wire, Writer, count, number};
use crate::scenario::{Cause, ClientId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn counts<W: Wire, const N: usize>(wire: &mut W, values: [&mut u64; N]) {
    values.into_iter().for_each(|value| count(wire, value));
}

fn numbers<W: Wire, const N: usize>(wire: &mut W, values: [&mut f64; N]) {
    values.into_iter().for_each(|value| number(wire, value));
}

/// A value that may be absent; no measured value is not a number.
fn option<W: Wire>(wire: &mut W, value: &mut Option<f64>) {
    let mut there = value.unwrap_or(f64::NAN);
    number(wire, &mut there);
    *value = Some(there).filter(|there| !there.is_nan());
}

fn map<W: Wire, T: Default>(wire: &mut W, map: &mut Named<T>, pass: fn(&mut W, &mut T)) {
    let mut length = map.len() as u64;
    count(wire, &mut length);
    if !wire.reads() {
        for (name, value) in map.iter_mut() {
            wire.text(&mut name.clone());
            pass(wire, value);
        }
        return;
    }
    // Ends by itself: a reader that has failed gives the empty name again and again.
    for _ in 0..length {
        let (mut name, mut value) = (String::new(), T::default());
        wire.text(&mut name);
        pass(wire, &mut value);
        if !map.insert(name, value) {
            return;
        }
    }
}

fn summary<W: Wire>(wire: &mut W, it: &mut Summary) {
    let values = [
        &mut it.mean,
        &mut it.p50,
        &mut it.p90,
        &mut it.p95,
        &mut it.p99,
        &mut it.p999,
        &mut it.max,
    ];
    values.into_iter().for_each(|value| option(wire, value));
    count(wire, &mut it.count);
    let (mut low, mut high) = it.ci95.map_or((None, None), |[low, high]| (Some(low), Some(high)));
    option(wire, &mut low);
    option(wire, &mut high);
    it.ci95 = low.zip(high).map(<[f64; 2]>::from);
}

fn client<W: Wire>(wire: &mut W, it: &mut ClientReport) {
    counts(
        wire,
        [
            &mut it.offered,
            &mut it.replied,
            &mut it.failed,
            &mut it.in_flight,
            &mut it.open_completions,
        ],
    );
    map(wire, &mut it.failures, count);
    numbers(wire, [&mut it.throughput_per_s, &mut it.goodput_per_s]);
    summary(wire, &mut it.response_ms);
    summary(wire, &mut it.completion_ms);
}

fn service<W: Wire>(wire: &mut W, it: &mut ServiceReport) {
    counts(
        wire,
        [
            &mut it.arrivals,
            &mut it.completed,
            &mut it.failed,
            &mut it.rejected,
            &mut it.in_flight,
            &mut it.backlog_max,
        ],
    );
    numbers(
        wire,
        [
            &mut it.running_share,
            &mut it.blocked_share,
            &mut it.core_wait_share,
            &mut it.idle_share,
        ],
    );
    numbers(
        wire,
        [
            &mut it.utilization,
            &mut it.core_utilization,
            &mut it.backlog_mean,
            &mut it.in_flight_mean,
        ],
    );
    summary(wire, &mut it.response_ms);
}

fn edge<W: Wire>(wire: &mut W, it: &mut EdgeReport) {
    wire.text(&mut it.mode);
    counts(
        wire,
        [
            &mut it.calls,
            &mut it.attempts,
            &mut it.ok,
            &mut it.failed,
            &mut it.retries,
            &mut it.hedges,
        ],
    );
    counts(
        wire,
        [&mut it.fallbacks, &mut it.polls, &mut it.lost, &mut it.in_flight],
    );
    map(wire, &mut it.failures, count);
    number(wire, &mut it.blocked_s);
    summary(wire, &mut it.call_ms);
}

fn group<W: Wire>(wire: &mut W, it: &mut GroupReport) {
    counts(wire, [&mut it.delivered, &mut it.lag_max]);
    number(wire, &mut it.lag_mean);
}

fn channel<W: Wire>(wire: &mut W, it: &mut ChannelReport) {
    counts(
        wire,
        [
            &mut it.published,
            &mut it.refused,
            &mut it.delivered,
            &mut it.redelivered,
            &mut it.dead_lettered,
            &mut it.dropped,
            &mut it.expired,
        ],
    );
    counts(wire, [&mut it.duplicates, &mut it.out_of_order, &mut it.depth_max]);
    number(wire, &mut it.depth_mean);
    summary(wire, &mut it.age_ms);
    map(wire, &mut it.groups, group);
}

fn key<W: Wire>(wire: &mut W, it: &mut KeyReport) {
    counts(wire, [&mut it.reads, &mut it.stale_reads, &mut it.lost_writes]);
    summary(wire, &mut it.lag_ms);
}

fn report<W: Wire>(wire: &mut W, it: &mut Report) {
    [&mut it.scenario, &mut it.engine, &mut it.digest]
        .into_iter()
        .for_each(|text| wire.text(text));
    counts(wire, [&mut it.seed, &mut it.events]);
    number(wire, &mut it.simulated_s);
    // Whether there are keys and ranked requests stands above the number of warnings: most reports have no keys.
    let (keys, ranked) = (!it.keys.is_empty(), it.ranking != Ranking::default());
    let mut header = it.warnings.len() as u64 | u64::from(keys) << 32 | u64::from(ranked) << 33;
    count(wire, &mut header);
    let (warnings, keys, ranked) = (header & u64::from(u32::MAX), header >> 32 & 1 == 1, header >> 33 == 1);
    if wire.reads() {
        // A report has few; more are none that was written here.
        it.warnings = vec![String::new(); warnings.min(1000) as usize];
    }
    it.warnings.iter_mut().for_each(|warning| wire.text(warning));
    map(wire, &mut it.clients, client);
    map(wire, &mut it.services, service);
    map(wire, &mut it.edges, edge);
    map(wire, &mut it.channels, channel);
    if keys {
        map(wire, &mut it.keys, key);
    }
    pulse(wire, &mut it.pulse);
    let ranking = &mut it.ranking;
    if !ranked {
        return;
    }
    for list in [&mut ranking.slowest, &mut ranking.failed, &mut ranking.spread] {
        notables(wire, list);
    }
}

fn pulse<W: Wire>(wire: &mut W, it: &mut Pulse) {
    let mut length = it.beats.len() as u64;
    counts(wire, [&mut it.length.0, &mut length]);
    it.beats.resize(length.min(BEATS) as usize, Beat::default());
    for beat in &mut it.beats {
        counts(wire, [&mut beat.offered, &mut beat.replied, &mut beat.failed]);
    }
}

fn notables<W: Wire>(wire: &mut W, list: &mut Vec<Notable>) {
    let mut length = list.len() as u64;
    count(wire, &mut length);
    list.resize((length as usize).min(MOST), Notable::default());
    for it in list {
        let mut client = u64::from(it.client.0);
        let mut cause = it.cause.map_or(0, |cause| 1 + cause as u64);
        counts(
            wire,
            [
                &mut client,
                &mut it.number,
                &mut it.offered.0,
                &mut it.took.0,
                &mut cause,
            ],
        );
        it.client = ClientId(client as u32);
        it.cause = Cause::ALL.get((cause as usize).wrapping_sub(1)).copied();
    }
}

/// The bytes of a report, or of what else was measured, which whoever only hands it on need not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// The report as bytes.
    pub fn new(mut it: Report) -> Sealed {
        let mut writer = Writer::default();
        report(&mut writer, &mut it);
        Sealed::of(writer)
    }

    /// The report, if these bytes are one.
    pub fn open(&self) -> Option<Report> {
        self.read(report)
    }

    /// What was written, whatever it is.
    pub(super) fn of(writer: Writer) -> Sealed {
        Sealed(writer.0)
    }

    /// What these bytes are, by who has written them.
    pub(super) fn read<'a, T: Default>(&'a self, pass: fn(&mut Reader<'a>, &mut T)) -> Option<T> {
        Reader::read(&self.0, pass)
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Sealed, D::Error> {
        <&[u8]>::deserialize(deserializer).map(|bytes| Sealed(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Run;
    use crate::metrics::Meter;
    use crate::scenario::{gallery, text};
    use crate::time::Instant;

    fn reports() -> Vec<Report> {
        let runs = gallery::ENTRIES.iter().map(|entry| {
            let scenario = text::parse(entry.text).map(|parsed| parsed.scenario).unwrap();
            let (mut run, mut meter) = (Run::new(&scenario, 1), Meter::new(&scenario));
            run.advance(Instant::NEVER, 50_000, &mut meter);
            let mut report = meter.report(&scenario, 1, run.now(), run.events(), run.digest());
            report
                .warnings
                .push("a warning – with letters of several bytes".to_string());
            let key = KeyReport {
                lag_ms: report.clients.values().next().unwrap().response_ms.clone(),
                reads: 7,
                stale_reads: 2,
                lost_writes: 1,
            };
            report.keys.insert("order".to_string(), key);
            report
        });
        runs.collect()
    }

    fn written(it: &Report) -> Vec<u8> {
        Sealed::new(it.clone()).0
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        for report in reports() {
            let message = postcard::to_allocvec(&Sealed::new(report.clone())).unwrap();
            let read: Sealed = postcard::from_bytes(&message).unwrap();
            assert_eq!(read.open(), Some(report));
        }
    }

    #[test]
    fn every_field_is_on_its_way() {
        // As JSON, no field of a report that went both ways is missing or another.
        for report in reports() {
            let bytes = written(&report);
            let mut reader = Reader {
                rest: &bytes,
                failed: false,
            };
            let mut again = Report::default();
            super::report(&mut reader, &mut again);
            assert_eq!(
                serde_json::to_value(&again).unwrap(),
                serde_json::to_value(&report).unwrap()
            );
        }
    }

    #[test]
    fn bytes_that_were_cut_are_refused() {
        let mut report = reports().remove(0);
        let bytes = written(&report);
        report.keys = Named::default();
        assert!(
            written(&report).len() < bytes.len(),
            "keys take room only where there are some"
        );
        for length in 0..bytes.len() {
            let mut reader = Reader {
                rest: &bytes[..length],
                failed: false,
            };
            super::report(&mut reader, &mut Report::default());
            assert!(reader.failed, "{length} of {} bytes", bytes.len());
        }
    }
}
