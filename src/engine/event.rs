//! What can happen, and in which order at one instant.
//!
//! ```text
//! 0  changes, faults      1  ends of work and waits      2  replies      3  timeouts      4  arrivals, and the rest
//! ```
//!
//! Law: an event names a slot that stays its own until it has happened or has been called off.

/// How many classes there are.
pub const CLASSES: usize = 5;

/// Something that will happen, with the slot of what it happens to. Digests know each kind by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Event {
    /// A change of the scenario takes effect.
    Change(u32) = 0,
    /// A fault begins.
    Strike(u32) = 41,
    /// A fault is over.
    Heal(u32) = 42,
    /// A worker's burst of work on a core of its own, or on one of the replica's, is over.
    WorkEnd(u32) = 1,
    /// The earliest burst of work among those that share the cores of this replica is over.
    SharedWorkEnd(u32) = 2,
    /// A `wait` step is over.
    WaitEnd(u32) = 3,
    /// A reply, refusal or ack reaches the caller.
    Reply(u32) = 4,
    /// A caller gives up.
    Timeout(u32) = 5,
    /// An open client sends, if this is still its source.
    Offer(u32) = 6,
    /// A user has finished thinking.
    Wake(u32) = 7,
    /// A call reaches the callee's service or channel.
    Arrive(u32) = 8,
    /// A guarded call goes on: an attempt that never left is over, or a pause between attempts.
    Guard(u32) = 13,
    /// The caller gives an attempt of a guarded call up.
    GiveUp(u32) = 14,
    /// A second try of an attempt.
    Hedge(u32) = 15,
    /// A connection has been opened.
    Connected(u32) = 16,
    /// The callee learns that its work is not wanted.
    Stop(u32) = 17,
    /// In mode `poll`: it is time to ask.
    Ask(u32) = 10,
    /// A question reaches the callee.
    Asked(u32) = 11,
    /// The callee has accepted the call, or answers that it is not done yet.
    NotYet(u32) = 12,
    /// Some steps of a span want an offload thread.
    Offload(u32) = 40,
    /// There may be something to deliver from this channel.
    Deliver(u32) = 9,
    /// The ack of a publication leaves the broker.
    Acknowledge(u32) = 18,
    /// The ack of a delivery, or word of its failure, reaches the broker.
    Acked(u32) = 19,
    /// The broker waits no longer for the ack of this delivery.
    AckTimeout(u32) = 20,
    /// A failed message may lie in its channel again.
    Requeue(u32) = 21,
    /// A message has lain in its channel for as long as it may.
    Expire(u32) = 22,
}

impl Event {
    /// The rank among events of one instant.
    pub fn class(self) -> usize {
        match self {
            Event::Change(_) | Event::Strike(_) | Event::Heal(_) => 0,
            Event::WorkEnd(_) | Event::SharedWorkEnd(_) | Event::WaitEnd(_) => 1,
            Event::Reply(_) | Event::NotYet(_) | Event::Guard(_) | Event::Acknowledge(_) | Event::Acked(_) => 2,
            Event::Timeout(_) | Event::GiveUp(_) | Event::AckTimeout(_) => 3,
            Event::Offer(_) | Event::Wake(_) | Event::Arrive(_) | Event::Deliver(_) => 4,
            Event::Requeue(_) | Event::Expire(_) | Event::Offload(_) => 4,
            Event::Ask(_) | Event::Asked(_) | Event::Hedge(_) | Event::Connected(_) | Event::Stop(_) => 4,
        }
    }

    /// The event as a number, for the digest.
    pub fn code(self) -> u64 {
        let (kind, slot) = match self {
            Event::Change(i) => (0, i),
            Event::WorkEnd(i) => (1, i),
            Event::SharedWorkEnd(i) => (2, i),
            Event::WaitEnd(i) => (3, i),
            Event::Reply(i) => (4, i),
            Event::Timeout(i) => (5, i),
            Event::Offer(i) => (6, i),
            Event::Wake(i) => (7, i),
            Event::Arrive(i) => (8, i),
            Event::Deliver(i) => (9, i),
            Event::Ask(i) => (10, i),
            Event::Asked(i) => (11, i),
            Event::NotYet(i) => (12, i),
            Event::Guard(i) => (13, i),
            Event::GiveUp(i) => (14, i),
            Event::Hedge(i) => (15, i),
            Event::Connected(i) => (16, i),
            Event::Stop(i) => (17, i),
            Event::Acknowledge(i) => (18, i),
            Event::Acked(i) => (19, i),
            Event::AckTimeout(i) => (20, i),
            Event::Requeue(i) => (21, i),
            Event::Expire(i) => (22, i),
            Event::Offload(i) => (40, i),
            Event::Strike(i) => (41, i),
            Event::Heal(i) => (42, i),
        };
        kind << 32 | slot as u64
    }
}
