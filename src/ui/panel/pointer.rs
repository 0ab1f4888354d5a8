//! The pointer on the lanes: one drags, hovers and clicks, two pinch, the wheel comes closer or goes along.
//!
//! Law: what is meant is what was painted last.

use super::lanes::Kept;
use crate::picture::scale::between;
use crate::picture::shape::{Hit, Point};
use crate::ui::look::{Hovered, story_of};
use crate::ui::page::Page;
use crate::ui::part::dom;
use crate::ui::player::Player;
use js_sys::Math;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PointerEvent, WheelEvent};

/// How far a pointer may stray in a click, in pixels.
const STRAY: f64 = 3.0;

/// What is pressed on the lanes.
#[derive(Default)]
pub(super) struct Hand {
    /// The pointers that are down, by their numbers, and where each was last.
    down: Vec<(i32, Point)>,
    /// Where a drag began: the pixel, and the left end of the view then.
    drag: Option<(f64, f64)>,
}

impl Hand {
    /// How far two pointers are apart, and what lies in the middle.
    fn pinch(&self) -> Option<(f64, f64)> {
        let [(_, a), (_, b)] = self.down[..] else { return None };
        let (dx, dy) = (a.0 - b.0, a.1 - b.1);
        Some((((dx * dx + dy * dy).sqrt()).max(1.0), (a.0 + b.0) / 2.0))
    }
}

/// Hears the pointer and the wheel, on the lanes and on the line of the whole run.
pub(super) fn listen(page: Page, kept: Kept) {
    let (Some(canvas), Some(rows), Some(whole)) = (page.find(".rows canvas"), page.find(".rows"), page.find(".whole"))
    else {
        return;
    };
    for kind in [
        "pointermove",
        "pointerdown",
        "pointerup",
        "pointerleave",
        "pointercancel",
    ] {
        dom::listen(&canvas, kind, move |event| hear(page, kept, &event.unchecked_into()));
    }
    if let Some(past) = page.find(".past") {
        for kind in ["pointermove", "pointerleave", "click"] {
            dom::listen(&past, kind, move |event| {
                hear_in_past(page, kept, &event.unchecked_into())
            });
        }
        let scrolled = rows.clone();
        dom::listen(&past, "wheel", move |event| {
            let event: WheelEvent = event.unchecked_into();
            wheel(page, kept, &event);
            if !event.default_prevented() {
                // One scroll for both.
                event.prevent_default();
                scrolled.set_scroll_top(scrolled.scroll_top() + event.delta_y() as i32);
            }
        });
    }
    dom::listen(&rows, "wheel", move |event| wheel(page, kept, &event.unchecked_into()));
    for seek in ["pointerdown", "pointermove"] {
        dom::listen(&whole, seek, move |event| {
            look_there(page, kept, &event.unchecked_into())
        });
    }
}

fn hear(page: Page, kept: Kept, event: &PointerEvent) {
    match event.type_().as_str() {
        "pointermove" => moved(page, kept, event),
        "pointerdown" => pressed(page, kept, event),
        "pointerup" => released(page, kept, event),
        _ => {
            kept.update_value(|stage| stage.hand = Hand::default());
            hover(page, None);
        }
    }
}

fn place(event: &PointerEvent) -> Point {
    (f64::from(event.offset_x()), f64::from(event.offset_y()))
}

fn hit(kept: Kept, place: Point) -> Option<Hit> {
    kept.with_value(|stage| stage.now.painted.picture.hit(place))
}

/// Which part of the view lies left of a pixel, and how wide the view is.
fn part(page: Page, kept: Kept, x: f64) -> (f64, f64) {
    let gutter = kept.with_value(|stage| stage.gutter());
    let inner = (page.look.with_untracked(|look| look.width) - gutter).max(1.0);
    (between((x - gutter) / inner, 0.0, 1.0), inner)
}

fn pressed(page: Page, kept: Kept, event: &PointerEvent) {
    let (at, left) = (place(event), page.player.with_untracked(Player::left));
    kept.update_value(|stage| {
        stage.hand.drag = stage.hand.down.is_empty().then_some((at.0, left));
        stage.hand.down.push((event.pointer_id(), at));
    });
}

fn moved(page: Page, kept: Kept, event: &PointerEvent) {
    let at = place(event);
    let pinch = kept.try_update_value(|stage| {
        let before = stage.hand.pinch();
        let down = stage
            .hand
            .down
            .iter_mut()
            .find(|(pointer, _)| *pointer == event.pointer_id());
        *down.map(|(_, place)| place)? = at;
        before.zip(stage.hand.pinch())
    });
    if let Some(((was, from), (is, to))) = pinch.flatten() {
        let [from, to] = [from, to].map(|middle| part(page, kept, middle).0);
        return page.player.update(|player| player.pinch(is / was, from, to));
    }
    let drag = kept
        .with_value(|stage| stage.hand.drag)
        .filter(|_| event.buttons() == 1);
    if let Some((start, left)) = drag {
        if (start - at.0).abs() > STRAY {
            let part = (start - at.0) / part(page, kept, at.0).1;
            page.player.update(|player| player.look_at(left + part * player.span()));
        }
        return;
    }
    hover(page, hit(kept, at).and_then(|hit| hovered(page, at, hit, false)));
}

/// What is under the pointer at a place of the lanes. The layout is asked here, where nothing has been written since the last
/// frame, and not where the hint is shown.
fn hovered(page: Page, (x, y): Point, hit: Hit, is_past: bool) -> Option<Hovered> {
    let element = |selector| page.find(selector)?.dyn_into::<HtmlElement>().ok();
    let (lanes, panel) = (element(if is_past { ".past" } else { ".rows" })?, element(".lanes")?);
    Some(Hovered {
        hit,
        at: (x, y + f64::from(lanes.offset_top())),
        room: (f64::from(panel.client_width()), f64::from(panel.client_height())),
        is_past,
    })
}

fn hover(page: Page, hovered: Option<Hovered>) {
    if page.look.with_untracked(|look| look.hovered != hovered) {
        page.look.update(|look| look.hovered = hovered);
    }
}

/// A click, unless the pointer was dragged: lights a request up, or lets go; on a name it folds the service.
fn released(page: Page, kept: Kept, event: &PointerEvent) {
    let at = place(event);
    let start = kept.try_update_value(|stage| {
        stage.hand.down.retain(|(pointer, _)| *pointer != event.pointer_id());
        stage.hand.drag.take()
    });
    if start.flatten().is_none_or(|(start, _)| (start - at.0).abs() > STRAY) {
        return;
    }
    let top = page.look.with_untracked(|look| look.top);
    if let Some(name) = kept.with_value(|stage| stage.name_at(at, top)) {
        return page.look.update(|look| look.fold(&name));
    }
    let recording = page.results.with_untracked(|results| results.recording.clone());
    let clicked = recording.zip(hit(kept, at));
    page.look.update(|look| {
        look.let_go();
        if let Some((recording, hit)) = clicked {
            look.pinned = story_of(&recording.trace, hit);
            if let Hit::Segment(row) = hit {
                look.segment = recording.trace.segments.get(row as usize).copied();
            }
        }
    });
}

/// In the lanes before the last change the pointer lights a request up in both, and a click lets it stay so.
fn hear_in_past(page: Page, kept: Kept, event: &PointerEvent) {
    let at = place(event);
    let hit = kept.with_value(|stage| stage.past.painted.picture.hit(at));
    match event.type_().as_str() {
        "pointermove" => return hover(page, hit.and_then(|hit| hovered(page, at, hit, true))),
        "pointerleave" => return hover(page, None),
        _ => {}
    }
    let past = page.results.with_untracked(|results| results.past.clone());
    page.look.update(|look| {
        look.let_go();
        look.pinned = hit.zip(past).and_then(|(hit, past)| story_of(&past.trace, hit));
    });
}

/// A pinch on a trackpad arrives as a wheel with Ctrl.
fn wheel(page: Page, kept: Kept, wheel: &WheelEvent) {
    let (dx, dy) = (wheel.delta_x(), wheel.delta_y());
    if wheel.ctrl_key() || wheel.meta_key() {
        wheel.prevent_default();
        let at = part(page, kept, f64::from(wheel.offset_x())).0;
        let factor = Math::exp(between(-dy, -60.0, 60.0) * 0.004);
        page.player.update(|player| player.come_closer(factor, at));
    } else if dx.abs() > dy.abs() || wheel.shift_key() {
        wheel.prevent_default();
        let along = if dx.abs() > dy.abs() { dx } else { dy };
        page.player.update(|player| player.pan(along / 1200.0));
    }
}

/// Puts the middle of the view to where the line of the whole run was pressed.
fn look_there(page: Page, kept: Kept, event: &PointerEvent) {
    if event.buttons() == 1 {
        let at = part(page, kept, f64::from(event.offset_x())).0;
        page.player
            .update(|player| player.look_at(at * player.duration - player.span() / 2.0));
    }
}
