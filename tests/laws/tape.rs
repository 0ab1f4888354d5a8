//! Everything that a run says, kept as values: to compare two runs, and to play a run again with a flaw in it.

use sync_or_swim::scenario::{ChannelId, EdgeId, ItemId, ServiceId};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Activity, Call, Cause, Datum, Gone, Guarded, Job, Message, Observer, Request, State};

/// One call of an [`Observer`]'s method.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    Offered(Request),
    Replied(Request),
    Failed(Request, Cause),
    Completed(Request, bool),
    Sent(Call, Option<u32>),
    Lost(Call),
    Forwarded(Call, EdgeId),
    Returned(Call, Result<(), Cause>),
    Accepted(Call, bool),
    Refused(Call),
    Began(Call, u32, bool),
    Responded(Call, bool),
    Ended(Call, bool),
    Lane(ServiceId, u32, Activity, Activity, u32),
    Crowded(ServiceId, u32, u32),
    Published(Call, Message),
    Copied(Message, u32),
    Overflowed(Call, ChannelId),
    Parked(Call, ChannelId),
    Depth(ChannelId, u32, u32),
    Lag(ChannelId, u32, u32, u32),
    Delivered(Message, Call),
    Done(Message, Call, bool),
    Settled(Message, bool),
    TakenBack(Message, Cause),
    Requeued(Message),
    DeadLettered(Message, Message),
    Dropped(Message, Gone),
    Expired(Message),
    Wrote(Call, Datum),
    Read(Call, Datum, u64),
    Applied(Call, Datum, u64),
    FailedOver(ItemId, u32, u64, u64),
    TurnedAway(Call),
    Abandoned(Call, Cause),
    Called(Guarded),
    Concluded(Guarded, Result<(), Cause>, bool),
    Breaker(EdgeId, u32, State),
    Polled(Call),
    Crashed(Call, bool),
    Offloaded(Job, bool),
    TakenUp(Job, u32, bool),
    BroughtBack(Job, bool),
    JobCrashed(Job, bool),
    Pool(ServiceId, u32, u32, u32),
    Drawn(u64, u64),
}

impl Event {
    /// The call that it is about.
    pub fn call(&self) -> Option<Call> {
        match *self {
            Event::Offered(_) | Event::Replied(_) | Event::Failed(..) | Event::Completed(..) => None,
            Event::Called(_) | Event::Concluded(..) | Event::Breaker(..) | Event::Pool(..) => None,
            Event::Offloaded(..) | Event::TakenUp(..) | Event::BroughtBack(..) | Event::JobCrashed(..) => None,
            Event::TurnedAway(call) | Event::Abandoned(call, _) | Event::Polled(call) | Event::Crashed(call, _) => {
                Some(call)
            }
            Event::Lane(..) | Event::Crowded(..) | Event::Drawn(..) | Event::FailedOver(..) => None,
            Event::Wrote(call, _) | Event::Read(call, ..) | Event::Applied(call, ..) => Some(call),
            Event::Sent(call, _) | Event::Returned(call, _) | Event::Accepted(call, _) | Event::Began(call, ..) => {
                Some(call)
            }
            Event::Responded(call, _) | Event::Ended(call, _) | Event::Published(call, _) => Some(call),
            Event::Lost(call) | Event::Forwarded(call, _) | Event::Refused(call) => Some(call),
            Event::Overflowed(call, _) | Event::Parked(call, _) => Some(call),
            Event::Delivered(_, call) | Event::Done(_, call, _) => Some(call),
            Event::Copied(..) | Event::Depth(..) | Event::Lag(..) | Event::Settled(..) | Event::TakenBack(..) => None,
            Event::Requeued(_) | Event::DeadLettered(..) | Event::Dropped(..) | Event::Expired(_) => None,
        }
    }
}

/// Keeps all events with their instants.
#[derive(Default)]
pub struct Tape(pub Vec<(Instant, Event)>);

/// Tells recorded events to an observer.
pub fn replay<O: Observer>(events: &[(Instant, Event)], observer: &mut O) {
    for &(now, event) in events {
        tell(now, event, observer);
    }
}

/// Tells one event to an observer.
pub fn tell<O: Observer>(now: Instant, event: Event, observer: &mut O) {
    match event {
        Event::Offered(request) => observer.offered(now, request),
        Event::Replied(request) => observer.replied(now, request),
        Event::Failed(request, cause) => observer.failed(now, request, cause),
        Event::Completed(request, replied) => observer.completed(now, request, replied),
        Event::Sent(call, lane) => observer.sent(now, call, lane),
        Event::Lost(call) => observer.lost(now, call),
        Event::Forwarded(call, edge) => observer.forwarded(now, call, edge),
        Event::Returned(call, outcome) => observer.returned(now, call, outcome),
        Event::Accepted(call, queued) => observer.accepted(now, call, queued),
        Event::Refused(call) => observer.refused(now, call),
        Event::Began(call, lane, queued) => observer.began(now, call, lane, queued),
        Event::Responded(call, ok) => observer.responded(now, call, ok),
        Event::Ended(call, ok) => observer.ended(now, call, ok),
        Event::Lane(service, lane, was, is, call) => observer.lane(now, service, lane, was, is, call),
        Event::Crowded(service, was, is) => observer.crowded(now, service, was, is),
        Event::Published(call, message) => observer.published(now, call, message),
        Event::Copied(message, of) => observer.copied(now, message, of),
        Event::Overflowed(call, channel) => observer.overflowed(now, call, channel),
        Event::Parked(call, channel) => observer.parked(now, call, channel),
        Event::Depth(channel, was, is) => observer.depth(now, channel, was, is),
        Event::Lag(channel, group, was, is) => observer.lag(now, channel, group, was, is),
        Event::Delivered(message, call) => observer.delivered(now, message, call),
        Event::Done(message, call, again) => observer.done(now, message, call, again),
        Event::Settled(message, out_of_order) => observer.settled(now, message, out_of_order),
        Event::TakenBack(message, cause) => observer.taken_back(now, message, cause),
        Event::Requeued(message) => observer.requeued(now, message),
        Event::DeadLettered(message, letter) => observer.dead_lettered(now, message, letter),
        Event::Dropped(message, why) => observer.dropped(now, message, why),
        Event::Expired(message) => observer.expired(now, message),
        Event::Wrote(call, datum) => observer.wrote(now, call, datum),
        Event::Read(call, datum, newest) => observer.read(now, call, datum, newest),
        Event::Applied(call, datum, was) => observer.applied(now, call, datum, was),
        Event::FailedOver(item, row, kept, lost) => observer.failed_over(now, item, row, kept, lost),
        Event::TurnedAway(call) => observer.turned_away(now, call),
        Event::Abandoned(call, cause) => observer.abandoned(now, call, cause),
        Event::Called(call) => observer.called(now, call),
        Event::Concluded(call, outcome, fell_back) => observer.concluded(now, call, outcome, fell_back),
        Event::Breaker(edge, replica, state) => observer.breaker(now, edge, replica, state),
        Event::Polled(call) => observer.polled(now, call),
        Event::Crashed(call, waited) => observer.crashed(now, call, waited),
        Event::Offloaded(job, queued) => observer.offloaded(now, job, queued),
        Event::TakenUp(job, lane, queued) => observer.taken_up(now, job, lane, queued),
        Event::BroughtBack(job, ok) => observer.brought_back(now, job, ok),
        Event::JobCrashed(job, waited) => observer.job_crashed(now, job, waited),
        Event::Pool(service, pool, taken, waiting) => observer.pool(now, service, pool, taken, waiting),
        Event::Drawn(key, value) => observer.drawn(now, key, value),
    }
}

impl Tape {
    fn keep(&mut self, now: Instant, event: Event) {
        self.0.push((now, event));
    }
}

impl Observer for Tape {
    fn offered(&mut self, now: Instant, request: Request) {
        self.keep(now, Event::Offered(request));
    }
    fn replied(&mut self, now: Instant, request: Request) {
        self.keep(now, Event::Replied(request));
    }
    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        self.keep(now, Event::Failed(request, cause));
    }
    fn completed(&mut self, now: Instant, request: Request, replied: bool) {
        self.keep(now, Event::Completed(request, replied));
    }
    fn sent(&mut self, now: Instant, call: Call, lane: Option<u32>) {
        self.keep(now, Event::Sent(call, lane));
    }
    fn forwarded(&mut self, now: Instant, call: Call, edge: EdgeId) {
        self.keep(now, Event::Forwarded(call, edge));
    }
    fn lost(&mut self, now: Instant, call: Call) {
        self.keep(now, Event::Lost(call));
    }
    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        self.keep(now, Event::Returned(call, outcome));
    }
    fn accepted(&mut self, now: Instant, call: Call, queued: bool) {
        self.keep(now, Event::Accepted(call, queued));
    }
    fn refused(&mut self, now: Instant, call: Call) {
        self.keep(now, Event::Refused(call));
    }
    fn began(&mut self, now: Instant, call: Call, lane: u32, queued: bool) {
        self.keep(now, Event::Began(call, lane, queued));
    }
    fn responded(&mut self, now: Instant, call: Call, ok: bool) {
        self.keep(now, Event::Responded(call, ok));
    }
    fn ended(&mut self, now: Instant, call: Call, ok: bool) {
        self.keep(now, Event::Ended(call, ok));
    }
    fn lane(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, call: u32) {
        self.keep(now, Event::Lane(service, lane, was, is, call));
    }
    fn crowded(&mut self, now: Instant, service: ServiceId, was: u32, is: u32) {
        self.keep(now, Event::Crowded(service, was, is));
    }
    fn published(&mut self, now: Instant, call: Call, message: Message) {
        self.keep(now, Event::Published(call, message));
    }
    fn copied(&mut self, now: Instant, message: Message, of: u32) {
        self.keep(now, Event::Copied(message, of));
    }
    fn overflowed(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.keep(now, Event::Overflowed(call, channel));
    }
    fn parked(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.keep(now, Event::Parked(call, channel));
    }
    fn depth(&mut self, now: Instant, channel: ChannelId, was: u32, is: u32) {
        self.keep(now, Event::Depth(channel, was, is));
    }
    fn lag(&mut self, now: Instant, channel: ChannelId, group: u32, was: u32, is: u32) {
        self.keep(now, Event::Lag(channel, group, was, is));
    }
    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        self.keep(now, Event::Delivered(message, call));
    }
    fn done(&mut self, now: Instant, message: Message, call: Call, again: bool) {
        self.keep(now, Event::Done(message, call, again));
    }
    fn settled(&mut self, now: Instant, message: Message, out_of_order: bool) {
        self.keep(now, Event::Settled(message, out_of_order));
    }
    fn taken_back(&mut self, now: Instant, message: Message, cause: Cause) {
        self.keep(now, Event::TakenBack(message, cause));
    }
    fn requeued(&mut self, now: Instant, message: Message) {
        self.keep(now, Event::Requeued(message));
    }
    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {
        self.keep(now, Event::DeadLettered(message, letter));
    }
    fn dropped(&mut self, now: Instant, message: Message, why: Gone) {
        self.keep(now, Event::Dropped(message, why));
    }
    fn expired(&mut self, now: Instant, message: Message) {
        self.keep(now, Event::Expired(message));
    }
    fn wrote(&mut self, now: Instant, call: Call, datum: Datum) {
        self.keep(now, Event::Wrote(call, datum));
    }
    fn read(&mut self, now: Instant, call: Call, datum: Datum, newest: u64) {
        self.keep(now, Event::Read(call, datum, newest));
    }
    fn applied(&mut self, now: Instant, call: Call, datum: Datum, was: u64) {
        self.keep(now, Event::Applied(call, datum, was));
    }
    fn failed_over(&mut self, now: Instant, item: ItemId, row: u32, kept: u64, lost: u64) {
        self.keep(now, Event::FailedOver(item, row, kept, lost));
    }
    fn turned_away(&mut self, now: Instant, call: Call) {
        self.keep(now, Event::TurnedAway(call));
    }
    fn abandoned(&mut self, now: Instant, call: Call, cause: Cause) {
        self.keep(now, Event::Abandoned(call, cause));
    }
    fn called(&mut self, now: Instant, call: Guarded) {
        self.keep(now, Event::Called(call));
    }
    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        self.keep(now, Event::Concluded(call, outcome, fell_back));
    }
    fn breaker(&mut self, now: Instant, edge: EdgeId, replica: u32, state: State) {
        self.keep(now, Event::Breaker(edge, replica, state));
    }
    fn polled(&mut self, now: Instant, call: Call) {
        self.keep(now, Event::Polled(call));
    }
    fn crashed(&mut self, now: Instant, call: Call, waited: bool) {
        self.keep(now, Event::Crashed(call, waited));
    }
    fn offloaded(&mut self, now: Instant, job: Job, queued: bool) {
        self.keep(now, Event::Offloaded(job, queued));
    }
    fn taken_up(&mut self, now: Instant, job: Job, lane: u32, queued: bool) {
        self.keep(now, Event::TakenUp(job, lane, queued));
    }
    fn brought_back(&mut self, now: Instant, job: Job, ok: bool) {
        self.keep(now, Event::BroughtBack(job, ok));
    }
    fn job_crashed(&mut self, now: Instant, job: Job, waited: bool) {
        self.keep(now, Event::JobCrashed(job, waited));
    }
    fn pool(&mut self, now: Instant, service: ServiceId, pool: u32, taken: u32, waiting: u32) {
        self.keep(now, Event::Pool(service, pool, taken, waiting));
    }
    fn drawn(&mut self, now: Instant, key: u64, value: u64) {
        self.keep(now, Event::Drawn(key, value));
    }
}
