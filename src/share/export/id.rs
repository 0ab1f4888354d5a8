//! The ids of traces and spans.
//!
//! ```text
//! seed, client, number, offered, (how manieth of those) ─mix▶ trace, 128 bits
//! trace ─mix▶ upper half of a span's id        row in its request, side ▶ lower half
//! ```
//!
//! Law: a request has the same ids in every export of its run (of requests of several users that look the same, the first);
//! inside of a trace no two spans share one, and none is 0.

use crate::trace::RequestRow;

/// The id of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceId(u64, u64);

impl TraceId {
    /// Of a request; `again` is how many before it look the same, as those of two users at one instant may.
    pub fn new(seed: u64, request: &RequestRow, again: u64) -> TraceId {
        let parts = [u64::from(request.client.0), request.number, request.offered.0, again];
        let upper = parts.into_iter().fold(mix(seed), |mixed, part| mix(mixed ^ part));
        TraceId(upper, mix(upper) | 1)
    }

    /// Of a span: the so manieth of its trace.
    pub fn span(self, number: u32) -> u64 {
        (mix(self.1) << 32) | (u64::from(number) + 1)
    }

    /// Thirty-two hexadecimal digits.
    pub fn hex(self) -> String {
        hex(self.0) + &hex(self.1)
    }
}

/// Sixteen hexadecimal digits.
pub fn hex(id: u64) -> String {
    format!("{id:016x}")
}

/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, 2014): a step and its finaliser.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_generator() {
        // The first two numbers of the generator with the seed 1234567, as its authors' implementation gives them.
        let step = 0x9E37_79B9_7F4A_7C15;
        assert_eq!(mix(1_234_567), 6_457_827_717_110_365_317);
        assert_eq!(mix(1_234_567u64.wrapping_add(step)), 3_203_168_211_198_807_973);
    }
}
