//! Requests of a run that a reader may want to look at: the slowest, failed ones, and a few of all.
//!
//! ```text
//! outcomes ─▶ slowest   the greatest response times, the greatest first; a failed request has none
//!          ├▶ failed    the first ones
//!          └▶ spread    every request, then every second, every fourth … as more come
//! ```
//!
//! Law: bounded by [`MOST`], not by the length of the run; the same run gives the same ones.

use crate::scenario::{Cause, ClientId};
use crate::time::{Duration, Instant};
use crate::trace::Request;
use serde::{Deserialize, Serialize};

/// Each list has so many at most.
pub const MOST: usize = 40;

/// A request that keeps its name in every recording of a run: its client, its number, and when it was offered.
pub type Story = (ClientId, u64, Instant);

/// A request with its outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notable {
    pub client: ClientId,
    pub number: u64,
    pub offered: Instant,
    /// Until its outcome.
    pub took: Duration,
    /// Why it failed.
    pub cause: Option<Cause>,
}

impl Notable {
    /// Which request this is.
    pub fn story(&self) -> Story {
        (self.client, self.number, self.offered)
    }
}

/// The requests to look at; only those that were offered inside the window of measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    pub slowest: Vec<Notable>,
    pub failed: Vec<Notable>,
    pub spread: Vec<Notable>,
}

/// Ranks the requests of a run while it goes on.
#[derive(Default)]
pub(super) struct Ranker {
    pub ranking: Ranking,
    /// A request that takes so many nanoseconds is among the slowest.
    bar: u64,
    /// How many outcomes there were.
    seen: u64,
    /// The bits of that number which are zero in the spread: every one, every second, every fourth … is in it.
    zeros: u64,
}

impl Ranker {
    /// A client has the outcome of a request.
    #[inline(always)]
    pub(super) fn note(&mut self, now: Instant, request: Request, cause: Option<Cause>) {
        if !request.counted {
            return;
        }
        let took = now.since(request.offered);
        let is_slow = took.0 >= self.bar;
        let is_in_spread = self.seen & self.zeros == 0;
        if is_slow || is_in_spread || cause.is_some() {
            self.keep(&Notable {
                client: request.client,
                number: request.number,
                offered: request.offered,
                took,
                cause,
            });
        }
        self.seen += 1;
    }

    #[inline(never)]
    fn keep(&mut self, notable: &Notable) {
        let Ranking { slowest, failed, .. } = &mut self.ranking;
        if notable.cause.is_none() {
            rank(slowest, *notable);
            let is_full = slowest.len() == MOST;
            self.bar = slowest.last().filter(|_| is_full).map_or(0, |last| last.took.0 + 1);
        } else if failed.len() < MOST {
            failed.push(*notable);
        }
        if self.seen & self.zeros == 0 {
            self.spread(*notable);
        }
    }

    fn spread(&mut self, notable: Notable) {
        if self.ranking.spread.len() == MOST {
            let every_second = self.ranking.spread.iter().step_by(2);
            self.ranking.spread = every_second.copied().collect();
            self.zeros = self.zeros << 1 | 1;
        }
        if self.seen & self.zeros == 0 {
            self.ranking.spread.push(notable);
        }
    }
}

fn rank(slowest: &mut Vec<Notable>, notable: Notable) {
    let is_slower = |other: &Notable| other.took >= notable.took;
    if slowest.len() == MOST && slowest.last().is_some_and(is_slower) {
        return;
    }
    let place = slowest.partition_point(is_slower);
    slowest.truncate(MOST - 1);
    slowest.insert(place, notable);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranking(times: &[u64]) -> Ranking {
        let mut ranker = Ranker::default();
        for (number, took) in (0..).zip(times) {
            let request = Request {
                slot: 0,
                client: ClientId(0),
                number,
                offered: Instant(number),
                counted: number != 3,
            };
            let cause = took.is_multiple_of(7).then_some(Cause::Timeout);
            ranker.note(Instant(number + took), request, cause);
        }
        ranker.ranking
    }

    #[test]
    fn the_slowest_are_those_that_sorting_would_give() {
        let times: Vec<u64> = (0..500).map(|index: u64| index * 7919 % 1009).collect();
        let ranking = ranking(&times);
        let mut sorted: Vec<u64> = times
            .iter()
            .zip(0..)
            .filter(|(took, n)| *n != 3 && *took % 7 != 0)
            .map(|(took, _)| *took)
            .collect();
        sorted.sort_by_key(|took| std::cmp::Reverse(*took));
        let found: Vec<u64> = ranking.slowest.iter().map(|notable| notable.took.0).collect();
        assert_eq!(found, sorted[..MOST]);
        assert!(ranking.failed.len() == MOST && ranking.failed.iter().all(|notable| notable.took.0 % 7 == 0));
    }

    #[test]
    fn the_spread_is_even() {
        for count in [1, 40, 41, 100, 1000, 5000] {
            let spread = ranking(&vec![1; count]).spread;
            let gaps: Vec<u64> = spread.windows(2).map(|pair| pair[1].number - pair[0].number).collect();
            assert!(
                spread.len() <= MOST && (count < 5 || spread.len() >= count.min(MOST) / 2 - 1),
                "{count}"
            );
            // One is not counted.
            let (least, most) = (gaps.iter().min(), gaps.iter().max());
            assert!(
                most.zip(least).is_none_or(|(most, least)| most - least <= 1),
                "{count}: {gaps:?}"
            );
        }
    }
}
