//! Edges as they are written.

use super::super::model::{self, Callee, Caller, EdgeId};
use super::author::Author;
use super::channel::Channel;
use super::part::{Part, Whole};
use super::policy::{Breaker, Deadline, Fallback, Retry};
use super::value::{Count, Distribution, Duration, Name, Probability, Rate, Target};
use super::word::{Acks, Mode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One caller → callee pair with its call mode and policies: the thing that is toggled. An edge into a channel
/// publishes, one out of a channel subscribes. Policies guard in this order, outermost first: fallback, retry, breaker,
/// limit, rate, timeout, hedge, connection, network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edge {
    /// A client, a service or a channel.
    pub from: Name,
    /// Whom it calls, or the channel that it publishes to.
    pub to: Target,
    /// Who waits for whom.
    #[schemars(extend("default" = "sync"))]
    pub mode: Option<Mode>,
    /// The mode that one click gives to a `sync` edge, and so never `sync`: `await` where the reply is needed, `queue` where it is not.
    #[schemars(extend("default" = "await", "not" = { "const": "sync" }))]
    pub flip: Option<Mode>,
    /// Of a client's edges: the share of requests that take this one, relative to the others.
    #[schemars(range(min = 1e-9, max = 1_000_000_000), extend("default" = 1))]
    pub weight: Option<f64>,
    /// One way, in each direction.
    #[schemars(extend("default" = "0s"))]
    pub latency: Option<Distribution>,
    /// The probability that a message is lost, in each direction.
    #[schemars(extend("default" = 0))]
    pub loss: Option<Probability>,
    /// How long the caller waits for connection, network, backlog and work; above 0. Then it gives up, and the callee works on unless `cancel`
    /// is set. Without, for ever.
    #[schemars(extend("default" = null))]
    pub timeout: Option<Duration>,
    /// Of mode `queue`: the rules of the channel `from->to` that the edge then has. Defaults are those of a channel.
    pub channel: Option<Part<Channel>>,
    /// A preset of defaults, frozen with the format and written out when a scenario is saved: `http1` sets `connections` to 100 and `setup` to
    /// 3 ms, `amqp` sets the `ack` of the edge's own channel to 1 ms, `kafka` to 2 ms; `http2` and `grpc` set nothing. Any other name is a label.
    pub protocol: Option<String>,
    /// What opening a connection takes: handshakes, mTLS included. Without, nothing.
    #[schemars(extend("default" = null))]
    pub setup: Option<Distribution>,
    /// Connections of each caller replica. Without, any number.
    #[schemars(extend("default" = null))]
    pub connections: Option<Count>,
    /// Whether the callee is told when its caller gives up: it ends the step that it is at and begins no other, but undoes what an unfinished saga has done.
    #[schemars(extend("default" = false))]
    pub cancel: Option<bool>,
    /// So long after the call was made, or `"propagate"` for the caller's own, it is of no use any more: the caller gives up, and who has not begun with it never does. Without, it always is.
    #[schemars(extend("default" = null))]
    pub deadline: Option<Deadline>,
    /// Further attempts after a failure.
    #[schemars(extend("default" = null))]
    pub retry: Option<Retry>,
    /// Refuses calls to a callee that fails too often.
    #[schemars(extend("default" = null))]
    pub breaker: Option<Breaker>,
    /// Attempts of one caller replica under way at most (bulkhead), hedges not counted; more are refused at once.
    #[schemars(extend("default" = null))]
    pub limit: Option<Count>,
    /// Attempts of one caller replica at most, a second's worth of them at once, hedges not counted; more are refused at once.
    #[schemars(extend("default" = null))]
    pub rate: Option<Rate>,
    /// After so long without an answer, above 0, one extra attempt is sent; the first success wins, the loser works on.
    #[schemars(extend("default" = null))]
    pub hedge: Option<Duration>,
    /// What a call yields instead of a failure.
    #[schemars(extend("default" = null))]
    pub fallback: Option<Fallback>,
    /// Whether the callee or consumer recognises what it has done already.
    #[schemars(extend("default" = false))]
    pub idempotent: Option<bool>,
    /// Of mode `poll`: from an answer to the next question, above 0. `null` is 100 ms.
    #[schemars(extend("default" = null))]
    pub every: Option<Duration>,
    /// Into a channel: when the broker acknowledges.
    #[schemars(extend("default" = "leader"))]
    pub acks: Option<Acks>,
    /// Into a channel: messages about the same instance of this share a partition and keep their order.
    pub key: Option<Name>,
    /// Into a channel: how many instances there are, throughout the run. Without, every request is about another one.
    pub keys: Option<Count>,
    /// Into a channel: whether the producer waits for a consumer's reply, `sync` or `await` by its mode.
    #[schemars(extend("default" = false))]
    pub reply: Option<bool>,
    /// Out of a topic: edges of one group share the messages, each group gets all. Without, a group of its own.
    pub group: Option<Name>,
    /// Out of a channel, the own one of mode `queue` included: messages that one replica holds unacknowledged at most. Without, as many as it has threads (a loop: its `inFlight`), of batches as many full ones.
    #[schemars(extend("default" = null))]
    pub prefetch: Option<Count>,
    /// Out of a channel likewise: several messages as one span.
    #[schemars(extend("default" = null))]
    pub batch: Option<Batch>,
    /// Out of a channel likewise: the probability that a message fails every time, drawn once per message.
    #[schemars(extend("default" = 0))]
    pub poison: Option<Probability>,
}

/// Several messages as one span.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Messages at most.
    pub size: Count,
    /// How long the first one waits for others.
    #[schemars(extend("default" = "0s"))]
    pub linger: Option<Duration>,
}

impl Whole for Edge {
    fn may_change(key: &str) -> bool {
        !matches!(key, "from" | "to" | "flip" | "group")
    }
}

impl Edge {
    /// An edge as it is at some time, where these are the rules of its own channel so far.
    pub fn new(author: &mut Author, id: EdgeId, edge: &model::Edge, so_far: &model::ChannelRules) -> Edge {
        let (from, to) = author.ends(id);
        let (policy, publish, consume) = (&edge.policy, &edge.publish, &edge.consume);
        let chooses =
            publish.reply || !matches!((edge.from, edge.to), (Caller::Channel(_), _) | (_, Callee::Channel(_)));
        let (key, keys) = publish.key.map_or((None, None), |key| author.entity(key));
        Edge {
            from,
            to,
            mode: chooses.then(|| edge.mode.into()),
            flip: Some(edge.flip.into()),
            weight: matches!(edge.from, Caller::Client(_)).then_some(edge.weight),
            latency: Some((&edge.latency).into()),
            loss: Some(Probability(edge.loss)),
            timeout: edge.timeout.map(Duration::from),
            channel: Channel::of_edge(author.scenario, so_far, &edge.channel),
            protocol: None,
            setup: policy.setup.as_ref().map(Distribution::from),
            connections: policy.connections.map(Count),
            cancel: Some(policy.cancel),
            deadline: policy.deadline.map(Deadline::from),
            retry: policy.retry.as_ref().map(Retry::from),
            breaker: policy.breaker.as_ref().map(Breaker::from),
            limit: policy.limit.map(Count),
            rate: policy.rate.map(Rate::of_second),
            hedge: policy.hedge.map(Duration::from),
            fallback: policy.fallback.as_ref().map(|fallback| Fallback::new(author, fallback)),
            idempotent: Some(policy.idempotent || consume.idempotent),
            every: policy.every.map(Duration::from),
            acks: Some(publish.acks.into()),
            key,
            keys,
            reply: Some(publish.reply),
            group: consume.group.clone().map(Name),
            prefetch: consume.prefetch.map(Count),
            batch: consume.batch.map(Batch::from),
            poison: Some(Probability(consume.poison)),
        }
    }
}

/// The edges of a scenario up to the last that has to be written, so that each keeps its place. The others come from the
/// steps that call over them.
pub fn edges(author: &mut Author) -> Vec<Edge> {
    let edges = &author.scenario.edges;
    let written = edges
        .iter()
        .rposition(|edge| !is_implied(edge))
        .map_or(0, |last| last + 1);
    let rules = model::ChannelRules::default();
    let numbered = (0..).map(EdgeId).zip(&edges[..written]);
    numbered.map(|(id, edge)| Edge::new(author, id, edge, &rules)).collect()
}

/// Whether a step's `call` alone would make this edge.
fn is_implied(edge: &model::Edge) -> bool {
    let mut plain = model::Edge::plain(edge.name.clone(), edge.from, edge.to);
    if !plain.is_call() {
        plain.mode = model::Mode::Queue;
    }
    matches!(edge.from, Caller::Service(_)) && *edge == plain
}

impl From<model::Batch> for Batch {
    fn from(batch: model::Batch) -> Batch {
        Batch {
            size: Count(batch.size),
            linger: Some(batch.linger.into()),
        }
    }
}
