//! The graph of the scenario: boxes with what their workers did, edges that a click flips.
//!
//! Law: where things lie comes from `picture::topology` alone; a flip moves nothing.

use super::Run;
use super::html::{Html, texts};
use super::still::still;
use super::{bar, figure};
use crate::picture::topology::{self as layout, Graph, Node, NodeKind, Wire};
use crate::picture::word;
use crate::scenario::edit::Section;
use crate::scenario::{Callee, Edge, EdgeId, Mode, Scenario};
use crate::time::Instant;

/// With more edges than this, only those on which nobody waits have their mode written beside them.
const MOST_LABELS: usize = 14;
/// The bar in a node: its height and its distance from the node's edges.
const BAR: (i32, i32) = (6, 10);

/// What a node's workers did: its name, and the bar in it.
type Bar = (String, String);

/// The edges, as they are from an instant on, and the nodes as an SVG picture, with an empty group for the bars.
pub fn topology(scenario: &Scenario, from: Instant) -> Html {
    let mut html = Html::new();
    let graph = &layout::topology(scenario);
    let [width, height] = texts([graph.width, graph.height]);
    let class = if graph.width > 640 { "large" } else { "" };
    html.fill(
        "<svg viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" class=\"{}\" role=\"group\" aria-label=\"Nodes and edges\">",
        &[&width, &height, &width, &height, class],
    );
    html.add(&shapes(scenario, from, graph, &[]))
        .fill("<path class=\"thread\"/></svg>", &[]);
    html
}

/// The same with the bars as a picture of its own, in light or dark.
pub fn picture(scenario: &Scenario, bars: &[Bar], dark: bool) -> Html {
    let graph = &layout::topology(scenario);
    let mut html = figure::begin(f64::from(graph.width), f64::from(graph.height), "Topology", dark);
    html.add(&still(shapes(scenario, Instant::START, graph, bars), dark))
        .fill("</svg>\n", &[]);
    html
}

fn shapes(scenario: &Scenario, from: Instant, graph: &Graph, bars: &[Bar]) -> Html {
    let mut html = Html::new();
    let terse = graph.wires.len() > MOST_LABELS;
    for (id, wire) in (0..).map(EdgeId).zip(&graph.wires) {
        show_edge(&mut html, scenario, scenario.edge_at(id, from), wire, terse);
    }
    for node in &graph.nodes {
        let bar = bars.iter().find(|(name, _)| *name == node.name);
        show_node(&mut html, node, bar.map_or("", |(_, bar)| bar));
    }
    html
}

/// An edge as a button: its curve, a wide invisible one to click on, and its mode.
fn show_edge(html: &mut Html, scenario: &Scenario, edge: &Edge, wire: &Wire, terse: bool) {
    let name = name_of(scenario, edge);
    html.fill(
        concat!(
            "<g class=\"edge {}\" role=\"button\" tabindex=\"0\" aria-label=\"{}\" data-act=\"flip\" data-on=\"{}\" data-edge=\"{}\" ",
            "data-path=\"edges[{}]\" data-key=\"edge {}\"><path class=\"grab\" d=\"{}\"/><path class=\"wire\" d=\"{}\"/><path class=\"tip\" d=\"{}\"/><path class=\"dots\"/><text class=\"door\"/>",
        ),
        &[edge.mode.word(), &name, &edge.name, &edge.name, &edge.name, &edge.name, &wire.path, &wire.path, &wire.tip],
    );
    let chosen = edge.flipped().is_some();
    if chosen && !(terse && edge.mode.waits()) {
        show_mode(html, edge.mode, wire.label);
    }
    html.fill("</g>", &[]);
}

/// `orders to email: queue. Enter flips it to sync, M offers all modes`; `orders to sold: publishes`.
fn name_of(scenario: &Scenario, edge: &Edge) -> String {
    let (from, to) = word::ends(scenario, edge);
    let mut name = [from, " to ", to, ": "].concat();
    match edge.flipped() {
        Some(other) => {
            for piece in [
                edge.mode.word(),
                ". Enter flips it to ",
                other.word(),
                ", M offers all modes",
            ] {
                name.push_str(piece);
            }
        }
        None => name.push_str(word::doing(edge)),
    }
    let operation = match edge.to {
        Callee::Operation(service, operation) => scenario.service(service).operations.get(operation as usize),
        Callee::Channel(_) => None,
    };
    if let Some(operation) = operation.filter(|operation| operation.name != "default") {
        name.push_str(". It calls ");
        name.push_str(&operation.name);
    }
    name
}

/// The mode on its own ground.
fn show_mode(html: &mut Html, mode: Mode, (x, y): (i32, i32)) {
    let word = match mode {
        Mode::Queue => "▤ queue",
        mode => mode.word(),
    };
    let width = word.chars().count() as i32 * 7 + 10;
    let [left, top, width, x, base] = texts([x - width / 2, y - 9, width, x, y + 4]);
    html.fill(
        concat!(
            "<rect class=\"chip\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"18\" rx=\"9\"/>",
            "<text class=\"mode\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>"
        ),
        &[&left, &top, &width, &x, &base, word],
    );
}

fn show_node(html: &mut Html, node: &Node, bar: &str) {
    let is_client = matches!(node.kind, NodeKind::Client(_));
    let round = if is_client { node.height / 2 } else { 8 };
    let (name, what) = if is_client { (20, 34) } else { (16, 29) };
    let [x, y, width, height, round] = texts([node.x, node.y, node.width, node.height, round]);
    let [middle, name, what, inner, half] = texts([node.width / 2, name, what, node.height - 2, node.height / 2]);
    let (section, kind) = match node.kind {
        NodeKind::Client(_) => (Section::Clients, "client"),
        NodeKind::Service(_) => (Section::Services, "service"),
        NodeKind::Channel(_) => (Section::Channels, "channel"),
    };
    let path = [section.key(), ".", &node.name].concat();
    html.fill(
        concat!(
            "<g class=\"node\" role=\"button\" tabindex=\"0\" aria-label=\"{} {}, {}\" data-act=\"select\" data-on=\"{}\" data-path=\"{}\" ",
            "data-node=\"{}\" data-key=\"node {}\" transform=\"translate({} {})\">",
            "<rect class=\"node-box\" width=\"{}\" height=\"{}\" rx=\"{}\"/><rect class=\"fill\" x=\"1\" y=\"1\" width=\"0\" height=\"{}\" rx=\"7\"/>",
            "<rect class=\"fill held\" y=\"1\" width=\"0\" height=\"{}\" rx=\"7\"/>",
            "<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            "<text class=\"what\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            "<g class=\"portions\" aria-hidden=\"true\">"
        ),
        &[
            kind, &node.name, &node.what, &path, &path, &node.name, &node.name, &x, &y, &width, &height, &round, &inner, &inner, &middle, &name, &node.name, &middle, &what, &node.what,
        ],
    )
    .add(&Html::from_trusted(bar.to_string()))
    .fill("</g><circle class=\"port\" cx=\"{}\" cy=\"{}\" r=\"6\"/></g>", &[&width, &half]);
}

/// What every service's workers did: the name of its node and its bar, for the group of the bar in the node.
pub fn bars(run: &Run) -> Vec<Bar> {
    let graph = layout::topology(&run.scenario);
    let bars = graph.nodes.iter().filter_map(|node| {
        let report = run.report.services.get(&node.name)?;
        let frame = (BAR.1, node.height - BAR.0 - 5, node.width - 2 * BAR.1, BAR.0);
        Some((node.name.clone(), bar::shapes(report, frame).into_string()))
    });
    bars.collect()
}
