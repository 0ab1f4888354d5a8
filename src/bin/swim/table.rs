//! A report as tables for people.
//!
//! ```text
//! edges         mode   calls    ok  failed  …   mean ms     a section: a head, a row for each name,
//! ui->a         sync    5493  5486       0  …     27.31     and with several runs half the width
//!                       ±141  ±141      ±0  …     ±0.42     of each number's interval below it
//! ```
//!
//! Law: derived from the printed tree and from nothing else, so that both forms of a report say the same.

use serde_json::{Map, Value};
use std::fmt::Write;
use sync_or_swim::scenario::Window;

/// One figure of a row: its head with the unit, its place in the tree, and how it is written.
pub struct Column(pub &'static str, pub &'static [&'static str], pub Form);

#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// Whole where it is a count of one run, with one digit where it is a mean.
    Count,
    /// With so many digits after the point.
    Digits(usize),
    Percent,
    Word,
    /// Counts by cause.
    Causes,
}

use Form::*;

const CLIENTS: &[Column] = &[
    Column("offered", &["offered"], Count),
    Column("replied", &["replied"], Count),
    Column("failed", &["failed"], Count),
    Column("in flight", &["inFlight"], Count),
    Column("goodput/s", &["goodputPerS"], Digits(2)),
    Column("mean ms", &["responseMs", "mean"], Digits(2)),
    Column("p50 ms", &["responseMs", "p50"], Digits(2)),
    Column("p95 ms", &["responseMs", "p95"], Digits(2)),
    Column("p99 ms", &["responseMs", "p99"], Digits(2)),
    Column("max ms", &["responseMs", "max"], Digits(2)),
    Column("done mean ms", &["completionMs", "mean"], Digits(2)),
    Column("done p99 ms", &["completionMs", "p99"], Digits(2)),
    Column("failures", &["failures"], Causes),
];

const SERVICES: &[Column] = &[
    Column("completed", &["completed"], Count),
    Column("failed", &["failed"], Count),
    Column("rejected", &["rejected"], Count),
    Column("in flight", &["inFlight"], Count),
    Column("running %", &["runningShare"], Percent),
    Column("blocked %", &["blockedShare"], Percent),
    Column("core wait %", &["coreWaitShare"], Percent),
    Column("idle %", &["idleShare"], Percent),
    Column("backlog mean", &["backlogMean"], Digits(2)),
    Column("backlog max", &["backlogMax"], Count),
    Column("mean ms", &["responseMs", "mean"], Digits(2)),
    Column("p99 ms", &["responseMs", "p99"], Digits(2)),
];

const EDGES: &[Column] = &[
    Column("mode", &["mode"], Word),
    Column("calls", &["calls"], Count),
    Column("ok", &["ok"], Count),
    Column("failed", &["failed"], Count),
    Column("in flight", &["inFlight"], Count),
    Column("lost", &["lost"], Count),
    Column("blocked s", &["blockedS"], Digits(2)),
    Column("mean ms", &["callMs", "mean"], Digits(2)),
    Column("p95 ms", &["callMs", "p95"], Digits(2)),
    Column("p99 ms", &["callMs", "p99"], Digits(2)),
    Column("failures", &["failures"], Causes),
];

const CHANNELS: &[Column] = &[
    Column("published", &["published"], Count),
    Column("refused", &["refused"], Count),
    Column("delivered", &["delivered"], Count),
    Column("redelivered", &["redelivered"], Count),
    Column("dead letters", &["deadLettered"], Count),
    Column("dropped", &["dropped"], Count),
    Column("expired", &["expired"], Count),
    Column("depth mean", &["depthMean"], Digits(2)),
    Column("depth max", &["depthMax"], Count),
    Column("age mean ms", &["ageMs", "mean"], Digits(2)),
    Column("age p99 ms", &["ageMs", "p99"], Digits(2)),
];

const KEYS: &[Column] = &[
    Column("reads", &["reads"], Count),
    Column("stale", &["staleReads"], Count),
    Column("lost writes", &["lostWrites"], Count),
    Column("applied", &["lagMs", "count"], Count),
    Column("lag mean ms", &["lagMs", "mean"], Digits(2)),
    Column("lag p50 ms", &["lagMs", "p50"], Digits(2)),
    Column("lag p99 ms", &["lagMs", "p99"], Digits(2)),
    Column("lag max ms", &["lagMs", "max"], Digits(2)),
];

const GROUPS: &[Column] = &[
    Column("delivered", &["delivered"], Count),
    Column("lag mean", &["lagMean"], Digits(2)),
    Column("lag max", &["lagMax"], Count),
];

const BLAME: &[Column] = &[
    Column("own work", &["work"], Digits(2)),
    Column("own waits", &["wait"], Digits(2)),
    Column("for a worker", &["backlog"], Digits(2)),
    Column("for a core", &["core"], Digits(2)),
    Column("for a pool", &["pool"], Digits(2)),
    Column("network", &["network"], Digits(2)),
    Column("retries", &["retry"], Digits(2)),
    Column("broker", &["broker"], Digits(2)),
];

/// The kinds of things of a report, and the figures of each.
pub const KINDS: [(&str, &[Column]); 5] = [
    ("clients", CLIENTS),
    ("services", SERVICES),
    ("edges", EDGES),
    ("channels", CHANNELS),
    ("keys", KEYS),
];

const LEGEND: &str = "ms: response time, from sending to the reply (of a service: from arrival to the reply). \
done: until the last work that a request caused is over.\n\
%: share of the workers' time. blocked s: worker-seconds that callers stood still on this edge. – is no value.\n";

/// The whole report: what was run, its warnings, and a table for each kind of thing.
pub fn laid_out(title: &str, window: Window, report: &Value) -> String {
    let mut page = heading(title, window, report);
    for Section { title, columns, tree } in sections(report) {
        let rows = rows(&title, columns, &tree);
        if rows.len() > 1 {
            page.push('\n');
            page.push_str(&in_columns(&rows, columns));
        }
    }
    page.push('\n');
    page.push_str(LEGEND);
    page
}

/// Rows with a title, as a tree of figures by title and name, with their intervals.
struct Section {
    title: String,
    columns: &'static [Column],
    tree: Value,
}

impl Section {
    /// What `rows` finds in the report, and in its intervals.
    fn new(title: &str, columns: &'static [Column], report: &Value, rows: impl Fn(&Value) -> Value) -> Section {
        let mut tree = Map::from_iter([(title.to_string(), rows(report))]);
        if let Some(intervals) = report.get("intervals") {
            tree.insert(
                "intervals".into(),
                Map::from_iter([(title.to_string(), rows(intervals))]).into(),
            );
        }
        Section {
            title: title.to_string(),
            columns,
            tree: tree.into(),
        }
    }
}

fn sections(report: &Value) -> Vec<Section> {
    let kinds = KINDS.iter();
    let mut sections: Vec<Section> = kinds
        .map(|(kind, columns)| Section::new(kind, columns, report, |tree| tree[kind].clone()))
        .collect();
    sections.push(Section::new("groups", GROUPS, report, groups));
    for (client, figures) in entries(&report["clients"]).filter(|(_, client)| client.get("blameMs").is_some()) {
        let title = format!("blame of {client}, ms{}", left_out(figures));
        sections.push(Section::new(&title, BLAME, report, |tree| {
            blame(&tree["clients"][client])
        }));
    }
    sections
}

/// The entries of a map.
pub fn entries(map: &Value) -> impl Iterator<Item = (&String, &Value)> {
    map.as_object().into_iter().flatten()
}

/// The groups of all topics as `topic/group`.
fn groups(tree: &Value) -> Value {
    let channels = entries(&tree["channels"]);
    let groups = channels.flat_map(|(channel, figures)| {
        entries(&figures["groups"]).map(move |(group, figures)| (format!("{channel}/{group}"), figures.clone()))
    });
    Value::Object(groups.collect())
}

/// How many replied requests the blame of a client leaves out, if any: a recording that is full ends early.
fn left_out(client: &Value) -> String {
    let [replied, blamed] = ["replied", "blamed"].map(|key| client[key].as_f64().unwrap_or(0.0));
    if blamed >= replied {
        return String::new();
    }
    format!(" (of {blamed} of {replied} replied requests)")
}

/// The blame of a client by service.
fn blame(client: &Value) -> Value {
    let mut rows = Map::new();
    for (place, value) in entries(&client["blameMs"]) {
        if let Some((service, kind)) = place.rsplit_once('.') {
            rows.entry(service).or_insert_with(|| Map::new().into())[kind] = value.clone();
        }
    }
    rows.into()
}

fn heading(title: &str, window: Window, report: &Value) -> String {
    let mut page = format!("{title}\n{} s simulated", report["simulatedS"].as_f64().unwrap_or(0.0));
    if window.warmup.0 > 0 {
        let _ = write!(page, ", the first {} s not counted", window.warmup.as_s());
    }
    let _ = write!(page, "; {} events; ", written(&report["events"], Count));
    let (seed, runs) = (report["seed"].as_u64().unwrap_or(0), report["replications"].as_u64());
    let _ = match runs {
        None => write!(page, "seed {seed}"),
        Some(runs) => write!(
            page,
            "means of {runs} runs with seeds {seed} to {}, below them half of their 95 % intervals",
            seed + runs - 1
        ),
    };
    let text = |key: &str| report[key].as_str().unwrap_or_default();
    let _ = writeln!(page, "; digest {}; {}", text("digest"), text("engine"));
    let totals = &report["totals"];
    let _ = write!(
        page,
        "{} worker-seconds blocked; {} retries",
        written(&totals["blockedS"], Digits(2)),
        written(&totals["retries"], Count)
    );
    if let Some(wasted) = totals.get("wastedShare") {
        let _ = write!(page, "; {} % of the work for nothing", written(wasted, Percent));
    }
    page.push('\n');
    for warning in report["warnings"].as_array().into_iter().flatten() {
        let _ = writeln!(page, "warning: {}", warning.as_str().unwrap_or_default());
    }
    page
}

/// The head and the rows of a section, each with its name first.
fn rows(name: &str, columns: &[Column], report: &Value) -> Vec<Vec<String>> {
    let cells = |first: &str, cell: &dyn Fn(&Column) -> String| {
        std::iter::once(first.to_string())
            .chain(columns.iter().map(cell))
            .collect::<Vec<_>>()
    };
    let mut rows = vec![cells(name, &|column| column.0.to_string())];
    for (key, row) in report[name].as_object().into_iter().flatten() {
        rows.push(cells(key, &|column| written(at(row, column.1), column.2)));
        if let Some(intervals) = report.get("intervals") {
            rows.push(cells("", &|column| {
                half_width(at(&intervals[name][key], column.1), column.2)
            }));
        }
    }
    rows
}

/// What stands at a path of a tree.
pub fn at<'a>(tree: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(tree, |tree, key| &tree[*key])
}

/// A figure as it is printed.
pub fn written(value: &Value, form: Form) -> String {
    match (form, value.as_f64()) {
        (Word, _) => value.as_str().unwrap_or_default().to_string(),
        (Causes, _) => causes(value),
        (_, None) => "–".to_string(),
        (Count, Some(number)) => match value.as_u64() {
            Some(count) => count.to_string(),
            None => format!("{number:.1}"),
        },
        (Digits(digits), Some(number)) => format!("{number:.digits$}"),
        (Percent, Some(share)) => format!("{:.1}", share * 100.0),
    }
}

fn causes(counts: &Value) -> String {
    let counts = counts.as_object().into_iter().flatten();
    let told: Vec<String> = counts
        .map(|(cause, count)| format!("{cause} {}", written(count, Count)))
        .collect();
    told.join(", ")
}

fn half_width(interval: &Value, form: Form) -> String {
    match (interval[0].as_f64(), interval[1].as_f64()) {
        (Some(low), Some(high)) => format!("±{}", written(&Value::from((high - low) / 2.0), form)),
        _ => String::new(),
    }
}

/// The rows of a section, numbers to the right and words to the left.
fn in_columns(rows: &[Vec<String>], columns: &[Column]) -> String {
    aligned(rows, |index| {
        index == 0 || matches!(columns[index - 1].2, Word | Causes)
    })
}

/// Rows with equally wide columns, those of text to the left.
pub fn aligned(rows: &[Vec<String>], is_text: impl Fn(usize) -> bool) -> String {
    let width = |index: usize| rows.iter().map(|row| row[index].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let mut page = String::new();
    for row in rows {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if index == 0 { "" } else { "  " };
            let _ = if is_text(index) {
                write!(line, "{gap}{cell:<width$}")
            } else {
                write!(line, "{gap}{cell:>width$}")
            };
        }
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(channel: Value, intervals: Option<Value>, expected: &str) {
        let mut report = json!({"channels": {"a->b": channel}});
        if let Some(intervals) = intervals {
            report["intervals"] = json!({"channels": {"a->b": intervals}});
        }
        assert_eq!(in_columns(&rows("channels", CHANNELS, &report), CHANNELS), expected);
    }

    #[test]
    fn numbers_stand_below_their_heads_and_intervals_below_their_numbers() {
        let head =
            "channels  published  refused  delivered  redelivered  dead letters  dropped  expired  depth mean  depth max  age mean ms  age p99 ms\n"
                .to_string();
        check(
            json!({"published": 12, "refused": 3, "delivered": 1234567890123u64, "redelivered": 0, "deadLettered": 0, "dropped": 0, "expired": 1, "depthMean": 0.125,
                   "depthMax": 3, "ageMs": {"mean": null, "p99": null}}),
            None,
            &(head.replace("  delivered", "      delivered")
                + "a->b             12        3  1234567890123            0             0        0        1        0.12          3            –           –\n"),
        );
        check(
            json!({"published": 12.0, "refused": 3.0, "delivered": 9.5, "redelivered": 0.0, "deadLettered": 0.0, "dropped": 0.0, "expired": 1.0, "depthMean": 1.0,
                   "depthMax": 3.0, "ageMs": {"mean": 2.0, "p99": null}}),
            Some(
                json!({"published": [11.0, 13.0], "delivered": [9.0, 10.0], "ageMs": {"mean": [1.5, 2.5], "p99": null}}),
            ),
            &(head
                + "a->b           12.0      3.0        9.5          0.0           0.0      0.0      1.0        1.00        3.0         2.00           –\n"
                + "               ±1.0                ±0.5                                                                            ±0.50\n"),
        );
    }

    #[test]
    fn groups_and_blame_are_tables_of_their_own() {
        let report = json!({
            "channels": {"orders": {"groups": {"mail": {"delivered": 7, "lagMean": 1.5, "lagMax": 4}}}},
            "clients": {"c": {"blameMs": {"a.work": 5.0, "a.network": 2.0, "b.core": 1.25}}},
        });
        let shown = sections(&report).into_iter().skip(KINDS.len());
        let shown: Vec<String> = shown
            .map(|section| in_columns(&rows(&section.title, section.columns, &section.tree), section.columns))
            .collect();
        assert_eq!(
            shown[0],
            "groups       delivered  lag mean  lag max\norders/mail          7      1.50        4\n"
        );
        let lines: Vec<Vec<&str>> = shown[1].lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["a", "5.00", "–", "–", "–", "–", "2.00", "–", "–"]);
        assert_eq!(lines[2], ["b", "–", "–", "–", "1.25", "–", "–", "–", "–"]);
    }

    #[test]
    fn a_blame_says_how_many_requests_it_leaves_out() {
        let title = |blamed: u32| {
            let client = json!({"replied": 9, "blamed": blamed, "blameMs": {"a.work": 5.0}});
            sections(&json!({"clients": {"c": client}})).pop().unwrap().title
        };
        assert_eq!(title(9), "blame of c, ms");
        assert_eq!(title(7), "blame of c, ms (of 7 of 9 replied requests)");
    }
}
