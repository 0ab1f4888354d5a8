//! The request that is pinned: its figures, its waterfall, its sequence diagram and its story.
//!
//! ```text
//! lanes ─click▶ pinned ─▶ excerpt of the recording ─▶ pictures, words        hover ─▶ lit in the lanes and the topology
//! ranking ─slowest, failed, any─▶ pinned, and the lanes go there
//! ```
//!
//! Law: what is told of a request stays until more is known of it, however far the play head has gone on.

use crate::metrics::ranking::Story;
use crate::picture::shape::Hit;
use crate::protocol::{Excerpt, Telling};
use crate::scenario::walk::Packed;
use crate::told::html::Html;
use crate::told::way::WAYS;
use crate::trace::{Segment, Trace, excerpt, spans_of};
use crate::ui::look::{Look, request_of, row_of};
use crate::ui::page::{Page, key};
use crate::ui::panel::notice;
use crate::ui::part::dom;
use crate::ui::results::Results;
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::Element;

/// What is beside a picture in its panel, in pixels.
const PADDING: f64 = 28.0;

/// What is known of a request: a trace of nothing else, and of which scenario.
pub struct Known {
    pub scenario: Arc<Packed>,
    pub trace: Trace,
}

/// What is known of the pinned request: an excerpt of the latest recording in which it is, of this run.
pub fn pinned(results: RwSignal<Results>, look: RwSignal<Look>) -> Memo<Option<Arc<Known>>> {
    let story = key(move || {
        let pinned = look.with(|look| look.pinned);
        pinned.map_or(String::new(), |(client, number, at)| {
            [u64::from(client.0), number, at.0]
                .map(|part| part.to_string())
                .join(" ")
        })
    });
    Memo::new_with_compare(
        move |last: Option<&Option<Arc<Known>>>| {
            story.get();
            let pinned = look.with_untracked(|look| look.pinned);
            known(results, pinned, last.cloned().flatten())
        },
        |last, now| where_known(last) != where_known(now),
    )
}

/// Something else is known when it lies elsewhere.
fn where_known(known: Option<&Option<Arc<Known>>>) -> Option<*const Known> {
    known?.as_ref().map(Arc::as_ptr)
}

fn known(results: RwSignal<Results>, pinned: Option<Story>, last: Option<Arc<Known>>) -> Option<Arc<Known>> {
    let story = pinned?;
    let recording = results.with(|results| results.recording.clone())?;
    let found = row_of(&recording.trace, story).and_then(|row| excerpt(&recording.trace, row));
    let same_run =
        |last: &Arc<Known>| Arc::ptr_eq(&last.scenario, &recording.scenario) && row_of(&last.trace, story).is_some();
    let last = last.filter(same_run);
    let rows = |last: &Arc<Known>| last.trace.spans.len() + last.trace.segments.len();
    match found {
        Some(trace)
            if last
                .as_ref()
                .is_none_or(|last| rows(last) <= trace.spans.len() + trace.segments.len()) =>
        {
            let scenario = Arc::clone(&recording.scenario);
            Some(Arc::new(Known { scenario, trace }))
        }
        _ => last,
    }
}

/// Goes where a button says; whether it was one of these.
pub fn go(page: Page, act: &str) -> bool {
    if act == "unpin" {
        page.look.update(Look::let_go);
        return true;
    }
    if !WAYS.iter().any(|(way, _)| *way == act) {
        return false;
    }
    let pinned = page.look.with_untracked(|look| look.pinned);
    let figures = page.results.with_untracked(|results| results.figures.clone());
    let dice = (js_sys::Math::random() * 1e6) as u32;
    let found = page.reader().zip(figures);
    let found = found.map(|(reader, figures)| reader.seek(figures.report.clone(), act, pinned, dice));
    if let Some(Ok(Some(notable))) = found {
        let from = notable.offered.0 as f64;
        page.player
            .update(|player| player.show(from, from + notable.took.0 as f64));
        page.look.update(|look| {
            look.let_go();
            look.pinned = Some(notable.story());
        });
    }
    true
}

/// Figures of the pinned request and the chosen picture, or why there are none.
pub fn body(page: Page) -> Html {
    let Some(known) = page.request.get() else {
        return Html::new();
    };
    let (telling, width, dark) = page
        .look
        .with_untracked(|look| (look.telling, look.width, look.is_dark()));
    let excerpt = excerpt_of(&known.scenario, &known.trace, telling, width, dark);
    match page.reader().map(|reader| reader.tell_request(excerpt)) {
        Some(Ok(markup)) => Html::from_trusted(markup),
        Some(Err(problems)) => notice::problem(&problems),
        None => Html::new(),
    }
}

fn excerpt_of(scenario: &Arc<Packed>, trace: &Trace, telling: Telling, width: f64, dark: bool) -> Excerpt {
    Excerpt {
        scenario: Arc::clone(scenario),
        trace: trace.clone(),
        telling,
        width: (width - PADDING) as u32,
        dark,
    }
}

/// The pinned request as it is shown, to be saved.
pub fn picture(page: Page) -> Option<Excerpt> {
    let known = page.request.get_untracked()?;
    let excerpt = |look: &Look| excerpt_of(&known.scenario, &known.trace, look.telling, look.width, look.is_dark());
    Some(page.look.with_untracked(excerpt))
}

/// All that is recorded.
pub fn whole(page: Page) -> Option<Excerpt> {
    let recording = page.results.with_untracked(|results| results.recording.clone())?;
    Some(excerpt_of(
        &recording.scenario,
        &recording.trace,
        Telling::Story,
        0.0,
        false,
    ))
}

/// Hears what the pointer is on, in pictures and in the story.
pub fn listen(page: Page) {
    let Some(panel) = page.find(".request") else { return };
    dom::listen(&panel, "pointerover", move |event| {
        let lit = dom::target(&event).and_then(|target| pointed_at(page, &target));
        if page.look.with_untracked(|look| look.lit != lit) {
            page.look.update(|look| look.lit = lit);
        }
    });
    dom::listen(&panel, "pointerleave", move |_| {
        page.look.update(|look| look.lit = None)
    });
}

/// What a worker did for the call under the pointer.
fn pointed_at(page: Page, target: &Element) -> Option<Segment> {
    let number = |name: &str| {
        let element = target.closest(&(String::from("[") + name + "]")).ok()??;
        element.get_attribute(name)?.parse::<u32>().ok()
    };
    let known = page.request.get_untracked()?;
    let segments = &known.trace.segments;
    match (number("data-segment"), number("data-span")) {
        (Some(row), _) => segments.get(row as usize).copied(),
        (None, Some(row)) => segments.iter().find(|segment| segment.span == row).copied(),
        (None, None) => None,
    }
}

/// The names of the edges that are lit in the topology, one a line: first that of the call under the pointer, or nothing, then
/// those of the pinned request or of the one under the pointer.
pub fn lit_edges(page: Page) -> String {
    let (hovered, is_past) = page.look.with(|look| {
        let hovered = look.hovered;
        (hovered.map(|it| it.hit), hovered.is_some_and(|it| it.is_past))
    });
    let known = page.request.get();
    let recording = page.results.with_untracked(|results| match is_past {
        true => results.past.clone(),
        false => results.recording.clone(),
    });
    let (scenario, trace, request) = match (&known, &recording) {
        (Some(known), _) => (&known.scenario, &known.trace, Some(0)),
        (None, Some(recording)) => {
            let request = hovered.and_then(|hit| request_of(&recording.trace, hit));
            (&recording.scenario, &recording.trace, request)
        }
        (None, None) => return String::new(),
    };
    let name = |span: u32| {
        let span = trace.spans.get(span as usize)?;
        Some(scenario.edge(span.edge).name.clone())
    };
    let near = match hovered {
        Some(Hit::Span(row)) if page.look.with(|look| look.pinned.is_none()) => name(row),
        _ => page.look.with(|look| look.lit).and_then(|segment| name(segment.span)),
    };
    let own = request.into_iter().flat_map(|request| spans_of(trace, request));
    let edges = own.filter_map(|(row, _)| name(row));
    let lines: Vec<String> = [near.unwrap_or_default()].into_iter().chain(edges).collect();
    lines.join("\n")
}
