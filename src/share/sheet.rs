//! The sheet that says how others come to this scenario: a link, and what to put into a page.
//!
//! ```text
//! text, seed, instant ─▶ link ─▶ Markdown, element, frame        each in a field, with a button that copies it; pictures beside them
//! ```
//!
//! Law: what is copied leads to what is on screen; a link that some programs would cut says so and offers a file.

use super::link;
use crate::protocol::Sharing;
use crate::scenario::problem::Problem;
use crate::scenario::text;
use crate::time::Instant;
use crate::told::html::Html;

/// The sheet for a text.
pub fn share(sharing: &Sharing) -> Result<Html, Vec<Problem>> {
    let subject = link::write(&sharing.text, &sharing.entry)?;
    let name = text::parse(&sharing.text)?.scenario.name;
    let name = if name.is_empty() { "Scenario" } else { &name };
    let hash = subject + &view(sharing);
    let (site, link) = (directory(&sharing.address), [&sharing.address, "#", &hash].concat());
    let mut html = Html::new();
    html.fill("<h2>Share</h2>", &[]);
    let length = link.chars().count();
    html.fill(
        "<p class=\"quiet\">Everything is in the link itself, {} characters: nothing is sent anywhere, and it opens in every later release.</p>",
        &[&length.to_string()],
    );
    if length > link::LONG {
        html.fill(
            concat!(
                "<p class=\"warning\" role=\"alert\">Links of more than {} characters are cut by some programs. ",
                "<button type=\"button\" data-act=\"save\" data-on=\"text file\">Save as a file</button></p>",
            ),
            &[&link::LONG.to_string()],
        );
    }
    for (what, label, text) in forms(&site, &link, &hash, name) {
        html.fill(
            concat!(
                "<label class=\"copied\"><span>{}</span><textarea readonly rows=\"2\" data-name=\"{}\" data-test=\"{}\">{}</textarea></label>",
                "<button type=\"button\" data-act=\"copy\" data-on=\"{}\">Copy<span class=\"unseen\"> {}</span></button>",
            ),
            &[label, what, what, &text, what, label],
        );
    }
    html.fill(
        concat!(
            "<p class=\"quiet\" role=\"status\" data-test=\"copied\"></p><p>As a picture that opens here again: ",
            "<button type=\"button\" data-act=\"save\" data-on=\"lanes svg\">Lanes</button> ",
            "<button type=\"button\" data-act=\"save\" data-on=\"topology svg\">Topology</button></p>",
            "<p>As an image for the clipboard: <button type=\"button\" data-act=\"copy\" data-on=\"lanes\">Copy lanes</button> ",
            "<button type=\"button\" data-act=\"copy\" data-on=\"topology\">Copy topology</button></p>",
            "<button type=\"button\" class=\"primary\" data-act=\"close\">Close</button>",
        ),
        &[],
    );
    Ok(html)
}

/// What is copied: the name of the field, its label, the text.
fn forms(site: &str, link: &str, hash: &str, name: &str) -> [(&'static str, &'static str, String); 4] {
    let markdown = ["[", &plain(name), "](", link, ")"].concat();
    let element = [
        "<script src=\"",
        site,
        "element.js\" defer></script>\n<sync-or-swim link=\"#",
        &escaped(hash),
        "\" title=\"",
        &escaped(name),
        "\">\n  <a href=\"",
        &escaped(link),
        "\">",
        &escaped(name),
        "</a>\n</sync-or-swim>",
    ]
    .concat();
    let frame = [
        "<iframe src=\"",
        site,
        "embed.html#embed=v1&amp;",
        &escaped(hash),
        "\" title=\"",
        &escaped(name),
        "\" width=\"100%\" height=\"420\" loading=\"lazy\"></iframe>",
    ]
    .concat();
    [
        ("link", "Link", link.to_string()),
        ("markdown", "Markdown", markdown),
        ("element", "HTML: a picture first, the playground on a click", element),
        ("frame", "HTML: a frame", frame),
    ]
}

/// Which run, and which instant of it.
fn view(sharing: &Sharing) -> String {
    let seed = sharing
        .seed
        .map_or(String::new(), |seed| ["&seed=", &seed.to_string()].concat());
    let at = sharing.at.map_or(String::new(), |at| ["&at=", &seconds(at)].concat());
    seed + &at
}

/// `3.42`, exactly.
fn seconds(at: Instant) -> String {
    let (whole, rest) = (at.0 / 1_000_000_000, at.0 % 1_000_000_000);
    let text = format!("{whole}.{rest:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The directory in which a page lies.
fn directory(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path[..path.rfind('/').map_or(0, |slash| slash + 1)].to_string()
}

/// A text that Markdown does not take for anything else.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|letter| !"[]()\\`*_<>\n".contains(*letter))
        .collect()
}

fn escaped(text: &str) -> String {
    let mut html = Html::new();
    html.fill("{}", &[text]);
    html.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::gallery;

    fn sheet(text: &str) -> String {
        let sharing = Sharing {
            text: text.to_string(),
            entry: "checkout".to_string(),
            seed: Some(5),
            at: Some(Instant(3_420_000_000)),
            address: "https://a.example/b/?c".to_string(),
        };
        share(&sharing).map(Html::into_string).unwrap_or_default()
    }

    #[test]
    fn the_link_leads_to_what_is_on_screen() {
        let sheet = sheet(gallery::ENTRIES[0].text);
        for part in [
            ">https://a.example/b/?c#ex=checkout&amp;seed=5&amp;at=3.42</textarea>",
            ">[Checkout](https://a.example/b/?c#ex=checkout",
            "src=&quot;https://a.example/b/element.js&quot;",
            "https://a.example/b/embed.html#embed=v1&amp;amp;ex=checkout&amp;amp;seed=5",
        ] {
            assert!(sheet.contains(part), "{part}\n{sheet}");
        }
        assert!(!sheet.contains("warning"));
    }

    #[test]
    fn a_long_link_is_told() {
        let words: Vec<String> = (1..1500_u64)
            .map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string())
            .collect();
        let text = gallery::ENTRIES[0].text.replace("Payment must", &words.join(" "));
        assert!(sheet(&text).contains("Links of more than 8000 characters"));
    }

    #[test]
    fn instants_are_written_exactly() {
        for (at, expected) in [
            (0, "0"),
            (1, "0.000000001"),
            (3_420_000_000, "3.42"),
            (60_000_000_000, "60"),
        ] {
            assert_eq!(seconds(Instant(at)), expected);
        }
    }
}
