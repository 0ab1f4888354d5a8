//! What lies on the reader's desk: a scenario as text, what it was before, and what it means.
//!
//! ```text
//! text ─settle─▶ problems, scenario (the last good one)
//!   ▲
//!   └── typed, flipped, reset, undone, redone, taken from the gallery, from a file, from the last visit
//! ```
//!
//! Law: the text is the one truth, and whatever changes it settles what follows from it; what is there before the module
//! that reads settles when it comes. Nothing that was written is lost.

use super::reader::Reader;
use crate::protocol::{News, Origin, Sharing};
use crate::scenario::Mode;
use crate::scenario::edit::Edit;
use crate::scenario::gallery;
use crate::scenario::problem::Problem;
use crate::scenario::walk::Packed;
use crate::share::draft::{self, Drafts};
use crate::time::{Duration, Instant};
use std::rc::Rc;
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

/// What a run follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Leaf {
    text: String,
    /// The seed that the reader chose in place of the scenario's.
    seed: Option<u64>,
}

/// A text with its seed, and the way back.
#[derive(Clone, Debug, Default)]
struct Draft {
    /// The gallery's text.
    original: String,
    now: Leaf,
    past: Vec<Leaf>,
    future: Vec<Leaf>,
}

impl Draft {
    /// What is worth keeping: anything that is not the gallery's.
    fn kept(&self, entry: &str) -> Option<draft::Draft> {
        let Leaf { text, seed } = self.now.clone();
        let entry = entry.to_string();
        (text != self.original || seed.is_some()).then_some(draft::Draft { entry, seed, text })
    }
}

/// The reader's desk.
pub struct Desk {
    /// The gallery entry that the text began as, or that is to be opened first.
    pub entry: &'static str,
    /// How the text was changed last.
    pub hand: Hand,
    /// What is wrong with the text, or doubtful.
    pub problems: Vec<Problem>,
    /// The last good scenario.
    pub scenario: Option<Arc<Packed>>,
    /// About how much time lies between two requests of it.
    pub gap: Duration,
    /// How it is drawn: markup.
    pub topology: String,
    /// What its author says: markup.
    pub about: String,
    /// From where on flips count, where the reader has forked the run.
    pub fork: Option<Instant>,
    /// Why the last flip could not be made.
    pub refusal: String,
    /// Why nobody is here to read, where that is so for good.
    pub absence: Option<String>,
    /// What has happened last, where that is worth a word.
    pub news: Option<News>,
    /// The hash of an embed; empty where the page stands alone.
    pub embed: String,
    /// How much may be changed, where that is not everything: nothing, or only modes.
    pub level: Option<usize>,
    /// Who reads, once it has come.
    pub reader: Option<Rc<Reader>>,
    draft: Draft,
    /// The text of the last good scenario.
    good: String,
    /// The drafts of the other gallery entries.
    others: Vec<(&'static str, Draft)>,
    /// Those of the last visit whose gallery entries were not opened yet.
    last_visit: Vec<draft::Draft>,
    /// When that was, in words.
    visited: String,
}

impl Desk {
    /// An empty desk that waits for the gallery's first entry.
    pub(super) fn new() -> Desk {
        Desk {
            entry: gallery::TITLES[0].0,
            hand: Hand::Placed,
            problems: Vec::new(),
            scenario: None,
            gap: Duration::ZERO,
            topology: String::new(),
            about: String::new(),
            fork: None,
            refusal: String::new(),
            absence: None,
            news: None,
            embed: String::new(),
            level: None,
            reader: None,
            draft: Draft::default(),
            good: String::new(),
            others: Vec::new(),
            last_visit: Vec::new(),
            visited: String::new(),
        }
    }

    /// Takes the reader that has come, or why none comes, and settles what waits for it.
    pub fn employ(&mut self, reader: Result<Reader, String>) {
        match reader {
            Ok(reader) => (self.reader, self.absence) = (Some(Rc::new(reader)), None),
            Err(why) => self.absence = Some(why),
        }
        if self.is_open() {
            self.settle();
        }
    }

    /// Whether a text has come.
    pub fn is_open(&self) -> bool {
        !self.draft.original.is_empty()
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.draft.now.text
    }

    /// The seed of the runs: the reader's, or else the scenario's.
    pub fn seed(&self) -> u64 {
        let own = self.scenario.as_ref().map_or(1, |scenario| scenario.seed);
        self.draft.now.seed.unwrap_or(own)
    }

    /// Takes the reader's seed; the scenario's own where that is none.
    pub fn choose_seed(&mut self, text: &str) {
        let (seed, text) = (text.trim().parse().ok(), self.draft.now.text.clone());
        self.put(Leaf { text, seed }, Hand::Placed);
    }

    /// Puts a new text on the desk. Typing that goes on is one step of the way back.
    pub fn write(&mut self, text: String, hand: Hand) {
        let seed = self.draft.now.seed;
        self.put(Leaf { text, seed }, hand);
    }

    fn put(&mut self, leaf: Leaf, hand: Hand) {
        if self.draft.now == leaf {
            return;
        }
        let goes_on = hand == Hand::Typed && self.hand == Hand::Typed;
        // The news are of the step before.
        (self.hand, self.news) = (hand, None);
        let old = std::mem::replace(&mut self.draft.now, leaf);
        if !goes_on {
            self.draft.past.push(old);
            let excess = self.draft.past.len().saturating_sub(STEPS);
            self.draft.past.drain(..excess);
        }
        self.draft.future.clear();
        self.settle();
    }

    /// From when on flips count.
    pub fn since(&self) -> Instant {
        self.fork.unwrap_or(Instant::START)
    }

    /// Lets flips count from an instant on, or from the beginning again, and shows the edges as they are then.
    pub fn fork_at(&mut self, at: Option<Instant>) {
        self.fork = at;
        let Some(reader) = &self.reader else { return };
        if let Ok(meaning) = reader.read(&self.good, self.since()) {
            self.topology = meaning.topology;
        }
    }

    /// Gives an edge another mode: from the fork on, where there is one.
    pub fn set_mode(&mut self, edge: &str, mode: Mode) {
        let edit = match self.fork {
            Some(at) => Edit::Change {
                at,
                edge: edge.to_string(),
                mode,
            },
            None => Edit::mode(edge, mode),
        };
        self.edit(edit);
    }

    /// What an edge is from the fork on; without one, from the beginning.
    fn flipped_at_fork(&self, name: &str) -> Option<Mode> {
        let scenario = self.scenario.as_ref()?;
        let id = scenario.edge_named(name)?;
        scenario.edge_at(id, self.since()).flipped()
    }

    /// Changes the text by an edit, or says why it cannot be made. Where not everything may be changed, nothing happens.
    pub fn edit(&mut self, edit: Edit) -> bool {
        if self.level.is_some() && !(self.level == Some(1) && edit.is_of_mode()) {
            return false;
        }
        let Some(reader) = &self.reader else { return false };
        match reader.edit(&self.draft.now.text, edit) {
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
        if let Some(mode) = self.flipped_at_fork(edge) {
            self.set_mode(edge, mode);
        }
    }

    /// Puts the gallery's own text back; the reader's stays one step behind.
    pub fn reset(&mut self) {
        self.write(self.draft.original.clone(), Hand::Placed);
    }

    /// Puts the gallery's own text and the scenario's own seed back; the reader's stay one step behind.
    pub fn start_over(&mut self) {
        let text = self.draft.original.clone();
        self.put(Leaf { text, seed: None }, Hand::Placed);
        self.news = None;
    }

    /// Takes the scenario of a file, if there is one; what was here stays one step behind. Otherwise all that is wrong with it is told.
    pub fn receive(&mut self, name: &str, file: &[u8]) -> Result<(), Vec<Problem>> {
        let reader = self.reader.as_ref().ok_or_else(Vec::new)?;
        let found = reader.open_file(file)?;
        let (text, seed) = (found.text, found.seed);
        self.put(Leaf { text, seed }, Hand::Placed);
        if self.scenario.as_ref().map(|scenario| scenario.seed) == seed {
            self.draft.now.seed = None;
        }
        self.news = Some(News::Opened(name.to_string()));
        Ok(())
    }

    /// Says what is wrong with something that came or was to leave.
    pub fn refuse(&mut self, name: &str, problems: Vec<Problem>) {
        if let Some(first) = problems.first() {
            let words = [name, ": ", &first.message, "; ", &first.fix];
            self.news = Some(News::Refused(words.concat()));
        }
    }

    /// The text of the last good scenario, and the seed that the reader chose.
    pub fn good(&self) -> (String, Option<u64>) {
        (self.good.clone(), self.draft.now.seed)
    }

    /// What the pictures of the last good scenario are of.
    pub fn origin(&self) -> Origin {
        let (text, seed) = (self.good.clone(), Some(self.seed()));
        Origin { text, seed }
    }

    /// What is worth keeping until the next visit: the draft that lies here first.
    pub fn drafts(&self) -> Vec<draft::Draft> {
        let here = self.draft.kept(self.entry);
        let others = self.others.iter().filter_map(|(entry, draft)| draft.kept(entry));
        here.into_iter()
            .chain(others)
            .chain(self.last_visit.iter().cloned())
            .collect()
    }

    /// Takes what was kept since the last visit, at this date; each draft lies here again when its gallery entry is opened.
    pub fn recall(&mut self, drafts: Drafts, date: String) {
        self.entry = known(&drafts.entry).unwrap_or(self.entry);
        (self.last_visit, self.visited) = (drafts.drafts, date);
    }

    /// Takes what another tab kept of the gallery entries that were not opened here.
    pub fn hear_of(&mut self, drafts: Drafts, date: String) {
        let is_here = |entry: &str| self.entry == entry || self.others.iter().any(|(other, _)| *other == entry);
        let others = drafts.drafts.into_iter().filter(|draft| !is_here(&draft.entry));
        (self.last_visit, self.visited) = (others.collect(), date);
    }

    /// Whether the text is the gallery's own.
    pub fn is_original(&self) -> bool {
        self.draft.now.text == self.draft.original
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
        if let Some(leaf) = self.draft.past.pop() {
            let left = std::mem::replace(&mut self.draft.now, leaf);
            self.draft.future.push(left);
            (self.hand, self.news) = (Hand::Placed, None);
            self.settle();
        }
    }

    /// Takes an undone step again.
    pub fn redo(&mut self) {
        if let Some(leaf) = self.draft.future.pop() {
            let left = std::mem::replace(&mut self.draft.now, leaf);
            self.draft.past.push(left);
            self.hand = Hand::Placed;
            self.settle();
        }
    }

    /// Takes another entry from the gallery: as it was left, as the last visit left it, or as it is.
    pub fn open(&mut self, entry: &str) {
        let Some(entry) = known(entry) else { return };
        if let Some(kept) = self.others.iter().position(|(other, _)| *other == entry) {
            let draft = self.others.remove(kept).1;
            return self.take(entry, draft);
        }
        if entry == self.entry && self.is_open() {
            return;
        }
        self.entry = if self.is_open() { self.entry } else { entry };
        match self.reader.as_ref().map(|reader| reader.gallery(entry)) {
            Some(Ok(text)) => self.begin(entry, text),
            Some(Err(problems)) => self.problems = problems,
            None => {}
        }
    }

    fn begin(&mut self, entry: &'static str, text: String) {
        let original = text.clone();
        let now = Leaf { text, seed: None };
        let mut draft = Draft {
            original,
            now,
            ..Draft::default()
        };
        let kept = self.last_visit.iter().position(|kept| kept.entry == entry);
        if let Some(kept) = kept.map(|kept| self.last_visit.remove(kept)) {
            let (text, seed) = (kept.text, kept.seed);
            draft.past.push(std::mem::replace(&mut draft.now, Leaf { text, seed }));
        }
        // What was written before anybody could read it.
        let written = std::mem::take(&mut self.draft.now);
        if !self.is_open() && !written.text.is_empty() {
            draft.past.push(std::mem::replace(&mut draft.now, written));
        } else {
            self.draft.now = written;
        }
        let is_restored = kept.is_some();
        self.take(entry, draft);
        self.news = is_restored.then(|| News::Restored(self.visited.clone()));
    }

    /// Takes what a link leads to, as it was made of the entry here, or why it leads no further; what was here stays one step
    /// behind.
    pub fn follow(&mut self, text: Option<String>, seed: Option<u64>, refusal: String) {
        let text = text.unwrap_or_else(|| self.draft.original.clone());
        self.put(Leaf { text, seed }, Hand::Placed);
        self.news = match refusal.is_empty() {
            true => self.can_undo().then(|| News::Opened("the link".to_string())),
            false => Some(News::Refused(refusal)),
        };
    }

    /// What is to be shared, if anything is.
    pub fn sharing(&self, at: Option<Instant>, address: String) -> Option<Sharing> {
        let ((text, seed), entry) = (self.good(), self.entry.to_string());
        (!text.is_empty()).then_some(Sharing {
            text,
            entry,
            seed,
            at,
            address,
        })
    }

    fn take(&mut self, entry: &'static str, draft: Draft) {
        if self.is_open() {
            self.others.push((self.entry, std::mem::take(&mut self.draft)));
        }
        self.draft = draft;
        self.entry = entry;
        self.fork = None;
        (self.hand, self.news) = (Hand::Placed, None);
        self.settle();
    }

    /// What follows from the text: the problems, or a new scenario and what is doubtful in it.
    fn settle(&mut self) {
        self.refusal.clear();
        self.problems.clear();
        let Some(reader) = &self.reader else { return };
        match reader.read(&self.draft.now.text, self.since()) {
            Ok(meaning) => {
                self.good.clone_from(&self.draft.now.text);
                (self.topology, self.about) = (meaning.topology, meaning.about);
                (self.scenario, self.gap) = (Some(meaning.scenario), meaning.gap);
                self.problems = meaning.warnings;
            }
            Err(problems) => self.problems = problems,
        }
    }
}

/// The name of an entry of the gallery, if there is one.
fn known(entry: &str) -> Option<&'static str> {
    gallery::TITLES.iter().map(|(id, _)| *id).find(|id| *id == entry)
}
