//! A bar of portions: what workers did with their time.

use super::figure::{fixed, share};
use crate::metrics::ServiceReport;
use leptos::prelude::*;

/// The four portions of a service's worker time, in the order of the bar: class, word, share.
pub fn portions(report: &ServiceReport) -> [(&'static str, &'static str, f64); 4] {
    [
        ("running", "running", report.running_share),
        ("blocked", "blocked", report.blocked_share),
        ("waiting", "waiting for a core", report.core_wait_share),
        ("idle", "idle", report.idle_share),
    ]
}

/// A stacked bar; hatched where blocked, and said in words to who cannot see it.
#[component]
pub fn PortionBar(
    /// Class, word and share from 0 to 1 of each portion.
    portions: [(&'static str, &'static str, f64); 4],
) -> impl IntoView {
    let words: Vec<String> = portions
        .iter()
        .map(|(_, word, part)| share(*part) + " " + word)
        .collect();
    let bars: Vec<AnyView> = portions
        .iter()
        .filter(|(_, _, part)| *part > 0.0)
        .map(|(class, _, part)| view! { <span class=*class style:flex-grow=fixed(*part, 4)></span> }.into_any())
        .collect();
    view! { <div class="bar" role="img" aria-label=words.join(", ")>{bars}</div> }.into_any()
}
