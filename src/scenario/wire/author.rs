//! Who writes a scenario down again: from the model to what is written, name for name.
//!
//! ```text
//! Step::Call(EdgeId(3))   ▶   {"call": "payments.charge"}
//! ```
//!
//! Law: an entity is named where its id was given, so that ids come out as they went in.

use super::super::model::{self, EdgeId, EntityId, ItemId, Scenario, Service};
use super::step::{Choice, Join, SagaStep, Step, Steps, Times};
use super::value::{Count, EdgeName, Name, Probability, Target};

/// Writes one scenario, edges first.
pub struct Author<'a> {
    pub scenario: &'a Scenario,
    /// Entities are named in the order of their ids only, so far those of lower ones; none if the order does not matter.
    named: Option<u32>,
    /// Of which items it has been said what they are of.
    told: Vec<bool>,
}

impl<'a> Author<'a> {
    /// One that has written nothing yet.
    pub fn new(scenario: &'a Scenario) -> Author<'a> {
        Author {
            scenario,
            named: Some(0),
            told: vec![false; scenario.items.len()],
        }
    }

    /// One that has written nothing yet, and will give entities other ids rather than leave one out.
    pub fn careless(scenario: &'a Scenario) -> Author<'a> {
        let named = None;
        Author {
            named,
            ..Author::new(scenario)
        }
    }

    /// Whether everything has been said of items.
    pub fn has_told_all(&self) -> bool {
        let mut items = self.scenario.items.iter().zip(&self.told);
        items.all(|(item, told)| *told || item.of.is_none())
    }

    /// The two ends of an edge as its author named them.
    pub fn ends(&self, edge: EdgeId) -> (Name, Target) {
        let name = &self.scenario.edge(edge).name;
        let (from, to) = name.split_once("->").unwrap_or((name, ""));
        (Name(from.to_string()), Target(to.to_string()))
    }

    /// The name of an edge.
    pub fn edge(&self, edge: EdgeId) -> EdgeName {
        EdgeName(self.scenario.edge(edge).name.clone())
    }

    /// An entity, and how many instances it has.
    pub fn entity(&mut self, id: EntityId) -> (Option<Name>, Option<Count>) {
        self.named = self.named.map(|named| named.max(id.0 + 1));
        let entity = &self.scenario.entities[id.0 as usize];
        (Some(Name(entity.name.clone())), entity.count.map(Count))
    }

    /// An item; what it is of where that is known by now, or comes next.
    fn item(&mut self, id: ItemId) -> (Name, Option<Name>, Option<Count>) {
        let item = &self.scenario.items[id.0 as usize];
        let of = item.of.filter(|of| self.named.is_none_or(|named| of.0 <= named));
        self.told[id.0 as usize] |= of.is_some();
        let (of, keys) = of.map_or((None, None), |of| self.entity(of));
        (Name(item.name.clone()), of, keys)
    }

    /// The steps of an operation of this service.
    pub fn steps(&mut self, service: &Service, steps: &[model::Step]) -> Vec<Step> {
        steps.iter().map(|step| self.step(service, step)).collect()
    }

    fn step(&mut self, service: &Service, step: &model::Step) -> Step {
        let pool = |index: u32| Name(service.pools[index as usize].name.clone());
        match step {
            model::Step::Work(dist) => Step::Work { work: dist.into() },
            model::Step::Wait(dist) => Step::Wait { wait: dist.into() },
            model::Step::Call(edge) => Step::Call {
                call: self.ends(*edge).1,
            },
            model::Step::Parallel { branches, join } => Step::Parallel {
                parallel: branches.iter().map(|branch| self.steps(service, branch)).collect(),
                join: (*join as usize != branches.len()).then_some(Join::Number(*join)),
            },
            model::Step::Respond => Step::Respond { respond: true },
            model::Step::Choose(branches) => Step::Choose {
                choose: branches
                    .iter()
                    .map(|(p, body)| self.choice(service, *p, body))
                    .collect(),
            },
            model::Step::Repeat { times, body } => Step::Repeat {
                repeat: (*times).into(),
                r#do: self.steps(service, body),
            },
            model::Step::Fail(p) => Step::Fail { fail: Probability(*p) },
            model::Step::Hold { pool: index, body } => Step::Hold {
                hold: pool(*index),
                r#do: self.steps(service, body),
            },
            model::Step::Acquire(index) => Step::Acquire { acquire: pool(*index) },
            model::Step::Release(index) => Step::Release { release: pool(*index) },
            model::Step::Offload(body) => Step::Offload {
                offload: self.steps(service, body),
            },
            model::Step::Saga(parts) => Step::Saga {
                saga: parts.iter().map(|part| self.saga_step(service, part)).collect(),
            },
            model::Step::Write(_) | model::Step::Read(_) | model::Step::Apply(_) => self.use_of_item(step),
        }
    }

    fn use_of_item(&mut self, step: &model::Step) -> Step {
        let mut item = |id: &ItemId| self.item(*id);
        match step {
            model::Step::Write(id) => {
                let (write, of, keys) = item(id);
                Step::Write { write, of, keys }
            }
            model::Step::Apply(id) => {
                let (apply, of, keys) = item(id);
                Step::Apply { apply, of, keys }
            }
            model::Step::Read(id) => {
                let (read, of, keys) = item(id);
                Step::Read { read, of, keys }
            }
            other => unreachable!("{other:?} uses no item"),
        }
    }

    fn choice(&mut self, service: &Service, p: f64, body: &[model::Step]) -> Choice {
        Choice {
            p: Probability(p),
            r#do: self.steps(service, body),
        }
    }

    fn saga_step(&mut self, service: &Service, part: &model::SagaStep) -> SagaStep {
        let done = self.one_or_more(service, &part.step);
        let undo = (!part.undo.is_empty()).then(|| self.one_or_more(service, &part.undo));
        SagaStep { r#do: done, undo }
    }

    fn one_or_more(&mut self, service: &Service, steps: &[model::Step]) -> Steps {
        match steps {
            [one] => Steps::One(Box::new(self.step(service, one))),
            several => Steps::Several(self.steps(service, several)),
        }
    }
}

impl From<model::Times> for Times {
    fn from(times: model::Times) -> Times {
        match times {
            model::Times::Fixed(n) => Times::Fixed(n),
            model::Times::Geometric(mean) => Times::Geometric(super::value::Geometric(format!("geometric({mean})"))),
        }
    }
}
