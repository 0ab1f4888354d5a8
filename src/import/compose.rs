//! docker-compose: who starts after whom, and whose address stands in whose environment.
//!
//! ```text
//! shop: { depends_on: [stock], environment: { CART_ADDR: "cart:7070" } }   ▶   shop ─▶ stock, shop ─▶ cart
//! ```
//!
//! Law: a start order is no call, and an address is one only likely: both are told as assumptions.

use super::draft::Draft;
use super::graph::{Graph, Kind};
use super::tree;
use crate::scenario::Mode;
use crate::scenario::node::{Node, Value, place};
use crate::scenario::problem::Problem;

/// What watches a system and is no part of its requests.
const WATCHERS: [&str; 13] = [
    "otel-collector",
    "opentelemetry-collector",
    "jaeger",
    "zipkin",
    "prometheus",
    "grafana",
    "loki",
    "tempo",
    "opamp",
    "fluentd",
    "fluent-bit",
    "node-exporter",
    "cadvisor",
];
const LOADS: [&str; 6] = [
    "load-generator",
    "loadgenerator",
    "loadgen",
    "locust",
    "load-test",
    "user-sim",
];
const QUEUES: [&str; 5] = ["rabbitmq", "activemq", "artemis", "nats", "elasticmq"];
const TOPICS: [&str; 3] = ["kafka", "redpanda", "pulsar"];

/// Reads the services of a compose file.
pub fn read(text: &str, tree: &Node) -> Result<Draft, Problem> {
    let mut draft = Draft::of(tree::text(tree, "name").unwrap_or("Compose file"));
    let services: Vec<Service> = tree::entries(tree.get("services"))
        .iter()
        .filter_map(|(key, value)| {
            Some(Service {
                name: key.text()?,
                node: value,
            })
        })
        .collect();
    let (watchers, services): (Vec<_>, Vec<_>) = services.into_iter().partition(|service| service.is_one_of(&WATCHERS));
    for watcher in &watchers {
        draft.ignore(format!("`{}`: it watches the others", watcher.name));
    }
    let mut graph = Graph::default();
    for service in &services {
        service.add(text, &mut graph)?;
    }
    super::draft::bounded(graph.nodes.len(), "services")?;
    for service in &services {
        service.link(text, &watchers, &mut graph, &mut draft)?;
    }
    graph.bounded()?;
    draft.assume("`depends_on`, `links` and addresses in `environment` are taken as sync calls, one for each request");
    takers(&mut graph, &services, &mut draft);
    alone(&mut draft, &graph);
    for key in ["networks", "volumes", "secrets", "configs"] {
        if tree.get(key).is_some() {
            draft.ignore(format!("`{key}`"));
        }
    }
    let entries = entries(&graph, &services);
    Ok(graph.into_draft(draft, &entries))
}

struct Service<'a> {
    name: &'a str,
    node: &'a Node,
}

impl Service<'_> {
    /// Whether name or image says so.
    fn is_one_of(&self, words: &[&str]) -> bool {
        let image = tree::text(self.node, "image").unwrap_or_default();
        // Of an image only its own name: registries and owners are called after products, too.
        let image = image.rsplit('/').next().unwrap_or(image);
        words
            .iter()
            .any(|word| self.name.contains(word) || image.starts_with(word))
    }

    fn add(&self, text: &str, graph: &mut Graph) -> Result<(), Problem> {
        if !matches!(self.node.value, Value::Map(_) | Value::Null) {
            let mut problem = Problem::of_all(format!("the service `{}` is no map", self.name), "keys such as `image`");
            (problem.line, problem.column) = place(text, self.node.start);
            return Err(problem);
        }
        let at = graph.node(self.name);
        let node = &mut graph.nodes[at];
        node.kind = match () {
            () if self.is_one_of(&LOADS) => Kind::Client,
            () if self.is_one_of(&TOPICS) => Kind::Topic,
            () if self.is_one_of(&QUEUES) => Kind::Queue,
            () => Kind::Service,
        };
        let deploy = self.node.get("deploy");
        let replicas = deploy
            .and_then(|deploy| deploy.get("replicas"))
            .or(self.node.get("scale"));
        node.replicas = tree::whole(replicas).map(|count| count.clamp(1, 1_000) as u32);
        let limits = deploy.and_then(|deploy| deploy.get("resources")?.get("limits")?.get("cpus"));
        let cores = tree::number(limits.or(self.node.get("cpus")));
        node.cores = cores
            .filter(|cores| *cores > 0.0)
            .map(|cores| cores.ceil().min(1_000.0) as u32);
        Ok(())
    }

    fn link(&self, text: &str, watchers: &[Service], graph: &mut Graph, draft: &mut Draft) -> Result<(), Problem> {
        let Some(from) = graph.place(self.name) else {
            return Ok(());
        };
        for (named, node) in ["depends_on", "links"].iter().flat_map(|key| names(self.node.get(key))) {
            let named = named.split(':').next().unwrap_or(named);
            match graph.place(named) {
                Some(to) => connect(graph, from, to),
                None if watchers.iter().any(|watcher| watcher.name == named) => {}
                None => {
                    draft.ignore(format!(
                        "`{}` depends on `{named}`, which is not in this file",
                        self.name
                    ));
                    let (line, _) = place(text, node.start);
                    draft.ignore(format!(
                        "line {line}: merge the files with `docker compose config` to have it"
                    ));
                }
            }
        }
        for (key, value) in environment(self.node) {
            if let Some(to) = addressed(graph, from, key, value) {
                connect(graph, from, to);
            }
        }
        Ok(())
    }
}

fn connect(graph: &mut Graph, from: usize, to: usize) {
    let back = graph.links.iter().any(|link| link.from == to && link.to == from);
    if !back && graph.links.len() <= super::draft::COUNT_LIMIT {
        graph.link(from, to, Mode::Sync);
    }
}

/// The names of a list, or the keys of a map.
fn names(node: Option<&Node>) -> Vec<(&str, &Node)> {
    let listed = tree::items(node).iter().filter_map(|item| Some((item.text()?, item)));
    let keyed = tree::entries(node)
        .iter()
        .filter_map(|(key, _)| Some((key.text()?, key)));
    listed.chain(keyed).collect()
}

/// The variables, each with its value where one is given.
fn environment(node: &Node) -> Vec<(&str, &str)> {
    let node = node.get("environment");
    let listed = tree::items(node).iter().filter_map(Node::text);
    let listed = listed.map(|item| item.split_once('=').unwrap_or((item, "")));
    let keyed = tree::entries(node).iter();
    let keyed = keyed.filter_map(|(key, value)| Some((key.text()?, value.text().unwrap_or_default())));
    listed.chain(keyed).take(500).collect()
}

const ADDRESSES: [&str; 8] = [
    "_ADDR",
    "_HOST",
    "_URL",
    "_URI",
    "_ENDPOINT",
    "_SERVICE",
    "_ADDRESS",
    "_SERVER",
];

/// The node that a variable tells the address of: its value holds the name as a host, or it has no value and is called after it.
fn addressed(graph: &Graph, from: usize, key: &str, value: &str) -> Option<usize> {
    if ["OTEL_", "FLAGD_"].iter().any(|own| key.starts_with(own)) {
        return None;
    }
    let hosts = value
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-' || letter == '_' || letter == '.'));
    let host = hosts.filter(|host| {
        value.len() == host.len() || value.contains(&format!("{host}:")) || value.contains(&format!("//{host}"))
    });
    if let Some(to) = host.filter_map(|host| graph.place(host)).find(|to| *to != from) {
        return Some(to);
    }
    let stem = ADDRESSES.iter().find_map(|end| key.strip_suffix(end))?;
    let stem = stem.to_ascii_lowercase().replace('_', "-");
    if graph.place(&stem) == Some(from) {
        return None; // its own address
    }
    let named = value.is_empty() || value.starts_with('$');
    let fits = |name: &str| name == stem || name.starts_with(&format!("{stem}-"));
    let mut found = (0..graph.nodes.len()).filter(|at| *at != from && named && fits(&graph.nodes[*at].foreign));
    let first = graph
        .place(&stem)
        .filter(|at| *at != from && named)
        .or_else(|| found.next())?;
    Some(first)
}

/// Who depends on a broker and is called by nobody takes from it; others give.
fn takers(graph: &mut Graph, services: &[Service], draft: &mut Draft) {
    let is_channel = |at: usize| matches!(graph.nodes[at].kind, Kind::Queue | Kind::Topic);
    let is_open = |at: usize| {
        let name = &graph.nodes[at].foreign;
        services
            .iter()
            .any(|service| service.name == name && service.node.get("ports").is_some())
    };
    let takes = |at: usize| !graph.is_called(at) && !is_open(at) && graph.nodes[at].kind == Kind::Service;
    let (mut gives, mut taken) = (vec![false; graph.nodes.len()], vec![false; graph.nodes.len()]);
    for link in graph.links.iter().filter(|link| is_channel(link.to)) {
        let side = if takes(link.from) { &mut taken } else { &mut gives };
        side[link.to] = true;
    }
    let works = |at: usize| gives[at] && taken[at];
    let mut links = graph.links.clone();
    // What a broker itself depends on is no matter of requests.
    links.retain(|link| !is_channel(link.from) && (!is_channel(link.to) || works(link.to)));
    for link in links.iter_mut().filter(|link| is_channel(link.to)) {
        let [from, to] = [link.from, link.to].map(|at| graph.nodes[at].foreign.clone());
        if takes(link.from) {
            (link.from, link.to) = (link.to, link.from);
            draft.assume(format!("`{from}` takes messages from `{to}`, since nobody calls it"));
        } else {
            draft.assume(format!("`{from}` sends messages to `{to}`, since somebody calls it"));
        }
    }
    let unused: Vec<usize> = (0..graph.nodes.len())
        .filter(|at| is_channel(*at) && !works(*at))
        .collect();
    graph.links = links;
    for at in unused {
        graph.nodes[at].kind = Kind::Outside;
        draft.ignore(format!(
            "`{}`: this file does not tell who sends messages to it and who takes them",
            graph.nodes[at].foreign
        ));
    }
}

/// Tells who has to do with nobody.
fn alone(draft: &mut Draft, graph: &Graph) {
    for (at, node) in graph.nodes.iter().enumerate() {
        if node.kind == Kind::Service && !graph.is_called(at) && !graph.calls_some(at) {
            draft.assume(format!(
                "`{}` is called by nobody and calls nobody: the file names no connection",
                node.foreign
            ));
        }
    }
}

/// Whom the world calls: services with ports that nobody calls, or all that nobody calls.
fn entries(graph: &Graph, services: &[Service]) -> Vec<usize> {
    let is_service = |at: &usize| graph.nodes[*at].kind == Kind::Service && !graph.is_called(*at);
    let uncalled: Vec<usize> = (0..graph.nodes.len()).filter(is_service).collect();
    let calling: Vec<usize> = uncalled.iter().copied().filter(|at| graph.calls_some(*at)).collect();
    let is_open = |at: &&usize| {
        let name = &graph.nodes[**at].foreign;
        services
            .iter()
            .any(|service| service.name == name && service.node.get("ports").is_some())
    };
    let open = |of: &[usize]| of.iter().filter(is_open).copied().collect::<Vec<usize>>();
    [open(&calling), calling.clone(), open(&uncalled), uncalled]
        .into_iter()
        .find(|some| !some.is_empty())
        .unwrap_or_default()
}
