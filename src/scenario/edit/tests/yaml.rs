//! What stands in lines.

use super::*;

#[test]
fn yaml_stays_yaml() {
    let yaml = "format: sync-or-swim/1\nrun: {duration: 1s}\nclients:\n  c: {arrivals: poisson(5/s)}\nservices:\n  a:\n    operations: {default: [{call: b}]}\n  b: {}\nedges:\n  - from: c   # the door\n    to: a\n  - {from: a, to: b}\n";
    let once = apply(yaml, &Edit::mode("a->b", Mode::Await)).unwrap();
    assert_eq!(once, yaml.replace("{from: a, to: b}", "{from: a, to: b, mode: await}"));
    let twice = apply(&once, &Edit::mode("c->a", Mode::Oneway)).unwrap();
    assert_eq!(twice, once.replace("    to: a\n", "    to: a\n    mode: oneway\n"));
    let modes: Vec<Mode> = text::parse(&twice)
        .unwrap()
        .scenario
        .edges
        .iter()
        .map(|edge| edge.mode)
        .collect();
    assert_eq!(modes, [Mode::Oneway, Mode::Await]);
}

/// A mesh in YAML, with comments wherever they may stand.
const BLOCK: &str = "# A mesh
format: sync-or-swim/1
run: {duration: 1s}  # short
clients:
  web:
    arrivals: poisson(5/s)   # some
services:
  # the shop
  shop:
    operations:
      sell:
        - work: 5ms
        - call: bank   # money
      look: []
  bank: {}
  # and its mail
  mail:
    work: 2ms
edges:
- from: web
  to: shop.sell   # the door
# behind the door
- {from: shop, to: mail}
about: |
  Many words,

  and more.
";

#[test]
fn yaml_keeps_its_comments() {
    becomes(
        BLOCK,
        add(Section::Services),
        &[(
            "    work: 2ms\n",
            "    work: 2ms\n  service-1: {threads: 8, work: exp(10ms)}\n",
        )],
    );
    becomes(
        BLOCK,
        connect("bank", "mail"),
        &[(
            "{from: shop, to: mail}\n",
            "{from: shop, to: mail}\n- {from: bank, to: mail, mode: sync}\n",
        )],
    );
    becomes(
        BLOCK,
        Edit::Move {
            node: "mail".to_string(),
            x: 5,
            y: 6,
        },
        &[("and more.\n", "and more.\nlayout:\n  mail: [5, 6]\n")],
    );
}

#[test]
fn yaml_takes_properties() {
    becomes(
        BLOCK,
        set("services.bank.threads", "3"),
        &[("bank: {}", "bank: {threads: 3}")],
    );
    becomes(
        BLOCK,
        set("services.mail.threads", "3"),
        &[("work: 2ms\n", "work: 2ms\n    threads: 3\n")],
    );
    becomes(
        BLOCK,
        set("edges[web->shop.sell].latency", "3ms"),
        &[("# the door\n", "# the door\n  latency: 3ms\n")],
    );
    becomes(
        BLOCK,
        set("services.mail", "{\"work\": \"uniform(1ms, 2ms)\"}"),
        &[("mail:\n    work: 2ms\n", "mail: {work: \"uniform(1ms, 2ms)\"}\n")],
    );
    becomes(
        BLOCK,
        set("about", "Few words."),
        &[("|\n  Many words,\n\n  and more.\n", "\"Few words.\"\n")],
    );
}

#[test]
fn yaml_loses_whole_lines() {
    becomes(
        BLOCK,
        unset("about"),
        &[("about: |\n  Many words,\n\n  and more.\n", "")],
    );
    becomes(
        BLOCK,
        delete("mail"),
        &[("  mail:\n    work: 2ms\n", ""), ("- {from: shop, to: mail}\n", "")],
    );
    becomes(
        BLOCK,
        delete("bank"),
        &[("        - call: bank   # money\n", ""), ("  bank: {}\n", "")],
    );
    becomes(
        BLOCK,
        disconnect("shop->bank"),
        &[("        - call: bank   # money\n", "")],
    );
    becomes(
        BLOCK,
        rename("mail", "1"),
        &[("  mail:\n", "  \"1\":\n"), ("to: mail}", "to: \"1\"}")],
    );
    assert_eq!(
        edited(BLOCK, add(Section::Channels)),
        BLOCK.to_string() + "channels:\n  channel-1: {kind: queue}\n"
    );
}

#[test]
fn lines_end_as_they_did() {
    let text = BLOCK.replace('\n', "\r\n");
    let changed = edited(&text, add(Section::Services));
    assert_eq!(changed.matches('\n').count(), changed.matches("\r\n").count());
    assert_eq!(edited(&changed, delete("service-1")), text);
    let text = BLOCK.replace("about: |\n  Many words,\n\n  and more.\n", "seed: 5");
    let changed = edited(&text, set("name", "x"));
    assert_eq!(changed, text.clone() + "\nname: x");
    assert_eq!(edited(&changed, unset("name")), text);
}
