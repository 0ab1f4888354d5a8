//! What a run says, in plain words: who is blocked on whom, where it is crowded, what came of the last change.
//!
//! ```text
//! Report ─▶ what matters, each with a weight ─▶ the heaviest few:   changed > starving > crowded > lost > blocked
//! ```
//!
//! Law: every number is computed from the run; where nothing matters, nothing is said.

use super::{ChannelReport, EdgeReport, Report, ServiceReport, Summary, figure};
use crate::scenario::{Caller, Edge, EdgeId, Mode, Scenario, ServiceId};

/// How many sentences a reader gets at most.
const MOST: usize = 5;
/// From this share on, workers or cores are taken nearly always.
const FULL: f64 = 0.95;
/// So much of the worker time has to be blocked, and so much of the time that workers are taken.
const BLOCKED: (f64, f64) = (0.02, 0.5);
/// A smaller part of the requests, attempts or messages, or a smaller change, is not worth a sentence.
const PART: f64 = 0.05;
/// Fewer messages left in a channel may be those that have just come.
const LEFT: u64 = 10;

/// A sentence and how much it matters: its kind counts in ones, the part that it is about below that.
type Insight = (f64, String);

/// The figures of a run and what was run.
pub type Measured<'a> = (&'a Scenario, &'a Report);

/// What matters in a run, first what matters most; with the run before the last change, what came of that.
pub fn insights((scenario, report): Measured, before: Option<Measured>) -> Vec<String> {
    let mut found: Vec<Insight> = Vec::new();
    found.extend(before.and_then(|before| changed((scenario, report), before)));
    for (id, service) in (0..).map(ServiceId).zip(&scenario.services) {
        if let Some(measured) = report.services.get(&service.name) {
            found.extend(crowded(&service.name, measured));
            found.extend(blocked(scenario, report, id, measured));
        }
    }
    let edges = report.edges.iter();
    found.extend(edges.filter_map(|(name, edge)| retried(name, edge)));
    let channels = report.channels.iter();
    found.extend(channels.filter_map(|(name, channel)| left_behind(name, channel)));
    let found = heaviest_first(found).into_iter().take(MOST);
    found.map(|(_, words)| words).collect()
}

/// The share of all worker time that was blocked, over all services.
pub fn blocked_share(scenario: &Scenario, report: &Report) -> f64 {
    let (mut blocked, mut all) = (0.0, 0.0);
    for service in &scenario.services {
        let workers = f64::from(service.replicas * service.runtime.workers());
        if let Some(report) = report.services.get(&service.name) {
            blocked += report.blocked_share * workers;
            all += workers;
        }
    }
    if all > 0.0 { blocked / all } else { 0.0 }
}

/// What blocked the workers of a service, as shares of their time, the greatest first: its edges, and its own waiting,
/// which no edge explains.
pub fn causes(scenario: &Scenario, report: &Report, id: ServiceId) -> Vec<(f64, Option<EdgeId>)> {
    let service = scenario.service(id);
    let worker_s = worker_seconds(scenario, report, id);
    let Some(measured) = report.services.get(&service.name).filter(|_| worker_s > 0.0) else {
        return Vec::new();
    };
    let mut causes = vec![(measured.blocked_share, None)];
    for (edge, number) in scenario.edges.iter().zip(0..) {
        let figures = report
            .edges
            .get(&edge.name)
            .filter(|_| edge.from == Caller::Service(id));
        let share = figures.map_or(0.0, |edge| edge.blocked_s) / worker_s;
        causes[0].0 -= share;
        causes.push((share, Some(EdgeId(number))));
    }
    // What would not be printed is none.
    causes.retain(|(share, _)| *share >= 0.0005);
    heaviest_first(causes)
}

/// In the order of their weights; of equals, the first stays first. (There are few: `sort_by` is more code than it saves.)
fn heaviest_first<T>(mut items: Vec<(f64, T)>) -> Vec<(f64, T)> {
    let mut sorted = Vec::new();
    while let Some(at) = (0..items.len()).reduce(|a, b| if items[b].0 > items[a].0 { b } else { a }) {
        sorted.push(items.remove(at));
    }
    sorted
}

/// The worker-seconds that a service had in the window.
fn worker_seconds(scenario: &Scenario, report: &Report, id: ServiceId) -> f64 {
    let service = scenario.service(id);
    let window_s = report.simulated_s - scenario.run.warmup.as_s();
    f64::from(service.replicas * service.runtime.workers()) * window_s
}

/// A service whose workers mostly wait for one of its callees; a pool that starves of it weighs more.
fn blocked(scenario: &Scenario, report: &Report, id: ServiceId, measured: &ServiceReport) -> Option<Insight> {
    let name = &scenario.service(id).name;
    let causes = causes(scenario, report, id);
    let (edge, share) = causes
        .iter()
        .find_map(|(share, edge)| Some((scenario.edge((*edge)?), *share)))?;
    let taken = share / measured.utilization;
    if share < BLOCKED.0 || taken < BLOCKED.1 {
        return None;
    }
    let callee = scenario.name_of(edge.to);
    let share_of_all = figure::share(share);
    if is_starving(measured) {
        let [busy, waits] = [measured.utilization, measured.blocked_share].map(figure::share);
        let words = "{} starves: its workers are taken {} of the time and blocked {}, {} on {}{}.{}";
        let backlog = backlog(measured);
        let texts = [name, &busy, &waits, &share_of_all, callee, &backlog, &way_out(edge)];
        return Some((3.0 + share, say(words, &texts)));
    }
    let worker_s = figure::count((share * worker_seconds(scenario, report, id)).round() as u64);
    let words = "{} waits {} of its worker time on {}: {} worker-seconds, {} of the time that its workers are taken.{}";
    let texts = [
        name,
        &share_of_all,
        callee,
        &worker_s,
        &figure::share(taken),
        &way_out(edge),
    ];
    Some((share, say(words, &texts)))
}

/// Nearly all workers are taken, and most of them only wait.
fn is_starving(service: &ServiceReport) -> bool {
    service.utilization >= FULL && service.blocked_share >= 0.5
}

/// What a flip would do, where one is possible.
fn way_out(edge: &Edge) -> String {
    let can_flip = edge.mode == Mode::Sync && edge.modes().any(|mode| mode == edge.flip);
    if can_flip {
        format!(
            " Flipping {} to {} would free those workers.",
            edge.name,
            edge.flip.word()
        )
    } else {
        String::new()
    }
}

/// A service that has more to do than it can, or turns requests away; one that starves says so itself.
fn crowded(name: &str, service: &ServiceReport) -> Option<Insight> {
    let turned_away = part(service.rejected, service.arrivals);
    let cores = service.core_utilization >= FULL && service.utilization < FULL;
    let busiest = service.utilization.max(service.core_utilization);
    let is_known = is_starving(service) && service.blocked_share >= BLOCKED.1;
    if is_known || (busiest < FULL && turned_away < 0.001) {
        return None;
    }
    let what = if cores { "cores" } else { "workers" };
    let state = if busiest >= FULL {
        "is overloaded"
    } else {
        "is crowded at times"
    };
    let busy = figure::share(busiest);
    let words = format!(
        "{name} {state}: its {what} are taken {busy} of the time{}.",
        backlog(service)
    );
    Some((2.0 + turned_away, words))
}

/// `, a backlog of 97.2 on average, 1 203 of 4 600 requests rejected`.
fn backlog(service: &ServiceReport) -> String {
    let mut words = String::new();
    if service.backlog_max > 0 {
        words = words + ", a backlog of " + &figure::mean(service.backlog_mean) + " on average";
    }
    if service.rejected > 0 {
        words = words + ", " + &of(service.rejected, service.arrivals) + " requests rejected";
    }
    words
}

/// An edge that sends much of what it sends again.
fn retried(name: &str, edge: &EdgeReport) -> Option<Insight> {
    let part = part(edge.retries, edge.attempts);
    let words = || {
        say(
            "{} attempts over {} are retries.",
            &[&of(edge.retries, edge.attempts), name],
        )
    };
    (part >= PART).then(|| (1.0 + part, words()))
}

/// A channel that loses messages, gives them up, or falls behind.
fn left_behind(name: &str, channel: &ChannelReport) -> Option<Insight> {
    let copies = channel.published * channel.groups.len().max(1) as u64;
    let lost = channel.dropped + channel.expired;
    // A message that is dropped may have been delivered before: what is left is known where none was.
    let taken = if lost == 0 {
        channel.delivered - channel.redelivered
    } else {
        copies
    };
    let left = copies.saturating_sub(taken);
    if channel.dead_lettered + lost > 0 {
        let (gone, dead) = (of(lost, copies), of(channel.dead_lettered, copies));
        let words = match (lost, channel.dead_lettered) {
            (0, _) => say("{} messages of {} became dead letters.", &[&dead, name]),
            (_, 0) => say("{} messages of {} were lost.", &[&gone, name]),
            _ => say(
                "{} messages of {} were lost, {} became dead letters.",
                &[&gone, name, &dead],
            ),
        };
        return Some((1.0 + part(lost + channel.dead_lettered, copies), words));
    }
    let age = figure::time(channel.age_ms.p99);
    let words = "{} falls behind: {} messages still lie there at the end, age p99 {}.";
    let words = || say(words, &[name, &of(left, copies), &age]);
    (left >= LEFT && part(left, copies) >= PART).then(|| (1.0 + part(left, copies), words()))
}

/// What became of the client that changed most, and of the workers.
fn changed((scenario, report): Measured, (scenario_before, before): Measured) -> Option<Insight> {
    let (mut most, mut words) = (1.0, String::new());
    for (name, now) in report.clients.iter() {
        let Some(was) = before.clients.get(name) else { continue };
        let pair = |was: &Summary, now: &Summary| [was.p99, now.p99].map(|p99| p99.unwrap_or(0.0));
        let (ms, title) = (|ms| figure::time(Some(ms)), "response p99 of ".to_string() + name);
        let mut turns = (1.0, String::new());
        turn(&mut turns, &title, pair(&was.response_ms, &now.response_ms), ms);
        turn(
            &mut turns,
            "completion p99",
            pair(&was.completion_ms, &now.completion_ms),
            ms,
        );
        turn(
            &mut turns,
            "goodput",
            [was.goodput_per_s, now.goodput_per_s],
            figure::rate,
        );
        if turns.0 > most {
            (most, words) = turns;
        }
    }
    let shares = [blocked_share(scenario_before, before), blocked_share(scenario, report)];
    let mut turns = (most, words);
    turn(&mut turns, "worker time blocked", shares, figure::share);
    (!turns.1.is_empty()).then(|| (4.0, say("Since the change: {}.", &[&turns.1])))
}

/// Adds `response p99 of shoppers 812 ms → 96.0 ms`, and by which factor at most; nothing for a small change.
fn turn(turns: &mut Insight, what: &str, [was, now]: [f64; 2], print: fn(f64) -> String) {
    let ratio = was.max(now) / was.min(now).max(1e-9);
    if ratio < 1.0 + PART || print(was) == print(now) {
        return;
    }
    let comma = if turns.1.is_empty() { "" } else { ", " };
    turns.1 += &say("{}{} {} → {}", &[comma, what, &print(was), &print(now)]);
    turns.0 = ratio.max(turns.0);
}

/// A sentence of which the places `{}` are taken by texts. (`format!` is more code at each of its places.)
fn say(template: &str, texts: &[&str]) -> String {
    let mut words = String::new();
    let mut texts = texts.iter();
    for (index, piece) in template.split("{}").enumerate() {
        if index > 0 {
            words.push_str(texts.next().unwrap_or(&""));
        }
        words.push_str(piece);
    }
    words
}

/// `1 203 of 4 600`.
fn of(some: u64, all: u64) -> String {
    figure::count(some) + " of " + &figure::count(all)
}

fn part(some: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { some as f64 / all as f64 }
}
