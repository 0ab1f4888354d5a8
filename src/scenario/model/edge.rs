//! Edges: who calls, publishes or consumes, and in which mode.

use super::{ChannelId, ChannelRules, ClientId, Dist, EntityId, NodeKind, Policy, ServiceId};
use crate::time::Duration;
use serde::{Deserialize, Serialize};

/// Who calls over an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    Client(ClientId),
    Service(ServiceId),
    /// The channel delivers over this edge.
    Channel(ChannelId),
}

/// Where an edge leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// The index in the service's operations.
    Operation(ServiceId, u32),
    /// Publishes.
    Channel(ChannelId),
}

impl Caller {
    /// The node at which an edge begins.
    pub fn node(self) -> NodeKind {
        match self {
            Caller::Client(id) => NodeKind::Client(id),
            Caller::Service(id) => NodeKind::Service(id),
            Caller::Channel(id) => NodeKind::Channel(id),
        }
    }
}

impl Callee {
    /// The node at which an edge ends.
    pub fn node(self) -> NodeKind {
        match self {
            Callee::Operation(id, _) => NodeKind::Service(id),
            Callee::Channel(id) => NodeKind::Channel(id),
        }
    }
}

impl Edge {
    /// A plain edge: `sync`, at once, without loss, timeout or any other policy.
    pub fn plain(name: String, from: Caller, to: Callee) -> Edge {
        Edge {
            name,
            from,
            to,
            mode: Mode::Sync,
            flip: Mode::Await,
            weight: 1.0,
            latency: Dist::Constant(Duration::ZERO),
            loss: 0.0,
            timeout: None,
            channel: ChannelRules::default(),
            policy: Policy::default(),
            publish: Publish::default(),
            consume: Consume::default(),
            declared: false,
        }
    }

    /// The modes that it may have: a client has nobody for whom a callee could answer, a reply over a channel is waited
    /// for, and other publications and deliveries have no choice.
    pub fn modes(&self) -> impl Iterator<Item = Mode> + use<> {
        let (from, call, reply, own) = (self.from, self.is_call(), self.publish.reply, self.mode);
        Mode::ALL.into_iter().filter(move |mode| match (from, call, reply) {
            (Caller::Client(_), true, _) => *mode != Mode::Forward,
            (_, true, _) => true,
            (_, false, true) => matches!(mode, Mode::Sync | Mode::Await),
            (_, false, false) => *mode == own,
        })
    }

    /// The mode that one click gives to it: from `sync` its flip mode, from any other mode `sync`; none where it has no choice.
    pub fn flipped(&self) -> Option<Mode> {
        let other = match self.mode {
            Mode::Sync => self.flip,
            _ => Mode::Sync,
        };
        self.modes().find(|mode| *mode == other)
    }

    /// Whether it leads from a caller straight to a service; others publish or consume.
    pub fn is_call(&self) -> bool {
        !matches!(self.from, Caller::Channel(_)) && self.service().is_some()
    }

    /// The service that it calls or delivers to; none where it publishes.
    pub fn service(&self) -> Option<ServiceId> {
        match self.to {
            Callee::Operation(service, _) => Some(service),
            Callee::Channel(_) => None,
        }
    }
}

/// One caller → callee pair with its call mode and policies: the thing that is toggled.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// `from->to` as written.
    pub name: String,
    pub from: Caller,
    pub to: Callee,
    pub mode: Mode,
    /// The mode that one click gives to a `sync` edge.
    pub flip: Mode,
    /// Of a client's edges: the share of requests that take this one, relative to the others.
    pub weight: f64,
    /// One way, in each direction.
    pub latency: Dist,
    /// The probability that a message on this edge is lost, in each direction.
    pub loss: f64,
    pub timeout: Option<Duration>,
    /// The rules of the channel of this edge's own that mode `queue` uses.
    pub channel: ChannelRules,
    /// What guards and shapes its calls beyond the timeout.
    pub policy: Policy,
    /// How it publishes, if it leads into a channel.
    pub publish: Publish,
    /// How it consumes: out of a channel, or out of its own in mode `queue`.
    pub consume: Consume,
    /// False where only a step's `call` implies the edge.
    pub declared: bool,
}

/// How an edge into a channel publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publish {
    pub acks: Acks,
    /// Messages about the same instance share a partition and keep their order.
    pub key: Option<EntityId>,
    /// Whether the producer waits for a consumer's reply.
    pub reply: bool,
}

impl Default for Publish {
    fn default() -> Self {
        Publish {
            acks: Acks::Leader,
            key: None,
            reply: false,
        }
    }
}

/// When the broker acknowledges a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acks {
    /// Never: the producer goes on as soon as it is sent.
    None,
    /// Once one broker has it; a crash within a further `ack` loses it.
    Leader,
    /// Once all its copies have it: after twice `ack`; a crash loses nothing that was acknowledged.
    All,
}

/// How an edge out of a channel takes messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Consume {
    /// Of a topic: edges of one group share the messages, each group gets all. Without, a group of its own.
    pub group: Option<String>,
    /// Messages that one replica holds at most; without, as many as it has threads (a loop: its `inFlight`).
    pub prefetch: Option<u32>,
    pub batch: Option<Batch>,
    /// Whether the consumer recognises a message that it has done already.
    pub idempotent: bool,
    /// The probability that a message fails every time.
    pub poison: f64,
}

/// Several messages as one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub size: u32,
    /// How long the first message waits for others.
    pub linger: Duration,
}

/// Why a call or a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// The operation failed.
    Error,
    /// The caller gave up.
    Timeout,
    /// The backlog or the channel was full, or the door closed.
    Refused,
    /// The callee died with the call.
    Reset,
    /// The caller's breaker was open.
    Breaker,
    /// The caller had too many calls under way.
    Limit,
    /// The caller had called too often.
    Rate,
    /// It came too late to be of use.
    Deadline,
}

impl Cause {
    /// All causes.
    pub const ALL: [Cause; 8] = [
        Cause::Error,
        Cause::Timeout,
        Cause::Refused,
        Cause::Reset,
        Cause::Breaker,
        Cause::Limit,
        Cause::Rate,
        Cause::Deadline,
    ];

    /// The word in a file and the key in a report.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Error => "error",
            Cause::Timeout => "timeout",
            Cause::Refused => "refused",
            Cause::Reset => "reset",
            Cause::Breaker => "breaker",
            Cause::Limit => "limit",
            Cause::Rate => "rate",
            Cause::Deadline => "deadline",
        }
    }
}

/// Who waits for whom on an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// The caller's worker is held until the outcome.
    Sync,
    /// The worker is released; the continuation queues for one when the outcome is there.
    Await,
    /// Nobody waits and nobody sees a failure.
    Oneway,
    /// Goes on after the broker's ack; the callee takes the message when it is free.
    Queue,
    /// The callee answers in the caller's place.
    Forward,
    /// The callee accepts at once; the caller asks again and again until it is done.
    Poll,
    /// The callee accepts at once; its own call back resumes the caller.
    Callback,
}

impl Mode {
    /// All modes, in the order of a menu.
    pub const ALL: [Mode; 7] = [
        Mode::Sync,
        Mode::Await,
        Mode::Oneway,
        Mode::Queue,
        Mode::Poll,
        Mode::Callback,
        Mode::Forward,
    ];

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Mode::Sync => "sync",
            Mode::Await => "await",
            Mode::Oneway => "oneway",
            Mode::Queue => "queue",
            Mode::Forward => "forward",
            Mode::Poll => "poll",
            Mode::Callback => "callback",
        }
    }

    /// Whether the caller's request waits for the callee's outcome (a solid arrow).
    pub fn waits(self) -> bool {
        matches!(self, Mode::Sync | Mode::Await | Mode::Poll | Mode::Callback)
    }
}
