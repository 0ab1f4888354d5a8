//! The order of a module's functions, in which each lies beside its like.
//!
//! ```text
//!               ╭──── as far as gzip looks back ────╮
//! … already laid │ f₇ │ f₂ │ f₉ │ f₄ │ next: the one that has most in common with these
//! ```
//!
//! What two functions have in common are words of some bytes, wherever they stand. The order is told in names, for
//! `wasm-opt --reorder-functions-by-name`.
//!
//! Law: the same module has the same order. (WebAssembly core specification 2.0, 5.5 and 7.4.)

use crate::module::{add_section, number, sections, write};
use std::collections::VecDeque;

/// The bytes of a word: the least that gzip gains much by finding again.
const WORD: usize = 8;
/// How far gzip looks back, less what lies between the functions' bytes.
const WINDOW: usize = 30_000;

/// The module with the names of its functions in their order; none where the bytes are no module that imports functions alone.
pub fn named_by_order(module: &[u8]) -> Option<Vec<u8>> {
    const CODE: u8 = 10;
    const IMPORT: u8 = 2;
    let sections = sections(module)?;
    let body = |wanted| sections.iter().find(|(kind, _)| *kind == wanted).map(|(_, body)| *body);
    let first = body(IMPORT).map_or(Some(0), imported)?;
    let order = order(&functions(body(CODE)?)?);
    let mut whole = module[..8].to_vec();
    for (kind, body) in &sections {
        if *kind != 0 || !body.starts_with(NAME) {
            add_section(&mut whole, *kind, body);
        }
    }
    add_section(&mut whole, 0, &names(first, &order));
    Some(whole)
}

/// How the section of names begins: with its own.
const NAME: &[u8] = b"\x04name";

/// How many functions are imported, where nothing else is.
fn imported(section: &[u8]) -> Option<usize> {
    let (count, mut rest) = number(section)?;
    for _ in 0..count {
        for _ in 0..2 {
            let (length, name) = number(rest)?;
            (_, rest) = name.split_at_checked(length)?;
        }
        (_, rest) = number(rest.strip_prefix(b"\0")?)?;
    }
    Some(count)
}

/// The bytes of each function.
fn functions(section: &[u8]) -> Option<Vec<&[u8]>> {
    let (count, mut rest) = number(section)?;
    let mut functions = Vec::new();
    for _ in 0..count {
        let (length, body) = number(rest)?;
        let (function, next) = body.split_at_checked(length)?;
        functions.push(function);
        rest = next;
    }
    Some(functions)
}

/// The section that names each function by its place; `first` is the number of the first one.
fn names(first: usize, order: &[usize]) -> Vec<u8> {
    let mut places = vec![0; order.len()];
    order
        .iter()
        .enumerate()
        .for_each(|(place, function)| places[*function] = place);
    let mut list = Vec::new();
    write(&mut list, places.len());
    for (function, place) in places.iter().enumerate() {
        let name = format!("{place:06}");
        write(&mut list, first + function);
        write(&mut list, name.len());
        list.extend(name.bytes());
    }
    let mut section = [NAME, b"\x01"].concat();
    write(&mut section, list.len());
    section.extend(list);
    section
}

/// Begins with the longest one.
fn order(functions: &[&[u8]]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..functions.len()).collect();
    let mut window = Window::new(functions);
    let mut order = Vec::new();
    while let Some(place) = (0..left.len()).max_by(|one, other| window.compare(left[*one], left[*other])) {
        let function = left.remove(place);
        window.lay(function);
        order.push(function);
    }
    order
}

/// The functions that were laid last, and what all have in common with them.
struct Window {
    /// The length of each function.
    lengths: Vec<usize>,
    /// The words of each function that others have as well, by number.
    words: Vec<Vec<usize>>,
    /// The functions that have a word.
    holders: Vec<Vec<usize>>,
    /// How many functions in the window have a word.
    seen: Vec<usize>,
    /// How many words of each function are seen.
    common: Vec<u64>,
    laid: VecDeque<usize>,
    length: usize,
}

impl Window {
    fn new(functions: &[&[u8]]) -> Window {
        let numbered = functions.iter().enumerate();
        let mut all: Vec<(&[u8], usize)> = numbered
            .flat_map(|(function, body)| body.windows(WORD).map(move |word| (word, function)))
            .collect();
        all.sort_unstable();
        all.dedup();
        let shared = all
            .chunk_by(|one, other| one.0 == other.0)
            .filter(|alike| alike.len() > 1);
        let holders: Vec<Vec<usize>> = shared
            .map(|alike| alike.iter().map(|(_, function)| *function).collect())
            .collect();
        let mut words = vec![Vec::new(); functions.len()];
        for (word, holders) in holders.iter().enumerate() {
            holders.iter().for_each(|function| words[*function].push(word));
        }
        Window {
            lengths: functions.iter().map(|body| body.len()).collect(),
            words,
            seen: vec![0; holders.len()],
            holders,
            common: vec![0; functions.len()],
            laid: VecDeque::new(),
            length: 0,
        }
    }

    /// Who has more in common with the window, by the root of its length; of two alike, the longer one.
    fn compare(&self, one: usize, other: usize) -> std::cmp::Ordering {
        let weight = |function: usize, against: usize| self.common[function].pow(2) * self.lengths[against] as u64;
        let alike = self.lengths[one].cmp(&self.lengths[other]).then(other.cmp(&one));
        weight(one, other).cmp(&weight(other, one)).then(alike)
    }

    /// A function is laid behind the others, and the first of them are out of sight.
    fn lay(&mut self, function: usize) {
        self.laid.push_back(function);
        self.length += self.lengths[function];
        for word in &self.words[function] {
            self.seen[*word] += 1;
            if self.seen[*word] == 1 {
                self.holders[*word].iter().for_each(|holder| self.common[*holder] += 1);
            }
        }
        while self.length > WINDOW && self.laid.len() > 1 {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        let Some(function) = self.laid.pop_front() else { return };
        self.length -= self.lengths[function];
        for word in &self.words[function] {
            self.seen[*word] -= 1;
            if self.seen[*word] == 0 {
                self.holders[*word].iter().for_each(|holder| self.common[*holder] -= 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lies_beside_its_like() {
        let [one, two, three] = [b"abcdefghijklmnop", b"0123456789012345", b"________________"];
        let long = [&one[..], &[b'.'; 40]].concat();
        let like = [b"..", &two[..]].concat();
        let functions = [&two[..], &three[..], &one[..], &like, &long];
        assert_eq!(order(&functions), [4, 2, 3, 0, 1]);
    }

    #[test]
    fn what_is_out_of_sight_draws_nobody() {
        let far: Vec<u8> = (0..WINDOW as u32).flat_map(u32::to_le_bytes).collect();
        let like: Vec<u8> = (200..220).collect();
        let near = [&far[..200], &like].concat();
        // Had they all stayed in sight, the second would have more in common with them than the first.
        let functions = [&like[..], &far[5000..5070], &far, &near];
        assert_eq!(order(&functions), [2, 3, 0, 1]);
    }

    #[test]
    fn functions_are_named_by_their_places() {
        // Imports one function; the longer of two others comes second.
        let module = b"\0asm\x01\0\0\0\x02\x07\x01\x01a\x01b\0\0\x0a\x08\x02\x02\0\x0b\x03\0\x01\x0b";
        let named = named_by_order(&[&module[..], b"\0\x08\x04name\x01\x01\0"].concat());
        let names = b"\0\x18\x04name\x01\x11\x02\x01\x06000001\x02\x06000000";
        assert_eq!(named, Some([&module[..], names].concat()));
        assert_eq!(named_by_order(b"\0asm"), None);
        assert_eq!(named_by_order(&module[..20]), None);
    }
}
