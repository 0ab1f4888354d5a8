//! The little Markdown that an author's `about` needs, as markup.
//!
//! ```text
//! paragraph   blank line between     **bold**   *emphasis*   `code`   [text](https://…)   - list
//! ```
//!
//! Law: text never becomes markup by itself: everything else is shown as it was written, and only http(s) links are links.

use super::html::Html;

/// A text between two blank lines.
#[derive(Clone, Debug, PartialEq)]
enum Block {
    Paragraph(String),
    List(Vec<String>),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
enum Piece<'a> {
    Plain(&'a str),
    Bold(&'a str),
    Emphasis(&'a str),
    Code(&'a str),
    Link { text: &'a str, address: &'a str },
}

/// Markdown as a page shows it.
pub fn markdown(text: &str) -> Html {
    let mut html = Html::new();
    html.fill("<div class=\"prose\">", &[]);
    for block in blocks(text) {
        match block {
            Block::Paragraph(text) => {
                html.fill("<p>", &[]);
                show(&mut html, &text);
            }
            Block::List(items) => {
                html.fill("<ul>", &[]);
                for item in items {
                    html.fill("<li>", &[]);
                    show(&mut html, &item);
                }
                html.fill("</ul>", &[]);
            }
        }
    }
    html.fill("</div>", &[]);
    html
}

fn show(html: &mut Html, line: &str) {
    for piece in pieces(line) {
        match piece {
            Piece::Plain(text) => html.fill("{}", &[text]),
            Piece::Bold(text) => html.fill("<strong>{}</strong>", &[text]),
            Piece::Emphasis(text) => html.fill("<em>{}</em>", &[text]),
            Piece::Code(text) => html.fill("<code>{}</code>", &[text]),
            Piece::Link { text, address } => {
                let link = "<a href=\"{}\" rel=\"noopener noreferrer\" target=\"_blank\">{}</a>";
                html.fill(link, &[address, text])
            }
        };
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for lines in text.split("\n\n") {
        let lines: Vec<&str> = lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let items: Option<Vec<String>> = lines
            .iter()
            .map(|line| line.strip_prefix("- ").map(str::to_string))
            .collect();
        match items {
            _ if lines.is_empty() => {}
            Some(items) => blocks.push(Block::List(items)),
            None => blocks.push(Block::Paragraph(lines.join(" "))),
        }
    }
    blocks
}

fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut plain) = (line, 0);
    while plain < rest.len() {
        let Some((piece, length)) = marked(&rest[plain..]) else {
            plain += rest[plain..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if plain > 0 {
            pieces.push(Piece::Plain(&rest[..plain]));
        }
        pieces.push(piece);
        rest = &rest[plain + length..];
        plain = 0;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(rest));
    }
    pieces
}

/// The marked piece with which `text` begins, and how many bytes it takes.
fn marked(text: &str) -> Option<(Piece<'_>, usize)> {
    let between = |mark: &str| {
        let inner = text.strip_prefix(mark)?;
        let end = inner.find(mark).filter(|end| *end > 0)?;
        Some((&inner[..end], end + 2 * mark.len()))
    };
    if let Some((inner, length)) = between("`") {
        return Some((Piece::Code(inner), length));
    }
    if let Some((inner, length)) = between("**") {
        return Some((Piece::Bold(inner), length));
    }
    if let Some((inner, length)) = between("*").filter(|(inner, _)| !inner.starts_with([' ', '*'])) {
        return Some((Piece::Emphasis(inner), length));
    }
    link(text)
}

fn link(text: &str) -> Option<(Piece<'_>, usize)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, _) = rest.split_once(')')?;
    let safe = address.starts_with("https://") || address.starts_with("http://");
    let whole = label.len() + address.len() + "[]()".len();
    safe.then_some((Piece::Link { text: label, address }, whole))
}
