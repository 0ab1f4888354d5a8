//! What the backend has to do, as a pure state machine.
//!
//! ```text
//! order(Measure) ─▶ ┌ measuring ┐ ─step─▶ Progress … Measured
//! order(Record)  ─▶ └ recording ┘ ─step─▶ … Recorded, piece by piece
//! ```
//!
//! Law: a newer order of a kind replaces the older one, both kinds take turns, and a step handles no more events than it
//! was told to. A scenario in an order is trusted: the page that sent it is of the same build
//! (the handshake compares versions) and has checked it; a breach is a programmer's mistake and panics.

use crate::engine::Run;
use crate::metrics::wire::Sealed;
use crate::metrics::{Meter, Report};
use crate::protocol::{FromBackend, RunId, ToBackend, VERSION};
use crate::scenario::walk::Packed;
use crate::time::{Duration, Instant};
use crate::trace::{Either, Recorder, Trace};
use std::sync::Arc;

/// Who listens to a run; one type for both, since each would carry a copy of the engine.
type Listener = Either<Meter, Recorder>;

/// How many rows of each column of a recording are told at once: what a page takes up in a part of a frame.
const PIECE: usize = 2_000;

/// Orders at work.
#[derive(Default)]
pub struct Session {
    measuring: Option<Measuring>,
    recording: Option<Recording>,
    telling: Option<Telling>,
    /// Whether the last step was for figures.
    measures: bool,
}

/// A run at full speed whose figures are wanted.
struct Measuring {
    run: RunId,
    scenario: Arc<Packed>,
    seed: u64,
    engine: Run,
    /// A meter.
    listener: Listener,
    /// Figures so far are worth telling from this simulated instant on.
    next_progress: Instant,
}

/// A run of which a window is wanted.
struct Recording {
    run: RunId,
    engine: Run,
    /// A recorder.
    listener: Listener,
    until: Instant,
}

/// A finished recording that is being told.
struct Telling {
    run: RunId,
    trace: Trace,
    /// The rows that have been told.
    told: usize,
}

impl Session {
    /// Nothing to do yet.
    pub fn new() -> Session {
        Session::default()
    }

    /// What the backend says first.
    pub fn ready() -> FromBackend {
        FromBackend::Ready {
            version: VERSION,
            engine: crate::ENGINE.to_string(),
        }
    }

    /// Whether a step would do something.
    pub fn has_work(&self) -> bool {
        self.measuring.is_some() || self.records()
    }

    /// Takes an order; an older one of the same kind is given up.
    pub fn order(&mut self, order: ToBackend) {
        match order {
            ToBackend::Measure { run, scenario, seed } => {
                let (engine, listener) = (Run::new(scenario.scenario(), seed), Either::One(Meter::new(&scenario)));
                let next_progress = Instant::START;
                self.measuring = Some(Measuring {
                    run,
                    scenario,
                    seed,
                    engine,
                    listener,
                    next_progress,
                });
            }
            ToBackend::Record {
                run,
                scenario,
                seed,
                from,
                until,
                budget,
            } => {
                let end = Instant::START + scenario.run.duration;
                self.telling = None;
                self.recording = Some(Recording {
                    run,
                    listener: Either::Other(Recorder::new(&scenario, from, budget)),
                    engine: Run::new(scenario.scenario(), seed),
                    until: until.min(end),
                });
            }
        }
    }

    /// Handles at most `events` events, and yields what there is to say. Figures and lanes take turns, so that a reader
    /// who never stops looking around gets both.
    pub fn step(&mut self, events: u64) -> Option<FromBackend> {
        self.measures = self.measuring.is_some() && !(self.measures && self.records());
        if self.measures {
            return self.measure(events);
        }
        if self.recording.is_some() {
            self.record(events);
        }
        self.tell()
    }

    /// Whether a recording is at work or being told.
    fn records(&self) -> bool {
        self.recording.is_some() || self.telling.is_some()
    }

    fn measure(&mut self, events: u64) -> Option<FromBackend> {
        let mut work = self.measuring.take()?;
        if work.engine.advance(Instant::NEVER, events, &mut work.listener) {
            return Some(work.measured());
        }
        let answer = work.progress();
        self.measuring = Some(work);
        answer
    }

    fn record(&mut self, events: u64) {
        let Some(mut work) = self.recording.take() else { return };
        let done = work.engine.advance(work.until, events, &mut work.listener);
        let Either::Other(recorder) = work.listener else {
            unreachable!("a recorder was given to it")
        };
        if !done && !recorder.is_full() {
            work.listener = Either::Other(recorder);
            self.recording = Some(work);
            return;
        }
        let complete = done && work.engine.warning().is_none();
        let now = if complete { work.until } else { work.engine.now() };
        self.telling = Some(Telling {
            run: work.run,
            trace: recorder.finish(now),
            told: 0,
        });
    }

    /// The next piece of what was recorded; there is at least one.
    fn tell(&mut self) -> Option<FromBackend> {
        let work = self.telling.as_mut()?;
        let (run, sizes, piece) = (work.run, work.trace.sizes(), work.trace.piece(work.told, PIECE));
        work.told += PIECE;
        if work.told >= sizes.most() as usize {
            self.telling = None;
        }
        Some(FromBackend::Recorded { run, sizes, piece })
    }
}

impl Measuring {
    /// Figures so far, as soon as a client has a reply and then whenever a quarter of the time has been added.
    fn progress(&mut self) -> Option<FromBackend> {
        let now = self.engine.now();
        if now < self.next_progress {
            return None;
        }
        let report = self.report(now);
        if report.clients.values().all(|client| client.replied == 0) {
            return None;
        }
        self.next_progress = now + Duration(now.0 / 4);
        let report = Sealed::new(report);
        Some(FromBackend::Progress { run: self.run, report })
    }

    fn measured(mut self) -> FromBackend {
        let warning = self.engine.warning();
        let end = match warning {
            Some(_) => self.engine.now(),
            None => Instant::START + self.scenario.run.duration,
        };
        let mut report = self.report(end);
        let deadlock = self.engine.deadlock().map(|deadlock| deadlock.story(&self.scenario));
        report.warnings.extend(warning.into_iter().chain(deadlock));
        FromBackend::Measured {
            run: self.run,
            report: Sealed::new(report),
            responses: self.meter().seal(end),
        }
    }

    fn report(&mut self, now: Instant) -> Report {
        let (seed, events, digest) = (self.seed, self.engine.events(), self.engine.digest());
        let scenario = Arc::clone(&self.scenario);
        self.meter().report(&scenario, seed, now, events, digest)
    }

    fn meter(&mut self) -> &mut Meter {
        match &mut self.listener {
            Either::One(meter) => meter,
            Either::Other(_) => unreachable!("a meter was given to it"),
        }
    }
}
