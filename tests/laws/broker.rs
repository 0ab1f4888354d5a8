//! Random channels in random scenarios: who publishes where, who consumes, and by which rules.
//!
//! Law: dead letters go to later channels only, so that no message goes round for ever; what costs too much is trimmed.

use super::cost;
use super::scenario::{Weather, dist, grid, latency, weighted};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sync_or_swim::scenario::*;
use sync_or_swim::time::Duration;

/// A channel before its neighbours are known.
#[derive(Clone, Debug)]
pub struct ChannelDraft {
    kind: ChannelKind,
    partitions: u32,
    rules: ChannelRules,
    dead_letter: bool,
    consumers: Vec<ConsumerDraft>,
}

#[derive(Clone, Debug)]
struct ConsumerDraft {
    service: Index,
    operation: Index,
    group: Option<bool>,
    consume: Consume,
    latency: Dist,
    loss: f64,
}

/// A publication: from a client, or as a step of an operation.
#[derive(Clone, Debug)]
pub struct PostDraft {
    from: Index,
    place: Index,
    channel: Index,
    publish: Publish,
    mode: Mode,
    latency: Dist,
    loss: f64,
    timeout: Option<Duration>,
}

pub fn channels(weather: Weather) -> impl Strategy<Value = (Vec<ChannelDraft>, Vec<PostDraft>)> {
    prop_oneof![
        1 => Just((Vec::new(), Vec::new())),
        1 => (vec(channel(weather), 1..4), vec(post(weather), 1..4)),
    ]
}

fn often(weather: Weather, chance: f64) -> f64 {
    if weather == Weather::Calm { 0.0 } else { chance }
}

fn channel(weather: Weather) -> impl Strategy<Value = ChannelDraft> {
    let kind = prop_oneof![Just(ChannelKind::Queue), Just(ChannelKind::Topic)];
    let consumers = if weather == Weather::Calm { 1..2 } else { 1..4 };
    (
        (kind, 1u32..4, rules(weather)),
        prop::bool::weighted(0.4),
        vec(consumer(weather), consumers),
        prop::bool::weighted(often(weather, 0.15)),
    )
        .prop_map(|((kind, partitions, rules), dead_letter, mut consumers, lonely)| {
            if lonely {
                consumers.clear();
            }
            let partitions = if kind == ChannelKind::Topic { partitions } else { 1 };
            ChannelDraft {
                kind,
                partitions,
                rules,
                dead_letter,
                consumers,
            }
        })
}

fn rules(weather: Weather) -> impl Strategy<Value = ChannelRules> {
    let overflow = prop_oneof![
        Just(Overflow::Refuse),
        Just(Overflow::Block),
        Just(Overflow::DropOldest)
    ];
    let pause = prop_oneof![2 => Just(Duration::ZERO), 1 => grid()];
    (
        (weighted(often(weather, 0.4), 1u32..5), overflow),
        (dist(true), pause.clone()),
        (
            weighted(often(weather, 0.3), grid()),
            weighted(often(weather, 0.2), grid()),
        ),
        (pause, 1u32..4),
    )
        .prop_map(
            |((capacity, overflow), (delivery, ack), (ack_timeout, retention), (redelivery, deliveries))| {
                ChannelRules {
                    capacity,
                    overflow,
                    delivery,
                    ack: Dist::Constant(ack),
                    ack_timeout,
                    redelivery,
                    deliveries,
                    dead_letter: None,
                    retention,
                }
            },
        )
}

fn consumer(weather: Weather) -> impl Strategy<Value = ConsumerDraft> {
    let batch = (1u32..4, prop_oneof![Just(Duration::ZERO), grid()]).prop_map(|(size, linger)| Batch { size, linger });
    (
        (any::<Index>(), any::<Index>(), weighted(0.5, any::<bool>())),
        (weighted(0.3, 1u32..5), weighted(often(weather, 0.3), batch)),
        (any::<bool>(), weighted(often(weather, 0.2), Just(0.3))),
        (latency(), weighted(often(weather, 0.1), Just(0.2))),
    )
        .prop_map(
            |((service, operation, group), (prefetch, batch), (idempotent, poison), (latency, loss))| ConsumerDraft {
                service,
                operation,
                group,
                consume: Consume {
                    group: None,
                    prefetch,
                    batch,
                    idempotent,
                    poison: poison.unwrap_or(0.0),
                },
                latency,
                loss: loss.unwrap_or(0.0),
            },
        )
}

fn post(weather: Weather) -> impl Strategy<Value = PostDraft> {
    let acks = prop_oneof![1 => Just(Acks::None), 2 => Just(Acks::Leader), 1 => Just(Acks::All)];
    let key = prop_oneof![Just(None), Just(Some(EntityId(0))), Just(Some(EntityId(1)))];
    (
        (any::<Index>(), any::<Index>(), any::<Index>()),
        (acks, key, prop::bool::weighted(0.25)),
        prop_oneof![Just(Mode::Sync), Just(Mode::Await)],
        (latency(), weighted(often(weather, 0.1), Just(0.2))),
        weighted(often(weather, 0.3), grid()),
    )
        .prop_map(
            |((from, place, channel), (acks, key, reply), mode, (latency, loss), timeout)| PostDraft {
                from,
                place,
                channel,
                publish: Publish { acks, key, reply },
                mode,
                latency,
                loss: loss.unwrap_or(0.0),
                timeout,
            },
        )
}

/// The scenario with these channels, as far as it can bear what they cause.
pub fn with_channels(mut scenario: Scenario, channels: Vec<ChannelDraft>, posts: Vec<PostDraft>) -> Scenario {
    if channels.is_empty() {
        return scenario;
    }
    scenario.entities = super::data::entities();
    let count = channels.len();
    for (index, draft) in channels.into_iter().enumerate() {
        let dead_letter = (draft.dead_letter && index + 1 < count).then_some(ChannelId(index as u32 + 1));
        scenario.channels.push(Channel {
            name: format!("q{index}"),
            kind: draft.kind,
            partitions: draft.partitions,
            rules: ChannelRules {
                dead_letter,
                ..draft.rules
            },
        });
        for consumer in draft.consumers {
            subscribe(&mut scenario, index as u32, consumer);
        }
    }
    for post in posts {
        publish(&mut scenario, count, post);
    }
    let edges = scenario.edges.clone();
    cost::trim(&scenario.clients, &mut scenario.services, &edges);
    scenario
}

fn subscribe(scenario: &mut Scenario, channel: u32, draft: ConsumerDraft) {
    let service = draft.service.index(scenario.services.len());
    let operation = draft.operation.index(scenario.services[service].operations.len());
    let name = format!("q{channel}->s{service}.op{operation}");
    if scenario.edge_named(&name).is_some() {
        return;
    }
    let to = Callee::Operation(ServiceId(service as u32), operation as u32);
    scenario.edges.push(Edge {
        latency: draft.latency,
        loss: draft.loss,
        consume: Consume {
            group: draft.group.map(|first| if first { "a" } else { "b" }.to_string()),
            ..draft.consume
        },
        ..Edge::plain(name, Caller::Channel(ChannelId(channel)), to)
    });
}

fn publish(scenario: &mut Scenario, channels: usize, draft: PostDraft) {
    let channel = draft.channel.index(channels) as u32;
    let clients = scenario.clients.len();
    let pick = draft.from.index(clients + 2 * scenario.services.len());
    let (from, name) = match pick.checked_sub(clients) {
        None => (Caller::Client(ClientId(pick as u32)), format!("c{pick}->q{channel}")),
        Some(pick) => {
            let service = pick % scenario.services.len();
            (
                Caller::Service(ServiceId(service as u32)),
                format!("s{service}->q{channel}"),
            )
        }
    };
    let id = scenario.edge_named(&name).unwrap_or_else(|| {
        scenario.edges.push(Edge {
            mode: draft.mode,
            latency: draft.latency,
            loss: draft.loss,
            timeout: draft.timeout,
            publish: draft.publish,
            ..Edge::plain(name, from, Callee::Channel(ChannelId(channel)))
        });
        EdgeId(scenario.edges.len() as u32 - 1)
    });
    match from {
        Caller::Client(client) => {
            let edges = &mut scenario.clients[client.0 as usize].edges;
            if !edges.contains(&id) {
                edges.push(id);
            }
        }
        Caller::Service(service) => {
            let operations = &mut scenario.services[service.0 as usize].operations;
            let operation = draft.place.index(operations.len());
            let steps = &mut operations[operation].steps;
            steps.insert(draft.place.index(steps.len() + 1), Step::Call(id));
        }
        Caller::Channel(_) => unreachable!("channels do not publish"),
    }
}
