//! The graph of the scenario: boxes with what their workers did, edges that a click flips.
//!
//! Law: where things lie comes from `picture::topology` alone; a flip moves nothing.

use crate::picture::topology::{Graph, Node, NodeKind, Wire};
use crate::picture::word;
use crate::scenario::{Edge, Mode, Scenario};
use crate::ui::desk::flipped;
use crate::ui::part::bar;
use crate::ui::part::html::Html;
use crate::ui::results::Figures;

/// With more edges than this, only those that are not `sync` have their mode written beside them.
const MOST_LABELS: usize = 14;
/// The bar in a node: its height and its distance from the node's edges.
const BAR: (i32, i32) = (6, 10);

/// The edges and nodes as an SVG picture, with an empty group for the bars.
pub fn topology(scenario: &Scenario, graph: &Graph) -> Html {
    let mut html = Html::new();
    let (width, height) = (graph.width.to_string(), graph.height.to_string());
    let frame = "0 0 ".to_string() + &width + " " + &height;
    let picture = [
        ("viewBox", frame.as_str()),
        ("width", &width),
        ("height", &height),
        ("class", if graph.width > 640 { "large" } else { "" }),
        ("role", "group"),
        ("aria-label", "Edges"),
    ];
    html.open("svg", &picture);
    let terse = graph.wires.len() > MOST_LABELS;
    for (edge, wire) in scenario.edges.iter().zip(&graph.wires) {
        show_edge(&mut html, scenario, edge, wire, terse);
    }
    graph.nodes.iter().for_each(|node| show_node(&mut html, node));
    html.open("g", &[("class", "portions"), ("aria-hidden", "true")])
        .close("g")
        .close("svg");
    html
}

/// An edge as a button: its curve, a wide invisible one to click on, and its mode.
fn show_edge(html: &mut Html, scenario: &Scenario, edge: &Edge, wire: &Wire, terse: bool) {
    let class = "edge ".to_string() + edge.mode.word();
    let key = "edge ".to_string() + &edge.name.replace('"', "");
    let name = name_of(scenario, edge);
    let button = [
        ("class", class.as_str()),
        ("role", "button"),
        ("tabindex", "0"),
        ("aria-label", &name),
        ("data-act", "flip"),
        ("data-on", &edge.name),
        ("data-edge", &edge.name),
        ("data-key", &key),
    ];
    html.open("g", &button)
        .leaf("path", &[("class", "grab"), ("d", &wire.path)], "")
        .leaf("path", &[("class", "wire"), ("d", &wire.path)], "")
        .leaf("path", &[("class", "tip"), ("d", &wire.tip)], "");
    if !(terse && edge.mode == Mode::Sync) {
        show_mode(html, edge.mode, wire.label);
    }
    html.close("g");
}

/// `orders to email: queue. Enter flips it to sync, M offers all modes`.
fn name_of(scenario: &Scenario, edge: &Edge) -> String {
    let (from, to) = word::ends(scenario, edge);
    let mut name = String::from(from);
    for piece in [
        " to ",
        to,
        ": ",
        edge.mode.word(),
        ". Enter flips it to ",
        flipped(edge).word(),
    ] {
        name.push_str(piece);
    }
    name.push_str(", M offers all modes");
    let operation = scenario.service(edge.to).operations.get(edge.operation as usize);
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
    let [left, top, width, x, base] = [x - width / 2, y - 9, width, x, y + 4].map(|length| length.to_string());
    let chip = [
        ("class", "chip"),
        ("x", left.as_str()),
        ("y", &top),
        ("width", &width),
        ("height", "18"),
        ("rx", "9"),
    ];
    html.leaf("rect", &chip, "");
    text(html, "mode", (&x, &base), word);
}

fn text(html: &mut Html, class: &str, (x, y): (&str, &str), text: &str) {
    let place = [("class", class), ("x", x), ("y", y), ("text-anchor", "middle")];
    html.leaf("text", &place, text);
}

fn show_node(html: &mut Html, node: &Node) {
    let is_client = matches!(node.kind, NodeKind::Client(_));
    let round = if is_client { node.height / 2 } else { 8 };
    let (name, what) = if is_client { (20, 34) } else { (16, 29) };
    let lengths = [
        node.x,
        node.y,
        node.width,
        node.height,
        round,
        node.x + node.width / 2,
        node.y + name,
        node.y + what,
    ];
    let [x, y, width, height, round, middle, name, what] = lengths.map(|length| length.to_string());
    let place = [
        ("class", "node-box"),
        ("x", x.as_str()),
        ("y", &y),
        ("width", &width),
        ("height", &height),
        ("rx", &round),
    ];
    html.leaf("rect", &place, "");
    text(html, "name", (&middle, &name), &node.name);
    text(html, "what", (&middle, &what), &node.what);
}

/// What every service's workers did, for the group of the bars.
pub fn bars(graph: &Graph, figures: &Figures) -> Html {
    let mut html = Html::new();
    for node in &graph.nodes {
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
