//! What an entry of a queueing network does: its phases, written one by one or as a graph of activities.
//!
//! ```text
//! phase 1 ─reply─▶ phase 2        the caller goes on after the first
//! ```

use super::draft::Draft;
use super::lqn::wrong;
use crate::scenario::problem::Problem;
use crate::scenario::{Mode, number};
use roxmltree::Node;
use std::collections::BTreeSet;

/// Work and calls until the reply, or after it.
#[derive(Default)]
pub struct Phase<'a> {
    /// In seconds.
    pub demand: f64,
    /// The squared coefficient of variation of the demand.
    pub square: f64,
    pub think: f64,
    pub calls: Vec<Call<'a>>,
}

pub struct Call<'a> {
    pub node: Node<'a, 'a>,
    pub to: &'a str,
    pub mean: f64,
    pub mode: Mode,
    pub is_fixed: bool,
}

/// The phases of an entry, one or two: the third is part of the second.
pub fn phases<'a>(task: &Node<'a, 'a>, entry: &Node<'a, 'a>, draft: &mut Draft) -> Result<Vec<Phase<'a>>, Problem> {
    let own = entry
        .children()
        .find(|node| node.has_tag_name("entry-phase-activities"));
    let mut phases: Vec<Phase> = Vec::new();
    match own {
        Some(own) => {
            for activity in own.children().filter(|node| node.has_tag_name("activity")) {
                let after = activity.attribute("phase").is_some_and(|phase| phase != "1");
                extend(&mut phases, after, &activity, draft)?;
            }
        }
        None => chain(task, entry, &mut phases, draft)?,
    }
    for forward in entry.children().filter(|node| node.has_tag_name("forwarding")) {
        let to = forward
            .attribute("dest")
            .ok_or_else(|| wrong(&forward, "a forwarding has no `dest`", "the name of an entry"))?;
        let mean = positive(&forward, "prob")?.unwrap_or(1.0).min(1.0);
        let call = Call {
            node: forward,
            to,
            mean,
            mode: Mode::Forward,
            is_fixed: true,
        };
        at(&mut phases, false).calls.push(call);
    }
    if phases.is_empty() {
        phases.push(Phase::default());
    }
    Ok(phases)
}

/// The first phase, or the second.
fn at<'p, 'a>(phases: &'p mut Vec<Phase<'a>>, after: bool) -> &'p mut Phase<'a> {
    while phases.len() <= usize::from(after) {
        phases.push(Phase::default());
    }
    &mut phases[usize::from(after)]
}

fn extend<'a>(
    phases: &mut Vec<Phase<'a>>,
    after: bool,
    activity: &Node<'a, 'a>,
    draft: &mut Draft,
) -> Result<(), Problem> {
    let demand = positive(activity, "host-demand-mean")?.unwrap_or(0.0);
    let square = positive(activity, "host-demand-cvsq")?.unwrap_or(1.0);
    let think = positive(activity, "think-time")?.unwrap_or(0.0);
    let is_fixed = activity.attribute("call-order") == Some("DETERMINISTIC");
    let phase = at(phases, after);
    let whole = phase.demand + demand;
    if whole > 0.0 {
        // Variances of parts that follow each other add up.
        phase.square = (phase.square * phase.demand * phase.demand + square * demand * demand) / (whole * whole);
    }
    (phase.demand, phase.think) = (whole, phase.think + think);
    for node in activity.children().filter(Node::is_element) {
        let mode = match node.tag_name().name() {
            "synch-call" => Mode::Sync,
            "asynch-call" => Mode::Oneway,
            other => {
                if !other.starts_with("result") {
                    draft.ignore(format!("`{other}` of an activity"));
                }
                continue;
            }
        };
        let to = node
            .attribute("dest")
            .ok_or_else(|| wrong(&node, "a call has no `dest`", "the name of an entry"))?;
        let mean = positive(&node, "calls-mean")?.unwrap_or(1.0).min(1_000.0);
        if mode == Mode::Oneway {
            draft.assume("asynchronous calls are oneway: they wait at the callee, not in a broker");
        }
        phase.calls.push(Call {
            node,
            to,
            mean,
            mode,
            is_fixed,
        });
    }
    if !is_fixed && !at(phases, after).calls.is_empty() {
        draft.assume(
            "stochastic calls are made a geometric number of times with their mean; DETERMINISTIC ones so often",
        );
    }
    Ok(())
}

/// Follows the activities from the one that is bound to the entry, up to a fork.
fn chain<'a>(
    task: &Node<'a, 'a>,
    entry: &Node<'a, 'a>,
    phases: &mut Vec<Phase<'a>>,
    draft: &mut Draft,
) -> Result<(), Problem> {
    let Some(graph) = task.children().find(|node| node.has_tag_name("task-activities")) else {
        return Ok(());
    };
    let named = |name: Option<&str>| {
        let mut all = graph.children().filter(|node| node.has_tag_name("activity"));
        all.find(|node| node.attribute("name") == name && name.is_some())
    };
    let name = entry.attribute("name");
    let mut activities = graph.children().filter(|node| node.has_tag_name("activity"));
    let mut next = activities.find(|node| node.attribute("bound-to-entry") == name);
    let (mut after, mut seen) = (false, BTreeSet::new());
    while let Some(activity) = next.filter(|activity| seen.insert(activity.range().start)) {
        extend(phases, after, &activity, draft)?;
        let own = activity.attribute("name");
        let mut replies = graph
            .children()
            .filter(|node| node.has_tag_name("reply-entry") && node.attribute("name") == name);
        after |= replies.any(|reply| {
            reply
                .children()
                .any(|node| node.attribute("name") == own && own.is_some())
        });
        let follows = graph
            .children()
            .filter(|node| node.has_tag_name("precedence"))
            .find(|precedence| {
                let mut before = precedence
                    .children()
                    .filter(|node| node.tag_name().name().starts_with("pre"));
                before.any(|node| {
                    node.children()
                        .any(|node| node.attribute("name") == own && own.is_some())
                })
            });
        let then = follows.and_then(|follows| {
            follows
                .children()
                .find(|node| node.tag_name().name().starts_with("post"))
        });
        next = then.and_then(|then| {
            named(
                then.children()
                    .find(Node::is_element)
                    .and_then(|node| node.attribute("name")),
            )
        });
        if let Some(then) = then.filter(|then| !then.has_tag_name("post")) {
            draft.ignore(format!(
                "`{}` behind `{}`: only its first branch is followed",
                then.tag_name().name(),
                own.unwrap_or_default()
            ));
        }
    }
    Ok(())
}

/// A number that is not negative, if the attribute is there.
fn positive(node: &Node, key: &str) -> Result<Option<f64>, Problem> {
    let Some(text) = node.attribute(key) else {
        return Ok(None);
    };
    match number::read(text).filter(|number| *number >= 0.0) {
        Some(number) => Ok(Some(number)),
        None => Err(wrong(node, &format!("`{key}` is `{text}`"), "a number, zero or more")),
    }
}
