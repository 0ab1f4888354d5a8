//! Random scenarios: every step, mode, runtime and distribution of this floor, small enough for hundreds of runs.
//!
//! Law: what comes out is what `scenario::text` could have made. Times lie on a grid of whole milliseconds more often
//! than not, so that many things happen at one instant.

use super::{broker, cost, data};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

/// How much may go wrong in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Timeouts, losses, refusals, errors and changes.
    Any,
    /// Nothing fails, everybody has patience, and nothing changes.
    Calm,
}

/// The properties of an edge before it has a name and ends.
#[derive(Clone, Debug)]
struct Link {
    mode: Mode,
    latency: Dist,
    loss: f64,
    timeout: Option<Duration>,
    channel: ChannelRules,
}

/// A scenario whose calls still name nobody: the number in a `Call` picks the callee among those that are possible.
#[derive(Clone, Debug)]
struct Draft {
    window: Window,
    clients: Vec<(Client, Vec<(u32, f64)>)>,
    services: Vec<Service>,
    links: Vec<Link>,
    /// The time in thousandths of the duration, the pick of what changes, the setting.
    changes: Vec<(u64, u32, Setting)>,
}

/// Whole scenarios.
pub fn scenario(weather: Weather) -> impl Strategy<Value = Scenario> {
    (scenario_without_channels(weather), broker::channels(weather))
        .prop_map(|(scenario, (channels, posts))| broker::with_channels(scenario, channels, posts))
}

/// Whole scenarios with data, in which channels are those of edges only.
pub fn rich(weather: Weather) -> impl Strategy<Value = Scenario> {
    (scenario_without_channels(weather), data::items(weather))
        .prop_map(|(scenario, items)| data::with_items(scenario, items))
}

/// Whole scenarios with data and declared channels.
pub fn stocked(weather: Weather) -> impl Strategy<Value = Scenario> {
    (scenario(weather), data::items(weather)).prop_map(|(scenario, items)| data::with_items(scenario, items))
}

fn scenario_without_channels(weather: Weather) -> impl Strategy<Value = Scenario> {
    let calm = weather == Weather::Calm;
    let changes = if calm { 0..1 } else { 0..4 };
    let draft = (
        window(),
        vec((client(), vec((any::<u32>(), 1u32..4), 1..3)), 1..4),
        vec(service(weather), 1..7),
        vec(link(weather), 1..8),
        vec((0u64..1000, any::<u32>(), setting(weather)), changes),
    );
    draft.prop_map(|(window, clients, services, links, changes)| {
        let weighted = |picks: Vec<(u32, u32)>| picks.into_iter().map(|(pick, w)| (pick, f64::from(w))).collect();
        let clients = clients
            .into_iter()
            .map(|(client, picks)| (client, weighted(picks)))
            .collect();
        build(Draft {
            window,
            clients,
            services,
            links,
            changes,
        })
    })
}

/// Something with this probability, which may be 0.
pub fn weighted<S: Strategy + 'static>(chance: f64, value: S) -> BoxedStrategy<Option<S::Value>>
where
    S::Value: Clone,
{
    if chance > 0.0 {
        proptest::option::weighted(chance, value).boxed()
    } else {
        Just(None).boxed()
    }
}

fn window() -> impl Strategy<Value = Window> {
    (200u64..1500, weighted(0.3, 0u64..200)).prop_map(|(ms, warmup)| Window {
        warmup: Duration::from_ms(warmup.unwrap_or(0)),
        duration: Duration::from_ms(ms),
    })
}

/// A duration on the grid; shrinks to 1 ms.
pub fn grid() -> impl Strategy<Value = Duration> {
    prop_oneof![
        3 => Just(1u64), 2 => Just(2), 2 => Just(5), 2 => Just(10), 1 => Just(20),
    ]
    .prop_map(Duration::from_ms)
}

/// Any distribution, constants most often; `zero` where no time at all is possible too.
pub fn dist(zero: bool) -> impl Strategy<Value = Dist> {
    let least = u32::from(zero);
    prop_oneof![
        12 => grid().prop_map(Dist::Constant),
        4 * least => Just(Dist::Constant(Duration::ZERO)),
        4 => grid().prop_map(|mean| Dist::Exp { mean }),
        2 => (grid(), grid()).prop_map(|(a, b)| Dist::Uniform { low: a.min(b), high: a.max(b) }),
        1 => (grid(), 2u64..10).prop_map(|(mean, n)| Dist::LogNormal { mean, p99: Duration(mean.0 * n) }),
        1 => (1u32..5, grid()).prop_map(|(stages, mean)| Dist::Erlang { stages, mean }),
        1 => (grid(), grid()).prop_map(|(a, b)| Dist::HyperExp(vec![(0.75, a), (0.25, b)])),
        1 => (grid(), 12u32..30)
            .prop_map(|(minimum, tenths)| Dist::Pareto { shape: f64::from(tenths) / 10.0, minimum }),
        2 => vec(grid(), 1..4).prop_map(Dist::Empirical),
    ]
}

/// A client without name and edges.
fn client() -> impl Strategy<Value = Client> {
    let from = weighted(0.2, 0u64..300);
    let until = weighted(0.2, 1u64..1000);
    (load(), from, until).prop_map(|(load, from, until)| {
        let start = Instant::START + Duration::from_ms(from.unwrap_or(0));
        let stop = until.map_or(Instant::NEVER, |ms| start + Duration::from_ms(ms));
        let plain = Client::plain(String::new(), load);
        Client { start, stop, ..plain }
    })
}

fn load() -> impl Strategy<Value = Load> {
    prop_oneof![
        9 => arrivals().prop_map(Load::Open),
        3 => (1u32..8, dist(false)).prop_map(|(users, think)| Load::Closed { users, think }),
    ]
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let gap = || prop_oneof![Just(5u64), Just(10), Just(20), Just(40), 5u64..80];
    // The gap of a whole rate, as a file has it.
    let even = |ms: u64| 1e9 / (1000 / ms) as f64;
    let rates = || {
        // No more digits than a file has.
        let tenths = || (5u32..2000).prop_map(|tenths| f64::from(tenths) / 10.0);
        let rate = || prop_oneof![Just(0.0), Just(20.0), Just(100.0), tenths()];
        (rate(), rate(), (1u64..600).prop_map(Duration::from_ms))
    };
    let long = |ms: u64| Dist::Erlang {
        stages: 2,
        mean: Duration::from_ms(ms),
    };
    prop_oneof![
        3 => gap().prop_map(move |ms| Arrivals::Poisson { gap_ns: even(ms) }),
        3 => gap().prop_map(move |ms| Arrivals::Constant { gap_ns: even(ms) }),
        2 => (1u32..20, 50u64..400).prop_map(|(size, ms)| Arrivals::Burst { size, every: Duration::from_ms(ms) }),
        1 => gap().prop_map(move |ms| Arrivals::Renewal(long(ms))),
        1 => gap().prop_map(|ms| Arrivals::Renewal(Dist::Constant(Duration::from_ms(ms)))),
        1 => rates().prop_map(|(low, high, over)| Arrivals::Ramp { low, high, over }),
        1 => rates().prop_map(|(low, high, period)| Arrivals::Wave { low, high, period }),
        1 => vec(0u64..700, 1..40).prop_map(|mut ms| {
            ms.sort();
            Arrivals::Times(ms.into_iter().map(Duration::from_ms).collect())
        }),
    ]
}

fn balance() -> impl Strategy<Value = Balance> {
    prop_oneof![
        Just(Balance::RoundRobin),
        Just(Balance::Random),
        Just(Balance::LeastInFlight),
        Just(Balance::PowerOfTwo),
    ]
}

/// The backlog and the spans in flight that a replica may have.
fn limits(weather: Weather) -> impl Strategy<Value = (Option<u32>, Option<u32>)> {
    let limits = if weather == Weather::Calm { 0.0 } else { 0.3 };
    (weighted(limits, 0u32..6), weighted(limits, 1u32..9))
}

fn service(weather: Weather) -> impl Strategy<Value = Service> {
    let runtime = prop_oneof![3 => (1u32..7).prop_map(Runtime::Threads), 2 => (1u32..3).prop_map(Runtime::Loop)];
    let cpu = prop_oneof![Just(Cpu::Fifo), Just(Cpu::Ps)];
    (
        (
            prop_oneof![3 => Just(1u32), 2 => 2u32..4],
            balance(),
            runtime,
            weighted(0.4, 1u32..3),
            cpu,
        ),
        limits(weather),
        vec(operation(weather), 1..3),
    )
        .prop_map(
            |((replicas, balance, runtime, cores, cpu), (backlog, in_flight), steps)| Service {
                replicas,
                balance,
                runtime,
                cores,
                cpu,
                backlog,
                in_flight,
                operations: steps
                    .into_iter()
                    .map(|steps| Operation {
                        name: String::new(),
                        steps,
                    })
                    .collect(),
                ..Service::plain(String::new())
            },
        )
}

/// The steps of an operation, with a reply before its end in some.
fn operation(weather: Weather) -> impl Strategy<Value = Vec<Step>> {
    (
        vec(step(weather), 0..4),
        weighted(0.15, (any::<prop::sample::Index>(), weighted(0.3, 0u32..11))),
    )
        .prop_map(|(mut steps, respond)| {
            if let Some((index, chance)) = respond {
                let step = match chance {
                    Some(tenths) => Step::Choose(vec![(f64::from(tenths) / 10.0, vec![Step::Respond])]),
                    None => Step::Respond,
                };
                steps.insert(index.index(steps.len() + 1), step);
            }
            steps
        })
}

fn step(weather: Weather) -> impl Strategy<Value = Step> {
    let fails = if weather == Weather::Calm { 0 } else { 1 };
    let leaf = prop_oneof![
        5 => dist(true).prop_map(Step::Work),
        2 => dist(true).prop_map(Step::Wait),
        6 => any::<u32>().prop_map(|pick| Step::Call(EdgeId(pick))),
        fails => prop_oneof![Just(0.1), Just(0.5), Just(1.0)].prop_map(Step::Fail),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        let body = vec(inner, 0..3);
        let part = prop_oneof![Just(0.1), Just(0.3), Just(0.5)];
        prop_oneof![
            4 => (vec(body.clone(), 1..4), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(branches, join, all)| {
                let join = if all { branches.len() } else { join.index(branches.len()) + 1 };
                Step::Parallel { branches, join: join as u32 }
            }),
            2 => vec((part, body.clone()), 1..3).prop_map(Step::Choose),
            1 => (0u32..4, body.clone()).prop_map(|(n, body)| Step::Repeat { times: Times::Fixed(n), body }),
            1 => (0u32..6, body)
                .prop_map(|(n, body)| Step::Repeat { times: Times::Geometric(f64::from(n) / 2.0), body }),
        ]
    })
}

fn mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        4 => Just(Mode::Sync),
        4 => Just(Mode::Await),
        1 => Just(Mode::Oneway),
        2 => Just(Mode::Queue),
        1 => Just(Mode::Poll),
        1 => Just(Mode::Callback),
        1 => Just(Mode::Forward),
    ]
}

pub fn latency() -> impl Strategy<Value = Dist> {
    prop_oneof![3 => Just(Dist::Constant(Duration::ZERO)), 3 => grid().prop_map(Dist::Constant), 2 => dist(true)]
}

fn link(weather: Weather) -> impl Strategy<Value = Link> {
    let often = |chance: f64| if weather == Weather::Calm { 0.0 } else { chance };
    let ack = prop_oneof![Just(Duration::ZERO), grid()];
    (
        mode(),
        latency(),
        weighted(often(0.1), prop_oneof![Just(0.1), Just(0.3)]),
        weighted(often(0.3), grid()),
        (weighted(often(0.3), 1u32..5), ack),
    )
        .prop_map(|(mode, latency, loss, timeout, (capacity, ack))| Link {
            mode,
            latency,
            loss: loss.unwrap_or(0.0),
            timeout,
            channel: ChannelRules {
                capacity,
                ack: Dist::Constant(ack),
                ..ChannelRules::default()
            },
        })
}

/// A mode that an edge of this caller may have: a client has nobody to hand over.
pub fn possible(mode: Mode, from: Caller) -> Mode {
    match (mode, from) {
        (Mode::Forward, Caller::Client(_)) => Mode::Await,
        _ => mode,
    }
}

/// What a change sets on an edge, on a client, or on a service.
#[derive(Clone, Debug)]
enum Setting {
    Mode(Mode),
    Timeout(Option<Duration>),
    Latency(Dist),
    Loss(f64),
    Load(Client),
    Limits(Option<u32>, Option<u32>),
    Balance(Balance),
}

fn setting(weather: Weather) -> impl Strategy<Value = Setting> {
    prop_oneof![
        4 => mode().prop_map(Setting::Mode),
        1 => weighted(0.7, grid()).prop_map(Setting::Timeout),
        1 => latency().prop_map(Setting::Latency),
        1 => prop_oneof![Just(0.0), Just(0.2)].prop_map(Setting::Loss),
        2 => client().prop_map(Setting::Load),
        1 => limits(weather).prop_map(|(backlog, in_flight)| Setting::Limits(backlog, in_flight)),
        1 => balance().prop_map(Setting::Balance),
    ]
}

/// Gives the draft names, callees and edges, and trims what would grow without end.
fn build(draft: Draft) -> Scenario {
    let mut weaver = Weaver {
        operations: Vec::new(),
        links: draft.links,
        edges: Vec::new(),
        known: BTreeMap::new(),
    };
    weaver.operations = draft.services.iter().map(|s| s.operations.len() as u32).collect();
    let mut clients = Vec::new();
    for (index, (client, picks)) in draft.clients.into_iter().enumerate() {
        let edges = weaver.client_edges(index as u32, &picks);
        let name = format!("c{index}");
        clients.push(Client { name, edges, ..client });
    }
    let mut services = draft.services;
    for (index, service) in services.iter_mut().enumerate() {
        service.name = format!("s{index}");
        for (number, operation) in service.operations.iter_mut().enumerate() {
            operation.name = format!("op{number}");
            weaver.weave(index as u32, &mut operation.steps, false);
        }
    }
    cost::trim(&clients, &mut services, &weaver.edges);
    let mut scenario = Scenario {
        name: "law".to_string(),
        seed: 1,
        run: draft.window,
        clients,
        services,
        edges: weaver.edges,
        ..Scenario::default()
    };
    scenario.changes = changes(draft.changes, scenario.clone());
    scenario
}

/// Each change with all that it leaves as it was; `now` is the scenario as the changes before it have left it.
fn changes(mut drafts: Vec<(u64, u32, Setting)>, mut now: Scenario) -> Vec<Change> {
    drafts.sort_by_key(|(share, ..)| *share);
    let changes = drafts.into_iter().map(|(share, pick, set)| Change {
        at: Instant(now.run.duration.0 / 1_000_000 * share / 1000 * 1_000_000),
        to: changed(&mut now, pick as usize, set),
    });
    changes.collect()
}

fn changed(now: &mut Scenario, pick: usize, set: Setting) -> Changed {
    let of = |count: usize| pick % count;
    if let Setting::Load(load) = set {
        let index = of(now.clients.len());
        let client = &mut now.clients[index];
        client.load = load.load;
        return Changed::Client(ClientId(index as u32), Box::new(client.clone()));
    }
    let index = of(now.services.len());
    let service = &mut now.services[index];
    match set {
        Setting::Limits(backlog, in_flight) => (service.backlog, service.in_flight) = (backlog, in_flight),
        Setting::Balance(balance) => service.balance = balance,
        set => return changed_edge(now, of(now.edges.len()), set),
    }
    Changed::Service(ServiceId(index as u32), Box::new(service.clone()))
}

fn changed_edge(now: &mut Scenario, index: usize, set: Setting) -> Changed {
    let edge = &mut now.edges[index];
    match set {
        Setting::Mode(mode) => edge.mode = possible(mode, edge.from),
        Setting::Timeout(timeout) => edge.timeout = timeout,
        Setting::Latency(dist) => edge.latency = dist,
        Setting::Loss(loss) => edge.loss = loss,
        _ => unreachable!("an edge has no such setting"),
    }
    Changed::Edge(EdgeId(index as u32), Box::new(edge.clone()))
}

/// Turns picks into edges, one for each pair of caller and operation.
struct Weaver {
    /// How many operations each service has.
    operations: Vec<u32>,
    links: Vec<Link>,
    edges: Vec<Edge>,
    known: BTreeMap<(bool, u32, u32, u32), EdgeId>,
}

impl Weaver {
    fn client_edges(&mut self, client: u32, picks: &[(u32, f64)]) -> Vec<EdgeId> {
        let mut edges: Vec<EdgeId> = Vec::new();
        for &(pick, weight) in picks {
            let service = pick % self.operations.len() as u32;
            let edge = self.edge(Caller::Client(ClientId(client)), service, pick);
            self.edges[edge.0 as usize].weight = weight;
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
        edges
    }

    /// Calls go to later services; back to earlier ones or to itself only by a chance that ends the cycle.
    fn weave(&mut self, service: u32, steps: &mut Vec<Step>, chancy: bool) {
        let count = self.operations.len() as u32;
        for mut step in std::mem::take(steps) {
            match &mut step {
                Step::Call(edge) => {
                    let pick = edge.0;
                    let target = match () {
                        () if chancy && pick % 3 == 0 => pick / 3 % count,
                        () if service + 1 < count => service + 1 + pick / 3 % (count - service - 1),
                        () => continue,
                    };
                    *edge = self.edge(Caller::Service(ServiceId(service)), target, pick);
                }
                Step::Parallel { branches, .. } => {
                    branches
                        .iter_mut()
                        .for_each(|branch| self.weave(service, branch, chancy));
                }
                Step::Choose(branches) => {
                    branches
                        .iter_mut()
                        .for_each(|(_, branch)| self.weave(service, branch, true));
                }
                Step::Repeat { body, .. } => self.weave(service, body, chancy),
                _ => {}
            }
            steps.push(step);
        }
    }

    fn edge(&mut self, from: Caller, to: u32, pick: u32) -> EdgeId {
        let operation = pick / 1009 % self.operations[to as usize];
        let (client, caller) = match from {
            Caller::Client(id) => (true, id.0),
            Caller::Service(id) => (false, id.0),
            Caller::Channel(_) => unreachable!("channels have no calls"),
        };
        if let Some(edge) = self.known.get(&(client, caller, to, operation)) {
            return *edge;
        }
        let link = self.links[self.edges.len() % self.links.len()].clone();
        let id = EdgeId(self.edges.len() as u32);
        let name = format!("{}{caller}->s{to}.op{operation}", if client { "c" } else { "s" });
        self.edges.push(Edge {
            mode: possible(link.mode, from),
            latency: link.latency,
            loss: link.loss,
            timeout: link.timeout,
            channel: link.channel,
            ..Edge::plain(name, from, Callee::Operation(ServiceId(to), operation))
        });
        self.known.insert((client, caller, to, operation), id);
        id
    }
}
