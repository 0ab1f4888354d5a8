//! Edges into and out of channels: how they publish and consume.
//!
//! ```text
//! {"from": "orders", "to": "placed", "acks": "all", "key": "customer", "keys": 1000}      publishes
//! {"from": "placed", "to": "mailer", "group": "mail", "prefetch": 4}                      consumes
//! ```
//!
//! Law: an edge has no key that its ends leave without meaning; the edge that has it, or the channel, is named instead.

use super::item;
use super::policy::{given, truth};
use super::table::{Desk, Table};
use crate::scenario::node::{Node, Value};
use crate::scenario::{Acks, Batch, Callee, Caller, Edge, Mode};
use crate::time::Duration;

const ACKS: [Acks; 3] = [Acks::None, Acks::Leader, Acks::All];
/// Messages that a replica holds, or that are one batch, at most.
const MESSAGES: u64 = 1_000_000;

/// What an edge does, by its ends.
#[derive(Clone, Copy)]
enum Role {
    Call,
    Publish,
    Consume,
}

fn role(edge: &Edge) -> Role {
    match (edge.from, edge.to) {
        (Caller::Channel(_), _) => Role::Consume,
        (_, Callee::Channel(_)) => Role::Publish,
        (_, Callee::Operation(..)) => Role::Call,
    }
}

/// Why an edge of this role has no such key, and what would be right.
fn misplaced(role: Role, key: &str) -> Option<(&'static str, &'static str)> {
    let leave = "leave it out";
    Some(match (role, key) {
        (Role::Call, "acks" | "key" | "keys" | "reply") => (
            "only an edge into a channel has this",
            "lead it to one of `channels`, or leave it out",
        ),
        (Role::Consume, "acks" | "key" | "keys" | "reply") => (
            "only an edge into a channel has this",
            "put it on the edge that publishes",
        ),
        (Role::Call, "group") => ("only an edge out of a channel has this", leave),
        (Role::Publish, "group" | "prefetch" | "batch" | "poison") => {
            ("a publication consumes nothing", "put it on the edge to the consumer")
        }
        (Role::Publish | Role::Consume, "channel") => ("the channel has rules of its own", "put them under `channels`"),
        (Role::Publish, "every") => ("only a call can be polled", leave),
        (Role::Consume, "timeout") => ("a channel does not call", "put `ackTimeout` into its rules"),
        (Role::Consume, "retry") => (
            "a channel does not call",
            "put `deliveries` and `redelivery` into its rules",
        ),
        (Role::Consume, "limit") => ("a channel does not call", "`prefetch` limits what a consumer holds"),
        (
            Role::Consume,
            "mode" | "flip" | "setup" | "connections" | "cancel" | "deadline" | "breaker" | "rate" | "hedge"
            | "fallback" | "every",
        ) => ("a channel does not call", leave),
        _ => return None,
    })
}

/// Whether the ends of an edge leave room for a key.
pub fn may_have(edge: &Edge, key: &str) -> bool {
    let is_weight = key == "weight" && !matches!(edge.from, Caller::Client(_));
    !is_weight && misplaced(role(edge), key).is_none()
}

/// What the ends of an edge leave no room for.
pub fn ends<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &Edge) {
    for (key, _, field) in table.entries() {
        if let Some((message, fix)) = misplaced(role(edge), key) {
            desk.error(field, message, fix);
        }
    }
    let Role::Consume = role(edge) else { return };
    if let (Callee::Channel(_), Some(field)) = (edge.to, table.get("to")) {
        let fix = "let a service consume and publish, or use `deadLetter`";
        desk.error(field, "a channel delivers to services only", fix);
    }
    let (name, _) = edge.name.split_once("->").unwrap_or_default();
    let channel = desk.root.get("channels").and_then(|channels| channels.get(name));
    let rule = |key| channel.and_then(|rules: &Node| rules.get(key)).and_then(given);
    if let (Some(field), None | Some("queue")) = (table.get("group"), rule("kind").map_or(Some("queue"), Node::text)) {
        let message = format!("all consumers of the queue `{name}` share its messages");
        desk.error(field, message, "\"kind\": \"topic\", or leave it out");
    }
    if let (Some(field), None) = (table.get("loss"), rule("ackTimeout"))
        && field.value != Value::Number(0.0)
    {
        let message = format!("without an `ackTimeout` of `{name}` nobody misses what was lost");
        desk.warn(field, message, "add it");
    }
}

/// Sets how an edge publishes and consumes; what is not there stays as it is.
pub fn set<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    publish(desk, table, edge);
    consume(desk, table, edge);
    if let Role::Publish = role(edge) {
        mode(desk, table, edge);
    }
}

fn publish<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    if let Some(field) = table.get("acks") {
        edge.publish.acks = ACKS[desk.word(field, &["none", "leader", "all"])];
    }
    if let Some((_, entity)) = item::about(desk, table, "key") {
        edge.publish.key = Some(entity);
    }
    if let Some(field) = table.get("reply") {
        edge.publish.reply = truth(desk, field);
    }
}

fn consume<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    let consume = &mut edge.consume;
    if let Some(field) = table.get("group") {
        let group = item::named(desk, field, "the name of a group");
        consume.group = group.map(str::to_string);
    }
    if let Some(field) = table.get("prefetch") {
        consume.prefetch = given(field).map(|field| desk.count(field, 1, MESSAGES) as u32);
    }
    if let Some(field) = table.get("batch") {
        consume.batch = given(field).and_then(|field| batch(desk, field));
        if let (Some(batch), Some(most)) = (consume.batch, consume.prefetch)
            && batch.size > most
        {
            let message = format!("a replica holds {most} messages at most, so a batch is never full");
            desk.warn(field, message, "a `prefetch` of at least `size`");
        }
    }
    if let Some(field) = table.get("poison") {
        consume.poison = desk.probability(field);
    }
}

fn batch<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Batch> {
    let table = desk.table(field, &["size", "linger"], &[])?;
    let Some(size) = table.get("size") else {
        desk.error(field, "`size` is missing", "{\"size\": 20, \"linger\": \"50ms\"}");
        return None;
    };
    Some(Batch {
        size: desk.count(size, 1, MESSAGES) as u32,
        linger: table
            .get("linger")
            .map_or(Duration::ZERO, |linger| desk.duration(linger)),
    })
}

/// A publication waits for its ack, or with `reply` in the mode that is written.
fn mode<'a>(desk: &mut Desk<'a>, table: &Table<'a>, edge: &mut Edge) {
    let replies = edge.publish.reply;
    for (key, mode) in [("mode", edge.mode), ("flip", edge.flip)] {
        let Some(field) = table.get(key) else { continue };
        if !replies && mode != Mode::Queue {
            let message = format!("a publication goes on with the broker's ack, whatever its `{key}`");
            desk.warn(field, message, "leave it out, or add \"reply\": true");
        } else if replies && !matches!(mode, Mode::Sync | Mode::Await) {
            desk.error(field, "a reply over a channel is waited for", "`sync` or `await`");
        }
    }
    if let (Some(field), true) = (table.get("acks"), replies) {
        let message = "the producer waits for a reply, whatever the `acks`";
        desk.warn(field, message, "leave one of them out");
    }
    edge.mode = match (replies, edge.mode, edge.publish.acks) {
        (true, mode @ (Mode::Sync | Mode::Await), _) => mode,
        (true, ..) => Mode::Sync,
        (false, _, Acks::None) => Mode::Oneway,
        (false, ..) => Mode::Queue,
    };
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;
    use crate::time::Duration;

    const PUBLISH: &str = "\"key\": \"customer\", \"keys\": 10";
    const CONSUME: &str = "\"group\": \"mail\"";

    fn publication(keys: &str, expected: &str) {
        check(PUBLISH, keys, expected);
    }

    fn consumer(keys: &str, expected: &str) {
        check(CONSUME, keys, expected);
    }

    #[test]
    fn a_publication_has_a_key_and_goes_on_with_an_ack() {
        let scenario = shop("", "");
        let edge = &scenario.edges[2];
        assert_eq!(
            (edge.from, edge.to),
            (Caller::Service(ServiceId(0)), Callee::Channel(ChannelId(0)))
        );
        let expected = Publish {
            acks: Acks::Leader,
            key: Some(EntityId(0)),
            reply: false,
        };
        assert_eq!((edge.publish, edge.mode), (expected, Mode::Queue));
        assert_eq!(
            (scenario.entities[0].name.as_str(), scenario.entities[0].count),
            ("customer", Some(10))
        );
        assert_eq!(scenario.services[0].operations[0].steps[1], Step::Call(EdgeId(2)));
        let edge = |keys: &str| shop(PUBLISH, keys).edges.remove(2);
        assert_eq!(edge("\"acks\": \"all\"").publish.acks, Acks::All);
        let without = edge("\"acks\": \"none\"");
        assert_eq!(
            (without.publish.acks, without.publish.key, without.mode),
            (Acks::None, None, Mode::Oneway)
        );
    }

    #[test]
    fn with_a_reply_a_publication_waits_in_its_mode() {
        let mode = |keys: &str| {
            let edge = shop(PUBLISH, keys).edges.remove(2);
            (edge.publish.reply, edge.mode)
        };
        assert_eq!(mode("\"reply\": true"), (true, Mode::Sync));
        assert_eq!(mode("\"reply\": true, \"mode\": \"await\""), (true, Mode::Await));
        assert_eq!(mode("\"mode\": \"queue\""), (false, Mode::Queue));
    }

    #[test]
    fn a_call_without_an_edge_may_publish() {
        let edges = shop(
            "{\"from\": \"shop\", \"to\": \"sold\", \"key\": \"customer\", \"keys\": 10},",
            "",
        )
        .edges;
        let edge = &edges[3];
        assert_eq!(
            (edge.name.as_str(), edge.mode, edge.declared),
            ("shop->sold", Mode::Queue, false)
        );
    }

    #[test]
    fn every_term_of_a_consumer_is_read() {
        let terms = r#""prefetch": 40, "batch": {"size": 20, "linger": "50ms"}, "idempotent": true, "poison": 0.1, "group": "mail""#;
        let edge = shop(CONSUME, terms).edges.remove(3);
        let expected = Consume {
            group: Some("mail".to_string()),
            prefetch: Some(40),
            batch: Some(Batch {
                size: 20,
                linger: Duration::from_ms(50),
            }),
            idempotent: true,
            poison: 0.1,
        };
        assert_eq!(edge.consume, expected);
        assert_eq!(
            (edge.from, edge.policy),
            (Caller::Channel(ChannelId(0)), Policy::default())
        );
        let plain = shop("\"mail\", \"group\": \"mail\"", "\"mail\"").edges.remove(3);
        assert_eq!(plain.consume, Consume::default());
        let own = shop(
            "\"mode\": \"await\"",
            "\"mode\": \"queue\", \"prefetch\": 2, \"idempotent\": true",
        )
        .edges
        .remove(1);
        assert_eq!(
            (own.consume.prefetch, own.consume.idempotent, own.policy.idempotent),
            (Some(2), true, true)
        );
    }

    #[test]
    fn a_call_neither_publishes_nor_consumes() {
        check(
            "\"mode\": \"await\"",
            "\"acks\": \"all\"",
            "15:50 edges[1].acks: only an edge into a channel has this; lead it to one of `channels`, or leave it out",
        );
        check(
            "\"mode\": \"await\"",
            "\"key\": \"customer\"",
            "15:49 edges[1].key: only an edge into a channel has this; lead it to one of `channels`, or leave it out",
        );
        check(
            "\"mode\": \"await\"",
            "\"reply\": true",
            "15:51 edges[1].reply: only an edge into a channel has this; lead it to one of `channels`, or leave it out",
        );
        check(
            "\"mode\": \"await\"",
            "\"group\": \"a\"",
            "15:51 edges[1].group: only an edge out of a channel has this; leave it out",
        );
    }

    #[test]
    fn what_is_wrong_with_a_publication_is_said() {
        publication(
            "\"group\": \"a\"",
            "16:45 edges[2].group: a publication consumes nothing; put it on the edge to the consumer",
        );
        publication(
            "\"prefetch\": 4",
            "16:48 edges[2].prefetch: a publication consumes nothing; put it on the edge to the consumer",
        );
        publication(
            "\"channel\": {}",
            "16:47 edges[2].channel: the channel has rules of its own; put them under `channels`",
        );
        publication(
            "\"every\": \"5ms\"",
            "16:45 edges[2].every: only a call can be polled; leave it out",
        );
        publication(
            "\"weight\": 2",
            "16:46 edges[2].weight: only a client chooses among its edges by `weight`; leave it out",
        );
        publication(
            "\"acks\": \"some\"",
            "16:44 edges[2].acks: `some` is not possible here; did you mean `none`?",
        );
        publication(
            "\"keys\": 10",
            "16:44 edges[2].keys: `keys` of what?; add \"key\": \"customer\", or leave `keys` out",
        );
        publication(
            "\"key\": \"customer\", \"keys\": 0",
            "16:63 edges[2].keys: `0` is not possible here; a whole number from 1 to 1000000",
        );
        publication(
            "\"key\": \"cus tomer\"",
            "16:43 edges[2].key: `cus tomer` is not a name; a name has letters, digits, `_` and `-` only",
        );
        publication(
            "\"reply\": 1",
            "16:45 edges[2].reply: `1` is not possible here; true or false",
        );
        publication(
            "\"reply\": true, \"mode\": \"queue\"",
            "16:59 edges[2].mode: a reply over a channel is waited for; `sync` or `await`",
        );
    }

    #[test]
    fn what_a_publication_has_no_use_for_is_told() {
        publication(
            "\"reply\": true, \"acks\": \"all\"",
            "16:59 warning: edges[2].acks: the producer waits for a reply, whatever the `acks`; leave one of them out",
        );
        publication(
            "\"mode\": \"await\"",
            "16:44 warning: edges[2].mode: a publication goes on with the broker's ack, whatever its `mode`; leave it out, or add \"reply\": true",
        );
        publication(
            "\"flip\": \"await\"",
            "16:44 warning: edges[2].flip: a publication goes on with the broker's ack, whatever its `flip`; leave it out, or add \"reply\": true",
        );
        publication(
            "\"acks\": \"none\", \"retry\": {\"attempts\": 3}",
            "16:61 warning: edges[2].retry: nobody waits for an ack, so its `retry` does nothing; leave it out",
        );
        publication(
            "\"loss\": 0.1",
            "16:44 warning: edges[2].loss: without a timeout a caller waits for ever for what was lost; add a `timeout`",
        );
    }

    #[test]
    fn a_delivery_is_no_call() {
        consumer(
            "\"group\": \"mail\", \"acks\": \"all\"",
            "17:61 edges[3].acks: only an edge into a channel has this; put it on the edge that publishes",
        );
        consumer(
            "\"group\": \"mail\", \"mode\": \"await\"",
            "17:61 edges[3].mode: a channel does not call; leave it out",
        );
        consumer(
            "\"group\": \"mail\", \"timeout\": \"1s\"",
            "17:64 edges[3].timeout: a channel does not call; put `ackTimeout` into its rules",
        );
        consumer(
            "\"group\": \"mail\", \"retry\": {\"attempts\": 2}",
            "17:62 edges[3].retry: a channel does not call; put `deliveries` and `redelivery` into its rules",
        );
        consumer(
            "\"group\": \"mail\", \"limit\": 2",
            "17:62 edges[3].limit: a channel does not call; `prefetch` limits what a consumer holds",
        );
        consumer(
            "\"group\": \"mail\", \"weight\": 2",
            "17:63 edges[3].weight: only a client chooses among its edges by `weight`; leave it out",
        );
    }

    #[test]
    fn what_is_wrong_with_a_consumer_is_said() {
        consumer(
            "\"group\": \"m m\"",
            "17:45 edges[3].group: `m m` is not a name; a name has letters, digits, `_` and `-` only",
        );
        consumer(
            "\"prefetch\": 0",
            "17:48 edges[3].prefetch: `0` is not possible here; a whole number from 1 to 1000000",
        );
        consumer(
            "\"batch\": {}",
            "17:45 edges[3].batch: `size` is missing; {\"size\": 20, \"linger\": \"50ms\"}",
        );
        consumer(
            "\"batch\": {\"size\": 0}",
            "17:54 edges[3].batch.size: `0` is not possible here; a whole number from 1 to 1000000",
        );
        consumer(
            "\"batch\": {\"size\": 20, \"linger\": 5}",
            "17:68 edges[3].batch.linger: a number stands here; a duration such as \"20ms\" is expected",
        );
        consumer(
            "\"prefetch\": 4, \"batch\": {\"size\": 20}",
            "17:60 warning: edges[3].batch: a replica holds 4 messages at most, so a batch is never full; a `prefetch` of at least `size`",
        );
        consumer(
            "\"idempotent\": \"yes\"",
            "17:50 edges[3].idempotent: `\"yes\"` is not possible here; true or false",
        );
        consumer(
            "\"poison\": 2",
            "17:46 edges[3].poison: `2` is not possible here; a probability is a number from 0 to 1",
        );
        consumer(
            "\"loss\": 0.1",
            "17:44 warning: edges[3].loss: without an `ackTimeout` of `sold` nobody misses what was lost; add it",
        );
        check(
            "\"kind\": \"topic\", \"deadLetter\": \"lost\"",
            "\"kind\": \"queue\", \"deadLetter\": \"lost\"",
            "17:45 edges[3].group: all consumers of the queue `sold` share its messages; \"kind\": \"topic\", or leave it out",
        );
    }

    #[test]
    fn names_at_both_ends_are_known() {
        check(
            "\"to\": \"mail\", \"group\"",
            "\"to\": \"lost\", \"group\"",
            "17:28 edges[3].to: a channel delivers to services only; let a service consume and publish, or use `deadLetter`",
        );
        check(
            "\"to\": \"mail\", \"group\"",
            "\"to\": \"mial\", \"group\"",
            "17:28 edges[3].to: there is no service or channel `mial`; did you mean `mail`?",
        );
        check(
            "\"from\": \"sold\"",
            "\"from\": \"solt\"",
            "17:14 edges[3].from: there is no client, service or channel `solt`; did you mean `sold`?",
        );
        check(
            "{\"call\": \"sold\"}",
            "{\"call\": \"sold.out\"}",
            "6:64 services.shop.operations.sell[1].call: `sold` is a channel and has no operations; write \"sold\"",
        );
        check(
            "{\"call\": \"sold\"}",
            "{\"call\": \"lost\"}",
            "11:5 warning: channels.lost: nobody consumes what is published to `lost`; add {\"from\": \"lost\", \"to\": …} to `edges`\n16:5 warning: edges[2]: nothing calls over `shop->sold`; add a step {\"call\": …} to an operation",
        );
    }
}
