//! What can be asked on the command line, and the answers' way out.
//!
//! Law: a warning never keeps a scenario from running, and an error is told with all others of its text.

use super::csv;
use super::drawn::{self, Drawn};
use super::exported;
use super::source::Source;
use super::told::{self, Wanted};
use super::{blamed, experiment, replication, table};
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde_json::Value;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use sync_or_swim::metrics::hgrm::hgrm;
use sync_or_swim::metrics::ranking::MOST;
use sync_or_swim::scenario::text::{self, Parsed};
use sync_or_swim::scenario::{ClientId, Scenario, wire};
use sync_or_swim::share::export::{Format, mermaid};
use sync_or_swim::theory::overloads;
use sync_or_swim::time::Duration;

/// A scenario has an error, or cannot be read.
pub const FAILURE: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;

/// The greatest seed of a scenario file: up to it every JSON reader keeps whole numbers exact.
pub const SEED_LIMIT: u64 = 9_007_199_254_740_991;
const REPLICATION_LIMIT: u64 = 100_000;

const SCENARIOS: &str =
    "A SCENARIO is a file (JSON or YAML), `-` for standard input, or a gallery entry such as `checkout`.
Problems go to standard error, one a line: FILE:LINE:COLUMN: PATH: what is wrong; what would be right.
Exit status: 0 all is well, 1 a scenario has an error or cannot be read, 2 the command line is wrong.";

const RUN_EXAMPLES: &str = "Examples:
  swim run checkout                              the report of a gallery entry as tables
  swim run shop.yaml --duration 10m --seed 3     a longer run with other random numbers
  swim run shop.json --replications 20           means over 20 runs, with 95 % intervals
  swim run shop.json --blame                     and where the mean response time of each client went
  swim run shop.json --json | jq .services.orders.blockedShare
  swim run shop.json --format csv > shop.csv     every number, its unit and its interval
  swim run checkout --format hgrm > shoppers.hgrm   the response times, for HdrHistogram's plotter";

const TRACE_EXAMPLES: &str = "Examples:
  swim trace checkout                            the slowest request of a gallery entry
  swim trace shop.yaml --failed --rank 3         the third one that failed
  swim trace shop.json --client web --number 12  the 13th request of a client
  swim trace checkout --format mermaid           the slowest request as a sequence diagram
  swim trace checkout --format otlp -o run.json  the first 100 requests after the warm-up, for tracing software
  swim trace checkout --format chrome --requests 1000 -o run.json   for https://ui.perfetto.dev";

const PICTURE_EXAMPLES: &str = "Examples:
  swim picture checkout --view topology -o checkout.svg
  swim picture checkout --view lanes --at 3.4s --window 200ms -o lanes.png
  swim picture checkout --view waterfall -o slowest.svg          the slowest request
  swim picture checkout --view sequence --failed --theme dark -o failed.png
A picture opens again as its scenario, in the playground and in `swim`.";

const CHECK_EXAMPLES: &str = "Examples:
  swim check shop.yaml
  swim check scenarios/*.json
  generate | swim check -";

const SCHEMA_EXAMPLES: &str = "Examples:
  swim schema > scenario.schema.json";

/// Sync or Swim: simulates a mesh of services and tells who is blocked in it.
///
/// The same scenario and seed give the same figures, byte for byte, on every machine and in the browser.
#[derive(Parser)]
#[command(name = "swim", version, max_term_width = 120, after_help = SCENARIOS)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a scenario and print its report
    #[command(after_help = format!("{SCENARIOS}\n\n{RUN_EXAMPLES}"))]
    Run(Plan),
    /// Tell one request of a run in words, or export requests for tracing software
    ///
    /// In words: its calls, who was held for how long, and who is to blame.
    #[command(after_help = format!("{SCENARIOS}\n\n{TRACE_EXAMPLES}"))]
    Trace(Traced),
    /// Draw a run as the playground does, as an SVG or PNG file that carries its scenario
    #[command(after_help = format!("{SCENARIOS}\n\n{PICTURE_EXAMPLES}"))]
    Picture(Drawn),
    /// Tell all errors and warnings of scenarios without running them
    ///
    /// A scenario without errors gets a line that says `ok`. Warnings are told beside errors, all but those that may be
    /// about what an error left out.
    #[command(after_help = format!("{SCENARIOS}\n\n{CHECK_EXAMPLES}"))]
    Check {
        /// Files, `-` or gallery entries
        #[arg(required = true, value_name = "SCENARIO")]
        scenarios: Vec<String>,
    },
    /// Print the JSON Schema of the scenario format, for editors and other programs
    ///
    /// What it accepts may still have an error that `swim check` tells: no schema knows which names there are.
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
}

#[derive(Args)]
struct Plan {
    /// A file, `-` or a gallery entry
    scenario: String,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=SEED_LIMIT))]
    seed: Option<u64>,
    /// How long to run, warm-up included, instead of the scenario's duration: 500ms, 90s, 10m
    #[arg(long, value_name = "D", value_parser = Duration::parse)]
    duration: Option<Duration>,
    /// Run N times, with the seeds SEED, SEED + 1, …: each number is the mean over the runs and has a 95 % interval
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=REPLICATION_LIMIT))]
    replications: u64,
    /// Tell where the mean response time of each client went: runs a second time and records up to a million calls
    #[arg(long)]
    blame: bool,
    /// Print JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Whose response times `--format hgrm` prints; needed where there are several clients
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
}

/// How a report is printed.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// Tables
    Text,
    /// JSON; with several runs the intervals stand under "intervals", nested like the numbers
    Json,
    /// One long table: kind, name, measure, unit, value
    Csv,
    /// The response times of a client, as HdrHistogram prints percentiles
    Hgrm,
}

#[derive(Args)]
struct Traced {
    /// A file, `-` or a gallery entry
    scenario: String,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=SEED_LIMIT))]
    seed: Option<u64>,
    #[command(flatten)]
    which: Which,
    /// In words, as a diagram, or for other programs; those get many requests unless one is chosen
    #[arg(long, value_enum, default_value_t = Telling::Story)]
    format: Telling,
    /// How many requests to export, from the warm-up on
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    #[arg(conflicts_with_all = ["failed", "rank", "client"])]
    requests: u64,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// One request of a run.
#[derive(Args)]
pub struct Which {
    /// One that failed, instead of a slow one
    #[arg(long)]
    failed: bool,
    /// Which one of those, the slowest or first being 1 [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST as u64))]
    rank: Option<u64>,
    /// The client of the request, together with its number
    #[arg(long, value_name = "NAME", requires = "number", conflicts_with_all = ["failed", "rank"])]
    client: Option<String>,
    /// The number of the request, from 0; of a user where the client is closed
    #[arg(long, value_name = "N", requires = "client")]
    number: Option<u64>,
}

impl Which {
    /// Whether one was chosen at all.
    fn is_chosen(&self) -> bool {
        self.failed || self.rank.is_some() || self.client.is_some()
    }

    /// The slowest, unless another one was chosen.
    pub fn wanted(&self) -> Wanted<'_> {
        let rank = self.rank.unwrap_or(1);
        match (&self.client, self.number) {
            (Some(client), Some(number)) => Wanted::Named(client, number),
            _ if self.failed => Wanted::Failed(rank),
            _ => Wanted::Slowest(rank),
        }
    }
}

/// How requests are told.
#[derive(Clone, Copy, ValueEnum)]
enum Telling {
    /// One request in words
    Story,
    /// One request as a sequence diagram of Mermaid
    Mermaid,
    /// OpenTelemetry's protocol as JSON
    Otlp,
    /// What Jaeger's user interface opens
    Jaeger,
    /// Spans of Zipkin's API, version 2
    Zipkin,
    /// Chrome's trace events, for Perfetto and speedscope
    Chrome,
}

impl Telling {
    /// The format for other programs, if it is one.
    fn exported(self) -> Option<Format> {
        match self {
            Telling::Story | Telling::Mermaid => None,
            Telling::Otlp => Some(Format::Otlp),
            Telling::Jaeger => Some(Format::Jaeger),
            Telling::Zipkin => Some(Format::Zipkin),
            Telling::Chrome => Some(Format::Chrome),
        }
    }
}

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
        Command::Trace(traced) => trace(&traced),
        Command::Picture(drawn) => drawn::draw(&drawn),
        Command::Check { scenarios } => check(&scenarios),
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
    let unprintable = |why: serde_json::Error| Failure::new(FAILURE, format!("the report cannot be printed: {why}"));
    let mut summary = replication::summary(scenario, &reports, &blames).map_err(unprintable)?;
    if let Some(warnings) = summary["warnings"].as_array_mut() {
        let overloads = overloads(scenario).into_iter();
        warnings.extend(overloads.map(|overload| overload.told(scenario).into()));
    }
    Ok(summary)
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
    let one = || told::request(scenario, seed, traced.which.wanted()).map_err(|why| Failure::new(FAILURE, why));
    let text = match traced.format.exported() {
        Some(format) if traced.which.is_chosen() => exported::one(scenario, seed, &one()?, format),
        Some(format) => {
            let (text, warning) = exported::many(scenario, seed, traced.requests, format);
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
        Ok(parsed) => Ok((source, parsed)),
        Err(problems) => Err(Failure {
            status: FAILURE,
            told: problems.iter().map(|problem| source.place(problem)).collect(),
        }),
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
fn print(text: &str) -> Result<(), Failure> {
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
