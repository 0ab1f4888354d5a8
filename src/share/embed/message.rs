//! Messages between an embedded playground and the page around it, as JSON.
//!
//! ```text
//! {"sync-or-swim": 1, "type": "seek", "at": 3.42}  ─hear─▶ FromHost::Seek        ToHost::Resize ─write─▶ {…, "height": 420}
//! ```
//!
//! Law: what calls itself a message of ours is obeyed as a whole or told as a problem; everything else is passed over.

use super::{AT_LIMIT, LINK_LIMIT, Level, Source, Theme, VERSION, View, Word, bounded, choice, name, wrong};
use crate::scenario::Mode;
use crate::scenario::json::quoted;
use crate::scenario::node::{self, Node, Value};
use crate::scenario::number;
use crate::scenario::problem::Problem;
use crate::time::Instant;

/// What a message of ours has, and no other script's.
pub const MARK: &str = "sync-or-swim";
/// The longest message that is read, in characters.
pub const MESSAGE_LIMIT: usize = 1_000_000;
/// The longest text of a scenario in a message.
pub const SCENARIO_LIMIT: usize = 900_000;
/// The longest name of an edge.
pub const EDGE_LIMIT: usize = 300;
/// The kinds of messages that are obeyed, each with its fields.
pub const KINDS: [(&str, &[&str]); 8] = [
    ("load", &["example", "link", "scenario"]),
    ("set", &["edge", "mode"]),
    ("play", &[]),
    ("pause", &[]),
    ("seek", &["at"]),
    ("theme", &["theme"]),
    ("sleep", &[]),
    ("wake", &[]),
];

/// What the page around asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FromHost {
    Load(Source),
    /// An edge, by its name, gets this mode.
    Set {
        edge: String,
        mode: Mode,
    },
    Play,
    Pause,
    Seek(Instant),
    Theme(Theme),
    /// Nothing is drawn and nothing simulated until it wakes.
    Sleep,
    Wake,
}

/// What the page around is told.
#[derive(Clone, Debug, PartialEq)]
pub enum ToHost {
    Ready {
        title: String,
        level: Level,
        view: View,
        /// The gallery entry, unless it is another scenario.
        example: Option<String>,
    },
    /// How high the content is, in CSS pixels.
    Resize {
        height: u32,
    },
    State {
        playing: bool,
        at: Instant,
        title: String,
        /// The hash of a permalink.
        link: Option<String>,
        /// Median and 99th percentile of the first client's response time, in milliseconds.
        response_ms: Option<[f64; 2]>,
    },
    Toggled {
        edge: String,
        from: Mode,
        to: Mode,
    },
    Error {
        message: String,
    },
}

/// What a message asks for, or what is wrong with it. None where it is not ours.
pub fn hear(text: &str) -> Option<Result<FromHost, Problem>> {
    if !text.starts_with('{') || !text.contains(MARK) {
        return None;
    }
    if let Err(fix) = bounded(text, MESSAGE_LIMIT) {
        return Some(Err(wrong("", text, &fix)));
    }
    let message = node::parse(text).ok()?;
    match message.get(MARK)?.value {
        Value::Number(version) if version == f64::from(VERSION) => Some(Reader { text, message }.read()),
        _ => None,
    }
}

struct Reader<'a> {
    text: &'a str,
    message: Node,
}

impl Reader<'_> {
    fn read(&self) -> Result<FromHost, Problem> {
        let kinds = || KINDS.map(|(kind, _)| kind).join(", ");
        let kind = self.field("type", |kind| Ok(kind.to_string()))?;
        let known = KINDS.iter().find(|(name, _)| *name == kind);
        let (kind, fields) = known.ok_or_else(|| wrong("type", &kind, &kinds()))?;
        self.refuse_others(kind, fields)?;
        Ok(match *kind {
            "load" => FromHost::Load(self.source()?),
            "set" => FromHost::Set {
                edge: self.field("edge", |edge| bounded(edge, EDGE_LIMIT))?,
                mode: self.field("mode", mode)?,
            },
            "play" => FromHost::Play,
            "pause" => FromHost::Pause,
            "seek" => FromHost::Seek(self.instant("at")?),
            "theme" => FromHost::Theme(self.field("theme", choice)?),
            "sleep" => FromHost::Sleep,
            _ => FromHost::Wake,
        })
    }

    /// A field that the contract does not list may be a mistake, and is no wish.
    fn refuse_others(&self, kind: &str, fields: &[&str]) -> Result<(), Problem> {
        let Value::Map(entries) = &self.message.value else {
            return Ok(());
        };
        let mut names = entries.iter().filter_map(|(key, _)| key.text());
        let other = names.find(|name| ![MARK, "type"].contains(name) && !fields.contains(name));
        let fix = || match fields {
            [] => [kind, " has no field"].concat(),
            fields => ["the fields of ", kind, " are ", &fields.join(", ")].concat(),
        };
        other.map_or(Ok(()), |name| Err(wrong("", name, &fix())))
    }

    /// A field of text; `read` makes something of it or says what would be right.
    fn field<T>(&self, name: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, Problem> {
        let node = self.message.get(name).ok_or_else(|| missing(name))?;
        let text = node.text().ok_or_else(|| self.not(name, node, "a text"))?;
        read(text).map_err(|fix| wrong(name, text, &fix))
    }

    fn not(&self, name: &str, node: &Node, fix: &str) -> Problem {
        wrong(name, &self.text[node.start..node.end], fix)
    }

    fn source(&self) -> Result<Source, Problem> {
        let given = ["example", "link", "scenario"].map(|name| self.message.get(name).is_some());
        match given {
            [true, false, false] => self.field("example", |text| name(text).map(Source::Example)),
            [false, true, false] => self.field("link", |text| {
                let hash = text.strip_prefix('#').unwrap_or(text).to_string();
                bounded(text, LINK_LIMIT).map(|_| Source::Link(hash))
            }),
            [false, false, true] => self.field("scenario", |text| bounded(text, SCENARIO_LIMIT).map(Source::Text)),
            _ => Err(Problem::of_all(
                "load names no scenario, or several".to_string(),
                "exactly one of example, link, scenario",
            )),
        }
    }

    fn instant(&self, name: &str) -> Result<Instant, Problem> {
        let node = self.message.get(name).ok_or_else(|| missing(name))?;
        match node.value {
            Value::Number(seconds) if (0.0..=AT_LIMIT as f64).contains(&seconds) => {
                Ok(Instant((seconds * 1e9 + 0.5) as u64))
            }
            _ => Err(self.not(name, node, "a number of seconds from 0 to 1000000")),
        }
    }
}

fn missing(name: &str) -> Problem {
    Problem::of_all([name, " is missing"].concat(), "every field that is not optional")
}

fn mode(word: &str) -> Result<Mode, String> {
    let found = Mode::ALL.into_iter().find(|mode| mode.word() == word);
    found.ok_or_else(|| Mode::ALL.map(Mode::word).join(", "))
}

impl ToHost {
    /// The message as JSON.
    pub fn write(&self) -> String {
        match self {
            ToHost::Ready {
                title,
                level,
                view,
                example,
            } => Writer::new("ready")
                .plain("version", &VERSION.to_string())
                .text("title", title)
                .text("level", level.word())
                .text("view", view.word())
                .optional("example", example.as_deref()),
            ToHost::Resize { height } => Writer::new("resize").plain("height", &height.to_string()),
            ToHost::State {
                playing,
                at,
                title,
                link,
                response_ms,
            } => {
                let state = Writer::new("state")
                    .plain("playing", if *playing { "true" } else { "false" })
                    .plain("at", &seconds(*at))
                    .text("title", title)
                    .optional("link", link.as_deref());
                match response_ms {
                    Some(quantiles) => state.plain("responseMs", &written(*quantiles)),
                    None => state,
                }
            }
            ToHost::Toggled { edge, from, to } => Writer::new("toggled")
                .text("edge", edge)
                .text("from", from.word())
                .text("to", to.word()),
            ToHost::Error { message } => Writer::new("error").text("message", message),
        }
        .end()
    }
}

/// Seconds with every nanosecond that counts.
fn seconds(at: Instant) -> String {
    let (whole, rest) = (at.0 / 1_000_000_000, at.0 % 1_000_000_000);
    let places = (1_000_000_000 + rest).to_string();
    let places = places[1..].trim_end_matches('0');
    let point = if places.is_empty() { "" } else { "." };
    whole.to_string() + point + places
}

fn written(quantiles: [f64; 2]) -> String {
    let [p50, p99] = quantiles.map(number::print);
    ["{\"p50\":", &p50, ",\"p99\":", &p99, "}"].concat()
}

/// A message that is being written.
struct Writer(String);

impl Writer {
    fn new(kind: &str) -> Writer {
        let head = ["{\"", MARK, "\":", &VERSION.to_string()].concat();
        Writer(head).text("type", kind)
    }

    fn plain(mut self, name: &str, value: &str) -> Writer {
        for piece in [",\"", name, "\":", value] {
            self.0.push_str(piece);
        }
        self
    }

    fn text(self, name: &str, value: &str) -> Writer {
        self.plain(name, &quoted(value))
    }

    fn optional(self, name: &str, value: Option<&str>) -> Writer {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn end(self) -> String {
        self.0 + "}"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn heard(fields: &str) -> Result<FromHost, String> {
        let text = ["{\"sync-or-swim\":1,", fields, "}"].concat();
        hear(&text).unwrap().map_err(|problem| problem.to_string())
    }

    #[test]
    fn every_message_is_understood() {
        let example = |name: &str| FromHost::Load(Source::Example(name.to_string()));
        let link = |hash: &str| FromHost::Load(Source::Link(hash.to_string()));
        for (fields, expected) in [
            ("\"type\":\"load\",\"example\":\"chain\"", example("chain")),
            ("\"type\":\"load\",\"link\":\"#ex=chain\"", link("ex=chain")),
            ("\"type\":\"load\",\"link\":\"s=1.d.a\"", link("s=1.d.a")),
            (
                "\"type\":\"load\",\"scenario\":\"a: 1\\n\"",
                FromHost::Load(Source::Text("a: 1\n".to_string())),
            ),
            (
                "\"mode\":\"await\",\"edge\":\"a->b\",\"type\":\"set\"",
                FromHost::Set {
                    edge: "a->b".to_string(),
                    mode: Mode::Await,
                },
            ),
            ("\"type\":\"play\"", FromHost::Play),
            ("\"type\":\"pause\"", FromHost::Pause),
            ("\"type\":\"seek\",\"at\":3.42", FromHost::Seek(Instant(3_420_000_000))),
            ("\"type\":\"theme\",\"theme\":\"dark\"", FromHost::Theme(Theme::Dark)),
            ("\"type\":\"sleep\"", FromHost::Sleep),
            ("\"type\":\"wake\"", FromHost::Wake),
        ] {
            assert_eq!(heard(fields), Ok(expected), "{fields}");
        }
    }

    fn check(fields: &str, expected: &str) {
        assert_eq!(heard(fields), Err(["1:1 ", expected].concat()), "{fields}");
    }

    #[test]
    fn what_cannot_be_obeyed_is_told_with_what_would_be_right() {
        check("\"at\":3", "type is missing; every field that is not optional");
        check("\"type\":7", "type: `7` is not possible here; a text");
        check(
            "\"type\":\"jump\"",
            "type: `jump` is not possible here; load, set, play, pause, seek, theme, sleep, wake",
        );
        check(
            "\"type\":\"play\",\"at\":3",
            "`at` is not possible here; play has no field",
        );
        check(
            "\"type\":\"seek\",\"to\":3",
            "`to` is not possible here; the fields of seek are at",
        );
        check(
            "\"type\":\"seek\",\"at\":-1",
            "at: `-1` is not possible here; a number of seconds from 0 to 1000000",
        );
        check(
            "\"type\":\"load\"",
            "load names no scenario, or several; exactly one of example, link, scenario",
        );
        check(
            "\"type\":\"set\",\"edge\":\"a->b\",\"mode\":\"later\"",
            "mode: `later` is not possible here; sync, await, oneway, queue, poll, callback, forward",
        );
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        for text in [
            "",
            "5",
            "\"sync-or-swim\"",
            "[{\"sync-or-swim\":1}]",
            "{\"sync-or-swim\":2,\"type\":\"play\"}",
            "{\"sync-or-swim\":\"1\",\"type\":\"play\"}",
            "{\"type\":\"play\"}",
            "{\"sync-or-swim\":1",
        ] {
            assert_eq!(hear(text), None, "{text}");
        }
        let deep = ["{\"sync-or-swim\":1,\"a\":", &"[".repeat(100_000)].concat();
        assert_eq!(hear(&deep), None);
    }

    #[test]
    fn what_is_told_is_json_of_these_bytes() {
        let state = |link: Option<&str>, response_ms| ToHost::State {
            playing: true,
            at: Instant(3_420_000_000),
            title: "a \"b\"".to_string(),
            link: link.map(str::to_string),
            response_ms,
        };
        for (message, expected) in [
            (
                ToHost::Resize { height: 420 },
                r#"{"sync-or-swim":1,"type":"resize","height":420}"#,
            ),
            (
                state(Some("#ex=a"), Some([61.25, 402.0])),
                r##"{"sync-or-swim":1,"type":"state","playing":true,"at":3.42,"title":"a \"b\"","link":"#ex=a","responseMs":{"p50":61.25,"p99":402}}"##,
            ),
            (
                state(None, None),
                r#"{"sync-or-swim":1,"type":"state","playing":true,"at":3.42,"title":"a \"b\""}"#,
            ),
        ] {
            assert_eq!(message.write(), expected);
        }
        assert_eq!(seconds(Instant(1)), "0.000000001");
        assert_eq!(seconds(Instant(20_000_000_000)), "20");
    }

    proptest! {
        #[test]
        fn any_message_is_heard_or_passed_over(text in "\\{\"sync-or-swim\":1,\"type\":\"(load|seek|set)\"(,\"(at|link|edge)\":[0-9e.\"\\[\\]{}a]{0,6})?\\}?") {
            let _ = hear(&text);
        }

        #[test]
        fn every_text_arrives(text in "\\PC*|[\\x00-\\x1f\"\\\\]*") {
            let written = ToHost::Error { message: text.clone() }.write();
            let read: serde_json::Value = serde_json::from_str(&written).map_err(|why| TestCaseError::fail(why.to_string()))?;
            prop_assert_eq!(read["message"].as_str(), Some(text.as_str()));
        }
    }
}
