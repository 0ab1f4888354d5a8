//! The lanes: what every worker does, painted in frames, with a selection that pointer and keys share.
//!
//! Law: a pointer hits what was painted last, and however much changes, one frame paints once. Everything on the
//! canvas is also said in words: the selection by a status line, the workers by a table.

use crate::metrics::ranking::Story;
use crate::picture::density::Columns;
use crate::picture::lane::{self, Lanes, View};
use crate::picture::overview;
use crate::picture::row::{Order, Rows};
use crate::picture::scale::between;
use crate::picture::shape::{Hit, Picture, Point};
use crate::picture::theme;
use crate::scenario::walk::Packed;
use crate::time::Instant;
use crate::trace::{Segment, Trace, lane_name};
use crate::ui::boundary::Whose;
use crate::ui::cursor::{self, Move};
use crate::ui::look::{Hovered, Look, Stride, row_of, story_of};
use crate::ui::page::Page;
use crate::ui::panel::groups;
use crate::ui::panel::live;
use crate::ui::panel::pointer::{self, Hand};
use crate::ui::part::canvas::Painter;
use crate::ui::part::dom;
use crate::ui::player::Player;
use crate::ui::recording::Recording;
use crate::ui::words;
use leptos::prelude::*;
use std::ops::Range;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Everything of the panel that does not change.
pub const SURFACE: &str = concat!(
    "<canvas class=\"whole\" aria-hidden=\"true\"></canvas><canvas class=\"axis\" aria-hidden=\"true\"></canvas>",
    "<div class=\"past\" role=\"img\" aria-label=\"Lanes before the last change, on the same clock; their words stand with those of now\" hidden>",
    "<canvas aria-hidden=\"true\"></canvas><p>before the change</p></div>",
    "<div class=\"rows\" tabindex=\"0\" role=\"application\" aria-roledescription=\"lanes\" aria-label=\"Lanes of all workers. ",
    "Arrow keys go from span to span and light up its request, W and S closer and farther, A and D left and right, 0 shows all, C folds the service, P pins it, Escape lets go.\">",
    "<div class=\"tall\"><div class=\"groups\"></div><canvas aria-hidden=\"true\"></canvas></div></div>",
    "<p class=\"tip\" aria-hidden=\"true\" hidden></p>",
    "<p class=\"unseen\" role=\"status\" data-test=\"selected\"></p>",
    "<details class=\"doings\"></details>",
);

/// The axis and under it what is in view, first before the last change where that is compared, and of which scenario it is;
/// none where nothing is recorded.
pub fn pictures(page: Page) -> Option<(Arc<Packed>, Vec<Picture>)> {
    let (recording, past) = on_stage(page)?;
    let mut pictures = Vec::new();
    page.look.with_untracked(|look| {
        page.player.with_untracked(|player| {
            let lit = Lit::of(&recording, past.as_deref(), look);
            for run in past.iter().chain([&recording]) {
                let (mut board, mut lanes) = (Board::default(), Lanes::default());
                board.take_up(&run.scenario, look.width, &look.order, true);
                let view = board.view(run, player, look, &lit)?;
                if pictures.is_empty() {
                    let mut axis = Picture::default();
                    lane::axis(&view, &mut axis);
                    pictures.push(axis);
                }
                lane::lanes(&view, &mut lanes);
                pictures.push(lanes.picture);
            }
            Some(())
        })
    })?;
    if past.is_some() {
        lane::title(&mut pictures[1], "before the change");
    }
    Some((Arc::clone(&recording.scenario), pictures))
}

/// What is recorded, and what was before the last change where the lanes of both are to be seen.
fn on_stage(page: Page) -> Option<(Arc<Recording>, Option<Arc<Recording>>)> {
    let compares = page.look.with_untracked(|look| look.compares);
    page.results.with_untracked(|results| {
        let past = results.to_compare().filter(|_| compares);
        Some((results.recording.clone()?, past))
    })
}

/// What it takes to paint.
#[derive(Default)]
pub(super) struct Stage {
    /// Of the line of the whole run and of the axis.
    painters: Option<[Painter; 2]>,
    pub(super) now: Board,
    pub(super) past: Board,
    order: Order,
    axis: Picture,
    whole: Picture,
    columns: Columns,
    pub(super) hand: Hand,
    /// The topology at the play head.
    live: live::Board,
    /// Whether a frame is asked for.
    asked: bool,
    /// What the table and the list of words say.
    table: String,
    list: String,
}

/// The lanes of one run.
#[derive(Default)]
pub(super) struct Board {
    painter: Option<Painter>,
    /// The rows, and of what they are.
    rows: Option<(Arc<Packed>, f64, Rows)>,
    pub(super) painted: Lanes,
}

/// What is lit up: the pinned request, or else the one under the pointer, and the selected segment.
struct Lit {
    story: Option<Story>,
    segment: Option<Segment>,
}

/// The run that the pointer is on.
fn side<'a>(now: &'a Recording, past: Option<&'a Recording>, hovered: &Hovered) -> Option<&'a Recording> {
    if hovered.is_past { past } else { Some(now) }
}

impl Lit {
    fn of(recording: &Recording, past: Option<&Recording>, look: &Look) -> Lit {
        let hovered = || {
            let hovered = look.hovered?;
            story_of(&side(recording, past, &hovered)?.trace, hovered.hit)
        };
        Lit {
            story: look.pinned.or_else(hovered),
            segment: look.lit.or(look.segment),
        }
    }
}

impl Board {
    /// Rows for this scenario and width, anew where they have another order; whether they are others than before.
    fn take_up(&mut self, scenario: &Arc<Packed>, width: f64, order: &Order, is_new: bool) -> bool {
        let fits = |(last, wide, _): &(Arc<Packed>, f64, Rows)| *wide == width && Arc::ptr_eq(last, scenario);
        if width <= 0.0 || !is_new && self.rows.as_ref().is_some_and(fits) {
            return false;
        }
        self.rows = Some((Arc::clone(scenario), width, Rows::new(scenario, width, order)));
        true
    }

    /// What is to be seen; none before there are rows.
    fn view<'a>(&'a self, recording: &'a Recording, player: &'a Player, look: &Look, lit: &Lit) -> Option<View<'a>> {
        let (_, _, rows) = self.rows.as_ref()?;
        let trace = &recording.trace;
        let chosen = lit.segment.and_then(|segment| cursor::again(trace, &segment));
        Some(View {
            scenario: &recording.scenario,
            trace,
            index: &recording.index,
            rows,
            left: player.left(),
            span: player.span(),
            head: player.head,
            bookmarks: &player.bookmarks,
            width: look.width,
            top: between(look.top, 0.0, (rows.height - look.height).max(0.0)),
            height: if look.height > 0.0 {
                look.height
            } else {
                rows.height.min(320.0)
            },
            request: lit.story.and_then(|story| row_of(trace, story)),
            segment: chosen.map(|row| row as u32),
        })
    }

    fn paint(&mut self, recording: &Recording, player: &Player, look: &Look, lit: &Lit) {
        let mut painted = std::mem::take(&mut self.painted);
        if let Some(view) = self.view(recording, player, look, lit) {
            lane::lanes(&view, &mut painted);
        }
        self.painted = painted;
        if let Some(painter) = &mut self.painter {
            painter.paint(&self.painted.picture);
        }
    }
}

/// The stage of one playground.
pub(super) type Kept = StoredValue<Stage, LocalStorage>;

/// Paints whenever something changes, and hears the pointer.
pub fn start(page: Page) {
    let kept: Kept = StoredValue::new_local(Stage::default());
    let Some(rows) = page.find(".rows") else { return };
    pointer::listen(page, kept);
    let scrolled = rows.clone();
    dom::listen(&rows, "scroll", move |_| {
        page.look.update(|look| look.top = f64::from(scrolled.scroll_top()))
    });
    if let Some(details) = page.find(".doings") {
        let opened = details.clone();
        dom::listen(&details, "toggle", move |_| {
            page.look.update(|look| look.words = opened.has_attribute("open"))
        });
    }
    if let Ok(rows) = rows.dyn_into::<HtmlElement>() {
        dom::watch_size(&rows, move |width, height| {
            page.look.update(|look| (look.width, look.height) = (width, height))
        });
    }
    dom::effect(move || {
        page.results.track();
        page.player.track();
        page.look.track();
        if page.look.with_untracked(|look| look.prints) {
            // Paper does not wait for a frame.
            kept.update_value(|stage| stage.paint(page));
            return;
        }
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
        let Some((recording, past)) = on_stage(page) else {
            return;
        };
        self.take_up(page, &recording, past.as_deref());
        page.look.with_untracked(|look| {
            page.player.with_untracked(|player| {
                let mut lit = Lit::of(&recording, past.as_deref(), look);
                if let Some(view) = self.now.view(&recording, player, look, &lit) {
                    overview::overview(&view, &mut self.columns, &mut self.whole);
                    lane::axis(&view, &mut self.axis);
                }
                self.now.paint(&recording, player, look, &lit);
                // The same request came to the other run as well; a worker did something else there.
                lit.segment = None;
                if let Some(past) = &past {
                    self.past.paint(past, player, look, &lit);
                }
            })
        });
        if let Some([whole, axis]) = &mut self.painters {
            whole.paint(&self.whole);
            axis.paint(&self.axis);
        }
        let too_many = self.now.painted.too_many_calls;
        if page.look.with_untracked(|look| look.too_many_calls != too_many) {
            page.look.update(|look| look.too_many_calls = too_many);
        }
        let head = page.player.with_untracked(|player| player.head);
        self.live.show(page, &recording, head);
        self.say(page, &recording, past.as_deref());
    }

    /// Rows for these scenarios, width and order, and painters for this light and resolution.
    fn take_up(&mut self, page: Page, recording: &Recording, past: Option<&Recording>) {
        let (width, height, dark, order) = page.look.with_untracked(|look| {
            let order = (look.order != self.order).then(|| look.order.clone());
            (look.width, look.height, look.is_dark(), order)
        });
        let is_new = order.is_some();
        self.order = order.unwrap_or_else(|| std::mem::take(&mut self.order));
        if self.now.take_up(&recording.scenario, width, &self.order, is_new)
            && let Some((_, _, rows)) = &self.now.rows
        {
            groups::show(page, rows);
        }
        if let Some(past) = past {
            self.past.take_up(&past.scenario, width, &self.order, is_new);
        }
        if let Some(place) = page.find(".past") {
            let shown = self.past.rows.as_ref().filter(|_| past.is_some());
            // Only an element that is gone refuses an attribute.
            let _ = place.toggle_attribute_with_force("hidden", shown.is_none());
            if let Some((_, _, rows)) = shown {
                dom::set_length(&place, "height", rows.height.min(height.max(1.0)));
            }
        }
        let ratio = window().device_pixel_ratio();
        if !self.painters.as_ref().is_some_and(|[axis, _]| axis.fits(dark, ratio)) {
            let painter = |selector| Painter::new(&page.find(selector)?.dyn_into().ok()?, dark, ratio);
            self.painters = painter(".whole").zip(painter(".axis")).map(<[Painter; 2]>::from);
            self.now.painter = painter(".rows canvas");
            self.past.painter = painter(".past canvas");
        }
    }

    /// The service that folds at a place in the gutter, `top` being how far the rows are scrolled.
    pub(super) fn name_at(&self, (x, y): Point, top: f64) -> Option<String> {
        let (_, _, rows) = self.now.rows.as_ref()?;
        let y = if y < rows.pinned { y } else { y + top };
        let group = rows
            .group_at(y)
            .filter(|group| x < rows.gutter && group.folded.is_some())?;
        Some(group.name.clone())
    }

    /// The width of the lanes' names.
    pub(super) fn gutter(&self) -> f64 {
        self.now.rows.as_ref().map_or(0.0, |(_, _, rows)| rows.gutter)
    }

    /// The same in words.
    fn say(&mut self, page: Page, recording: &Recording, past: Option<&Recording>) {
        let (words, tip, selected) = page.look.with_untracked(|look| {
            let tip = look.hovered.and_then(|hovered| {
                let words = words_of(side(recording, past, &hovered)?, hovered.hit)?;
                Some((words, hovered))
            });
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
            let mut words = super::doings::rows(recording, head, "");
            if let Some(past) = past {
                words.add(&super::doings::rows(past, head, "before: "));
            }
            dom::replace(&table, &words.into_string(), &mut self.table);
        }
        if let (true, Some(list)) = (words, page.find("[data-test=disturbances]")) {
            let markup = super::doings::disturbances(&recording.scenario).into_string();
            dom::replace(&list, &markup, &mut self.list);
        }
    }
}

fn words_of(recording: &Recording, hit: Hit) -> Option<String> {
    let (scenario, trace) = (&recording.scenario, &recording.trace);
    match hit {
        Hit::Segment(row) => {
            let segment = trace.segments.get(row as usize)?;
            let lane = lane_name(scenario, segment.lane)?;
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

/// Shows words beside the pointer, on the sides where there is room.
fn show_tip(page: Page, tip: Option<(String, Hovered)>) {
    let Some(shown) = page.find("p.tip").and_then(|tip| tip.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    shown.set_hidden(tip.is_none());
    let Some((words, Hovered { at, room, .. })) = tip else {
        return;
    };
    shown.set_text_content(Some(&words));
    let ways = [
        (["left", "right"], at.0, room.0, 14.0),
        (["top", "bottom"], at.1, room.1, 12.0),
    ];
    for ([start, end], at, length, gap) in ways {
        let (near, far, at) = match at > length / 2.0 {
            true => (end, start, length - at),
            false => (start, end, at),
        };
        dom::set_style(&shown, far, "auto");
        dom::set_length(&shown, near, at + gap);
    }
}

/// Shows all of the request that is lit up, or else of the run.
pub fn fit(page: Page) {
    let pinned = page.look.with_untracked(|look| look.pinned);
    let request = page.results.with_untracked(|results| {
        let trace = &results.recording.as_ref()?.trace;
        let request = trace.requests.get(row_of(trace, pinned?)? as usize)?;
        let end = [request.completed, request.returned]
            .into_iter()
            .find(|at| *at != Instant::NEVER);
        Some((request.offered, end.unwrap_or(trace.until)))
    });
    page.player.update(|player| match request {
        Some((from, until)) => player.fit(from.0 as f64, until.0 as f64),
        None => player.fit(0.0, player.duration),
    });
}

/// The service of the selected segment: its name and its lanes.
pub fn chosen_service(page: Page) -> Option<(String, Range<u32>)> {
    let lane = page.look.with_untracked(|look| look.segment)?.lane;
    page.results.with_untracked(|results| {
        let scenario = &results.recording.as_ref()?.scenario;
        let firsts = scenario.first_lanes();
        let next = firsts.partition_point(|first| *first <= lane);
        let service = next.checked_sub(1)?;
        let end = firsts.get(next).copied().unwrap_or(u32::MAX);
        Some((scenario.services.get(service)?.name.clone(), firsts[service]..end))
    })
}

/// Whose events the reader steps through: as chosen, or anybody's where nobody is meant.
pub fn whose(page: Page, trace: &Trace) -> Whose {
    let found = match page.look.with_untracked(|look| look.stride) {
        Stride::Event => None,
        Stride::Request => {
            let pinned = page.look.with_untracked(|look| look.pinned);
            pinned.and_then(|story| row_of(trace, story)).map(Whose::Request)
        }
        Stride::Service => chosen_service(page).map(|(_, lanes)| Whose::Lanes(lanes)),
    };
    found.unwrap_or(Whose::Anybody)
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
        "0" => fit(page),
        "c" | "C" | "p" | "P" => {
            if let Some((service, _)) = chosen_service(page) {
                page.look.update(|look| {
                    if matches!(key, "c" | "C") {
                        look.fold(&service)
                    } else {
                        look.pin(&service)
                    }
                });
            }
        }
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
        dom::set_style(root, name, color);
    }
}
