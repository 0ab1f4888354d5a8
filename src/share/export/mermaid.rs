//! One request as a sequence diagram in the language of Mermaid.
//!
//! ```text
//! sequenceDiagram
//!   participant n0 as shoppers
//!   n0->>+n1: place (sync)           a filled head: the caller waits
//!   n1-)n2: send mail (queue)        an open one: nobody does
//!   n1-->>-n0: 62.9 ms               an answer
//! ```
//!
//! Law: the same calls in the same order as in the sequence diagram of [`crate::picture::sequence`]; alike calls one after
//! the other are written once. No name can become syntax.

use crate::picture::message::{Message, Who, messages};
use crate::picture::moment::{Kind, Moment, moments};
use crate::picture::{story, word};
use crate::scenario::{Caller, Cause, Mode, Scenario};
use crate::time::Instant;
use crate::trace::{Trace, folded, is_beaten};

/// The diagram of an excerpt.
pub fn mermaid(scenario: &Scenario, trace: &Trace) -> String {
    let calls = folded(trace);
    let (who, messages) = messages(scenario, trace, &calls);
    let mut text = "sequenceDiagram\n".to_string();
    line(&mut text, &["title ", &plain(&story::title(scenario, trace))]);
    for (column, who) in who.iter().enumerate() {
        let (kind, name) = match who {
            Who::Client(id) => ("actor", scenario.clients[id.0 as usize].name.as_str()),
            Who::Service(id) => ("participant", scenario.service(*id).name.as_str()),
            Who::Channel(id) => ("participant", scenario.channel_name(*id)),
        };
        line(&mut text, &[kind, " ", &alias(column), " as ", &plain(name)]);
    }
    for moment in moments(trace, &calls, 0.0) {
        for words in told(scenario, trace, &messages, &moment) {
            line(&mut text, &[&words]);
        }
    }
    text
}

fn line(text: &mut String, words: &[&str]) {
    text.push_str("  ");
    words.iter().for_each(|word| text.push_str(word));
    text.push('\n');
}

fn alias(column: usize) -> String {
    format!("n{column}")
}

/// Without what Mermaid takes for syntax: its entities stand for it.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '#' => plain += "#35;",
            ';' => plain += "#59;",
            letter if letter.is_control() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    plain
}

/// The lines of a moment; most have none.
fn told(scenario: &Scenario, trace: &Trace, messages: &[Message], moment: &Moment) -> Vec<String> {
    let message = &messages[moment.call];
    let (span, from, to) = (&message.span, alias(message.from), alias(message.to));
    let note = |whom: &str, words: &str| format!("Note over {whom}: {}", plain(words));
    match moment.kind {
        Kind::Sent => vec![sending(scenario, message)],
        Kind::Arrived => message
            .by
            .iter()
            .map(|by| format!("{}-){to}: delivers", alias(*by)))
            .collect(),
        Kind::Began => vec![format!("activate {to}")],
        Kind::Asked(times) => vec![format!("{from}-){to}: asks, {times} so far")],
        Kind::Died => vec![note(&to, "dies with it")],
        Kind::Barred(edge, cause) => {
            let callee = word::ends(scenario, scenario.edge(edge)).1;
            vec![note(&to, &format!("does not call {callee}: {}", cause.word()))]
        }
        Kind::FellBack(_) => vec![note(&to, "falls back")],
        Kind::Answered => Vec::new(),
        Kind::Returned => returned(scenario, trace, messages, moment.call).into_iter().collect(),
        Kind::Ended if span.began < span.ended => vec![format!("deactivate {to}")],
        Kind::Ended => Vec::new(),
    }
}

fn sending(scenario: &Scenario, message: &Message) -> String {
    let span = &message.span;
    let arrow = match (span.lost && span.arrived == Instant::NEVER, span.mode.waits()) {
        (true, _) => "-x",
        (_, true) => "->>",
        (_, false) => "-)",
    };
    let to = alias(message.by.unwrap_or(message.to));
    format!(
        "{}{arrow}{to}: {}",
        alias(message.from),
        plain(&message.words(scenario))
    )
}

/// The outcome reaches the caller, or the caller gives up.
fn returned(scenario: &Scenario, trace: &Trace, messages: &[Message], call: usize) -> Option<String> {
    let message = &messages[call];
    let (span, to) = (&message.span, alias(message.from));
    let failed = span.outcome.and_then(Result::err);
    if failed == Some(Cause::Timeout) {
        let beaten = is_beaten(trace, message.placed.row);
        let words = if beaten {
            "lets the other one go"
        } else {
            "gives up: timeout"
        };
        return Some(format!("Note over {to}: {words}"));
    }
    let delivery = matches!(scenario.edge(span.edge).from, Caller::Channel(_));
    if matches!(span.mode, Mode::Oneway | Mode::Forward) || delivery && failed.is_none() {
        return None;
    }
    let answers = messages[message.answers].to;
    let from = alias(
        message
            .by
            .unwrap_or(if message.answers == call { message.to } else { answers }),
    );
    let took = span.returned.since(span.sent).brief();
    Some(match failed {
        Some(cause) => format!("{from}--x{to}: {}", cause.word()),
        None if span.mode == Mode::Queue => format!("{from}-->>{to}: ack"),
        None => format!("{from}-->>{to}: {took}"),
    })
}
