//! What the page exchanges with other programs.
//!
//! ```text
//! foreign file ─ import ─▶ a scenario ─▶ the sheet that offers it        recording, report ─ share::export ─▶ a file
//! ```
//!
//! Law: every question has one answer, at once, and nothing is kept: the module is let go when it has answered. What an
//! import assumes and leaves out is told before anything is replaced.

mod offer;
mod report;

use crate::import::{self, Format};
use crate::protocol::{self, FromReader, ToExchange, Written};
use crate::scenario::Scenario;
use crate::scenario::problem::Problem;
use crate::share::export;
use crate::time::Instant;
use crate::trace::{RequestRow, Trace};

/// The version, for who asks across the border.
pub fn ready() -> u32 {
    protocol::VERSION
}

/// Answers a question across the border.
pub fn answer(question: &[u8]) -> Vec<u8> {
    let answer = match postcard::from_bytes(question) {
        Ok(ToExchange::Import { name, bytes }) => offer(&name, &bytes),
        Ok(ToExchange::Export { what, seed, form }) => exported(&what.scenario, &what.trace, seed, &form),
        Ok(ToExchange::Report { of, responses, form }) => report::written(&of, &responses, &form),
        Err(_) => {
            let message = "the question is written in another version of the protocol".to_string();
            let problem = Problem::of_all(message, "a reload fetches page and exchange anew");
            Err(vec![problem])
        }
    };
    // Writing to memory does not fail; no bytes are no answer, and the page says so.
    postcard::to_allocvec(&answer).unwrap_or_default()
}

/// What a file means, if others wrote it.
fn offer(name: &str, bytes: &[u8]) -> FromReader<Written> {
    // What is wrong with a picture or with nothing at all is told by who reads our own.
    let is_foreign = |text: &str| !text.trim().is_empty() && !text.contains("<svg");
    if !std::str::from_utf8(bytes).is_ok_and(is_foreign) {
        return Err(Vec::new());
    }
    let imported = import::read(bytes, None)?;
    match imported.format {
        Format::Scenario => Err(Vec::new()),
        _ => Ok(Written {
            text: offer::sheet(name, &imported)?.into_string(),
            ending: String::new(),
        }),
    }
}

/// The forms in which a run leaves: the word in the markup, the format, the end of the file's name.
const FORMS: [(&str, export::Format, &str); 5] = [
    ("otlp", export::Format::Otlp, "otlp.json"),
    ("jaeger", export::Format::Jaeger, "jaeger.json"),
    ("zipkin", export::Format::Zipkin, "zipkin.json"),
    ("chrome", export::Format::Chrome, "chrome.json"),
    ("perfetto", export::Format::Chrome, "chrome.json"),
];

/// The requests that began in a recording and are over in it; all of them where there is none such. Of one request a
/// sequence diagram can be written as well.
fn exported(scenario: &Scenario, trace: &Trace, seed: u64, form: &str) -> FromReader<Written> {
    if form == "mermaid" {
        return Ok(Written {
            text: export::mermaid(scenario, trace),
            ending: "sequence.mmd".to_string(),
        });
    }
    let Some((_, format, ending)) = FORMS.iter().find(|(word, ..)| *word == form) else {
        let message = ["there is no format `", form, "`"].concat();
        let words = FORMS.map(|(word, ..)| word).join(", ");
        return Err(vec![Problem::of_all(
            message,
            &["there are ", &words, " and mermaid"].concat(),
        )]);
    };
    let is_whole = |row: &RequestRow| row.offered >= trace.from && row.completed != Instant::NEVER;
    let any = trace.requests.iter().any(is_whole);
    let export = export::Export::new(scenario, trace, seed, |row| !any || is_whole(row));
    Ok(Written {
        text: export.write(*format),
        ending: ending.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(question: &ToExchange) -> FromReader<Written> {
        let question = postcard::to_allocvec(question).unwrap();
        postcard::from_bytes(&answer(&question)).unwrap()
    }

    fn import(text: &str) -> FromReader<Written> {
        ask(&ToExchange::Import {
            name: "a<b.mmd".to_string(),
            bytes: text.as_bytes().to_vec(),
        })
    }

    #[test]
    fn what_others_wrote_is_offered_whatever_it_is_called() {
        let sheet = import("flowchart LR\n  web --> shop\n  shop -.-> mail\n").unwrap().text;
        assert!(sheet.contains("<h2>Import a&lt;b.mmd</h2>"), "{sheet}");
        assert!(
            sheet.contains("This is a Mermaid flowchart. As a scenario it has 1 client, "),
            "{sheet}"
        );
        assert!(sheet.contains("data-act=\"take\" data-on=\"{"), "{sheet}");
    }

    #[test]
    fn our_own_files_are_not_the_business_of_the_exchange() {
        for text in ["", " \n", "<svg></svg>", "{\"format\": \"sync-or-swim/1\"}"] {
            let problems = import(text).unwrap_err();
            assert!(problems.is_empty() || text.contains("format"), "{text}: {problems:?}");
        }
        assert!(!import("dear diary").unwrap_err().is_empty());
    }

    #[test]
    fn a_question_of_another_version_is_answered() {
        let answer: FromReader<Written> = postcard::from_bytes(&answer(&[255])).unwrap();
        assert!(answer.unwrap_err()[0].message.contains("another version"));
    }
}
