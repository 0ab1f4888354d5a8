//! How much memory a run takes, by its length: the most bytes of the heap that live at once.
//!
//! ```text
//! w1, a tenth of it ─┐
//! w1                 ├▶ Run + Meter + report ─▶ most bytes at once, requests
//! w1, ten times      ┘
//! ```
//!
//! Law: what a run remembers grows with what lives at once, which is random, and never with how much has been: ten
//! times the requests take less than a half more.

use crate::platform::say;
use crate::{Workload, calls, finish};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::Meter;
use sync_or_swim::scenario::text;
use sync_or_swim::time::{Duration, Instant};

/// The heap of the system, and how much of it is and was in use.
struct Scale {
    used: AtomicUsize,
    most: AtomicUsize,
}

/// In WebAssembly the library has a heap of its own.
#[cfg_attr(not(target_arch = "wasm32"), global_allocator)]
static SCALE: Scale = Scale {
    used: AtomicUsize::new(0),
    most: AtomicUsize::new(0),
};

// SAFETY: every request goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Scale {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = self.used.fetch_add(layout.size(), Relaxed) + layout.size();
        self.most.fetch_max(used, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

/// Requests of the shortest run, and what the others are of it.
const TIMES: [u64; 3] = [1, 10, 100];

/// Runs the workload at three lengths; an error if the memory grows with them. Only native runs are weighed.
pub fn weigh(workload: &Workload) -> Result<(), String> {
    if cfg!(target_arch = "wasm32") {
        return Ok(());
    }
    let parsed = text::parse(workload.text).map_err(|problems| format!("{}: {}", workload.id, problems[0]))?;
    let mut scenario = parsed.scenario;
    let whole = scenario.run.duration.0;
    let mut most = Vec::new();
    for times in TIMES {
        scenario.run.duration = Duration(whole / 10 * times);
        let before = SCALE.used.load(Relaxed);
        SCALE.most.store(before, Relaxed);
        let mut meter = Meter::new(&scenario);
        let mut run = Run::new(&scenario, scenario.seed);
        finish(&mut run, &mut meter);
        let end = Instant::START + scenario.run.duration;
        let report = meter.report(&scenario, scenario.seed, end, run.events(), run.digest());
        let bytes = SCALE.most.load(Relaxed) - before;
        say(&format!(
            "{} memory     {:>9} calls, {:>4} KB of heap at most",
            workload.id,
            calls(&report),
            bytes / 1000
        ));
        most.push(bytes);
    }
    let grown = most[TIMES.len() - 1] as f64 / most[0] as f64;
    if grown < 1.5 {
        Ok(())
    } else {
        Err(format!(
            "{}: a run a hundred times as long takes {grown:.1} times the memory",
            workload.id
        ))
    }
}
