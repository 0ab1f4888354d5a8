//! Text swimlanes: one line a lane, one character a time step.
//!
//! ```text
//! gateway/0         ##======================##....
//! payments/0        ..####################........
//! gateway->mail     ........................1+21..
//! # running  = blocked  ~ waiting for a core  . idle  1-9 + messages waiting  (one character: 2ms)
//! ```
//!
//! Law: a character is the state at its step's start, after everything that happens at that very instant: a moment
//! that lies between two starts does not show. The trace must be sorted as [`Trace`] says.

use super::{Trace, lane_names, letter};
use crate::scenario::{ChannelId, EdgeId, Mode, Scenario};
use crate::time::{Duration, Instant};

const LEGEND: &str = "# running  = blocked  ~ waiting for a core  . idle";

/// The lanes of a recorded window, then the channels (declared ones, edges in mode `queue`, and those in which messages lay) with
/// their depths, then a legend. Character k is what goes on at `trace.from + k · step`; with `cpu: "ps"` all that
/// share the cores run.
///
/// # Panics
/// Where the step is no time at all.
pub fn text(scenario: &Scenario, trace: &Trace, step: Duration) -> String {
    assert!(step > Duration::ZERO, "a step takes time");
    let channels = channels(scenario, trace);
    let mut lines: Vec<(String, String)> = lane_names(scenario)
        .into_iter()
        .zip(0..)
        .map(|(name, lane)| (name, lane_line(trace, lane, step)))
        .collect();
    lines.extend(channels.iter().map(|channel| {
        let name = scenario.channel_name(*channel).to_string();
        (name, channel_line(trace, *channel, step))
    }));
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text: String = lines
        .iter()
        .map(|(name, line)| format!("{name:width$}  {line}\n"))
        .collect();
    let depths = if channels.is_empty() {
        ""
    } else {
        "  1-9 + messages waiting"
    };
    text.push_str(&format!("{LEGEND}{depths}  (one character: {step})\n"));
    text
}

/// The channels to show: the declared ones, then in file order those of edges.
fn channels(scenario: &Scenario, trace: &Trace) -> Vec<ChannelId> {
    (0..scenario.all_channels())
        .map(ChannelId)
        .filter(|channel| {
            let used = || trace.depths.iter().any(|depth| depth.channel == *channel);
            let queue = |edge: EdgeId| scenario.edge(edge).is_call() && scenario.edge(edge).mode == Mode::Queue;
            let own = |edge: EdgeId| queue(edge) || used();
            scenario.edge_of_channel(*channel).is_none_or(own)
        })
        .collect()
}

/// The starts of all steps of the window.
fn starts(trace: &Trace, step: Duration) -> impl Iterator<Item = Instant> + use<> {
    let (from, until) = (trace.from, trace.until);
    (0..)
        .map(move |k: u64| from + Duration(k.saturating_mul(step.0)))
        .take_while(move |at| *at < until)
}

fn lane_line(trace: &Trace, lane: u32, step: Duration) -> String {
    let first = trace.segments.partition_point(|segment| segment.lane < lane);
    let mut segments = trace.segments[first..]
        .iter()
        .take_while(|segment| segment.lane == lane)
        .peekable();
    starts(trace, step)
        .map(|at| {
            while segments.next_if(|segment| segment.end <= at).is_some() {}
            let current = segments.peek().filter(|segment| segment.start <= at);
            current.map_or('.', |segment| letter(segment.activity))
        })
        .collect()
}

fn channel_line(trace: &Trace, channel: ChannelId, step: Duration) -> String {
    let first = trace.depths.partition_point(|depth| depth.channel < channel);
    let mut depths = trace.depths[first..]
        .iter()
        .take_while(|depth| depth.channel == channel)
        .peekable();
    let mut now = 0;
    starts(trace, step)
        .map(|at| {
            while let Some(depth) = depths.next_if(|depth| depth.at <= at) {
                now = depth.depth;
            }
            digit(now)
        })
        .collect()
}

/// A depth in one character.
fn digit(depth: u32) -> char {
    match depth {
        0 => '.',
        1..=9 => char::from_digit(depth, 10).unwrap_or('+'),
        _ => '+',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::text::parse;
    use crate::trace::{Activity, Depth, NO_SPAN, On, Segment};

    fn scenario(mode: &str) -> Scenario {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "name": "two", "run": {{"duration": "10ms"}},
                "clients": {{"c": {{"arrivals": "constant(1/s)"}}}},
                "services": {{"front": {{"threads": 2}}, "b": {{"replicas": 2, "threads": 1, "work": "1ms"}}}},
                "edges": [{{"from": "c", "to": "front"}}, {{"from": "front", "to": "b", "mode": "{mode}"}}]}}"#
        );
        parse(&text).expect("a right scenario").scenario
    }

    fn segment(lane: u32, start_ms: u64, end_ms: u64, activity: Activity) -> Segment {
        let [start, end] = [start_ms, end_ms].map(|ms| Instant::START + Duration::from_ms(ms));
        let span = NO_SPAN;
        Segment {
            lane,
            start,
            end,
            activity,
            span,
        }
    }

    fn trace(from_ms: u64, segments: Vec<Segment>, depths: &[(u64, u32)]) -> Trace {
        let at = |ms| Instant::START + Duration::from_ms(ms);
        let row = |(ms, depth): &(u64, u32)| Depth {
            channel: ChannelId(1),
            at: at(*ms),
            depth: *depth,
        };
        Trace {
            from: at(from_ms),
            until: at(10),
            segments,
            depths: depths.iter().map(row).collect(),
            ..Trace::default()
        }
    }

    fn check(mode: &str, trace: &Trace, step: &str, expected: &str) {
        let step = Duration::parse(step).expect("a duration");
        assert_eq!(text(&scenario(mode), trace, step), expected);
    }

    #[test]
    fn each_lane_shows_what_it_does_when_a_step_starts() {
        let blocked = Activity::Blocked(On::Edge(EdgeId(1)));
        let segments = vec![
            segment(0, 1, 3, Activity::Running),
            segment(0, 3, 8, blocked),
            segment(0, 9, 10, Activity::Running),
            segment(2, 3, 5, Activity::CoreWait),
            segment(2, 5, 8, Activity::Running),
            segment(3, 0, 1, Activity::Blocked(On::Wait)),
        ];
        let expected = "front/0  .##=====.#\nfront/1  ..........\nb/0.0    ...~~###..\nb/1.0    =.........\n\
                        # running  = blocked  ~ waiting for a core  . idle  (one character: 1ms)\n";
        check("sync", &trace(0, segments, &[]), "1ms", expected);
    }

    #[test]
    fn what_lies_between_two_starts_does_not_show() {
        let running = |start, end| segment(1, start, end, Activity::Running);
        let segments = vec![running(1, 3), running(4, 6), running(7, 8)];
        let lanes = |line: &str| {
            let dots = ".".repeat(line.len());
            format!(
                "front/0  {dots}\nfront/1  {line}\nb/0.0    {dots}\nb/1.0    {dots}\n\
                 # running  = blocked  ~ waiting for a core  . idle  (one character: 3ms)\n"
            )
        };
        check("sync", &trace(0, segments.clone(), &[]), "3ms", &lanes("...."));
        check("sync", &trace(1, segments.clone(), &[]), "3ms", &lanes("###"));
        check("sync", &trace(2, segments, &[]), "3ms", &lanes("##."));
    }

    #[test]
    fn a_channel_shows_its_depth_in_one_digit() {
        let depths = [(1, 1), (2, 2), (2, 1), (4, 9), (5, 10), (7, 3), (9, 0)];
        let expected = "front/0   ..........\nfront/1   ..........\nb/0.0     ..........\nb/1.0     ..........\n\
                        front->b  .1119++33.\n\
                        # running  = blocked  ~ waiting for a core  . idle  1-9 + messages waiting  (one character: 1ms)\n";
        check("queue", &trace(0, Vec::new(), &depths), "1ms", expected);
        check("sync", &trace(0, Vec::new(), &depths), "1ms", expected);
    }

    #[test]
    fn an_empty_channel_is_there_all_the_same() {
        let lanes = text(&scenario("queue"), &trace(6, Vec::new(), &[]), Duration::from_ms(1));
        assert!(lanes.contains("front->b  ....\n"), "{lanes}");
    }
}
