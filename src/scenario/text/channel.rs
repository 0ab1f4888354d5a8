//! Channels: a broker's queues and topics, and the rules of their messages.
//!
//! ```text
//! channels {"mail": {"kind": "queue", "capacity": 100, "deadLetter": "lost"}, "lost": {}}     declared, with a name
//! edges    [{"from": "a", "to": "b", "mode": "queue", "channel": {"capacity": 100}}]          the edge's own
//! ```
//!
//! Law: both kinds obey the same rules, which are read here and nowhere else.

use super::client::{distribution, positive};
use super::cycle::circle;
use super::name::{self, Names};
use super::policy::{self, given};
use super::table::{Desk, Table};
use crate::scenario::node::Node;
use crate::scenario::{Callee, Caller, Channel, ChannelId, ChannelKind, ChannelRules, Edge, Overflow};

const KEYS: [&str; 12] = [
    "capacity",
    "overflow",
    "ack",
    "delivery",
    "ackTimeout",
    "redelivery",
    "deliveries",
    "deadLetter",
    "retention",
    "protocol",
    "kind",
    "partitions",
];
/// Of these, what a channel is; the others are rules.
const NATURE: [&str; 2] = ["kind", "partitions"];
const KINDS: [ChannelKind; 2] = [ChannelKind::Queue, ChannelKind::Topic];
const OVERFLOWS: [Overflow; 3] = [Overflow::Refuse, Overflow::Block, Overflow::DropOldest];
/// Partitions of a topic at most.
const PARTITIONS: u64 = 10_000;
/// Deliveries of one message at most.
const DELIVERIES: u64 = 10_000;

/// Reads all declared channels.
pub fn channels<'a>(desk: &mut Desk<'a>, field: Option<&'a Node>, names: &Names<'a>) -> Vec<Channel> {
    let table = field.and_then(|field| desk.names(field));
    let entries: Vec<_> = table.iter().flat_map(|table| table.entries()).collect();
    if let (Some(field), true) = (field, entries.len() > super::COUNT_LIMIT) {
        let message = format!("there are {} channels", entries.len());
        desk.error(field, message, format!("at most {}", super::COUNT_LIMIT));
        return Vec::new();
    }
    let channels: Vec<Channel> = entries
        .iter()
        .map(|(name, _, field)| channel(desk, name, field, names))
        .collect();
    if let Some(circle) = dead_letter_circle(&channels) {
        let place = entries[circle[0]].2.get("deadLetter");
        never_dead(desk, place.unwrap_or(desk.root), &circle, names);
    }
    channels
}

fn channel<'a>(desk: &mut Desk<'a>, name: &str, field: &'a Node, names: &Names<'a>) -> Channel {
    let mut channel = Channel {
        name: name.to_string(),
        kind: ChannelKind::Queue,
        partitions: 1,
        rules: ChannelRules::default(),
    };
    let Some(table) = desk.table(field, &KEYS, &[]) else {
        return channel;
    };
    if let Some(field) = table.get("kind") {
        channel.kind = KINDS[desk.word(field, &["queue", "topic"])];
    }
    if let Some(field) = table.get("partitions") {
        channel.partitions = desk.count(field, 1, PARTITIONS) as u32;
        if channel.kind == ChannelKind::Queue && channel.partitions > 1 {
            let fix = "\"kind\": \"topic\", or leave it out";
            desk.error(field, "only a topic has partitions", fix);
        }
    }
    rules(desk, &table, &mut channel.rules, names);
    channel
}

/// Sets what a change says of a channel: its rules.
pub fn change<'a>(
    desk: &mut Desk<'a>,
    field: &'a Node,
    channels: &mut [Channel],
    id: ChannelId,
    names: &Names<'a>,
) -> Option<()> {
    let table = desk.table(field, &KEYS, &[])?;
    for (key, name, _) in table.entries() {
        if NATURE.contains(&key) {
            desk.error(name, format!("`{key}` stays as it is during a run"), "leave it out");
        }
    }
    rules(desk, &table, &mut channels[id.0 as usize].rules, names);
    if let (Some(place), Some(circle)) = (table.get("deadLetter"), dead_letter_circle(channels)) {
        never_dead(desk, place, &circle, names);
    }
    Some(())
}

/// Sets the rules of the channel that an edge has in mode `queue`.
pub fn own<'a>(desk: &mut Desk<'a>, field: &'a Node, rules: &mut ChannelRules, names: &Names<'a>) {
    let Some(table) = desk.table(field, &KEYS, &[]) else {
        return;
    };
    for field in NATURE.iter().filter_map(|key| table.get(key)) {
        let fix = "publish to a topic under `channels`, or leave it out";
        desk.error(field, "the channel of an edge is a queue", fix);
    }
    self::rules(desk, &table, rules, names);
}

/// Reads the rules that are there; the others stay as they are.
fn rules<'a>(desk: &mut Desk<'a>, table: &Table<'a>, rules: &mut ChannelRules, names: &Names<'a>) {
    if let Some(field) = table.get("capacity") {
        rules.capacity = given(field).map(|field| desk.count(field, 1, u32::MAX as u64 - 1) as u32);
    }
    delivery(desk, table, rules, names);
    if let Some(field) = table.get("ack") {
        rules.ack = distribution(desk, field);
    }
}

fn delivery<'a>(desk: &mut Desk<'a>, table: &Table<'a>, rules: &mut ChannelRules, names: &Names<'a>) {
    if let Some(ack) = policy::protocol(desk, table).and_then(policy::ack_of) {
        rules.ack = ack;
    }
    if let Some(field) = table.get("overflow") {
        rules.overflow = OVERFLOWS[desk.word(field, &["refuse", "block", "dropOldest"])];
        if rules.overflow != Overflow::Refuse && rules.capacity.is_none() {
            desk.warn(
                field,
                "without a `capacity` the channel is never full",
                "add `capacity`",
            );
        }
    }
    if let Some(field) = table.get("delivery") {
        rules.delivery = distribution(desk, field);
    }
    if let Some(field) = table.get("redelivery") {
        rules.redelivery = desk.duration(field);
    }
    if let Some(field) = table.get("deliveries") {
        rules.deliveries = desk.count(field, 1, DELIVERIES) as u32;
    }
    for (key, place) in [
        ("ackTimeout", &mut rules.ack_timeout),
        ("retention", &mut rules.retention),
    ] {
        if let Some(field) = table.get(key) {
            *place = given(field).map(|field| positive(desk, field));
        }
    }
    if let Some(field) = table.get("deadLetter") {
        rules.dead_letter = given(field).and_then(|field| named(desk, field, names));
    }
}

/// The declared channel of this name.
pub fn named<'a>(desk: &mut Desk<'a>, field: &'a Node, names: &Names<'a>) -> Option<ChannelId> {
    name::one_of(desk, field, "channel", &names.channels).map(ChannelId)
}

/// Channels whose dead letters come back to them.
fn dead_letter_circle(channels: &[Channel]) -> Option<Vec<usize>> {
    let next = |channel: &Channel| channel.rules.dead_letter.iter().map(|id| id.0 as usize).collect();
    circle(&channels.iter().map(next).collect::<Vec<_>>())
}

fn never_dead(desk: &mut Desk, place: &Node, circle: &[usize], names: &Names) {
    let path: Vec<&str> = circle.iter().map(|at| names.channels[*at]).collect();
    let message = format!("these dead letters never rest: {} → {}", path.join(" → "), path[0]);
    desk.error(place, message, "leave out one `deadLetter`");
}

/// Warns of channels that nothing comes into or out of; dead letters may well be left to lie.
pub fn unused<'a>(desk: &mut Desk<'a>, field: Option<&'a Node>, channels: &[Channel], edges: &[Edge]) {
    let Some(table) = field.filter(|_| !desk.failed()).and_then(|field| desk.names(field)) else {
        return;
    };
    let rules = channels.iter().map(|channel| &channel.rules);
    let rules = rules.chain(edges.iter().map(|edge| &edge.channel));
    let dead: Vec<ChannelId> = rules.filter_map(|rules| rules.dead_letter).collect();
    for (index, (name, key, _)) in table.entries().enumerate() {
        let id = ChannelId(index as u32);
        let published = edges.iter().any(|edge| edge.to == Callee::Channel(id));
        let consumed = edges.iter().any(|edge| edge.from == Caller::Channel(id));
        if !published && !dead.contains(&id) {
            let fix = format!("add {{\"from\": …, \"to\": \"{name}\"}} to `edges`");
            desk.warn(key, format!("nobody publishes to `{name}`"), fix);
        } else if published && !consumed {
            let fix = format!("add {{\"from\": \"{name}\", \"to\": …}} to `edges`");
            desk.warn(key, format!("nobody consumes what is published to `{name}`"), fix);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;
    use crate::time::Duration;

    #[test]
    fn a_channel_says_what_it_is_and_leaves_the_rest_as_usual() {
        let [sold, lost] = &shop("", "").channels[..] else {
            panic!()
        };
        assert_eq!(
            (sold.name.as_str(), sold.kind, sold.partitions),
            ("sold", ChannelKind::Topic, 1)
        );
        assert_eq!(sold.rules.dead_letter, Some(ChannelId(1)));
        let plain = Channel {
            name: "lost".to_string(),
            kind: ChannelKind::Queue,
            partitions: 1,
            rules: ChannelRules::default(),
        };
        assert_eq!(*lost, plain);
    }

    #[test]
    fn every_rule_of_a_channel_is_read() {
        let rules = r#""partitions": 12, "capacity": 100, "overflow": "dropOldest", "delivery": "2ms", "ack": "exp(3ms)",
            "ackTimeout": "2s", "redelivery": "50ms", "deliveries": 3, "retention": "1m", "kind": "topic""#;
        let channel = shop("\"kind\": \"topic\"", rules).channels.remove(0);
        assert_eq!(channel.partitions, 12);
        let ms = Duration::from_ms;
        let expected = ChannelRules {
            capacity: Some(100),
            overflow: Overflow::DropOldest,
            delivery: Dist::Constant(ms(2)),
            ack: Dist::Exp { mean: ms(3) },
            ack_timeout: Some(ms(2000)),
            redelivery: ms(50),
            deliveries: 3,
            dead_letter: Some(ChannelId(1)),
            retention: Some(ms(60_000)),
        };
        assert_eq!(channel.rules, expected);
        let own =
            "\"mode\": \"queue\", \"channel\": {\"overflow\": \"block\", \"capacity\": 5, \"deadLetter\": \"lost\"}";
        let own = shop("\"mode\": \"await\"", own).edges.remove(1).channel;
        assert_eq!((own.overflow, own.capacity), (Overflow::Block, Some(5)));
        assert_eq!(own.dead_letter, Some(ChannelId(1)));
        let none =
            "\"capacity\": null, \"ackTimeout\": null, \"retention\": null, \"deadLetter\": null, \"kind\": \"queue\"";
        assert_eq!(
            shop("\"lost\": {}", &format!("\"lost\": {{{none}}}")).channels[1].rules,
            ChannelRules::default()
        );
    }

    #[test]
    fn a_protocol_gives_the_ack_its_time_unless_that_is_said() {
        let ack = |rules: &str| {
            shop("\"kind\": \"topic\"", &format!("\"kind\": \"topic\", {rules}"))
                .channels
                .remove(0)
                .rules
                .ack
        };
        assert_eq!(ack("\"protocol\": \"kafka\""), Dist::Constant(Duration::from_ms(2)));
        assert_eq!(
            ack("\"ack\": \"7ms\", \"protocol\": \"amqp\""),
            Dist::Constant(Duration::from_ms(7))
        );
        assert_eq!(ack("\"protocol\": \"nats\""), Dist::Constant(Duration::ZERO));
        let own = "\"mode\": \"queue\", \"channel\": {\"ack\": \"7ms\"}, \"protocol\": \"kafka\"";
        let own = shop("\"mode\": \"await\"", own).edges.remove(1).channel;
        assert_eq!(own.ack, Dist::Constant(Duration::from_ms(7)));
    }

    #[test]
    fn what_is_wrong_with_a_channel_is_said() {
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"tpoic\"",
            "10:22 channels.sold.kind: `tpoic` is not possible here; did you mean `topic`?",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"partitions\": 4, \"deadLetter\": \"lost\"",
            "10:28 channels.sold.partitions: only a topic has partitions; \"kind\": \"topic\", or leave it out\n17:45 edges[3].group: all consumers of the queue `sold` share its messages; \"kind\": \"topic\", or leave it out",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"partitions\": 0, \"deadLetter\": \"lost\"",
            "10:45 channels.sold.partitions: `0` is not possible here; a whole number from 1 to 10000",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"capacity\": 0, \"deadLetter\": \"lost\"",
            "10:43 channels.sold.capacity: `0` is not possible here; a whole number from 1 to 4294967294",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"overflow\": \"blok\", \"capacity\": 5, \"deadLetter\": \"lost\"",
            "10:43 channels.sold.overflow: `blok` is not possible here; did you mean `block`?",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"overflow\": \"block\", \"deadLetter\": \"lost\"",
            "10:43 warning: channels.sold.overflow: without a `capacity` the channel is never full; add `capacity`",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"deliveries\": 0, \"deadLetter\": \"lost\"",
            "10:45 channels.sold.deliveries: `0` is not possible here; a whole number from 1 to 10000",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"ackTimeout\": \"0s\", \"deadLetter\": \"lost\"",
            "10:45 channels.sold.ackTimeout: this must be longer than nothing; such as \"500ms\"",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"retention\": \"5\", \"deadLetter\": \"lost\"",
            "10:44 channels.sold.retention: `5` is not a duration; write a number and a unit, such as \"250us\", \"20ms\", \"1.5s\" or \"2m\"",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"redelivery\": \"soon\", \"deadLetter\": \"lost\"",
            "10:45 channels.sold.redelivery: `soon` is not a duration; write a number and a unit, such as \"250us\", \"20ms\", \"1.5s\" or \"2m\"",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"delivery\": \"soon\", \"ack\": 3, \"deadLetter\": \"lost\"",
            "10:43 channels.sold.delivery: `soon` is neither a duration nor a distribution; write a duration such as \"20ms\", or a distribution such as \"exp(20ms)\"\n10:58 channels.sold.ack: a number stands here; a duration or a distribution such as \"exp(20ms)\" is expected",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"protocol\": 5, \"deadLetter\": \"lost\"",
            "10:43 channels.sold.protocol: a number stands here; a protocol such as \"grpc\" is expected",
        );
    }

    #[test]
    fn dead_letters_go_to_a_channel_and_rest() {
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"deadLetter\": \"lots\"",
            "10:45 channels.sold.deadLetter: there is no channel `lots`; did you mean `lost`?",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"deadLetter\": \"mail\"",
            "10:45 channels.sold.deadLetter: there is no channel `mail`; declare it under `channels`",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"deadLetter\": \"sold\"",
            "10:45 channels.sold.deadLetter: these dead letters never rest: sold → sold; leave out one `deadLetter`",
        );
        check(
            "\"lost\": {}",
            "\"lost\": {\"deadLetter\": \"sold\"}",
            "10:45 channels.sold.deadLetter: these dead letters never rest: sold → lost → sold; leave out one `deadLetter`",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\", \"deadLeter\": \"lost\"",
            "10:31 channels.sold.deadLeter: there is no key `deadLeter` here; did you mean `deadLetter`?",
        );
    }

    #[test]
    fn a_name_means_one_thing() {
        check(
            "\"lost\": {}",
            "\"mail\": {}",
            "10:45 channels.sold.deadLetter: there is no channel `lost`; declare it under `channels`\n11:5 channels.mail: a service is called `mail` too; names are unique over clients, services and channels",
        );
        check(
            "\"lost\": {}",
            "\"web\": {}, \"lost\": {}",
            "11:5 channels.web: a client is called `web` too; names are unique over clients, services and channels",
        );
        check(
            "\"lost\": {}",
            "\"lo st\": {}, \"lost\": {}",
            "11:5 channels.lo st: `lo st` is not a name; a name has letters, digits, `_` and `-` only",
        );
    }

    #[test]
    fn a_channel_that_nobody_fills_or_empties_is_told() {
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"topic\"",
            "11:5 warning: channels.lost: nobody publishes to `lost`; add {\"from\": …, \"to\": \"lost\"} to `edges`",
        );
        check(
            "{\"from\": \"sold\", \"to\": \"mail\", \"group\": \"mail\"}",
            "{\"from\": \"web\", \"to\": \"mail\"}",
            "10:5 warning: channels.sold: nobody consumes what is published to `sold`; add {\"from\": \"sold\", \"to\": …} to `edges`",
        );
    }

    #[test]
    fn the_channel_of_an_edge_is_a_queue_of_its_own() {
        check(
            "\"mode\": \"await\"",
            "\"mode\": \"queue\", \"channel\": {\"kind\": \"topic\"}",
            "15:79 edges[1].channel.kind: the channel of an edge is a queue; publish to a topic under `channels`, or leave it out",
        );
        check(
            "\"mode\": \"await\"",
            "\"mode\": \"queue\", \"channel\": {\"capacity\": 0}",
            "15:83 edges[1].channel.capacity: `0` is not possible here; a whole number from 1 to 4294967294",
        );
        check(
            "\"mode\": \"await\"",
            "\"mode\": \"queue\", \"channel\": {\"deadLetter\": \"lots\"}",
            "15:85 edges[1].channel.deadLetter: there is no channel `lots`; did you mean `lost`?",
        );
        check(
            "\"group\": \"mail\"",
            "\"group\": \"mail\", \"channel\": {}",
            "17:64 edges[3].channel: the channel has rules of its own; put them under `channels`",
        );
    }
}
