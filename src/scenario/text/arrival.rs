//! Arrivals: when an open client sends.
//!
//! ```text
//! "poisson(50/s)"   "constant(50/s)"   "renewal(uniform(5ms, 15ms))"   {"burst": 200, "every": "30s"}
//! {"ramp": ["0/s", "200/s"], "over": "60s"}   {"wave": ["10/s", "90/s"], "period": "60s"}   {"times": ["0s", "1.5s"]}
//! ```
//!
//! Law: between arrivals there is time, or there is a number of them: no instant has arrivals without end.

use super::client::positive;
use super::dist;
use super::table::{Desk, Table};
use crate::scenario::Arrivals;
use crate::scenario::node::{Node, Value};
use crate::time::Duration;

/// Arrivals that no run is long enough to see; they stand in for what cannot be read.
pub const NEVER: Arrivals = Arrivals::Constant { gap_ns: 1e18 };

/// Each pattern with the key beside it, and an example.
const PATTERNS: [(&str, &[&str], &str); 4] = [
    ("burst", &["every"], "{\"burst\": 200, \"every\": \"30s\"}"),
    (
        "ramp",
        &["over"],
        "{\"ramp\": [\"10/s\", \"200/s\"], \"over\": \"60s\"}",
    ),
    (
        "wave",
        &["period"],
        "{\"wave\": [\"10/s\", \"90/s\"], \"period\": \"60s\"}",
    ),
    ("times", &[], "{\"times\": [\"0s\", \"1.5s\"]}"),
];

/// Reads arrivals, as a text or as a pattern.
pub fn arrivals<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Arrivals {
    if let Value::Map(_) = field.value {
        return pattern(desk, field).unwrap_or(NEVER);
    }
    let Some(text) = desk.text(field, "`poisson(50/s)`, `constant(50/s)` or a burst") else {
        return NEVER;
    };
    dist::arrivals(text).unwrap_or_else(|wrong| {
        desk.error(field, wrong.message, wrong.fix);
        NEVER
    })
}

fn pattern<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Arrivals> {
    let Some((name, beside, _)) = PATTERNS.iter().find(|(name, ..)| field.get(name).is_some()) else {
        let examples = PATTERNS.map(|(.., example)| example);
        let fix = format!("such as {}", examples.join(", "));
        desk.error(field, "there is no pattern of arrivals", fix);
        return None;
    };
    let table = desk.table(field, &[&[*name], *beside].concat(), &[])?;
    match *name {
        "burst" => burst(desk, &table),
        "ramp" => {
            let ([low, high], over) = levels(desk, &table, 1)?;
            Some(Arrivals::Ramp { low, high, over })
        }
        "wave" => {
            let ([low, high], period) = levels(desk, &table, 2)?;
            Some(Arrivals::Wave { low, high, period })
        }
        _ => times(desk, table.get("times")?),
    }
}

fn burst<'a>(desk: &mut Desk<'a>, table: &Table<'a>) -> Option<Arrivals> {
    let (Some(size), Some(every)) = (table.get("burst"), table.get("every")) else {
        desk.error(table.node, "a burst has a size and a period", PATTERNS[0].2);
        return None;
    };
    Some(Arrivals::Burst {
        size: desk.count(size, 1, 1_000_000) as u32,
        every: positive(desk, every),
    })
}

/// Two rates, and the time beside them, of this pattern.
fn levels<'a>(desk: &mut Desk<'a>, table: &Table<'a>, pattern: usize) -> Option<([f64; 2], Duration)> {
    let (name, beside, example) = PATTERNS[pattern];
    let rates = table.get(name)?;
    let Some(time) = table.get(beside[0]) else {
        desk.error(table.node, format!("`{}` is missing", beside[0]), example);
        return None;
    };
    let time = positive(desk, time);
    let [low, high] = desk.list(rates) else {
        desk.error(rates, format!("a {name} goes from one rate to another"), example);
        return None;
    };
    let both = [level(desk, low)?, level(desk, high)?];
    if both == [0.0; 2] {
        desk.error(rates, "nothing arrives at this rate", example);
    }
    Some((both, time))
}

fn level<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<f64> {
    let text = desk.text(field, "a rate such as \"50/s\"")?;
    dist::level(text)
        .map_err(|wrong| desk.error(field, wrong.message, wrong.fix))
        .ok()
}

fn times<'a>(desk: &mut Desk<'a>, field: &'a Node) -> Option<Arrivals> {
    let items = desk.list(field);
    if items.is_empty() {
        desk.error(field, "there is no time", PATTERNS[3].2);
    }
    let mut times: Vec<Duration> = items.iter().map(|item| desk.duration(item)).collect();
    times.sort();
    Some(Arrivals::Times(times))
}

#[cfg(test)]
mod tests {
    use crate::scenario::text::tests::{check, shop};
    use crate::scenario::*;
    use crate::time::{Duration, Instant};

    const OFTEN: &str = "\"poisson(5/s)\"";

    #[test]
    fn every_pattern_is_read() {
        let s = Duration::from_s;
        let gap = Dist::Uniform {
            low: Duration::from_ms(5),
            high: Duration::from_ms(15),
        };
        for (text, expected) in [
            (OFTEN, Arrivals::Poisson { gap_ns: 2e8 }),
            ("\"renewal(uniform(5ms, 15ms))\"", Arrivals::Renewal(gap)),
            (
                "{\"burst\": 200, \"every\": \"30s\"}",
                Arrivals::Burst {
                    size: 200,
                    every: s(30),
                },
            ),
            (
                "{\"ramp\": [\"0/s\", \"200/s\"], \"over\": \"60s\"}",
                Arrivals::Ramp {
                    low: 0.0,
                    high: 200.0,
                    over: s(60),
                },
            ),
            (
                "{\"wave\": [\"10/s\", \"90/s\"], \"period\": \"60s\"}",
                Arrivals::Wave {
                    low: 10.0,
                    high: 90.0,
                    period: s(60),
                },
            ),
            (
                "{\"times\": [\"3s\", \"0s\", \"3s\"]}",
                Arrivals::Times(vec![s(0), s(3), s(3)]),
            ),
        ] {
            assert_eq!(shop(OFTEN, text).clients[0].load, Load::Open(expected), "{text}");
        }
    }

    #[test]
    fn a_client_has_its_hours() {
        let [web, staff] = &shop(OFTEN, "\"poisson(5/s)\", \"start\": \"2s\", \"stop\": \"1m\"").clients[..] else {
            panic!()
        };
        let at = |s| Instant::START + Duration::from_s(s);
        assert_eq!((web.start, web.stop), (at(2), at(60)));
        assert_eq!((staff.start, staff.stop), (Instant::START, Instant::NEVER));
    }

    #[test]
    fn arrivals_have_time_between_them() {
        check(
            OFTEN,
            "\"renewal(0s)\"",
            "4:35 clients.web.arrivals: `0s` leaves no time between arrivals; a gap above 0",
        );
        check(
            OFTEN,
            "\"renewal(soon)\"",
            "4:35 clients.web.arrivals: `soon` is neither a duration nor a distribution; write a duration such as \"20ms\", or a distribution such as \"exp(20ms)\"",
        );
        check(
            OFTEN,
            "\"poison(5/s)\"",
            "4:35 clients.web.arrivals: there are no arrivals `poison`; write `poisson(50/s)`, `constant(50/s)` or `renewal(uniform(5ms, 15ms))`",
        );
    }

    #[test]
    fn what_is_wrong_with_a_pattern_is_said() {
        check(
            OFTEN,
            "{\"ramp\": [\"1/s\", \"2/s\"]}",
            "4:35 clients.web.arrivals: `over` is missing; {\"ramp\": [\"10/s\", \"200/s\"], \"over\": \"60s\"}",
        );
        check(
            OFTEN,
            "{\"ramp\": [\"1/s\"], \"over\": \"5s\"}",
            "4:44 clients.web.arrivals.ramp: a ramp goes from one rate to another; {\"ramp\": [\"10/s\", \"200/s\"], \"over\": \"60s\"}",
        );
        check(
            OFTEN,
            "{\"ramp\": [\"0/s\", \"0/s\"], \"over\": \"5s\"}",
            "4:44 clients.web.arrivals.ramp: nothing arrives at this rate; {\"ramp\": [\"10/s\", \"200/s\"], \"over\": \"60s\"}",
        );
        check(
            OFTEN,
            "{\"ramp\": [\"1/s\", \"2\"], \"over\": \"0s\"}",
            "4:52 clients.web.arrivals.ramp[1]: `2` is not a rate; a rate is like `50/s` or `1200/min`\n4:66 clients.web.arrivals.over: this must be longer than nothing; such as \"500ms\"",
        );
        check(
            OFTEN,
            "{\"wave\": [\"1/s\", \"2/s\"], \"over\": \"5s\"}",
            "4:35 clients.web.arrivals: `period` is missing; {\"wave\": [\"10/s\", \"90/s\"], \"period\": \"60s\"}\n4:60 clients.web.arrivals.over: there is no key `over` here; the keys here are `wave` or `period`",
        );
        check(
            OFTEN,
            "{\"times\": []}",
            "4:45 clients.web.arrivals.times: there is no time; {\"times\": [\"0s\", \"1.5s\"]}",
        );
        check(
            OFTEN,
            "{\"times\": [\"1s\", 2]}",
            "4:52 clients.web.arrivals.times[1]: a number stands here; a duration such as \"20ms\" is expected",
        );
        check(
            OFTEN,
            "{\"rampe\": 4}",
            "4:35 clients.web.arrivals: there is no pattern of arrivals; such as {\"burst\": 200, \"every\": \"30s\"}, {\"ramp\": [\"10/s\", \"200/s\"], \"over\": \"60s\"}, {\"wave\": [\"10/s\", \"90/s\"], \"period\": \"60s\"}, {\"times\": [\"0s\", \"1.5s\"]}",
        );
        check(
            OFTEN,
            "{\"burst\": 5}",
            "4:35 clients.web.arrivals: a burst has a size and a period; {\"burst\": 200, \"every\": \"30s\"}",
        );
        check(
            OFTEN,
            "{\"burst\": 5, \"every\": \"0s\"}",
            "4:57 clients.web.arrivals.every: this must be longer than nothing; such as \"500ms\"",
        );
    }

    #[test]
    fn what_is_wrong_with_the_hours_of_a_client_is_said() {
        check(
            OFTEN,
            "\"poisson(5/s)\", \"start\": \"3s\", \"stop\": \"3s\"",
            "4:74 clients.web.stop: the client starts at 3s and stops at 3s; a later `stop`, or leave it out",
        );
        check(
            OFTEN,
            "\"poisson(5/s)\", \"start\": \"10s\"",
            "4:60 warning: clients.web.start: the run ends at 10s, before this happens; an earlier time, or a longer run",
        );
        check(
            OFTEN,
            "\"poisson(5/s)\", \"start\": 3",
            "4:60 clients.web.start: a number stands here; a duration such as \"20ms\" is expected",
        );
    }
}
