//! What was measured in a finished run, as `swim run` prints it.
//!
//! ```text
//! report ─────┬─▶ JSON, CSV        what has not settled and what can never keep up is told with it
//! responses ──┴─▶ .hgrm of a client
//! ```
//!
//! Law: nothing is simulated; the same scenario and seed give the bytes of `swim run`.

use crate::metrics::hgrm::hgrm;
use crate::metrics::{Distribution, Report, Responses, settling};
use crate::protocol::{Finding, FromReader, Written};
use crate::scenario::Scenario;
use crate::scenario::problem::Problem;
use crate::share::export::csv;
use crate::share::export::report::printed;
use crate::theory::overloads;
use crate::time::Instant;

/// A report in a form: `json`, `csv`, or `hgrm NAME` for the response times of a client.
pub fn written(of: &Finding, responses: &Responses, form: &str) -> FromReader<Written> {
    let scenario = &*of.scenario.scenario();
    let (Some(measured), Some((until, all))) = (of.report.open(), responses.open()) else {
        return Err(refused("this is no report", "a finished run has one"));
    };
    match form.split_once(' ') {
        Some(("hgrm", client)) => percentiles(scenario, &all, client),
        _ => figures(scenario, measured, &all, until, form),
    }
}

fn percentiles(scenario: &Scenario, all: &[Distribution], client: &str) -> FromReader<Written> {
    let mut clients = scenario.clients.iter().zip(all);
    match clients.find(|(known, _)| known.name == client) {
        Some((_, measured)) => Ok(Written {
            text: hgrm(measured),
            ending: [client, ".hgrm"].concat(),
        }),
        None => {
            let message = ["there is no client `", client, "`"].concat();
            let names: Vec<&str> = scenario.clients.iter().map(|client| &*client.name).collect();
            Err(refused(&message, &["there is ", &names.join(", ")].concat()))
        }
    }
}

fn figures(
    scenario: &Scenario,
    mut measured: Report,
    all: &[Distribution],
    until: Instant,
    form: &str,
) -> FromReader<Written> {
    let unsettled = settling::warnings(scenario, all.iter(), until).into_iter();
    let loads = overloads(scenario);
    let loads = loads.iter().map(|overload| overload.told(scenario));
    measured.warnings.extend(unsettled.chain(loads));
    let unprintable = |_| refused("the report cannot be printed", "it has figures only");
    let tree = serde_json::to_value(printed(scenario, &measured)).map_err(unprintable)?;
    let text = match form {
        "json" => format!("{tree:#}\n"),
        "csv" => csv::csv(&tree),
        _ => {
            let message = ["a report has no form `", form, "`"].concat();
            return Err(refused(&message, "there are json, csv, and hgrm with a client"));
        }
    };
    let ending = ["report.", form].concat();
    Ok(Written { text, ending })
}

fn refused(message: &str, fix: &str) -> Vec<Problem> {
    vec![Problem::of_all(message.to_string(), fix)]
}
