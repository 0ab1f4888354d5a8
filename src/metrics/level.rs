//! A number that changes in time: how many workers run, how many requests wait.
//!
//! ```text
//! 2 ─┐     ┌──          ∫ = Σ over changes of −Δ·t, + level·now at the end:
//! 1  └─────┘            a change costs one addition, and nothing is ever rounded
//! ```
//!
//! Law: only the window counts; a level that was there before it begins counts from its beginning.

use crate::time::Instant;

/// A level and its integral over the window.
#[derive(Clone, Default)]
pub struct Level {
    level: i64,
    sum: i128,
}

/// A level of which the highest one counts as well.
#[derive(Clone, Default)]
pub struct Peak {
    level: Level,
    max: i64,
}

impl Level {
    /// One more. `opening` is the beginning of the window.
    #[inline(always)]
    pub fn rise(&mut self, now: Instant, opening: Instant) {
        self.level += 1;
        self.sum -= now.max(opening).0 as i128;
    }

    /// One less.
    #[inline(always)]
    pub fn fall(&mut self, now: Instant, opening: Instant) {
        self.level -= 1;
        self.sum += now.max(opening).0 as i128;
    }

    /// From `was` to `is`, both parts of it.
    pub fn step(&mut self, now: Instant, opening: Instant, was: u32, is: u32) {
        let change = i64::from(is) - i64::from(was);
        self.level += change;
        self.sum -= i128::from(change) * i128::from(now.max(opening).0);
    }

    /// Level × nanoseconds in the window that ends now.
    pub fn integral(&self, now: Instant, opening: Instant) -> i128 {
        self.sum + self.level as i128 * now.max(opening).0 as i128
    }

    /// The mean level in the window; 0 where it is empty.
    pub fn mean(&self, now: Instant, opening: Instant) -> f64 {
        match now.since(opening).0 {
            0 => 0.0,
            length => self.integral(now, opening) as f64 / length as f64,
        }
    }
}

impl Peak {
    /// One more.
    #[inline(always)]
    pub fn rise(&mut self, now: Instant, opening: Instant) {
        self.level.rise(now, opening);
        self.look(now, opening);
    }

    /// One less; what was there before counts if the window has begun.
    #[inline(always)]
    pub fn fall(&mut self, now: Instant, opening: Instant) {
        self.look(now, opening);
        self.level.fall(now, opening);
    }

    /// From `was` to `is`, both parts of it.
    pub fn step(&mut self, now: Instant, opening: Instant, was: u32, is: u32) {
        self.look(now, opening);
        self.level.step(now, opening, was, is);
        self.look(now, opening);
    }

    #[inline(always)]
    fn look(&mut self, now: Instant, opening: Instant) {
        if now >= opening {
            self.max = self.max.max(self.level.level);
        }
    }

    /// The mean level in the window; 0 where it is empty.
    pub fn mean(&self, now: Instant, opening: Instant) -> f64 {
        self.level.mean(now, opening)
    }

    /// The highest level in the window so far.
    pub fn max(&self) -> u64 {
        self.max.max(self.level.level).max(0) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_before_the_window_counts_from_its_beginning() {
        let mut level = Peak::default();
        let opening = Instant(100);
        level.step(Instant(40), opening, 0, 3);
        level.fall(Instant(90), opening);
        level.fall(Instant(150), opening);
        assert_eq!(level.level.integral(Instant(200), opening), 2 * 50 + 50);
        assert_eq!((level.mean(Instant(200), opening), level.max()), (1.5, 2));
    }

    #[test]
    fn an_empty_window_has_no_mean() {
        let mut level = Level::default();
        level.step(Instant(5), Instant(100), 0, 7);
        assert_eq!(level.mean(Instant(50), Instant(100)), 0.0);
    }
}
