//! The text twin of the lanes: what every worker does at the play head.

use crate::metrics::figure;
use crate::picture::overview;
use crate::picture::word::doings;
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::told::html::Html;
use crate::trace::Activity;
use crate::ui::recording::Recording;

/// A row for each worker that is not idle at `head`, in nanoseconds; its name follows on which run it is of.
pub fn rows(recording: &Recording, head: f64, run: &str) -> Html {
    let mut html = Html::new();
    for doing in doings(&recording.scenario, &recording.trace, Instant(head as u64)) {
        let since = figure::time(Some((head - doing.since.0 as f64) / 1e6));
        let class = if matches!(doing.activity, Activity::Blocked(_)) {
            "text held"
        } else {
            "text"
        };
        html.fill(
            "<tr><th scope=\"row\">{}</th><td class=\"{}\">{}</td><td>{}</td><td class=\"text\">{}</td></tr>",
            &[
                &(run.to_string() + &doing.lane),
                class,
                &doing.what,
                &since,
                &doing.whose,
            ],
        );
    }
    html
}

/// An entry for each fault and each change of the run.
pub fn disturbances(scenario: &Scenario) -> Html {
    let mut html = Html::new();
    for (_, words) in overview::disturbances(scenario) {
        html.fill("<li>{}</li>", &[&words]);
    }
    html
}
