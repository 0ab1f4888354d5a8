//! Known answers: closed forms, published tables and independent solvers against the engine.
//!
//! ```text
//! tests/data/truth.json ─▶ case ─▶ runs with the seeds 1, 2, … ─▶ mean of each figure, inside its tolerance?
//! theory                ─▶ station ─▶ twenty seeds              ─▶ |z| < 3.3, and the error below 2 %?
//! cargo test --release --test truth -- --nocapture              prints the tables
//! SWIM_TRUTH=all                                                the cases at full length, which takes minutes
//! ```
//!
//! Law: nobody fits a tolerance to a result. The file's tolerances hold as they stand at full length; a shortened run
//! has them times √(full time / shortened time), as a standard error grows when there is less to average. (Requests that
//! are in flight at the end count in no throughput; of what is allowed that takes a tenth at most at full length.)
#![cfg(not(target_arch = "wasm32"))]

#[path = "truth/case.rs"]
mod case;
#[path = "truth/run.rs"]
mod run;
#[path = "truth/sample.rs"]
mod sample;
#[path = "truth/station.rs"]
mod station;

use case::{Case, Expected};
use rayon::prelude::*;
use sample::Sample;

/// Events that a case may cost where not all is asked for.
const EVENTS: u64 = 10_000_000;

fn is_all() -> bool {
    std::env::var("SWIM_TRUTH").is_ok_and(|word| word == "all")
}

#[test]
fn each_case_comes_out_as_it_is_known() {
    let cases = case::read();
    assert_eq!(cases.len(), 48);
    let divisors: Vec<u64> = cases
        .par_iter()
        .map(|case| if is_all() { 1 } else { case.divisor(EVENTS) })
        .collect();
    let runs: Vec<(usize, u64)> = (0..cases.len())
        .flat_map(|index| (1..=cases[index].replications).map(move |seed| (index, seed)))
        .collect();
    let figures: Vec<(usize, Vec<f64>)> = runs
        .into_par_iter()
        .map(|(index, seed)| (index, cases[index].figures(seed, divisors[index])))
        .collect();
    let mut missed = 0;
    println!("     case, figure, expected, got, error, allowed, z, length of the run: one part in");
    for (index, case) in cases.iter().enumerate() {
        for (place, expected) in case.expect.iter().enumerate() {
            let of_case = figures.iter().filter(|(owner, _)| *owner == index);
            let sample = Sample::new(of_case.map(|(_, figures)| figures[place]));
            let (holds, line) = compare(case, divisors[index], expected, sample);
            println!("{} {line}", if holds { "ok  " } else { "MISS" });
            missed += u32::from(!holds);
        }
    }
    assert_eq!(missed, 0, "figures outside of their tolerance, marked MISS above");
}

/// Whether a figure is inside its tolerance, and its line in the table.
fn compare(case: &Case, divisor: u64, expected: &Expected, sample: Sample) -> (bool, String) {
    let (value, error) = (expected.value, sample.error(expected.value));
    let allowed = expected.within * (divisor as f64).sqrt();
    let line = format!(
        "{:20} {:28} {value:>10.5} {:>10.5} {:>6.2} % of {:>5.2} % z {:>5.1}  1/{divisor}",
        case.id,
        expected.path[1..].join("."),
        sample.mean,
        error * 100.0,
        allowed * 100.0,
        sample.z(value),
    );
    (error <= allowed, line)
}

#[test]
fn stations_agree_with_their_closed_forms() {
    let mut missed = 0;
    println!("     station, figure, exact, got, error, standard error, z (20 seeds)");
    for station in station::all() {
        missed += station.check();
    }
    assert_eq!(
        missed, 0,
        "figures that differ from the exact answer, marked MISS above"
    );
}
