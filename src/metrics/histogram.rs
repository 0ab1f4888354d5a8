//! How many durations fell into which bin: the layout of HdrHistogram (G. Tene) with three digits from a microsecond up.
//!
//! ```text
//! ns          0 … 2^20   2^20 … 2^21   2^21 … 2^22  …
//! bins           2048          1024          1024        each bin twice as wide as those of the range before
//! first FEW values ─▶ few: their bins, one after the other     then ─▶ counts: one number a bin
//! ```
//!
//! Law: the quantiles are those of the crate `hdrhistogram`, bit for bit. A mesh has a thousand distributions of some
//! hundred values each: as lists they take a few pages that stay in the cache, as counts tens of megabytes that do not.

/// The narrowest bin is 2^9 ns wide: the largest power of two in a microsecond.
const UNIT_BITS: u32 = 9;
/// Half of the bins of the first range, which tells three digits apart: 2 · 10³ rounded up is 2^11.
const HALF_BITS: u32 = 10;
const HALF: usize = 1 << HALF_BITS;
/// Bins that are listed before they are counted; such a list takes no more memory than the counts.
const FEW: usize = 4096;
/// Every bin has a number of 16 bits.
const _: () = assert!(bin(u64::MAX) <= u16::MAX as usize);

/// How many bits of a filled bin are its count.
const COUNT_BITS: u32 = 32;
const COUNT: u64 = (1 << COUNT_BITS) - 1;

/// Values in bins.
#[derive(Default)]
pub struct Histogram {
    few: Vec<u16>,
    /// The lower halves of the counts, which all values touch; empty as long as the list serves.
    counts: Vec<u16>,
    /// The upper halves, which few values touch.
    carries: Vec<u16>,
}

/// Where a value is counted.
#[inline(always)]
const fn bin(value: u64) -> usize {
    let range = (u64::BITS - UNIT_BITS - HALF_BITS - 1) - (value | first_range()).leading_zeros();
    ((range as usize) << HALF_BITS) + (value >> (range + UNIT_BITS)) as usize
}

/// The largest value of the first range: every value has at least its bits.
const fn first_range() -> u64 {
    (1 << (UNIT_BITS + HALF_BITS + 1)) - 1
}

/// The largest value that is counted in this bin.
fn largest(bin: usize) -> u64 {
    let range = (bin >> HALF_BITS).saturating_sub(1);
    let width = 1u64 << (range + UNIT_BITS as usize);
    ((bin - (range << HALF_BITS)) as u64) * width + (width - 1)
}

/// How many bins the ranges up to this bin have.
fn whole_ranges(bin: usize) -> usize {
    (bin / HALF + 1) * HALF
}

/// A count from its halves.
fn whole(count: u16, carry: u16) -> u32 {
    u32::from(carry) << u16::BITS | u32::from(count)
}

impl Histogram {
    /// Adds a value.
    #[inline(always)]
    pub fn record(&mut self, value: u64) {
        let bin = bin(value);
        match self.counts.get_mut(bin) {
            Some(count) if *count < u16::MAX => *count += 1,
            _ => self.record_rare(bin),
        }
    }

    /// Lists a bin that has no count, or makes room for counts up to it; or carries one over.
    #[inline(never)]
    fn record_rare(&mut self, bin: usize) {
        if self.counts.is_empty() && self.few.len() < FEW {
            return self.few.push(bin as u16);
        }
        let few = std::mem::take(&mut self.few);
        let last = few.iter().max().map_or(bin, |last| bin.max(usize::from(*last)));
        self.make_room(last);
        few.iter().for_each(|bin| self.add(usize::from(*bin), 1));
        self.add(bin, 1);
    }

    /// Makes room for counts up to this bin, by whole ranges.
    fn make_room(&mut self, bin: usize) {
        let length = whole_ranges(bin).max(self.counts.len());
        self.counts.resize(length, 0);
        self.carries.resize(length, 0);
    }

    /// Counts a bin, for which there is room, so many times more.
    fn add(&mut self, bin: usize, times: u32) {
        let count = whole(self.counts[bin], self.carries[bin]).saturating_add(times);
        self.counts[bin] = count as u16;
        self.carries[bin] = (count >> u16::BITS) as u16;
    }

    /// All counts, and what is listed.
    fn all_counts(&self) -> Vec<u32> {
        let halves = self.counts.iter().zip(&self.carries);
        let mut all: Vec<u32> = halves.map(|(count, carry)| whole(*count, *carry)).collect();
        for bin in &self.few {
            let bin = usize::from(*bin);
            all.resize(all.len().max(whole_ranges(bin)), 0);
            all[bin] += 1;
        }
        all
    }

    /// How many values fell into each bin that has some, by the largest value of the bin.
    pub fn bins(&self) -> Vec<(u64, u64)> {
        let bins = self.filled().into_iter();
        bins.map(|filled| (largest((filled >> COUNT_BITS) as usize), filled & COUNT))
            .collect()
    }

    /// The bins that have values, and how many: the count in the lower half of a number, the bin in the upper one.
    pub fn filled(&self) -> Vec<u64> {
        let filled = (0u64..).zip(self.all_counts()).filter(|(_, count)| *count > 0);
        filled
            .map(|(bin, count)| bin << COUNT_BITS | u64::from(count))
            .collect()
    }

    /// That has these bins; none where no value has such a one.
    pub fn of(filled: &[u64]) -> Option<Histogram> {
        let mut it = Histogram::default();
        for filled in filled {
            let at = (filled >> COUNT_BITS) as usize;
            if at > bin(u64::MAX) {
                return None;
            }
            it.make_room(at);
            it.add(at, (filled & COUNT) as u32);
        }
        Some(it)
    }

    /// The values below or at which lie these shares of all values, which are rising; each is the largest of its bin.
    pub fn quantiles<const N: usize>(&self, shares: [f64; N]) -> [u64; N] {
        let counts = self.all_counts();
        let total: u64 = counts.iter().map(|count| *count as u64).sum();
        let mut bins = counts.iter().enumerate();
        let (mut bin, mut passed) = (0, 0);
        shares.map(|share| {
            let wanted = ((share * total as f64).ceil() as u64).max(1);
            while passed < wanted {
                let Some((at, count)) = bins.next() else { break };
                bin = at;
                passed += *count as u64;
            }
            largest(bin)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHARES: [f64; 6] = [0.0, 0.5, 0.9, 0.95, 0.99, 0.999];

    fn reference(values: &[u64]) -> [u64; 6] {
        let mut histogram = hdrhistogram::Histogram::<u32>::new_with_bounds(1_000, 2_000_000, 3).unwrap();
        histogram.auto(true);
        values.iter().for_each(|value| histogram.record(*value).unwrap());
        // A share of nothing is the smallest value's bin: its largest value here, its smallest there.
        let first = histogram.highest_equivalent(histogram.value_at_quantile(0.0));
        SHARES.map(|share| {
            if share == 0.0 {
                first
            } else {
                histogram.value_at_quantile(share)
            }
        })
    }

    fn quantiles(values: &[u64]) -> [u64; 6] {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.record(*value));
        histogram.quantiles(SHARES)
    }

    #[test]
    fn the_edges_of_all_bins_are_those_of_hdrhistogram() {
        for bits in 0..62 {
            for value in [(1u64 << bits) - 1, 1 << bits, (1 << bits) + 1, (1 << bits) / 3 * 4] {
                assert_eq!(quantiles(&[value]), reference(&[value]), "{value}");
            }
        }
    }

    #[test]
    fn a_count_has_more_than_sixteen_bits() {
        let mut histogram = Histogram::default();
        let values: Vec<u64> = (0..200_000u64).map(|number| 5_000_000 * (1 + number % 3 / 2)).collect();
        values.iter().for_each(|value| histogram.record(*value));
        let counts = |histogram: &Histogram| histogram.bins().iter().map(|(_, count)| *count).collect::<Vec<_>>();
        assert_eq!(counts(&histogram), [133_334, 66_666]);
        assert_eq!(quantiles(&values), reference(&values));
        let again = Histogram::of(&histogram.filled()).unwrap();
        assert_eq!(
            (counts(&again), again.filled()),
            (counts(&histogram), histogram.filled())
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn quantiles_are_those_of_hdrhistogram_listed_and_counted(
            seeds in prop::collection::vec((0u32..44, 0u64..1 << 44), 1..400),
            repeat in 1usize..40,
        ) {
            let values: Vec<u64> = (0..repeat)
                .flat_map(|turn| seeds.iter().map(move |(bits, value)| (value >> bits) + turn as u64 * 777))
                .collect();
            prop_assert_eq!(quantiles(&values), reference(&values));
        }
    }
}
