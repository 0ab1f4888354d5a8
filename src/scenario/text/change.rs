//! Changes: what a reader toggled during a run.
//!
//! ```text
//! {"at": "60s", "edge": "a->b", "set": {"mode": "queue"}}      {"at": "60s", "client": "web", "set": {"users": 40}}
//! ```
//!
//! Law: from its instant on a thing is as the change says, and in all else as it was then.

use super::client::instant;
use super::name::{self, Names};
use super::table::Desk;
use super::{channel, client, edge, service};
use crate::scenario::node::Node;
use crate::scenario::problem::nearest;
use crate::scenario::*;
use crate::time::Instant;

/// Everything that may change, as it is at the time of the latest change.
pub struct Things {
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
    pub channels: Vec<Channel>,
    pub edges: Vec<Edge>,
}

const PLACES: [&str; 4] = ["edge", "service", "client", "channel"];
const KEYS: [&str; 6] = ["at", "set", "edge", "service", "client", "channel"];

impl Things {
    /// Things as they are at first.
    pub fn of(clients: &[Client], services: &[Service], channels: &[Channel], edges: &[Edge]) -> Things {
        Things {
            clients: clients.to_vec(),
            services: services.to_vec(),
            channels: channels.to_vec(),
            edges: edges.to_vec(),
        }
    }
}

/// What a change is about.
#[derive(Clone, Copy)]
enum Thing {
    Edge(EdgeId),
    Service(ServiceId),
    Client(ClientId),
    Channel(ChannelId),
}

/// Reads all changes and sorts them by time. Stand-ins that only a change calls are added to the edges.
pub fn changes<'a>(
    desk: &mut Desk<'a>,
    field: Option<&'a Node>,
    names: &Names<'a>,
    now: &mut Things,
    run: Window,
) -> Vec<Change> {
    let mut found: Vec<(Instant, Thing, &Node)> = Vec::new();
    let items = field.map(|field| desk.list(field)).unwrap_or_default();
    for item in items {
        let Some(one) = change(desk, item, names, &now.edges, run) else {
            continue;
        };
        let place = found.partition_point(|(earlier, ..)| *earlier <= one.0);
        found.insert(place, one);
    }
    let mut change = |(at, thing, set)| {
        let to = changed(desk, thing, set, names, now)?;
        Some(Change { at, to })
    };
    found.into_iter().filter_map(&mut change).collect()
}

/// When something changes, what, and where it says how.
fn change<'a>(
    desk: &mut Desk<'a>,
    item: &'a Node,
    names: &Names<'a>,
    edges: &[Edge],
    run: Window,
) -> Option<(Instant, Thing, &'a Node)> {
    let table = desk.table(item, &KEYS, &[])?;
    let places = PLACES.iter().filter_map(|kind| Some((*kind, table.get(kind)?)));
    let (Some(at), Some(set), [(kind, place)]) = (table.get("at"), table.get("set"), &places.collect::<Vec<_>>()[..])
    else {
        let fix = "{\"at\": \"60s\", \"edge\": \"a->b\", \"set\": {\"mode\": \"queue\"}}";
        desk.error(item, "a change has `at`, `set` and one thing that it changes", fix);
        return None;
    };
    let at = instant(desk, at, run);
    Some((at, thing(desk, kind, place, names, edges)?, set))
}

fn thing<'a>(desk: &mut Desk<'a>, kind: &str, field: &'a Node, names: &Names<'a>, edges: &[Edge]) -> Option<Thing> {
    match kind {
        "edge" => edge_named(desk, field, edges).map(Thing::Edge),
        "service" => name::one_of(desk, field, kind, &names.services).map(|id| Thing::Service(ServiceId(id))),
        "client" => name::one_of(desk, field, kind, &names.clients).map(|id| Thing::Client(ClientId(id))),
        _ => channel::named(desk, field, names).map(Thing::Channel),
    }
}

/// What a thing is after a change; none where the change cannot be read.
fn changed<'a>(
    desk: &mut Desk<'a>,
    thing: Thing,
    set: &'a Node,
    names: &Names<'a>,
    now: &mut Things,
) -> Option<Changed> {
    Some(match thing {
        Thing::Edge(id) => {
            edge::change(desk, set, &mut now.edges, id, names)?;
            Changed::Edge(id, Box::new(now.edges[id.0 as usize].clone()))
        }
        Thing::Service(id) => {
            let is = &mut now.services[id.0 as usize];
            service::change(desk, set, is)?;
            Changed::Service(id, Box::new(is.clone()))
        }
        Thing::Client(id) => {
            let is = &mut now.clients[id.0 as usize];
            client::change(desk, set, is)?;
            Changed::Client(id, Box::new(is.clone()))
        }
        Thing::Channel(id) => {
            channel::change(desk, set, &mut now.channels, id, names)?;
            Changed::Channel(id, Box::new(now.channels[id.0 as usize].clone()))
        }
    })
}

/// The edge of this name; a shorter one serves where it is unique.
pub fn edge_named<'a>(desk: &mut Desk<'a>, field: &'a Node, edges: &[Edge]) -> Option<EdgeId> {
    let text = desk.text(field, "the name of an edge such as `a->b`")?;
    let all = || edges.iter().enumerate();
    if let Some((index, _)) = all().find(|(_, edge)| edge.name == text) {
        return Some(EdgeId(index as u32));
    }
    let prefix = format!("{text}.");
    let matching: Vec<usize> = all()
        .filter(|(_, edge)| edge.name.starts_with(&prefix))
        .map(|(index, _)| index)
        .collect();
    match matching[..] {
        [only] => Some(EdgeId(only as u32)),
        [] => {
            let fix = match nearest(text, edges.iter().map(|edge| edge.name.as_str())) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "an edge is called `from->to`, as it is written".to_string(),
            };
            desk.error(field, format!("there is no edge `{text}`"), fix);
            None
        }
        _ => {
            let names: Vec<&str> = matching.iter().map(|index| edges[*index].name.as_str()).collect();
            desk.error(
                field,
                format!("`{text}` may be several edges"),
                format!("write one of {}", names.join(", ")),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;
    use crate::time::Duration;

    const LOOK: &str = "\"edge\": \"staff->shop.look\", \"set\": {\"timeout\": \"1s\"}";

    #[test]
    fn a_change_leaves_all_else_as_it_was_then() {
        let change = |keys: &str| shop(LOOK, keys).changes.remove(0).to;
        let Changed::Service(ServiceId(1), mail) =
            change("\"service\": \"mail\", \"set\": {\"inFlight\": 4, \"backlog\": 0, \"balance\": \"random\"}")
        else {
            panic!()
        };
        assert_eq!(
            (mail.in_flight, mail.backlog, mail.balance),
            (Some(4), Some(0), Balance::Random)
        );
        assert_eq!((mail.replicas, mail.runtime), (2, Runtime::Threads(2)));
        let Changed::Client(ClientId(1), staff) = change("\"client\": \"staff\", \"set\": {\"users\": 9}") else {
            panic!()
        };
        let think = Dist::Constant(Duration::from_s(1));
        assert_eq!(staff.load, Load::Closed { users: 9, think });
        let Changed::Client(ClientId(0), web) =
            change("\"client\": \"web\", \"set\": {\"arrivals\": \"constant(10/s)\"}")
        else {
            panic!()
        };
        assert_eq!(web.load, Load::Open(Arrivals::Constant { gap_ns: 1e8 }));
        let Changed::Channel(ChannelId(0), sold) = change("\"channel\": \"sold\", \"set\": {\"capacity\": 7}") else {
            panic!()
        };
        assert_eq!(
            (sold.rules.capacity, sold.rules.dead_letter),
            (Some(7), Some(ChannelId(1)))
        );
    }

    #[test]
    fn what_changes_twice_keeps_the_first_change() {
        let twice = "\"edge\": \"staff->shop.look\", \"set\": {\"weight\": 2, \"channel\": {\"capacity\": 3}}},
            {\"at\": \"6s\", \"edge\": \"staff->shop.look\", \"set\": {\"mode\": \"queue\", \"prefetch\": 2, \"channel\": {\"deliveries\": 2}}";
        let changes = shop(LOOK, twice).changes;
        let Changed::Edge(EdgeId(1), edge) = &changes[1].to else {
            panic!("{changes:?}")
        };
        assert_eq!(
            (edge.weight, edge.mode, edge.consume.prefetch),
            (2.0, Mode::Queue, Some(2))
        );
        assert_eq!((edge.channel.capacity, edge.channel.deliveries), (Some(3), 2));
        let replies = "\"edge\": \"shop->sold\", \"set\": {\"reply\": true, \"mode\": \"await\"}";
        let Changed::Edge(EdgeId(2), edge) = shop(LOOK, replies).changes.remove(0).to else {
            panic!()
        };
        assert_eq!(
            (edge.publish.reply, edge.mode, edge.publish.key),
            (true, Mode::Await, Some(EntityId(0)))
        );
    }

    #[test]
    fn a_service_keeps_its_workers() {
        check(
            LOOK,
            "\"service\": \"mail\", \"set\": {\"threads\": 4}",
            "20:55 changes[0].set.threads: `threads` stays as it is during a run; of a service `backlog`, `inFlight` or `balance` can change",
        );
        check(
            LOOK,
            "\"service\": \"mail\", \"set\": {\"treads\": 4}",
            "20:55 changes[0].set.treads: there is no key `treads` here; did you mean `threads`?",
        );
        check(
            LOOK,
            "\"service\": \"mail\", \"set\": {\"inFlight\": 0, \"balance\": \"best\"}",
            "20:67 changes[0].set.inFlight: `0` is not possible here; a whole number from 1 to 1000000\n20:81 changes[0].set.balance: `best` is not possible here; possible are `roundRobin`, `random`, `leastInFlight` or `powerOfTwo`",
        );
        check(
            LOOK,
            "\"service\": \"mial\", \"set\": {}",
            "20:39 changes[0].service: there is no service `mial`; did you mean `mail`?",
        );
    }

    #[test]
    fn a_client_stays_open_or_closed() {
        check(
            LOOK,
            "\"client\": \"web\", \"set\": {\"users\": 4}",
            "20:53 changes[0].set.users: `web` stays the kind of client that it is; an open client has no `users`: its `arrivals` can change",
        );
        check(
            LOOK,
            "\"client\": \"staff\", \"set\": {\"arrivals\": \"poisson(4/s)\"}",
            "20:55 changes[0].set.arrivals: `staff` stays the kind of client that it is; a closed client has no `arrivals`: its `users` and `think` can change",
        );
        check(
            LOOK,
            "\"client\": \"staff\", \"set\": {\"users\": 0, \"stop\": \"4s\"}",
            "20:64 changes[0].set.users: `0` is not possible here; a whole number from 1 to 1000000\n20:67 changes[0].set.stop: `stop` stays as it is during a run; leave it out",
        );
        check(
            LOOK,
            "\"client\": \"stuff\", \"set\": {}",
            "20:38 changes[0].client: there is no client `stuff`; did you mean `staff`?",
        );
    }

    #[test]
    fn a_channel_keeps_its_nature() {
        check(
            LOOK,
            "\"channel\": \"sold\", \"set\": {\"kind\": \"queue\"}",
            "20:55 changes[0].set.kind: `kind` stays as it is during a run; leave it out",
        );
        check(
            LOOK,
            "\"channel\": \"sold\", \"set\": {\"deliveries\": 0}",
            "20:69 changes[0].set.deliveries: `0` is not possible here; a whole number from 1 to 10000",
        );
        check(
            LOOK,
            "\"channel\": \"lost\", \"set\": {\"deadLetter\": \"sold\"}",
            "20:69 changes[0].set.deadLetter: these dead letters never rest: sold → lost → sold; leave out one `deadLetter`",
        );
        check(
            LOOK,
            "\"channel\": \"lots\", \"set\": {}",
            "20:39 changes[0].channel: there is no channel `lots`; did you mean `lost`?",
        );
    }

    #[test]
    fn an_edge_keeps_its_ends() {
        check(
            LOOK,
            "\"edge\": \"staff->shop.look\", \"set\": {\"flip\": \"queue\"}",
            "20:64 changes[0].set.flip: `flip` stays as it is during a run; leave it out",
        );
        check(
            LOOK,
            "\"edge\": \"staff->shop.look\", \"set\": {\"mode\": \"forward\"}",
            "20:72 changes[0].set.mode: a client has nobody for whom the callee could answer; another mode",
        );
        check(
            LOOK,
            "\"edge\": \"staff->shop.look\", \"set\": {\"acks\": \"all\"}",
            "20:72 changes[0].set.acks: only an edge into a channel has this; lead it to one of `channels`, or leave it out",
        );
        check(
            LOOK,
            "\"edge\": \"sold->mail\", \"set\": {\"group\": \"other\"}",
            "20:58 changes[0].set.group: `group` stays as it is during a run; leave it out",
        );
        check(
            LOOK,
            "\"edge\": \"sold->mail\", \"set\": {\"timeout\": \"1s\"}",
            "20:69 changes[0].set.timeout: a channel does not call; put `ackTimeout` into its rules",
        );
        check(
            LOOK,
            "\"edge\": \"shop->sold\", \"set\": {\"reply\": true, \"mode\": \"queue\"}",
            "20:81 changes[0].set.mode: a reply over a channel is waited for; `sync` or `await`",
        );
    }

    #[test]
    fn a_change_has_a_time_and_one_thing() {
        check(
            LOOK,
            "\"edge\": \"shop->sold\", \"service\": \"mail\", \"set\": {}",
            "20:15 changes[0]: a change has `at`, `set` and one thing that it changes; {\"at\": \"60s\", \"edge\": \"a->b\", \"set\": {\"mode\": \"queue\"}}",
        );
        check(
            "\"at\": \"5s\", \"edge\"",
            "\"at\": \"10s\", \"edge\"",
            "20:22 warning: changes[0].at: the run ends at 10s, before this happens; an earlier time, or a longer run",
        );
        check(
            "\"at\": \"5s\", \"edge\"",
            "\"edge\"",
            "20:15 changes[0]: a change has `at`, `set` and one thing that it changes; {\"at\": \"60s\", \"edge\": \"a->b\", \"set\": {\"mode\": \"queue\"}}",
        );
    }
}
