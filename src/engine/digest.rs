//! The digest of a run: one number for all that has happened in it.
//!
//! ```text
//! 0xCBF2… ─note(event)▶ · ─note(lane)▶ · ─note(outcome)▶ … ─▶ digest
//! ```
//!
//! Law: another order of the same events is another digest.

/// A multiplicative hash of all that has been noted.
pub struct Digest(u64);

impl Digest {
    /// Nothing has happened yet.
    pub const NOTHING: Digest = Digest(0xCBF2_9CE4_8422_2325);

    /// Adds something that has happened.
    #[inline(always)]
    pub fn note(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(27);
    }

    /// The number so far.
    pub fn value(&self) -> u64 {
        self.0
    }
}
