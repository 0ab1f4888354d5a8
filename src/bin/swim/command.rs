//! What can be asked on the command line, and the answers' way out.
//!
//! Law: a warning never keeps a scenario from running, and an error is told with all others of its text.

use super::source::Source;
use super::told::{self, Wanted};
use super::{blamed, experiment, foreign, replication, table};
use clap::{Args, Parser, Subcommand};
use serde_json::Value;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;
use sync_or_swim::import::{Format, as_yaml};
use sync_or_swim::metrics::ranking::MOST;
use sync_or_swim::scenario::text::{self, Parsed};
use sync_or_swim::scenario::{Scenario, wire};
use sync_or_swim::theory::overloads;
use sync_or_swim::time::Duration;

/// A scenario has an error, or cannot be read.
const FAILURE: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;

/// The greatest seed of a scenario file: up to it every JSON reader keeps whole numbers exact.
const SEED_LIMIT: u64 = 9_007_199_254_740_991;
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
  swim run shop.json --json | jq .services.orders.blockedShare";

const TRACE_EXAMPLES: &str = "Examples:
  swim trace checkout                            the slowest request of a gallery entry
  swim trace shop.yaml --failed --rank 3         the third one that failed
  swim trace shop.json --client web --number 12  the 13th request of a client";

const CHECK_EXAMPLES: &str = "Examples:
  swim check shop.yaml
  swim check scenarios/*.json
  generate | swim check -";

const IMPORT_EXAMPLES: &str = "Examples:
  swim import compose.yaml -o shop.json          a scenario of a compose file
  swim import traces.json --yaml                 a scenario that behaves as the traces of a system do
  curl …/api/traces | swim import - | swim run -
  swim import shop.json --yaml                   a scenario as YAML, and shop.yaml as JSON";

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
    /// Tell one request of a run in words: its calls, who was held for how long, and who is to blame
    #[command(after_help = format!("{SCENARIOS}\n\n{TRACE_EXAMPLES}"))]
    Trace(Traced),
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
    /// Make a scenario of what another program wrote
    ///
    /// The scenario goes to standard output; what was assumed and what was ignored is told on standard error.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Foreign),
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
    /// Print JSON instead of tables; with several runs the intervals stand under "intervals", nested like the numbers
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Traced {
    /// A file, `-` or a gallery entry
    scenario: String,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(..=SEED_LIMIT))]
    seed: Option<u64>,
    /// One that failed, instead of a slow one
    #[arg(long)]
    failed: bool,
    /// Which one of those, the slowest or first being 1
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=MOST as u64))]
    rank: u64,
    /// The client of the request, together with its number
    #[arg(long, value_name = "NAME", requires = "number", conflicts_with_all = ["failed", "rank"])]
    client: Option<String>,
    /// The number of the request, from 0; of a user where the client is closed
    #[arg(long, value_name = "N", requires = "client")]
    number: Option<u64>,
}

#[derive(Args)]
struct Foreign {
    /// A file, or `-` for standard input
    file: String,
    /// What format it is of, where its content does not tell: isotope, compose, mermaid, otlp, jaeger, zipkin,
    /// dependencies, lqn, scenario
    #[arg(long, value_name = "FORMAT", value_parser = Format::parse)]
    from: Option<Format>,
    /// Write YAML instead of JSON
    #[arg(long)]
    yaml: bool,
    /// The file to write, instead of standard output
    #[arg(short, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
}

/// Why a command ends with an exit status of its own, told on standard error.
struct Failure {
    status: u8,
    told: Vec<String>,
}

impl Failure {
    fn new(status: u8, told: String) -> Failure {
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
        Command::Check { scenarios } => check(&scenarios),
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

fn run(plan: &Plan) -> Result<(), Failure> {
    let (source, parsed) = read(&plan.scenario)?;
    let warnings: Vec<String> = parsed.warnings.iter().map(|problem| source.place(problem)).collect();
    tell(&warnings);
    let mut scenario = parsed.scenario;
    if let Some(duration) = plan.duration {
        scenario = scenario
            .lasting(duration)
            .map_err(|why| Failure::new(USAGE, format!("--duration {duration}: {why}")))?;
    }
    let seed = plan.seed.unwrap_or(scenario.seed);
    let reports = experiment::of_each(seed, plan.replications, |seed| experiment::report(&scenario, seed));
    let blames = match plan.blame {
        true => experiment::of_each(seed, plan.replications, |seed| blamed::blame(&scenario, seed)),
        false => Vec::new(),
    };
    let unprintable = |why: serde_json::Error| Failure::new(FAILURE, format!("the report cannot be printed: {why}"));
    let mut summary = replication::summary(&scenario, &reports, &blames).map_err(unprintable)?;
    if let Some(warnings) = summary["warnings"].as_array_mut() {
        let overloads = overloads(&scenario).into_iter();
        warnings.extend(overloads.map(|overload| overload.told(&scenario).into()));
    }
    print(&if plan.json {
        format!("{summary:#}\n")
    } else {
        laid_out(&source, &scenario, &summary)
    })
}

fn trace(traced: &Traced) -> Result<(), Failure> {
    let (source, parsed) = read(&traced.scenario)?;
    let warnings: Vec<String> = parsed.warnings.iter().map(|problem| source.place(problem)).collect();
    tell(&warnings);
    let scenario = parsed.scenario;
    let seed = traced.seed.unwrap_or(scenario.seed);
    let wanted = match (&traced.client, traced.number) {
        (Some(client), Some(number)) => Wanted::Named(client, number),
        _ if traced.failed => Wanted::Failed(traced.rank),
        _ => Wanted::Slowest(traced.rank),
    };
    let told = told::request(&scenario, seed, wanted).map_err(|why| Failure::new(FAILURE, why))?;
    print(&told)
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
fn read(word: &str) -> Result<(Source, Parsed), Failure> {
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
