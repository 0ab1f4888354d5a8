//! The graph of a scenario: clients to the left, each service right of those that call it.
//!
//! ```text
//! layer 0      1           2            3
//! (shoppers)─▶[gateway]─▶[orders]─┬──▶[payments]
//!                                 └╌▤╌▶[email]
//! ```
//!
//! A node that has a place in the scenario's `layout` stands there; all others stand as if nobody had one, so that a drag
//! moves one node only. The layers are ours: rust-sugiyama 0.4 and layout-rs 0.1 weigh 43 and 41 KB gzipped, more than a
//! quarter of the page, and have no way for edges around nodes (or none that they tell); these take 3 KB.
//!
//! Law: whole pixels, and the same for the same scenario, whatever the modes are: a flip moves nothing. No label of an
//! edge covers a node that stands in its layer.

use super::layer::{Layers, NODE_GAP, arcs};
use super::order::in_order;
use super::route;
use super::word;
pub use crate::scenario::NodeKind;
use crate::scenario::{ChannelId, ChannelKind, ClientId, EdgeId, Scenario, ServiceId};

/// The height of a node.
pub(super) const NODE: i32 = 46;
/// Around everything.
pub(super) const MARGIN: i32 = 14;
/// The width of a letter in a node, and what is beside the letters.
const LETTER: i32 = 8;
const PADDING: i32 = 26;

/// A client, service or channel and its box.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub kind: NodeKind,
    pub name: String,
    /// `16 threads`, `client`.
    pub what: String,
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// An edge as a curve from caller to callee.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    pub edge: EdgeId,
    /// As the `d` of an SVG path.
    pub path: String,
    /// The arrow's head, as the `d` of an SVG path.
    pub tip: String,
    /// Where its mode is written.
    pub label: (i32, i32),
}

/// A scenario as boxes and curves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    pub width: i32,
    pub height: i32,
    /// Clients in file order, then services, then channels.
    pub nodes: Vec<Node>,
    /// One an edge of the scenario, in its order.
    pub wires: Vec<Wire>,
}

/// The graph of a scenario.
pub fn topology(scenario: &Scenario) -> Graph {
    let mut nodes = nodes(scenario);
    let arcs = arcs(nodes.len(), &ends(scenario));
    let mut layers = Layers::new(&nodes, &arcs);
    layers.order();
    layers.place();
    layers.settle_nodes(&mut nodes);
    let moved = lay_out(scenario, &mut nodes);
    let routes = route::routes(&layers, &nodes, &arcs, &moved);
    let right = nodes.iter().map(|node| node.x + node.width).max().unwrap_or(0);
    let below = nodes
        .iter()
        .map(Node::bottom)
        .chain(routes.iter().map(|route| route.bottom(&nodes)));
    Graph {
        width: right + MARGIN,
        height: below.max().unwrap_or(0) + MARGIN,
        wires: route::wires(&routes, &nodes),
        nodes,
    }
}

fn nodes(scenario: &Scenario) -> Vec<Node> {
    let clients = scenario.clients.iter().enumerate().map(|(index, client)| {
        let kind = NodeKind::Client(ClientId(index as u32));
        (kind, client.name.clone(), "client".to_string())
    });
    let services = scenario.services.iter().enumerate().map(|(index, service)| {
        let kind = NodeKind::Service(ServiceId(index as u32));
        (kind, service.name.clone(), word::workers(service))
    });
    let channels = scenario.channels.iter().enumerate().map(|(index, channel)| {
        let kind = NodeKind::Channel(ChannelId(index as u32));
        let what = match channel.kind {
            ChannelKind::Queue => "▤ queue",
            ChannelKind::Topic => "▤ topic",
        };
        (kind, channel.name.clone(), what.to_string())
    });
    let all = clients.chain(services).chain(channels);
    all.map(|(kind, name, what)| {
        let letters = name.chars().count().max(what.chars().count() * 5 / 6) as i32;
        Node {
            kind,
            name,
            what,
            x: 0,
            y: 0,
            width: (letters * LETTER + PADDING).max(92),
            height: NODE,
        }
    })
    .collect()
}

/// The indices of each edge's caller and callee among the nodes.
fn ends(scenario: &Scenario) -> Vec<(usize, usize)> {
    let edges = scenario.edges.iter();
    edges
        .map(|edge| (place(scenario, edge.from.node()), place(scenario, edge.to.node())))
        .collect()
}

/// The index of a node.
fn place(scenario: &Scenario, node: NodeKind) -> usize {
    let clients = scenario.clients.len();
    match node {
        NodeKind::Client(id) => id.0 as usize,
        NodeKind::Service(id) => clients + id.0 as usize,
        NodeKind::Channel(id) => clients + scenario.services.len() + id.0 as usize,
    }
}

/// Puts nodes where the scenario says, and moves others down where they would be covered. Yields which do not stand in
/// their layer any more.
fn lay_out(scenario: &Scenario, nodes: &mut [Node]) -> Vec<bool> {
    let mut given = vec![false; nodes.len()];
    for spot in &scenario.layout {
        let index = place(scenario, spot.node);
        given[index] = true;
        (nodes[index].x, nodes[index].y) = (spot.x as i32, spot.y as i32);
    }
    let mut moved = given.clone();
    let others = (0..nodes.len()).filter(|index| !given[*index]);
    for index in in_order(others.map(|index| (i64::from(nodes[index].y), index))) {
        while let Some(other) = (0..nodes.len()).find(|other| given[*other] && nodes[index].covers(&nodes[*other])) {
            nodes[index].y = nodes[other].y + nodes[other].height + NODE_GAP;
            moved[index] = true;
        }
        given[index] = true;
    }
    moved
}

impl Node {
    /// Where its box ends.
    fn bottom(&self) -> i32 {
        self.y + self.height
    }

    /// The middle of its box.
    pub fn middle(&self) -> (i32, i32) {
        (self.x + self.width / 2, self.y + self.height / 2)
    }

    /// Whether two boxes share a pixel.
    pub fn covers(&self, other: &Node) -> bool {
        let apart_x = self.x + self.width <= other.x || other.x + other.width <= self.x;
        let apart_y = self.y + self.height <= other.y || other.y + other.height <= self.y;
        !apart_x && !apart_y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Callee, Caller, gallery, text};

    fn graph(text: &str) -> (Scenario, Graph) {
        let scenario = text::parse(text).map(|parsed| parsed.scenario).unwrap();
        let graph = topology(&scenario);
        (scenario, graph)
    }

    fn entry(id: &str) -> (Scenario, Graph) {
        graph(gallery::entry(id).map(|entry| entry.text).unwrap())
    }

    /// The texts of all graphs that are looked at.
    fn texts() -> Vec<&'static str> {
        let gallery = gallery::ENTRIES.iter().map(|entry| entry.text);
        let examples = [
            include_str!("../../tests/data/examples/faults.json"),
            include_str!("../../tests/data/examples/saga.json"),
            include_str!("../../tests/data/examples/topic.json"),
            include_str!("../../tests/data/specimens/calls.json"),
            include_str!("../../tests/data/specimens/channels.json"),
            CIRCLES,
        ];
        gallery.chain(examples).collect()
    }

    #[test]
    fn no_two_nodes_overlap_and_all_lie_inside() {
        for text in texts() {
            let (scenario, graph) = graph(text);
            for (index, a) in graph.nodes.iter().enumerate() {
                assert!(a.x >= MARGIN && a.y >= MARGIN, "{a:?}");
                assert!(a.x + a.width <= graph.width && a.bottom() <= graph.height, "{a:?}");
                for b in &graph.nodes[index + 1..] {
                    assert!(!a.covers(b), "{}: {a:?} {b:?}", scenario.name);
                }
            }
        }
    }

    #[test]
    fn no_label_covers_a_node_or_leaves_the_picture() {
        for text in texts() {
            let (scenario, graph) = graph(text);
            for (edge, wire) in scenario.edges.iter().zip(&graph.wires) {
                let label = label(wire);
                assert!(label.x >= 0 && label.y >= 0, "{}: {label:?}", edge.name);
                assert!(label.x + label.width <= graph.width && label.bottom() <= graph.height);
                let covered = graph.nodes.iter().find(|node| node.covers(&label));
                assert_eq!(covered, None, "{}: {}", scenario.name, edge.name);
            }
        }
    }

    /// The ground of an edge's mode: the longest word takes 66 pixels.
    fn label(wire: &Wire) -> Node {
        let (x, y) = wire.label;
        let (kind, text) = (NodeKind::Client(ClientId(0)), String::new);
        Node {
            kind,
            name: text(),
            what: text(),
            x: x - 33,
            y: y - 9,
            width: 66,
            height: 18,
        }
    }

    fn with_layout(text: &str, layout: &str) -> Graph {
        graph(&text.replacen('{', &format!("{{\"layout\": {layout}, "), 1)).1
    }

    #[test]
    fn a_node_with_a_place_stands_there_and_no_other_moves() {
        let text = gallery::entry("checkout").map(|entry| entry.text).unwrap();
        let (_, before) = graph(text);
        let after = with_layout(text, "{\"email\": [300, 400], \"gateway\": [0, 0]}");
        for (a, b) in before.nodes.iter().zip(&after.nodes) {
            match b.name.as_str() {
                "email" => assert_eq!((b.x, b.y), (300, 400)),
                "gateway" => assert_eq!((b.x, b.y), (0, 0)),
                _ => assert_eq!(a, b),
            }
        }
        assert_eq!(after.height, 400 + NODE + MARGIN);
        for (index, wire) in after.wires.iter().enumerate() {
            let covered = after.nodes.iter().find(|node| node.covers(&label(wire)));
            assert_eq!(covered, None, "{index}");
        }
        for stays in 2..4 {
            assert_eq!(after.wires[stays].tip, before.wires[stays].tip);
        }
    }

    #[test]
    fn whoever_would_be_covered_makes_way() {
        let text = gallery::entry("checkout").map(|entry| entry.text).unwrap();
        let (_, before) = graph(text);
        let orders = before.nodes.iter().find(|node| node.name == "orders").unwrap();
        let after = with_layout(text, &format!("{{\"email\": [{}, {}]}}", orders.x + 5, orders.y - 5));
        let place = |name: &str| after.nodes.iter().find(|node| node.name == name).unwrap();
        assert_eq!((place("email").x, place("email").y), (orders.x + 5, orders.y - 5));
        assert_eq!(
            (place("orders").x, place("orders").y),
            (orders.x, place("email").bottom() + NODE_GAP)
        );
    }

    #[test]
    fn an_edge_ends_at_the_sides_that_face_each_other() {
        let text = gallery::entry("chain").map(|entry| entry.text).unwrap();
        let wire = |layout: &str| with_layout(text, layout).wires.swap_remove(1);
        let left = "\"a\": [500, 100]";
        for (place, from, tip) in [
            ("[700, 100]", "M592 123", "M700 123l-8"),
            ("[300, 100]", "M500 134", "M392 111l8"),
            ("[510, 300]", "M546 146", "M556 300l-4 -8"),
            ("[490, 0]", "M546 100", "M536 46l-4 8"),
        ] {
            let wire = wire(&format!("{{{left}, \"b\": {place}, \"c\": [900, 900]}}"));
            assert!(wire.path.starts_with(from), "{place}: {}", wire.path);
            assert!(wire.tip.starts_with(tip), "{place}: {}", wire.tip);
        }
    }

    /// Services that call each other, and themselves.
    const CIRCLES: &str = r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"},
        "clients": {"c": {"arrivals": "poisson(1/s)"}},
        "services": {
            "a": {"operations": {"go": [{"call": "b.go"}], "end": [{"work": "1ms"}]}},
            "b": {"operations": {"go": [{"call": "a.end"}, {"call": "b.end"}], "end": [{"work": "1ms"}]}},
            "d": {"operations": {"go": [{"call": "d.end"}], "end": [{"call": "b.end"}]}}},
        "edges": [{"from": "c", "to": "a.go"}, {"from": "c", "to": "d.go"}]}"#;

    #[test]
    fn a_callee_stands_right_of_its_caller() {
        let (scenario, graph) = entry("checkout");
        for (edge, wire) in scenario.edges.iter().zip(&graph.wires) {
            let (from, to) = word::ends(&scenario, edge);
            let x = |name: &str| graph.nodes.iter().find(|node| node.name == name).map(|node| node.x);
            assert!(x(from) < x(to), "{}", edge.name);
            assert!(wire.path.starts_with('M'));
        }
    }

    #[test]
    fn a_channel_stands_between_who_publishes_and_who_consumes() {
        let (scenario, graph) = graph(include_str!("../../tests/data/examples/topic.json"));
        for (index, channel) in scenario.channels.iter().enumerate() {
            let id = ChannelId(index as u32);
            let node = graph
                .nodes
                .iter()
                .find(|node| node.kind == NodeKind::Channel(id))
                .unwrap();
            assert_eq!(node.name, channel.name);
            for (edge, wire) in scenario.edges.iter().zip(&graph.wires) {
                let (left, right) = (format!("M{} ", node.x + node.width), format!("M{} ", node.x));
                assert_eq!(
                    edge.from == Caller::Channel(id),
                    wire.path.starts_with(&left),
                    "{}",
                    edge.name
                );
                assert_eq!(
                    edge.to == Callee::Channel(id),
                    wire.tip.starts_with(&right),
                    "{}",
                    edge.name
                );
            }
        }
    }

    #[test]
    fn a_flip_moves_nothing() {
        let text = gallery::entry("checkout").map(|entry| entry.text).unwrap();
        let (_, queue) = graph(text);
        let (_, sync) = graph(&text.replace("\"mode\": \"queue\"", "\"mode\": \"sync\""));
        assert_eq!(queue, sync);
    }

    #[test]
    fn a_cycle_and_a_service_that_calls_itself_are_drawn() {
        let (_, graph) = graph(CIRCLES);
        assert_eq!(graph.wires.len(), 7);
        let x: Vec<i32> = graph.nodes.iter().map(|node| node.x).collect();
        assert!(x[0] < x[1] && x[1] < x[2], "{x:?}");
    }
}
