//! What the auditor hears: each event moves its clock, and is looked at where it belongs.

use super::auditor::Auditor;
use sync_or_swim::scenario::{ChannelId, EdgeId, ItemId, ServiceId};
use sync_or_swim::time::Instant;
use sync_or_swim::trace::{Activity, Call, Cause, Datum, Gone, Message, Observer, Request};

impl Observer for Auditor<'_> {
    fn offered(&mut self, now: Instant, request: Request) {
        self.step(now);
        self.on_offered(request);
    }

    fn replied(&mut self, now: Instant, request: Request) {
        self.step(now);
        self.on_outcome(request, Ok(()));
    }

    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        self.step(now);
        self.on_outcome(request, Err(cause));
    }

    fn completed(&mut self, now: Instant, request: Request, replied: bool) {
        self.step(now);
        self.on_completed(request, replied);
    }

    fn sent(&mut self, now: Instant, call: Call, lane: Option<u32>) {
        self.step(now);
        self.on_sent(call, lane);
    }

    fn forwarded(&mut self, now: Instant, call: Call, edge: EdgeId) {
        self.step(now);
        self.on_forwarded(&call, edge);
    }

    fn lost(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.on_lost(&call);
    }

    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        self.step(now);
        self.on_returned(&call, outcome);
    }

    fn polled(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.on_polled(&call);
    }

    fn accepted(&mut self, now: Instant, call: Call, queued: bool) {
        self.step(now);
        self.on_accepted(&call, queued);
    }

    fn refused(&mut self, now: Instant, call: Call) {
        self.step(now);
        self.on_refused(&call);
    }

    fn began(&mut self, now: Instant, call: Call, lane: u32, queued: bool) {
        self.step(now);
        self.on_began(&call, lane, queued);
    }

    fn responded(&mut self, now: Instant, call: Call, ok: bool) {
        self.step(now);
        self.on_responded(&call, ok);
    }

    fn ended(&mut self, now: Instant, call: Call, ok: bool) {
        self.step(now);
        self.on_ended(&call, ok);
    }

    fn lane(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, call: u32) {
        self.step(now);
        self.on_lane(service, lane, was, is, call);
    }

    fn crowded(&mut self, now: Instant, service: ServiceId, was: u32, is: u32) {
        self.step(now);
        self.on_crowded(service, was, is);
    }

    fn published(&mut self, now: Instant, call: Call, message: Message) {
        self.step(now);
        self.on_published(&call, &message);
    }

    fn copied(&mut self, now: Instant, message: Message, of: u32) {
        self.step(now);
        self.on_copied(&message, of);
    }

    fn overflowed(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.step(now);
        self.on_overflowed(&call, channel);
    }

    fn parked(&mut self, now: Instant, call: Call, channel: ChannelId) {
        self.step(now);
        self.on_parked(&call, channel);
    }

    fn depth(&mut self, now: Instant, channel: ChannelId, was: u32, is: u32) {
        self.step(now);
        self.on_depth(channel, was, is);
    }

    fn lag(&mut self, now: Instant, channel: ChannelId, group: u32, was: u32, is: u32) {
        self.step(now);
        self.on_lag(channel, group, was, is);
    }

    fn delivered(&mut self, now: Instant, message: Message, call: Call) {
        self.step(now);
        self.on_delivered(&message, &call);
    }

    fn done(&mut self, now: Instant, message: Message, call: Call, again: bool) {
        self.step(now);
        self.on_done(&message, &call, again);
    }

    fn settled(&mut self, now: Instant, message: Message, out_of_order: bool) {
        self.step(now);
        self.on_settled(&message, out_of_order);
    }

    fn taken_back(&mut self, now: Instant, message: Message, cause: Cause) {
        self.step(now);
        self.on_taken_back(&message, cause);
    }

    fn requeued(&mut self, now: Instant, message: Message) {
        self.step(now);
        self.on_requeued(&message);
    }

    fn dead_lettered(&mut self, now: Instant, message: Message, letter: Message) {
        self.step(now);
        self.on_dead_lettered(&message, &letter);
    }

    fn dropped(&mut self, now: Instant, message: Message, why: Gone) {
        self.step(now);
        self.on_dropped(&message, why);
    }

    fn expired(&mut self, now: Instant, message: Message) {
        self.step(now);
        self.on_expired(&message);
    }

    fn wrote(&mut self, now: Instant, call: Call, datum: Datum) {
        self.step(now);
        self.on_wrote(&call, &datum);
    }

    fn read(&mut self, now: Instant, call: Call, datum: Datum, newest: u64) {
        self.step(now);
        self.on_read(&call, &datum, newest);
    }

    fn applied(&mut self, now: Instant, call: Call, datum: Datum, was: u64) {
        self.step(now);
        self.on_applied(&call, &datum, was);
    }

    fn failed_over(&mut self, now: Instant, item: ItemId, row: u32, kept: u64, lost: u64) {
        self.step(now);
        self.on_failed_over(item, row, kept, lost);
    }

    fn drawn(&mut self, now: Instant, _key: u64, _value: u64) {
        self.step(now);
    }
}
