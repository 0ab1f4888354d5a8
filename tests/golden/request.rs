//! Golden requests: where a folder has a `request.txt`, one request of its run is told and drawn.
//!
//! ```text
//! request.txt   c 1  what is seen there        the client and the number of the request
//!   └─▶ story.txt, waterfall.svg, sequence.svg
//! ```
//!
//! Law: byte for byte, and the story says what the pictures draw.

use super::{check, file, home, names, scenario, whole};
use std::fs;
use sync_or_swim::metrics::blame::Blame;
use sync_or_swim::picture::sequence::sequence;
use sync_or_swim::picture::shape::{Picture, Shape};
use sync_or_swim::picture::story::{story, title};
use sync_or_swim::picture::waterfall::{View, waterfall};
use sync_or_swim::scenario::Scenario;
use sync_or_swim::told::figure::figure;
use sync_or_swim::trace::{RequestRow, Trace, excerpt, is_beaten};

/// The width of the pictures.
const WIDTH: f64 = 760.0;

/// The request that a folder tells of, with its scenario.
fn told(name: &str) -> Option<(Scenario, Trace)> {
    let line = fs::read_to_string(file(name, "request.txt")).ok()?;
    let mut words = line.split_whitespace();
    let client = words.next().expect("a client");
    let number: u64 = words.next().and_then(|number| number.parse().ok()).expect("a number");
    let scenario = scenario(name);
    let trace = whole(&scenario);
    let is_it = |row: &RequestRow| scenario.clients[row.client.0 as usize].name == client && row.number == number;
    let row = trace.requests.iter().position(is_it);
    let row = row.unwrap_or_else(|| panic!("{name}: no request {number} of {client}"));
    let trace = excerpt(&trace, row as u32).expect("the request is there");
    Some((scenario, trace))
}

fn all() -> impl Iterator<Item = (String, Scenario, Trace)> {
    let names = names(&home()).into_iter();
    names.filter_map(|name| told(&name).map(|(scenario, trace)| (name, scenario, trace)))
}

fn pictures(scenario: &Scenario, trace: &Trace) -> [Picture; 2] {
    let width = WIDTH;
    [
        waterfall(&View { scenario, trace, width }),
        sequence(scenario, trace, width),
    ]
}

fn text(scenario: &Scenario, trace: &Trace) -> String {
    let sentences = (1..).zip(story(scenario, trace));
    let lines = sentences.map(|(number, sentence)| format!("{number}. {}\n", sentence.text));
    format!("{}\n{}", title(scenario, trace), lines.collect::<String>())
}

#[test]
fn each_request_is_told_and_drawn_as_it_was() {
    let mut wrong = Vec::new();
    for (name, scenario, trace) in all() {
        let [fall, sequence] = pictures(&scenario, &trace).map(|picture| figure(&picture, &name, false).into_string());
        wrong.extend([
            check(&name, "story.txt", &text(&scenario, &trace)),
            check(&name, "waterfall.svg", &fall),
            check(&name, "sequence.svg", &sequence),
        ]);
    }
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "UPDATE=1 accepts this:\n{}", wrong.join("\n"));
}

/// All words of a picture.
fn words(picture: &Picture) -> String {
    let texts = picture.marks.iter().filter_map(|mark| match &mark.shape {
        Shape::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

#[test]
fn pictures_and_story_say_the_same() {
    let mut failures = 0;
    for (name, scenario, trace) in all() {
        let [fall, sequence] = pictures(&scenario, &trace).map(|picture| words(&picture));
        let story = text(&scenario, &trace);
        let request = trace.requests[0];
        let took = request.returned.since(request.offered).brief();
        assert!(story.contains(&took) && fall.contains(&took), "{name}: {took}");
        let needed = (0..).zip(&trace.spans).filter(|(row, _)| !is_beaten(&trace, *row));
        for cause in needed.filter_map(|(_, span)| span.outcome?.err()) {
            let word = cause.word();
            assert!(
                [&story, &fall, &sequence].iter().all(|text| text.contains(word)),
                "{name}: {word}"
            );
            failures += 1;
        }
        let shares = Blame::new(&scenario, &trace).shares(0).unwrap_or_default();
        for share in shares {
            assert!(story.contains(&share.time.brief()), "{name}: {share:?}");
        }
    }
    assert!(failures > 3, "{failures}");
}

#[test]
fn every_mark_lies_in_its_picture() {
    for (name, scenario, trace) in all() {
        for picture in pictures(&scenario, &trace) {
            for mark in &picture.marks {
                if let Shape::Rect { x, y, width, height } = mark.shape {
                    let inside = x >= 0.0 && y >= 0.0 && x + width <= picture.width + 0.1;
                    assert!(inside && y + height <= picture.height + 0.1, "{name}: {mark:?}");
                }
            }
        }
    }
}
