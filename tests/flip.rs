//! Rule 7 on every edge that comes with the program: whichever mode it gets, who arrives when and how long which work
//! takes stays as it was.
//!
//! ```text
//! example, gallery entry ─┬─▶ as it is ────────────▶ arrivals, draws, requests without trouble
//!                         ├─▶ one edge in a mode ──▶ the same arrivals; under each key that both drew, the same value
//!                         └─▶ each request alone ──▶ its story: the keys of all that its steps draw
//! ```
//!
//! Law: a request that meets no trouble draws its whole story, every value as if it were alone, in every mode of every
//! edge. Trouble is what hangs on time (timeouts, refusals, losses, shed load), or a failure that a mode hides.
#![cfg(not(target_arch = "wasm32"))]

use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use sync_or_swim::engine::Run;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Attempt, Call, Cause, Gone, Guarded, Message, Observer, Request};

/// Simulated time, where nothing is set for a later one.
const LASTING: Duration = Duration(10_000_000_000);
/// From one request to the next where each is alone: longer than any story.
const ALONE: Duration = Duration(1_000_000_000_000);

/// The examples of the contract and the gallery.
fn scenarios() -> Vec<(String, Scenario)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/examples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let examples = files.iter().map(|path| {
        let name = format!("examples/{}", path.file_stem().unwrap().display());
        (name, fs::read_to_string(path).unwrap())
    });
    let entries = gallery::ENTRIES
        .iter()
        .map(|entry| (entry.id.to_string(), entry.text.to_string()));
    let read = |(name, text): (String, String)| (name, shorter(text::parse(&text).unwrap().scenario));
    examples.chain(entries).map(read).collect()
}

/// The same experiment, as short as what is set to happen in it allows.
fn shorter(mut scenario: Scenario) -> Scenario {
    scenario.run.warmup = Duration::ZERO;
    let eventful = !scenario.faults.is_empty() || !scenario.changes.is_empty();
    let lasting = if eventful {
        scenario.run.duration
    } else {
        LASTING.min(scenario.run.duration)
    };
    scenario.lasting(lasting).unwrap()
}

/// A place where a mode stands.
#[derive(Clone, Copy)]
enum At {
    Edge(usize),
    Change(usize),
}

struct Flip {
    at: At,
    edge: EdgeId,
    mode: Mode,
}

impl Flip {
    /// Every mode that each edge, or each change of one, does not have and may have.
    fn all(scenario: &Scenario) -> Vec<Flip> {
        let edges = scenario.edges.iter().enumerate();
        let edges = edges.map(|(index, edge)| (At::Edge(index), EdgeId(index as u32), edge));
        let changes = scenario
            .changes
            .iter()
            .enumerate()
            .filter_map(|(index, change)| match &change.to {
                Changed::Edge(id, is) => Some((At::Change(index), *id, &**is)),
                _ => None,
            });
        let flips = |(at, id, is): (At, EdgeId, &Edge)| {
            let others = is.modes().filter(|mode| *mode != is.mode).collect::<Vec<_>>();
            others.into_iter().map(move |mode| Flip { at, edge: id, mode })
        };
        edges.chain(changes).flat_map(flips).collect()
    }

    fn of(&self, scenario: &Scenario) -> Scenario {
        let mut variant = scenario.clone();
        match self.at {
            At::Edge(index) => variant.edges[index].mode = self.mode,
            At::Change(index) => {
                let Changed::Edge(_, is) = &mut variant.changes[index].to else {
                    unreachable!("only edges have modes")
                };
                is.mode = self.mode;
            }
        }
        variant
    }
}

/// Client and number of a request of an open client.
type Who = (u32, u64);
/// Keys and values of what the steps of each request draw.
type Stories = BTreeMap<Who, Vec<(u64, u64)>>;

/// What is heard of a run.
#[derive(Default)]
struct Ear {
    /// Key and value; sorted by key in the end.
    draws: Vec<(u64, u64)>,
    /// Who came when, and over which edge.
    arrivals: BTreeSet<(Who, Instant, u32)>,
    /// Requests that are over, and that no trouble met.
    calm: BTreeSet<Who>,
    retries: u64,
    live: BTreeMap<u32, (Request, bool)>,
    /// Edges whose failures one mode hides and another shows.
    veiled: BTreeSet<u32>,
    open: Vec<bool>,
}

impl Ear {
    fn trouble(&mut self, request: u32) {
        if let Some((_, calm)) = self.live.get_mut(&request) {
            *calm = false;
        }
    }

    fn trouble_of(&mut self, message: Message) {
        message.request.into_iter().for_each(|request| self.trouble(request));
    }
}

impl Observer for Ear {
    fn drawn(&mut self, _: Instant, key: u64, value: u64) {
        self.draws.push((key, value));
    }

    fn offered(&mut self, _: Instant, request: Request) {
        self.live.insert(request.slot, (request, true));
    }

    fn completed(&mut self, _: Instant, request: Request, _: bool) {
        if let Some((_, true)) = self.live.remove(&request.slot)
            && self.open[request.client.0 as usize]
        {
            self.calm.insert((request.client.0, request.number));
        }
    }

    fn sent(&mut self, _: Instant, call: Call, _: Option<u32>) {
        self.retries += u64::from(call.attempt == Attempt::Retry);
        let first = matches!(call.attempt, Attempt::Only | Attempt::First);
        let Some((request, _)) = self.live.get(&call.request) else {
            return;
        };
        if call.parent.is_none() && first && self.open[request.client.0 as usize] && call.sent == request.offered {
            let who = (request.client.0, request.number);
            self.arrivals.insert((who, request.offered, call.edge.0));
        }
    }

    fn returned(&mut self, _: Instant, call: Call, outcome: Result<(), Cause>) {
        if !matches!(outcome, Ok(()) | Err(Cause::Error)) {
            self.trouble(call.request);
        }
    }

    fn concluded(&mut self, _: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        if fell_back || !matches!(outcome, Ok(()) | Err(Cause::Error)) {
            self.trouble(call.request);
        }
    }

    fn ended(&mut self, _: Instant, call: Call, ok: bool) {
        if !ok && self.veiled.contains(&call.edge.0) {
            self.trouble(call.request);
        }
    }

    fn taken_back(&mut self, _: Instant, message: Message, cause: Cause) {
        if cause != Cause::Error {
            self.trouble_of(message);
        }
    }

    fn dropped(&mut self, _: Instant, message: Message, why: Gone) {
        if why != Gone::Deliveries {
            self.trouble_of(message);
        }
    }

    fn lost(&mut self, _: Instant, call: Call) {
        self.trouble(call.request);
    }

    fn turned_away(&mut self, _: Instant, call: Call) {
        self.trouble(call.request);
    }

    fn abandoned(&mut self, _: Instant, call: Call, _: Cause) {
        self.trouble(call.request);
    }

    fn refused(&mut self, _: Instant, call: Call) {
        self.trouble(call.request);
    }

    fn crashed(&mut self, _: Instant, call: Call, _: bool) {
        self.trouble(call.request);
    }

    fn overflowed(&mut self, _: Instant, call: Call, _: ChannelId) {
        self.trouble(call.request);
    }

    fn expired(&mut self, _: Instant, message: Message) {
        self.trouble_of(message);
    }
}

/// A whole run; no key is drawn twice in it.
fn heard(scenario: &Scenario, flipped: Option<EdgeId>) -> Ear {
    let changed = scenario.changes.iter().filter_map(|change| match &change.to {
        Changed::Edge(id, _) => Some(*id),
        _ => None,
    });
    let mut ear = Ear {
        veiled: changed.chain(flipped).map(|id| id.0).collect(),
        open: scenario
            .clients
            .iter()
            .map(|client| matches!(client.load, Load::Open(_)))
            .collect(),
        ..Ear::default()
    };
    let mut run = Run::new(scenario, scenario.seed);
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut ear);
    assert_eq!(run.warning(), None, "{}", scenario.name);
    ear.draws.sort_unstable();
    let twice = ear.draws.windows(2).find(|pair| pair[0].0 == pair[1].0);
    assert_eq!(twice, None, "{}: a key is drawn twice", scenario.name);
    ear
}

/// What each request draws in its steps if it is alone, on a network that takes no time and with nothing to guard it.
struct Alone {
    number: u64,
    story: Vec<(u64, u64)>,
    stories: Vec<Vec<(u64, u64)>>,
}

impl Observer for Alone {
    fn offered(&mut self, _: Instant, request: Request) {
        if request.number > self.number {
            self.stories.push(std::mem::take(&mut self.story));
            self.number = request.number;
        }
    }

    fn drawn(&mut self, _: Instant, key: u64, value: u64) {
        self.story.push((key, value));
    }
}

/// The scenario with one client, whose requests are alone.
fn lonely(scenario: &Scenario, client: usize, requests: u64) -> Scenario {
    let mut lonely = scenario.clone();
    (lonely.faults, lonely.changes) = (Vec::new(), Vec::new());
    for (index, is) in lonely.clients.iter_mut().enumerate() {
        let count = if index == client { requests } else { 0 };
        let times = (0..count).map(|number| Duration(ALONE.0 * number)).collect();
        is.load = Load::Open(Arrivals::Times(times));
        (is.start, is.stop) = (Instant::START, Instant::NEVER);
    }
    for edge in &mut lonely.edges {
        (edge.latency, edge.loss, edge.timeout) = (Dist::Constant(Duration::ZERO), 0.0, None);
        edge.policy = Policy {
            fallback: edge.policy.fallback.clone(),
            ..Policy::default()
        };
    }
    // A batch is keyed by its oldest message, and which one that is hangs on time.
    let batched = scenario.edges.iter().filter(|edge| edge.consume.batch.is_some());
    for edge in batched {
        if let Callee::Operation(service, operation) = edge.to {
            lonely.services[service.0 as usize].operations[operation as usize]
                .steps
                .clear();
        }
    }
    lonely.lasting(Duration(ALONE.0 * requests.max(1))).unwrap()
}

/// The story of each request of an open client.
fn stories(scenario: &Scenario, base: &Ear) -> Stories {
    let mut all = BTreeMap::new();
    for client in (0..scenario.clients.len()).filter(|client| base.open[*client]) {
        let requests = base.arrivals.iter().filter(|((of, _), ..)| *of as usize == client);
        let lonely = lonely(scenario, client, requests.count() as u64);
        let mut alone = Alone {
            number: 0,
            story: Vec::new(),
            stories: Vec::new(),
        };
        Run::new(&lonely, scenario.seed).advance_dyn(Instant::NEVER, u64::MAX, &mut alone);
        alone.stories.push(alone.story);
        let numbered = (0..).zip(alone.stories);
        all.extend(numbered.map(|(number, story)| ((client as u32, number), story)));
    }
    all
}

/// The value that was drawn under a key.
fn value(draws: &[(u64, u64)], key: u64) -> Option<u64> {
    let found = draws.binary_search_by_key(&key, |draw| draw.0);
    found.ok().map(|index| draws[index].1)
}

/// What was compared.
#[derive(Default, Debug)]
struct Count {
    flips: u64,
    /// Draws under one key in both runs.
    draws: u64,
    /// Requests without trouble,
    stories: u64,
    /// and the draws of their steps.
    steps: u64,
    retries: u64,
}

impl Count {
    fn and(self, other: Count) -> Count {
        Count {
            flips: self.flips + other.flips,
            draws: self.draws + other.draws,
            stories: self.stories + other.stories,
            steps: self.steps + other.steps,
            retries: self.retries + other.retries,
        }
    }
}

/// How many draws stand under one key in both, or the first that differs.
fn agreement(a: &Ear, b: &Ear) -> Result<u64, String> {
    let mut shared = 0;
    for (key, drawn) in &a.draws {
        match value(&b.draws, *key) {
            Some(other) if other != *drawn => return Err(format!("key {key}: {drawn}, then {other}")),
            Some(_) => shared += 1,
            None => {}
        }
    }
    Ok(shared)
}

/// How many draws the stories of these requests have, all of them drawn in the run; or the first that is not.
fn told(run: &Ear, stories: &Stories) -> Result<u64, String> {
    let mut steps = 0;
    for who in &run.calm {
        for (key, alone) in &stories[who] {
            let drawn = value(&run.draws, *key);
            if drawn != Some(*alone) {
                return Err(format!(
                    "request {who:?}, key {key}: {alone} alone, {drawn:?} among others"
                ));
            }
            steps += 1;
        }
    }
    Ok(steps)
}

/// Compares a scenario with itself but for one mode.
fn compare(base: &Ear, stories: &Stories, variant: &Scenario, edge: EdgeId) -> Result<Count, String> {
    let flipped = heard(variant, Some(edge));
    if base.arrivals != flipped.arrivals {
        let differing = base.arrivals.symmetric_difference(&flipped.arrivals).next();
        return Err(format!("other arrivals: {differing:?}"));
    }
    Ok(Count {
        flips: 1,
        draws: agreement(base, &flipped)?,
        stories: flipped.calm.len() as u64,
        steps: told(&flipped, stories)?,
        retries: flipped.retries,
    })
}

/// All flips of a scenario: what was compared, and what differs.
fn examine(name: &str, scenario: &Scenario) -> (Count, Vec<String>) {
    let base = heard(scenario, None);
    let stories = stories(scenario, &base);
    let alone = told(&base, &stories).map_err(|why| format!("{name}: {why}"));
    let compared = Flip::all(scenario).into_par_iter().map(|flip| {
        let edge = &scenario.edge(flip.edge).name;
        compare(&base, &stories, &flip.of(scenario), flip.edge)
            .map_err(|why| format!("{name}, {edge} {}: {why}", flip.mode.word()))
    });
    let (mut count, mut wrong) = (Count::default(), Vec::from_iter(alone.err()));
    for result in compared.collect::<Vec<_>>() {
        match result {
            Ok(further) => count = count.and(further),
            Err(why) => wrong.push(why),
        }
    }
    if count.draws == 0 || count.stories == 0 && !base.arrivals.is_empty() {
        wrong.push(format!("{name}: nothing was compared"));
    }
    let edges = scenario.edges.len();
    println!("{name}: {edges} edges, {count:?}, differing: {}", wrong.len());
    (count, wrong)
}

#[test]
fn whatever_mode_an_edge_gets_arrivals_and_work_stay() {
    let scenarios = scenarios();
    let each: Vec<_> = scenarios
        .par_iter()
        .map(|(name, scenario)| examine(name, scenario))
        .collect();
    let wrong: Vec<&String> = each.iter().flat_map(|(_, wrong)| wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let eventful = scenarios
        .iter()
        .zip(&each)
        .find(|((name, _), _)| name == "examples/faults");
    assert!(
        eventful.is_some_and(|(_, (count, _))| count.retries > 0),
        "retries are part of it"
    );
    let all = each
        .into_iter()
        .map(|(count, _)| count)
        .fold(Count::default(), Count::and);
    let edges: usize = scenarios.iter().map(|(_, scenario)| scenario.edges.len()).sum();
    println!("all: {edges} edges, {all:?}, differing: 0");
    assert!(all.flips > 500);
}
