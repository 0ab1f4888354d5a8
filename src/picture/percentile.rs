//! Percentile curves: how long the slowest of two, of ten, of a thousand took, now and before.
//!
//! ```text
//! 1.00 s ┤             ╌╌╌╌╌╌╌╌╌╌╌╌╌╌ before        y: log(time)
//!        │ I  ╌╌╌╌╌╌╌╌╌                              x: log(1/(1 − q)), as HdrHistogram plots it
//! 500 ms ┤ I      ──────────────────── shoppers      I: the mean with its 95 % interval
//!        │    ────
//! 200 ms └─┴──┬─────┬──┬──────┬───────┬──────┬─
//!        mean 50    90 95     99     99.9   max
//! ```
//!
//! Law: the curve passes through the figures of the report and through nothing else; a quantile that lies beyond the number
//! of values is not drawn. The largest value has no quantile: it stands behind a gap of its own.

use super::shape::{Align, Picture, Point, Shape};
use super::theme::Role;
use crate::metrics::{Summary, figure};

/// What is drawn of one distribution.
pub struct Curve<'a> {
    pub name: &'a str,
    pub now: &'a Summary,
    /// Drawn dashed.
    pub before: Option<&'a Summary>,
}

pub const WIDTH: f64 = 400.0;
pub const HEIGHT: f64 = 210.0;
/// Around the curves, in pixels: on the left for times and means, on the right for names.
const LEFT: f64 = 104.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = HEIGHT - 24.0;
/// The width of a letter, and the height of a line of words.
const LETTER: f64 = 6.6;
const LINE: f64 = 12.0;
/// A nanosecond in milliseconds: no time is shorter.
const DAWN: f64 = 1e-6;
/// Names longer than this are cut short.
const LETTERS: usize = 14;

/// A place on the x axis: its word, log₁₀(1/(1 − q)), and of how many values one lies beyond it.
const PLACES: [(&str, f64, u64); 6] = [
    ("50", 0.301, 2),
    ("90", 1.0, 10),
    ("95", 1.301, 20),
    ("99", 2.0, 100),
    ("99.9", 3.0, 1000),
    ("max", 3.7, 1),
];

/// From times to heights, by their logarithms: round times from below all to above all.
struct Scale(Vec<f64>);

impl Scale {
    /// That shows all times of the curves; none where there is none.
    fn of(curves: &[Curve]) -> Option<Scale> {
        let (mut low, mut high) = (f64::INFINITY, 0.0f64);
        for curve in curves {
            for summary in [Some(curve.now), curve.before] {
                let ends = summary.and_then(|summary| summary.p50.zip(summary.max));
                if let Some((p50, max)) = ends {
                    (low, high) = (low.min(p50), high.max(max));
                }
            }
        }
        let mut ticks = Vec::new();
        let mut decade = DAWN;
        while high > 0.0 && ticks.last().is_none_or(|last| *last <= high) {
            for digit in [1.0, 2.0, 5.0] {
                let time = digit * decade;
                if time * 2.5 > low && ticks.last().is_none_or(|last| *last <= high) {
                    ticks.push(time);
                }
            }
            decade *= 10.0;
        }
        (high > 0.0).then_some(Scale(ticks))
    }

    fn y(&self, ms: f64) -> f64 {
        let (low, high) = (self.0[0], self.0[self.0.len() - 1]);
        let part = libm::log10(ms.max(DAWN) / low) / libm::log10(high / low);
        BOTTOM - super::scale::between(part, 0.0, 1.0) * (BOTTOM - TOP)
    }
}

/// The times at the places of the x axis.
fn quantiles(summary: &Summary) -> [Option<f64>; 6] {
    let Summary {
        p50,
        p90,
        p95,
        p99,
        p999,
        max,
        ..
    } = summary;
    [*p50, *p90, *p95, *p99, *p999, *max]
}

/// The curves of some distributions, each with its name beside it.
pub fn percentiles(curves: &[Curve]) -> Picture {
    let mut picture = Picture::default();
    picture.clear(WIDTH, HEIGHT);
    let names = curves.iter().map(|curve| curve.name.chars().count().min(LETTERS));
    let letters = names.max().unwrap_or(0).max("before".len()) as f64;
    let right = WIDTH - letters * LETTER - 8.0;
    let Some(scale) = Scale::of(curves) else {
        say(
            &mut picture,
            Role::Quiet,
            (WIDTH / 2.0, HEIGHT / 2.0),
            Align::Middle,
            "no times yet",
        );
        return picture;
    };
    draw_axes(&mut picture, &scale, right);
    let mut names = Vec::new();
    for (index, curve) in (0..).map(f64::from).zip(curves) {
        let mean = LEFT - 30.0 + 5.0 * index;
        if let Some(before) = curve.before {
            let end = draw_curve(&mut picture, &scale, right, before, Role::Past);
            let name = if curves.len() == 1 { "before" } else { "" };
            names.extend(end.map(|end| (end, Role::Quiet, name.to_string())));
            draw_mean(&mut picture, &scale, mean - 7.0, before, Role::Past);
        }
        let end = draw_curve(&mut picture, &scale, right, curve.now, Role::Ink);
        names.extend(end.map(|end| (end, Role::Ink, curve.name.chars().take(LETTERS).collect())));
        draw_mean(&mut picture, &scale, mean, curve.now, Role::Ink);
    }
    draw_names(&mut picture, names);
    picture
}

fn say(picture: &mut Picture, role: Role, at: Point, align: Align, text: &str) {
    let text = text.to_string();
    picture.draw(role, Shape::Text { at, align, text });
}

fn line(picture: &mut Picture, role: Role, from: Point, to: Point) {
    picture.draw(role, Shape::Line { from, to });
}

/// Where a place of the x axis lies.
fn x(place: f64, right: f64) -> f64 {
    let (first, last) = (PLACES[0].1, PLACES[5].1);
    LEFT + (place - first) / (last - first) * (right - LEFT)
}

fn draw_axes(picture: &mut Picture, scale: &Scale, right: f64) {
    let mut lowest = f64::INFINITY;
    for ms in &scale.0 {
        let y = scale.y(*ms);
        line(picture, Role::Grid, (LEFT - 50.0, y), (right, y));
        // Words need room; lines do not.
        if lowest - y >= LINE {
            lowest = y;
            say(
                picture,
                Role::Quiet,
                (LEFT - 54.0, y),
                Align::End,
                &figure::time(Some(*ms)),
            );
        }
    }
    for (word, place, _) in PLACES {
        let x = x(place, right);
        line(picture, Role::Grid, (x, TOP), (x, BOTTOM));
        say(picture, Role::Quiet, (x, HEIGHT - 12.0), Align::Middle, word);
    }
    say(
        picture,
        Role::Quiet,
        (LEFT - 30.0, HEIGHT - 12.0),
        Align::Middle,
        "mean",
    );
}

/// The points of a curve with lines between them; where it ends.
fn draw_curve(picture: &mut Picture, scale: &Scale, right: f64, summary: &Summary, role: Role) -> Option<Point> {
    let places = PLACES.iter().zip(quantiles(summary));
    let known = places.filter(|((_, _, values), _)| summary.count >= *values);
    let mut last = None;
    for point in known.filter_map(|((_, place, _), ms)| Some((x(*place, right), scale.y(ms?)))) {
        if let Some(last) = last {
            line(picture, role, last, point);
        }
        let (x, y, width, height) = (point.0 - 1.5, point.1 - 1.5, 3.0, 3.0);
        picture.draw(role, Shape::Rect { x, y, width, height });
        last = Some(point);
    }
    last
}

/// The mean as a knot on the bar of its interval.
fn draw_mean(picture: &mut Picture, scale: &Scale, x: f64, summary: &Summary, role: Role) {
    let Some(mean) = summary.mean.map(|mean| scale.y(mean)) else {
        return;
    };
    if let Some([low, high]) = summary.ci95.map(|ends| ends.map(|ms| scale.y(ms))) {
        line(picture, role, (x, low), (x, high));
        for y in [low, high] {
            line(picture, Role::Ink, (x - 2.5, y), (x + 2.5, y));
        }
    }
    let (x, y, width, height) = (x - 2.0, mean - 2.0, 4.0, 4.0);
    picture.draw(role, Shape::Rect { x, y, width, height });
}

/// Names at the ends of the curves, moved apart where these meet.
fn draw_names(picture: &mut Picture, mut names: Vec<(Point, Role, String)>) {
    names.retain(|(_, _, name)| !name.is_empty());
    let mut free = TOP - LINE;
    while let Some(at) = (0..names.len()).reduce(|a, b| if names[b].0.1 < names[a].0.1 { b } else { a }) {
        let rest = names.len() as f64 - 1.0;
        let ((x, y), role, name) = names.remove(at);
        let y = y.max(free + LINE).min(BOTTOM - rest * LINE);
        free = y;
        say(picture, role, (x + 5.0, y), Align::Start, &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(p50: f64, max: f64) -> Summary {
        let (p90, p95, p99, p999) = (p50 * 1.5, p50 * 1.8, p50 * 2.0, max);
        Summary {
            mean: Some(p50),
            p50: Some(p50),
            p90: Some(p90),
            p95: Some(p95),
            p99: Some(p99),
            p999: Some(p999),
            max: Some(max),
            count: 5000,
            ci95: None,
        }
    }

    fn ticks(p50: f64, max: f64) -> Vec<String> {
        let (name, now) = ("c", &summary(p50, max));
        let before = None;
        let scale = Scale::of(&[Curve { name, now, before }]).unwrap();
        scale.0.into_iter().map(|ms| figure::time(Some(ms))).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_all_times() {
        assert_eq!(ticks(80.0, 390.0), ["50.0 ms", "100 ms", "200 ms", "500 ms"]);
        assert_eq!(
            ticks(1.2, 60.0),
            [
                "500 µs", "1.0 ms", "2.0 ms", "5.0 ms", "10.0 ms", "20.0 ms", "50.0 ms", "100 ms"
            ]
        );
        assert_eq!(ticks(100.0, 100.0), ["50.0 ms", "100 ms", "200 ms"]);
    }

    #[test]
    fn a_quantile_beyond_the_number_of_values_is_not_drawn() {
        let knots = |count: u64| {
            let now = &Summary {
                count,
                mean: None,
                ..summary(10.0, 40.0)
            };
            let picture = percentiles(&[Curve {
                name: "c",
                now,
                before: None,
            }]);
            let rects = picture
                .marks
                .iter()
                .filter(|mark| matches!(mark.shape, Shape::Rect { .. }));
            rects.count()
        };
        assert_eq!([1000, 999, 99, 1].map(knots), [6, 5, 4, 1]);
    }

    #[test]
    fn names_do_not_lie_on_each_other() {
        let same = summary(10.0, 40.0);
        let curves = ["a", "b", "c"].map(|name| Curve {
            name,
            now: &same,
            before: None,
        });
        let mut rows: Vec<f64> = Vec::new();
        for mark in percentiles(&curves).marks {
            if let Shape::Text {
                at: (_, y),
                align: Align::Start,
                ..
            } = mark.shape
            {
                rows.push(y);
            }
        }
        assert!(
            rows.len() == 3 && rows.windows(2).all(|pair| pair[1] - pair[0] >= LINE),
            "{rows:?}"
        );
    }
}
