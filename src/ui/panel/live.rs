//! The topology at the play head: how full pools are, what is on its way, what waits, what is struck by a fault.
//!
//! Law: what is shown is counted from the recording at the head; only what has changed is touched, so that a frame
//! costs little.

use crate::picture::live::{Flow, Live, Pool, live};
use crate::scenario::walk::Packed;
use crate::scenario::{Edge, Mode, Place};
use crate::time::Instant;
use crate::trace::State;
use crate::ui::page::Page;
use crate::ui::part::dom;
use crate::ui::recording::Recording;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, SvgGeometryElement};

/// The most dots on one edge; what is more is a number.
const MOST_DOTS: usize = 12;
/// From the wire to the words at its end: they may be long, and stand above the chip with the mode.
const ABOVE_CHIP: f32 = 14.0;
/// Between dots at a door, and from the last one to the end of the wire, in pixels.
const DOT: f32 = 9.0;

/// The elements of the topology that move, and what they show.
#[derive(Default)]
pub struct Board {
    /// Of which scenario they are.
    scenario: Option<Arc<Packed>>,
    services: Vec<Node>,
    channels: Vec<Node>,
    edges: Vec<Wire>,
    shown: Live,
    /// Of which instant, and of how much of the run.
    seen: (Instant, usize),
}

/// A node: its box, the parts of it that are filled, its second line and what that says at rest.
struct Node {
    group: Element,
    fills: [Element; 2],
    words: Element,
    rest: String,
    width: f64,
}

struct Wire {
    group: Element,
    /// As it is drawn.
    mode: Mode,
    path: SvgGeometryElement,
    length: f32,
    dots: Element,
    door: Element,
}

impl Board {
    /// Shows the instant of the play head, where it is recorded.
    pub fn show(&mut self, page: Page, recording: &Recording, head: f64) {
        let drawn = page.desk_scenario();
        let Some(scenario) = drawn.filter(|drawn| Arc::ptr_eq(drawn, &recording.scenario)) else {
            return;
        };
        if !self.scenario.as_ref().is_some_and(|last| Arc::ptr_eq(last, &scenario)) {
            self.find(page, &scenario);
        }
        let last = recording.trace.until.0.saturating_sub(1);
        let at = Instant((head as u64).clamp(recording.trace.from.0, last.max(recording.trace.from.0)));
        let seen = (at, recording.trace.spans.len());
        if std::mem::replace(&mut self.seen, seen) == seen {
            return;
        }
        let now = live(&scenario, &recording.trace, &recording.index, at);
        for ((node, pool), was) in self.services.iter().zip(&now.pools).zip(padded(&self.shown.pools)) {
            if was != Some(pool) {
                node.fill(pool);
            }
        }
        for ((node, depth), was) in self.channels.iter().zip(&now.depths).zip(padded(&self.shown.depths)) {
            if was != Some(depth) {
                let words = node.rest.clone() + ", " + &depth.to_string() + " in it";
                node.words.set_text_content(Some(&words));
            }
        }
        for ((wire, flow), was) in self.edges.iter().zip(&now.flows).zip(padded(&self.shown.flows)) {
            if was != Some(flow) {
                wire.show(flow, was.map(|was| was.mode));
            }
        }
        if now.faults != self.shown.faults {
            self.strike(&now.faults);
        }
        self.shown = now;
    }

    fn find(&mut self, page: Page, scenario: &Arc<Packed>) {
        let node = |name: &String| Node::find(&page.find(&of("data-node", name))?);
        let wire = |edge: &Edge| Wire::find(&page.find(&of("data-edge", &edge.name))?, edge.mode);
        *self = Board {
            scenario: Some(Arc::clone(scenario)),
            services: scenario.services.iter().filter_map(|it| node(&it.name)).collect(),
            channels: scenario.channels.iter().filter_map(|it| node(&it.name)).collect(),
            edges: scenario.edges.iter().filter_map(wire).collect(),
            shown: Live::default(),
            seen: Default::default(),
        };
    }

    /// Marks what is struck.
    fn strike(&self, faults: &[Place]) {
        let mark = |group: &Element, is_struck: bool| {
            // Only an element that is gone refuses a class.
            let _ = group.class_list().toggle_with_force("struck", is_struck);
        };
        for (index, node) in (0..).zip(&self.services) {
            let strikes = |place: &Place| matches!(place, Place::Service(id) | Place::Replica(id, _) if id.0 == index);
            mark(&node.group, faults.iter().any(strikes));
        }
        for (index, node) in (0..).zip(&self.channels) {
            mark(
                &node.group,
                faults
                    .iter()
                    .any(|place| matches!(place, Place::Channel(id) if id.0 == index)),
            );
        }
        for (index, wire) in (0..).zip(&self.edges) {
            mark(
                &wire.group,
                faults
                    .iter()
                    .any(|place| matches!(place, Place::Edge(id) if id.0 == index)),
            );
        }
    }
}

/// What was shown, and nothing where nothing was.
fn padded<T>(shown: &[T]) -> impl Iterator<Item = Option<&T>> {
    shown.iter().map(Some).chain(std::iter::repeat(None))
}

fn of(attribute: &str, name: &str) -> String {
    [".topology [", attribute, "=\"", name, "\"]"].concat()
}

impl Node {
    fn find(group: &Element) -> Option<Node> {
        let words = dom::find(group, ".what")?;
        let width = dom::find(group, ".node-box")?.get_attribute("width")?;
        Some(Node {
            fills: [dom::find(group, ".fill")?, dom::find(group, ".held")?],
            rest: words.text_content().unwrap_or_default(),
            words,
            width: f64::from(width.parse::<u32>().ok()?),
            group: group.clone(),
        })
    }

    /// The box is full when all workers are taken; the part of those that are blocked is hatched.
    fn fill(&self, pool: &Pool) {
        let [running, waiting, blocked] = pool.portions;
        let (busy, all) = (running + waiting + blocked, pool.workers.max(1));
        let px = |workers: u32| (f64::from(workers) / f64::from(all) * (self.width - 2.0)).round() as u32;
        set(&self.fills[0], "width", px(running + waiting));
        set(&self.fills[1], "x", 1 + px(running + waiting));
        set(&self.fills[1], "width", px(busy) - px(running + waiting));
        let of_all = busy.to_string() + "/" + &pool.workers.to_string();
        let words = match blocked {
            0 => of_all + " busy",
            some if some == busy => of_all + " blocked",
            some => of_all + ", " + &some.to_string() + " blocked",
        };
        self.words.set_text_content(Some(&words));
    }
}

fn set(element: &Element, name: &str, px: u32) {
    // Only an element that is gone refuses an attribute.
    let _ = element.set_attribute(name, &px.to_string());
}

impl Wire {
    /// Changes of the run change edges as well.
    fn become_of(&self, mode: Mode) {
        let classes = self.group.class_list();
        for other in Mode::ALL {
            // Only an element that is gone refuses a class.
            let _ = classes.toggle_with_force(other.word(), other == mode);
        }
        if let Some(chip) = dom::find(&self.group, ".mode") {
            let words = if mode == Mode::Queue { "▤ queue" } else { mode.word() };
            chip.set_text_content(Some(words));
        }
    }

    fn find(group: &Element, mode: Mode) -> Option<Wire> {
        let path: SvgGeometryElement = dom::find(group, ".wire")?.dyn_into().ok()?;
        Some(Wire {
            length: path.get_total_length(),
            mode,
            dots: dom::find(group, ".dots")?,
            door: dom::find(group, ".door")?,
            path,
            group: group.clone(),
        })
    }

    /// A dot a call; where they are too many, those at the door are a number.
    fn show(&self, flow: &Flow, was: Option<Mode>) {
        if was.unwrap_or(self.mode) != flow.mode {
            self.become_of(flow.mode);
        }
        let mut path = String::new();
        let mut dot = |along: f32| {
            let Ok(point) = self.path.get_point_at_length(along) else {
                return;
            };
            let [x, y] = [point.x(), point.y()].map(|px| (px.round() as i32).to_string());
            path = [&path, "M", &x, " ", &y, "h0"].concat();
        };
        for part in flow.on_the_way.iter().take(MOST_DOTS) {
            dot(*part as f32 * self.length);
        }
        let at_the_door = flow.at_the_door as usize;
        let shown = at_the_door.min(MOST_DOTS);
        for place in 1..=shown {
            dot(self.length - DOT * (place as f32 + 0.6));
        }
        // Only an element that is gone refuses an attribute.
        let _ = self.dots.set_attribute("d", &path);
        let mut words = match flow.breaker {
            State::Closed => String::new(),
            State::HalfOpen => "breaker half open".to_string(),
            State::Open => "breaker open".to_string(),
        };
        // Only an element that is gone refuses a class.
        let _ = self.group.class_list().toggle_with_force("barred", !words.is_empty());
        if at_the_door > shown {
            let comma = if words.is_empty() { "" } else { ", " };
            words = [&words, comma, &at_the_door.to_string(), " waiting"].concat();
        }
        if let (false, Ok(end)) = (words.is_empty(), self.path.get_point_at_length(self.length - DOT)) {
            set(&self.door, "x", end.x() as u32);
            set(&self.door, "y", (end.y() - ABOVE_CHIP).max(0.0) as u32);
        }
        self.door.set_text_content(Some(&words));
    }
}
