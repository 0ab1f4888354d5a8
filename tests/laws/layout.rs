//! Random places in the picture.
//!
//! Law: a node has one place at most.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sync_or_swim::scenario::*;

/// Which nodes have a place, and which.
pub fn places() -> impl Strategy<Value = Vec<(Index, u32, u32)>> {
    prop_oneof![Just(Vec::new()), vec((any::<Index>(), 0u32..2000, 0u32..1000), 1..5)]
}

/// The scenario with places for some of its nodes.
pub fn laid_out(mut scenario: Scenario, places: &[(Index, u32, u32)]) -> Scenario {
    let clients = (0..scenario.clients.len() as u32).map(|index| NodeKind::Client(ClientId(index)));
    let services = (0..scenario.services.len() as u32).map(|index| NodeKind::Service(ServiceId(index)));
    let channels = (0..scenario.channels.len() as u32).map(|index| NodeKind::Channel(ChannelId(index)));
    let mut nodes: Vec<NodeKind> = clients.chain(services).chain(channels).collect();
    for (pick, x, y) in places.iter().take(nodes.len()) {
        let node = nodes.swap_remove(pick.index(nodes.len()));
        scenario.layout.push(Spot { node, x: *x, y: *y });
    }
    scenario
}
