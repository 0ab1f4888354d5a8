//! What makes a long recording quick to draw: where each lane begins, running totals, shares of whole pools.
//!
//! ```text
//! segments   lane 0 ▒▒▒▒▒▒▒▒│▒▒▒▒ lane 1 ▒▒▒▒│▒▒▒▒▒▒▒▒ …    totals every 16 rows: the time of any stretch is a difference
//! spans      ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│▒▒▒ …         the latest end of every 64 rows: those before the view are passed over
//! pools      ▁▂▃▅▆▅▃▂▁                                       the shares of a service's workers, in columns of time
//! ```
//!
//! Law: derived from a trace and nothing else; built row by row as the rows arrive, each at a cost that does not
//! depend on how many there are.

use super::density::{Cell, Columns, portion};
use super::live::flight;
use super::scale::between;
use crate::scenario::{Callee, Scenario};
use crate::time::Instant;
use crate::trace::{RequestRow, Segment, Sizes, Span, Trace};

/// How many segments share a running total.
const TOTAL: usize = 16;
/// How many rows share a latest end.
const BLOCK: usize = 64;
/// The most columns of a pool: some for each of the widest screen's pixels.
const MOST_COLUMNS: f64 = 16_384.0;
/// About how many segments there are for each column of a pool.
const ROWS_A_COLUMN: f64 = 16.0;
/// Up to so many services each have the columns for all segments; more of them share those.
const SHARES: usize = 4;

/// The greatest value of each stretch of rows: what is known of many without looking at each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Greatest {
    values: Vec<u64>,
    rows: usize,
}

impl Greatest {
    fn push(&mut self, value: u64) {
        if self.rows.is_multiple_of(BLOCK) {
            self.values.push(value);
        }
        if let Some(last) = self.values.last_mut() {
            *last = value.max(*last);
        }
        self.rows += 1;
    }

    /// The rows below `end`, without stretches in which all values are below `least`.
    pub fn rows(&self, least: Instant, end: usize) -> impl Iterator<Item = usize> {
        let reaching = self
            .values
            .iter()
            .enumerate()
            .filter(move |(_, value)| **value >= least.0);
        let blocks = reaching
            .map(|(block, _)| block * BLOCK)
            .take_while(move |first| *first < end);
        blocks.flat_map(move |first| first..(first + BLOCK).min(end))
    }

    /// The greatest value of the rows from `first` up to `end`, of which `value` tells each.
    pub fn within(&self, first: usize, end: usize, value: impl Fn(usize) -> u64) -> u64 {
        let (mut row, mut greatest) = (first, 0);
        while row < end {
            if row.is_multiple_of(BLOCK) && row + BLOCK <= end {
                greatest = greatest.max(self.values[row / BLOCK]);
                row += BLOCK;
            } else {
                greatest = greatest.max(value(row));
                row += 1;
            }
        }
        greatest
    }
}

/// What is known of a trace beside its rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Index {
    /// The first segment of each lane, and behind the last lane the number of all.
    lanes: Vec<u32>,
    /// The time of all segments before every [`TOTAL`]th row, in nanoseconds.
    totals: Vec<[u64; 3]>,
    /// The time of the segments since the last of the totals.
    total: [u64; 3],
    rows: usize,
    /// The service of each lane.
    services: Vec<u32>,
    /// The shares of each service's workers over time.
    pools: Vec<Columns>,
    /// How many requests of each client are under way over time.
    clients: Vec<Columns>,
    /// What all workers do over time.
    whole: Columns,
    /// Until when calls are on their way.
    pub calls: Greatest,
    /// Until when calls, or replies to them, are on their way or wait at a door.
    pub flights: Greatest,
    /// Until when requests are under way.
    pub requests: Greatest,
    /// How many messages lie in channels.
    pub depths: Greatest,
}

impl Index {
    /// An index of a trace that is here.
    pub fn of(scenario: &Scenario, trace: &Trace) -> Index {
        let mut index = Index::new(scenario, trace, trace.sizes());
        index.add(scenario, trace);
        index.finish();
        index
    }

    /// An index of a window whose rows are still to come: so many.
    pub fn new(scenario: &Scenario, window: &Trace, sizes: Sizes) -> Index {
        let firsts = scenario.first_lanes();
        let (from, until) = (window.from.0 as f64, window.until.0 as f64);
        let empty = |segments: f64| {
            let count = between(segments / ROWS_A_COLUMN, 64.0, MOST_COLUMNS);
            let mut columns = Columns::default();
            columns.reset(from, until, ((until - from) / count).max(1.0));
            columns
        };
        let segments = f64::from(sizes.segments);
        let shares = scenario.services.len().max(SHARES) as f64;
        let pool = empty(segments * SHARES as f64 / shares);
        let services = firsts.windows(2).zip(0..);
        Index {
            lanes: vec![0],
            services: services
                .flat_map(|(ends, service)| (ends[0]..ends[1]).map(move |_| service))
                .collect(),
            pools: vec![pool; scenario.services.len()],
            clients: vec![empty(segments); scenario.clients.len()],
            whole: empty(segments),
            ..Index::default()
        }
    }

    /// Adds the rows of the next piece.
    pub fn add(&mut self, scenario: &Scenario, piece: &Trace) {
        for request in &piece.requests {
            self.add_request(request);
        }
        for span in &piece.spans {
            self.calls.push(arrival(scenario, span).0);
            self.flights.push(flight(span).0);
        }
        for depth in &piece.depths {
            self.depths.push(u64::from(depth.depth));
        }
        for segment in &piece.segments {
            self.add_segment(segment);
        }
    }

    /// Closes the index behind the last piece.
    pub fn finish(&mut self) {
        self.begin_lanes(self.services.len() as u32);
        for columns in self.pools.iter_mut().chain(&mut self.clients).chain([&mut self.whole]) {
            columns.cells();
        }
    }

    fn add_request(&mut self, request: &RequestRow) {
        self.requests.push(request.returned.0);
        if let Some(columns) = self.clients.get_mut(request.client.0 as usize) {
            columns.add(request.offered.0 as f64, request.returned.0 as f64, 0, 1.0);
        }
    }

    fn add_segment(&mut self, segment: &Segment) {
        self.begin_lanes(segment.lane);
        if self.rows.is_multiple_of(TOTAL) {
            self.totals.push(self.total);
        }
        self.rows += 1;
        let Some(portion) = portion(segment.activity) else {
            return;
        };
        self.total[portion] += segment.end.since(segment.start).0;
        let service = self.services.get(segment.lane as usize);
        let pool = service.and_then(|service| self.pools.get_mut(*service as usize));
        for columns in pool.into_iter().chain([&mut self.whole]) {
            columns.add(segment.start.0 as f64, segment.end.0 as f64, portion, 1.0);
        }
    }

    /// All lanes up to this one begin at the next segment, unless they have begun.
    fn begin_lanes(&mut self, lane: u32) {
        while self.lanes.len() <= lane as usize {
            self.lanes.push(self.rows as u32);
        }
    }

    /// The segments of a lane, as rows.
    pub fn lane(&self, lane: u32) -> (usize, usize) {
        let first = |lane: usize| self.lanes.get(lane).map_or(self.rows, |row| *row as usize);
        (first(lane as usize), first(lane as usize + 1))
    }

    /// The shares of a service's workers over time, in columns of nanoseconds.
    pub fn pool(&self, service: usize) -> &Columns {
        &self.pools[service]
    }

    /// The shares of all workers over time.
    pub fn whole(&self) -> &Columns {
        &self.whole
    }

    /// How many requests of a client are under way over time, in columns of nanoseconds.
    pub fn client(&self, client: usize) -> &Columns {
        &self.clients[client]
    }

    /// The time of a stretch of segments, in nanoseconds by portion.
    pub fn time(&self, segments: &[Segment], first: usize, end: usize) -> Cell {
        if end - first <= TOTAL {
            return add_up([0; 3], &segments[first..end]).map(|ns| ns as f64);
        }
        let (low, high) = (before(self, segments, first), before(self, segments, end));
        [0, 1, 2].map(|portion| (high[portion] - low[portion]) as f64)
    }
}

/// The time of all segments before a row.
fn before(index: &Index, segments: &[Segment], row: usize) -> [u64; 3] {
    let block = (row / TOTAL).min(index.totals.len().saturating_sub(1));
    let total = index.totals.get(block).copied().unwrap_or_default();
    add_up(total, &segments[block * TOTAL..row])
}

/// A time with that of some segments added.
fn add_up(mut total: [u64; 3], segments: &[Segment]) -> [u64; 3] {
    for segment in segments {
        if let Some(portion) = portion(segment.activity) {
            total[portion] += segment.end.since(segment.start).0;
        }
    }
    total
}

/// The last instant of a call's way there: a worker, or the channel into which it publishes.
pub fn arrival(scenario: &Scenario, span: &Span) -> Instant {
    let end = match scenario.edge(span.edge).to {
        Callee::Channel(_) => span.arrived,
        Callee::Operation(..) => span.began,
    };
    match end {
        Instant::NEVER => span.sent,
        end => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_over_are_passed_over() {
        let mut latest = Greatest::default();
        let value = |row: usize| if row == 70 { 5000 } else { row as u64 };
        (0..1000).for_each(|row| latest.push(value(row)));
        let rows: Vec<usize> = latest.rows(Instant(900), 950).collect();
        assert_eq!(rows, (64..128).chain(896..950).collect::<Vec<_>>());
        assert_eq!(latest.within(60, 900, value), 5000);
        assert_eq!(latest.within(71, 900, value), 899);
        assert_eq!(latest.within(5, 5, value), 0);
    }
}
