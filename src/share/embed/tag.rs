//! The element as markup, from a block of a document.
//!
//! ```text
//! example: checkout     ─tag▶  <sync-or-swim example="checkout" view="lanes">
//! view: lanes                    picture and link, for who has no script
//!                              </sync-or-swim>
//! ```
//!
//! Law: a block that says what the element does not know is told, never written.

use super::{LINK_LIMIT, Word, bounded, choice, parameter, wrong};
use crate::scenario::node::{self, Node, Value};
use crate::scenario::problem::{Problem, nearest};
use crate::told::html::Html;

/// What a block may say: the attributes of the element, but for where the site lies, which is the same for all.
pub const KEYS: [&str; 10] = [
    "example", "link", "view", "level", "height", "theme", "start", "at", "title", "poster",
];
/// The greatest height, in CSS pixels.
const HEIGHT_LIMIT: u32 = 10_000;
/// The longest address.
const ADDRESS_LIMIT: usize = 2_000;

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

/// The element of a block, which is YAML or JSON, or empty.
pub fn tag(block: &str, site: &str) -> Result<String, Vec<Problem>> {
    let attributes = attributes(block)?;
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
fn inside(attributes: &[(&'static str, String)], site: &str) -> Html {
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

/// What a block says, in its order.
fn attributes(block: &str) -> Result<Vec<(&'static str, String)>, Vec<Problem>> {
    if block.trim().is_empty() {
        return Ok(Vec::new());
    }
    let tree = node::parse(block).map_err(|problem| vec![problem])?;
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

fn attribute(block: &str, key: &Node, value: &Node) -> Result<(&'static str, String), Problem> {
    let word = key.text().unwrap_or_default();
    let known = KEYS.into_iter().find(|name| *name == word);
    let at = |node: &Node, path: &str, offence: &str, fix: &str| {
        let (line, column) = node::place(block, node.start);
        let problem = wrong(path, offence, fix);
        Problem {
            line,
            column,
            ..problem
        }
    };
    let name = known.ok_or_else(|| {
        let fix = nearest(word, KEYS).map_or_else(|| KEYS.join(", "), str::to_string);
        at(key, "", word, &fix)
    })?;
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
        let empty = tag("\n", SITE).unwrap();
        assert!(empty.starts_with("<sync-or-swim>\n<a href=\"https://playground.example/#ex=checkout\">"));
        assert!(empty.contains("posters/checkout-lanes-light.svg"));
        let linked = tag("{\"link\": \"#s=1.d.abc\", \"at\": 3.42}", SITE);
        assert_eq!(
            linked,
            Ok("<sync-or-swim link=\"#s=1.d.abc\" at=\"3.42\">\n<a href=\"https://playground.example/#s=1.d.abc\">A scenario</a>\n</sync-or-swim>".to_string())
        );
    }

    fn check(block: &str, expected: &[&str]) {
        let problems = tag(block, SITE).unwrap_err();
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(told, expected, "{block}");
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
