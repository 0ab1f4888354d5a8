//! Faults and changes as they are written.

use super::super::model::{self, Changed, Harm, Place, Scenario};
use super::author::Author;
use super::channel::Channel;
use super::client::Client;
use super::edge::Edge;
use super::part::Part;
use super::service::Service;
use super::value::{Distribution, Duration, EdgeName, Name, Probability};
use super::word::Down;
use crate::time::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something goes wrong for a while: in a service (or one `replica` of it), in a channel, or on an edge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend(
    "oneOf" = [{ "required": ["service"] }, { "required": ["channel"] }, { "required": ["edge"] }],
    "anyOf" = [
        { "required": ["down"] },
        { "required": ["slow"] },
        { "required": ["fail"] },
        { "required": ["pause"] },
        { "required": ["loss"] },
        { "required": ["latency"] }
    ]
))]
pub struct Fault {
    /// When it begins.
    pub at: Duration,
    /// How long it lasts; above 0. Without, to the end of the run.
    #[schemars(extend("default" = null))]
    pub r#for: Option<Duration>,
    /// A service
    pub service: Option<Name>,
    /// or a channel
    pub channel: Option<Name>,
    /// or an edge.
    pub edge: Option<EdgeName>,
    /// The number of one replica of the service, from 0. Without, all.
    #[schemars(range(min = 0, max = 999_999), extend("default" = null))]
    pub replica: Option<u32>,
    /// It is away.
    pub down: Option<Down>,
    /// Of a service: work that begins takes so many times as long.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub slow: Option<f64>,
    /// Of a service: a span that begins ends at once with an error, with this probability.
    pub fail: Option<Probability>,
    /// Nothing goes on: no worker begins, works or resumes.
    #[schemars(extend("const" = true))]
    pub pause: Option<bool>,
    /// Of an edge: the probability that a message is lost, besides its own.
    pub loss: Option<Probability>,
    /// Of an edge: added to its latency, in each direction.
    pub latency: Option<Distribution>,
}

/// What a reader toggled during the run, replayable: from this instant on something is as `set` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Change {
    Edge {
        /// When.
        at: Duration,
        /// Which edge.
        edge: EdgeName,
        /// What is set of it.
        set: Part<Edge>,
    },
    Service {
        /// When.
        at: Duration,
        /// Which service.
        service: Name,
        /// What is set of it; workers do not change during a run.
        set: Part<Service>,
    },
    Client {
        /// When.
        at: Duration,
        /// Which client.
        client: Name,
        /// What is set of it: its load.
        set: Part<Client>,
    },
    Channel {
        /// When.
        at: Duration,
        /// Which channel.
        channel: Name,
        /// What is set of it.
        set: Part<Channel>,
    },
}

impl Fault {
    /// A fault of a scenario, by the names of what it strikes.
    pub fn new(author: &Author, fault: &model::Fault) -> Fault {
        let scenario = author.scenario;
        let mut written = Fault {
            at: fault.at.into(),
            r#for: (fault.until != Instant::NEVER).then(|| fault.until.since(fault.at).into()),
            ..Fault::default()
        };
        let service = |id| Some(Name(scenario.service(id).name.clone()));
        match fault.place {
            Place::Service(id) => written.service = service(id),
            Place::Replica(id, replica) => {
                written.service = service(id);
                written.replica = Some(replica);
            }
            Place::Channel(id) => written.channel = Some(Name(scenario.channel_name(id).to_string())),
            Place::Edge(id) => written.edge = Some(author.edge(id)),
        }
        match &fault.harm {
            Harm::Down(down) => written.down = Some((*down).into()),
            Harm::Slow(factor) => written.slow = Some(*factor),
            Harm::Fail(p) => written.fail = Some(Probability(*p)),
            Harm::Pause => written.pause = Some(true),
            Harm::Loss(p) => written.loss = Some(Probability(*p)),
            Harm::Latency(dist) => written.latency = Some(dist.into()),
        }
        written
    }
}

/// The changes of a scenario, each as what it sets.
pub fn changes(author: &mut Author) -> Vec<Change> {
    let mut now: Scenario = author.scenario.clone();
    author
        .scenario
        .changes
        .iter()
        .map(|change| written(author, &mut now, change))
        .collect()
}

/// A change as what it sets on what is there until now.
fn written(author: &mut Author, now: &mut Scenario, change: &model::Change) -> Change {
    let at = change.at.into();
    match &change.to {
        Changed::Edge(id, to) => {
            let from = std::mem::replace(&mut now.edges[id.0 as usize], (**to).clone());
            let mut whole = |edge| Edge::new(author, *id, edge, &from.channel);
            let set = Part::between(&whole(&from), &whole(to));
            let edge = author.edge(*id);
            Change::Edge { at, edge, set }
        }
        Changed::Service(id, to) => {
            let from = std::mem::replace(&mut now.services[id.0 as usize], (**to).clone());
            let set = Part::between(&Service::new(author, &from), &Service::new(author, to));
            let service = Name(to.name.clone());
            Change::Service { at, service, set }
        }
        Changed::Client(id, to) => {
            let from = std::mem::replace(&mut now.clients[id.0 as usize], (**to).clone());
            let set = Part::between(&(&from).into(), &(&**to).into());
            let client = Name(to.name.clone());
            Change::Client { at, client, set }
        }
        Changed::Channel(id, to) => {
            let from = std::mem::replace(&mut now.channels[id.0 as usize], (**to).clone());
            let whole = |channel: &model::Channel| {
                Channel::new(author.scenario, channel.kind, channel.partitions, &channel.rules)
            };
            let set = Part::between(&whole(&from), &whole(to));
            let channel = Name(to.name.clone());
            Change::Channel { at, channel, set }
        }
    }
}
