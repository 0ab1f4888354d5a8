//! A scenario that behaves as the traces of a system do: who calls whom, how often, how, and how long each works.
//!
//! ```text
//! spans ─▶ executions ─▶ modes of edges ─▶ steps of operations: work fitted, calls in their order, at once if they overlap
//! ```
//!
//! Law: a service's own time is what its execution lasted without the calls it waited for.

use super::draft::{self, Client, Draft, Load, ONLY, Operation, RATE, Service, Step};
use super::execution::{Call, Execution, Executions, Manner, executions};
use super::kind::{self, Seen};
use super::name::Names;
use super::span::{Side, Spans};
use super::{fit, graph};
use crate::scenario::problem::Problem;
use crate::scenario::{Mode, number};
use std::collections::BTreeMap;

/// So many operations of a service at most; the rarest are one.
const OPERATIONS: usize = 20;
/// Calls at once that are drawn as branches.
const BRANCHES: usize = 16;

/// Draws what the spans tell.
pub fn draft(spans: Spans, title: &str) -> Result<Draft, Problem> {
    if spans.all.is_empty() {
        return Err(Problem::of_all(
            format!("there is no span in this {title}"),
            "export traces with spans",
        ));
    }
    let found = executions(&spans);
    draft::bounded(found.services.len(), "services")?;
    let mut draft = Draft::of(title);
    draft.about = format!("Made of {} spans.", spans.all.len());
    told(&spans, &found, &mut draft);
    let mut maker = Maker::new(&found, &mut draft);
    maker.edges();
    draft::bounded(maker.links.len(), "edges")?;
    let (services, clients) = (maker.services(), maker.clients());
    draft.services = services;
    draft.clients = clients;
    Ok(draft)
}

fn told(spans: &Spans, found: &Executions, draft: &mut Draft) {
    let counted = [
        (spans.twice, "spans that stand there twice"),
        (
            found.unseen,
            "calls of somebody without a name or spans: their time is the caller's own",
        ),
        (found.untaken, "messages that nobody took in these traces"),
    ];
    for (count, what) in counted.into_iter().filter(|(count, _)| *count > 0) {
        draft.ignore(format!("{count} {what}"));
    }
    if spans.orphans > 0 {
        draft.assume(format!(
            "{} spans whose parent is missing begin a request",
            spans.orphans
        ));
    }
    draft.assume("a call that lasts within its caller is sync: traces do not tell sync from await");
    draft.assume(
        "an operation works before it calls, and its own time is all work: waits for a thread or a pool are in it",
    );
}

/// A target among the services: service and operation, by number.
type Target = (usize, usize);

struct Maker<'a> {
    found: &'a Executions,
    draft: &'a mut Draft,
    names: Vec<String>,
    /// The name of each operation of each service.
    targets: BTreeMap<Target, String>,
    /// For which target another one stands.
    places: BTreeMap<Target, Target>,
    /// The executions of each service.
    own: Vec<Vec<&'a Execution>>,
    /// How the calls from a service to a target were made: waited, went on, sent a message.
    links: BTreeMap<(usize, Target), Link>,
    /// Whether a service only asks.
    asks: Vec<bool>,
}

#[derive(Default)]
struct Link {
    manners: [usize; 3],
    networks: Vec<u64>,
}

impl Link {
    fn mode(&self) -> Mode {
        match self.manners {
            [waited, went, sent] if sent > waited && sent >= went => Mode::Queue,
            [waited, went, _] if went > waited => Mode::Oneway,
            _ => Mode::Sync,
        }
    }
}

impl<'a> Maker<'a> {
    fn new(found: &'a Executions, draft: &'a mut Draft) -> Maker<'a> {
        let names = found.services.iter().map(|service| draft.names.of(service)).collect();
        let mut asks = vec![true; found.services.len()];
        let mut own = vec![Vec::new(); found.services.len()];
        for execution in &found.all {
            own[execution.service].push(execution);
            let only_asks = match execution.side {
                Side::Client => true,
                Side::Inside => execution.only_waits(),
                _ => false,
            };
            asks[execution.service] &= execution.is_root && only_asks && !execution.calls.is_empty();
        }
        let mut maker = Maker {
            found,
            draft,
            names,
            targets: BTreeMap::new(),
            places: BTreeMap::new(),
            own,
            links: BTreeMap::new(),
            asks,
        };
        for service in 0..maker.names.len() {
            maker.name_operations(service);
        }
        maker
    }

    /// Names the operations of a service; a single one needs none, and the rarest of many are one.
    fn name_operations(&mut self, service: usize) {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for execution in &self.own[service] {
            *counts.entry(execution.operation).or_default() += 1;
        }
        let mut common: Vec<(usize, usize)> = counts.into_iter().collect();
        common.sort_by_key(|(operation, count)| (std::cmp::Reverse(*count), *operation));
        if common.len() > OPERATIONS {
            let name = &self.names[service];
            self.draft.assume(format!(
                "`{name}` has more than {OPERATIONS} operations: the rarest are one, `other`"
            ));
        }
        let mut names = Names::default();
        let other = names.fresh("other");
        for (rank, (operation, _)) in common.iter().enumerate() {
            let name = match (common.len(), rank) {
                (1, _) => ONLY.to_string(),
                (_, rank) if rank + 1 < OPERATIONS || common.len() <= OPERATIONS => {
                    names.of(&self.found.operations[*operation])
                }
                _ => other.clone(),
            };
            self.targets.insert((service, *operation), name);
            let stands = common[rank.min(if common.len() > OPERATIONS {
                OPERATIONS - 1
            } else {
                rank
            })]
            .0;
            self.places.insert((service, *operation), (service, stands));
        }
    }

    /// The target as an edge names it.
    fn target(&self, (service, operation): Target) -> String {
        match self.targets.get(&(service, operation)).map(String::as_str) {
            Some(ONLY) | None => self.names[service].clone(),
            Some(operation) => format!("{}.{operation}", self.names[service]),
        }
    }

    fn of_call(&self, call: &Call) -> Target {
        self.of(&self.found.all[call.to])
    }

    /// What was executed; the rarest operations of a service are one.
    fn of(&self, execution: &Execution) -> Target {
        let target = (execution.service, execution.operation);
        self.places.get(&target).copied().unwrap_or(target)
    }

    /// Counts how calls were made, and draws an edge for each pair.
    fn edges(&mut self) {
        let mut links: BTreeMap<(usize, Target), Link> = BTreeMap::new();
        for execution in &self.found.all {
            for call in &execution.calls {
                let link = links.entry((execution.service, self.of_call(call))).or_default();
                link.manners[call.manner as usize] += 1;
                link.networks
                    .extend(call.network.filter(|_| call.manner == Manner::Waited));
            }
        }
        for ((from, to), link) in &mut links {
            let mode = if self.asks[*from] { Mode::Sync } else { link.mode() };
            link.networks.sort_unstable();
            let network = fit::quantile(&link.networks, 0.5);
            let target = self.target(*to);
            let edge = self.draft.edge(&self.names[*from], &target, mode);
            edge.latency = (network >= 2_000.0 && mode == Mode::Sync).then(|| fit::time(network / 2.0));
            if mode == Mode::Queue {
                self.draft
                    .assume("a producer and a consumer have a queue between them, each pair one of its own");
            }
        }
        self.links = links;
    }

    fn services(&mut self) -> Vec<Service> {
        let mut by_operation: BTreeMap<(usize, String), Vec<&Execution>> = BTreeMap::new();
        for execution in self.found.all.iter().filter(|execution| !self.asks[execution.service]) {
            let name = &self.targets[&(execution.service, execution.operation)];
            by_operation
                .entry((execution.service, name.clone()))
                .or_default()
                .push(execution);
        }
        let mut services: BTreeMap<usize, Service> = BTreeMap::new();
        for ((service, name), executions) in &by_operation {
            let steps = self.steps(*service, name, executions);
            let entry = services.entry(*service).or_default();
            entry.operations.push(Operation {
                name: name.clone(),
                steps,
            });
        }
        for (number, service) in &mut services {
            let most = most_at_once(self.own[*number].iter().copied());
            service.name = self.names[*number].clone();
            service.threads = Some((2 * most).clamp(8, 10_000) as u32);
        }
        self.draft
            .assume("each service has one replica with twice as many threads as executions at once, 8 at least");
        services.into_values().collect()
    }

    /// What an operation does: one of some kinds of executions, if whom they call goes with how long they work.
    fn steps(&mut self, service: usize, name: &str, executions: &[&Execution]) -> Vec<Step> {
        let waits = |call: &Call| {
            let link = self.links.get(&(service, self.of_call(call)));
            link.is_some_and(|link| link.mode() == Mode::Sync)
        };
        let seen = executions.iter().map(|execution| Seen {
            execution: *execution,
            called: execution.calls.iter().map(|call| self.of_call(call)).collect(),
            own: execution.own_time(waits),
        });
        let kinds = kind::kinds(seen.collect());
        let shown = match name {
            ONLY => self.names[service].clone(),
            name => format!("{}.{name}", self.names[service]),
        };
        if kinds.len() > 1 {
            self.draft.assume(format!(
                "`{shown}` works so long by whom it calls: {} kinds of executions are told apart",
                kinds.len()
            ));
        }
        let mut before = 0;
        let options = kinds.iter().map(|kind| {
            // From bound to bound: what is rounded adds up to 1 all the same.
            let bounds = [before, before + kind.len()].map(|bound| share(bound, executions.len()));
            before += kind.len();
            let p = ((bounds[1] - bounds[0]) * 1e4).round() / 1e4;
            (p, self.steps_of(&shown, kind))
        });
        let mut options: Vec<(f64, Vec<Step>)> = options.collect();
        match options.len() {
            1 => options.remove(0).1,
            _ => vec![Step::Choose(options)],
        }
    }

    /// What one kind of executions does: it works, then fails or calls.
    fn steps_of(&mut self, shown: &str, kind: &[(&Execution, u64)]) -> Vec<Step> {
        let (executions, mut own): (Vec<&Execution>, Vec<u64>) = kind.iter().copied().unzip();
        let (work, known) = fit::fit(&mut own);
        self.draft
            .assume(format!("`{shown}` works {work}: {known}, of {}", executions.len()));
        let is_own = |execution: &&&Execution| {
            execution.failed && !execution.calls.iter().any(|call| self.found.all[call.to].failed)
        };
        let failed = executions.iter().filter(is_own).count();
        let fails = (failed > 0).then(|| Step::Fail(share(failed, executions.len()).max(1e-4)));
        let calls = self.calls(&executions);
        std::iter::once(Step::Work(work)).chain(fails).chain(calls).collect()
    }

    /// The calls of an operation in the order in which they begin on average, those at once as branches.
    fn calls(&self, executions: &[&Execution]) -> Vec<Step> {
        let mut callees: BTreeMap<Target, Callee> = BTreeMap::new();
        let mut together: BTreeMap<(Target, Target), usize> = BTreeMap::new();
        for execution in executions {
            let waited: Vec<(Target, &Call)> = execution.calls.iter().map(|call| (self.of_call(call), call)).collect();
            for (target, call) in &waited {
                let callee = callees.entry(*target).or_default();
                callee.count += 1;
                callee.begins += call.start.saturating_sub(execution.start) as f64;
            }
            for (at, (target, call)) in waited.iter().enumerate() {
                for (other, next) in waited[at + 1..].iter().take(BRANCHES) {
                    let both = call.manner == Manner::Waited && next.manner == Manner::Waited;
                    if both && next.start < call.end && call.end > call.start {
                        *together.entry((*target.min(other), *target.max(other))).or_default() += 1;
                    }
                }
            }
        }
        let mut order: Vec<(Target, Callee)> = callees.into_iter().collect();
        order.sort_by(|(_, a), (_, b)| (a.begins / a.count as f64).total_cmp(&(b.begins / b.count as f64)));
        let mut groups: Vec<Vec<(Target, Callee)>> = Vec::new();
        for (target, callee) in order {
            let meets = |(other, known): &(Target, Callee)| {
                let times = together
                    .get(&(target.min(*other), target.max(*other)))
                    .copied()
                    .unwrap_or(0);
                2 * times > callee.count.min(known.count)
            };
            match groups.last_mut().filter(|group| group.iter().any(meets)) {
                Some(group) => group.push((target, callee)),
                None => groups.push(vec![(target, callee)]),
            }
        }
        let runs = executions.len() as f64;
        let branches = |(target, callee): &(Target, Callee)| {
            let mean = callee.count as f64 / runs;
            let own = together.get(&(*target, *target)).copied().unwrap_or(0);
            let call = || Step::Call(self.target(*target));
            let whole = mean.round();
            match (2.0..=BRANCHES as f64).contains(&whole) && (mean - whole).abs() < 0.05 && 2 * own > callee.count / 2
            {
                true => (0..whole as usize).map(|_| vec![call()]).collect(),
                false => vec![vec![graph::times(mean, call())]],
            }
        };
        let groups = groups
            .iter()
            .map(|group| group.iter().flat_map(branches).collect::<Vec<Vec<Step>>>());
        groups
            .flat_map(|mut group| {
                if group.len() == 1 {
                    group.remove(0)
                } else {
                    vec![Step::Parallel(group)]
                }
            })
            .collect()
    }

    /// Who asks: services that do nothing else, and `users` for requests that begin somewhere else.
    fn clients(&mut self) -> Vec<Client> {
        let mut clients = Vec::new();
        for service in 0..self.names.len() {
            if !self.asks[service] {
                continue;
            }
            let calls: Vec<(u64, Target)> = self.own[service]
                .iter()
                .flat_map(|execution| &execution.calls)
                .map(|call| (call.start, self.of_call(call)))
                .collect();
            let name = self.names[service].clone();
            clients.push(self.client(name, &calls));
        }
        let roots = self
            .found
            .all
            .iter()
            .filter(|execution| execution.is_root && !self.asks[execution.service]);
        let calls: Vec<(u64, Target)> = roots.map(|execution| (execution.start, self.of(execution))).collect();
        if !calls.is_empty() {
            let name = self.draft.names.fresh("users");
            clients.push(self.client(name, &calls));
        }
        clients
    }

    fn client(&mut self, name: String, calls: &[(u64, Target)]) -> Client {
        let mut counts: BTreeMap<Target, usize> = BTreeMap::new();
        calls
            .iter()
            .for_each(|(_, target)| *counts.entry(*target).or_default() += 1);
        for (target, count) in &counts {
            let to = self.target(*target);
            let weight = (counts.len() > 1).then_some(*count as f64);
            self.draft.edge(&name, &to, Mode::Sync).weight = weight;
        }
        let arrivals = rate(calls.iter().map(|(start, _)| *start)).unwrap_or_else(|| RATE.to_string());
        let known = if calls.len() > 1 && arrivals != RATE {
            "as often as in the traces"
        } else {
            "the traces say no rate"
        };
        self.draft
            .assume(format!("the client `{name}` asks with {arrivals}: {known}"));
        Client {
            name,
            load: Load::Arrivals(arrivals),
        }
    }
}

/// A part of all with four digits.
fn share(part: usize, all: usize) -> f64 {
    (part as f64 / all as f64 * 1e4).round() / 1e4
}

#[derive(Default)]
struct Callee {
    count: usize,
    begins: f64,
}

/// The mean rate of what began at these instants, as Poisson arrivals.
fn rate(starts: impl Iterator<Item = u64> + Clone) -> Option<String> {
    let (first, last) = (starts.clone().min()?, starts.clone().max()?);
    let gaps = starts.count().checked_sub(1).filter(|gaps| *gaps > 0)?;
    let seconds = (last - first) as f64 / 1e9;
    let rate = gaps as f64 / seconds;
    let digits = libm::pow(10.0, 2.0 - libm::floor(libm::log10(rate)));
    let rounded = (rate * digits).round() / digits;
    (seconds > 0.0 && (1e-3..=1e5).contains(&rounded)).then(|| format!("poisson({}/s)", number::print(rounded)))
}

/// The greatest number of executions at one instant.
fn most_at_once<'a>(executions: impl Iterator<Item = &'a Execution>) -> u64 {
    let ends = executions.flat_map(|execution| [(execution.start, true), (execution.end, false)]);
    let mut ends: Vec<(u64, bool)> = ends.collect();
    ends.sort_unstable();
    let (mut now, mut most) = (0u64, 0);
    for (_, begins) in ends {
        now = if begins { now + 1 } else { now.saturating_sub(1) };
        most = most.max(now);
    }
    most
}
