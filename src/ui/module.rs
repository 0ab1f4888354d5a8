//! The page's end of the border to a WebAssembly module without glue, on the page's own thread.
//!
//! ```text
//! question ─ postcard bytes ─▶ room … answer ─ postcard bytes ─▶ FromReader<T>     at once
//! ```
//!
//! Law: whoever asks has an answer. A module that panics tells so as a problem and begins anew.

use super::part::dom;
use crate::protocol::{FromReader, VERSION};
use crate::scenario::problem::Problem;
use js_sys::WebAssembly::{self, Instance, Memory};
use js_sys::futures::JsFuture;
use js_sys::{JsString, Object, Reflect, Uint8Array};
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::pin::Pin;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What a module lets others call: see `src/border.rs`.
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

/// What is told when a module panics: in what it has stumbled, and what becomes of it.
pub type Stumble = [&'static str; 2];

/// A loaded module.
pub struct Module {
    module: WebAssembly::Module,
    stumble: Stumble,
    /// Another one after a mistake of ours.
    exports: RefCell<Exports>,
}

impl Module {
    /// Loads a module that lies where an element of the document says in an attribute. The error is for the reader of the page.
    pub fn open(
        element: &'static str,
        attribute: &'static str,
        stumble: Stumble,
    ) -> Pin<Box<dyn Future<Output = Result<Module, String>>>> {
        Box::pin(Module::load(element, attribute, stumble))
    }

    async fn load(element: &str, attribute: &str, stumble: Stumble) -> Result<Module, String> {
        let address = dom::attribute(element, attribute).ok_or("the page does not say where it lies")?;
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
            VERSION => Ok(Module {
                module: part("module").unchecked_into(),
                stumble,
                exports: RefCell::new(exports),
            }),
            _ => Err("it comes from another build than the page".to_string()),
        }
    }

    /// The answer to a question.
    pub fn ask<T: DeserializeOwned>(&self, question: &impl Serialize) -> FromReader<T> {
        let question = postcard::to_allocvec(question).unwrap_or_default();
        let answer = match self.exchange(&question) {
            Ok(bytes) => postcard::from_bytes(&bytes).ok(),
            Err(why) => return Err(vec![self.begin_anew(&why)]),
        };
        answer.unwrap_or_else(|| Err(vec![self.trouble("no answer comes back")]))
    }

    fn exchange(&self, question: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.exports.borrow().room(question.len() as u32)?;
        self.message().copy_from(question);
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
            false => self.trouble(&words),
            true => self.trouble(&text_of(why)),
        }
    }

    fn trouble(&self, words: &str) -> Problem {
        let [over, fix] = self.stumble;
        Problem::of_all(over.to_string() + words, fix)
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
