//! How a run beats: the requests that were offered, replied and failed in each stretch of it.
//!
//! ```text
//! offered  ▅▅▅▅▅▅▅▅▅▅▅▅▅▅
//! replied  ▅▅▅▅▂▁▁▁▁▃▅▅▅▅      a stretch is a 120th of the run
//! failed   ▁▁▁▁▃▅▅▅▅▂▁▁▁▁
//! ```
//!
//! Law: every request counts where it happens, those of the warm-up as well. A beat that is not over yet is not told.

use crate::time::{Duration, Instant};

/// How many stretches a whole run has.
pub const BEATS: u64 = 120;

/// What happened in one stretch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beat {
    pub offered: u64,
    pub replied: u64,
    pub failed: u64,
}

/// The stretches of a run, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// How long each of them is.
    pub length: Duration,
    pub beats: Vec<Beat>,
}

/// Counts while a run goes on.
pub struct Pacemaker {
    pulse: Pulse,
    /// The end of the stretch that goes on.
    until: Instant,
    beat: Beat,
}

impl Pacemaker {
    /// Nothing has happened yet in a run of this length.
    pub fn new(run: Duration) -> Pacemaker {
        let length = Duration((run.0 / BEATS).max(1));
        Pacemaker {
            pulse: Pulse {
                length,
                beats: Vec::new(),
            },
            until: Instant::START + length,
            beat: Beat::default(),
        }
    }

    /// What happens now.
    #[inline(always)]
    pub fn at(&mut self, now: Instant) -> &mut Beat {
        if now >= self.until {
            self.go_on(now);
        }
        &mut self.beat
    }

    #[inline(never)]
    fn go_on(&mut self, now: Instant) {
        while now >= self.until {
            self.pulse.beats.push(std::mem::take(&mut self.beat));
            self.until = self.until + self.pulse.length;
        }
    }

    /// The stretches that are over by now.
    pub fn pulse(&self, now: Instant) -> Pulse {
        let mut pulse = self.pulse.clone();
        let mut until = self.until;
        let mut beat = self.beat;
        while now >= until && (pulse.beats.len() as u64) < BEATS {
            pulse.beats.push(std::mem::take(&mut beat));
            until = until + pulse.length;
        }
        pulse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Instant {
        Instant::START + Duration::from_ms(ms)
    }

    #[test]
    fn a_beat_holds_what_happened_in_its_stretch() {
        let mut pacemaker = Pacemaker::new(Duration::from_ms(1200));
        pacemaker.at(at(0)).offered += 1;
        pacemaker.at(at(9)).replied += 1;
        pacemaker.at(at(10)).offered += 1;
        pacemaker.at(at(35)).failed += 1;
        let beats = pacemaker.pulse(at(39)).beats;
        let of = |beat: &Beat| [beat.offered, beat.replied, beat.failed];
        assert_eq!(
            beats.iter().map(of).collect::<Vec<_>>(),
            [[1, 1, 0], [1, 0, 0], [0, 0, 0]]
        );
        let whole = pacemaker.pulse(at(1200));
        assert_eq!((whole.length, whole.beats.len()), (Duration::from_ms(10), 120));
        assert_eq!(of(&whole.beats[3]), [0, 0, 1]);
        let sum: u64 = whole.beats.iter().flat_map(of).sum();
        assert_eq!(sum, 4);
    }
}
