//! One of two listeners, so that one copy of the engine serves both.
//!
//! Law: whatever is told reaches the listener that is there.

use super::deadlock::Deadlock;
use super::observer::*;
use crate::scenario::{ChannelId, EdgeId, ItemId, ServiceId};
use crate::time::Instant;

/// One of two listeners.
pub enum Either<A, B> {
    One(A),
    Other(B),
}

macro_rules! pass_on {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            #[inline(always)]
            fn $name(&mut self, $($argument: $kind),*) {
                match self {
                    Either::One(it) => it.$name($($argument),*),
                    Either::Other(it) => it.$name($($argument),*),
                }
            }
        )*
    };
}

impl<A: Observer, B: Observer> Observer for Either<A, B> {
    pass_on! {
        offered(now: Instant, request: Request);
        replied(now: Instant, request: Request);
        failed(now: Instant, request: Request, cause: Cause);
        completed(now: Instant, request: Request, replied: bool);
        sent(now: Instant, call: Call, lane: Option<u32>);
        lost(now: Instant, call: Call);
        turned_away(now: Instant, call: Call);
        returned(now: Instant, call: Call, outcome: Result<(), Cause>);
        abandoned(now: Instant, call: Call, cause: Cause);
        called(now: Instant, call: Guarded);
        concluded(now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool);
        breaker(now: Instant, edge: EdgeId, replica: u32, state: State);
        polled(now: Instant, call: Call);
        accepted(now: Instant, call: Call, queued: bool);
        refused(now: Instant, call: Call);
        began(now: Instant, call: Call, lane: u32, queued: bool);
        responded(now: Instant, call: Call, ok: bool);
        forwarded(now: Instant, call: Call, edge: EdgeId);
        ended(now: Instant, call: Call, ok: bool);
        crashed(now: Instant, call: Call, waited: bool);
        lane(now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, call: u32);
        crowded(now: Instant, service: ServiceId, was: u32, is: u32);
        offloaded(now: Instant, job: Job, queued: bool);
        taken_up(now: Instant, job: Job, lane: u32, queued: bool);
        brought_back(now: Instant, job: Job, ok: bool);
        job_crashed(now: Instant, job: Job, waited: bool);
        pool(now: Instant, service: ServiceId, pool: u32, taken: u32, waiting: u32);
        published(now: Instant, call: Call, message: Message);
        copied(now: Instant, message: Message, of: u32);
        overflowed(now: Instant, call: Call, channel: ChannelId);
        parked(now: Instant, call: Call, channel: ChannelId);
        depth(now: Instant, channel: ChannelId, was: u32, is: u32);
        lag(now: Instant, channel: ChannelId, group: u32, was: u32, is: u32);
        delivered(now: Instant, message: Message, call: Call);
        done(now: Instant, message: Message, call: Call, again: bool);
        settled(now: Instant, message: Message, out_of_order: bool);
        taken_back(now: Instant, message: Message, cause: Cause);
        requeued(now: Instant, message: Message);
        dead_lettered(now: Instant, message: Message, letter: Message);
        dropped(now: Instant, message: Message, why: Gone);
        expired(now: Instant, message: Message);
        wrote(now: Instant, call: Call, datum: Datum);
        read(now: Instant, call: Call, datum: Datum, newest: u64);
        applied(now: Instant, call: Call, datum: Datum, was: u64);
        failed_over(now: Instant, item: ItemId, row: u32, kept: u64, lost: u64);
        deadlocked(now: Instant, deadlock: &Deadlock);
        drawn(now: Instant, key: u64, value: u64);
    }
}

#[cfg(test)]
mod tests {
    /// A method that is missing above would be told to nobody.
    #[test]
    fn nothing_that_can_be_told_is_kept_back() {
        let names = |text: &str, before: &str, after: &str| {
            let lines = text.lines().map(str::trim);
            let found = lines.filter_map(|line| line.strip_prefix(before)?.split_once(after).map(|(name, _)| name));
            found
                .filter(|name| !name.contains(' '))
                .map(String::from)
                .collect::<Vec<_>>()
        };
        let observer = include_str!("observer.rs");
        let told = names(
            &observer[observer.find("pub trait Observer").unwrap_or(0)..],
            "fn ",
            "(",
        );
        let own = include_str!("either.rs");
        let passed = names(&own[own.find("pass_on! {").unwrap_or(0)..], "", "(now");
        assert!(told.len() > 20, "{told:?}");
        assert_eq!(passed, told);
    }
}
