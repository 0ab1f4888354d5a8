//! The lanes: what every worker does, painted in frames, with a selection that pointer and keys share.
//!
//! Law: a pointer hits what was painted last. Everything on the canvas is also said in words: the selection by a
//! status line, the whole of the workers by a table.

use crate::picture::lane::{self, MOST_CALLS, View};
use crate::picture::row::{AXIS, Rows};
use crate::picture::shape::{Hit, Picture};
use crate::scenario::ClientId;
use crate::time::Instant;
use crate::trace::{Segment, Trace, lane_names};
use crate::ui::cursor::{self, Move};
use crate::ui::panel::doings::Doings;
use crate::ui::part::canvas::Painter;
use crate::ui::part::frame::{paint_in_frames, size_of};
use crate::ui::part::icon::{Icon, Sign};
use crate::ui::player::Player;
use crate::ui::results::{Recording, Results};
use crate::ui::words;
use leptos::ev::{KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// A request that keeps its name in every recording of a run.
type Story = (ClientId, Instant);

/// What is painted, and what is selected on it.
#[derive(Clone, Copy)]
pub struct Stage {
    player: Player,
    results: Results,
    dark: Memo<bool>,
    width: Memo<f64>,
    rows: Memo<Option<Arc<Rows>>>,
    /// The segment that the keys or a click selected.
    chosen: RwSignal<Option<Segment>>,
    /// The request that stays lit up.
    pinned: RwSignal<Option<Story>>,
    /// What is under the pointer, and where.
    hovered: RwSignal<Option<(Hit, f64, f64)>>,
    /// How many calls in view had no room for arrows.
    hidden_calls: RwSignal<usize>,
    painted: StoredValue<Picture, LocalStorage>,
    /// Where a drag began: the pixel, and the left end of the view then.
    drag: StoredValue<Option<(f64, f64)>>,
}

/// The lanes with their legend, axis and words.
#[component]
pub fn Lanes(
    /// The play head.
    player: Player,
    /// Where the recording comes from.
    results: Results,
    /// Whether it is dark.
    dark: Memo<bool>,
) -> impl IntoView {
    let surface = NodeRef::<html::Div>::new();
    let size = size_of(surface);
    let width = Memo::new(move |_| size.get().0);
    let rows = Memo::new(move |_| {
        let scenario = results
            .recording
            .with(|recording| recording.as_ref().map(|r| Arc::clone(&r.scenario)))?;
        (width.get() > 0.0).then(|| Arc::new(Rows::new(&scenario, width.get())))
    });
    let stage = Stage {
        player,
        results,
        dark,
        width,
        rows,
        chosen: RwSignal::new(None),
        pinned: RwSignal::new(None),
        hovered: RwSignal::new(None),
        hidden_calls: RwSignal::new(0),
        painted: StoredValue::new_local(Picture::default()),
        drag: StoredValue::new(None),
    };
    view! {
        <section class="panel lanes" aria-label="Lanes">
            <header>
                <h2>"Lanes"</h2>
                <Legend />
                <Hint stage=stage />
                <Tools player=player />
            </header>
            <Surface stage=stage surface=surface />
            <p class="unseen" role="status" data-test="selected">{move || stage.selected_words()}</p>
            <Doings player=player results=results />
        </section>
    }
    .into_any()
}

/// What the patterns and lines mean.
#[component]
fn Legend() -> impl IntoView {
    view! {
        <ul class="legend" aria-label="Legend">
            <li><span class="key running"></span>"running"</li>
            <li><span class="key blocked"></span>"blocked"</li>
            <li><span class="key waiting"></span>"waiting for a core"</li>
            <li><span class="key idle"></span>"idle"</li>
            <li><span class="key call"></span>"call, caller waits"</li>
            <li><span class="key free"></span>"call, caller goes on"</li>
        </ul>
    }
    .into_any()
}

/// Why something is not on the lanes.
#[component]
fn Hint(
    /// What is painted.
    stage: Stage,
) -> impl IntoView {
    let hint = move || match stage.hidden_calls.get() {
        0 => String::new(),
        _ => format!("More than {MOST_CALLS} calls in view: come closer to see their arrows"),
    };
    view! { <p class="quiet" aria-live="off">{hint}</p> }.into_any()
}

#[component]
fn Tools(
    /// The play head.
    player: Player,
) -> impl IntoView {
    view! {
        <div class="tools">
            <button
                type="button"
                title="Let the lanes follow the play head (F)"
                aria-pressed=move || player.anchor.get().is_none().to_string()
                on:click=move |_| player.anchor.set(None)
            >
                "Follow"
            </button>
            <button type="button" aria-label="Farther" title="Farther (S)" on:click=move |_| player.come_closer(0.5, 0.5)>
                <Icon sign=Sign::Farther />
            </button>
            <button type="button" aria-label="Closer" title="Closer (W)" on:click=move |_| player.come_closer(2.0, 0.5)>
                <Icon sign=Sign::Closer />
            </button>
        </div>
    }
    .into_any()
}

/// The axis, the canvas that scrolls under it, and the tooltip.
#[component]
fn Surface(
    /// What is painted.
    stage: Stage,
    /// The element whose width the picture has.
    surface: NodeRef<html::Div>,
) -> impl IntoView {
    let (axis, body) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new());
    stage.paint(axis, body);
    let height = move || stage.rows.get().map_or(0.0, |rows| rows.height);
    let point = move |event: &PointerEvent| (f64::from(event.offset_x()), f64::from(event.offset_y()));
    view! {
        <canvas class="axis" node_ref=axis aria-hidden="true" style:height=move || px(AXIS)></canvas>
        <div
            class="rows"
            node_ref=surface
            tabindex="0"
            role="application"
            aria-roledescription="lanes"
            aria-label="Lanes of all workers. Arrow keys go from span to span, W and S closer and farther, A and D left and right; Enter lights up a request, Escape lets go."
            on:keydown=move |event| stage.key(&event)
            on:wheel=move |event| stage.wheel(&event)
        >
            <canvas
                node_ref=body
                aria-hidden="true"
                style:height=move || px(height())
                on:pointermove=move |event| stage.point_at(point(&event), event.buttons() == 1)
                on:pointerdown=move |event| stage.press(point(&event))
                on:pointerup=move |event| stage.release(point(&event))
                on:pointerleave=move |_| stage.leave()
            ></canvas>
            <Tip stage=stage />
        </div>
    }
    .into_any()
}

/// What is under the pointer.
#[component]
fn Tip(
    /// What is painted.
    stage: Stage,
) -> impl IntoView {
    move || {
        let (hit, x, y) = stage.hovered.get()?;
        let words = stage.words_of(hit)?;
        let before = x > stage.width.get() / 2.0;
        let place = if before { stage.width.get() - x + 14.0 } else { x + 14.0 };
        let (left, right) = if before {
            ("auto".to_string(), px(place))
        } else {
            (px(place), "auto".to_string())
        };
        Some(
            view! { <p class="tip" aria-hidden="true" style:left=left style:right=right style:top=px(y + 12.0)>{words}</p> },
        )
    }
}

/// A length as CSS writes it.
fn px(length: f64) -> String {
    (length.round() as i32).to_string() + "px"
}

impl Stage {
    /// Paints both canvases in the next frame after anything has changed.
    fn paint(self, axis: NodeRef<html::Canvas>, body: NodeRef<html::Canvas>) {
        let painters = StoredValue::new_local(None::<[Painter; 2]>);
        let track = move || {
            self.results.recording.track();
            self.rows.track();
            self.dark.track();
            self.chosen.track();
            self.pinned.track();
            self.hovered.track();
            let _ = (self.player.left(), self.player.span(), self.player.head.get());
        };
        paint_in_frames(track, move || {
            let (dark, ratio) = (self.dark.get(), window().device_pixel_ratio());
            let fits = painters.with_value(|kept| kept.as_ref().is_some_and(|[axis, _]| axis.fits(dark, ratio)));
            if !fits {
                let canvases = axis.get().zip(body.get());
                painters.set_value(canvases.and_then(|(axis, body)| {
                    Some([Painter::new(&axis, dark, ratio)?, Painter::new(&body, dark, ratio)?])
                }));
            }
            self.show(|view| {
                let lanes = lane::lanes(view);
                painters.with_value(|painters| {
                    if let Some([on_axis, on_body]) = painters {
                        on_axis.paint(&lane::axis(view));
                        on_body.paint(&lanes.picture);
                    }
                });
                self.painted.set_value(lanes.picture);
                if self.hidden_calls.get() != lanes.hidden_calls {
                    self.hidden_calls.set(lanes.hidden_calls);
                }
            });
        });
    }

    /// What is to be seen now, for whoever shows it.
    fn show(&self, shows: impl FnOnce(&View)) {
        let (Some(recording), Some(rows)) = (self.results.recording.get_untracked(), self.rows.get_untracked()) else {
            return;
        };
        let trace = &recording.trace;
        let hovered = self
            .hovered
            .get_untracked()
            .and_then(|(hit, ..)| request_of(trace, hit));
        let pinned = self.pinned.get_untracked().and_then(|story| row_of(trace, story));
        let chosen = self
            .chosen
            .get_untracked()
            .and_then(|segment| cursor::again(trace, &segment));
        shows(&View {
            scenario: &recording.scenario,
            trace,
            rows: &rows,
            left: self.player.left(),
            span: self.player.span(),
            head: self.player.head.get_untracked(),
            width: self.width.get_untracked(),
            request: pinned.or(hovered),
            segment: chosen.map(|row| row as u32),
        });
    }

    fn recording(&self) -> Option<Arc<Recording>> {
        self.results.recording.get_untracked()
    }

    fn words_of(&self, hit: Hit) -> Option<String> {
        let recording = self.recording()?;
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
    fn selected_words(&self) -> String {
        let Some(chosen) = self.chosen.get() else {
            return String::new();
        };
        let words = self.recording().and_then(|recording| {
            let row = cursor::again(&recording.trace, &chosen)?;
            self.words_of(Hit::Segment(row as u32))
        });
        words.unwrap_or_default()
    }

    fn point_at(&self, (x, y): (f64, f64), pressed: bool) {
        if let (true, Some((start, left))) = (pressed, self.drag.get_value()) {
            let part = (start - x) / (self.width.get_untracked() - self.gutter()).max(1.0);
            if part.abs() > 0.002 {
                self.player.look_at(left + part * untrack(|| self.player.span()));
            }
            return;
        }
        let hit = self.painted.with_value(|picture| picture.hit((x, y)));
        self.hovered.set(hit.map(|hit| (hit, x, y)));
    }

    fn leave(&self) {
        self.hovered.set(None);
        self.drag.set_value(None);
    }

    fn press(&self, (x, _): (f64, f64)) {
        self.drag.set_value(Some((x, untrack(|| self.player.left()))));
    }

    /// A click, unless the pointer was dragged: lights a request up, or lets go.
    fn release(&self, (x, y): (f64, f64)) {
        let start = self.drag.get_value();
        self.drag.set_value(None);
        if start.is_some_and(|(start, _)| (start - x).abs() > 3.0) {
            return;
        }
        let hit = self.painted.with_value(|picture| picture.hit((x, y)));
        let recording = self.recording();
        let chosen = recording.as_ref().zip(hit).and_then(|(recording, hit)| match hit {
            Hit::Segment(row) => recording.trace.segments.get(row as usize).copied(),
            Hit::Span(_) => None,
        });
        self.chosen.set(chosen);
        self.pinned.set(
            recording
                .zip(hit)
                .and_then(|(recording, hit)| story_of(&recording.trace, hit)),
        );
    }

    fn wheel(&self, event: &WheelEvent) {
        let (dx, dy) = (event.delta_x(), event.delta_y());
        let along = if event.shift_key() { dy } else { dx };
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let inner = (self.width.get_untracked() - self.gutter()).max(1.0);
            let at = ((f64::from(event.offset_x()) - self.gutter()) / inner).clamp(0.0, 1.0);
            self.player.come_closer(if dy < 0.0 { 1.2 } else { 1.0 / 1.2 }, at);
        } else if along.abs() > dy.abs() || event.shift_key() {
            event.prevent_default();
            self.player.pan(along / 1200.0);
        }
    }

    fn gutter(&self) -> f64 {
        self.rows
            .with_untracked(|rows| rows.as_ref().map_or(0.0, |rows| rows.gutter))
    }

    /// Keys that belong to the lanes alone.
    fn key(&self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "w" | "W" => self.player.come_closer(1.5, 0.5),
            "s" | "S" => self.player.come_closer(1.0 / 1.5, 0.5),
            "a" | "A" => self.player.pan(-0.2),
            "d" | "D" => self.player.pan(0.2),
            "ArrowRight" => self.go(Move::Next),
            "ArrowLeft" => self.go(Move::Before),
            "ArrowUp" => self.go(Move::Above),
            "ArrowDown" => self.go(Move::Below),
            "Enter" => self.pin_chosen(),
            "Escape" => self.let_go(),
            _ => return,
        }
        event.prevent_default();
    }

    fn go(&self, to: Move) {
        let Some(recording) = self.recording() else { return };
        let trace = &recording.trace;
        self.player.playing.set(false);
        let here = self
            .chosen
            .get_untracked()
            .and_then(|segment| cursor::again(trace, &segment));
        let row = match here {
            Some(here) => cursor::go(trace, here, to),
            None => cursor::first(trace, self.player.now()),
        };
        if let Some(segment) = row.and_then(|row| trace.segments.get(row)) {
            self.chosen.set(Some(*segment));
            self.player.step_to(segment.start.0 as f64);
            self.pinned.set(story_of_span(trace, segment.span));
        }
    }

    fn pin_chosen(&self) {
        let Some(recording) = self.recording() else { return };
        let chosen = self.chosen.get_untracked();
        self.pinned
            .set(chosen.and_then(|segment| story_of_span(&recording.trace, segment.span)));
    }

    fn let_go(&self) {
        self.chosen.set(None);
        self.pinned.set(None);
    }
}

/// The request to which something on the lanes belongs, as a row of this recording.
fn request_of(trace: &Trace, hit: Hit) -> Option<u32> {
    let span = match hit {
        Hit::Segment(row) => trace.segments.get(row as usize)?.span,
        Hit::Span(row) => row,
    };
    trace.spans.get(span as usize).map(|span| span.request)
}

fn story_of(trace: &Trace, hit: Hit) -> Option<Story> {
    let request = trace.requests.get(request_of(trace, hit)? as usize)?;
    Some((request.client, request.offered))
}

fn story_of_span(trace: &Trace, span: u32) -> Option<Story> {
    story_of(trace, Hit::Span(span))
}

fn row_of(trace: &Trace, story: Story) -> Option<u32> {
    let found = trace
        .requests
        .iter()
        .position(|request| (request.client, request.offered) == story);
    found.map(|row| row as u32)
}
