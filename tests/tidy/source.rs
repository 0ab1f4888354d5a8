//! Rust source as text that can be searched: comments and literals blanked out, lines kept.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// From the root of the checkout, with `/`.
    pub file: String,
    /// As it is on disk.
    pub text: String,
    /// Without comments and literals; every byte keeps its place.
    pub code: String,
    /// `code` without what is compiled for tests only.
    pub product: String,
}

/// A function's name and lines, the signature's first and the last brace's, counted from 1.
pub struct Function {
    pub name: String,
    pub first: usize,
    pub last: usize,
    pub is_component: bool,
}

impl Source {
    fn read(path: &Path) -> Source {
        let text = fs::read_to_string(path).unwrap_or_else(|why| panic!("cannot read {}: {why}", path.display()));
        Source::new(name_of(path), text)
    }

    /// The source of a file with this name and text.
    pub fn new(file: String, text: String) -> Source {
        let code = blank_literals(&text);
        let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
        let product = if is_test { String::new() } else { blank_tests(&code) };
        Source {
            file,
            text,
            code,
            product,
        }
    }

    /// The functions with a body, those inside of others included.
    pub fn functions(&self) -> Vec<Function> {
        let words = words(&self.code);
        let starts = words
            .iter()
            .zip(words.iter().skip(1))
            .filter(|((_, word), _)| *word == "fn");
        starts
            .filter_map(|((at, _), (_, name))| self.function(*at, name))
            .collect()
    }

    fn function(&self, at: usize, name: &str) -> Option<Function> {
        let end = at + end_of_item(&self.code[at..]);
        let has_body = self.code[..end].ends_with('}');
        let before = self.code[..at].trim_end().trim_end_matches("pub").trim_end();
        has_body.then(|| Function {
            name: name.to_owned(),
            first: line_of(&self.code, at),
            last: line_of(&self.code, end),
            is_component: before.ends_with("#[component]"),
        })
    }
}

/// The root of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust sources below these directories, in order of their names.
pub fn sources(directories: &[&str]) -> Vec<Source> {
    files(directories)
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "rs"))
        .map(|path| Source::read(path))
        .collect()
}

/// All files below these directories, in order of their names; what is built or installed there is left out.
pub fn files(directories: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    directories
        .iter()
        .for_each(|directory| collect(&root().join(directory), &mut found));
    found.sort();
    found
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_made = ["target", "node_modules", "dist", "results", "report"]
            .iter()
            .any(|name| path.ends_with(name));
        match path.is_dir() {
            true if !is_made => collect(&path, found),
            true => {}
            false => found.push(path),
        }
    }
}

/// A file's name from the root, with `/`.
pub fn name_of(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}

/// The line of a byte, counted from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The identifiers and keywords of a code, each with the byte where it begins.
pub fn words(code: &str) -> Vec<(usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut words = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(is_part) {
        let word = &rest[start..];
        let length = word.find(|c| !is_part(c)).unwrap_or(word.len());
        words.push((code.len() - word.len(), &word[..length]));
        rest = &word[length..];
    }
    words
}

/// The length of an item: to its `;`, or to the end of its first pair of braces, whichever comes first.
pub fn end_of_item(code: &str) -> usize {
    let mut depth = 0usize;
    for (at, c) in code.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn blank_tests(code: &str) -> String {
    let mut product = code.to_owned();
    for marker in ["#[cfg(test)]", "#[cfg(all(test,"] {
        while let Some(at) = product.find(marker) {
            let end = at + marker.len() + end_of_item(&product[at + marker.len()..]);
            product.replace_range(at..end, &blank(&product[at..end]));
        }
    }
    product
}

fn blank(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

fn blank_literals(text: &str) -> String {
    blank_parts(text, |_| true)
}

/// The text with its comments blanked out; every byte keeps its place.
pub fn without_comments(text: &str) -> String {
    blank_parts(text, |part| part.starts_with('/'))
}

fn blank_parts(text: &str, is_blanked: fn(&str) -> bool) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = literal_length(rest, code.chars().last());
        let (part, tail) = rest.split_at(length.unwrap_or(c.len_utf8()));
        match length {
            Some(_) if is_blanked(part) => code.push_str(&blank(part)),
            _ => code.push_str(part),
        }
        rest = tail;
    }
    code
}

/// The length of the comment or literal that begins here, if one does.
fn literal_length(rest: &str, before: Option<char>) -> Option<usize> {
    let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match rest.as_bytes() {
        [b'/', b'/', ..] => Some(rest.find('\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(block_comment_length(rest)),
        [b'"', ..] => Some(string_length(rest)),
        [b'b', b'"', ..] if !in_word => Some(1 + string_length(&rest[1..])),
        [b'r', b'"' | b'#', ..] if !in_word => raw_string_length(rest),
        [b'b', b'r', b'"' | b'#', ..] if !in_word => raw_string_length(&rest[1..]).map(|length| length + 1),
        [b'\'', ..] => char_length(rest),
        _ => None,
    }
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0;
    for (at, pair) in rest.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" if depth == 1 => return at + 2,
            b"*/" => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

fn raw_string_length(rest: &str) -> Option<usize> {
    let hashes = rest[1..].find(|c| c != '#')?;
    let inside = rest[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    Some(rest.len() - inside.len() + inside.find(&close)? + close.len())
}

/// A character literal's length; a lifetime is none.
fn char_length(rest: &str) -> Option<usize> {
    let mut inside = rest.char_indices().skip(1);
    let (_, first) = inside.next()?;
    let close = match first {
        '\\' => inside.skip(1).find(|(_, c)| *c == '\''),
        _ => inside.next().filter(|(_, second)| *second == '\''),
    };
    close.map(|(at, _)| at + 1)
}

#[test]
fn literals_and_comments_are_no_code() {
    let text = "a /* x /* y */ z */ \"q\\\"{\" r#\"}\"# 'c' '\\'' '{' <'l> b // end\nc";
    let source = Source::new("src/a.rs".into(), text.into());
    let words: Vec<&str> = words(&source.code).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["a", "l", "b", "c"]);
    assert!(!source.code.contains(['{', '}']));
}

#[test]
fn what_is_compiled_for_tests_is_no_product() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n";
    let source = Source::new("src/a.rs".into(), text.into());
    let words: Vec<&str> = words(&source.product).into_iter().map(|(_, word)| word).collect();
    assert_eq!(words, ["fn", "a", "fn", "c"]);
    let lines: Vec<(usize, usize)> = source.functions().iter().map(|f| (f.first, f.last)).collect();
    assert_eq!(lines, [(1, 1), (4, 4), (6, 6)]);
}
