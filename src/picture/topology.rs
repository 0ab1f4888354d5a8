//! The graph of a scenario: clients to the left, each service right of those that call it.
//!
//! ```text
//! layer 0      1           2            3
//! (shoppers)─▶[gateway]─▶[orders]─┬──▶[payments]
//!                                 └╌▤╌▶[email]
//! ```
//!
//! Law: whole pixels, and the same for the same scenario, whatever the modes are: a flip moves nothing.

use super::layer::{Arc, Layers, arcs};
use super::order::in_order;
use super::word;
use crate::scenario::{Callee, Caller, ChannelId, ChannelKind, ClientId, EdgeId, Scenario, ServiceId};

/// The height of a node.
pub(super) const NODE: i32 = 46;
/// Around everything.
pub(super) const MARGIN: i32 = 14;
/// The width of a letter in a node, and what is beside the letters.
const LETTER: i32 = 8;
const PADDING: i32 = 26;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Client(ClientId),
    Service(ServiceId),
    Channel(ChannelId),
}

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
    let wires = wires(&layers, &nodes, &arcs);
    let right = nodes.iter().map(|node| node.x + node.width).max().unwrap_or(0);
    Graph {
        width: right + MARGIN,
        height: layers.bottom + MARGIN,
        nodes,
        wires,
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
    let clients = scenario.clients.len();
    let channels = clients + scenario.services.len();
    scenario
        .edges
        .iter()
        .map(|edge| {
            let from = match edge.from {
                Caller::Client(id) => id.0 as usize,
                Caller::Service(id) => clients + id.0 as usize,
                Caller::Channel(id) => channels + id.0 as usize,
            };
            let to = match edge.to {
                Callee::Operation(id, _) => clients + id.0 as usize,
                Callee::Channel(id) => channels + id.0 as usize,
            };
            (from, to)
        })
        .collect()
}

fn wires(layers: &Layers, nodes: &[Node], arcs: &[Arc]) -> Vec<Wire> {
    let sides = [Side::Right, Side::Left];
    let [outs, ins] = sides.map(|side| ports(layers, nodes.len(), arcs, side));
    let wires = arcs.iter().enumerate().map(|(index, arc)| {
        let edge = EdgeId(index as u32);
        if arc.left == arc.right {
            return loop_wire(edge, &nodes[arc.left]);
        }
        let (left, right) = (&nodes[arc.left], &nodes[arc.right]);
        let mut points = vec![(left.x + left.width, left.y + outs[index])];
        for pass in &layers.chains[index][1..layers.chains[index].len() - 1] {
            let (x, width) = layers.columns[layers.layer_of[*pass]];
            points.extend([(x, layers.y[*pass]), (x + width, layers.y[*pass])]);
        }
        points.push((right.x, right.y + ins[index]));
        if arc.is_back {
            points.reverse();
        }
        wire(edge, &points)
    });
    wires.collect()
}

/// Where each edge leaves or enters its node, from the node's top: spread over its side, ordered by where it leads.
fn ports(layers: &Layers, nodes: usize, arcs: &[Arc], side: Side) -> Vec<i32> {
    let mut ports = vec![NODE / 2; arcs.len()];
    for node in 0..nodes {
        let mine = |arc: &Arc| arc.left != arc.right && side.node(arc) == node;
        let next = |edge: usize| match side {
            Side::Right => layers.chains[edge][1],
            Side::Left => layers.chains[edge][layers.chains[edge].len() - 2],
        };
        let edges = (0..arcs.len()).filter(|edge| mine(&arcs[*edge]));
        let edges = in_order(edges.map(|edge| (i64::from(layers.y[next(edge)]), edge)));
        let count = edges.len() as i32;
        for (place, edge) in (0..).zip(edges) {
            ports[edge] = (2 * place + 1) * NODE / (2 * count);
        }
    }
    ports
}

/// A side of a node.
#[derive(Clone, Copy)]
enum Side {
    Right,
    Left,
}

impl Side {
    /// The node of an edge that it meets on this side.
    fn node(self, arc: &Arc) -> usize {
        match self {
            Side::Right => arc.left,
            Side::Left => arc.right,
        }
    }
}

fn wire(edge: EdgeId, points: &[(i32, i32)]) -> Wire {
    let mut path = format!("M{} {}", points[0].0, points[0].1);
    for pair in points.windows(2) {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        let middle = (ax + bx) / 2;
        path += &if ay == by {
            format!("L{bx} {by}")
        } else {
            format!("C{middle} {ay} {middle} {by} {bx} {by}")
        };
    }
    let last = points.len() - 1;
    let ((ax, ay), (bx, by)) = (points[last - 1], points[last]);
    let back = if bx > ax { -8 } else { 8 };
    Wire {
        edge,
        path,
        tip: format!("M{bx} {by}l{back} -4v8z"),
        label: ((ax + bx) / 2, (ay + by) / 2),
    }
}

/// A service that calls itself.
fn loop_wire(edge: EdgeId, node: &Node) -> Wire {
    let (left, right, top) = (node.x + node.width / 3, node.x + node.width * 2 / 3, node.y);
    let high = top - 30;
    Wire {
        edge,
        path: format!("M{right} {top}C{right} {high} {left} {high} {left} {top}"),
        tip: format!("M{left} {top}l-4 -8h8z"),
        label: ((left + right) / 2, top - 22),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{gallery, text};

    fn graph(text: &str) -> (Scenario, Graph) {
        let scenario = text::parse(text).map(|parsed| parsed.scenario).unwrap();
        let graph = topology(&scenario);
        (scenario, graph)
    }

    fn entry(id: &str) -> (Scenario, Graph) {
        graph(gallery::entry(id).map(|entry| entry.text).unwrap())
    }

    #[test]
    fn no_two_nodes_overlap_and_all_lie_inside() {
        for entry in gallery::ENTRIES {
            let (_, graph) = graph(entry.text);
            for (index, a) in graph.nodes.iter().enumerate() {
                assert!(a.x >= MARGIN && a.y >= MARGIN, "{a:?}");
                assert!(a.x + a.width <= graph.width && a.y + a.height <= graph.height, "{a:?}");
                for b in &graph.nodes[index + 1..] {
                    let apart_x = a.x + a.width <= b.x || b.x + b.width <= a.x;
                    let apart_y = a.y + a.height <= b.y || b.y + b.height <= a.y;
                    assert!(apart_x || apart_y, "{}: {a:?} {b:?}", entry.id);
                }
            }
        }
    }

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
        let (_, graph) = graph(
            r#"{"format": "sync-or-swim/1", "run": {"duration": "1s"},
                "clients": {"c": {"arrivals": "poisson(1/s)"}},
                "services": {
                    "a": {"operations": {"go": [{"call": "b.go"}], "end": [{"work": "1ms"}]}},
                    "b": {"operations": {"go": [{"call": "a.end"}, {"call": "b.end"}], "end": [{"work": "1ms"}]}}},
                "edges": [{"from": "c", "to": "a.go"}]}"#,
        );
        assert_eq!(graph.wires.len(), 4);
        let x: Vec<i32> = graph.nodes.iter().map(|node| node.x).collect();
        assert!(x[0] < x[1] && x[1] < x[2], "{x:?}");
    }
}
