//! The command line as it can be written: commands, their arguments, and what `--help` says of them.
//!
//! Law: an argument that is wrong is told before anything is read.

use super::compare::Setting;
use super::drawn::Drawn;
use super::told::Wanted;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use sync_or_swim::import;
use sync_or_swim::metrics::ranking::MOST;
use sync_or_swim::share::export::Format;
use sync_or_swim::time::Duration;

/// The greatest seed of a scenario file: up to it every JSON reader keeps whole numbers exact.
pub const SEED_LIMIT: u64 = 9_007_199_254_740_991;
const REPLICATION_LIMIT: u64 = 100_000;
const REQUESTS_LIMIT: u64 = 1_000_000;
/// How many requests are exported unless somebody says so.
pub const REQUESTS: u64 = 100;

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

const COMPARE_EXAMPLES: &str = "Examples:
  swim compare checkout --set 'orders->payments.charge.mode=queue'
  swim compare shop.yaml --set services.orders.threads=8 --set 'orders->stock.timeout=200ms'
  swim compare before.yaml after.yaml --replications 30
  swim compare before.yaml after.yaml --json | jq .differences.clients.shoppers.responseMs.p99";

const WHAT_IF_EXAMPLES: &str = "Examples:
  swim what-if checkout                          every edge of a gallery entry
  swim what-if shop.yaml --replications 1        quickly, without intervals
  swim what-if shop.json --json | jq '.flips[0].edge'";

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

const LINK_EXAMPLES: &str = "Examples:
  swim link checkout
  swim link shop.yaml --site https://playground.example/
  swim open '#ex=checkout'
  swim open \"$(swim link shop.yaml)\" | swim check -";

const IMPORT_EXAMPLES: &str = "Examples:
  swim import compose.yaml -o shop.json          a scenario of a compose file
  swim import traces.json --yaml                 a scenario that behaves as the traces of a system do
  curl …/api/traces | swim import - | swim run -
  swim import shop.json --yaml                   a scenario as YAML, and shop.yaml as JSON";

const SCHEMA_EXAMPLES: &str = "Examples:
  swim schema > scenario.schema.json";

const MDBOOK_EXAMPLES: &str = "In book.toml:
  [preprocessor.sync-or-swim]
  command = \"swim mdbook\"
  site = \"https://playground.example/\"

In a chapter:
  ```sync-or-swim
  example: checkout
  view: both
  ```";

/// Sync or Swim: simulates a mesh of services and tells who is blocked in it.
///
/// The same scenario and seed give the same figures, byte for byte, on every machine and in the browser.
#[derive(Parser)]
#[command(name = "swim", version, max_term_width = 120, after_help = SCENARIOS)]
pub struct Line {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Run a scenario and print its report
    #[command(after_help = format!("{SCENARIOS}\n\n{RUN_EXAMPLES}"))]
    Run(Plan),
    /// Run two variants with the same arrivals and draws, and print how far they differ
    ///
    /// Each difference is that of pairs of runs with the same seed, and has a 95 % interval. B is a second scenario, or A with
    /// what `--set` changes.
    #[command(after_help = format!("{SCENARIOS}\n\n{COMPARE_EXAMPLES}"))]
    Compare(Compared),
    /// Flip every edge, one at a time, and rank the flips by what comes of them
    ///
    /// A `sync` edge becomes what a click in the playground makes of it (its `flip`, else `await`), any other becomes `sync`.
    #[command(after_help = format!("{SCENARIOS}\n\n{WHAT_IF_EXAMPLES}"))]
    WhatIf(Supposed),
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
    /// Make a scenario of what another program wrote
    ///
    /// The scenario goes to standard output; what was assumed and what was ignored is told on standard error.
    #[command(after_help = IMPORT_EXAMPLES)]
    Import(Foreign),
    /// Print the link that opens a scenario in the playground: everything is in the link itself
    #[command(after_help = LINK_EXAMPLES)]
    Link(Linked),
    /// Print the scenario to which a link leads, or that a picture shows
    #[command(after_help = LINK_EXAMPLES)]
    Open {
        /// An address, what stands behind its #, or a file
        link: String,
    },
    /// Print the JSON Schema of the scenario format, for editors and other programs
    ///
    /// What it accepts may still have an error that `swim check` tells: no schema knows which names there are.
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema,
    /// Write the link previews of a site: a page with Open Graph for each gallery entry, and its oEmbed answer
    ///
    /// `s/ID.html` and, where the address is known, `oembed/ID.json`; `posters/ID.png` is its image where it lies there.
    Previews {
        /// The directory of the built site
        directory: PathBuf,
        /// Where the site will be, ending in `/`: previews want whole addresses
        #[arg(long, value_name = "URL", value_parser = address)]
        site: Option<String>,
    },
    /// Be a preprocessor of mdBook: blocks named `sync-or-swim` become playgrounds
    ///
    /// Reads from standard input what mdBook writes, and writes what it reads.
    #[command(after_help = MDBOOK_EXAMPLES)]
    Mdbook {
        /// `supports RENDERER`: the exit status says whether there can be playgrounds
        #[command(subcommand)]
        question: Option<Question>,
    },
}

#[derive(Subcommand)]
pub enum Question {
    /// Whether pages of this renderer can have playgrounds
    Supports { renderer: String },
}

#[derive(Args)]
pub struct Plan {
    /// A file, `-` or a gallery entry
    pub scenario: String,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,
    /// How long to run, warm-up included, instead of the scenario's duration: 500ms, 90s, 10m
    #[arg(long, value_name = "D", value_parser = Duration::parse)]
    pub duration: Option<Duration>,
    /// Run N times, with the seeds SEED, SEED + 1, …: each number is the mean over the runs and has a 95 % interval
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=REPLICATION_LIMIT))]
    pub replications: u64,
    /// Tell where the mean response time of each client went: runs a second time and records up to a million calls
    #[arg(long)]
    pub blame: bool,
    /// Print JSON, the same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// How to print the report
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
    /// Whose response times `--format hgrm` prints; needed where there are several clients
    #[arg(long, value_name = "NAME")]
    pub client: Option<String>,
}

/// A seed as JSON can say it.
pub fn seed(text: &str) -> Result<u64, String> {
    let seed = text.parse().ok().filter(|seed| *seed <= SEED_LIMIT);
    seed.ok_or_else(|| format!("a seed is a whole number from 0 to {SEED_LIMIT}"))
}

#[derive(Args)]
pub struct Compared {
    /// A file, `-` or a gallery entry
    pub a: String,
    /// The same; without it B is A with what is set
    pub b: Option<String>,
    /// Set a property of B: EDGE.key=value, or a path of the file such as services.orders.threads=8. May be repeated
    #[arg(long, value_name = "EDGE.KEY=VALUE", value_parser = Setting::parse)]
    pub set: Vec<Setting>,
    #[command(flatten)]
    pub trial: Trial,
}

#[derive(Args)]
pub struct Supposed {
    /// A file, `-` or a gallery entry
    pub scenario: String,
    #[command(flatten)]
    pub trial: Trial,
}

/// How variants are run and told.
#[derive(Args)]
pub struct Trial {
    /// The seed of all random numbers, instead of that of the (first) scenario
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,
    /// How many runs of each variant, with the seeds SEED, SEED + 1, …; a single one has no intervals
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=REPLICATION_LIMIT))]
    pub replications: u64,
    /// Print JSON: reports as `swim run` prints them, and differences nested like them
    #[arg(long)]
    pub json: bool,
}

/// How a report is printed.
#[derive(Clone, Copy, ValueEnum)]
pub enum Form {
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
pub struct Traced {
    /// A file, `-` or a gallery entry
    pub scenario: String,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub which: Which,
    /// In words, as a diagram, or for other programs; those get many requests unless one is chosen
    #[arg(long, value_enum, default_value_t = Telling::Story)]
    pub format: Telling,
    /// How many requests to export, from the warm-up on [default: 100]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=REQUESTS_LIMIT))]
    #[arg(conflicts_with_all = ["failed", "rank", "client"])]
    pub requests: Option<u64>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// One request of a run.
#[derive(Args)]
pub struct Which {
    /// One that failed, instead of a slow one
    #[arg(long)]
    pub failed: bool,
    /// Which one of those, the slowest or first being 1 [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST as u64))]
    pub rank: Option<u64>,
    /// The client of the request, together with its number
    #[arg(long, value_name = "NAME", requires = "number", conflicts_with_all = ["failed", "rank"])]
    pub client: Option<String>,
    /// The number of the request, from 0; of a user where the client is closed
    #[arg(long, value_name = "N", requires = "client")]
    pub number: Option<u64>,
}

#[derive(Args)]
pub struct Foreign {
    /// A file, or `-` for standard input
    pub file: String,
    /// What format it is of, where its content does not tell: isotope, compose, mermaid, otlp, jaeger, zipkin,
    /// dependencies, lqn, asyncapi, scenario
    #[arg(long, value_name = "FORMAT", value_parser = import::Format::parse)]
    pub from: Option<import::Format>,
    /// Write YAML instead of JSON
    #[arg(long)]
    pub yaml: bool,
    /// The file to write, instead of standard output
    #[arg(short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct Linked {
    /// A file, `-` or a gallery entry
    pub scenario: String,
    /// The gallery entry from which the scenario came: what is changed may be shorter than the whole
    #[arg(long, value_name = "ENTRY")]
    pub from: Option<String>,
    /// Where the playground lies; without it the link begins with #
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    pub site: String,
}

impl Which {
    /// Whether one was chosen at all.
    pub fn is_chosen(&self) -> bool {
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
pub enum Telling {
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
    pub fn exported(self) -> Option<Format> {
        match self {
            Telling::Story | Telling::Mermaid => None,
            Telling::Otlp => Some(Format::Otlp),
            Telling::Jaeger => Some(Format::Jaeger),
            Telling::Zipkin => Some(Format::Zipkin),
            Telling::Chrome => Some(Format::Chrome),
        }
    }
}

/// The address of a site.
fn address(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    match is_web && text.ends_with('/') {
        true => Ok(text.to_string()),
        false => Err("an address such as https://playground.example/, with its last slash, is right".to_string()),
    }
}
