//! What the run says: sentences, percentile curves, and the same figures as a table.
//!
//! Law: sentences are of whole runs only; while figures come in, nothing moves but the curves.

use super::Runs;
use super::figure::{figure, sheet};
use super::html::Html;
use super::menu::menu;
use crate::metrics::pulse::{Beat, Pulse};
use crate::metrics::{Report, Summary, figure, insight};
use crate::picture::beat::{LEFT, RIGHT, beats};
use crate::picture::percentile::{Curve, WIDTH, percentiles};
use crate::picture::shape::Picture;

/// What the curves are called.
const RESPONSES: &str = "Response time by percentile";
const AGES: &str = "Age of messages by percentile";
const BEATS: &str = "Requests a second over the run";
/// How many beats are one row of the table.
const ROW: usize = 10;

/// Distributions with their names, each with what it was before.
type Rows<'a> = Vec<Curve<'a>>;
/// One kind of figures of a report, by name.
type Kind = fn(&Report) -> Vec<(&str, &Summary)>;

/// Sentences, a curve of the clients' response times, one of the channels' ages, and the table.
pub fn insights(runs: &Runs) -> Html {
    let mut html = Html::new();
    html.fill("<div><h2>What the run says</h2><ol data-test=\"insights\">", &[]);
    for words in sentences(runs) {
        html.fill("<li>{}</li>", &[&words]);
    }
    html.fill("</ol></div>", &[]);
    show_beats(&mut html, runs);
    let [now, before] = [&runs.now, &runs.before].map(|run| run.as_ref().map(|it| &it.report));
    let kinds: [Kind; 3] = [responses, completions, ages];
    let [responses, completions, ages] = kinds.map(|all| rows(now, before, all));
    show_curves(&mut html, ["responses", RESPONSES], &responses, runs.dark);
    if !ages.is_empty() {
        show_curves(&mut html, ["ages", AGES], &ages, runs.dark);
    }
    html.fill(TABLE, &[]);
    for (kind, past, rows) in [
        ("response", "response before", &responses),
        ("completion", "completion before", &completions),
        ("age", "age before", &ages),
    ] {
        for row in rows {
            show_row(&mut html, row.name, kind, row.now);
            if let Some(before) = row.before {
                show_row(&mut html, row.name, past, before);
            }
        }
    }
    html.fill("</tbody></table></div>", &[]);
    html
}

/// The curves of the clients' response times, as a file.
pub fn responses_picture(runs: &Runs) -> Html {
    picture(runs, RESPONSES, responses)
}

/// Those of the ages of messages.
pub fn ages_picture(runs: &Runs) -> Html {
    picture(runs, AGES, ages)
}

/// The run over time, as a file.
pub fn beats_picture(runs: &Runs) -> Html {
    sheet(&[drawn_beats(runs)], BEATS, runs.dark)
}

fn drawn_beats(runs: &Runs) -> Picture {
    let length = runs.now.as_ref().map_or(0.0, |run| run.scenario.run.duration.0 as f64);
    let [now, before] = [&runs.now, &runs.before].map(|run| run.as_ref().map(|it| &it.report.pulse));
    beats(now.unwrap_or(&Pulse::default()), before, length)
}

/// The run over time with the play head's line on it, and the same as a table.
fn show_beats(html: &mut Html, runs: &Runs) {
    let Some(run) = &runs.now else { return };
    let label = BEATS.to_string() + "; the same figures are in the table below";
    html.fill("<figure><figcaption>{}</figcaption>", &[BEATS]);
    html.add(&menu("beats", &("the picture: ".to_string() + BEATS), &[]));
    let ends = [LEFT, RIGHT].map(|px| figure::fixed(px / WIDTH, 4));
    html.fill(
        "<div class=\"clock\" data-from=\"{}\" data-to=\"{}\">",
        &[&ends[0], &ends[1]],
    );
    html.add(&figure(&drawn_beats(runs), &label, runs.dark));
    html.fill("<i hidden></i></div>", &[]);
    if runs.before.is_some() {
        html.fill("<p class=\"quiet\">dots: replied before the change</p>", &[]);
    }
    html.fill("<p class=\"quiet hint\">a click goes to that instant</p>", &[]);
    show_rows(html, &run.report.pulse);
    html.fill("</figure>", &[]);
}

fn show_rows(html: &mut Html, pulse: &Pulse) {
    html.fill(BEATS_TABLE, &[]);
    for (row, beats) in (0u64..).zip(pulse.beats.chunks(ROW)) {
        let end = |beat: u64| figure::fixed((beat * pulse.length.0) as f64 / 1e9, 1);
        let first = row * ROW as u64;
        let time = end(first) + "–" + &end(first + beats.len() as u64) + " s";
        html.fill("<tr><th scope=\"row\">{}</th>", &[&time]);
        let seconds = pulse.length.as_s() * beats.len() as f64;
        let counts: [fn(&Beat) -> u64; 3] = [|beat| beat.offered, |beat| beat.replied, |beat| beat.failed];
        for count in counts {
            let sum: u64 = beats.iter().map(count).sum();
            html.fill("<td>{}</td>", &[&figure::rate(sum as f64 / seconds)]);
        }
        html.fill("</tr>", &[]);
    }
    html.fill("</tbody></table></div></details>", &[]);
}

fn picture(runs: &Runs, name: &str, kind: Kind) -> Html {
    let [now, before] = [&runs.now, &runs.before].map(|run| run.as_ref().map(|it| &it.report));
    sheet(&[percentiles(&rows(now, before, kind))], name, runs.dark)
}

/// What matters, in sentences; one that says so where nothing is known or nothing matters.
pub fn sentences(runs: &Runs) -> Vec<String> {
    let Some(run) = runs.now.as_ref().filter(|run| run.is_finished) else {
        return vec!["The whole run is being measured …".to_string()];
    };
    let before = runs.before.as_ref().map(|before| (&**before.scenario, &before.report));
    let mut sentences = insight::insights((&run.scenario, &run.report), before);
    if sentences.is_empty() {
        sentences.push("Nobody waits for long, nothing is lost, and no pool is full.".to_string());
    }
    sentences
}

const BEATS_TABLE: &str = concat!(
    "<details data-keep=\"beats\"><summary>The same as a table</summary>",
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Requests a second\"><table data-test=\"beats\"><thead><tr>",
    "<th scope=\"col\">from–until</th><th scope=\"col\">offered</th><th scope=\"col\">replied</th><th scope=\"col\">failed</th></tr></thead><tbody>",
);

const TABLE: &str = concat!(
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Percentiles\"><table data-test=\"percentiles\">",
    "<thead><tr><th scope=\"col\">of</th><th scope=\"col\" class=\"text\">time</th><th scope=\"col\">mean</th>",
    "<th scope=\"col\">95 % interval</th><th scope=\"col\">p50</th><th scope=\"col\">p90</th><th scope=\"col\">p95</th>",
    "<th scope=\"col\">p99</th><th scope=\"col\">p99.9</th><th scope=\"col\">max</th></tr></thead><tbody>",
);

/// The distributions of one kind, in the order of their names.
fn rows<'a>(now: Option<&'a Report>, before: Option<&'a Report>, all: Kind) -> Rows<'a> {
    let before = before.map(all).unwrap_or_default();
    let mut rows = Vec::new();
    for (name, now) in now.map(all).unwrap_or_default() {
        let before = before.iter().find(|(other, _)| *other == name).map(|(_, it)| *it);
        rows.push(Curve { name, now, before });
    }
    rows
}

fn responses(report: &Report) -> Vec<(&str, &Summary)> {
    let clients = report.clients.iter();
    clients.map(|(name, client)| (&**name, &client.response_ms)).collect()
}

fn completions(report: &Report) -> Vec<(&str, &Summary)> {
    let clients = report.clients.iter();
    clients.map(|(name, client)| (&**name, &client.completion_ms)).collect()
}

fn ages(report: &Report) -> Vec<(&str, &Summary)> {
    let channels = report.channels.iter();
    channels.map(|(name, channel)| (&**name, &channel.age_ms)).collect()
}

fn show_curves(html: &mut Html, [name, title]: [&str; 2], curves: &[Curve], dark: bool) {
    let label = title.to_string() + "; the same figures are in the table below";
    html.fill("<figure><figcaption>{}</figcaption>", &[title]);
    html.add(&menu(name, &("the curves: ".to_string() + title), &[]));
    html.add(&figure(&percentiles(curves), &label, dark));
    html.fill("<p class=\"quiet\">", &[]);
    if curves.iter().any(|curve| curve.before.is_some()) {
        html.fill("dashed: before the change · ", &[]);
    }
    html.fill("bar: 95 % interval of the mean</p></figure>", &[]);
}

fn show_row(html: &mut Html, name: &str, kind: &str, it: &Summary) {
    html.fill("<tr><th scope=\"row\">{}</th><td class=\"text\">{}</td>", &[name, kind]);
    let [low, high] = it.ci95.map_or([None; 2], |ends| ends.map(Some));
    let interval = figure::time(low) + " – " + &figure::time(high);
    let mean = figure::time(it.mean);
    html.fill(
        "<td>{}</td><td>{}</td>",
        &[&mean, if low.is_some() { &interval } else { "–" }],
    );
    for time in [it.p50, it.p90, it.p95, it.p99, it.p999, it.max] {
        html.fill("<td>{}</td>", &[&figure::time(time)]);
    }
    html.fill("</tr>", &[]);
}
