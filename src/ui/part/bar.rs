//! A bar of portions, hatched where blocked: what workers did with their time.

use super::figure;
use super::html::Html;
use crate::metrics::ServiceReport;

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
    let (top, high) = (y.to_string(), height.to_string());
    for (class, _, share) in portions(report) {
        let right = (x + (share * f64::from(width)).round() as i32).min(left + width);
        if right > x {
            let (from, wide) = (x.to_string(), (right - x).to_string());
            let place = [
                ("class", class),
                ("x", &from),
                ("y", &top),
                ("width", &wide),
                ("height", &high),
            ];
            html.leaf("rect", &place, "");
        }
        if class == "blocked" {
            html.leaf(
                "path",
                &[("class", "hatch"), ("d", &hatch((x, y, right - x, height)))],
                "",
            );
        }
        x = right.max(x);
    }
    html
}

/// Slanted lines inside of a frame, as an SVG path.
fn hatch((x, y, width, height): Frame) -> String {
    let mut path = String::new();
    let mut start = 0;
    while start < width {
        let reach = height.min(width - start).to_string();
        let (from, base) = ((x + start).to_string(), (y + height).to_string());
        for piece in ["M", &from, " ", &base, "l", &reach, "-", &reach] {
            path.push_str(piece);
        }
        start += 4;
    }
    path
}
