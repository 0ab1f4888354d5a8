//! Between simulated time and pixels.
//!
//! ```text
//!   start (px)                        end (px)
//!     ├────────────────┼────────────────┤
//!   left (ns)       a tick       left + span (ns)
//! ```

use crate::time::{Duration, Instant};

/// The least distance between two labelled ticks, in pixels.
const TICK_GAP: f64 = 88.0;

/// A straight scale from a span of time to a span of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The instant at the left end, in nanoseconds.
    pub left: f64,
    /// Nanoseconds from end to end; above 0.
    pub span: f64,
    /// The pixel at the left end.
    pub start: f64,
    /// The pixel at the right end.
    pub end: f64,
}

impl Scale {
    /// The pixel of an instant; it may lie beyond either end.
    pub fn px_from_time(&self, at: Instant) -> f64 {
        self.px_from_ns(at.0 as f64)
    }

    /// The pixel of an instant in nanoseconds; it may lie beyond either end.
    pub fn px_from_ns(&self, ns: f64) -> f64 {
        self.start + (ns - self.left) / self.span * (self.end - self.start)
    }

    /// The instant under a pixel, in nanoseconds.
    pub fn ns_from_px(&self, px: f64) -> f64 {
        self.left + (px - self.start) / (self.end - self.start).max(1.0) * self.span
    }

    /// How many pixels a nanosecond takes.
    pub fn px_per_ns(&self) -> f64 {
        (self.end - self.start) / self.span
    }

    /// The instants at both ends, whole nanoseconds that cover the view.
    pub fn ends(&self) -> (Instant, Instant) {
        let right = (self.left + self.span).max(0.0) as u64;
        (Instant(self.left.max(0.0) as u64), Instant(right.saturating_add(1)))
    }

    /// A pixel that is no farther out than the ends.
    pub fn within(&self, px: f64) -> f64 {
        between(px, self.start, self.end)
    }

    /// Round instants with their labels, far enough apart to be read.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let room = ((self.end - self.start) / TICK_GAP).max(1.0);
        let step = round_step(self.span / room);
        let first = (self.left.max(0.0) / step as f64).ceil() as u64;
        (first..)
            .map(|index| index.saturating_mul(step))
            .take_while(|ns| *ns as f64 <= self.left + self.span)
            .map(|ns| (self.px_from_ns(ns as f64), label(ns)))
            .collect()
    }
}

/// A value that is no farther out than two others. (`f64::clamp` brings the code that prints floats, for its panic.)
pub fn between(value: f64, least: f64, most: f64) -> f64 {
    value.max(least).min(most)
}

/// The least of 1, 2, 5, 10, 20, 50 … nanoseconds that is not below `ns`.
fn round_step(ns: f64) -> u64 {
    let mut decade = 1;
    loop {
        for digit in [1, 2, 5] {
            if (digit * decade) as f64 >= ns {
                return digit * decade;
            }
        }
        decade *= 10;
    }
}

/// A duration with a space before its unit: `1.25 s`.
pub fn label(ns: u64) -> String {
    let text = Duration(ns).to_string();
    let unit = text.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
    [text.strip_suffix(unit).unwrap_or_default(), " ", unit].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale = Scale {
        left: 1e9,
        span: 3e8,
        start: 100.0,
        end: 700.0,
    };

    #[test]
    fn pixels_and_time_are_each_others_way_back() {
        assert_eq!(SCALE.px_from_ns(1e9), 100.0);
        assert_eq!(SCALE.px_from_ns(1.3e9), 700.0);
        assert_eq!(SCALE.ns_from_px(400.0), 1.15e9);
        assert_eq!(SCALE.within(SCALE.px_from_ns(0.0)), 100.0);
    }

    #[test]
    fn ticks_are_round_and_can_be_read() {
        let ticks = SCALE.ticks();
        let labels: Vec<&str> = ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["1 s", "1.05 s", "1.1 s", "1.15 s", "1.2 s", "1.25 s", "1.3 s"]);
        assert!(ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= TICK_GAP));
    }

    #[test]
    fn a_step_is_one_two_or_five() {
        for (ns, step) in [(0.3, 1), (1.5, 2), (3.0, 5), (7e6, 10_000_000), (2.1e9, 5_000_000_000)] {
            assert_eq!(round_step(ns), step);
        }
    }
}
