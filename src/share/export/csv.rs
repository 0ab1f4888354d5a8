//! The report as one long table, for spreadsheets and data frames.
//!
//! ```text
//! {"clients": {"shoppers": {"responseMs": {"p99": 402.1}}}}  ▶  clients,shoppers,responseMs.p99,ms,402.1
//! ```
//!
//! Law: a row a number, in the order of the report (RFC 4180). What has no value has an empty one.

use serde_json::Value;

/// The lists of named things in a report.
const KINDS: [&str; 5] = ["clients", "services", "edges", "channels", "keys"];

/// The table of a printed report; of several runs the two ends of a number's interval are measures of their own.
pub fn csv(summary: &Value) -> String {
    let mut table = "kind,name,measure,unit,value\n".to_string();
    write_report(&mut table, summary, "");
    write_report(&mut table, &summary["intervals"], ".ci95");
    table
}

fn write_report(table: &mut String, report: &Value, suffix: &str) {
    for (key, value) in report.as_object().into_iter().flatten() {
        match (key.as_str(), value) {
            ("intervals", _) => {}
            (kind, Value::Object(named)) if KINDS.contains(&kind) => {
                named
                    .iter()
                    .for_each(|(name, value)| write(table, [kind, name], "", value, suffix));
            }
            ("totals", _) => write(table, ["totals", ""], "", value, suffix),
            (measure, _) => write(table, ["run", ""], measure, value, suffix),
        }
    }
}

/// A value with all that is in it.
fn write(table: &mut String, place: [&str; 2], measure: &str, value: &Value, suffix: &str) {
    let inner = |key: &str| {
        if measure.is_empty() {
            key.to_string()
        } else {
            format!("{measure}.{key}")
        }
    };
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| write(table, place, &inner(key), value, suffix)),
        Value::Array(items) => match items.as_slice() {
            [low, high] if low.is_number() => {
                for (end, value) in [("low", low), ("high", high)] {
                    write(table, place, &format!("{measure}{suffix}.{end}"), value, "");
                }
            }
            items => items.iter().for_each(|item| write(table, place, measure, item, suffix)),
        },
        _ => {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let cells = [place[0], place[1], measure, unit(measure, value), &text].map(cell);
            *table += &(cells.join(",") + "\n");
        }
    }
}

/// The unit that a measure's name says; none of counts and texts.
fn unit(measure: &str, value: &Value) -> &'static str {
    let units = [
        ("Ms", "ms"),
        ("PerS", "1/s"),
        ("S", "s"),
        ("Share", "share"),
        ("tilization", "share"),
    ];
    let is_distribution = |ending: &str| measure.split('.').any(|part| part.ends_with(ending));
    match value {
        Value::String(_) => "",
        _ if measure.ends_with("count") => "",
        _ => units
            .iter()
            .find(|(ending, _)| is_distribution(ending))
            .map_or("", |(_, unit)| unit),
    }
}

fn cell(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_number_has_a_row_with_its_unit() {
        let report = json!({
            "seed": 3, "warnings": ["a, \"b\""],
            "clients": {"web": {"offered": 7, "throughputPerS": 2.5, "responseMs": {"p99": 4.5, "count": 7, "ci95": [1.0, 2.0]}}},
            "services": {"a": {"blockedShare": 0.25, "responseMs": {"mean": null}}},
            "totals": {"blockedS": 1.5},
            "intervals": {"clients": {"web": {"offered": [6.0, 8.0]}}},
        });
        let expected = [
            "kind,name,measure,unit,value",
            "run,,seed,,3",
            "run,,warnings,,\"a, \"\"b\"\"\"",
            "clients,web,offered,,7",
            "clients,web,throughputPerS,1/s,2.5",
            "clients,web,responseMs.p99,ms,4.5",
            "clients,web,responseMs.count,,7",
            "clients,web,responseMs.ci95.low,ms,1.0",
            "clients,web,responseMs.ci95.high,ms,2.0",
            "services,a,blockedShare,share,0.25",
            "services,a,responseMs.mean,ms,",
            "totals,,blockedS,s,1.5",
            "clients,web,offered.ci95.low,,6.0",
            "clients,web,offered.ci95.high,,8.0",
        ];
        assert_eq!(csv(&report).lines().collect::<Vec<_>>(), expected);
    }
}
