//! The lanes: what every worker does, painted in frames, with a selection that pointer and keys share.
//!
//! Law: a pointer hits what was painted last, and however much changes, one frame paints once. Everything on the
//! canvas is also said in words: the selection by a status line, the workers by a table.

use crate::picture::lane::{self, MOST_CALLS, View};
use crate::picture::row::Rows;
use crate::picture::scale::between;
use crate::picture::shape::{Hit, Picture};
use crate::picture::theme;
use crate::time::Instant;
use crate::trace::{Segment, lane_names};
use crate::ui::cursor::{self, Move};
use crate::ui::look::{Look, request_of, row_of, story_of};
use crate::ui::page::Page;
use crate::ui::panel::header::tool;
use crate::ui::part::canvas::Painter;
use crate::ui::part::dom;
use crate::ui::part::html::Html;
use crate::ui::part::icon;
use crate::ui::player::Player;
use crate::ui::results::Recording;
use crate::ui::words;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlCanvasElement, HtmlElement, MouseEvent, WheelEvent};

/// Everything of the panel that does not change.
pub const SURFACE: &str = concat!(
    "<canvas class=\"axis\" aria-hidden=\"true\"></canvas>",
    "<div class=\"rows\" tabindex=\"0\" role=\"application\" aria-roledescription=\"lanes\" aria-label=\"Lanes of all workers. ",
    "Arrow keys go from span to span and light up its request, W and S closer and farther, A and D left and right, Escape lets go.\">",
    "<canvas aria-hidden=\"true\"></canvas><p class=\"tip\" aria-hidden=\"true\" hidden></p></div>",
    "<p class=\"unseen\" role=\"status\" data-test=\"selected\"></p>",
    "<details class=\"doings\"><summary>The lanes in words: who does what at the play head</summary>",
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Workers at the play head\"><table data-test=\"doings\"><thead><tr>",
    "<th scope=\"col\">worker</th><th scope=\"col\" class=\"text\">does</th><th scope=\"col\">for</th><th scope=\"col\" class=\"text\">request</th>",
    "</tr></thead><tbody></tbody></table><p class=\"quiet\">Workers that are not listed are idle.</p></div></details>",
);

const LEGEND: &str = concat!(
    "<h2>Lanes</h2><ul class=\"legend\" aria-label=\"Legend\"><li><span class=\"key running\"></span>running</li>",
    "<li><span class=\"key blocked\"></span>blocked</li><li><span class=\"key waiting\"></span>waiting for a core</li>",
    "<li><span class=\"key idle\"></span>idle</li><li><span class=\"key call\"></span>call, caller waits</li>",
    "<li><span class=\"key free\"></span>call, caller goes on</li></ul>",
);

/// The name of the panel, what patterns mean, and how to come closer.
pub fn head(follows: bool, hidden_calls: usize) -> Html {
    let mut html = Html::new();
    html.fill(LEGEND, &[]);
    if hidden_calls > 0 {
        let hint = "<p class=\"quiet\">More than {} calls in view: come closer to see arrows</p>";
        html.fill(hint, &[&MOST_CALLS.to_string()]);
    }
    let follow = concat!(
        "<div class=\"tools\"><button type=\"button\" data-act=\"follow\" data-key=\"follow\" aria-pressed=\"{}\" ",
        "title=\"Let the lanes follow the play head (F)\">Follow</button>"
    );
    html.fill(follow, &[if follows { "true" } else { "false" }]);
    tool(&mut html, ["farther", "Farther", "S in the lanes"], icon::FARTHER, true);
    tool(&mut html, ["closer", "Closer", "W in the lanes"], icon::CLOSER, true);
    html.fill("</div>", &[]);
    html
}

/// What it takes to paint.
#[derive(Default)]
struct Stage {
    painters: Option<[Painter; 2]>,
    rows: Option<(Arc<Recording>, f64, Rows)>,
    painted: Picture,
    /// Where a drag began: the pixel, and the left end of the view then.
    drag: Option<(f64, f64)>,
    /// Whether a frame is asked for.
    asked: bool,
    /// What the table of words says.
    table: String,
}

/// The stage of one playground.
type Kept = StoredValue<Stage, LocalStorage>;

/// Paints whenever something changes, and hears the pointer.
pub fn start(page: Page) {
    let kept: Kept = StoredValue::new_local(Stage::default());
    let (Some(rows), Some(canvas)) = (page.find(".rows"), page.find(".rows canvas")) else {
        return;
    };
    hear_pointer(page, kept, &canvas);
    dom::listen(&rows, "wheel", move |event| wheel(page, kept, event));
    if let Some(details) = page.find(".doings") {
        let opened = details.clone();
        dom::listen(&details, "toggle", move |_| {
            page.look.update(|look| look.words = opened.has_attribute("open"))
        });
    }
    if let Ok(rows) = rows.dyn_into::<HtmlElement>() {
        dom::watch_width(&rows, move |width| page.look.update(|look| look.width = width));
    }
    dom::effect(move || {
        page.results.track();
        page.player.track();
        page.look.track();
        let asked = kept.try_update_value(|stage| std::mem::replace(&mut stage.asked, true));
        if asked == Some(false) {
            // Nothing is painted for a page that is gone.
            request_animation_frame(move || {
                let _ = kept.try_update_value(|stage| stage.paint(page));
            });
        }
    });
}

impl Stage {
    fn paint(&mut self, page: Page) {
        self.asked = false;
        let Some(recording) = page.results.with_untracked(|results| results.recording.clone()) else {
            return;
        };
        let (width, dark) = page.look.with_untracked(|look| (look.width, look.is_dark()));
        self.take_up(page, &recording, width, dark);
        let (Some((_, _, rows)), Some([axis, body])) = (&self.rows, &self.painters) else {
            return;
        };
        let hidden = page.look.with_untracked(|look| {
            page.player.with_untracked(|player| {
                let view = view(&recording, rows, player, look);
                axis.paint(&lane::axis(&view));
                let lanes = lane::lanes(&view);
                body.paint(&lanes.picture);
                self.painted = lanes.picture;
                lanes.hidden_calls
            })
        });
        if page.look.with_untracked(|look| look.hidden_calls != hidden) {
            page.look.update(|look| look.hidden_calls = hidden);
        }
        self.say(page, &recording);
    }

    /// Rows for this scenario and width, and painters for this light and resolution.
    fn take_up(&mut self, page: Page, recording: &Arc<Recording>, width: f64, dark: bool) {
        let fits = |(last, wide, _): &(Arc<Recording>, f64, Rows)| {
            *wide == width && Arc::ptr_eq(&last.scenario, &recording.scenario)
        };
        if width > 0.0 && !self.rows.as_ref().is_some_and(fits) {
            let rows = Rows::new(&recording.scenario, width);
            self.rows = Some((Arc::clone(recording), width, rows));
        }
        let ratio = window().device_pixel_ratio();
        if !self.painters.as_ref().is_some_and(|[axis, _]| axis.fits(dark, ratio)) {
            let painter =
                |selector| Painter::new(&page.find(selector)?.dyn_into::<HtmlCanvasElement>().ok()?, dark, ratio);
            self.painters = painter(".axis").zip(painter(".rows canvas")).map(<[Painter; 2]>::from);
        }
    }

    /// The same in words.
    fn say(&mut self, page: Page, recording: &Recording) {
        let (words, tip, selected) = page.look.with_untracked(|look| {
            let tip = look
                .hovered
                .and_then(|(hit, x, y)| Some((words_of(recording, hit)?, x, y, look.width)));
            (look.words, tip, selected(recording, look))
        });
        show_tip(page, tip);
        if let Some(status) = page
            .find("[data-test=selected]")
            .filter(|now| now.text_content().as_ref() != Some(&selected))
        {
            status.set_text_content(Some(&selected));
        }
        if let (true, Some(table)) = (words, page.find(".doings tbody")) {
            let head = page.player.with_untracked(|player| player.head);
            dom::replace(
                &table,
                &super::doings::rows(recording, head).into_string(),
                &mut self.table,
            );
        }
    }
}

fn view<'a>(recording: &'a Recording, rows: &'a Rows, player: &Player, look: &Look) -> View<'a> {
    let trace = &recording.trace;
    let hovered = look.hovered.and_then(|(hit, ..)| request_of(trace, hit));
    let pinned = look.pinned.and_then(|story| row_of(trace, story));
    let chosen = look
        .lit
        .or(look.segment)
        .and_then(|segment| cursor::again(trace, &segment));
    View {
        scenario: &recording.scenario,
        trace,
        rows,
        left: player.left(),
        span: player.span(),
        head: player.head,
        width: look.width,
        request: pinned.or(hovered),
        segment: chosen.map(|row| row as u32),
    }
}

fn words_of(recording: &Recording, hit: Hit) -> Option<String> {
    let (scenario, trace) = (&recording.scenario, &recording.trace);
    match hit {
        Hit::Segment(row) => {
            let segment = trace.segments.get(row as usize)?;
            let lane = lane_names(scenario).get(segment.lane as usize).cloned()?;
            Some(words::segment(scenario, trace, &lane, segment))
        }
        Hit::Span(row) => Some(words::call(scenario, trace.spans.get(row as usize)?)),
    }
}

/// The selection in words, for who cannot see it.
fn selected(recording: &Recording, look: &Look) -> String {
    let row = look
        .segment
        .and_then(|segment| cursor::again(&recording.trace, &segment));
    row.and_then(|row| words_of(recording, Hit::Segment(row as u32)))
        .unwrap_or_default()
}

/// Shows words beside the pointer, on the side where there is room.
fn show_tip(page: Page, tip: Option<(String, f64, f64, f64)>) {
    let Some(element) = page.find(".tip").and_then(|tip| tip.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    element.set_hidden(tip.is_none());
    let Some((words, x, y, width)) = tip else { return };
    element.set_text_content(Some(&words));
    let (left, right) = match x > width / 2.0 {
        true => ("auto".to_string(), px(width - x + 14.0)),
        false => (px(x + 14.0), "auto".to_string()),
    };
    for (name, value) in [("left", left), ("right", right), ("top", px(y + 12.0))] {
        // It fails only for a name that is none.
        let _ = element.style().set_property(name, &value);
    }
}

/// A length as CSS writes it.
fn px(length: f64) -> String {
    (length.round() as i32).to_string() + "px"
}

fn hear_pointer(page: Page, kept: Kept, canvas: &Element) {
    let at = |event: Event| {
        let mouse = event.unchecked_into::<MouseEvent>();
        (
            (f64::from(mouse.offset_x()), f64::from(mouse.offset_y())),
            mouse.buttons() == 1,
        )
    };
    dom::listen(canvas, "pointermove", move |event| {
        let (place, pressed) = at(event);
        point_at(page, kept, place, pressed);
    });
    dom::listen(canvas, "pointerdown", move |event| {
        let left = page.player.with_untracked(Player::left);
        kept.update_value(|stage| stage.drag = Some((at(event).0.0, left)));
    });
    dom::listen(canvas, "pointerup", move |event| release(page, kept, at(event).0));
    dom::listen(canvas, "pointerleave", move |_| {
        kept.update_value(|stage| stage.drag = None);
        page.look.update(|look| look.hovered = None);
    });
}

fn hit(kept: Kept, place: (f64, f64)) -> Option<Hit> {
    kept.with_value(|stage| stage.painted.hit(place))
}

/// The width of the lanes without their names, and the width of the names.
fn inner_width(page: Page, kept: Kept) -> (f64, f64) {
    let gutter = kept.with_value(|stage| stage.rows.as_ref().map_or(0.0, |(_, _, rows)| rows.gutter));
    let width = page.look.with_untracked(|look| look.width);
    ((width - gutter).max(1.0), gutter)
}

fn point_at(page: Page, kept: Kept, (x, y): (f64, f64), pressed: bool) {
    let drag = kept.with_value(|stage| stage.drag).filter(|_| pressed);
    if let Some((start, left)) = drag {
        let part = (start - x) / inner_width(page, kept).0;
        if part.abs() > 0.002 {
            page.player.update(|player| player.look_at(left + part * player.span()));
        }
        return;
    }
    let hovered = hit(kept, (x, y)).map(|hit| (hit, x, y));
    if page.look.with_untracked(|look| look.hovered != hovered) {
        page.look.update(|look| look.hovered = hovered);
    }
}

/// A click, unless the pointer was dragged: lights a request up, or lets go.
fn release(page: Page, kept: Kept, (x, y): (f64, f64)) {
    let start = kept.try_update_value(|stage| stage.drag.take()).flatten();
    if start.is_some_and(|(start, _)| (start - x).abs() > 3.0) {
        return;
    }
    let recording = page.results.with_untracked(|results| results.recording.clone());
    let clicked = recording.zip(hit(kept, (x, y)));
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

fn wheel(page: Page, kept: Kept, event: Event) {
    let wheel = event.unchecked_into::<WheelEvent>();
    let (dx, dy) = (wheel.delta_x(), wheel.delta_y());
    if wheel.ctrl_key() || wheel.meta_key() {
        wheel.prevent_default();
        let (inner, gutter) = inner_width(page, kept);
        let at = between((f64::from(wheel.offset_x()) - gutter) / inner, 0.0, 1.0);
        let factor = if dy < 0.0 { 1.2 } else { 1.0 / 1.2 };
        page.player.update(|player| player.come_closer(factor, at));
    } else if dx.abs() > dy.abs() || wheel.shift_key() {
        wheel.prevent_default();
        let along = if dx.abs() > dy.abs() { dx } else { dy };
        page.player.update(|player| player.pan(along / 1200.0));
    }
}

/// Keys that belong to the lanes alone; whether it was one.
pub fn key(page: Page, key: &str) -> bool {
    let player = |act: fn(&mut Player)| page.player.update(act);
    match key {
        "w" | "W" => player(|player| player.come_closer(1.5, 0.5)),
        "s" | "S" => player(|player| player.come_closer(1.0 / 1.5, 0.5)),
        "a" | "A" => player(|player| player.pan(-0.2)),
        "d" | "D" => player(|player| player.pan(0.2)),
        "ArrowRight" => go(page, Move::Next),
        "ArrowLeft" => go(page, Move::Before),
        "ArrowUp" => go(page, Move::Above),
        "ArrowDown" => go(page, Move::Below),
        "Escape" => page.look.update(Look::let_go),
        _ => return false,
    }
    true
}

/// Selects the next segment in a direction and lights up its request.
fn go(page: Page, to: Move) {
    let Some(recording) = page.results.with_untracked(|results| results.recording.clone()) else {
        return;
    };
    let trace = &recording.trace;
    let chosen = page.look.with_untracked(|look| look.segment);
    let row = match chosen.and_then(|segment| cursor::again(trace, &segment)) {
        Some(here) => cursor::go(trace, here, to),
        None => cursor::first(trace, Instant(page.player.with_untracked(|player| player.head as u64))),
    };
    let segment: Option<Segment> = row.and_then(|row| trace.segments.get(row)).copied();
    page.player.update(|player| {
        player.playing = false;
        if let Some(segment) = segment {
            player.step_to(segment.start.0 as f64);
        }
    });
    if let Some(segment) = segment {
        page.look.update(|look| {
            look.segment = Some(segment);
            look.pinned = story_of(trace, Hit::Span(segment.span));
        });
    }
}

/// Gives the pictures' colours to the style sheet.
pub fn give_colors(root: &HtmlElement, dark: bool) {
    for (name, color) in theme::properties(dark) {
        // It fails only for a name that is none.
        let _ = root.style().set_property(name, color);
    }
}
