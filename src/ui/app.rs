//! One playground: its state, its parts, and where they stand.
//!
//! ```text
//! Page (signals) ─▶ a panel's markup ─▶ its slot in the frame     one effect a slot
//!        ▲────────── act, keys, lanes ◀─ clicks, keys, pointer
//! ```

use super::page::Page;
use super::panel::frame::frame;
use super::panel::{editor, header, help, inspector, lanes, notice, numbers, services, topology, transport};
use super::part::dom;
use super::part::html::Html;
use super::results;
use super::{act, file, keys, memory};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A playground; there may be several on a page.
#[component]
pub fn App() -> impl IntoView {
    let calm = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    let page = Page::new(!calm.is_some_and(|calm| calm.matches()));
    let root = NodeRef::<html::Div>::new();
    dom::effect(move || {
        if let Some(root) = root.get() {
            start(page, &root);
        }
    });
    view! { <div class="playground" node_ref=root inner_html=frame()></div> }
}

/// Keeps the markup in a slot of the frame up to date.
fn show(page: Page, slot: &'static str, markup: impl Fn() -> Html + 'static) {
    keep_shown(page, slot, Box::new(markup));
}

fn keep_shown(page: Page, slot: &'static str, markup: Box<dyn Fn() -> Html>) {
    Effect::new(move |last: Option<String>| {
        let mut last = last.unwrap_or_default();
        let markup = markup().into_string();
        if let Some(element) = page.find(slot) {
            dom::replace(&element, &markup, &mut last);
        }
        last
    });
}

/// Everything that needs the frame to be in the document.
fn start(page: Page, root: &HtmlElement) {
    page.root.set_value(Some(root.clone().unchecked_into()));
    act::listen(page, root);
    keys::listen(page);
    file::listen(page, root);
    hear_focus(page, root);
    show_scenario(page);
    show_results(page);
    follow_light(page, root);
    follow_time(page);
    lanes::start(page);
    results::start(page);
    act::employ(page);
    act::open(page, memory::start(page));
    dom::effect(move || results::give_orders(page));
}

/// An edge that has the focus is selected.
fn hear_focus(page: Page, root: &Element) {
    dom::listen(root, "focusin", move |event| {
        if let Some(edge) = dom::target(&event).and_then(|target| target.get_attribute("data-edge")) {
            act::select_edge(page, &edge);
        }
    });
}

/// What follows from the scenario and from what is selected in it.
fn show_scenario(page: Page) {
    let selected = move || page.look.with(|look| look.edge.clone()).unwrap_or_default();
    show(page, ".top", move || {
        page.desk.with(|desk| page.look.with(|look| header::header(desk, look)))
    });
    show(page, ".topology .canvas", move || page.desk.with(topology::topology));
    show(page, ".topology .portions", move || {
        page.desk
            .with(|desk| page.results.with(|results| topology::bars(desk, results)))
    });
    show(page, ".inspector", move || {
        page.desk.with(|desk| inspector::edge(desk, &selected()))
    });
    show(page, ".about", move || page.desk.with(inspector::about));
    show(page, ".editor > header", move || page.desk.with(editor::head));
    show(page, ".editor [role=status]", move || {
        page.desk.with(|desk| editor::problems(&desk.problems))
    });
    show(page, ".gutter", move || {
        page.desk.with(|desk| editor::line_numbers(desk.text()))
    });
    show(page, ".help", help::help);
    dom::effect(move || {
        page.desk
            .with(|desk| dom::set_value(page.find("textarea"), desk.text()))
    });
    dom::effect(move || {
        page.desk.track();
        mark_selected(page, &selected());
    });
    follow_scroll(page);
}

/// What follows from the run and the play head.
fn show_results(page: Page) {
    show(page, ".notices", move || {
        let mut notices = page.desk.with(|desk| notice::absence(desk.absence.as_deref()));
        notices.add(&page.results.with(|results| notice::notice(&results.status)));
        notices.add(&page.desk.with(|desk| notice::told(desk.told.as_ref())));
        notices
    });
    show(page, ".numbers", move || {
        let seed = page.desk.with(|desk| desk.seed());
        page.results.with(|results| numbers::numbers(results, seed))
    });
    show(page, ".services", move || page.results.with(services::services));
    show(page, ".figures", move || {
        let selected = page.look.with(|look| look.edge.clone()).unwrap_or_default();
        page.results.with(|results| inspector::figures(results, &selected))
    });
    show(page, ".lanes > header", move || {
        let follows = page.player.with(|player| player.anchor.is_none());
        lanes::head(follows, page.look.with(|look| look.too_many_calls))
    });
    show(page, ".transport .tools", move || {
        transport::buttons(page.player.with(|player| player.playing))
    });
}

/// Marks the selected edge, without replacing what may just be clicked.
fn mark_selected(page: Page, name: &str) {
    let Some(edges) = page.find(".topology svg").map(|svg| svg.children()) else {
        return;
    };
    for index in 0..edges.length() {
        let Some(edge) = edges.item(index).filter(|edge| edge.has_attribute("data-edge")) else {
            continue;
        };
        let selected = edge.get_attribute("data-edge").as_deref() == Some(name);
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
    dom::effect(move || {
        let dark = page.look.with(|look| look.is_dark());
        let _ = root.class_list().toggle_with_force("dark", dark);
        lanes::give_colors(&root, dark);
    });
}

/// Moves the head in every frame while it plays, and shows where it is.
fn follow_time(page: Page) {
    dom::effect(move || {
        let duration = page.desk.with(|desk| {
            desk.scenario
                .as_ref()
                .map_or(0.0, |scenario| scenario.run.duration.0 as f64)
        });
        page.player.update(|player| player.duration = duration);
    });
    dom::effect(move || page.player.with(|player| transport::set_sliders(page, player)));
    dom::effect(move || {
        if page.player.with(|player| player.playing) && !page.office.with_value(|office| office.is_running) {
            page.office.update_value(|office| office.is_running = true);
            next_frame(page, None);
        }
    });
}

fn next_frame(page: Page, last: Option<f64>) {
    request_animation_frame(move || {
        // Signals that are gone belong to a page that is gone.
        if page.player.try_with_untracked(|player| player.playing) != Some(true) {
            let _ = page.office.try_update_value(|office| office.is_running = false);
            return;
        }
        let now = window().performance().map_or(0.0, |clock| clock.now());
        page.player
            .update(|player| player.pass(last.map_or(0.0, |last| now - last)));
        next_frame(page, Some(now));
    });
}
