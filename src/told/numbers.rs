//! The figures of the whole run, and what they were before the last change.

use super::html::Html;
use super::insights;
use super::menu;
use super::{Run, Runs};
use crate::metrics::figure::{self, Change, Wish};
use crate::metrics::{ClientReport, insight};

/// A headline: what it is called, how tests find it, its value now and before, what is wished, how it is printed.
struct Headline {
    label: &'static str,
    mark: &'static str,
    now: Option<f64>,
    before: Option<f64>,
    wish: Wish,
    print: fn(f64) -> String,
}

/// The headlines of the latest run.
pub fn numbers(runs: &Runs) -> Html {
    let mut html = Html::new();
    let Some(run) = &runs.now else {
        html.fill("<p class=\"counts\" data-test=\"measured\">no figures yet</p>", &[]);
        return html;
    };
    let first = insights::sentences(runs).into_iter().next().unwrap_or_default();
    html.fill("<p class=\"first\" role=\"status\">{}</p>", &[&first]);
    show_clients(&mut html, run, runs.before.as_ref());
    if run.is_finished {
        html.add(&menu::report(run.scenario.clients.iter().map(|client| &client.name)));
    }
    html.fill(
        "<p class=\"counts\" data-test=\"measured\">{}</p>",
        &[&state_of(run, runs.is_measuring, runs.seed)],
    );
    for warning in &run.report.warnings {
        html.fill("<p class=\"warning\">{}</p>", &[warning]);
    }
    html
}

fn state_of(run: &Run, measuring: bool, seed: u64) -> String {
    let simulated = figure::fixed(run.report.simulated_s, 0);
    match (run.is_finished, measuring) {
        (true, true) => "measuring the change …".to_string(),
        (true, false) => "whole run of ".to_string() + &simulated + " s, seed " + &seed.to_string(),
        (false, _) => "so far: ".to_string() + &simulated + " s simulated",
    }
}

fn show_clients(html: &mut Html, run: &Run, before: Option<&Run>) {
    let share = |run: &Run| insight::blocked_share(&run.scenario, &run.report);
    let mut blocked = Some(Headline {
        label: "Worker time blocked",
        mark: "blocked",
        now: Some(share(run)),
        before: before.map(share),
        wish: Wish::Less,
        print: figure::share,
    });
    let several = run.scenario.clients.len() > 1;
    for client in &run.scenario.clients {
        let Some(now) = run.report.clients.get(&client.name) else {
            continue;
        };
        let before = before.and_then(|before| before.report.clients.get(&client.name));
        if several {
            html.fill("<h3>{}</h3>", &[&client.name]);
        }
        html.fill("<dl class=\"tiles\">", &[]);
        // The share of all workers stands once, beside the first client's figures.
        let headlines = blocked.take().into_iter().chain(headlines(now, before));
        headlines.for_each(|headline| show_tile(html, &headline));
        html.fill("</dl><p class=\"counts\">{}</p>", &[&outcome_of(now)]);
    }
}

fn headlines(now: &ClientReport, before: Option<&ClientReport>) -> [Headline; 5] {
    let times = |label, now, before| Headline {
        label,
        mark: label,
        now,
        before,
        wish: Wish::Less,
        print: |ms| figure::time(Some(ms)),
    };
    let (response, completion) = (&now.response_ms, &now.completion_ms);
    let was = |pick: fn(&ClientReport) -> Option<f64>| before.and_then(pick);
    [
        times("Response p50", response.p50, was(|client| client.response_ms.p50)),
        times("Response p99", response.p99, was(|client| client.response_ms.p99)),
        times("Completion p50", completion.p50, was(|client| client.completion_ms.p50)),
        times("Completion p99", completion.p99, was(|client| client.completion_ms.p99)),
        Headline {
            label: "Goodput",
            mark: "Goodput",
            now: Some(now.goodput_per_s),
            before: was(|client| Some(client.goodput_per_s)),
            wish: Wish::More,
            print: figure::rate,
        },
    ]
}

fn show_tile(html: &mut Html, headline: &Headline) {
    let printed = |value: Option<f64>| value.map_or("–".to_string(), headline.print);
    html.fill(
        "<div class=\"tile\" data-test=\"{}\"><dt>{}</dt><dd class=\"now\">{}</dd>",
        &[headline.mark, headline.label, &printed(headline.now)],
    );
    if let (Some(now), Some(before)) = (headline.now, headline.before) {
        html.fill(
            "<dd class=\"was\"><span class=\"quiet\">was </span>{}",
            &[&printed(headline.before)],
        );
        show_turn(html, &figure::change(before, now, headline.wish));
        html.fill("</dd>", &[]);
    }
    html.fill("</div>", &[]);
}

/// What became of a figure: an arrow, how much, and in words.
pub fn show_turn(html: &mut Html, change: &Change) {
    html.fill(
        "<span class=\"turn {}\"><span aria-hidden=\"true\">{}</span> {}<span class=\"unseen\"> {}</span></span>",
        &[change.word, change.arrow, &change.amount, change.word],
    );
}

/// Offered, replied, failed by cause and open, in words.
fn outcome_of(client: &ClientReport) -> String {
    let mut words = figure::count(client.offered) + " offered · " + &figure::count(client.replied) + " replied";
    for (cause, number) in client.failures.iter().filter(|(_, number)| **number > 0) {
        let failed = match cause.as_str() {
            "error" => "failed with an error",
            "timeout" => "timed out",
            other => other,
        };
        words = words + " · " + &figure::count(*number) + " " + failed;
    }
    words = words + " · " + &figure::count(client.in_flight) + " in flight at the end";
    words = words + " · throughput " + &figure::rate(client.throughput_per_s);
    if client.open_completions > 0 {
        words = words + " · " + &figure::count(client.open_completions) + " replied but not yet complete";
    }
    words
}
