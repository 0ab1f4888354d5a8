//! JSON (RFC 8259) under construction.
//!
//! ```text
//! object(|it| it.key("a").list(|it| it.whole(1)))  ▶  {"a":[1]}
//! ```
//!
//! Law: commas, quotes and escapes are set here and nowhere else; a number is written as whole as it was counted.

use crate::time::Duration;

/// A text of JSON.
#[derive(Debug, Default)]
pub struct Json {
    text: String,
    /// Whether something stands before what comes next, in the same list or object.
    follows: bool,
}

impl Json {
    /// The text of one value.
    pub fn of(fill: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        fill(&mut json);
        json.text.push('\n');
        json.text
    }

    /// An object, whose members are filled in.
    pub fn object(&mut self, fill: impl FnOnce(&mut Json)) {
        self.nest(['{', '}'], fill);
    }

    /// A list, whose items are filled in.
    pub fn list(&mut self, fill: impl FnOnce(&mut Json)) {
        self.nest(['[', ']'], fill);
    }

    /// The name of a member; its value comes next.
    pub fn key(&mut self, name: &str) -> &mut Json {
        self.text(name);
        self.text.push(':');
        self.follows = false;
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) {
        self.begin();
        self.text.push('"');
        for letter in text.chars() {
            match letter {
                '"' | '\\' => self.text.extend(['\\', letter]),
                '\0'..' ' => self.text += &format!("\\u{:04x}", u32::from(letter)),
                letter => self.text.push(letter),
            }
        }
        self.text.push('"');
    }

    /// A whole number.
    pub fn whole(&mut self, number: u64) {
        self.raw(&number.to_string());
    }

    /// A duration in units of 10^`digits` ns, exactly.
    pub fn units(&mut self, duration: Duration, digits: u32) {
        self.raw(&in_units(duration, digits));
    }

    /// Whether something is so.
    pub fn flag(&mut self, is: bool) {
        self.raw(if is { "true" } else { "false" });
    }

    /// No value.
    pub fn null(&mut self) {
        self.raw("null");
    }

    fn raw(&mut self, value: &str) {
        self.begin();
        self.text.push_str(value);
    }

    fn begin(&mut self) {
        if self.follows {
            self.text.push(',');
        }
        self.follows = true;
    }

    fn nest(&mut self, [open, close]: [char; 2], fill: impl FnOnce(&mut Json)) {
        self.begin();
        self.text.push(open);
        self.follows = false;
        fill(self);
        self.text.push(close);
        self.follows = true;
    }
}

/// A duration in units of 10^`digits` ns, without trailing noughts: `12.5`.
pub fn in_units(duration: Duration, digits: u32) -> String {
    let unit = 10u64.pow(digits);
    let (whole, part) = (duration.0 / unit, duration.0 % unit);
    match part {
        0 => whole.to_string(),
        part => {
            let part = format!("{part:0width$}", width = digits as usize);
            format!("{whole}.{}", part.trim_end_matches('0'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commas_stand_between_and_nowhere_else() {
        let text = Json::of(|json| {
            json.object(|json| {
                json.key("a").list(|json| {
                    json.whole(1);
                    json.object(|_| {});
                    json.list(|_| {});
                    json.null();
                });
                json.key("b").flag(true);
            });
        });
        assert_eq!(text, "{\"a\":[1,{},[],null],\"b\":true}\n");
    }

    #[test]
    fn units_are_exact() {
        let written =
            [(0, 6), (1, 6), (1_500_000, 6), (2_000, 3), (2_001, 3)].map(|(ns, digits)| in_units(Duration(ns), digits));
        assert_eq!(written, ["0", "0.000001", "1.5", "2", "2.001"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_it_was(text: String, low in "[\\x00-\\x7f]{0,20}") {
            let text = text + &low;
            let written = Json::of(|json| json.object(|json| json.key(&text).text(&text)));
            let read: serde_json::Value = serde_json::from_str(&written).unwrap();
            prop_assert_eq!(read[&text].as_str(), Some(text.as_str()));
        }
    }
}
