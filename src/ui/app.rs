//! One playground: its state, its parts, and where they stand.
//!
//! ```text
//! Page (signals) ─▶ markup of a part ─▶ Part puts it into the document     one effect a part
//!        ▲────────── act, keys, lanes ◀─ clicks, keys, pointer
//! ```

use super::page::Page;
use super::panel::{editor, header, help, inspector, lanes, notice, numbers, services, topology, transport};
use super::part::dom;
use super::results::{self, Figures};
use super::{act, keys};
use crate::picture::topology::{Graph, topology};
use crate::scenario::Scenario;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A playground; there may be several on a page.
#[component]
pub fn App() -> impl IntoView {
    let calm = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    let page = Page::new(!calm.is_some_and(|calm| calm.matches()));
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            start(page, &root);
        }
    });
    view! {
        <div class="playground" node_ref=root>
            <Part class="top" label="Playground" html=Signal::derive(move || page.desk.with(|desk| page.look.with(|look| header::header(desk, look))).into_string()) />
            <Part class="notices" label="" html=Signal::derive(move || page.results.with(|results| notice::notice(&results.status)).into_string()) />
            <main>
                <Part class="panel topology" label="Topology" html=constant("<header><h2>Topology</h2><p class=\"quiet\">click an edge: it flips between sync and async</p></header><div class=\"canvas\"></div>") />
                <Part class="panel side" label="Selected edge and scenario" html=constant("<div class=\"inspector\" aria-live=\"polite\"></div><div class=\"figures\"></div><div class=\"about\"></div>") />
                <Part class="panel lanes" label="Lanes" html=Signal::derive(move || String::from("<header></header>") + lanes::SURFACE) />
                <Part class="transport" label="Transport" html=Signal::derive(move || String::from("<div class=\"tools\"></div>") + transport::SLIDERS) />
                <Part class="panel numbers" label="Numbers of the whole run" html=Signal::derive(move || page.results.with(|results| numbers::numbers(results, page.desk.with(|desk| desk.seed()))).into_string()) />
                <Part class="panel services" label="What workers did" html=Signal::derive(move || page.results.with(services::services).into_string()) />
                <Part class="panel editor" label="Scenario text" html=Signal::derive(move || String::from("<header></header><div role=\"status\"></div><div class=\"source\">") + editor::TEXT + "</div>") />
            </main>
            <dialog class="help" aria-label="Keyboard shortcuts" inner_html=help::help().into_string()></dialog>
        </div>
    }
}

/// A part of the page: markup that is replaced where it has changed, without losing the focus.
#[component]
fn Part(
    /// How it looks.
    class: &'static str,
    /// Its name for who cannot see it; empty where it is none of the page's regions.
    label: &'static str,
    /// What is in it.
    html: Signal<String>,
) -> impl IntoView {
    let node = NodeRef::<html::Section>::new();
    show(move || node.get().map(|node| node.unchecked_into()), move || html.get());
    view! { <section class=class aria-label=label node_ref=node></section> }
}

fn constant(markup: &'static str) -> Signal<String> {
    Signal::derive(move || markup.to_string())
}

/// Keeps markup in an element up to date.
fn show(element: impl Fn() -> Option<Element> + 'static, markup: impl Fn() -> String + 'static) {
    let (element, markup): (Box<dyn Fn() -> Option<Element>>, Box<dyn Fn() -> String>) =
        (Box::new(element), Box::new(markup));
    keep_shown(element, markup);
}

fn keep_shown(element: Box<dyn Fn() -> Option<Element>>, markup: Box<dyn Fn() -> String>) {
    Effect::new(move |last: Option<String>| {
        let mut last = last.unwrap_or_default();
        let markup = markup();
        if let Some(element) = element() {
            dom::replace(&element, &markup, &mut last);
        }
        last
    });
}

/// Everything that needs the parts to be in the document.
fn start(page: Page, root: &HtmlElement) {
    page.root.set_value(Some(root.clone().unchecked_into()));
    act::listen(page, root);
    keys::listen(page);
    hear_focus(page, root);
    show_inner_parts(page);
    follow_light(page, root);
    follow_time(page);
    lanes::start(page);
    results::start(page);
    Effect::new(move |_| results::give_orders(page));
}

/// An edge that has the focus is selected.
fn hear_focus(page: Page, root: &Element) {
    dom::listen(root, "focusin", move |event| {
        if let Some(edge) = dom::target(&event).and_then(|target| target.get_attribute("data-edge")) {
            act::select_edge(page, &edge);
        }
    });
}

/// Parts inside of parts: they change while what is around them stays.
fn show_inner_parts(page: Page) {
    let graph = Memo::new(move |last: Option<&Option<Drawn>>| {
        let scenario = page.desk.with(|desk| desk.scenario.clone())?;
        let last = last
            .and_then(|last| last.clone())
            .filter(|last| Arc::ptr_eq(&last.scenario, &scenario));
        last.or_else(|| {
            let graph = Arc::new(topology(&scenario));
            Some(Drawn { scenario, graph })
        })
    });
    let within = move |selector: &'static str| move || page.find(selector);
    show(within(".topology .canvas"), move || {
        let drawn = graph.get();
        drawn
            .map(|drawn| topology::topology(&drawn.scenario, &drawn.graph).into_string())
            .unwrap_or_default()
    });
    show(within(".topology .portions"), move || {
        let figures = page.results.with(|results| results.figures.clone());
        let drawn = graph.get().zip(figures);
        drawn
            .map(|(drawn, figures)| topology::bars(&drawn.graph, &figures).into_string())
            .unwrap_or_default()
    });
    show(within(".inspector"), move || {
        let selected = page.look.with(|look| look.edge.clone());
        page.desk.with(|desk| {
            let edge = selected.and_then(|name| desk.edge(&name));
            let html = desk
                .scenario
                .as_ref()
                .map(|scenario| inspector::edge(scenario, edge, &desk.refusal));
            html.unwrap_or_default().into_string()
        })
    });
    show(within(".figures"), move || {
        let selected = page.look.with(|look| look.edge.clone()).unwrap_or_default();
        page.results.with(|results| {
            let of = |figures: &Option<Arc<Figures>>| {
                figures
                    .as_ref()
                    .and_then(|figures| figures.report.edges.get(&selected).cloned())
            };
            let now = of(&results.figures);
            now.map(|now| inspector::figures(&now, of(&results.before).as_ref()).into_string())
                .unwrap_or_default()
        })
    });
    show(within(".about"), move || {
        page.desk.with(|desk| {
            desk.scenario
                .as_deref()
                .map(inspector::about)
                .unwrap_or_default()
                .into_string()
        })
    });
    show(within(".lanes > header"), move || {
        let follows = page.player.with(|player| player.anchor.is_none());
        lanes::head(follows, page.look.with(|look| look.hidden_calls)).into_string()
    });
    show(within(".transport .tools"), move || {
        transport::buttons(page.player.with(|player| player.playing)).into_string()
    });
    show(within(".editor > header"), move || {
        page.desk.with(editor::head).into_string()
    });
    show(within(".editor [role=status]"), move || {
        page.desk.with(|desk| editor::problems(&desk.problems)).into_string()
    });
    show(within(".gutter"), move || {
        page.desk.with(|desk| editor::line_numbers(desk.text()))
    });
    Effect::new(move |_| {
        page.desk
            .with(|desk| dom::set_value(page.find("textarea"), desk.text()))
    });
    Effect::new(move |_| {
        graph.track();
        mark_selected(page, page.look.with(|look| look.edge.clone()).unwrap_or_default());
    });
    follow_scroll(page);
}

/// A scenario and where it is drawn.
#[derive(Clone)]
struct Drawn {
    scenario: Arc<Scenario>,
    graph: Arc<Graph>,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        Arc::ptr_eq(&self.scenario, &other.scenario)
    }
}

/// Marks the selected edge, without replacing what may just be clicked.
fn mark_selected(page: Page, name: String) {
    let Some(edges) = page.find(".topology svg").map(|svg| svg.children()) else {
        return;
    };
    for index in 0..edges.length() {
        let Some(edge) = edges.item(index).filter(|edge| edge.has_attribute("data-edge")) else {
            continue;
        };
        let selected = edge.get_attribute("data-edge").as_deref() == Some(&name);
        // Only an element that is gone refuses a class.
        let _ = edge.class_list().toggle_with_force("selected", selected);
    }
}

/// The numbers of the lines scroll with the lines.
fn follow_scroll(page: Page) {
    let (Some(area), Some(gutter)) = (page.find("textarea"), page.find(".gutter")) else {
        return;
    };
    let scrolled = area.clone();
    dom::listen(&area, "scroll", move |_| gutter.set_scroll_top(scrolled.scroll_top()));
}

/// Light or dark: what the reader chose, or what the system says.
fn follow_light(page: Page, root: &HtmlElement) {
    if let Some(system) = window().match_media("(prefers-color-scheme: dark)").ok().flatten() {
        let now = system.clone();
        let take = move || page.look.update(|look| look.system_dark = now.matches());
        take();
        dom::listen(&system, "change", move |_| take());
    }
    let root = root.clone();
    Effect::new(move |_| {
        let dark = page.look.with(|look| look.is_dark());
        let _ = root.class_list().toggle_with_force("dark", dark);
        lanes::give_colors(&root, dark);
    });
}

/// Moves the head in every frame while it plays, and shows where it is.
fn follow_time(page: Page) {
    Effect::new(move |_| {
        let duration = page.desk.with(|desk| {
            desk.scenario
                .as_ref()
                .map_or(0.0, |scenario| scenario.run.duration.0 as f64)
        });
        page.player.update(|player| player.duration = duration);
    });
    Effect::new(move |_| page.player.with(|player| transport::set_sliders(page, player)));
    let playing = Memo::new(move |_| page.player.with(|player| player.playing));
    Effect::new(move |_| {
        if playing.get() {
            next_frame(page, None);
        }
    });
}

fn next_frame(page: Page, last: Option<f64>) {
    request_animation_frame(move || {
        // Signals that are gone belong to a page that is gone.
        if page.player.try_with_untracked(|player| player.playing) != Some(true) {
            return;
        }
        let now = window().performance().map_or(0.0, |clock| clock.now());
        page.player
            .update(|player| player.pass(last.map_or(0.0, |last| now - last)));
        next_frame(page, Some(now));
    });
}
