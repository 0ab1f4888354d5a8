//! The state of one playground, in a handful of signals.
//!
//! Law: no global state: a playground holds its own, and several live on one page. Markup is derived from here.

use super::desk::Desk;
use super::look::Look;
use super::panel::request::{self, Known};
use super::player::Player;
use super::results::{Office, Results};
use leptos::prelude::*;
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
        Page {
            desk: RwSignal::new_local(Desk::new()),
            player: RwSignal::new(Player::new(playing)),
            results,
            look,
            request: Memo::new(move |last: Option<&Option<Arc<Known>>>| {
                let pinned = look.with(|look| look.pinned);
                request::known(results, pinned, last.cloned().flatten())
            }),
            office: StoredValue::new_local(Office::default()),
            root: StoredValue::new_local(None),
        }
    }

    /// The first element of this selector in the playground.
    pub fn find(&self, selector: &str) -> Option<Element> {
        let root = self.root.try_get_value().flatten();
        root.and_then(|root| super::part::dom::find(&root, selector))
    }
}
