//! What is measured of an item of data: how far copies lag behind, and what reads and crashes make of that.
//!
//! ```text
//! owner  ──write───────────────────write──╳ crash
//! copy   ────────apply──────────────────── newest        the second write is lost
//!          lag ╰──────╯ read ok      ╰ read stale
//! ```
//!
//! Law: lag is counted once for each version that comes to a copy, and only if it is newer there; lost writes follow
//! the window, all else the cohort.

use super::distribution::Distribution;
use super::report::KeyReport;
use crate::time::Instant;
use crate::trace::Datum;

/// The measures of one item.
#[derive(Default)]
pub struct Key {
    reads: u64,
    stale_reads: u64,
    lost_writes: u64,
    lag: Distribution,
}

impl Key {
    /// Somebody has looked; the owner has version `newest`.
    pub fn read(&mut self, datum: Datum, newest: u64) {
        if datum.counted {
            self.reads += 1;
            self.stale_reads += u64::from(datum.version < newest);
        }
    }

    /// A version has come to a copy that had version `was`.
    pub fn applied(&mut self, now: Instant, datum: Datum, was: u64) {
        if datum.counted && datum.version > was {
            self.lag.record(now.since(datum.written));
        }
    }

    /// The owner has died, and so many writes with it.
    pub fn failed_over(&mut self, lost: u64) {
        self.lost_writes += lost;
    }

    /// The figures so far.
    pub fn report(&self) -> KeyReport {
        KeyReport {
            lag_ms: self.lag.summary(),
            reads: self.reads,
            stale_reads: self.stale_reads,
            lost_writes: self.lost_writes,
        }
    }
}
