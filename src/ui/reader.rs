//! What the page asks the reader: a module that reads and changes texts, and tells the still panels.
//!
//! ```text
//! ToReader ─▶ module ─▶ FromReader<T>     at once
//! ```
//!
//! Law: the text stays, whatever becomes of a question.

use super::module::{Module, Stumble};
use crate::metrics::ranking::{Notable, Story};
use crate::metrics::wire::Sealed;
use crate::protocol::{
    self, Act, Excerpt, Findings, Followed, FromReader, Heads, Heard, Meaning, Origin, Sharing, Shown, Station,
    ToReader, Told,
};
use crate::scenario::edit::Edit;
use crate::scenario::walk::Packed;
use crate::time::Instant;
use serde::de::DeserializeOwned;
use std::sync::Arc;

const STUMBLE: Stumble = [
    "the reader of scenarios has stumbled over this text: ",
    "the text is kept; it is our mistake, and another text can be read",
];

/// A loaded reader.
pub struct Reader(Module);

impl Reader {
    /// Loads the module. The error is for the reader of the page.
    pub async fn open() -> Result<Reader, String> {
        Module::open("link[data-reader]", "href", STUMBLE).await.map(Reader)
    }

    /// What a text means, with the edges drawn as they are from an instant on.
    pub fn read(&self, text: &str, from: Instant) -> FromReader<Meaning> {
        let text = text.to_string();
        self.ask(&ToReader::Read { text, from })
    }

    /// The text after an edit.
    pub fn edit(&self, text: &str, edit: Edit) -> FromReader<String> {
        let text = text.to_string();
        self.ask(&ToReader::Edit { text, edit })
    }

    /// What can be said of a node, an edge or the whole, as it is from an instant on: markup.
    pub fn inspect(&self, text: &str, path: &str, from: Instant) -> FromReader<String> {
        let (text, path) = (text.to_string(), path.to_string());
        self.ask(&ToReader::Inspect { text, path, from })
    }

    /// The sheet of keyboard shortcuts: markup.
    pub fn help(&self) -> FromReader<String> {
        self.ask(&ToReader::Help)
    }

    /// The commands whose names have all these words: markup, and how many there are.
    pub fn commands(&self, scenario: Option<Arc<Packed>>, typed: &str) -> FromReader<(String, u32)> {
        let (scenario, typed) = (scenario.map(protocol::Known), typed.to_string());
        self.ask(&ToReader::Commands { scenario, typed })
    }

    /// What figures say.
    pub fn tell(&self, findings: Findings) -> FromReader<Told> {
        self.ask(&ToReader::Tell(findings))
    }

    /// What is told of one request: markup.
    pub fn tell_request(&self, excerpt: Excerpt) -> FromReader<String> {
        self.ask(&ToReader::TellRequest(excerpt))
    }

    /// A picture as an SVG file with its origin in it.
    pub fn save(&self, shown: Shown, origin: Origin) -> FromReader<String> {
        self.ask(&ToReader::Save { shown, origin })
    }

    /// A PNG file with its origin in it.
    pub fn inscribe(&self, png: Vec<u8>, origin: Origin) -> FromReader<Vec<u8>> {
        self.ask(&ToReader::Inscribe { png, origin })
    }

    /// What a file carries.
    pub fn open_file(&self, file: &[u8]) -> FromReader<Origin> {
        let file = file.to_vec();
        self.ask(&ToReader::Open { file })
    }

    /// The text of an entry of the gallery.
    pub fn gallery(&self, entry: &str) -> FromReader<String> {
        let entry = entry.to_string();
        self.ask(&ToReader::Gallery { entry })
    }

    /// Where the hash of an address leads.
    pub fn follow(&self, hash: String) -> FromReader<Followed> {
        self.ask(&ToReader::Follow { hash })
    }

    /// The sheet by which a scenario is shared: markup.
    pub fn share(&self, sharing: Sharing) -> FromReader<String> {
        self.ask(&ToReader::Share(sharing))
    }

    /// The heads of the panels in the order of their slots: markup.
    pub fn heads(&self, heads: Heads) -> FromReader<Vec<String>> {
        self.ask(&ToReader::Heads(heads))
    }

    /// What a message of the page around asks for: acts, and messages to it.
    pub fn hear(&self, heard: Heard) -> FromReader<(Vec<Act>, Vec<String>)> {
        self.ask(&ToReader::Hear(heard))
    }

    /// What the page around is told: messages.
    pub fn say(&self, station: Station) -> FromReader<Vec<String>> {
        self.ask(&ToReader::Say(station))
    }

    /// Where a way leads from the pinned request.
    pub fn seek(&self, report: Sealed, way: &str, pinned: Option<Story>, dice: u32) -> FromReader<Option<Notable>> {
        let way = way.to_string();
        self.ask(&ToReader::Seek {
            report,
            way,
            pinned,
            dice,
        })
    }

    fn ask<T: DeserializeOwned>(&self, question: &ToReader) -> FromReader<T> {
        self.0.ask(question)
    }
}
