//! The steps of an operation.

use super::client::distribution;
use super::edge;
use super::item::{self, Use};
use super::name::{Names, target};
use super::table::{Desk, Table, kind, quoted};
use crate::scenario::node::{Node, Value};
use crate::scenario::number;
use crate::scenario::problem::nearest;
use crate::scenario::{Caller, Edge, ItemId, SagaStep, ServiceId, Step, Times};

const STEPS: [&str; 16] = [
    "work", "wait", "call", "parallel", "respond", "choose", "repeat", "fail", "hold", "acquire", "release", "saga",
    "write", "read", "apply", "offload",
];
/// Keys that stand beside the one that names the step.
const COMPANIONS: [(&str, &[&str]); 6] = [
    ("parallel", &["join"]),
    ("repeat", &["do"]),
    ("hold", &["do"]),
    ("write", &["of", "keys"]),
    ("read", &["of", "keys"]),
    ("apply", &["of", "keys"]),
];
/// Fixed repetitions at most; a longer loop is better drawn as one `work`.
const REPEAT_LIMIT: u64 = 100_000;

/// What is needed while steps are read.
pub struct Steps<'d, 'a> {
    pub desk: &'d mut Desk<'a>,
    pub names: &'d Names<'a>,
    pub edges: &'d mut Vec<Edge>,
    pub caller: ServiceId,
    /// Whether the service has offload threads.
    pub offload: bool,
}

/// Whether a reply may leave here.
#[derive(Clone, Copy, PartialEq)]
enum Respond {
    Possible,
    Done,
    /// Inside `parallel` or `repeat`.
    Nowhere,
}

/// Reads the steps of one operation.
pub fn operation<'a>(steps: &mut Steps<'_, 'a>, field: &'a Node) -> Vec<Step> {
    steps.sequence(field, &mut Respond::Possible.clone())
}

impl<'a> Steps<'_, 'a> {
    fn sequence(&mut self, field: &'a Node, respond: &mut Respond) -> Vec<Step> {
        let items = self.desk.list(field);
        items.iter().filter_map(|item| self.step(item, respond)).collect()
    }

    fn step(&mut self, field: &'a Node, respond: &mut Respond) -> Option<Step> {
        let Value::Map(entries) = &field.value else {
            let message = format!("{} stands here", kind(field));
            self.desk
                .error(field, message, "a step is a map such as {\"work\": \"5ms\"}");
            return None;
        };
        let names: Vec<&str> = entries.iter().filter_map(|(key, _)| key.text()).collect();
        let Some(name) = names.iter().find(|name| STEPS.contains(name)) else {
            self.unknown(field, names.first().copied().unwrap_or_default());
            return None;
        };
        let companions = COMPANIONS.iter().find(|(step, _)| step == name);
        let companions = companions.map_or(&[][..], |(_, companions)| companions);
        let known: Vec<&str> = std::iter::once(*name).chain(companions.iter().copied()).collect();
        let later: &[&str] = if *name == "call" { &["args"] } else { &[] };
        let table = self.desk.table(field, &known, later)?;
        let value = table.get(name)?;
        self.named(name, &table, value, respond)
    }

    fn unknown(&mut self, field: &'a Node, name: &str) {
        let fix = match nearest(name, STEPS) {
            Some(step) => format!("did you mean `{step}`?"),
            None => format!("steps are {}", quoted(&STEPS)),
        };
        self.desk.error(field, format!("there is no step `{name}`"), fix);
    }

    fn named(&mut self, name: &str, table: &Table<'a>, value: &'a Node, respond: &mut Respond) -> Option<Step> {
        match name {
            "work" => Some(Step::Work(distribution(self.desk, value))),
            "wait" => Some(Step::Wait(distribution(self.desk, value))),
            "call" => self.call(value),
            "parallel" => Some(self.parallel(table, value)),
            "respond" => self.respond(value, respond),
            "choose" => Some(self.choose(value, respond)),
            "repeat" => Some(self.repeat(table, value)),
            "hold" => {
                let pool = self.pool(value);
                let body = self.body(table, "{\"hold\": \"POOL\", \"do\": [STEP, …]}");
                Some(Step::Hold { pool: pool?, body })
            }
            "acquire" => Some(Step::Acquire(self.pool(value)?)),
            "release" => Some(Step::Release(self.pool(value)?)),
            "saga" => Some(self.saga(value)),
            "offload" => Some(self.offload(table, value)),
            "write" => Some(Step::Write(self.item(table, value, Use::Write)?)),
            "read" => Some(Step::Read(self.item(table, value, Use::Read)?)),
            "apply" => Some(Step::Apply(self.item(table, value, Use::Apply)?)),
            _ => Some(Step::Fail(self.desk.probability(value))),
        }
    }

    fn offload(&mut self, table: &Table<'a>, value: &'a Node) -> Step {
        if !self.offload {
            let fix = "add \"offload\": 4 to a service with a `loop`";
            self.desk.error(table.node, "the service has no offload threads", fix);
        }
        Step::Offload(self.sequence(value, &mut Respond::Nowhere.clone()))
    }

    fn item(&mut self, table: &Table<'a>, value: &'a Node, used: Use) -> Option<ItemId> {
        item::item(self.desk, table, value, used, self.caller)
    }

    fn call(&mut self, value: &'a Node) -> Option<Step> {
        let to = target(self.desk, value, self.names)?;
        let from = Caller::Service(self.caller);
        let caller = self.names.services[self.caller.0 as usize];
        let name = format!("{caller}->{}", value.text().unwrap_or_default());
        Some(Step::Call(edge::find_or_add(self.edges, name, from, to)))
    }

    fn parallel(&mut self, table: &Table<'a>, value: &'a Node) -> Step {
        let items = self.desk.list(value);
        let branches: Vec<Vec<Step>> = items
            .iter()
            .map(|branch| self.sequence(branch, &mut Respond::Nowhere.clone()))
            .collect();
        if branches.is_empty() {
            self.desk.error(value, "there is no branch", "a list of lists of steps");
        }
        let all = branches.len().max(1) as u32;
        let join = match table.get("join") {
            Some(join) if join.text() == Some("any") => 1,
            Some(join) if join.text() == Some("all") => all,
            Some(join) => self.desk.count(join, 1, all as u64) as u32,
            None => all,
        };
        Step::Parallel { branches, join }
    }

    fn respond(&mut self, value: &'a Node, respond: &mut Respond) -> Option<Step> {
        if value.value != Value::Bool(true) {
            self.desk
                .error(value, "`respond` is true or not there", "{\"respond\": true}");
            return None;
        }
        match *respond {
            Respond::Possible => {
                *respond = Respond::Done;
                return Some(Step::Respond);
            }
            Respond::Done => self
                .desk
                .error(value, "the reply has left already", "an operation responds once"),
            Respond::Nowhere => {
                let fix = "put it before or behind";
                self.desk
                    .error(value, "a reply cannot leave from inside of this step", fix);
            }
        }
        None
    }

    fn choose(&mut self, value: &'a Node, respond: &mut Respond) -> Step {
        let mut options = Vec::new();
        let before = *respond;
        for item in self.desk.list(value) {
            let Some(table) = self.desk.table(item, &["p", "do"], &[]) else {
                continue;
            };
            let (Some(p), Some(body)) = (table.get("p"), table.get("do")) else {
                self.desk
                    .error(item, "an option has `p` and `do`", "{\"p\": 0.9, \"do\": [STEP, …]}");
                continue;
            };
            let mut own = before;
            options.push((self.desk.probability(p), self.sequence(body, &mut own)));
            *respond = if own == Respond::Done { own } else { *respond };
        }
        let sum: f64 = options.iter().map(|(p, _)| p).sum();
        if sum > 1.0 + 1e-9 {
            self.desk.error(
                value,
                format!("the probabilities add up to {}", number::print(sum)),
                "at most 1; what is missing does nothing",
            );
        }
        Step::Choose(options)
    }

    fn repeat(&mut self, table: &Table<'a>, value: &'a Node) -> Step {
        let times = match &value.value {
            Value::Text(text) => Times::Geometric(self.geometric(value, text)),
            _ => Times::Fixed(self.desk.count(value, 0, REPEAT_LIMIT) as u32),
        };
        let body = self.body(table, "{\"repeat\": 3, \"do\": [STEP, …]}");
        Step::Repeat { times, body }
    }

    /// The steps beside the name of this one.
    fn body(&mut self, table: &Table<'a>, example: &str) -> Vec<Step> {
        match table.get("do") {
            Some(body) => self.sequence(body, &mut Respond::Nowhere.clone()),
            None => {
                self.desk.error(table.node, "`do` is missing", example);
                Vec::new()
            }
        }
    }

    /// One of the service's pools.
    fn pool(&mut self, value: &'a Node) -> Option<u32> {
        let text = self.desk.text(value, "the name of a pool")?;
        let pools = &self.names.pools[self.caller.0 as usize];
        if let Some(index) = pools.iter().position(|pool| *pool == text) {
            return Some(index as u32);
        }
        let fix = match nearest(text, pools.iter().copied()) {
            Some(pool) => format!("did you mean `{pool}`?"),
            None => format!("add \"pools\": {{\"{text}\": 1}} to the service"),
        };
        self.desk.error(value, format!("the service has no pool `{text}`"), fix);
        None
    }

    fn saga(&mut self, value: &'a Node) -> Step {
        let mut parts = Vec::new();
        for item in self.desk.list(value) {
            let Some(table) = self.desk.table(item, &["do", "undo"], &[]) else {
                continue;
            };
            let Some(step) = table.get("do") else {
                let fix = "{\"do\": STEP, \"undo\": STEP}";
                self.desk.error(item, "`do` is missing", fix);
                continue;
            };
            let step = self.one_or_more(step);
            let undo = table.get("undo").map(|undo| self.one_or_more(undo)).unwrap_or_default();
            parts.push(SagaStep { step, undo });
        }
        if parts.is_empty() {
            self.desk
                .error(value, "there is no step", "a list of {\"do\": STEP, \"undo\": STEP}");
        }
        Step::Saga(parts)
    }

    /// A step, or a list of steps.
    fn one_or_more(&mut self, field: &'a Node) -> Vec<Step> {
        let mut nowhere = Respond::Nowhere;
        match field.value {
            Value::List(_) => self.sequence(field, &mut nowhere),
            _ => self.step(field, &mut nowhere).into_iter().collect(),
        }
    }

    fn geometric(&mut self, field: &'a Node, text: &str) -> f64 {
        let inside = text
            .trim()
            .strip_prefix("geometric(")
            .and_then(|rest| rest.strip_suffix(')'));
        match inside.and_then(|mean| number::read(mean.trim())) {
            Some(mean) if (0.0..=1e5).contains(&mean) => mean,
            _ => {
                let fix = "a whole number, or `geometric(2.5)` with a mean from 0 to 100000";
                self.desk.error(field, format!("`{text}` is no number of times"), fix);
                0.0
            }
        }
    }
}
