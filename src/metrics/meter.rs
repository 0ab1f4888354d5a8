//! Listens to a run and counts.
//!
//! ```text
//! Observer events ─▶ counts and distributions of the cohort     (requests offered in [warm-up, duration))
//!                 └▶ levels over the window                     (workers by activity, backlog, depth)
//! report(now) ─────▶ Report
//! ```
//!
//! Law: a report at any instant adds up: offered = replied + failed + in flight, and four shares make one.

use super::channel::Channel;
use super::distribution::Distribution;
use super::key::Key;
use super::level::Level;
use super::named::Named;
use super::pulse::Pacemaker;
use super::ranking::Ranker;
use super::report::*;
use super::responses::Responses;
use super::settling;
use super::workers::Workers;
use crate::scenario::{ChannelId, ClientId, EdgeId, ItemId, Mode, Scenario, ServiceId};
use crate::time::{Duration, Instant};
use crate::trace::{Activity, Attempt, Call, Cause, Datum, Gone, Guarded, Job, Message, Observer, On, Request};

/// The measures of one run.
pub struct Meter {
    opening: Instant,
    clients: Vec<Client>,
    /// The services, and behind them the offload threads of those that have some.
    services: Vec<Workers>,
    edges: Vec<Edge>,
    /// The declared channels, then that of each edge.
    channels: Vec<Channel>,
    keys: Vec<Key>,
    pacemaker: Pacemaker,
    ranker: Ranker,
}

#[derive(Default)]
struct Client {
    offered: u64,
    replied: u64,
    completed: u64,
    failures: [u64; Cause::ALL.len()],
    response: Distribution,
    completion: Distribution,
}

#[derive(Default)]
struct Edge {
    calls: u64,
    ok: u64,
    attempts: u64,
    retries: u64,
    hedges: u64,
    fallbacks: u64,
    polls: u64,
    lost: u64,
    failures: [u64; Cause::ALL.len()],
    blocked: Level,
    call: Distribution,
}

impl Meter {
    /// Nothing has been measured yet.
    pub fn new(scenario: &Scenario) -> Meter {
        Meter {
            opening: Instant::START + scenario.run.warmup,
            clients: scenario.clients.iter().map(|_| Client::default()).collect(),
            services: Workers::all(scenario),
            edges: scenario.edges.iter().map(|_| Edge::default()).collect(),
            channels: Channel::all(scenario),
            keys: scenario.items.iter().map(|_| Key::default()).collect(),
            pacemaker: Pacemaker::new(scenario.run.duration),
            ranker: Ranker::default(),
        }
    }

    /// The response times of a client.
    pub fn responses(&self, client: ClientId) -> &Distribution {
        &self.clients[client.0 as usize].response
    }

    /// The response times of all clients up to `now`, for who wants more than figures.
    pub fn seal(&mut self, now: Instant) -> Responses {
        Responses::new(now, self.clients.iter_mut().map(|client| &mut client.response))
    }

    /// The figures up to `now`, for the run of `scenario` with this seed.
    pub fn report(&self, scenario: &Scenario, seed: u64, now: Instant, events: u64, digest: u64) -> Report {
        let named = |name: &String| name.clone();
        let clients = scenario.clients.iter().zip(&self.clients);
        let services = self.report_services(scenario, now);
        let edges = || scenario.edges.iter().enumerate().zip(&self.edges);
        Report {
            scenario: scenario.name.clone(),
            seed,
            engine: crate::ENGINE.to_string(),
            simulated_s: Duration(now.0).as_s(),
            events,
            digest: format!("{digest:016x}"),
            warnings: Vec::new(),
            clients: clients
                .map(|(c, m)| (named(&c.name), m.report(now.since(self.opening))))
                .collect(),
            services,
            edges: edges()
                .map(|((index, e), m)| {
                    let mode = scenario.mode_at(EdgeId(index as u32), now);
                    (named(&e.name), m.report(mode, now, self.opening))
                })
                .collect(),
            channels: (0..scenario.all_channels())
                .map(ChannelId)
                .filter(|id| {
                    scenario
                        .edge_of_channel(*id)
                        .is_none_or(|edge| scenario.is_ever_queue(edge))
                })
                .map(|id| {
                    let report = self.channels[id.0 as usize].report(scenario, id, now, self.opening);
                    (scenario.channel_name(id).to_string(), report)
                })
                .collect(),
            keys: (scenario.items.iter().zip(&self.keys))
                .map(|(item, key)| (named(&item.name), key.report()))
                .collect(),
            pulse: self.pacemaker.pulse(now),
            ranking: self.ranker.ranking.clone(),
        }
    }
}

impl Meter {
    /// For whom the warm-up was too short, or the run, up to its end now.
    pub fn warnings(&self, scenario: &Scenario, now: Instant) -> Vec<String> {
        settling::warnings(scenario, self.clients.iter().map(|client| &client.response), now)
    }

    /// The workers of all services, and the offload threads of those that have some as `NAME/offload`.
    fn report_services(&self, scenario: &Scenario, now: Instant) -> Named<ServiceReport> {
        let mut reports = Named::default();
        for (service, workers) in scenario.services.iter().zip(&self.services) {
            let threads = workers.beside.as_ref().map(|beside| &self.services[beside.place]);
            reports.insert(
                service.name.clone(),
                workers.report(service, threads, now, self.opening),
            );
            if let Some(threads) = threads {
                let report = workers.report_of_threads(service, threads, now, self.opening);
                reports.insert(format!("{}/offload", service.name), report);
            }
        }
        reports
    }

    /// Where the measures of a service's offload threads are.
    fn threads(&mut self, service: ServiceId) -> &mut Workers {
        let beside = &self.services[service.0 as usize].beside;
        let place = beside.as_ref().map_or(0, |beside| beside.place);
        &mut self.services[place]
    }

    fn channel(&mut self, message: Message) -> &mut Channel {
        &mut self.channels[message.channel.0 as usize]
    }

    /// A lane beside offload threads, or of one, does something else.
    #[inline(never)]
    fn turn_beside(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity) {
        let mut place = service.0 as usize;
        if let Some(beside) = &mut self.services[place].beside {
            beside.turn(now, self.opening, lane, was, is);
            if beside.is_thread(lane) {
                place = beside.place;
            }
        }
        self.services[place].turn(now, self.opening, was, is);
        self.block(now, was, is);
    }

    /// A worker waits for an edge no longer, or does so from now on.
    #[inline(always)]
    fn block(&mut self, now: Instant, was: Activity, is: Activity) {
        if let Activity::Blocked(On::Edge(edge)) = was {
            self.edges[edge.0 as usize].blocked.fall(now, self.opening);
        }
        if let Activity::Blocked(On::Edge(edge)) = is {
            self.edges[edge.0 as usize].blocked.rise(now, self.opening);
        }
    }
}

fn by_cause(failures: &[u64; Cause::ALL.len()]) -> Named<u64> {
    let counted = Cause::ALL.iter().zip(failures).filter(|(_, count)| **count > 0);
    counted
        .map(|(cause, count)| (cause.word().to_string(), *count))
        .collect()
}

impl Client {
    fn report(&self, window: Duration) -> ClientReport {
        let failed: u64 = self.failures.iter().sum();
        let per_s = |count: u64| match window {
            Duration::ZERO => 0.0,
            window => count as f64 / window.as_s(),
        };
        ClientReport {
            offered: self.offered,
            replied: self.replied,
            failed,
            failures: by_cause(&self.failures),
            in_flight: self.offered - self.replied - failed,
            throughput_per_s: per_s(self.replied + failed),
            goodput_per_s: per_s(self.replied),
            response_ms: self.response.summary(),
            completion_ms: self.completion.summary(),
            open_completions: self.replied - self.completed,
        }
    }
}

impl Edge {
    #[inline(always)]
    fn conclude(&mut self, took: Duration, outcome: Result<(), Cause>) {
        match outcome {
            Ok(()) => {
                self.ok += 1;
                self.call.record(took);
            }
            Err(cause) => self.failures[cause as usize] += 1,
        }
    }

    fn report(&self, mode: Mode, now: Instant, opening: Instant) -> EdgeReport {
        let failed: u64 = self.failures.iter().sum();
        EdgeReport {
            mode: mode.word().to_string(),
            calls: self.calls,
            attempts: self.attempts,
            ok: self.ok,
            failed,
            failures: by_cause(&self.failures),
            retries: self.retries,
            hedges: self.hedges,
            fallbacks: self.fallbacks,
            polls: self.polls,
            lost: self.lost,
            in_flight: self.calls - self.ok - failed,
            blocked_s: self.blocked.integral(now, opening) as f64 / 1e9,
            call_ms: self.call.summary(),
        }
    }
}

// What every call comes by is always inlined: of a call, only what is looked at is then put together.
impl Observer for Meter {
    #[inline(always)]
    fn offered(&mut self, now: Instant, request: Request) {
        self.pacemaker.at(now).offered += 1;
        self.clients[request.client.0 as usize].offered += request.counted as u64;
    }

    #[inline(always)]
    fn replied(&mut self, now: Instant, request: Request) {
        self.pacemaker.at(now).replied += 1;
        self.ranker.note(now, request, None);
        if request.counted {
            let client = &mut self.clients[request.client.0 as usize];
            client.replied += 1;
            client.response.record(now.since(request.offered));
        }
    }

    fn failed(&mut self, now: Instant, request: Request, cause: Cause) {
        self.pacemaker.at(now).failed += 1;
        self.ranker.note(now, request, Some(cause));
        self.clients[request.client.0 as usize].failures[cause as usize] += request.counted as u64;
    }

    #[inline(always)]
    fn completed(&mut self, now: Instant, request: Request, replied: bool) {
        if request.counted && replied {
            let client = &mut self.clients[request.client.0 as usize];
            client.completed += 1;
            client.completion.record(now.since(request.offered));
        }
    }

    #[inline(always)]
    fn sent(&mut self, _: Instant, call: Call, _: Option<u32>) {
        let edge = &mut self.edges[call.edge.0 as usize];
        edge.attempts += call.counted as u64;
        match call.attempt {
            Attempt::Only => edge.calls += call.counted as u64,
            Attempt::First => {}
            Attempt::Retry => edge.retries += call.counted as u64,
            Attempt::Hedge => edge.hedges += call.counted as u64,
        }
    }

    fn called(&mut self, _: Instant, call: Guarded) {
        self.edges[call.edge.0 as usize].calls += call.counted as u64;
    }

    fn concluded(&mut self, now: Instant, call: Guarded, outcome: Result<(), Cause>, fell_back: bool) {
        if call.counted {
            let edge = &mut self.edges[call.edge.0 as usize];
            edge.conclude(now.since(call.since), outcome);
            edge.fallbacks += fell_back as u64;
        }
    }

    fn polled(&mut self, _: Instant, call: Call) {
        self.edges[call.edge.0 as usize].polls += call.counted as u64;
    }

    fn lost(&mut self, _: Instant, call: Call) {
        self.edges[call.edge.0 as usize].lost += call.counted as u64;
    }

    fn turned_away(&mut self, now: Instant, call: Call) {
        // Who does not wait for it never learns that it came nowhere.
        if matches!(call.mode, Mode::Oneway | Mode::Forward) {
            self.lost(now, call);
        }
    }

    #[inline(always)]
    fn returned(&mut self, now: Instant, call: Call, outcome: Result<(), Cause>) {
        if call.counted && call.attempt == Attempt::Only {
            self.edges[call.edge.0 as usize].conclude(now.since(call.sent), outcome);
        }
    }

    #[inline(always)]
    fn accepted(&mut self, now: Instant, call: Call, queued: bool) {
        let service = &mut self.services[call.service.0 as usize];
        service.accepted += call.counted as u64;
        service.in_flight.rise(now, self.opening);
        if queued {
            service.backlog.rise(now, self.opening);
        }
    }

    fn refused(&mut self, _: Instant, call: Call) {
        self.services[call.service.0 as usize].refused += call.counted as u64;
    }

    #[inline(always)]
    fn began(&mut self, now: Instant, call: Call, _: u32, queued: bool) {
        if queued {
            self.services[call.service.0 as usize].backlog.fall(now, self.opening);
        }
    }

    #[inline(always)]
    fn responded(&mut self, now: Instant, call: Call, ok: bool) {
        if ok && call.counted {
            self.services[call.service.0 as usize]
                .response
                .record(now.since(call.arrived));
        }
    }

    fn forwarded(&mut self, now: Instant, call: Call, _: EdgeId) {
        self.responded(now, call, true);
    }

    #[inline(always)]
    fn ended(&mut self, now: Instant, call: Call, ok: bool) {
        let service = &mut self.services[call.service.0 as usize];
        service.in_flight.fall(now, self.opening);
        if call.counted {
            service.finish(ok);
        }
    }

    fn crashed(&mut self, now: Instant, call: Call, waited: bool) {
        if waited {
            self.services[call.service.0 as usize].backlog.fall(now, self.opening);
        }
        self.ended(now, call, false);
    }

    #[inline(always)]
    fn lane(&mut self, now: Instant, service: ServiceId, lane: u32, was: Activity, is: Activity, _: u32) {
        let workers = &mut self.services[service.0 as usize];
        if workers.beside.is_some() {
            return self.turn_beside(now, service, lane, was, is);
        }
        workers.turn(now, self.opening, was, is);
        self.block(now, was, is);
    }

    fn crowded(&mut self, now: Instant, service: ServiceId, was: u32, is: u32) {
        self.services[service.0 as usize]
            .excess
            .step(now, self.opening, was, is);
    }

    fn offloaded(&mut self, now: Instant, job: Job, queued: bool) {
        let opening = self.opening;
        let threads = self.threads(job.service);
        threads.accepted += job.counted as u64;
        threads.in_flight.rise(now, opening);
        if queued {
            threads.backlog.rise(now, opening);
        }
    }

    fn taken_up(&mut self, now: Instant, job: Job, _: u32, queued: bool) {
        let opening = self.opening;
        if queued {
            self.threads(job.service).backlog.fall(now, opening);
        }
    }

    fn brought_back(&mut self, now: Instant, job: Job, ok: bool) {
        let opening = self.opening;
        let threads = self.threads(job.service);
        threads.in_flight.fall(now, opening);
        if job.counted {
            threads.finish(ok);
            if ok {
                threads.response.record(now.since(job.since));
            }
        }
    }

    fn job_crashed(&mut self, now: Instant, job: Job, waited: bool) {
        if waited {
            let opening = self.opening;
            self.threads(job.service).backlog.fall(now, opening);
        }
        self.brought_back(now, job, false);
    }

    fn published(&mut self, _: Instant, _: Call, message: Message) {
        self.channel(message).published(message);
    }

    fn overflowed(&mut self, _: Instant, call: Call, channel: ChannelId) {
        self.channels[channel.0 as usize].refused(call);
    }

    fn depth(&mut self, now: Instant, channel: ChannelId, was: u32, is: u32) {
        self.channels[channel.0 as usize].depth(now, self.opening, was, is);
    }

    fn lag(&mut self, now: Instant, channel: ChannelId, group: u32, was: u32, is: u32) {
        self.channels[channel.0 as usize].lag(now, self.opening, group, was, is);
    }

    fn delivered(&mut self, now: Instant, message: Message, _: Call) {
        self.channel(message).delivered(now, message);
    }

    fn done(&mut self, _: Instant, message: Message, _: Call, again: bool) {
        self.channel(message).done(message, again);
    }

    fn settled(&mut self, _: Instant, message: Message, out_of_order: bool) {
        self.channel(message).settled(message, out_of_order);
    }

    fn dead_lettered(&mut self, _: Instant, message: Message, letter: Message) {
        self.channel(message).dead_lettered(message);
        self.channel(letter).published(letter);
    }

    fn dropped(&mut self, _: Instant, message: Message, _: Gone) {
        self.channel(message).dropped(message);
    }

    fn expired(&mut self, _: Instant, message: Message) {
        self.channel(message).expired(message);
    }

    fn read(&mut self, _: Instant, _: Call, datum: Datum, newest: u64) {
        self.keys[datum.item.0 as usize].read(datum, newest);
    }

    fn applied(&mut self, now: Instant, _: Call, datum: Datum, was: u64) {
        self.keys[datum.item.0 as usize].applied(now, datum, was);
    }

    fn failed_over(&mut self, now: Instant, item: ItemId, _: u32, _: u64, lost: u64) {
        if now >= self.opening {
            self.keys[item.0 as usize].failed_over(lost);
        }
    }
}
