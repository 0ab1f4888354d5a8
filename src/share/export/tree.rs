//! Figures as a tree, and the tree as JSON.
//!
//! ```text
//! whatever says its fields ─of─▶ Tree: maps in the order of their keys, lists, numbers, texts ─json─▶ {\n  "seed": 7, …
//! ```
//!
//! Law: the bytes are those of `serde_json` with two spaces of indent, and every number reads back as itself. Where two shortest
//! texts mean one number, as beyond 2^48, either is right: so whoever prints figures prints them here.

use serde::Serialize;
use serde::ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, Serializer};
use std::fmt::{Display, Error};

/// A value with all that is in it.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Null,
    Whole(u64),
    Number(f64),
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// The tree of a value; the error is that it has something else in it than figures have.
    pub fn of(value: &impl Serialize) -> Result<Tree, Error> {
        value.serialize(Planter)
    }

    /// What a map has under a key.
    pub fn get(&self, key: &str) -> Option<&Tree> {
        let found = self.entries().iter().find(|(other, _)| other == key);
        found.map(|(_, value)| value)
    }

    /// The keys and values of a map; nothing else has some.
    pub fn entries(&self) -> &[(String, Tree)] {
        match self {
            Tree::Map(entries) => entries,
            _ => &[],
        }
    }

    /// As a text, without quotes.
    pub fn plain(&self) -> String {
        match self {
            Tree::Whole(count) => count.to_string(),
            Tree::Number(number) => written(*number),
            Tree::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    /// As JSON, with a line break at its end.
    pub fn json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        match self {
            Tree::Null => text.push_str("null"),
            Tree::Text(value) => quote(text, value),
            Tree::Whole(_) | Tree::Number(_) => text.push_str(&self.plain()),
            Tree::List(items) => nest(text, depth, ['[', ']'], items, |text, item| {
                item.write(text, depth + 1);
            }),
            Tree::Map(entries) => nest(text, depth, ['{', '}'], entries, |text, (key, value)| {
                quote(text, key);
                text.push_str(": ");
                value.write(text, depth + 1);
            }),
        }
    }
}

fn nest<T>(
    text: &mut String,
    depth: usize,
    [first, last]: [char; 2],
    items: &[T],
    mut write: impl FnMut(&mut String, &T),
) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
    };
    text.push(first);
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        line(text, depth + 1);
        write(text, item);
    }
    if !items.is_empty() {
        line(text, depth);
    }
    text.push(last);
}

fn quote(text: &mut String, value: &str) {
    text.push('"');
    for letter in value.chars() {
        let short = match letter {
            '"' | '\\' => letter,
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\0'..' ' => {
                *text += &format!("\\u{:04x}", u32::from(letter));
                continue;
            }
            _ => {
                text.push(letter);
                continue;
            }
        };
        text.extend(['\\', short]);
    }
    text.push('"');
}

/// The shortest digits that mean this number, never whole; what is none is null.
fn written(number: f64) -> String {
    let size = number.abs();
    match size {
        _ if !number.is_finite() => "null".to_string(),
        _ if size >= 1e16 => format!("{number:e}").replace('e', "e+"),
        _ if size != 0.0 && size < 1e-5 => format!("{number:e}"),
        _ if libm::trunc(number) == number => format!("{number}.0"),
        _ => number.to_string(),
    }
}

/// Makes a tree of what says its fields.
struct Planter;

/// A list or a map that grows.
#[derive(Default)]
struct Growth {
    items: Vec<Tree>,
    entries: Vec<(String, Tree)>,
    key: String,
}

type Planted = Result<Tree, Error>;

macro_rules! refuse {
    ($($name:ident: $type:ty),*) => { $( fn $name(self, _: $type) -> Planted { Err(Error) } )* };
}

impl Serializer for Planter {
    type Ok = Tree;
    type Error = Error;
    type SerializeSeq = Growth;
    type SerializeTuple = Growth;
    type SerializeTupleStruct = Impossible<Tree, Error>;
    type SerializeTupleVariant = Impossible<Tree, Error>;
    type SerializeMap = Growth;
    type SerializeStruct = Growth;
    type SerializeStructVariant = Impossible<Tree, Error>;

    refuse! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_f32: f32, serialize_char: char,
        serialize_bytes: &[u8], serialize_unit_struct: &'static str
    }

    fn serialize_u64(self, value: u64) -> Planted {
        Ok(Tree::Whole(value))
    }

    fn serialize_f64(self, value: f64) -> Planted {
        Ok(Tree::Number(value))
    }

    fn serialize_str(self, value: &str) -> Planted {
        Ok(Tree::Text(value.to_string()))
    }

    fn serialize_none(self) -> Planted {
        Ok(Tree::Null)
    }

    fn serialize_unit(self) -> Planted {
        Ok(Tree::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Planted {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Planted {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Planted {
        Err(Error)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Planted {
        Err(Error)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Growth, Error> {
        Ok(Growth::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Growth, Error> {
        Ok(Growth::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<Tree, Error>, Error> {
        Err(Error)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<Tree, Error>, Error> {
        Err(Error)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Growth, Error> {
        Ok(Growth::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Growth, Error> {
        Ok(Growth::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<Tree, Error>, Error> {
        Err(Error)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Planted {
        Ok(Tree::Text(value.to_string()))
    }
}

impl SerializeSeq for Growth {
    type Ok = Tree;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.items.push(value.serialize(Planter)?);
        Ok(())
    }

    fn end(self) -> Planted {
        Ok(Tree::List(self.items))
    }
}

impl SerializeTuple for Growth {
    type Ok = Tree;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Planted {
        SerializeSeq::end(self)
    }
}

impl SerializeMap for Growth {
    type Ok = Tree;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = key.serialize(Planter)?.plain();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(Planter)?;
        self.entries.push((std::mem::take(&mut self.key), value));
        Ok(())
    }

    fn end(self) -> Planted {
        Ok(Tree::Map(self.entries))
    }
}

impl SerializeStruct for Growth {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        self.entries.push((key.to_string(), value.serialize(Planter)?));
        Ok(())
    }

    fn end(self) -> Planted {
        SerializeMap::end(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn check(value: &Value) {
        let tree = Tree::of(value).unwrap();
        assert_eq!(tree.json(), format!("{value:#}\n"), "{tree:?}");
    }

    proptest! {
        #[test]
        fn the_bytes_are_those_of_serde_json(
            text in any::<String>(), near in -14.0f64..14.0, power in 0u32..300, count in any::<u64>(),
        ) {
            let (round, tiny) = (libm::exp10(libm::trunc(near)), near / libm::exp10(f64::from(power)));
            check(&json!({
                text.clone(): [near, tiny, round, -round, round * near / 1e3], "count": count,
                "in": {"empty": {}, "none": [], "null": null, "text": text},
            }));
        }

        #[test]
        fn a_number_reads_back_as_itself(bits in any::<u64>(), count in any::<u64>()) {
            for number in [f64::from_bits(bits), count as f64, count as f64 / 4.0] {
                let read: Option<f64> = written(number).parse().ok();
                prop_assert_eq!(read, Some(number).filter(|number| number.is_finite()));
            }
        }
    }

    #[test]
    fn edges_of_numbers_and_texts() {
        check(&json!([
            0.0,
            -0.0,
            1e16,
            1e15,
            123456789012345680.0,
            1e-5,
            9.99e-6,
            1.5e-7,
            5e-324,
            f64::MAX,
            f64::NAN,
            1.0,
            0.1
        ]));
        check(&json!("\"\\/\u{0}\u{8}\u{c}\n\r\t\u{1f}\u{7f}é\u{2028}"));
    }

    #[test]
    fn what_no_figure_is_has_no_tree() {
        assert_eq!(Tree::of(&true), Err(Error));
    }
}
