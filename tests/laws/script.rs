//! The auditor audited: a run told by hand passes, and each way to corrupt it is found, under the rule that it breaks.
//!
//! ```text
//! ms       0    1    2    3    4    5    6    7    8    9    10   11   12   13   14
//! front    |net |####|====================|####|####|====================|####|
//! back               |net |#########|net            |net |#########|net
//! ```

use super::auditor::Auditor;
use super::tape::{Event, replay};
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};
use sync_or_swim::trace::{Activity, Call, Cause, On, Request};

type Story = Vec<(Instant, Event)>;

const WAITS: Activity = Activity::Blocked(On::Edge(EdgeId(1)));

fn ms(ms: u64) -> Instant {
    Instant(ms * 1_000_000)
}

fn steps(ms: &[u64]) -> Vec<Step> {
    ms.iter()
        .map(|ms| Step::Work(Dist::Constant(Duration::from_ms(*ms))))
        .collect()
}

fn service(name: &str, steps: Vec<Step>) -> Service {
    Service {
        runtime: Runtime::Threads(1),
        operations: vec![Operation {
            name: "default".to_string(),
            steps,
        }],
        ..Service::plain(name.to_string())
    }
}

fn edge(name: &str, from: Caller, to: u32, mode: Mode) -> Edge {
    Edge {
        mode,
        latency: Dist::Constant(Duration::from_ms(1)),
        ..Edge::plain(name.to_string(), from, Callee::Operation(ServiceId(to), 0))
    }
}

/// Two requests at once; the front calls the back between two pieces of work.
fn chain() -> Scenario {
    let mut front = steps(&[1]);
    front.push(Step::Call(EdgeId(1)));
    front.extend(steps(&[1]));
    let every = Duration::from_s(1);
    Scenario {
        name: "chain".to_string(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_ms(19),
        },
        clients: vec![Client {
            edges: vec![EdgeId(0)],
            ..Client::plain("client".to_string(), Load::Open(Arrivals::Burst { size: 2, every }))
        }],
        services: vec![service("front", front), service("back", steps(&[2]))],
        edges: vec![
            edge("client->front", Caller::Client(ClientId(0)), 0, Mode::Sync),
            edge("front->back", Caller::Service(ServiceId(0)), 1, Mode::Sync),
        ],
        ..Scenario::default()
    }
}

fn request(slot: u32) -> Request {
    Request {
        slot,
        client: ClientId(0),
        number: u64::from(slot),
        offered: ms(0),
        counted: true,
    }
}

fn call(slot: u32, parent: Option<u32>, request: u32, sent: u64, arrived: u64) -> Call {
    let edge = u32::from(parent.is_some());
    Call {
        slot,
        parent,
        request,
        edge: EdgeId(edge),
        service: ServiceId(edge),
        mode: Mode::Sync,
        sent: ms(sent),
        arrived: ms(arrived),
        counted: true,
        attempt: sync_or_swim::trace::Attempt::Only,
        guard: None,
    }
}

fn lane(lane: u32, was: Activity, is: Activity, call: u32) -> Event {
    Event::Lane(ServiceId(lane), lane, was, is, call)
}

/// The call of the front's span `parent` to the back, from its sending until it has returned.
fn visit(story: &mut Story, parent: u32, sent: u64) {
    let call = call(2, Some(parent), parent, sent, sent + 1);
    let mut tell = |ms: u64, events: &[Event]| story.extend(events.iter().map(|event| (self::ms(ms), *event)));
    tell(
        sent,
        &[Event::Sent(call, Some(0)), lane(0, Activity::Running, WAITS, parent)],
    );
    let begins = lane(1, Activity::Idle, Activity::Running, 2);
    tell(
        sent + 1,
        &[Event::Accepted(call, false), Event::Began(call, 1, false), begins],
    );
    let ends = lane(1, Activity::Running, Activity::Idle, 2);
    tell(
        sent + 3,
        &[Event::Responded(call, true), Event::Ended(call, true), ends],
    );
    tell(
        sent + 4,
        &[Event::Returned(call, Ok(())), lane(0, WAITS, Activity::Running, parent)],
    );
}

/// The whole run, as it should be.
fn good() -> Story {
    let (a, b) = (call(0, None, 0, 0, 1), call(1, None, 1, 0, 1));
    let mut story = Story::new();
    let mut tell = |ms: u64, event: Event| story.push((self::ms(ms), event));
    for call in [a, b] {
        tell(0, Event::Offered(request(call.slot)));
        tell(0, Event::Sent(call, None));
    }
    tell(1, Event::Accepted(a, false));
    tell(1, Event::Began(a, 0, false));
    tell(1, lane(0, Activity::Idle, Activity::Running, 0));
    tell(1, Event::Accepted(b, true));
    visit(&mut story, 0, 2);
    let mut tell = |ms: u64, event: Event| story.push((self::ms(ms), event));
    tell(7, Event::Responded(a, true));
    tell(7, Event::Ended(a, true));
    tell(7, Event::Began(b, 0, true));
    tell(7, lane(0, Activity::Running, Activity::Running, 1));
    visit(&mut story, 1, 8);
    story.extend([
        (ms(8), Event::Returned(a, Ok(()))),
        (ms(8), Event::Replied(request(0))),
        (ms(8), Event::Completed(request(0), true)),
        (ms(13), Event::Responded(b, true)),
        (ms(13), Event::Ended(b, true)),
        (ms(13), lane(0, Activity::Running, Activity::Idle, 1)),
        (ms(14), Event::Returned(b, Ok(()))),
        (ms(14), Event::Replied(request(1))),
        (ms(14), Event::Completed(request(1), true)),
    ]);
    story.sort_by_key(|(at, _)| *at);
    story
}

/// The rules that the auditor finds broken.
fn broken(scenario: &Scenario, story: &Story) -> Vec<(u8, String)> {
    let mut auditor = Auditor::new(scenario);
    replay(story, &mut auditor);
    auditor
        .finish()
        .iter()
        .map(|violation| (violation.rule, violation.text.clone()))
        .collect()
}

/// The corrupted story breaks `rule`; other rules may be broken by it too.
fn check(rule: u8, what: &str, corrupt: impl Fn(&mut Scenario, &mut Story)) {
    let (mut scenario, mut story) = (chain(), good());
    corrupt(&mut scenario, &mut story);
    let found = broken(&scenario, &story);
    assert!(
        found.iter().any(|(broken, _)| *broken == rule),
        "{what}: rule {rule} is not among {found:?}"
    );
}

fn find(story: &Story, at: u64, pick: impl Fn(&Event) -> bool) -> usize {
    let found = story.iter().position(|(now, event)| *now == ms(at) && pick(event));
    found.expect("the story has this event")
}

fn remove(story: &mut Story, at: u64, pick: impl Fn(&Event) -> bool) -> Event {
    let index = find(story, at, pick);
    story.remove(index).1
}

/// Tells an event later or earlier, after everything else of that instant.
fn put(story: &mut Story, at: u64, event: Event) {
    let index = story.partition_point(|(now, _)| *now <= ms(at));
    story.insert(index, (ms(at), event));
}

fn is_lane(event: &Event) -> bool {
    matches!(event, Event::Lane(..))
}

#[test]
fn a_story_as_it_should_be_passes() {
    assert_eq!(broken(&chain(), &good()), []);
}

#[test]
fn a_freed_worker_of_a_sync_call_is_found() {
    check(3, "the worker is idle while the call is open", |_, story| {
        let index = find(story, 2, is_lane);
        story[index].1 = lane(0, Activity::Running, Activity::Idle, 0);
        let index = find(story, 6, is_lane);
        story[index].1 = lane(0, Activity::Idle, Activity::Running, 0);
    });
    check(3, "another span begins on the held worker", |_, story| {
        let began = remove(story, 7, |event| matches!(event, Event::Began(..)));
        put(story, 3, began);
    });
    check(3, "the worker comes free before the outcome", |_, story| {
        let freed = remove(story, 6, is_lane);
        put(story, 5, freed);
    });
    check(3, "it is blocked on somebody else", |_, story| {
        let other = Activity::Blocked(On::Edge(EdgeId(0)));
        let index = find(story, 2, is_lane);
        story[index].1 = lane(0, Activity::Running, other, 0);
        let index = find(story, 6, is_lane);
        story[index].1 = lane(0, other, Activity::Running, 0);
    });
    check(3, "it is held beyond the outcome", |_, story| {
        remove(story, 6, is_lane);
        let index = find(story, 7, is_lane);
        story[index].1 = lane(0, WAITS, Activity::Running, 1);
    });
}

#[test]
fn a_held_worker_of_an_await_call_is_found() {
    check(3, "the edge is await, the worker is held", |scenario, story| {
        scenario.edges[1].mode = Mode::Await;
        for (_, event) in story.iter_mut() {
            if let Event::Sent(call, _)
            | Event::Accepted(call, _)
            | Event::Began(call, ..)
            | Event::Responded(call, _)
            | Event::Ended(call, _)
            | Event::Returned(call, _) = event
                && call.edge == EdgeId(1)
            {
                call.mode = Mode::Await;
            }
        }
    });
    check(3, "the calls are sync, the edge is not", |scenario, _| {
        scenario.edges[1].mode = Mode::Await
    });
}

#[test]
fn an_idle_worker_beside_a_waiting_request_is_found() {
    check(3, "the second worker of the front does nothing", |scenario, story| {
        scenario.services[0].runtime = Runtime::Threads(2);
        for (_, event) in story.iter_mut() {
            match event {
                Event::Lane(_, lane @ 1, ..) | Event::Began(_, lane @ 1, _) => *lane = 2,
                _ => {}
            }
        }
    });
}

#[test]
fn a_worker_that_does_two_things_is_found() {
    check(2, "it was something else", |_, story| {
        let index = find(story, 6, is_lane);
        story[index].1 = lane(0, Activity::Idle, Activity::Running, 0);
    });
    check(2, "work takes half its time", |_, story| {
        for _ in 0..3 {
            let event = remove(story, 5, |event| !matches!(event, Event::Sent(..)));
            put(story, 4, event);
        }
    });
    check(2, "a worker of another service", |_, story| {
        let index = find(story, 3, |event| matches!(event, Event::Began(..)));
        if let Event::Began(_, lane, _) = &mut story[index].1 {
            *lane = 0;
        }
    });
    check(
        2,
        "more workers than cores are said to be running",
        |scenario, story| {
            scenario.services[0].cores = Some(1);
            scenario.services[0].cpu = Cpu::Ps;
            put(story, 1, Event::Crowded(ServiceId(0), 0, 1));
        },
    );
    check(2, "somebody waits for a core that is free", |scenario, story| {
        scenario.services[1].cores = Some(1);
        let index = find(story, 3, is_lane);
        story[index].1 = lane(1, Activity::Idle, Activity::CoreWait, 2);
        let index = find(story, 5, is_lane);
        story[index].1 = lane(1, Activity::CoreWait, Activity::Idle, 2);
    });
}

#[test]
fn a_request_that_is_not_accounted_for_is_found() {
    check(1, "no outcome", |_, story| {
        remove(story, 8, |event| matches!(event, Event::Replied(_)));
    });
    check(1, "two outcomes", |_, story| {
        put(story, 8, Event::Failed(request(0), Cause::Error));
    });
    check(1, "another outcome than its call's", |_, story| {
        let index = find(story, 8, |event| matches!(event, Event::Replied(_)));
        story[index].1 = Event::Failed(request(0), Cause::Error);
    });
    check(1, "it is never complete", |_, story| {
        remove(story, 14, |event| matches!(event, Event::Completed(..)));
    });
    check(1, "a span ends twice", |_, story| {
        let ended = story[find(story, 5, |event| matches!(event, Event::Ended(..)))].1;
        put(story, 5, ended);
    });
    check(1, "one request less than the burst", |scenario, _| {
        scenario.clients[0].load = Load::Open(Arrivals::Burst {
            size: 3,
            every: Duration::from_s(1),
        });
    });
}

#[test]
fn a_vanished_message_is_found() {
    check(8, "a call that never arrives", |_, story| {
        story.retain(|(at, _)| *at < ms(3))
    });
    check(8, "a reply that never arrives", |_, story| {
        story.retain(|(at, _)| *at < ms(14))
    });
    check(8, "a loss on an edge that loses nothing", |_, story| {
        let reply = story[find(story, 13, |event| matches!(event, Event::Ended(..)))].1;
        let Event::Ended(call, _) = reply else {
            panic!("it ends")
        };
        story.retain(|(at, _)| *at < ms(14));
        put(story, 13, Event::Lost(call));
    });
    check(8, "a reply that is too fast", |_, story| {
        for _ in 0..3 {
            let event = remove(story, 14, |_| true);
            put(story, 13, event);
        }
    });
}

#[test]
fn an_impossible_failure_is_found() {
    let fail = |story: &mut Story, cause: Cause| {
        for (at, event) in story.iter_mut() {
            match event {
                Event::Returned(_, outcome) if *at == ms(14) => *outcome = Err(cause),
                Event::Replied(request) if *at == ms(14) => *event = Event::Failed(*request, cause),
                Event::Completed(_, replied) if *at == ms(14) => *replied = false,
                _ => {}
            }
        }
    };
    for cause in Cause::ALL {
        check(0, "a reply becomes a failure", |_, story| fail(story, cause));
    }
    check(0, "a timeout is missed", |scenario, _| {
        scenario.edges[1].timeout = Some(Duration::from_ms(3))
    });
    check(0, "an operation fails for no reason", |_, story| {
        for (_, event) in story.iter_mut() {
            if let Event::Responded(_, ok) | Event::Ended(_, ok) = event {
                *ok = false;
            }
        }
    });
    check(0, "a refusal without a backlog", |_, story| {
        let Event::Accepted(call, _) = remove(story, 1, |event| matches!(event, Event::Accepted(_, true))) else {
            panic!("it is accepted");
        };
        story.retain(|(at, _)| *at <= ms(1));
        put(story, 1, Event::Refused(call));
    });
}

#[test]
fn a_disordered_instant_is_found() {
    check(5, "time goes back", |_, story| {
        let event = remove(story, 2, is_lane);
        let index = find(story, 3, is_lane);
        story.insert(index, (ms(2), event));
    });
    check(5, "a reply comes before an end of work", |_, story| {
        let returned = remove(story, 8, |event| matches!(event, Event::Returned(..)));
        let index = find(story, 8, |_| true);
        story.insert(index, (ms(8), returned));
    });
    check(5, "a reply loses against a timeout", |scenario, story| {
        scenario.edges[0].timeout = Some(Duration::from_ms(8));
        for (at, event) in story.iter_mut() {
            match event {
                Event::Returned(call, outcome) if *at == ms(8) && call.slot == 0 => *outcome = Err(Cause::Timeout),
                Event::Replied(request) if *at == ms(8) => *event = Event::Failed(*request, Cause::Timeout),
                Event::Completed(_, replied) if *at == ms(8) => *replied = false,
                _ => {}
            }
        }
    });
}

#[test]
fn a_wasted_slot_is_found() {
    check(10, "the second call over the edge has a slot of its own", |_, story| {
        for (at, event) in story.iter_mut().filter(|(at, _)| *at >= ms(8)) {
            match event {
                Event::Sent(call, _)
                | Event::Accepted(call, _)
                | Event::Began(call, ..)
                | Event::Responded(call, _)
                | Event::Ended(call, _)
                | Event::Returned(call, _)
                    if call.slot == 2 =>
                {
                    call.slot = 7;
                }
                Event::Lane(.., slot @ 2) if *at > ms(8) => *slot = 7,
                _ => {}
            }
        }
    });
    check(10, "a slot is given away while its call lives", |_, story| {
        let index = find(
            story,
            0,
            |event| matches!(event, Event::Sent(call, _) if call.slot == 1),
        );
        if let Event::Sent(call, _) = &mut story[index].1 {
            call.slot = 0;
        }
    });
}
