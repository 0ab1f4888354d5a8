//! What others wrote as a scenario: descriptions of systems, traces of their requests, models of their queues.
//!
//! ```text
//! bytes ─format─▶ isotope, compose, mermaid, otlp, … ─▶ Draft ─▶ scenario + what was assumed + what was ignored
//! ```
//!
//! Law: foreign bytes are a scenario or a problem, never a panic, in bounded time and memory. Nothing is made up or left
//! out in silence.

mod asyncapi;
mod circle;
mod compose;
mod dependencies;
mod draft;
mod execution;
mod fit;
mod graph;
mod isotope;
mod jaeger;
mod kind;
mod lqn;
mod mermaid;
mod name;
mod otlp;
mod own;
mod phase;
mod reference;
mod sight;
mod span;
mod trace;
mod tree;
mod zipkin;

pub use own::{as_json, as_yaml};

use crate::scenario::problem::{Problem, nearest};
use serde::{Deserialize, Serialize};

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    Scenario,
    Isotope,
    Compose,
    Mermaid,
    Otlp,
    Jaeger,
    Zipkin,
    Dependencies,
    Lqn,
    AsyncApi,
}

/// A format, its name in commands, its title, and what a file of it holds.
const FORMATS: [(Format, &str, &str, &str); 10] = [
    (
        Format::Scenario,
        "scenario",
        "scenario",
        "\"format\": \"sync-or-swim/1\"",
    ),
    (
        Format::Isotope,
        "isotope",
        "isotope service graph",
        "`services:` as a list, each with a `name`",
    ),
    (
        Format::Compose,
        "compose",
        "compose file",
        "`services:` as a map of names",
    ),
    (
        Format::Mermaid,
        "mermaid",
        "Mermaid flowchart",
        "`flowchart LR`, then `a --> b`",
    ),
    (Format::Otlp, "otlp", "OTLP trace", "JSON with `resourceSpans`"),
    (
        Format::Jaeger,
        "jaeger",
        "Jaeger trace",
        "JSON with `data`, each with `spans` and `processes`",
    ),
    (
        Format::Zipkin,
        "zipkin",
        "Zipkin trace",
        "a JSON list of spans with `traceId` and `id`",
    ),
    (
        Format::Dependencies,
        "dependencies",
        "Jaeger dependency graph",
        "a JSON list of `parent`, `child`, `callCount`",
    ),
    (
        Format::Lqn,
        "lqn",
        "layered queueing network",
        "XML with a root `lqn-model`",
    ),
    (
        Format::AsyncApi,
        "asyncapi",
        "AsyncAPI document",
        "`asyncapi: 3.0.0` or 2, with operations",
    ),
];

impl Format {
    /// Each of them.
    pub fn all() -> impl Iterator<Item = Format> + Clone {
        FORMATS.iter().map(|(format, ..)| *format)
    }

    /// The format of this name.
    pub fn parse(word: &str) -> Result<Format, String> {
        let found = FORMATS.iter().find(|(_, known, ..)| *known == word);
        found.map(|(format, ..)| *format).ok_or_else(|| {
            let names = FORMATS.map(|(_, name, ..)| name);
            let meant = nearest(word, names).map_or_else(String::new, |name| format!("did you mean `{name}`? "));
            format!("there is no format `{word}`; {meant}there are {}", names.join(", "))
        })
    }

    fn row(self) -> &'static (Format, &'static str, &'static str, &'static str) {
        &FORMATS[self as usize]
    }

    /// What a person calls it.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// What would be right where a file is none of this format.
    fn fix(self) -> &'static str {
        self.row().3
    }
}

/// A scenario made of a foreign file, and what its reader should know before it replaces anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub format: Format,
    /// The text of the scenario, as JSON.
    pub scenario: String,
    /// What the file does not say.
    pub assumptions: Vec<String>,
    /// What of the file has no place in a scenario.
    pub ignored: Vec<String>,
}

/// Reads a file; its content says of what format it is, unless it is given.
pub fn read(bytes: &[u8], format: Option<Format>) -> Result<Imported, Vec<Problem>> {
    let text = std::str::from_utf8(bytes).map_err(|why| {
        let message = format!("byte {} is not UTF-8", why.valid_up_to());
        vec![Problem::of_all(message, "a text in UTF-8 is read")]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let format = match format {
        Some(format) => format,
        None => sight::format_of(text).map_err(|problem| vec![problem])?,
    };
    if format == Format::Scenario {
        return own::read(text);
    }
    let draft = match format {
        Format::Mermaid => mermaid::read(text),
        Format::Lqn => lqn::read(text),
        Format::Isotope => tree::of(text).and_then(|tree| isotope::read(text, &tree)),
        Format::AsyncApi => tree::of(text).and_then(|tree| asyncapi::read(text, &tree)),
        Format::Compose => tree::of(text).and_then(|tree| compose::read(text, &tree)),
        Format::Otlp => tree::of(text).and_then(|tree| otlp::read(&tree)),
        Format::Jaeger => tree::of(text).and_then(|tree| jaeger::read(&tree)),
        Format::Zipkin => tree::of(text).and_then(|tree| zipkin::read(&tree)),
        _ => tree::of(text).and_then(|tree| dependencies::read(&tree)),
    };
    draft
        .and_then(|draft| draft.finish(format))
        .map_err(|problem| vec![problem])
}
