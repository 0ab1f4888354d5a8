//! The play head of the microscope: where it is in simulated time, how fast it goes, and what is in view.
//!
//! ```text
//!         left            head          right = left + span
//!  ─────────┼───────────────●─────────────┼──────▶ simulated time
//!           └── follows the head, or stands where the reader left it ──┘
//! ```
//!
//! Law: the head never leaves [0, duration] and never runs ahead of what is recorded.

use crate::time::Instant;
use js_sys::Math;
use leptos::prelude::*;

/// Simulated nanoseconds per second of the reader's, at either end of the slider.
pub const SPEEDS: (f64, f64) = (1e6, 1e10);
/// How fast a page begins: single calls can be seen.
const FIRST_SPEED: f64 = 5e7;
/// Where a page begins: the first requests are under way.
const FIRST_HEAD: f64 = 5e6;
/// How many seconds of the reader's the view spans at zoom 1.
const SECONDS_IN_VIEW: f64 = 6.0;
/// Where in the view the head stands while the view follows it.
const HEAD_AT: f64 = 0.7;
/// The longest step of one frame, in milliseconds: a tab that was hidden does not leap.
const LONGEST_FRAME_MS: f64 = 100.0;

/// The play head and the view of the lanes; times in nanoseconds.
#[derive(Clone, Copy)]
pub struct Player {
    /// The instant that is played.
    pub head: RwSignal<f64>,
    pub playing: RwSignal<bool>,
    /// Simulated nanoseconds per second of the reader's.
    pub speed: RwSignal<f64>,
    /// How much closer than usual the view is.
    pub zoom: RwSignal<f64>,
    /// The left end of the view, where the reader left it; none while it follows the head.
    pub anchor: RwSignal<Option<f64>>,
    /// How long the run lasts.
    pub duration: Signal<f64>,
    /// Up to where the run is recorded.
    reach: RwSignal<f64>,
}

impl Player {
    /// A play head at the beginning of a run of `duration`; it plays at once unless the reader wants little motion.
    pub fn new(duration: Signal<f64>, playing: bool) -> Player {
        Player {
            head: RwSignal::new(FIRST_HEAD),
            playing: RwSignal::new(playing),
            speed: RwSignal::new(FIRST_SPEED),
            zoom: RwSignal::new(1.0),
            anchor: RwSignal::new(None),
            duration,
            reach: RwSignal::new(0.0),
        }
    }

    /// The instant at the head, for questions asked once.
    pub fn now(&self) -> Instant {
        Instant(self.head.get_untracked() as u64)
    }

    /// The simulated time that the view spans.
    pub fn span(&self) -> f64 {
        (self.speed.get() * SECONDS_IN_VIEW / self.zoom.get()).min(self.duration.get().max(1.0))
    }

    /// The left end of the view.
    pub fn left(&self) -> f64 {
        let span = self.span();
        let latest = (self.duration.get() - span).max(0.0);
        let left = self.anchor.get().unwrap_or_else(|| self.head.get() - HEAD_AT * span);
        left.clamp(0.0, latest)
    }

    /// Says up to where the run is recorded.
    pub fn reach(&self, reach: f64) {
        self.reach.set(reach);
    }

    /// Puts the head somewhere and lets the view follow it.
    pub fn seek(&self, head: f64) {
        self.anchor.set(None);
        self.head.set(head.clamp(0.0, self.duration.get_untracked()));
    }

    /// Puts the head somewhere; the view follows only where the head would leave it.
    pub fn step_to(&self, head: f64) {
        let (left, span) = untrack(|| (self.left(), self.span()));
        if head < left || head > left + span {
            self.anchor.set(None);
        }
        self.head.set(head.clamp(0.0, self.duration.get_untracked()));
    }

    /// Starts or stops; at the end of the run it starts again from the beginning.
    pub fn toggle(&self) {
        let playing = !self.playing.get_untracked();
        if playing && self.head.get_untracked() >= self.duration.get_untracked() {
            self.seek(0.0);
        }
        if playing {
            self.anchor.set(None);
        }
        self.playing.set(playing);
    }

    /// Moves the view by a part of its span.
    pub fn pan(&self, part: f64) {
        let (left, span) = untrack(|| (self.left(), self.span()));
        self.look_at(left + part * span);
    }

    /// Puts the left end of the view somewhere.
    pub fn look_at(&self, left: f64) {
        let span = untrack(|| self.span());
        let latest = (self.duration.get_untracked() - span).max(0.0);
        self.anchor.set(Some(left.clamp(0.0, latest)));
    }

    /// Comes closer by `factor` (farther below 1), around the place at this part of the view.
    pub fn come_closer(&self, factor: f64, at: f64) {
        let (left, span) = untrack(|| (self.left(), self.span()));
        self.zoom.update(|zoom| *zoom = (*zoom * factor).clamp(0.02, 500.0));
        let now = untrack(|| self.span());
        if self.anchor.get_untracked().is_some() || !self.playing.get_untracked() {
            self.anchor.set(Some((left + at * (span - now)).max(0.0)));
        }
    }

    /// The speed as a position from 0 to 1 on a logarithmic slider.
    pub fn slider(&self) -> f64 {
        Math::log10(self.speed.get() / SPEEDS.0) / Math::log10(SPEEDS.1 / SPEEDS.0)
    }

    /// Sets the speed from a position on the slider.
    pub fn slide(&self, position: f64) {
        self.go_at(SPEEDS.0 * Math::pow(SPEEDS.1 / SPEEDS.0, position.clamp(0.0, 1.0)));
    }

    /// Sets the speed, rounded to two digits and within bounds.
    pub fn go_at(&self, speed: f64) {
        let digit = Math::pow(10.0, Math::log10(speed).floor() - 1.0);
        self.speed
            .set(((speed / digit).round() * digit).clamp(SPEEDS.0, SPEEDS.1));
    }

    /// Moves the head by what passed on the reader's clock.
    fn pass(&self, ms: f64) {
        let (head, duration) = (self.head.get_untracked(), self.duration.get_untracked());
        let step = self.speed.get_untracked() * ms.clamp(0.0, LONGEST_FRAME_MS) / 1e3;
        let limit = self.reach.get_untracked().min(duration);
        if head < limit {
            self.head.set((head + step).min(limit));
        } else if head >= duration && duration > 0.0 {
            self.playing.set(false);
        }
    }
}

/// Moves the head in every frame while it plays. Ends with the reactive owner.
pub fn play_frames(player: Player) {
    Effect::new(move |_| {
        if player.playing.get() {
            next_frame(player, None);
        }
    });
}

fn next_frame(player: Player, last: Option<f64>) {
    request_animation_frame(move || {
        // Signals that are gone belong to a page that is gone.
        if player.playing.try_get_untracked() != Some(true) {
            return;
        }
        let now = window().performance().map_or(0.0, |clock| clock.now());
        player.pass(last.map_or(0.0, |last| now - last));
        next_frame(player, Some(now));
    });
}
