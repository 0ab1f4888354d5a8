//! Nodes and edges that come, go, and are named anew.

use super::*;

#[test]
fn a_new_node_stands_behind_the_others() {
    becomes(
        MESH,
        add(Section::Services),
        &[(
            "\"2ms\" }",
            "\"2ms\" },\n    \"service-1\": { \"threads\": 8, \"work\": \"exp(10ms)\" }",
        )],
    );
    becomes(
        MESH,
        Edit::Add {
            section: Section::Channels,
            at: Some((7, 8)),
        },
        &[
            (
                "\"lost\": {}",
                "\"lost\": {},\n    \"channel-1\": { \"kind\": \"queue\" }",
            ),
            ("40] }", "40], \"channel-1\": [7, 8] }"),
        ],
    );
    becomes(
        MESH,
        add(Section::Clients),
        &[
            (
                "\"1s\" } }",
                "\"1s\" }, \"client-1\": { \"arrivals\": \"poisson(10/s)\" } }",
            ),
            (
                "\"to\": \"mail\" }\n",
                "\"to\": \"mail\" },\n    { \"from\": \"client-1\", \"to\": \"shop.sell\", \"mode\": \"sync\" }\n",
            ),
        ],
    );
}

#[test]
fn a_section_that_is_missing_is_begun() {
    becomes(
        BLANK,
        Edit::Add {
            section: Section::Channels,
            at: Some((7, 8)),
        },
        &[(
            "\n  ]\n",
            "\n  ],\n  \"channels\": {\n    \"channel-1\": { \"kind\": \"queue\" }\n  },\n  \"layout\": {\n    \"channel-1\": [7, 8]\n  }\n",
        )],
    );
}

#[test]
fn an_edge_comes_with_a_step_where_only_steps_call() {
    let new = |edge: &str| format!("\"to\": \"mail\" }},\n    {edge}\n");
    becomes(
        MESH,
        connect("shop", "lost"),
        &[
            (
                "{ \"call\": \"sold\" }",
                "{ \"call\": \"sold\" },\n          { \"call\": \"lost\" }",
            ),
            ("\"to\": \"mail\" }\n", &new("{ \"from\": \"shop\", \"to\": \"lost\" }")),
        ],
    );
    becomes(
        MESH,
        connect("stock", "mail"),
        &[
            (
                "[{ \"write\": \"amount\" }]",
                "[{ \"write\": \"amount\" }, { \"call\": \"mail\" }]",
            ),
            (
                "\"to\": \"mail\" }\n",
                &new("{ \"from\": \"stock\", \"to\": \"mail\", \"mode\": \"sync\" }"),
            ),
        ],
    );
    becomes(
        MESH,
        connect("bank", "mail.default"),
        &[(
            "\"to\": \"mail\" }\n",
            "\"to\": \"mail\" },\n    { \"from\": \"bank\", \"to\": \"mail.default\", \"mode\": \"sync\" }\n",
        )],
    );
}

#[test]
fn what_cannot_be_connected_is_told() {
    for (from, to, told) in [
        (
            "shop",
            "web",
            "1:1 `web` is a client, and nobody calls clients; lead it to a service or channel",
        ),
        (
            "sold",
            "lost",
            "1:1 a channel delivers to services only; let a service consume and publish, or use `deadLetter`",
        ),
        (
            "shop",
            "stock",
            "1:1 the edge `shop->stock.take` is there already; one edge leads from a caller to an operation",
        ),
        (
            "shop",
            "bank.default",
            "1:1 the edge `shop->bank.default` is there already; one edge leads from a caller to an operation",
        ),
        (
            "shop",
            "male",
            "1:1 there is no client, service or channel `male`; did you mean `mail`?",
        ),
        (
            "shop",
            "stock.tale",
            "14:21 services.shop.operations.sell[4].call: `stock` has no operation `tale`; possible are `stock.take`, `stock.give`",
        ),
    ] {
        let problem = refused(MESH, connect(from, to));
        assert_eq!(problem, told);
    }
    let circle = refused(MESH, connect("bank", "bank"));
    assert!(
        circle.contains("these calls never end: bank.default → bank.default"),
        "{circle}"
    );
}

#[test]
fn a_name_is_another_wherever_it_is_named() {
    for (node, name) in [
        ("stock", "store"),
        ("sold", "1"),
        ("mail", "true"),
        ("web", "browser"),
        ("lost", "x"),
    ] {
        let changed = edited(MESH, rename(node, name));
        let quoted = |name: &str| MESH.matches(&format!("\"{name}\"")).count();
        assert!(quoted(node) > 0);
        assert_eq!(changed.matches(&format!("\"{node}")).count(), 0, "{changed}");
        assert_eq!(changed.matches(&format!("->{node}")).count(), 0, "{changed}");
        assert_eq!(edited(&changed, rename(name, node)), MESH);
    }
    assert_eq!(
        refused(MESH, rename("mail", "web")),
        "1:1 a client is called `web` already; names are unique over clients, services and channels"
    );
    assert_eq!(
        refused(MESH, rename("mail", "e\"mail")),
        "1:1 `e\"mail` is not a name; a name has letters, digits, `_` and `-` only"
    );
    assert_eq!(edited(MESH, rename("mail", "mail")), MESH);
}

#[test]
fn a_node_goes_with_everything_that_names_it() {
    becomes(
        MESH,
        delete("mail"),
        &[
            (",\n    \"mail\": { \"work\": \"2ms\" }", ""),
            (", \"fallback\": { \"call\": \"mail\" }", ""),
            (",\n    { \"from\": \"sold\", \"to\": \"mail\" }", ""),
            ("{ \"at\": \"2s\", \"service\": \"mail\", \"slow\": 10 }, ", ""),
            ("\"mail\": [10, 20], ", ""),
        ],
    );
    becomes(
        MESH,
        delete("bank"),
        &[
            (", [{ \"call\": \"bank\" }]", ""),
            (
                "{ \"do\": { \"call\": \"bank\" }, \"undo\": { \"call\": \"stock.give\" } }, ",
                "",
            ),
            ("    \"bank\": {},\n", ""),
            (
                ",\n  \"changes\": [{ \"at\": \"5s\", \"edge\": \"shop->bank\", \"set\": { \"mode\": \"await\" } }]",
                "",
            ),
            (", \"bank\": [30, 40]", ""),
        ],
    );
    // What only this service wrote is not read any more either.
    becomes(
        MESH,
        delete("stock"),
        &[
            ("[{ \"call\": \"stock.take\" }], ", ""),
            (", \"undo\": { \"call\": \"stock.give\" }", ""),
            ("{ \"read\": \"amount\" }", ""),
            (
                "    \"stock\": { \"operations\": { \"take\": [{ \"write\": \"amount\" }], \"give\": [] } },\n",
                "",
            ),
            (
                "    { \"from\": \"shop\", \"to\": \"stock.take\", \"fallback\": { \"call\": \"mail\" } },\n",
                "",
            ),
            (", { \"at\": \"3s\", \"edge\": \"shop->stock.take\", \"loss\": 1 }", ""),
        ],
    );
    becomes(
        MESH,
        delete("lost"),
        &[(", \"deadLetter\": \"lost\"", ""), (",\n    \"lost\": {}", "")],
    );
}

#[test]
fn what_has_to_stay_is_told() {
    assert_eq!(
        refused(BLANK, delete("service-1")),
        "1:1 `service-1` is the only service; a scenario has at least one client and one service"
    );
    let orphan = refused(MESH, delete("shop"));
    assert!(orphan.contains("no edge begins at `web`"), "{orphan}");
}

#[test]
fn an_edge_goes_with_its_steps() {
    becomes(
        MESH,
        disconnect("shop->bank"),
        &[
            (", [{ \"call\": \"bank\" }]", ""),
            (
                "{ \"do\": { \"call\": \"bank\" }, \"undo\": { \"call\": \"stock.give\" } }, ",
                "",
            ),
            (
                ",\n  \"changes\": [{ \"at\": \"5s\", \"edge\": \"shop->bank\", \"set\": { \"mode\": \"await\" } }]",
                "",
            ),
        ],
    );
    becomes(
        MESH,
        disconnect("sold->mail"),
        &[(",\n    { \"from\": \"sold\", \"to\": \"mail\" }", "")],
    );
    assert_eq!(
        refused(MESH, disconnect("shop->banc")),
        "1:1 there is no edge `shop->banc`; did you mean `shop->bank`?"
    );
}
