//! AsyncAPI 2 and 3: what one application sends and receives, and over which channels.
//!
//! ```text
//! publishers ─▶ ▤ orders ─▶ application.onOrder          an operation that receives
//! callers ─▶ application.tellPaid ─▶ ▤ paid ─▶ subscribers    one that sends
//! ```
//!
//! Law: who is at the other end of a channel, and what makes the application send, the file does not say: both are told.

use super::draft::{self, Channel, Draft, Edge, Operation, Service, Step, WORK};
use super::fit;
use super::name::Names;
use super::reference::{self, Parts};
use super::tree::{self, wrong};
use crate::scenario::Mode;
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::Problem;
use std::collections::BTreeMap;

/// What changes no time here.
const UNUSED: [(&str, &str); 3] = [
    ("messages", "messages and their schemas"),
    ("schemas", "messages and their schemas"),
    ("securitySchemes", "security"),
];

/// The protocols of which something is read, of channels and of operations.
const CHANNELS: &[&str] = &["amqp", "jms", "ibmmq", "sqs", "kafka"];
const OPERATIONS: &[&str] = &["kafka", "nats"];

/// Reads what an application says of itself.
pub fn read(text: &str, tree: &Node) -> Result<Draft, Problem> {
    draft::bounded(reference::widest(tree), "keys in one map")?;
    let file = File {
        text,
        tree,
        parts: Parts::of(tree),
    };
    let operations = match file.version()? {
        2 => file.earlier()?,
        _ => file.current()?,
    };
    draft::bounded(operations.len(), "operations")?;
    let title = tree.get("info").and_then(|info| tree::text(info, "title"));
    let mut maker = Maker::new(&file, title.unwrap_or("Application"));
    maker.shared = shared(operations.iter().map(|action| action.key));
    let (sent, received): (Vec<&Action>, Vec<&Action>) = operations.iter().partition(|action| action.sends);
    received.iter().for_each(|action| maker.receive(action));
    sent.iter().for_each(|action| maker.send(action));
    let mut draft = maker.finish();
    file.tell(&operations, &mut draft);
    Ok(draft)
}

/// Something that the application sends or receives.
struct Action<'a> {
    name: String,
    node: &'a Node,
    /// The key of the channel, and what is said of it.
    key: &'a str,
    channel: &'a Node,
    sends: bool,
    /// Whether it has an answer.
    replies: bool,
}

struct File<'a> {
    text: &'a str,
    tree: &'a Node,
    parts: Parts<'a>,
}

impl<'a> File<'a> {
    /// The first number of the version.
    fn version(&self) -> Result<u32, Problem> {
        let node = self.tree.get("asyncapi").unwrap_or(self.tree);
        let major = match &node.value {
            Value::Text(version) => version.split('.').next().and_then(|major| major.parse().ok()),
            Value::Number(version) => Some(*version as u32),
            _ => None,
        };
        let fix = "version 2 or 3, such as `asyncapi: 3.0.0`";
        let read = major.filter(|major| [2, 3].contains(major));
        read.ok_or_else(|| wrong(self.text, node, "this version of AsyncAPI is not read", fix))
    }

    /// The operations of version 3: each names its channel, and says what the application does.
    fn current(&self) -> Result<Vec<Action<'a>>, Problem> {
        let mut actions = Vec::new();
        for (name, node) in tree::entries(self.tree.get("operations")) {
            let node = self.parts.meant(node);
            let sends = match tree::text(node, "action") {
                Some("send") => true,
                Some("receive") => false,
                _ => {
                    let said = node.get("action").unwrap_or(node);
                    return Err(wrong(
                        self.text,
                        said,
                        "an operation has no `action`",
                        "`action: send` or `action: receive`",
                    ));
                }
            };
            let named = node.get("channel").unwrap_or(node);
            let channel = tree::text(named, "$ref").and_then(|pointer| self.parts.named(pointer));
            let fix = "a channel of this file, such as `$ref: '#/channels/orders'`";
            let (key, channel) = channel.ok_or_else(|| wrong(self.text, named, "an operation has no channel", fix))?;
            actions.push(Action {
                name: name.text().unwrap_or(key).to_string(),
                node,
                key,
                channel,
                sends,
                replies: node.get("reply").is_some(),
            });
        }
        Ok(actions)
    }

    /// The operations of version 2, which stand in their channels: what others may publish, the application receives.
    fn earlier(&self) -> Result<Vec<Action<'a>>, Problem> {
        let mut actions = Vec::new();
        for (key, channel) in tree::entries(self.tree.get("channels")) {
            let channel = self.parts.meant(channel);
            let key = key.text().unwrap_or_default();
            for (word, sends) in [("publish", false), ("subscribe", true)] {
                let Some(node) = channel.get(word) else { continue };
                let node = self.parts.meant(node);
                let name = tree::text(node, "operationId").map_or_else(|| format!("{word} {key}"), str::to_string);
                actions.push(Action {
                    name,
                    node,
                    key,
                    channel,
                    sends,
                    replies: false,
                });
            }
        }
        Ok(actions)
    }

    /// What is said of a channel or an operation for each protocol, by itself and by its traits.
    fn bindings(&self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        let traits = tree::items(node.get("traits")).iter().take(10);
        let said = std::iter::once(node).chain(traits.map(|one| self.parts.meant(one)));
        said.filter_map(|node| Some(self.parts.meant(node.get("bindings")?)))
    }

    /// The same for one protocol.
    fn binding(&self, node: &'a Node, protocol: &str) -> Option<&'a Node> {
        let binding = self.bindings(node).find_map(|bindings| bindings.get(protocol))?;
        Some(self.parts.meant(binding))
    }

    /// Tells what of the file has no place in a scenario.
    fn tell(&self, actions: &[Action<'a>], draft: &mut Draft) {
        let components = self.tree.get("components");
        for (key, told) in UNUSED {
            if components.is_some_and(|components| components.get(key).is_some()) {
                draft.ignore(format!("{told}: they change no time here"));
            }
        }
        for action in actions {
            for (node, known, of) in [
                (action.channel, CHANNELS, "channels"),
                (action.node, OPERATIONS, "operations"),
            ] {
                let keys = self.bindings(node).flat_map(|bindings| tree::entries(Some(bindings)));
                let keys = keys.filter_map(|(key, _)| key.text());
                keys.filter(|key| !known.contains(key))
                    .for_each(|key| draft.ignore(format!("bindings of {of} for `{key}`")));
            }
        }
        for (_, channel) in tree::entries(self.tree.get("channels")) {
            if let Some(pointer) = tree::text(self.parts.meant(channel), "$ref") {
                draft.ignore(format!("`{pointer}`: it does not stand in this file"));
            }
        }
        if actions.iter().any(|action| action.replies) {
            draft.assume("a message with a reply is a request over its channel, and holds the thread of who sends it");
            draft.ignore("channels of replies: a reply finds its way");
        }
    }

    /// Whether each message of a channel goes to one receiver only.
    fn is_queue(&self, channel: &'a Node) -> bool {
        let says = |protocol, key| {
            let binding = self.binding(channel, protocol);
            binding.is_some_and(|binding| tree::text(binding, key).is_some_and(|kind| kind.contains("queue")))
        };
        says("amqp", "is")
            || says("jms", "destinationType")
            || says("ibmmq", "destinationType")
            || self.binding(channel, "sqs").is_some()
    }

    /// The name of those who share the messages of an operation.
    fn group(&self, operation: &'a Node) -> Option<&'a str> {
        let kafka = self.binding(operation, "kafka").and_then(|kafka| kafka.get("groupId"));
        let nats = self.binding(operation, "nats").and_then(|nats| nats.get("queue"));
        let said = kafka.or(nats)?;
        let one_of = tree::items(said.get("enum")).first();
        [Some(said), said.get("const"), one_of, said.get("default")]
            .into_iter()
            .flatten()
            .find_map(Node::text)
    }

    /// The protocol of a channel's first server, without a word for its encryption.
    fn protocol(&self, channel: &'a Node) -> Option<&'a str> {
        let own = tree::items(channel.get("servers")).first();
        let own = own.and_then(|server| match server.text() {
            Some(name) => self.tree.get("servers")?.get(name),
            None => Some(server),
        });
        let any = || {
            tree::entries(self.tree.get("servers"))
                .first()
                .map(|(_, server)| server)
        };
        let protocol = tree::text(self.parts.meant(own.or_else(any)?), "protocol")?;
        let protocol = protocol.strip_prefix("secure-").unwrap_or(protocol);
        let protocol = protocol.strip_suffix("-secure").unwrap_or(protocol);
        let plain = ["amqp", "http", "mqtt", "stomp", "ws"];
        let meant = plain
            .into_iter()
            .find(|plain| protocol.strip_prefix(plain) == Some("s"));
        Some(meant.unwrap_or(protocol))
    }
}

/// Draws the application in the middle of others.
struct Maker<'a> {
    file: &'a File<'a>,
    draft: Draft,
    /// The application.
    own: String,
    /// With how many bytes the key of each channel begins alike.
    shared: usize,
    names: Names,
    operations: Vec<Operation>,
    /// The operation that takes the messages of a channel, by its key.
    takers: BTreeMap<&'a str, String>,
    /// The clients that are made up, by what they are.
    clients: BTreeMap<&'static str, String>,
    /// What takes the messages that the application sends.
    others: Service,
}

impl<'a> Maker<'a> {
    fn new(file: &'a File<'a>, title: &str) -> Maker<'a> {
        let mut draft = Draft::of(title);
        Maker {
            file,
            own: draft.names.fresh(title),
            shared: 0,
            draft,
            names: Names::default(),
            operations: Vec::new(),
            takers: BTreeMap::new(),
            clients: BTreeMap::new(),
            others: Service::default(),
        }
    }

    /// Somebody publishes what the application receives.
    fn receive(&mut self, action: &Action<'a>) {
        let channel = self.channel(action, "");
        let client = self.client("publishers");
        self.draft.assume(format!(
            "who sends to `{channel}` is not said: the client `{client}` does"
        ));
        let edge = self.draft.edge(&client, &channel, Mode::Queue);
        ask(edge, action);
        if let Some(taker) = self.takers.get(action.key) {
            let (own, name) = (&self.own, &action.name);
            let told = format!("`{own}.{taker}` stands for `{name}`, too: both take the messages of `{channel}`");
            return self.draft.assume(told);
        }
        let name = self.operation(action, None);
        let target = format!("{}.{name}", self.own);
        let group = self
            .file
            .group(action.node)
            .filter(|_| !self.file.is_queue(action.channel));
        let edge = self.draft.edge(&channel, &target, Mode::Sync);
        (edge.mode, edge.group) = (None, group.map(|group| Names::default().of(group)));
        self.takers.insert(action.key, name);
    }

    /// Somebody makes the application send, and somebody takes what it sends.
    fn send(&mut self, action: &Action<'a>) {
        let both_ways = self.takers.contains_key(action.key);
        let channel = self.channel(action, if both_ways { " sent" } else { "" });
        if both_ways {
            let told = "is used both ways: what is sent over it has a channel of its own";
            self.draft.assume(format!("`{}` {told}, `{channel}`", action.key));
        }
        let name = self.operation(action, Some(channel.clone()));
        let (client, target) = (self.client("callers"), format!("{}.{name}", self.own));
        self.draft.assume(format!(
            "what makes `{}` send is not said: the client `{client}` asks for it",
            self.own
        ));
        self.draft.edge(&client, &target, Mode::Sync);
        let own = self.own.clone();
        ask(self.draft.edge(&own, &channel, Mode::Queue), action);
        self.take(channel);
    }

    /// Somebody takes the messages of a channel.
    fn take(&mut self, channel: String) {
        if self.others.name.is_empty() {
            self.others.name = self.draft.names.fresh("subscribers");
        }
        let others = &self.others.name;
        self.draft.assume(format!(
            "who takes from `{channel}` is not said: the service `{others}` does"
        ));
        let target = format!("{others}.{channel}");
        self.draft.edge(&channel, &target, Mode::Sync).mode = None;
        if self.others.operations.iter().all(|operation| operation.name != channel) {
            let steps = vec![Step::Work(WORK.to_string())];
            self.others.operations.push(Operation { name: channel, steps });
        }
    }

    /// The channel of an action, and of this direction where it has two.
    fn channel(&mut self, action: &Action<'a>, direction: &str) -> String {
        let own = &action.key[self.shared..];
        let own = if own.contains(char::is_alphanumeric) {
            own
        } else {
            "root"
        };
        let name = self.draft.names.of(&[own, direction].concat());
        if self.draft.channels.iter().any(|channel| channel.name == name) {
            return name;
        }
        let is_topic = !self.file.is_queue(action.channel);
        if is_topic {
            self.draft
                .assume("a channel of which no binding says that it is a queue is a topic");
        }
        let kafka = self.file.binding(action.channel, "kafka").filter(|_| is_topic);
        let partitions = tree::whole(kafka.and_then(|kafka| kafka.get("partitions")));
        let retention = kafka.and_then(|kafka| kafka.get("topicConfiguration")?.get("retention.ms"));
        let retention = tree::whole(retention).filter(|milliseconds| *milliseconds > 0);
        self.draft.channels.push(Channel {
            name: name.clone(),
            is_topic,
            partitions: partitions.map(|count| count.clamp(1, 10_000) as u32),
            retention: retention.map(|milliseconds| fit::time(milliseconds as f64 * 1e6)),
            protocol: self.file.protocol(action.channel).map(str::to_string),
        });
        name
    }

    /// An operation of the application: it works, then calls.
    fn operation(&mut self, action: &Action<'a>, call: Option<String>) -> String {
        self.draft
            .assume(format!("each operation works {WORK}: the file says no times"));
        let name = self.names.of(&action.name);
        let work = Step::Work(WORK.to_string());
        let steps = std::iter::once(work).chain(call.map(Step::Call)).collect();
        self.operations.push(Operation {
            name: name.clone(),
            steps,
        });
        name
    }

    fn client(&mut self, who: &'static str) -> String {
        if let Some(client) = self.clients.get(who) {
            return client.clone();
        }
        let name = self.draft.names.fresh(who);
        self.clients.insert(who, name.clone());
        self.draft.client(name)
    }

    fn finish(self) -> Draft {
        let mut draft = self.draft;
        let own = Service {
            name: self.own,
            operations: self.operations,
            ..Service::default()
        };
        let services = [own, self.others].into_iter();
        draft.services = services.filter(|service| !service.operations.is_empty()).collect();
        draft
    }
}

/// The length of the segments with which all these addresses begin: `city/lights/` of `city/lights/on`, `city/lights/off`.
fn shared<'a>(mut keys: impl Iterator<Item = &'a str>) -> usize {
    let first = keys.next().unwrap_or_default();
    let alike = |one: &str, other: &str| {
        let same = one
            .char_indices()
            .zip(other.chars())
            .find(|((_, one), other)| one != other);
        let length = same.map_or(one.len().min(other.len()), |((at, _), _)| at);
        one[..length].rfind(['/', '.']).map_or(0, |at| at + 1)
    };
    keys.filter(|key| *key != first)
        .map(|key| alike(first, key))
        .min()
        .unwrap_or_default()
}

/// A message that has an answer is a request over its channel.
fn ask(edge: &mut Edge, action: &Action) {
    if action.replies {
        (edge.mode, edge.reply) = (Some(Mode::Sync), true);
    }
}
