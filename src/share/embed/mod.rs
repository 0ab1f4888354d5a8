//! What an embedded playground is asked, and what it tells the page around it: version 1 of `docs/embedding/contract.json`.
//!
//! ```text
//! #embed=v1&ex=checkout&view=lanes  ─parameter─▶ Wish        {"sync-or-swim": 1, "type": "play"}  ─message─▶ FromHost
//!                                                ToHost ─message─▶ {"sync-or-swim": 1, "type": "ready", …}
//! a block of a document  ─tag─▶ <sync-or-swim …>
//! ```
//!
//! Law: what the contract does not list is not understood. Foreign text is a wish, a message or a problem, never a panic.

pub mod host;
pub mod message;
pub mod parameter;
pub mod preview;
pub mod tag;

use crate::scenario::problem::Problem;

/// The version of the contract.
pub const VERSION: u32 = 1;
/// The longest name of a gallery entry, in characters, as all lengths here.
pub const NAME_LIMIT: usize = 64;
/// The longest hash of a permalink.
pub const LINK_LIMIT: usize = 190_000;
/// The latest instant, in seconds.
pub const AT_LIMIT: u64 = 1_000_000;
/// How much of what is wrong is repeated.
const OFFENCE: usize = 40;

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    Lanes,
    Topology,
    #[default]
    Both,
    Sequence,
}

/// What a reader may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Look and play.
    Picture,
    /// Flip edges as well.
    #[default]
    Toggle,
    /// Everything.
    Full,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
    /// What the browser prefers.
    #[default]
    System,
}

/// Which scenario is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A gallery entry; whether there is one of this name is not said.
    Example(String),
    /// The hash of a permalink without `#`, or its part behind `s=` where a parameter says so.
    Link(String),
    /// The text of a scenario, JSON or YAML.
    Text(String),
}

/// A choice that is written as one word.
pub trait Word: Copy + PartialEq + 'static {
    /// All words, each with what it means.
    const WORDS: &'static [(&'static str, Self)];

    /// How it is written.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

impl Word for View {
    const WORDS: &'static [(&'static str, View)] = &[
        ("lanes", View::Lanes),
        ("topology", View::Topology),
        ("both", View::Both),
        ("sequence", View::Sequence),
    ];
}

impl Word for Level {
    const WORDS: &'static [(&'static str, Level)] = &[
        ("picture", Level::Picture),
        ("toggle", Level::Toggle),
        ("full", Level::Full),
    ];
}

impl Word for Theme {
    const WORDS: &'static [(&'static str, Theme)] = &[
        ("light", Theme::Light),
        ("dark", Theme::Dark),
        ("system", Theme::System),
    ];
}

impl Word for bool {
    const WORDS: &'static [(&'static str, bool)] = &[("0", false), ("1", true)];
}

/// The choice of this word, or what would be right.
fn choice<W: Word>(word: &str) -> Result<W, String> {
    let found = W::WORDS.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    })
}

/// The name of a gallery entry, or what would be right.
fn name(text: &str) -> Result<String, String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    match !text.is_empty() && text.len() <= NAME_LIMIT && text.bytes().all(is_letter) {
        true => Ok(text.to_string()),
        false => Err("a name: letters, digits, _ and -, at most 64".to_string()),
    }
}

/// A text that is not too long, or what would be right.
fn bounded(text: &str, most: usize) -> Result<String, String> {
    match text.chars().nth(most) {
        None => Ok(text.to_string()),
        Some(_) => Err(["at most ", &most.to_string(), " characters"].concat()),
    }
}

/// What is not possible at a place, and what would be.
fn wrong(path: &str, offence: &str, fix: &str) -> Problem {
    let offence: String = offence.chars().take(OFFENCE).collect();
    Problem {
        path: path.to_string(),
        message: ["`", &offence, "` is not possible here"].concat(),
        offence,
        ..Problem::of_all(String::new(), fix)
    }
}
