//! What a run does at its limits.

use sync_or_swim::engine::{LIVE_LIMIT, Run};
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

fn scenario(load: Load, work: Dist, workers: u32) -> Scenario {
    Scenario {
        name: "limit".to_string(),
        about: String::new(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(100),
        },
        clients: vec![Client {
            name: "client".to_string(),
            load,
            edges: vec![EdgeId(0)],
        }],
        services: vec![Service {
            name: "service".to_string(),
            replicas: 1,
            balance: Balance::RoundRobin,
            runtime: Runtime::Threads(workers),
            cores: None,
            cpu: Cpu::Fifo,
            backlog: None,
            in_flight: None,
            operations: vec![Operation {
                name: "default".to_string(),
                steps: vec![Step::Work(work)],
            }],
        }],
        edges: vec![Edge {
            name: "client->service".to_string(),
            from: Caller::Client(ClientId(0)),
            to: ServiceId(0),
            operation: 0,
            mode: Mode::Sync,
            flip: Mode::Await,
            weight: 1.0,
            latency: Dist::Constant(Duration::ZERO),
            loss: 0.0,
            timeout: None,
            channel: Channel::default(),
            declared: true,
        }],
        changes: Vec::new(),
    }
}

#[test]
fn a_run_that_only_grows_ends_with_a_warning() {
    let arrivals = Arrivals::Constant { gap_ns: 10_000.0 };
    let scenario = scenario(Load::Open(arrivals), Dist::Constant(Duration::from_s(1)), 1);
    let mut run = Run::new(&scenario, 1);
    assert!(run.advance(Instant::NEVER, u64::MAX, &mut ()));
    let warning = run.warning().expect("a warning");
    assert!(warning.contains(&LIVE_LIMIT.to_string()), "{warning}");
    assert!(run.now() > Instant::START + Duration::from_s(19) && run.now() < Instant::START + Duration::from_s(21));
}

#[test]
fn a_run_in_which_time_stands_still_ends_with_a_warning() {
    let load = Load::Closed {
        users: 1,
        think: Dist::Constant(Duration::ZERO),
    };
    let mut run = Run::new(&scenario(load, Dist::Constant(Duration::ZERO), 1), 1);
    assert!(run.advance(Instant::NEVER, u64::MAX, &mut ()));
    assert!(run.warning().expect("a warning").contains("at that instant"));
    assert_eq!(run.now(), Instant::START);
}
