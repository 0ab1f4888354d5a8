//! The ways of edges between nodes, and where on them their modes are written.
//!
//! ```text
//! [orders]───╮            ╭──▶[payments]        past the nodes of the layers between
//!            ╰──▤ queue───╯
//! ```
//!
//! Law: an edge ends at the sides of its nodes that face each other; its label covers no node where any place on its
//! way is free.

use super::layer::{Arc, Layers};
use super::order::in_order;
use super::topology::{Node, Wire};
use crate::scenario::EdgeId;

/// What a loop takes above its node, its label included.
pub(super) const LOOP: i32 = 32;
/// Nodes that are nearer than this to each other, from left to right, are joined from above to below.
const NARROW: i32 = 16;
/// Half of the width and the height of a label: the longest word, `callback`.
const LABEL: (i32, i32) = (33, 9);
/// Places on a curve at which its label may stand, each an eighth from the next: the middle first.
const PLACES: [i32; 7] = [4, 3, 5, 2, 6, 1, 7];

/// The side of a node at which an edge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Top,
    Bottom,
}

impl Side {
    /// Whether edges leave it from above to below.
    fn is_level(self) -> bool {
        matches!(self, Side::Top | Side::Bottom)
    }

    /// The point of a side at this share of it.
    fn point(self, node: &Node, part: i32, parts: i32) -> (i32, i32) {
        let (x, y) = (node.x + node.width * part / parts, node.y + node.height * part / parts);
        match self {
            Side::Left => (node.x, y),
            Side::Right => (node.x + node.width, y),
            Side::Top => (x, node.y),
            Side::Bottom => (x, node.y + node.height),
        }
    }

    /// The head of an arrow that arrives here.
    fn tip(self, (x, y): (i32, i32)) -> String {
        let back = match self {
            Side::Left => "l-8 -4v8z",
            Side::Right => "l8 -4v8z",
            Side::Top => "l-4 -8h8z",
            Side::Bottom => "l-4 8h8z",
        };
        format!("M{x} {y}{back}")
    }
}

/// The way of an edge from its caller to its callee.
#[derive(Debug)]
pub(super) struct Route {
    /// Both ends with their nodes.
    ends: [(usize, Side); 2],
    /// Where it passes layers: from and to, at a height.
    passes: Vec<(i32, i32, i32)>,
}

impl Route {
    /// How far down it reaches beyond its nodes.
    pub(super) fn bottom(&self, nodes: &[Node]) -> i32 {
        let node = &nodes[self.ends[0].0];
        match self.is_loop() && loop_side(node) == Side::Bottom {
            true => node.y + node.height + LOOP,
            false => self.passes.iter().map(|(_, _, y)| *y).max().unwrap_or(0),
        }
    }

    fn is_loop(&self) -> bool {
        self.ends[0].0 == self.ends[1].0
    }
}

/// The ways of all edges. Those between nodes that stand in their layers pass the layers between; others go straight.
pub(super) fn routes(layers: &Layers, nodes: &[Node], arcs: &[Arc], moved: &[bool]) -> Vec<Route> {
    let routes = arcs.iter().enumerate().map(|(index, arc)| {
        let mut route = match moved[arc.left] || moved[arc.right] {
            true => straight(nodes, arc),
            false => Route {
                ends: [(arc.left, Side::Right), (arc.right, Side::Left)],
                passes: layers.passes(index).collect(),
            },
        };
        if arc.is_back {
            route.ends.reverse();
            route.passes.reverse();
            route
                .passes
                .iter_mut()
                .for_each(|(from, to, _)| std::mem::swap(from, to));
        }
        route
    });
    routes.collect()
}

/// Between the sides that face each other.
fn straight(nodes: &[Node], arc: &Arc) -> Route {
    let (a, b) = (&nodes[arc.left], &nodes[arc.right]);
    let sides = match () {
        () if a.x + a.width + NARROW <= b.x => [Side::Right, Side::Left],
        () if b.x + b.width + NARROW <= a.x => [Side::Left, Side::Right],
        () if a.y <= b.y => [Side::Bottom, Side::Top],
        () => [Side::Top, Side::Bottom],
    };
    Route {
        ends: [(arc.left, sides[0]), (arc.right, sides[1])],
        passes: Vec::new(),
    }
}

/// The curves of all edges.
pub(super) fn wires(routes: &[Route], nodes: &[Node]) -> Vec<Wire> {
    let ports = ports(routes, nodes);
    let numbered = routes.iter().zip(ports).enumerate();
    let wires = numbered.map(|(index, (route, [from, to]))| {
        let edge = EdgeId(index as u32);
        match route.is_loop() {
            true => loop_wire(edge, &nodes[route.ends[0].0]),
            false => wire(edge, route, from, to, nodes),
        }
    });
    wires.collect()
}

/// Where each edge leaves and enters its nodes: spread over a side, ordered by where it leads.
fn ports(routes: &[Route], nodes: &[Node]) -> Vec<[(i32, i32); 2]> {
    let mut ports = vec![[(0, 0); 2]; routes.len()];
    for node in 0..nodes.len() {
        for side in [Side::Right, Side::Left, Side::Top, Side::Bottom] {
            let all = (0..2 * routes.len()).filter(|end| {
                let route = &routes[end / 2];
                route.ends[end % 2] == (node, side) && !route.is_loop()
            });
            let ends = in_order(all.map(|end| (i64::from(leads_to(&routes[end / 2], end % 2, nodes)), end)));
            let count = ends.len() as i32;
            for (place, end) in (0..).zip(ends) {
                ports[end / 2][end % 2] = side.point(&nodes[node], 2 * place + 1, 2 * count);
            }
        }
    }
    ports
}

/// The height at which an edge passes next behind this end of it, or the place of its other node along the side.
fn leads_to(route: &Route, end: usize, nodes: &[Node]) -> i32 {
    let next = match end {
        0 => route.passes.first(),
        _ => route.passes.last(),
    };
    let (x, y) = nodes[route.ends[1 - end].0].middle();
    match next {
        Some((_, _, pass)) => *pass,
        None if route.ends[end].1.is_level() => x,
        None => y,
    }
}

fn wire(edge: EdgeId, route: &Route, from: (i32, i32), to: (i32, i32), nodes: &[Node]) -> Wire {
    let mut points = vec![from];
    points.extend(route.passes.iter().flat_map(|(a, b, y)| [(*a, *y), (*b, *y)]));
    points.push(to);
    let is_level = route.ends[1].1.is_level();
    let mut path = format!("M{} {}", from.0, from.1);
    for pair in points.windows(2) {
        let [_, (mx, my), (nx, ny), (bx, by)] = curve(pair[0], pair[1], is_level);
        path += &match pair[0].1 == by {
            true => format!("L{bx} {by}"),
            false => format!("C{mx} {my} {nx} {ny} {bx} {by}"),
        };
    }
    let last = curve(points[points.len() - 2], to, is_level);
    let places = PLACES.into_iter().map(|eighths| point(last, eighths));
    let free = places
        .clone()
        .find(|place| !nodes.iter().any(|node| covers(*place, node)));
    Wire {
        edge,
        path,
        tip: route.ends[1].1.tip(to),
        label: free.unwrap_or(point(last, PLACES[0])),
    }
}

/// The four points of a curve (Bézier) that begins and ends level, or upright.
fn curve((ax, ay): (i32, i32), (bx, by): (i32, i32), is_level: bool) -> [(i32, i32); 4] {
    let (x, y) = ((ax + bx) / 2, (ay + by) / 2);
    match is_level {
        true => [(ax, ay), (ax, y), (bx, y), (bx, by)],
        false => [(ax, ay), (x, ay), (x, by), (bx, by)],
    }
}

/// The point of a curve at so many eighths of it.
fn point(curve: [(i32, i32); 4], eighths: i32) -> (i32, i32) {
    let (t, s) = (eighths, 8 - eighths);
    let [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
    let at = |[p, q, r, u]: [i32; 4]| (a * p + b * q + c * r + d * u) / 512;
    (at(curve.map(|(x, _)| x)), at(curve.map(|(_, y)| y)))
}

/// Whether a label here would cover a node.
fn covers((x, y): (i32, i32), node: &Node) -> bool {
    let (middle_x, middle_y) = node.middle();
    (x - middle_x).abs() < LABEL.0 + node.width / 2 && (y - middle_y).abs() < LABEL.1 + node.height / 2
}

/// A loop stands above its node, or below where there is no room.
fn loop_side(node: &Node) -> Side {
    if node.y < LOOP { Side::Bottom } else { Side::Top }
}

/// A service that calls itself.
fn loop_wire(edge: EdgeId, node: &Node) -> Wire {
    let (left, right) = (node.x + node.width / 3, node.x + node.width * 2 / 3);
    let side = loop_side(node);
    let (y, away) = match side {
        Side::Bottom => (node.y + node.height, 1),
        _ => (node.y, -1),
    };
    let far = y + away * 30;
    Wire {
        edge,
        path: format!("M{right} {y}C{right} {far} {left} {far} {left} {y}"),
        tip: side.tip((left, y)),
        label: ((left + right) / 2, y + away * 22),
    }
}
