//! Properties that are set and taken back.

use super::*;

const HEAD: &str = "{\"format\": \"sync-or-swim/1\", \"run\": {\"duration\": \"1s\"},\n\
    \"clients\": {\"c\": {\"arrivals\": \"poisson(5/s)\"}},\n\
    \"services\": {\"a\": {\"operations\": {\"default\": [{\"call\": \"b\"}]}}, \"b\": {}},\n";

fn check(edges: &str, edge: &str, expected: &str) {
    let text = format!("{HEAD}{edges}}}");
    let changed = apply(&text, &Edit::mode(edge, Mode::Queue)).unwrap();
    assert_eq!(changed, format!("{HEAD}{expected}}}"));
    let scenario = text::parse(&changed).unwrap().scenario;
    assert_eq!(scenario.edge(scenario.edge_named(edge).unwrap()).mode, Mode::Queue);
}

#[test]
fn a_mode_that_is_written_is_exchanged() {
    check(
        "\"edges\": [{\"from\":\"c\",\"to\":\"a\"},\n  {\"mode\" :  \"sync\", \"from\": \"a\", \"to\": \"b\"} ]",
        "a->b",
        "\"edges\": [{\"from\":\"c\",\"to\":\"a\"},\n  {\"mode\" :  \"queue\", \"from\": \"a\", \"to\": \"b\"} ]",
    );
}

#[test]
fn a_mode_that_is_not_written_comes_last() {
    check(
        "\"edges\": [{\"from\":\"c\",\"to\":\"a\"}, {\"from\": \"a\", \"to\": \"b\" }]",
        "a->b",
        "\"edges\": [{\"from\":\"c\",\"to\":\"a\"}, {\"from\": \"a\", \"to\": \"b\", \"mode\": \"queue\" }]",
    );
    check(
        "\"edges\": [{\n    \"from\": \"c\",\n    \"to\": \"a\"\n  }]",
        "c->a",
        "\"edges\": [{\n    \"from\": \"c\",\n    \"to\": \"a\",\n    \"mode\": \"queue\"\n  }]",
    );
}

#[test]
fn an_implied_edge_is_written_out() {
    check(
        "\"edges\": [\n  {\"from\":\"c\",\"to\":\"a\"}\n]",
        "a->b",
        "\"edges\": [\n  {\"from\":\"c\",\"to\":\"a\"},\n  {\"from\": \"a\", \"to\": \"b\", \"mode\": \"queue\"}\n]",
    );
}

#[test]
fn a_property_is_set() {
    for (path, value, old, new) in [
        ("services.shop.threads", "5", "\"threads\": 4", "\"threads\": 5"),
        ("services.mail.work", "exp(3ms)", "\"2ms\" }", "\"exp(3ms)\" }"),
        (
            "name",
            "A \"mesh\"",
            "40] }\n",
            "40] },\n  \"name\": \"A \\\"mesh\\\"\"\n",
        ),
        (
            "changes[0].set",
            "{\"mode\":\"poll\"}",
            "{ \"mode\": \"await\" }",
            "{ \"mode\": \"poll\" }",
        ),
    ] {
        becomes(MESH, set(path, value), &[(old, new)]);
    }
}

#[test]
fn a_property_that_is_taken_leaves_no_trace() {
    for (path, value, top, old, new) in [
        (
            "services.mail.backlog",
            "7",
            "",
            "\"2ms\" }",
            "\"2ms\", \"backlog\": 7 }",
        ),
        (
            "services.bank.work",
            "1ms",
            "",
            "\"bank\": {}",
            "\"bank\": { \"work\": \"1ms\" }",
        ),
        (
            "edges[shop->stock.take].timeout",
            "1s",
            "",
            "\"mail\" } },",
            "\"mail\" }, \"timeout\": \"1s\" },",
        ),
        (
            "edges[2].retry.attempts",
            "3",
            "edges[2].retry",
            "\"mail\" } },",
            "\"mail\" }, \"retry\": { \"attempts\": 3 } },",
        ),
        ("layout.shop", "[1,2]", "", "40] }", "40], \"shop\": [1, 2] }"),
        ("seed", "9", "", "40] }\n", "40] },\n  \"seed\": 9\n"),
    ] {
        becomes(MESH, set(path, value), &[(old, new)]);
        let top = if top.is_empty() { path } else { top };
        assert_eq!(edited(&edited(MESH, set(path, value)), unset(top)), MESH, "{path}");
    }
    assert_eq!(edited(MESH, unset("services.mail.backlog")), MESH);
    assert_eq!(edited(MESH, unset("edges[shop->bank].timeout")), MESH);
}

#[test]
fn what_cannot_be_set_is_told() {
    for (path, value, told) in [
        (
            "services.male.threads",
            "5",
            "1:1 there is no client, service or channel `male`; did you mean `mail`?",
        ),
        (
            "services.mail.threads",
            "0",
            "20:41 services.mail.threads: `0` is not possible here; a whole number from 1 to 1000000",
        ),
        (
            "services.mail.threats",
            "5",
            "20:30 services.mail.threats: there is no key `threats` here; did you mean `threads`?",
        ),
        (
            "services.mail.work.mean",
            "5",
            "1:1 the text is written in a way that cannot be changed from here; change the text itself",
        ),
        (
            "edges[a->b].mode",
            "sync",
            "1:1 there is no edge `a->b`; an edge is called `from->to`, as it is written",
        ),
        (
            "services.mail",
            "{",
            "1:2 this is not JSON: a key in double quotes is expected; ",
        ),
    ] {
        let problem = refused(MESH, set(path, value));
        assert!(problem.starts_with(told), "{problem}");
    }
}

#[test]
fn several_edits_are_one() {
    let both = Edit::Several(vec![set("services.shop.loop", "1"), unset("services.shop.threads")]);
    becomes(
        MESH,
        both,
        &[
            ("\"threads\": 4,\n      ", ""),
            (
                "\n      }\n    },\n    \"stock\"",
                "\n      },\n      \"loop\": 1\n    },\n    \"stock\"",
            ),
        ],
    );
    assert!(refused(MESH, set("services.shop.loop", "1")).contains("a service runs on `threads` or on a `loop`"));
}
