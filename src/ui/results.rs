//! The two clocks' results: orders go out when the scenario or the view changes, answers come in.
//!
//! ```text
//! scenario, seed ──────────▶ Measure ─▶ figures (and those before them)      statistics
//! scenario, seed, window ──▶ Record ──▶ recording                            microscope
//! ```
//!
//! Law: an answer to an order that is no longer wanted changes nothing. What is on screen stays until what replaces it is here.

use super::bridge::{Bridge, Heard};
use super::desk::{Desk, Hand};
use super::player::Player;
use super::window::{Window, wanted};
use crate::metrics::Report;
use crate::protocol::{FromBackend, RunId, ToBackend, VERSION};
use crate::scenario::Scenario;
use crate::time::Instant;
use crate::trace::Trace;
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
/// How many segments a recording may have.
const BUDGET: u32 = 60_000;

/// Whether there is somebody to give orders to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Starting,
    Ready,
    /// The page and its backend are of different builds.
    OtherVersion(u32),
    /// The backend ended; the text says how, and in what it was at work.
    Broken(String),
}

/// The figures of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    pub run: RunId,
    pub report: Arc<Report>,
    pub scenario: Arc<Scenario>,
    /// False while the run goes on.
    pub finished: bool,
}

/// What was recorded of a run, and of which.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    pub scenario: Arc<Scenario>,
    pub seed: u64,
    pub trace: Trace,
}

/// A run that was ordered.
#[derive(Clone)]
struct Ordered {
    run: RunId,
    scenario: Arc<Scenario>,
    seed: u64,
    entry: &'static str,
}

/// What the backend found out.
#[derive(Clone, Copy)]
pub struct Results {
    pub status: RwSignal<Status>,
    /// Name and version of the engine.
    pub engine: RwSignal<String>,
    /// The latest figures.
    pub figures: RwSignal<Option<Figures>>,
    /// The figures of the scenario before the last change.
    pub before: RwSignal<Option<Arc<Report>>>,
    /// Whether newer figures are under way.
    pub measuring: RwSignal<bool>,
    pub recording: RwSignal<Option<Arc<Recording>>>,
    /// Why the backend could not carry out an order.
    pub refusal: RwSignal<Option<String>>,
    /// The most segments and spans per simulated nanosecond in any recording of this scenario that hit the budget.
    crowd: RwSignal<f64>,
    bridge: StoredValue<Option<Bridge>, LocalStorage>,
    measured: StoredValue<Option<Ordered>>,
    recorded: StoredValue<Option<Ordered>>,
    last_run: StoredValue<u64>,
}

impl Results {
    /// Nothing is known yet.
    pub(super) fn new() -> Results {
        Results {
            status: RwSignal::new(Status::Starting),
            engine: RwSignal::new(String::new()),
            figures: RwSignal::new(None),
            before: RwSignal::new(None),
            measuring: RwSignal::new(false),
            recording: RwSignal::new(None),
            refusal: RwSignal::new(None),
            crowd: RwSignal::new(0.0),
            bridge: StoredValue::new_local(None),
            measured: StoredValue::new(None),
            recorded: StoredValue::new(None),
            last_run: StoredValue::new(0),
        }
    }

    /// Starts a backend; one that is there already ends.
    pub fn start(&self, player: Player) {
        let results = *self;
        results.bridge.set_value(None);
        results.status.set(Status::Starting);
        match Bridge::open() {
            Ok((bridge, heard)) => {
                results.bridge.set_value(Some(bridge));
                spawn_local(listen(results, player, heard));
                give_up_later(results);
            }
            Err(why) => results.status.set(Status::Broken(why)),
        }
    }

    fn next_run(&self) -> RunId {
        self.last_run.update_value(|run| *run += 1);
        RunId(self.last_run.get_value())
    }

    fn send(&self, order: ToBackend) {
        let sent = self
            .bridge
            .with_value(|bridge| bridge.as_ref().map(|bridge| bridge.send(&order)));
        if let Some(Err(why)) = sent {
            self.status.set(Status::Broken(why));
        }
    }

    fn measure(&self, scenario: Arc<Scenario>, seed: u64, entry: &'static str) {
        let run = self.next_run();
        self.keep_for_comparison(entry);
        self.measuring.set(true);
        self.refusal.set(None);
        self.send(ToBackend::Measure {
            run,
            scenario: (*scenario).clone(),
            seed,
        });
        self.measured.set_value(Some(Ordered {
            run,
            scenario,
            seed,
            entry,
        }));
    }

    /// The last finished figures become those before, unless they are another entry's.
    fn keep_for_comparison(&self, entry: &'static str) {
        let same_entry = self
            .measured
            .with_value(|last| last.as_ref().is_some_and(|last| last.entry == entry));
        if !same_entry {
            self.before.set(None);
            return;
        }
        let finished = self
            .figures
            .with_untracked(|figures| figures.clone().filter(|f| f.finished));
        if let Some(figures) = finished {
            self.before.set(Some(figures.report));
        }
    }

    fn record(&self, scenario: Arc<Scenario>, seed: u64, entry: &'static str, window: Window) {
        let run = self.next_run();
        self.send(ToBackend::Record {
            run,
            scenario: (*scenario).clone(),
            seed,
            from: Instant(window.from),
            until: Instant(window.until),
            budget: BUDGET,
        });
        self.recorded.set_value(Some(Ordered {
            run,
            scenario,
            seed,
            entry,
        }));
    }

    fn hear(&self, player: Player, said: FromBackend) {
        match said {
            FromBackend::Ready { version, .. } if version != VERSION => self.status.set(Status::OtherVersion(version)),
            FromBackend::Ready { engine, .. } => {
                self.engine.set(engine);
                self.status.set(Status::Ready);
            }
            FromBackend::Progress { run, report } => self.take_report(run, report, false),
            FromBackend::Measured { run, report } => self.take_report(run, report, true),
            FromBackend::Recorded { run, trace } => self.take_trace(player, run, trace),
            FromBackend::Refused { why, .. } => self.refusal.set(Some(why)),
            FromBackend::Panicked { why } => self.break_down(why),
        }
    }

    fn take_report(&self, run: RunId, report: Report, finished: bool) {
        let Some(ordered) = self.measured.get_value().filter(|ordered| ordered.run == run) else {
            return;
        };
        self.figures.set(Some(Figures {
            run,
            report: Arc::new(report),
            scenario: ordered.scenario,
            finished,
        }));
        self.measuring.set(!finished);
    }

    fn take_trace(&self, player: Player, run: RunId, trace: Trace) {
        let Some(ordered) = self.recorded.get_value().filter(|ordered| ordered.run == run) else {
            return;
        };
        if trace.truncated {
            let rows = trace.segments.len().max(trace.spans.len()) as f64;
            let crowd = rows / trace.until.since(trace.from).0.max(1) as f64;
            self.crowd.update(|most| *most = most.max(crowd));
        }
        player.reach(trace.until.0 as f64);
        self.recording.set(Some(Arc::new(Recording {
            scenario: ordered.scenario,
            seed: ordered.seed,
            trace,
        })));
    }

    fn break_down(&self, why: String) {
        let at = self.measured.with_value(|last| {
            let last = last.as_ref()?;
            Some(format!("{why} (scenario “{}”, seed {})", last.scenario.name, last.seed))
        });
        self.status.set(Status::Broken(at.unwrap_or(why)));
        self.bridge.set_value(None);
        self.measuring.set(false);
    }
}

async fn listen(results: Results, player: Player, mut heard: UnboundedReceiver<Heard>) {
    while let Some(heard) = heard.next().await {
        if results.status.is_disposed() {
            return;
        }
        match heard {
            Heard::Said(said) => results.hear(player, said),
            Heard::Broke(why) => results.break_down(why),
        }
    }
}

fn give_up_later(results: Results) {
    Timeout::new(START_MS, move || {
        if results.status.try_get_untracked() == Some(Status::Starting) {
            results.break_down("the simulation does not start".to_string());
        }
    })
    .forget();
}

/// Gives orders whenever what is wanted changes, as long as there is somebody to give them to.
pub fn give_orders(desk: Desk, player: Player, results: Results) {
    let subject = Memo::new(move |_| Some((desk.scenario.get()?, desk.seed())));
    let ready = Memo::new(move |_| results.status.get() == Status::Ready);
    let rest = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let (ready, subject) = (ready.get(), subject.get());
        // A timer that is dropped does not fire.
        rest.set_value(None);
        let Some((scenario, seed)) = subject.filter(|_| ready) else {
            return;
        };
        let entry = desk.entry.get_untracked().id;
        match desk.hand.get_untracked() {
            Hand::Placed => results.measure(scenario, seed, entry),
            Hand::Typed => rest.set_value(Some(Timeout::new(REST_MS, move || {
                results.measure(scenario, seed, entry)
            }))),
        }
    });
    Effect::new(move |_| {
        subject.track();
        results.crowd.set(0.0);
    });
    let window = Memo::new(move |_| {
        wanted(
            player.left(),
            player.span(),
            player.head.get(),
            results.crowd.get(),
            BUDGET,
        )
    });
    Effect::new(move |_| {
        let (ready, subject, window) = (ready.get(), subject.get(), window.get());
        if let Some((scenario, seed)) = subject.filter(|_| ready) {
            results.record(scenario, seed, desk.entry.get_untracked().id, window);
        }
    });
}
