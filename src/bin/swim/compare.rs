//! `swim compare`: two variants beside each other, and how far they differ.
//!
//! ```text
//! A ─▶ text ─────────────────▶ Scenario ┐
//! B ─▶ text, or that of A ─set─▶ Scenario ┴▶ pairs of runs ─▶ JSON, or a page:
//!
//! shoppers                 A        B     B − A             95 % interval
//!   mean ms           112.24    49.10    −63.14  −56.3 %    −63.80 … −62.48 *
//! ```
//!
//! Law: what does not differ is named and takes no line.

use super::command::{Failure, USAGE, print, problems, read, unprintable, warn};
use super::line::Compared;
use super::pair;
use super::source::Source;
use super::table::{Column, Form, KINDS, aligned, at, entries, written};
use serde_json::Value;
use std::fmt::Write;
use sync_or_swim::metrics::figure::fixed;
use sync_or_swim::scenario::edit::{self, Edit};
use sync_or_swim::scenario::text::{self, Parsed};
use sync_or_swim::scenario::{Scenario, Window};

const LEGEND: &str = "B − A: of runs with the same arrivals and draws. *: its interval does not contain 0, so it is more than chance.\n\
ms: response time, from sending to the reply (of a service: from arrival to the reply). done: until the last work that a request\n\
caused is over. %: share of the workers' time. blocked s: worker-seconds that callers stood still on this edge.\n";

/// A property and what it is set to, as `--set` has it.
#[derive(Clone)]
pub struct Setting {
    target: String,
    value: String,
}

impl Setting {
    /// `EDGE.key=value`, or a path of the file instead of the edge.
    pub fn parse(word: &str) -> Result<Setting, String> {
        // The arrow of an edge has no `=`.
        let parts = word.split_once('=').filter(|(target, _)| target.contains('.'));
        let (target, value) = parts.ok_or("EDGE.mode=queue or services.orders.threads=8 is right")?;
        Ok(Setting {
            target: target.to_string(),
            value: value.to_string(),
        })
    }

    fn edit(&self, scenario: &Scenario) -> Edit {
        Edit::Set {
            path: path(&self.target, scenario),
            value: Some(self.value.clone()),
        }
    }
}

/// The path of a property: an edge is meant by its name, which may have a dot of its own.
fn path(target: &str, scenario: &Scenario) -> String {
    if !target.contains("->") || target.contains('[') {
        return target.to_string();
    }
    let behind = |name: &str| target.strip_prefix(name)?.strip_prefix('.').map(str::len);
    let known = scenario.edges.iter().filter_map(|edge| behind(&edge.name)).min();
    // Of an edge that there is not, the last part is the property.
    let rest = known
        .or_else(|| target.rsplit_once('.').map(|(_, rest)| rest.len()))
        .unwrap_or(0);
    let (edge, property) = target.split_at(target.len() - rest);
    ["edges[", edge.trim_end_matches('.'), "].", property].concat()
}

/// A scenario, where it is from, and what it is called.
struct Variant {
    name: String,
    source: Source,
    parsed: Parsed,
}

/// Compares as the command line says.
pub fn compare(asked: &Compared) -> Result<(), Failure> {
    let (a, b) = variants(asked)?;
    let (scenario, other) = (&a.parsed.scenario, &b.parsed.scenario);
    let seed = asked.trial.seed.unwrap_or(scenario.seed);
    let whole = pair::compare(scenario, other, seed, asked.trial.replications).map_err(unprintable)?;
    if asked.trial.json {
        return print(&format!("{whole:#}\n"));
    }
    let windows = [scenario.run, other.run];
    print(&laid_out([&a.name, &b.name], windows, &whole))
}

fn variants(asked: &Compared) -> Result<(Variant, Variant), Failure> {
    let usage = |told: &str| Failure::new(USAGE, told.to_string());
    if asked.b.is_none() && asked.set.is_empty() {
        return Err(usage(
            "there is nothing to compare with: a second scenario or --set EDGE.mode=queue is right",
        ));
    }
    if asked.a == "-" && asked.b.as_deref() == Some("-") {
        return Err(usage("standard input can be one of the two scenarios, and not both"));
    }
    let a = variant(&asked.a)?;
    let other = asked.b.as_deref().map(variant).transpose()?;
    if let Some(b) = &other {
        warn(&b.source, &b.parsed);
    }
    warn(&a.source, &a.parsed);
    let b = with_settings(other.as_ref().unwrap_or(&a), &asked.set)?;
    Ok((a, b))
}

fn variant(word: &str) -> Result<Variant, Failure> {
    let (source, parsed) = read(word)?;
    Ok(Variant {
        name: source.name.clone(),
        source,
        parsed,
    })
}

fn with_settings(base: &Variant, settings: &[Setting]) -> Result<Variant, Failure> {
    let refused = |found| problems(&base.source, found);
    let edits = settings
        .iter()
        .map(|setting| setting.edit(&base.parsed.scenario))
        .collect();
    let text = edit::apply(&base.source.text, &Edit::Several(edits)).map_err(refused)?;
    let said: Vec<String> = settings
        .iter()
        .map(|set| format!("{}={}", set.target, set.value))
        .collect();
    let with = if said.is_empty() { "" } else { " with " };
    Ok(Variant {
        name: [&base.source.name, with, &said.join(", ")].concat(),
        parsed: text::parse(&text).map_err(refused)?,
        source: Source {
            name: base.source.name.clone(),
            text,
            seed: base.source.seed,
        },
    })
}

/// The whole page.
fn laid_out(names: [&str; 2], windows: [Window; 2], whole: &Value) -> String {
    let mut page = heading(names, windows, whole);
    let mut same = Vec::new();
    for (kind, columns) in KINDS {
        let [a, b] = [&whole["a"][kind], &whole["b"][kind]];
        let mut rows = vec![head(kind)];
        for name in union(a, b) {
            let differences = &whole["differences"];
            let intervals = &differences["intervals"][kind][name];
            let lines = match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => lines(columns, [a, b], &differences[kind][name], intervals),
                (Some(_), None) => vec![row("  only in A")],
                _ => vec![row("  only in B")],
            };
            if lines.is_empty() {
                same.push(name.to_string());
            } else {
                rows.push(row(name));
                rows.extend(lines);
            }
        }
        if rows.len() > 1 {
            let _ = write!(page, "\n{}", aligned(&rows, |index| index == 0));
        }
    }
    if !same.is_empty() {
        let _ = write!(page, "\nno difference: {}\n", same.join(", "));
    }
    page + "\n" + LEGEND
}

fn heading([a, b]: [&str; 2], windows: [Window; 2], whole: &Value) -> String {
    let (seed, runs) = (
        whole["seed"].as_u64().unwrap_or(0),
        whole["replications"].as_u64().unwrap_or(1),
    );
    let length = |window: Window| match window.warmup.0 {
        0 => format!("{} s simulated", window.duration.as_s()),
        _ => format!(
            "{} s simulated, the first {} s not counted",
            window.duration.as_s(),
            window.warmup.as_s()
        ),
    };
    let [of_a, of_b] = windows.map(length);
    let mut page = format!("A  {a}\nB  {b}\n{of_a}");
    if of_a != of_b {
        let _ = write!(page, " (B: {of_b}, so counts are not those of the same time)");
    }
    let _ = match runs {
        1 => writeln!(page, "; seed {seed}"),
        _ => writeln!(
            page,
            "; means of {runs} pairs of runs with seeds {seed} to {}",
            seed + runs - 1
        ),
    };
    for (who, report) in [("A", &whole["a"]), ("B", &whole["b"])] {
        for warning in report["warnings"].as_array().into_iter().flatten() {
            let _ = writeln!(page, "warning, {who}: {}", warning.as_str().unwrap_or_default());
        }
    }
    page
}

/// The names of both, those of A first.
fn union<'a>(a: &'a Value, b: &'a Value) -> impl Iterator<Item = &'a str> {
    let further = entries(b).filter(|(name, _)| a.get(name).is_none());
    entries(a).chain(further).map(|(name, _)| name.as_str())
}

fn head(kind: &str) -> Vec<String> {
    [kind, "A", "B", "B − A", "", "95 % interval"]
        .map(String::from)
        .to_vec()
}

fn row(label: &str) -> Vec<String> {
    [label, "", "", "", "", ""].map(String::from).to_vec()
}

/// A line for each figure that differs.
fn lines(columns: &[Column], [a, b]: [&Value; 2], differences: &Value, intervals: &Value) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for Column(name, path, form) in columns {
        let [of_a, of_b] = [a, b].map(|tree| at(tree, path));
        let shown = [of_a, of_b].map(|value| written(value, *form));
        let difference = at(differences, path);
        let told = match difference.as_f64() {
            Some(amount) if is_nothing(amount, *form) => continue,
            None if shown[0] == shown[1] => continue,
            Some(amount) => [
                signed(amount, difference.is_i64() || difference.is_u64(), *form),
                relative(amount, of_a, *form),
                interval(at(intervals, path), *form),
            ],
            None => Default::default(),
        };
        let cells = [format!("  {name}")].into_iter().chain(shown).chain(told);
        lines.push(cells.collect());
    }
    lines
}

/// Whether nothing of it would be printed.
pub fn is_nothing(amount: f64, form: Form) -> bool {
    !written(&amount.abs().into(), form).contains(|digit: char| ('1'..='9').contains(&digit))
}

/// A difference with its sign; a whole one of counts without digits behind the point.
pub fn signed(amount: f64, is_whole: bool, form: Form) -> String {
    let size = if is_whole {
        (amount.abs() as u64).into()
    } else {
        amount.abs().into()
    };
    let sign = if amount < 0.0 { "−" } else { "+" };
    [sign, &written(&size, form)].concat()
}

fn relative(amount: f64, of: &Value, form: Form) -> String {
    let base = of.as_f64().unwrap_or(0.0);
    if base == 0.0 || form == Form::Percent {
        return String::new();
    }
    let percent = amount / base.abs() * 100.0;
    let sign = if percent < 0.0 { "−" } else { "+" };
    match fixed(percent.abs(), 1).as_str() {
        "0.0" => String::new(),
        shown => [sign, shown, " %"].concat(),
    }
}

fn interval(bounds: &Value, form: Form) -> String {
    let (Some(low), Some(high)) = (bounds[0].as_f64(), bounds[1].as_f64()) else {
        return String::new();
    };
    let mark = if is_certain(low, high) { " *" } else { "  " };
    format!("{} … {}{mark}", signed(low, false, form), signed(high, false, form))
}

/// Whether 0 lies outside.
pub fn is_certain(low: f64, high: f64) -> bool {
    low > 0.0 || high < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sync_or_swim::scenario::gallery;

    #[test]
    fn an_edge_is_meant_by_its_name() {
        let text = gallery::entry("checkout").map(|entry| entry.text).unwrap_or_default();
        let scenario = text::parse(text).unwrap().scenario;
        for (target, expected) in [
            ("orders->payments.charge.mode", "edges[orders->payments.charge].mode"),
            ("orders->email.retry.attempts", "edges[orders->email].retry.attempts"),
            ("orders->nobody.mode", "edges[orders->nobody].mode"),
            ("services.orders.threads", "services.orders.threads"),
            ("edges[orders->email].mode", "edges[orders->email].mode"),
        ] {
            assert_eq!(path(target, &scenario), expected);
        }
        assert!(Setting::parse("mode=queue").is_err() && Setting::parse("orders->email.mode").is_err());
    }

    #[test]
    fn a_line_tells_both_figures_and_how_far_they_differ() {
        let [a, b] = [
            json!({"mode": "sync", "calls": 10, "blockedS": 1.25, "failures": {"error": 1}, "lost": 3}),
            json!({"mode": "oneway", "calls": 12, "blockedS": 0.0, "failures": {}, "lost": 3}),
        ];
        let differences = super::pair::difference(&a, &b);
        let columns = KINDS
            .iter()
            .find(|(kind, _)| *kind == "edges")
            .map(|(_, columns)| *columns);
        let intervals = json!({"calls": [-1.0, 5.0], "blockedS": [-1.5, -1.0]});
        let lines = lines(columns.unwrap_or_default(), [&a, &b], &differences, &intervals);
        let lines: Vec<String> = lines.iter().map(|cells| cells.join("|")).collect();
        assert_eq!(
            lines,
            [
                "  mode|sync|oneway|||",
                "  calls|10|12|+2|+20.0 %|−1.0 … +5.0  ",
                "  blocked s|1.25|0.00|−1.25|−100.0 %|−1.50 … −1.00 *",
                "  failures|error 1||||",
            ]
        );
    }
}
