//! The command line, driven as a person drives it.
//!
//! Law: figures on standard output, problems on standard error, and the same bytes every time.

#[path = "cli/compare.rs"]
mod compare;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/foreign.rs"]
mod foreign;
#[path = "cli/mdbook.rs"]
mod mdbook;
#[path = "cli/page.rs"]
mod page;
#[path = "cli/picture.rs"]
mod picture;
#[path = "cli/preview.rs"]
mod preview;
#[path = "cli/request.rs"]
mod request;
#[path = "cli/swim.rs"]
mod swim;

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use swim::*;
use sync_or_swim::scenario::gallery;

const QUANTILES: &[&str] = &["mean", "p50", "p90", "p95", "p99", "p999", "max", "count", "ci95"];

const REPORT: &[&str] = &[
    "scenario",
    "seed",
    "engine",
    "simulatedS",
    "events",
    "digest",
    "warnings",
    "clients",
    "services",
    "edges",
    "channels",
    "keys",
    "totals",
];

/// For each kind of thing the keys of its figures, and which of them are distributions.
const FIGURES: [(&str, &[&str], &[&str]); 4] = [
    (
        "clients",
        &[
            "offered",
            "replied",
            "failed",
            "failures",
            "inFlight",
            "throughputPerS",
            "goodputPerS",
            "responseMs",
            "completionMs",
            "openCompletions",
        ],
        &["responseMs", "completionMs"],
    ),
    (
        "services",
        &[
            "arrivals",
            "completed",
            "failed",
            "rejected",
            "inFlight",
            "runningShare",
            "blockedShare",
            "coreWaitShare",
            "idleShare",
            "utilization",
            "coreUtilization",
            "backlogMean",
            "backlogMax",
            "inFlightMean",
            "responseMs",
        ],
        &["responseMs"],
    ),
    (
        "edges",
        &[
            "mode",
            "calls",
            "attempts",
            "ok",
            "failed",
            "failures",
            "retries",
            "hedges",
            "fallbacks",
            "polls",
            "lost",
            "inFlight",
            "blockedS",
            "callMs",
        ],
        &["callMs"],
    ),
    (
        "channels",
        &[
            "published",
            "refused",
            "delivered",
            "redelivered",
            "deadLettered",
            "dropped",
            "expired",
            "duplicates",
            "outOfOrder",
            "depthMean",
            "depthMax",
            "ageMs",
            "groups",
        ],
        &["ageMs"],
    ),
];

const SMALL: &str = r#"{
  "format": "sync-or-swim/1",
  "run": { "warmup": "1s", "duration": "10s" },
  "clients": { "c": { "arrivals": "poisson(20/s)" } },
  "services": { "a": { "threads": 2, "work": "exp(30ms)", "backlog": 3, "fail": 0.02 } },
  "edges": [{ "from": "c", "to": "a" }]
}
"#;

const SMALL_YAML: &str = "
format: sync-or-swim/1
run: {warmup: 1s, duration: 10s}
clients:
  c:
    arrivals: poisson(20/s)
services:
  a: {threads: 2, work: exp(30ms), backlog: 3, fail: 0.02}
edges:
- from: c
  to: a
";

fn check_keys(value: &Value, expected: &[&str], place: &str) {
    assert_eq!(map(value).keys().collect::<Vec<_>>(), expected, "{place}");
}

#[test]
fn a_report_has_the_keys_of_the_contract() {
    let report = report(&["run", "checkout", "--json"]);
    check_keys(&report, REPORT, "report");
    for (kind, keys, distributions) in FIGURES {
        assert!(!map(&report[kind]).is_empty(), "{kind}");
        for (name, figures) in map(&report[kind]) {
            check_keys(figures, keys, name);
            for distribution in distributions {
                check_keys(&figures[distribution], QUANTILES, name);
            }
        }
    }
    assert_eq!(report["scenario"], "Checkout");
    assert_eq!((&report["seed"], &report["simulatedS"]), (&7.into(), &120.0.into()));
    assert_eq!(report["engine"], sync_or_swim::ENGINE);
    check_keys(&report["totals"], &["blockedS", "retries"], "totals");
    let blocked = map(&report["edges"])
        .values()
        .map(|edge| edge["blockedS"].as_f64().unwrap());
    // Here workers are blocked on calls, and on the waits of `payments`.
    assert!(report["totals"]["blockedS"].as_f64().unwrap() > blocked.sum());
    assert_eq!(report["digest"].as_str().unwrap().len(), 16);
}

#[test]
fn what_is_offered_is_replied_or_failed_or_in_flight() {
    let path = file("conserved.json", SMALL);
    let whole = |figures: &Value, keys: &[&str]| keys.iter().map(|key| figures[key].as_u64().unwrap()).sum::<u64>();
    let crowded = path.to_str().unwrap();
    for scenario in gallery::ENTRIES.iter().map(|entry| entry.id).chain([crowded]) {
        let report = report(&["run", scenario, "--json"]);
        for (name, client) in map(&report["clients"]) {
            let parts = whole(client, &["replied", "failed", "inFlight"]);
            assert_eq!(client["offered"].as_u64().unwrap(), parts, "{scenario} {name}");
            assert!(parts > 0, "{scenario} {name}");
            let causes: u64 = map(&client["failures"]).values().map(|n| n.as_u64().unwrap()).sum();
            assert_eq!(client["failed"].as_u64().unwrap(), causes, "{scenario} {name}");
        }
        for (name, edge) in map(&report["edges"]) {
            let parts = whole(edge, &["ok", "failed", "inFlight"]);
            assert_eq!(edge["calls"].as_u64().unwrap(), parts, "{scenario} {name}");
        }
        for (name, service) in map(&report["services"]) {
            let parts = whole(service, &["completed", "failed", "rejected", "inFlight"]);
            assert_eq!(service["arrivals"].as_u64().unwrap(), parts, "{scenario} {name}");
        }
    }
}

#[test]
fn a_gallery_entry_its_file_and_its_text_give_the_same_bytes_every_time() {
    let text = gallery::entry("checkout").unwrap().text;
    for form in [
        &["--json"][..],
        &[],
        &["--json", "--replications", "5", "--duration", "20s"],
    ] {
        let run = |scenario| [&["run", scenario][..], form].concat();
        let once = printed(&run("checkout"));
        assert_eq!(once, printed(&run("checkout")));
        assert_eq!(once, printed(&run("scenarios/checkout.json")));
        assert_eq!(once, quiet(form, swim_reading(&run("-"), text)));
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let arguments = ["run", "chain", "--json", "--replications", "7", "--duration", "10s"];
    let on = |threads| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_swim"));
        quiet(
            &arguments,
            answer(command.args(arguments).env("RAYON_NUM_THREADS", threads), ""),
        )
    };
    assert_eq!(on("1"), on("4"));
}

#[test]
fn a_run_that_ends_before_its_time_says_so_in_both_forms() {
    let flood = SMALL.replace("\"poisson(20/s)\"", "{ \"burst\": 900000, \"every\": \"1s\" }");
    let flood = flood.replace("\"backlog\": 3, ", "");
    let path = file("flood.json", &flood);
    let path = path.to_str().unwrap();
    let figures = report(&["run", path, "--json"]);
    let warning = figures["warnings"][0].as_str().unwrap();
    assert!(warning.starts_with("the run ended at "), "{warning}");
    assert!(figures["simulatedS"].as_f64().unwrap() < 10.0, "{figures}");
    assert!(printed(&["run", path]).contains(&format!("\nwarning: {warning}\n")));
}

#[test]
fn a_deadlock_is_told_in_both_forms() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/timeout-frees-a-deadlock/scenario.json");
    let path = path.to_str().unwrap();
    let told = "deadlock at 30ms: all 2 workers of `a` wait for `b` (a->b.echo), all 2 workers of `b` wait for `a` \
                (b->a.echo); only a timeout frees them";
    assert_eq!(report(&["run", path, "--json"])["warnings"], serde_json::json!([told]));
    assert!(printed(&["run", path]).contains(&format!("warning: {told}\n")));
}

#[test]
fn yaml_means_what_json_means() {
    let (json, yaml) = (file("same.json", SMALL), file("same.yaml", SMALL_YAML));
    let run = |path: &Path| printed(&["run", path.to_str().unwrap(), "--json"]);
    assert_eq!(run(&json), run(&yaml));
}

#[test]
fn seed_and_duration_take_the_place_of_the_scenarios() {
    let other = report(&["run", "chain", "--json", "--seed", "8", "--duration", "20s"]);
    assert_eq!((&other["seed"], &other["simulatedS"]), (&8.into(), &20.0.into()));
    let whole = printed(&["run", "chain", "--json", "--seed", "1", "--duration", "60s"]);
    assert_eq!(whole, printed(&["run", "chain", "--json"]));
    assert_ne!(
        other["digest"],
        report(&["run", "chain", "--json", "--duration", "20s"])["digest"]
    );
}

/// Every number of a report but the intervals of its means, with its path.
fn numbers(value: &Value, path: &str, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map.iter().filter(|(key, _)| *key != "ci95") {
                numbers(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Number(number) => found.push((path.to_string(), number.as_f64().unwrap())),
        _ => {}
    }
}

#[test]
fn replications_give_means_of_runs_with_consecutive_seeds_and_intervals_around_them() {
    let scenario = ["run", "checkout", "--json", "--duration", "20s"];
    let mut runs: Vec<Value> = ["7", "8", "9", "10", "11"]
        .map(|seed| report(&[&scenario[..], &["--seed", seed]].concat()))
        .to_vec();
    let mut whole = report(&[&scenario[..], &["--replications", "5"]].concat());
    let intervals = map(&whole)["intervals"].clone();
    assert_eq!(whole["replications"], 5);
    assert_eq!(whole["seed"], 7);
    for tree in runs.iter_mut().chain([&mut whole]) {
        for key in ["seed", "replications", "intervals"] {
            tree.as_object_mut().unwrap().remove(key);
        }
    }
    let mut means = Vec::new();
    numbers(&whole, "", &mut means);
    assert!(means.len() > 150, "{}", means.len());
    let mut wide = 0;
    for (path, mean) in means {
        let values = runs.iter().map(|run| run.pointer(&path).and_then(Value::as_f64));
        let values: Vec<f64> = match path.contains("/failures/") {
            true => values.map(Option::unwrap_or_default).collect(),
            false => values.flatten().collect(),
        };
        let expected = values.iter().sum::<f64>() / values.len() as f64;
        assert!(
            (mean - expected).abs() <= 1e-9 * expected.abs(),
            "{path}: {mean}, not {expected}"
        );
        let bound = |end: usize| {
            intervals
                .pointer(&format!("{path}/{end}"))
                .and_then(Value::as_f64)
                .unwrap()
        };
        assert!(
            bound(0) <= mean && mean <= bound(1),
            "{path}: {mean} in {} to {}",
            bound(0),
            bound(1)
        );
        let squares: f64 = values.iter().map(|value| (value - expected).powi(2)).sum();
        let half = 2.776 * (squares / 20.0).sqrt();
        let width = (bound(1) - bound(0)) / 2.0;
        assert!(
            (width - half).abs() <= 0.005 * half + 1e-9,
            "{path}: ±{width}, not ±{half}"
        );
        wide += usize::from(width > 0.0);
    }
    assert!(wide > 100, "{wide}");
    let response = "/clients/shoppers/responseMs";
    assert_eq!(
        whole.pointer(&format!("{response}/ci95")),
        intervals.pointer(&format!("{response}/mean"))
    );
}

#[test]
fn every_mistake_is_told_with_its_place_and_ends_with_status_1() {
    let text = SMALL
        .replace("\"threads\": 2", "\"thraeds\": 2")
        .replace("\"to\": \"a\"", "\"to\": \"a\", \"mode\": \"snyc\"");
    let path = file("wrong.json", &text);
    let path = path.to_str().unwrap();
    for command in ["run", "check"] {
        let output = swim(&[command, path]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{command}");
        let told = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 2, "{told}");
        assert!(
            lines[0].starts_with(&format!("{path}:5:24: services.a.thraeds: ")),
            "{told}"
        );
        assert!(lines[0].contains("; ") && lines[0].contains("`threads`"), "{told}");
        assert!(lines[1].starts_with(&format!("{path}:6:47: edges[0].mode: ")), "{told}");
    }
}

#[test]
fn a_warning_is_told_and_keeps_nothing_from_running() {
    let text = SMALL.replace("\"to\": \"a\"", "\"to\": \"a\", \"loss\": 0.1");
    let path = file("warned.json", &text);
    let path = path.to_str().unwrap();
    let (run, check) = (swim(&["run", path, "--json"]), swim(&["check", path]));
    assert_eq!((run.status.code(), check.status.code()), (Some(0), Some(0)));
    let told = String::from_utf8(run.stderr).unwrap();
    assert!(
        told.starts_with(&format!("{path}:6:47: warning: edges[0].loss: ")),
        "{told}"
    );
    assert_eq!(told.lines().count(), 1, "{told}");
    assert_eq!(told, String::from_utf8(check.stderr).unwrap());
    assert_eq!(
        String::from_utf8(check.stdout).unwrap(),
        format!("{path}: ok, 1 warning\n")
    );
    assert!(serde_json::from_slice::<Value>(&run.stdout).is_ok());
    let both = file("both.json", &text.replace("0.1", "0.1, \"mode\": \"snyc\""));
    let told = String::from_utf8(swim(&["check", both.to_str().unwrap()]).stderr).unwrap();
    let counts = (told.lines().count(), told.matches("warning: ").count());
    assert_eq!(counts, (2, 1), "{told}");
}

#[test]
fn check_goes_on_after_a_bad_one_and_finds_the_gallery_sound() {
    let files: Vec<String> = gallery::ENTRIES
        .iter()
        .map(|entry| format!("scenarios/{}.json", entry.id))
        .collect();
    let all: Vec<&str> = ["check"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let expected: Vec<String> = files.iter().map(|file| format!("{file}: ok")).collect();
    assert_eq!(printed(&all).lines().collect::<Vec<_>>(), expected);

    let output = swim_reading(&["check", "-", "no-such-thing", "chain"], "{}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "chain: ok\n");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.lines().filter(|line| line.starts_with("<stdin>:1:1: ")).count() >= 4,
        "{told}"
    );
    assert!(
        told.contains("no-such-thing: there is neither a file nor a gallery entry"),
        "{told}"
    );
}

#[test]
fn a_wrong_command_line_ends_with_status_2() {
    for (arguments, expected) in [
        (&["swim"][..], "swim"),
        (&["run"], "<SCENARIO>"),
        (&["check"], "<SCENARIO>"),
        (&["run", "chain", "--duration", "5 hours"], "write a number and a unit"),
        (&["run", "chain", "--duration", "5s"], "must be longer"),
        (&["run", "chain", "--duration", "9000000m"], "beyond what is counted"),
        (&["run", "chain", "--replications", "0"], "0"),
        (&["run", "chain", "--seed", "-1"], "-1"),
        (&["run", "chain", "--jsno"], "--json"),
    ] {
        let output = swim(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.len()),
            (Some(2), 0),
            "{arguments:?}: {told}"
        );
        assert!(told.contains(expected), "{arguments:?}: {told}");
    }
}

#[test]
fn a_text_that_is_none_is_refused() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("latin.json");
    std::fs::write(&path, b"{\"name\": \"caf\xE9\"}").unwrap();
    let output = swim(&["check", path.to_str().unwrap()]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("byte 13 is not UTF-8"), "{told}");
}

#[test]
fn tables_name_everything_and_say_what_the_json_says() {
    let json = report(&["run", "checkout", "--json"]);
    let table = printed(&["run", "checkout"]);
    let row = |name: &str| -> Vec<&str> {
        let line = table.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("no row of {name} in\n{table}"))
            .split_whitespace()
            .collect()
    };
    for (name, service) in map(&json["services"]) {
        let blocked = service["blockedShare"].as_f64().unwrap() * 100.0;
        assert_eq!(
            row(name)[1..3],
            [service["completed"].to_string(), service["failed"].to_string()]
        );
        assert_eq!(row(name)[6], format!("{blocked:.1}"));
    }
    for (name, edge) in map(&json["edges"]) {
        assert_eq!(
            row(name)[1..3],
            [edge["mode"].as_str().unwrap(), &edge["calls"].to_string()]
        );
    }
    assert_eq!(row("shoppers")[1], json["clients"]["shoppers"]["offered"].to_string());
    assert!(table.contains("error 51") && table.contains("seed 7"), "{table}");
    let means = printed(&["run", "checkout", "--replications", "3", "--duration", "20s"]);
    assert!(
        means.contains("means of 3 runs with seeds 7 to 9") && means.contains(" ±"),
        "{means}"
    );
}
