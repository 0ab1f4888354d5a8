//! Edges with their policies, and channels, on their way.

use super::service::dist;
use super::{Wire, choice, duration, flag, kind, list, number, option, small, text};
use crate::scenario::*;
use crate::time::Duration;

pub fn none() -> Edge {
    let (from, to) = (Caller::Client(ClientId(0)), Callee::Channel(ChannelId(0)));
    Edge::plain(String::new(), from, to)
}

pub fn edge<W: Wire>(wire: &mut W, it: &mut Edge) {
    text(wire, &mut it.name);
    let index = match it.from {
        Caller::Client(_) => 0,
        Caller::Service(_) => 1,
        Caller::Channel(_) => 2,
    };
    kind(wire, &mut it.from, index, |index| match index {
        0 => Some(Caller::Client(ClientId(0))),
        1 => Some(Caller::Service(ServiceId(0))),
        2 => Some(Caller::Channel(ChannelId(0))),
        _ => None,
    });
    let (Caller::Client(ClientId(from)) | Caller::Service(ServiceId(from)) | Caller::Channel(ChannelId(from))) =
        &mut it.from;
    small(wire, from);
    let index = u64::from(matches!(it.to, Callee::Channel(_)));
    kind(wire, &mut it.to, index, |index| match index {
        0 => Some(Callee::Operation(ServiceId(0), 0)),
        1 => Some(Callee::Channel(ChannelId(0))),
        _ => None,
    });
    match &mut it.to {
        Callee::Operation(service, operation) => {
            small(wire, &mut service.0);
            small(wire, operation);
        }
        Callee::Channel(channel) => small(wire, &mut channel.0),
    }
    choice(wire, &mut it.mode, &Mode::ALL);
    choice(wire, &mut it.flip, &Mode::ALL);
    flag(wire, &mut it.declared);
    wire.detail(it, guards);
}

/// What happens to calls on their way.
fn guards<W: Wire>(wire: &mut W, it: &mut Edge) {
    number(wire, &mut it.weight);
    dist(wire, &mut it.latency);
    number(wire, &mut it.loss);
    time(wire, &mut it.timeout);
    rules(wire, &mut it.channel);
    policy(wire, &mut it.policy);
    publish(wire, &mut it.publish);
    consume(wire, &mut it.consume);
}

/// A duration that may be absent.
fn time<W: Wire>(wire: &mut W, it: &mut Option<Duration>) {
    option(wire, it, || Duration::ZERO, duration);
}

pub fn no_channel() -> Channel {
    Channel {
        name: String::new(),
        kind: ChannelKind::Queue,
        partitions: 1,
        rules: ChannelRules::default(),
    }
}

pub fn channel<W: Wire>(wire: &mut W, it: &mut Channel) {
    text(wire, &mut it.name);
    choice(wire, &mut it.kind, &[ChannelKind::Queue, ChannelKind::Topic]);
    small(wire, &mut it.partitions);
    wire.detail(&mut it.rules, rules);
}

fn rules<W: Wire>(wire: &mut W, it: &mut ChannelRules) {
    option(wire, &mut it.capacity, || 0, small);
    let overflows = [Overflow::Refuse, Overflow::Block, Overflow::DropOldest];
    choice(wire, &mut it.overflow, &overflows);
    dist(wire, &mut it.delivery);
    dist(wire, &mut it.ack);
    time(wire, &mut it.ack_timeout);
    duration(wire, &mut it.redelivery);
    small(wire, &mut it.deliveries);
    option(
        wire,
        &mut it.dead_letter,
        || ChannelId(0),
        |wire, id| small(wire, &mut id.0),
    );
    time(wire, &mut it.retention);
}

fn publish<W: Wire>(wire: &mut W, it: &mut Publish) {
    choice(wire, &mut it.acks, &[Acks::None, Acks::Leader, Acks::All]);
    option(wire, &mut it.key, || EntityId(0), |wire, id| small(wire, &mut id.0));
    flag(wire, &mut it.reply);
}

fn consume<W: Wire>(wire: &mut W, it: &mut Consume) {
    option(wire, &mut it.group, String::new, text);
    option(wire, &mut it.prefetch, || 0, small);
    let no_batch = || Batch {
        size: 0,
        linger: Duration::ZERO,
    };
    option(wire, &mut it.batch, no_batch, |wire, batch| {
        small(wire, &mut batch.size);
        duration(wire, &mut batch.linger);
    });
    flag(wire, &mut it.idempotent);
    number(wire, &mut it.poison);
}

fn policy<W: Wire>(wire: &mut W, it: &mut Policy) {
    option(wire, &mut it.fallback, || Fallback::Value(String::new()), fallback);
    let no_retry = || Retry {
        attempts: 0,
        backoff: Backoff::Constant(Duration::ZERO),
        jitter: Jitter::None,
        budget: None,
        on: Vec::new(),
    };
    option(wire, &mut it.retry, no_retry, retry);
    let no_breaker = || Breaker {
        window: 0,
        failure_rate: 0.0,
        minimum_calls: 0,
        open: Duration::ZERO,
        half_open: 0,
    };
    option(wire, &mut it.breaker, no_breaker, breaker);
    for limit in [&mut it.limit, &mut it.connections] {
        option(wire, limit, || 0, small);
    }
    option(wire, &mut it.rate, || 0.0, number);
    option(wire, &mut it.setup, || Dist::Constant(Duration::ZERO), dist);
    option(wire, &mut it.deadline, || Deadline::Propagate, deadline);
    for pause in [&mut it.hedge, &mut it.every] {
        time(wire, pause);
    }
    for sign in [&mut it.cancel, &mut it.idempotent] {
        flag(wire, sign);
    }
}

fn fallback<W: Wire>(wire: &mut W, it: &mut Fallback) {
    let index = u64::from(matches!(it, Fallback::Call(_)));
    kind(wire, it, index, |index| match index {
        0 => Some(Fallback::Value(String::new())),
        1 => Some(Fallback::Call(EdgeId(0))),
        _ => None,
    });
    match it {
        Fallback::Value(value) => text(wire, value),
        Fallback::Call(edge) => small(wire, &mut edge.0),
    }
}

fn retry<W: Wire>(wire: &mut W, it: &mut Retry) {
    small(wire, &mut it.attempts);
    let index = match it.backoff {
        Backoff::Constant(_) => 0,
        Backoff::Linear(_) => 1,
        Backoff::Exponential { .. } => 2,
    };
    kind(wire, &mut it.backoff, index, |index| {
        let (first, most) = (Duration::ZERO, Duration::ZERO);
        match index {
            0 => Some(Backoff::Constant(first)),
            1 => Some(Backoff::Linear(first)),
            2 => Some(Backoff::Exponential { first, most }),
            _ => None,
        }
    });
    match &mut it.backoff {
        Backoff::Constant(pause) | Backoff::Linear(pause) => duration(wire, pause),
        Backoff::Exponential { first, most } => {
            duration(wire, first);
            duration(wire, most);
        }
    }
    let jitters = [Jitter::None, Jitter::Equal, Jitter::Full, Jitter::Decorrelated];
    choice(wire, &mut it.jitter, &jitters);
    option(wire, &mut it.budget, || 0.0, number);
    list(
        wire,
        &mut it.on,
        || Cause::Error,
        |wire, cause| choice(wire, cause, &Cause::ALL),
    );
}

fn breaker<W: Wire>(wire: &mut W, it: &mut Breaker) {
    small(wire, &mut it.window);
    number(wire, &mut it.failure_rate);
    small(wire, &mut it.minimum_calls);
    duration(wire, &mut it.open);
    small(wire, &mut it.half_open);
}

fn deadline<W: Wire>(wire: &mut W, it: &mut Deadline) {
    let index = u64::from(matches!(it, Deadline::After(_)));
    kind(wire, it, index, |index| match index {
        0 => Some(Deadline::Propagate),
        1 => Some(Deadline::After(Duration::ZERO)),
        _ => None,
    });
    if let Deadline::After(time) = it {
        duration(wire, time);
    }
}
