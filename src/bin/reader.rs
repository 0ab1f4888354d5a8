//! The reader: a plain WebAssembly module beside the page. It imports nothing, and whoever loads it says everything over
//! one message in its memory.
//!
//! ```text
//! room(length) ─▶ the question is written there ─▶ answer() ─▶ the answer lies there     place(), length(): where that is
//! ```
//!
//! Law: the message is the question, then the answer; after a panic it is the panic's words.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod border {
    use std::cell::RefCell;
    use sync_or_swim::reader;

    thread_local! {
        static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }

    /// Comes before everything else: the version of the protocol. From now on a panic leaves its words.
    #[unsafe(no_mangle)]
    extern "C" fn ready() -> u32 {
        std::panic::set_hook(Box::new(|panic| {
            MESSAGE.replace(panic.to_string().into_bytes());
        }));
        reader::ready()
    }

    /// Makes room for a message of so many bytes.
    #[unsafe(no_mangle)]
    extern "C" fn room(length: usize) {
        MESSAGE.replace(vec![0; length]);
    }

    /// Puts the answer in place of the question.
    #[unsafe(no_mangle)]
    extern "C" fn answer() {
        let question = MESSAGE.take();
        MESSAGE.replace(reader::answer(&question));
    }

    /// Where the message begins.
    #[unsafe(no_mangle)]
    extern "C" fn place() -> *const u8 {
        MESSAGE.with_borrow(|message| message.as_ptr())
    }

    /// How many bytes it has.
    #[unsafe(no_mangle)]
    extern "C" fn length() -> usize {
        MESSAGE.with_borrow(Vec::len)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("this reads texts for the page: `cargo xtask serve` builds and serves it");
}
