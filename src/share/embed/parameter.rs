//! The parameters in the hash of an embedded playground.
//!
//! ```text
//! #embed=v1&ex=checkout&view=lanes&title=The%20till  ─read─▶ Wish and what is wrong
//! ```
//!
//! Law: whatever stands there, there is a wish: what is wrong is told and passed over.

use super::{AT_LIMIT, LINK_LIMIT, Level, Source, Theme, View, bounded, choice, name, wrong};
use crate::scenario::problem::{Problem, nearest};
use crate::time::{Duration, Instant};

/// All parameters.
pub const NAMES: [&str; 12] = [
    "embed", "ex", "s", "c", "seed", "view", "level", "theme", "play", "at", "title", "host",
];
/// The longest hash that is read, in characters.
pub const HASH_LIMIT: usize = 200_000;
/// The longest heading.
pub const TITLE_LIMIT: usize = 200;
/// The longest origin.
pub const HOST_LIMIT: usize = 300;
/// The greatest seed: up to it every JSON reader keeps whole numbers exact.
pub const SEED_LIMIT: u64 = 9_007_199_254_740_991;
/// What is shown where no scenario is named.
pub const EXAMPLE: &str = "checkout";
/// More problems are not told.
const MOST: usize = 20;

/// What the author of the page around wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub source: Source,
    /// What differs from the gallery entry, as in a permalink.
    pub change: Option<String>,
    /// Instead of the scenario's.
    pub seed: Option<u64>,
    pub view: View,
    pub level: Level,
    pub theme: Theme,
    /// Whether it plays once it has loaded.
    pub plays: bool,
    /// Where the play head stands at first, instead of at the end of the warm-up.
    pub at: Option<Instant>,
    /// The heading, instead of the scenario's name.
    pub title: Option<String>,
    /// The origin of the page around; without it nothing is told and nobody is heard.
    pub host: Option<String>,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish {
            source: Source::Example(EXAMPLE.to_string()),
            change: None,
            seed: None,
            view: View::default(),
            level: Level::default(),
            theme: Theme::default(),
            plays: false,
            at: None,
            title: None,
            host: None,
        }
    }
}

/// The wish of a hash, with or without its `#`, and what is wrong in it. None where it is no embed's.
pub fn read(hash: &str) -> Option<(Wish, Vec<Problem>)> {
    let hash = hash.strip_prefix('#').unwrap_or(hash);
    let mut pairs = hash.split('&').filter(|pair| !pair.is_empty());
    pairs.clone().find(|pair| pair.starts_with("embed="))?;
    let mut reader = Reader::default();
    match bounded(hash, HASH_LIMIT) {
        Ok(_) => pairs.try_for_each(|pair| reader.take(pair)).unwrap_or_default(),
        Err(fix) => reader.problems.push(wrong("", hash, &fix)),
    }
    Some((reader.wish, reader.problems))
}

#[derive(Default)]
struct Reader {
    wish: Wish,
    problems: Vec<Problem>,
    /// The parameters that had a good value.
    seen: Vec<&'static str>,
}

impl Reader {
    /// Takes one `name=value`; None where enough is wrong.
    fn take(&mut self, pair: &str) -> Option<()> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match self.value(key, value) {
            Ok(name) => self.seen.push(name),
            Err(problem) => self.problems.push(problem),
        }
        (self.problems.len() < MOST).then_some(())
    }

    /// Takes a value, unless there is a better one; the name of its parameter.
    fn value(&mut self, key: &str, value: &str) -> Result<&'static str, Problem> {
        let known = NAMES.iter().find(|name| **name == key);
        let key = known.ok_or_else(|| wrong("", key, &names_like(key)))?;
        let text =
            decode(value).ok_or_else(|| wrong(key, value, "percent-encoded UTF-8, as encodeURIComponent writes"))?;
        let rival = match *key {
            "ex" => "s",
            "s" => "ex",
            other => other,
        };
        if self.seen.contains(key) || self.seen.contains(&rival) {
            let fix = match rival == *key {
                true => "each parameter once".to_string(),
                false => ["either ", key, " or ", rival].concat(),
            };
            return Err(wrong(key, &text, &fix));
        }
        let outcome = set(&mut self.wish, key, &text);
        outcome.map(|()| *key).map_err(|fix| wrong(key, &text, &fix))
    }
}

fn names_like(key: &str) -> String {
    match nearest(key, NAMES) {
        Some(name) => [name, "=…"].concat(),
        None => NAMES.join(", "),
    }
}

/// Whether a parameter can have a value, or what would be right.
pub(super) fn check(key: &str, text: &str) -> Result<(), String> {
    set(&mut Wish::default(), key, text)
}

/// Sets one parameter, or says what would be right.
fn set(wish: &mut Wish, key: &str, text: &str) -> Result<(), String> {
    match key {
        "embed" => (text == "v1").then_some(()).ok_or("v1")?,
        "ex" => wish.source = Source::Example(name(text)?),
        "s" => wish.source = Source::Link(link(text)?),
        "c" => wish.change = Some(link(text)?),
        "seed" => wish.seed = Some(seed(text)?),
        "view" => wish.view = choice(text)?,
        "level" => wish.level = choice(text)?,
        "theme" => wish.theme = choice(text)?,
        "play" => wish.plays = choice(text)?,
        "at" => wish.at = Some(instant(text)?),
        "title" => wish.title = Some(bounded(text, TITLE_LIMIT)?),
        _ => wish.host = Some(origin(text)?),
    }
    Ok(())
}

fn link(text: &str) -> Result<String, String> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match !text.is_empty() && text.bytes().all(is_letter) {
        true => bounded(text, LINK_LIMIT),
        false => Err("the part of a permalink behind `=`".to_string()),
    }
}

fn seed(text: &str) -> Result<u64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seed = text.parse().ok().filter(|seed| digits && *seed <= SEED_LIMIT);
    seed.ok_or_else(|| ["a whole number from 0 to ", &SEED_LIMIT.to_string()].concat())
}

/// An instant as decimal digits, in seconds.
fn instant(text: &str) -> Result<Instant, String> {
    let places = text.split_once('.').map_or(0, |(_, places)| places.len());
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let read = Duration::parse(&[text, "s"].concat()).ok();
    read.filter(|at| digits && places <= 9 && *at <= Duration::from_s(AT_LIMIT))
        .map(|at| Instant(at.0))
        .ok_or_else(|| "seconds from 0 to 1000000, such as 3.42".to_string())
}

/// An origin as browsers write it.
fn origin(text: &str) -> Result<String, String> {
    let is_scheme = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]_".contains(&byte);
    let parts = text.split_once("://").filter(|(scheme, host)| {
        let filled = !scheme.is_empty() && !host.is_empty();
        filled && scheme.bytes().all(is_scheme) && host.bytes().all(is_host)
    });
    match parts {
        Some(_) => bounded(text, HOST_LIMIT),
        None => Err("the page's `location.origin`, such as https://docs.example".to_string()),
    }
}

/// Percent-encoded UTF-8; None where it is none.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => digit(rest.next()?)? * 16 + digit(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::embed::Word;
    use proptest::prelude::*;

    fn wish(hash: &str) -> Wish {
        let (wish, problems) = read(hash).unwrap();
        assert_eq!(problems, [], "{hash}");
        wish
    }

    fn problem(hash: &str) -> String {
        let (_, problems) = read(hash).unwrap();
        let told: Vec<String> = problems.iter().map(Problem::to_string).collect();
        told.join("\n")
    }

    #[test]
    fn a_hash_without_embed_is_the_whole_page() {
        for hash in ["", "#", "#ex=checkout", "#s=1.d.abc&at=3", "#remembered=1"] {
            assert_eq!(read(hash), None, "{hash}");
        }
    }

    #[test]
    fn nothing_said_is_the_default() {
        assert_eq!(wish("#embed=v1"), Wish::default());
        assert_eq!(wish("embed=v1&"), Wish::default());
    }

    #[test]
    fn every_parameter_says_what_it_is_for() {
        let hash = "#embed=v1&s=1.d.aZ_-&seed=7&view=lanes&level=full&theme=dark&play=1&at=3.42&title=Das%20%c3%89%26+&host=http://localhost:3000";
        assert_eq!(
            wish(hash),
            Wish {
                source: Source::Link("1.d.aZ_-".to_string()),
                change: None,
                seed: Some(7),
                view: View::Lanes,
                level: Level::Full,
                theme: Theme::Dark,
                plays: true,
                at: Some(Instant(3_420_000_000)),
                title: Some("Das É&+".to_string()),
                host: Some("http://localhost:3000".to_string()),
            }
        );
        assert_eq!(wish("#ex=chain&embed=v1").source, Source::Example("chain".to_string()));
    }

    fn check(hash: &str, expected: &str) {
        let hash = ["#embed=v1&", hash].concat();
        assert_eq!(problem(&hash), expected, "{hash}");
    }

    #[test]
    fn what_is_wrong_is_told_with_what_would_be_right() {
        check("veiw=lanes", "1:1 `veiw` is not possible here; view=…");
        check(
            "view=lane",
            "1:1 view: `lane` is not possible here; lanes, topology, both, sequence",
        );
        check(
            "view=lanes&view=both",
            "1:1 view: `both` is not possible here; each parameter once",
        );
        check(
            "ex=chain&s=1.d.a",
            "1:1 s: `1.d.a` is not possible here; either s or ex",
        );
        check("play", "1:1 play: `` is not possible here; 0, 1");
        check(
            "title=%e9",
            "1:1 title: `%e9` is not possible here; percent-encoded UTF-8, as encodeURIComponent writes",
        );
        for (name, values) in [
            ("ex", ["", "a b", "../a"]),
            ("s", ["", "1.d.a/b", "%00"]),
            ("seed", ["+1", "-1", "9007199254740992"]),
            ("at", ["-1", "1000001", "0.0000000001"]),
            ("at", ["1e3", "3s", ""]),
            ("host", ["docs.example", "https://docs.example/", "https://a@b"]),
            ("host", ["*", "null", "https://"]),
        ] {
            for value in values {
                let told = problem(&["#embed=v1&", name, "=", value].concat());
                assert!(told.starts_with(&format!("1:1 {name}: ")), "{name}={value}: {told}");
            }
        }
    }

    #[test]
    fn the_first_good_value_counts() {
        let (wish, problems) = read("#embed=v1&view=x&view=lanes&view=both&level=full").unwrap();
        assert_eq!(
            (wish.view.word(), wish.level.word(), problems.len()),
            ("lanes", "full", 2)
        );
    }

    #[test]
    fn another_version_is_told() {
        assert_eq!(problem("#embed=v2"), "1:1 embed: `v2` is not possible here; v1");
    }

    proptest! {
        #[test]
        fn any_hash_has_a_wish_and_few_problems(hash in "(embed=v1&)?([a-z]{0,5}(=[%&=#0-9a-zé]{0,9})?&){0,99}") {
            if let Some((_, problems)) = read(&hash) {
                prop_assert!(problems.len() <= MOST);
            }
        }
    }
}
