//! The Web Worker's loop around a session.
//!
//! ```text
//! message ─▶ order ─▶ session          port ─▶ one slice of work ─▶ answers
//!                        └── knock on the port: behind all messages that are already waiting
//! ```
//!
//! Law: every waiting order is read before the next slice; a slice takes about [`SLICE_MS`].

use super::session::Session;
use crate::protocol::{FromBackend, ToBackend};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort, Performance};

#[wasm_bindgen]
extern "C" {
    /// Where a Web Worker runs, which is all that `js_sys::global` would look for in four places.
    #[wasm_bindgen(thread_local_v2, js_name = self)]
    static SCOPE: DedicatedWorkerGlobalScope;
}

/// How long a slice of work should take: half of a frame, so that an order never waits long.
const SLICE_MS: f64 = 8.0;
/// The number of events of the first slice, and the least of any.
const FEWEST_EVENTS: u64 = 2_000;
/// The most events of a slice.
const MOST_EVENTS: u64 = 4_000_000;

/// How many events fit into a slice, learnt from the slices before.
struct Pace {
    events: u64,
}

impl Pace {
    /// Twice as many after a slice of less than half the time, fewer in proportion after one that was too long.
    fn learn(&mut self, took_ms: f64) {
        let next = if took_ms < SLICE_MS / 2.0 {
            self.events * 2
        } else if took_ms > SLICE_MS {
            (self.events as f64 * SLICE_MS / took_ms) as u64
        } else {
            self.events
        };
        self.events = next.clamp(FEWEST_EVENTS, MOST_EVENTS);
    }
}

/// The session, and what it needs of its surroundings.
struct Server {
    session: Session,
    pace: Pace,
    clock: Option<Performance>,
    scope: DedicatedWorkerGlobalScope,
    /// Where a message comes back to ourselves, behind the others.
    knock: MessagePort,
    knocked: bool,
}

impl Server {
    fn hear(&mut self, bytes: &[u8]) {
        match postcard::from_bytes::<ToBackend>(bytes) {
            Ok(order) => self.session.order(order),
            Err(_) => say(
                &self.scope,
                &FromBackend::Refused {
                    run: None,
                    why: "the order is written in another version of the protocol".to_string(),
                },
            ),
        }
        self.come_back();
    }

    fn work(&mut self) {
        self.knocked = false;
        let start = self.now();
        if let Some(answer) = self.session.step(self.pace.events) {
            say(&self.scope, &answer);
        }
        let took = self.now() - start;
        self.pace.learn(took);
        self.come_back();
    }

    /// Knocks, unless there is nothing to do or a knock is under way.
    fn come_back(&mut self) {
        if !self.knocked && self.session.has_work() {
            self.knocked = self.knock.post_message(&JsValue::NULL).is_ok();
        }
    }

    fn now(&self) -> f64 {
        self.clock.as_ref().map_or(0.0, Performance::now)
    }
}

/// Listens for orders until the worker ends, and says so.
pub fn serve() -> Result<(), JsValue> {
    let scope = SCOPE.with(Clone::clone);
    speak_of_panics(scope.clone());
    let channel = MessageChannel::new()?;
    let server = Rc::new(RefCell::new(Server {
        session: Session::new(),
        pace: Pace { events: FEWEST_EVENTS },
        clock: scope.performance(),
        scope: scope.clone(),
        knock: channel.port2(),
        knocked: false,
    }));
    let worker = Rc::clone(&server);
    let on_knock = Closure::<dyn FnMut()>::new(move || worker.borrow_mut().work());
    channel.port1().set_onmessage(Some(on_knock.as_ref().unchecked_ref()));
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        server.borrow_mut().hear(&Uint8Array::new(&event.data()).to_vec());
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // They live as long as the worker.
    on_knock.forget();
    on_message.forget();
    say(&scope, &Session::ready());
    Ok(())
}

/// A panic ends this worker, but not without a word.
fn speak_of_panics(scope: DedicatedWorkerGlobalScope) {
    std::panic::set_hook(Box::new(move |panic| {
        web_sys::console::error_1(&panic.to_string().into());
        say(&scope, &FromBackend::Panicked { why: panic.to_string() });
    }));
}

fn say(scope: &DedicatedWorkerGlobalScope, answer: &FromBackend) {
    let Ok(bytes) = postcard::to_allocvec(answer) else {
        return;
    };
    let array = Uint8Array::from(bytes.as_slice());
    // A message that cannot be posted has nobody to hear it.
    let _ = scope.post_message_with_transfer(&array, &Array::of1(&array.buffer()));
}
