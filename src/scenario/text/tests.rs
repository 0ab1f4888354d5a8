//! What is read and what is refused.

use super::*;
use crate::scenario::gallery::{ENTRIES, entry};

/// A valid scenario in which one line can be replaced.
const BASE: &str = r#"{
  "format": "sync-or-swim/1",
  "run": {"duration": "10s"},
  "clients": {"c": {"arrivals": "poisson(5/s)"}},
  "services": {
    "a": {"operations": {"get": [{"work": "5ms"}, {"call": "b"}]}},
    "b": {"threads": 2, "work": "exp(3ms)"}
  },
  "edges": [
    {"from": "c", "to": "a.get"},
    {"from": "a", "to": "b", "mode": "sync"}
  ]
}"#;

/// A valid scenario with channels, a fault and a change.
const SHOP: &str = r#"{
  "format": "sync-or-swim/1",
  "run": {"duration": "10s"},
  "clients": {"web": {"arrivals": "poisson(5/s)"}, "staff": {"users": 3, "think": "1s"}},
  "services": {
    "shop": {"operations": {"sell": [{"work": "5ms"}, {"call": "sold"}], "look": []}},
    "mail": {"threads": 2, "replicas": 2, "work": "exp(3ms)"}
  },
  "channels": {
    "sold": {"kind": "topic", "deadLetter": "lost"},
    "lost": {}
  },
  "edges": [
    {"from": "web", "to": "shop.sell"},
    {"from": "staff", "to": "shop.look", "mode": "await"},
    {"from": "shop", "to": "sold", "key": "customer", "keys": 10},
    {"from": "sold", "to": "mail", "group": "mail"}
  ],
  "faults": [{"at": "2s", "for": "1s", "service": "mail", "slow": 10}],
  "changes": [{"at": "5s", "edge": "staff->shop.look", "set": {"timeout": "1s"}}]
}"#;

/// The problems of a text with `old` replaced by `new`, one line each.
pub fn problems(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old}");
    let problems = match parse(&text.replacen(old, new, 1)) {
        Ok(parsed) => parsed.warnings,
        Err(problems) => problems,
    };
    let lines: Vec<String> = problems.iter().map(|problem| problem.to_string()).collect();
    lines.join("\n")
}

/// The shop with `old` replaced by `new` has these problems.
pub fn check(old: &str, new: &str, expected: &str) {
    assert_eq!(problems(SHOP, old, new), expected, "{new}");
}

/// The shop with `old` replaced by `new`, which has no problem.
pub fn shop(old: &str, new: &str) -> Scenario {
    check(old, new, "");
    parse(&SHOP.replacen(old, new, 1)).unwrap().scenario
}

fn check_base(old: &str, new: &str, expected: &str) {
    assert_eq!(problems(BASE, old, new), expected, "{new}");
}

#[test]
fn the_gallery_is_valid_and_quiet() {
    for entry in ENTRIES {
        let parsed = parse(entry.text).unwrap_or_else(|problems| panic!("{}: {problems:#?}", entry.id));
        assert_eq!(parsed.warnings, [], "{}", entry.id);
    }
}

#[test]
fn defaults_and_names_are_resolved() {
    let scenario = parse(BASE).unwrap().scenario;
    let (a, b) = (&scenario.services[0], &scenario.services[1]);
    assert_eq!((a.runtime, b.runtime), (Runtime::Threads(8), Runtime::Threads(2)));
    assert_eq!(a.operations[0].steps[1], Step::Call(EdgeId(1)));
    assert_eq!(
        (b.operations[0].name.as_str(), b.operations[0].steps.len()),
        ("default", 1)
    );
    let names: Vec<&str> = scenario.edges.iter().map(|edge| edge.name.as_str()).collect();
    assert_eq!(names, ["c->a.get", "a->b"]);
    assert_eq!(
        (scenario.seed, scenario.clients[0].edges.as_slice()),
        (1, &[EdgeId(0)][..])
    );
}

#[test]
fn a_call_without_an_edge_is_a_plain_sync_edge() {
    let text = BASE.replace(",\n    {\"from\": \"a\", \"to\": \"b\", \"mode\": \"sync\"}", "");
    let edge = parse(&text).unwrap().scenario.edges.pop().unwrap();
    assert_eq!(
        (edge.name.as_str(), edge.mode, edge.declared),
        ("a->b", Mode::Sync, false)
    );
}

#[test]
fn a_service_without_operations_calls_its_edges_in_file_order() {
    let chain = parse(entry("chain").unwrap().text).unwrap().scenario;
    let steps = &chain.services[0].operations[0].steps;
    assert!(matches!(steps[..], [Step::Work(_), Step::Call(EdgeId(1))]), "{steps:?}");
}

#[test]
fn yaml_means_the_same() {
    let yaml = "format: sync-or-swim/1\nrun: {duration: 10s}\nclients:\n  c: {arrivals: poisson(5/s)}\nservices:\n  a:\n    operations:\n      get:\n        - work: 5ms\n        - call: b\n  b:\n    threads: 2\n    work: exp(3ms)\nedges:\n  - {from: c, to: a.get}\n  - from: a\n    to: b\n    mode: sync\n";
    assert_eq!(parse(yaml).unwrap().scenario, parse(BASE).unwrap().scenario);
}

#[test]
fn several_problems_are_reported_at_once_in_the_order_of_the_text() {
    let text = BASE
        .replace("\"threads\": 2", "\"treads\": 0")
        .replace("\"5ms\"", "\"5\"")
        .replace("\"sync\"", "\"snyc\"");
    let places: Vec<(u32, u32)> = parse(&text).unwrap_err().iter().map(|p| (p.line, p.column)).collect();
    assert_eq!(places, [(6, 43), (7, 11), (11, 38)]);
}

#[test]
fn what_is_wrong_at_the_top_is_said() {
    check_base(
        "\"sync-or-swim/1\"",
        "\"other/2\"",
        "2:13 format: `\"other/2\"` is not a format that is read here; \"sync-or-swim/1\"",
    );
    check_base(
        "\"format\": \"sync-or-swim/1\",\n",
        "",
        "1:1 `format` is missing; add \"format\": \"sync-or-swim/1\"",
    );
    check_base(
        "\"run\"",
        "\"runs\"",
        "1:1 `run` is missing; add \"run\": {\"duration\": \"60s\"}\n3:3 runs: there is no key `runs` here; did you mean `run`?",
    );
    check_base(
        "\"10s\"",
        "\"10\"",
        "3:23 run.duration: `10` is not a duration; write a number and a unit, such as \"250us\", \"20ms\", \"1.5s\" or \"2m\"",
    );
    check_base(
        "{\"duration\": \"10s\"}",
        "{\"warmup\": \"10s\", \"duration\": \"10s\"}",
        "3:40 run.duration: the run ends at 10s and its warm-up at 10s; the duration includes the warm-up and must be longer",
    );
    check_base(
        "\"run\"",
        "\"steps\": [], \"run\"",
        "3:3 steps: `steps` is not supported yet; leave it out for now",
    );
}

#[test]
fn what_is_wrong_with_a_client_is_said() {
    check_base(
        "\"poisson(5/s)\"",
        "\"poisson(5)\"",
        "4:33 clients.c.arrivals: `5` is not a rate; a rate is like `50/s` or `1200/min`",
    );
    check_base(
        "\"arrivals\": \"poisson(5/s)\"",
        "\"users\": 3",
        "4:20 clients.c: `think` is missing; how long a user thinks, such as \"exp(1s)\"",
    );
    check_base(
        "\"arrivals\": \"poisson(5/s)\"",
        "\"users\": 0, \"think\": \"1s\"",
        "4:30 clients.c.users: `0` is not possible here; a whole number from 1 to 1000000",
    );
    check_base(
        "{\"arrivals\": \"poisson(5/s)\"}",
        "{}",
        "4:20 clients.c: nothing says when this client sends; add \"arrivals\": \"poisson(50/s)\", or \"users\": 20, \"think\": \"exp(1s)\"",
    );
    check_base(
        "\"from\": \"c\"",
        "\"from\": \"a\"",
        "4:20 clients.c: no edge begins at `c`; add {\"from\": \"c\", \"to\": …} to `edges`",
    );
}

#[test]
fn what_is_wrong_with_a_service_is_said() {
    check_base(
        "\"threads\": 2",
        "\"threads\": 0",
        "7:22 services.b.threads: `0` is not possible here; a whole number from 1 to 1000000",
    );
    check_base(
        "\"threads\": 2",
        "\"threads\": 2, \"loop\": 1",
        "7:33 services.b.loop: a service runs on `threads` or on a `loop`; leave one of them out",
    );
    check_base(
        "\"threads\": 2",
        "\"balance\": \"roundrobin\"",
        "7:22 services.b.balance: `roundrobin` is not possible here; did you mean `roundRobin`?",
    );
    check_base(
        "\"threads\": 2",
        "\"pools\": {\"db\": 0}",
        "7:27 services.b.pools.db: `0` is not possible here; a whole number from 1 to 1000000",
    );
    check_base(
        "\"threads\": 2",
        "\"operations\": {\"default\": []}",
        "7:50 services.b.work: `work` stands beside `operations`; write it as a step of an operation, or leave `operations` out (`work` is for the default one)",
    );
    check_base(
        "\"b\": {",
        "\"c\": {\"work\": \"1ms\"}, \"b\": {",
        "7:5 services.c: a client is called `c` too; names are unique over clients, services and channels",
    );
    check_base(
        "\"b\": {",
        "\"b b\": {}, \"b\": {",
        "7:5 services.b b: `b b` is not a name; a name has letters, digits, `_` and `-` only",
    );
}

#[test]
fn what_is_wrong_with_a_step_is_said() {
    let step = "{\"work\": \"5ms\"}";
    check_base(
        step,
        "{\"wrok\": \"5ms\"}",
        "6:34 services.a.operations.get[0]: there is no step `wrok`; did you mean `work`?",
    );
    check_base(
        step,
        "{\"saga\": []}",
        "6:43 services.a.operations.get[0].saga: there is no step; a list of {\"do\": STEP, \"undo\": STEP}",
    );
    check_base(
        step,
        "{\"fail\": 1.5}",
        "6:43 services.a.operations.get[0].fail: `1.5` is not possible here; a probability is a number from 0 to 1",
    );
    check_base(
        step,
        "{\"call\": \"bb\"}",
        "6:43 services.a.operations.get[0].call: there is no service `bb`; did you mean `b`?",
    );
    check_base(
        step,
        "{\"call\": \"b.put\"}",
        "6:43 services.a.operations.get[0].call: `b` has no operation `put`; possible are `b.default`",
    );
    check_base(
        step,
        "{\"respond\": true}, {\"respond\": true}",
        "6:65 services.a.operations.get[1].respond: the reply has left already; an operation responds once",
    );
    check_base(
        step,
        "{\"parallel\": [[{\"respond\": true}]]}",
        "6:61 services.a.operations.get[0].parallel[0][0].respond: a reply cannot leave from inside of this step; put it before or behind",
    );
    check_base(
        step,
        "{\"parallel\": [[]], \"join\": 2}",
        "6:61 services.a.operations.get[0].join: `2` is not possible here; a whole number from 1 to 1",
    );
    check_base(
        step,
        "{\"repeat\": \"twice\", \"do\": []}",
        "6:45 services.a.operations.get[0].repeat: `twice` is no number of times; a whole number, or `geometric(2.5)` with a mean from 0 to 100000",
    );
    check_base(
        step,
        "{\"choose\": [{\"p\": 0.7, \"do\": []}, {\"p\": 0.7, \"do\": []}]}",
        "6:45 services.a.operations.get[0].choose: the probabilities add up to 1.4; at most 1; what is missing does nothing",
    );
    check_base(
        step,
        "\"work\"",
        "6:34 services.a.operations.get[0]: a text stands here; a step is a map such as {\"work\": \"5ms\"}",
    );
}

#[test]
fn what_is_wrong_with_an_edge_is_said() {
    let mode = "\"mode\": \"sync\"";
    check_base(
        mode,
        "\"mode\": \"snyc\"",
        "11:38 edges[1].mode: `snyc` is not possible here; did you mean `sync`?",
    );
    check_base(
        mode,
        "\"mode\": \"pol\"",
        "11:38 edges[1].mode: `pol` is not possible here; did you mean `poll`?",
    );
    check_base(
        mode,
        "\"latancy\": \"1ms\"",
        "11:30 edges[1].latancy: there is no key `latancy` here; did you mean `latency`?",
    );
    check_base(
        mode,
        "\"timeout\": \"0s\"",
        "11:41 edges[1].timeout: this must be longer than nothing; such as \"500ms\"",
    );
    check_base(
        mode,
        "\"weight\": 2",
        "11:40 edges[1].weight: only a client chooses among its edges by `weight`; leave it out",
    );
    check_base(
        mode,
        "\"loss\": 2",
        "11:38 edges[1].loss: `2` is not possible here; a probability is a number from 0 to 1",
    );
    check_base(
        mode,
        "\"loss\": 0.5",
        "11:38 warning: edges[1].loss: without a timeout a caller waits for ever for what was lost; add a `timeout`",
    );
    check_base(
        mode,
        "\"mode\": \"oneway\", \"timeout\": \"1s\"",
        "11:59 warning: edges[1].timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out",
    );
    check_base(
        mode,
        "\"channel\": {\"capacity\": 0}",
        "11:54 edges[1].channel.capacity: `0` is not possible here; a whole number from 1 to 4294967294",
    );
    check_base(
        "\"to\": \"a.get\"",
        "\"to\": \"a\"",
        "10:25 edges[0].to: `a` has no operation `default`, so the call must name one; possible are `a.get`",
    );
    check_base(
        "{\"from\": \"c\", \"to\": \"a.get\"}",
        "{\"from\": \"c\", \"to\": \"a.get\"}, {\"from\": \"c\", \"to\": \"a.get\"}",
        "10:35 edges[1]: the edge `c->a.get` is there already; one edge leads from a caller to an operation",
    );
    check_base(
        "{\"call\": \"b\"}",
        "{\"work\": \"1ms\"}",
        "11:5 warning: edges[1]: nothing calls over `a->b`; add a step {\"call\": …} to an operation",
    );
}

#[test]
fn calls_that_never_end_are_refused() {
    let b = "\"work\": \"exp(3ms)\"";
    let message = "6:33 services.a.operations.get: these calls never end: a.get → b.default → a.get; make one of them depend on chance with `choose`, or leave it out";
    check_base(b, "\"operations\": {\"default\": [{\"call\": \"a.get\"}]}", message);
    check_base(
        b,
        "\"operations\": {\"default\": [{\"choose\": [{\"p\": 0.5, \"do\": [{\"call\": \"a.get\"}]}]}]}",
        "",
    );
    check_base(
        b,
        "\"operations\": {\"default\": [{\"fail\": 0.5}, {\"call\": \"a.get\"}]}",
        "",
    );
}

#[test]
fn what_is_wrong_with_a_policy_is_said() {
    let mode = "\"mode\": \"sync\"";
    check_base(
        mode,
        "\"retry\": {}",
        "11:39 edges[1].retry: `attempts` is missing; how often it is tried at most; the first counts",
    );
    check_base(
        mode,
        "\"retry\": {\"attempts\": 3, \"backoff\": \"exponential(1s, 5ms)\"}",
        "11:66 edges[1].retry.backoff: `exponential(1s, 5ms)` is no backoff; `constant(10ms)`, `linear(10ms)` or `exponential(50ms, 1s)`",
    );
    check_base(
        mode,
        "\"breaker\": {\"window\": 10, \"minimumCalls\": 20}",
        "11:72 edges[1].breaker.minimumCalls: `20` is not possible here; a whole number from 1 to 10",
    );
    check_base(
        mode,
        "\"fallback\": {}",
        "11:42 edges[1].fallback: a fallback is a value or a call; {\"value\": \"stand-in\"} or {\"call\": \"SERVICE\"}",
    );
}

#[test]
fn changes_are_read_and_sorted() {
    let with = |changes: &str| BASE.replacen("\"edges\"", &format!("\"changes\": [{changes}], \"edges\""), 1);
    let text = with(
        "{\"at\": \"6s\", \"edge\": \"c->a\", \"set\": {\"mode\": \"oneway\"}}, {\"at\": \"2s\", \"edge\": \"a->b\", \"set\": {\"mode\": \"queue\", \"timeout\": \"1s\"}}",
    );
    let changes = parse(&text).unwrap().scenario.changes.into_iter();
    let edges = changes.map(|change| match change.to {
        Changed::Edge(id, is) => (id.0, is.mode, is.timeout),
        other => panic!("{other:?}"),
    });
    let second = Some(Duration::from_s(1));
    assert!(edges.eq([(1, Mode::Queue, second), (0, Mode::Oneway, None)]));
    let wrong = |change: &str| parse(&with(change)).unwrap_err()[0].to_string();
    assert!(
        wrong("{\"at\": \"6s\", \"edge\": \"a->c\", \"set\": {}}")
            .ends_with("there is no edge `a->c`; did you mean `a->b`?")
    );
}

#[test]
fn messages_that_never_end_are_refused() {
    check(
        "\"work\": \"exp(3ms)\"",
        "\"operations\": {\"default\": [{\"call\": \"sold\"}]}",
        "10:13 channels.sold: these calls never end: sold → mail.default → sold; make one of them depend on chance with `choose`, or leave it out",
    );
    check(
        "\"work\": \"exp(3ms)\"",
        "\"operations\": {\"default\": [{\"choose\": [{\"p\": 0.5, \"do\": [{\"call\": \"sold\"}]}]}]}",
        "",
    );
    let again = "\"operations\": {\"default\": [{\"call\": \"sold\"}]}";
    let text = SHOP.replace("\"work\": \"exp(3ms)\"", again);
    let shared = "{\"from\": \"sold\", \"to\": \"mail\", \"group\": \"mail\"}, {\"from\": \"sold\", \"to\": \"shop.look\", \"group\": \"mail\"}";
    let mail = "{\"from\": \"sold\", \"to\": \"mail\", \"group\": \"mail\"}";
    assert_eq!(problems(&text, mail, shared), "");
    assert_eq!(
        problems(&text, "\"group\": \"mail\"", "\"group\": \"mail\", \"poison\": 0.1"),
        ""
    );
}

#[test]
fn what_is_kept_for_later_is_refused_by_name() {
    check(
        "\"faults\"",
        "\"variants\": [], \"steps\": [], \"faults\"",
        "19:3 variants: `variants` is not supported yet; leave it out for now\n19:19 steps: `steps` is not supported yet; leave it out for now",
    );
}

#[test]
fn policies_that_nobody_applies_are_told() {
    check(
        "\"mode\": \"await\"",
        "\"mode\": \"oneway\", \"timeout\": \"1s\", \"limit\": 2, \"rate\": \"5/s\", \"connections\": 3, \"idempotent\": true",
        "15:71 warning: edges[1].timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out\n15:136 warning: edges[1].idempotent: nobody waits on a `oneway` edge, so its `idempotent` does nothing; leave it out\n20:75 warning: changes[0].set.timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out",
    );
    check(
        "\"mode\": \"await\"",
        "\"mode\": \"oneway\", \"hedge\": \"1s\", \"deadline\": \"1s\", \"breaker\": {}, \"cancel\": true",
        "15:69 warning: edges[1].hedge: nobody waits on a `oneway` edge, so its `hedge` does nothing; leave it out\n15:87 warning: edges[1].deadline: nobody waits on a `oneway` edge, so its `deadline` does nothing; leave it out\n15:104 warning: edges[1].breaker: nobody waits on a `oneway` edge, so its `breaker` does nothing; leave it out\n15:118 warning: edges[1].cancel: nobody waits on a `oneway` edge, so its `cancel` does nothing; leave it out\n20:75 warning: changes[0].set.timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out",
    );
}

#[test]
fn warnings_are_told_beside_errors() {
    check(
        "\"mode\": \"await\"",
        "\"mode\": \"oneway\", \"timeout\": \"1s\", \"loss\": 2",
        "15:71 warning: edges[1].timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out\n15:85 edges[1].loss: `2` is not possible here; a probability is a number from 0 to 1\n20:75 warning: changes[0].set.timeout: nobody waits on a `oneway` edge, so its `timeout` does nothing; leave it out",
    );
}

#[test]
fn no_text_makes_it_panic() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "a: b: c",
        "\u{0}",
        "{\"clients\": 5}",
        "- 1",
        "\"x\"",
        "{\"edges\": [[[]]]}",
        "é: 1",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    for text in [BASE, SHOP] {
        for cut in 0..text.len() {
            assert!(parse(&text[..cut]).is_err(), "{cut}");
            let without: String = [&text[..cut], &text[cut + 1..]].concat();
            let _ = parse(&without);
        }
    }
}
