//! What the backend found out: orders out, answers in.
//!
//! ```text
//! desk ─▶ Measure ─▶ Progress … Measured ─▶ figures (and those before)     full speed
//! player ─▶ Record ─────────▶ Recorded ───▶ recording                       microscope
//! ```
//!
//! Law: an answer to an order that is no longer wanted changes nothing. What is on screen stays until what replaces
//! it is here.

use super::bridge::{Bridge, Heard};
use super::desk::Hand;
use super::page::Page;
use super::recording::Recording;
use super::window::{Window, wanted};
use crate::metrics::Responses;
use crate::metrics::wire::Sealed;
use crate::picture::index::Index;
use crate::protocol::{Finding, Findings, FromBackend, RunId, ToBackend, VERSION};
use crate::scenario::walk::Packed;
use crate::time::Instant;
use crate::trace::{Sizes, Trace};
use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// How long typing has to rest until it is run, in milliseconds.
const REST_MS: u32 = 250;
/// How long a backend may take to get ready, in milliseconds.
const START_MS: u32 = 20_000;
/// How many spans a recording may have; twice as many segments. Together about 200 MB.
const BUDGET: u32 = 1_200_000;

/// Whether there is somebody to give orders to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Starting,
    /// Nobody is asked until somebody looks again.
    Asleep,
    Ready,
    /// The page and its backend are of different builds.
    OtherVersion(u32),
    /// The backend ended; the text says how, and in what it was at work.
    Broken(String),
}

/// What the backend found out.
pub struct Results {
    pub status: Status,
    /// The latest figures.
    pub figures: Option<Arc<Finding>>,
    /// The response times of which they are, where the run is finished.
    pub responses: Responses,
    /// The figures of the scenario before the last change.
    pub before: Option<Arc<Finding>>,
    /// Whether those stay beside all that follow: the run that was forked.
    pub keeps_before: bool,
    /// Whether newer figures are under way.
    pub measuring: bool,
    pub recording: Option<Arc<Recording>>,
    /// What was recorded of the run before the last change, where the reader compares.
    pub past: Option<Arc<Recording>>,
    /// Why the backend could not carry out an order.
    pub refusal: Option<String>,
    /// The most spans (or half as many segments) per simulated nanosecond in any recording of this scenario that hit the budget.
    crowd: f64,
}

impl Results {
    /// Nothing is known yet.
    pub(super) fn new() -> Results {
        Results {
            status: Status::Starting,
            figures: None,
            responses: Responses::default(),
            before: None,
            keeps_before: false,
            measuring: false,
            recording: None,
            past: None,
            refusal: None,
            crowd: 0.0,
        }
    }

    /// What there is to tell of the figures.
    pub fn findings(&self, seed: u64, edge: String, dark: bool) -> Findings {
        Findings {
            now: self.figures.as_deref().cloned(),
            before: self.before.as_deref().cloned(),
            is_measuring: self.measuring,
            seed,
            edge,
            dark,
        }
    }
}

impl Results {
    /// The lanes before the last change, once they are here.
    pub fn to_compare(&self) -> Option<Arc<Recording>> {
        let (past, before) = (self.past.as_ref()?, self.before.as_ref()?);
        Arc::ptr_eq(&past.scenario, &before.scenario).then(|| Arc::clone(past))
    }
}

/// Of which run lanes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Now,
    Before,
}

/// A run that was ordered.
#[derive(Clone)]
struct Ordered {
    run: RunId,
    scenario: Arc<Packed>,
    seed: u64,
    entry: &'static str,
    /// What was to be recorded; none for figures.
    window: Option<Window>,
}

/// A recording of which pieces are still to come.
struct Coming {
    run: RunId,
    trace: Trace,
    index: Index,
}

impl Ordered {
    /// Whether this is the same run.
    fn is_of(&self, scenario: &Arc<Packed>, seed: u64) -> bool {
        Arc::ptr_eq(&self.scenario, scenario) && self.seed == seed
    }
}

/// The page's side of the orders: what was ordered, and from whom.
#[derive(Default)]
pub struct Office {
    bridge: Option<Bridge>,
    measured: Option<Ordered>,
    /// The last order of lanes of either side.
    recorded: [Option<Ordered>; 2],
    /// The side of which lanes are under way: a newer order would replace this one.
    awaited: Option<Side>,
    coming: Option<Coming>,
    last_run: u64,
    /// While all rests: whether the play head moved before.
    asleep: Option<bool>,
    /// Whether the play head moves in every frame.
    pub(super) is_running: bool,
    /// What is run once typing rests.
    rest: Option<Rest>,
}

/// A run that waits until typing rests. A timer that is dropped does not fire.
struct Rest {
    scenario: Arc<Packed>,
    seed: u64,
    _timer: Timeout,
}

impl Office {
    fn next_run(&mut self) -> RunId {
        self.last_run += 1;
        RunId(self.last_run)
    }
}

/// Starts a backend; one that is there already ends.
pub fn start(page: Page) {
    page.office.update_value(|office| {
        *office = Office {
            last_run: office.last_run,
            is_running: office.is_running,
            ..Office::default()
        };
    });
    match Bridge::open() {
        Ok((bridge, heard)) => {
            page.results.update(|results| results.status = Status::Starting);
            page.office.update_value(|office| office.bridge = Some(bridge));
            spawn_local(listen(page, heard));
            give_up_later(page);
        }
        Err(why) => page.results.update(|results| results.status = Status::Broken(why)),
    }
}

/// Lets the backend go and the play head stand until it wakes; what is on screen stays.
pub fn rest(page: Page, asleep: bool) {
    let was_asleep = page.office.with_value(|office| office.asleep.is_some());
    if asleep && !was_asleep {
        let playing = page.player.with_untracked(|player| player.playing);
        page.player.update(|player| player.playing = false);
        page.results.update(|results| results.status = Status::Asleep);
        page.office
            .update_value(|office| (office.bridge, office.asleep) = (None, Some(playing)));
    } else if was_asleep && !asleep {
        let played = page.office.try_update_value(|office| office.asleep.take()).flatten();
        start(page);
        page.player.update(|player| player.playing |= played == Some(true));
    }
}

async fn listen(page: Page, mut heard: UnboundedReceiver<Heard>) {
    while let Some(heard) = heard.next().await {
        if page.results.is_disposed() {
            return;
        }
        match heard {
            Heard::Said(said) => hear(page, said),
            Heard::Broke(why) => break_down(page, why),
        }
    }
}

fn give_up_later(page: Page) {
    Timeout::new(START_MS, move || {
        let status = page.results.try_with_untracked(|results| results.status.clone());
        if status == Some(Status::Starting) {
            break_down(page, "the simulation does not start".to_string());
        }
    })
    .forget();
}

fn send(page: Page, order: &ToBackend) {
    let sent = page
        .office
        .with_value(|office| office.bridge.as_ref().map(|bridge| bridge.send(order)));
    if let Some(Err(why)) = sent {
        break_down(page, why);
    }
}

fn hear(page: Page, said: FromBackend) {
    match said {
        FromBackend::Ready { version, .. } => page.results.update(|results| {
            results.status = match version {
                VERSION => Status::Ready,
                other => Status::OtherVersion(other),
            };
        }),
        FromBackend::Progress { run, report } => take_report(page, run, report, None),
        FromBackend::Measured { run, report, responses } => take_report(page, run, report, Some(responses)),
        FromBackend::Recorded { run, sizes, piece } => take_piece(page, run, sizes, piece),
        FromBackend::Refused { why, .. } => page.results.update(|results| results.refusal = Some(why)),
        FromBackend::Panicked { why } => break_down(page, why),
    }
}

/// Takes figures; those of a finished run come with the response times of which they are.
fn take_report(page: Page, run: RunId, report: Sealed, responses: Option<Responses>) {
    let measured = page.office.with_value(|office| office.measured.clone());
    let Some(ordered) = measured.filter(|ordered| ordered.run == run) else {
        return;
    };
    page.results.update(|results| {
        let is_finished = responses.is_some();
        results.measuring = !is_finished;
        results.responses = responses.unwrap_or_default();
        results.figures = Some(Arc::new(Finding {
            scenario: ordered.scenario,
            report,
            is_finished,
        }));
    });
}

/// Puts a piece of a recording to those that are here; the last one makes it a recording.
fn take_piece(page: Page, run: RunId, sizes: Sizes, piece: Trace) {
    let ordered = page.office.with_value(|office| {
        let side = office.awaited?;
        let ordered = office.recorded[side as usize].clone()?;
        (ordered.run == run).then_some((side, ordered))
    });
    let Some((side, ordered)) = ordered else { return };
    let here = page.office.try_update_value(|office| office.coming.take());
    let here = here.flatten().filter(|coming| coming.run == run);
    let mut coming = here.unwrap_or_else(|| Coming {
        run,
        trace: piece.with_room(sizes),
        index: Index::new(&ordered.scenario, &piece, sizes),
    });
    coming.index.add(&ordered.scenario, &piece);
    coming.trace.append(piece);
    if coming.trace.sizes() != sizes {
        page.office.update_value(|office| office.coming = Some(coming));
        return;
    }
    coming.index.finish();
    page.office.update_value(|office| office.awaited = None);
    take_recording(page, side, ordered, coming);
}

fn take_recording(page: Page, side: Side, ordered: Ordered, Coming { trace, index, .. }: Coming) {
    let (reach, spans) = (trace.until.0 as f64, trace.spans.len());
    page.results.update(|results| {
        if trace.truncated {
            let rows = (trace.segments.len() / 2).max(trace.spans.len()) as f64;
            let crowd = rows / trace.until.since(trace.from).0.max(1) as f64;
            results.crowd = results.crowd.max(crowd);
        }
        let recording = Some(Arc::new(Recording {
            scenario: ordered.scenario,
            trace,
            index,
        }));
        match side {
            Side::Now => results.recording = recording,
            Side::Before => results.past = recording,
        }
    });
    if side == Side::Before {
        return;
    }
    page.player.update(|player| player.reach = reach);
    if let Some(rows) = page.find(".rows") {
        // How much is there to be seen, for who measures the page.
        let _ = rows.set_attribute("data-spans", &spans.to_string());
    }
}

fn break_down(page: Page, why: String) {
    let at = page.office.try_update_value(|office| {
        office.bridge = None;
        let last = office.measured.as_ref()?;
        let (name, seed) = (&last.scenario.name, last.seed);
        Some(format!("{why} (scenario “{name}”, seed {seed})"))
    });
    page.results.update(|results| {
        results.measuring = false;
        results.status = Status::Broken(at.flatten().unwrap_or(why));
    });
}

/// Orders what is wanted and has not been ordered yet: figures of the scenario on the desk, lanes around the head, and those
/// before the last change where the reader compares.
pub fn give_orders(page: Page) {
    let Some((scenario, seed, entry, hand)) = page.desk.with(|desk| {
        let scenario = Arc::clone(desk.scenario.as_ref()?);
        Some((scenario, desk.seed(), desk.entry, desk.hand))
    }) else {
        return;
    };
    if page.results.with(|results| results.status != Status::Ready) {
        return;
    }
    let measured = page.office.with_value(|office| office.measured.clone());
    let is_measured = measured.is_some_and(|last| last.is_of(&scenario, seed));
    if !is_measured && hand == Hand::Placed {
        measure(page, Arc::clone(&scenario), seed, entry);
    } else if !is_measured {
        measure_later(page, &scenario, seed, entry);
    }
    let before = page
        .results
        .with(|results| results.before.as_ref().map(|before| Arc::clone(&before.scenario)));
    // The lanes of now come first; those of before wait until nothing is under way that their order would replace.
    if !order_lanes(page, Side::Now, scenario, seed, entry)
        && let Some(before) = before.filter(|_| page.look.with_untracked(|look| look.compares))
    {
        order_lanes(page, Side::Before, before, seed, entry);
    }
}

/// Orders lanes around the head where they are not here; whether some of this side are under way.
fn order_lanes(page: Page, side: Side, scenario: Arc<Packed>, seed: u64, entry: &'static str) -> bool {
    let (recorded, awaited) = page
        .office
        .with_value(|office| (office.recorded[side as usize].clone(), office.awaited));
    let recorded = recorded.filter(|last| last.is_of(&scenario, seed));
    let (left, span, head) = page.player.with(|player| (player.left(), player.span(), player.head));
    let is_here = page.results.with_untracked(|results| {
        let recording = match side {
            Side::Now => &results.recording,
            Side::Before => &results.past,
        };
        let covers = recording
            .as_ref()
            .is_some_and(|here| here.covers(&scenario, left, span));
        recorded.is_some() && covers
    });
    let crowd = page.results.with_untracked(|results| results.crowd);
    let crowd = if recorded.is_some() { crowd } else { 0.0 };
    let window = wanted(left, span, head, crowd, BUDGET);
    if !is_here && recorded.is_none_or(|last| last.window != Some(window)) {
        record(page, side, scenario, seed, entry, window);
        return true;
    }
    awaited == Some(side)
}

/// Orders figures once typing rests. Whatever else moves meanwhile, such as the play head, does not begin the wait anew.
fn measure_later(page: Page, scenario: &Arc<Packed>, seed: u64, entry: &'static str) {
    page.office.update_value(|office| {
        let waits = |rest: &Rest| Arc::ptr_eq(&rest.scenario, scenario) && rest.seed == seed;
        if office.rest.as_ref().is_some_and(waits) {
            return;
        }
        let typed = Arc::clone(scenario);
        office.rest = Some(Rest {
            scenario: Arc::clone(scenario),
            seed,
            _timer: Timeout::new(REST_MS, move || measure(page, typed, seed, entry)),
        });
    });
}

fn measure(page: Page, scenario: Arc<Packed>, seed: u64, entry: &'static str) {
    let order = page.office.try_update_value(|office| {
        let run = office.next_run();
        let same_entry = office.measured.as_ref().is_some_and(|last| last.entry == entry);
        office.rest = None;
        office.measured = Some(Ordered {
            run,
            scenario: Arc::clone(&scenario),
            seed,
            entry,
            window: None,
        });
        (run, same_entry)
    });
    let Some((run, same_entry)) = order else { return };
    page.results.update(|results| {
        // The last finished figures become those before, unless they are another entry's.
        let finished = results.figures.clone().filter(|figures| figures.is_finished);
        results.keeps_before &= same_entry;
        results.before = match same_entry {
            true if results.keeps_before => results.before.take(),
            true => finished.or(results.before.take()),
            false => None,
        };
        results.measuring = true;
        results.refusal = None;
        results.crowd = 0.0;
    });
    send(page, &ToBackend::Measure { run, scenario, seed });
}

fn record(page: Page, side: Side, scenario: Arc<Packed>, seed: u64, entry: &'static str, window: Window) {
    let run = page.office.try_update_value(|office| {
        let run = office.next_run();
        // What was under way is replaced, and has to be ordered again.
        if let Some(replaced) = office.awaited.replace(side) {
            office.recorded[replaced as usize] = None;
        }
        office.recorded[side as usize] = Some(Ordered {
            run,
            scenario: Arc::clone(&scenario),
            seed,
            entry,
            window: Some(window),
        });
        run
    });
    let Some(run) = run else { return };
    let order = ToBackend::Record {
        run,
        scenario,
        seed,
        from: Instant(window.from),
        until: Instant(window.until),
        budget: BUDGET,
    };
    send(page, &order);
}
