//! The graph of the scenario: boxes with what their workers did, edges that a click flips.
//!
//! Law: where things lie comes from `picture::topology` alone; a flip moves nothing.

use crate::picture::topology::{Node, NodeKind, Wire};
use crate::picture::word;
use crate::scenario::{Callee, Edge, Mode, Scenario};
use crate::ui::desk::{Desk, flipped};
use crate::ui::part::bar;
use crate::ui::part::html::{Html, texts};
use crate::ui::results::Results;

/// With more edges than this, only those on which nobody waits have their mode written beside them.
const MOST_LABELS: usize = 14;
/// The bar in a node: its height and its distance from the node's edges.
const BAR: (i32, i32) = (6, 10);

/// The edges and nodes as an SVG picture, with an empty group for the bars.
pub fn topology(desk: &Desk) -> Html {
    drawn(desk, show_button, &Html::new())
}

/// The same with the bars, to look at.
pub fn picture(desk: &Desk, results: &Results) -> Html {
    drawn(desk, show_still, &bars(desk, results))
}

/// The picture, each edge begun by `begin`.
fn drawn(desk: &Desk, begin: fn(&mut Html, &Scenario, &Edge), bars: &Html) -> Html {
    let mut html = Html::new();
    let Some(scenario) = &desk.scenario else { return html };
    let graph = &desk.graph;
    let [width, height] = texts([graph.width, graph.height]);
    let class = if graph.width > 640 { "large" } else { "" };
    html.fill(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" class=\"{}\" role=\"group\" aria-label=\"Edges\">",
        &[&width, &height, &width, &height, class],
    );
    let terse = graph.wires.len() > MOST_LABELS;
    for (edge, wire) in scenario.edges.iter().zip(&graph.wires) {
        begin(&mut html, scenario, edge);
        show_edge(&mut html, edge, wire, terse);
    }
    graph.nodes.iter().for_each(|node| show_node(&mut html, node));
    html.fill("<g class=\"portions\" aria-hidden=\"true\">", &[])
        .add(bars)
        .fill("</g></svg>", &[]);
    html
}

/// An edge as a button.
fn show_button(html: &mut Html, scenario: &Scenario, edge: &Edge) {
    let name = name_of(scenario, edge);
    html.fill(
        concat!(
            "<g class=\"edge {}\" role=\"button\" tabindex=\"0\" aria-label=\"{}\" data-act=\"flip\" data-on=\"{}\" data-edge=\"{}\" ",
            "data-key=\"edge {}\">",
        ),
        &[edge.mode.word(), &name, &edge.name, &edge.name, &edge.name],
    );
}

/// An edge that nobody can click on.
fn show_still(html: &mut Html, _: &Scenario, edge: &Edge) {
    html.fill("<g class=\"{}\">", &[edge.mode.word()]);
}

/// An edge's curve, a wide invisible one to click on, and its mode.
fn show_edge(html: &mut Html, edge: &Edge, wire: &Wire, terse: bool) {
    html.fill(
        "<path class=\"grab\" d=\"{}\"/><path class=\"wire\" d=\"{}\"/><path class=\"tip\" d=\"{}\"/>",
        &[&wire.path, &wire.path, &wire.tip],
    );
    let chosen = flipped(edge).is_some();
    if chosen && !(terse && edge.mode.waits()) {
        show_mode(html, edge.mode, wire.label);
    }
    html.fill("</g>", &[]);
}

/// `orders to email: queue. Enter flips it to sync, M offers all modes`; `orders to sold: publishes`.
fn name_of(scenario: &Scenario, edge: &Edge) -> String {
    let (from, to) = word::ends(scenario, edge);
    let mut name = [from, " to ", to, ": "].concat();
    match flipped(edge) {
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

fn show_node(html: &mut Html, node: &Node) {
    let is_client = matches!(node.kind, NodeKind::Client(_));
    let round = if is_client { node.height / 2 } else { 8 };
    let (name, what) = if is_client { (20, 34) } else { (16, 29) };
    let [x, y, width, height, round] = texts([node.x, node.y, node.width, node.height, round]);
    let [middle, name, what] = texts([node.x + node.width / 2, node.y + name, node.y + what]);
    html.fill(
        concat!(
            "<rect class=\"node-box\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            "<text class=\"name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            "<text class=\"what\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>"
        ),
        &[
            &x, &y, &width, &height, &round, &middle, &name, &node.name, &middle, &what, &node.what,
        ],
    );
}

/// What every service's workers did, for the group of the bars.
pub fn bars(desk: &Desk, results: &Results) -> Html {
    let mut html = Html::new();
    let Some(figures) = &results.figures else { return html };
    for node in &desk.graph.nodes {
        if let Some(report) = figures.report.services.get(&node.name) {
            let frame = (
                node.x + BAR.1,
                node.y + node.height - BAR.0 - 5,
                node.width - 2 * BAR.1,
                BAR.0,
            );
            html.add(&bar::shapes(report, frame));
        }
    }
    html
}
