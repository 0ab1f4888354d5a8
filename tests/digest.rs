//! The same scenario and seed give the same events and the same figures, native and as WebAssembly.
//!
//! `tests/digests.txt` has a line for each scenario and seed: the digest of all events, and a hash of the report's
//! bytes. Scenarios are the gallery, the contract's examples, and some that have faults of every kind, a deadlock, all
//! policies, channels and data. Native, `UPDATE=1` writes it; `cargo xtask test wasm` compares the same list in Node.js.

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::metrics::ranking::Ranking;
use sync_or_swim::metrics::wire::Sealed;
use sync_or_swim::protocol::RunId;
use sync_or_swim::scenario::{Arrivals, Load, Scenario, gallery, text};
use sync_or_swim::time::{Duration, Instant};
#[cfg(not(target_arch = "wasm32"))]
use sync_or_swim::{
    metrics::{ChannelReport, EdgeReport, Report},
    scenario::Cause,
};

const STORED: &str = include_str!("digests.txt");
/// Seeds of each scenario: its own and those after it.
const SEEDS: u64 = 5;

macro_rules! text_of {
    ($path:literal) => {
        ($path, include_str!(concat!("data/", $path, ".json")))
    };
}

/// Scenarios that are not in the gallery: name and text.
const TEXTS: [(&str, &str); 12] = [
    text_of!("examples/chain"),
    text_of!("examples/checkout"),
    text_of!("examples/closed"),
    text_of!("examples/event-loop"),
    text_of!("examples/faults"),
    text_of!("examples/saga"),
    text_of!("examples/topic"),
    text_of!("specimens/calls"),
    text_of!("specimens/channels"),
    text_of!("digest/calamity"),
    text_of!("digest/deadlock"),
    text_of!("digest/guards"),
];

/// All scenarios of the list.
fn scenarios() -> impl Iterator<Item = (&'static str, Scenario)> {
    let entries = gallery::ENTRIES.iter().map(|entry| (entry.id, entry.text));
    entries
        .chain(TEXTS)
        .map(|(name, text)| (name, text::parse(text).unwrap().scenario))
}

/// The list as it is on this machine.
fn list() -> String {
    let mut list = String::new();
    for (name, scenario) in scenarios() {
        for seed in scenario.seed..scenario.seed + SEEDS {
            let (mut run, mut meter) = (Run::new(&scenario, seed), Meter::new(&scenario));
            let until = Instant::START + scenario.run.duration;
            run.advance(until, u64::MAX, &mut meter);
            let mut report = meter.report(&scenario, seed, until, run.events(), run.digest());
            // Which requests to look at is no figure.
            report.ranking = Ranking::default();
            // As a backend tells it.
            let bytes = postcard::to_allocvec(&(2u8, RunId(0), Sealed::new(report))).unwrap();
            let line = format!(
                "{name} {seed} {} {:016x} {:016x}\n",
                run.events(),
                run.digest(),
                hash(&bytes)
            );
            list.push_str(&line);
        }
    }
    list
}

/// The first entry of the gallery with a client whose rate changes all the time: arrivals that the gallery has not.
fn tides() -> Vec<(u64, u64)> {
    let (low, high) = (3.7, 91.3);
    let (over, period) = (Duration::from_ms(17_003), Duration::from_ms(7_919));
    let loads = [Arrivals::Ramp { low, high, over }, Arrivals::Wave { low, high, period }];
    let run = |arrivals| {
        let mut scenario = text::parse(gallery::ENTRIES[0].text)
            .map(|parsed| parsed.scenario)
            .unwrap();
        scenario.clients[0].load = Load::Open(arrivals);
        let mut run = Run::new(&scenario, 1);
        run.advance(Instant::START + scenario.run.duration, u64::MAX, &mut ());
        (run.events(), run.digest())
    };
    loads.map(run).to_vec()
}

const TIDES: [(u64, u64); 2] = [
    (183_381, 5_845_651_779_023_868_299),
    (102_224, 3_107_498_146_397_625_471),
];

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    })
}

fn compare() {
    let list = list();
    assert_eq!(list.lines().count(), scenarios().count() * SEEDS as usize);
    for (now, stored) in list.lines().zip(STORED.lines()) {
        assert_eq!(
            now, stored,
            "name, seed, events, digest, hash of the report: now, and as stored"
        );
    }
    assert_eq!(
        list, STORED,
        "the list has other scenarios or seeds than tests/digests.txt"
    );
    assert_eq!(tides(), TIDES, "events and digest of a ramp and of a wave");
}

/// The report of a scenario of this name, and whether it came to a deadlock.
#[cfg(not(target_arch = "wasm32"))]
fn run_of(name: &str) -> (Report, bool) {
    let (_, scenario) = scenarios().find(|(is, _)| *is == name).unwrap();
    let (mut run, mut meter) = (Run::new(&scenario, scenario.seed), Meter::new(&scenario));
    run.advance(Instant::NEVER, u64::MAX, &mut meter);
    let until = Instant::START + scenario.run.duration;
    let report = meter.report(&scenario, scenario.seed, until, run.events(), run.digest());
    (report, run.deadlock().is_some())
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn what_the_scenarios_are_for_happens_in_them() {
    assert!(run_of("digest/deadlock").1);
    let names = ["digest/calamity", "digest/guards"];
    let [(calamity, _), (guards, _)] = names.map(run_of);
    for cause in Cause::ALL {
        let count = |report: &Report| {
            let edges = report.edges.iter().flat_map(|(_, edge)| edge.failures.iter());
            let clients = report.clients.iter().flat_map(|(_, client)| client.failures.iter());
            edges
                .chain(clients)
                .any(|(word, count)| word == cause.word() && *count > 0)
        };
        assert!(count(&calamity) || count(&guards), "nothing fails by {}", cause.word());
    }
    let edges = |what: fn(&EdgeReport) -> u64| guards.edges.iter().map(|(_, edge)| what(edge)).sum::<u64>();
    assert!(edges(|edge| edge.retries) > 0 && edges(|edge| edge.hedges) > 0 && edges(|edge| edge.fallbacks) > 0);
    assert!(edges(|edge| edge.lost) > 0 && edges(|edge| edge.polls) > 0);
    let channels = |what: fn(&ChannelReport) -> u64| calamity.channels.iter().map(|(_, channel)| what(channel)).sum();
    let counts: [u64; 4] = [
        channels(|channel| channel.redelivered),
        channels(|channel| channel.dead_lettered),
        channels(|channel| channel.refused),
        channels(|channel| channel.dropped + channel.expired),
    ];
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(calamity.keys.iter().all(|(_, key)| key.stale_reads > 0));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn digests_are_as_stored() {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/digests.txt"), list()).unwrap();
    } else {
        compare();
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn digests_are_as_stored() {
    compare();
}
