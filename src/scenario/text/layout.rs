//! Where nodes stand in the picture.
//!
//! ```text
//! "layout": { "gateway": [150, 14], "orders": [330, 80] }      the upper left corners of their boxes, in pixels
//! ```
//!
//! Law: a place is a node's; a node without one stands where the picture finds room.

use super::name::{self, Names};
use super::table::Desk;
use crate::scenario::Spot;
use crate::scenario::node::Node;

/// Pixels from the left, or from above, at most.
const FARTHEST: u64 = 100_000;

/// Reads all places.
pub fn layout<'a>(desk: &mut Desk<'a>, field: Option<&'a Node>, names: &Names<'a>) -> Vec<Spot> {
    let table = field.and_then(|field| desk.names(field));
    let entries: Vec<_> = table.iter().flat_map(|table| table.entries()).collect();
    let mut spots = Vec::new();
    for (name, key, field) in entries {
        let place = place(desk, field);
        match names.node(name) {
            Some(node) => spots.extend(place.map(|[x, y]| Spot { node, x, y })),
            None => name::nobody(desk, key, names),
        }
    }
    spots
}

/// `[x, y]`.
fn place<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<[u32; 2]> {
    let before = desk.problems.len();
    match desk.list(field) {
        [x, y] => Some([x, y].map(|pixels| desk.count(pixels, 0, FARTHEST) as u32)),
        _ => {
            if desk.problems.len() == before {
                desk.error(field, "a place is a pair of pixels", "[x, y], such as [150, 14]");
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;

    const FAULTS: &str = "\"faults\"";

    fn told(layout: &str, expected: &str) {
        check(FAULTS, &format!("\"layout\": {layout}, \"faults\""), expected);
    }

    #[test]
    fn every_node_may_have_a_place() {
        let layout = "\"layout\": {\"mail\": [10, 20], \"sold\": [0, 100000], \"staff\": [7, 0]}, \"faults\"";
        let spot = |node, x, y| Spot { node, x, y };
        assert_eq!(
            shop(FAULTS, layout).layout,
            [
                spot(NodeKind::Service(ServiceId(1)), 10, 20),
                spot(NodeKind::Channel(ChannelId(0)), 0, 100_000),
                spot(NodeKind::Client(ClientId(1)), 7, 0),
            ]
        );
        assert_eq!(shop(FAULTS, "\"layout\": {}, \"faults\"").layout, []);
    }

    #[test]
    fn what_is_no_place_is_told() {
        told("[]", "19:13 layout: a list stands here; a map {…} is expected");
        told(
            "{\"mail\": [1]}",
            "19:22 layout.mail: a place is a pair of pixels; [x, y], such as [150, 14]",
        );
        told(
            "{\"mail\": [1, 2.5]}",
            "19:26 layout.mail[1]: `2.5` is not possible here; a whole number from 0 to 100000",
        );
        told(
            "{\"mail\": {\"x\": 1}}",
            "19:22 layout.mail: a map stands here; a list […] is expected",
        );
        told(
            "{\"mial\": [1, 2], \"nobody\": [1, 2]}",
            "19:14 layout.mial: there is no client, service or channel `mial`; did you mean `mail`?\n\
             19:30 layout.nobody: there is no client, service or channel `nobody`; declare it under `clients` or `services`",
        );
    }
}
