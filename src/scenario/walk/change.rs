//! Clients, and what happens to a scenario in time, on their way.

use super::service::dist;
use super::{Wire, choice, duration, edge, instant, kind, list, number, service, small, text};
use crate::scenario::*;
use crate::time::{Duration, Instant};

pub fn no_client() -> Client {
    Client::plain(String::new(), Load::Open(Arrivals::Times(Vec::new())))
}

pub fn client<W: Wire>(wire: &mut W, it: &mut Client) {
    text(wire, &mut it.name);
    wire.detail(&mut it.load, load);
    instant(wire, &mut it.start);
    instant(wire, &mut it.stop);
    list(wire, &mut it.edges, || EdgeId(0), |wire, id| small(wire, &mut id.0));
}

fn load<W: Wire>(wire: &mut W, it: &mut Load) {
    let index = u64::from(matches!(it, Load::Closed { .. }));
    kind(wire, it, index, |index| match index {
        0 => Some(Load::Open(Arrivals::Times(Vec::new()))),
        1 => Some(Load::Closed {
            users: 0,
            think: Dist::Constant(Duration::ZERO),
        }),
        _ => None,
    });
    match it {
        Load::Open(arrivals) => self::arrivals(wire, arrivals),
        Load::Closed { users, think } => {
            small(wire, users);
            dist(wire, think);
        }
    }
}

fn arrivals<W: Wire>(wire: &mut W, it: &mut Arrivals) {
    let index = match it {
        Arrivals::Poisson { .. } => 0,
        Arrivals::Constant { .. } => 1,
        Arrivals::Renewal(_) => 2,
        Arrivals::Burst { .. } => 3,
        Arrivals::Ramp { .. } => 4,
        Arrivals::Wave { .. } => 5,
        Arrivals::Times(_) => 6,
    };
    kind(wire, it, index, |index| {
        let (low, high, zero) = (0.0, 0.0, Duration::ZERO);
        Some(match index {
            0 => Arrivals::Poisson { gap_ns: 0.0 },
            1 => Arrivals::Constant { gap_ns: 0.0 },
            2 => Arrivals::Renewal(Dist::Constant(zero)),
            3 => Arrivals::Burst { size: 0, every: zero },
            4 => Arrivals::Ramp { low, high, over: zero },
            5 => Arrivals::Wave {
                low,
                high,
                period: zero,
            },
            6 => Arrivals::Times(Vec::new()),
            _ => return None,
        })
    });
    match it {
        Arrivals::Poisson { gap_ns } | Arrivals::Constant { gap_ns } => number(wire, gap_ns),
        Arrivals::Renewal(gap) => dist(wire, gap),
        Arrivals::Burst { size, every } => {
            small(wire, size);
            duration(wire, every);
        }
        Arrivals::Ramp { low, high, over: time }
        | Arrivals::Wave {
            low,
            high,
            period: time,
        } => {
            number(wire, low);
            number(wire, high);
            duration(wire, time);
        }
        Arrivals::Times(times) => list(wire, times, || Duration::ZERO, duration),
    }
}

pub fn no_fault() -> Fault {
    Fault {
        at: Instant::START,
        until: Instant::START,
        place: Place::Service(ServiceId(0)),
        harm: Harm::Pause,
    }
}

pub fn fault<W: Wire>(wire: &mut W, it: &mut Fault) {
    instant(wire, &mut it.at);
    instant(wire, &mut it.until);
    let index = match it.place {
        Place::Service(_) => 0,
        Place::Replica(..) => 1,
        Place::Channel(_) => 2,
        Place::Edge(_) => 3,
    };
    kind(wire, &mut it.place, index, |index| match index {
        0 => Some(Place::Service(ServiceId(0))),
        1 => Some(Place::Replica(ServiceId(0), 0)),
        2 => Some(Place::Channel(ChannelId(0))),
        3 => Some(Place::Edge(EdgeId(0))),
        _ => None,
    });
    match &mut it.place {
        Place::Service(ServiceId(id)) | Place::Channel(ChannelId(id)) | Place::Edge(EdgeId(id)) => small(wire, id),
        Place::Replica(service, replica) => {
            small(wire, &mut service.0);
            small(wire, replica);
        }
    }
    harm(wire, &mut it.harm);
}

fn harm<W: Wire>(wire: &mut W, it: &mut Harm) {
    let index = match it {
        Harm::Down(_) => 0,
        Harm::Slow(_) => 1,
        Harm::Fail(_) => 2,
        Harm::Pause => 3,
        Harm::Loss(_) => 4,
        Harm::Latency(_) => 5,
    };
    kind(wire, it, index, |index| match index {
        0 => Some(Harm::Down(Down::Refuse)),
        1 => Some(Harm::Slow(0.0)),
        2 => Some(Harm::Fail(0.0)),
        3 => Some(Harm::Pause),
        4 => Some(Harm::Loss(0.0)),
        5 => Some(Harm::Latency(Dist::Constant(Duration::ZERO))),
        _ => None,
    });
    match it {
        Harm::Down(how) => choice(wire, how, &[Down::Refuse, Down::Blackhole, Down::Crash]),
        Harm::Slow(share) | Harm::Fail(share) | Harm::Loss(share) => number(wire, share),
        Harm::Pause => {}
        Harm::Latency(time) => wire.detail(time, dist),
    }
}

pub fn none() -> Change {
    Change {
        at: Instant::START,
        to: Changed::Edge(EdgeId(0), Box::new(edge::none())),
    }
}

pub fn change<W: Wire>(wire: &mut W, it: &mut Change) {
    instant(wire, &mut it.at);
    let index = match it.to {
        Changed::Edge(..) => 0,
        Changed::Service(..) => 1,
        Changed::Client(..) => 2,
        Changed::Channel(..) => 3,
    };
    kind(wire, &mut it.to, index, |index| match index {
        0 => Some(Changed::Edge(EdgeId(0), Box::new(edge::none()))),
        1 => Some(Changed::Service(ServiceId(0), Box::new(service::none()))),
        2 => Some(Changed::Client(ClientId(0), Box::new(no_client()))),
        3 => Some(Changed::Channel(ChannelId(0), Box::new(edge::no_channel()))),
        _ => None,
    });
    let (Changed::Edge(EdgeId(id), _)
    | Changed::Service(ServiceId(id), _)
    | Changed::Client(ClientId(id), _)
    | Changed::Channel(ChannelId(id), _)) = &mut it.to;
    small(wire, id);
    match &mut it.to {
        Changed::Edge(_, is) => edge::edge(wire, is),
        Changed::Service(_, is) => service::service(wire, is),
        Changed::Client(_, is) => client(wire, is),
        Changed::Channel(_, is) => edge::channel(wire, is),
    }
}
