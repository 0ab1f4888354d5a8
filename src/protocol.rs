//! What the page says to its backend and to its reader, and what they say: plain data, in `postcard` bytes.
//!
//! ```text
//! page ── Measure, Record ──▶ backend            every order carries the RunId that its answers repeat
//!      ◀── Ready, Progress, Measured, Recorded, Refused, Panicked ──
//!
//! page ── Read, Edit, Tell, Save … ──▶ reader    every question is answered at once, or all that is wrong is told
//!      ◀── T, or Problems ──
//! ```
//!
//! Law: a changed shape needs a changed [`VERSION`]; a stored hash says so.

use crate::metrics::Responses;
use crate::metrics::ranking::{Ranking, Story};
use crate::metrics::wire::Sealed;
use crate::picture::shape::Picture;
use crate::scenario::edit::Edit;
use crate::scenario::problem::Problem;
use crate::scenario::walk;
use crate::scenario::walk::Packed;
use crate::time::{Duration, Instant};
use crate::trace::{Sizes, Trace};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The version of these messages; backend and reader say it when they are ready, and the page compares.
pub const VERSION: u32 = 22;

/// Names an order and its answers; later ones are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u64);

/// An order to the backend. A newer order of the same kind replaces an older one that is still at work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToBackend {
    /// Run the whole scenario at full speed and report.
    Measure {
        run: RunId,
        #[serde(with = "walk")]
        scenario: Arc<Packed>,
        seed: u64,
    },
    /// Record lanes from `from` until `until`, or until about `budget` spans are recorded.
    Record {
        run: RunId,
        #[serde(with = "walk")]
        scenario: Arc<Packed>,
        seed: u64,
        from: Instant,
        until: Instant,
        budget: u32,
    },
}

/// An answer of the backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromBackend {
    /// It listens from now on.
    Ready { version: u32, engine: String },
    /// Figures so far of a run that goes on.
    Progress { run: RunId, report: Sealed },
    /// The figures of a finished run, and the response times of which they are.
    Measured {
        run: RunId,
        report: Sealed,
        responses: Responses,
    },
    /// The next piece of what was recorded, and how many rows all pieces have together.
    Recorded { run: RunId, sizes: Sizes, piece: Trace },
    /// An order that could not be read or carried out.
    Refused { run: Option<RunId>, why: String },
    /// It has come upon a mistake of ours and ends; a new one has to be started.
    Panicked { why: String },
}

/// A question to the reader. Each says what a `T` is in its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToReader {
    /// What a text means, with the edges drawn as they are from an instant on: [`Meaning`].
    Read { text: String, from: Instant },
    /// The text after an edit: `String`.
    Edit { text: String, edit: Edit },
    /// What can be said of a node (`services.orders`), an edge (`edges[a->b]`) or, with an empty path, of the whole: its
    /// markup, `String`. An edge is told as it is from an instant on.
    Inspect { text: String, path: String, from: Instant },
    /// The sheet of keyboard shortcuts: its markup, `String`.
    Help,
    /// The commands whose names have all these words: their markup and how many there are, `(String, u32)`.
    Commands { scenario: Option<Known>, typed: String },
    /// What the figures of runs say: [`Told`].
    Tell(Findings),
    /// One request: its markup, `String`.
    TellRequest(Excerpt),
    /// A picture as an SVG file with its origin in it: `String`.
    Save { shown: Shown, origin: Origin },
    /// A PNG file with its origin in it: `Vec<u8>`.
    Inscribe { png: Vec<u8>, origin: Origin },
    /// What a file carries, whatever its kind: [`Origin`].
    Open { file: Vec<u8> },
    /// The text of an entry of the gallery: `String`.
    Gallery { entry: String },
    /// Where the hash of an address leads: [`Followed`].
    Follow { hash: String },
    /// The sheet by which a scenario is shared: its markup, `String`.
    Share(Sharing),
    /// The heads of the panels in the order of their slots: `Vec<String>`, markup.
    Heads(Heads),
    /// What the page around an embed asks for, and what it is told of that, as JSON: `(Vec<Act>, Vec<String>)`.
    Hear(Heard),
    /// What the page around an embed is told, as JSON: `Vec<String>`.
    Say(Station),
    /// The request to which a way leads from the pinned one, and a throw of the dice for ways that lead anywhere: `Option<Notable>`.
    Seek {
        report: Sealed,
        way: String,
        pinned: Option<Story>,
        dice: u32,
    },
}

/// A question to the exchange; the answer is [`Written`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToExchange {
    /// What a file of this name means that others wrote: the markup of the sheet that offers it. No problem at all is told where
    /// the file is none of theirs.
    Import { name: String, bytes: Vec<u8> },
    /// A recording, of one request or of as many as there are, in a form for another program.
    Export { what: Excerpt, seed: u64, form: String },
    /// What was measured in a finished run, in a form that `swim run` prints as well.
    Report {
        of: Finding,
        responses: Responses,
        form: String,
    },
}

/// What the exchange has written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub text: String,
    /// How the name of its file ends, where it is one.
    pub ending: String,
}

/// A part of a run, such as one request, for a panel of this width in pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Excerpt {
    #[serde(with = "walk")]
    pub scenario: Arc<Packed>,
    pub trace: Trace,
    pub telling: Telling,
    pub width: u32,
    pub dark: bool,
}

/// What a picture shows that is to be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Shown {
    /// The graph, and what workers did where that is known.
    Topology {
        #[serde(with = "walk")]
        scenario: Arc<Packed>,
        now: Option<Finding>,
        dark: bool,
    },
    /// The lanes in view under their axis, of one run or of two.
    Lanes { pictures: Vec<Picture>, dark: bool },
    /// The waterfall or the sequence diagram of a request.
    Request(Excerpt),
    /// The percentile curves of the clients' response times.
    Responses(Findings),
    /// The run over time.
    Beats(Findings),
    /// The percentile curves of the ages of messages.
    Ages(Findings),
}

/// What a file says of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The scenario's text.
    pub text: String,
    /// None where only the text was written.
    pub seed: Option<u64>,
}

/// What is shared: a good text, the entry of the gallery as which it began, and the seed and the instant that are others than
/// its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sharing {
    pub text: String,
    pub entry: String,
    pub seed: Option<u64>,
    pub at: Option<Instant>,
    /// Where the page lies, without a hash.
    pub address: String,
}

/// Where a link leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The entry of the gallery with which it begins.
    pub entry: String,
    /// Where it is another scenario than the entry's.
    pub text: Option<String>,
    /// Where it is another one than the scenario's own.
    pub seed: Option<u64>,
    /// What is done then.
    pub acts: Vec<Act>,
    /// Why it does not lead to what it names.
    pub refusal: String,
    /// Where it is an embed's: how the page looks, and the origin of the page around.
    pub embed: Option<(String, String)>,
}

/// What is done as a control says it: the act, and on what.
pub type Act = (String, String);

/// A message of the page around an embed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    pub text: String,
    /// The hash of the embed.
    pub hash: String,
}

/// What an embed may have to tell to the page around.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Station {
    pub heads: Heads,
    /// Whether anything was told before.
    pub has_told: bool,
    /// The scenario of now, and that of which was told last.
    pub now: Option<Known>,
    pub before: Option<Known>,
    pub at: Instant,
    /// How high the content is, in pixels, where that is another height than before.
    pub height: Option<u32>,
    /// Whether the report is of the whole run.
    pub is_whole: bool,
    /// What could not be done, in words, as it was told last.
    pub trouble: String,
}

/// What the page does, as far as the heads of its panels say it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    /// The hash of an embed; empty where the page stands alone.
    pub embed: String,
    pub entry: String,
    /// Of the scenario, where the page is embedded.
    pub name: String,
    /// A good text, for a link to it, where the page is embedded.
    pub text: String,
    pub seed: u64,
    pub light: String,
    pub can_undo: bool,
    pub can_redo: bool,
    pub is_original: bool,
    pub news: Option<News>,
    /// What is wrong with the text, or doubtful.
    pub problems: Vec<Problem>,
    pub is_playing: bool,
    /// The place of the choice in the menu of steps.
    pub stride: u32,
    /// In nanoseconds of the run.
    pub marks: Vec<u64>,
    pub fork: Option<Instant>,
    pub follows: bool,
    pub can_compare: bool,
    pub compares: bool,
    pub too_many_calls: bool,
    pub pinned: Option<Story>,
    pub report: Option<Sealed>,
}

impl Heads {
    /// Which requests are worth a look.
    pub fn ranking(&self) -> Ranking {
        let report = self.report.as_ref().and_then(Sealed::open);
        report.map(|report| report.ranking).unwrap_or_default()
    }
}

/// What has happened to the desk, in words to the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// The draft of the last visit, of this date, lies here again.
    Restored(String),
    /// A file of this name was opened.
    Opened(String),
    /// Why something could not be done, and what would be right.
    Refused(String),
}

/// The ways in which a request is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Telling {
    Waterfall,
    Sequence,
    Story,
}

impl Telling {
    /// In the order of their buttons: the word in the markup, the label.
    pub const ALL: [(Telling, &str, &str); 3] = [
        (Telling::Waterfall, "waterfall", "Waterfall"),
        (Telling::Sequence, "sequence", "Sequence"),
        (Telling::Story, "story", "Story"),
    ];
}

/// An answer of the reader: what was asked for, or all that is wrong with the text.
pub type FromReader<T> = Result<T, Vec<Problem>>;

/// What a text means, what its author may want to know, and how it looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    #[serde(with = "walk")]
    pub scenario: Arc<Packed>,
    pub warnings: Vec<Problem>,
    /// Markup of the graph.
    pub topology: String,
    /// Markup of the author's words.
    pub about: String,
    /// About how much time lies between two requests, whoever sends them.
    pub gap: Duration,
}

/// A scenario by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Known(#[serde(with = "walk")] pub Arc<Packed>);

/// The latest figures, those before the last change, and the edge that is selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    pub now: Option<Finding>,
    pub before: Option<Finding>,
    /// Whether newer figures are under way.
    pub is_measuring: bool,
    pub seed: u64,
    /// Its name; empty where none is.
    pub edge: String,
    pub dark: bool,
}

/// The figures of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    #[serde(with = "walk")]
    pub scenario: Arc<Packed>,
    pub report: Sealed,
    /// False while the run goes on.
    pub is_finished: bool,
}

/// What figures say, as markup, by panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    pub numbers: String,
    pub insights: String,
    pub services: String,
    /// Of the selected edge.
    pub edge: String,
    /// The name of a node and the bar in it.
    pub bars: Vec<(String, String)>,
}
