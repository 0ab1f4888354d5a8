//! The page's end of the border to the reader: a WebAssembly module that reads and changes texts on the page's own thread.
//!
//! ```text
//! ToReader ─ postcard bytes ─▶ room … answer ─ postcard bytes ─▶ FromReader<T>     at once
//! ```
//!
//! Law: whoever asks has an answer. A reader that panics tells so as a problem and begins anew; the text stays.

use super::part::dom;
use crate::metrics::ranking::{Notable, Story};
use crate::metrics::wire::Sealed;
use crate::protocol::{
    self, Act, Excerpt, Findings, Followed, FromReader, Heads, Heard, Meaning, Origin, Sharing, Shown, Station,
    ToReader, Told, VERSION,
};
use crate::scenario::edit::Edit;
use crate::scenario::problem::Problem;
use crate::scenario::walk::Packed;
use js_sys::WebAssembly::{self, Instance, Memory, Module};
use js_sys::futures::JsFuture;
use js_sys::{JsString, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// The element that says where the module lies, build id included, and loads it ahead.
const ADDRESS: &str = "link[data-reader]";

#[wasm_bindgen]
extern "C" {
    /// What the module lets others call: see `src/bin/reader.rs`.
    type Exports;
    #[wasm_bindgen(method, getter)]
    fn memory(this: &Exports) -> Memory;
    #[wasm_bindgen(method)]
    fn ready(this: &Exports) -> u32;
    #[wasm_bindgen(method, catch)]
    fn room(this: &Exports, length: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn answer(this: &Exports) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn place(this: &Exports) -> u32;
    #[wasm_bindgen(method)]
    fn length(this: &Exports) -> u32;
}

/// A loaded reader.
pub struct Reader {
    module: Module,
    /// Another one after a mistake of ours.
    exports: RefCell<Exports>,
}

impl Reader {
    /// Loads the module. The error is for the reader of the page.
    pub async fn open() -> Result<Reader, String> {
        let address = dom::attribute(ADDRESS, "href").ok_or("the page does not say where it lies")?;
        let both = match JsFuture::from(WebAssembly::instantiate_streaming(
            &window().fetch_with_str(&address),
            &Object::new(),
        ))
        .await
        {
            Ok(both) => both,
            Err(_) => unstreamed(&address).await?,
        };
        let part = |name: &str| Reflect::get(&both, &name.into()).unwrap_or_default();
        let instance: Instance = part("instance").unchecked_into();
        let exports: Exports = instance.exports().unchecked_into();
        match exports.ready() {
            VERSION => Ok(Reader {
                module: part("module").unchecked_into(),
                exports: RefCell::new(exports),
            }),
            _ => Err("it comes from another build than the page".to_string()),
        }
    }

    /// What a text means.
    pub fn read(&self, text: &str) -> FromReader<Meaning> {
        self.ask(&ToReader::Read { text: text.to_string() })
    }

    /// The text after an edit.
    pub fn edit(&self, text: &str, edit: Edit) -> FromReader<String> {
        let text = text.to_string();
        self.ask(&ToReader::Edit { text, edit })
    }

    /// What can be said of a node, an edge or the whole: markup.
    pub fn inspect(&self, text: &str, path: &str) -> FromReader<String> {
        let (text, path) = (text.to_string(), path.to_string());
        self.ask(&ToReader::Inspect { text, path })
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
    pub fn open_file(&self, file: Vec<u8>) -> FromReader<Origin> {
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
        let answer = match self.exchange(question) {
            Ok(bytes) => postcard::from_bytes(&bytes).ok(),
            Err(why) => return Err(vec![self.begin_anew(&why)]),
        };
        answer.unwrap_or_else(|| Err(vec![trouble("no answer comes back")]))
    }

    fn exchange(&self, question: &ToReader) -> Result<Vec<u8>, JsValue> {
        let bytes = postcard::to_allocvec(question).map_err(|_| JsValue::NULL)?;
        self.exports.borrow().room(bytes.len() as u32)?;
        self.message().copy_from(&bytes);
        self.exports.borrow().answer()?;
        Ok(self.message().to_vec())
    }

    /// The message in the module's memory.
    fn message(&self) -> Uint8Array {
        let exports = self.exports.borrow();
        Uint8Array::new_with_byte_offset_and_length(&exports.memory().buffer(), exports.place(), exports.length())
    }

    /// A panic has left its memory as it was at that instant: its words are taken, and the rest is given up.
    fn begin_anew(&self, why: &JsValue) -> Problem {
        let words = String::from_utf8(self.message().to_vec()).unwrap_or_default();
        if let Ok(instance) = Instance::new(&self.module, &Object::new()) {
            let exports: Exports = instance.exports().unchecked_into();
            exports.ready();
            self.exports.replace(exports);
        }
        match words.is_empty() {
            false => trouble(&words),
            true => trouble(&text_of(why)),
        }
    }
}

/// Loads the module where the host does not say what kind of file it is, or finds out why it does not come.
async fn unstreamed(address: &str) -> Result<JsValue, String> {
    let bytes = Uint8Array::new(&dom::fetch_bytes(address).await?).to_vec();
    JsFuture::from(WebAssembly::instantiate_buffer(&bytes, &Object::new()))
        .await
        .map_err(|why| text_of(&why))
}

fn text_of(why: &JsValue) -> String {
    let text: JsString = Object::from(why.clone()).to_string();
    text.into()
}

fn trouble(words: &str) -> Problem {
    let message = "the reader of scenarios has stumbled over this text: ".to_string() + words;
    Problem::of_all(
        message,
        "the text is kept; it is our mistake, and another text can be read",
    )
}
