//! A plain WebAssembly module that answers questions. It imports nothing, and whoever loads it says everything over one
//! message in its memory.
//!
//! ```text
//! room(length) ─▶ the question is written there ─▶ answer() ─▶ the answer lies there     place(), length(): where that is
//! ```
//!
//! Law: the message is the question, then the answer; after a panic it is the panic's words.

/// Exports the border of a module: the version of its questions, and the function that answers one.
#[macro_export]
macro_rules! border {
    ($ready:path, $answer:path) => {
        thread_local! {
            static MESSAGE: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
        }

        /// Comes before everything else: the version of the protocol. From now on a panic leaves its words.
        #[unsafe(no_mangle)]
        extern "C" fn ready() -> u32 {
            std::panic::set_hook(Box::new(|panic| {
                MESSAGE.replace(panic.to_string().into_bytes());
            }));
            $ready()
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
            MESSAGE.replace($answer(&question));
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
    };
}
