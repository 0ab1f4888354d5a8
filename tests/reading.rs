//! Readings of the contract that a wrong reading would give other numbers for, each against a figure that was computed
//! without this engine.
//!
//! ```text
//! scenario text ─▶ runs with several seeds ─▶ mean of a figure    |z| < 3.3 and within 2 % of the exact one,
//! another reading's figure ───────────────────────────────────▶   which is further away than that
//! ```
#![cfg(not(target_arch = "wasm32"))]

#[path = "reading/case.rs"]
mod case;
#[path = "reading/recursion.rs"]
mod recursion;
#[path = "truth/run.rs"]
mod run;
#[path = "truth/sample.rs"]
mod sample;

use case::{ERROR, Z, check, mean, reports, scenario, through_a_queue, waiting_line};
use rayon::prelude::*;
use recursion::{Breaker, Turn, retries_within_budget, two_visits};
use sample::Sample;
use sync_or_swim::metrics::Report;
use sync_or_swim::scenario::{ChannelRules, Consume};
use sync_or_swim::theory::{General, availability};
use sync_or_swim::time::Duration;

/// "A resumed span joins the FIFO of new requests" (contract, who holds a worker). One thread, two works of 5 ms around an
/// `await` of 50 ms, ρ = 0.9, all exponential: the mean is 150 ms (Baskett, Chandy, Muntz & Palacios 1975: two visits of an
/// M/M/1 and a delay) and the 99th percentile about 520; 135 and 432 where continuations go first. Constant works take
/// less than 120 on average.
#[test]
fn a_continuation_queues_behind_the_requests_that_came_before_it() {
    let solve = |turn, constant: bool| {
        let work = move |dice: &mut recursion::Dice| if constant { 5.0 } else { dice.exp(5.0) };
        let runs: Vec<(f64, f64)> = (1..=40u64)
            .into_par_iter()
            .map(|seed| two_visits(1e3 / 90.0, work, |dice| dice.exp(50.0), turn, seed))
            .collect();
        (
            Sample::new(runs.iter().map(|run| run.0)),
            Sample::new(runs.iter().map(|run| run.1)),
        )
    };
    let (fifo, first, even) = (
        solve(Turn::Fifo, false),
        solve(Turn::ReturnedFirst, false),
        solve(Turn::Fifo, true),
    );
    println!("recursion: {fifo:?}, continuations first {first:?}, constant works {even:?}");
    assert!(fifo.0.z(150.0).abs() < Z, "{fifo:?}");
    assert!(even.0.mean < 120.0, "{even:?}");
    let scenario = scenario(
        "5000s",
        r#""clients": {"c": {"arrivals": "poisson(90/s)"}},
        "services": {
          "a": {"threads": 1, "operations": {"go": [{"work": "exp(5ms)"}, {"call": "b"}, {"work": "exp(5ms)"}]}},
          "b": {"threads": 100000, "operations": {"default": [{"wait": "exp(50ms)"}]}}},
        "edges": [{"from": "c", "to": "a.go"}, {"from": "a", "to": "b", "mode": "await"}]"#,
    );
    let reports = reports(40, &scenario);
    let response = |report: &Report| report.clients["c"].response_ms.clone();
    let figures: [(&str, Sample, Sample, Sample); 2] = [
        (
            "mean",
            Sample::new(reports.iter().map(|r| mean(&response(r)))),
            fifo.0,
            first.0,
        ),
        (
            "p99",
            Sample::new(reports.iter().map(|r| response(r).p99.unwrap_or(f64::NAN))),
            fifo.1,
            first.1,
        ),
    ];
    for (name, engine, exact, other) in figures {
        let apart = |solved: Sample| (engine.mean - solved.mean) / engine.standard_error.hypot(solved.standard_error);
        println!(
            "{name}: {engine:?}, z {:.2}; continuations first {:.1}",
            apart(exact),
            apart(other)
        );
        assert!(
            apart(exact).abs() < Z && engine.error(exact.mean) < ERROR,
            "{name}: {engine:?} {exact:?}"
        );
        assert!(apart(other).abs() > 2.0 * Z, "{name}: {engine:?} {other:?}");
    }
}

/// "A replica holds at most `prefetch` unacknowledged messages (default: its threads)" (contract, channels): two replicas
/// of four threads are M/M/8, and with a prefetch of 1 they are M/M/2 (Kleinrock 1975).
#[test]
fn a_prefetch_bounds_what_a_replica_works_on() {
    let (eight, two) = (waiting_line(150.0, 10.0, 8), waiting_line(150.0, 10.0, 2));
    for (prefetch, exact, other) in [(None, eight, two), (Some(1), two, eight)] {
        let parts = r#""clients": {"c": {"arrivals": "poisson(150/s)"}},
            "services": {"s": {"replicas": 2, "threads": 4, "work": "exp(10ms)"}},
            "edges": [{"from": "c", "to": "s"}]"#;
        let consume = Consume {
            prefetch,
            ..Consume::default()
        };
        let scenario = through_a_queue(scenario("1000s", parts), ChannelRules::default(), 0.0, consume);
        let reports = reports(20, &scenario);
        let (name, done) = (format!("completion, prefetch {prefetch:?}"), |r: &Report| {
            mean(&r.clients["c"].completion_ms)
        });
        check(&name, &reports, done, exact.mean_response(), other.mean_response());
    }
}

/// "They join its FIFO and are never refused" (contract, channels). With room for all, messages and calls are one M/M/1;
/// with a prefetch of 1 calls overtake the messages that are still in the channel.
#[test]
fn messages_and_calls_share_the_queue_of_a_replica() {
    let together = waiting_line(80.0, 10.0, 1).mean_response();
    let solved: Vec<f64> = (1..=100u64)
        .into_par_iter()
        .map(|seed| recursion::one_message_among_calls(0.04, 0.04, 10.0, seed))
        .collect();
    let alone = Sample::new(solved.into_iter());
    println!("one message at a time: {alone:?}");
    for (prefetch, exact, other) in [(100_000, together, alone.mean), (1, alone.mean, together)] {
        let parts = r#""clients": {"c": {"arrivals": "poisson(40/s)"}, "m": {"arrivals": "poisson(40/s)"}},
            "services": {"s": {"threads": 1, "backlog": 100000, "work": "exp(10ms)"}},
            "edges": [{"from": "c", "to": "s"}, {"from": "m", "to": "s"}]"#;
        let consume = Consume {
            prefetch: Some(prefetch),
            ..Consume::default()
        };
        let scenario = through_a_queue(scenario("2000s", parts), ChannelRules::default(), 0.0, consume);
        let reports = reports(20, &scenario);
        let (call, message) = (
            format!("call, prefetch {prefetch}"),
            format!("message, prefetch {prefetch}"),
        );
        check(&call, &reports, |r| mean(&r.clients["c"].response_ms), exact, other);
        if prefetch > 1 {
            check(
                &message,
                &reports,
                |r| mean(&r.clients["m"].completion_ms),
                exact,
                other,
            );
        }
    }
}

/// "Ack = the span ended well" (contract, channels): an error after the reply still redelivers. Half of all spans fail and
/// a message has five deliveries: (1 − 2⁻⁵) / (1 − 2⁻¹) of them on average, and 2⁻⁵ of the messages are dropped.
#[test]
fn an_ack_is_a_span_that_ended_well() {
    let scenario = scenario(
        "500s",
        r#""clients": {"c": {"arrivals": "poisson(100/s)"}},
        "services": {"s": {"threads": 50, "operations": {"default": [{"respond": true}, {"work": "exp(5ms)"}, {"fail": 0.5}]}}},
        "edges": [{"from": "c", "to": "s"}]"#,
    );
    let scenario = through_a_queue(scenario, ChannelRules::default(), 0.0, Consume::default());
    let reports = reports(20, &scenario);
    let share = |of: fn(&Report) -> u64| move |r: &Report| of(r) as f64 / r.channels["q"].published as f64;
    check(
        "redelivered",
        &reports,
        share(|r| r.channels["q"].redelivered),
        0.9375,
        0.0,
    );
    check("dropped", &reports, share(|r| r.channels["q"].dropped), 0.03125, 0.0);
}

/// "On a loop only `sync` pins" (contract, who holds a worker). Two works of 2 ms around a delay of 8 ms at 60/s: where
/// the loop is held it is M/G/1 (Pollaczek & Khinchine); where it is free, M/M/1 at twice the rate and a delay (Baskett,
/// Chandy, Muntz & Palacios 1975).
#[test]
fn a_sync_call_blocks_the_loop_and_a_wait_does_not() {
    let held = General::new(0.06, 12.0, (2.0 * 4.0 + 64.0) / 144.0).expect("it is stable");
    let held = held.mean_response();
    let free = 2.0 * waiting_line(120.0, 2.0, 1).mean_response() + 8.0;
    let loops = |step: &str, mode: &str| {
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "poisson(60/s)"}}}},
            "services": {{
              "a": {{"loop": 1, "operations": {{"go": [{{"work": "exp(2ms)"}}, {step}, {{"work": "exp(2ms)"}}]}}}},
              "b": {{"threads": 100000, "operations": {{"default": [{{"wait": "exp(8ms)"}}]}}}}}},
            "edges": [{{"from": "c", "to": "a.go"}}{mode}]"#
        );
        reports(20, &scenario("1000s", &parts))
    };
    let edge = |mode: &str| format!(r#", {{"from": "a", "to": "b", "mode": "{mode}"}}"#);
    let response = |r: &Report| mean(&r.clients["c"].response_ms);
    check("sync", &loops(r#"{"call": "b"}"#, &edge("sync")), response, held, free);
    check(
        "await",
        &loops(r#"{"call": "b"}"#, &edge("await")),
        response,
        free,
        held,
    );
    check("wait", &loops(r#"{"wait": "exp(8ms)"}"#, ""), response, free, held);
}

/// "`inFlight` counts begun spans, waiting ones too; beyond it requests wait in the backlog" (contract): ten that wait for
/// 100 ms each are M/M/10 (Erlang 1917). Were those that wait not counted, nobody would queue.
#[test]
fn spans_that_wait_are_in_flight() {
    let exact = waiting_line(80.0, 100.0, 10);
    let scenario = scenario(
        "2000s",
        r#""clients": {"c": {"arrivals": "poisson(80/s)"}},
        "services": {"s": {"loop": 1, "inFlight": 10, "operations": {"default": [{"wait": "exp(100ms)"}]}}},
        "edges": [{"from": "c", "to": "s"}]"#,
    );
    let reports = reports(20, &scenario);
    check(
        "response",
        &reports,
        |r| mean(&r.clients["c"].response_ms),
        exact.mean_response(),
        100.0,
    );
    check(
        "backlog",
        &reports,
        |r| r.services["s"].backlog_mean,
        exact.mean_queue(),
        0.0,
    );
}

/// "`hold` takes one of the service's pool, FIFO" and "on threads the wait for a pool pins" (contract). Four connections for
/// the threads of two replicas are M/M/4, and its 99th percentile is that of a FIFO; one pool for each replica would be
/// two of M/M/4 at half the rate. A thread is pinned from the wait for the pool to the end; a loop is free all the time.
#[test]
fn a_pool_is_one_line_for_all_replicas_and_pins_threads_only() {
    let (exact, apart) = (waiting_line(64.0, 50.0, 4), waiting_line(32.0, 50.0, 4));
    let inside = 0.064 * exact.mean_response();
    for (runtime, pinned, otherwise) in [
        ("threads", inside / 200.0, 0.064 * 50.0 / 200.0),
        ("loop", 0.0, inside / 200.0),
    ] {
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "poisson(64/s)"}}}},
            "services": {{"s": {{"replicas": 2, "{runtime}": 100, "pools": {{"db": 4}},
              "operations": {{"default": [{{"hold": "db", "do": [{{"wait": "exp(50ms)"}}]}}]}}}}}},
            "edges": [{{"from": "c", "to": "s"}}]"#
        );
        let reports = reports(20, &scenario("3000s", &parts));
        let response = |r: &Report| mean(&r.clients["c"].response_ms);
        check(
            runtime,
            &reports,
            response,
            exact.mean_response(),
            apart.mean_response(),
        );
        let p99 = |r: &Report| r.clients["c"].response_ms.p99.unwrap_or(f64::NAN);
        check(
            "p99",
            &reports,
            p99,
            exact.response_quantile(0.99),
            apart.response_quantile(0.99),
        );
        check("pinned", &reports, |r| r.services["s"].blocked_share, pinned, otherwise);
    }
}

/// "A failed call that nothing guards ends the operation; its caller sees `error`" and "`parallel` fails as soon as fewer than k
/// branches can succeed" (contract): a chain needs all its services, a join of 2 of 3 two of them (Barlow & Proschan 1975).
/// Behind a queue nobody sees a failure.
#[test]
fn a_chain_comes_through_where_all_do() {
    let link = |up: f64, next: &str| format!(r#"{{"operations": {{"default": [{{"fail": {}}}{next}]}}}}"#, 1.0 - up);
    let client = |steps: &str, edges: &str| {
        let three = r#", {"parallel": [[{"call": "x"}], [{"call": "y"}], [{"call": "z"}]], "join": 2}"#;
        let (last, part) = (link(0.9, three), link(0.8, ""));
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "poisson(100/s)"}}}},
            "services": {{"a": {}, "b": {last}, "x": {part}, "y": {part}, "z": {part}}},
            "edges": [{{"from": "c", "to": "a"}}{edges}]"#,
            link(0.95, steps)
        );
        reports(20, &scenario("500s", &parts))
    };
    let share = |r: &Report| r.clients["c"].replied as f64 / r.clients["c"].offered as f64;
    let quorum = availability::of_some(0.8, 2, 3);
    let chain = availability::of_chain(&[0.95, 0.9, quorum]);
    let all = availability::of_chain(&[0.95, 0.9, 0.8, 0.8, 0.8]);
    let call = r#", {"call": "b"}"#;
    check("chain", &client(call, ""), share, chain, all);
    check(
        "queue",
        &client(call, r#", {"from": "a", "to": "b", "mode": "queue"}"#),
        share,
        0.95,
        chain,
    );
}

/// "Breaker: the last `window` attempts; after `open`, `halfOpen` trials, all must succeed" (contract, policies), which
/// opens at `failureRate` from `minimumCalls` on, and starts anew when it closes. A call each millisecond and an answer at
/// once: five are refused while it is open for 5.5 ms.
#[test]
fn a_breaker_refuses_as_its_chain_says() {
    let rules = Breaker {
        window: 6,
        rate: 0.5,
        minimum: 4,
        trials: 2,
        refused: 5.0,
    };
    let others = [
        ("no minimum", Breaker { minimum: 1, ..rules }),
        ("a full window", Breaker { minimum: 6, ..rules }),
        ("one trial is enough", Breaker { trials: 1, ..rules }),
    ];
    for p in [0.2, 0.4] {
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "constant(1000/s)"}}}},
            "services": {{"s": {{"operations": {{"default": [{{"fail": {p}}}]}}}}}},
            "edges": [{{"from": "c", "to": "s", "breaker":
              {{"window": 6, "failureRate": 0.5, "minimumCalls": 4, "open": "5.5ms", "halfOpen": 2}}}}]"#
        );
        let reports = reports(20, &scenario("410s", &parts));
        let refused = |r: &Report| {
            let client = &r.clients["c"];
            client.failures["breaker"] as f64 / client.offered as f64
        };
        for (name, other) in others {
            check(
                &format!("p = {p}, not {name}"),
                &reports,
                refused,
                rules.refused_share(p),
                other.refused_share(p),
            );
        }
    }
}

/// "`budget` b: tokens, +b per call, −1 per retry, 10 at most and at first" (contract, policies). Where every call fails
/// the count is exact; at 0.3 what the budget pays for is less than what would be tried, p + p² + p³.
#[test]
fn a_budget_pays_for_retries() {
    let runs = |duration: &str, p: f64| {
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "constant(100/s)"}}}},
            "services": {{"s": {{"operations": {{"default": [{{"fail": {p}}}]}}}}}},
            "edges": [{{"from": "c", "to": "s", "retry":
              {{"attempts": 4, "backoff": "constant(1ms)", "budget": 0.25, "on": ["error"]}}}}]"#
        );
        let mut scenario = scenario(duration, &parts);
        scenario.run.warmup = Duration::ZERO;
        reports(20, &scenario)
    };
    for report in runs("10.005s", 1.0) {
        let edge = &report.edges["c->s"];
        let exact = retries_within_budget(edge.calls, 4, 0.25, 1.0, 1);
        assert_eq!((edge.calls, edge.retries), (1000, exact));
        assert_eq!(exact, 10 + 249, "the first call finds ten tokens and adds nothing");
    }
    let reports = runs("300.005s", 0.3);
    let solved = Sample::new((1..=200).map(|seed| retries_within_budget(30_000, 4, 0.25, 0.3, seed) as f64 / 3e4));
    println!("retries a call: {solved:?}");
    let retries = |r: &Report| r.edges["c->s"].retries as f64 / r.edges["c->s"].calls as f64;
    check("retries", &reports, retries, solved.mean, 0.3 + 0.09 + 0.027);
}

/// "`deadline` (a duration, or `\"propagate\"`)" (contract, policies): two works of 40 ms in a row and 100 ms of patience.
/// P(X > 100 ms) = e^−2.5 of one of them, so many calls are never sent; and (1 + 2.5) e^−2.5 of both (Erlang 1909).
#[test]
fn a_deadline_is_handed_on() {
    let (one, both) = ((-2.5f64).exp(), 3.5 * (-2.5f64).exp());
    let chain = |deadline: &str| {
        let parts = format!(
            r#""clients": {{"c": {{"arrivals": "poisson(100/s)"}}}},
            "services": {{"a": {{"threads": 1000, "operations": {{"go": [{{"work": "exp(40ms)"}}, {{"call": "b"}}]}}}},
              "b": {{"threads": 1000, "work": "exp(40ms)"}}}},
            "edges": [{{"from": "c", "to": "a.go", "deadline": "100ms"}}, {{"from": "a", "to": "b"{deadline}}}]"#
        );
        reports(20, &scenario("500s", &parts))
    };
    let late = |r: &Report, edge: &str| r.edges[edge].failures.get("deadline").copied().unwrap_or(0) as f64;
    let handed_on = chain(r#", "deadline": "propagate""#);
    check(
        "late",
        &handed_on,
        |r| late(r, "c->a.go") / r.edges["c->a.go"].calls as f64,
        both,
        one,
    );
    check(
        "late at b",
        &handed_on,
        |r| late(r, "a->b") / r.edges["a->b"].calls as f64,
        both,
        0.0,
    );
    let sent = |r: &Report| r.edges["a->b"].attempts as f64 / r.edges["a->b"].calls as f64;
    check("sent to b", &handed_on, sent, 1.0 - one, 1.0);
    check("sent to b without it", &chain(""), sent, 1.0, 1.0 - one);
}

/// "`idempotent`" (contract, channels): a consumer recognises a message that it has done. The network loses three in ten
/// of deliveries and of acks, and a message has five deliveries: it is worked on where one of them arrives, and without
/// the memory by every one that arrives.
#[test]
fn an_idempotent_consumer_works_once() {
    let loss = 0.3f64;
    let again = 1.0 - (1.0 - loss).powi(2);
    let (once, each) = (1.0 - loss.powi(5), (1.0 - loss) * (1.0 - again.powi(5)) / (1.0 - again));
    for (idempotent, exact, other) in [(true, once, each), (false, each, once)] {
        let parts = r#""clients": {"c": {"arrivals": "poisson(50/s)"}},
            "services": {"s": {"threads": 100, "work": "10ms"}}, "edges": [{"from": "c", "to": "s"}]"#;
        let rules = ChannelRules {
            ack_timeout: Some(Duration::from_ms(200)),
            ..ChannelRules::default()
        };
        let consume = Consume {
            idempotent,
            ..Consume::default()
        };
        let reports = reports(20, &through_a_queue(scenario("510s", parts), rules, loss, consume));
        // Workers × share of the time / the work of one message, for each message.
        let work = |r: &Report| 100.0 * r.services["s"].running_share * 500.0 / 0.01 / r.channels["q"].published as f64;
        check(
            &format!("works a message, idempotent {idempotent}"),
            &reports,
            work,
            exact,
            other,
        );
    }
}
