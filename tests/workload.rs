//! When clients send: exact instants where nothing is left to chance, and the area under the rate where it is.
//!
//! ```text
//! start        stop        change
//!   ├─ pattern ─┤             ├─ new pattern …      what was due of the old one does not come
//! ```

use sync_or_swim::engine::{INSTANT_LIMIT, Run};
use sync_or_swim::scenario::text::parse;
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Call, Cause, Observer, Request};

/// Five seconds of a client like this, whose requests take a millisecond of work, and what happens to it.
fn scenario(client: Client, changes: Vec<(u64, Client)>) -> Scenario {
    let edges = || vec![EdgeId(0)];
    let with_edges = |client: Client| Client {
        edges: edges(),
        ..client
    };
    let changes = changes.into_iter().map(|(ms, client)| Change {
        at: at(ms),
        to: Changed::Client(ClientId(0), Box::new(with_edges(client))),
    });
    Scenario {
        name: "workload".to_string(),
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(5),
        },
        services: vec![Service {
            runtime: Runtime::Threads(1000),
            operations: vec![Operation {
                name: "default".to_string(),
                steps: vec![Step::Work(Dist::Constant(Duration::from_ms(1)))],
            }],
            ..Service::plain("service".to_string())
        }],
        edges: vec![Edge::plain(
            "client->service".to_string(),
            Caller::Client(ClientId(0)),
            Callee::Operation(ServiceId(0), 0),
        )],
        changes: changes.collect(),
        clients: vec![with_edges(client)],
        ..Scenario::default()
    }
}

fn at(ms: u64) -> Instant {
    Instant::START + Duration::from_ms(ms)
}

fn open(arrivals: Arrivals) -> Client {
    Client::plain("client".to_string(), Load::Open(arrivals))
}

fn closed(users: u32, think_ms: u64) -> Client {
    let think = Dist::Constant(Duration::from_ms(think_ms));
    Client::plain("client".to_string(), Load::Closed { users, think })
}

fn between(start: u64, stop: u64, client: Client) -> Client {
    Client {
        start: at(start),
        stop: at(stop),
        ..client
    }
}

/// When each request is offered.
#[derive(Default)]
struct Offers(Vec<Instant>);

impl Observer for Offers {
    fn offered(&mut self, now: Instant, _: Request) {
        self.0.push(now);
    }
}

fn offers(scenario: &Scenario, seed: u64) -> Vec<Instant> {
    let mut offers = Offers::default();
    assert!(Run::new(scenario, seed).advance_dyn(Instant::NEVER, u64::MAX, &mut offers));
    offers.0
}

/// The instants of all requests, in milliseconds.
fn check(client: Client, changes: Vec<(u64, Client)>, expected: &[u64]) {
    let text = format!("{client:?} {changes:?}");
    let offers: Vec<Instant> = offers(&scenario(client, changes), 1);
    let expected: Vec<Instant> = expected.iter().map(|ms| at(*ms)).collect();
    assert_eq!(offers, expected, "{text}");
}

fn constant(gap_ms: f64) -> Client {
    open(Arrivals::Constant { gap_ns: gap_ms * 1e6 })
}

fn burst(size: u32, every_ms: u64) -> Client {
    let every = Duration::from_ms(every_ms);
    open(Arrivals::Burst { size, every })
}

fn times(ms: &[u64]) -> Client {
    open(Arrivals::Times(ms.iter().map(|ms| Duration::from_ms(*ms)).collect()))
}

#[test]
fn a_pattern_begins_at_its_start_and_ends_before_its_stop() {
    check(constant(1000.0), vec![], &[1000, 2000, 3000, 4000]);
    check(between(500, 3500, constant(1000.0)), vec![], &[1500, 2500]);
    check(between(500, 3501, constant(1000.0)), vec![], &[1500, 2500, 3500]);
    check(burst(2, 2000), vec![], &[0, 0, 2000, 2000, 4000, 4000]);
    check(between(500, 4500, burst(2, 2000)), vec![], &[500, 500, 2500, 2500]);
    check(times(&[0, 7, 7, 4000, 6000]), vec![], &[0, 7, 7, 4000]);
    check(between(100, 4000, times(&[0, 7, 7, 3900])), vec![], &[100, 107, 107]);
    let every_second = Arrivals::Renewal(Dist::Constant(Duration::from_s(1)));
    check(between(300, 3000, open(every_second)), vec![], &[1300, 2300]);
}

#[test]
fn a_user_thinks_from_the_start_and_sends_nothing_from_the_stop_on() {
    // A thought of 999 ms, then a millisecond for the answer.
    check(
        closed(2, 999),
        vec![],
        &[999, 999, 1999, 1999, 2999, 2999, 3999, 3999, 4999, 4999],
    );
    check(between(500, 3499, closed(1, 999)), vec![], &[1499, 2499]);
    check(between(500, 3500, closed(1, 999)), vec![], &[1499, 2499, 3499]);
    check(between(4500, 4800, closed(1, 999)), vec![], &[]);
}

#[test]
fn a_change_of_the_load_drops_what_was_due_and_begins_anew() {
    check(
        constant(1000.0),
        vec![(2500, constant(700.0))],
        &[1000, 2000, 3200, 3900, 4600],
    );
    // At the very instant the change comes first.
    check(
        constant(1000.0),
        vec![(2000, constant(700.0))],
        &[1000, 2700, 3400, 4100, 4800],
    );
    check(
        constant(1000.0),
        vec![(1500, times(&[0, 10])), (1505, burst(1, 2000))],
        &[1000, 1500, 1505, 3505],
    );
    check(
        constant(1000.0),
        vec![(1500, between(3000, 4500, constant(1000.0)))],
        &[1000, 4000],
    );
    let stopped = between(0, 1500, constant(1000.0));
    check(stopped, vec![(3000, constant(1000.0))], &[1000, 4000]);
}

#[test]
fn users_who_are_added_think_and_those_who_are_too_many_leave() {
    check(
        closed(1, 999),
        vec![(2500, closed(2, 999))],
        &[999, 1999, 2999, 3499, 3999, 4499, 4999],
    );
    check(
        closed(2, 999),
        vec![(1500, closed(1, 999))],
        &[999, 999, 1999, 2999, 3999, 4999],
    );
    // A thought that has begun stays as long as it was; the answer of this instant comes after the change.
    check(
        closed(1, 999),
        vec![(1200, closed(1, 499))],
        &[999, 1999, 2499, 2999, 3499, 3999, 4499, 4999],
    );
    check(closed(1, 999), vec![(1000, closed(1, 1999))], &[999, 2999, 4999]);
    // Nobody is left until users come again: one who has not yet left stays.
    let (gone, one) = (open(Arrivals::Times(vec![])), closed(1, 999));
    check(
        closed(1, 999),
        vec![(1500, gone.clone()), (1600, one.clone())],
        &[999, 1999, 2999, 3999, 4999],
    );
    check(closed(1, 999), vec![(1500, gone), (2600, one)], &[999, 3599, 4599]);
    check(
        closed(1, 999),
        vec![(1500, between(2500, 5000, closed(1, 999)))],
        &[999, 3499, 4499],
    );
    check(
        constant(1000.0),
        vec![(1500, closed(1, 999)), (3000, constant(1000.0))],
        &[1000, 2499, 4000],
    );
}

/// The requests in each tenth of five seconds, over many seeds.
fn counts(client: &Client) -> Vec<[f64; 10]> {
    let scenario = scenario(client.clone(), vec![]);
    let count = |seed| {
        let mut counts = [0.0; 10];
        offers(&scenario, seed)
            .iter()
            .for_each(|at| counts[(at.0 / 500_000_000) as usize] += 1.0);
        counts
    };
    (1..=2_000).map(count).collect()
}

/// In each tenth and in all, a Poisson number with the area under the rate as its mean and variance.
fn check_area(client: Client, area: impl Fn(f64) -> f64) {
    let counts = counts(&client);
    let n = counts.len() as f64;
    let tenths = (0..10).map(|i| (i..i + 1, area(0.5 * (i + 1) as f64) - area(0.5 * i as f64)));
    for (tenths, exact) in tenths.chain([(0..10, area(5.0))]) {
        let sums: Vec<f64> = counts.iter().map(|of| of[tenths.clone()].iter().sum()).collect();
        let mean = sums.iter().sum::<f64>() / n;
        let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / (n - 1.0);
        println!("{tenths:?}: {mean:.3} ± {:.3}, exact {exact:.3}", (exact / n).sqrt());
        if exact < 1e-9 {
            assert_eq!(mean, 0.0);
            continue;
        }
        let z = (mean - exact) / (exact / n).sqrt();
        assert!(z.abs() < 3.3, "{client:?} {tenths:?}: {mean} instead of {exact}, z {z}");
        // The variance of a sample variance: (μ₄ − σ⁴) / n, with μ₄ = λ + 3 λ² of a Poisson number.
        let z = (variance - exact) / ((exact + 2.0 * exact * exact) / n).sqrt();
        assert!(
            z.abs() < 3.8,
            "{client:?} {tenths:?}: variance {variance} instead of {exact}, z {z}"
        );
    }
}

#[test]
fn a_ramp_sends_the_area_under_its_rate() {
    let ramp = |low: f64, high: f64, ms| {
        let over = Duration::from_ms(ms);
        open(Arrivals::Ramp { low, high, over })
    };
    let area = |low: f64, high: f64, over: f64| {
        move |t: f64| {
            let rise = t.min(over);
            low * rise + (high - low) * rise * rise / (2.0 * over) + high * (t - over).max(0.0)
        }
    };
    check_area(ramp(2.0, 20.0, 3_000), area(2.0, 20.0, 3.0));
    check_area(ramp(20.0, 0.0, 4_000), area(20.0, 0.0, 4.0));
    check_area(ramp(0.0, 30.0, 60_000), area(0.0, 30.0, 60.0));
    let late = area(5.0, 15.0, 2.0);
    let client = between(1_000, 4_500, ramp(5.0, 15.0, 2_000));
    check_area(client, |t| late((t.min(4.5) - 1.0).max(0.0)));
}

#[test]
fn a_wave_sends_the_area_under_its_rate() {
    let wave = |low: f64, high: f64, ms| {
        let period = Duration::from_ms(ms);
        open(Arrivals::Wave { low, high, period })
    };
    let area = |low: f64, high: f64, period: f64| {
        move |t: f64| {
            let turn = std::f64::consts::TAU / period;
            (low + high) / 2.0 * t - (high - low) / 2.0 * (turn * t).sin() / turn
        }
    };
    check_area(wave(0.0, 20.0, 2_000), area(0.0, 20.0, 2.0));
    check_area(wave(4.0, 12.0, 700), area(4.0, 12.0, 0.7));
    check_area(wave(10.0, 2.0, 40_000), area(10.0, 2.0, 40.0));
    let late = area(1.0, 19.0, 3.0);
    let client = between(750, 5_000, wave(1.0, 19.0, 3_000));
    check_area(client, |t| late((t - 0.75).max(0.0)));
}

/// What becomes of each call, and when.
#[derive(Default)]
struct Fates(Vec<(u64, bool)>);

impl Observer for Fates {
    fn returned(&mut self, now: Instant, _: Call, outcome: Result<(), Cause>) {
        self.0.push((now.0 / 1_000_000, outcome.is_ok()));
    }
}

/// One worker per call of 100 ms, four calls at once, and limits that change at 50 ms.
fn fates(from: (Option<u32>, Option<u32>), to: (Option<u32>, Option<u32>)) -> Vec<(u64, bool)> {
    let mut scenario = scenario(times(&[0, 0, 0, 60]), vec![]);
    let service = &mut scenario.services[0];
    service.operations[0].steps = vec![Step::Work(Dist::Constant(Duration::from_ms(100)))];
    (service.backlog, service.in_flight) = from;
    let mut changed = service.clone();
    (changed.backlog, changed.in_flight) = to;
    scenario.changes = vec![Change {
        at: at(50),
        to: Changed::Service(ServiceId(0), Box::new(changed)),
    }];
    let mut fates = Fates::default();
    assert!(Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut fates));
    fates.0
}

#[test]
fn a_service_takes_more_or_less_from_a_change_on() {
    // Two at a time; the third waits until 100 ms, the fourth until 100 ms as well.
    let two = (None, Some(2));
    assert_eq!(fates(two, two), [(100, true), (100, true), (200, true), (200, true)]);
    // What waits begins as soon as it may.
    assert_eq!(
        fates(two, (None, None)),
        [(100, true), (100, true), (150, true), (160, true)]
    );
    // What has begun goes on, and nothing begins until it may.
    assert_eq!(
        fates((None, None), (None, Some(1))),
        [(100, true), (100, true), (100, true), (200, true)]
    );
    // What waits stays; the backlog decides about those who come.
    assert_eq!(
        fates(two, (Some(1), Some(2))),
        [(60, false), (100, true), (100, true), (200, true)]
    );
    assert_eq!(
        fates((Some(0), Some(2)), two),
        [(0, false), (100, true), (100, true), (200, true)]
    );
}

#[test]
fn a_balance_holds_from_its_change_on() {
    // In turns two of four calls go to the busy first replica; by the fewest in flight none does.
    let busy = |balance: Balance| {
        let mut scenario = scenario(times(&[0, 200, 210, 220]), vec![]);
        let service = &mut scenario.services[0];
        (service.replicas, service.runtime) = (2, Runtime::Threads(1));
        service.operations[0].steps = vec![Step::Work(Dist::Constant(Duration::from_ms(150)))];
        let changed = Service {
            balance,
            ..service.clone()
        };
        scenario.changes = vec![Change {
            at: at(205),
            to: Changed::Service(ServiceId(0), Box::new(changed)),
        }];
        let mut fates = Fates::default();
        assert!(Run::new(&scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut fates));
        fates.0.iter().map(|(ms, _)| *ms).collect::<Vec<u64>>()
    };
    assert_eq!(busy(Balance::RoundRobin), [150, 350, 360, 500]);
    assert_eq!(busy(Balance::LeastInFlight), [150, 350, 360, 510]);
}

#[test]
fn a_change_leaves_what_came_before_it_as_it_was() {
    let poisson = |gap_ms: f64| open(Arrivals::Poisson { gap_ns: gap_ms * 1e6 });
    let plain = offers(&scenario(poisson(10.0), vec![]), 3);
    let changed = offers(&scenario(poisson(10.0), vec![(2_000, poisson(5.0))]), 3);
    let same = offers(&scenario(poisson(10.0), vec![(2_000, poisson(10.0))]), 3);
    let before = |offers: &[Instant]| {
        offers
            .iter()
            .copied()
            .filter(|offer| *offer < at(2_000))
            .collect::<Vec<_>>()
    };
    assert_eq!(before(&plain), before(&changed));
    assert_eq!(before(&plain), before(&same));
    // The same draws at twice the rate: half the gaps.
    let after = |offers: &[Instant]| offers[before(offers).len()..].to_vec();
    for (slow, fast) in after(&same).iter().zip(after(&changed)) {
        let (slow, fast) = (slow.0 - at(2_000).0, fast.0 - at(2_000).0);
        assert!(slow.abs_diff(2 * fast) < 2_000, "{slow} {fast}");
    }
}

/// How often each edge was called in ten seconds of a hundred requests each.
#[derive(Default)]
struct Calls(Vec<u64>);

impl Observer for Calls {
    fn sent(&mut self, _: Instant, call: Call, _: Option<u32>) {
        self.0.resize(self.0.len().max(call.edge.0 as usize + 1), 0);
        self.0[call.edge.0 as usize] += 1;
    }
}

#[test]
fn a_change_of_a_weight_is_as_good_as_another_weight_from_the_beginning() {
    let calls = |weight: &str, changes: &str| {
        let text = format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "10s"}}, "clients": {{"u": {{"arrivals": "constant(100/s)"}}}},
            "services": {{"a": {{"work": "1ms"}}, "b": {{"work": "1ms"}}}},
            "edges": [{{"from": "u", "to": "a"}}, {{"from": "u", "to": "b", "weight": {weight}}}]{changes}}}"#
        );
        let scenario = parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario;
        let mut calls = Calls::default();
        assert!(Run::new(scenario, 1).advance_dyn(Instant::NEVER, u64::MAX, &mut calls));
        calls.0
    };
    let change = |at: &str| format!(r#", "changes": [{{"at": "{at}", "edge": "u->b", "set": {{"weight": 1000}}}}]"#);
    let [light, heavy] = ["1", "1000"].map(|weight| calls(weight, ""));
    assert!(light[0] > 400 && heavy[0] < 10, "{light:?} {heavy:?}");
    assert_eq!(calls("1", &change("0s")), heavy);
    // From the middle on.
    let middle = calls("1", &change("5s"));
    assert!(middle[0] > 200 && middle[0] < 300, "{middle:?}");
}

/// A request each millisecond, for which these steps are done.
fn rounds(steps: &str) -> Run {
    let text = format!(
        r#"{{"format": "sync-or-swim/1", "run": {{"duration": "10s"}}, "clients": {{"u": {{"arrivals": "constant(1000/s)"}}}},
        "services": {{"a": {{"operations": {{"default": [{steps}]}}}}}}, "edges": [{{"from": "u", "to": "a"}}]}}"#
    );
    Run::new(
        parse(&text).unwrap_or_else(|problems| panic!("{problems:?}")).scenario,
        1,
    )
}

#[test]
fn rounds_that_take_no_time_are_as_good_as_events() {
    // A hundred requests of ten thousand rounds.
    let mut run = rounds(r#"{"repeat": 100, "do": [{"repeat": 100, "do": [{"work": "0s"}]}]}"#);
    assert!(!run.advance_dyn(Instant::NEVER, 1_000_000, &mut ()));
    assert!((200..2_000).contains(&run.events()), "{}", run.events());
    assert!(run.advance_dyn(Instant::START + Duration::from_ms(500), u64::MAX, &mut ()));
    assert_eq!(run.warning(), None);
    // More than anybody can wait for.
    let mut run = rounds(r#"{"repeat": 100000, "do": [{"repeat": 100000, "do": [{"repeat": 100000, "do": []}]}]}"#);
    assert!(run.advance_dyn(Instant::NEVER, u64::MAX, &mut ()));
    let warning = run.warning().expect("a hopeless run");
    assert!(
        warning.contains(&format!("at 1ms: more than {INSTANT_LIMIT} events or rounds")),
        "{warning}"
    );
}
