//! A preprocessor of mdBook: blocks of a chapter become elements that show a playground.
//!
//! ```text
//! [context, book] ─stdin▶ every chapter: ```sync-or-swim … ```  ▶  <script …></script> <sync-or-swim …> ─stdout▶ book
//! ```
//!
//! Law: what stands outside of our blocks stays as it is, blocks inside of other blocks among it.

use serde_json::Value;
use std::io::Read;
use sync_or_swim::scenario::problem::Problem;
use sync_or_swim::share::embed::tag;

/// What a block is called.
const NAME: &str = "sync-or-swim";
/// The longest book that is read, in bytes.
const LENGTH_LIMIT: u64 = 400_000_000;

/// Reads mdBook's context and book, and gives the book that is built instead; or why not, one mistake a line.
pub fn preprocess(from: impl Read) -> Result<String, Vec<String>> {
    let mut text = String::new();
    let read = from.take(LENGTH_LIMIT).read_to_string(&mut text);
    read.map_err(|why| vec![format!("<stdin>: cannot be read: {why}")])?;
    let parsed: Result<(Value, Value), _> = serde_json::from_str(&text);
    let (context, mut book) = parsed.map_err(|why| vec![format!("<stdin>: this is not what mdBook writes: {why}")])?;
    let site = site(&context).map_err(|why| vec![why])?;
    let mut problems = Vec::new();
    visit(&mut book, &site, &mut problems);
    if problems.is_empty() {
        Ok(book.to_string())
    } else {
        Err(problems)
    }
}

/// The address of the built site, which the book says.
fn site(context: &Value) -> Result<String, String> {
    let said = context["config"]["preprocessor"][NAME]["site"].as_str();
    let right = "book.toml: [preprocessor.sync-or-swim] lacks `site`; the address of the playground, ending in `/`";
    let site = said.filter(|site| site.ends_with('/'));
    site.map(str::to_string).ok_or_else(|| right.to_string())
}

/// Every chapter of a book, of a list of its items, or of one of them.
fn visit(part: &mut Value, site: &str, problems: &mut Vec<String>) {
    match part {
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, site, problems)),
        Value::Object(fields) => {
            if let Some(content) = fields.get("content").and_then(Value::as_str) {
                let path = fields.get("path").and_then(Value::as_str).unwrap_or("a chapter");
                match replace(content, site) {
                    Ok(content) => drop(fields.insert("content".to_string(), content.into())),
                    Err(found) => problems.extend(found.iter().map(|problem| format!("{path}:{problem}"))),
                }
            }
            fields.values_mut().for_each(|value| visit(value, site, problems));
        }
        _ => {}
    }
}

/// A chapter with elements in the places of its blocks.
fn replace(chapter: &str, site: &str) -> Result<String, Vec<Problem>> {
    let lines: Vec<&str> = chapter.split_inclusive('\n').collect();
    let (mut out, mut problems) = (String::new(), Vec::new());
    let (mut at, mut has_script) = (0, false);
    while at < lines.len() {
        let block = Block::at(&lines[at..]);
        let part = &lines[at..at + block.length];
        match block.is_ours {
            false => out.extend(part.iter().copied()),
            true => {
                let script = if has_script { String::new() } else { tag::script(site) };
                has_script = true;
                match tag::tag(block.head, &part[1..1 + block.inside].concat(), site) {
                    Ok(element) => out.push_str(&format!("\n{script}\n\n{element}\n\n")),
                    Err(found) => problems.extend(found.into_iter().map(|problem| below(problem, at + 1))),
                }
            }
        }
        at += block.length;
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// The same problem in a text with so many lines before.
fn below(problem: Problem, lines: usize) -> Problem {
    let line = problem.line + lines as u32;
    Problem { line, ..problem }
}

/// What a chapter goes on with: a block, or a line outside of any.
struct Block<'a> {
    is_ours: bool,
    /// What stands behind its name.
    head: &'a str,
    /// In lines.
    length: usize,
    /// The lines between the first and the one that closes it, if any does.
    inside: usize,
}

impl<'a> Block<'a> {
    fn at(lines: &[&'a str]) -> Block<'a> {
        let Some(fence) = Fence::opened_by(lines[0]) else {
            return Block {
                is_ours: false,
                head: "",
                length: 1,
                inside: 0,
            };
        };
        let inside = lines[1..].iter().take_while(|line| !fence.is_closed_by(line)).count();
        Block {
            is_ours: fence.name == NAME,
            head: fence.head,
            length: lines.len().min(inside + 2),
            inside,
        }
    }
}

/// The beginning of a block (CommonMark 0.31, 4.5).
struct Fence<'a> {
    /// The backticks or tildes.
    mark: &'a str,
    /// The first word behind them.
    name: &'a str,
    /// What is behind that.
    head: &'a str,
}

impl Fence<'_> {
    fn opened_by(line: &str) -> Option<Fence<'_>> {
        let text = indented(line)?;
        let sign = text.chars().next().filter(|sign| ['`', '~'].contains(sign))?;
        let length = text.len() - text.trim_start_matches(sign).len();
        let (mark, info) = text.split_at(length);
        let is_inline = sign == '`' && info.contains('`');
        let info = info.trim();
        let (name, head) = info.split_once([' ', ',', '\t']).unwrap_or((info, ""));
        (length >= 3 && !is_inline).then_some(Fence { mark, name, head })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let text = indented(line).unwrap_or_default();
        text.starts_with(self.mark) && text.trim_start_matches(&self.mark[..1]).is_empty()
    }
}

/// A line without its end and its indentation, which is no deeper than that of a block.
fn indented(line: &str) -> Option<&str> {
    let text = line.trim_end();
    let inside = text.trim_start_matches(' ');
    (text.len() - inside.len() <= 3).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITE: &str = "https://playground.example/";

    #[test]
    fn a_block_becomes_an_element_and_the_rest_stays() {
        let chapter = "# A\n\n~~~ sync-or-swim\nexample: chain\n~~~\nB\n```sync-or-swim\n```\n";
        let replaced = replace(chapter, SITE).unwrap();
        let script = "<script src=\"https://playground.example/element.js\" defer></script>";
        assert!(replaced.starts_with(&format!("# A\n\n\n{script}\n\n<sync-or-swim example=\"chain\">\n")));
        assert!(replaced.contains("</sync-or-swim>\n\nB\n\n\n\n<sync-or-swim>\n"));
        assert_eq!(replaced.matches("<script").count(), 1);
    }

    #[test]
    fn a_chapter_without_our_blocks_is_the_same_bytes() {
        for chapter in [
            "",
            "# A\r\n\r\ntext",
            "```rust\nfn a() {}\n``````\n",
            "````md\n```sync-or-swim\nexample: chain\n```\n````\n",
            "    ```sync-or-swim\n",
            "```sync-or-swim``` in a line\n",
            "```\nnot closed",
        ] {
            assert_eq!(replace(chapter, SITE).as_deref(), Ok(chapter));
        }
    }

    #[test]
    fn a_block_that_nothing_closes_goes_to_the_end() {
        let replaced = replace("```sync-or-swim\nexample: chain", SITE).unwrap();
        assert!(replaced.contains("example=\"chain\""), "{replaced}");
    }
}
