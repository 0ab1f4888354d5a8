//! Sorting by a number. The standard library's sort would weigh ten times as much, and here few things are sorted.
//!
//! Law: stable.

/// Keys with what they belong to, sorted by key: merge sort from below (von Neumann, 1945).
pub fn sorted(mut keyed: Vec<(i64, usize)>) -> Vec<(i64, usize)> {
    let mut width = 1;
    while width < keyed.len() {
        let mut merged = Vec::with_capacity(keyed.len());
        for run in keyed.chunks(2 * width) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
                if a.0 <= b.0 {
                    merged.push(*a);
                    left = left_rest;
                } else {
                    merged.push(*b);
                    right = right_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        keyed = merged;
        width *= 2;
    }
    keyed
}

/// The items in the order of their keys.
pub fn in_order(keyed: impl Iterator<Item = (i64, usize)>) -> Vec<usize> {
    sorted(keyed.collect()).into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(keys in proptest::collection::vec(-9i64..9, 0..200)) {
            let keyed: Vec<(i64, usize)> = keys.into_iter().zip(0..).collect();
            let mut expected = keyed.clone();
            expected.sort_by_key(|(key, _)| *key);
            prop_assert_eq!(sorted(keyed), expected);
        }
    }
}
