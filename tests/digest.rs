//! The same scenario and seed give the same events and the same figures, native and as WebAssembly.
//!
//! `tests/digests.txt` has a line for each gallery entry and seed: the digest of all events, and a hash of the report's
//! bytes. Native, `UPDATE=1` writes it; `cargo xtask test wasm` compares the same list in Node.js.

use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::protocol::{FromBackend, RunId};
use sync_or_swim::scenario::{Arrivals, Load, gallery, text};
use sync_or_swim::time::{Duration, Instant};

const STORED: &str = include_str!("digests.txt");
/// Seeds of each entry: the scenario's own and those after it.
const SEEDS: u64 = 5;

/// The list as it is on this machine.
fn list() -> String {
    let mut list = String::new();
    for entry in gallery::ENTRIES {
        let scenario = text::parse(entry.text).map(|parsed| parsed.scenario).unwrap();
        for seed in scenario.seed..scenario.seed + SEEDS {
            let (mut run, mut meter) = (Run::new(&scenario, seed), Meter::new(&scenario));
            let until = Instant::START + scenario.run.duration;
            run.advance(until, u64::MAX, &mut meter);
            let report = meter.report(&scenario, seed, until, run.events(), run.digest());
            let run_id = RunId(0);
            let bytes = postcard::to_allocvec(&FromBackend::Measured { run: run_id, report }).unwrap();
            let line = format!(
                "{} {seed} {} {:016x} {:016x}\n",
                entry.id,
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

const TIDES: [(u64, u64); 2] = [(183_381, 530_948_409_878_847_459), (102_224, 9_785_949_818_421_387_659)];

/// FNV-1a (Fowler, Noll, Vo 1991), 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    })
}

fn compare() {
    let list = list();
    assert_eq!(list.lines().count(), gallery::ENTRIES.len() * SEEDS as usize);
    for (now, stored) in list.lines().zip(STORED.lines()) {
        assert_eq!(
            now, stored,
            "entry, seed, events, digest, hash of the report: now, and as stored"
        );
    }
    assert_eq!(
        list, STORED,
        "the list has other entries or seeds than tests/digests.txt"
    );
    assert_eq!(tides(), TIDES, "events and digest of a ramp and of a wave");
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
