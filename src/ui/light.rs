//! Light or dark: what the reader chose, or what the system says.

use crate::picture::theme;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{MediaQueryList, MediaQueryListEvent};

/// Where the choice is kept between visits.
const KEPT_AS: &str = "sync-or-swim theme";

/// The reader's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Light {
    #[default]
    System,
    Light,
    Dark,
}

impl Light {
    /// All choices in the order of a menu.
    pub const ALL: [Light; 3] = [Light::System, Light::Light, Light::Dark];

    /// The word that is kept.
    pub fn word(self) -> &'static str {
        match self {
            Light::System => "system",
            Light::Light => "light",
            Light::Dark => "dark",
        }
    }

    /// The word that is shown.
    pub fn label(self) -> &'static str {
        match self {
            Light::System => "System",
            Light::Light => "Light",
            Light::Dark => "Dark",
        }
    }

    /// The choice of this word; the system's for any other.
    pub fn from_word(word: &str) -> Light {
        Light::ALL
            .into_iter()
            .find(|light| light.word() == word)
            .unwrap_or_default()
    }

    /// The choice of the last visit.
    pub fn kept() -> Light {
        let storage = window().local_storage().ok().flatten();
        let word = storage.and_then(|storage| storage.get_item(KEPT_AS).ok().flatten());
        Light::from_word(&word.unwrap_or_default())
    }

    /// Keeps the choice for the next visit, where the browser allows it.
    pub fn keep(self) {
        if let Some(storage) = window().local_storage().ok().flatten() {
            let _ = storage.set_item(KEPT_AS, self.word());
        }
    }
}

/// Whether a media query holds, now and later.
pub fn media(query: &str) -> Signal<bool> {
    let Some(list) = window().match_media(query).ok().flatten() else {
        return Signal::derive(|| false);
    };
    let holds = RwSignal::new(list.matches());
    let listener = Closure::<dyn FnMut(MediaQueryListEvent)>::new(move |event: MediaQueryListEvent| {
        holds.set(event.matches());
    });
    // The listener goes when the page's part that asked goes.
    let kept = StoredValue::new_local(Listener { list, listener });
    kept.with_value(Listener::listen);
    holds.into()
}

/// Gives the pictures' colours to the style sheet.
pub fn give_colors(root: NodeRef<html::Div>, dark: Memo<bool>) {
    Effect::new(move |_| {
        let Some(root) = root.get() else { return };
        for (name, color) in theme::properties(dark.get()) {
            // It fails only for a name that is none.
            let _ = web_sys::HtmlElement::style(&root).set_property(name, color);
        }
    });
}

struct Listener {
    list: MediaQueryList,
    listener: Closure<dyn FnMut(MediaQueryListEvent)>,
}

impl Listener {
    fn listen(&self) {
        self.list.set_onchange(Some(self.listener.as_ref().unchecked_ref()));
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.list.set_onchange(None);
    }
}
