//! The page gives out what `swim` prints: figures of its backend, written by its exchange.

use crate::swim::{file, swim};
use std::sync::Arc;
use sync_or_swim::backend::session::Session;
use sync_or_swim::exchange;
use sync_or_swim::protocol::{Finding, FromBackend, FromReader, RunId, ToBackend, ToExchange, Written};
use sync_or_swim::scenario::walk::Packed;
use sync_or_swim::scenario::{gallery, text};

/// It locks itself up.
const DEADLOCK: &str = r#"{
    "format": "sync-or-swim/1", "run": {"duration": "10s"}, "clients": {"c": {"arrivals": "poisson(20/s)"}},
    "services": {"a": {"threads": 1, "operations": {"in": [{"work": "5ms"}, {"call": "a.again"}], "again": []}}},
    "edges": [{"from": "c", "to": "a.in"}, {"from": "a", "to": "a.again"}]
}"#;
/// It can never keep up, so that it does not settle either, and one client is never replied to.
const OVERLOAD: &str = r#"{
    "format": "sync-or-swim/1", "run": {"duration": "60s"},
    "clients": {"c": {"arrivals": "poisson(30/s)"}, "late": {"arrivals": "constant(1/s)", "start": "0s"}},
    "services": {"a": {"threads": 1, "work": "exp(40ms)"}, "away": {"threads": 1, "work": "2m"}},
    "edges": [{"from": "c", "to": "a"}, {"from": "late", "to": "away"}]
}"#;

/// The question by which the page has a report written: the figures of a whole run, as its backend tells them.
fn question(scenario: &Arc<Packed>, seed: u64, form: &str) -> ToExchange {
    let mut session = Session::new();
    session.order(ToBackend::Measure {
        run: RunId(1),
        scenario: Arc::clone(scenario),
        seed,
    });
    let mut told = None;
    while session.has_work() {
        told = session.step(10_000).or(told);
    }
    let Some(FromBackend::Measured { report, responses, .. }) = told else {
        panic!("no figures")
    };
    let (scenario, form) = (Arc::clone(scenario), form.to_string());
    let of = Finding {
        scenario,
        report,
        is_finished: true,
    };
    ToExchange::Report { of, responses, form }
}

fn ask(question: &ToExchange) -> FromReader<Written> {
    let question = postcard::to_allocvec(question).unwrap();
    postcard::from_bytes(&exchange::answer(&question)).unwrap()
}

/// What the page gives out, and what `swim run` prints of the same scenario and seed with these words.
fn both(name: &str, text: &str, form: &str, words: &[&str]) -> [String; 2] {
    let scenario: Arc<Packed> = text::parse(text).unwrap().scenario.into();
    let written = ask(&question(&scenario, 7, form)).unwrap();
    let path = file(&[name, ".page.json"].concat(), text);
    let line = [&["run", path.to_str().unwrap(), "--seed", "7"], words].concat();
    let output = swim(&line);
    assert_eq!(output.status.code(), Some(0), "{line:?}");
    [written.text, String::from_utf8(output.stdout).unwrap()]
}

#[test]
fn a_report_is_byte_for_byte_that_of_swim() {
    let entries = gallery::ENTRIES.iter().map(|entry| (entry.id, entry.text));
    for (name, text) in entries.chain([("deadlock", DEADLOCK), ("overload", OVERLOAD)]) {
        for form in ["json", "csv"] {
            let [page, swim] = both(name, text, form, &["--format", form]);
            assert!(page == swim, "{name} as {form}:\n{page}\n{swim}");
        }
    }
}

#[test]
fn warnings_are_those_of_swim() {
    let [page, _] = both("warned", OVERLOAD, "json", &["--json"]);
    let report: serde_json::Value = serde_json::from_str(&page).unwrap();
    let warnings: Vec<&str> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it.as_str())
        .collect();
    for words in ["have not settled", "can never keep up"] {
        assert!(
            warnings.iter().any(|told| told.contains(words)),
            "{words}: {warnings:?}"
        );
    }
    let [page, _] = both("locked", DEADLOCK, "json", &["--json"]);
    assert!(page.contains("only a timeout frees them"), "{page}");
}

#[test]
fn percentiles_are_those_of_swim_for_each_client() {
    for client in ["c", "late"] {
        let form = ["hgrm ", client].concat();
        let [page, swim] = both(client, OVERLOAD, &form, &["--format", "hgrm", "--client", client]);
        assert_eq!(page, swim);
    }
}

#[test]
fn what_cannot_be_written_is_told() {
    let scenario: Arc<Packed> = text::parse(DEADLOCK).unwrap().scenario.into();
    for (form, told) in [
        (
            "xml",
            "a report has no form `xml`; there are json, csv, and hgrm with a client",
        ),
        ("hgrm nobody", "there is no client `nobody`; there is c"),
    ] {
        let problem = ask(&question(&scenario, 1, form)).unwrap_err().remove(0);
        assert_eq!([&*problem.message, "; ", &*problem.fix].concat(), told);
    }
}
