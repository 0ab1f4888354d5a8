//! What lies on the reader's desk: a scenario as text, what it was before, and what it means.
//!
//! ```text
//! text ─settle─▶ problems, scenario (the last good one)
//!   ▲
//!   └── typed, flipped, reset, undone, redone, taken from the gallery
//! ```
//!
//! Law: the text is the one truth, and whatever changes it settles what follows from it; what is there before the module
//! that reads settles when it comes. Nothing that was written is lost.

use super::reader::Reader;
use crate::protocol::FromReader;
use crate::scenario::edit::Edit;
use crate::scenario::gallery::{self, Entry};
use crate::scenario::problem::Problem;
use crate::scenario::{Edge, Mode, Scenario};
use std::sync::Arc;

/// How many steps can be undone.
const STEPS: usize = 100;

/// How the text came to be what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// Key by key; more is likely to follow.
    Typed,
    /// By one decision: a flip, a reset, an undo.
    Placed,
}

/// A text and the way back.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// The gallery's text.
    original: String,
    text: String,
    past: Vec<String>,
    future: Vec<String>,
}

/// The reader's desk.
pub struct Desk {
    /// The gallery entry that the text began as.
    pub entry: &'static Entry,
    /// How the text was changed last.
    pub hand: Hand,
    /// What is wrong with the text, or doubtful.
    pub problems: Vec<Problem>,
    /// The last good scenario.
    pub scenario: Option<Arc<Scenario>>,
    /// How it is drawn: markup.
    pub topology: String,
    /// What its author says: markup.
    pub about: String,
    /// Why the last flip could not be made.
    pub refusal: String,
    /// Why nobody is here to read, where that is so for good.
    pub absence: Option<String>,
    reader: Option<Reader>,
    /// The seed that the reader chose in place of the scenario's.
    seed_choice: Option<u64>,
    draft: Draft,
    /// The drafts of the other gallery entries.
    others: Vec<(&'static str, Draft)>,
}

impl Desk {
    /// An empty desk that waits for the gallery's first entry.
    pub(super) fn new() -> Desk {
        Desk {
            entry: &gallery::ENTRIES[0],
            hand: Hand::Placed,
            problems: Vec::new(),
            scenario: None,
            topology: String::new(),
            about: String::new(),
            refusal: String::new(),
            absence: None,
            reader: None,
            seed_choice: None,
            draft: Draft::default(),
            others: Vec::new(),
        }
    }

    /// Takes the reader that has come, or why none comes, and settles what waits for it.
    pub fn employ(&mut self, reader: Result<Reader, String>) {
        match reader {
            Ok(reader) => (self.reader, self.absence) = (Some(reader), None),
            Err(why) => self.absence = Some(why),
        }
        if self.is_open() {
            self.settle();
        }
    }

    /// Whether a text from the gallery has come.
    fn is_open(&self) -> bool {
        !self.draft.original.is_empty()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.draft.text
    }

    /// The seed of the runs: the reader's, or else the scenario's.
    pub fn seed(&self) -> u64 {
        let own = self.scenario.as_ref().map_or(1, |scenario| scenario.seed);
        self.seed_choice.unwrap_or(own)
    }

    /// Takes the reader's seed; the scenario's own where that is none.
    pub fn choose_seed(&mut self, text: &str) {
        self.seed_choice = text.trim().parse().ok();
    }

    /// The edge of this name.
    pub fn edge(&self, name: &str) -> Option<&Edge> {
        let scenario = self.scenario.as_ref()?;
        Some(scenario.edge(scenario.edge_named(name)?))
    }

    /// Puts a new text on the desk. Typing that goes on is one step of the way back.
    pub fn write(&mut self, text: String, hand: Hand) {
        if self.draft.text == text {
            return;
        }
        let goes_on = hand == Hand::Typed && self.hand == Hand::Typed;
        self.hand = hand;
        let old = std::mem::replace(&mut self.draft.text, text);
        if !goes_on {
            self.draft.past.push(old);
            let excess = self.draft.past.len().saturating_sub(STEPS);
            self.draft.past.drain(..excess);
        }
        self.draft.future.clear();
        self.settle();
    }

    /// Gives an edge another mode.
    pub fn set_mode(&mut self, edge: &str, mode: Mode) {
        self.edit(Edit::mode(edge, mode));
    }

    /// Changes the text by an edit, or says why it cannot be made.
    pub fn edit(&mut self, edit: Edit) -> bool {
        let Some(reader) = &mut self.reader else { return false };
        match reader.edit(&self.draft.text, edit) {
            Ok(text) => self.write(text, Hand::Placed),
            Err(problems) => {
                let words = problems.first().map(|problem| match problem.fix.is_empty() {
                    true => problem.message.clone(),
                    false => [&*problem.message, "; ", &*problem.fix].concat(),
                });
                self.refusal = words.unwrap_or_default();
                return false;
            }
        }
        true
    }

    /// Flips an edge: from `sync` to its flip mode, from any other mode to `sync`.
    pub fn flip(&mut self, edge: &str) {
        if let Some(mode) = self.edge(edge).and_then(Edge::flipped) {
            self.set_mode(edge, mode);
        }
    }

    /// What the reader answers; nothing before it has come.
    pub fn ask<T: Default>(&mut self, question: impl FnOnce(&mut Reader) -> FromReader<T>) -> FromReader<T> {
        self.reader.as_mut().map_or(Ok(T::default()), question)
    }

    /// Puts the gallery's own text back; the reader's stays one step behind.
    pub fn reset(&mut self) {
        self.write(self.draft.original.clone(), Hand::Placed);
    }

    /// Whether the text is the gallery's own.
    pub fn is_original(&self) -> bool {
        self.draft.text == self.draft.original
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        !self.draft.past.is_empty()
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        !self.draft.future.is_empty()
    }

    /// Takes the last step back.
    pub fn undo(&mut self) {
        if let Some(text) = self.draft.past.pop() {
            let left = std::mem::replace(&mut self.draft.text, text);
            self.draft.future.push(left);
            self.hand = Hand::Placed;
            self.settle();
        }
    }

    /// Takes an undone step again.
    pub fn redo(&mut self) {
        if let Some(text) = self.draft.future.pop() {
            let left = std::mem::replace(&mut self.draft.text, text);
            self.draft.past.push(left);
            self.hand = Hand::Placed;
            self.settle();
        }
    }

    /// Takes another entry from the gallery, if its draft is here: one that comes back is as it was left.
    pub fn reopen(&mut self, entry: &'static Entry) -> bool {
        let kept = self.others.iter().position(|(other, _)| *other == entry.id);
        let Some(kept) = kept else {
            return entry.id == self.entry.id && self.is_open();
        };
        let draft = self.others.remove(kept).1;
        self.take(entry, draft);
        true
    }

    /// Takes another entry from the gallery, whose text has come.
    pub fn open(&mut self, entry: &'static Entry, text: String) {
        let draft = Draft {
            original: text.clone(),
            text,
            ..Draft::default()
        };
        self.take(entry, draft);
    }

    /// Says why the text of an entry does not come.
    pub fn miss(&mut self, entry: &'static Entry, why: &str) {
        let message = "this scenario could not be fetched: ".to_string() + why;
        self.problems = vec![Problem {
            path: entry.title.to_string(),
            ..Problem::of_all(message, "a reload tries again")
        }];
    }

    fn take(&mut self, entry: &'static Entry, draft: Draft) {
        if self.is_open() {
            self.others.push((self.entry.id, std::mem::take(&mut self.draft)));
        }
        self.draft = draft;
        self.entry = entry;
        self.seed_choice = None;
        self.hand = Hand::Placed;
        self.settle();
    }

    /// What follows from the text: the problems, or a new scenario and what is doubtful in it.
    fn settle(&mut self) {
        self.refusal.clear();
        self.problems.clear();
        let Some(reader) = &mut self.reader else { return };
        match reader.read(&self.draft.text) {
            Ok(meaning) => {
                (self.topology, self.about) = (meaning.topology, meaning.about);
                self.scenario = Some(meaning.scenario);
                self.problems = meaning.warnings;
            }
            Err(problems) => self.problems = problems,
        }
    }
}
