//! A task: a call with the span that it causes, a branch of a span, or some steps of it on an offload thread.
//!
//! Law: what a fiber needs and what a span needs stand in one place, as most spans are one fiber.

use super::program::Address;
use super::queue::Handle;
use super::slab::{Link, NONE};
use crate::scenario::{EdgeId, Mode, ServiceId};
use crate::time::{Duration, Instant};
use crate::trace::{Attempt, Call, Cause, On};

/// A call over an edge with the span that it causes, or a branch of a span.
///
/// It lives as long as somebody holds it: the caller until it has its outcome, the callee's side until the span
/// has ended, and a reply that is under way.
#[derive(Clone, Copy)]
pub struct Task {
    /// The story so far; draws are keyed by it.
    pub key: u64,
    pub sent: Instant,
    pub arrived: Instant,
    /// When it joined the replica's queue, as a number that grows.
    pub stamp: u64,
    /// Work that waits for a core.
    pub work: Duration,
    /// The span, or the job on an offload thread, that a branch belongs to; its own slot where it is one of these.
    // It stands before what a branch has none of: a longer row of the same bytes would be filled by a call as WebAssembly.
    pub root: u32,
    pub edge: u32,
    /// The callee; none where it publishes into a declared channel.
    pub service: u32,
    pub line: u32,
    pub request: u32,
    /// The fiber that waits for the outcome; none for a client, or once nobody waits.
    pub caller: u32,
    /// The caller's span, for those who listen.
    pub parent: u32,
    pub replica: u32,
    /// The span itself: its own slot, or that of the span whose steps a job runs.
    pub span: u32,
    pub pc: Address,
    /// The innermost repeat that this fiber is in.
    pub frame: u32,
    /// The join that this branch belongs to.
    pub join: u32,
    pub next: u32,
    pub timeout: Handle,
    pub mode: Mode,
    pub counted: bool,
    /// Nothing is special about the call: see `straight`.
    pub straight: bool,
    /// Who still holds this slot.
    pub holds: u32,
    /// The caller has not learnt the outcome yet.
    pub awaited: bool,
    /// What the answer under way says.
    pub reply: Result<(), Cause>,
    /// The outcome of its last call, with which a fiber resumes.
    pub outcome: Result<(), Cause>,
    /// What a pinned fiber waits for.
    pub pin: Option<On>,
    /// Neighbours among the pinned or the ready fibers of the span.
    pub before: u32,
    pub after: u32,
    // Of a span only:
    /// The worker that it has.
    pub lane: u32,
    /// The fiber that works, or waits for a core.
    pub active: u32,
    pub ready: Chain,
    pub pinned: Chain,
    /// Fibers that have not ended.
    pub fibers: u32,
    pub queued: bool,
    pub responded: bool,
    /// How the operation ended, once it has.
    pub failed: bool,
    /// Of a delivery: its oldest message, the further ones of a batch, and the seat that took them.
    pub delivery: u32,
    pub bundle: u32,
    pub seat: u32,
    /// The broker expects no ack of it any more,
    pub revoked: bool,
    /// and would not take one: it has forgotten that consumer.
    pub forgotten: bool,
    /// The network has lost it, or its ack.
    pub lost: bool,
    /// It fails whatever it does.
    pub poisoned: bool,
    /// Of a publication or delivery: where it goes to or comes from.
    pub channel: u32,
    /// The call that this one answers in its caller's place (mode `forward`), held until then.
    pub origin: u32,
    /// How often its caller has asked (mode `poll`).
    pub questions: u32,
    /// The outcome waits for the next question.
    pub done: bool,
    /// The guard whose attempt it is.
    pub guard: u32,
    pub attempt: Attempt,
    /// When what it causes is of no use any more.
    pub deadline: Instant,
    /// Its work is not wanted any more.
    pub cancelled: bool,
    /// It has written data.
    pub wrote: bool,
}

/// Fibers of one span in a row: those that are ready, or those that are pinned.
#[derive(Clone, Copy)]
pub struct Chain {
    pub first: u32,
    pub last: u32,
}

impl Chain {
    /// Without any fiber.
    pub const EMPTY: Chain = Chain {
        first: NONE,
        last: NONE,
    };
}

impl Task {
    /// What an observer may know of a call; `slot` is its own.
    #[inline(always)]
    pub fn view(&self, slot: u32) -> Call {
        Call {
            slot,
            parent: (self.parent != NONE).then_some(self.parent),
            request: self.request,
            edge: EdgeId(self.edge),
            service: ServiceId(self.service),
            mode: self.mode,
            sent: self.sent,
            arrived: self.arrived,
            counted: self.counted,
            attempt: self.attempt,
            guard: (self.guard != NONE).then_some(self.guard),
        }
    }
}

impl Link for Task {
    #[inline]
    fn next(&mut self) -> &mut u32 {
        &mut self.next
    }
}
