//! Scenarios of the contract: all of them are read, and mean what it says.

use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

const EXAMPLES: [(&str, &str); 7] = [
    ("chain", include_str!("data/examples/chain.json")),
    ("checkout", include_str!("data/examples/checkout.json")),
    ("closed", include_str!("data/examples/closed.json")),
    ("event-loop", include_str!("data/examples/event-loop.json")),
    ("faults", include_str!("data/examples/faults.json")),
    ("saga", include_str!("data/examples/saga.json")),
    ("topic", include_str!("data/examples/topic.json")),
];

fn example(name: &str) -> Scenario {
    let (_, text) = EXAMPLES.iter().find(|(known, _)| *known == name).unwrap();
    let parsed = text::parse(text).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    assert_eq!(parsed.warnings, [], "{name}");
    parsed.scenario
}

#[test]
fn every_example_is_read_without_a_word() {
    for (name, _) in EXAMPLES {
        let scenario = example(name);
        assert!(!scenario.name.is_empty() && !scenario.about.is_empty(), "{name}");
    }
}

#[test]
fn faults_strike_where_and_when_they_say() {
    let scenario = example("faults");
    let at = |s| Instant::START + Duration::from_s(s);
    let payments = Place::Service(ServiceId(2));
    let edge = Place::Edge(scenario.edge_named("gateway->catalog").unwrap());
    let fault = |from, until, place, harm| Fault {
        at: at(from),
        until: at(until),
        place,
        harm,
    };
    let latency = Dist::Constant(Duration::from_ms(20));
    let expected = [
        fault(20, 30, payments, Harm::Slow(10.0)),
        fault(45, 47, edge, Harm::Loss(0.3)),
        fault(45, 47, edge, Harm::Latency(latency)),
        fault(70, 80, payments, Harm::Slow(10.0)),
        fault(90, 93, Place::Service(ServiceId(1)), Harm::Down(Down::Refuse)),
    ];
    assert_eq!(scenario.faults, expected);
    let [Change { at: when, to }] = &scenario.changes[..] else {
        panic!("{:?}", scenario.changes)
    };
    let Changed::Edge(id, is) = to else { panic!("{to:?}") };
    assert_eq!((*when, scenario.edge(*id).name.as_str()), (at(60), "gateway->payments"));
    let retry = is.policy.retry.as_ref().unwrap();
    assert_eq!((is.mode, retry.attempts, is.flip), (Mode::Queue, 2, Mode::Queue));
    let night = Arrivals::Burst {
        size: 200,
        every: Duration::from_s(30),
    };
    assert_eq!(scenario.clients[1].load, Load::Open(night));
}

#[test]
fn a_topic_has_partitions_keys_and_groups() {
    let scenario = example("topic");
    let [placed, dead] = &scenario.channels[..] else {
        panic!("{:?}", scenario.channels)
    };
    let expected = Channel {
        name: "order-placed".to_string(),
        kind: ChannelKind::Topic,
        partitions: 12,
        rules: ChannelRules {
            delivery: Dist::Constant(Duration::from_ms(2)),
            // What `"protocol": "kafka"` stands for.
            ack: Dist::Constant(Duration::from_ms(2)),
            ack_timeout: Some(Duration::from_s(2)),
            deliveries: 5,
            dead_letter: Some(ChannelId(1)),
            ..ChannelRules::default()
        },
    };
    assert_eq!(*placed, expected);
    assert_eq!(
        (dead.kind, dead.partitions, dead.rules.capacity),
        (ChannelKind::Queue, 1, Some(10_000))
    );
    let publish = scenario.edge(scenario.edge_named("orders->order-placed").unwrap());
    let customer = scenario
        .entities
        .iter()
        .position(|entity| entity.name == "customer")
        .unwrap();
    assert_eq!(scenario.entities[customer].count, Some(1000));
    assert_eq!(publish.to, Callee::Channel(ChannelId(0)));
    assert_eq!(publish.publish.key, Some(EntityId(customer as u32)));
    assert_eq!((publish.publish.acks, publish.publish.reply), (Acks::Leader, false));
}

#[test]
fn each_group_of_a_topic_consumes_on_its_own_terms() {
    let scenario = example("topic");
    let groups = scenario.groups(ChannelId(0));
    let names: Vec<(&str, &str)> = groups
        .iter()
        .map(|group| (group.name.as_str(), scenario.edge(group.edges[0]).name.as_str()))
        .collect();
    let expected = [
        ("billing", "order-placed->billing"),
        ("search", "order-placed->search.index"),
        ("alerts", "order-placed->alerts"),
    ];
    assert_eq!(names, expected);
    let consume = |group: usize| scenario.edge(groups[group].edges[0]).consume.clone();
    let plain = |name: &str| Consume {
        group: Some(name.to_string()),
        ..Consume::default()
    };
    let billing = Consume {
        prefetch: Some(4),
        idempotent: true,
        poison: 0.001,
        ..plain("billing")
    };
    assert_eq!(consume(0), billing);
    let batch = Batch {
        size: 20,
        linger: Duration::from_ms(50),
    };
    let search = Consume {
        batch: Some(batch),
        ..plain("search")
    };
    assert_eq!(consume(1), search);
    assert_eq!(consume(2), plain("alerts"));
}

/// Texts that are nearly scenarios: cut off, with a letter too many, or with one replaced.
#[test]
fn no_text_makes_the_reader_panic() {
    let mut told = 0;
    let entries = sync_or_swim::scenario::gallery::ENTRIES.iter().map(|entry| entry.text);
    for text in entries.chain(EXAMPLES.map(|(_, text)| text)) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).step_by(23).collect();
        for (index, at) in places.into_iter().enumerate() {
            let (before, after) = text.split_at(at);
            let letter = ["\"", "{", "]", ",", "-1", "\u{1F600}", "\0", "\\"][index % 8];
            let rest: String = after.chars().skip(1).collect();
            for strange in [
                before.to_string(),
                format!("{before}{letter}{after}"),
                format!("{before}{letter}{rest}"),
            ] {
                let problems = text::parse(&strange).err().unwrap_or_default();
                told += problems.len();
                assert!(
                    problems.iter().all(|problem| problem.line > 0 && problem.column > 0),
                    "{strange}"
                );
            }
        }
    }
    println!("{told} problems were told");
    assert!(told > 1000);
}
