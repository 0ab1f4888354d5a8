//! Functions that nothing calls and that stay all the same, since they stand in a table of WebAssembly's.
//!
//! ```text
//! names ─▶ which are dead        elements: 7 8 9 …  ─▶  7 7 9 …        where 8 is dead
//! ```
//!
//! Whoever removes what is never reached takes every function of a table for reached: it might be called indirectly.
//!
//! Law: the table keeps its length, and every living function its place. (WebAssembly core specification 2.0, 5.5.12 and 7.4.)

use crate::module::{add_section, number, sections, write};

/// What is in the names of the futures of Leptos' server streams, which only their exports, taken away before, would start. So
/// the page itself calls no `future_to_promise`: a promise of its own is made with `Promise::new`.
const DEAD: [&str; 3] = ["wasm_streams", "into_underlying", "future_to_promise"];

/// The module with a living function in the place of each dead one; none where the bytes are no module as linkers write it.
pub fn without_dead(module: &[u8]) -> Option<Vec<u8>> {
    let sections = sections(module)?;
    let named = sections.iter().find_map(|(kind, body)| names(*kind, body));
    let dead = dead(named?)?;
    let mut whole = module[..8].to_vec();
    for (kind, body) in sections {
        let body = match kind {
            9 => elements(body, &dead)?,
            _ => body.to_vec(),
        };
        add_section(&mut whole, kind, &body);
    }
    Some(whole)
}

/// The names of functions, where this is the section that has them.
fn names(kind: u8, body: &[u8]) -> Option<&[u8]> {
    let (length, rest) = number(body).filter(|_| kind == 0)?;
    let (name, mut rest) = rest.split_at_checked(length)?;
    while let Some((part, body)) = rest.split_first().filter(|_| name == b"name") {
        let (length, body) = number(body)?;
        let (body, next) = body.split_at_checked(length)?;
        if *part == 1 {
            return Some(body);
        }
        rest = next;
    }
    None
}

/// The numbers of the functions with such names.
fn dead(names: &[u8]) -> Option<Vec<usize>> {
    let (count, mut rest) = number(names)?;
    let mut dead = Vec::new();
    for _ in 0..count {
        let (function, after) = number(rest)?;
        let (length, after) = number(after)?;
        let (name, after) = after.split_at_checked(length)?;
        let name = String::from_utf8_lossy(name);
        if DEAD.iter().any(|part| name.contains(part)) {
            dead.push(function);
        }
        rest = after;
    }
    Some(dead)
}

/// The section of elements: tables that are filled from a constant place on.
fn elements(body: &[u8], dead: &[usize]) -> Option<Vec<u8>> {
    const CONSTANT: u8 = 0x41;
    const END: u8 = 0x0B;
    let (count, mut rest) = number(body)?;
    let mut whole = Vec::new();
    write(&mut whole, count);
    for _ in 0..count {
        let (kind, place) = number(rest)?;
        let (_, after) = number(place.strip_prefix(&[CONSTANT])?).filter(|_| kind == 0)?;
        let list = after.strip_prefix(&[END])?;
        write(&mut whole, kind);
        whole.extend_from_slice(&place[..place.len() - list.len()]);
        let (length, mut list) = number(list)?;
        let mut functions = Vec::new();
        for _ in 0..length {
            let (function, after) = number(list)?;
            functions.push(function);
            list = after;
        }
        let living = *functions.iter().find(|function| !dead.contains(function))?;
        write(&mut whole, length);
        for function in functions {
            write(&mut whole, if dead.contains(&function) { living } else { function });
        }
        rest = list;
    }
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_function_leaves_its_place_to_a_living_one() {
        let module = |elements: &[u8]| {
            let names = b"\x04name\x01\x1a\x03\x01\x01a\x02\x10wasm_streams::pq\x83\x01\x01b";
            let mut module = b"\0asm\x01\0\0\0".to_vec();
            for (kind, body) in [(9, elements), (0, &names[..])] {
                module.push(kind);
                module.push(body.len() as u8);
                module.extend(body);
            }
            module
        };
        let before = module(b"\x01\0\x41\x01\x0b\x03\x02\x83\x01\x01");
        let after = module(b"\x01\0\x41\x01\x0b\x03\x83\x01\x83\x01\x01");
        assert_eq!(without_dead(&before), Some(after));
        assert_eq!(without_dead(b"\0asm"), None);
        assert_eq!(without_dead(&before[..20]), None);
    }
}
