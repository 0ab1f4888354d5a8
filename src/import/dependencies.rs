//! Jaeger's dependency graph: who called whom, how often.
//!
//! ```text
//! {"parent": "shop", "child": "stock", "callCount": 40}, shop itself called 20 times   ▶   two calls each time
//! ```

use super::draft::Draft;
use super::graph::{Graph, Link};
use super::tree;
use crate::scenario::Mode;
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;
use std::collections::BTreeMap;

/// Reads `[…]` or `{"data": […]}`.
pub fn read(tree: &Node) -> Result<Draft, Problem> {
    let mut draft = Draft::of("Dependency graph");
    let data = tree.get("data").unwrap_or(tree);
    let (mut graph, mut counts) = (Graph::default(), BTreeMap::new());
    for item in tree::items(Some(data)) {
        let (Some(parent), Some(child)) = (tree::text(item, "parent"), tree::text(item, "child")) else {
            draft.ignore("an item without `parent` and `child`");
            continue;
        };
        if parent == child {
            draft.ignore(format!("`{parent}` calls itself"));
            continue;
        }
        let (from, to) = (graph.node(parent), graph.node(child));
        *counts.entry((from, to)).or_insert(0.0) += tree::number(item.get("callCount")).unwrap_or(1.0).max(0.0);
    }
    let mut arrived: BTreeMap<usize, f64> = BTreeMap::new();
    for ((_, to), count) in &counts {
        *arrived.entry(*to).or_default() += count;
    }
    for ((from, to), count) in &counts {
        let (from, to, mode) = (*from, *to, Mode::Sync);
        let own = arrived.get(&from).copied().filter(|own| *own > 0.0);
        let calls = own.map_or(1.0, |own| count / own).min(1_000.0);
        graph.links.push(Link { from, to, mode, calls });
    }
    graph.bounded()?;
    draft.assume("all calls are sync and one after the other: the graph does not say");
    draft.assume("who is called by nobody calls each of its callees once; others as often as the counts say");
    let mut entries: Vec<usize> = (0..graph.nodes.len()).filter(|at| !graph.is_called(*at)).collect();
    if entries.is_empty() && matches!(&data.value, Value::List(items) if !items.is_empty()) {
        entries.extend(graph.links.first().map(|link| link.from));
    }
    Ok(graph.into_draft(draft, &entries))
}
