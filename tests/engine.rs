//! What a run does at its limits.

use sync_or_swim::engine::{LIVE_LIMIT, Run};
use sync_or_swim::scenario::*;
use sync_or_swim::time::{Duration, Instant};

fn scenario(load: Load, work: Dist, workers: u32) -> Scenario {
    Scenario {
        name: "limit".to_string(),
        seed: 1,
        run: Window {
            warmup: Duration::ZERO,
            duration: Duration::from_s(100),
        },
        clients: vec![Client {
            edges: vec![EdgeId(0)],
            ..Client::plain("client".to_string(), load)
        }],
        services: vec![Service {
            runtime: Runtime::Threads(workers),
            operations: vec![Operation {
                name: "default".to_string(),
                steps: vec![Step::Work(work)],
            }],
            ..Service::plain("service".to_string())
        }],
        edges: vec![Edge::plain(
            "client->service".to_string(),
            Caller::Client(ClientId(0)),
            Callee::Operation(ServiceId(0), 0),
        )],
        ..Scenario::default()
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
