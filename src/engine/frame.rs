//! What fibers are inside of: repeats, holds and sagas; and what a fork waits for.
//!
//! Law: a fiber leaves its frames innermost first, whether it goes on well or fails.

/// What a fork waits for.
#[derive(Clone, Copy)]
pub struct Join {
    /// The forking fiber; none once it has gone on.
    pub parent: u32,
    pub need: u32,
    pub succeeded: u32,
    pub left: u32,
}

/// What a fiber is inside of, and leaves again, well or by an error.
#[derive(Clone, Copy)]
pub struct Frame {
    pub inside: Inside,
    pub outer: u32,
}

/// Kinds of frames.
#[derive(Clone, Copy)]
pub enum Inside {
    Repeat {
        left: u32,
        iteration: u32,
        outer_key: u64,
    },
    /// One of this pool.
    Hold(u32),
    Saga {
        /// Its undos in the table of the program.
        first: u32,
        count: u32,
        /// Steps that are done and not undone.
        done: u32,
        undoing: bool,
    },
}
