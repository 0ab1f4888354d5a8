//! What requests are about: entities, whose instances keys tell apart, and the items that steps write, read and apply.
//!
//! ```text
//! {"write": "order", "of": "customer", "keys": 1000}     the item `order`, one for each of 1000 customers
//! {"apply": "order"}                                      the same: what is said once holds everywhere
//! ```
//!
//! Law: an item has one owner, the service that writes it; whoever applies it keeps a copy. An entity has one number
//! of instances, wherever it is named.

use super::table::{Desk, Table};
use crate::scenario::node::Node;
use crate::scenario::problem::nearest;
use crate::scenario::{Entity, EntityId, Item, ItemId, ServiceId};

/// Instances of an entity at most.
const INSTANCES: u64 = 1_000_000;
/// Instances of all items with all their copies at most: what a run has to remember of them.
const CELLS: u64 = 8_000_000;

/// Entities and items as they are found, by name.
#[derive(Default)]
pub struct Things<'a> {
    pub entities: Vec<Entity>,
    items: Vec<Found<'a>>,
}

/// An item, and who does what with it.
struct Found<'a> {
    name: &'a str,
    of: Option<EntityId>,
    uses: Vec<(Use, ServiceId, &'a Node)>,
}

/// What a step does with an item.
#[derive(Clone, Copy, PartialEq)]
pub enum Use {
    Write,
    Read,
    Apply,
}

/// The entity that is named under this key, with the number of its instances under `keys`.
pub fn about<'a>(desk: &mut Desk<'a>, table: &Table<'a>, key: &str) -> Option<(&'a Node, EntityId)> {
    let (of, keys) = (table.get(key), table.get("keys"));
    if let (None, Some(keys)) = (of, keys) {
        let fix = format!("add \"{key}\": \"customer\", or leave `keys` out");
        desk.error(keys, "`keys` of what?", fix);
    }
    of.and_then(|of| Some((of, entity(desk, of, keys)?)))
}

/// The entity of this name; `keys` says how many instances it has.
fn entity<'a>(desk: &mut Desk<'a>, name: &'a Node, keys: Option<&'a Node>) -> Option<EntityId> {
    let text = named(
        desk,
        name,
        "the name of what tells instances apart, such as \"customer\"",
    )?;
    let count = keys.map(|keys| desk.count(keys, 1, INSTANCES) as u32);
    let entities = &mut desk.things.entities;
    let index = entities.iter().position(|entity| entity.name == text);
    let index = index.unwrap_or_else(|| {
        entities.push(Entity {
            name: text.to_string(),
            count: None,
        });
        entities.len() - 1
    });
    let known = &mut entities[index].count;
    match (*known, count, keys) {
        (Some(other), Some(count), Some(keys)) if other != count => {
            let message = format!("there are {other} instances of `{text}` elsewhere");
            desk.error(keys, message, "say it once, or the same everywhere");
        }
        (None, Some(_), _) => *known = count,
        _ => {}
    }
    Some(EntityId(index as u32))
}

/// The item that a step of this service uses; `of` and `keys` stand beside it.
pub fn item<'a>(
    desk: &mut Desk<'a>,
    table: &Table<'a>,
    name: &'a Node,
    used: Use,
    service: ServiceId,
) -> Option<ItemId> {
    let of = about(desk, table, "of");
    let text = named(desk, name, "the name of an item, such as \"order\"")?;
    let items = &mut desk.things.items;
    let index = items.iter().position(|item| item.name == text);
    let index = index.unwrap_or_else(|| {
        items.push(Found {
            name: text,
            of: None,
            uses: Vec::new(),
        });
        items.len() - 1
    });
    let found = &mut items[index];
    found.uses.push((used, service, name));
    match (of, found.of) {
        (Some((_, id)), None) => found.of = Some(id),
        (Some((field, id)), Some(other)) if id != other => {
            let other = &desk.things.entities[other.0 as usize].name;
            let message = format!("`{text}` is one `of` each `{other}` elsewhere");
            desk.error(field, message, "say it once, or the same everywhere");
        }
        _ => {}
    }
    Some(ItemId(index as u32))
}

/// A name that the author chose.
pub fn named<'a>(desk: &mut Desk<'a>, field: &'a Node, expected: &str) -> Option<&'a str> {
    let text = desk.text(field, expected)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if text.is_empty() || !text.chars().all(allowed) {
        let fix = "a name has letters, digits, `_` and `-` only";
        desk.error(field, format!("`{text}` is not a name"), fix);
        return None;
    }
    Some(text)
}

/// All items, once every step has been read: each has an owner, and one only.
pub fn items<'a>(desk: &mut Desk<'a>, root: &'a Node, services: &[&str]) -> Vec<Item> {
    let found = std::mem::take(&mut desk.things.items);
    let written: Vec<&str> = found
        .iter()
        .filter(|item| owner(item).is_some())
        .map(|item| item.name)
        .collect();
    for item in &found {
        match owner(item) {
            None => ownerless(desk, item, &written),
            Some(owner) => owned(desk, item, owner, services),
        }
    }
    let cells: u64 = found.iter().map(|item| cells(item, &desk.things.entities)).sum();
    if cells > CELLS {
        let message = format!("all items have {cells} instances, those of copies included");
        desk.error(root, message, format!("at most {CELLS}: fewer `keys`"));
    }
    let item = |item: &Found| Item {
        name: item.name.to_string(),
        of: item.of,
    };
    found.iter().map(item).collect()
}

fn owner(item: &Found) -> Option<ServiceId> {
    let write = item.uses.iter().find(|(used, ..)| *used == Use::Write);
    write.map(|(_, service, _)| *service)
}

/// What a run remembers of an item: each instance at the owner and at each copy.
fn cells(item: &Found, entities: &[Entity]) -> u64 {
    let mut copies: Vec<ServiceId> = Vec::new();
    for (used, service, _) in &item.uses {
        if *used == Use::Apply && !copies.contains(service) {
            copies.push(*service);
        }
    }
    let instances = item.of.and_then(|of| entities[of.0 as usize].count).unwrap_or(1);
    u64::from(instances) * (1 + copies.len() as u64)
}

fn ownerless(desk: &mut Desk, item: &Found, written: &[&str]) {
    let Some((.., field)) = item.uses.first() else { return };
    let name = item.name;
    let fix = match nearest(name, written.iter().copied()) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("add {{\"write\": \"{name}\"}} to an operation of its owner"),
    };
    desk.error(field, format!("nobody writes `{name}`"), fix);
}

fn owned(desk: &mut Desk, item: &Found, owner: ServiceId, services: &[&str]) {
    let (name, who) = (item.name, services[owner.0 as usize]);
    for (used, service, field) in &item.uses {
        match used {
            Use::Write if *service != owner => {
                let message = format!("`{name}` belongs to `{who}`, which writes it too");
                desk.error(field, message, format!("call `{who}`, or name another item"));
            }
            Use::Apply if *service == owner => {
                let message = format!("`{who}` owns `{name}` and keeps no copy of it");
                desk.error(field, message, "apply it where a copy is kept");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::parse;
    use crate::scenario::text::tests::problems;
    use crate::scenario::{Entity, Item, ItemId, Step};

    /// An owner, and a copy that is brought up to date.
    const BASE: &str = r#"{
  "format": "sync-or-swim/1",
  "run": {"duration": "10s"},
  "clients": {"c": {"arrivals": "poisson(5/s)"}},
  "services": {
    "owner": {"operations": {"put": [{"write": "order", "of": "customer", "keys": 10}, {"call": "copy.take"}]}},
    "copy": {"operations": {"take": [{"apply": "order"}], "look": [{"read": "order"}]}}
  },
  "edges": [{"from": "c", "to": "owner.put"}, {"from": "c", "to": "copy.look"}]
}"#;

    fn check(old: &str, new: &str, expected: &str) {
        assert_eq!(problems(BASE, old, new), expected, "{new}");
    }

    #[test]
    fn what_is_said_of_an_item_once_holds_everywhere() {
        let scenario = parse(BASE).unwrap().scenario;
        let customer = Entity {
            name: "customer".to_string(),
            count: Some(10),
        };
        assert_eq!(scenario.entities, [customer]);
        let [Item { name, of: Some(of) }] = &scenario.items[..] else {
            panic!("{:?}", scenario.items)
        };
        assert_eq!((name.as_str(), of.0), ("order", 0));
        let copy = &scenario.services[1].operations;
        assert_eq!(copy[0].steps, [Step::Apply(ItemId(0))]);
        assert_eq!(copy[1].steps, [Step::Read(ItemId(0))]);
        check(
            "{\"read\": \"order\"}",
            "{\"read\": \"order\", \"of\": \"customer\"}",
            "",
        );
    }

    #[test]
    fn an_item_that_nobody_writes_is_a_slip() {
        check(
            "{\"read\": \"order\"}",
            "{\"read\": \"ordr\"}",
            "7:77 services.copy.operations.look[0].read: nobody writes `ordr`; did you mean `order`?",
        );
        check(
            "{\"read\": \"order\"}",
            "{\"read\": \"price\"}",
            "7:77 services.copy.operations.look[0].read: nobody writes `price`; \
             add {\"write\": \"price\"} to an operation of its owner",
        );
    }

    #[test]
    fn an_item_has_one_owner_which_keeps_no_copy() {
        check(
            "{\"read\": \"order\"}",
            "{\"write\": \"order\"}",
            "7:78 services.copy.operations.look[0].write: `order` belongs to `owner`, which writes it too; \
             call `owner`, or name another item",
        );
        check(
            "{\"call\": \"copy.take\"}",
            "{\"apply\": \"order\"}",
            "6:98 services.owner.operations.put[1].apply: `owner` owns `order` and keeps no copy of it; \
             apply it where a copy is kept",
        );
    }

    #[test]
    fn instances_are_told_apart_in_one_way() {
        check(
            "{\"read\": \"order\"}",
            "{\"read\": \"order\", \"of\": \"customer\", \"keys\": 11}",
            "7:112 services.copy.operations.look[0].keys: there are 10 instances of `customer` elsewhere; \
             say it once, or the same everywhere",
        );
        check(
            "{\"read\": \"order\"}",
            "{\"read\": \"order\", \"of\": \"shop\"}",
            "7:92 services.copy.operations.look[0].of: `order` is one `of` each `customer` elsewhere; \
             say it once, or the same everywhere",
        );
        check(
            "\"of\": \"customer\", ",
            "",
            "6:65 services.owner.operations.put[0].keys: `keys` of what?; \
             add \"of\": \"customer\", or leave `keys` out",
        );
        check(
            "\"keys\": 10",
            "\"keys\": 0",
            "6:83 services.owner.operations.put[0].keys: `0` is not possible here; a whole number from 1 to 1000000",
        );
        check(
            "\"of\": \"customer\"",
            "\"of\": \"no one\"",
            "6:63 services.owner.operations.put[0].of: `no one` is not a name; \
             a name has letters, digits, `_` and `-` only",
        );
    }
}
