//! What is selected: what it is called, all that can be said of it as fields, and what happened on it; and what the author
//! says.
//!
//! ```text
//! edges[orders->payments] ─▶ mode, meaning │ what is said, as fields │ what could be said │ its text
//! ```
//!
//! Law: a field says in its markup which property of the text it sets; the text and the fields never differ.

use super::html::{Html, option};
use super::markdown::markdown;
use super::{Run, Runs};
use crate::metrics::{EdgeReport, figure};
use crate::picture::word;
use crate::scenario::problem::Problem;
use crate::scenario::property::{self, Kind, Property};
use crate::scenario::{Edge, Scenario, text};
use crate::time::Instant;

const NOTHING: &str = concat!(
    "<p class=\"quiet hint\">Click an edge to flip it between sync and async, a box to see what it is. ",
    "Select one with Tab: on an edge, Enter flips it and M offers all modes.</p>"
);

/// What can be said of the thing at a path; of an edge, how it is from an instant on.
pub fn inspect(text: &str, path: &str, from: Instant) -> Result<Html, Vec<Problem>> {
    let mut html = Html::new();
    if path.is_empty() {
        html.fill(NOTHING, &[]);
        return Ok(html);
    }
    let scenario = text::parse(text)?.scenario;
    let thing = property::inspect(text, path)?;
    let edge = path.strip_prefix("edges[").and_then(|rest| rest.strip_suffix(']'));
    match edge.and_then(|name| scenario.edge_named(name)) {
        Some(edge) => show_edge(&mut html, &scenario, scenario.edge_at(edge, from), from),
        None => show_node(&mut html, &scenario, path),
    }
    let is_field = |property: &&Property| property.name != "mode" && !matches!(property.kind, Kind::Table);
    let (said, others): (Vec<&Property>, Vec<&Property>) = thing
        .properties
        .iter()
        .filter(is_field)
        .partition(|property| property.is_set);
    show_fields(&mut html, &said);
    if !others.is_empty() {
        html.fill(
            "<details data-keep=\"more\"><summary>What else can be said of it</summary>",
            &[],
        );
        show_fields(&mut html, &others);
        html.fill("</details>", &[]);
    }
    if !thing.text.is_empty() {
        html.fill(
            "<details data-keep=\"text\"><summary>Its text</summary><pre tabindex=\"0\">{}</pre></details>",
            &[&thing.text],
        );
    }
    Ok(html)
}

fn show_edge(html: &mut Html, scenario: &Scenario, edge: &Edge, since: Instant) {
    let (from, to) = word::ends(scenario, edge);
    html.fill(
        concat!(
            "<header><h2>edge {} → {}</h2><button type=\"button\" data-act=\"disconnect\" data-on=\"{}\" title=\"Delete this edge (Delete)\">",
            "Delete</button></header>"
        ),
        &[from, to, &edge.name],
    );
    if edge.flipped().is_some() {
        let when = match since {
            Instant::START => String::new(),
            Instant(at) => [" from ", &figure::instant(at as f64), " on"].concat(),
        };
        html.fill(
            "<label class=\"field\"><span>mode{}</span><select data-choice=\"mode\" data-test=\"mode\" data-key=\"mode\" data-on=\"{}\">",
            &[&when, &edge.name],
        );
        for mode in edge.modes() {
            option(html, mode.word(), mode.word(), mode == edge.mode);
        }
        html.fill(
            "</select></label><p class=\"meaning\">{}</p>",
            &[word::meaning(edge.mode)],
        );
    }
}

/// The name of a node, and where an edge may lead from it.
fn show_node(html: &mut Html, scenario: &Scenario, path: &str) {
    let (section, name) = path.split_once('.').unwrap_or(("", path));
    let kind = section.strip_suffix('s').unwrap_or(section);
    html.fill(
        concat!(
            "<header><h2>{} {}</h2><button type=\"button\" data-act=\"delete\" data-on=\"{}\" title=\"Delete it with everything that names it (Delete)\">",
            "Delete</button></header><label class=\"field\"><span>name</span>",
            "<input type=\"text\" data-choice=\"rename\" data-key=\"rename\" data-on=\"{}\" value=\"{}\" autocomplete=\"off\" spellcheck=\"false\"></label>",
            "<label class=\"field\"><span>connect to</span><select data-choice=\"connect\" data-key=\"connect\" data-on=\"{}\">",
        ),
        &[kind, name, name, name, name, name],
    );
    option(html, "", "…", true);
    let services = scenario.services.iter().map(|service| &service.name);
    let channels = scenario.channels.iter().map(|channel| &channel.name);
    for other in services.chain(channels).filter(|other| *other != name) {
        option(html, other, other, false);
    }
    html.fill("</select></label>", &[]);
    if kind == "client" {
        html.fill("<p class=\"quiet\">Another name draws other random numbers.</p>", &[]);
    }
}

/// One field a property, with what it means.
fn show_fields(html: &mut Html, properties: &[&Property]) {
    html.fill("<div class=\"fields\">", &[]);
    for property in properties {
        html.fill(
            "<label title=\"{}\"><span>{}</span>",
            &[&property.about, &property.name],
        );
        show_control(html, property);
        html.fill("</label>", &[]);
        if property.is_set {
            html.fill(
                concat!(
                    "<button type=\"button\" class=\"unset\" data-act=\"unset\" data-on=\"{}\" data-key=\"unset {}\" aria-label=\"Let {} be as by default\" ",
                    "title=\"As by default: {}\">×</button>"
                ),
                &[&property.path, &property.path, &property.name, or_none(&property.default)],
            );
        }
    }
    html.fill("</div>", &[]);
}

fn or_none(default: &str) -> &str {
    match default {
        "" | "null" => "none",
        default => default,
    }
}

fn show_control(html: &mut Html, property: &Property) {
    let Property { path, value, kind, .. } = property;
    let words: Vec<(&str, &str)> = match kind {
        Kind::Words(words) => words.iter().map(|(word, about)| (&**word, &**about)).collect(),
        Kind::Flag => vec![("false", ""), ("true", "")],
        _ => Vec::new(),
    };
    let shown = if property.is_set { value } else { "" };
    if *kind == Kind::Tree {
        html.fill(
            "<textarea rows=\"3\" data-choice=\"set\" data-on=\"{}\" data-key=\"set {}\" spellcheck=\"false\">{}</textarea>",
            &[path, path, shown],
        );
        return;
    }
    if words.is_empty() {
        html.fill(
            concat!(
                "<input type=\"text\" data-choice=\"set\" data-on=\"{}\" data-key=\"set {}\" value=\"{}\" placeholder=\"{}\" ",
                "autocomplete=\"off\" spellcheck=\"false\">"
            ),
            &[path, path, shown, or_none(&property.default)],
        );
        return;
    }
    html.fill(
        "<select data-choice=\"set\" data-on=\"{}\" data-key=\"set {}\">",
        &[path, path],
    );
    for (word, about) in words {
        let label = if about.is_empty() {
            word.to_string()
        } else {
            [word, ": ", about].concat()
        };
        option(html, word, &label, word == value);
    }
    html.fill("</select>", &[]);
}

/// What happened on the selected edge, and before the last change.
pub fn figures(runs: &Runs, name: &str) -> Html {
    let mut html = Html::new();
    if let Some(now) = report_of(&runs.now, name) {
        show_figures(&mut html, now, report_of(&runs.before, name));
    }
    html
}

fn report_of<'a>(run: &'a Option<Run>, name: &str) -> Option<&'a EdgeReport> {
    run.as_ref()?.report.edges.get(name)
}

fn show_figures(html: &mut Html, now: &EdgeReport, before: Option<&EdgeReport>) {
    let blocked = |report: &EdgeReport| figure::fixed(report.blocked_s, 1);
    let was = before.map(blocked).filter(|was| *was != blocked(now));
    let was = was.map_or(String::new(), |was| " was ".to_string() + &was + " s");
    html.fill(
        concat!(
            "<dl class=\"facts\"><dt>callers blocked</dt><dd data-test=\"edge-blocked\">{} worker-seconds<span class=\"quiet\">{}</span></dd>",
            "<dt>calls</dt><dd>{}, {} ok, {} failed</dd>"
        ),
        &[&blocked(now), &was, &figure::count(now.calls), &figure::count(now.ok), &figure::count(now.failed)],
    );
    let fact = "<dt>{}</dt><dd>{}</dd>";
    for (cause, number) in now.failures.iter().filter(|(_, number)| **number > 0) {
        html.fill(fact, &[cause, &figure::count(*number)]);
    }
    let times = figure::time(now.call_ms.p50) + ", " + &figure::time(now.call_ms.p99);
    html.fill(fact, &["call p50, p99", &times]);
    if now.lost > 0 {
        html.fill(fact, &["lost", &figure::count(now.lost)]);
    }
    html.fill("</dl>", &[]);
}

/// The author's words.
pub fn about(scenario: &Scenario) -> Html {
    let mut html = Html::new();
    if !scenario.name.is_empty() {
        html.fill("<h2>{}</h2>", &[&scenario.name]);
    }
    html.add(&markdown(&scenario.about));
    html
}
