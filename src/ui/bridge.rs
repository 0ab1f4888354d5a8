//! The page's end of the Web Worker border.
//!
//! ```text
//! send(order) ─ postcard bytes, transferred ─▶ worker
//! Heard       ◀─ postcard bytes, transferred ─ worker      a crash or a script that cannot load is heard as well
//! ```
//!
//! Law: one bridge, one worker; dropping the bridge ends the worker.

use super::part::dom;
use crate::protocol::{FromBackend, ToBackend};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions};

/// The `<meta>` that says where the worker's script lies, build id included.
const ADDRESS: &str = "meta[name='backend']";

/// What comes over the bridge.
pub enum Heard {
    /// The backend said something.
    Said(FromBackend),
    /// The worker could not start, or ended without a word.
    Broke(String),
}

/// A running worker and the listeners that hear it.
pub struct Bridge {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Bridge {
    /// Starts a worker; everything that it says arrives at the receiver. The error is for the reader.
    pub fn open() -> Result<(Bridge, UnboundedReceiver<Heard>), String> {
        let address = dom::attribute(ADDRESS, "content").ok_or("the page does not say where its simulation lies")?;
        let options = WorkerOptions::new();
        options.set_name("sync-or-swim backend");
        let worker = Worker::new_with_options(&address, &options)
            .map_err(|_| "the browser refuses to start a Web Worker".to_string())?;
        let (sender, receiver) = unbounded();
        let on_message = listen_to_messages(&worker, sender.clone());
        let on_error = listen_to_errors(&worker, sender);
        let bridge = Bridge {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        };
        Ok((bridge, receiver))
    }

    /// Gives an order to the backend. The error is for the reader.
    pub fn send(&self, order: &ToBackend) -> Result<(), String> {
        let bytes = postcard::to_allocvec(order).map_err(|_| "the order cannot be written".to_string())?;
        let array = Uint8Array::from(bytes.as_slice());
        let transfer = Array::of1(&array.buffer());
        self.worker
            .post_message_with_transfer(&array, &transfer)
            .map_err(|_| "the order cannot be sent".to_string())
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

fn listen_to_messages(worker: &Worker, sender: UnboundedSender<Heard>) -> Closure<dyn FnMut(MessageEvent)> {
    let listener = Closure::new(move |event: MessageEvent| {
        let bytes = Uint8Array::new(&event.data()).to_vec();
        let heard = match postcard::from_bytes(&bytes) {
            Ok(said) => Heard::Said(said),
            Err(_) => Heard::Broke("the simulation speaks another version of the protocol".to_string()),
        };
        // A closed channel means that nobody listens any more.
        let _ = sender.unbounded_send(heard);
    });
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener
}

fn listen_to_errors(worker: &Worker, sender: UnboundedSender<Heard>) -> Closure<dyn FnMut(ErrorEvent)> {
    let listener = Closure::new(move |event: ErrorEvent| {
        let what = match event.message() {
            message if message.is_empty() => "its script could not be loaded".to_string(),
            message => message,
        };
        let _ = sender.unbounded_send(Heard::Broke(what));
    });
    worker.set_onerror(Some(listener.as_ref().unchecked_ref()));
    listener
}
