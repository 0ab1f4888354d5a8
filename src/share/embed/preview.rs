//! What other programs show of a link to a gallery entry: a page with Open Graph, and the answer of oEmbed.
//!
//! ```text
//! s/checkout.html ◀─ a link that somebody pastes        og:title, og:image, the poster to play
//!   └ alternate ─▶ oembed/checkout.json                 {"type": "rich", "html": "<iframe …>"}
//! ```
//!
//! Law: both are complete by themselves, whatever the entry is called; nothing in the page is inline.

use crate::scenario::json::quoted;
use crate::told::html::Html;

/// The size of a frame for who does not negotiate it, in CSS pixels.
const FRAME: (&str, &str) = ("800", "480");
/// The longest description, in characters.
const DESCRIPTION: usize = 300;

/// A gallery entry that is shown elsewhere.
#[derive(Clone, Debug)]
pub struct Preview<'a> {
    /// Its name in links.
    pub id: &'a str,
    pub title: &'a str,
    /// Markdown; its first paragraph is shown.
    pub about: &'a str,
    /// The address of the site, ending in `/`; one that is relative to the page where it is not known.
    pub site: &'a str,
    /// Width and height of `posters/ID.png`, where there is one.
    pub image: Option<(u32, u32)>,
}

impl Preview<'_> {
    /// The page of a link preview, for `s/ID.html`.
    pub fn page(&self) -> String {
        let Preview { id, title, site, .. } = *self;
        let mut html = Html::new();
        html.fill(HEAD, &[title]);
        let description = self.description();
        html.fill(WORDS, &[&description, title, &description, site, id]);
        if let Some((width, height)) = self.image {
            let [width, height] = [width, height].map(|length| length.to_string());
            html.fill(IMAGE, &[site, id, &width, &height, title]);
        }
        if self.is_absolute() {
            html.fill(ALTERNATE, &[site, id, title]);
        }
        html.fill(BODY, &[title, &description, id, title, id]);
        html.into_string()
    }

    /// The answer of oEmbed 1.0, for `oembed/ID.json`; none where the address of the site is not known.
    pub fn oembed(&self) -> Option<String> {
        let Preview { id, title, site, .. } = *self;
        let mut frame = Html::new();
        let (width, height) = FRAME;
        frame.fill(
            "<iframe src=\"{}embed.html#embed=v1&amp;ex={}\" title=\"{}\" width=\"{}\" height=\"{}\"></iframe>",
            &[site, id, title, width, height],
        );
        let text = |name: &str, value: &str| [&quoted(name), ": ", &quoted(value)].concat();
        let number = |name: &str, value: &str| [&quoted(name), ": ", value].concat();
        let mut fields = vec![
            text("type", "rich"),
            text("version", "1.0"),
            text("title", title),
            text("provider_name", "Sync or Swim"),
            text("provider_url", site),
            number("width", width),
            number("height", height),
            text("html", &frame.into_string()),
        ];
        if let Some((width, height)) = self.image {
            fields.push(text("thumbnail_url", &[site, "posters/", id, ".png"].concat()));
            fields.push(number("thumbnail_width", &width.to_string()));
            fields.push(number("thumbnail_height", &height.to_string()));
        }
        let answer = ["{\n  ", &fields.join(",\n  "), "\n}\n"].concat();
        self.is_absolute().then_some(answer)
    }

    fn is_absolute(&self) -> bool {
        self.site.contains("://")
    }

    /// The first paragraph of what it is about, without its marks.
    fn description(&self) -> String {
        let first = self.about.split("\n\n").next().unwrap_or_default();
        shortened(&plain(first))
    }
}

/// The words of the little Markdown that an `about` has: a link is its text, stars and backticks go.
fn plain(markdown: &str) -> String {
    let mut words = String::new();
    let mut rest = markdown;
    while let Some((before, (text, after))) = rest
        .split_once('[')
        .and_then(|(b, link)| Some((b, link.split_once("](")?)))
    {
        let (_, behind) = after.split_once(')').unwrap_or_default();
        words = words + before + text;
        rest = behind;
    }
    words += rest;
    words.replace(['*', '`'], "").replace('\n', " ")
}

/// A text that ends with a word.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(DESCRIPTION) {
        None => text.to_string(),
        Some((end, _)) => {
            let (words, _) = text[..end].rsplit_once(' ').unwrap_or_default();
            [words, " …"].concat()
        }
    }
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'">
<title>{} – Sync or Swim</title>
"#;

const WORDS: &str = r#"<meta name="description" content="{}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="Sync or Swim">
<meta property="og:title" content="{}">
<meta property="og:description" content="{}">
<meta property="og:url" content="{}s/{}.html">
"#;

const IMAGE: &str = r#"<meta property="og:image" content="{}posters/{}.png">
<meta property="og:image:width" content="{}">
<meta property="og:image:height" content="{}">
<meta property="og:image:alt" content="A picture of a run: {}">
<meta name="twitter:card" content="summary_large_image">
"#;

const ALTERNATE: &str = r#"<link rel="alternate" type="application/json+oembed" href="{}oembed/{}.json" title="{}">
"#;

const BODY: &str = r#"<script src="../element.js" defer></script>
</head>
<body><main>
<h1>{}</h1>
<p>{}</p>
<sync-or-swim example="{}" title="{}"></sync-or-swim>
<p><a href="../#ex={}">Open the playground</a></p>
</main></body>
</html>
"#;

#[cfg(test)]
mod tests {
    use super::*;

    fn preview<'a>(title: &'a str, about: &'a str, site: &'a str) -> Preview<'a> {
        Preview {
            id: "chain",
            title,
            about,
            site,
            image: Some((1200, 630)),
        }
    }

    #[test]
    fn a_page_says_what_a_preview_shows() {
        let about = "A \"quoted\" **call** of [a<b](https://x.example/?a=1&b=2).\n\nAnd more.";
        let page = preview("A & B", about, "https://p.example/").page();
        for part in [
            "<title>A &amp; B – Sync or Swim</title>",
            "<meta property=\"og:description\" content=\"A &quot;quoted&quot; call of a&lt;b.\">",
            "<meta property=\"og:image\" content=\"https://p.example/posters/chain.png\">",
            "href=\"https://p.example/oembed/chain.json\"",
            "<sync-or-swim example=\"chain\" title=\"A &amp; B\">",
            "<p>A &quot;quoted&quot; call of a&lt;b.</p>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn without_the_address_of_the_site_there_is_no_answer() {
        let relative = preview("A", "b", "../");
        assert_eq!(relative.oembed(), None);
        assert!(relative.page().contains("content=\"../posters/chain.png\"") && !relative.page().contains("oembed"));
    }

    #[test]
    fn an_answer_is_that_of_oembed() {
        let answer = preview("A \"b\" & c", "", "https://p.example/").oembed();
        let answer: serde_json::Value = serde_json::from_str(&answer.unwrap()).unwrap();
        assert_eq!((&answer["type"], &answer["version"]), (&"rich".into(), &"1.0".into()));
        assert_eq!(answer["title"], "A \"b\" & c");
        assert_eq!(
            answer["html"],
            "<iframe src=\"https://p.example/embed.html#embed=v1&amp;ex=chain\" title=\"A &quot;b&quot; &amp; c\" width=\"800\" height=\"480\"></iframe>"
        );
        assert_eq!(
            (&answer["thumbnail_width"], &answer["width"]),
            (&1200.into(), &800.into())
        );
    }

    #[test]
    fn a_long_description_ends_with_a_word() {
        let about = "word ".repeat(100);
        let short = preview("A", &about, "").description();
        assert!(
            short.ends_with("word …") && short.chars().count() < DESCRIPTION + 3,
            "{short}"
        );
    }
}
