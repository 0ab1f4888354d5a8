//! What a picture is of, as an element of XML: in an SVG's metadata, and in a PNG's text.
//!
//! ```text
//! <scenario xmlns="urn:sync-or-swim" version="1" seed="7">{ "format": "sync-or-swim/1", … }</scenario>
//! ```
//!
//! Law: any text comes back letter by letter. What XML changes or cannot hold is written as a reference or as
//! `<c n="27"/>`; who formats the file anew may add comments and prefixes and write ends of lines its own way.

use crate::protocol::Origin;
use crate::scenario::node::LENGTH_LIMIT;
use crate::scenario::problem::Problem;

/// The version that is written.
const VERSION: u32 = 1;
/// Whose element it is.
const NAMESPACE: &str = "urn:sync-or-swim";
/// Its name, and that of a letter which XML cannot hold.
const ELEMENT: &str = "scenario";
const LETTER: &str = "c";

/// The element.
pub fn write(origin: &Origin) -> String {
    let mut xml = format!("<{ELEMENT} xmlns=\"{NAMESPACE}\" version=\"{VERSION}\"");
    if let Some(seed) = origin.seed {
        xml += &format!(" seed=\"{seed}\"");
    }
    xml.push('>');
    origin.text.chars().for_each(|letter| write_letter(&mut xml, letter));
    xml + &format!("</{ELEMENT}>")
}

/// The first such element of a document; none where there is none.
pub fn find(document: &str) -> Result<Option<Origin>, Problem> {
    if !document.contains(NAMESPACE) {
        return Ok(None);
    }
    let mut rest = document;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(end) = aside(rest) {
            rest = rest.split_once(end).map_or("", |(_, after)| after);
        } else if name(rest) == ELEMENT
            && let Some((tag, content)) = rest.split_once('>')
            && let Some(version) = attribute(tag, "version")
        {
            return read(version, attribute(tag, "seed"), content).map(Some);
        }
    }
    Ok(None)
}

fn read(version: &str, seed: Option<&str>, content: &str) -> Result<Origin, Problem> {
    if version != VERSION.to_string() {
        let message = format!("the scenario in it is written in version {version}, and this is version {VERSION}");
        return Err(Problem::of_all(message, "a newer Sync or Swim opens it"));
    }
    let text = letters(content).ok_or_else(|| damaged("the scenario in it is damaged"))?;
    let seed = seed.and_then(|seed| seed.parse().ok());
    Ok(Origin { text, seed })
}

/// A file that was ours, and is no more.
pub(super) fn damaged(what: &str) -> Problem {
    Problem::of_all(what.to_string(), "save the picture anew, or open the scenario's text")
}

fn write_letter(xml: &mut String, letter: char) {
    match letter {
        '&' => xml.push_str("&amp;"),
        '<' => xml.push_str("&lt;"),
        '>' => xml.push_str("&gt;"),
        '\r' => xml.push_str("&#13;"),
        '\t' | '\n' => xml.push(letter),
        '\0'..' ' | '\u{fffe}' | '\u{ffff}' => *xml += &format!("<{LETTER} n=\"{}\"/>", u32::from(letter)),
        letter => xml.push(letter),
    }
}

/// The text in front of the element's end; none where that is missing, or where something else stands in it.
fn letters(content: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), content);
    while text.len() <= LENGTH_LIMIT {
        let (plain, mark) = rest.split_at(rest.find(['<', '&', '\r'])?);
        text.push_str(plain);
        let after = &mark[1..];
        rest = match mark.as_bytes()[0] {
            b'\r' => {
                text.push('\n');
                after.strip_prefix('\n').unwrap_or(after)
            }
            b'&' => {
                let (name, rest) = after.split_once(';')?;
                text.push(referred(name)?);
                rest
            }
            _ if after.starts_with('/') => return Some(text),
            _ => element(&mut text, after)?,
        };
    }
    None
}

/// What follows a `<` inside of the text, and what is behind it.
fn element<'a>(text: &mut String, after: &'a str) -> Option<&'a str> {
    if let Some(end) = aside(after) {
        let (inside, rest) = after.split_once(end)?;
        text.push_str(inside.strip_prefix(CDATA).unwrap_or_default());
        return Some(rest);
    }
    let (tag, rest) = after.split_once('>')?;
    let code = attribute(tag.trim_end_matches('/'), "n").filter(|_| name(tag) == LETTER)?;
    text.push(char::from_u32(code.parse().ok()?)?);
    Some(rest)
}

const CDATA: &str = "![CDATA[";

/// The end of a comment or of characters that are no markup, if that is what begins behind a `<`.
fn aside(after: &str) -> Option<&'static str> {
    match after {
        _ if after.starts_with("!--") => Some("-->"),
        _ if after.starts_with(CDATA) => Some("]]>"),
        _ => None,
    }
}

/// The name of the tag, without its prefix.
fn name(tag: &str) -> &str {
    let end = tag.find(|letter: char| letter.is_ascii_whitespace() || "/>".contains(letter));
    let name = &tag[..end.unwrap_or(tag.len())];
    name.split_once(':').map_or(name, |(_, name)| name)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut parts = tag.split_ascii_whitespace();
    let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.trim_matches(['"', '\'']))
}

/// The letter of a reference.
fn referred(name: &str) -> Option<char> {
    let code = match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        name => name.strip_prefix('#')?,
    };
    char::from_u32(match code.strip_prefix('x') {
        Some(code) => u32::from_str_radix(code, 16).ok()?,
        None => code.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn saved(text: &str) -> Origin {
        let seed = Some(7);
        Origin {
            text: text.to_string(),
            seed,
        }
    }

    fn check(document: &str, text: &str) {
        assert_eq!(find(document), Ok(Some(saved(text))), "{document}");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in proptest::collection::vec(any::<char>(), 0..60), low in "[\\x00-\\x7f]{0,60}", seed: Option<u64>) {
            let text = text.into_iter().collect::<String>() + &low;
            let written = Origin { text, seed };
            let document = format!("<svg><metadata>{}</metadata><scenario/></svg>", write(&written));
            prop_assert_eq!(find(&document), Ok(Some(written)));
        }

        #[test]
        fn foreign_documents_are_an_answer(pieces in proptest::collection::vec(0..PIECES.len(), 0..30)) {
            let document: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            let _ = find(&document);
        }
    }

    const PIECES: [&str; 14] = [
        NAMESPACE,
        "<scenario version='1'>",
        "</scenario>",
        "<",
        ">",
        "&",
        ";",
        "&#x",
        "<!--",
        "<![CDATA[",
        "]]>",
        "<c n='",
        "é\r",
        "-->",
    ];

    #[test]
    fn what_was_formatted_anew_still_opens() {
        let open = "<x:scenario xmlns:x='urn:sync-or-swim'\n  seed='7'\n version='1'>";
        check(&format!("<!-- <scenario version='2'> -->{open}a</x:scenario>"), "a");
        check(&format!("{open}a\r\nb\rc</x:scenario>"), "a\nb\nc");
        check(
            &format!("{open}a&quot;&#x62;&#99;<![CDATA[<&]]><!-- so -->&apos;</x:scenario>"),
            "a\"bc<&'",
        );
    }

    #[test]
    fn version_1_is_read_for_ever() {
        let document =
            r#"<scenario xmlns="urn:sync-or-swim" version="1" seed="7">a&lt;&amp;&gt;&#13;<c n="27"/></scenario>"#;
        check(document, "a<&>\r\u{1b}");
        assert_eq!(write(&saved("a<&>\r\u{1b}")), document);
    }

    #[test]
    fn what_is_damaged_or_newer_is_told() {
        let whole = write(&saved("a & b"));
        for end in 80..whole.len() - 10 {
            let found = find(&whole[..end]);
            assert!(!matches!(found, Ok(Some(_))), "{}", &whole[..end]);
        }
        assert!(find(&whole.replace("&amp;", "&unknown;")).is_err());
        assert!(find(&whole.replace("&amp;", "<b/>")).is_err());
        let newer = find(&whole.replace("\"1\"", "\"2\"")).unwrap_err();
        assert!(newer.message.contains("version 2"), "{newer}");
        assert_eq!(find("<svg><scenario version='1'>a</scenario></svg>"), Ok(None));
    }
}
