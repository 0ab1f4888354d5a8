//! Rule 5: time never goes back, and at one instant come ends of work, replies, timeouts, arrivals.
//!
//! Law: only what was certain to happen before the instant began can be compared. A reply that is sent and arrives
//! at one and the same instant comes when it comes.

/// What happens at an instant, in the order in which it has to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    #[default]
    EndOfWork,
    Reply,
    Timeout,
    Arrival,
}

/// How far an instant has come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Order {
    reached: Class,
}

impl Order {
    /// Something of this class happens that was due before the instant began; the error is the later class that has
    /// happened already.
    pub fn pass(&mut self, class: Class) -> Result<(), Class> {
        if class < self.reached {
            return Err(self.reached);
        }
        self.reached = class;
        Ok(())
    }
}
