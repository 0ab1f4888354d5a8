//! What lies on the reader's desk: a scenario as text, what it was before, and what it means.
//!
//! ```text
//! text ─memo─▶ parsed ─memo─▶ scenario (the last good one)
//!   ▲
//!   └── typed, flipped, reset, undone, redone, taken from the gallery
//! ```
//!
//! Law: the text is the one truth; everything else here is derived from it. Nothing that the reader wrote is lost.

use crate::scenario::gallery::{self, Entry};
use crate::scenario::problem::Problem;
use crate::scenario::text::parse;
use crate::scenario::{Edge, Mode, Scenario, edit};
use leptos::prelude::*;
use std::collections::BTreeMap;
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
    text: String,
    past: Vec<String>,
    future: Vec<String>,
}

/// The reader's desk.
#[derive(Clone, Copy)]
pub struct Desk {
    /// The gallery entry that the text began as.
    pub entry: RwSignal<&'static Entry>,
    draft: RwSignal<Draft>,
    /// How the text was changed last.
    pub hand: RwSignal<Hand>,
    /// The drafts of the other gallery entries.
    others: StoredValue<BTreeMap<&'static str, Draft>>,
    /// The seed that the reader chose in place of the scenario's.
    pub seed_choice: RwSignal<Option<u64>>,
    /// The text.
    pub text: Memo<String>,
    /// What is wrong with the text.
    pub problems: Memo<Vec<Problem>>,
    /// The last good scenario.
    pub scenario: Memo<Option<Arc<Scenario>>>,
}

impl Desk {
    /// A desk with this gallery entry on it.
    pub fn new(entry: &'static Entry) -> Desk {
        let draft = RwSignal::new(Draft {
            text: entry.text.to_string(),
            ..Draft::default()
        });
        let text = Memo::new(move |_| draft.with(|draft| draft.text.clone()));
        let parsed = Memo::new(move |_| text.with(|text| parse(text).map(|parsed| Arc::new(parsed.scenario))));
        let scenario = Memo::new(move |last: Option<&Option<Arc<Scenario>>>| {
            parsed.with(|parsed| match parsed {
                Ok(scenario) => Some(Arc::clone(scenario)),
                Err(_) => last.cloned().flatten(),
            })
        });
        Desk {
            entry: RwSignal::new(entry),
            draft,
            hand: RwSignal::new(Hand::Placed),
            others: StoredValue::new(BTreeMap::new()),
            seed_choice: RwSignal::new(None),
            text,
            problems: Memo::new(move |_| parsed.with(|parsed| parsed.as_ref().err().cloned().unwrap_or_default())),
            scenario,
        }
    }

    /// The seed of the runs: the reader's, or else the scenario's.
    pub fn seed(&self) -> u64 {
        let own = self.scenario.with(|s| s.as_ref().map_or(1, |s| s.seed));
        self.seed_choice.get().unwrap_or(own)
    }

    /// Puts a new text on the desk. Typing that goes on is one step of the way back.
    pub fn write(&self, text: String, hand: Hand) {
        if self.text.with_untracked(|old| *old == text) {
            return;
        }
        let goes_on = hand == Hand::Typed && self.hand.get_untracked() == Hand::Typed;
        self.hand.set(hand);
        self.draft.update(|draft| {
            let old = std::mem::replace(&mut draft.text, text);
            if !goes_on {
                draft.past.push(old);
                let excess = draft.past.len().saturating_sub(STEPS);
                draft.past.drain(..excess);
            }
            draft.future.clear();
        });
    }

    /// Gives an edge another mode. The error is for the reader.
    pub fn set_mode(&self, edge: &str, mode: Mode) -> Result<(), String> {
        let text = self.text.with_untracked(|text| edit::set_mode(text, edge, mode));
        self.write(text.map_err(|problems| first_of(&problems))?, Hand::Placed);
        Ok(())
    }

    /// Flips an edge: from `sync` to its flip mode, from any other mode to `sync`.
    pub fn flip(&self, edge: &Edge) -> Result<(), String> {
        self.set_mode(&edge.name, flipped(edge))
    }

    /// Puts the gallery's own text back; the reader's stays one step behind.
    pub fn reset(&self) {
        self.write(self.entry.get_untracked().text.to_string(), Hand::Placed);
    }

    /// Whether the text is the gallery's own.
    pub fn is_original(&self) -> bool {
        let entry = self.entry.get();
        self.text.with(|text| text == entry.text)
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        self.draft.with(|draft| !draft.past.is_empty())
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        self.draft.with(|draft| !draft.future.is_empty())
    }

    /// Takes the last step back.
    pub fn undo(&self) {
        self.hand.set(Hand::Placed);
        self.draft.update(|draft| {
            if let Some(text) = draft.past.pop() {
                draft.future.push(std::mem::replace(&mut draft.text, text));
            }
        });
    }

    /// Takes an undone step again.
    pub fn redo(&self) {
        self.hand.set(Hand::Placed);
        self.draft.update(|draft| {
            if let Some(text) = draft.future.pop() {
                draft.past.push(std::mem::replace(&mut draft.text, text));
            }
        });
    }

    /// Takes another entry from the gallery; the draft of this one is kept for when it comes back.
    pub fn open(&self, entry: &'static Entry) {
        let old = self.entry.get_untracked();
        if old.id == entry.id {
            return;
        }
        let kept = self.others.try_update_value(|others| others.remove(entry.id)).flatten();
        let next = kept.unwrap_or_else(|| Draft {
            text: entry.text.to_string(),
            ..Draft::default()
        });
        batch_open(self, old, entry, next);
    }
}

fn batch_open(desk: &Desk, old: &'static Entry, entry: &'static Entry, next: Draft) {
    desk.hand.set(Hand::Placed);
    desk.seed_choice.set(None);
    desk.entry.set(entry);
    let left = desk
        .draft
        .try_update(|draft| std::mem::replace(draft, next))
        .unwrap_or_default();
    desk.others.update_value(|others| {
        others.insert(old.id, left);
    });
}

/// The gallery entry on which a new desk opens.
pub fn first_entry() -> &'static Entry {
    gallery::ENTRIES
        .iter()
        .find(|entry| entry.id == "checkout")
        .unwrap_or(&gallery::ENTRIES[0])
}

/// The mode that one click gives to an edge.
pub fn flipped(edge: &Edge) -> Mode {
    match edge.mode {
        Mode::Sync => edge.flip,
        _ => Mode::Sync,
    }
}

/// The first problem in words, for where there is room for one.
fn first_of(problems: &[Problem]) -> String {
    problems.first().map(|problem| problem.to_string()).unwrap_or_default()
}
