//! A scenario in an address, behind the hash.
//!
//! ```text
//! ex=checkout                              an entry of the gallery, as it is
//! ex=checkout&c=1.d.5f3a09c1.<change>      the same with a few changes; the digits say of which edition
//! s=1.d.<text>                             any scenario
//! ```
//!
//! `<text>` and `<change>` are JSON, deflated (RFC 1951, without a header) and written in base64url (RFC 4648 §5, without
//! padding). A change is a list of `[place]` to take away and `[place, value]` to put, places as JSON pointers (RFC 6901).
//!
//! Law: the shorter of both forms is written, and only where it leads back to the same values. What was written once opens
//! for ever: an entry of the gallery that changes leaves its old edition behind. Hostile text is refused in a sentence.

use super::change::{self, Tree};
use super::embed::host;
use crate::protocol::Followed;
use crate::scenario::gallery::{self, Entry};
use crate::scenario::problem::Problem;
use crate::scenario::{edit, text};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

/// How a scenario begins that is written in this version.
const FORM: &str = "1.d.";
/// The entry with which a link begins that names none.
pub const FIRST: &str = gallery::TITLES[0].0;
/// An address that is longer is cut by some programs on its way.
pub const LONG: usize = 8000;
/// No link is longer, in bytes; unpacked it has as many at most.
pub const MOST: usize = 1_000_000;
/// As small as it gets: a link is written once and read often.
const EFFORT: u8 = 10;

/// The shortest link to a valid scenario that began as an entry of the gallery.
pub fn write(text: &str, entry: &str) -> Result<String, Vec<Problem>> {
    text::parse(text)?;
    let tree = Tree::read(text).map_err(|problem| vec![problem])?;
    let whole = ["s=", FORM, &pack(&tree.write())].concat();
    let short = gallery::entry(entry).and_then(|entry| changes(entry, &tree));
    Ok(short.filter(|short| short.len() < whole.len()).unwrap_or(whole))
}

/// The link by what differs from an entry.
fn changes(entry: &Entry, tree: &Tree) -> Option<String> {
    let original = Tree::read(entry.text).ok()?;
    let head = ["ex=", entry.id].concat();
    if original == *tree {
        return Some(head);
    }
    let list = change::between(&original, tree);
    let edition = edition(&original);
    // Keys in another order, say, are no change that a list can tell.
    let leads_there = change::carry_out(original, &list).as_ref() == Some(tree);
    leads_there.then(|| [&head, "&c=", FORM, &edition, ".", &pack(&list.write())].concat())
}

/// Where the hash of an address leads. Keys that are not known here are somebody else's.
pub fn follow(hash: &str) -> Result<Followed, Problem> {
    if hash.len() > MOST {
        return Err(too_large());
    }
    if let Some(followed) = host::embed(hash) {
        return Ok(followed);
    }
    let keys: Vec<(&str, &str)> = hash
        .trim_start_matches('#')
        .split('&')
        .filter_map(|part| part.split_once('='))
        .collect();
    let find = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let (entry, text) = subject(find("ex"), find("c"), find("s"))?;
    let seed = find("seed").map(|seed| seed.parse().map_err(|_| wrong("seed", seed, "a whole number")));
    let at = find("at").map(|at| seconds(at).ok_or_else(|| wrong("at", at, "seconds of the run, as 3.42")));
    // The play head stands where somebody wants to show something.
    let go = |at: u64| [("rest", String::new()), ("go", at.to_string())].map(|(act, on)| (act.to_string(), on));
    Ok(Followed {
        entry: entry.id.to_string(),
        text,
        seed: seed.transpose()?,
        acts: at.transpose()?.map(go).into_iter().flatten().collect(),
        ..Followed::default()
    })
}

fn wrong(key: &str, value: &str, right: &str) -> Problem {
    let short: String = value.chars().take(40).collect();
    Problem::of_all(format!("its {key} is “{short}”"), right)
}

/// Nanoseconds in decimal seconds with at most nine places.
fn seconds(text: &str) -> Option<u64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_plain(whole) || !is_plain(rest) || rest.len() > 9 {
        return None;
    }
    let parts: u64 = rest.parse::<u64>().ok()? * 10_u64.pow(9 - rest.len() as u32);
    whole
        .parse::<u64>()
        .ok()?
        .checked_mul(1_000_000_000)?
        .checked_add(parts)
}

/// The entry of this name.
pub fn entry(id: &str) -> Result<&'static Entry, Problem> {
    gallery::entry(id).ok_or_else(|| stranger(id))
}

/// The entry with which it begins, and its text where that is another one.
pub(super) fn subject(
    ex: Option<&str>,
    c: Option<&str>,
    s: Option<&str>,
) -> Result<(&'static Entry, Option<String>), Problem> {
    let entry = ex.map_or(Ok(&gallery::ENTRIES[0]), entry)?;
    let text = match (s, c) {
        (Some(whole), _) => Some(unpack(whole.strip_prefix(FORM).ok_or_else(|| version(whole))?)?),
        (None, Some(change)) => Some(changed(
            entry,
            change.strip_prefix(FORM).ok_or_else(|| version(change))?,
        )?),
        (None, None) => None,
    };
    Ok((entry, text.map(|text| edit::spread(&text))))
}

fn changed(entry: &Entry, change: &str) -> Result<String, Problem> {
    let (name, change) = change.split_once('.').ok_or_else(damaged)?;
    let mut editions = gallery::editions(entry.id).filter_map(|text| Tree::read(text).ok());
    let original = editions.find(|tree| edition(tree) == name).ok_or_else(|| {
        let message = format!("it changes an edition of “{}” that is not known here", entry.title);
        Problem::of_all(message, "a newer Sync or Swim may know it")
    })?;
    let list = Tree::read_list(&unpack(change)?).ok_or_else(damaged)?;
    change::carry_out(original, &list)
        .map(|tree| tree.write())
        .ok_or_else(damaged)
}

/// The name of an edition: FNV-1a of its text without spaces (Fowler, Noll, Vo), 32 bits.
fn edition(tree: &Tree) -> String {
    let hash = tree.write().bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08x}")
}

fn pack(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(compress_to_vec(text.as_bytes(), EFFORT))
}

fn unpack(packed: &str) -> Result<String, Problem> {
    if packed.len() > MOST {
        return Err(too_large());
    }
    let bytes = URL_SAFE_NO_PAD.decode(packed).map_err(|_| damaged())?;
    let text = decompress_to_vec_with_limit(&bytes, MOST).map_err(|why| match why.status {
        TINFLStatus::HasMoreOutput => too_large(),
        _ => damaged(),
    })?;
    String::from_utf8(text).map_err(|_| damaged())
}

fn stranger(id: &str) -> Problem {
    let known: Vec<&str> = gallery::TITLES.iter().map(|(id, _)| *id).collect();
    let short: String = id.chars().take(40).collect();
    Problem::of_all(
        format!("there is no example “{short}”"),
        &["one of ", &known.join(", ")].concat(),
    )
}

fn version(payload: &str) -> Problem {
    let form: String = payload.chars().take(4).collect();
    Problem::of_all(
        format!("it is written in a form “{form}” that is not known here"),
        "a newer Sync or Swim may open it; this one opens 1.d.…",
    )
}

fn damaged() -> Problem {
    Problem::of_all("it is damaged".to_string(), "copy it whole, from # to its last letter")
}

fn too_large() -> Problem {
    Problem::of_all(
        "it has more than 1 MB".to_string(),
        "a scenario of that size comes as a file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Mode;
    use crate::scenario::edit::Edit;

    fn leads_back(text: &str, entry: &str) -> String {
        let link = write(text, entry).unwrap();
        let found = follow(&link).unwrap();
        let original = gallery::entry(&found.entry).unwrap().text.to_string();
        let opened = found.text.unwrap_or(original);
        assert_eq!(
            text::parse(&opened).unwrap().scenario,
            text::parse(text).unwrap().scenario,
            "{link}"
        );
        link
    }

    #[test]
    fn an_entry_is_its_name() {
        for entry in gallery::ENTRIES {
            assert_eq!(leads_back(entry.text, entry.id), ["ex=", entry.id].concat());
        }
    }

    #[test]
    fn a_flip_is_a_short_change() {
        let entry = &gallery::ENTRIES[0];
        let text = edit::apply(entry.text, &Edit::mode("orders->email", Mode::Await)).unwrap();
        let link = leads_back(&text, entry.id);
        assert!(link.starts_with("ex=checkout&c=1.d.") && link.len() < 90, "{link}");
        // Of nothing that is known, it is a scenario by itself.
        assert!(leads_back(&text, "nothing").starts_with("s=1.d."));
    }

    #[test]
    fn what_is_added_removed_or_replaced_is_told() {
        let entry = &gallery::ENTRIES[0];
        let nothing_left = gallery::ENTRIES[3].text;
        let name = "a/b~c".to_string();
        let renamed = edit::apply(
            entry.text,
            &Edit::Rename {
                node: "email".to_string(),
                name,
            },
        );
        for text in [renamed.as_deref().unwrap_or(entry.text), nothing_left] {
            leads_back(text, entry.id);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let big = ["1.d.", &pack(&" ".repeat(MOST + 1))].concat();
        for (hash, told) in [
            ("ex=x", "no example “x”"),
            ("s=2.z.abc", "form “2.z.”"),
            ("s=1.d.!", "damaged"),
            ("s=1.d.AAAA", "damaged"),
            (&["s=", &big].concat(), "more than 1 MB"),
            (&["s=", &"A".repeat(MOST)].concat(), "more than 1 MB"),
            ("ex=chain&c=1.d.00000000.AAAA", "edition"),
            ("ex=chain&c=1.d.", "damaged"),
            ("ex=chain&seed=-1", "seed"),
            ("ex=chain&at=1.0000000001", "at"),
            ("ex=chain&at=99999999999999999999", "at"),
        ] {
            let problem = follow(hash).unwrap_err();
            assert!(problem.message.contains(told) && !problem.fix.is_empty(), "{problem:?}");
        }
        assert!(write("{}", "chain").is_err());
    }

    #[test]
    fn a_list_of_changes_that_leads_nowhere_is_damaged() {
        let entry = &gallery::ENTRIES[0];
        let name = edition(&Tree::read(entry.text).unwrap());
        for list in [
            "[]x",
            "{}",
            "[1]",
            "[[1]]",
            "[[\"\"]]",
            "[[\"/a/b\"]]",
            "[[\"/nothing\"]]",
            "[[\"/edges/99\",1]]",
            "[[\"/name\",1,2]]",
        ] {
            let hash = ["ex=checkout&c=1.d.", &name, ".", &pack(list)].concat();
            assert_eq!(follow(&hash), Err(damaged()), "{list}");
        }
    }

    #[test]
    fn a_link_says_which_run_and_when() {
        let found = follow("#utm=x&ex=chain&seed=18446744073709551615&at=3.42").unwrap();
        assert_eq!((&*found.entry, found.text, found.seed), ("chain", None, Some(u64::MAX)));
        let acts = [("rest", ""), ("go", "3420000000")].map(|(act, on)| (act.to_string(), on.to_string()));
        assert_eq!(found.acts, acts);
        assert_eq!(follow("").unwrap().entry, "checkout");
    }
}
