//! The drafts of one reader between two visits, as one text.
//!
//! ```text
//! sync-or-swim drafts/1 1764099221000 checkout      version, when, which was on the desk
//! checkout 7 5                                      entry, seed or -, bytes of the text
//! {…}…
//! ```
//!
//! Law: what cannot be read is nothing at all: somebody else, or a later version, may have written it. At most [`MOST`]
//! bytes of texts are kept, those that come first.

/// How the text begins.
const HEAD: &str = "sync-or-swim drafts/1";
/// At most so many bytes of texts.
pub const MOST: usize = 1_000_000;

/// What was on the desk, and beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafts {
    /// When they were kept, in milliseconds since 1970.
    pub at: u64,
    /// The gallery entry that was open.
    pub entry: String,
    pub drafts: Vec<Draft>,
}

/// What became of a gallery entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub entry: String,
    pub seed: Option<u64>,
    pub text: String,
}

impl Drafts {
    /// As one text.
    pub fn write(&self) -> String {
        let mut whole = words(&[HEAD, &self.at.to_string(), &self.entry]);
        let mut room = MOST;
        for draft in &self.drafts {
            let length = draft.text.len();
            if length <= room {
                room -= length;
                let seed = draft.seed.map_or("-".to_string(), |seed| seed.to_string());
                whole.push_str(&words(&[&draft.entry, &seed, &length.to_string()]));
                whole.push_str(&draft.text);
                whole.push('\n');
            }
        }
        whole
    }

    /// From such a text.
    pub fn read(whole: &str) -> Option<Drafts> {
        let (head, mut rest) = whole.strip_prefix(HEAD)?.split_once('\n')?;
        let (at, entry) = head.trim_start().split_once(' ')?;
        let mut drafts = Vec::new();
        while !rest.is_empty() {
            let (draft, behind) = read_draft(rest)?;
            drafts.push(draft);
            rest = behind;
        }
        Some(Drafts {
            at: at.parse().ok()?,
            entry: entry.to_string(),
            drafts,
        })
    }
}

fn read_draft(rest: &str) -> Option<(Draft, &str)> {
    let (head, rest) = rest.split_once('\n')?;
    let mut words = head.split(' ');
    let (entry, seed, length) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    let (text, rest) = rest.split_at_checked(length)?;
    let draft = Draft {
        entry: entry.to_string(),
        seed: seed.parse().ok(),
        text: text.to_string(),
    };
    Some((draft, rest.strip_prefix('\n')?))
}

fn words(words: &[&str]) -> String {
    words.join(" ") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drafts(texts: &[(String, Option<u64>)]) -> Drafts {
        let draft = |(text, seed): &(String, Option<u64>)| Draft {
            entry: "chain".to_string(),
            seed: *seed,
            text: text.clone(),
        };
        Drafts {
            at: 1_764_099_221_000,
            entry: "checkout".to_string(),
            drafts: texts.iter().map(draft).collect(),
        }
    }

    proptest! {
        #[test]
        fn drafts_come_back(texts in proptest::collection::vec(any::<(String, Option<u64>)>(), 0..5)) {
            let kept = drafts(&texts);
            prop_assert_eq!(Drafts::read(&kept.write()), Some(kept));
        }

        #[test]
        fn what_is_cut_is_nothing(text in any::<String>(), by in 1..200usize) {
            let whole = drafts(&[(text, None)]).write();
            let end = whole.len() - by.min(whole.len() - 1);
            if let Some(cut) = whole.get(..end) {
                let read = Drafts::read(cut);
                prop_assert!(read.is_none_or(|read| read.drafts.is_empty()));
            }
        }
    }

    #[test]
    fn version_1_is_read_for_ever() {
        let whole = "sync-or-swim drafts/1 1764099221000 checkout\nchain 7 4\na\nb\n\nchain - 0\n\n";
        let kept = drafts(&[("a\nb\n".to_string(), Some(7)), (String::new(), None)]);
        assert_eq!(Drafts::read(whole), Some(kept.clone()));
        assert_eq!(kept.write(), whole);
    }

    #[test]
    fn a_text_without_room_is_left_out() {
        let kept = drafts(&[("a".repeat(MOST - 1), None), ("bc".into(), None), ("d".into(), None)]);
        let read = Drafts::read(&kept.write()).unwrap();
        let firsts: Vec<_> = read.drafts.iter().map(|draft| draft.text.chars().next()).collect();
        assert_eq!(firsts, [Some('a'), Some('d')]);
        assert_eq!(Drafts::read("dark"), None);
        assert_eq!(Drafts::read("sync-or-swim drafts/2 1 checkout\n"), None);
    }
}
