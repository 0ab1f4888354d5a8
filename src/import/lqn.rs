//! Layered queueing networks in XML, as LQNS writes and reads them (lqn-core.xsd, Franks et al.).
//!
//! ```text
//! processor m=2 ─ task m=4 ─ entry ─ phase 1: demand 0.01, synch-call b    ▶   service, threads 4, cores 2
//!                                    phase 2: demand 0.02                  ▶   …, respond, work
//! ```
//!
//! Law: a task is a service and its entries are operations; demands are seconds of work, and what only the analytic
//! solution needs is told as ignored.

use super::draft::{self, Client, Draft, Load, ONLY, Operation, Service, Step};
use super::fit::time;
use super::graph::times;
use super::phase;
use crate::scenario::node::FOREIGN_LIMIT;
use crate::scenario::problem::{Problem, Severity};
use crate::scenario::{Mode, number};
use roxmltree::{Document, Node, ParsingOptions};
use std::collections::BTreeMap;

const NODE_LIMIT: u32 = 200_000;
/// Threads of a server without end.
const INFINITE: u32 = 10_000;

/// Reads a model.
pub fn read(text: &str) -> Result<Draft, Problem> {
    if text.len() > FOREIGN_LIMIT {
        return Err(Problem::of_all(
            "the text is too long".to_string(),
            "at most 16,000,000 bytes are read",
        ));
    }
    let options = ParsingOptions {
        nodes_limit: NODE_LIMIT,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|why| {
        let at = why.pos();
        let mut problem = Problem::of_all(
            format!("this is not XML that is read: {why}"),
            "XML without a document type",
        );
        (problem.line, problem.column) = (at.row, at.col);
        problem
    })?;
    let root = document.root_element();
    if !root.has_tag_name("lqn-model") {
        return Err(wrong(&root, "the root is no `lqn-model`", "<lqn-model name=\"…\">"));
    }
    let mut draft = Draft::of(root.attribute("name").unwrap_or("Queueing network"));
    let model = Model::of(root)?;
    for task in &model.tasks {
        match task.is_reference() {
            true => model.client(task, &mut draft)?,
            false => model.service(task, &mut draft)?,
        }
    }
    for ignored in ["solver-params", "pragma", "plot-control"] {
        if root.children().any(|node| node.has_tag_name(ignored)) {
            draft.ignore(format!("`{ignored}`: it tells a solver how to work"));
        }
    }
    draft.assume("a phase works its whole demand before its calls");
    draft.assume("demands are exponential unless their squared coefficient of variation says otherwise");
    Ok(draft)
}

/// The tasks of a model and where each entry stands.
pub struct Model<'a> {
    tasks: Vec<Task<'a>>,
    /// Task and entry by the name of the entry.
    entries: BTreeMap<&'a str, (usize, Node<'a, 'a>)>,
}

/// A task on its processor.
pub struct Task<'a> {
    pub node: Node<'a, 'a>,
    processor: Node<'a, 'a>,
    name: &'a str,
    shares: bool,
}

impl Task<'_> {
    fn is_reference(&self) -> bool {
        self.node.attribute("scheduling") == Some("ref")
    }

    /// How much faster than a second in a second its processor is.
    fn speed(&self) -> f64 {
        let speed = self.processor.attribute("speed-factor").and_then(number::read);
        speed.filter(|speed| *speed > 0.0).unwrap_or(1.0)
    }

    fn entries(&self) -> impl Iterator<Item = Node<'_, '_>> {
        self.node.children().filter(|node| node.has_tag_name("entry"))
    }
}

impl<'a> Model<'a> {
    fn of(root: Node<'a, 'a>) -> Result<Model<'a>, Problem> {
        let mut model = Model {
            tasks: Vec::new(),
            entries: BTreeMap::new(),
        };
        for processor in root.descendants().filter(|node| node.has_tag_name("processor")) {
            let tasks: Vec<Node> = processor
                .descendants()
                .filter(|node| node.has_tag_name("task"))
                .collect();
            for node in &tasks {
                let name = node
                    .attribute("name")
                    .ok_or_else(|| wrong(node, "a task has no `name`", "<task name=\"…\">"))?;
                for entry in node.children().filter(|node| node.has_tag_name("entry")) {
                    let name = entry
                        .attribute("name")
                        .ok_or_else(|| wrong(&entry, "an entry has no `name`", "<entry name=\"…\">"))?;
                    model.entries.insert(name, (model.tasks.len(), entry));
                }
                model.tasks.push(Task {
                    node: *node,
                    processor,
                    name,
                    shares: tasks.len() > 1,
                });
            }
        }
        draft::bounded(model.tasks.len(), "tasks")?;
        draft::bounded(model.entries.len(), "entries")?;
        Ok(model)
    }

    /// The edge to an entry in this mode, and its name as a target.
    fn edge(&self, draft: &mut Draft, from: &str, call: &phase::Call, mode: Mode) -> Result<String, Problem> {
        let known = self.entries.get(call.to).map(|(task, _)| &self.tasks[*task]);
        let Some(task) = known.filter(|task| !task.is_reference()) else {
            return Err(wrong(
                &call.node,
                &format!("there is no entry `{}` that can be called", call.to),
                "`dest` names an entry of a task",
            ));
        };
        let service = draft.names.of(task.name);
        let target = match task.entries().nth(1) {
            None => service,
            Some(_) => format!("{service}.{}", entry_name(call.to)),
        };
        let edge = draft.edge(from, &target, mode);
        if edge.mode == Some(mode) {
            return Ok(target);
        }
        draft.assume(format!(
            "`{from}` calls `{target}` in several ways: all calls are as the first one"
        ));
        Ok(target)
    }

    fn service(&self, task: &Task, draft: &mut Draft) -> Result<(), Problem> {
        let name = draft.names.of(task.name);
        let count = |node: &Node, key| {
            node.attribute(key)
                .and_then(|count| count.parse::<u32>().ok())
                .map(|count| count.clamp(1, INFINITE))
        };
        let mut service = Service {
            name: name.clone(),
            replicas: count(&task.node, "replication"),
            threads: Some(count(&task.node, "multiplicity").unwrap_or(1)),
            cores: Some(count(&task.processor, "multiplicity").unwrap_or(1)),
            shares_cores: matches!(task.processor.attribute("scheduling"), Some("ps" | "rand" | "cfs")),
            operations: Vec::new(),
        };
        if task.node.attribute("scheduling") == Some("inf") {
            service.threads = Some(INFINITE);
            draft.assume(format!("`{name}` serves all at once: it has {INFINITE} threads"));
        }
        if task.processor.attribute("scheduling") == Some("inf") || service.cores >= service.threads && !task.shares {
            service.cores = None;
        }
        if task.shares && service.cores.is_some() {
            draft.assume(format!(
                "`{name}` has the cores of its processor to itself: services do not share a machine"
            ));
        }
        let only = task.entries().nth(1).is_none();
        for entry in task.entries() {
            let own = entry.attribute("name").unwrap_or_default();
            let steps = self.steps(task, &entry, &name, draft)?;
            service.operations.push(Operation {
                name: if only { ONLY.to_string() } else { entry_name(own) },
                steps,
            });
            self.arrivals(&entry, own, task, draft)?;
        }
        draft.services.push(service);
        Ok(())
    }

    /// What arrives at an entry from outside.
    fn arrivals(&self, entry: &Node<'a, 'a>, own: &str, task: &Task, draft: &mut Draft) -> Result<(), Problem> {
        let Some(rate) = entry
            .attribute("open-arrival-rate")
            .and_then(number::read)
            .filter(|rate| *rate > 0.0)
        else {
            return Ok(());
        };
        let name = draft.names.fresh(&format!("{own}-arrivals"));
        let call = phase::Call {
            node: *entry,
            to: own,
            mean: 1.0,
            mode: Mode::Sync,
            is_fixed: true,
        };
        let load = Load::Arrivals(format!("poisson({}/s)", number::print(rate)));
        draft.clients.push(Client {
            name: name.clone(),
            load,
        });
        self.edge(draft, &name, &call, Mode::Sync)?;
        draft.assume(format!("arrivals at `{own}` of `{}` are Poisson", task.name));
        Ok(())
    }

    fn steps(&self, task: &Task, entry: &Node<'a, 'a>, from: &str, draft: &mut Draft) -> Result<Vec<Step>, Problem> {
        let phases = phase::phases(&task.node, entry, draft)?;
        let mut steps = Vec::new();
        for (at, phase) in phases.iter().enumerate() {
            if at == 1 {
                steps.push(Step::Respond);
            }
            if phase.demand > 0.0 {
                steps.push(Step::Work(demand(phase.demand / task.speed(), phase.square)));
            }
            if phase.think > 0.0 {
                steps.push(Step::Wait(demand(phase.think, 1.0)));
            }
            for call in &phase.calls {
                let target = self.edge(draft, from, call, call.mode)?;
                steps.extend(self.times(call, target));
            }
        }
        Ok(steps)
    }

    /// Calls so often; stochastic ones a geometric number of times.
    fn times(&self, call: &phase::Call, target: String) -> Option<Step> {
        let call_once = Step::Call(target);
        match call.is_fixed {
            _ if call.mean <= 0.0 => None,
            true => Some(times(call.mean, call_once)),
            false => Some(Step::About(call.mean, vec![call_once])),
        }
    }

    /// A reference task: so many users who think, then ask. What it does beside one call is a service of its own.
    fn client(&self, task: &Task, draft: &mut Draft) -> Result<(), Problem> {
        let name = draft.names.of(task.name);
        let users = task
            .node
            .attribute("multiplicity")
            .and_then(|count| count.parse::<u32>().ok())
            .unwrap_or(1);
        let think = task.node.attribute("think-time").and_then(number::read).unwrap_or(0.0);
        let users = users.clamp(1, INFINITE);
        let load = Load::Users {
            users,
            think: demand(think, 1.0),
        };
        draft.clients.push(Client {
            name: name.clone(),
            load,
        });
        let Some(entry) = self
            .tasks
            .iter()
            .find(|other| other.node == task.node)
            .and_then(|task| task.node.children().find(|node| node.has_tag_name("entry")))
        else {
            return Err(wrong(
                &task.node,
                "a reference task has no entry",
                "an entry that calls somebody",
            ));
        };
        if task.entries().nth(1).is_some() {
            draft.ignore(format!("all entries of `{}` but the first", task.name));
        }
        let phases = phase::phases(&task.node, &entry, draft)?;
        if let [phase] = &phases[..]
            && phase.demand == 0.0
            && phase.think == 0.0
            && let [call] = &phase.calls[..]
            && call.mean == 1.0
            && call.mode == Mode::Sync
        {
            draft.assume(format!("a user of `{}` calls once between two thoughts", task.name));
            self.edge(draft, &name, call, Mode::Sync)?;
            return Ok(());
        }
        let session = draft.names.fresh(&format!("{}-session", task.name));
        let steps = self.steps(task, &entry, &session, draft)?;
        draft.assume(format!(
            "what a user of `{}` does between two thoughts is the service `{session}`",
            task.name
        ));
        draft.edge(&name, &session, Mode::Sync);
        draft.services.push(Service {
            name: session,
            threads: Some(users),
            operations: vec![Operation {
                name: ONLY.to_string(),
                steps,
            }],
            ..Service::default()
        });
        Ok(())
    }
}

/// The name of an operation; foreign ones that come to the same are refused when the scenario is read.
fn entry_name(foreign: &str) -> String {
    super::name::Names::default().of(foreign)
}

/// A demand in seconds with this squared coefficient of variation.
fn demand(seconds: f64, square: f64) -> String {
    let mean = (seconds * 1e9).clamp(0.0, 3e17);
    match square {
        _ if mean < 1.0 => "0s".to_string(),
        square if square <= 0.0 => time(mean),
        square if square < 0.75 => format!(
            "erlang({}, {})",
            (1.0 / square).round().clamp(1.0, 100.0) as u32,
            time(mean)
        ),
        square if square <= 1.0 => format!("exp({})", time(mean)),
        square => {
            // Two exponentials with balanced means (Allen 1990, 5.2).
            let p = ((1.0 + libm::sqrt((square - 1.0) / (square + 1.0))) / 2.0 * 1e6)
                .round()
                .min(999_999.0)
                / 1e6;
            let part = |p: f64| format!("{}: {}", number::print(p), time(mean / (2.0 * p)));
            format!("hyperexp({}, {})", part(p), part((1e6 - p * 1e6).round() / 1e6))
        }
    }
}

/// A problem at a place of the document.
pub fn wrong(node: &Node, message: &str, fix: &str) -> Problem {
    let at = node.document().text_pos_at(node.range().start);
    Problem {
        path: String::new(),
        line: at.row,
        column: at.col,
        offence: node.tag_name().name().to_string(),
        message: message.to_string(),
        fix: fix.to_string(),
        severity: Severity::Error,
    }
}
