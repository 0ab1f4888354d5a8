//! The run over time: how many requests were offered, replied and failed a second; and before, replied as dots.
//!
//! ```text
//! 60/s ┤ ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈ offered        y: requests a second, from 0
//!      │ ────╲          ╱───── replied        x: the whole run, as far as it has come
//! 0/s  └─────────╲▁▁▁▁╱─────── failed
//!        0 s        60 s
//! ```
//!
//! Law: every stretch is drawn level at its own rate; nothing is smoothed.

use super::percentile::WIDTH;
use super::scale::Scale;
use super::shape::{Align, Picture, Shape};
use super::theme::Role;
use crate::metrics::figure;
use crate::metrics::pulse::{Beat, Pulse};

const HEIGHT: f64 = 150.0;
/// Where the run begins and ends, in pixels; words stand beside.
pub const LEFT: f64 = 54.0;
pub const RIGHT: f64 = WIDTH - 62.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = HEIGHT - 24.0;
/// The height of a line of words.
const LINE: f64 = 12.0;

/// What is drawn of a beat.
type Count = fn(&Beat) -> u64;

/// The lines of a run of this length in nanoseconds, and dots for the one before.
pub fn beats(now: &Pulse, before: Option<&Pulse>, length: f64) -> Picture {
    let mut picture = Picture::default();
    picture.clear(WIDTH, HEIGHT);
    let most = |pulse: &Pulse| {
        let highest = pulse
            .beats
            .iter()
            .map(|beat| beat.offered.max(beat.replied).max(beat.failed));
        per_s(pulse, highest.max().unwrap_or(0))
    };
    let top = round_up(most(now).max(before.map_or(0.0, most)));
    let scale = Scale {
        left: 0.0,
        span: length.max(1.0),
        start: LEFT,
        end: RIGHT,
    };
    let y = |rate: f64| BOTTOM - rate / top * (BOTTOM - TOP);
    draw_axes(&mut picture, &scale, [0.0, top / 2.0, top].map(|rate| (y(rate), rate)));
    let lines: [(&str, Role, Count); 3] = [
        ("offered", Role::Quiet, |beat| beat.offered),
        ("failed", Role::Failure, |beat| beat.failed),
        ("replied", Role::Ink, |beat| beat.replied),
    ];
    if let Some(before) = before {
        draw_dots(&mut picture, &scale, &y, before);
    }
    let mut names = Vec::new();
    for (name, role, count) in lines {
        let end = draw_line(&mut picture, &scale, &y, now, role, count);
        names.extend(end.map(|end| (end, role, name)));
    }
    draw_names(&mut picture, names);
    picture
}

fn per_s(pulse: &Pulse, count: u64) -> f64 {
    count as f64 / pulse.length.as_s().max(1e-9)
}

/// The least of 1, 2, 5, 10, 20 … that is not below, in the decade of the rate.
fn round_up(rate: f64) -> f64 {
    if rate <= 0.0 {
        return 1.0;
    }
    let mut decade = 1e-3;
    loop {
        for digit in [1.0, 2.0, 5.0] {
            if digit * decade >= rate {
                return digit * decade;
            }
        }
        decade *= 10.0;
    }
}

fn say(picture: &mut Picture, role: Role, at: (f64, f64), align: Align, text: String) {
    picture.draw(role, Shape::Text { at, align, text });
}

fn draw_axes(picture: &mut Picture, scale: &Scale, heights: [(f64, f64); 3]) {
    for (y, rate) in heights {
        let (from, to) = ((LEFT, y), (RIGHT, y));
        picture.draw(Role::Grid, Shape::Line { from, to });
        say(picture, Role::Quiet, (LEFT - 5.0, y), Align::End, figure::rate(rate));
    }
    for (x, word) in scale.ticks() {
        let (from, to) = ((x, TOP), (x, BOTTOM));
        picture.draw(Role::Grid, Shape::Line { from, to });
        say(picture, Role::Quiet, (x, HEIGHT - 12.0), Align::Middle, word);
    }
}

/// Level in each stretch, upright between; how high it ends.
fn draw_line(
    picture: &mut Picture,
    scale: &Scale,
    y: &dyn Fn(f64) -> f64,
    pulse: &Pulse,
    role: Role,
    count: Count,
) -> Option<f64> {
    let mut last = None;
    for (index, beat) in (0u64..).zip(&pulse.beats) {
        let [start, end] = [index, index + 1].map(|end| scale.px_from_ns((end * pulse.length.0) as f64));
        let height = y(per_s(pulse, count(beat)));
        if let Some(last) = last.filter(|last| *last != height) {
            let (from, to) = ((start, last), (start, height));
            picture.draw(role, Shape::Line { from, to });
        }
        let (from, to) = ((start, height), (end, height));
        picture.draw(role, Shape::Line { from, to });
        last = Some(height);
    }
    last
}

/// A dot for each stretch at the rate of its replies.
fn draw_dots(picture: &mut Picture, scale: &Scale, y: &dyn Fn(f64) -> f64, pulse: &Pulse) {
    for (index, beat) in (0u64..).zip(&pulse.beats) {
        let middle = scale.px_from_ns((index as f64 + 0.5) * pulse.length.0 as f64);
        let (x, y) = (middle - 0.8, y(per_s(pulse, beat.replied)) - 0.8);
        let (width, height) = (1.6, 1.6);
        picture.draw(Role::FreeCall, Shape::Rect { x, y, width, height });
    }
}

/// Names at the ends of the lines, moved apart where these meet.
fn draw_names(picture: &mut Picture, mut names: Vec<(f64, Role, &str)>) {
    names.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = TOP - LINE;
    let count = names.len();
    for (index, (height, role, name)) in names.into_iter().enumerate() {
        let rest = (count - index - 1) as f64;
        let y = height.max(free + LINE).min(BOTTOM - rest * LINE);
        free = y;
        say(picture, role, (RIGHT + 5.0, y), Align::Start, name.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Duration;

    fn pulse(counts: &[[u64; 3]]) -> Pulse {
        let beat = |[offered, replied, failed]: &[u64; 3]| Beat {
            offered: *offered,
            replied: *replied,
            failed: *failed,
        };
        Pulse {
            length: Duration::from_ms(500),
            beats: counts.iter().map(beat).collect(),
        }
    }

    #[test]
    fn the_highest_rate_fits_under_a_round_one() {
        for (rate, expected) in [(0.0, 1.0), (0.3, 0.5), (40.0, 50.0), (50.0, 50.0), (51.0, 100.0)] {
            assert!((round_up(rate) - expected).abs() < 1e-9, "{rate}");
        }
    }

    #[test]
    fn every_stretch_is_level_at_its_own_rate() {
        // 20 and 10 replies in half a second each: 40 and 20 a second of at most 50.
        let picture = beats(&pulse(&[[25, 20, 0], [25, 10, 15]]), None, 1e9);
        let middle = (LEFT + RIGHT) / 2.0;
        let y = |rate: f64| BOTTOM - rate / 50.0 * (BOTTOM - TOP);
        let ink: Vec<_> = picture
            .marks
            .iter()
            .filter(|mark| mark.role == Role::Ink)
            .filter_map(|mark| match mark.shape {
                Shape::Line { from, to } => Some([from, to]),
                _ => None,
            })
            .collect();
        let expected = [
            [(LEFT, y(40.0)), (middle, y(40.0))],
            [(middle, y(40.0)), (middle, y(20.0))],
            [(middle, y(20.0)), (RIGHT, y(20.0))],
        ];
        assert_eq!(ink, expected);
    }
}
