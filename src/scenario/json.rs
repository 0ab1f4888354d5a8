//! JSON (RFC 8259) as a tree in which every value knows where it stands.
//!
//! Law: exactly JSON is read; anything else is one problem that says where and what. It is written here since a
//! browser has to load it: a general reader weighs a multiple.

use super::node::{Node, Value, problem};
use super::number;
use super::problem::Problem;

/// What would be right where something else stands.
const FIX: &str = "JSON has neither comments nor trailing commas; YAML may be written too, where the text does not begin with a brace";

/// Reads a text whose nesting is known to be bounded.
pub fn parse(text: &str) -> Result<Node, Problem> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value()?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.wrong("something follows after its end")),
    }
}

/// A text in double quotes (RFC 8259).
pub fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for letter in word.chars() {
        match letter {
            '"' | '\\' => text.extend(['\\', letter]),
            '\n' => text += "\\n",
            '\t' => text += "\\t",
            letter if letter < ' ' => text += &format!("\\u{:04x}", letter as u32),
            letter => text.push(letter),
        }
    }
    text.push('"');
    text
}

struct Reader<'a> {
    text: &'a str,
    /// The byte that is read next.
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> Problem {
        self.wrong_at(self.at, what)
    }

    fn wrong_at(&self, at: usize, what: &str) -> Problem {
        let what = if self.text[at..].starts_with('/') {
            "comments are not allowed"
        } else {
            what
        };
        problem(self.text, at, "this is not JSON: ".to_string() + what, FIX)
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes()[self.at..].iter();
        self.at += rest.take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes this byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self) -> Result<Node, Problem> {
        let next = self.peek();
        let start = self.at;
        let value = match next {
            Some(b'{') => self.map()?,
            Some(b'[') => self.list()?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => self.word()?,
            None => return Err(self.wrong("it ends too early")),
        };
        let end = self.at;
        Ok(Node { value, start, end })
    }

    fn map(&mut self) -> Result<Value, Problem> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut comma = None;
        while !self.take(b'}') {
            if !entries.is_empty() && comma.is_none() {
                return Err(self.wrong("a comma or a closing brace is expected"));
            }
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in double quotes is expected"));
            }
            let start = self.at;
            let value = Value::Text(self.string()?);
            let end = self.at;
            if !self.take(b':') {
                return Err(self.wrong("a colon is expected"));
            }
            entries.push((Node { value, start, end }, self.value()?));
            comma = self.comma();
        }
        self.no_trailing(comma)?;
        Ok(Value::Map(entries))
    }

    fn list(&mut self) -> Result<Value, Problem> {
        self.at += 1;
        let mut items = Vec::new();
        let mut comma = None;
        while !self.take(b']') {
            if !items.is_empty() && comma.is_none() {
                return Err(self.wrong("a comma or a closing bracket is expected"));
            }
            items.push(self.value()?);
            comma = self.comma();
        }
        self.no_trailing(comma)?;
        Ok(Value::List(items))
    }

    /// Takes a comma if one comes next; where it stands.
    fn comma(&mut self) -> Option<usize> {
        self.take(b',').then(|| self.at - 1)
    }

    fn no_trailing(&self, comma: Option<usize>) -> Result<(), Problem> {
        comma.map_or(Ok(()), |at| Err(self.wrong_at(at, "trailing commas are not allowed")))
    }

    fn word(&mut self) -> Result<Value, Problem> {
        let words = [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ];
        let rest = &self.text[self.at..];
        let found = words.into_iter().find(|(word, _)| rest.starts_with(word));
        let (word, value) = found.ok_or_else(|| self.wrong("a value is expected"))?;
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Problem> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number = Some(&rest[..length])
            .filter(|text| is_number(text))
            .and_then(number::read);
        let value = number.ok_or_else(|| self.wrong("a number is like 20, 0.5 or 1e3"))?;
        self.at += length;
        Ok(Value::Number(value))
    }

    fn string(&mut self) -> Result<String, Problem> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(letter) = self.text[self.at..].chars().next() else {
                return Err(self.wrong_at(start, "a text has no end"));
            };
            match letter {
                '"' => {
                    self.at += 1;
                    return Ok(text);
                }
                '\\' => text.push(self.escape()?),
                letter if letter < ' ' => return Err(self.wrong("a text goes on over the end of its line")),
                letter => {
                    text.push(letter);
                    self.at += letter.len_utf8();
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let start = self.at;
        let letter = self.text.as_bytes().get(start + 1).copied().unwrap_or(b' ');
        self.at += 2;
        let known = b"\"\\/bfnrt".iter().position(|known| *known == letter);
        let found = match known {
            Some(index) => "\"\\/\u{8}\u{c}\n\r\t".chars().nth(index),
            None if letter == b'u' => self.code_point(),
            None => None,
        };
        found.ok_or_else(|| self.wrong_at(start, "there is no such escape"))
    }

    /// The letter of `\u0041` or of a pair `\ud83d\ude00`, behind the first `\u`.
    fn code_point(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.at += self.text.get(self.at..)?.starts_with("\\u").then_some(2)?;
        let second = self.four_digits().filter(|second| (0xDC00..0xE000).contains(second))?;
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let value = |sum: u32, letter: char| Some(sum * 16 + letter.to_digit(16)?);
        digits.chars().try_fold(0, value)
    }
}

/// Whether a text is a number as JSON writes it: no leading zeros, digits on both sides of a point.
fn is_number(text: &str) -> bool {
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let no_leading_zero = whole == "0" || !whole.starts_with('0');
    all_digits(whole) && all_digits(fraction) && all_digits(exponent) && no_leading_zero
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The tree as another reader of JSON sees it.
    fn plain(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => (*flag).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.clone().into(),
            Value::List(items) => items.iter().map(plain).collect(),
            Value::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| (key.text().unwrap_or_default().to_string(), plain(value)));
                serde_json::Value::Object(entries.collect())
            }
        }
    }

    /// Numbers as floats, as all numbers of a scenario are.
    fn floats(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) => number.as_f64().into(),
            serde_json::Value::Array(items) => items.into_iter().map(floats).collect(),
            serde_json::Value::Object(entries) => {
                entries.into_iter().map(|(key, value)| (key, floats(value))).collect()
            }
            other => other,
        }
    }

    fn agree(text: &str) {
        let own = parse(text).map(|node| plain(&node)).ok();
        let other = serde_json::from_str(text).map(floats).ok();
        assert_eq!(own, other, "{text}");
    }

    #[test]
    fn what_is_json_is_read_and_nothing_else() {
        for text in [
            "{}",
            "[]",
            " [ 1 , 2 ] ",
            "{\"a\": [1, \"5ms\", true, null], \"b\": {\"c\": -0.5}}",
            "\"\\u00e9\\ud83d\\ude00\\n\"",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{,}",
            "{\"a\" 1}",
            "{a: 1}",
            "[1 2]",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "1e5",
            "-0",
            "+1",
            "\"\\ud83d\"",
            "\"\\x\"",
            "\"a\nb\"",
            "\"open",
            "tru",
            "nullx",
            "1 2",
            "",
            " ",
            "[",
            "{\"a\":",
            "// c\n1",
            "[1] // c",
            "'a'",
        ] {
            agree(text);
        }
    }

    #[test]
    fn problems_say_where_and_what() {
        for (text, expected) in [
            ("{\"a\": 1,}", "1:8 this is not JSON: trailing commas are not allowed"),
            ("{\n // x\n}", "2:2 this is not JSON: comments are not allowed"),
            ("{\"a\" 1}", "1:6 this is not JSON: a colon is expected"),
            (
                "[1 2]",
                "1:4 this is not JSON: a comma or a closing bracket is expected",
            ),
            ("[1", "1:3 this is not JSON: a comma or a closing bracket is expected"),
            ("[1,", "1:4 this is not JSON: it ends too early"),
            ("{\"é\": x}", "1:7 this is not JSON: a value is expected"),
        ] {
            let found = parse(text).map_err(|problem| problem.to_string()).unwrap_err();
            assert!(found.starts_with(expected), "{text}: {found}");
        }
    }

    proptest! {
        #[test]
        fn what_another_writer_writes_is_read(text in "\\PC*", digits in -99_999_999_999_999i64..100_000_000_000_000, places in 0..9, list in proptest::collection::vec(any::<bool>(), 0..5)) {
            // Beyond 15 digits another reader may be nearer.
            let number = digits as f64 / 10f64.powi(places);
            let value = serde_json::json!({"text": text, text: [number, list]});
            agree(&value.to_string());
        }

        #[test]
        fn both_readers_agree_on_any_text(text in "[\\[\\]{}:,\"\\\\u0-9eE+.\\- a-f\\n]{0,24}") {
            agree(&text);
        }
    }
}
