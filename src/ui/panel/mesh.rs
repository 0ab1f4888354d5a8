//! The hand on the topology: nodes are dragged, edges are drawn from a node to another, and both come and go.
//!
//! ```text
//! press on a box ─move─▶ dragged ─release─▶ Edit::Move            press on its port ─▶ a thread ─release on a box─▶ Edit::Connect
//! ```
//!
//! Law: nothing is changed but the text, by an edit that can be undone; what an edit refuses is told.

use crate::scenario::edit::{BLANK, Edit, Section};
use crate::ui::act::{self, edge_path};
use crate::ui::desk::Hand;
use crate::ui::page::Page;
use crate::ui::part::dom;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// How far a pointer may stray in a click, in pixels.
const STRAY: f64 = 4.0;

/// What is held.
struct Held {
    node: Element,
    name: String,
    /// Where the pointer went down, in pixels of the screen.
    from: (f64, f64),
    /// Where the node was, in pixels of the picture.
    place: (f64, f64),
    /// Pixels of the picture per pixel of the screen.
    scale: f64,
    /// Whether an edge is drawn, and not the node dragged.
    draws: bool,
    has_moved: bool,
}

type Kept = StoredValue<Option<Held>, LocalStorage>;

/// Hears the pointer on the topology.
pub fn listen(page: Page) {
    let kept: Kept = StoredValue::new_local(None);
    let Some(canvas) = page.find(".topology .canvas") else {
        return;
    };
    for kind in [
        "pointerdown",
        "pointermove",
        "pointerup",
        "pointerleave",
        "pointercancel",
    ] {
        dom::listen(&canvas, kind, move |event| {
            let event: PointerEvent = event.unchecked_into();
            match event.type_().as_str() {
                "pointerdown" => kept.set_value(hold(&event)),
                "pointermove" => kept.update_value(|held| {
                    if let Some(held) = held {
                        held.go(page, &event);
                    }
                }),
                kind => {
                    let held = kept.try_update_value(Option::take).flatten();
                    if let Some(held) = held {
                        held.release(page, (kind == "pointerup").then_some(&event));
                    }
                }
            }
        });
    }
}

fn hold(event: &PointerEvent) -> Option<Held> {
    let target = dom::target(event).filter(|_| event.button() == 0)?;
    let node = target.closest("[data-node]").ok()??;
    let svg = node.closest("svg").ok()??;
    let width: f64 = f64::from(svg.get_attribute("width")?.parse::<u32>().ok()?);
    Some(Held {
        name: node.get_attribute("data-node")?,
        from: (f64::from(event.client_x()), f64::from(event.client_y())),
        place: place_of(&node)?,
        scale: width / svg.get_bounding_client_rect().width().max(1.0),
        draws: target.class_list().contains("port"),
        has_moved: false,
        node,
    })
}

/// `translate(x y)`.
fn place_of(node: &Element) -> Option<(f64, f64)> {
    let transform = node.get_attribute("transform")?;
    let (x, y) = transform
        .strip_prefix("translate(")?
        .strip_suffix(')')?
        .split_once(' ')?;
    Some((f64::from(x.parse::<i32>().ok()?), f64::from(y.parse::<i32>().ok()?)))
}

fn whole(px: f64) -> String {
    (px.round() as i32).to_string()
}

impl Held {
    /// How far the pointer has gone, in pixels of the picture.
    fn way(&self, event: &PointerEvent) -> (f64, f64) {
        let (x, y) = (
            f64::from(event.client_x()) - self.from.0,
            f64::from(event.client_y()) - self.from.1,
        );
        (x * self.scale, y * self.scale)
    }

    /// Where the node would be.
    fn wanted(&self, event: &PointerEvent) -> (f64, f64) {
        let (x, y) = self.way(event);
        ((self.place.0 + x).max(0.0), (self.place.1 + y).max(0.0))
    }

    fn go(&mut self, page: Page, event: &PointerEvent) {
        let (x, y) = self.way(event);
        if !self.has_moved && x.abs().max(y.abs()) < STRAY {
            return;
        }
        self.has_moved = true;
        self.show_moving(page, true);
        if self.draws {
            let port = dom::find(&self.node, ".port");
            let at = |name: &str| port.as_ref()?.get_attribute(name)?.parse::<i32>().ok();
            let [px, py] = ["cx", "cy"].map(|name| f64::from(at(name).unwrap_or_default()));
            let (px, py) = (self.place.0 + px, self.place.1 + py);
            let path = [
                "M",
                &whole(px),
                " ",
                &whole(py),
                "L",
                &whole(px + x),
                " ",
                &whole(py + y),
            ]
            .concat();
            set_thread(page, &path);
        } else {
            self.stand(self.wanted(event));
        }
    }

    /// Puts the node somewhere, for as long as it is held.
    fn stand(&self, (x, y): (f64, f64)) {
        // Only an element that is gone refuses an attribute.
        let _ = self
            .node
            .set_attribute("transform", &["translate(", &whole(x), " ", &whole(y), ")"].concat());
    }

    /// Edges fade while they lie where the node was.
    fn show_moving(&self, page: Page, moves: bool) {
        if let Some(svg) = page.find(".topology svg") {
            let _ = svg.class_list().toggle_with_force("moving", moves && !self.draws);
        }
    }

    /// Carries out what was drawn or dragged; without an event it was given up.
    fn release(self, page: Page, event: Option<&PointerEvent>) {
        set_thread(page, "");
        self.show_moving(page, false);
        if !self.has_moved {
            return;
        }
        match event {
            Some(event) if self.draws => {
                let target = dom::target(event).and_then(|target| target.closest("[data-node]").ok().flatten());
                if let Some(to) = target.and_then(|node| node.get_attribute("data-node")) {
                    connect(page, &self.name, &to);
                }
            }
            Some(event) => {
                let (x, y) = self.wanted(event);
                let (node, x, y) = (self.name.clone(), x.round() as u32, y.round() as u32);
                edit(page, Edit::Move { node, x, y });
            }
            None => self.stand(self.place),
        }
    }
}

/// The line that follows the pointer while an edge is drawn.
fn set_thread(page: Page, path: &str) {
    if let Some(thread) = page.find(".topology .thread") {
        let _ = thread.set_attribute("d", path);
    }
}

fn edit(page: Page, edit: Edit) -> bool {
    page.desk.try_update(|desk| desk.edit(edit)) == Some(true)
}

fn connect(page: Page, from: &str, to: &str) {
    let (from, to) = (from.to_string(), to.to_string());
    if edit(page, Edit::Connect { from, to }) {
        let name = page
            .desk_scenario()
            .and_then(|scenario| Some(scenario.edges.last()?.name.clone()));
        show_new(page, edge_path(&name.unwrap_or_default()));
    }
}

/// Selects what has come and gives it the focus, once it is drawn.
fn show_new(page: Page, path: String) {
    act::select(page, &path);
    request_animation_frame(move || {
        if let Some(shape) = page.find(&[".topology [data-path=\"", &path, "\"]"].concat()) {
            dom::focus(&shape);
        }
    });
}

/// Does what a button says about nodes and edges; whether it was one of these.
pub fn change(page: Page, act: &str, on: &str) -> bool {
    let name = on.to_string();
    match act {
        "add" => add(page, on),
        "new" => page.desk.update(|desk| desk.write(BLANK.to_string(), Hand::Placed)),
        "delete" | "disconnect" => {
            let wanted = match act {
                "delete" => Edit::Delete { node: name },
                _ => Edit::Disconnect { edge: name },
            };
            if edit(page, wanted) {
                act::select(page, "");
            }
        }
        "unset" => drop(edit(
            page,
            Edit::Set {
                path: name,
                value: None,
            },
        )),
        _ => return false,
    }
    true
}

/// One more node.
fn add(page: Page, section: &str) {
    let all = [Section::Clients, Section::Services, Section::Channels];
    let Some(section) = all.into_iter().find(|it| it.key() == section) else {
        return;
    };
    if !edit(page, Edit::Add { section, at: None }) {
        return;
    }
    let Some(scenario) = page.desk_scenario() else { return };
    let name = match section {
        Section::Clients => scenario.clients.last().map(|client| &client.name),
        Section::Services => scenario.services.last().map(|service| &service.name),
        Section::Channels => scenario.channels.last().map(|channel| &channel.name),
    };
    let Some(name) = name else { return };
    show_new(page, [section.key(), ".", name].concat());
}

/// Takes what was typed or chosen in a field of the inspector.
pub fn fill_in(page: Page, choice: &str, on: &str, value: &str) {
    let (name, value) = (on.to_string(), value.trim());
    match choice {
        "set" => {
            let value = Some(value.to_string()).filter(|value| !value.is_empty());
            edit(page, Edit::Set { path: name, value });
        }
        "connect" => connect(page, on, value),
        _ => {
            let (node, name) = (name, value.to_string());
            if edit(page, Edit::Rename { node, name }) {
                let path = page.look.with_untracked(|look| look.selected.clone());
                let section = path.split('.').next().unwrap_or_default();
                act::select(page, &[section, ".", value].concat());
            }
        }
    }
}
