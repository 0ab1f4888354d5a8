//! Scenarios that are offered more than they can do, and whether more and more is left behind.
//!
//! ```text
//! open at   D        2 D       (1 − 1/ρ) × rate × D arrivals cannot be done; they, or the requests of up to a dozen of
//!           ▂▂▃▃▄▄▅▅▆▆▇▇█      them each, are there at the end: at least half of that more
//! ```
//!
//! Law: where nothing sheds, what is named as too much grows as fast as the number says. Nothing is claimed of the others.

use super::cost::SPANS;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::theory::{Overload, overloads};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Observer, Request};

/// Arrivals too many in the first half.
const ARRIVALS: f64 = 1200.0;

/// The scenario with so many times its load, and how many arrivals a second cannot be done; none where nothing is too
/// much, where something sheds, or where chance needs longer to show its mean.
pub fn of(scenario: &Scenario, times: u32) -> Option<(Scenario, f64)> {
    let mut steady = scenario.clone();
    steady.changes.clear();
    for client in &mut steady.clients {
        // Who stops lets what is left be done.
        (client.start, client.stop) = (Instant::START, Instant::NEVER);
        crowd(client, f64::from(times));
    }
    if is_wild(&steady) {
        return None;
    }
    let excess = |one: &Overload| one.rate_per_s * (1.0 - 1.0 / one.ratio());
    let clear = |one: &&Overload| !one.sheds && !one.at_peak && one.ratio() >= 1.2;
    let most = overloads(&steady).iter().filter(clear).map(excess).fold(0.0, f64::max);
    (most > 0.0).then_some((steady, most))
}

fn crowd(client: &mut Client, times: f64) {
    match &mut client.load {
        Load::Open(Arrivals::Poisson { gap_ns } | Arrivals::Constant { gap_ns }) => *gap_ns /= times,
        Load::Open(Arrivals::Burst { size, .. }) => *size *= times as u32,
        _ => {}
    }
}

/// Whether a distribution has a mean that few runs come to, or a client does not come evenly for ever.
fn is_wild(scenario: &Scenario) -> bool {
    let fades = |client: &Client| {
        matches!(
            client.load,
            Load::Open(Arrivals::Times(_) | Arrivals::Ramp { .. } | Arrivals::Wave { .. })
        )
    };
    if scenario.clients.iter().any(fades) {
        return true;
    }
    format!("{:?}{:?}", scenario.services, scenario.edges).contains("Pareto")
}

/// How many requests have caused what is not over. (Messages would not do: those of a queue drain while a deadlock before
/// it keeps the requests.)
struct Open(u64);

impl Observer for Open {
    fn offered(&mut self, _: Instant, _: Request) {
        self.0 += 1;
    }

    fn completed(&mut self, _: Instant, _: Request, _: bool) {
        self.0 -= 1;
    }
}

/// There is more at twice the time.
pub fn grows(scenario: &Scenario, seed: u64, excess_per_s: f64) -> Result<(), String> {
    let time = Duration((ARRIVALS / excess_per_s * 1e9) as u64);
    let longer = Scenario {
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration(2 * time.0),
        },
        ..scenario.clone()
    };
    let (mut run, mut open) = (Run::new(&longer, seed), Open(0));
    let open = [Instant::START + time, Instant::NEVER].map(|until| {
        run.advance_dyn(until, u64::MAX, &mut open);
        open.0
    });
    if open[1] < open[0] + (ARRIVALS / SPANS / 2.0) as u64 {
        return Err(format!(
            "{open:?} are open after {time} and twice that, though {excess_per_s}/s are too many: {:?}",
            overloads(scenario)
        ));
    }
    Ok(())
}
