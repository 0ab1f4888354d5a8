//! The events of a run, as the engine tells them to whoever listens.
//!
//! ```text
//! client   offered ─────────────────────────────────────────▶ replied | failed      completed
//! edge            sent ──(lost)                       returned ┘                     ┘
//! service                accepted ─▶ began ─▶ responded ─▶ ended     (or refused)
//! lane                               idle → running ⇄ blocked | waiting for a core → idle
//! ```
//!
//! Law: an observer cannot influence a run. Slots are reused after `ended`, `refused`, `returned` and `lost`
//! have all passed; they name a span or a request only while it lives.

use super::deadlock::Deadlock;
pub use crate::scenario::Cause;
use crate::scenario::{ChannelId, ClientId, EdgeId, ItemId, Mode, ServiceId};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// A request of a client while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub slot: u32,
    pub client: ClientId,
    /// 0, 1, 2, … per client (per client and user where closed).
    pub number: u64,
    pub offered: Instant,
    /// Whether it was offered inside the window of measurement.
    pub counted: bool,
}

/// No service: a publication executes nothing.
pub const NO_SERVICE: ServiceId = ServiceId(u32::MAX);

/// One attempt of a call over an edge, and the span that it causes at the callee, while either lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    pub slot: u32,
    /// The slot of the caller's span; none for a client's call.
    pub parent: Option<u32>,
    /// The slot of the request that caused it.
    pub request: u32,
    pub edge: EdgeId,
    /// The callee; [`NO_SERVICE`] where it publishes into a declared channel.
    pub service: ServiceId,
    /// The edge's mode when it was sent; a call keeps it. `queue` for a delivery and for a publication to its ack.
    pub mode: Mode,
    pub sent: Instant,
    /// When it reached the callee's replica; meaningful from `accepted` on.
    pub arrived: Instant,
    /// Whether its request was offered inside the window of measurement.
    pub counted: bool,
    pub attempt: Attempt,
    /// The slot of the [`Guarded`] call whose attempt this is.
    pub guard: Option<u32>,
}

/// Which attempt of a call over an edge this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The only one: a call without policies, which is its attempt.
    Only,
    First,
    Retry,
    /// A second try of an attempt that has no answer yet.
    Hedge,
}

/// A call over an edge with policies, while it lives; its attempts are told as [`Call`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarded {
    pub slot: u32,
    pub edge: EdgeId,
    pub mode: Mode,
    /// The slot of the caller's span; none for a client's call.
    pub parent: Option<u32>,
    pub request: u32,
    pub since: Instant,
    pub counted: bool,
}

/// Whether a breaker lets calls pass; the last stands most in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    #[default]
    Closed,
    /// Trials only.
    HalfOpen,
    Open,
}

/// A message in a channel, or a group's copy of it, while it lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    pub slot: u32,
    /// A declared channel, or behind those the channel of an edge.
    pub channel: ChannelId,
    /// The index in [`Scenario::groups`](crate::scenario::Scenario::groups); 0 for a queue.
    pub group: u32,
    pub partition: u32,
    /// The edge over which it was published.
    pub edge: EdgeId,
    /// The slot of the request that caused it; none of a dead letter that nobody can read.
    pub request: Option<u32>,
    /// When it reached the channel.
    pub published: Instant,
    /// How often it was delivered so far.
    pub deliveries: u32,
    /// Whether its request was offered inside the window of measurement.
    pub counted: bool,
}

/// Steps of a span on an offload thread, or waiting for one, while they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub slot: u32,
    /// The slot of the span.
    pub span: u32,
    /// Whose threads they are.
    pub service: ServiceId,
    /// When they came.
    pub since: Instant,
    /// Whether its request was offered inside the window of measurement.
    pub counted: bool,
}

/// A version of an instance of an item, as a service has it or a request brings it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datum {
    pub item: ItemId,
    /// The one that the request is about; 0 where the item has no instances.
    pub instance: u64,
    /// Whose it is: the owner's, or a copy's.
    pub service: ServiceId,
    /// The slot of the request.
    pub request: u32,
    /// 1, 2, 3, …; 0 is what was there before the run.
    pub version: u64,
    pub written: Instant,
    /// Whether the request was offered inside the window of measurement.
    pub counted: bool,
}

/// Why a message was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gone {
    /// It was delivered as often as it may be, and there is no channel for dead letters.
    Deliveries,
    /// It was the oldest of a full channel.
    Oldest,
    /// It was to be a dead letter, and there was no room for it.
    Overflow,
    /// Its broker died with it.
    Crash,
    /// Its topic has no subscribers.
    Unwanted,
}

/// What a worker does at an instant; exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activity {
    Idle,
    /// Works on a core (with `cpu: "ps"`: is among those that share the cores).
    Running,
    /// Has work, but all cores are taken.
    CoreWait,
    /// Held by a span that waits: blocked on somebody.
    Blocked(On),
}

/// Whom or what a blocked worker waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum On {
    /// A `wait` step: a disk, a sleep.
    Wait,
    /// The outcome of a call over this edge, or a broker's ack.
    Edge(EdgeId),
    /// One of this pool of its service.
    Pool(u32),
}

/// Listens to a run. Every method has an empty body, so that a listener says only what it wants to hear.
#[allow(unused_variables)]
pub trait Observer {
    /// A client sends a new request.
    fn offered(&mut self, now: Instant, request: Request) {}
    /// The client has its reply (or, over `oneway` and `queue`, has sent it or has the ack).
    fn replied(&mut self, now: Instant, request: Request) {}
    /// The client has an error, a timeout or a refusal.
    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {}
    /// The request is over: it has its outcome, and all spans and messages that it caused have ended. The slot
    /// is free from here on.
    fn completed(&mut self, now: Instant, request: Request, replied: bool) {}

    /// An attempt leaves the caller. `lane` is the caller's worker at that moment; none for a client and for a
    /// retry of a caller that has none.
    fn sent(&mut self, now: Instant, call: Call, lane: Option<u32>) {}
    /// The network lost the request, the reply or the ack of this call.
    fn lost(&mut self, now: Instant, call: Call) {}
    /// The edge is cut, or a delivery finds its consumer away: the callee never hears of it, and the caller learns so
    /// at once.
    fn turned_away(&mut self, now: Instant, call: Call) {}
    /// The caller learns the outcome: reply, error, refusal, timeout, ack; over `oneway` at sending.
    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {}

    /// A caller no longer waits for an attempt: it has given up because of a timeout or its deadline, or another one has
    /// won.
    fn abandoned(&mut self, now: Instant, call: Call, cause: Cause) {}
    /// A call over an edge with policies begins; attempts may follow.
    fn called(&mut self, now: Instant, call: Guarded) {}
    /// The caller learns the outcome of a call with policies; `fell_back` where a fallback stands in.
    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {}
    /// The breaker of an edge at one of its caller's replicas has changed.
    fn breaker(&mut self, now: Instant, edge: EdgeId, replica: u32, state: State) {}

    /// In mode `poll`: the caller asks whether the callee is done.
    fn polled(&mut self, now: Instant, call: Call) {}

    /// A call or message has reached a replica; `queued` where it has to wait for a worker.
    fn accepted(&mut self, now: Instant, call: Call, queued: bool) {}
    /// A replica refuses a call: its backlog is full, or its door closed.
    fn refused(&mut self, now: Instant, call: Call) {}
    /// A worker takes the span for the first time; `queued` as it was said by `accepted`.
    fn began(&mut self, now: Instant, call: Call, lane: u32, queued: bool) {}
    /// The span's reply leaves; `ok` unless the operation failed.
    fn responded(&mut self, now: Instant, call: Call, ok: bool) {}
    /// The span hands its duty to reply over to the call that it sends next, over this edge (mode `forward`).
    fn forwarded(&mut self, now: Instant, call: Call, edge: EdgeId) {}
    /// The span's last step is over; `ok` unless the operation failed.
    fn ended(&mut self, now: Instant, call: Call, ok: bool) {}

    /// The replica has died with this span on it; `waited` where no worker had begun it. Its end, and a failure.
    fn crashed(&mut self, now: Instant, call: Call, waited: bool) {}

    /// A worker changes what it does. `call` is the slot of the span that it does it for (the old one where it
    /// becomes idle). Never called with `was == is` for the same span.
    fn lane(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, call: u32) {}
    /// With `cpu: "ps"`: of the workers of one replica said to be running, this many are in excess of its cores.
    /// The excess of a service is the sum of all changes `is − was`; running = running lanes − excess, and waiting
    /// for a core = excess.
    fn crowded(&mut self, now: Instant, service: ServiceId, was: u32, is: u32) {}

    /// Some steps of a span have come to the offload threads of its replica; `queued` where all of those are taken.
    fn offloaded(&mut self, now: Instant, job: Job, queued: bool) {}
    /// An offload thread takes a job up for the first time; `queued` as it was said by `offloaded`.
    fn taken_up(&mut self, now: Instant, job: Job, lane: u32, queued: bool) {}
    /// The steps of a job are over, and its span goes on; `ok` unless they have failed.
    fn brought_back(&mut self, now: Instant, job: Job, ok: bool) {}

    /// The replica has died with this job on its offload threads; `waited` where none had taken it up.
    fn job_crashed(&mut self, now: Instant, job: Job, waited: bool) {}

    /// A pool of a service has changed: how many are taken, and how many spans wait for one.
    fn pool(&mut self, now: Instant, service: ServiceId, pool: u32, taken: u32, waiting: u32) {}

    /// A publication has reached its channel, which takes it. Of a topic this is the copy of the first group.
    fn published(&mut self, now: Instant, call: Call, message: Message) {}
    /// The copy of a further group; `of` is the slot of the first.
    fn copied(&mut self, now: Instant, message: Message, of: u32) {}
    /// A full channel, or one that is away, refuses a publication.
    fn overflowed(&mut self, now: Instant, call: Call, channel: ChannelId) {}
    /// A publication waits until a full channel has room.
    fn parked(&mut self, now: Instant, call: Call, channel: ChannelId) {}
    /// How many messages lie in a channel that not every group has taken; always another number than before.
    fn depth(&mut self, now: Instant, channel: ChannelId, was: u32, is: u32) {}
    /// How many messages of a topic a group has not taken.
    fn lag(&mut self, now: Instant, channel: ChannelId, group: u32, was: u32, is: u32) {}
    /// A message goes to a consumer. `call` is the delivery, whose slot is that of the span it causes; the messages of a
    /// batch share one, and the oldest is told first.
    fn delivered(&mut self, now: Instant, message: Message, call: Call) {}
    /// A span has ended well with this message; `again` where one had before.
    fn done(&mut self, now: Instant, message: Message, call: Call, again: bool) {}
    /// The broker has the ack, and the message is over; `out_of_order` where a later one about the same thing was
    /// acknowledged before.
    fn settled(&mut self, now: Instant, message: Message, out_of_order: bool) {}
    /// A consumer has failed with a message (`Error`), or its ack is overdue (`Timeout`), or the broker has forgotten
    /// it (`Reset`): the message will be requeued, or is given up.
    fn taken_back(&mut self, now: Instant, message: Message, cause: Cause) {}
    /// A message that was taken back lies in its channel again, before all others.
    fn requeued(&mut self, now: Instant, message: Message) {}
    /// A message that was given up goes to the dead letters, where it is another one.
    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {}
    /// A message is lost by a rule.
    fn dropped(&mut self, now: Instant, message: Message, why: Gone) {}
    /// A message has lain in its channel for as long as it may.
    fn expired(&mut self, now: Instant, message: Message) {}

    /// The owner has changed an instance of an item, which has this version now.
    fn wrote(&mut self, now: Instant, call: Call, datum: Datum) {}
    /// A service has looked at its copy, or where it keeps none at what the owner has; `newest` is the owner's version.
    fn read(&mut self, now: Instant, call: Call, datum: Datum, newest: u64) {}
    /// A request has brought a version to a copy, which had version `was`: it has the newer of both now.
    fn applied(&mut self, now: Instant, call: Call, datum: Datum, was: u64) {}
    /// The owner of an item has died: the newest copy of an instance (the row that is remembered of it) wins, and with
    /// what is newer `lost` writes are gone that somebody took for done.
    fn failed_over(&mut self, now: Instant, item: ItemId, row: u32, kept: u64, lost: u64) {}

    /// Some wait for each other for ever; told once in a run.
    fn deadlocked(&mut self, now: Instant, deadlock: &Deadlock) {}

    /// A random quantity was drawn: the key names its place in the request's story, the value is in nanoseconds
    /// or, for choices, the raw 64 bits.
    fn drawn(&mut self, now: Instant, key: u64, value: u64) {}
}

/// Nobody listens.
impl Observer for () {}
