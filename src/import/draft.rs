//! What every importer makes: clients, services, channels and edges, and what had to be assumed or left out.
//!
//! ```text
//! isotope, compose, … ─▶ Draft ─circles cut─▶ text of a scenario ─parse─▶ Imported
//! ```
//!
//! Law: what comes out is a scenario, or a problem that says why there is none.

use super::circle;
use super::name::Names;
use super::{Format, Imported};
use crate::scenario::edit::style::Style;
use crate::scenario::problem::Problem;
use crate::scenario::text::{self, FORMAT};
use crate::scenario::{Mode, json, number};
use std::collections::BTreeMap;

/// The operation of a service that has only one.
pub const ONLY: &str = "default";
/// What a service works where the file says nothing.
pub const WORK: &str = "exp(5ms)";
/// How often a client asks where the file says nothing.
pub const RATE: &str = "poisson(10/s)";
/// So many clients, services, channels and edges at most.
pub const COUNT_LIMIT: usize = 2_000;
/// So many notes of one kind; more are counted.
const NOTES: usize = 200;

/// A scenario in the making.
#[derive(Debug, Default)]
pub struct Draft {
    pub name: String,
    pub about: String,
    pub clients: Vec<Client>,
    pub services: Vec<Service>,
    pub channels: Vec<Channel>,
    pub edges: Vec<Edge>,
    pub names: Names,
    /// Where each edge stands among the edges.
    places: BTreeMap<(String, String), usize>,
    pub assumptions: Vec<String>,
    pub ignored: Vec<String>,
}

#[derive(Debug)]
pub struct Client {
    pub name: String,
    pub load: Load,
}

/// How a client asks.
#[derive(Debug)]
pub enum Load {
    Arrivals(String),
    Users { users: u32, think: String },
}

/// A service and how it runs; what is not said is as the format has it.
#[derive(Debug, Default)]
pub struct Service {
    pub name: String,
    pub replicas: Option<u32>,
    pub threads: Option<u32>,
    pub cores: Option<u32>,
    pub shares_cores: bool,
    pub operations: Vec<Operation>,
}

#[derive(Debug)]
pub struct Operation {
    pub name: String,
    pub steps: Vec<Step>,
}

#[derive(Debug, Default)]
pub struct Channel {
    pub name: String,
    pub is_topic: bool,
    pub partitions: Option<u32>,
    pub retention: Option<String>,
    pub protocol: Option<String>,
}

/// A step of an operation. Times are distributions as the format writes them.
#[derive(Debug)]
pub enum Step {
    Work(String),
    Wait(String),
    /// The target of an edge of this service.
    Call(String),
    Parallel(Vec<Vec<Step>>),
    /// One of these by its probability, or none.
    Choose(Vec<(f64, Vec<Step>)>),
    Repeat(u32, Vec<Step>),
    /// A random number of times with this mean.
    About(f64, Vec<Step>),
    Respond,
    Fail(f64),
}

/// An edge; without a mode it is one out of a channel.
#[derive(Debug)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub mode: Option<Mode>,
    pub latency: Option<String>,
    pub weight: Option<f64>,
    /// Whether a message waits for a reply.
    pub reply: bool,
    /// With whom the messages of a topic are shared.
    pub group: Option<String>,
}

impl Edge {
    pub fn new(from: &str, to: &str, mode: Mode) -> Edge {
        Edge {
            from: from.to_string(),
            to: to.to_string(),
            mode: Some(mode),
            latency: None,
            weight: None,
            reply: false,
            group: None,
        }
    }
}

impl Draft {
    /// An empty one of this name.
    pub fn of(name: &str) -> Draft {
        let name = name.to_string();
        Draft {
            name,
            ..Draft::default()
        }
    }

    /// Says what the file does not, once.
    pub fn assume(&mut self, what: impl Into<String>) {
        note(&mut self.assumptions, what.into());
    }

    /// Says what of the file has no place in a scenario, once.
    pub fn ignore(&mut self, what: impl Into<String>) {
        note(&mut self.ignored, what.into());
    }

    /// One more client with the load that is assumed.
    pub fn client(&mut self, name: String) -> String {
        let load = Load::Arrivals(RATE.to_string());
        self.assume(format!("the client `{name}` asks with {RATE}: the file says no load"));
        self.clients.push(Client {
            name: name.clone(),
            load,
        });
        name
    }

    /// The edge between these two, which is made if there is none. Beyond the most there may be, it is the last one: the
    /// draft is refused at its end.
    pub fn edge(&mut self, from: &str, to: &str, mode: Mode) -> &mut Edge {
        let ends = (from.to_string(), to.to_string());
        let at = self.places.get(&ends).copied().unwrap_or_else(|| {
            if self.edges.len() <= COUNT_LIMIT {
                self.edges.push(Edge::new(from, to, mode));
            }
            let at = self.edges.len() - 1;
            self.places.insert(ends, at);
            at
        });
        &mut self.edges[at]
    }

    /// The scenario, if it is one.
    pub fn finish(mut self, format: Format) -> Result<Imported, Problem> {
        for (count, what) in [
            (self.clients.len(), "clients"),
            (self.services.len(), "services"),
            (self.channels.len(), "channels"),
            (self.edges.len(), "edges"),
        ] {
            bounded(count, what)?;
        }
        if self.services.is_empty() || self.clients.is_empty() {
            let message = format!("no service that somebody calls is in this {}", format.title());
            return Err(Problem::of_all(message, format.fix()));
        }
        circle::cut(&mut self);
        let scenario = self.text();
        if let Err(problems) = text::parse(&scenario) {
            let first = problems.first().map(Problem::to_string).unwrap_or_default();
            let message = format!("what this {} says is no scenario: {first}", format.title());
            return Err(Problem::of_all(
                message,
                "change the file, or write the scenario by hand",
            ));
        }
        Ok(Imported {
            format,
            scenario,
            assumptions: told(self.assumptions),
            ignored: told(self.ignored),
        })
    }

    /// The text as it is written here.
    fn text(&self) -> String {
        let clients = self.clients.iter().map(|client| (client.name.as_str(), client.text()));
        let services = self.services.iter().map(|service| {
            let edges: Vec<&str> = self.targets(&service.name).collect();
            (service.name.as_str(), service.text(&edges))
        });
        let channels = self.channels.iter();
        let channels = channels.map(|channel| (channel.name.as_str(), channel.text()));
        let flat = map([
            ("format", word(FORMAT)),
            ("name", word(&self.name)),
            ("about", word(&self.about)),
            ("run", map([("warmup", word("10s")), ("duration", word("120s"))])),
            ("clients", map(clients)),
            ("services", map(services)),
            ("channels", map(channels)),
            ("edges", list(self.edges.iter().map(Edge::text))),
        ]);
        match json::parse(&flat) {
            Ok(node) => Style::JSON.broken(&flat, &node, "") + "\n",
            Err(_) => flat,
        }
    }

    fn targets(&self, from: &str) -> impl Iterator<Item = &str> {
        let edges = self.edges.iter().filter(move |edge| edge.from == from);
        edges.map(|edge| edge.to.as_str())
    }
}

/// Refuses more than can be simulated.
pub fn bounded(count: usize, what: &str) -> Result<(), Problem> {
    if count <= COUNT_LIMIT {
        return Ok(());
    }
    let fix = format!("at most {COUNT_LIMIT} are read; leave some out");
    Err(Problem::of_all(format!("there are {count} {what} or more"), &fix))
}

fn note(notes: &mut Vec<String>, what: String) {
    if !notes.contains(&what) && notes.len() <= 2 * NOTES {
        notes.push(what);
    }
}

fn told(mut notes: Vec<String>) -> Vec<String> {
    if notes.len() > NOTES {
        notes.truncate(NOTES);
        notes.push("and more of the kind".to_string());
    }
    notes
}

impl Client {
    fn text(&self) -> String {
        match &self.load {
            Load::Arrivals(arrivals) => map([("arrivals", word(arrivals))]),
            Load::Users { users, think } => map([("users", users.to_string()), ("think", word(think))]),
        }
    }
}

impl Service {
    /// The fields of the service; `edges` are the targets of its edges in their order.
    fn text(&self, edges: &[&str]) -> String {
        let counts = [
            ("replicas", self.replicas.filter(|replicas| *replicas != 1)),
            ("threads", self.threads),
            ("cores", self.cores),
        ];
        let counts = counts
            .into_iter()
            .filter_map(|(key, count)| Some((key, count?.to_string())));
        let mut fields: Vec<(&str, String)> = counts.collect();
        if self.shares_cores && self.cores.is_some() {
            fields.push(("cpu", word("ps")));
        }
        fields.push(match self.plain_work(edges) {
            Some(work) => ("work", word(work)),
            None => {
                let operations = self.operations.iter();
                let operations = operations.map(|operation| (operation.name.as_str(), steps(&operation.steps)));
                ("operations", map(operations))
            }
        });
        map(fields)
    }

    /// The work of a service that works, then calls over each of its edges.
    fn plain_work(&self, edges: &[&str]) -> Option<&str> {
        let [Operation { name, steps }] = &self.operations[..] else {
            return None;
        };
        let [Step::Work(work), calls @ ..] = &steps[..] else {
            return None;
        };
        let same = |(step, edge): (&Step, &&str)| matches!(step, Step::Call(to) if to == edge);
        let is_plain = name == ONLY && calls.len() == edges.len() && calls.iter().zip(edges).all(same);
        is_plain.then_some(work)
    }
}

impl Channel {
    fn text(&self) -> String {
        let mut fields = vec![("kind", word(if self.is_topic { "topic" } else { "queue" }))];
        fields.extend(self.partitions.map(|partitions| ("partitions", partitions.to_string())));
        fields.extend(self.retention.as_ref().map(|retention| ("retention", word(retention))));
        fields.extend(self.protocol.as_ref().map(|protocol| ("protocol", word(protocol))));
        map(fields)
    }
}

impl Edge {
    fn text(&self) -> String {
        let mut fields = vec![("from", word(&self.from)), ("to", word(&self.to))];
        fields.extend(self.mode.map(|mode| ("mode", word(mode.word()))));
        fields.extend(self.latency.as_ref().map(|latency| ("latency", word(latency))));
        fields.extend(self.weight.map(|weight| ("weight", number::print(weight))));
        fields.extend(self.reply.then(|| ("reply", "true".to_string())));
        fields.extend(self.group.as_ref().map(|group| ("group", word(group))));
        map(fields)
    }
}

impl Step {
    /// With this probability, the body.
    pub fn maybe(p: f64, body: Vec<Step>) -> Step {
        Step::Choose(vec![(p, body)])
    }

    fn text(&self) -> String {
        match self {
            Step::Work(dist) => map([("work", word(dist))]),
            Step::Wait(dist) => map([("wait", word(dist))]),
            Step::Call(to) => map([("call", word(to))]),
            Step::Parallel(branches) => map([("parallel", list(branches.iter().map(|branch| steps(branch))))]),
            Step::Choose(options) => {
                let option = |(p, body): &(f64, Vec<Step>)| map([("p", probability(*p)), ("do", steps(body))]);
                map([("choose", list(options.iter().map(option)))])
            }
            Step::Repeat(times, body) => map([("repeat", times.to_string()), ("do", steps(body))]),
            Step::About(mean, body) => {
                let times = word(&format!("geometric({})", number::print(*mean)));
                map([("repeat", times), ("do", steps(body))])
            }
            Step::Respond => map([("respond", "true".to_string())]),
            Step::Fail(p) => map([("fail", probability(*p))]),
        }
    }
}

fn steps(steps: &[Step]) -> String {
    list(steps.iter().map(Step::text))
}

/// A probability with four digits: what is rare is not never.
fn probability(p: f64) -> String {
    match (p * 1e4 + 0.5) as u64 {
        0 => "0".to_string(),
        10_000.. => "1".to_string(),
        parts => format!("0.{parts:04}").trim_end_matches('0').to_string(),
    }
}

/// A text in quotes.
fn word(text: &str) -> String {
    Style::JSON.word(text)
}

/// A map of values that are written; those that say nothing are left out.
fn map<'a>(fields: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let says = |value: &String| !["\"\"", "{}"].contains(&value.as_str());
    let fields = fields.into_iter().filter(|(_, value)| says(value));
    let fields: Vec<String> = fields.map(|(key, value)| word(key) + ": " + &value).collect();
    match fields.is_empty() {
        true => "{}".to_string(),
        false => Style::JSON.inside('{', '}', &fields.join(", ")),
    }
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    Style::JSON.inside('[', ']', &items.join(", "))
}
