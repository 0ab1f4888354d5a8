//! A bar of portions, hatched where blocked: what workers did with their time.

use super::html::{Html, texts};
use crate::metrics::ServiceReport;
use crate::metrics::figure;

/// Left, top, width and height in whole pixels.
pub type Frame = (i32, i32, i32, i32);

/// The four portions of a service's worker time, in the order of the bar: class, word, share.
fn portions(report: &ServiceReport) -> [(&'static str, &'static str, f64); 4] {
    [
        ("running", "running", report.running_share),
        ("blocked", "blocked", report.blocked_share),
        ("waiting", "waiting for a core", report.core_wait_share),
        ("idle", "idle", report.idle_share),
    ]
}

/// The shares in words, for who cannot see the bar.
pub fn words(report: &ServiceReport) -> String {
    let words = portions(report).map(|(_, word, share)| figure::share(share) + " " + word);
    words.join(", ")
}

/// The bar as shapes of an SVG picture.
pub fn shapes(report: &ServiceReport, (left, y, width, height): Frame) -> Html {
    let mut html = Html::new();
    let mut x = left;
    for (class, _, share) in portions(report) {
        let right = (x + (share * f64::from(width)).round() as i32).min(left + width).max(x);
        let [from, top, wide, high] = texts([x, y, right - x, height]);
        let rect = "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>";
        html.fill(rect, &[class, &from, &top, &wide, &high]);
        if class == "blocked" {
            html.fill("<path class=\"hatch\" d=\"{}\"/>", &[&hatch((x, y, right - x, height))]);
        }
        x = right;
    }
    html
}

/// Slanted lines inside of a frame, as an SVG path.
fn hatch((x, y, width, height): Frame) -> String {
    let mut path = String::new();
    let mut start = 0;
    while start < width {
        let [from, base, reach] = texts([x + start, y + height, height.min(width - start)]);
        for piece in ["M", &from, " ", &base, "l", &reach, "-", &reach] {
            path.push_str(piece);
        }
        start += 4;
    }
    path
}
