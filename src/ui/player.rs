//! The play head of the microscope: where it is in simulated time, how fast it goes, and what is in view.
//!
//! ```text
//!         left            head          right = left + span
//!  ─────────┼───────────────●─────────────┼──────▶ simulated time
//!           └── follows the head, or stands where the reader left it ──┘
//! ```
//!
//! Law: the head never leaves [0, duration] and never runs ahead of what is recorded.

use crate::picture::scale::between;
use crate::scenario::Window;
use crate::time::Duration;
use crate::trace::Trace;
use crate::ui::boundary::{Whose, boundary_before, next_boundary};
use js_sys::Math;

/// Simulated nanoseconds per second of the reader's, at either end of the slider.
const SPEEDS: (f64, f64) = (1e6, 1e10);
/// How many requests of clients the view spans at first: single calls can be seen.
const REQUESTS_IN_VIEW: f64 = 12.0;
/// How many seconds of the reader's the view spans at zoom 1.
const SECONDS_IN_VIEW: f64 = 6.0;
/// The shortest time that the view spans, in nanoseconds.
const SHORTEST_VIEW: f64 = 1e3;
/// Where in the view the head stands while the view follows it.
const HEAD_AT: f64 = 0.7;
/// The longest step of one frame, in milliseconds: a tab that was hidden does not leap.
const LONGEST_FRAME_MS: f64 = 100.0;

/// The play head and the view of the lanes; times in nanoseconds.
pub struct Player {
    /// The instant that is played.
    pub head: f64,
    pub playing: bool,
    /// Simulated nanoseconds per second of the reader's.
    pub speed: f64,
    /// The left end of the view, where the reader left it; none while it follows the head.
    pub anchor: Option<f64>,
    /// How long the run lasts.
    pub duration: f64,
    /// Up to where the run is recorded.
    pub reach: f64,
    /// Places that the reader has marked, the earliest first.
    pub bookmarks: Vec<f64>,
    /// How much closer than usual the view is.
    zoom: f64,
}

impl Player {
    /// A play head near the beginning of a run.
    pub fn new(playing: bool) -> Player {
        Player {
            head: 0.0,
            playing,
            speed: 1e8,
            anchor: None,
            duration: 0.0,
            reach: 0.0,
            bookmarks: Vec::new(),
            zoom: 1.0,
        }
    }

    /// Begins a run with so much time between two requests: where its warm-up ends, as fast as single calls can be seen.
    pub fn begin(&mut self, run: Window, gap: Duration) {
        self.duration = run.duration.0 as f64;
        self.zoom = 1.0;
        self.bookmarks.clear();
        self.seek(run.warmup.0 as f64);
        self.go_at(REQUESTS_IN_VIEW / SECONDS_IN_VIEW * gap.0 as f64);
    }

    /// The simulated time that the view spans.
    pub fn span(&self) -> f64 {
        (self.speed * SECONDS_IN_VIEW / self.zoom).min(self.duration.max(1.0))
    }

    /// The left end of the view.
    pub fn left(&self) -> f64 {
        let follow = self.head - HEAD_AT * self.span();
        between(self.anchor.unwrap_or(follow), 0.0, self.latest())
    }

    /// The farthest right that the left end may be.
    fn latest(&self) -> f64 {
        (self.duration - self.span()).max(0.0)
    }

    /// Puts the head somewhere and lets the view follow it.
    pub fn seek(&mut self, head: f64) {
        self.anchor = None;
        self.head = between(head, 0.0, self.duration);
    }

    /// Puts the head somewhere; the view follows only where the head would leave it.
    pub fn step_to(&mut self, head: f64) {
        let (left, span) = (self.left(), self.span());
        self.anchor = (left..=left + span).contains(&head).then_some(left);
        self.head = between(head, 0.0, self.duration);
    }

    /// Pauses where something ends, with all of it in view.
    pub fn show(&mut self, from: f64, until: f64) {
        let wanted = ((until - from) * 1.3).max(1000.0);
        self.playing = false;
        self.zoom = self.zoom.min(self.speed * SECONDS_IN_VIEW / wanted);
        self.head = between(until, 0.0, self.duration);
        self.look_at(from - (self.span() - (until - from)) / 2.0);
    }

    /// Pauses at the next place where something happens, or at the one before.
    pub fn step(&mut self, trace: &Trace, whose: &Whose, forward: bool) {
        self.playing = false;
        let head = self.head as u64;
        let place = match forward {
            true => next_boundary(trace, whose, head).unwrap_or(trace.until.0),
            false => boundary_before(trace, whose, head).unwrap_or(trace.from.0),
        };
        self.step_to(place as f64);
    }

    /// Marks the place of the head, or takes its mark away.
    pub fn mark(&mut self) {
        let at = self.head.floor();
        let place = self.bookmarks.partition_point(|mark| *mark < at);
        match self.bookmarks.get(place) {
            Some(mark) if *mark == at => drop(self.bookmarks.remove(place)),
            _ => self.bookmarks.insert(place, at),
        }
    }

    /// Pauses at the next mark, or at the one before; where there is none, nothing happens.
    pub fn go_to_mark(&mut self, forward: bool) {
        let head = self.head;
        let mut marks = self.bookmarks.iter().copied();
        let found = match forward {
            true => marks.find(|mark| *mark > head),
            false => marks.rfind(|mark| *mark < head.floor()),
        };
        if let Some(mark) = found {
            self.playing = false;
            self.step_to(mark);
        }
    }

    /// Starts or stops; at the end of the run it starts again from the beginning.
    pub fn toggle(&mut self) {
        self.playing = !self.playing;
        if self.playing {
            self.anchor = None;
            if self.head >= self.duration {
                self.head = 0.0;
            }
        }
    }

    /// Pauses at the end of the run.
    pub fn to_end(&mut self) {
        self.playing = false;
        self.seek(self.duration);
    }

    /// Moves the view by a part of its span.
    pub fn pan(&mut self, part: f64) {
        self.look_at(self.left() + part * self.span());
    }

    /// Puts the left end of the view somewhere.
    pub fn look_at(&mut self, left: f64) {
        self.anchor = Some(between(left, 0.0, self.latest()));
    }

    /// Comes closer by `factor` (farther below 1), around the place at this part of the view.
    pub fn come_closer(&mut self, factor: f64, at: f64) {
        self.pinch(factor, at, at);
    }

    /// Comes closer by `factor`, and brings what was at one part of the view to another.
    pub fn pinch(&mut self, factor: f64, from: f64, to: f64) {
        let (left, span) = (self.left(), self.span());
        self.zoom = self.zoom_for(span / factor);
        if self.anchor.is_some() || !self.playing {
            self.look_at(left + from * span - to * self.span());
        }
    }

    /// Shows everything between two instants, in nanoseconds.
    pub fn fit(&mut self, from: f64, until: f64) {
        let margin = (until - from) * 0.04;
        self.zoom = self.zoom_for(until - from + 2.0 * margin);
        self.look_at(from - margin);
    }

    /// How close the view has to be to span so many nanoseconds.
    fn zoom_for(&self, span: f64) -> f64 {
        self.speed * SECONDS_IN_VIEW / between(span, SHORTEST_VIEW, self.duration.max(SHORTEST_VIEW))
    }

    /// The speed as a position from 0 to 1 on a logarithmic slider.
    pub fn slider(&self) -> f64 {
        Math::log10(self.speed / SPEEDS.0) / Math::log10(SPEEDS.1 / SPEEDS.0)
    }

    /// Sets the speed from a position on the slider.
    pub fn slide(&mut self, position: f64) {
        self.go_at(SPEEDS.0 * Math::pow(SPEEDS.1 / SPEEDS.0, between(position, 0.0, 1.0)));
    }

    /// Sets the speed, rounded to two digits and within bounds.
    pub fn go_at(&mut self, speed: f64) {
        let digit = Math::pow(10.0, Math::log10(speed).floor() - 1.0);
        self.speed = between((speed / digit).round() * digit, SPEEDS.0, SPEEDS.1);
    }

    /// Moves the head by what passed on the reader's clock.
    pub fn pass(&mut self, ms: f64) {
        let step = self.speed * between(ms, 0.0, LONGEST_FRAME_MS) / 1e3;
        let limit = self.reach.min(self.duration);
        if self.head < limit {
            self.head = (self.head + step).min(limit);
        } else if self.head >= self.duration && self.duration > 0.0 {
            self.playing = false;
        }
    }
}
