//! Edits of texts of random scenarios.
//!
//! Law: a node that was added and deleted again, or got another name and its own again, leaves the text as it was, and so
//! does an edge.

use super::{everywhere, layout, number};
use proptest::prelude::*;
use proptest::sample::Index;
use std::cell::Cell;
use sync_or_swim::scenario::edit::{Edit, Section, apply};
use sync_or_swim::scenario::problem::Problem;
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::{Scenario, write};

#[test]
fn what_is_undone_leaves_no_trace() {
    let law = "what_is_undone_leaves_no_trace";
    let edited = Cell::new(0);
    let picks = (layout::places(), any::<Index>(), any::<Index>());
    everywhere(law, picks, |(scenario, (places, a, b))| {
        let scenario = layout::laid_out(scenario.clone(), places);
        let text = write(&scenario);
        // The engine can run more than the reader lets pass.
        let Ok(parsed) = parse(&text) else { return Ok(()) };
        edited.set(edited.get() + 1);
        let scenario = parsed.scenario;
        let names = names(&scenario);
        let (a, b) = (&names[a.index(names.len())], &names[b.index(names.len())]);
        added(&text)?;
        renamed(&text, a)?;
        connected(&text, &scenario, a, b)
    });
    println!("{law}: {} texts were edited", edited.get());
    assert!(edited.get() > number("LAWS_CASES", 500) / 2);
}

fn names(scenario: &Scenario) -> Vec<String> {
    let clients = scenario.clients.iter().map(|it| &it.name);
    let services = scenario.services.iter().map(|it| &it.name);
    let channels = scenario.channels.iter().map(|it| &it.name);
    clients.chain(services).chain(channels).cloned().collect()
}

/// A text after an edit that has to be possible.
fn must(text: &str, edit: Edit) -> Result<String, String> {
    let told = |problems: Vec<Problem>| format!("{edit:?}: {problems:?}\n{text}");
    apply(text, &edit).map_err(told)
}

fn back(was: &str, is: &str, of: &str) -> Result<(), String> {
    match was == is {
        true => Ok(()),
        false => Err(format!("{of}: was\n{was}\nis\n{is}")),
    }
}

fn added(text: &str) -> Result<(), String> {
    for section in [Section::Clients, Section::Services, Section::Channels] {
        let word = &section.key()[..section.key().len() - 1];
        let more = must(text, Edit::Add { section, at: None })?;
        let node = format!("{word}-1");
        back(text, &must(&more, Edit::Delete { node })?, word)?;
    }
    Ok(())
}

fn renamed(text: &str, node: &str) -> Result<(), String> {
    let rename = |node: &str, name: &str| Edit::Rename {
        node: node.to_string(),
        name: name.to_string(),
    };
    let other = must(text, rename(node, "another"))?;
    back(text, &must(&other, rename("another", node))?, node)
}

fn connected(text: &str, scenario: &Scenario, from: &str, to: &str) -> Result<(), String> {
    let (from, to) = (from.to_string(), to.to_string());
    let Ok(more) = apply(text, &Edit::Connect { from, to }) else {
        return Ok(());
    };
    let edges = parse(&more).map_err(|problems| format!("{problems:?}"))?.scenario.edges;
    let new = edges.into_iter().find(|edge| scenario.edge_named(&edge.name).is_none());
    let edge = new.ok_or("no edge is new")?.name;
    back(text, &must(&more, Edit::Disconnect { edge: edge.clone() })?, &edge)
}
