//! Changes: what a reader toggled during a run.

use super::Names;
use super::edge;
use super::policy;
use super::table::{Desk, Table};
use crate::scenario::node::Node;
use crate::scenario::problem::nearest;
use crate::scenario::{Change, Changed, Edge, EdgeId};
use crate::time::Instant;

/// Reads all changes and sorts them by time.
pub fn changes<'a>(
    desk: &mut Desk<'a>,
    field: Option<&'a Node>,
    names: &Names<'a>,
    edges: &mut Vec<Edge>,
) -> Vec<Change> {
    let mut found: Vec<(Instant, EdgeId, Table<'a>)> = Vec::new();
    for item in field.map(|field| desk.list(field)).unwrap_or_default() {
        let Some(table) = desk.table(item, &["at", "edge", "set"], &["service", "client", "channel"]) else {
            continue;
        };
        let (Some(at), Some(name), Some(set)) = (table.get("at"), table.get("edge"), table.get("set")) else {
            if !["service", "client", "channel"].iter().any(|key| table.has(key)) {
                let fix = "{\"at\": \"60s\", \"edge\": \"a->b\", \"set\": {\"mode\": \"queue\"}}";
                desk.error(item, "a change has `at`, `edge` and `set`", fix);
            }
            continue;
        };
        let at = Instant::START + desk.duration(at);
        let edge = named(desk, name, edges);
        let Some(set) = edge::settings(desk, set) else {
            continue;
        };
        let Some(edge) = edge else { continue };
        let place = found.partition_point(|(earlier, ..)| *earlier <= at);
        found.insert(place, (at, edge, set));
    }
    let mut now = edges.to_vec();
    let changes = found.into_iter().map(|(at, id, set)| {
        let index = id.0 as usize;
        edge::policies(desk, &set, &mut now[index]);
        if let Some(field) = set.get("fallback").filter(|_| !cfg!(feature = "page")) {
            policy::fallback(desk, field, names, &mut now, index);
        }
        let edge = &now[index];
        Change {
            at,
            to: Changed::Edge(id, Box::new(edge.clone())),
        }
    });
    let changes = changes.collect();
    // A stand-in that only a change calls is an edge as well.
    let known = edges.len();
    edges.extend(now.drain(known..));
    changes
}

/// The edge of this name; a shorter one serves where it is unique.
fn named<'a>(desk: &mut Desk<'a>, field: &'a Node, edges: &[Edge]) -> Option<EdgeId> {
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
