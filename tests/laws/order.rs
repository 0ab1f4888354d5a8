//! Rule 5: time never goes back, and at one instant come changes and faults, ends of work, replies, timeouts, arrivals.
//!
//! ```text
//! scheduled before    fault ─▶ end of work ─▶ reply ─▶ timeout ─▶ arrival       never to the left
//! scheduled just now                 any, but then all to its left that was scheduled before is over
//! ```
//!
//! Law: only what was certain to happen before the instant began can be late. A reply that is sent and arrives at one
//! and the same instant comes when it comes.

/// What happens at an instant, in the order in which it has to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    #[default]
    Fault,
    EndOfWork,
    Reply,
    Timeout,
    Arrival,
}

/// How far an instant has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    pub reached: Class,
}

impl Order {
    /// Something of this class happens, and `due` says whether it was so before the instant began; the error is the
    /// later class that has happened already.
    pub fn pass(&mut self, class: Class, due: bool) -> Result<(), Class> {
        let reached = self.reached;
        self.reached = reached.max(class);
        if due && class < reached { Err(reached) } else { Ok(()) }
    }
}
