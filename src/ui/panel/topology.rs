//! The graph of the scenario: boxes with what their workers did, edges that a click flips.
//!
//! Law: where things lie comes from `picture::topology` alone; a flip moves nothing.

use crate::metrics::Report;
use crate::picture::topology::{Graph, Node, NodeKind, Wire, topology};
use crate::picture::word;
use crate::scenario::{Edge, Mode, Scenario};
use crate::ui::desk::{Desk, flipped};
use crate::ui::part::portion::portions;
use crate::ui::results::Results;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// With more edges than this, only those that are not `sync` have their mode written beside them.
const MOST_LABELS: usize = 14;
/// The bar in a node: its height and its distance from the node's edges.
const BAR: (i32, i32) = (6, 10);

/// The graph.
#[component]
pub fn Topology(
    /// The scenario's place.
    desk: Desk,
    /// Where the figures come from.
    results: Results,
    /// The name of the selected edge.
    selected: RwSignal<Option<String>>,
) -> impl IntoView {
    let problem = RwSignal::new(None::<String>);
    let graph = Memo::new(move |_| desk.scenario.get().map(|scenario| Arc::new(topology(&scenario))));
    let section = NodeRef::<html::Section>::new();
    let picture = move || {
        let graph = graph.get()?;
        let edges = (0..graph.wires.len()).map(|index| {
            view! { <EdgeMark desk=desk index=index graph=Arc::clone(&graph) selected=selected problem=problem section=section /> }.into_any()
        });
        let edges: Vec<AnyView> = edges.collect();
        let nodes: Vec<AnyView> = graph.nodes.iter().map(|node| show_node(node, results)).collect();
        let (width, height) = (graph.width.to_string(), graph.height.to_string());
        let least = graph.width.min(640).to_string() + "px";
        let frame = "0 0 ".to_string() + &width + " " + &height;
        Some(view! {
            <svg viewBox=frame width=width height=height style:min-width=least role="group" aria-label="Topology">
                {edges}
                {nodes}
            </svg>
        })
    };
    view! {
        <section class="panel topology" aria-label="Topology" node_ref=section>
            <header>
                <h2>"Topology"</h2>
                <p class="quiet">"click an edge: it flips between sync and async"</p>
            </header>
            {move || problem.get().map(|why| view! { <p class="warning" role="alert">{why}</p> })}
            <div class="canvas">{picture}</div>
        </section>
    }
    .into_any()
}

/// An edge as a button: its curve, a wide invisible one to click on, and its mode.
#[component]
fn EdgeMark(
    /// The scenario's place.
    desk: Desk,
    /// The index of the edge in the scenario and of its wire in the graph.
    index: usize,
    /// Where it lies.
    graph: Arc<Graph>,
    /// The name of the selected edge.
    selected: RwSignal<Option<String>>,
    /// Why an edge could not be flipped.
    problem: RwSignal<Option<String>>,
    /// The panel, in whose playground the mode menu stands.
    section: NodeRef<html::Section>,
) -> impl IntoView {
    let edge = Memo::new(move |_| {
        desk.scenario
            .with(|scenario| scenario.as_ref()?.edges.get(index).cloned())
    });
    let many = graph.wires.len() > MOST_LABELS;
    let Wire { path, tip, label, .. } = graph.wires[index].clone();
    let select = move || selected.set(edge.with_untracked(|edge| edge.as_ref().map(|edge| edge.name.clone())));
    let flip = move || {
        select();
        if let Some(edge) = edge.get_untracked() {
            problem.set(desk.flip(&edge).err());
        }
    };
    let key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" | " " => flip(),
            "m" | "M" => {
                select();
                focus_menu(section);
            }
            _ => return,
        }
        event.prevent_default();
    };
    let class = move || {
        edge.with(|edge| match edge {
            Some(edge) if selected.with(|name| name.as_ref() == Some(&edge.name)) => {
                format!("edge {} selected", edge.mode.word())
            }
            Some(edge) => format!("edge {}", edge.mode.word()),
            None => "edge".to_string(),
        })
    };
    let name = move || {
        let scenario = desk.scenario.get();
        edge.with(|edge| Some(name_of(scenario.as_ref()?, edge.as_ref()?)))
    };
    let mode = move || edge.with(|edge| edge.as_ref().map_or(Mode::Sync, |edge| edge.mode));
    let chip = move || show_mode(mode(), label, many && !class().ends_with("selected"));
    view! {
        <g
            class=class
            role="button"
            tabindex="0"
            aria-label=name
            on:click=move |_| flip()
            on:keydown=key
            on:focus=move |_| select()
        >
            <path class="grab" d=path.clone() />
            <path class="wire" d=path />
            <path class="tip" d=tip />
            {chip}
        </g>
    }
    .into_any()
}

/// `orders to email: queue. Enter flips it to sync, M offers all modes`.
fn name_of(scenario: &Scenario, edge: &Edge) -> String {
    let (from, to) = word::ends(scenario, edge);
    let (mode, next) = (edge.mode.word(), flipped(edge).word());
    let operation = scenario.service(edge.to).operations.get(edge.operation as usize);
    let operation = match operation {
        Some(operation) if operation.name != "default" => format!(", operation {}", operation.name),
        _ => String::new(),
    };
    format!("{from} to {to}: {mode}. Enter flips it to {next}, M offers all modes{operation}")
}

/// The mode on its own ground.
fn show_mode(mode: Mode, (x, y): (i32, i32), terse: bool) -> Option<AnyView> {
    let word = match mode {
        Mode::Sync if terse => return None,
        Mode::Queue => "▤ queue",
        mode => mode.word(),
    };
    let width = word.chars().count() as i32 * 7 + 10;
    Some(
        view! {
            <rect class="chip" x=x - width / 2 y=y - 9 width=width height="18" rx="9" />
            <text class="mode" x=x y=y + 4 text-anchor="middle">{word}</text>
        }
        .into_any(),
    )
}

/// Leads to the menu of all modes in this playground, once it is there.
fn focus_menu(section: NodeRef<html::Section>) {
    request_animation_frame(move || {
        let Some(playground) = section
            .get_untracked()
            .and_then(|section| section.closest(".playground").ok().flatten())
        else {
            return;
        };
        let menu = playground.query_selector("[data-test=mode]").ok().flatten();
        if let Some(menu) = menu.and_then(|menu| menu.dyn_into::<web_sys::HtmlElement>().ok()) {
            // It fails only where the menu has just gone.
            let _ = menu.focus();
        }
    });
}

fn show_node(node: &Node, results: Results) -> AnyView {
    let Node {
        name,
        what,
        x,
        y,
        width,
        height,
        kind,
    } = node.clone();
    let middle = x + width / 2;
    let is_client = matches!(kind, NodeKind::Client(_));
    let round = if is_client { height / 2 } else { 8 };
    let (at_name, at_what) = if is_client { (y + 20, y + 34) } else { (y + 16, y + 29) };
    let bar = {
        let name = name.clone();
        move || {
            let report = results
                .figures
                .with(|figures| figures.as_ref().map(|figures| Arc::clone(&figures.report)))?;
            show_bar(&report, &name, (x + BAR.1, y + height - BAR.0 - 5), width - 2 * BAR.1)
        }
    };
    view! {
        <g class="node">
            <rect class="node-box" x=x y=y width=width height=height rx=round />
            <text class="name" x=middle y=at_name text-anchor="middle">{name}</text>
            <text class="what" x=middle y=at_what text-anchor="middle">{what}</text>
            {bar}
        </g>
    }
    .into_any()
}

/// What a service's workers did over the whole run: running, blocked (hatched), waiting for a core, idle.
fn show_bar(report: &Report, name: &str, (x, y): (i32, i32), width: i32) -> Option<AnyView> {
    let mut left = x;
    let portions = portions(report.services.get(name)?);
    let total: f64 = portions.iter().map(|(_, _, share)| share).sum();
    let mut portion = |class: &'static str, share: f64| {
        let right = (left + (share / total.max(1e-9) * f64::from(width)).round() as i32).min(x + width);
        let (from, wide) = (left, right - left);
        left = right;
        let hatch = (class == "blocked").then(|| hatch((from, y), wide));
        (wide > 0).then(|| {
            view! {
                <rect class=class x=from y=y width=wide height=BAR.0 />
                {hatch.map(|lines| view! { <path class="hatch" d=lines /> })}
            }
            .into_any()
        })
    };
    let parts: Vec<Option<AnyView>> = portions
        .iter()
        .map(|(class, _, share)| portion(class, *share))
        .collect();
    Some(view! { <g class="portions" aria-hidden="true">{parts}</g> }.into_any())
}

/// Slanted lines inside a bar's part, as an SVG path.
fn hatch((x, y): (i32, i32), width: i32) -> String {
    let starts = (0..)
        .map(|index| index * 4)
        .take_while(|start| start + BAR.0 / 2 < width);
    starts
        .map(|start| {
            let reach = BAR.0.min(width - start);
            format!("M{} {}l{reach} -{reach}", x + start, y + BAR.0)
        })
        .collect()
}
