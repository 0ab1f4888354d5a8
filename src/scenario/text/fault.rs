//! Faults: what goes wrong, where, and for how long.
//!
//! ```text
//! {"at": "20s", "for": "10s", "service": "payments", "replica": 0, "slow": 10}
//! {"at": "45s", "for": "2s", "edge": "gateway->catalog", "loss": 0.3, "latency": "20ms"}      two harms at once
//! ```
//!
//! Law: a fault has one place and at least one harm, and each harm can be done there.

use super::change;
use super::client::{distribution, instant, positive};
use super::name::Names;
use super::policy::given;
use super::table::{Desk, Table, quoted};
use super::{channel, name};
use crate::scenario::node::{Node, Value};
use crate::scenario::{Down, Edge, Fault, Harm, Place, Service, ServiceId, Window};
use crate::time::Instant;

const PLACES: [&str; 3] = ["service", "channel", "edge"];
const HARMS: [&str; 6] = ["down", "slow", "fail", "pause", "loss", "latency"];
const DOWNS: [Down; 3] = [Down::Refuse, Down::Blackhole, Down::Crash];
const EXAMPLE: &str = "{\"at\": \"20s\", \"for\": \"10s\", \"service\": \"a\", \"slow\": 10}";

/// What faults may strike.
struct Targets<'s, 'a> {
    names: &'s Names<'a>,
    services: &'s [Service],
    edges: &'s [Edge],
    run: Window,
}

/// Reads all faults and sorts them by time.
pub fn faults<'a>(
    desk: &mut Desk<'a>,
    field: Option<&'a Node>,
    names: &Names<'a>,
    services: &[Service],
    edges: &[Edge],
    run: Window,
) -> Vec<Fault> {
    let targets = Targets {
        names,
        services,
        edges,
        run,
    };
    let mut faults = Vec::new();
    let keys = [&["at", "for", "replica"], &PLACES[..], &HARMS[..]].concat();
    for item in field.map(|field| desk.list(field)).unwrap_or_default() {
        if let Some(table) = desk.table(item, &keys, &[]) {
            fault(desk, &table, &targets, &mut faults);
        }
    }
    faults.sort_by_key(|fault| fault.at);
    faults
}

/// One fault for each harm.
fn fault<'a>(desk: &mut Desk<'a>, table: &Table<'a>, targets: &Targets<'_, 'a>, faults: &mut Vec<Fault>) {
    let at = match table.get("at") {
        Some(field) => instant(desk, field, targets.run),
        None => {
            desk.error(table.node, "`at` is missing", EXAMPLE);
            Instant::START
        }
    };
    let until = match table.get("for").and_then(given) {
        Some(field) => at + positive(desk, field),
        None => Instant::NEVER,
    };
    let place = place(desk, table, targets);
    let mut harmless = true;
    for (key, _, field) in table.entries().filter(|(key, ..)| HARMS.contains(key)) {
        harmless = false;
        let Some((kind, place)) = place else { continue };
        if let Some(harm) = harm(desk, key, kind, field) {
            faults.push(Fault { at, until, place, harm });
        }
    }
    if harmless {
        desk.error(
            table.node,
            "nothing says what goes wrong",
            format!("one of {}", quoted(&HARMS)),
        );
    }
}

/// Where a fault strikes, and the kind of place that this is.
fn place<'a>(desk: &mut Desk<'a>, table: &Table<'a>, targets: &Targets<'_, 'a>) -> Option<(&'static str, Place)> {
    let given: Vec<_> = PLACES
        .iter()
        .filter_map(|kind| Some((*kind, table.get(kind)?)))
        .collect();
    let [(kind, field)] = given[..] else {
        match given.last() {
            Some((_, second)) => desk.error(second, "a fault has one place", "leave the others out"),
            None => {
                let fix = format!("one of {}", quoted(&PLACES));
                desk.error(table.node, "nothing says where this happens", fix);
            }
        }
        return None;
    };
    if let (Some(replica), true) = (table.get("replica"), kind != "service") {
        desk.error(replica, "only a service has replicas", "leave it out");
    }
    let place = match kind {
        "service" => {
            let id = ServiceId(name::one_of(desk, field, kind, &targets.names.services)?);
            let replicas = targets.services.get(id.0 as usize)?.replicas;
            let replica = table.get("replica").and_then(self::given);
            let replica = replica.map(|replica| desk.count(replica, 0, u64::from(replicas) - 1) as u32);
            replica.map_or(Place::Service(id), |replica| Place::Replica(id, replica))
        }
        "channel" => Place::Channel(channel::named(desk, field, targets.names)?),
        _ => Place::Edge(change::edge_named(desk, field, targets.edges)?),
    };
    Some((kind, place))
}

/// What a fault does, where it can be done.
fn harm<'a>(desk: &mut Desk<'a>, key: &str, kind: &str, field: &'a Node) -> Option<Harm> {
    let possible: &[&str] = match kind {
        "service" => &["down", "slow", "fail", "pause"],
        "channel" => &["down", "pause"],
        _ => &["down", "loss", "latency"],
    };
    if !possible.contains(&key) {
        let message = format!("`{key}` happens to no {kind}");
        desk.error(field, message, format!("possible are {}", quoted(possible)));
        return None;
    }
    match key {
        "down" if kind == "edge" => down(desk, field, &["refuse", "blackhole"]),
        "down" => down(desk, field, &["refuse", "blackhole", "crash"]),
        "slow" => {
            let expected = "how many times as long work takes, from 1 to 1000000";
            Some(Harm::Slow(desk.number(field, 1.0, 1e6, expected)))
        }
        "fail" => Some(Harm::Fail(desk.probability(field))),
        "pause" if field.value == Value::Bool(true) => Some(Harm::Pause),
        "pause" => {
            desk.error(field, "`pause` is true or not there", "\"pause\": true");
            None
        }
        "loss" => Some(Harm::Loss(desk.probability(field))),
        _ => Some(Harm::Latency(distribution(desk, field))),
    }
}

fn down<'a>(desk: &mut Desk<'a>, field: &'a Node, words: &[&str]) -> Option<Harm> {
    Some(Harm::Down(DOWNS[desk.word(field, words)]))
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;
    use crate::time::{Duration, Instant};

    const MAIL: &str = "\"service\": \"mail\", \"slow\": 10";

    #[test]
    fn each_harm_is_done_at_its_place() {
        let at = |s| Instant::START + Duration::from_s(s);
        let (service, channel, edge) = (
            Place::Service(ServiceId(1)),
            Place::Channel(ChannelId(0)),
            Place::Edge(EdgeId(3)),
        );
        let latency = Dist::Exp {
            mean: Duration::from_ms(5),
        };
        for (keys, place, harm) in [
            (MAIL, service, Harm::Slow(10.0)),
            (
                "\"service\": \"mail\", \"replica\": 1, \"fail\": 0.5",
                Place::Replica(ServiceId(1), 1),
                Harm::Fail(0.5),
            ),
            ("\"service\": \"mail\", \"pause\": true", service, Harm::Pause),
            (
                "\"service\": \"mail\", \"down\": \"crash\"",
                service,
                Harm::Down(Down::Crash),
            ),
            (
                "\"channel\": \"sold\", \"down\": \"refuse\"",
                channel,
                Harm::Down(Down::Refuse),
            ),
            ("\"channel\": \"sold\", \"pause\": true", channel, Harm::Pause),
            (
                "\"edge\": \"sold->mail\", \"down\": \"blackhole\"",
                edge,
                Harm::Down(Down::Blackhole),
            ),
            ("\"edge\": \"sold->mail\", \"loss\": 0.1", edge, Harm::Loss(0.1)),
            (
                "\"edge\": \"sold->mail\", \"latency\": \"exp(5ms)\"",
                edge,
                Harm::Latency(latency),
            ),
        ] {
            let (at, until) = (at(2), at(3));
            assert_eq!(shop(MAIL, keys).faults, [Fault { at, until, place, harm }], "{keys}");
        }
    }

    #[test]
    fn faults_are_in_order_of_time_and_then_of_the_file() {
        let faults = |keys: &str| shop(&format!("\"for\": \"1s\", {MAIL}"), keys).faults;
        let three = "\"edge\": \"sold->mail\", \"loss\": 0.3, \"latency\": \"20ms\"},
            {\"at\": \"1s\", \"service\": \"mail\", \"pause\": true}, {\"at\": \"2s\", \"service\": \"mail\", \"fail\": 1";
        let seen: Vec<(u64, Harm)> = faults(three)
            .into_iter()
            .map(|fault| (fault.at.0 / 1_000_000_000, fault.harm))
            .collect();
        let latency = Dist::Constant(Duration::from_ms(20));
        let expected = [
            (1, Harm::Pause),
            (2, Harm::Loss(0.3)),
            (2, Harm::Latency(latency)),
            (2, Harm::Fail(1.0)),
        ];
        assert_eq!(seen, expected);
        assert_eq!(faults(MAIL)[0].until, Instant::NEVER);
    }

    #[test]
    fn a_fault_has_a_time() {
        check(
            "\"at\": \"2s\", \"for\": \"1s\", \"service\"",
            "\"for\": \"1s\", \"service\"",
            "19:14 faults[0]: `at` is missing; {\"at\": \"20s\", \"for\": \"10s\", \"service\": \"a\", \"slow\": 10}",
        );
        check(
            "\"at\": \"2s\", \"for\": \"1s\", \"service\"",
            "\"at\": \"10s\", \"service\"",
            "19:21 warning: faults[0].at: the run ends at 10s, before this happens; an earlier time, or a longer run",
        );
        check(
            "\"at\": \"2s\", \"for\": \"1s\", \"service\"",
            "\"at\": \"2s\", \"for\": \"0s\", \"service\"",
            "19:34 faults[0].for: this must be longer than nothing; such as \"500ms\"",
        );
    }

    #[test]
    fn a_fault_has_one_place_and_some_harm() {
        check(
            MAIL,
            "\"slow\": 10",
            "19:14 faults[0]: nothing says where this happens; one of `service`, `channel` or `edge`",
        );
        check(
            MAIL,
            "\"service\": \"mail\"",
            "19:14 faults[0]: nothing says what goes wrong; one of `down`, `slow`, `fail`, `pause`, `loss` or `latency`",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"edge\": \"sold->mail\", \"slow\": 10",
            "19:67 faults[0].edge: a fault has one place; leave the others out",
        );
        check(
            MAIL,
            "\"service\": \"mial\", \"slow\": 10",
            "19:51 faults[0].service: there is no service `mial`; did you mean `mail`?",
        );
        check(
            MAIL,
            "\"channel\": \"solt\", \"down\": \"crash\"",
            "19:51 faults[0].channel: there is no channel `solt`; did you mean `sold`?",
        );
        check(
            MAIL,
            "\"edge\": \"solt->mail\", \"down\": \"refuse\"",
            "19:48 faults[0].edge: there is no edge `solt->mail`; did you mean `sold->mail`?",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"replica\": 2, \"slow\": 10",
            "19:70 faults[0].replica: `2` is not possible here; a whole number from 0 to 1",
        );
        check(
            MAIL,
            "\"channel\": \"sold\", \"replica\": 0, \"down\": \"crash\"",
            "19:70 faults[0].replica: only a service has replicas; leave it out",
        );
    }

    #[test]
    fn a_harm_is_done_where_it_can_be() {
        check(
            MAIL,
            "\"service\": \"mail\", \"slow\": 0.5",
            "19:67 faults[0].slow: `0.5` is not possible here; how many times as long work takes, from 1 to 1000000",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"fail\": 2",
            "19:67 faults[0].fail: `2` is not possible here; a probability is a number from 0 to 1",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"pause\": false",
            "19:68 faults[0].pause: `pause` is true or not there; \"pause\": true",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"loss\": 0.1",
            "19:67 faults[0].loss: `loss` happens to no service; possible are `down`, `slow`, `fail` or `pause`",
        );
        check(
            MAIL,
            "\"service\": \"mail\", \"down\": \"refused\"",
            "19:67 faults[0].down: `refused` is not possible here; did you mean `refuse`?",
        );
        check(
            MAIL,
            "\"channel\": \"sold\", \"loss\": 1",
            "19:67 faults[0].loss: `loss` happens to no channel; possible are `down` or `pause`",
        );
        check(
            MAIL,
            "\"edge\": \"sold->mail\", \"down\": \"crash\"",
            "19:70 faults[0].down: `crash` is not possible here; possible are `refuse` or `blackhole`",
        );
        check(
            MAIL,
            "\"edge\": \"sold->mail\", \"slow\": 3",
            "19:70 faults[0].slow: `slow` happens to no edge; possible are `down`, `loss` or `latency`",
        );
        check(
            MAIL,
            "\"edge\": \"sold->mail\", \"latency\": 5",
            "19:73 faults[0].latency: a number stands here; a duration or a distribution such as \"exp(20ms)\" is expected",
        );
        check(
            MAIL,
            "\"edge\": \"sold->mail\", \"lost\": 0.5",
            "19:14 faults[0]: nothing says what goes wrong; one of `down`, `slow`, `fail`, `pause`, `loss` or `latency`\n19:62 faults[0].lost: there is no key `lost` here; did you mean `loss`?",
        );
    }
}
