//! A scenario as bytes, for the way from the page to the backend, and the walk that other values take as well.
//!
//! ```text
//! value ─pass─▶ Writer: numbers and words one after the other ─▶ Reader ─pass─▶ value
//! ```
//!
//! One walk serves both ways, so they cannot disagree; and it is a fifth of the code that a general format needs for
//! the many kinds of values that a scenario has. The page draws, and does not simulate: it skims over the details, such as
//! steps and policies, and hands on the bytes in which they are.
//!
//! Law: what was written is read as it was; bytes that were not written here are refused.

mod change;
mod edge;
mod service;

use super::model::*;
use crate::time::{Duration, Instant};
use serde::{Deserialize, Deserializer, Serializer};
use std::ops::Deref;
use std::sync::Arc;

/// Takes each value on its way; a reader fills in what it finds.
pub trait Wire {
    /// Eight bytes.
    fn bytes(&mut self, bytes: &mut [u8; 8]);
    /// A text with its length.
    fn text(&mut self, text: &mut String);
    /// Whether values come in.
    fn reads(&self) -> bool;
    /// What comes in was not written by the same walk.
    fn fail(&mut self);
    /// Whether that has come out.
    fn failed(&self) -> bool;
    /// What only whoever simulates looks at, after its length in bytes.
    fn detail<T>(&mut self, value: &mut T, pass: fn(&mut Self, &mut T));
}

/// Writes values.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

/// Reads values from what is left.
pub struct Reader<'a> {
    pub rest: &'a [u8],
    pub failed: bool,
}

impl Wire for Writer {
    fn bytes(&mut self, bytes: &mut [u8; 8]) {
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &mut String) {
        count(self, &mut (text.len() as u64));
        self.0.extend_from_slice(text.as_bytes());
    }

    fn reads(&self) -> bool {
        false
    }

    fn fail(&mut self) {}

    fn failed(&self) -> bool {
        false
    }

    fn detail<T>(&mut self, value: &mut T, pass: fn(&mut Self, &mut T)) {
        let begin = self.0.len();
        count(self, &mut 0);
        pass(self, value);
        let length = (self.0.len() - begin - 8) as u64;
        self.0[begin..begin + 8].copy_from_slice(&length.to_le_bytes());
    }
}

impl<'a> Reader<'a> {
    /// Reads a whole value; none where these bytes are none.
    pub fn read<T: Default>(rest: &'a [u8], pass: fn(&mut Reader<'a>, &mut T)) -> Option<T> {
        let mut reader = Reader { rest, failed: false };
        let mut it = T::default();
        pass(&mut reader, &mut it);
        (!reader.failed && reader.rest.is_empty()).then_some(it)
    }

    fn take(&mut self, length: usize) -> &[u8] {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => {
                self.failed = true;
                &[]
            }
        }
    }
}

impl Wire for Reader<'_> {
    fn bytes(&mut self, bytes: &mut [u8; 8]) {
        if let Ok(taken) = self.take(8).try_into() {
            *bytes = taken;
        }
    }

    fn text(&mut self, text: &mut String) {
        let mut length = 0;
        count(self, &mut length);
        let taken = self.take(length as usize);
        match String::from_utf8(taken.to_vec()) {
            Ok(taken) => *text = taken,
            Err(_) => self.failed = true,
        }
    }

    fn reads(&self) -> bool {
        true
    }

    fn fail(&mut self) {
        self.failed = true;
    }

    fn failed(&self) -> bool {
        self.failed
    }

    fn detail<T>(&mut self, value: &mut T, pass: fn(&mut Self, &mut T)) {
        let mut length = 0;
        count(self, &mut length);
        let left = (self.rest.len() as u64).checked_sub(length);
        pass(self, value);
        self.failed |= left != Some(self.rest.len() as u64);
    }
}

/// Reads values, and leaves details as they are in a blank value.
struct Skimmer<'a>(Reader<'a>);

impl Wire for Skimmer<'_> {
    fn bytes(&mut self, bytes: &mut [u8; 8]) {
        self.0.bytes(bytes);
    }

    fn text(&mut self, text: &mut String) {
        self.0.text(text);
    }

    fn reads(&self) -> bool {
        true
    }

    fn fail(&mut self) {
        self.0.failed = true;
    }

    fn failed(&self) -> bool {
        self.0.failed
    }

    fn detail<T>(&mut self, _: &mut T, _: fn(&mut Self, &mut T)) {
        let mut length = 0;
        count(self, &mut length);
        self.0.take(length as usize);
    }
}

/// A whole number.
pub fn count<W: Wire>(wire: &mut W, value: &mut u64) {
    let mut bytes = value.to_le_bytes();
    wire.bytes(&mut bytes);
    *value = u64::from_le_bytes(bytes);
}

/// A measured number, bit by bit.
pub fn number<W: Wire>(wire: &mut W, value: &mut f64) {
    let mut bits = value.to_bits();
    count(wire, &mut bits);
    *value = f64::from_bits(bits);
}

fn small<W: Wire>(wire: &mut W, value: &mut u32) {
    let mut wide = u64::from(*value);
    count(wire, &mut wide);
    *value = wide as u32;
}

fn flag<W: Wire>(wire: &mut W, value: &mut bool) {
    let mut wide = u64::from(*value);
    count(wire, &mut wide);
    *value = wide == 1;
}

fn duration<W: Wire>(wire: &mut W, value: &mut Duration) {
    count(wire, &mut value.0);
}

fn instant<W: Wire>(wire: &mut W, value: &mut Instant) {
    count(wire, &mut value.0);
}

fn text<W: Wire>(wire: &mut W, value: &mut String) {
    wire.text(value);
}

/// Any number of values. A list that cannot be read to its end ends early.
fn list<W: Wire, T>(wire: &mut W, values: &mut Vec<T>, blank: fn() -> T, pass: fn(&mut W, &mut T)) {
    let mut length = values.len() as u64;
    count(wire, &mut length);
    if !wire.reads() {
        values.iter_mut().for_each(|value| pass(wire, value));
        return;
    }
    for _ in 0..length {
        if wire.failed() {
            return;
        }
        let mut value = blank();
        pass(wire, &mut value);
        values.push(value);
    }
}

fn option<W: Wire, T>(wire: &mut W, value: &mut Option<T>, blank: fn() -> T, pass: fn(&mut W, &mut T)) {
    let mut there = value.is_some();
    flag(wire, &mut there);
    if wire.reads() {
        *value = there.then(blank);
    }
    if let Some(value) = value {
        pass(wire, value);
    }
}

/// One of the values of a closed list.
fn choice<W: Wire, T: Copy + PartialEq>(wire: &mut W, value: &mut T, all: &[T]) {
    let mut index = all.iter().position(|other| other == value).unwrap_or(0) as u64;
    count(wire, &mut index);
    match all.get(index as usize) {
        Some(read) => *value = *read,
        None => wire.fail(),
    }
}

/// Which of several kinds a value is of; a reader turns it into a blank one of that kind, and then both go through
/// what it has inside.
fn kind<W: Wire, T>(wire: &mut W, value: &mut T, index: u64, blank: fn(u64) -> Option<T>) {
    let mut read = index;
    count(wire, &mut read);
    if wire.reads() {
        match blank(read) {
            Some(other) => *value = other,
            None => wire.fail(),
        }
    }
}

fn window<W: Wire>(wire: &mut W, it: &mut Window) {
    duration(wire, &mut it.warmup);
    duration(wire, &mut it.duration);
}

fn entity<W: Wire>(wire: &mut W, it: &mut Entity) {
    text(wire, &mut it.name);
    option(wire, &mut it.count, || 0, small);
}

fn item<W: Wire>(wire: &mut W, it: &mut Item) {
    text(wire, &mut it.name);
    option(wire, &mut it.of, || EntityId(0), |wire, of| small(wire, &mut of.0));
}

fn spot<W: Wire>(wire: &mut W, it: &mut Spot) {
    let index = match it.node {
        NodeKind::Client(_) => 0,
        NodeKind::Service(_) => 1,
        NodeKind::Channel(_) => 2,
    };
    kind(wire, &mut it.node, index, |index| match index {
        0 => Some(NodeKind::Client(ClientId(0))),
        1 => Some(NodeKind::Service(ServiceId(0))),
        2 => Some(NodeKind::Channel(ChannelId(0))),
        _ => None,
    });
    let (NodeKind::Client(ClientId(id)) | NodeKind::Service(ServiceId(id)) | NodeKind::Channel(ChannelId(id))) =
        &mut it.node;
    for value in [id, &mut it.x, &mut it.y] {
        small(wire, value);
    }
}

fn scenario<W: Wire>(wire: &mut W, it: &mut Scenario) {
    text(wire, &mut it.name);
    text(wire, &mut it.about);
    count(wire, &mut it.seed);
    window(wire, &mut it.run);
    list(wire, &mut it.clients, change::no_client, change::client);
    list(wire, &mut it.services, service::none, service::service);
    list(wire, &mut it.channels, edge::no_channel, edge::channel);
    list(wire, &mut it.edges, edge::none, edge::edge);
    let no_entity = || Entity {
        name: String::new(),
        count: None,
    };
    list(wire, &mut it.entities, no_entity, entity);
    let no_item = || Item {
        name: String::new(),
        of: None,
    };
    list(wire, &mut it.items, no_item, item);
    list(wire, &mut it.faults, change::no_fault, change::fault);
    list(wire, &mut it.changes, change::none, change::change);
    let nowhere = || Spot {
        node: NodeKind::Client(ClientId(0)),
        x: 0,
        y: 0,
    };
    list(wire, &mut it.layout, nowhere, spot);
}

fn skimmed(rest: &[u8]) -> Option<Scenario> {
    let mut skimmer = Skimmer(Reader { rest, failed: false });
    let mut it = Scenario::default();
    scenario(&mut skimmer, &mut it);
    (!skimmer.0.failed && skimmer.0.rest.is_empty()).then_some(it)
}

/// The scenario that these bytes are: the page needs no details of it.
fn known(bytes: &[u8]) -> Option<Scenario> {
    match cfg!(all(target_arch = "wasm32", feature = "page")) {
        true => skimmed(bytes),
        false => Reader::read(bytes, scenario),
    }
}

/// A scenario with the bytes in which it came: whoever hands it on need not write it anew.
#[derive(Debug, PartialEq)]
pub struct Packed {
    scenario: Arc<Scenario>,
    bytes: Vec<u8>,
}

impl Packed {
    /// The scenario by itself.
    pub fn scenario(&self) -> Arc<Scenario> {
        Arc::clone(&self.scenario)
    }
}

impl Deref for Packed {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.scenario
    }
}

impl From<Scenario> for Arc<Packed> {
    fn from(mut it: Scenario) -> Arc<Packed> {
        let mut writer = Writer::default();
        scenario(&mut writer, &mut it);
        Arc::new(Packed {
            scenario: Arc::new(it),
            bytes: writer.0,
        })
    }
}

/// Writes a scenario; `#[serde(with = "walk")]` calls this.
pub fn serialize<S: Serializer>(it: &Arc<Packed>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bytes(&it.bytes)
}

/// Reads a scenario; `#[serde(with = "walk")]` calls this.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Packed>, D::Error> {
    let bytes = <&[u8]>::deserialize(deserializer)?;
    match known(bytes) {
        Some(scenario) => Ok(Arc::new(Packed {
            scenario: Arc::new(scenario),
            bytes: bytes.to_vec(),
        })),
        None => Err(serde::de::Error::custom("these bytes are no scenario")),
    }
}

/// The scenario as the page knows it, and as it is in its bytes.
#[cfg(not(target_arch = "wasm32"))]
pub fn skim(it: &Packed) -> Option<Arc<Packed>> {
    let bytes = it.bytes.clone();
    let scenario = Arc::new(skimmed(&bytes)?);
    Some(Arc::new(Packed { scenario, bytes }))
}

/// The scenario after both ways; none where it gets lost.
#[cfg(not(target_arch = "wasm32"))]
pub fn there_and_back(it: &Scenario) -> Option<Scenario> {
    let mut writer = Writer::default();
    scenario(&mut writer, &mut it.clone());
    Reader::read(&writer.0, scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{gallery, text};

    fn scenarios() -> Vec<Scenario> {
        let parsed = gallery::ENTRIES.iter().map(|entry| text::parse(entry.text));
        parsed.map(|parsed| parsed.unwrap().scenario).collect()
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        for it in scenarios() {
            assert_eq!(there_and_back(&it), Some(it));
        }
    }

    #[test]
    fn bytes_that_were_cut_are_refused() {
        let mut writer = Writer::default();
        scenario(&mut writer, &mut scenarios().remove(0));
        for length in 0..writer.0.len() {
            assert_eq!(Reader::read(&writer.0[..length], scenario), None, "{length}");
        }
        writer.0.push(0);
        assert_eq!(Reader::read(&writer.0, scenario), None);
    }

    #[test]
    fn who_skims_refuses_the_same_and_knows_less() {
        for it in scenarios() {
            let packed = Arc::<Packed>::from(it.clone());
            for length in 0..packed.bytes.len() {
                assert_eq!(skimmed(&packed.bytes[..length]), None, "{length}");
            }
            let skimmed = skim(&packed).expect("a scenario");
            assert_eq!(skimmed.bytes, packed.bytes);
            assert!(
                skimmed
                    .services
                    .iter()
                    .flat_map(|service| &service.operations)
                    .all(|it| it.steps.is_empty())
            );
            assert_eq!(Reader::read(&skimmed.bytes, scenario), Some(it));
        }
    }

    #[test]
    fn a_detail_that_is_longer_than_it_says_is_refused() {
        let mut writer = Writer::default();
        writer.detail(&mut Duration(7), duration);
        assert_eq!(writer.0.len(), 16);
        for length in [0, 7, 9, u64::MAX] {
            writer.0[..8].copy_from_slice(&length.to_le_bytes());
            let mut reader = Reader {
                rest: &writer.0,
                failed: false,
            };
            reader.detail(&mut Duration(0), duration);
            assert!(reader.failed, "{length}");
        }
    }
}
