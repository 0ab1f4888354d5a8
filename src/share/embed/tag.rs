//! The element as markup, from a block of a document: what its head says, and what stands in it.
//!
//! ```text
//! example: checkout     ─tag▶  <sync-or-swim example="checkout" view="lanes">
//! view: lanes                    picture and link, for who has no script
//!                              </sync-or-swim>
//! view=lanes            ─tag▶  <sync-or-swim view="lanes" link="#s=1.d.…" title="Mine"> …
//! format: sync-or-swim/1
//! name: Mine …
//! ```
//!
//! Law: a block that says what the element does not know is told, never written.

use super::{LINK_LIMIT, Word, bounded, choice, parameter, wrong};
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::{Problem, nearest};
use crate::share::link;
use crate::told::html::Html;

/// What a block may say: the attributes of the element, but for where the site lies, which is the same for all.
pub const KEYS: [&str; 10] = [
    "example", "link", "view", "level", "height", "theme", "start", "at", "title", "poster",
];
/// The greatest height, in CSS pixels.
const HEIGHT_LIMIT: u32 = 10_000;
/// The longest address.
const ADDRESS_LIMIT: usize = 2_000;

/// A known name, and a value that is possible.
type Attribute = (&'static str, String);

/// When the playground takes the place of the poster.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    Click,
    Visible,
}

impl Word for Start {
    const WORDS: &'static [(&'static str, Start)] = &[("click", Start::Click), ("visible", Start::Visible)];
}

/// The script that brings the element, from a site whose address ends in `/`.
pub fn script(site: &str) -> String {
    let mut html = Html::new();
    html.fill("<script src=\"{}element.js\" defer></script>", &[site]);
    html.into_string()
}

/// The element of a block: its head has words such as `view=lanes`; in it stand attributes as YAML or JSON, or a scenario.
pub fn tag(head: &str, block: &str, site: &str) -> Result<String, Vec<Problem>> {
    let mut attributes = head_attributes(head)?;
    for (key, value) in inner_attributes(block)? {
        if attributes.iter().any(|(known, _)| *known == key) {
            return Err(vec![wrong(key, &value, "each attribute once")]);
        }
        attributes.push((key, value));
    }
    let mut html = Html::new();
    html.fill("<sync-or-swim", &[]);
    for (key, value) in &attributes {
        // Only known keys are here.
        html.add(&Html::from_trusted([" ", key, "=\""].concat()));
        html.fill("{}\"", &[value]);
    }
    html.fill(">\n", &[]);
    html.add(&inside(&attributes, site));
    html.fill("\n</sync-or-swim>", &[]);
    Ok(html.into_string())
}

/// What stands there where no script runs: the poster of a gallery entry, and the way to the playground.
fn inside(attributes: &[Attribute], site: &str) -> Html {
    let said = |name: &str| {
        let found = attributes.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.as_str())
    };
    let example = said("example").unwrap_or(parameter::EXAMPLE);
    let title = said("title").unwrap_or(if said("link").is_some() { "A scenario" } else { example });
    let view = said("view").filter(|view| *view != "both").unwrap_or("lanes");
    let mut html = Html::new();
    match (said("link"), said("poster")) {
        (Some(link), poster) => {
            html.fill("<a href=\"{}#{}\">", &[site, link.trim_start_matches('#')]);
            match poster {
                Some(poster) => html.fill("<img src=\"{}\" alt=\"{}\" loading=\"lazy\"></a>", &[poster, title]),
                None => html.fill("{}</a>", &[title]),
            };
        }
        (None, poster) => {
            html.fill("<a href=\"{}#ex={}\"><img src=\"", &[site, example]);
            match poster {
                Some(poster) => html.fill("{}", &[poster]),
                None => html.fill("{}posters/{}-{}-light.svg", &[site, example, view]),
            };
            html.fill("\" alt=\"{}\" loading=\"lazy\"></a>", &[title]);
        }
    }
    html
}

/// What the head of a block says; its problems stand in the line before the block.
fn head_attributes(head: &str) -> Result<Vec<Attribute>, Vec<Problem>> {
    let attribute = |word: &str| {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let found = known(key).and_then(|name| check(name, value).map(|()| (name, value.to_string())));
        found.map_err(|fix| Problem {
            line: 0,
            ..wrong(key, word, &fix)
        })
    };
    let words = head.split_whitespace().map(attribute);
    words.collect::<Result<_, _>>().map_err(|problem| vec![problem])
}

/// What a block says: attributes in their order, or a scenario as a link to it.
fn inner_attributes(block: &str) -> Result<Vec<Attribute>, Vec<Problem>> {
    if block.trim().is_empty() {
        return Ok(Vec::new());
    }
    let tree = node::parse(block).map_err(|problem| vec![problem])?;
    if tree.get("format").is_some() {
        let mut attributes = vec![("link", ["#", &link::write(block, "")?].concat())];
        let name = tree.get("name").and_then(Node::text).filter(|name| !name.is_empty());
        attributes.extend(name.map(|name| ("title", name.to_string())));
        return Ok(attributes);
    }
    let Value::Map(entries) = &tree.value else {
        return Err(vec![wrong("", block, "lines such as `example: checkout`")]);
    };
    let (mut attributes, mut problems) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        match attribute(block, key, value) {
            Ok(attribute) => attributes.push(attribute),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(attributes)
    } else {
        Err(problems)
    }
}

fn attribute(block: &str, key: &Node, value: &Node) -> Result<Attribute, Problem> {
    let word = key.text().unwrap_or_default();
    let at = |node: &Node, path: &str, offence: &str, fix: &str| {
        let (line, column) = node::place(block, node.start);
        let problem = wrong(path, offence, fix);
        Problem {
            line,
            column,
            ..problem
        }
    };
    let name = known(word).map_err(|fix| at(key, "", word, &fix))?;
    let text = match &value.value {
        Value::Text(text) => text.clone(),
        Value::Number(_) => block[value.start..value.end].to_string(),
        _ => return Err(at(value, name, &block[value.start..value.end], "a text or a number")),
    };
    match check(name, &text) {
        Ok(()) => Ok((name, text)),
        Err(fix) => Err(at(value, name, &text, &fix)),
    }
}

/// The attribute of this name, or what would be right.
fn known(word: &str) -> Result<&'static str, String> {
    let found = KEYS.into_iter().find(|name| *name == word);
    found.ok_or_else(|| nearest(word, KEYS).map_or_else(|| KEYS.join(", "), str::to_string))
}

/// Whether an attribute can have a value, or what would be right.
fn check(name: &str, text: &str) -> Result<(), String> {
    match name {
        "example" => parameter::check("ex", text),
        "link" => bounded(text, LINK_LIMIT).map(drop),
        "poster" => bounded(text, ADDRESS_LIMIT).map(drop),
        "start" => choice::<Start>(text).map(drop),
        "height" => match text.parse::<u32>() {
            Ok(1..=HEIGHT_LIMIT) => Ok(()),
            _ => Err(["a whole number from 1 to ", &HEIGHT_LIMIT.to_string()].concat()),
        },
        same => parameter::check(same, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://playground.example/";

    #[test]
    fn a_block_becomes_the_element_with_a_picture_inside() {
        let tag = tag(
            "",
            "example: chain\nview: topology\nheight: 300\ntitle: a \"b\" & <c>\n",
            SITE,
        );
        assert_eq!(
            tag,
            Ok("<sync-or-swim example=\"chain\" view=\"topology\" height=\"300\" title=\"a &quot;b&quot; &amp; &lt;c&gt;\">\n\
                <a href=\"https://playground.example/#ex=chain\">\
                <img src=\"https://playground.example/posters/chain-topology-light.svg\" \
                alt=\"a &quot;b&quot; &amp; &lt;c&gt;\" loading=\"lazy\"></a>\n</sync-or-swim>"
                .to_string())
        );
    }

    #[test]
    fn an_empty_block_is_the_first_entry_and_a_link_has_no_picture() {
        let empty = tag("", "\n", SITE).unwrap();
        assert!(empty.starts_with("<sync-or-swim>\n<a href=\"https://playground.example/#ex=checkout\">"));
        assert!(empty.contains("posters/checkout-lanes-light.svg"));
        let linked = tag("", "{\"link\": \"#s=1.d.abc\", \"at\": 3.42}", SITE);
        assert_eq!(
            linked,
            Ok("<sync-or-swim link=\"#s=1.d.abc\" at=\"3.42\">\n<a href=\"https://playground.example/#s=1.d.abc\">A scenario</a>\n</sync-or-swim>".to_string())
        );
    }

    fn check(block: &str, expected: &[&str]) {
        let problems = tag("", block, SITE).unwrap_err();
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(told, expected, "{block}");
    }

    #[test]
    fn a_scenario_becomes_a_link_to_it_under_its_name() {
        let scenario = crate::scenario::edit::BLANK.replacen("\"\"", "\"Mine\"", 1);
        let written = tag("view=lanes height=300", &scenario, SITE).unwrap();
        let (_, link) = written.split_once(" link=\"#").unwrap();
        let (link, rest) = link.split_once('"').unwrap();
        assert!(
            written.starts_with("<sync-or-swim view=\"lanes\" height=\"300\" link"),
            "{written}"
        );
        assert!(rest.starts_with(" title=\"Mine\">"), "{rest}");
        let found = link::follow(link).unwrap();
        assert!(found.text.is_some_and(|text| text.contains("Mine")));
        assert!(tag("", "format: sync-or-swim/1\nclients: 5\n", SITE).is_err());
    }

    #[test]
    fn what_the_head_says_wrong_is_told_in_its_line() {
        for (head, block, expected) in [
            ("veiw=lanes", "", "0:1 veiw: `veiw=lanes` is not possible here; view"),
            (
                "view",
                "",
                "0:1 view: `view` is not possible here; lanes, topology, both, sequence",
            ),
            (
                "view=both",
                "view: both",
                "1:1 view: `both` is not possible here; each attribute once",
            ),
        ] {
            let problems = tag(head, block, SITE).unwrap_err();
            assert_eq!(problems[0].to_string(), expected);
        }
    }

    #[test]
    fn what_the_element_does_not_know_is_told_with_its_place() {
        check(
            "exmaple: chain\nview: lane\n",
            &[
                "1:1 `exmaple` is not possible here; example",
                "2:7 view: `lane` is not possible here; lanes, topology, both, sequence",
            ],
        );
        check(
            "height: tall",
            &["1:9 height: `tall` is not possible here; a whole number from 1 to 10000"],
        );
        check(
            "start: [1]",
            &["1:8 start: `[1]` is not possible here; a text or a number"],
        );
        check(
            "start: hover",
            &["1:8 start: `hover` is not possible here; click, visible"],
        );
        check(
            "- a",
            &["1:1 `- a` is not possible here; lines such as `example: checkout`"],
        );
        check(
            "site: https://elsewhere.example/",
            &["1:1 `site` is not possible here; title"],
        );
    }
}
