//! One playground: its state, its parts, and where they stand.
//!
//! ```text
//! Page (signals) ─▶ a panel's markup ─▶ its slot in the frame     one effect a slot
//!        ▲────────── act, keys, lanes ◀─ clicks, keys, pointer
//! ```

use super::page::{Page, key, word};
use super::panel::frame::frame;
use super::panel::{editor, head, lanes, mesh, notice, palette, request, transport};
use super::part::dom;
use super::results;
use super::{act, file, host, keys, memory};
use crate::protocol::Told;
use crate::told::html::Html;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A place in the frame, and what is told there.
type Slot = (&'static str, fn(&Told) -> &String);

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
    head::show(page);
    follow_light(page, root);
    follow_time(page);
    lanes::start(page);
    request::listen(page);
    palette::listen(page);
    mesh::listen(page);
    results::start(page);
    if !host::is_embedded() {
        memory::start(page);
    }
    act::employ(page);
    act::hear_links(page);
    let compares = key(move || word(page.look.with(|look| look.compares)).to_string());
    dom::effect(move || {
        compares.get();
        results::give_orders(page);
    });
}

/// An edge or node that has the focus is selected.
fn hear_focus(page: Page, root: &Element) {
    dom::listen(root, "focusin", move |event| {
        if let Some(path) = dom::target(&event).and_then(|target| target.get_attribute("data-path")) {
            act::select(page, &path);
        }
    });
}

/// What follows from the scenario and from what is selected in it.
fn show_scenario(page: Page) {
    let path = key(move || page.look.with(|look| look.selected.clone()));
    let selected = move || path.get();
    show(page, ".topology .canvas", move || {
        page.desk.with(|desk| Html::from_trusted(desk.topology.clone()))
    });
    show(page, ".inspector", move || inspected(page, &selected()));
    show(page, ".about", move || {
        page.desk.with(|desk| Html::from_trusted(desk.about.clone()))
    });
    show(page, ".gutter", move || {
        page.desk.with(|desk| editor::line_numbers(desk.text()))
    });
    dom::effect(move || {
        page.desk
            .with(|desk| dom::set_value(page.find(".source textarea"), desk.text()))
    });
    dom::effect(move || {
        page.desk.track();
        let selected = selected();
        mark(page, "data-path", "selected", |path| *path == selected);
    });
    let lit = key(move || request::lit_edges(page));
    dom::effect(move || {
        page.desk.track();
        let lit = lit.get();
        let (near, edges) = lit.split_once('\n').unwrap_or((&lit, ""));
        mark(page, "data-edge", "lit", |edge| edges.lines().any(|it| it == edge));
        mark(page, "data-edge", "near", |edge| edge == near);
    });
    follow_scroll(page);
}

/// What follows from the run and the play head.
fn show_results(page: Page) {
    show(page, ".notices > :first-child", move || {
        let mut notices = page.desk.with(|desk| notice::absence(desk.absence.as_deref()));
        page.results.with(|results| {
            notices.add(&notice::notice(&results.status));
            notices.add(&notice::refusal(results.refusal.as_deref()));
        });
        notices
    });
    let slots: [Slot; 4] = [
        (".numbers", |told| &told.numbers),
        (".insights", |told| &told.insights),
        (".services", |told| &told.services),
        (".figures", |told| &told.edge),
    ];
    for (slot, pick) in slots {
        show(page, slot, move || {
            page.told.with(|told| Html::from_trusted(pick(told).clone()))
        });
    }
    dom::effect(move || {
        page.desk.track();
        page.told.with(|told| fill_bars(page, &told.bars));
    });
    let shape = key(move || {
        page.look.with(|look| {
            let words = [(look.telling as u32).to_string(), (look.width as u32).to_string()];
            words.join(word(look.is_dark()))
        })
    });
    show(page, ".request .told", move || {
        shape.get();
        request::body(page)
    });
}

/// What is selected, and why its last change could not be made.
fn inspected(page: Page, path: &str) -> Html {
    page.desk.track();
    let told = page.reader().map(|reader| {
        let (text, from) = page.desk.with_untracked(|desk| (desk.text().to_string(), desk.since()));
        reader.inspect(&text, path, from)
    });
    let mut html = match told {
        Some(Ok(markup)) => Html::from_trusted(markup),
        // What is wrong with the text is told beside it; what is gone is not selected any more.
        _ => Html::new(),
    };
    page.desk.with(|desk| {
        let refusal = Some(desk.refusal.as_str()).filter(|why| !why.is_empty());
        html.add(&notice::refusal(refusal));
    });
    html
}

/// Puts into each node of the topology what its workers did.
fn fill_bars(page: Page, bars: &[(String, String)]) {
    for (node, bar) in bars {
        let selector = String::from(".topology [data-node=\"") + node + "\"] > .portions";
        if let Some(group) = page.find(&selector) {
            group.set_inner_html(bar);
        }
    }
}

/// Marks edges or nodes with a class by what an attribute says, without replacing what may just be clicked.
fn mark(page: Page, by: &str, class: &str, is_marked: impl Fn(&String) -> bool) {
    let Some(edges) = page.find(".topology svg").map(|svg| svg.children()) else {
        return;
    };
    for edge in (0..edges.length()).filter_map(|index| edges.item(index)) {
        if let Some(name) = edge.get_attribute(by) {
            // Only an element that is gone refuses a class.
            let _ = edge.class_list().toggle_with_force(class, is_marked(&name));
        }
    }
}

/// The numbers of the lines scroll with the lines.
fn follow_scroll(page: Page) {
    let (Some(area), Some(gutter)) = (page.find(".source textarea"), page.find(".gutter")) else {
        return;
    };
    let scrolled = area.clone();
    dom::listen(&area, "scroll", move |_| gutter.set_scroll_top(scrolled.scroll_top()));
}

/// Light or dark: what the reader chose, or what the system says; paper is light.
fn follow_light(page: Page, root: &HtmlElement) {
    if let Some(system) = window().match_media("(prefers-color-scheme: dark)").ok().flatten() {
        let now = system.clone();
        let take = move || page.look.update(|look| look.system_dark = now.matches());
        take();
        dom::listen(&system, "change", move |_| take());
    }
    for (event, prints) in [("beforeprint", true), ("afterprint", false)] {
        dom::listen(&window(), event, move |_| page.look.update(|look| look.prints = prints));
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
    dom::effect(move || {
        page.told.track();
        page.player.with(|player| {
            transport::set_sliders(page, player);
            transport::set_line(page, player);
        });
    });
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
