//! Istio's isotope: service graphs with call scripts.
//!
//! ```text
//! script: [ [call a, call b], sleep 10ms ]   ▶   parallel a, b, then wait 10ms
//! ```

use super::draft::{Draft, ONLY, Operation, Service, Step, WORK, bounded};
use super::graph;
use super::tree::{self, wrong};
use crate::scenario::Mode;
use crate::scenario::node::{Node, Value};
use crate::scenario::problem::{Problem, nearest};
use crate::time::Duration;

/// What makes no difference to who waits for whom.
const SIZES: [&str; 5] = ["requestSize", "responseSize", "numRbacPolicies", "type", "errorRate"];

/// Reads a service graph.
pub fn read(text: &str, tree: &Node) -> Result<Draft, Problem> {
    let mut draft = Draft::of("Isotope service graph");
    let services = tree::items(tree.get("services"));
    let defaults = tree.get("defaults");
    let foreign: Vec<&str> = services
        .iter()
        .filter_map(|service| tree::text(service, "name"))
        .collect();
    bounded(foreign.len(), "services")?;
    let names: Vec<String> = foreign.iter().map(|name| draft.names.of(name)).collect();
    let mut reader = Reader {
        text,
        foreign: &foreign,
        draft: &mut draft,
    };
    for (service, name) in services
        .iter()
        .filter(|service| tree::text(service, "name").is_some())
        .zip(&names)
    {
        reader.service(service, defaults, name)?;
    }
    for key in SIZES.iter().filter(|key| **key != "errorRate") {
        let said = |node: &Node| node.get(key).is_some();
        if services.iter().chain(defaults).any(said) {
            draft.ignore(format!("`{key}`: it changes no time here"));
        }
    }
    draft.assume(format!(
        "each service works {WORK} before its script: the file says no times"
    ));
    draft.assume("calls hold the caller's thread (sync); each replica has 8 threads");
    let entry = |service: &&Node| matches!(service.get("isEntrypoint").map(|is| &is.value), Some(Value::Bool(true)));
    let entries: Vec<String> = services
        .iter()
        .filter(entry)
        .filter_map(|service| tree::text(service, "name"))
        .map(|name| draft.names.of(name))
        .collect();
    let uncalled = || {
        names
            .iter()
            .filter(|name| !draft.edges.iter().any(|edge| edge.to == **name))
    };
    let entries = if entries.is_empty() {
        uncalled().cloned().collect()
    } else {
        entries
    };
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    graph::enter(&mut draft, &entries);
    Ok(draft)
}

struct Reader<'a> {
    text: &'a str,
    foreign: &'a [&'a str],
    draft: &'a mut Draft,
}

impl Reader<'_> {
    fn service(&mut self, node: &Node, defaults: Option<&Node>, name: &str) -> Result<(), Problem> {
        let field = |key: &str| node.get(key).or_else(|| defaults?.get(key));
        let mut steps = vec![Step::Work(WORK.to_string())];
        if let Some(rate) = field("errorRate").and_then(share) {
            steps.push(Step::Fail(rate));
        }
        for item in tree::items(field("script")) {
            steps.extend(self.step(item, name)?);
        }
        let replicas = tree::whole(field("numReplicas")).map(|count| count.clamp(1, 10_000) as u32);
        self.draft.services.push(Service {
            name: name.to_string(),
            replicas,
            operations: vec![Operation {
                name: ONLY.to_string(),
                steps,
            }],
            ..Service::default()
        });
        Ok(())
    }

    fn step(&mut self, node: &Node, from: &str) -> Result<Option<Step>, Problem> {
        if let Value::List(branches) = &node.value {
            let mut steps = Vec::new();
            for branch in branches {
                steps.extend(self.step(branch, from)?.map(|step| vec![step]));
            }
            return Ok(match steps.len() {
                0 => None,
                1 => steps.pop().and_then(|mut only| only.pop()),
                _ => Some(Step::Parallel(steps)),
            });
        }
        if let Some(call) = node.get("call") {
            return self.call(call, from).map(Some);
        }
        match node.get("sleep") {
            Some(sleep) => {
                let time = sleep.text().and_then(|text| Duration::parse(text).ok());
                let time =
                    time.ok_or_else(|| wrong(self.text, sleep, "this is no time to sleep", "a duration such as 10ms"))?;
                Ok(Some(Step::Wait(time.to_string())))
            }
            None => Err(wrong(
                self.text,
                node,
                "this is no step of a script",
                "`call: NAME`, `sleep: 10ms`, or a list of them",
            )),
        }
    }

    fn call(&mut self, call: &Node, from: &str) -> Result<Step, Problem> {
        let named = call.get("service").unwrap_or(call);
        let Some(target) = named.text().filter(|target| self.foreign.contains(target)) else {
            let known = self.foreign.iter().copied();
            let fix = match nearest(named.text().unwrap_or_default(), known) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "a call names a service of the file".to_string(),
            };
            return Err(wrong(self.text, named, "there is no service of this name", &fix));
        };
        let to = self.draft.names.of(target);
        self.draft.edge(from, &to, Mode::Sync);
        let likely = tree::number(call.get("probability")).map_or(1.0, |percent| (percent / 100.0).clamp(0.0, 1.0));
        Ok(match likely {
            0.0 | 1.0 => Step::Call(to),
            likely => Step::maybe(likely, vec![Step::Call(to)]),
        })
    }
}

/// `0.1%` or `0.001` as a probability.
fn share(node: &Node) -> Option<f64> {
    let share = match node.text().and_then(|text| text.trim().strip_suffix('%')) {
        Some(percent) => crate::scenario::number::read(percent)? / 100.0,
        None => tree::number(Some(node))?,
    };
    (share > 0.0 && share <= 1.0).then_some(share)
}
