//! The state of one playground, in a handful of signals.
//!
//! Law: no global state: a playground holds its own, and several live on one page. Markup is derived from here.

use super::desk::Desk;
use super::look::Look;
use super::panel::notice;
use super::panel::request::{self, Known};
use super::player::Player;
use super::reader::Reader;
use super::results::{Office, Results};
use crate::protocol::{Finding, Told};
use crate::scenario::walk::Packed;
use leptos::prelude::*;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::Element;

/// One playground.
#[derive(Clone, Copy)]
pub struct Page {
    /// The scenario.
    pub desk: RwSignal<Desk, LocalStorage>,
    /// The play head and the view.
    pub player: RwSignal<Player>,
    /// What the backend found out.
    pub results: RwSignal<Results>,
    /// What is selected, and in which light.
    pub look: RwSignal<Look>,
    /// What the figures of the runs say.
    pub told: Memo<Told>,
    /// What is known of the pinned request.
    pub request: Memo<Option<Arc<Known>>>,
    /// What was ordered from the backend.
    pub office: StoredValue<Office, LocalStorage>,
    /// The element in which it all stands.
    pub root: StoredValue<Option<Element>, LocalStorage>,
}

impl Page {
    /// A playground with the gallery's first entry, that plays unless the reader wants little motion.
    pub fn new(playing: bool) -> Page {
        let (results, look) = (RwSignal::new(Results::new()), RwSignal::new(Look::new()));
        let desk = RwSignal::new_local(Desk::new());
        Page {
            desk,
            told: told(desk, results, look),
            player: RwSignal::new(Player::new(playing)),
            results,
            look,
            request: request::pinned(results, look),
            office: StoredValue::new_local(Office::default()),
            root: StoredValue::new_local(None),
        }
    }

    /// The last good scenario on the desk.
    pub fn desk_scenario(&self) -> Option<Arc<Packed>> {
        self.desk.with_untracked(|desk| desk.scenario.clone())
    }

    /// Who reads texts, once it has come.
    pub fn reader(&self) -> Option<Rc<Reader>> {
        self.desk.try_with_untracked(|desk| desk.reader.clone()).flatten()
    }

    /// The first element of this selector in the playground.
    pub fn find(&self, selector: &str) -> Option<Element> {
        let root = self.root.try_get_value().flatten();
        root.and_then(|root| super::part::dom::find(&root, selector))
    }
}

/// A text that is another one whenever what it is made of is: who reads it is not troubled by anything else. It has to be read:
/// what is only tracked is never made.
pub fn key(of: impl Fn() -> String + Send + Sync + 'static) -> Memo<String> {
    Memo::new(move |_| of())
}

/// A flag in a key.
pub fn word(flag: bool) -> &'static str {
    if flag { "+" } else { "-" }
}

/// What the figures say, each time that they are others, that another edge is selected, or that the light changes.
fn told(desk: RwSignal<Desk, LocalStorage>, results: RwSignal<Results>, look: RwSignal<Look>) -> Memo<Told> {
    // Figures are others when they lie elsewhere.
    let place = |figures: &Option<Arc<Finding>>| figures.as_ref().map_or(0, |figures| Arc::as_ptr(figures) as usize);
    let which = key(move || {
        let (edge, dark) = look.with(|look| (look.edge().to_string(), look.is_dark()));
        let figures = results.with(|results| {
            [
                place(&results.figures),
                place(&results.before),
                results.measuring.into(),
            ]
        });
        let seed = desk.with(Desk::seed).to_string();
        [
            &edge,
            word(dark),
            &seed,
            " ",
            &figures.map(|place| place.to_string()).join(" "),
        ]
        .concat()
    });
    Memo::new(move |_| {
        which.get();
        let seed = desk.with_untracked(Desk::seed);
        let (edge, dark) = look.with_untracked(|look| (look.edge().to_string(), look.is_dark()));
        let findings = results.with_untracked(|results| results.findings(seed, edge, dark));
        let reader = desk.with_untracked(|desk| desk.reader.clone());
        let told = reader.map_or_else(|| Ok(Told::default()), |reader| reader.tell(findings));
        told.unwrap_or_else(|problems| Told {
            numbers: notice::problem(&problems).into_string(),
            ..Told::default()
        })
    })
}
