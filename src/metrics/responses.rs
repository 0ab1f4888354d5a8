//! The response times of a run as they were measured, as bytes, for the way from the backend to who exports them.
//!
//! ```text
//! Meter ─ a distribution a client ─▶ Responses: filled bins, batches ─▶ distributions ─▶ .hgrm, what has not settled
//! ```
//!
//! Law: a distribution that is opened has the bins, the batches and the figures of the one that was sealed. The figures
//! themselves are in the report: these bytes are opened where more than figures is wanted.

use super::distribution::{Distribution, distribution};
use super::wire::Sealed;
use crate::scenario::walk::{Reader, Wire, Writer, count};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

/// The response times of each client, in the order of the scenario, and how far the run has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responses(Sealed);

/// What is in these bytes.
type Opened = (Instant, Vec<Distribution>);

impl Responses {
    /// The bytes of these distributions.
    pub fn new<'a>(until: Instant, all: impl ExactSizeIterator<Item = &'a mut Distribution>) -> Responses {
        let mut writer = Writer::default();
        count(&mut writer, &mut { until.0 });
        count(&mut writer, &mut (all.len() as u64));
        all.for_each(|it| distribution(&mut writer, it));
        Responses(Sealed::of(writer))
    }

    /// The distributions, if these bytes are some.
    pub fn open(&self) -> Option<Opened> {
        self.0.read(|wire: &mut Reader, (until, all): &mut Opened| {
            let mut length = 0;
            count(wire, &mut until.0);
            count(wire, &mut length);
            for _ in 0..length {
                if wire.failed() {
                    return;
                }
                let mut it = Distribution::new();
                distribution(wire, &mut it);
                all.push(it);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::hgrm::hgrm;
    use crate::time::Duration;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_opened_is_what_was_measured(
            some in prop::collection::vec((0u32..60, 0u64..1 << 60), 0..300),
            repeat in 1u64..40,
        ) {
            let mut all = [Distribution::new(), Distribution::new()];
            for turn in 0..repeat {
                some.iter().for_each(|(bits, value)| all[0].record(Duration((value >> bits) + turn * 777)));
            }
            let sealed = Responses::new(Instant(7), all.iter_mut());
            let (until, opened) = sealed.open().unwrap();
            prop_assert_eq!((until, opened.len()), (Instant(7), 2));
            for (one, other) in all.iter().zip(&opened) {
                prop_assert_eq!(one.summary(), other.summary());
                prop_assert_eq!(one.batches(), other.batches());
                prop_assert_eq!(one.bins(), other.bins());
                prop_assert_eq!(hgrm(one), hgrm(other));
            }
        }
    }

    #[test]
    fn bytes_that_are_none_are_refused() {
        let mut all = [Distribution::new()];
        all[0].record(Duration::from_ms(3));
        let bytes = postcard::to_allocvec(&Responses::new(Instant(7), all.iter_mut())).unwrap();
        // One byte says how many follow.
        let of = |bytes: &[u8]| {
            let message = [&[bytes.len() as u8][..], bytes].concat();
            let sealed: Responses = postcard::from_bytes(&message).unwrap();
            sealed.open().is_some()
        };
        assert!(bytes.len() < 128 && of(&bytes[1..]));
        assert!((1..bytes.len()).all(|end| !of(&bytes[1..end])));
        // No value has a bin of this number.
        let mut far = bytes[1..].to_vec();
        let bin = u64::from_le_bytes(far[24..32].try_into().unwrap());
        assert_eq!(bin & 0xffff_ffff, 1, "one value in its bin");
        far[24..32].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(!of(&far));
    }
}
