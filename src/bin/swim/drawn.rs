//! A run as a picture: the same shapes as in the playground, in a file that carries its scenario.
//!
//! ```text
//! scenario ─▶ run, recorded where it is looked at ─▶ Shown ─told─▶ SVG ─┬─ inscribe ─▶ FILE.svg
//!                                                                       └─ pixels ─ inscribe ─▶ FILE.png
//! ```
//!
//! Law: what was drawn opens again as the same text with the same seed.

use super::command::{FAILURE, Failure, USAGE, read, warn, write};
use super::line::{Which, seed};
use super::{experiment, pixels, told};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sync_or_swim::metrics::wire::Sealed;
use sync_or_swim::picture::index::Index;
use sync_or_swim::picture::lane::{Lanes, View, axis, lanes};
use sync_or_swim::picture::row::{Order, Rows};
use sync_or_swim::picture::shape::Picture;
use sync_or_swim::protocol::{Excerpt, Finding, Origin, Shown, Telling};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::scenario::problem::Problem;
use sync_or_swim::scenario::walk::Packed;
use sync_or_swim::share::{png, svg};
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::told::shown;

/// How much time lanes show unless somebody says so.
const WINDOW: Duration = Duration::from_ms(500);

#[derive(Args)]
pub struct Drawn {
    /// A file, `-` or a gallery entry
    scenario: String,
    /// What of it
    #[arg(long, value_enum)]
    view: Sight,
    /// Where it goes; the name ends in .svg or .png
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The seed of all random numbers, instead of the scenario's
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = seed)]
    seed: Option<u64>,
    /// Where the lanes begin [default: after the warm-up]
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    at: Option<Duration>,
    /// How much time the lanes show [default: 500ms]
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    window: Option<Duration>,
    /// How wide it is, in pixels; a graph is as wide as it needs to be
    #[arg(long, value_name = "PX", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(320..=8000))]
    width: u32,
    #[arg(long, value_enum, default_value_t = Theme::Light)]
    theme: Theme,
    #[command(flatten)]
    which: Which,
}

/// What a picture shows.
#[derive(Clone, Copy, ValueEnum)]
enum Sight {
    /// What every worker does in a window of time
    Lanes,
    /// The graph, and what workers did in the whole run
    Topology,
    /// One request, its calls below each other
    Waterfall,
    /// One request as a sequence diagram
    Sequence,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Theme {
    Light,
    Dark,
}

/// The kinds of files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Png,
}

/// Draws what was asked for.
pub fn draw(drawn: &Drawn) -> Result<(), Failure> {
    let kind = kind_of(&drawn.output).map_err(|why| Failure::new(USAGE, why))?;
    is_fitting(drawn).map_err(|why| Failure::new(USAGE, why))?;
    let (source, parsed) = read(&drawn.scenario)?;
    warn(&source, &parsed);
    let scenario: Arc<Packed> = parsed.scenario.into();
    let seed = drawn.seed.unwrap_or(scenario.seed);
    let svg = shown(&seen(drawn, scenario, seed)?).into_string();
    let origin = Origin {
        text: source.text,
        seed: Some(seed),
    };
    let file = match kind {
        Kind::Svg => svg::inscribe(&svg, &origin).map(String::into_bytes),
        Kind::Png => {
            let pixels = pixels::png(&svg).map_err(|why| Failure::new(FAILURE, why))?;
            png::inscribe(&pixels, &origin)
        }
    };
    let failed = |problem: Problem| Failure::new(FAILURE, problem.to_string());
    write(&drawn.output, &file.map_err(failed)?)
}

/// Whether everything that was asked for concerns this view.
fn is_fitting(drawn: &Drawn) -> Result<(), String> {
    if drawn.at.is_some() && !matches!(drawn.view, Sight::Lanes) {
        return Err("--at is where lanes begin: it goes with --view lanes".to_string());
    }
    if drawn.window.is_some() && !matches!(drawn.view, Sight::Lanes) {
        return Err("--window is the time that lanes show: it goes with --view lanes".to_string());
    }
    if drawn.which.is_chosen() && matches!(drawn.view, Sight::Lanes | Sight::Topology) {
        return Err("a request is chosen for --view waterfall or sequence".to_string());
    }
    Ok(())
}

fn kind_of(path: &Path) -> Result<Kind, String> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("svg") => Ok(Kind::Svg),
        Some("png") => Ok(Kind::Png),
        _ => Err(format!(
            "{}: a picture is written as FILE.svg or FILE.png",
            path.display()
        )),
    }
}

fn seen(drawn: &Drawn, scenario: Arc<Packed>, seed: u64) -> Result<Shown, Failure> {
    let dark = drawn.theme == Theme::Dark;
    let telling = match drawn.view {
        Sight::Lanes => {
            let pictures = lanes_of(drawn, &scenario, seed)?;
            return Ok(Shown::Lanes { pictures, dark });
        }
        Sight::Topology => {
            let now = Some(Finding {
                report: Sealed::new(experiment::report(&scenario, seed)),
                scenario: Arc::clone(&scenario),
                is_finished: true,
            });
            return Ok(Shown::Topology { scenario, now, dark });
        }
        Sight::Waterfall => Telling::Waterfall,
        Sight::Sequence => Telling::Sequence,
    };
    let trace = told::request(&scenario, seed, drawn.which.wanted()).map_err(|why| Failure::new(FAILURE, why))?;
    Ok(Shown::Request(Excerpt {
        scenario,
        trace,
        telling,
        width: drawn.width,
        dark,
    }))
}

/// The axis and the lanes of a window.
fn lanes_of(drawn: &Drawn, scenario: &Scenario, seed: u64) -> Result<Vec<Picture>, Failure> {
    let at = drawn.at.unwrap_or(scenario.run.warmup);
    if at >= scenario.run.duration {
        let message = format!("--at {at}: the run is over after {}", scenario.run.duration);
        return Err(Failure::new(USAGE, message));
    }
    let window = drawn.window.unwrap_or(WINDOW);
    if window == Duration::ZERO {
        return Err(Failure::new(
            USAGE,
            "--window 0s: it must be longer than nothing".to_string(),
        ));
    }
    let from = Instant::START + at;
    let trace = experiment::record(scenario, seed, [from, from + window], |_| false);
    let width = f64::from(drawn.width);
    let rows = Rows::new(scenario, width, &Order::default());
    let index = Index::of(scenario, &trace);
    let view = View {
        scenario,
        trace: &trace,
        index: &index,
        rows: &rows,
        left: at.0 as f64,
        span: window.0 as f64,
        head: trace.until.0 as f64,
        bookmarks: &[],
        width,
        top: 0.0,
        height: rows.height,
        request: None,
        segment: None,
    };
    let (mut above, mut below) = (Picture::default(), Lanes::default());
    axis(&view, &mut above);
    lanes(&view, &mut below);
    Ok(vec![above, below.picture])
}
