//! Nodes in layers: who stands right of whom, and at which height.
//!
//! The layers of Sugiyama, Tagawa, Toda (1981): cycles are broken by depth-first search, layers are longest paths,
//! edges over several layers get a place of their own in each, the order within layers follows the mean of the
//! neighbours, and heights are the closest to the neighbours' that keep all distances (pool adjacent violators).
//!
//! Law: whole pixels; the same edges give the same places.

use super::order::in_order;
use super::route::LOOP;
use super::topology::{MARGIN, NODE, Node};

/// Between nodes of a layer.
pub(super) const NODE_GAP: i32 = 20;
/// Between edges that pass a layer.
const PASS_GAP: i32 = 12;
/// Between layers.
const LAYER_GAP: i32 = 92;
const SWEEPS: usize = 12;

/// An edge between nodes, turned so that it leads to the right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub left: usize,
    pub right: usize,
    /// Whether the caller stands at the right.
    pub is_back: bool,
}

/// Edges from (caller, callee), none of which closes a cycle any more.
pub(super) fn arcs(nodes: usize, ends: &[(usize, usize)]) -> Vec<Arc> {
    let back = back_edges(nodes, ends);
    ends.iter()
        .zip(back)
        .map(|(&(from, to), is_back)| match is_back {
            false => Arc {
                left: from,
                right: to,
                is_back,
            },
            true => Arc {
                left: to,
                right: from,
                is_back,
            },
        })
        .collect()
}

/// Which edges close a cycle when nodes are visited in order, deep before wide.
fn back_edges(nodes: usize, ends: &[(usize, usize)]) -> Vec<bool> {
    let mut back = vec![false; ends.len()];
    let (mut entered, mut left) = (vec![false; nodes], vec![false; nodes]);
    for root in 0..nodes {
        let mut path = if entered[root] { Vec::new() } else { vec![(root, 0)] };
        while let Some((node, next)) = path.pop() {
            entered[node] = true;
            let found = (next..ends.len()).find(|edge| ends[*edge].0 == node);
            let Some(edge) = found else {
                left[node] = true;
                continue;
            };
            path.push((node, edge + 1));
            let to = ends[edge].1;
            back[edge] = entered[to] && !left[to] && to != node;
            if !entered[to] {
                path.push((to, 0));
            }
        }
    }
    back
}

/// A place in a layer: a node's, or that of an edge that passes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Node(usize),
    Pass(usize),
}

/// Slots by layer, and for each slot its neighbours.
pub(super) struct Layers {
    slots: Vec<Slot>,
    layer_of: Vec<usize>,
    /// The middle of each slot.
    y: Vec<i32>,
    /// Slots from above to below, by layer.
    layers: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    /// The slots of each edge, from left to right.
    chains: Vec<Vec<usize>>,
    /// The left end and the width of each layer.
    columns: Vec<(i32, i32)>,
    /// What each slot needs above its middle.
    heads: Vec<i32>,
}

impl Layers {
    pub fn new(nodes: &[Node], arcs: &[Arc]) -> Layers {
        let depth = depths(nodes.len(), arcs);
        let mut layers = Layers {
            slots: (0..nodes.len()).map(Slot::Node).collect(),
            layer_of: depth.clone(),
            y: Vec::new(),
            layers: vec![Vec::new(); depth.iter().max().map_or(0, |most| most + 1)],
            before: Vec::new(),
            after: Vec::new(),
            chains: Vec::new(),
            columns: Vec::new(),
            heads: Vec::new(),
        };
        for (index, arc) in arcs.iter().enumerate() {
            let first = layers.slots.len();
            for layer in depth[arc.left] + 1..depth[arc.right] {
                layers.slots.push(Slot::Pass(index));
                layers.layer_of.push(layer);
            }
            let passes = first..layers.slots.len();
            layers
                .chains
                .push([arc.left].into_iter().chain(passes).chain([arc.right]).collect());
        }
        layers.join_neighbours();
        layers.measure(nodes);
        layers.make_room(nodes.len(), arcs);
        layers
    }

    fn join_neighbours(&mut self) {
        let count = self.slots.len();
        (self.before, self.after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        self.y = vec![0; count];
        for chain in &self.chains {
            for pair in chain.windows(2).filter(|pair| pair[0] != pair[1]) {
                self.after[pair[0]].push(pair[1]);
                self.before[pair[1]].push(pair[0]);
            }
        }
        for slot in 0..count {
            self.layers[self.layer_of[slot]].push(slot);
        }
    }

    fn measure(&mut self, nodes: &[Node]) {
        let mut x = MARGIN;
        for layer in &self.layers {
            let widths = layer.iter().filter_map(|slot| match self.slots[*slot] {
                Slot::Node(node) => Some(nodes[node].width),
                Slot::Pass(_) => None,
            });
            let width = widths.max().unwrap_or(0);
            self.columns.push((x, width));
            x += width + LAYER_GAP;
        }
    }

    /// A node takes half of its height, and a loop above it more.
    fn make_room(&mut self, nodes: usize, arcs: &[Arc]) {
        self.heads = vec![0; self.slots.len()];
        self.heads[..nodes].fill(NODE / 2);
        for arc in arcs.iter().filter(|arc| arc.left == arc.right) {
            self.heads[arc.left] = NODE / 2 + LOOP;
        }
    }

    /// Sorts each layer by the mean place of its neighbours, from left to right and back, several times.
    pub fn order(&mut self) {
        let mut places = vec![0; self.slots.len()];
        self.layers.iter().for_each(|slots| number(&mut places, slots));
        for sweep in 0..SWEEPS {
            let count = self.layers.len();
            for step in 1..count {
                let forward = sweep % 2 == 0;
                let layer = if forward { step } else { count - 1 - step };
                let neighbours = if forward { &self.before } else { &self.after };
                // Slots whose neighbours lie at the same height keep their order.
                let key = |slot: usize| {
                    let mean = mean(neighbours[slot].iter().map(|other| places[*other] * 1024));
                    (i64::from(mean.unwrap_or(places[slot] * 1024)) << 24) + i64::from(places[slot])
                };
                let keys = self.layers[layer].iter().map(|slot| (key(*slot), *slot));
                self.layers[layer] = in_order(keys);
                number(&mut places, &self.layers[layer]);
            }
        }
    }

    /// Gives every slot its height: as close to its neighbours as the distances allow.
    pub fn place(&mut self) {
        for sweep in 0..SWEEPS {
            for step in 0..self.layers.len() {
                let layer = if sweep % 2 == 0 {
                    step
                } else {
                    self.layers.len() - 1 - step
                };
                let wishes: Vec<i32> = self.layers[layer].iter().map(|slot| self.wish(*slot)).collect();
                let gaps: Vec<i32> = self.layers[layer]
                    .windows(2)
                    .map(|pair| self.distance(pair[0], pair[1]))
                    .collect();
                for (slot, y) in self.layers[layer].iter().zip(spread(&wishes, &gaps)) {
                    self.y[*slot] = y;
                }
            }
        }
        let slots = 0..self.slots.len();
        let top = slots.map(|slot| self.y[slot] - self.heads[slot]).min().unwrap_or(0);
        self.y.iter_mut().for_each(|y| *y += MARGIN - top);
    }

    /// The mean height of a slot's neighbours on both sides.
    fn wish(&self, slot: usize) -> i32 {
        let neighbours = self.before[slot].iter().chain(&self.after[slot]);
        mean(neighbours.map(|other| self.y[*other])).unwrap_or(self.y[slot])
    }

    /// How far the middles of two slots have to be apart.
    fn distance(&self, above: usize, below: usize) -> i32 {
        let half = |slot: usize| match self.slots[slot] {
            Slot::Node(_) => NODE / 2,
            Slot::Pass(_) => 0,
        };
        let gap = match (self.slots[above], self.slots[below]) {
            (Slot::Node(_), Slot::Node(_)) => NODE_GAP,
            _ => PASS_GAP,
        };
        half(above) + gap + self.heads[below]
    }

    /// Where an edge passes other layers: from and to, at a height.
    pub fn passes(&self, edge: usize) -> impl Iterator<Item = (i32, i32, i32)> {
        let passes = self.chains[edge]
            .iter()
            .filter(|slot| matches!(self.slots[**slot], Slot::Pass(_)));
        passes.map(|slot| {
            let (x, width) = self.columns[self.layer_of[*slot]];
            (x, x + width, self.y[*slot])
        })
    }

    pub fn settle_nodes(&self, nodes: &mut [Node]) {
        for (index, node) in nodes.iter_mut().enumerate() {
            let (x, width) = self.columns[self.layer_of[index]];
            node.x = x + (width - node.width) / 2;
            node.y = self.y[index] - NODE / 2;
        }
    }
}

/// How many edges lead at most to each node.
fn depths(nodes: usize, arcs: &[Arc]) -> Vec<usize> {
    let mut depth = vec![0; nodes];
    // Without cycles no path is longer than there are nodes.
    for _ in 0..nodes {
        for arc in arcs.iter().filter(|arc| arc.left != arc.right) {
            depth[arc.right] = depth[arc.right].max(depth[arc.left] + 1);
        }
    }
    depth
}

/// Gives the slots of a layer their places in it.
fn number(places: &mut [i32], layer: &[usize]) {
    (0..).zip(layer).for_each(|(place, slot)| places[*slot] = place);
}

fn mean(values: impl Iterator<Item = i32>) -> Option<i32> {
    let (sum, count) = values.fold((0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count)
}

/// The places closest to the wishes (least squares) that keep the gaps between neighbours: isotonic regression by
/// pooling adjacent violators (Ayer et al., 1955).
fn spread(wishes: &[i32], gaps: &[i32]) -> Vec<i32> {
    let mut offsets = vec![0];
    for gap in gaps {
        offsets.push(offsets[offsets.len() - 1] + gap);
    }
    let mut pools: Vec<(i32, i32)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        pools.push((wish - offset, 1));
        while let [.., (above, many), (below, few)] = pools[..] {
            if above * few <= below * many {
                break;
            }
            pools.pop();
            pools.pop();
            pools.push((above + below, many + few));
        }
    }
    let levels = pools
        .iter()
        .flat_map(|(sum, count)| (0..*count).map(move |_| sum.div_euclid(*count)));
    levels.zip(&offsets).map(|(level, offset)| level + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_keep_their_distance_and_stay_close_to_the_wishes() {
        assert_eq!(spread(&[0, 0, 0], &[10, 10]), [-10, 0, 10]);
        assert_eq!(spread(&[0, 50, 100], &[10, 10]), [0, 50, 100]);
        assert_eq!(spread(&[50, 0], &[10]), [20, 30]);
    }
}
