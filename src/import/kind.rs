//! Executions of one operation, told apart by whom they called.
//!
//! ```text
//! 4 ms, 5 ms, 4 ms                        seven of ten, which call nobody
//! 4 ms + 40 ms, 4 ms + 55 ms ─▶ pay       three of ten: what is done around a call is done only with it
//! ```
//!
//! Law: all executions are in one kind each. They are all of one kind where it makes no difference to their own time.

use super::fit::quantile;

/// So many kinds at most; more are as one.
const KINDS: usize = 4;
/// So many executions let a kind speak for itself.
const ENOUGH: usize = 100;
/// How far the medians of two kinds are apart, as a part of the smaller.
const APART: f64 = 0.25;

/// An execution: whom it called, in an order, and its own time.
pub struct Seen<T, C> {
    pub execution: T,
    pub called: Vec<C>,
    pub own: u64,
}

/// The kinds of executions, each with its own times.
pub fn kinds<T: Copy, C: Ord>(mut seen: Vec<Seen<T, C>>) -> Vec<Vec<(T, u64)>> {
    for one in &mut seen {
        one.called.sort_unstable();
        one.called.dedup();
    }
    seen.sort_by(|one, other| one.called.cmp(&other.called));
    let kinds: Vec<Vec<(T, u64)>> = seen
        .chunk_by(|one, other| one.called == other.called)
        .map(|kind| kind.iter().map(|one| (one.execution, one.own)).collect())
        .collect();
    match differ(&kinds) {
        true => kinds,
        false => vec![kinds.into_iter().flatten().collect()],
    }
}

/// Whether there are some kinds, each of them large, whose times are not those of the others.
fn differ<T>(kinds: &[Vec<(T, u64)>]) -> bool {
    if !(2..=KINDS).contains(&kinds.len()) || kinds.iter().any(|kind| kind.len() < ENOUGH) {
        return false;
    }
    let medians = kinds.iter().map(|kind| {
        let mut times: Vec<u64> = kind.iter().map(|(_, own)| *own).collect();
        times.sort_unstable();
        quantile(&times, 0.5)
    });
    let (least, most) = medians.fold((f64::INFINITY, 0.0), |(least, most), median| {
        (f64::min(least, median), f64::max(most, median))
    });
    most > (1.0 + APART) * least
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(executions: impl Iterator<Item = (Vec<u8>, u64)>, expected: &[usize]) {
        let seen = executions.map(|(called, own)| Seen {
            execution: (),
            called,
            own,
        });
        let sizes: Vec<usize> = kinds(seen.collect()).iter().map(Vec::len).collect();
        assert_eq!(sizes, expected);
    }

    #[test]
    fn who_calls_and_works_longer_is_a_kind() {
        let calls = |at: usize| if at.is_multiple_of(3) { vec![1, 2, 1] } else { vec![] };
        let longer = |at: usize| if at.is_multiple_of(3) { 50 } else { 20 };
        check((0..600).map(|at| (calls(at), longer(at))), &[400, 200]);
        check((0..600).map(|at| (calls(at), 20 + at as u64 % 4)), &[600]);
        check((0..200).map(|at| (calls(at), longer(at))), &[200]);
        check((0..6_000).map(|at| (vec![at as u8 % 5], at as u64)), &[6_000]);
    }
}
