//! What can be asked on the command line, and the answers' way out.
//!
//! Law: a warning never keeps a scenario from running, and an error is told with all others of its text.

use super::drawn;
use super::exported;
use super::line::{Command, Foreign, Form, Line, Linked, Plan, Question, REQUESTS, Telling, Traced};
use super::source::Source;
use super::told;
use super::{blamed, compare, experiment, foreign, mdbook, preview, replication, table, what_if};
use clap::Parser;
use serde_json::Value;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;
use sync_or_swim::import::as_yaml;
use sync_or_swim::metrics::hgrm::hgrm;
use sync_or_swim::scenario::problem::Problem;
use sync_or_swim::scenario::text::{self, Parsed};
use sync_or_swim::scenario::{ClientId, Scenario, wire};
use sync_or_swim::share::export::{csv, mermaid};
use sync_or_swim::share::link;
use sync_or_swim::theory::overloads;

/// A scenario has an error, or cannot be read.
pub const FAILURE: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;

/// Why a command ends with an exit status of its own, told on standard error.
pub struct Failure {
    status: u8,
    told: Vec<String>,
}

impl Failure {
    pub fn new(status: u8, told: String) -> Failure {
        Failure {
            status,
            told: vec![told],
        }
    }
}

/// Does what the command line says.
pub fn obey() -> ExitCode {
    let outcome = match Line::parse().command {
        Command::Run(plan) => run(&plan),
        Command::Compare(compared) => compare::compare(&compared),
        Command::WhatIf(supposed) => what_if::what_if(&supposed),
        Command::Trace(traced) => trace(&traced),
        Command::Picture(drawn) => drawn::draw(&drawn),
        Command::Check { scenarios } => check(&scenarios),
        Command::Previews { directory, site } => {
            preview::write_all(&directory, site.as_deref()).map_err(|told| Failure { status: FAILURE, told })
        }
        Command::Link(linked) => link(&linked),
        Command::Open { link } => open(&link),
        Command::Mdbook { question } => preprocess(question.as_ref()),
        Command::Import(foreign) => import(&foreign),
        Command::Schema => print(&format!("{:#}\n", wire::schema())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure.told);
            ExitCode::from(failure.status)
        }
    }
}

fn link(linked: &Linked) -> Result<(), Failure> {
    let source = Source::open(&linked.scenario).map_err(|why| Failure::new(FAILURE, why))?;
    if let Some(from) = &linked.from {
        link::entry(from)
            .map_err(|problem| Failure::new(USAGE, format!("--from {from}: {}; {}", problem.message, problem.fix)))?;
    }
    // A gallery entry is made of itself.
    let from = linked.from.as_deref().unwrap_or(&linked.scenario);
    let link = link::write(&source.text, from).map_err(|found| problems(&source, found))?;
    let long = ["#", &link].concat();
    if long.len() + linked.site.len() > link::LONG {
        let length = long.len() + linked.site.len();
        tell(&[format!(
            "warning: the link has {length} characters; some programs cut what has more than {}",
            link::LONG
        )]);
    }
    print(&[linked.site.trim_end_matches('#'), &long, "\n"].concat())
}

fn open(link: &str) -> Result<(), Failure> {
    if Path::new(link).is_file() {
        let (source, parsed) = read(link)?;
        tell_seed(Some(parsed.scenario.seed).filter(|_| source.seed.is_some()));
        return print(&source.text);
    }
    let hash = link.split_once('#').map_or(link, |(_, hash)| hash);
    let is_ours = |part: &str| {
        let known = ["ex", "s", "c", "seed", "at", "embed"];
        part.split_once('=').is_some_and(|(key, _)| known.contains(&key))
    };
    if !hash.split('&').any(is_ours) {
        let told = format!(
            "{link}: is neither a file nor a link to a scenario; such as `#ex=checkout`, or `#s=…` with the whole of it"
        );
        return Err(Failure::new(FAILURE, told));
    }
    let refused = |problem: Problem| Failure::new(FAILURE, format!("this link: {}; {}", problem.message, problem.fix));
    let found = link::follow(hash).map_err(refused)?;
    tell_seed(found.seed);
    match found.text {
        Some(text) => print(&text),
        None => print(link::entry(&found.entry).map_err(refused)?.text),
    }
}

fn tell_seed(seed: Option<u64>) {
    if let Some(seed) = seed {
        tell(&[format!("its seed is {seed}: swim run … --seed {seed}")]);
    }
}

fn run(plan: &Plan) -> Result<(), Failure> {
    let (source, parsed) = read(&plan.scenario)?;
    warn(&source, &parsed);
    let mut scenario = parsed.scenario;
    if let Some(duration) = plan.duration {
        scenario = scenario
            .lasting(duration)
            .map_err(|why| Failure::new(USAGE, format!("--duration {duration}: {why}")))?;
    }
    let seed = plan.seed.unwrap_or(scenario.seed);
    let form = if plan.json { Form::Json } else { plan.format };
    if let (Some(client), false) = (&plan.client, matches!(form, Form::Hgrm)) {
        let told = format!("--client {client}: a client is chosen for --format hgrm; a report tells of all");
        return Err(Failure::new(USAGE, told));
    }
    if let Form::Hgrm = form {
        return print(&responses(plan, &scenario, seed)?);
    }
    let summary = summary(plan, &scenario, seed)?;
    print(&match form {
        Form::Json => format!("{summary:#}\n"),
        Form::Csv => csv::csv(&summary),
        _ => laid_out(&source, &scenario, &summary),
    })
}

/// The report of all runs.
fn summary(plan: &Plan, scenario: &Scenario, seed: u64) -> Result<Value, Failure> {
    let reports = experiment::of_each(seed, plan.replications, |seed| experiment::report(scenario, seed));
    let blames = match plan.blame {
        true => experiment::of_each(seed, plan.replications, |seed| blamed::blame(scenario, seed)),
        false => Vec::new(),
    };
    replication::summary(scenario, &reports, &blames).map_err(unprintable)
}

/// A report that cannot be printed.
pub fn unprintable(why: serde_json::Error) -> Failure {
    Failure::new(FAILURE, format!("the report cannot be printed: {why}"))
}

/// The percentiles of one client in one run.
fn responses(plan: &Plan, scenario: &Scenario, seed: u64) -> Result<String, Failure> {
    if plan.replications > 1 || plan.blame {
        let told = "--format hgrm prints one run: it goes with neither --replications nor --blame";
        return Err(Failure::new(USAGE, told.to_string()));
    }
    let names: Vec<&str> = scenario.clients.iter().map(|client| client.name.as_str()).collect();
    let place = match &plan.client {
        Some(name) => names.iter().position(|other| other == name),
        None => (names.len() == 1).then_some(0),
    };
    let Some(place) = place else {
        let wanted = plan.client.as_ref().map_or("--client is missing".to_string(), |name| {
            format!("there is no client `{name}`")
        });
        return Err(Failure::new(USAGE, format!("{wanted}; there is {}", names.join(", "))));
    };
    let (_, meter) = experiment::measure(scenario, seed);
    Ok(hgrm(meter.responses(ClientId(place as u32))))
}

fn trace(traced: &Traced) -> Result<(), Failure> {
    let (source, parsed) = read(&traced.scenario)?;
    warn(&source, &parsed);
    let scenario = &parsed.scenario;
    let seed = traced.seed.unwrap_or(scenario.seed);
    if let (Some(requests), None) = (traced.requests, traced.format.exported()) {
        let told = format!("--requests {requests}: a story or a diagram is of one request; --rank chooses it");
        return Err(Failure::new(USAGE, told));
    }
    let one = || told::request(scenario, seed, traced.which.wanted()).map_err(|why| Failure::new(FAILURE, why));
    let text = match traced.format.exported() {
        Some(format) if traced.which.is_chosen() => exported::one(scenario, seed, &one()?, format),
        Some(format) => {
            let (text, warning) = exported::many(scenario, seed, traced.requests.unwrap_or(REQUESTS), format);
            tell(&warning.into_iter().collect::<Vec<String>>());
            text
        }
        None if matches!(traced.format, Telling::Mermaid) => mermaid(scenario, &one()?),
        None => told::in_words(scenario, &one()?),
    };
    match &traced.output {
        Some(path) => write(path, text.as_bytes()),
        None => print(&text),
    }
}

fn preprocess(question: Option<&Question>) -> Result<(), Failure> {
    let failed = |told| Failure { status: FAILURE, told };
    match question {
        None => print(&mdbook::preprocess(std::io::stdin().lock()).map_err(failed)?),
        Some(Question::Supports { renderer }) if renderer == "html" => Ok(()),
        Some(_) => Err(failed(Vec::new())),
    }
}

fn import(foreign: &Foreign) -> Result<(), Failure> {
    let failed = |told| Failure { status: FAILURE, told };
    let imported = foreign::imported(&foreign.file, foreign.from).map_err(failed)?;
    tell(&foreign::notes(&imported));
    let scenario = match foreign.yaml {
        true => as_yaml(&imported.scenario).map_err(|problem| failed(vec![problem.to_string()]))?,
        false => imported.scenario,
    };
    let Some(output) = &foreign.output else {
        return print(&scenario);
    };
    let cannot = |why| Failure::new(FAILURE, format!("{} cannot be written: {why}", output.display()));
    std::fs::write(output, scenario).map_err(cannot)
}

fn laid_out(source: &Source, scenario: &Scenario, summary: &Value) -> String {
    let title = if scenario.name.is_empty() {
        &source.name
    } else {
        &scenario.name
    };
    table::laid_out(title, scenario.run, summary)
}

/// The scenario of a text, or all that is wrong with it.
pub fn read(word: &str) -> Result<(Source, Parsed), Failure> {
    let source = Source::open(word).map_err(|why| Failure::new(FAILURE, why))?;
    match text::parse(&source.text) {
        Ok(mut parsed) => {
            parsed.scenario.seed = source.seed.unwrap_or(parsed.scenario.seed);
            Ok((source, parsed))
        }
        Err(found) => Err(problems(&source, found)),
    }
}

/// All that is wrong with a text.
pub fn problems(source: &Source, found: Vec<Problem>) -> Failure {
    Failure {
        status: FAILURE,
        told: found.iter().map(|problem| source.place(problem)).collect(),
    }
}

fn check(words: &[String]) -> Result<(), Failure> {
    let mut sound = true;
    for word in words {
        match read(word) {
            Ok((source, parsed)) => {
                let overloads = overloads(&parsed.scenario);
                let overloads = overloads
                    .iter()
                    .map(|overload| source.problem(&parsed.scenario, overload));
                let problems = parsed.warnings.iter().cloned().chain(overloads);
                let warnings: Vec<String> = problems.map(|problem| source.place(&problem)).collect();
                tell(&warnings);
                print(&format!("{}: ok{}\n", source.name, counted(warnings.len())))?;
            }
            Err(failure) => {
                tell(&failure.told);
                sound = false;
            }
        }
    }
    if sound {
        return Ok(());
    }
    Err(Failure {
        status: FAILURE,
        told: Vec::new(),
    })
}

fn counted(warnings: usize) -> String {
    match warnings {
        0 => String::new(),
        1 => ", 1 warning".to_string(),
        several => format!(", {several} warnings"),
    }
}

/// Tells what the author of a text may want to know.
pub fn warn(source: &Source, parsed: &Parsed) {
    let warnings: Vec<String> = parsed.warnings.iter().map(|problem| source.place(problem)).collect();
    tell(&warnings);
}

fn tell(lines: &[String]) {
    for line in lines {
        eprintln!("{line}");
    }
}

/// Writes to standard output. A reader who has seen enough and closes it (`head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            FAILURE,
            format!("standard output cannot be written: {why}"),
        )),
        _ => Ok(()),
    }
}

/// Writes a file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |why| Failure::new(FAILURE, format!("{}: cannot be written: {why}", path.display()));
    std::fs::write(path, bytes).map_err(failed)
}
