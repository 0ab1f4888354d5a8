//! The checks of `cargo xtask test`, cheap before dear. All run, even after one has failed; the exit status says whether
//! all passed.

use crate::shell::{self, Outcome, human};
use crate::site::{self, Speed};
use crate::{place, recipe, setup, size};
use std::process::Command;
use std::time::{Duration, Instant};

struct Check {
    name: &'static str,
    about: &'static str,
    /// Runs it; adds lines for the closing summary.
    run: fn(&mut Vec<String>) -> Outcome<()>,
}

const CHECKS: [Check; 10] = [
    Check {
        name: "format",
        about: "rustfmt",
        run: format,
    },
    Check {
        name: "clippy",
        about: "clippy on all targets, native",
        run: clippy,
    },
    Check {
        name: "clippy-wasm",
        about: "clippy on what runs in the browser",
        run: clippy_wasm,
    },
    Check {
        name: "test",
        about: "cargo test, native: unit tests, laws, golden lanes, house rules",
        run: test,
    },
    Check {
        name: "foreign",
        about: "what swim exports, read by speedscope, Mermaid and jaeger_stats",
        run: foreign,
    },
    Check {
        name: "wasm",
        about: "cargo test, WebAssembly in Node.js: the same digests as native",
        run: wasm,
    },
    Check {
        name: "site",
        about: "the release build of the site",
        run: build_site,
    },
    Check {
        name: "size",
        about: "size budgets of the site",
        run: |_| size::check(),
    },
    Check {
        name: "browser",
        about: "Playwright and axe on the built site, in Chromium",
        run: browser,
    },
    Check {
        name: "recipes",
        about: "sites that embed the playground; `cargo xtask recipes` looks at those of slower tools as well",
        run: |_| recipe::run(&recipe::QUICK),
    },
];

struct Done {
    name: &'static str,
    time: Duration,
    lines: Vec<String>,
    outcome: Outcome<()>,
}

/// Runs the checks that are named, or all.
pub fn run(words: &[&str]) -> Outcome<()> {
    if words == ["--list"] {
        CHECKS
            .iter()
            .for_each(|check| println!("{:<12} {}", check.name, check.about));
        return Ok(());
    }
    if let Some(unknown) = words
        .iter()
        .find(|word| CHECKS.iter().all(|check| check.name != **word))
    {
        return Err(format!(
            "`{unknown}` is not a check; `cargo xtask test --list` names them"
        ));
    }
    let begun = Instant::now();
    let chosen = CHECKS
        .iter()
        .filter(|check| words.is_empty() || words.contains(&check.name));
    let done: Vec<Done> = chosen.map(carry_out).collect();
    summarise(&done, begun.elapsed())
}

fn carry_out(check: &Check) -> Done {
    println!("\n=== {}: {}", check.name, check.about);
    let (begun, mut lines) = (Instant::now(), Vec::new());
    let outcome = (check.run)(&mut lines);
    if let Err(why) = &outcome {
        println!("=== {} FAILED: {why}", check.name);
    }
    Done {
        name: check.name,
        time: begun.elapsed(),
        lines,
        outcome,
    }
}

fn summarise(done: &[Done], time: Duration) -> Outcome<()> {
    println!("\n=== summary");
    for check in done {
        check.lines.iter().for_each(|line| println!("  {line}"));
    }
    for check in done {
        let verdict = if check.outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{:<12} {:<7} {}", check.name, verdict, human(check.time));
    }
    println!("all in {}", human(time));
    let failed: Vec<&str> = done
        .iter()
        .filter(|check| check.outcome.is_err())
        .map(|check| check.name)
        .collect();
    match failed.as_slice() {
        [] => Ok(()),
        _ => Err(format!(
            "failed: {}; again: cargo xtask test {}",
            failed.join(", "),
            failed.join(" ")
        )),
    }
}

fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(words).current_dir(place::root());
    command
}

fn format(_: &mut Vec<String>) -> Outcome<()> {
    shell::run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn clippy(_: &mut Vec<String>) -> Outcome<()> {
    shell::run(&mut cargo(&[
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm(_: &mut Vec<String>) -> Outcome<()> {
    setup::for_wasm()?;
    let page_and_backend = ["--features=page", "--lib", "--bin=sync-or-swim", "--bin=backend"];
    let reader = ["--no-default-features", "--bin=reader"];
    for parts in [&page_and_backend[..], &reader] {
        let mut clippy = cargo(&[
            "clippy",
            "--locked",
            "--target",
            site::WASM,
            "--package",
            "sync-or-swim",
        ]);
        shell::run(clippy.args(parts).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn test(lines: &mut Vec<String>) -> Outcome<()> {
    run_tests(cargo(&["test", "--locked", "--workspace", "--no-fail-fast"]), lines)
}

fn foreign(lines: &mut Vec<String>) -> Outcome<()> {
    let tools = setup::for_foreign()?;
    // As the tests of the command line have it built: `cargo build` would choose other features and compile all anew.
    shell::run(&mut cargo(&[
        "test",
        "--locked",
        "--workspace",
        "--no-run",
        "--test",
        "cli",
    ]))?;
    let mut node = Command::new("node");
    node.arg("check.js").current_dir(place::foreign());
    node.env("SWIM", place::target().join("debug").join("swim"))
        .env("CHROMIUM", tools.chromium)
        .env("JAEGER_STATS", tools.trace_analysis);
    let (kept, outcome) = shell::run_keeping(&mut node, |line| line.ends_with("exports are understood"));
    lines.extend(kept);
    outcome
}

fn wasm(lines: &mut Vec<String>) -> Outcome<()> {
    let tools = setup::for_wasm()?;
    let runner = tools
        .find("wasm-bindgen-test-runner")
        .ok_or("wasm-bindgen-cli lacks its test runner")?;
    let mut command = cargo(&["test", "--locked", "--target", site::WASM, "--test", "digest"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    run_tests(command, lines)
}

/// Runs `cargo test` and keeps the line of each binary's result.
fn run_tests(mut command: Command, lines: &mut Vec<String>) -> Outcome<()> {
    let (kept, outcome) = shell::run_keeping(&mut command, |line| line.contains("test result:"));
    lines.extend(kept);
    outcome
}

fn build_site(_: &mut Vec<String>) -> Outcome<()> {
    site::build(&setup::for_build()?, Speed::Release)
}

/// Times the built site by one of the scripts beside its tests; the figures are printed.
pub fn time(script: &str) -> Outcome<()> {
    shell::run(&mut in_browser(&[script])?)
}

/// What runs the tests in a browser.
pub const PLAYWRIGHT: &str = "node_modules/@playwright/test/cli.js";

/// Node.js with what looks at the built site.
pub fn in_browser(words: &[&str]) -> Outcome<Command> {
    let chromium = setup::for_browser()?;
    if !place::dist().join("index.html").is_file() {
        return Err("there is no built site in dist/: cargo xtask build".to_owned());
    }
    let mut node = Command::new("node");
    node.args(words).current_dir(place::end2end()).env("CHROMIUM", chromium);
    Ok(node)
}

fn browser(lines: &mut Vec<String>) -> Outcome<()> {
    let mut playwright = in_browser(&[PLAYWRIGHT, "test"])?;
    let is_total = |line: &str| {
        let is_count = line.trim_start().starts_with(|c: char| c.is_ascii_digit());
        is_count
            && [" passed", " failed", " flaky", " skipped"]
                .iter()
                .any(|word| line.contains(word))
    };
    let (kept, outcome) = shell::run_keeping(&mut playwright, is_total);
    lines.extend(kept.iter().map(|line| format!("playwright: {}", line.trim())));
    outcome
}
