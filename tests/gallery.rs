//! The gallery is what it says: every entry runs, and the real systems have the edges that their projects document.

use std::collections::BTreeSet;
use sync_or_swim::engine::Run;
use sync_or_swim::metrics::{Meter, Report};
use sync_or_swim::scenario::gallery::{self, Entry};
use sync_or_swim::scenario::{Caller, Mode, Scenario, text};
use sync_or_swim::time::Instant;

/// Derived from the projects' own manifests; each entry names its repository, commit and licence.
const TOPOLOGIES: &str = include_str!("data/topologies.json");

fn parsed(entry: &Entry) -> text::Parsed {
    text::parse(entry.text).unwrap_or_else(|problems| panic!("{}: {problems:?}", entry.id))
}

fn measured(scenario: &Scenario) -> Report {
    let (mut run, mut meter) = (Run::new(scenario, scenario.seed), Meter::new(scenario));
    run.advance_dyn(Instant::NEVER, u64::MAX, &mut meter);
    let end = Instant::START + scenario.run.duration;
    meter.report(scenario, scenario.seed, end, run.events(), run.digest())
}

#[test]
fn every_entry_is_without_problem_and_warning_and_says_what_it_is() {
    for entry in gallery::ENTRIES {
        let parsed = parsed(entry);
        assert!(parsed.warnings.is_empty(), "{}: {:?}", entry.id, parsed.warnings);
        assert!(
            !entry.title.is_empty() && !parsed.scenario.name.is_empty(),
            "{}",
            entry.id
        );
        assert!(
            parsed.scenario.about.len() > 60,
            "{} says too little about itself",
            entry.id
        );
    }
}

#[test]
fn every_entry_is_answered_and_calls_over_each_of_its_edges() {
    for entry in gallery::ENTRIES {
        let scenario = parsed(entry).scenario;
        let report = measured(&scenario);
        for (name, client) in report.clients.iter() {
            assert!(client.replied > 0, "{}: nobody answers {name}", entry.id);
            assert!(
                client.replied * 10 > client.offered * 9,
                "{}: {name} is hardly answered",
                entry.id
            );
        }
        for (name, edge) in report.edges.iter() {
            assert!(edge.calls > 0, "{}: nothing calls over {name}", entry.id);
        }
    }
}

/// Who calls whom in a scenario.
fn pairs(scenario: &Scenario) -> BTreeSet<(String, String)> {
    let name = |caller| match caller {
        Caller::Client(id) => &scenario.clients[id.0 as usize].name,
        Caller::Service(id) => &scenario.service(id).name,
        Caller::Channel(id) => &scenario.channels[id.0 as usize].name,
    };
    let pair = |edge: &sync_or_swim::scenario::Edge| {
        (
            name(edge.from).clone(),
            edge.service()
                .map(|id| scenario.service(id).name.clone())
                .unwrap_or_default(),
        )
    };
    scenario.edges.iter().map(pair).collect()
}

/// Who calls whom as documented.
fn documented(name: &str) -> BTreeSet<(String, String)> {
    let all: serde_json::Value = serde_json::from_str(TOPOLOGIES).unwrap();
    let found = all.as_array().unwrap().iter().find(|topology| topology["name"] == name);
    let edges = found.unwrap_or_else(|| panic!("there is no {name}"))["edges"]
        .as_array()
        .unwrap()
        .clone();
    let end = |edge: &serde_json::Value, key: &str| edge[key].as_str().unwrap().to_string();
    edges.iter().map(|edge| (end(edge, "from"), end(edge, "to"))).collect()
}

fn scenario(id: &str) -> Scenario {
    parsed(gallery::entry(id).unwrap()).scenario
}

#[test]
fn online_boutique_has_the_edges_of_its_manifests() {
    assert_eq!(pairs(&scenario("online-boutique")), documented("online-boutique"));
}

#[test]
fn the_opentelemetry_demo_has_the_edges_of_its_compose_files() {
    let mut edges = documented("opentelemetry-demo");
    // The topic between a producer and its consumers stands as an edge in mode `queue` for each consumer.
    let broker = "kafka".to_string();
    let consumers: Vec<String> = edges
        .iter()
        .filter(|edge| edge.0 == broker)
        .map(|edge| edge.1.clone())
        .collect();
    let producers: Vec<String> = edges
        .iter()
        .filter(|edge| edge.1 == broker)
        .map(|edge| edge.0.clone())
        .collect();
    edges.retain(|edge| edge.0 != broker && edge.1 != broker);
    for producer in &producers {
        edges.extend(consumers.iter().map(|consumer| (producer.clone(), consumer.clone())));
    }
    let demo = scenario("otel-demo");
    assert_eq!(pairs(&demo), edges);
    let queues = demo.edges.iter().filter(|edge| edge.mode == Mode::Queue);
    let queues: BTreeSet<String> = queues
        .map(|edge| {
            edge.service()
                .map(|id| demo.service(id).name.clone())
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(queues, consumers.into_iter().collect());
}

#[test]
fn the_social_network_has_the_edges_of_its_handlers_and_two_stages() {
    let mut edges = documented("dsb-socialNetwork");
    // The load generator is no part of the documented graph.
    edges.insert(("wrk".to_string(), "nginx".to_string()));
    let network = scenario("social-network");
    assert_eq!(pairs(&network), edges);
    let compose = network
        .services
        .iter()
        .find(|service| service.name == "ComposePost")
        .unwrap();
    let stages = compose.operations[0].steps.iter().filter_map(|step| match step {
        sync_or_swim::scenario::Step::Parallel { branches, .. } => Some(branches.len()),
        _ => None,
    });
    assert_eq!(stages.collect::<Vec<_>>(), [4, 3]);
}

#[test]
fn a_real_system_names_its_source_and_its_assumptions() {
    for (id, name) in [
        ("online-boutique", "online-boutique"),
        ("otel-demo", "opentelemetry-demo"),
        ("social-network", "dsb-socialNetwork"),
    ] {
        let all: serde_json::Value = serde_json::from_str(TOPOLOGIES).unwrap();
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|topology| topology["name"] == name)
            .unwrap()
            .clone();
        let about = scenario(id).about;
        let commit = found["commit"].as_str().unwrap();
        for word in [
            found["repo"].as_str().unwrap(),
            &commit[..7],
            found["licence"].as_str().unwrap(),
            "**Assumed**",
        ] {
            assert!(about.contains(word), "{id} does not say {word}");
        }
    }
}
